//go:build !js

package exact

import "xent/internal/coder"

// mostLimbs are enough for any sum of products of two float64 values, and 2^64 of them.
const mostLimbs = 160

// Code writes s, or reads it: the magnitude without empty limbs at either end, so that equal sums have equal bytes.
func (s *Sum) Code(c *coder.Coder) {
	if c.Reading() {
		s.read(c)
		return
	}
	t := s.Clone()
	var flags uint64
	if t.magnitude() {
		flags |= 1
	}
	for len(t.limb) > 0 && t.limb[len(t.limb)-1] == 0 {
		t.limb = t.limb[:len(t.limb)-1]
	}
	for len(t.limb) > 0 && t.limb[0] == 0 {
		t.limb, t.low = t.limb[1:], t.low+1
	}
	if t.odd != nil {
		flags |= 2
	}
	head := uint64(len(t.limb))<<2 | flags
	c.Uint(&head)
	if t.odd != nil {
		t.odd.code(c)
	}
	if len(t.limb) == 0 {
		return
	}
	low := uint64(t.low)
	c.Uint(&low)
	for i := range t.limb {
		c.Limb(&t.limb[i])
	}
}

func (s *Sum) read(c *coder.Coder) {
	*s = Sum{}
	var head, low uint64
	c.Uint(&head)
	if head&2 != 0 {
		s.odd = new(odd)
		s.odd.code(c)
	}
	n := head >> 2
	if n == 0 {
		return
	}
	c.Uint(&low)
	if n > mostLimbs || low > mostLimbs-n {
		c.Fail("a sum is larger than any sum of numbers")
		return
	}
	if uint64(len(c.Bytes())) < 4*n {
		c.Fail("the bytes end within a sum")
		return
	}
	s.low, s.limb = int32(low), make([]int64, n)
	for i := range s.limb {
		if c.Limb(&s.limb[i]); head&1 != 0 {
			s.limb[i] = -s.limb[i]
		}
	}
	s.carry()
}

func (o *odd) code(c *coder.Coder) {
	c.Nat(&o.nan)
	c.Nat(&o.pos)
	c.Nat(&o.neg)
}

func codeSum(c *coder.Coder) func(*Sum) { return func(s *Sum) { s.Code(c) } }

// Code writes s, or reads it.
func (s *Share) Code(c *coder.Coder) {
	c.Uint(&s.hi)
	c.Word(&s.lo)
	coder.Optional(c, &s.rest, codeSum(c))
}

// Code writes n, or reads it.
func (n *Count) Code(c *coder.Coder) {
	c.Int(&n.ones)
	coder.Optional(c, &n.rest, codeSum(c))
}

// Code writes s, or reads as many sums as it has.
func (s *Shares) Code(c *coder.Coder) {
	s.carry()
	for k := range s.low {
		c.Word(&s.low[k])
		c.Uint(&s.high[k])
		if s.low[k]>>shareBits != 0 {
			c.Fail("a share is larger than 1")
			s.low[k] = 0
		}
	}
	rest := s.rest != nil
	if c.Bool(&rest); !rest {
		s.rest = nil
		return
	}
	if s.rest == nil {
		s.rest = make([]Sum, len(s.low))
	}
	for k := range s.rest {
		s.rest[k].Code(c)
	}
}
