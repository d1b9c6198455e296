// Package exact sums float64 values without rounding, so that the order of the terms and any
// partition of them give the same bits.
//
// A [Sum] is a fixed-point number wide enough for every float64 and every product of two: an integer
// in units of 2^-2148, cut into limbs of 32 bits. Only the limbs that a sum has touched exist, so that
// thousands of sums of similar terms - the losses of each class - stay at some 40 bytes each.
// [Share] and [Count] are cheaper: they sum w·x for x in [0, 1] and w, at integer speed where w is 1.
//
// Source: Kulisch 2002 (the long accumulator); Neal 2015, arXiv:1505.05571 (limbs with room for
// carries, so that an addition propagates none).
package exact

import (
	"math"
	"math/bits"
)

const (
	limbBits = 32
	limbMask = 1<<limbBits - 1

	// unit is the exponent of the lowest bit of limb 0: products of two subnormals reach it.
	unit = -2148

	// Between carries a limb takes this many additions of at most 2^32 each and stays inside an int64.
	maxPending = 1 << 30
)

// A Sum is an exact sum of float64 values and of their products. The zero value is 0, ready to use.
//
//	value = Σ limb[i]·2^(32·(low+i) - 2148)
//
// Infinities and NaN are counted apart, and the value is then what IEEE 754 addition would give.
// A Sum must not be copied after first use, except by [Sum.Clone].
type Sum struct {
	limb    []int64 // signed; magnitudes may exceed 32 bits until carry
	low     int32   // index of limb[0], in limbs from 2^-2148
	pending int32   // additions since the last carry
	odd     *odd    // nil while every term was finite
}

// odd counts the terms that are no number or no finite one.
type odd struct{ nan, pos, neg int64 }

// Add adds x.
func (s *Sum) Add(x float64) {
	b := math.Float64bits(x)
	exp := int(b>>52) & 0x7ff
	m := b & (1<<52 - 1)
	if uint(exp-1) < 0x7fe && s.addNear(exp-1075-unit, m|1<<52, int64(b)>>63) {
		return
	}
	switch exp {
	case 0x7ff:
		s.addOdd(x)
		return
	case 0:
		exp = 1 // subnormal: no hidden bit
	default:
		m |= 1 << 52
	}
	if m == 0 {
		return
	}
	// x = ±m·2^(exp-1075)
	shift := exp - 1075 - unit
	s.addBits(int(b>>63) != 0, 0, m, shift)
}

// addNear adds m·2^(shift+unit), negated where sign is -1 rather than 0, and tells whether it did: the limbs have to be there.
func (s *Sum) addNear(shift int, m uint64, sign int64) bool {
	at, r := shift>>5-int(s.low), uint(shift&31)
	if at < 0 || at+3 > len(s.limb) || s.pending >= maxPending {
		return false
	}
	l, lo := s.limb[at:at+3], m<<r
	l[0] += (int64(lo&limbMask) ^ sign) - sign
	l[1] += (int64(lo>>32) ^ sign) - sign
	l[2] += (int64(m>>(64-r)) ^ sign) - sign
	s.pending++
	return true
}

// AddProduct adds a·b, exactly: there is no rounding, overflow or underflow.
// 0·Inf counts as NaN.
func (s *Sum) AddProduct(a, b float64) {
	if a == 1 {
		s.Add(b)
		return
	}
	ma, ea := split(a)
	mb, eb := split(b)
	if ea == special || eb == special {
		s.addOdd(a * b)
		return
	}
	hi, lo := bits.Mul64(ma, mb)
	if hi|lo == 0 {
		return
	}
	s.addBits(math.Signbit(a) != math.Signbit(b), hi, lo, ea+eb-unit)
}

// Merge adds the terms of t, which stays as it is.
func (s *Sum) Merge(t *Sum) {
	if t.odd != nil {
		o := s.oddities()
		o.nan += t.odd.nan
		o.pos += t.odd.pos
		o.neg += t.odd.neg
	}
	if len(t.limb) == 0 {
		return
	}
	s.carry()
	u := t.Clone()
	u.carry()
	s.window(int(u.low), int(u.low)+len(u.limb))
	at := int(u.low - s.low)
	for i, v := range u.limb {
		s.limb[at+i] += v
	}
	s.pending++
}

// AddMul adds a·b, the exact product of two sums.
// The product of an infinite or NaN sum counts as one term of that kind.
func (s *Sum) AddMul(a, b *Sum) { s.addMul(a, b, false) }

// SubMul subtracts a·b.
func (s *Sum) SubMul(a, b *Sum) { s.addMul(a, b, true) }

func (s *Sum) addMul(a, b *Sum, negative bool) {
	if a.odd != nil || b.odd != nil {
		x := a.Float64() * b.Float64()
		if negative {
			x = -x
		}
		s.addOdd(x)
		return
	}
	a, b = a.Clone(), b.Clone()
	an, bn := a.magnitude(), b.magnitude()
	negative = negative != (an != bn)
	for i, x := range a.limb {
		for j, y := range b.limb {
			if lo := uint64(x) * uint64(y); lo != 0 {
				s.addBits(negative, 0, lo, (int(a.low)+int(b.low)+i+j)*limbBits+unit)
			}
		}
	}
}

// Clone returns a copy.
func (s *Sum) Clone() *Sum {
	c := &Sum{limb: append([]int64(nil), s.limb...), low: s.low, pending: s.pending}
	if s.odd != nil {
		o := *s.odd
		c.odd = &o
	}
	return c
}

// addBits adds ±(hi·2^64 + lo)·2^(shift+unit). hi is below 2^42 and shift may be negative only in
// products of sums, whose own unit is 2^(2·unit).
func (s *Sum) addBits(negative bool, hi, lo uint64, shift int) {
	if s.pending >= maxPending {
		s.carry()
	}
	at := shift >> 5 // floor, for negative shifts too
	r := uint(shift & 31)
	// The 106 bits, shifted by at most 31, fill at most five limbs.
	w0 := lo << r
	w1 := hi<<r | lo>>(64-r) // r = 0: lo>>64 is 0
	w2 := hi >> (64 - r)
	n := 5
	switch {
	case w2 == 0 && w1 == 0:
		n = 2
	case w2 == 0 && w1>>32 == 0:
		n = 3
	}
	if at < int(s.low) || at+n > int(s.low)+len(s.limb) {
		s.window(at, at+n)
	}
	l := s.limb[at-int(s.low):]
	sign := int64(1)
	if negative {
		sign = -1
	}
	l[0] += sign * int64(w0&limbMask)
	l[1] += sign * int64(w0>>32)
	if n > 2 {
		l[2] += sign * int64(w1&limbMask)
	}
	if n > 3 {
		l[3] += sign * int64(w1>>32)
		l[4] += sign * int64(w2)
	}
	s.pending++
}

// window makes the limbs from low up to high exist.
func (s *Sum) window(low, high int) {
	if len(s.limb) == 0 {
		s.low, s.limb = int32(low), make([]int64, high-low)
		return
	}
	low, high = min(low, int(s.low)), max(high, int(s.low)+len(s.limb))
	grown := make([]int64, high-low)
	copy(grown[int(s.low)-low:], s.limb)
	s.low, s.limb = int32(low), grown
}

// carry brings every limb but the last, which keeps the sign, into [0, 2^32).
func (s *Sum) carry() {
	s.pending = 0
	n := len(s.limb)
	if n == 0 {
		return
	}
	var c int64
	for i := range n - 1 {
		v := s.limb[i] + c
		s.limb[i], c = v&limbMask, v>>limbBits
	}
	s.limb[n-1] += c
	if top := s.limb[n-1]; top>>limbBits != 0 && top>>limbBits != -1 {
		s.window(int(s.low), int(s.low)+n+1)
		s.limb[n-1], s.limb[n] = top&limbMask, top>>limbBits
	}
}

// magnitude carries, makes every limb lie in [0, 2^32) and reports whether the value is negative.
func (s *Sum) magnitude() (negative bool) {
	s.carry()
	n := len(s.limb)
	if n == 0 {
		return false
	}
	if s.limb[n-1] < 0 {
		negative = true
		for i := range s.limb {
			s.limb[i] = -s.limb[i]
		}
		s.carry()
	}
	if top := s.limb[n-1]; top>>limbBits != 0 {
		s.window(int(s.low), int(s.low)+n+1)
		s.limb[n-1], s.limb[n] = top&limbMask, top>>limbBits
	}
	return negative
}

func (s *Sum) addOdd(x float64) {
	o := s.oddities()
	switch {
	case x > 0:
		o.pos++
	case x < 0:
		o.neg++
	default:
		o.nan++
	}
}

func (s *Sum) oddities() *odd {
	if s.odd == nil {
		s.odd = new(odd)
	}
	return s.odd
}

const special = 1 << 20 // exponent that split gives for infinities and NaN

// split writes |x| as m·2^e.
func split(x float64) (m uint64, e int) {
	b := math.Float64bits(x)
	e = int(b>>52) & 0x7ff
	m = b & (1<<52 - 1)
	switch e {
	case 0x7ff:
		return 0, special
	case 0:
		return m, -1074
	}
	return m | 1<<52, e - 1075
}
