package kern

import "math"

// Target is what a row of logits should have predicted, and how misses are counted.
// The mass of class j is
//
//	a[j] = Weights[j]·((1-Smoothing)·t[j] + Smoothing/K)
//
// where t is Soft, or one-hot at Label when Soft is nil.
type Target[T Float] struct {
	Soft      []T
	Label     int
	Weights   []float64 // nil means 1
	Smoothing float64
	Shape     Shape
	Penalty   float64 // of LogSumExp²
}

// Hard tells whether all mass lies on one class.
func (t *Target[T]) Hard() bool { return t.Soft == nil && t.Smoothing == 0 }

func (t *Target[T]) mass(j, classes int) float64 {
	var a float64
	switch {
	case t.Soft != nil:
		a = float64(t.Soft[j])
	case j == t.Label:
		a = 1
	}
	if t.Smoothing != 0 {
		a = (1-t.Smoothing)*a + t.Smoothing/float64(classes)
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

// Loss returns the loss of the row
//
//	Σ a[j]·φ(-ln p[j]) + Penalty·LogSumExp²
//
// with φ as in [Shape]. A class without mass adds nothing, whatever it would cost.
func Loss[T Float](r *Row, x []T, t *Target[T]) (loss float64, pull Pull) {
	if !r.Valid() {
		return math.NaN(), Pull{mass: dd{math.NaN(), 0}}
	}
	var sum, slopes Sum
	if t.Hard() {
		a := 1.0
		if t.Weights != nil {
			a = t.Weights[t.Label]
		}
		value, slope := t.Shape.bend(r, t.Label, float64(x[t.Label]))
		sum.Add(Mul0(a, value))
		slopes.Add(a * slope)
	} else {
		for j, v := range x {
			if a := t.mass(j, len(x)); a != 0 {
				value, slope := t.Shape.bend(r, j, float64(v))
				sum.Add(Mul0(value, a))
				slopes.Add(a * slope)
			}
		}
	}
	if t.Penalty != 0 {
		z := r.LogSumExp()
		sum.Add(t.Penalty * z * z)
		pull.penalty = 2 * t.Penalty * z
	}
	pull.mass.hi, pull.mass.lo = slopes.Parts()
	return sum.Value(), pull
}

// Grad stores c·dLoss/dx in dst, which may be x. The derivative for class k is
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
		y := t.Label
		p, q := r.Prob(y, float64(x[y]))
		g := Mul0(pull.penalty, p) - q*pull.mass.hi
		scale := c * (pull.mass.hi + pull.penalty) / r.Temp / (1 + r.s.hi)
		Of[T]().Exps(dst, x, r.Max, r.Temp, scale)
		dst[y] = T(c * g / r.Temp)
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
	b := t.mass(k, len(x))
	if b != 0 && t.Shape != (Shape{}) {
		_, slope := t.Shape.bend(r, k, xk)
		b *= slope
	}
	g := Mul0(p, (pull.mass.hi-b)+pull.mass.lo) - Mul0(b, q) + Mul0(p, pull.penalty)
	return g * r.Slope(xk)
}
