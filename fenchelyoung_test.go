package xent_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"xent"
)

// entropic has Ω = Σ p·ln p, whose Max is ln Σ e^x, at the softmax.
type entropic struct{}

func (entropic) Max(p, x []float64) float64 {
	m := xent.RowMoments(x)
	for j, z := range x {
		p[j] = m.Prob(z)
	}
	return m.LogSumExp()
}

// quadratic has Ω = ½·Σ p² - ½, whose Max is attained by sparsemax.
type quadratic struct{}

func (quadratic) Max(p, x []float64) float64 {
	k := len(x)
	if err := xent.Entmax(xent.ProbsOf(p, k), xent.LogitsOf(x, k), &xent.EntmaxOptions{Alpha: 2, Workers: 1}); err != nil {
		panic(err)
	}
	value := .5
	for j := range p {
		value += p[j]*x[j] - p[j]*p[j]/2
	}
	return value
}

// The losses of the library are those of their regularisers, weights and ignored rows included.
func TestFenchelYoung(t *testing.T) {
	const rows, k = 150, 7
	x, _, labels := familyInputs[float64](rows, k)
	weights := make([]float64, rows)
	for i := range weights {
		weights[i] = float64(i % 4)
	}
	for _, tt := range []struct {
		name string
		by   xent.Regulariser
		want func(grad xent.Matrix[float64]) (xent.Result, error)
	}{
		{"cross-entropy", entropic{}, func(g xent.Matrix[float64]) (xent.Result, error) {
			return xent.CrossEntropyGrad(g, xent.LogitsOf(x, k), labels, &xent.Options{IgnoreIndex: new(3), RowWeights: weights})
		}},
		{"sparsemax", quadratic{}, func(g xent.Matrix[float64]) (xent.Result, error) {
			return xent.EntmaxLossGrad(g, xent.LogitsOf(x, k), labels, &xent.EntmaxOptions{Alpha: 2, IgnoreIndex: new(3), RowWeights: weights})
		}},
	} {
		want := xent.MatrixOf(make([]float64, rows*k), k)
		r, err := tt.want(want)
		if err != nil {
			t.Fatal(err)
		}
		for _, workers := range []int{1, 3} {
			grad, loss := xent.MatrixOf(slices.Clone(x), k), make([]float64, rows)
			o := &xent.FenchelYoungOptions{IgnoreIndex: new(3), RowWeights: weights, Workers: workers}
			if _, err := xent.FenchelYoungRows(loss, xent.LogitsOf(x, k), labels, tt.by, o); err != nil {
				t.Fatal(err)
			}
			got, err := xent.FenchelYoungGrad(grad, xent.Logits[float64](grad), labels, tt.by, o) // in place
			if err != nil || got.Ignored != r.Ignored || got.Rows != r.Rows {
				t.Fatalf("%s: %+v %v, want %+v", tt.name, got, err, r)
			}
			near(t, float64(got.Mean()), float64(r.Mean()), 1e-13)
			sum := 0.0
			for _, l := range loss {
				sum += l
			}
			near(t, sum, float64(r.Sum()), 1e-13)
			for i := range grad.Data {
				if !close(grad.Data[i], want.Data[i], 1e-15) {
					t.Fatalf("%s: gradient %d is %g, want %g", tt.name, i, grad.Data[i], want.Data[i])
				}
			}
		}
	}
	if _, err := xent.FenchelYoung(xent.LogitsOf(x, k), labels[1:], entropic{}, nil); err == nil {
		t.Error("fewer labels than rows")
	}
	nan, err := xent.FenchelYoung(xent.LogitsOf([]float64{math.NaN(), 0}, 2), []int{1}, entropic{}, nil)
	if err != nil || nan.NonFinite != 1 {
		t.Errorf("NaN: %+v %v", nan, err)
	}
}

func ExampleFenchelYoung() {
	res, err := xent.FenchelYoung(xent.LogitsOf([]float64{2, 1, 0}, 3), []int{0}, entropic{}, nil)
	same, _ := xent.CrossEntropy(xent.LogitsOf([]float64{2, 1, 0}, 3), []int{0}, nil)
	fmt.Println(res.Mean(), same.Mean(), err)
	// Output: 0.4076 nats 0.4076 nats <nil>
}

func ExampleFenchelYoungGrad() {
	grad := make([]float64, 3)
	_, err := xent.FenchelYoungGrad(xent.MatrixOf(grad, 3), xent.LogitsOf([]float64{0, 0, -5}, 3), []int{0}, quadratic{}, nil)
	fmt.Println(grad, err)
	// Output: [-0.5 0.5 0] <nil>
}

func ExampleFenchelYoungRows() {
	loss := make([]float64, 2)
	_, err := xent.FenchelYoungRows(loss, xent.LogitsOf([]float64{2, 0, 0, 0}, 2), []int{0, 0}, quadratic{}, nil)
	fmt.Println(loss, err)
	// Output: [0 0.25] <nil>
}

func BenchmarkFenchelYoung(b *testing.B) {
	const rows, k = 150, 7
	x, _, labels := familyInputs[float64](rows, k)
	grad, opt := xent.MatrixOf(make([]float64, rows*k), k), &xent.FenchelYoungOptions{Workers: 1}
	b.SetBytes(2 * 8 * rows * k)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := xent.FenchelYoungGrad(grad, xent.LogitsOf(x, k), labels, entropic{}, opt); err != nil {
			b.Fatal(err)
		}
	}
}
