package xent_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"xent"
	"xent/internal/kern"
	"xent/internal/par"
)

// A linear layer over a vocabulary: fused, within different budgets, and beside it the logits built by
// the same matrix product and given to CrossEntropy. B/op is the memory beside inputs and gradients.
func BenchmarkLinearCrossEntropy(b *testing.B) {
	for _, s := range []struct{ rows, dims, classes int }{{256, 64, 32000}, {256, 256, 8000}} {
		in := layer[float32](1, s.rows, s.dims, s.classes)
		in.Hidden, in.Weight = packed(in.Hidden), packed(in.Weight)
		for k := range in.Weight.Data { // logits of size 3
			in.Weight.Data[k] *= 3 / float32(math.Sqrt(float64(s.dims)))
		}
		grad := likeLayer(in)
		grad.Hidden, grad.Weight = packed(grad.Hidden), packed(grad.Weight)
		labels := make([]int32, s.rows)
		for i := range labels {
			labels[i] = int32(i * 7919 % s.classes)
		}
		for _, workers := range []int{1, 2} {
			key := fmt.Sprintf("rows=%d/dims=%d/classes=%d/workers=%d", s.rows, s.dims, s.classes, workers)
			for _, m := range []struct {
				name   string
				budget int64
			}{{"kept", 0}, {"recomputed", 1 << 20}} {
				opt := &xent.LinearOptions{Budget: m.budget, Options: xent.Options{Workers: workers}}
				b.Run("pass=value/logits="+m.name+"/"+key, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if _, err := xent.LinearCrossEntropy(in, labels, opt); err != nil {
							b.Fatal(err)
						}
					}
				})
				b.Run("pass=grad/logits="+m.name+"/"+key, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if _, err := xent.LinearCrossEntropyGrad(grad, in, labels, opt); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			opt := &xent.Options{Workers: workers}
			b.Run("pass=value/logits=built/"+key, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := xent.CrossEntropy(product(in, workers), labels, opt); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("pass=grad/logits=built/"+key, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					x := product(in, workers)
					g := xent.Matrix[float32](x) // in place
					if _, err := xent.CrossEntropyGrad(g, x, labels, opt); err != nil {
						b.Fatal(err)
					}
					backward(grad, in, g, workers)
				}
			})
		}
	}
}

func packed[T xent.Float](m xent.Matrix[T]) xent.Matrix[T] {
	d := xent.MatrixOf(make([]T, m.Rows*m.Cols), m.Cols)
	for i := range m.Rows {
		copy(d.Row(i), m.Row(i))
	}
	return d
}

// product builds the logits of a layer, rows shared by the workers.
func product(in xent.Linear[float32], workers int) xent.Logits[float32] {
	rows, dims, classes := in.Hidden.Rows, in.Hidden.Cols, in.Weight.Rows
	x := xent.LogitsOf(make([]float32, rows*classes), classes)
	chunks, size := par.Chunks(rows)
	par.For(workers, chunks, func(c int) {
		lo, hi := c*size, min((c+1)*size, rows)
		multiply(kern.MatrixOf(x.Data[lo*classes:], hi-lo, classes, classes), kern.MatrixOf(in.Hidden.Data[lo*dims:], hi-lo, dims, dims),
			kern.MatrixOf(in.Weight.Data, classes, dims, dims).T())
		for i := lo; i < hi; i++ {
			for j, b := range in.Bias {
				x.Data[i*classes+j] += b
			}
		}
	})
	return x
}

// multiply stores a·b in c.
func multiply(c, a, b kern.Matrix[float32]) {
	kern.F32.Product(c, a, b, false, make([]float32, kern.F32.Scratch(c.Cols, a.Cols)))
}

// backward stores what the gradient g of the logits is to the layer. The transposed product runs on one
// worker, since its rows are columns of g.
func backward(grad, in xent.Linear[float32], g xent.Matrix[float32], workers int) {
	rows, dims, classes := in.Hidden.Rows, in.Hidden.Cols, in.Weight.Rows
	chunks, size := par.Chunks(rows)
	par.For(workers, chunks+1, func(c int) {
		if c == 0 {
			multiply(kern.MatrixOf(grad.Weight.Data, classes, dims, dims), kern.MatrixOf(g.Data, rows, classes, classes).T(), kern.MatrixOf(in.Hidden.Data, rows, dims, dims))
			return
		}
		lo, hi := (c-1)*size, min(c*size, rows)
		multiply(kern.MatrixOf(grad.Hidden.Data[lo*dims:], hi-lo, dims, dims), kern.MatrixOf(g.Data[lo*classes:], hi-lo, classes, classes), kern.MatrixOf(in.Weight.Data, classes, dims, dims))
	})
	clear(grad.Bias)
	for i := range rows {
		for j, v := range g.Row(i) {
			grad.Bias[j] += v
		}
	}
}

// The losses that stand for a softmax over 32,000 classes: all of it, two tails, a tree, 1,000 samples, and a
// shard. B/op is the memory beside inputs and gradients.
func BenchmarkVocabulary(b *testing.B) {
	const rows, dims, classes = 128, 64, 32000
	in := layer[float32](1, rows, dims, classes)
	in.Hidden, in.Weight = packed(in.Hidden), packed(in.Weight)
	for k := range in.Weight.Data {
		in.Weight.Data[k] *= .4
	}
	labels, weights := make([]int, rows), make([]float64, classes)
	for c := range weights { // Zipf's law
		weights[c] = 1 / float64(c+1)
	}
	sampler, err := xent.NewSampler(weights)
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	labels = sampler.Draw(rows, rng).Classes
	samples := sampler.Draw(1000, rng)
	tree, err := xent.NewTree(weights)
	if err != nil {
		b.Fatal(err)
	}
	nodes := in
	nodes.Weight.Rows, nodes.Bias = classes-1, in.Bias[1:]
	tails := adaptive[float32](1, rows, dims, 2000, 8000, 22000)
	linear, grad := &xent.LinearOptions{Options: xent.Options{Workers: 1}}, likeLayer(in)
	grad.Hidden, grad.Weight = packed(grad.Hidden), packed(grad.Weight)
	nodesGrad, tailsGrad := grad, likeAdaptive(tails)
	nodesGrad.Weight.Rows, nodesGrad.Bias = classes-1, grad.Bias[1:]
	compact := xent.Linear[float32]{Hidden: grad.Hidden, Weight: xent.MatrixOf(make([]float32, (1000+rows)*dims), dims), Bias: make([]float32, 1000+rows)}
	logits := product(in, 1)
	shardGrad := xent.MatrixOf(make([]float32, len(logits.Data)), classes)
	for _, m := range []struct {
		name string
		run  func() error
	}{
		{"linear", func() error { _, err := xent.LinearCrossEntropyGrad(grad, in, labels, linear); return err }},
		{"adaptive", func() error { _, err := xent.AdaptiveCrossEntropyGrad(tailsGrad, tails, labels, linear); return err }},
		{"hierarchical", func() error {
			_, err := xent.HierarchicalCrossEntropyGrad(nodesGrad, nodes, labels, tree, linear)
			return err
		}},
		{"sampled", func() error {
			_, err := xent.SampledCrossEntropyGrad(compact, in, labels, samples, &xent.SampledOptions{Workers: 1, Compact: true})
			return err
		}},
		{"nce", func() error {
			_, err := xent.SampledCrossEntropyGrad(compact, in, labels, samples, &xent.SampledOptions{Workers: 1, Compact: true, Contrast: xent.NCE})
			return err
		}},
		{"built logits, CrossEntropy", func() error {
			_, err := xent.CrossEntropyGrad(shardGrad, logits, labels, &linear.Options)
			return err
		}},
		{"built logits, one shard", func() error {
			_, err := xent.ShardedCrossEntropyGrad(shardGrad, xent.Shard[float32]{Logits: logits, Classes: classes}, labels, &xent.ShardOptions{Options: linear.Options})
			return err
		}},
	} {
		b.Run("loss="+m.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := m.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
