package xent_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"xent"
)

// Any split into micro-batches, of means or of sums, gives the loss and the gradient of the whole.
func TestAccumulatorIsTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, o := drawBatch(t), drawOptions(t)
		o.Reduction = xent.Mean
		whole, want := b.run(t, false, o)
		var a xent.Accumulator[float64]
		for lo := 0; lo < b.rows; {
			hi := lo + rapid.IntRange(1, b.rows-lo).Draw(t, "size")
			part := aBatch{x: b.x[lo*batchClasses : hi*batchClasses], labels: b.labels[lo:hi], rows: hi - lo}
			o.Reduction = rapid.SampledFrom([]xent.Reduction{xent.Mean, xent.Sum}).Draw(t, "reduction")
			res, grad := part.run(t, false, o)
			padded := make([]float64, len(b.x)) // a gradient in all logits, as of shared parameters
			copy(padded[lo*batchClasses:], grad)
			if err := a.Add(res, padded); err != nil {
				t.Fatal(err)
			}
			lo = hi
		}
		got := make([]float64, len(b.x))
		if err := a.Grad(got); err != nil {
			t.Fatal(err)
		}
		mean := float64(whole.Mean())
		if !close(float64(a.Mean()), mean, 4*0x1p-52*math.Abs(mean)) || a.Total().Rows != b.rows {
			t.Fatalf("accumulated %.17g, whole %.17g", a.Mean(), mean)
		}
		for i := range got {
			if !close(got[i], want[i], 8*0x1p-52*math.Abs(want[i])) {
				t.Fatalf("gradient %d is %.17g, of the whole %.17g", i, got[i], want[i])
			}
		}
	})
}

// The bug that it is made against: of three tokens in two micro-batches, each counts a third.
func TestMeanOfMeansIsNotTheMean(t *testing.T) {
	var a xent.Accumulator[float64]
	o := &xent.Options{IgnoreIndex: new(-100), Empty: xent.EmptyZero}
	means, parts := 0.0, []struct {
		x []float64
		y []int
	}{{[]float64{1, 0, 2, .5, -1, 0}, []int{0, 1, -100}}, {[]float64{0, 3}, []int{1}}, {[]float64{5, 5}, []int{-100}}}
	for _, p := range parts {
		g := make([]float64, 2)
		grad := make([]float64, len(p.x))
		res, err := xent.CrossEntropyGrad(xent.MatrixOf(grad, 2), xent.LogitsOf(p.x, 2), p.y, o)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range grad { // of a bias that all rows share
			g[i%2] += v
		}
		if err := a.Add(res, g); err != nil {
			t.Fatal(err)
		}
		means += float64(res.Mean()) / 2
	}
	near(t, float64(a.Mean()), .6877541056915725, 1e-15)
	near(t, means, .5279624171621149, 1e-15) // what averaging the means of two would say
	whole, bias := make([]float64, 8), make([]float64, 2)
	if _, err := xent.CrossEntropyGrad(xent.MatrixOf(whole, 2), xent.LogitsOf([]float64{1, 0, 2, .5, -1, 0, 0, 3}, 2), []int{0, 1, -100, 1}, o); err != nil {
		t.Fatal(err)
	}
	if err := a.Grad(bias); err != nil {
		t.Fatal(err)
	}
	for i := range bias {
		near(t, bias[i], whole[i]+whole[2+i]+whole[6+i], 1e-15)
	}
}

func TestAccumulatorEdges(t *testing.T) {
	var a xent.Accumulator[float32]
	if err := a.Grad(nil); err != nil || !math.IsNaN(float64(a.Mean())) {
		t.Errorf("empty: %v, mean %g", err, a.Mean())
	}
	res, err := xent.CrossEntropy(xent.LogitsOf([]float32{0, 0}, 2), []int{0}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Add(res, []float32{1, 2}); err != nil {
		t.Fatal(err)
	}
	if err := a.Add(res, []float32{1}); err == nil || a.Total().Rows != 1 {
		t.Errorf("a gradient of another length: %v, %d rows", err, a.Total().Rows)
	}
	if err := a.Grad(make([]float32, 3)); err == nil {
		t.Error("a destination of another length")
	}
	if err := a.Add(res, nil); err != nil || a.Total().Weight != 2 { // the loss alone
		t.Errorf("%v, weight %g", err, a.Total().Weight)
	}
	a.Reset()
	dst := []float32{5, 5}
	if err := a.Grad(dst); err != nil || dst[0] == dst[0] || a.Total() != (xent.Result{}) {
		t.Errorf("after Reset: %v, %g, %+v", err, dst, a.Total())
	}
	// what counts nothing weighs nothing
	nothing, err := xent.CrossEntropy(xent.LogitsOf([]float32{0, 0}, 2), []int{-1}, &xent.Options{IgnoreIndex: new(-1), Empty: xent.EmptyZero})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Add(nothing, []float32{0, 0}); err != nil || a.Grad(dst) != nil || dst[0] != 0 || a.Mean() != 0 {
		t.Errorf("%v, gradient %g, mean %g", err, dst, a.Mean())
	}
}

// Gradient accumulation: two micro-batches of two and of one token that count.
func ExampleAccumulator() {
	var a xent.Accumulator[float64]
	opt := &xent.Options{IgnoreIndex: new(-100)}
	for _, part := range []struct {
		logits []float64
		labels []int
	}{{[]float64{1, 0, 2, 0.5, -1, 0}, []int{0, 1, -100}}, {[]float64{0, 3}, []int{1}}} {
		grad := make([]float64, len(part.logits))
		res, err := xent.CrossEntropyGrad(xent.MatrixOf(grad, 2), xent.LogitsOf(part.logits, 2), part.labels, opt)
		if err != nil {
			fmt.Println(err)
			return
		}
		bias := make([]float64, 2) // of a parameter that all rows share
		for i, g := range grad {
			bias[i%2] += g
		}
		if err := a.Add(res, bias); err != nil {
			fmt.Println(err)
			return
		}
	}
	bias := make([]float64, 2)
	err := a.Grad(bias)
	fmt.Printf("%.4f nats over %v tokens, gradient %.4f %v\n", float64(a.Mean()), a.Total().Weight, bias, err)
	// Output: 0.6878 nats over 3 tokens, gradient [0.1987 -0.1987] <nil>
}
