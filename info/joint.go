package info

import "xent/internal/kern"

// Joint sums up what two variables tell about each other: X, the row of a table of how often both
// occur together, and Y, its column.
//
//	H(X,Y) = H(X) + H(Y|X) = H(Y) + H(X|Y)     I(X;Y) = H(X) - H(X|Y) = H(X) + H(Y) - H(X,Y)
//
// No field is formed by such differences, so that none comes out below 0, and independent variables
// share exactly nothing.
type Joint struct {
	X, Y, Both       Nats // entropies of each, and of the pair
	XGivenY, YGivenX Nats // conditional entropies
	Shared           Nats // mutual information, I(X;Y)
	_                struct{}
}

// JointOf returns the [Joint] of a table with the given number of columns, of counts or of
// probabilities: whatever the entries sum to, they are divided by it. A negative or NaN entry, or a
// table of zeros, gives NaN throughout.
//
// It panics when table is no whole number of rows. It allocates the sums of rows and columns.
// Source: Shannon 1948.
func JointOf[T Float](table []T, cols int) (j Joint) {
	if cols <= 0 || len(table)%cols != 0 {
		panic("info: JointOf: the table is no whole number of rows")
	}
	rows := len(table) / cols
	row, col := make([]kern.Sum, rows), make([]kern.Sum, cols)
	var total kern.Sum
	for i, v := range table {
		x := float64(v)
		row[i/cols].Add(x)
		col[i%cols].Add(x)
		total.Add(x)
	}
	n := total.Value()
	var hx, hy, both, xy, yx, shared kern.Sum
	for i, v := range table {
		x, r, c := float64(v), row[i/cols].Value(), col[i%cols].Value()
		both.Add(klTerm(x, n))
		xy.Add(klTerm(x, c))
		yx.Add(klTerm(x, r))
		if r > 0 && c > 0 || x != x {
			shared.Add(excess(x*n, r*c))
		}
	}
	for _, s := range row {
		hx.Add(klTerm(s.Value(), n))
	}
	for _, s := range col {
		hy.Add(klTerm(s.Value(), n))
	}
	of := func(s kern.Sum) Nats { return Nats(0 - s.Value()/n) } // 0 rather than -0
	return Joint{X: of(hx), Y: of(hy), Both: of(both), XGivenY: of(xy), YGivenX: of(yx), Shared: Nats(shared.Value() / n / n)}
}

// Variation returns the variation of information H(X|Y) + H(Y|X), a metric between clusterings.
// Source: Meilă 2003.
func (j Joint) Variation() Nats { return j.XGivenY + j.YGivenX }

// Normalised returns the normalised mutual information 2·I/(H(X)+H(Y)), from 0 for independent
// variables to 1 for those that determine each other; 1 when neither varies.
func (j Joint) Normalised() float64 {
	if j.X+j.Y == 0 {
		return 1
	}
	return float64(2 * j.Shared / (j.X + j.Y))
}

// Uncertainty returns Theil's coefficient I/H(X), the share of X that Y tells; NaN when X does not vary.
// Source: Theil 1970.
func (j Joint) Uncertainty() float64 { return float64(j.Shared / j.X) }
