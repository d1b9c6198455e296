package kern

import "math"

// Sum is a running sum that carries its own rounding error, so that adding a million terms loses
// no more than adding two. Its zero value is 0. Infinities and NaN propagate as in a plain sum.
type Sum struct{ hi, lo float64 }

// Add adds x.
func (s *Sum) Add(x float64) {
	hi, lo := twoSum(s.hi, x)
	s.hi = hi
	if lo-lo == 0 { // else hi is ±Inf or NaN, and its rounding error meaningless
		s.lo += lo
	}
}

// Merge adds what t has summed.
func (s *Sum) Merge(t Sum) {
	s.Add(t.hi)
	s.Add(t.lo)
}

// Value returns the sum, rounded once.
func (s Sum) Value() float64 { return s.hi + s.lo }

// Parts returns the sum as an unevaluated hi + lo, |lo| ≤ ulp(hi)/2.
func (s Sum) Parts() (hi, lo float64) {
	hi = s.hi + s.lo
	if hi-hi != 0 {
		return hi, 0
	}
	return hi, s.lo - (hi - s.hi)
}

// twoSum returns a + b as the rounded sum and its exact error (Knuth). Not finite: the error is NaN.
func twoSum(a, b float64) (s, err float64) {
	s = a + b
	bb := s - a
	return s, (a - (s - bb)) + (b - bb)
}

// twoProduct returns a·b as the rounded product and its exact error.
func twoProduct(a, b float64) (p, err float64) {
	p = a * b
	return p, math.FMA(a, b, -p)
}

// underflow bounds the exponents whose exponential is not zero: e^-745.2 is below half the
// smallest float64.
const underflow = -745.2

// gap returns (x - max)/temp ≤ 0 as an unevaluated t + r, r ≈ 2⁻⁵³t: what rounding x - max would
// lose is relative to the exponent, so at x - max = -700 it would cost e^(x-max) ten bits.
// A gap too wide to be finite comes back with r = 0.
func gap(x, max, temp float64) (t, r float64) {
	t, r = twoSum(x, -max)
	if temp != 1 {
		q := t / temp
		r = (math.FMA(-q, temp, t) + r) / temp
		t = q
	}
	if r-r != 0 {
		r = 0
	}
	return t, r
}

// expGap returns e^((x-max)/temp) for x ≤ max, and 0 for -Inf.
func expGap(x, max, temp float64) float64 {
	t, r := gap(x, max, temp)
	if t < underflow {
		return 0
	}
	e := math.Exp(t)
	return e + e*r
}
