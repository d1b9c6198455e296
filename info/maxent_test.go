package info_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"xent/info"
	"xent/internal/ref"
)

var die = []float64{1, 2, 3, 4, 5, 6}

func maxEntropy(t testing.TB, x []float64, mean float64) (p []float64, multiplier, entropy float64) {
	t.Helper()
	p = make([]float64, len(x))
	multiplier, h, err := info.MaxEntropy(p, x, mean)
	if err != nil {
		t.Fatal(err)
	}
	return p, multiplier, float64(h)
}

// The die whose mean is 4.5, with the figures that Jaynes prints in "Where do we stand on maximum entropy?" (1978).
func TestMaxEntropyJaynes(t *testing.T) {
	p, multiplier, h := maxEntropy(t, die, 4.5)
	for i, want := range []float64{.05435, .07877, .11416, .16545, .23977, .34749} {
		if !(math.Abs(p[i]-want) <= .5e-5) {
			t.Errorf("face %d has %v, published %v", i+1, p[i], want)
		}
	}
	if !(math.Abs(multiplier-.37105) <= .5e-5) {
		t.Errorf("multiplier %v, published .37105", multiplier)
	}
	if !(math.Abs(h-1.61358) <= .5e-5) {
		t.Errorf("entropy %v, published 1.61358", h)
	}
}

// exactMultiplier solves for the multiplier by Newton's method in 480 digits, from a start that is nearly right.
func exactMultiplier(x []float64, mean, start float64) ref.Num {
	l := ref.Of(start)
	for range 12 {
		total, first, second := ref.Of(0), ref.Of(0), ref.Of(0)
		for _, v := range x {
			off := ref.Of(v).Sub(ref.Of(mean))
			w := l.Mul(off).Exp()
			total, first, second = total.Add(w), first.Add(off.Mul(w)), second.Add(off.Mul(off).Mul(w))
		}
		m := first.Div(total)
		l = l.Sub(m.Div(second.Div(total).Sub(m.Mul(m))))
	}
	return l
}

func TestMaxEntropyExact(t *testing.T) {
	for _, tt := range []struct {
		name string
		x    []float64
		mean float64
		why  string
	}{
		{"Jaynes", die, 4.5, "the reference"},
		{"fair", die, 3.5, "the multiplier is exactly 0"},
		{"hardly loaded", die, 3.5 + 1e-9, "the mean less that of the values loses its digits, unless it is taken exactly"},
		{"low", die, 1.1, "from the other end, a negative multiplier"},
		{"nearly sure", die, 5.999, "the slope of the mean is nearly 0"},
		{"surer", die, 6 - 1e-12, "and less still"},
		{"two values", []float64{0, 1}, .3, "the multiplier is the logit of the mean"},
		{"repeated", []float64{1, 1, 1, 5}, 2, "a value may stand more than once"},
		{"uneven", []float64{-7, 2.5, 100, 3}, 11, "in any order, with any gaps"},
		{"tiny", []float64{1e-200, 2e-200, 4e-200}, 2e-200, "scale is no matter"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, multiplier, h := maxEntropy(t, tt.x, tt.mean)
			exact := exactMultiplier(tt.x, tt.mean, multiplier)
			if tt.mean == 3.5 {
				exact = ref.Of(0)
			}
			if want := exact.Float64(); !(math.Abs(multiplier-want) <= 4*0x1p-52*math.Abs(want)) {
				t.Errorf("multiplier %v, want %v: %s", multiplier, want, tt.why)
			}
			total := ref.Of(0)
			for _, v := range tt.x {
				total = total.Add(exact.Mul(ref.Of(v)).Exp())
			}
			for i, v := range tt.x {
				if want := exact.Mul(ref.Of(v)).Exp().Div(total).Float64(); !(math.Abs(p[i]-want) <= 4*0x1p-52*want) {
					t.Errorf("p[%d] = %v, want %v: %s", i, p[i], want, tt.why)
				}
			}
			if want := total.Log().Sub(exact.Mul(ref.Of(tt.mean))).Float64(); !(math.Abs(h-want) <= 4*0x1p-52*want) {
				t.Errorf("entropy %v, want %v: %s", h, want, tt.why)
			}
		})
	}
}

func TestMaxEntropySpecialValues(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		name       string
		x          []float64
		mean       float64
		p          []float64
		multiplier float64
		why        string
	}{
		{"the greatest", []float64{3, 1, 3, 2}, 3, []float64{.5, 0, .5, 0}, inf, "only the values at the end are left, in equal shares"},
		{"the least", []float64{3, 1, 3, 2}, 1, []float64{0, 1, 0, 0}, -inf, "and at the other end"},
		{"all equal", []float64{2, 2}, 2, []float64{.5, .5}, 0, "the mean says nothing"},
		{"one value", []float64{7}, 7, []float64{1}, 0, "nothing to choose"},
	} {
		p, multiplier, _ := maxEntropy(t, tt.x, tt.mean)
		if multiplier != tt.multiplier {
			t.Errorf("%s: multiplier %v, want %v: %s", tt.name, multiplier, tt.multiplier, tt.why)
		}
		for i := range p {
			if p[i] != tt.p[i] {
				t.Errorf("%s: %v, want %v: %s", tt.name, p, tt.p, tt.why)
				break
			}
		}
	}
	for _, tt := range []struct {
		x    []float64
		mean float64
	}{{die, .999}, {die, 6.001}, {die, math.NaN()}, {[]float64{1, inf}, 2}, {[]float64{math.NaN()}, 2}} {
		p := make([]float64, len(tt.x))
		if _, _, err := info.MaxEntropy(p, tt.x, tt.mean); err == nil || p[0] != 0 {
			t.Errorf("mean %v of %v: %v, %v, want an error and p untouched", tt.mean, tt.x, p, err)
		}
	}
}

// Whatever distribution has the same mean, its entropy is not greater; and the mean is the one asked for.
func TestMaxEntropyIsGreatest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-10, 10), 2, 9).Draw(t, "x")
		rival := make([]float64, len(x))
		total, mean := 0.0, 0.0
		for i := range rival {
			rival[i] = rapid.Float64Range(.001, 1).Draw(t, "weight")
			total += rival[i]
		}
		for i := range rival {
			rival[i] /= total
			mean += rival[i] * x[i]
		}
		p := make([]float64, len(x))
		multiplier, entropy, err := info.MaxEntropy(p, x, mean)
		if err != nil {
			t.Skip("rounding put the mean outside values that are nearly equal")
		}
		if h, r := entropy, info.Entropy(rival); !(h >= r-1e-9) {
			t.Fatalf("entropy %v, and a rival with the same mean has %v", h, r)
		}
		back := 0.0
		for i := range p {
			back += p[i] * x[i]
		}
		if !(math.Abs(back-mean) <= 1e-12*10) || math.IsNaN(multiplier) {
			t.Fatalf("mean %v, want %v; multiplier %v", back, mean, multiplier)
		}
	})
}

func TestMaxEntropyAllocates(t *testing.T) {
	p := make([]float64, 6)
	if n := testing.AllocsPerRun(100, func() { _, _, _ = info.MaxEntropy(p, die, 4.5) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
