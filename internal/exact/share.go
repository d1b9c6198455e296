package exact

import "math/bits"

// A Share is an order-free sum of w·x for x in [0, 1]: probabilities and outcomes.
// Where w is 1, x is cut to a multiple of 2^-62 and costs two integer additions; other weights are
// summed exactly. The zero value is 0.
type Share struct {
	hi, lo uint64 // in units of 2^-62
	rest   *Sum
}

// Add adds w·x. An x outside [0, 1], or NaN, is summed exactly too.
func (s *Share) Add(w, x float64) {
	if w == 1 && x >= 0 && x <= 1 {
		var carry uint64
		s.lo, carry = bits.Add64(s.lo, uint64(int64(x*(1<<62))), 0)
		s.hi += carry
		return
	}
	if s.rest == nil {
		s.rest = new(Sum)
	}
	s.rest.AddProduct(w, x)
}

// Merge adds what t holds.
func (s *Share) Merge(t *Share) {
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, t.lo, 0)
	s.hi += t.hi + carry
	s.rest = merged(s.rest, t.rest)
}

// Sum returns the value as a new Sum.
func (s *Share) Sum() *Sum {
	sum := new(Sum)
	if s.hi|s.lo != 0 {
		sum.addWide(s.hi, s.lo, -62-unit)
	}
	if s.rest != nil {
		sum.Merge(s.rest)
	}
	return sum
}

// Float64 returns the value, rounded once.
func (s *Share) Float64() float64 { return s.Sum().Float64() }

// addWide adds (hi·2^64 + lo)·2^(shift+unit) for any hi.
func (s *Sum) addWide(hi, lo uint64, shift int) {
	s.addBits(false, 0, lo, shift)
	s.addBits(false, 0, hi, shift+64)
}

// A Count is an exact sum of weights: an integer for those that are 1. The zero value is 0.
type Count struct {
	ones int64
	rest *Sum
}

// Add adds w.
func (c *Count) Add(w float64) {
	if w == 1 {
		c.ones++
		return
	}
	if c.rest == nil {
		c.rest = new(Sum)
	}
	c.rest.Add(w)
}

// Merge adds what d holds.
func (c *Count) Merge(d *Count) {
	c.ones += d.ones
	c.rest = merged(c.rest, d.rest)
}

// Zero reports whether nothing was added.
func (c *Count) Zero() bool { return c.ones == 0 && c.rest == nil }

// Integral reports whether every weight added was 1.
func (c *Count) Integral() bool { return c.rest == nil }

// Sum returns the value as a new Sum.
func (c *Count) Sum() *Sum {
	s := new(Sum)
	if c.ones != 0 {
		s.addBits(c.ones < 0, 0, uint64(max(c.ones, -c.ones)), -unit)
	}
	if c.rest != nil {
		s.Merge(c.rest)
	}
	return s
}

// Float64 returns the value, rounded once.
func (c *Count) Float64() float64 { return c.Sum().Float64() }

// merged adds t to s, either of which may be nil, and returns the result without keeping t.
func merged(s, t *Sum) *Sum {
	switch {
	case t == nil:
		return s
	case s == nil:
		return t.Clone()
	}
	s.Merge(t)
	return s
}
