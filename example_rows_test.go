package xent_test

import (
	"fmt"
	"math"

	"xent"
)

// A forecast of rain that said 0 %, and it rained: the truth is infinite, not 36.
func ExampleLogLoss() {
	q := xent.ProbsOf([]float64{0.75, 0.25, 0, 1}, 2)
	res, err := xent.LogLoss(q, []int{0, 0}, nil)
	fmt.Println(res.Mean(), res.NonFinite, err)
	_, err = xent.LogLoss(xent.ProbsOf([]float64{3, 1}, 2), []int{0}, nil)
	fmt.Println(err)
	// Output:
	// +Inf nats 1 <nil>
	// xent: LogLoss: element [0, 0] = 3, want 0 ≤ probability ≤ 1
}

func ExampleLogLossGrad() {
	grad := make([]float64, 2)
	_, err := xent.LogLossGrad(xent.MatrixOf(grad, 2), xent.ProbsOf([]float64{0.25, 0.75}, 2), []int{0}, nil)
	fmt.Println(grad, err)
	// Output: [-4 0] <nil>
}

// Votes as probabilities: each row is divided by its sum.
func ExampleLogLossRows() {
	loss := make([]float64, 2)
	_, err := xent.LogLossRows(loss, xent.ProbsOf([]float64{3, 1, 1, 1}, 2), []int{0, 0}, &xent.LogLossOptions{Sums: xent.SumDivided})
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [0.2877 0.6931] <nil>
}

func ExampleSoftLogLoss() {
	p := []float64{0.6, 0.3, 0.1}
	res, err := xent.SoftLogLoss(xent.ProbsOf([]float64{0.33, 0.33, 0.34}, 3), xent.ProbsOf(p, 3), nil)
	fmt.Printf("%.4f bits %v\n", res.Mean().Bits(), err)
	// Output: 1.5952 bits <nil>
}

func ExampleSoftLogLossGrad() {
	grad := make([]float64, 2)
	_, err := xent.SoftLogLossGrad(xent.MatrixOf(grad, 2), xent.ProbsOf([]float64{0.25, 0.75}, 2), xent.ProbsOf([]float64{0.25, 0.75}, 2), nil)
	fmt.Println(grad, err)
	// Output: [-1 -1] <nil>
}

func ExampleSoftLogLossRows() {
	loss := make([]float64, 2)
	_, err := xent.SoftLogLossRows(loss, xent.ProbsOf([]float64{1, 0, 0.5, 0.5}, 2), xent.ProbsOf([]float64{1, 0, 0.5, 0.5}, 2), nil)
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [0.0000 0.6931] <nil>
}

func ExampleBinaryLogLoss() {
	res, err := xent.BinaryLogLoss(xent.ProbsOf([]float64{0.9, 0.1, 0.2}, 1), xent.MatrixOf([]float64{1, 0, 0}, 1), nil)
	fmt.Println(res.Mean(), err)
	// Output: 0.1446 nats <nil>
}

// The gradient at p = 0.05 where the truth is 1.
func ExampleBinaryLogLossGrad() {
	grad := make([]float64, 1)
	_, err := xent.BinaryLogLossGrad(xent.MatrixOf(grad, 1), xent.ProbsOf([]float64{0.05}, 1), xent.MatrixOf([]float64{1}, 1), nil)
	fmt.Println(grad, err)
	// Output: [-20] <nil>
}

func ExampleBinaryLogLossRows() {
	loss := make([]float64, 2)
	_, err := xent.BinaryLogLossRows(loss, xent.ProbsOf([]float64{0.5, 0.5, 1, 0}, 2), xent.MatrixOf([]float64{1, 0, 1, 0}, 2), nil)
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [1.3863 0.0000] <nil>
}

// Sure and wrong, the score is at most 2, and its slope vanishes: cross-entropy pulls with nearly 1 there.
func ExampleBrier() {
	for _, z := range []float64{0, 2, 8} {
		res, err := xent.Brier(xent.LogitsOf([]float64{0, z}, 2), []int{0}, nil)
		fmt.Printf("%.4f %v\n", float64(res.Mean()), err)
	}
	// Output:
	// 0.5000 <nil>
	// 1.5516 <nil>
	// 1.9987 <nil>
}

func ExampleBrierGrad() {
	grad := make([]float64, 2)
	_, err := xent.BrierGrad(xent.MatrixOf(grad, 2), xent.LogitsOf([]float64{0, 0}, 2), []int{0}, nil)
	fmt.Println(grad, err)
	// Output: [-0.5 0.5] <nil>
}

func ExampleBrierRows() {
	loss := make([]float64, 2)
	_, err := xent.BrierRows(loss, xent.LogitsOf([]float64{3, 0, 0, 3}, 2), []int{0, 0}, nil)
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [0.0045 1.8148] <nil>
}

// One image of 2×2 pixels and three classes, [1, 3, 2, 2] as PyTorch lays it out, with a label for each pixel.
func ExampleLogitsOf_images() {
	x := []float32{
		4, 0, 0, 1, // class 0, pixel by pixel
		0, 4, 0, 0, // class 1
		0, 0, 4, 0, // class 2
	}
	res, err := xent.CrossEntropy(xent.LogitsOf(x, 3, 2, 2), []uint8{0, 1, 2, 255}, &xent.Options{IgnoreIndex: new(255)})
	fmt.Println(res.Mean(), res.Accuracy(), err)
	// Output: 0.03598 nats 1 <nil>
}

// Loss and accuracy from the same pass, with weights of the rows.
func ExampleResult_Accuracy() {
	logits := xent.LogitsOf([]float64{2, 1, 0, 2, 1, 0, 2, 1, 0}, 3)
	res, err := xent.CrossEntropy(logits, []int{0, 1, 2}, &xent.Options{TopK: 2, RowWeights: []float64{1, 1, 0.5}})
	fmt.Printf("%.4f of weight %g, top-1 %.2f, top-2 %.2f %v\n", float64(res.Mean()), res.Weight, res.Accuracy(), res.TopAccuracy(), err)
	// Output: 1.2076 of weight 2.5, top-1 0.33, top-2 0.67 <nil>
}

// The perplexity of a text that is longer than the model reads: windows overlap, tokens count once.
func ExamplePlanWindows() {
	tokens := []int{1, 0, 2, 2, 1, 0, 1}
	model := func(read []int) xent.Logits[float64] { // one that expects what it has just read
		x := make([]float64, 3*len(read))
		for i, t := range read {
			x[3*i+t] = 1
		}
		return xent.LogitsOf(x, 3)
	}
	plan, err := xent.PlanWindows(len(tokens), 4, 2)
	if err != nil {
		panic(err)
	}
	var total xent.Result
	for _, w := range plan.Windows {
		logits := model(tokens[w.Begin:w.End])
		lo, hi := w.Rows()
		res, err := xent.CrossEntropy(xent.LogitsOf(logits.Data[3*lo:3*hi], 3), tokens[w.From:w.End], nil)
		if err != nil {
			panic(err)
		}
		fmt.Printf("reads %d to %d, scores %d to %d\n", w.Begin, w.End-1, w.From, w.End-1)
		total.Merge(res)
	}
	fmt.Printf("perplexity %.3f of %d tokens, %.3f bits per byte\n", total.Mean().Perplexity(), total.Rows, total.BitsPer(20))
	// Output:
	// reads 0 to 3, scores 1 to 3
	// reads 2 to 5, scores 4 to 5
	// reads 4 to 6, scores 6 to 6
	// perplexity 3.994 of 6 tokens, 0.599 bits per byte
}

// Two answers of unequal length: which mean is meant?
func ExampleSequences() {
	var s xent.Sequences
	for _, answer := range [][]float64{{2, 0, 2, 0, 2, 0, 2, 0}, {0, 3}} {
		res, err := xent.CrossEntropy(xent.LogitsOf(answer, 2), make([]int, len(answer)/2), nil)
		if err != nil {
			panic(err)
		}
		s.Add(res)
	}
	fmt.Printf("by tokens %.3f, by sequences %.3f, by a norm of 4 tokens %.3f\n", float64(s.TokenMean()), float64(s.SeqMean()), float64(s.SeqSumNorm(4)))
	// Output: by tokens 0.711, by sequences 1.588, by a norm of 4 tokens 0.445
}

// The gradient of the mean of sequence means, from one batch of both.
func ExampleSequenceWeights() {
	labels, weights := []int{0, 1, -100, 1}, make([]float64, 4)
	err := xent.SequenceWeights(weights, []int{3, 1}, labels, new(-100))
	fmt.Println(weights, err)
	// Output: [0.5 0.5 0 1] <nil>
}

// Three stars out of five by ordered logistic regression: one score against four thresholds, as logits of "above".
func ExampleOrdinal_cumulative() {
	score, thresholds := 0.4, []float64{-2, -0.5, 1, 2.5}
	logits := make([]float64, 4)
	for k, t := range thresholds {
		logits[k] = score - t
	}
	res, err := xent.Ordinal(xent.LogitsOf(logits, 4), []int{2}, &xent.OrdinalOptions{Cumulative: true})
	fmt.Println(res.Mean(), err)
	// Output: 1.031 nats <nil>
}

// The variational bound of a diffusion model of one pixel and three steps, in bits: what the noise at the end tells of the
// pixel, how far each step is from the posterior that knows the pixel, and the pixel itself, one of 256 values.
func ExampleGaussianKL_diffusion() {
	type normals = xent.Normals[float64]
	at := func(mean, v float64) normals {
		return normals{Mean: xent.MatrixOf([]float64{mean}, 1), Var: xent.MatrixOf([]float64{v}, 1)}
	}
	const pixel = 64./255*2 - 1
	kept := []float64{1, 0.95, 0.5, 0.01} // ᾱ, the share of the pixel's variance that is left after each step
	x := []float64{pixel, -0.6, 0.1, 0.4} // what the noise made of it
	prior, err := xent.GaussianKL(at(math.Sqrt(kept[3])*pixel, 1-kept[3]), normals{}, nil)
	if err != nil {
		panic(err)
	}
	fmt.Printf("prior %.3f", prior.Mean().Bits())
	for t := 3; t > 1; t-- {
		alpha := kept[t] / kept[t-1]
		v := (1 - kept[t-1]) / (1 - kept[t]) * (1 - alpha)
		mean := func(guess float64) float64 { // of the step before, given the pixel or a guess
			return (math.Sqrt(kept[t-1])*(1-alpha)*guess + math.Sqrt(alpha)*(1-kept[t-1])*x[t]) / (1 - kept[t])
		}
		step, err := xent.GaussianKL(at(mean(pixel+0.1), v), at(mean(pixel), v), &xent.GaussianKLOptions{Reverse: true})
		if err != nil {
			panic(err)
		}
		fmt.Printf(" + step %d %.3f", t, step.Mean().Bits())
	}
	last, err := xent.GaussianNLL(at(pixel+0.05, 1-kept[1]), xent.MatrixOf([]float64{pixel}, 1), &xent.GaussianOptions{
		Bins: &xent.Bins{Width: 2. / 255, Low: -1, High: 1}})
	fmt.Printf(" + pixel %.3f bits %v\n", last.Mean().Bits(), err)
	// Output: prior 0.002 + step 3 0.007 + step 2 0.130 + pixel 6.195 bits <nil>
}
