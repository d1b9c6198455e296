package kern

import "math"

// Sum is a running sum that carries its own rounding error, so that adding a million terms loses
// no more than adding two. Its zero value is 0. Infinities and NaN propagate as in a plain sum.
type Sum struct{ hi, lo float64 }

// SumOf returns the sum of x alone.
func SumOf(x float64) Sum { return Sum{hi: x} }

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

// Times returns the sum of x times as much.
func (s Sum) Times(x float64) Sum {
	hi := s.hi * x
	t := Sum{hi: hi}
	if r := math.FMA(s.hi, x, -hi) + s.lo*x; r-r == 0 {
		t.lo = r
	}
	return t
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

// underflow bounds the exponents whose exponential is not zero: e^-745.2 is below half the
// smallest float64.
const underflow = -745.2
