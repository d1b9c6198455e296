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
func acrossAVX512(rows *Sixteen, x []float32, n, stride int, temp float64) bool {
	if n < 2 || stride > math.MaxInt32/16 || !(temp >= 0x1p-20 && temp <= 0x1p20) {
		return false
	}
	s := one32
	if temp != 1 {
		s.init(temp, 4)
	}
	f := formatOf[float32]()
	s.k[atDepth] = float32(f.depth * temp)
	_ = x[15*stride+n-1]
	acrossF32AVX512(&x[0], n, stride, &rows.copies[0], &s.k, &rows.max, &rows.arg, &rows.others, &rows.logs)
	reach := float32(f.reach * temp)
	for i, v := range rows.max {
		if !(v <= reach && v >= -reach && rows.others[i] >= 0x1p-10) {
			rows.others[i] = math.NaN()
		}
	}
	return true
}
