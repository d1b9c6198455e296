// Package coder writes values as bytes and reads them back, by one description for both directions: a type that says
// once what it consists of cannot be written in one way and read in another.
//
//	func (s *sums) Code(c *coder.Coder) {
//		c.Nat(&s.rows)
//		c.Float(&s.largest)
//	}
//
// Numbers are little-endian; small integers take one byte. Reading trusts nothing: no more elements are made than there
// are bytes left for them, and after the first fault every value reads as 0.
package coder

import (
	"encoding/binary"
	"errors"
	"math"
)

// A Coder writes to, or reads from, a run of bytes. Make one with [Writer] or [Reader].
type Coder struct {
	b       []byte // written so far, or left to read
	reading bool
	err     error
}

// Writer returns a Coder that appends to b.
func Writer(b []byte) *Coder { return &Coder{b: b} }

// Reader returns a Coder that reads b, which it does not change.
func Reader(b []byte) *Coder { return &Coder{b: b, reading: true} }

// Reading tells the direction.
func (c *Coder) Reading() bool { return c.reading }

// Bytes returns what was written, or what is left to read.
func (c *Coder) Bytes() []byte { return c.b }

// Err returns the first fault of what was read; nil while there is none.
func (c *Coder) Err() error { return c.err }

// Fail notes a fault of what is being read. The first one stays.
func (c *Coder) Fail(what string) {
	if c.err == nil {
		c.err, c.b = errors.New(what), nil
	}
}

// Ended notes a fault if bytes are left.
func (c *Coder) Ended() {
	if len(c.b) > 0 {
		c.Fail("more bytes than values")
	}
}

// Uint codes x as a varint: seven bits a byte, lowest first.
func (c *Coder) Uint(x *uint64) {
	if !c.reading {
		c.b = binary.AppendUvarint(c.b, *x)
		return
	}
	v, n := binary.Uvarint(c.b)
	switch {
	case n <= 0:
		c.Fail("a number is cut off or too large")
		v = 0
	case n > 1 && c.b[n-1] == 0:
		c.Fail("a number is longer than it need be")
		v = 0
	default:
		c.b = c.b[n:]
	}
	*x = v
}

// Int codes x, of either sign.
func (c *Coder) Int(x *int64) {
	u := uint64(*x)<<1 ^ uint64(*x>>63)
	c.Uint(&u)
	*x = int64(u>>1) ^ -int64(u&1)
}

// Nat codes an integer that is not negative.
func (c *Coder) Nat(x *int64) {
	u := uint64(*x)
	c.Uint(&u)
	if u > math.MaxInt64 {
		c.Fail("a count is negative")
		u = 0
	}
	*x = int64(u)
}

// Index codes an integer in [0, n).
func (c *Coder) Index(x *int, n int) {
	v := int64(*x)
	c.Nat(&v)
	if v >= int64(n) && c.err == nil {
		c.Fail("a number is out of range")
		v = 0
	}
	*x = int(v)
}

// Word codes x in eight bytes: for numbers of which the large ones are as likely as the small.
func (c *Coder) Word(x *uint64) {
	if !c.reading {
		c.b = binary.LittleEndian.AppendUint64(c.b, *x)
		return
	}
	*x = 0
	if len(c.b) < 8 {
		c.Fail("the bytes end within a number")
		return
	}
	*x = binary.LittleEndian.Uint64(c.b)
	c.b = c.b[8:]
}

// Float codes the bits of x.
func (c *Coder) Float(x *float64) {
	bits := math.Float64bits(*x)
	c.Word(&bits)
	*x = math.Float64frombits(bits)
}

// Limb codes the 32 low bits of x.
func (c *Coder) Limb(x *int64) {
	if !c.reading {
		c.b = binary.LittleEndian.AppendUint32(c.b, uint32(*x))
		return
	}
	*x = 0
	if len(c.b) < 4 {
		c.Fail("the bytes end within a number")
		return
	}
	*x = int64(binary.LittleEndian.Uint32(c.b))
	c.b = c.b[4:]
}

// Bool codes x.
func (c *Coder) Bool(x *bool) {
	var v uint64
	if *x {
		v = 1
	}
	c.Uint(&v)
	if v > 1 {
		c.Fail("neither true nor false")
	}
	*x = v == 1
}

// Text codes x.
func (c *Coder) Text(x *string) {
	n := c.Count(len(*x), 1)
	if !c.reading {
		c.b = append(c.b, *x...)
		return
	}
	*x, c.b = string(c.b[:n]), c.b[n:]
}

// Count codes how many elements follow, each of which takes at least so many bytes, and returns it.
func (c *Coder) Count(n, least int) int {
	v := uint64(n)
	c.Uint(&v)
	if c.reading && v > uint64(len(c.b)/least) {
		c.Fail("more elements than bytes")
		v = 0
	}
	return int(v)
}

// Slice codes the elements of x, each of which takes at least so many bytes.
func Slice[T any](c *Coder, x *[]T, least int, each func(*T)) {
	n := c.Count(len(*x), least)
	if c.reading {
		*x = nil
		if n > 0 {
			*x = make([]T, n)
		}
	}
	for i := range *x {
		each(&(*x)[i])
	}
}

// Optional codes whether x is there and, if so, what each says of it.
func Optional[T any](c *Coder, x **T, each func(*T)) {
	there := *x != nil
	c.Bool(&there)
	if !there {
		*x = nil
		return
	}
	if *x == nil {
		*x = new(T)
	}
	each(*x)
}
