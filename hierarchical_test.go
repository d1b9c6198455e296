package xent_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
	"xent"
	"xent/info"
)

// The probabilities of all classes sum to 1, whatever the tree, and a row costs -ln of its label's.
func TestHierarchicalIsADistribution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.OneOf(rapid.Just(1.), rapid.Float64Range(0, 1e9)), 2, 60).Draw(t, "weights")
		tree, err := xent.NewTree(weights)
		if err != nil {
			t.Fatal(err)
		}
		classes := len(weights)
		in := layer[float64](rapid.Uint64().Draw(t, "seed"), 2, 3, classes-1)
		logs := make([]float64, 2*classes)
		if err := xent.HierarchicalLogSoftmax(xent.LogProbsOf(logs, classes), in, tree, nil); err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			sum := 0.0
			for _, l := range logs[i*classes : (i+1)*classes] {
				sum += math.Exp(l)
			}
			if !close(sum, 1, 1e-14) {
				t.Fatalf("the probabilities sum to %.17g", sum)
			}
		}
		for c := range classes {
			loss := make([]float64, 2)
			if _, err := xent.HierarchicalCrossEntropyRows(loss, in, []int{c, c}, tree, nil); err != nil {
				t.Fatal(err)
			}
			for i := range loss {
				if !close(loss[i], -logs[i*classes+c], 1e-14*loss[i]) {
					t.Fatalf("class %d costs %.17g, its probability says %.17g", c, loss[i], -logs[i*classes+c])
				}
			}
		}
	})
}

// Huffman's code takes between the entropy of the classes and one more decision on average, the rarer class
// never fewer, and even weights the logarithm of the classes.
func TestTreeIsHuffmans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Float64Range(1e-6, 1), 2, 80).Draw(t, "weights")
		tree, err := xent.NewTree(weights)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, w := range weights {
			sum += w
		}
		mean, p := 0.0, make([]float64, len(weights))
		for c, w := range weights {
			p[c] = w / sum
			mean += p[c] * float64(tree.Depth(c))
			for o, v := range weights {
				if v > w && tree.Depth(o) > tree.Depth(c) {
					t.Fatalf("class %d is rarer than %d, and less deep", c, o)
				}
			}
		}
		if h := info.Entropy(p).Bits(); !(mean >= h-1e-12 && mean < h+1) {
			t.Fatalf("%g decisions on average, entropy %g bits", mean, h)
		}
	})
	for n := 2; n < 70; n++ {
		tree, err := xent.NewTree(slices.Repeat([]float64{3}, n))
		if err != nil || tree.Classes() != n {
			t.Fatal(err, tree.Classes())
		}
		for c := range n {
			if d := float64(tree.Depth(c)); d < math.Floor(math.Log2(float64(n))) || d > math.Ceil(math.Log2(float64(n))) {
				t.Errorf("%d even classes, one of them %g deep", n, d)
			}
		}
	}
	for _, bad := range [][]float64{nil, {1}, {1, -1}, {1, math.NaN()}, {math.Inf(1), 1}} {
		if _, err := xent.NewTree(bad); err == nil {
			t.Errorf("a tree of %v", bad)
		}
	}
	if tree, err := xent.NewTree([]float64{0, 0, 0}); err != nil || tree.Depth(0)+tree.Depth(1)+tree.Depth(2) != 5 {
		t.Errorf("three classes that never occur: %v", err)
	}
}

func TestHierarchicalCentralDifferences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, classes := rapid.IntRange(1, 5).Draw(t, "rows"), rapid.IntRange(2, 9).Draw(t, "classes")
		tree, err := xent.NewTree(rapid.SliceOfN(rapid.Float64Range(0, 1), classes, classes).Draw(t, "weights"))
		if err != nil {
			t.Fatal(err)
		}
		in := layer[float64](rapid.Uint64().Draw(t, "seed"), rows, rapid.IntRange(1, 3).Draw(t, "dims"), classes-1)
		labels := rapid.SliceOfN(rapid.IntRange(-1, classes-1), rows, rows).Draw(t, "labels")
		opt := &xent.LinearOptions{Options: xent.Options{IgnoreIndex: new(-1), Empty: xent.EmptyZero}}
		grad := likeLayer(in)
		if _, err := xent.HierarchicalCrossEntropyGrad(grad, in, labels, tree, opt); err != nil {
			t.Fatal(err)
		}
		checkDifferences(t, func() float64 {
			res, err := xent.HierarchicalCrossEntropy(in, labels, tree, opt)
			if err != nil {
				t.Fatal(err)
			}
			return float64(res.Mean())
		}, rowsOfLayer(in), rowsOfLayer(grad))
	})
}

// With two classes it is the binary loss.
func TestHierarchicalOfTwoIsBinary(t *testing.T) {
	tree, err := xent.NewTree([]float64{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []float64{0, 1, -40, 700, math.Inf(1), math.Inf(-1), math.NaN()} {
		in := xent.Linear[float64]{Hidden: xent.MatrixOf([]float64{0}, 1), Weight: xent.MatrixOf([]float64{0}, 1), Bias: []float64{x}}
		for y := range 2 {
			grad, want := xent.Linear[float64]{Bias: make([]float64, 1)}, make([]float64, 1)
			res, err := xent.HierarchicalCrossEntropyGrad(grad, in, []int{y}, tree, nil)
			if err != nil {
				t.Fatal(err)
			}
			binary, err := xent.BinaryCrossEntropyGrad(xent.MatrixOf(want, 1), xent.LogitsOf([]float64{x}, 1), xent.MatrixOf([]float64{float64(y)}, 1), nil)
			if err != nil {
				t.Fatal(err)
			}
			near(t, float64(res.Mean()), float64(binary.Mean()), 1e-15)
			near(t, grad.Bias[0], want[0], 1e-15)
		}
	}
}

// The same bits for any number of workers; ignored rows may hold anything; nothing is allocated for values.
func TestHierarchicalWorkers(t *testing.T) {
	weights := make([]float64, 700)
	for c := range weights {
		weights[c] = 1 / float64(c+1)
	}
	tree, err := xent.NewTree(weights)
	if err != nil {
		t.Fatal(err)
	}
	in := layer[float32](8, 200, 130, 699)
	labels := make([]int16, 200)
	for i := range labels {
		labels[i] = int16(i * 37 % 700)
	}
	labels[5] = -1
	in.Hidden.Row(5)[0] = float32(math.NaN())
	var first xent.Linear[float32]
	var want xent.Result
	for _, w := range []int{1, 2, 5} {
		opt := &xent.LinearOptions{Options: xent.Options{Workers: w, IgnoreIndex: new(-1)}}
		grad, loss := likeLayer(in), make([]float32, 200)
		got, err := xent.HierarchicalCrossEntropyGrad(grad, in, labels, tree, opt)
		rows, e2 := xent.HierarchicalCrossEntropyRows(loss, in, labels, tree, opt)
		if err != nil || e2 != nil || got != rows || got.NonFinite != 0 || got.Ignored != 1 {
			t.Fatal(err, e2, got, rows)
		}
		if w == 1 {
			first, want = grad, got
			if n := testing.AllocsPerRun(3, func() { _, err = xent.HierarchicalCrossEntropy(in, labels, tree, opt) }); n != 0 || err != nil {
				t.Errorf("%g allocations, %v", n, err)
			}
			continue
		}
		if got != want || !slices.Equal(grad.Hidden.Data, first.Hidden.Data) || !slices.Equal(grad.Weight.Data, first.Weight.Data) || !slices.Equal(grad.Bias, first.Bias) {
			t.Errorf("%d workers: another result", w)
		}
	}
}

func TestHierarchicalErrors(t *testing.T) {
	tree, err := xent.NewTree([]float64{1, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	in, other := layer[float64](1, 2, 2, 2), layer[float64](1, 2, 2, 3)
	for _, tt := range []struct {
		name   string
		in     xent.Linear[float64]
		labels []int
		tree   *xent.Tree
		opt    *xent.LinearOptions
	}{
		{"no tree", in, []int{0, 1}, nil, nil},
		{"an empty tree", in, []int{0, 1}, new(xent.Tree), nil},
		{"as many rows of Weight as classes", other, []int{0, 1}, tree, nil},
		{"a label beyond the classes", in, []int{0, 3}, tree, nil},
		{"class weights", in, []int{0, 1}, tree, &xent.LinearOptions{Options: xent.Options{Weights: []float64{1, 1, 1}}}},
	} {
		grad := likeLayer(tt.in)
		grad.Bias[0] = guard
		if _, err := xent.HierarchicalCrossEntropyGrad(grad, tt.in, tt.labels, tt.tree, tt.opt); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
		if grad.Bias[0] != guard {
			t.Errorf("%s: a gradient was written before the error", tt.name)
		}
	}
}
