//go:build !noasm

package kern

import "unsafe"

func binaryAVX2(t32 *Table[float32], t64 *Table[float64]) {
	b32 := &binaryKernels[float32]{value: binaryF32AVX2, grad: binaryGradF32AVX2, group: 8}
	b64 := &binaryKernels[float64]{value: binaryF64AVX2, grad: binaryGradF64AVX2, group: 4}
	t32.Binary, t32.BinaryGrad = b32.binary, b32.binaryGrad
	t64.Binary, t64.BinaryGrad = b64.binary, b64.binaryGrad
}

func binaryAVX512(t32 *Table[float32], t64 *Table[float64]) {
	b32 := &binaryKernels[float32]{value: binaryF32AVX512, grad: binaryGradF32AVX512, group: 64}
	b64 := &binaryKernels[float64]{value: binaryF64AVX512, grad: binaryGradF64AVX512, group: 32}
	t32.Binary, t32.BinaryGrad = b32.binary, b32.binaryGrad
	t64.Binary, t64.BinaryGrad = b64.binary, b64.binaryGrad
}

// binaryKernels are the assembly of one tier for the binary loss of a block; see binary.go of the generator.
type binaryKernels[T Float] struct {
	value func(x, t *T, n, ahead int) (done int, sum float64)
	grad  func(dst, x, t *T, n, ahead int, c, rest T) (done int, sum float64)
	group int // elements that they do together, or not at all
}

// binary is [Table.Binary]. What is not finite goes to the portable code, with what shares its group.
func (b *binaryKernels[T]) binary(x, t []T) (sum Sum, nonFinite int) {
	t = t[:len(x)]
	size := blockBytes / int(unsafe.Sizeof(x[0]))
	for at := 0; at < len(x); {
		n := min(size, len(x)-at)
		done, s := b.value(&x[at], &t[at], n, blockBytes)
		sum.Add(s)
		at += done
		if done < n {
			end := min(at+b.group, len(x))
			s, bad := binary(x[at:end], t[at:end])
			sum.Merge(s)
			nonFinite += bad
			at = end
		}
	}
	return sum, nonFinite
}

// binaryGrad is [Table.BinaryGrad].
func (b *binaryKernels[T]) binaryGrad(dst, x, t []T, c float64) (sum Sum, nonFinite int) {
	most := T(c)
	if most-most != 0 {
		return binaryGrad(dst, x, t, c)
	}
	rest := T(c - float64(most))
	t, dst = t[:len(x)], dst[:len(x)]
	size := blockBytes / int(unsafe.Sizeof(x[0]))
	for at := 0; at < len(x); {
		n := min(size, len(x)-at)
		done, s := b.grad(&dst[at], &x[at], &t[at], n, blockBytes, most, rest)
		sum.Add(s)
		at += done
		if done < n {
			end := min(at+b.group, len(x))
			s, bad := binaryGrad(dst[at:end], x[at:end], t[at:end], c)
			sum.Merge(s)
			nonFinite += bad
			at = end
		}
	}
	return sum, nonFinite
}
