package kern

import (
	bytes "encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// Measures and tallies are the same bits on all implementations: at every length up to 70 and around the edges of
// blocks, at every offset, within guards, wherever the maximum is, and for rows of every kind.
func TestMeasure(t *testing.T) {
	for i := range All32 {
		t.Run("kernel="+All32[i].Name+"/float32", func(t *testing.T) { momentSuite(t, All32[i], &Go32) })
		t.Run("kernel="+All64[i].Name+"/float64", func(t *testing.T) { momentSuite(t, All64[i], &Go64) })
	}
}

// What rows are like: x is an element from a normal distribution.
var rowKinds = []struct {
	name string
	of   func(rng *rand.Rand, x float64) float64
}{
	{"usual", func(_ *rand.Rand, x float64) float64 { return 3 * x }},
	{"wide", func(_ *rand.Rand, x float64) float64 { return 200 * x }},
	{"huge", func(_ *rand.Rand, x float64) float64 { return 1e4 * x }},
	{"far from 0", func(_ *rand.Rand, x float64) float64 { return 690 + x }},
	{"tiny", func(_ *rand.Rand, x float64) float64 { return 1e-30 * x }},
	{"equal", func(*rand.Rand, float64) float64 { return -2 }},
	{"classes left out", func(rng *rand.Rand, x float64) float64 {
		if rng.IntN(2) == 0 {
			return math.Inf(-1)
		}
		return x
	}},
	{"sure", func(rng *rand.Rand, x float64) float64 {
		if rng.IntN(20) == 0 {
			return 600
		}
		return x
	}},
	{"a NaN", func(rng *rand.Rand, x float64) float64 {
		if rng.IntN(20) == 0 {
			return math.NaN()
		}
		return x
	}},
	{"an infinity", func(rng *rand.Rand, x float64) float64 {
		if rng.IntN(20) == 0 {
			return math.Inf(1)
		}
		return x
	}},
	{"nothing", func(*rand.Rand, float64) float64 { return math.Inf(-1) }},
}

func momentSuite[T Float](t *testing.T, k, spec *Table[T]) {
	rng := rand.New(rand.NewPCG(3, 4))
	lengths := []int{measureStep - 1, measureStep, measureStep + 33, 2*measureStep + 1}
	for n := range longest {
		lengths = append(lengths, n+1)
	}
	for _, kind := range rowKinds {
		for _, n := range lengths {
			for offset := range 8 {
				if testing.Short() && (n+offset)%4 != 0 {
					continue
				}
				all, x := guarded[T](n, offset)
				for j := range x {
					x[j] = T(kind.of(rng, rng.NormFloat64()))
				}
				allE, e := guarded[float64](n, 7-offset)
				_, high, sum := k.Extent(x)
				sums, scale := k.Measure(x, high+(sum-sum), e)
				want, wantScale := spec.Measure(x, math.NaN(), make([]float64, n))
				plain, _ := k.Measure(x, math.NaN(), nil)
				if !sameSums(sums, want) || !sameSums(plain, want) || !sameBits(scale, wantScale) {
					t.Fatalf("%s, length %d, offset %d: %+v, without exponentials %+v, want %+v", kind.name, n, offset, sums, plain, want)
				}
				if sums.S0 == sums.S0 {
					checkExponentials(t, kind.name, x, e, sums, scale)
					checkTally(t, k, spec, e, sums.Arg, scale/(1+sums.S0), offset)
				}
				intact(t, all, offset, n)
				intact(t, allE, 7-offset, n)
			}
		}
	}
}

// The bits are those of every other machine too, whatever its compiler fuses.
func TestMeasureBits(t *testing.T) {
	const want = 0x1da3ca7518a91bd5
	for i, k := range All64 {
		rng, sum := rand.New(rand.NewPCG(13, 14)), fnv.New64a()
		put := func(v ...float64) {
			for _, v := range v {
				_ = bytes.Write(sum, bytes.LittleEndian, v)
			}
		}
		for n := range 300 {
			x, y, e := make([]float64, n+1), make([]float32, n+1), make([]float64, n+1)
			for j := range x {
				// whole numbers and fractions that every machine computes alike
				x[j] = float64(rng.IntN(1<<30)-1<<29) * 0x1p-30 * []float64{1, 20, 1600}[n%3]
				y[j] = float32(x[j])
			}
			shares, _ := newShares(n+1, 0)
			m, scale := k.Measure(x, math.NaN(), e)
			e[m.Arg] = 0
			k.Tally(shares, e, scale/(1+m.S0))
			put(m.Max, m.S0, m.S1, m.S2, scale)
			m, scale = All32[i].Measure(y, math.NaN(), e)
			put(m.Max, m.S0, m.S1, m.S2, scale)
			low, high, all := k.Extent(x)
			put(low, high, all)
			for _, s := range [][]uint64{shares.Expected, shares.Doubt, shares.Peaked} {
				_ = bytes.Write(sum, bytes.LittleEndian, s)
			}
		}
		if got := sum.Sum64(); got != want {
			t.Errorf("kernel=%s: the sum of all bits is %#x, want %#x", k.Name, got, uint64(want))
		}
	}
}

// sameSums compares bits, and takes NaN for NaN.
func sameSums(a, b Sums) bool {
	return a.Arg == b.Arg && sameBits(a.Max, b.Max) && sameBits(a.S0, b.S0) && sameBits(a.S1, b.S1) && sameBits(a.S2, b.S2) && sameBits(a.Q2, b.Q2)
}

func sameBits(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

// checkExponentials compares what was stored, and its sums, with exponentials of the standard library.
func checkExponentials[T Float](t *testing.T, name string, x []T, e []float64, s Sums, scale float64) {
	t.Helper()
	var s0, s1, s2 float64
	for j, v := range x {
		if j == s.Arg {
			continue
		}
		d := float64(v) - s.Max
		p := math.Exp(d)
		// the library rounds the difference, and below e^-700 the kernels count 0 where it makes no digit
		if !near(e[j]*scale, p, 0x1p-40) && !(p < 0x1p-900 && e[j] >= 0 && e[j] < 0x1p-900) {
			t.Fatalf("%s, length %d: e^%g is %g, want %g", name, len(x), d, e[j]*scale, p)
		}
		if p > 0 {
			s0, s1, s2 = s0+p, s1+d*p, s2+d*d*p
		}
	}
	for _, c := range []struct{ got, want float64 }{{s.S0, s0}, {s.S1, s1}, {s.S2, s2}} {
		if !near(c.got, c.want, 0x1p-40) && !(math.Abs(c.want) < 0x1p-900) {
			t.Fatalf("%s, length %d: sums %+v, want %g %g %g", name, len(x), s, s0, s1, s2)
		}
	}
}

// checkTally adds a row twice, by k and by its specification.
func checkTally[T Float](t *testing.T, k, spec *Table[T], e []float64, arg int, scale float64, offset int) {
	t.Helper()
	n := len(e)
	e[arg] = 0
	sums, guards := newShares(n, 7-offset)
	want, _ := newShares(n, 0)
	for range 2 {
		k.Tally(sums, e, scale)
		spec.Tally(want, e, scale)
	}
	for j := range e {
		p := scale * e[j]
		if got, exact := float64(sums.Expected[j]), 2*p*(1<<ShareBits); !(math.Abs(got-exact) <= 2) {
			t.Fatalf("length %d: class %d of probability %g expects %g units, want %g", n, j, p, got, exact)
		}
		if sums.Expected[j] != want.Expected[j] || sums.Doubt[j] != want.Doubt[j] || sums.Peaked[j] != want.Peaked[j] {
			t.Fatalf("length %d, offset %d: class %d of probability %g adds %d, %d, %d, want %d, %d, %d", n, offset, j, p,
				sums.Expected[j], sums.Doubt[j], sums.Peaked[j], want.Expected[j], want.Doubt[j], want.Peaked[j])
		}
	}
	for i, a := range guards {
		for j, v := range a {
			if (j < 7-offset || j >= 7-offset+n) && v != guard {
				t.Fatalf("length %d: sum %d outside its classes became %d", n, i, v)
			}
		}
	}
}

// newShares returns sums of 0 for n classes, offset integers into memory, and that memory.
func newShares(n, offset int) (Shares, [3][]uint64) {
	var all [3][]uint64
	for i := range all {
		all[i] = make([]uint64, offset+n+8)
		for j := range all[i] {
			all[i][j] = guard
		}
		clear(all[i][offset : offset+n])
	}
	return Shares{all[0][offset : offset+n : offset+n], all[1][offset : offset+n : offset+n], all[2][offset : offset+n : offset+n]}, all
}

func TestExtent(t *testing.T) {
	for i := range All32 {
		t.Run("kernel="+All32[i].Name+"/float32", func(t *testing.T) { extentSuite(t, All32[i]) })
		t.Run("kernel="+All64[i].Name+"/float64", func(t *testing.T) { extentSuite(t, All64[i]) })
	}
}

func extentSuite[T Float](t *testing.T, k *Table[T]) {
	rng := rand.New(rand.NewPCG(5, 6))
	inf := T(math.Inf(1))
	lengths := []int{measureStep - 1, measureStep, 2*measureStep + 33}
	for n := range longest {
		lengths = append(lengths, n+1)
	}
	for _, n := range lengths {
		for offset := range 8 {
			_, x := guarded[T](n, offset) // the guards are larger than every element
			at := rng.IntN(n)
			for _, odd := range []T{0, -inf, inf, T(math.NaN())} {
				for j := range x {
					x[j] = T(1000 * rng.NormFloat64())
				}
				if odd != 0 {
					x[at] = odd
				}
				lo, hi, sum := k.Extent(x)
				lo2, hi2, sum2 := extent(x)
				if odd != odd {
					if sum == sum {
						t.Fatalf("length %d: NaN at %d, but the sum is %g", n, at, sum)
					}
					continue
				}
				if lo != lo2 || hi != hi2 || sum != sum2 {
					t.Fatalf("length %d, offset %d: %g to %g, sum %g; want %g to %g, sum %g", n, offset, lo, hi, sum, lo2, hi2, sum2)
				}
			}
		}
	}
}

func BenchmarkTally(b *testing.B) {
	for i := range All32 {
		for _, n := range []int{10, 1000, 32000} {
			b.Run("kernel="+All32[i].Name+"/classes="+strconv.Itoa(n), func(b *testing.B) {
				rng := rand.New(rand.NewPCG(1, 1))
				x := make([]float32, n)
				for j := range x {
					x[j] = float32(3 * rng.NormFloat64())
				}
				sums, _ := newShares(n, 0)
				e := make([]float64, n)
				b.SetBytes(int64(4 * n))
				b.ReportAllocs()
				for b.Loop() {
					_, high, _ := All32[i].Extent(x)
					m, scale := All32[i].Measure(x, high, e)
					All32[i].Tally(sums, e, scale/(1+m.S0))
				}
			})
		}
	}
}
