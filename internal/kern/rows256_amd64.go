//go:build !noasm

package kern

import (
	"math"
	"unsafe"
)

// The kernels of AVX2 in the shape of [rowKernels].

func topAVX2(x *float32, n, _ int) (max float32, arg int) {
	max = topF32AVX2(x, n)
	return max, seekF32AVX2(x, n, max)
}

func sumAVX2(x *float32, n, skip, ahead int, k *[16]float32) (hi, lo float64, max float32) {
	if skip < 0 {
		return sumF32AVX2(x, n, ahead, k)
	}
	hi, lo, max = sumF32AVX2(x, skip, ahead, k)
	if rest := n - skip - 1; rest > 0 {
		h, l, m := sumF32AVX2((*float32)(unsafe.Add(unsafe.Pointer(x), 4*(skip+1))), rest, ahead, k)
		hi, lo = hi+h, lo+l
		if m > max {
			max = m
		}
	}
	return hi, lo, max
}

// eighths are 2^(i/8).
var eighths = func() (t [8]float64) {
	for i := range t {
		t[i] = expTable[i*tableSize/8].hi
	}
	return t
}()

func expsAVX2(dst, x *float32, n, _ int, k *[16]float32, m float64) {
	// exponents go up by 60 and come down again at the end, with one rounding where a result is denormal
	up := uint32(60-int32(k[atBias]-k[atShift])) << 23
	var t, miss [8]float32
	for i, p := range eighths {
		v := float32(m * p)
		miss[i] = float32((m*p - float64(v)) / float64(v))
		t[i] = math.Float32frombits(math.Float32bits(v) - uint32(i)<<20 + up)
	}
	expsF32AVX2(dst, x, n, k, &t, &miss)
}
