//go:build !noasm

package kern

func halvesNEON(t32 *Table[float32], _ *Table[float64]) {
	t32.Float16 = widening(8, float16NEON, float16[float32])
	t32.BFloat16 = widening(8, bfloat16NEON, bfloat16[float32])
}
