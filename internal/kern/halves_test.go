package kern

import (
	"math"
	"testing"
)

// Every number of 16 bits, at every length around that of a turn and at odd addresses, is the number it stands for.
func TestHalves(t *testing.T) {
	old32, old64 := F32, F64
	defer func() { F32, F64 = old32, old64 }()
	for i, k := range All32 {
		F32, F64 = k, All64[i]
		t.Run("kernel="+k.Name+"/float32", halvesSuite[float32])
		t.Run("kernel="+k.Name+"/float64", halvesSuite[float64])
	}
}

func halvesSuite[T Float](t *testing.T) {
	all := make([]byte, 2<<16)
	for i := range 1 << 16 {
		all[2*i], all[2*i+1] = byte(i), byte(i>>8)
	}
	for _, kind := range []struct {
		name    string
		widen   func(dst []T, src []byte)
		exp     int // its bits, and those of the fraction
		frac    int
		largest float64
	}{{"float16", Float16[T], 5, 10, 65504}, {"bfloat16", BFloat16[T], 8, 7, 0x1.fep127}} {
		dst := make([]T, 1<<16)
		kind.widen(dst, all)
		largest := 0.0
		for i, v := range dst {
			want := stored(uint16(i), kind.exp, kind.frac)
			if got := float64(v); !sameBits(got, want) {
				t.Fatalf("%s %#04x is %g, want %g", kind.name, i, got, want)
			}
			if want-want == 0 {
				largest = max(largest, want)
			}
		}
		if largest != kind.largest {
			t.Errorf("%s: the largest is %g, want %g", kind.name, largest, kind.largest)
		}
		for n := range 100 {
			for _, at := range []int{0, 0x3bf7, 0x7c00 - 20} { // of ordinary numbers, and around infinity
				guarded, part := guarded[T](n, n%8)
				odd := append([]byte{0}, all[2*at:2*(at+n)]...)[1:]
				kind.widen(part, odd)
				for i, v := range part {
					if want := stored(uint16(at+i), kind.exp, kind.frac); !sameBits(float64(v), want) {
						t.Fatalf("%s, %d numbers: %#04x is %g, want %g", kind.name, n, at+i, v, want)
					}
				}
				intact(t, guarded, n%8, n)
			}
		}
	}
}

// stored is the number with a sign, exp bits of exponent and frac bits of fraction.
func stored(bits uint16, exp, frac int) float64 {
	e, f := int(bits>>frac)&(1<<exp-1), float64(bits&(1<<frac-1))/float64(int(1)<<frac)
	v, bias := 0.0, 1<<(exp-1)-1
	switch e {
	case 1<<exp - 1:
		if v = math.Inf(1); f != 0 {
			return math.NaN()
		}
	case 0:
		v = math.Ldexp(f, 1-bias)
	default:
		v = math.Ldexp(1+f, e-bias)
	}
	if bits>>15 == 1 {
		v = -v
	}
	return v
}

func BenchmarkHalves(b *testing.B) {
	const n = 1 << 16
	src, dst := make([]byte, 2*n), make([]float32, n)
	for i := range src {
		src[i] = byte(i * 37)
	}
	old := F32
	defer func() { F32 = old }()
	for _, k := range All32 {
		F32 = k
		for name, widen := range map[string]func([]float32, []byte){"float16": Float16[float32], "bfloat16": BFloat16[float32]} {
			b.Run("kernel="+k.Name+"/from="+name, func(b *testing.B) {
				b.SetBytes(2 * n)
				for b.Loop() {
					widen(dst, src)
				}
			})
		}
	}
}
