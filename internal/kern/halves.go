package kern

import (
	"math"
	"sync"
)

// Numbers of 16 bits. A float16 has 5 bits of exponent and 10 of fraction, a bfloat16 is the upper half of a float32.

// Float16 stores in dst the numbers that src holds as float16, two bytes each, the lower first: exactly, and NaN as
// some NaN.
func Float16[T Float](dst []T, src []byte) {
	if kernel := Of[T]().Float16; assembly && kernel != nil {
		kernel(dst, src)
		return
	}
	float16(dst, src)
}

// BFloat16 is Float16 for bfloat16.
func BFloat16[T Float](dst []T, src []byte) {
	if kernel := Of[T]().BFloat16; assembly && kernel != nil {
		kernel(dst, src)
		return
	}
	bfloat16(dst, src)
}

// The loops below take 8 bytes at a time, so that one comparison pays for four elements.

func float16[T Float](dst []T, src []byte) {
	table := halves()
	src = src[:2*len(dst)]
	for len(dst) >= 4 && len(src) >= 8 {
		u := four(src)
		dst[0] = T(table[uint16(u)])
		dst[1] = T(table[uint16(u>>16)])
		dst[2] = T(table[uint16(u>>32)])
		dst[3] = T(table[uint16(u>>48)])
		dst, src = dst[4:], src[8:]
	}
	for i := range dst {
		dst[i] = T(table[uint16(src[2*i])|uint16(src[2*i+1])<<8])
	}
}

func bfloat16[T Float](dst []T, src []byte) {
	src = src[:2*len(dst)]
	for len(dst) >= 4 && len(src) >= 8 {
		u := four(src)
		dst[0] = T(math.Float32frombits(uint32(u) << 16))
		dst[1] = T(math.Float32frombits(uint32(u) &^ 0xffff))
		dst[2] = T(math.Float32frombits(uint32(u>>32) << 16))
		dst[3] = T(math.Float32frombits(uint32(u>>32) &^ 0xffff))
		dst, src = dst[4:], src[8:]
	}
	for i := range dst {
		dst[i] = T(math.Float32frombits(uint32(src[2*i])<<16 | uint32(src[2*i+1])<<24))
	}
}

// four is the next four numbers, the first in the lowest bits.
func four(src []byte) uint64 {
	_ = src[7]
	return uint64(src[0]) | uint64(src[1])<<8 | uint64(src[2])<<16 | uint64(src[3])<<24 |
		uint64(src[4])<<32 | uint64(src[5])<<40 | uint64(src[6])<<48 | uint64(src[7])<<56
}

// Half returns the value of a float16: its exponent is moved from a bias of 15 to 127. A subnormal is placed
// behind a leading one, which is then subtracted, exactly; infinities and NaN keep their bits.
func Half(h uint16) float32 {
	sign, u := uint32(h&0x8000)<<16, uint32(h&0x7fff)<<13
	switch h & 0x7c00 {
	case 0:
		f := math.Float32frombits(113<<23|u) - 0x1p-14
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 0x7c00:
		return math.Float32frombits(u | 0x7f800000 | sign)
	}
	return math.Float32frombits(u + 112<<23 | sign)
}

// halves holds Half of every argument: 256 KiB, made when first wanted, and faster than the branches where subnormals,
// which small probabilities are, stand between other numbers.
var halves = sync.OnceValue(func() *[1 << 16]float32 {
	t := new([1 << 16]float32)
	for i := range t {
		t[i] = Half(uint16(i))
	}
	return t
})
