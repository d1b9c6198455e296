package kern

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// All implementations tally alike: at every length up to 70 and around the edge of a block, at every offset, within
// guards, and for logits that add nothing.
func TestTally(t *testing.T) {
	for i := range All32 {
		t.Run("kernel="+All32[i].Name+"/float32", func(t *testing.T) { tallySuite(t, All32[i]) })
		t.Run("kernel="+All64[i].Name+"/float64", func(t *testing.T) { tallySuite(t, All64[i]) })
	}
}

func tallySuite[T Float](t *testing.T, k *Table[T]) {
	rng := rand.New(rand.NewPCG(3, 4))
	lengths := []int{blockBytes/4 - 1, blockBytes / 4, blockBytes/4 + 33}
	for n := range longest {
		lengths = append(lengths, n+1)
	}
	for _, n := range lengths {
		for offset := range 8 {
			all, x := guarded[T](n, offset)
			for j := range x {
				x[j] = T(rng.NormFloat64() * 10)
			}
			if n > 3 { // what adds nothing, or next to nothing
				x[rng.IntN(n)] = T(math.Inf(-1))
				x[rng.IntN(n)] = -1e4
			}
			top := math.Inf(-1)
			var total float64
			for _, v := range x {
				top = max(top, float64(v))
			}
			for _, v := range x {
				total += math.Exp(float64(v) - top)
			}
			if math.IsInf(top, -1) {
				continue
			}
			total += 1.5 // classes that are not in x
			sums, guards := newShares(n, 7-offset)
			k.Tally(sums, x, top, total)
			k.Tally(sums, x, top, total)
			for j, v := range x {
				p := math.Exp(float64(v)-top) / total
				want := []float64{p, p * (1 - p), p * (1 - p) * p * (1 - p)}
				for c, got := range []uint64{sums.Expected[j], sums.Doubt[j], sums.Peaked[j]} {
					// two rows of an error of 700 units in the last place of p, and cut
					if w := 2 * want[c] * (1 << ShareBits); !(math.Abs(float64(got)-w) <= 2+0x1p-42*w) || got > 0 && math.IsInf(float64(v), -1) {
						t.Fatalf("length %d, offset %d: sum %d of class %d, logit %g, is %d, want %g", n, offset, c, j, v, got, w)
					}
				}
			}
			for i, a := range guards {
				for j, v := range a {
					if (j < 7-offset || j >= 7-offset+n) && v != guard {
						t.Fatalf("length %d: sum %d outside its classes became %d", n, i, v)
					}
				}
			}
			intact(t, all, offset, n)
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

// Maxima out of the reach of the kernels give the same as the portable loop.
func TestTallyFar(t *testing.T) {
	for i, k := range All64 {
		for _, top := range []float64{1e300, -1e300, 1 << 31, 0, 700, -700} {
			x := []float64{top, top - 1, math.Inf(-1), -math.MaxFloat64, top}
			got, _ := newShares(len(x), 0)
			want, _ := newShares(len(x), 0)
			k.Tally(got, x, top, 3)
			Go64.Tally(want, x, top, 3)
			for j := range x {
				if d := int64(got.Expected[j] - want.Expected[j]); d < -4 || d > 4 {
					t.Errorf("%s, maximum %g: class %d expects %d units, want %d", All64[i].Name, top, j, got.Expected[j], want.Expected[j])
				}
			}
		}
	}
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
	lengths := []int{blockBytes/8 - 1, blockBytes / 8, blockBytes/4 + 33}
	for n := range longest {
		lengths = append(lengths, n+1)
	}
	for _, n := range lengths {
		for offset := range 8 {
			_, x := guarded[T](n, offset) // the guards are larger than every element
			at := rng.IntN(n)
			for _, odd := range []T{0, -inf, inf, T(math.NaN())} {
				for j := range x {
					x[j] = T(rng.IntN(2001) - 1000) // whole numbers: any order of a sum is exact
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
				b.SetBytes(int64(4 * n))
				for b.Loop() {
					All32[i].Extent(x)
					All32[i].Tally(sums, x, 12, float64(n))
				}
			})
		}
	}
}
