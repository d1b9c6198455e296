package colfile

import (
	"encoding/binary"
	"errors"
)

// A flat is a table within a flatbuffer, the form in which Arrow describes its data. A table begins with how far before it
// a list of its members' places stands; a member that is absent has none. What points outside the buffer is an error, by
// a panic with errFlat, which guarded turns into a refusal.
type flat struct {
	buf []byte
	at  int
}

var errFlat = errors.New("a description that points outside of itself")

var le = binary.LittleEndian

func (t flat) bytes(at, n int) []byte {
	if at < 0 || n < 0 || at > len(t.buf)-n {
		panic(errFlat)
	}
	return t.buf[at : at+n]
}

func (t flat) u32(at int) int { return int(le.Uint32(t.bytes(at, 4))) }

// root is the table that a buffer holds.
func root(buf []byte) flat {
	t := flat{buf: buf}
	t.at = t.u32(0)
	return t
}

// member returns the place of the i-th member, 0 when it is absent.
func (t flat) member(i int) int {
	list := t.at - int(int32(le.Uint32(t.bytes(t.at, 4))))
	size := int(le.Uint16(t.bytes(list, 2)))
	if 4+2*i+2 > size {
		return 0
	}
	off := int(le.Uint16(t.bytes(list+4+2*i, 2)))
	if off == 0 {
		return 0
	}
	return t.at + off
}

// number returns a member of so many bytes, without a sign; what is absent is the given one.
func (t flat) number(i, size int, absent uint64) uint64 {
	at := t.member(i)
	if at == 0 {
		return absent
	}
	var b [8]byte
	copy(b[:], t.bytes(at, size))
	return le.Uint64(b[:])
}

func (t flat) int64(i int) int64 { return int64(t.number(i, 8, 0)) }
func (t flat) int32(i int) int   { return int(int32(t.number(i, 4, 0))) }

// table returns a member that is a table; false when it is absent.
func (t flat) table(i int) (flat, bool) {
	at := t.member(i)
	if at == 0 {
		return flat{}, false
	}
	return flat{t.buf, at + t.u32(at)}, true
}

// vector returns where the elements of a member stand, of size bytes each, and how many.
func (t flat) vector(i, size int) (at, n int) {
	if at = t.member(i); at == 0 {
		return 0, 0
	}
	at += t.u32(at)
	n = t.u32(at)
	t.bytes(at+4, n*size)
	return at + 4, n
}

// text returns a member that is a string.
func (t flat) text(i int) string {
	at, n := t.vector(i, 1)
	return string(t.bytes(at, n))
}

// tables returns the elements of a vector of tables.
func (t flat) tables(i int) []flat {
	at, n := t.vector(i, 4)
	list := make([]flat, n)
	for k := range list {
		list[k] = flat{t.buf, at + 4*k + t.u32(at+4*k)}
	}
	return list
}
