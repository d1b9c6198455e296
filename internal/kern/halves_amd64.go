//go:build !noasm

package kern

import "golang.org/x/sys/cpu"

func halvesAVX2(t32 *Table[float32], _ *Table[float64]) {
	if cpu.X86.HasF16C {
		t32.Float16 = widening(16, float16AVX2, float16[float32])
	}
	t32.BFloat16 = widening(16, bfloat16AVX2, bfloat16[float32])
}

func halvesAVX512(t32 *Table[float32], _ *Table[float64]) {
	t32.Float16 = widening(32, float16AVX512, float16[float32])
	t32.BFloat16 = widening(32, bfloat16AVX512, bfloat16[float32])
}
