package xent_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"xent"
)

// Three tokens of two dimensions over a vocabulary of four; the second token does not count.
func ExampleLinearCrossEntropy() {
	in := xent.Linear[float64]{
		Hidden: xent.MatrixOf([]float64{1, 0, 5, 5, 0.5, -1}, 2),
		Weight: xent.MatrixOf([]float64{2, 0, 0, 2, -2, 0, 0, -2}, 2),
	}
	opt := &xent.LinearOptions{Options: xent.Options{IgnoreIndex: new(-100)}}
	res, err := xent.LinearCrossEntropy(in, []int{0, -100, 3}, opt)
	fmt.Println(res.Mean(), res.Weight, err)
	// Output: 0.3079 nats 2 <nil>
}

func ExampleLinearCrossEntropyGrad() {
	in := xent.Linear[float64]{Hidden: xent.MatrixOf([]float64{1, 0}, 2), Weight: xent.MatrixOf([]float64{0, 0, 0, 0}, 2)}
	grad := xent.Linear[float64]{Weight: xent.MatrixOf(make([]float64, 4), 2), Bias: make([]float64, 2)} // Hidden is not wanted
	_, err := xent.LinearCrossEntropyGrad(grad, in, []int{1}, nil)
	fmt.Println(grad.Weight.Data, grad.Bias, err)
	// Output: [0.5 0 -0.5 0] [0.5 -0.5] <nil>
}

func ExampleLinearCrossEntropyRows() {
	in := xent.Linear[float64]{Hidden: xent.MatrixOf([]float64{1, 2}, 1), Weight: xent.MatrixOf([]float64{0, 1}, 1)}
	loss := make([]float64, 2)
	_, err := xent.LinearCrossEntropyRows(loss, in, []int{1, 1}, nil)
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [0.3133 0.1269] <nil>
}

// The head of a language model: 8,192 tokens of 4,096 dimensions over a vocabulary of 128,256.
func ExampleLinear_Plan() {
	in := xent.Linear[float32]{Hidden: xent.Matrix[float32]{Rows: 16384, Cols: 4096}, Weight: xent.Matrix[float32]{Rows: 128256, Cols: 4096}}
	for _, budget := range []int64{0, 32 << 20} {
		plan := in.Plan(true, &xent.LinearOptions{Budget: budget, Options: xent.Options{Workers: 1}})
		fmt.Println(plan.Logits>>20, "MiB of logits in", plan.Bytes>>20, "MiB, passes:", plan.Passes)
	}
	// Output:
	// 8016 MiB of logits in 134 MiB, passes: 1
	// 8016 MiB of logits in 20 MiB, passes: 2
}

// Two frequent classes, and a tail of three rare ones that lives in one dimension.
func ExampleAdaptiveCrossEntropy() {
	in := xent.Adaptive[float64]{
		Hidden: xent.MatrixOf([]float64{1, 0, 0, 1}, 2),
		Head:   xent.MatrixOf([]float64{2, 0, 0, 0, 0, 3}, 2),
		Tails:  []xent.Tail[float64]{{Down: xent.MatrixOf([]float64{0, 1}, 2), Out: xent.MatrixOf([]float64{-1, 0, 2}, 1)}},
	}
	res, err := xent.AdaptiveCrossEntropy(in, []int{0, 4}, nil)
	fmt.Println(res.Mean(), in.Classes(), err)
	// Output: 0.2522 nats 5 <nil>
}

func ExampleAdaptiveCrossEntropyGrad() {
	in := xent.Adaptive[float64]{Hidden: xent.MatrixOf([]float64{1}, 1), Head: xent.MatrixOf([]float64{0, 0}, 1),
		Tails: []xent.Tail[float64]{{Down: xent.MatrixOf([]float64{1}, 1), Out: xent.MatrixOf([]float64{0, 0}, 1)}}}
	out := make([]float64, 2) // of the parts of the gradient, one is wanted
	grad := xent.Adaptive[float64]{Tails: []xent.Tail[float64]{{Out: xent.MatrixOf(out, 1)}}}
	_, err := xent.AdaptiveCrossEntropyGrad(grad, in, []int{2}, nil)
	fmt.Println(out, err)
	// Output: [0.5 -0.5] <nil>
}

// The head decides between class 0 and the tail, the tail between classes 1 and 2.
func ExampleAdaptiveCrossEntropyRows() {
	in := xent.Adaptive[float64]{Hidden: xent.MatrixOf([]float64{1, 1}, 1), Head: xent.MatrixOf([]float64{0, 0}, 1),
		Tails: []xent.Tail[float64]{{Down: xent.MatrixOf([]float64{1}, 1), Out: xent.MatrixOf([]float64{0, 0}, 1)}}}
	loss := make([]float64, 2)
	_, err := xent.AdaptiveCrossEntropyRows(loss, in, []int{0, 2}, nil)
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [0.6931 1.3863] <nil>
}

func ExampleAdaptiveLogSoftmax() {
	in := xent.Adaptive[float64]{Hidden: xent.MatrixOf([]float64{1}, 1), Head: xent.MatrixOf([]float64{0, 0}, 1),
		Tails: []xent.Tail[float64]{{Down: xent.MatrixOf([]float64{1}, 1), Out: xent.MatrixOf([]float64{0, 0}, 1)}}}
	logs := xent.LogProbsOf(make([]float64, 3), 3)
	err := xent.AdaptiveLogSoftmax(logs, in, nil)
	fmt.Printf("%.4f %v\n", logs.Data, err)
	// Output: [-0.6931 -1.3863 -1.3863] <nil>
}

// Two classes drawn stand for the four that are not the label; even draws need no correction.
func ExampleSampledCrossEntropy() {
	in := xent.Linear[float64]{Hidden: xent.MatrixOf([]float64{1}, 1), Weight: xent.MatrixOf([]float64{0, 1, 2, 0, 1}, 1)}
	samples := xent.Samples{Classes: []int{0, 2, 4}} // 2 is the label: an accidental hit, left out
	for _, contrast := range []xent.SampledContrast{xent.SampledSoftmax, xent.NCE} {
		res, err := xent.SampledCrossEntropy(in, []int{2}, samples, &xent.SampledOptions{Contrast: contrast})
		fmt.Println(res.Mean(), err)
	}
	// Output:
	// 0.4076 nats <nil>
	// 2.133 nats <nil>
}

// Of a large vocabulary only the rows drawn, and that of the label, have a gradient.
func ExampleSampledCrossEntropyGrad() {
	in := xent.Linear[float64]{Hidden: xent.MatrixOf([]float64{1}, 1), Weight: xent.MatrixOf(make([]float64, 1000), 1)}
	grad := xent.Linear[float64]{Weight: xent.MatrixOf(make([]float64, 3), 1)}
	_, err := xent.SampledCrossEntropyGrad(grad, in, []int{500}, xent.Samples{Classes: []int{7, 70}}, &xent.SampledOptions{Compact: true})
	fmt.Printf("%.3f %v\n", grad.Weight.Data, err)
	// Output: [0.333 0.333 -0.667] <nil>
}

func ExampleSampledCrossEntropyRows() {
	in := xent.Linear[float64]{Hidden: xent.MatrixOf([]float64{1, 1}, 1), Weight: xent.MatrixOf(make([]float64, 5), 1)}
	loss := make([]float64, 2)
	_, err := xent.SampledCrossEntropyRows(loss, in, []int{0, 1}, xent.Samples{Classes: []int{0, 3}}, nil)
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [0.6931 1.0986] <nil>
}

// Frequent classes are drawn more often, and corrected for it.
func ExampleNewSampler() {
	sampler, err := xent.NewSampler([]float64{6, 3, 1})
	samples := sampler.Draw(5, rand.New(rand.NewPCG(1, 2)))
	for class := range 3 {
		fmt.Printf("%.1f ", math.Exp(samples.LogExpected(class)))
	}
	fmt.Println(err)
	// Output: 3.0 1.5 0.5 <nil>
}

// Three different classes of four. The rarest is hardly expected among them.
func ExampleSampler_DrawDistinct() {
	sampler, err := xent.NewSampler([]float64{5, 5, 5, 0.1})
	samples := sampler.DrawDistinct(3, rand.New(rand.NewPCG(1, 2)))
	fmt.Println(samples.Classes, err)
	// Output: [0 1 2] <nil>
}

// A frequent class and two rare ones: the root asks whether it is the frequent one.
func ExampleHierarchicalCrossEntropy() {
	tree, err := xent.NewTree([]float64{10, 1, 2})
	if err != nil {
		fmt.Println(err)
	}
	in := xent.Linear[float64]{Hidden: xent.MatrixOf([]float64{1, 1}, 1), Weight: xent.MatrixOf([]float64{2, 0}, 1)}
	res, err := xent.HierarchicalCrossEntropy(in, []int{0, 1}, tree, nil)
	fmt.Println(res.Mean(), tree.Depth(0), tree.Depth(1), err)
	// Output: 1.474 nats 1 2 <nil>
}

func ExampleHierarchicalCrossEntropyGrad() {
	tree, err := xent.NewTree([]float64{3, 1})
	if err != nil {
		fmt.Println(err)
	}
	in := xent.Linear[float64]{Hidden: xent.MatrixOf([]float64{2}, 1), Weight: xent.MatrixOf([]float64{0}, 1)}
	grad := xent.Linear[float64]{Weight: xent.MatrixOf(make([]float64, 1), 1)}
	_, err = xent.HierarchicalCrossEntropyGrad(grad, in, []int{0}, tree, nil)
	fmt.Println(grad.Weight.Data, err)
	// Output: [-1] <nil>
}

// An untrained tree charges a bit for each decision.
func ExampleHierarchicalCrossEntropyRows() {
	tree, err := xent.NewTree([]float64{4, 2, 1, 1})
	if err != nil {
		fmt.Println(err)
	}
	in := xent.Linear[float64]{Hidden: xent.MatrixOf(make([]float64, 4), 1), Weight: xent.MatrixOf(make([]float64, 3), 1)}
	loss := make([]float64, 4)
	_, err = xent.HierarchicalCrossEntropyRows(loss, in, []int{0, 1, 2, 3}, tree, nil)
	fmt.Printf("%.3f %v\n", loss, err)
	// Output: [0.693 1.386 2.079 2.079] <nil>
}

func ExampleHierarchicalLogSoftmax() {
	tree, err := xent.NewTree([]float64{2, 1, 1})
	if err != nil {
		fmt.Println(err)
	}
	in := xent.Linear[float64]{Hidden: xent.MatrixOf(make([]float64, 1), 1), Weight: xent.MatrixOf(make([]float64, 2), 1)}
	logs := make([]float64, 3)
	err = xent.HierarchicalLogSoftmax(xent.LogProbsOf(logs, 3), in, tree, nil)
	fmt.Printf("%.3f %v\n", logs, err)
	// Output: [-0.693 -1.386 -1.386] <nil>
}

// Two machines with two classes each. What they exchange here is known: each merges the other's part.
func ExampleShardedCrossEntropy() {
	label := []int{3}
	left := xent.Shard[float64]{Logits: xent.LogitsOf([]float64{2, 0}, 2), First: 0, Classes: 4}
	right := xent.Shard[float64]{Logits: xent.LogitsOf([]float64{1, 3}, 2), First: 2, Classes: 4}
	sent := make(chan xent.Partial, 1)
	machine := func(shard xent.Shard[float64], exchange func(parts []xent.Partial) error) {
		res, err := xent.ShardedCrossEntropy(shard, label, &xent.ShardOptions{Exchange: exchange})
		fmt.Println(res.Mean(), err)
	}
	back := make(chan xent.Partial, 1)
	done := make(chan bool)
	go func() {
		machine(left, func(parts []xent.Partial) error {
			sent <- parts[0]
			parts[0].Merge(<-back)
			return nil
		})
		done <- true
	}()
	machine(right, func(parts []xent.Partial) error {
		back <- parts[0]
		parts[0].Merge(<-sent)
		return nil
	})
	<-done
	// Output:
	// 0.4402 nats <nil>
	// 0.4402 nats <nil>
}

// A shard gets the gradient of its own classes; this one has all.
func ExampleShardedCrossEntropyGrad() {
	grad := make([]float64, 2)
	shard := xent.Shard[float64]{Logits: xent.LogitsOf([]float64{0, 0}, 2), Classes: 2}
	_, err := xent.ShardedCrossEntropyGrad(xent.MatrixOf(grad, 2), shard, []int{1}, nil)
	fmt.Println(grad, err)
	// Output: [0.5 -0.5] <nil>
}

func ExampleShardedCrossEntropyRows() {
	loss := make([]float64, 2)
	shard := xent.Shard[float64]{Logits: xent.LogitsOf([]float64{0, 0, 1, 0}, 2), Classes: 2}
	_, err := xent.ShardedCrossEntropyRows(loss, shard, []int{1, 0}, nil)
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [0.6931 0.3133] <nil>
}
