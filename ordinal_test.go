package xent_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"xent"
	"xent/internal/ref"
)

func TestOrdinalOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	const k = 4
	one := ref.Of(1)
	for n := range 12 {
		spread, label := []float64{.5, 3, 40}[n%3], n%k
		x, grad := make([]float64, k), make([]float64, k)
		for j := range x {
			x[j] = rng.NormFloat64() * spread
		}
		opt := &xent.OrdinalOptions{PerThreshold: n%2 == 1}
		share := []float64{1, 3}[n%2]
		res, err := xent.RankedProbabilityGrad(xent.MatrixOf(grad, k), xent.LogitsOf(x, k), []int{label}, opt)
		if err != nil {
			t.Fatal(err)
		}
		value, want := ref.Slopes(x, func(x []ref.Num) ref.Num {
			p, f, sum := ref.SoftmaxOf(x, 1), ref.Of(0), ref.Of(0)
			for j := range p {
				f = f.Add(p[j])
				d := f
				if label <= j {
					d = f.Sub(one)
				}
				sum = sum.Add(d.Mul(d))
			}
			return sum.Div(ref.Of(share))
		})
		// pushes of both signs meet at the middle classes
		checkOracle(t, "RankedProbability", float64(res.Sum()), value, grad, want, math.Sqrt(value))

		res, err = xent.OrdinalGrad(xent.MatrixOf(grad[:k-1], k-1), xent.LogitsOf(x[:k-1], k-1), []int{label}, opt)
		if err != nil {
			t.Fatal(err)
		}
		value, want = ref.Slopes(x[:k-1], func(x []ref.Num) ref.Num {
			sum := ref.Of(0)
			for j, v := range x {
				if label > j {
					v = v.Neg()
				}
				sum = sum.Add(one.Add(v.Exp()).Log())
			}
			return sum.Div(ref.Of(share))
		})
		checkOracle(t, "Ordinal", float64(res.Sum()), value, grad[:k-1], want, 0)

		opt.Cumulative = true
		slices.SortFunc(x[:k-1], func(a, b float64) int { return cmp.Compare(b, a) })
		if n%4 == 3 {
			x[1] = x[0] - 1e-9*rng.Float64() // thresholds that nearly meet
		}
		res, err = xent.OrdinalGrad(xent.MatrixOf(grad[:k-1], k-1), xent.LogitsOf(x[:k-1], k-1), []int{label}, opt)
		if err != nil {
			t.Fatal(err)
		}
		value, want = ref.Slopes(x[:k-1], func(x []ref.Num) ref.Num {
			above := func(j int) ref.Num { // the probability of a class above threshold j
				switch {
				case j < 0:
					return one
				case j == len(x):
					return ref.Of(0)
				}
				return one.Div(one.Add(x[j].Neg().Exp()))
			}
			return above(label - 1).Sub(above(label)).Log().Neg().Div(ref.Of(share))
		})
		checkOracle(t, "Ordinal, cumulative", float64(res.Sum()), value, grad[:k-1], want, 0)
	}
}

func TestOrdinalSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name   string
		x      []float64
		label  int
		ranked bool
		want   float64
		grad   []float64
		why    string
	}{
		{"uniform", []float64{0, 0, 0}, 0, true, 4./9 + 1./9, []float64{2. / 3 * (-4./9 - 1./9), 2. / 3 * (2./9 - 1./9), 2. / 3 * (2./9 + 2./9)}, "(⅓-1)² + (⅔-1)²"},
		{"near miss", []float64{-inf, 0, -inf}, 0, true, 1, []float64{0, 0, 0}, "one threshold wrong"},
		{"far miss", []float64{-inf, -inf, 0}, 0, true, 2, []float64{0, 0, 0}, "two thresholds wrong"},
		{"one class", []float64{5}, 0, true, 0, []float64{0}, "no threshold"},
		{"certain", []float64{0, inf, 0}, 1, true, 0, []float64{0, 0, 0}, "the limit"},
		{"sure and right", []float64{60, 0}, 0, true, math.Exp(-120), []float64{-2 * math.Exp(-120), 2 * math.Exp(-120)}, "(1-F)² has its digits"},
		{"NaN, ranked", []float64{0, nan}, 0, true, nan, []float64{nan, nan}, "NaN in, NaN out"},
		{"lowest", []float64{0, 0}, 0, false, 2 * math.Ln2, []float64{.5, .5}, "above neither"},
		{"highest", []float64{0, 0}, 2, false, 2 * math.Ln2, []float64{-.5, -.5}, "above both"},
		{"impossible", []float64{inf, 0}, 0, false, inf, []float64{1, .5}, "+Inf, with a finite gradient"},
		{"agreed", []float64{inf, -inf}, 1, false, 0, []float64{0, 0}, "0, not NaN"},
		{"NaN", []float64{nan, 0}, 0, false, nan, []float64{nan, .5}, "NaN in, NaN out"},
	} {
		grad, k := make([]float64, len(tt.x)), len(tt.x)
		f := xent.OrdinalGrad[float64, int]
		if tt.ranked {
			f = xent.RankedProbabilityGrad[float64, int]
		}
		res, err := f(xent.MatrixOf(grad, k), xent.LogitsOf(tt.x, k), []int{tt.label}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := float64(res.Mean()); !close(got, tt.want, 1e-14*math.Abs(tt.want)) {
			t.Errorf("%s: %g, want %g: %s", tt.name, got, tt.want, tt.why)
		}
		for j := range grad {
			if !close(grad[j], tt.grad[j], 1e-14*math.Abs(tt.grad[j])) {
				t.Errorf("%s: gradient %g, want %g: %s", tt.name, grad, tt.grad, tt.why)
			}
		}
	}
	for _, tt := range []struct {
		name  string
		x     []float64
		label int
		want  float64
		grad  []float64
		why   string
	}{
		{"between", []float64{math.Log(3), -math.Log(3)}, 1, math.Ln2, []float64{-.25 - .125, .25 + .125}, "¾ - ¼"},
		{"lowest", []float64{0, -1}, 0, math.Ln2, []float64{.5, 0}, "1 - σ(0)"},
		{"highest", []float64{1, 0}, 2, math.Ln2, []float64{0, -.5}, "σ(0)"},
		{"nothing between", []float64{1, 1}, 1, inf, []float64{-inf, inf}, "probability 0"},
		{"out of order", []float64{0, 1}, 1, nan, []float64{nan, nan}, "a negative probability"},
		{"out of order elsewhere", []float64{0, 1}, 0, math.Ln2, []float64{.5, 0}, "the label does not see it"},
		{"infinitely far", []float64{inf, -inf}, 1, 0, []float64{0, 0}, "certain"},
		{"NaN", []float64{nan, 0}, 1, nan, []float64{nan, nan}, "NaN in, NaN out"},
	} {
		grad := make([]float64, len(tt.x))
		res, err := xent.OrdinalGrad(xent.MatrixOf(grad, 2), xent.LogitsOf(tt.x, 2), []int{tt.label}, &xent.OrdinalOptions{Cumulative: true})
		if got := float64(res.Mean()); err != nil || !close(got, tt.want, 1e-15*math.Abs(tt.want)) {
			t.Errorf("cumulative, %s: %g %v, want %g: %s", tt.name, got, err, tt.want, tt.why)
		}
		for j := range grad {
			if !close(grad[j], tt.grad[j], 4e-16*math.Abs(tt.grad[j])) {
				t.Errorf("cumulative, %s: gradient %g, want %g: %s", tt.name, grad, tt.grad, tt.why)
			}
		}
	}
	if _, err := xent.Ordinal(xent.LogitsOf([]float64{0, 0}, 2), []int{3}, nil); err == nil {
		t.Error("two thresholds have three classes")
	}
	if _, err := xent.RankedProbability(xent.LogitsOf([]float64{0, 0}, 2), []int{2}, nil); err == nil {
		t.Error("two logits have two classes")
	}
}
