//go:build !noasm

package kern

import (
	"math"
	"unsafe"
)

func tallyAVX512(t32 *Table[float32], t64 *Table[float64]) {
	e32, e64 := extents[float32]{extentF32AVX512}, extents[float64]{extentF64AVX512}
	t32.Extent, t64.Extent = e32.extent, e64.extent
	a32, a64 := tallies[float32]{tallyF32AVX512}, tallies[float64]{tallyF64AVX512}
	t32.Tally, t64.Tally = a32.tally, a64.tally
}

// extents is [Table.Extent] by the kernel of a block.
type extents[T Float] struct {
	block func(x *T, n int) (low, high T, sum float64)
}

func (e extents[T]) extent(x []T) (low, high, sum float64) {
	size := blockBytes / int(unsafe.Sizeof(x[0]))
	lo, hi := x[0], x[0]
	for ; len(x) > 0; x = x[min(size, len(x)):] {
		l, h, s := e.block(&x[0], min(size, len(x)))
		lo, hi = min(lo, l), max(hi, h)
		sum += s
	}
	return float64(lo), float64(hi), sum
}

// natural is e^x, of which each row has its own reference.
var natural = func() (s scaled[float64]) {
	s.init(1)
	return s
}()

// tallies is [Table.Tally] by the kernel of a block, in float64 for either type.
type tallies[T Float] struct {
	block func(x *T, n int, expected, doubt, peaked *uint64, scale float64, k *[16]float64)
}

func (t tallies[T]) tally(s Shares, x []T, max, total float64) {
	if len(x) == 0 {
		return
	}
	if !(math.Abs(max) <= formatOf[float64]().reach) {
		tally(s, x, max, total)
		return
	}
	e := natural
	scale := e.from(max) / total * (1 << ShareBits)
	e.k[atFloor] = max - 64 // what lies deeper is cut to 0; its square would be denormal, which is slow
	const size = blockBytes / 4
	_, _, _ = s.Expected[len(x)-1], s.Doubt[len(x)-1], s.Peaked[len(x)-1]
	for at := 0; at < len(x); at += size {
		t.block(&x[at], min(size, len(x)-at), &s.Expected[at], &s.Doubt[at], &s.Peaked[at], scale, &stay(&e).k)
	}
}
