package exact

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// terms draws finite values of very different sizes, so that plain addition would lose most of them.
func terms(t *rapid.T) []float64 {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			return rapid.Float64().Draw(t, "any")
		case 1:
			return float64(rapid.IntRange(-4, 4).Draw(t, "small"))
		case 2:
			return math.Ldexp(rapid.Float64Range(-1, 1).Draw(t, "tiny"), -1060) // subnormal
		case 3:
			return math.Ldexp(rapid.Float64Range(-1, 1).Draw(t, "huge"), 1023)
		default:
			return math.Ldexp(rapid.Float64Range(-1, 1).Draw(t, "m"), rapid.IntRange(-80, 80).Draw(t, "e"))
		}
	}), 0, 40).Draw(t, "terms")
}

// exactly is the judge: math/big with more bits than any sum here can fill.
func exactly() *big.Float { return new(big.Float).SetPrec(20000) }

func same(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

// bits of zero: an empty sum is +0, and big.Float keeps signs of zero that a sum does not.
func rounded(b *big.Float) float64 {
	x, _ := b.Float64()
	return x + 0
}

func TestSumAgainstBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Sum
		want := exactly()
		for _, x := range terms(t) {
			s.Add(x)
			want.Add(want, exactly().SetFloat64(x))
		}
		if got := s.Float64(); !same(got, rounded(want)) {
			t.Fatalf("sum = %v, want %v", got, rounded(want))
		}
		hi, lo := s.Pair()
		if math.IsInf(hi, 0) {
			return
		}
		rest := exactly().Sub(want, exactly().SetFloat64(hi))
		if !same(lo, rounded(rest)) {
			t.Fatalf("lo = %v, want %v", lo, rounded(rest))
		}
	})
}

func TestProductsAgainstBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Sum
		want := exactly()
		a, b := terms(t), terms(t)
		for i := range min(len(a), len(b)) {
			s.AddProduct(a[i], b[i])
			want.Add(want, exactly().Mul(exactly().SetFloat64(a[i]), exactly().SetFloat64(b[i])))
		}
		if got := s.Float64(); !same(got, rounded(want)) {
			t.Fatalf("sum of products = %v, want %v", got, rounded(want))
		}
	})
}

func TestMulAgainstBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a, b, s Sum
		wa, wb := exactly(), exactly()
		for _, x := range terms(t) {
			a.Add(x)
			wa.Add(wa, exactly().SetFloat64(x))
		}
		for _, x := range terms(t) {
			b.Add(x)
			wb.Add(wb, exactly().SetFloat64(x))
		}
		s.AddMul(&a, &b)
		s.SubMul(&b, &b)
		want := exactly().Mul(wa, wb)
		want.Sub(want, exactly().Mul(wb, wb))
		if got := s.Float64(); !same(got, rounded(want)) {
			t.Fatalf("ab - bb = %v, want %v", got, rounded(want))
		}
		if s.Sign() != want.Sign() {
			t.Fatalf("sign = %d, want %d", s.Sign(), want.Sign())
		}
		q := Ratio(&a, &b)
		if wb.Sign() == 0 || wa.Sign() == 0 {
			return
		}
		w := rounded(exactly().Quo(wa, wb))
		if math.IsInf(w, 0) || math.Abs(w) < 0x1p-1022 {
			return
		}
		if !(math.Abs(q-w) <= 4*math.Abs(w)*0x1p-53) {
			t.Fatalf("ratio = %v, want %v", q, w)
		}
	})
}

// Any partition of the terms, in any order, gives the same bits.
func TestOrderFree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := terms(t)
		if rapid.IntRange(0, 3).Draw(t, "odd") == 0 {
			x = append(x, rapid.SliceOfN(rapid.SampledFrom([]float64{math.Inf(1), math.Inf(-1), math.NaN()}), 1, 2).Draw(t, "odds")...)
		}
		var whole Sum
		for _, v := range x {
			whole.Add(v)
		}
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, 1))
		r.Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
		parts := make([]Sum, 1+r.IntN(5))
		for _, v := range x {
			parts[r.IntN(len(parts))].Add(v)
		}
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		var merged Sum
		for i := range parts {
			merged.Merge(&parts[i])
		}
		if a, b := whole.Float64(), merged.Float64(); !same(a, b) {
			t.Fatalf("whole %v, merged %v", a, b)
		}
		_, a := whole.Pair()
		_, b := merged.Pair()
		if !same(a, b) {
			t.Fatalf("low parts: whole %v, merged %v", a, b)
		}
	})
}

func TestSumSpecial(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name string
		x    []float64
		want float64
		why  string
	}{
		{"empty", nil, 0, "nothing adds to +0"},
		{"cancels", []float64{1e308, 1, 1e308, -1e308, -1e308}, 1, "an overflow on the way leaves no trace"},
		{"too big", []float64{1e308, 1e308}, inf, "the sum itself is beyond float64"},
		{"smallest", []float64{5e-324, 5e-324}, 1e-323, "subnormals add exactly"},
		{"ties to even", []float64{1, 0x1p-53}, 1, "halfway goes to the even neighbour"},
		{"above the tie", []float64{1, 0x1p-53, 5e-324}, 1 + 0x1p-52, "the smallest float64 breaks a tie"},
		{"infinite", []float64{1, inf, 2}, inf, "one infinity wins"},
		{"opposite infinities", []float64{inf, -inf}, nan, "as IEEE 754 adds them"},
		{"NaN", []float64{inf, nan}, nan, "NaN wins over all"},
		{"minus infinity", []float64{-inf, 1e308}, -inf, "one infinity wins"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s Sum
			for _, x := range tt.x {
				s.Add(x)
			}
			if got := s.Float64(); got != tt.want && !(math.IsNaN(got) && math.IsNaN(tt.want)) {
				t.Errorf("got %v, want %v: %s", got, tt.want, tt.why)
			}
		})
	}
}

// Limbs must be carried before an int64 overflows: here the count of pending additions is near its bound.
func TestCarryInTime(t *testing.T) {
	var s Sum
	x := float64(1<<53 - 1)
	s.Add(x)
	s.pending = maxPending - 3
	for range 9 {
		s.Add(x)
	}
	if s.pending > 10 {
		t.Fatal("no carry happened")
	}
	if got, want := s.Float64(), 10*x; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestShareAndCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.SampledFrom([]float64{1, 1, 1, .3, 1.7, 1e-9}), 1, 50).Draw(t, "weights")
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, 2))
		var whole, left, right Share
		var n, nl, nr Count
		want, weight := exactly(), exactly()
		for _, w := range weights {
			x := r.Float64()
			whole.Add(w, x)
			n.Add(w)
			if r.IntN(2) == 0 {
				left.Add(w, x)
				nl.Add(w)
			} else {
				right.Add(w, x)
				nr.Add(w)
			}
			want.Add(want, exactly().Mul(exactly().SetFloat64(w), exactly().SetFloat64(x)))
			weight.Add(weight, exactly().SetFloat64(w))
		}
		right.Merge(&left)
		nr.Merge(&nl)
		if !same(whole.Float64(), right.Float64()) || !same(n.Float64(), nr.Float64()) {
			t.Fatal("the partition shows in the result")
		}
		if got := whole.Float64(); !(math.Abs(got-rounded(want)) <= float64(len(weights))*0x1p-62+got*0x1p-52) {
			t.Fatalf("share %v, want %v", got, rounded(want))
		}
		if got := n.Float64(); !same(got, rounded(weight)) {
			t.Fatalf("count %v, want %v", got, rounded(weight))
		}
	})
}

func TestShareCarries(t *testing.T) {
	var s Share
	for range 40 {
		s.Add(1, 1) // 40·2^62 needs the upper word
	}
	s.Add(1, 2) // no share, but no harm
	if got := s.Float64(); got != 42 {
		t.Errorf("got %v, want 42", got)
	}
}

// Rows of shares add up to the same bits in any partition, and to the truth within 2^-53 a row.
func TestShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const classes = 3
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
		rows := rapid.IntRange(0, 3*maxRows).Draw(t, "rows")
		weighted := rapid.Bool().Draw(t, "weighted")
		whole, parts := NewShares(classes), []*Shares{NewShares(classes), NewShares(classes), NewShares(classes)}
		want := [classes]float64{}
		for range rows {
			x, w := []float64{r.Float64(), 1, r.Float64() * 1e-6}, 1.0
			if weighted && r.IntN(2) == 0 {
				w = 1 + r.Float64()
			}
			whole.Add(w, x)
			parts[r.IntN(3)].Add(w, x)
			for k, v := range x {
				want[k] += w * v
			}
		}
		parts[1].Merge(parts[2])
		parts[1].Merge(parts[0])
		for k := range classes {
			a, b := whole.Float64(k), parts[1].Float64(k)
			if !same(a, b) {
				t.Fatalf("sum %d: whole %v, merged %v", k, a, b)
			}
			if !(math.Abs(a-want[k]) <= 1e-12*(1+want[k])) {
				t.Fatalf("sum %d: %v, want %v", k, a, want[k])
			}
		}
	})
}

func BenchmarkShares(b *testing.B) {
	s, x := NewShares(1000), make([]float64, 1000)
	for k := range x {
		x[k] = 1e-3
	}
	b.SetBytes(8 * 1000)
	for b.Loop() {
		s.Add(1, x)
	}
}

func BenchmarkAdd(b *testing.B) {
	var s Sum
	x := 0.123456789
	for b.Loop() {
		s.Add(x)
	}
}

func BenchmarkAddProduct(b *testing.B) {
	var s Sum
	x := 0.123456789
	for b.Loop() {
		s.AddProduct(x, x)
	}
}

func BenchmarkShareAdd(b *testing.B) {
	var s Share
	x := 0.123456789
	for b.Loop() {
		s.Add(1, x)
	}
}

// Terms whose limbs exist already take a path of their own: of every exponent and sign, the smallest and those beyond the
// last limb among them.
func TestSumNear(t *testing.T) {
	for exp := range 2047 {
		for _, fraction := range []uint64{0, 1, 1<<52 - 1, 0x5555555555555} {
			x := math.Float64frombits(uint64(exp)<<52 | fraction)
			var s Sum
			want := exactly()
			for _, v := range []float64{x, x, -x / 2, x, 3} {
				s.Add(v)
				want.Add(want, exactly().SetFloat64(v))
			}
			if got := s.Float64(); !same(got, rounded(want)) {
				t.Fatalf("x = %g: 2.5x + 3 = %v, want %v", x, got, rounded(want))
			}
			for _, v := range []float64{-3, -x} {
				s.Add(v)
				want.Add(want, exactly().SetFloat64(v))
			}
			if got := s.Float64(); !same(got, rounded(want)) {
				t.Fatalf("x = %g: 1.5x = %v, want %v", x, got, rounded(want))
			}
		}
	}
}
