package kern

import "math"

// Target is what a row of logits should have predicted, and how misses are counted.
// The mass of class j is
//
//	a[j] = Weights[j]·((1-Smoothing)·t[j] + Smoothing/Classes)
//
// where t is Soft, or one-hot at Label when Soft is nil.
type Target[T Float] struct {
	Soft      []T
	Label     int
	Classes   int       // of the whole row, of which a tile holds some
	Weights   []float64 // nil means 1
	Smoothing float64
	Shape     Shape
	Penalty   float64 // of LogSumExp²
}

// Hard tells whether all mass lies on one class.
func (t *Target[T]) Hard() bool { return t.Soft == nil && t.Smoothing == 0 }

// Tile returns the target of n classes from the first on, numbered from 0. A label outside is a label
// that no class there has.
func (t *Target[T]) Tile(first, n int) Target[T] {
	tile := *t
	tile.Label -= first
	if t.Soft != nil {
		tile.Soft = t.Soft[first : first+n]
	}
	if t.Weights != nil {
		tile.Weights = t.Weights[first : first+n]
	}
	return tile
}

func (t *Target[T]) mass(j int) float64 {
	var a float64
	switch {
	case t.Soft != nil:
		a = float64(t.Soft[j])
	case j == t.Label:
		a = 1
	}
	if t.Smoothing != 0 {
		a = (1-t.Smoothing)*a + t.Smoothing/float64(t.Classes)
	}
	if t.Weights != nil {
		a *= t.Weights[j]
	}
	return a
}

// Pull is the part of the gradient that the whole row shares: Σ of the slopes of all classes.
type Pull struct {
	mass    dd      // Σ a[j]·φ'(-ln p[j])
	penalty float64 // 2·Penalty·LogSumExp
}

// Mass returns what p takes all probabilities times in a gradient, but for the penalty.
func (p Pull) Mass() float64 { return p.mass.hi }

// Tally adds up the loss of a row, tile by tile; its zero value has seen none.
type Tally struct{ sum, slopes Sum }

// Add adds Σ a[j]·φ(-ln p[j]), with φ as in [Shape], over the classes of x, where r and t are those of
// the same tile. A class without mass adds nothing, whatever it would cost.
func Add[T Float](s *Tally, r *Row, x []T, t *Target[T]) {
	if !r.Valid() {
		return
	}
	if t.Hard() {
		y := t.Label
		if y < 0 || y >= len(x) {
			return
		}
		a := 1.0
		if t.Weights != nil {
			a = t.Weights[y]
		}
		value, slope := t.Shape.bend(r, y, float64(x[y]), narrow[T]())
		s.sum.Add(Mul0(a, value))
		s.slopes.Add(a * slope)
		return
	}
	if addTiled(s, r, x, t) {
		return
	}
	for j, v := range x {
		if a := t.mass(j); a != 0 {
			value, slope := t.Shape.bend(r, j, float64(v), narrow[T]())
			s.sum.Add(Mul0(value, a))
			s.slopes.Add(a * slope)
		}
	}
}

// Total returns the loss of the row r once all its classes are added, and what its gradient needs:
//
//	Σ a[j]·φ(-ln p[j]) + penalty·LogSumExp²
func (s Tally) Total(r *Row, penalty float64) (loss float64, pull Pull) {
	if !r.Valid() {
		return math.NaN(), Pull{mass: dd{math.NaN(), 0}}
	}
	if penalty != 0 {
		z := r.LogSumExp()
		s.sum.Add(penalty * z * z)
		pull.penalty = 2 * penalty * z
	}
	pull.mass.hi, pull.mass.lo = s.slopes.Parts()
	return s.sum.Value(), pull
}

// Loss is the Total of a row that is one tile.
func Loss[T Float](r *Row, x []T, t *Target[T]) (loss float64, pull Pull) {
	var s Tally
	Add(&s, r, x, t)
	return s.Total(r, t.Penalty)
}

// Grad stores c·dLoss/dx in dst, which may be x: of a row, or of a tile of it with the r and t of that
// tile. The derivative for class k is
//
//	dz/dx·(p[k]·Σ b[j] - b[k])   b[j] = a[j]·φ'(-ln p[j])
//
// computed as p·(Σ b - b[k]) - (1-p)·b[k]: a sure and right row keeps all digits.
func Grad[T Float](dst []T, r *Row, x []T, t *Target[T], pull Pull, c float64) {
	if !r.Valid() {
		for j := range dst {
			dst[j] = T(math.NaN())
		}
		return
	}
	if t.Hard() && r.Plain() {
		y, g, within := t.Label, 0.0, t.Label >= 0 && t.Label < len(x)
		if within {
			p, q := r.Prob(y, float64(x[y]))
			g = Mul0(pull.penalty, p) - q*pull.mass.hi
		}
		scale := c * (pull.mass.hi + pull.penalty) / r.Temp / (1 + r.s.hi)
		Of[T]().Exps(dst, x, r.Max, r.Temp, scale)
		if within {
			dst[y] = T(c * g / r.Temp)
		}
		return
	}
	if gradTiled(dst, r, x, t, pull, c) {
		return
	}
	for k := range x {
		dst[k] = T(c * Slope(r, x, t, pull, k))
	}
}

// Slope is the derivative of Grad in class k.
func Slope[T Float](r *Row, x []T, t *Target[T], pull Pull, k int) float64 {
	if !r.Valid() {
		return math.NaN()
	}
	xk := float64(x[k])
	p, q := r.Prob(k, xk)
	b := t.mass(k)
	if b != 0 && t.Shape != (Shape{}) {
		_, slope := t.Shape.bend(r, k, xk, narrow[T]())
		b *= slope
	}
	g := Mul0(p, (pull.mass.hi-b)+pull.mass.lo) - Mul0(b, q) + Mul0(p, pull.penalty)
	return g * r.Slope(xk)
}

// Quiet sets the elements of x to 0 that are below the smallest normal number of T, where size, that of the
// largest of their row, is 2^60 times that or more. In a sum over the row they move no digit, and products
// of such numbers take a hundred times as long as others.
func Quiet[T Float](x []T, size float64) {
	normal := 0x1p-126
	if _, wide := any(x).([]float64); wide {
		normal = 0x1p-1022
	}
	if !(size >= 0x1p60*normal) {
		return
	}
	least := T(normal)
	for j, v := range x {
		if v < least && -v < least {
			x[j] = 0
		}
	}
}

// Doubt returns 1 less the largest probability.
func (r *Row) Doubt() float64 { return r.s.hi / (1 + r.s.hi) }
