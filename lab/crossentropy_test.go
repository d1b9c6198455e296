package lab

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCrossEntropy(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		name   string
		logits []float64
		label  int
		target []float64
		loss   float64 // nats
		result string
		prob   string // of class 0 in the formula
		why    string
	}{
		{"uniform", []float64{0, 0, 0, 0}, 1, nil, math.Log(4), "1.3863", "0.2500", "equal logits cost ln K"},
		{"one logit at 1000", []float64{0, 1000}, 0, nil, 1000, "1000.0000", "5.076e-435", "finite and off every chart; p is below the least float64"},
		{"sure and right", []float64{30, 0}, 0, nil, 9.357622968839299e-14, "9.358e-14", "1 - 9.358e-14", "a loss that 1 - p would lose"},
		{"excluded", []float64{-inf, 1}, 0, nil, inf, "∞", "0", "an impossible class costs ∞"},
		{"soft", []float64{1, 2, 3}, 0, []float64{.2, .3, .5}, 3.4076059644443806 - 2.3, "1.1076", "0.090031", "five digits, for four would give 1.1077"},
		{"soft, excluded without mass", []float64{1, -inf, 1}, 0, []float64{.5, 0, .5}, math.Ln2, "0.6931", "0.5000", "0·∞ = 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := CrossEntropy(CrossEntropyParams{Logits: tt.logits, Label: tt.label, Target: tt.target, Unit: Nats})
			if err != nil {
				t.Fatal(err)
			}
			if !(v.Loss == tt.loss || math.Abs(v.Loss-tt.loss) <= 1e-15*(1+tt.loss)) {
				t.Errorf("loss %v, want %v: %s", v.Loss, tt.loss, tt.why)
			}
			if v.Formula.Result != tt.result || v.Formula.Terms[0].Prob != tt.prob {
				t.Errorf("formula prints %s of %s, want %s of %s: %s", v.Formula.Result, v.Formula.Terms[0].Prob, tt.result, tt.prob, tt.why)
			}
		})
	}
}

// A model that meets its soft target has no divergence, and never less than none.
func TestCrossEntropyMetTarget(t *testing.T) {
	below := 0
	for i := range 200 {
		logits := []float64{float64(i) / 7, 1, .3 * float64(i%11), -2}
		first, err := CrossEntropy(CrossEntropyParams{Logits: logits, Unit: Nats})
		if err != nil {
			t.Fatal(err)
		}
		v, err := CrossEntropy(CrossEntropyParams{Logits: logits, Target: first.Probs, Unit: Nats})
		if err != nil {
			t.Fatal(err)
		}
		if !(v.KL >= 0 && v.KL <= 1e-14) {
			t.Errorf("KL %v of a met target, want 0 but for rounding", v.KL)
		}
		if v.Loss < v.TargetEntropy {
			below++
		}
	}
	if below == 0 {
		t.Error("rounding never took the loss below the entropy: the bound was not tried")
	}
}

// calculate evaluates a printed probability as a calculator with enough range would: its logarithm.
func calculate(t *rapid.T, text string) float64 {
	if rest, ok := strings.CutPrefix(text, "1 - "); ok {
		x, err := strconv.ParseFloat(rest, 64)
		if err != nil {
			t.Fatal(err)
		}
		return math.Log1p(-x)
	}
	mantissa, power, _ := strings.Cut(text, "e")
	exponent := 0
	if power != "" {
		var err error
		if exponent, err = strconv.Atoi(power); err != nil {
			t.Fatal(err)
		}
	}
	x, err := strconv.ParseFloat(mantissa, 64)
	if err != nil {
		t.Fatal(err)
	}
	return math.Log(x) + float64(exponent)*math.Ln10
}

// The printed inputs of the live formula give its printed result, from any state of the page.
func TestCrossEntropyFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes := rapid.IntRange(MinClasses, MaxClasses).Draw(t, "classes")
		spread := rapid.SampledFrom([]float64{1, 12, 1000}).Draw(t, "spread")
		params := CrossEntropyParams{
			Logits: rapid.SliceOfN(rapid.Float64Range(-spread, spread), classes, classes).Draw(t, "logits"),
			Label:  rapid.IntRange(0, classes-1).Draw(t, "label"),
			Unit:   rapid.SampledFrom([]Unit{Nats, Bits}).Draw(t, "unit"),
		}
		if rapid.Bool().Draw(t, "soft") {
			params.Target = distribution(t, "target", classes)
		}
		v, err := CrossEntropy(params)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for i, term := range v.Formula.Terms {
			weight, err := strconv.ParseFloat(term.Weight, 64)
			if err != nil || weight != v.Target[i] || term.Zero != (weight == 0) {
				t.Fatalf("weight %q of %v: %v", term.Weight, v.Target[i], err)
			}
			if weight > 0 {
				sum -= weight * calculate(t, term.Prob)
			}
		}
		if params.Unit == Bits {
			sum /= math.Ln2
		}
		if got := figure(sum); got != v.Formula.Result {
			t.Fatalf("the printed inputs give %s (%v), the printed result is %s (%v)", got, sum, v.Formula.Result, v.Loss)
		}
		gradient := 0.0
		for _, g := range v.Gradient {
			gradient += g
		}
		if !(math.Abs(gradient) <= 1e-12) || !(v.KL >= 0) || !(math.Abs(v.TargetEntropy+v.KL-v.Loss) <= 1e-9*(1+v.Loss)) {
			t.Fatalf("gradient sums to %v; %v + %v = %v", gradient, v.TargetEntropy, v.KL, v.Loss)
		}
	})
}

func TestSolveLogit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes := rapid.IntRange(MinClasses, MaxClasses).Draw(t, "classes")
		logits := rapid.SliceOfN(rapid.Float64Range(-12, 12), classes, classes).Draw(t, "logits")
		class := rapid.IntRange(0, classes-1).Draw(t, "class")
		want := rapid.Float64Range(1e-6, 1-1e-6).Draw(t, "prob")
		solved, err := SolveLogit(SolveLogitParams{Logits: logits, Class: class, Prob: want, Min: -50, Max: 50})
		if err != nil {
			t.Fatal(err)
		}
		v, err := CrossEntropy(CrossEntropyParams{Logits: solved.Logits, Label: class, Unit: Nats})
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Probs[class]; !(math.Abs(got-want) <= 1e-12) || solved.Clamped {
			t.Fatalf("probability %v, want %v", got, want)
		}
	})
	inf := math.Inf(1)
	for _, tt := range []struct {
		name   string
		params SolveLogitParams
		want   SolveLogitView
		why    string
	}{
		{"certain", SolveLogitParams{Logits: []float64{0, 0}, Prob: 1, Min: -9, Max: 9}, SolveLogitView{9, []float64{9, 0}, true}, "no finite logit gives 1"},
		{"impossible", SolveLogitParams{Logits: []float64{0, 0}, Prob: 0, Min: -9, Max: 9}, SolveLogitView{-9, []float64{-9, 0}, true}, "nor 0"},
		{"step", SolveLogitParams{Logits: []float64{0, 0}, Prob: .7, Min: -9, Max: 9, Step: .01}, SolveLogitView{.85, []float64{.85, 0}, false}, "ln(.7/.3) = 0.8473"},
		{"denormal", SolveLogitParams{Logits: []float64{0, 0}, Prob: 1e-310, Min: -800, Max: 9, Step: .001}, SolveLogitView{-713.801, []float64{-713.801, 0}, false}, "-310·ln 10; math.Log says -709.09 on amd64"},
		{"alone", SolveLogitParams{Logits: []float64{1, -inf}, Prob: .5, Min: -9, Max: 9}, SolveLogitView{1, []float64{1, -inf}, true}, "the only class left has probability 1 at any logit"},
	} {
		got, err := SolveLogit(tt.params)
		if err != nil {
			t.Fatal(err)
		}
		if got.Logit != tt.want.Logit || !slices.Equal(got.Logits, tt.want.Logits) || got.Clamped != tt.want.Clamped {
			t.Errorf("%s: %+v, want %+v: %s", tt.name, got, tt.want, tt.why)
		}
	}
}

func TestLossCurve(t *testing.T) {
	for _, axis := range []Axis{AxisLinear, AxisLog} {
		v, err := LossCurve(LossCurveParams{Unit: Bits, Axis: axis, Samples: 50, MinProb: 1e-3, MaxLoss: 8, Loss: 20})
		if err != nil {
			t.Fatal(err)
		}
		if len(v.Points) != 50 || v.Points[49] != (Point{X: 1}) {
			t.Fatalf("%s: %d points, the last %v", axis, len(v.Points), v.Points[len(v.Points)-1])
		}
		for i, p := range v.Points {
			if i > 0 && !(p.X > v.Points[i-1].X && p.Y < v.Points[i-1].Y) || !(p.Y <= 8) || !(math.Abs(p.Y+math.Log2(p.X)) <= 1e-12) {
				t.Errorf("%s: point %d is %v", axis, i, p)
			}
		}
		if m := v.Marker; !m.OffScale || m.Y != 8 || m.Text != "20.0000 bits" || m.X < v.MinX {
			t.Errorf("%s: a loss beyond the chart is marked %+v", axis, m)
		}
	}
}
