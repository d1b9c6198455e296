//go:build !noasm

package kern

import (
	"slices"
	"unsafe"
)

func tallyAVX2(t32 *Table[float32], t64 *Table[float64]) {
	t32.Extent, t64.Extent = extents[float32]{extentF32AVX2}.extent, extents[float64]{extentF64AVX2}.extent
	tally := func(s Shares, e []float64, scale float64) { tallyBlocks(s, e, scale, tallyAVX2Block) }
	t32.Tally, t64.Tally = tally, tally
	m32 := measureKernels[float32]{t32.Extent, seekF32AVX2, func(x []float32, skip int, e []float64, r reference) (m momentSums) {
		m.hi, m.lo, m.s1, m.s2 = measureF32AVX2(&x[0], len(x), skip, unsafe.SliceData(e), (*[12]float64)(&r))
		return m
	}}
	m64 := measureKernels[float64]{t64.Extent, nil, func(x []float64, skip int, e []float64, r reference) (m momentSums) {
		m.hi, m.lo, m.s1, m.s2 = measureF64AVX2(&x[0], len(x), skip, unsafe.SliceData(e), (*[12]float64)(&r))
		return m
	}}
	t32.Measure, t64.Measure = m32.measure, m64.measure
}

func tallyAVX512(t32 *Table[float32], t64 *Table[float64]) {
	t32.Extent, t64.Extent = extents[float32]{extentF32AVX512}.extent, extents[float64]{extentF64AVX512}.extent
	tally := func(s Shares, e []float64, scale float64) { tallyBlocks(s, e, scale, tallyAVX512Block) }
	t32.Tally, t64.Tally = tally, tally
	m32 := measureKernels[float32]{t32.Extent, seekF32AVX512, func(x []float32, skip int, e []float64, r reference) (m momentSums) {
		m.hi, m.lo, m.s1, m.s2 = measureF32AVX512(&x[0], len(x), skip, unsafe.SliceData(e), (*[12]float64)(&r))
		return m
	}}
	m64 := measureKernels[float64]{t64.Extent, seekF64AVX512, func(x []float64, skip int, e []float64, r reference) (m momentSums) {
		m.hi, m.lo, m.s1, m.s2 = measureF64AVX512(&x[0], len(x), skip, unsafe.SliceData(e), (*[12]float64)(&r))
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
	extent func(x []T) (low, high, sum float64)
	at     func(x *T, n int, v T) int // where v is first, or -1; nil for the portable code
	block  func(x []T, skip int, e []float64, r reference) momentSums
}

func (k measureKernels[T]) measure(x []T, max float64, e []float64) (Sums, float64) {
	if max != max {
		_, high, sum := k.extent(x)
		max = high + (sum - sum) // NaN if something may be infinite or NaN
	}
	if max-max == 0 {
		if arg := k.seek(x, T(max)); arg >= 0 {
			return measured(x, e, float64(x[arg]), arg, k.block) // a 0 of the right sign
		}
	}
	mx, arg := maxOf(x)
	return measured(x, e, float64(mx), arg, k.block)
}

// seek returns where v is first in x, or -1.
func (k measureKernels[T]) seek(x []T, v T) int {
	if k.at == nil {
		return slices.Index(x, v)
	}
	size := blockBytes / int(unsafe.Sizeof(v))
	for from := 0; from < len(x); from += size {
		if i := k.at(&x[from], min(size, len(x)-from), v); i >= 0 {
			return from + i
		}
	}
	return -1
}
