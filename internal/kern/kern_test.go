package kern

import (
	"math"
	"math/rand/v2"
	"testing"

	"xent/internal/ref"
)

// One suite for all implementations: every length from 1 to 70, at every offset of a cache line's
// eight elements, guards around the slices, and special values in every position.

const (
	longest = 70
	guard   = 54321
)

func TestTables(t *testing.T) {
	if len(All32) == 0 || len(All32) != len(All64) {
		t.Fatalf("%d and %d implementations", len(All32), len(All64))
	}
	for i := range All32 {
		t.Run("kernel="+All32[i].Name+"/float32", func(t *testing.T) { suite(t, All32[i], &Go32, 0x1p-23) })
		t.Run("kernel="+All64[i].Name+"/float64", func(t *testing.T) { suite(t, All64[i], &Go64, 0x1p-52) })
	}
}

// guarded returns n elements within guards, starting offset elements into memory.
func guarded[T Float](n, offset int) (all, part []T) {
	all = make([]T, offset+n+8)
	for i := range all {
		all[i] = guard
	}
	return all, all[offset : offset+n : offset+n]
}

func intact[T Float](t *testing.T, all []T, offset, n int) {
	t.Helper()
	for i, v := range all {
		if (i < offset || i >= offset+n) && v != guard {
			t.Fatalf("length %d, offset %d: element %d outside the slice became %g", n, offset, i-offset, v)
		}
	}
}

func suite[T Float](t *testing.T, k, spec *Table[T], eps float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := 1; n <= longest; n++ {
		for offset := range 8 {
			allX, x := guarded[T](n, offset)
			allD, dst := guarded[T](n, 7-offset)
			target := make([]T, n)
			for j := range x {
				x[j], target[j] = T(rng.NormFloat64()*10), T(j&1)
			}
			max, arg, hi, lo := k.Others(x, 1)
			if max2, arg2, hi2, lo2 := spec.Others(x, 1); max != max2 || arg != arg2 || !near(hi+lo, hi2+lo2, 4*eps) {
				t.Fatalf("length %d, offset %d: Others %g %d %g, want %g %d %g", n, offset, max, arg, hi, max2, arg2, hi2)
			}
			k.Exps(dst, x, max, 1, 0.5)
			for j, v := range dst {
				// whose rounding of x-max costs 60 eps at -60; the oracle judges closer, elsewhere
				want := 0.5 * math.Exp(float64(x[j])-max)
				if !near(float64(v), want, 128*eps) && want > 1e-37 {
					t.Fatalf("length %d: Exps[%d] = %g, want %g", n, j, v, want)
				}
			}
			sum, bad := k.BinaryGrad(dst, x, target, 2)
			plain, _ := k.Binary(x, target)
			want, _ := spec.Binary(x, target)
			if bad != 0 || !near(sum.Value(), want.Value(), 4*eps) || !near(plain.Value(), want.Value(), 4*eps) {
				t.Fatalf("length %d: Binary %g and %g, want %g", n, sum.Value(), plain.Value(), want.Value())
			}
			intact(t, allX, offset, n)
			intact(t, allD, 7-offset, n)
		}
		specials(t, k, n)
	}
}

// specials puts what is not finite into each position of a row of n.
func specials[T Float](t *testing.T, k *Table[T], n int) {
	inf, nan := T(math.Inf(1)), T(math.NaN())
	x := make([]T, n)
	for j := range x {
		x[j] = nan
		if max, _, hi, _ := k.Others(x, 1); max == max || hi == hi {
			t.Fatalf("length %d: a NaN at %d is lost", n, j)
		}
		x[j] = inf
		if max, arg, hi, _ := k.Others(x, 1); max != math.Inf(1) || arg != j || hi != 0 {
			t.Fatalf("length %d: +Inf at %d gives %g %d %g", n, j, max, arg, hi)
		}
		x[n-1] = inf
		if _, _, hi, _ := k.Others(x, 1); j < n-1 && hi == hi {
			t.Fatalf("length %d: +Inf at %d and at the end gives %g", n, j, hi)
		}
		x[n-1] = 0
		x[j] = -inf
		if max, arg, hi, _ := k.Others(x, 1); n > 1 && (max != 0 || arg == j || hi != float64(n-2)) {
			t.Fatalf("length %d: -Inf at %d gives %g %d %g", n, j, max, arg, hi)
		}
		x[j] = 0
	}
	for j := range x {
		x[j] = -inf
	}
	if _, _, hi, _ := k.Others(x, 1); hi == hi {
		t.Fatalf("length %d: nothing but -Inf gives %g", n, hi)
	}
}

func near(got, want, tol float64) bool {
	return got == want || math.Abs(got-want) <= tol*math.Abs(want)
}

// The sum over the others against the oracle, on wide rows, in both precisions and temperatures.
func TestOthersAgainstOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, temp := range []float64{1, 0.1, 3} {
		x := make([]float64, 300)
		for j := range x {
			x[j] = rng.NormFloat64() * 20
		}
		max, arg, hi, _ := Go64.Others(x, temp)
		want := ref.Of(0)
		for j, v := range x {
			if j != arg {
				want = want.Add(ref.Of(v).Sub(ref.Of(max)).Div(ref.Of(temp)).Exp())
			}
		}
		if u := ulps(hi, want); !(u <= 2) {
			t.Errorf("temperature %g: %g, %.3g ulp off", temp, hi, u)
		}
	}
}

// A soft-capped logit to 60 bits, and its slope.
func TestCapped(t *testing.T) {
	for _, x := range []float64{1e-300, 1e-9, 0.3, -5, 29, 200, -1e4, 1e300} {
		z, slope := capped(x, 30)
		th := ref.Of(0).Add(ref.Of(x).Div(ref.Of(30)))
		if math.Abs(x) < 1e6 {
			th = th.Tanh()
		} else {
			th = ref.Of(math.Copysign(1, x))
		}
		if d := ref.Of(z.hi).Add(ref.Of(z.lo)).Sub(th.Mul(ref.Of(30))).Float64(); !(math.Abs(d) < 0x1p-60) {
			t.Errorf("capped(%g) misses by %g", x, d)
		}
		want := ref.Of(1).Sub(th.Mul(th))
		if w := want.Float64(); w > 1e-300 && !(ulps(slope, want) <= 3) {
			t.Errorf("slope at %g is %g, want %g", x, slope, w)
		}
	}
}

func TestSum(t *testing.T) {
	var s Sum
	for _, x := range []float64{1e16, 1, -1e16, 1e-20} {
		s.Add(x)
	}
	if s.Value() != 1 {
		t.Errorf("1e16 + 1 - 1e16 + 1e-20 = %g", s.Value())
	}
	s.Add(math.Inf(1))
	s.Add(1)
	if !math.IsInf(s.Value(), 1) {
		t.Errorf("an infinite sum is %g", s.Value())
	}
	s.Add(math.Inf(-1))
	if s.Value() == s.Value() {
		t.Errorf("Inf - Inf = %g", s.Value())
	}
	s = Sum{}
	s.Add(math.MaxFloat64)
	s.Add(math.MaxFloat64)
	if !math.IsInf(s.Value(), 1) {
		t.Errorf("an overflowing sum is %g", s.Value())
	}
}
