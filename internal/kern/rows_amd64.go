//go:build !noasm

package kern

import "math"

func rowsAVX2(t32 *Table[float32], t64 *Table[float64]) {
	use(t32, &rowKernels[float32]{table: 3, top: topAVX2, sum: parted(512, sumAVX2), exps: expsAVX2, moments: momentsF32AVX2})
	use(t64, &rowKernels[float64]{table: 3, top: topF64AVX2At, sum: parted(512, sumF64AVX2), exps: expsF64AVX2By, moments: momentsF64AVX2})
}

func rowsAVX512(t32 *Table[float32], t64 *Table[float64]) {
	use(t32, &rowKernels[float32]{table: 4, top: topF32AVX512, sum: sumF32AVX512, exps: expsF32AVX512, stream: streamF32AVX512, moments: momentsF32AVX512})
	t32.Across = acrossAVX512
	use(t64, &rowKernels[float64]{table: 4, top: topF64AVX512, sum: sumF64AVX512, exps: expsF64AVX512, stream: streamF64AVX512, moments: momentsF64AVX512})
}

// one32 is for a temperature of 1.
var one32 = func() (s scaled[float32]) {
	s.init(1, 4)
	return s
}()

// acrossAVX512 is [Table.Across].
func acrossAVX512(rows *Sixteen, grad []float32, gradStride int, x []float32, n, stride int, temp float64) bool {
	if n < 2 || stride > math.MaxInt32/16 || !(temp >= 0x1p-20 && temp <= 0x1p20) {
		return false
	}
	s := one32
	if temp != 1 {
		s.init(temp, 4)
	}
	reach := float32(formatOf[float32]().reach * temp)
	s.k[atDepths], s.k[atDepths+1] = -reach, reach
	rows.inverse = 1 / temp
	_ = x[15*stride+n-1]
	var g *float32
	if grad != nil {
		_ = grad[15*gradStride+n-1]
		g = &grad[0]
	}
	fewF32AVX512(&x[0], n, stride, g, gradStride, &s.k, &rows.own[0])
	return true
}
