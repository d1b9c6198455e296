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

// Shares are order-free sums of rows of probabilities, one sum per class, a single integer addition
// each: a value is cut to a multiple of 2^-53.
type Shares struct {
	low  []uint64 // in units of 2^-53, carried every maxRows rows
	high []uint64 // in units of 1
	rows int      // since the last carry
	rest []Sum    // rows of other weights; nil while there are none
}

const (
	shareBits = 53
	maxRows   = 500 // of values below 4
)

// NewShares returns n sums of 0.
func NewShares(n int) *Shares {
	return &Shares{low: make([]uint64, n), high: make([]uint64, n)}
}

// Add adds w·x[k] to sum k. Each x[k] is in [0, 4).
func (s *Shares) Add(w float64, x []float64) {
	if w != 1 {
		if s.rest == nil {
			s.rest = make([]Sum, len(s.low))
		}
		for k, v := range x {
			s.rest[k].AddProduct(w, v)
		}
		return
	}
	low := s.Row()[:len(x)]
	for k, v := range x {
		low[k] += uint64(int64(v * (1 << shareBits)))
	}
}

// Row returns the sums, in units of 2^-53, for one row of weight 1 to be added to them as integers below 2^55.
func (s *Shares) Row() []uint64 {
	if s.rows++; s.rows > maxRows {
		s.carry()
		s.rows = 1
	}
	return s.low
}

// Merge adds what t holds. Both have the same length.
func (s *Shares) Merge(t *Shares) {
	s.carry()
	for k, v := range t.low {
		s.low[k] += v & (1<<shareBits - 1)
		s.high[k] += v>>shareBits + t.high[k]
	}
	s.rows = 1
	if t.rest == nil {
		return
	}
	if s.rest == nil {
		s.rest = make([]Sum, len(s.low))
	}
	for k := range t.rest {
		s.rest[k].Merge(&t.rest[k])
	}
}

// Sum returns sum k as a new Sum.
func (s *Shares) Sum(k int) *Sum {
	sum := new(Sum)
	if v := s.low[k]; v != 0 {
		sum.addBits(false, 0, v, -shareBits-unit)
	}
	if v := s.high[k]; v != 0 {
		sum.addBits(false, 0, v, -unit)
	}
	if s.rest != nil {
		sum.Merge(&s.rest[k])
	}
	return sum
}

// Float64 returns sum k, rounded once.
func (s *Shares) Float64(k int) float64 { return s.Sum(k).Float64() }

func (s *Shares) carry() {
	s.rows = 0
	for k, v := range s.low {
		s.low[k] = v & (1<<shareBits - 1)
		s.high[k] += v >> shareBits
	}
}
