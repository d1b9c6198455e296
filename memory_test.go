package xent_test

import (
	"testing"

	"xent"
)

// Nothing is allocated on the calling goroutine, under any option.
func TestNoAllocations(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		noAllocations[float32](t)
		noAllocations[float64](t)
	})
}

func noAllocations[T xent.Float](t *testing.T) {
	const rows, k = 200, 7
	x, target := make([]T, rows*k), make([]T, rows*k)
	for i := range x {
		x[i], target[i] = T(i%11), 1./k
	}
	labels := make([]uint8, rows)
	labels[3] = 255
	grad, loss := xent.MatrixOf(make([]T, rows*k), k), make([]T, rows)
	logits, probs := xent.LogitsOf(x, k), xent.ProbsOf(target, k)
	usual := &xent.Options{Workers: 1, IgnoreIndex: new(255)}
	all := &xent.Options{Workers: 1, IgnoreIndex: new(255), Weights: sevenWeights, Smoothing: .1, Focus: 2, Poly: -.5, Robustness: .7, Temperature: 2, ZPenalty: .1, SoftCap: 30, Denominator: xent.Count}
	softOptions := &xent.Options{Workers: 1, Weights: sevenWeights, Denominator: xent.Weights}
	link := &xent.Options{Workers: 1, Temperature: 2, SoftCap: 30}
	binary := &xent.BinaryOptions{Workers: 1}
	binaryAll := &xent.BinaryOptions{Workers: 1, Weights: sevenWeights, PosWeight: []float64{3}, Ignore: new(-1.0), Focus: 2, NegativeFocus: new(4.), Margin: .05, Balance: new(.25), Smoothing: .1, Temperature: 2}
	for _, tt := range []struct {
		name string
		run  func() error
	}{
		{"CrossEntropy", func() error { _, err := xent.CrossEntropy(logits, labels, usual); return err }},
		{"CrossEntropyGrad", func() error { _, err := xent.CrossEntropyGrad(grad, logits, labels, usual); return err }},
		{"CrossEntropyGrad, all options", func() error { _, err := xent.CrossEntropyGrad(grad, logits, labels, all); return err }},
		{"CrossEntropyRows", func() error { _, err := xent.CrossEntropyRows(loss, logits, labels, all); return err }},
		{"options made on the spot", func() error {
			_, err := xent.CrossEntropy(logits, labels, &xent.Options{Workers: 1, IgnoreIndex: usual.IgnoreIndex})
			return err
		}},
		{"SoftCrossEntropyGrad", func() error { _, err := xent.SoftCrossEntropyGrad(grad, logits, probs, softOptions); return err }},
		{"BinaryCrossEntropyGrad", func() error {
			_, err := xent.BinaryCrossEntropyGrad(grad, logits, xent.Matrix[T](probs), binary)
			return err
		}},
		{"BinaryCrossEntropyGrad, all options", func() error {
			_, err := xent.BinaryCrossEntropyGrad(grad, logits, xent.Matrix[T](probs), binaryAll)
			return err
		}},
		{"BinaryCrossEntropyRows", func() error {
			_, err := xent.BinaryCrossEntropyRows(loss, logits, xent.Matrix[T](probs), binary)
			return err
		}},
		{"Softmax", func() error { return xent.Softmax(xent.Probs[T](grad), logits, link) }},
		{"LogSoftmax", func() error { return xent.LogSoftmax(xent.LogProbs[T](grad), logits, link) }},
		{"LogSumExp", func() error { return xent.LogSumExp(loss, logits, link) }},
		{"Sigmoid", func() error { return xent.Sigmoid(grad, logits) }},
		{"RowMoments", func() error { _ = xent.RowMoments(x[:k]).Entropy(); return nil }},
	} {
		if err := tt.run(); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if n := testing.AllocsPerRun(20, func() { _ = tt.run() }); n != 0 {
			t.Errorf("%s on %T: %g allocations", tt.name, x, n)
		}
	}
}

// Strides: only the elements of the view are read and written.
func TestStrides(t *testing.T) {
	dense := []float64{1, 2, 3, 0, -1, 4, 2, 2, 2}
	labels := []int{0, 2, 1}
	want := make([]float64, 9)
	res, err := xent.CrossEntropyGrad(xent.MatrixOf(want, 3), xent.LogitsOf(dense, 3), labels, nil)
	if err != nil {
		t.Fatal(err)
	}
	x := strided[float64](dense, 3, 5)
	grad := strided[float64](make([]float64, 9), 3, 9)
	for _, g := range []xent.Matrix[float64]{grad, x} { // apart, then in place
		got, err := xent.CrossEntropyGrad(g, xent.Logits[float64](x), labels, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got != res {
			t.Errorf("strided %+v, dense %+v", got, res)
		}
		for i := range 3 {
			for j, v := range g.Row(i) {
				if v != want[i*3+j] {
					t.Errorf("grad[%d][%d] = %g, want %g", i, j, v, want[i*3+j])
				}
			}
		}
		checkGuards(t, g)
	}
	checkGuards(t, x)

	x = strided[float64](dense, 3, 4)
	if err := xent.Softmax(xent.Probs[float64](x), xent.Logits[float64](x), nil); err != nil {
		t.Fatal(err)
	}
	checkGuards(t, x)
	x = strided[float64](dense, 3, 4)
	if _, err := xent.BinaryCrossEntropyGrad(x, xent.Logits[float64](x), xent.MatrixOf(make([]float64, 9), 3), nil); err != nil {
		t.Fatal(err)
	}
	checkGuards(t, x)
}
