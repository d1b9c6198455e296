package xent_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"xent"
)

// What the shapes of the curve do at its ends. One row, in ulp-free figures.
func TestShapeSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name   string
		opt    xent.Options
		logits []float64
		label  int
		want   float64
		grad   []float64
		why    string
	}{
		{"robust, impossible label", xent.Options{Robustness: .5}, []float64{0, -inf}, 1, 2, []float64{0, 0}, "a wrong label costs at most 1/q, and pulls no more"},
		{"robust, q = 1", xent.Options{Robustness: 1}, []float64{0, 0}, 1, .5, []float64{.25, -.25}, "1-p, the mean absolute error"},
		{"robust, tiny q", xent.Options{Robustness: 1e-300}, []float64{0, 0}, 1, math.Ln2, []float64{.5, -.5}, "q → 0 is cross-entropy"},
		{"robust, certain", xent.Options{Robustness: .7}, []float64{900, 0}, 0, 0, []float64{0, 0}, "e^-900 is below the smallest number"},
		{"poly, impossible label", xent.Options{Poly: 2}, []float64{0, -inf}, 1, inf, []float64{1, -1}, "+Inf, with a finite gradient"},
		{"poly, certain", xent.Options{Poly: 2}, []float64{60, 0}, 0, 3 * math.Exp(-60), []float64{-3 * math.Exp(-60), 3 * math.Exp(-60)}, "the first coefficient is 1 + ε"},
		{"poly -1, certain", xent.Options{Poly: -1}, []float64{40, 0}, 0, math.Exp(-80) / 2, []float64{-math.Exp(-80), math.Exp(-80)}, "without its first term the loss is q²/2 + …, to the last digit"},
		{"symmetric", xent.Options{Poly: 4 * .1 / 6}, []float64{0, 0}, 0, math.Ln2 + 4*.1/6/2, []float64{-.5 - .1/6, .5 + .1/6}, "6·CE + 0.1·RCE with A = -4, over 6"},
		{"all three", xent.Options{Focus: 2, Poly: 1, Robustness: 1}, []float64{0, 0}, 0, .25, []float64{-.375, .375}, "2·(1-p)³ at p = ½, slope -6·q²·p·q"},
		{"NaN", xent.Options{Poly: 1, Robustness: .5}, []float64{0, nan}, 0, nan, []float64{nan, nan}, "NaN in, NaN out"},
		{"robust and poly, +Inf", xent.Options{Poly: -1, Robustness: .5}, []float64{inf, 0}, 0, 0, []float64{0, 0}, "the limit is certainty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			eachKernel(t, func(t *testing.T) {
				grad := make([]float64, len(tt.logits))
				res, err := xent.CrossEntropyGrad(xent.MatrixOf(grad, len(grad)), xent.LogitsOf(tt.logits, len(grad)), []int{tt.label}, &tt.opt)
				if err != nil {
					t.Fatal(err)
				}
				near(t, float64(res.Mean()), tt.want, 1e-14)
				for j := range grad {
					if !close(grad[j], tt.grad[j], 1e-14*math.Abs(tt.grad[j])) {
						t.Errorf("grad[%d] = %g, want %g: %s", j, grad[j], tt.grad[j], tt.why)
					}
				}
			})
		})
	}
}

// Below 0 a poly takes away what the two terms share, all of it at -1: the rest keeps its digits, for any
// robustness and from a sure row to one that is surely wrong.
func TestPolyBelowZero(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	worstValue, worstGrad := 0.0, 0.0
	for _, poly := range []float64{-1, -.999999, -.8, -.3, -1e-9} {
		for _, robust := range []float64{0, 1e-300, 1e-6, .1, .3, .49, .5, .7, .99, 1 - 1e-10, 1} {
			for _, spread := range []float64{.05, .3, 1, 3, 30} {
				v := variant{poly: poly, robustness: robust}
				x := make([]float64, 3)
				for j := range x {
					x[j] = rng.NormFloat64() * spread
				}
				grad := make([]float64, len(x))
				res, err := lossOf(v, grad, x, nil, 0)
				if err != nil {
					t.Fatal(err)
				}
				loss, want := v.oracle(x, nil, 0)
				if poly == -1 && robust == 1 { // 0 for every row; the oracle gives its rounding
					loss, want = 0, make([]float64, len(x))
				}
				u := ulpsOf(float64(res.Sum()), loss)
				worstValue = max(worstValue, u)
				if !(u <= valueBound) {
					t.Errorf("poly %g, robustness %g of %v: %.17g, want %.17g: %.3g ulp", poly, robust, x, res.Sum(), loss, u)
				}
				for j := range grad {
					u := ulpsOf(grad[j], want[j])
					worstGrad = max(worstGrad, u)
					if !(u <= gradBound) {
						t.Errorf("poly %g, robustness %g of %v: grad[%d] = %.17g, want %.17g: %.3g ulp", poly, robust, x, j, grad[j], want[j], u)
					}
				}
			}
		}
	}
	t.Logf("worst error in ulp: value %.3g, gradient %.3g", worstValue, worstGrad)
}

// The asymmetric loss forgets negatives up to the margin, and bounds what the sure ones cost.
func TestMargin(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	logit := func(p float64) float64 { return math.Log(p / (1 - p)) }
	opt := &xent.BinaryOptions{NegativeFocus: new(2.), Margin: .25, Reduction: xent.Sum}
	for _, tt := range []struct {
		name                string
		logit, target, want float64
		slope               float64
		why                 string
	}{
		{"below the margin", logit(.2), 0, 0, 0, "max(p-m, 0) = 0"},
		{"far below", -inf, 0, 0, 0, "p = 0"},
		{"above", logit(.5), 0, .25 * .25 * -math.Log(.75), .25 * .25 * .25 * (2*-math.Log(.75)/.25 + 1/.75), "m = ¼: m²·(-ln(1-m))"},
		{"sure", inf, 0, .75 * .75 * -math.Log(.25), 0, "a negative costs no more than m = 1 - Margin does"},
		{"positive", logit(.5), 1, math.Ln2, -.5, "Focus is 0, and positives have no margin"},
		{"impossible positive", -inf, 1, inf, -1, "+Inf, with a finite gradient"},
		{"NaN", nan, 0, nan, nan, "NaN in, NaN out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			grad := []float64{0}
			res, err := xent.BinaryCrossEntropyGrad(xent.MatrixOf(grad, 1), xent.LogitsOf([]float64{tt.logit}, 1), xent.MatrixOf([]float64{tt.target}, 1), opt)
			if err != nil {
				t.Fatal(err)
			}
			near(t, float64(res.Sum()), tt.want, 1e-14)
			if !close(grad[0], tt.slope, 1e-14*math.Abs(tt.slope)) {
				t.Errorf("slope %g, want %g: %s", grad[0], tt.slope, tt.why)
			}
		})
	}
}

// The symmetric cross-entropy is a Poly: against its formula, α·CE + β·Σ p·(-ln t) with A for ln 0.
func TestSymmetricCrossEntropyIsAPoly(t *testing.T) {
	const alpha, beta, logZero = .1, 1, -4
	x, label := []float64{.3, -1, 2, .7}, 1
	p := make([]float64, len(x))
	if err := xent.Softmax(xent.ProbsOf(p, len(x)), xent.LogitsOf(x, len(x)), nil); err != nil {
		t.Fatal(err)
	}
	want := -alpha * math.Log(p[label])
	for j := range p {
		if j != label {
			want -= beta * p[j] * logZero
		}
	}
	res, err := xent.CrossEntropy(xent.LogitsOf(x, len(x)), []int{label}, &xent.Options{Poly: -logZero * beta / alpha})
	if err != nil {
		t.Fatal(err)
	}
	near(t, alpha*float64(res.Mean()), want, 1e-14)
}
