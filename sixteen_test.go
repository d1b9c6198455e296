package xent_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"xent"
)

// Rows of few classes are taken 16 together, and one by one where there are fewer: the two agree to the digits of float32, for
// every option, also in place and beside rows that the kernel for 16 leaves out.
func TestSixteenTogether(t *testing.T) {
	const rows, classes = 52, 10
	weights, rowWeights := make([]float64, classes), make([]float64, rows)
	for c := range weights {
		weights[c] = 0.5 + float64(c%3)
	}
	for i := range rowWeights {
		rowWeights[i] = float64(i%4) / 2
	}
	ignored := 3
	for _, c := range []struct {
		name string
		opt  xent.Options
	}{
		{"plain", xent.Options{}},
		{"focus", xent.Options{Focus: 2}},
		{"a broken focus, weights and a penalty", xent.Options{Focus: 1.3, Weights: weights, ZPenalty: 1e-2, Temperature: 1.7}},
		{"poly, ignored and weighted rows", xent.Options{Poly: 1, IgnoreIndex: &ignored, RowWeights: rowWeights}},
		{"robust, by the number of rows", xent.Options{Robustness: 0.7, Denominator: xent.Rows}},
		{"a negative poly", xent.Options{Poly: -0.5}},
		{"smoothing and weights", xent.Options{Smoothing: 0.1, Weights: weights}},
		{"a cap", xent.Options{SoftCap: 5, Focus: 2}},
		{"bent, and the label among the first three", xent.Options{Focus: 2, TopK: 3}},
	} {
		for _, wild := range []bool{false, true} {
			rng := rand.New(rand.NewPCG(5, 6))
			x, labels := make([]float32, rows*classes), make([]int, rows)
			for i := range x {
				x[i] = float32(4 * rng.NormFloat64())
			}
			for i := range labels {
				labels[i] = rng.IntN(classes)
				if i%5 == 0 {
					x[i*classes+labels[i]] += 30 // sure and right
				}
			}
			if wild {
				x[3], x[171] = float32(math.Inf(-1)), float32(math.NaN())
			}
			opt := c.opt
			opt.Workers, opt.Reduction = 1, xent.Sum
			grad, loss := append([]float32(nil), x...), make([]float32, rows)
			in := xent.LogitsOf(grad, classes)
			whole, err := xent.CrossEntropyGrad(xent.MatrixOf(grad, classes), in, labels, &opt)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := xent.CrossEntropyRows(loss, xent.LogitsOf(x, classes), labels, &opt); err != nil || again.Sum() != whole.Sum() && again.Sum() == again.Sum() {
				t.Errorf("%s: loss %v by rows, %v with the gradient; %v", c.name, again.Sum(), whole.Sum(), err)
			}
			correct, top := 0, 0
			for i := range rows {
				alone := opt
				if opt.RowWeights != nil {
					alone.RowWeights = rowWeights[i : i+1]
				}
				g := make([]float32, classes)
				r, err := xent.CrossEntropyGrad(xent.MatrixOf(g, classes), xent.LogitsOf(x[i*classes:][:classes], classes), labels[i:i+1], &alone)
				if err != nil {
					t.Fatal(err)
				}
				correct, top = correct+r.Correct, top+r.InTop
				agree := func(what string, got, want, slack float64) {
					t.Helper()
					if got == want || got != got && want != want {
						return
					}
					if !(math.Abs(got-want) <= 0x1p-22*math.Abs(want)+slack) {
						t.Errorf("%s, wild %v, row %d: %s %v, alone %v", c.name, wild, i, what, got, want)
					}
				}
				agree("loss", float64(loss[i]), float64(r.Sum()), 0x1p-140)
				for j, v := range g {
					agree("gradient", float64(grad[i*classes+j]), float64(v), 0x1p-26*math.Abs(opt.ZPenalty)+0x1p-140)
				}
			}
			if whole.Correct != correct || whole.InTop != top {
				t.Errorf("%s: %d right and %d among the first, alone %d and %d", c.name, whole.Correct, whole.InTop, correct, top)
			}
		}
	}
}
