package exact

import (
	"math"
	"math/bits"
)

// Float64 returns the sum rounded once, to nearest with ties to even; beyond the range of float64,
// ±Inf; a sum that rounds to zero is +0.
func (s *Sum) Float64() float64 {
	if x, is := s.nonFinite(); is {
		return x
	}
	m, exp, negative := s.top()
	x := round(m, exp)
	if negative {
		return 0 - x // never -0
	}
	return x
}

// Pair returns the sum as hi + lo: hi is the sum rounded to float64, and lo the rest, rounded.
// Where hi is infinite or NaN, lo is 0.
func (s *Sum) Pair() (hi, lo float64) {
	hi = s.Float64()
	if math.IsInf(hi, 0) || math.IsNaN(hi) {
		return hi, 0
	}
	r := s.Clone()
	r.Add(-hi)
	return hi, r.Float64()
}

// Sign returns -1, 0 or 1, and 0 for NaN.
func (s *Sum) Sign() int {
	x, is := s.nonFinite()
	if !is {
		m, _, negative := s.top()
		x = float64(min(m, 1))
		if negative {
			x = -x
		}
	}
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// Ratio returns a/b within 1.5 units in the last place, also where a or b alone would overflow or underflow.
// As in IEEE 754, 0/0 is NaN and x/0 is ±Inf.
func Ratio(a, b *Sum) float64 {
	_, aOdd := a.nonFinite()
	_, bOdd := b.nonFinite()
	if aOdd || bOdd {
		return a.Float64() / b.Float64()
	}
	ma, ea, na := a.top()
	mb, eb, nb := b.top()
	if ma == 0 || mb == 0 {
		return a.Float64() / b.Float64()
	}
	x := math.Ldexp(round(ma, 0)/round(mb, 0), ea-eb)
	if na != nb {
		return -x
	}
	return x
}

// nonFinite returns the value that the infinite and NaN terms force, and whether there are any.
func (s *Sum) nonFinite() (float64, bool) {
	switch o := s.odd; {
	case o == nil:
		return 0, false
	case o.nan > 0 || o.pos > 0 && o.neg > 0:
		return math.NaN(), true
	case o.pos > 0:
		return math.Inf(1), true
	default:
		return math.Inf(-1), true
	}
}

// top writes the magnitude of s as m·2^exp with the highest bit of m set; the lowest bit of m is set
// too where lower bits of s were dropped, so that rounding m to 53 bits rounds s. Zero gives m = 0.
func (s *Sum) top() (m uint64, exp int, negative bool) {
	c := s.Clone()
	negative = c.magnitude()
	l := c.limb
	n := len(l)
	for n > 0 && l[n-1] == 0 {
		n--
	}
	if n == 0 {
		return 0, 0, false
	}
	at := func(i int) uint64 {
		if i < 0 {
			return 0
		}
		return uint64(l[i])
	}
	m = at(n-1)<<32 | at(n-2)
	lead := bits.LeadingZeros64(m)
	m = m<<lead | at(n-3)<<32>>(64-lead)
	sticky := at(n-3) << 32 << lead
	for i := n - 4; i >= 0; i-- {
		sticky |= at(i)
	}
	if sticky != 0 {
		m |= 1
	}
	return m, (int(c.low)+n-2)*limbBits + unit - lead, negative
}

// round returns m·2^exp, rounded once. The top bit of m is set, and its lowest bits may be sticky.
func round(m uint64, exp int) float64 {
	if m == 0 {
		return 0
	}
	drop := 11                          // of 64 bits, 53 stay
	if low := -1074 - exp; low > drop { // fewer in a subnormal
		drop = low
	}
	if drop > 64 {
		return 0 // below half of the smallest float64
	}
	var kept, rest, half uint64
	if drop == 64 {
		kept, rest, half = 0, m, 1<<63
	} else {
		kept, rest, half = m>>drop, m&(1<<drop-1), 1<<(drop-1)
	}
	if rest > half || rest == half && kept&1 == 1 {
		kept++
	}
	return math.Ldexp(float64(kept), exp+drop)
}
