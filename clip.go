package xent

import (
	"math"

	"xent/internal/kern"
)

// Clipping says what [ClipNorm] found, of one step or, merged, of many.
type Clipping struct {
	Norm  float64 // of the last step's gradients, before
	Scale float64 // what they were multiplied by: 1 when the norm was small enough

	Steps     int
	Clipped   int // of them, those with a scale below 1
	NonFinite int // of them, those whose norm was ±Inf or NaN
}

// Share returns the share of the steps that were clipped: 0 of none.
func (c Clipping) Share() float64 {
	if c.Steps == 0 {
		return 0
	}
	return float64(c.Clipped) / float64(c.Steps)
}

// Merge adds the steps of s, which came later.
func (c *Clipping) Merge(s Clipping) {
	s.Steps += c.Steps
	s.Clipped += c.Clipped
	s.NonFinite += c.NonFinite
	*c = s
}

// ClipNorm scales gradients in place so that their common Euclidean norm is at most max:
//
//	grads[i][j] *= min(1, max/norm)      norm = √(Σ grads[i][j]²)
//
// The norm is within a unit of its last place and neither overflows nor underflows; gradients whose norm is
// max or less are not touched. (PyTorch's clip_grad_norm_ divides by norm + 1e-6, and so shrinks those
// as well.)
//
// Special values: gradients of which the norm is ±Inf or NaN are left as they are, and counted: no scale
// would mend them.
// Errors: *OptionError unless max is above 0 and finite; grads are then untouched.
// Memory: none is allocated.
// Source: Pascanu, Mikolov and Bengio 2013.
func ClipNorm[T Float](grads [][]T, max float64) (Clipping, error) {
	if !(max > 0 && max <= math.MaxFloat64) {
		return Clipping{}, &OptionError{"ClipNorm", "max", float(max), "a finite norm above 0"}
	}
	c := Clipping{Norm: norm(grads), Scale: 1, Steps: 1}
	switch {
	case c.Norm-c.Norm != 0:
		c.NonFinite = 1
	case c.Norm > max:
		c.Scale, c.Clipped = max/c.Norm, 1
		for _, g := range grads {
			for i, v := range g {
				g[i] = T(float64(v) / c.Norm * max)
			}
		}
	}
	return c, nil
}

// norm returns the Euclidean norm of all gradients together.
func norm[T Float](grads [][]T) float64 {
	if narrow, ok := any(grads).([][]float32); ok {
		return norm32(narrow)
	}
	largest := 0.0
	for _, g := range grads {
		for _, v := range g {
			largest = max(largest, math.Abs(float64(v))) // NaN stays NaN
		}
	}
	if largest == 0 || largest-largest != 0 {
		return largest
	}
	_, exp := math.Frexp(largest)
	var sum kern.Sum
	for _, g := range grads {
		for _, v := range g {
			x := math.Ldexp(float64(v), -exp) // at most 1
			square := x * x
			sum.Add(square)
			sum.Add(math.FMA(x, x, -square))
		}
	}
	return math.Ldexp(math.Sqrt(sum.Value()), exp)
}

// norm32 is norm of float32, whose squares are exact in float64 and neither overflow nor underflow there. They go into four sums
// in turn, so that one need not wait for the other.
func norm32(grads [][]float32) float64 {
	var sums [4]kern.Sum
	square := func(v float32) float64 { return float64(v) * float64(v) }
	for _, g := range grads {
		a, b, c, d := sums[0], sums[1], sums[2], sums[3]
		for ; len(g) >= 4; g = g[4:] {
			a.Add(square(g[0]))
			b.Add(square(g[1]))
			c.Add(square(g[2]))
			d.Add(square(g[3]))
		}
		sums = [...]kern.Sum{a, b, c, d}
		for i, v := range g {
			sums[i].Add(square(v))
		}
	}
	for _, s := range sums[1:] {
		sums[0].Merge(s)
	}
	return math.Sqrt(sums[0].Value())
}
