package kern

import "math"

// Given is a row of probabilities, or of their logarithms, that are taken as they are, or of
// probabilities that are divided by their sum. Unlike a [Row] of logits, the classes do not depend on each
// other but by that sum.
type Given[T Float] struct {
	x       []T
	log     bool
	divided bool
	total   dd // Σ x if the row is divided by it, else 1
}

// GivenOf takes the probabilities x, or their logarithms, as they are.
func GivenOf[T Float](x []T, log bool) Given[T] { return Given[T]{x: x, log: log, total: dd{1, 0}} }

// DividedOf takes the probabilities x divided by their sum, which must be above 0.
func DividedOf[T Float](x []T) Given[T] {
	g := Given[T]{x: x, divided: true}
	for _, v := range x {
		g.total = g.total.add(dd{float64(v), 0})
	}
	return g
}

// odds returns class j as shapes need it.
func (g *Given[T]) odds(j int, s Shape) (o odds) {
	x := float64(g.x[j])
	if g.log {
		o.p, o.l, o.cost = Exp(x, 0), 0-x, dd{-x, 0}
		o.rest = dd{-math.Expm1(x), 0}
		if s.Focus != 0 && x < -0.5 {
			o.rest = dd{1, 0}.add(expWide(x, 0).neg())
		}
		return o
	}
	o.rest = g.total.add(dd{-x, 0})
	if g.divided {
		o.rest = o.rest.div(g.total)
	}
	o.p = x / g.total.hi
	switch {
	case o.p > 0.5:
		o.l = -math.Log1p(-o.rest.hi)
	case o.p >= 0x1p-1022:
		o.l = -Log(o.p)
	default:
		o.l = Log(g.total.hi) - Log(x)
	}
	if s.Robust != 0 || s.Poly < 0 {
		o.cost = dd{math.Inf(1), 0}
		if x > 0 {
			o.cost = logWide(g.total).add(logWide(dd{x, 0}).neg())
		}
	}
	return o
}

func (g *Given[T]) bend(j int, s Shape) (value, slope float64) {
	o := g.odds(j, s)
	if s == (Shape{}) {
		return o.l, 1
	}
	return s.of(o)
}

// LossGiven returns Σ a[j]·φ(-ln p[j]), with the masses of t and φ as in [Shape]; t has no Penalty.
// A class without mass adds nothing, whatever it would cost.
func LossGiven[T Float](g *Given[T], t *Target[T]) float64 {
	if t.Hard() {
		value, _ := g.bend(t.Label, t.Shape)
		return Mul0(t.mass(t.Label), value)
	}
	var sum Sum
	for j := range g.x {
		if a := t.mass(j); a != 0 {
			value, _ := g.bend(j, t.Shape)
			sum.Add(Mul0(value, a))
		}
	}
	return sum.Value()
}

// GradGiven stores c·dLoss/dx in dst, which may be the row itself. With b[j] = a[j]·φ'(-ln p[j]) and the sum
// S of a row that is divided by it, the derivative for class k is
//
//	taken as they are  -b[k]/x[k]      logarithms  -b[k]      divided  Σ b[j]/S - b[k]/x[k]
//
// the last as Σ b[j]/S over the others less (1-p[k])·b[k]/x[k], which do not cancel for a label.
func GradGiven[T Float](dst []T, g *Given[T], t *Target[T], c float64) {
	var all Sum
	for j := range g.x {
		if a := t.mass(j); a != 0 && g.divided {
			_, slope := g.bend(j, t.Shape)
			all.Add(a * slope)
		}
	}
	hi, lo := all.Parts()
	for k, v := range g.x {
		x, b, pull := float64(v), t.mass(k), 0.0
		if b != 0 {
			a := b
			_, slope := g.bend(k, t.Shape)
			b *= slope
			switch {
			case g.log:
				pull = b
			case x == 0:
				pull = a * t.Shape.steepest() / g.total.hi
			case g.divided:
				pull = b * (g.odds(k, Shape{}).rest.hi / x)
			default:
				pull = b / x
			}
		}
		slope := 0 - pull // 0 rather than -0
		if g.divided {
			slope += ((hi - b) + lo) / g.total.hi
		}
		dst[k] = T(c * slope)
	}
}

// steepest returns -dφ/dp at p = 0.
func (s Shape) steepest() float64 {
	if s.Robust < 1 {
		return math.Inf(1)
	}
	return (1 + s.Poly) * (1 + s.Focus)
}
