package xent_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xent"
	"xent/internal/ref"
)

// divergences are all kinds, each under the name of its formula in the oracle.
var divergences = []struct {
	name string
	opt  xent.DivergenceOptions
	a    float64 // order or mix
}{
	{"KL", xent.DivergenceOptions{Kind: xent.KL}, 0},
	{"ReverseKL", xent.DivergenceOptions{Kind: xent.ReverseKL}, 0},
	{"Jeffreys", xent.DivergenceOptions{Kind: xent.Jeffreys}, 0},
	{"JS", xent.DivergenceOptions{Kind: xent.JS}, .5},
	{"JS", xent.DivergenceOptions{Kind: xent.JS, Mix: new(.1)}, .1},
	{"JS", xent.DivergenceOptions{Kind: xent.JS, Mix: new(.9)}, .9},
	{"Renyi", xent.DivergenceOptions{Kind: xent.Renyi, Order: new(.5)}, .5},
	{"Renyi", xent.DivergenceOptions{Kind: xent.Renyi, Order: new(2.)}, 2},
	{"Renyi", xent.DivergenceOptions{Kind: xent.Renyi, Order: new(1.0625)}, 1.0625},
	{"Tsallis", xent.DivergenceOptions{Kind: xent.Tsallis, Order: new(.25)}, .25},
	{"Tsallis", xent.DivergenceOptions{Kind: xent.Tsallis, Order: new(3.)}, 3},
	{"Tsallis", xent.DivergenceOptions{Kind: xent.Tsallis, Order: new(.9375)}, .9375},
	{"TotalVariation", xent.DivergenceOptions{Kind: xent.TotalVariation}, 0},
	{"SquaredHellinger", xent.DivergenceOptions{Kind: xent.SquaredHellinger}, 0},
	{"Bhattacharyya", xent.DivergenceOptions{Kind: xent.Bhattacharyya}, 0},
	{"ChiSquared", xent.DivergenceOptions{Kind: xent.ChiSquared}, 0},
}

// Every kind against its formula in 1600 bits, on teachers from unrelated to all but equal, whose
// divergence is 0 exactly.
func TestDivergenceOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	const k = 4
	for _, d := range divergences {
		worstValue, worstGrad, checked := 0.0, 0.0, 0
		for n := range 7 {
			spread, apart := []float64{.5, 3, 30}[n%3], []float64{1, 1, 1, .2, .02, 1e-6, 0}[n]
			temp := []float64{1, .7}[n%2]
			x, y := make([]float64, k), make([]float64, k)
			for j := range x {
				x[j] = rng.NormFloat64() * spread
				y[j] = x[j] + rng.NormFloat64()*apart*spread
			}
			opt := d.opt
			opt.Reduction, opt.Temperature = xent.Sum, temp
			grad := make([]float64, k)
			res, err := xent.DivergenceGrad(xent.MatrixOf(grad, k), xent.LogitsOf(x, k), xent.TeacherOf(y, k), &opt)
			if err != nil {
				t.Fatal(err)
			}
			p := ref.SoftmaxOf(ref.AllOf(y), temp)
			value, want := ref.Slopes(x, func(x []ref.Num) ref.Num {
				return ref.Divergences[d.name](p, ref.SoftmaxOf(x, temp), ref.Of(d.a))
			})
			if apart == 0 {
				if res.Sum() != 0 || !slices.Equal(grad, make([]float64, k)) {
					t.Errorf("%s of equal rows: %g, gradient %g", d.name, res.Sum(), grad)
				}
				continue
			}
			u := ulpsOf(float64(res.Sum()), value)
			worstValue = max(worstValue, u)
			if !(u <= max(valueBound, 0x1p-8/apart)) { // 60 bits of the difference
				t.Errorf("%s(%g), spread %g, %g apart: %.17g, want %.17g: %.3g ulp", d.name, d.a, spread, apart, res.Sum(), value, u)
			}
			for j := range grad {
				if math.Abs(grad[j]-want[j]) <= floorEps*0x1p-52*min(1, apart*spread) && opt.Kind != xent.TotalVariation {
					continue // powers of p and q of this size meet
				}
				u := ulpsOf(grad[j], want[j])
				worstGrad = max(worstGrad, u)
				if !(u <= gradBound) {
					t.Errorf("%s(%g), spread %g, %g apart: grad[%d] = %.17g, want %.17g: %.3g ulp", d.name, d.a, spread, apart, j, grad[j], want[j], u)
				}
			}
			checked++
		}
		if checked == 0 {
			t.Errorf("%s: nothing was checked", d.name)
		}
		t.Logf("%s(%g): worst error in ulp: value %.3g, gradient beyond the floor %.3g", d.name, d.a, worstValue, worstGrad)
	}
}

// Log-probabilities are free numbers: the textbook's formulas and their derivatives, also where
// neither side sums to one.
func TestDivergenceOfFreeNumbers(t *testing.T) {
	lq := []float64{-1, -.5, -3, -2}
	p := []float64{.3, .2, 0, .25}
	lp := []float64{-1.2, -1.6, -40, -1.4}
	for _, d := range divergences {
		for _, form := range []string{"probs", "logprobs"} {
			opt := d.opt
			opt.Reduction = xent.Sum
			grad, g := make([]float64, 4), xent.Matrix[float64]{Rows: 1, Cols: 4}
			g.Data = grad
			ps := ref.AllOf(p)
			var res xent.Result
			var err error
			if form == "probs" {
				if d.name == "ReverseKL" || d.name == "Jeffreys" {
					continue // infinite
				}
				res, err = xent.DivergenceGrad(g, xent.LogProbsOf(lq, 4), xent.ProbsOf(p, 4), &opt)
			} else {
				ps = ref.ExpOf(ref.AllOf(lp))
				res, err = xent.DivergenceGrad(g, xent.LogProbsOf(lq, 4), xent.LogProbsOf(lp, 4), &opt)
			}
			if err != nil {
				t.Fatal(err)
			}
			value, want := ref.Slopes(lq, func(lq []ref.Num) ref.Num {
				return ref.Divergences[d.name](ps, ref.ExpOf(lq), ref.Of(d.a))
			})
			if !close(float64(res.Sum()), value, floorEps*0x1p-52*max(1, math.Abs(value))) {
				t.Errorf("%s(%g) of %s: %.17g, want %.17g", d.name, d.a, form, res.Sum(), value)
			}
			for j := range grad {
				if !close(grad[j], want[j], 8*0x1p-52*math.Abs(want[j])) {
					t.Errorf("%s(%g) of %s: grad[%d] = %.17g, want %.17g", d.name, d.a, form, j, grad[j], want[j])
				}
			}
		}
	}
}

// Properties of every kind, on rows of any spread: not negative, 0 for equal rows only, gradient
// rows sum to 0, gradient is the slope, and a mixture of both directions where the kind is
// symmetric.
func TestDivergenceProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const k = 5
		d := rapid.SampledFrom(divergences).Draw(t, "kind")
		rows := rapid.IntRange(1, 4).Draw(t, "rows")
		spread := rapid.SampledFrom([]float64{.1, 3, 20}).Draw(t, "spread")
		x, y := make([]float64, rows*k), make([]float64, rows*k)
		for i := range x {
			x[i] = rapid.Float64Range(-spread, spread).Draw(t, "x")
			y[i] = rapid.Float64Range(-spread, spread).Draw(t, "y")
		}
		opt := d.opt
		opt.Reduction = rapid.SampledFrom([]xent.Reduction{xent.Mean, xent.Sum}).Draw(t, "reduction")
		opt.Temperature = rapid.SampledFrom([]float64{0, .5, 3}).Draw(t, "temperature")
		at := func(x []float64) float64 {
			r, err := xent.Divergence(xent.LogitsOf(x, k), xent.TeacherOf(y, k), &opt)
			if err != nil {
				t.Fatal(err)
			}
			if opt.Reduction == xent.Mean {
				return float64(r.Mean())
			}
			return float64(r.Sum())
		}
		grad := make([]float64, len(x))
		if _, err := xent.DivergenceGrad(xent.MatrixOf(grad, k), xent.LogitsOf(x, k), xent.TeacherOf(y, k), &opt); err != nil {
			t.Fatal(err)
		}
		value := at(x)
		if !(value >= 0) || value == 0 && !slices.Equal(x, y) && spread > 1 {
			t.Fatalf("%s = %g", d.name, value)
		}
		for i := 0; i < len(grad); i += k {
			sum, size := 0.0, 0.0
			for _, g := range grad[i : i+k] {
				sum += g
				size += math.Abs(g)
			}
			if !(math.Abs(sum) <= 1e-13*size+1e-15*(1+value)) {
				t.Fatalf("%s: gradient of row %d sums to %g", d.name, i/k, sum)
			}
		}
		if d.opt.Kind == xent.TotalVariation {
			return // its slope jumps
		}
		const h = 1e-4
		i := rapid.IntRange(0, len(x)-1).Draw(t, "element")
		moved := func(by float64) float64 {
			m := slices.Clone(x)
			m[i] += by
			return at(m)
		}
		slope := (8*(moved(h)-moved(-h)) - (moved(2*h) - moved(-2*h))) / (12 * h)
		if !close(grad[i], slope, 1e-7*(1+value)) {
			t.Fatalf("%s: gradient %.12g, central difference %.12g", d.name, grad[i], slope)
		}
	})
}

// Excluded classes, certainty and NaN, in either row.
func TestDivergenceSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	row := func(x ...float64) []float64 { return x }
	for _, tt := range []struct {
		name string
		q, p []float64 // logits, probabilities
		opt  xent.DivergenceOptions
		want float64
		grad []float64 // nil: not finite
		why  string
	}{
		{"both exclude", row(0, 0, -inf), row(.5, .5, 0), xent.DivergenceOptions{}, 0, row(0, 0, 0), "0·ln(0/0) = 0"},
		{"q excludes", row(0, 0, -inf), row(.25, .25, .5), xent.DivergenceOptions{}, inf, row(.25, .25, -.5), "as a cross-entropy: +Inf, with a finite gradient"},
		{"p excludes", row(0, 0), row(1, 0), xent.DivergenceOptions{}, math.Ln2, row(-.5, .5), "0·ln 0 = 0"},
		{"p excludes, reverse", row(0, 0), row(1, 0), xent.DivergenceOptions{Kind: xent.ReverseKL}, inf, nil, "q says possible, p impossible"},
		{"q excludes, reverse", row(0, -inf), row(.5, .5), xent.DivergenceOptions{Kind: xent.ReverseKL}, math.Ln2, row(0, 0), "q is certain"},
		{"disjoint, JS", row(0, -inf), row(0, 1), xent.DivergenceOptions{Kind: xent.JS}, math.Ln2, row(0, 0), "ln 2 is the most"},
		{"disjoint, JS of ¼", row(0, -inf), row(0, 1), xent.DivergenceOptions{Kind: xent.JS, Mix: new(.25)}, -.25*math.Log(.25) - .75*math.Log(.75), row(0, 0), "the entropy of the mixture"},
		{"disjoint, total variation", row(0, -inf), row(0, 1), xent.DivergenceOptions{Kind: xent.TotalVariation}, 1, row(0, 0), "1 is the most"},
		{"disjoint, Hellinger", row(0, -inf), row(0, 1), xent.DivergenceOptions{Kind: xent.SquaredHellinger}, 1, row(0, 0), "1 is the most"},
		{"disjoint, Bhattacharyya", row(0, -inf), row(0, 1), xent.DivergenceOptions{Kind: xent.Bhattacharyya}, inf, row(0, 0), "-ln 0"},
		{"disjoint, chi-squared", row(0, -inf), row(0, 1), xent.DivergenceOptions{Kind: xent.ChiSquared}, inf, nil, "1/0"},
		{"Renyi 0", row(0, 0, 0, 0), row(1, 0, 0, 0), xent.DivergenceOptions{Kind: xent.Renyi, Order: new(0.)}, math.Log(4), row(-.75, .25, .25, .25), "-ln of what q gives to the classes that p has"},
		{"Renyi ∞", row(0, 0), row(.75, .25), xent.DivergenceOptions{Kind: xent.Renyi, Order: new(inf)}, math.Log(1.5), row(-.5, .5), "ln max p/q"},
		{"Renyi 2, q excludes", row(0, -inf), row(.5, .5), xent.DivergenceOptions{Kind: xent.Renyi, Order: new(2.)}, inf, row(1, -1), "the class that q excludes is all of the sum"},
		{"Renyi 1 is KL", row(0, 0), row(.75, .25), xent.DivergenceOptions{Kind: xent.Renyi, Order: new(1.)}, .75*math.Log(1.5) - .25*math.Ln2, row(-.25, .25), "the limit"},
		{"Tsallis 1 is KL", row(0, 0), row(.75, .25), xent.DivergenceOptions{Kind: xent.Tsallis, Order: new(1.)}, .75*math.Log(1.5) - .25*math.Ln2, row(-.25, .25), "the limit"},
		{"Renyi, far apart", row(0, -2000), row(0, 1), xent.DivergenceOptions{Kind: xent.Renyi, Order: new(3.)}, 2000, row(1, -1), "(1/q)² overflows, its logarithm does not"},
		{"certain", row(inf, 0), row(1, 0), xent.DivergenceOptions{}, 0, row(0, 0), "a logit at +Inf is the limit"},
		{"NaN in q", row(nan, 0), row(.5, .5), xent.DivergenceOptions{Kind: xent.JS}, nan, row(nan, nan), "NaN in, NaN out"},
		{"NaN in p", row(0, 0), row(nan, .5), xent.DivergenceOptions{Kind: xent.Renyi, Order: new(2.)}, nan, row(nan, nan), "NaN in, NaN out"},
		{"negative p", row(0, 0), row(-.5, 1.5), xent.DivergenceOptions{}, nan, row(nan, nan), "not a probability"},
		{"no softmax", row(-inf, -inf), row(.5, .5), xent.DivergenceOptions{}, nan, row(nan, nan), "nothing is left"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			eachKernel(t, func(t *testing.T) {
				grad := make([]float64, len(tt.q))
				res, err := xent.DivergenceGrad(xent.MatrixOf(grad, len(grad)), xent.LogitsOf(tt.q, len(grad)), xent.ProbsOf(tt.p, len(grad)), &tt.opt)
				if err != nil {
					t.Fatal(err)
				}
				if got := float64(res.Mean()); !close(got, tt.want, 1e-14*math.Abs(tt.want)+1e-25) || (got-got != 0) != (res.NonFinite == 1) {
					t.Errorf("%g, want %g: %s (%+v)", got, tt.want, tt.why, res)
				}
				for j := range tt.grad {
					if !close(grad[j], tt.grad[j], 1e-14*math.Abs(tt.grad[j])+1e-25) {
						t.Errorf("grad[%d] = %g, want %g: %s", j, grad[j], tt.grad[j], tt.why)
					}
				}
			})
		})
	}
}

func TestDivergenceErrors(t *testing.T) {
	x, p := xent.LogitsOf([]float64{0, 0}, 2), xent.ProbsOf([]float64{.5, .5}, 2)
	for want, opt := range map[string]xent.DivergenceOptions{
		"xent: Divergence: option Order = nil, want the order α of this divergence":                                                                                            {Kind: xent.Renyi},
		"xent: Divergence: option Order = 2, want nil: only Renyi and Tsallis have an order":                                                                                   {Order: new(2.)},
		"xent: Divergence: option Order = +Inf, want α ≥ 0, finite for Tsallis":                                                                                                {Kind: xent.Tsallis, Order: new(math.Inf(1))},
		"xent: Divergence: option Mix = 0, want 0 < Mix < 1 (at the ends JS is 0; use KL or ReverseKL)":                                                                        {Kind: xent.JS, Mix: new(0.)},
		"xent: Divergence: option Mix = 0.5, want nil: only JS mixes":                                                                                                          {Mix: new(.5)},
		"xent: Divergence: option Temperature = -1, want a finite value ≥ 0":                                                                                                   {Temperature: -1},
		fmt.Sprintf("xent: Divergence: option Kind = %d, want KL, ReverseKL, Jeffreys, JS, Renyi, Tsallis, TotalVariation, SquaredHellinger, Bhattacharyya or ChiSquared", 99): {Kind: 99},
	} {
		if _, err := xent.Divergence(x, p, &opt); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := xent.Divergence(xent.LogProbs[float64](x), p, &xent.DivergenceOptions{Temperature: 2}); err == nil {
		t.Error("a temperature after the softmax")
	}
	if _, err := xent.Divergence(x, xent.ProbsOf([]float64{1}, 1), nil); err == nil {
		t.Error("rows of another width")
	}
}
