package xent_test

import (
	"math"
	"slices"
	"testing"

	"xent"
)

func TestBinaryCrossEntropy(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name      string
		x, target float64
		want      float64 // nats
		grad      float64
		why       string
	}{
		{"even", 0, 1, math.Ln2, -.5, "p = ½ costs one bit"},
		{"sure and right", -20, 0, 2.0611536203143807e-9, 2.0611536181902037e-9, "(1-t)x - logsigmoid(x) would give 0 in float32"},
		{"sure and wrong", -800, 1, 800, -1, "ln σ(-800) would be -Inf"},
		{"soft", 0, .25, math.Ln2, .25, "both terms count"},
		{"target outside", 1, 2, 2*math.Log1p(math.Exp(-1)) - (1 + math.Log1p(math.Exp(-1))), -1/(1+math.E)*2 - 1/(1+math.Exp(-1)), "the formula is followed"},
		{"+Inf and right", inf, 1, 0, 0, "0·Inf = 0 in the other term"},
		{"+Inf and wrong", inf, 0, inf, 1, "impossible, with a finite gradient"},
		{"-Inf and right", -inf, 0, 0, 0, "0·Inf = 0 in the other term"},
		{"-Inf and partly wrong", -inf, .3, inf, -.3, "any weight on the impossible is infinite"},
		{"NaN logit", nan, 0, nan, nan, "NaN in, NaN out"},
		{"NaN target", 0, nan, nan, nan, "NaN in, NaN out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			eachKernel(t, func(t *testing.T) {
				plain := &xent.BinaryOptions{}
				weighed := &xent.BinaryOptions{Weights: []float64{1}} // the same loss, element by element
				for _, o := range []*xent.BinaryOptions{plain, weighed} {
					g := []float64{guard}
					res, err := xent.BinaryCrossEntropyGrad(xent.MatrixOf(g, 1), xent.LogitsOf([]float64{tt.x}, 1), xent.MatrixOf([]float64{tt.target}, 1), o)
					if err != nil {
						t.Fatal(err)
					}
					near(t, float64(res.Mean()), tt.want, 1e-15)
					near(t, g[0], tt.grad, 1e-15)
					if bad := tt.want-tt.want != 0; (res.NonFinite == 1) != bad {
						t.Errorf("NonFinite = %d for a loss of %g", res.NonFinite, tt.want)
					}
				}
			})
		})
	}
}

// What does not count costs nothing and gets 0, whatever it holds.
func TestBinaryMasks(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	x := []float64{1, nan, -2, inf, .5, 0}
	target := []float64{1, -1, 0, -1, 1, .5}
	mask := xent.MatrixOf([]float64{1, 0, 1, 0, 1, 1}, 2)
	want, err := xent.BinaryCrossEntropy(xent.LogitsOf([]float64{1, -2, .5, 0}, 1), xent.MatrixOf([]float64{1, 0, 1, .5}, 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		o       *xent.BinaryOptions
		ignored int
	}{
		{"by weight", &xent.BinaryOptions{Elements: mask, Denominator: xent.Weights}, 0},
		{"by target", &xent.BinaryOptions{Ignore: new(-1.0)}, 2},
		{"by both", &xent.BinaryOptions{Ignore: new(-1.0), Elements: mask, Denominator: xent.Count}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := slices.Repeat([]float64{guard}, 6)
			res, err := xent.BinaryCrossEntropyGrad(xent.MatrixOf(g, 2), xent.LogitsOf(x, 2), xent.MatrixOf(target, 2), tt.o)
			if err != nil {
				t.Fatal(err)
			}
			near(t, float64(res.Mean()), float64(want.Mean()), 1e-15)
			if res.Weight != 4 || res.Rows != 6 || res.Ignored != tt.ignored || res.NonFinite != 0 {
				t.Errorf("%+v", res)
			}
			if g[1] != 0 || g[3] != 0 || g[0] == 0 || g[0] == guard {
				t.Errorf("gradient %v", g)
			}
		})
	}
	if o := (&xent.BinaryOptions{Ignore: &nan}); true {
		res, err := xent.BinaryCrossEntropy(xent.LogitsOf([]float64{1, 2}, 1), xent.MatrixOf([]float64{nan, 1}, 1), o)
		if err != nil || res.Ignored != 1 || res.NonFinite != 0 {
			t.Errorf("NaN marks what to ignore: %+v, %v", res, err)
		}
	}
}

func TestBinaryWeights(t *testing.T) {
	x, target := xent.LogitsOf([]float64{1, 1, 1, 1}, 2), xent.MatrixOf([]float64{1, 0, 1, 0}, 2)
	up, down := math.Log1p(math.Exp(-1)), 1+math.Log1p(math.Exp(-1))
	for _, tt := range []struct {
		name string
		o    xent.BinaryOptions
		sum  float64
		by   float64
		why  string
	}{
		{"none", xent.BinaryOptions{}, 2*up + 2*down, 4, "elements, as PyTorch"},
		{"columns", xent.BinaryOptions{Weights: []float64{3, .5}}, 6*up + down, 4, "weights do not enter the usual denominator"},
		{"columns, divided by them", xent.BinaryOptions{Weights: []float64{3, .5}, Denominator: xent.Weights}, 6*up + down, 7, "unless asked"},
		{"one for all", xent.BinaryOptions{Weights: []float64{3}}, 6*up + 6*down, 4, "a single weight is for all columns"},
		{"positive", xent.BinaryOptions{PosWeight: []float64{5}}, 10*up + 2*down, 4, "the positive term alone"},
		{"balance", xent.BinaryOptions{Balance: new(.25)}, .5*up + 1.5*down, 4, "α and 1-α"},
		{"elements", xent.BinaryOptions{Elements: xent.MatrixOf([]float64{1, 2, 0, 4}, 2)}, up + 6*down, 4, "each its own"},
		{"rows", xent.BinaryOptions{Denominator: xent.Fixed(2)}, 2*up + 2*down, 2, "labels summed, rows averaged"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows := make([]float64, 2)
			res, err := xent.BinaryCrossEntropyRows(rows, x, target, &tt.o)
			if err != nil {
				t.Fatal(err)
			}
			near(t, float64(res.Sum()), tt.sum, 1e-15)
			near(t, float64(res.Mean()), tt.sum/tt.by, 1e-15)
			near(t, rows[0]+rows[1], tt.sum, 1e-15)
		})
	}
}

func TestSigmoids(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		x, sigmoid, log, softplus float64
		why                       string
	}{
		{0, .5, -math.Ln2, math.Ln2, "the middle"},
		{-800, 0, -800, 0, "σ underflows, its logarithm does not"},
		{-40, 4.248354255291589e-18, -40, 4.248354255291589e-18, "tiny, with all digits"},
		{40, 1, -4.248354255291589e-18, 40, "near 1 the logarithm has all digits"},
		{inf, 1, 0, inf, "the limits"},
		{-inf, 0, -inf, 0, "the limits"},
		{nan, nan, nan, nan, "NaN in, NaN out"},
	} {
		x := xent.LogitsOf([]float64{tt.x}, 1)
		out := make([]float64, 3)
		for i, f := range []func(xent.Matrix[float64], xent.Logits[float64]) error{xent.Sigmoid[float64], xent.LogSigmoid[float64], xent.Softplus[float64]} {
			if err := f(xent.MatrixOf(out[i:i+1], 1), x); err != nil {
				t.Fatal(err)
			}
		}
		near(t, out[0], tt.sigmoid, 1e-15)
		near(t, out[1], tt.log, 1e-15)
		near(t, out[2], tt.softplus, 1e-15)
		if math.Signbit(out[1]) && out[1] == 0 {
			t.Errorf("ln σ(%g) is -0", tt.x)
		}
	}
}
