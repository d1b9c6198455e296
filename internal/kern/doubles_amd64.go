//go:build !noasm

package kern

import (
	"math"
	"unsafe"
)

// The kernels of AVX2 for float64 rows in the shape of [rowKernels].

func topF64AVX2At(x *float64, n, _ int) (max float64, arg int) {
	max = topF64AVX2(x, n)
	for i, v := range unsafe.Slice(x, n) {
		if v == max {
			return max, i
		}
	}
	return max, -1
}

func expsF64AVX2By(dst, x *float64, n, _ int, k *[16]float64, m float64) {
	// exponents go up by 100 and come down again at the end, with one rounding where a result is denormal
	up := uint64(100-int64(k[atBias]-k[atShift])) << 52
	var t, miss [16]uint32 // the lower halves, and then the upper ones
	for i := range 8 {
		p := &expTable[i*tableSize/8]
		v := m * p.hi
		d := (math.FMA(m, p.hi, -v) + m*p.lo) / v
		whole, rest := math.Float64bits(v)-uint64(i)<<49+up, math.Float64bits(d)
		t[i], t[8+i] = uint32(whole), uint32(whole>>32)
		miss[i], miss[8+i] = uint32(rest), uint32(rest>>32)
	}
	expsF64AVX2(dst, x, n, k, &t, &miss)
}
