//go:build !noasm

package kern

import (
	"math"
	"unsafe"
)

func tallyAVX2(t32 *Table[float32], t64 *Table[float64]) {
	t32.Extent, t64.Extent = extents[float32]{extentF32AVX2}.extent, extents[float64]{extentF64AVX2}.extent
	tally := func(s Shares, e []float64, scale float64) { tallyBlocks(s, e, scale, tallyAVX2Block) }
	t32.Tally, t64.Tally = tally, tally
	m32 := measureKernels[float32]{topAVX2, func(x []float32, skip int, e []float64, r reference) (m momentSums) {
		m.hi, m.lo, m.s1, m.s2, m.q2 = measureF32AVX2(&x[0], len(x), skip, unsafe.SliceData(e), (*[12]float64)(&r))
		return m
	}}
	m64 := measureKernels[float64]{topF64AVX2At, func(x []float64, skip int, e []float64, r reference) (m momentSums) {
		m.hi, m.lo, m.s1, m.s2, m.q2 = measureF64AVX2(&x[0], len(x), skip, unsafe.SliceData(e), (*[12]float64)(&r))
		return m
	}}
	t32.Measure, t64.Measure = m32.measure, m64.measure
}

func tallyAVX512(t32 *Table[float32], t64 *Table[float64]) {
	t32.Extent, t64.Extent = extents[float32]{extentF32AVX512}.extent, extents[float64]{extentF64AVX512}.extent
	tally := func(s Shares, e []float64, scale float64) { tallyBlocks(s, e, scale, tallyAVX512Block) }
	t32.Tally, t64.Tally = tally, tally
	m32 := measureKernels[float32]{topF32AVX512, func(x []float32, skip int, e []float64, r reference) (m momentSums) {
		m.hi, m.lo, m.s1, m.s2, m.q2 = measureF32AVX512(&x[0], len(x), skip, unsafe.SliceData(e), (*[12]float64)(&r))
		return m
	}}
	m64 := measureKernels[float64]{topF64AVX512, func(x []float64, skip int, e []float64, r reference) (m momentSums) {
		m.hi, m.lo, m.s1, m.s2, m.q2 = measureF64AVX512(&x[0], len(x), skip, unsafe.SliceData(e), (*[12]float64)(&r))
		return m
	}}
	t32.Measure, t64.Measure = m32.measure, m64.measure
}

// extents is [Table.Extent] by the kernel of a block.
type extents[T Float] struct {
	block func(x *T, n int) (low, high T, sum float64)
}

func (e extents[T]) extent(x []T) (low, high, sum float64) {
	lo, hi := x[0], x[0]
	for ; len(x) > 0; x = x[min(measureStep, len(x)):] {
		l, h, s := e.block(&x[0], min(measureStep, len(x)))
		lo, hi = min(lo, l), max(hi, h)
		sum += s
	}
	return float64(lo), float64(hi), sum
}

// tallyBlocks is [Table.Tally] by the kernel of a block.
func tallyBlocks(s Shares, e []float64, scale float64, block func(e *float64, n int, expected, doubt, peaked *uint64, scale float64)) {
	const size = blockBytes / 8
	if len(e) == 0 {
		return
	}
	_, _, _ = s.Expected[len(e)-1], s.Doubt[len(e)-1], s.Peaked[len(e)-1]
	for at := 0; at < len(e); at += size {
		block(&e[at], min(size, len(e)-at), &s.Expected[at], &s.Doubt[at], &s.Peaked[at], scale)
	}
}

// measureKernels are the assembly for [Table.Measure].
type measureKernels[T Float] struct {
	top   func(x *T, n, ahead int) (max T, arg int) // as that of [rowKernels]
	block func(x []T, skip int, e []float64, r reference) momentSums
}

func (k measureKernels[T]) measure(x []T, e []float64) (Sums, float64) {
	size := blockBytes / int(unsafe.Sizeof(x[0]))
	mx, arg := k.top(&x[0], min(size, len(x)), blockBytes)
	for at := size; at < len(x) && arg >= 0; at += size {
		m, a := k.top(&x[at], min(size, len(x)-at), blockBytes)
		switch {
		case a < 0:
			arg = -1
		case m > mx:
			mx, arg = m, at+a
		}
	}
	if arg < 0 || !(math.Abs(float64(mx)) <= momentReach) { // a NaN, or one may be missed
		mx, arg = maxOf(x)
	}
	return measured(x, e, float64(mx), arg, k.block)
}
