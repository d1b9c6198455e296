package info_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"xent/info"
	"xent/internal/ref"
)

var inf = math.Inf(1)

// divergences are the ones of two distributions, with their formulas in the oracle.
var divergences = []struct {
	name string
	a    float64
	f    func(p, q []float64) float64
	root bool // the oracle has its square
}{
	{"Jeffreys", 0, func(p, q []float64) float64 { return float64(info.Jeffreys(p, q)) }, false},
	{"JS", .5, info.JSDistance[float64], true},
	{"Renyi", .5, func(p, q []float64) float64 { return float64(info.Renyi(p, q, .5)) }, false},
	{"Renyi", 3, func(p, q []float64) float64 { return float64(info.Renyi(p, q, 3)) }, false},
	{"Tsallis", .25, func(p, q []float64) float64 { return info.Tsallis(p, q, .25) }, false},
	{"Tsallis", 2, func(p, q []float64) float64 { return info.Tsallis(p, q, 2) }, false},
	{"TotalVariation", 0, info.TotalVariation[float64], false},
	{"SquaredHellinger", 0, info.Hellinger[float64], true},
	{"Bhattacharyya", 0, func(p, q []float64) float64 { return float64(info.Bhattacharyya(p, q)) }, false},
	{"ChiSquared", 0, info.ChiSquared[float64], false},
}

// Against the textbook's formulas in 1600 bits, for distributions that sum to one exactly: all their
// digits, also where p and q nearly agree.
func TestDivergencesOracle(t *testing.T) {
	for _, tt := range []struct{ p, q []float64 }{
		{[]float64{.5, .25, .25}, []float64{.125, .375, .5}},
		{[]float64{.5, 0, .5}, []float64{.25, .25, .5}},
		{[]float64{1, 0x1p-400, 0}, []float64{1, 0x1p-500, 0}}, // sums are 1 but for 2^-400
		{[]float64{.5 + 0x1p-30, .5 - 0x1p-30}, []float64{.5, .5}},
		{[]float64{.5 + 0x1p-52, .5 - 0x1p-52}, []float64{.5, .5}},
		{[]float64{.75, .25 - 0x1p-20, 0x1p-20}, []float64{.75, 0x1p-20, .25 - 0x1p-20}},
	} {
		for _, d := range divergences {
			if tt.p[1] == 0 && d.name == "Jeffreys" || tt.p[1] == 0x1p-400 && d.name != "JS" && d.name != "SquaredHellinger" {
				continue // infinite; or a formula that sees the 2^-400
			}
			q := tt.q
			p, r := ref.AllOf(tt.p), ref.AllOf(q)
			if q[len(q)-1] == 0 { // no class of either
				p, r = p[:2], r[:2]
			}
			want := ref.Divergences[d.name](p, r, ref.Of(d.a))
			if d.root {
				want = want.Pow(ref.Of(.5))
			}
			near(t, d.f(tt.p, tt.q), want.Float64(), 8*eps)
			if t.Failed() {
				t.Fatalf("%s(%g) of %g and %g", d.name, d.a, tt.p, tt.q)
			}
		}
	}
}

func TestDivergencesSpecialValues(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		name string
		p, q []float64
		want []float64 // in the order of divergences
		why  string
	}{
		{"equal", []float64{.25, .75, 0}, []float64{.25, .75, 0}, []float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "nothing between equals"},
		{"disjoint", []float64{1, 0}, []float64{0, 1}, []float64{inf, math.Sqrt(math.Ln2), inf, inf, 4. / 3, inf, 1, 1, inf, inf}, "the ceilings"},
		{"NaN", []float64{nan, 1}, []float64{.5, .5}, []float64{nan, nan, nan, nan, nan, nan, nan, nan, nan, nan}, "NaN in, NaN out"},
		{"negative", []float64{-.5, 1.5}, []float64{.5, .5}, []float64{nan, nan, nan, nan, nan, nan, nan, nan, nan, nan}, "not a distribution"},
		{"empty", nil, nil, []float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "an empty sum"},
	} {
		for i, d := range divergences {
			got := d.f(tt.p, tt.q)
			if !(got == tt.want[i] || math.IsNaN(got) && math.IsNaN(tt.want[i]) || math.Abs(got-tt.want[i]) <= 2*eps*tt.want[i]) {
				t.Errorf("%s: %s(%g) = %g, want %g: %s", tt.name, d.name, d.a, got, tt.want[i], tt.why)
			}
		}
	}
	p, q := []float64{.5, .5, 0}, []float64{.25, .25, .5}
	for _, tt := range []struct{ order, renyi, entropy float64 }{
		{0, math.Ln2, math.Ln2}, {1, math.Ln2, math.Ln2}, {inf, math.Ln2, math.Ln2}, {1e6, math.Ln2, math.Ln2}, {-1, nan, nan}, {nan, nan, nan},
	} {
		if got := float64(info.Renyi(p, q, tt.order)); !(math.Abs(got-tt.renyi) < 1e-15) && got == got {
			t.Errorf("Renyi of order %g: %g, want %g", tt.order, got, tt.renyi)
		}
		if got := float64(info.RenyiEntropy(p, tt.order)); !(math.Abs(got-tt.entropy) < 1e-15) && !(math.IsNaN(got) && math.IsNaN(tt.entropy)) {
			t.Errorf("RenyiEntropy of order %g: %g, want %g", tt.order, got, tt.entropy)
		}
	}
	if got := info.TsallisEntropy([]float64{.5, .5, 0}, 0); got != 1 {
		t.Errorf("TsallisEntropy of order 0: %g, want 1, the classes but one", got)
	}
	if got := float64(info.RenyiEntropy([]float64{1, 1e-300}, 2)); !(math.Abs(got-1e-300) < 1e-314) {
		t.Errorf("all but certain: %g, want Σ p - p² = 1e-300", got) // what misses in the sum is left out
	}
}

// The divergences and entropies of higher order are ordered.
func TestOrders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 8).Draw(t, "k")
		p, q := distribution(t, "p", k), distribution(t, "q", k)
		last, lastH := 0.0, inf
		for _, order := range []float64{0, .25, .999, 1, 1.001, 2, 5, 50, inf} {
			d, h := float64(info.Renyi(p, q, order)), float64(info.RenyiEntropy(p, order))
			if !(d == last || d >= last-1e-12*(1+last)) || !(h <= lastH+1e-12*(1+h)) || !(h >= -1e-15) {
				t.Fatalf("at order %g: divergence %g after %g, entropy %g after %g", order, d, last, h, lastH)
			}
			last, lastH = d, h
		}
	})
}

// Chain rules of two variables, and the exact zeros.
func TestJoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, cols := rapid.IntRange(1, 5).Draw(t, "rows"), rapid.IntRange(1, 5).Draw(t, "cols")
		table := make([]float64, rows*cols)
		for i := range table {
			table[i] = float64(rapid.IntRange(0, 9).Draw(t, "count"))
		}
		table[0]++
		j := info.JointOf(table, cols)
		for _, tt := range []struct{ a, b info.Nats }{
			{j.Both, j.X + j.YGivenX}, {j.Both, j.Y + j.XGivenY}, {j.Shared, j.X - j.XGivenY}, {j.Shared, j.X + j.Y - j.Both},
		} {
			if !(math.Abs(float64(tt.a-tt.b)) <= 1e-14) || !(j.Shared >= 0) || !(j.XGivenY >= 0) {
				t.Fatalf("%g ≠ %g (%+v)", float64(tt.a), float64(tt.b), j)
			}
		}
	})
	independent := []float64{2, 4, 6, 3, 6, 9} // counts (2 3)ᵀ(1 2 3)
	if j := info.JointOf(independent, 3); j.Shared != 0 || j.Normalised() != 0 {
		t.Errorf("independent: they share %g", float64(j.Shared))
	}
	if j := info.JointOf([]float64{0, 0}, 1); !math.IsNaN(float64(j.Both)) {
		t.Errorf("a table of zeros has entropy %g", float64(j.Both))
	}
	if j := info.JointOf([]float64{1, -1, 1, 1}, 2); !math.IsNaN(float64(j.Both)) {
		t.Errorf("a negative count has entropy %g", float64(j.Both))
	}
	defer func() {
		if recover() == nil {
			t.Error("three entries in rows of two did not panic")
		}
	}()
	info.JointOf(make([]float64, 3), 2)
}

func ExampleRenyi() {
	p, q := []float64{0.5, 0.5}, []float64{0.9, 0.1}
	for _, order := range []float64{0.5, 1, 2, math.Inf(1)} {
		fmt.Println(order, info.Renyi(p, q, order))
	}
	// Output:
	// 0.5 0.2231 nats
	// 1 0.5108 nats
	// 2 1.022 nats
	// +Inf 1.609 nats
}

// How much of the weather the forecast tells: rain or dry by row, forecast by column.
func ExampleJointOf() {
	j := info.JointOf([]float64{20, 5, 10, 65}, 2)
	fmt.Printf("%.3f of %.3f bits, %.0f %%\n", j.Shared.Bits(), j.X.Bits(), 100*j.Uncertainty())
	// Output: 0.276 of 0.811 bits, 34 %
}
