package kern

import "math"

// Link maps a logit x to the exponent z of the softmax:
//
//	z = cap·tanh(x/cap)/temp     or x/temp when Cap is 0
//
// A logit at -Inf is an excluded class and stays one under a cap.
type Link struct {
	Temp float64 // > 0
	Cap  float64 // ≥ 0
}

// Row is what one pass over a row of logits has found, enough to give every class its probability
// p, the rest q = 1-p and the cost -ln p, none of them by subtracting numbers that nearly agree:
//
//	p = e/(1+s)   q = (1+s-e)/(1+s), s/(1+s) for the maximum   -ln p = (top-z) + log1p(s)
//
// where e = exp(z-top), top is the largest z, and s = Σ e over all classes but the first largest.
type Row struct {
	Link
	Max float64 // the largest logit
	Arg int     // its first index
	s   dd      // the sum over the others
	top dd      // z of Max times Temp
	log float64 // log1p(s)
}

// Valid tells whether the row has a softmax: no NaN, a class left, and at most one +Inf
// (an uncapped one).
func (r *Row) Valid() bool { return r.s.hi == r.s.hi }

// NewRow scans x, which must not be empty. With wide, s carries twice the digits,
// for the powers of q that a focal loss takes.
func NewRow[T Float](x []T, link Link, wide bool) (r Row) {
	r.Link = link
	if link.Cap == 0 && !wide {
		r.Max, r.Arg, r.s.hi, r.s.lo = Of[T]().Others(x, link.Temp)
		r.top.hi = r.Max
	} else if wide || !scanCapped(&r, x) {
		scan(&r, x, wide)
	}
	r.settle()
	return r
}

// Merge adds the classes of t to those of r, where t was made from later ones with the same link and
// width, and numbers its classes from first on. A sequence of merges over the tiles of a row has s
// within 2^-60 of NewRow's over the whole row, for up to a million tiles.
func (r *Row) Merge(t Row, first int) {
	t.Arg += first
	switch {
	case r.Max != r.Max || t.Max == math.Inf(-1): // NaN stays; a tile of excluded classes adds nothing
		return
	case t.Max != t.Max || r.Max == math.Inf(-1):
		*r = t
		return
	case t.Max <= r.Max:
		r.s = r.s.add(r.scaled(&t))
	default:
		t.s = t.s.add(t.scaled(r))
		*r = t
	}
	r.settle()
}

// scaled returns what all classes of t, its largest included, add to the sum of r, whose largest is at
// least as large.
func (r *Row) scaled(t *Row) dd {
	switch {
	case !t.Valid() || r.Cap == 0 && math.IsInf(t.Max, 1): // t, or both, hold more than one +Inf
		return dd{math.NaN(), 0}
	case r.Cap == 0 && math.IsInf(r.Max, 1):
		return dd{}
	}
	return expWide(r.gap(t.Max)).mul(dd{1, 0}.add(t.s))
}

// settle finds what follows from s.
func (r *Row) settle() {
	r.log = math.Log1p(r.s.hi)
	r.log += r.s.lo / (1 + r.s.hi)
}

// Tile returns r for a tile of classes from the first on, numbered from 0.
func (r *Row) Tile(first int) Row {
	tile := *r
	tile.Arg -= first
	return tile
}

// scan is NewRow for links and precisions beyond the tables.
func scan[T Float](r *Row, x []T, wide bool) {
	mx, arg := maxOf(x)
	r.Max, r.Arg = float64(mx), arg
	r.top = dd{r.Max, 0}
	if r.Cap > 0 && r.Max > math.Inf(-1) {
		r.top, _ = capped(r.Max, r.Cap)
	} else if r.Max-r.Max != 0 {
		r.s.hi = limit(x, arg, r.Max)
		return
	}
	var sum dd
	for j, v := range x {
		if j == arg {
			continue
		}
		t, rest := r.gap(float64(v))
		if wide {
			sum = sum.add(expWide(t, rest))
		} else {
			var err float64
			sum.hi, err = twoSum(sum.hi, Exp(t, rest))
			sum.lo += err
		}
	}
	r.s = quickSum(sum.hi, sum.lo)
}

// gap returns z - top ≤ 0 of the logit x as an unevaluated sum.
func (r *Row) gap(x float64) (t, rest float64) {
	switch {
	case x == r.Max: // also where both are +Inf
		return 0, 0
	case r.Cap == 0 || math.IsInf(x, -1):
		return gap(x, r.Max, r.Temp)
	}
	z, _ := capped(x, r.Cap)
	d := z.add(r.top.neg())
	if r.Temp != 1 {
		d = d.div(dd{r.Temp, 0})
	}
	return d.hi, d.lo
}

// LogSumExp returns ln Σ e^z.
func (r *Row) LogSumExp() float64 {
	z := r.top
	if r.Temp != 1 {
		z = z.div(dd{r.Temp, 0})
	}
	if math.IsInf(r.Max, -1) || math.IsInf(r.Max, 1) && r.Cap == 0 {
		return r.Max
	}
	s, err := twoSum(z.hi, r.log)
	return s + (err + z.lo)
}

// Cost returns -ln p of the class with logit x: +Inf for an excluded class.
func (r *Row) Cost(x float64) float64 {
	t, rest := r.gap(x)
	return (r.log - rest) - t
}

// Prob returns p and 1-p of class j with logit x.
func (r *Row) Prob(j int, x float64) (p, q float64) {
	total := 1 + r.s.hi
	if j == r.Arg {
		return 1 / total, r.s.hi / total
	}
	e := Exp(r.gap(x))
	return e / total, (1 + ((r.s.hi - e) + r.s.lo)) / total
}

// restWide is q of Prob with twice the digits.
func (r *Row) restWide(j int, x float64) dd {
	total := dd{1, 0}.add(r.s)
	if j == r.Arg {
		return r.s.div(total)
	}
	return total.add(expWide(r.gap(x)).neg()).div(total)
}

// Slope returns dz/dx of the logit x.
func (r *Row) Slope(x float64) float64 {
	if r.Cap == 0 || math.IsInf(x, -1) {
		return 1 / r.Temp
	}
	_, slope := capped(x, r.Cap)
	return slope / r.Temp
}

// capped returns cap·tanh(x/cap) to about 65 bits relative to cap, and its derivative, 1 - tanh².
func capped(x, cap float64) (z dd, slope float64) {
	u := math.Abs(x) / cap
	if u < 0x1p-30 { // tanh u = u to 60 bits
		return dd{x, 0}, 1
	}
	var e dd // e^-2u
	if u < -underflow/2 {
		e = expWide(-2*u, -2*math.FMA(-u, cap, math.Abs(x))/cap)
	}
	one := dd{1, 0}
	total := one.add(e)
	z = one.add(e.neg()).div(total).mul(dd{math.Copysign(cap, x), 0})
	return z, 4 * e.hi / total.hi / total.hi
}

// expWide returns e^(t+r) to about 68 bits; only denormal results have fewer.
func expWide(t, r float64) dd {
	if !(t >= underflow) {
		return dd{Exp(t, r), 0} // 0, or NaN
	}
	f, n := expDD(t, r)
	return dd{scale(f.hi, n), scaleDown(f.lo, n)}
}

// Plain tells whether [Table.Exps] can give the row's exponentials.
func (r *Row) Plain() bool { return r.Cap == 0 && r.Max-r.Max == 0 }

// Confidence returns the largest probability of the row.
func (r *Row) Confidence() float64 { return 1 / (1 + r.s.hi) }
