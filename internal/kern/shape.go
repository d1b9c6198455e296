package kern

import "math"

// Shape bends the cost l = -ln p of a class. With q = 1-p,
//
//	φ(l) = q^Focus·( (1-p^Robust)/Robust + Poly·q )
//
// where (1-p^0)/0 stands for its limit, l. The zero Shape is l itself.
type Shape struct {
	Focus  float64 // γ ≥ 0
	Robust float64 // q of the generalised cross-entropy, in [0, 1]
	Poly   float64 // ε₁ of poly-1
}

// bend returns φ(l) of class j with logit x, and φ'(l), to the digits of float32 if short; see [Shape.of].
func (s Shape) bend(r *Row, j int, x float64, short bool) (value, slope float64) {
	l := r.Cost(x)
	if s == (Shape{}) {
		return l, 1
	}
	p, q := r.Prob(j, x)
	o := odds{p: p, l: l, rest: dd{q, 0}, cost: dd{l, 0}, short: short}
	if short {
		return s.of(o)
	}
	if s.Focus != 0 {
		o.rest = r.restWide(j, x)
	}
	if s.Robust != 0 || s.Poly < 0 {
		o.cost = r.costWide(x)
	}
	return s.of(o)
}

// odds is the probability of a class in the forms that a shape needs, each with its own digits.
type odds struct {
	p    float64
	l    float64 // -ln p
	rest dd      // 1-p, wide if there is a focus
	cost dd      // -ln p, wide; only if there is a robustness, or a negative poly

	short bool // neither is wide: the digits of float32 will do
}

// power returns q^γ.
func (o *odds) power(focus float64) float64 {
	switch {
	case !o.short:
		return pow(o.rest, focus)
	case focus == 1:
		return o.rest.hi
	case focus == 2:
		return o.rest.hi * o.rest.hi
	}
	return Exp(focus*Log(o.rest.hi), 0)
}

// of returns φ(l), and
//
//	φ'(l) = q^γ·( p^r + ε·p + γ·p·(φ₀/q) )     φ₀ = (1-p^r)/r + ε·q
//
// A certain class costs 0; where Focus is above 0 it has slope 0.
func (s Shape) of(o odds) (value, slope float64) {
	p, l, q := o.p, o.l, o.rest.hi
	if s.Focus != 0 && q == 0 {
		return 0, 0
	}
	power := 1.0 // p^r
	cost := l    // (1-p^r)/r
	if s.Robust != 0 {
		power = expTimes(o.cost.neg(), s.Robust)
		if y := s.Robust * l; y > 0x1p-54 {
			cost = -math.Expm1(-y) / s.Robust
		}
	}
	base, tilt := cost, power // φ₀ and its slope, p^r + ε·p
	switch {
	case s.Poly > 0:
		base, tilt = cost+s.Poly*q, power+s.Poly*p
	case s.Poly < 0:
		// (1+ε)·q and (1+ε)·p, and what cost and power are beyond q and p: neither is negative
		more, over := 1+s.Poly, q
		if s.Robust != 0 {
			over = power * -math.Expm1(-Mul0(1-s.Robust, l))
		}
		base, tilt = more*q+costOverRest(o.cost, s.Robust), more*p+over
	}
	if s.Focus == 0 {
		return base, tilt
	}
	f := o.power(s.Focus)
	return Mul0(f, base), f * (tilt + s.Focus*Mul0(p, base)/q)
}

// costOverRest returns (1-p^r)/r - (1-p) ≥ 0 for l = -ln p. Below l = ½, where the two begin to cancel, it
// is the series
//
//	l²/2!·(1-r) - l³/3!·(1-r²) + l⁴/4!·(1-r³) - …
//
// and above it, in twice the digits, the difference as it stands for r < ½, and else, as the two meet at
// r = 1,
//
//	((1-r)·(1-p) - p·(p^(r-1) - 1))/r
func costOverRest(l dd, r float64) float64 {
	less := dd{1 - r, 0} // used where it is exact
	switch {
	case l.hi < 0.5:
		sum, term, unlike := 0.0, l.hi, 0.0
		for n := 2.0; n < 18; n++ { // 0.5^18/18! is below the last digit
			term *= -l.hi / n
			unlike = unlike*r + less.hi // 1 - r^(n-1)
			sum -= term * unlike
		}
		return sum
	case math.IsInf(l.hi, 1) || l.hi > -underflow && r >= 0.5: // p = 0
		return less.hi / r
	case r*l.hi < 0x1p-70:
		return l.add(expm1Wide(l.neg())).value()
	case r < 0.5:
		return expm1Wide(l.neg()).add(expm1Wide(l.mul(dd{-r, 0})).div(dd{r, 0}).neg()).value()
	}
	rest := expm1Wide(l.neg()).neg()
	return less.mul(rest).add(expWide(-l.hi, -l.lo).mul(expm1Wide(l.mul(less))).neg()).value() / r
}

// costWide is Cost with about 64 bits, relative to its largest part.
func (r *Row) costWide(x float64) dd {
	t, rest := r.gap(x)
	if math.IsInf(t, -1) {
		return dd{math.Inf(1), 0}
	}
	return log1pWide(r.s).add(dd{-t, -rest})
}
