package kern

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"xent/internal/ref"
)

// The binary loss and its slope of every implementation, element by element, against the truth: logits of all
// sizes, hard targets, soft ones, and soft ones next to σ(x), where the slope all but vanishes.
func TestBinaryDigits(t *testing.T) {
	for i := range All32 {
		t.Run("kernel="+All32[i].Name+"/float32", func(t *testing.T) { binaryDigits(t, All32[i], 20000, narrowTruth, 1.1, 2) })
		t.Run("kernel="+All64[i].Name+"/float64", func(t *testing.T) { binaryDigits(t, All64[i], 600, wideTruth, 2, 4) })
	}
}

// narrowTruth is the loss and its slope in float64, the truth for what is float32.
func narrowTruth(x, t float64) (loss, slope float64) { return binaryTerm(x, t) }

// wideTruth is the same in wide arithmetic, rounded once.
func wideTruth(x, t float64) (loss, slope float64) {
	b := ref.Binary{Logit: x, Target: t, Positive: 1, Negative: 1}
	l, slope := b.Loss()
	return l, slope
}

func binaryDigits[T Float](t *testing.T, k *Table[T], n int, truth func(x, t float64) (float64, float64), most, mostSlope float64) {
	rng := rand.New(rand.NewPCG(7, 9))
	if testing.Short() {
		n /= 4
	}
	x, target, dst := make([]T, n), make([]T, n), make([]T, n)
	for i := range x {
		x[i] = T(rng.NormFloat64() * []float64{1, 0.01, 8, 40}[i%4])
		switch i / 4 % 4 {
		case 1:
			target[i] = 1
		case 2:
			target[i] = T(rng.Float64())
		case 3:
			_, p := Softplus(float64(x[i]))
			target[i] = T(min(1, p*(1+1e-3*rng.NormFloat64())))
		}
	}
	const c = 1. / 3
	k.BinaryGrad(dst, x, target, c)
	eps, least := 0x1p-52, 0x1p-1022
	if _, ok := any(x).([]float32); ok {
		eps, least = 0x1p-23, 0x1p-126
	}
	var worst, worstSlope, near float64
	for i := range x {
		sum, _ := k.Binary(x[i:i+1], target[i:i+1])
		v, p := float64(x[i]), float64(target[i])
		loss, slope := truth(v, p)
		slope *= c
		worst = max(worst, errorIn(sum.Value(), loss, eps, least))
		e := math.Exp(-math.Abs(v))
		if scale := max(c*e/(1+e), least); math.Abs(slope) > scale || p == 0 || p == 1 {
			worstSlope = max(worstSlope, errorIn(float64(dst[i]), slope, eps, least))
		} else {
			near = max(near, math.Abs(float64(dst[i])-slope)/scale/eps)
		}
	}
	if !(worst <= most && worstSlope <= mostSlope && near <= 2) {
		t.Errorf("loss %.3g ulp off, slope %.3g, next to 0 %.3g eps of what cancels", worst, worstSlope, near)
	}
	t.Logf("loss %.3g ulp off, slope %.3g, next to 0 %.3g eps of what cancels", worst, worstSlope, near)
}

// errorIn is |got - want| in units of the last place of want, for numbers with that eps; what is below least has
// its unit.
func errorIn(got, want, eps, least float64) float64 {
	_, e := math.Frexp(max(math.Abs(want), least))
	return math.Abs(got-want) / math.Ldexp(eps, e-1)
}

// Rows of every length around that of a register, a group and a block, with what is not finite in every place, in
// place and not: the same as the portable code.
func TestBinaryRows(t *testing.T) {
	for i := range All32 {
		t.Run("kernel="+All32[i].Name+"/float32", func(t *testing.T) { binaryRows(t, All32[i], &Go32, 0x1p-22) })
		t.Run("kernel="+All64[i].Name+"/float64", func(t *testing.T) { binaryRows(t, All64[i], &Go64, 0x1p-50) })
	}
}

func binaryRows[T Float](t *testing.T, k, spec *Table[T], eps float64) {
	rng := rand.New(rand.NewPCG(8, 9))
	inf, nan := math.Inf(1), math.NaN()
	odd := [][2]float64{{inf, 1}, {inf, 0}, {-inf, 1}, {-inf, 0.3}, {nan, 1}, {0, nan}, {1, inf}, {1e30, 0}, {-1e30, 0}, {3, -2}}
	check := func(n int, odds ...int) {
		x, target, want := make([]T, n), make([]T, n), make([]T, n)
		for i := range x {
			x[i], target[i] = T(rng.NormFloat64()*5), T(i&1)
		}
		for _, at := range odds {
			o := odd[rng.IntN(len(odd))]
			x[at], target[at] = T(o[0]), T(o[1])
		}
		sum, bad := spec.BinaryGrad(want, x, target, 0.25)
		all, dst := guarded[T](n, 3)
		same := func(what string, got Sum, gotBad int, dst []T) {
			t.Helper()
			if g, w := got.Value(), sum.Value(); gotBad != bad || !(near(g, w, eps) || g != g && w != w) {
				t.Fatalf("%s of %d, odd at %v: %g with %d not finite, want %g with %d", what, n, odds, g, gotBad, w, bad)
			}
			for i, g := range dst {
				if w := want[i]; !(near(float64(g), float64(w), 4*eps) || g != g && w != w) {
					t.Fatalf("%s of %d, odd at %v: slope %d is %g, want %g", what, n, odds, i, g, w)
				}
			}
		}
		s, b := k.Binary(x, target)
		same("Binary", s, b, nil)
		s, b = k.BinaryGrad(dst, x, target, 0.25)
		same("BinaryGrad", s, b, dst)
		intact(t, all, 3, n)
		s, b = k.BinaryGrad(x, x, target, 0.25)
		same("in place", s, b, x)
	}
	for n := 1; n <= longest; n++ {
		check(n)
		for at := range n {
			check(n, at)
		}
		check(n, 0, n/2, n-1)
	}
	for _, n := range []int{2047, 2048, 2049, 4095, 4096, 4097, 9000} {
		check(n)
		check(n, 5, n/2, n-1)
	}
	if _, bad := k.BinaryGrad(make([]T, 2), make([]T, 2), make([]T, 2), nan); bad != 0 {
		t.Errorf("a NaN for c makes %d losses not finite", bad)
	}
	x := make([]T, 3)
	if k.BinaryGrad(x, x, make([]T, 3), nan); x[0] == x[0] || x[2] == x[2] {
		t.Errorf("a NaN for c gives %g", x)
	}
}

// One pass over more than the caches hold, on one processor.
func BenchmarkBinary(b *testing.B) {
	for i := range All32 {
		benchBinary(b, All32[i], "float32", 4)
		benchBinary(b, All64[i], "float64", 8)
	}
}

func benchBinary[T Float](b *testing.B, k *Table[T], name string, size int) {
	const n = 1 << 24
	rng := rand.New(rand.NewPCG(1, 2))
	x, target, dst := make([]T, n), make([]T, n), make([]T, n)
	for i := range x {
		x[i], target[i] = T(rng.NormFloat64()*3), T(i&1)
	}
	b.Run(fmt.Sprintf("pass=value/kernel=%s/type=%s", k.Name, name), func(b *testing.B) {
		b.SetBytes(int64(2 * n * size))
		for b.Loop() {
			k.Binary(x, target)
		}
	})
	b.Run(fmt.Sprintf("pass=grad/kernel=%s/type=%s", k.Name, name), func(b *testing.B) {
		b.SetBytes(int64(3 * n * size))
		for b.Loop() {
			k.BinaryGrad(dst, x, target, 1./n)
		}
	})
}
