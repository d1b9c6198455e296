package xent_test

import (
	"fmt"

	"xent"
)

func ExampleCrossEntropy() {
	logits := xent.LogitsOf([]float32{
		2, 0, 0, // sure of class 0, and right
		2, 0, 0, // sure of class 0, and wrong
	}, 3)
	res, err := xent.CrossEntropy(logits, []int64{0, 2}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	loss := res.Mean()
	fmt.Printf("%v, %.4f bits, perplexity %.4f\n", loss, loss.Bits(), loss.Perplexity())
	// Output: 1.24 nats, 1.7883 bits, perplexity 3.4540
}

func ExampleCrossEntropyGrad() {
	logits := xent.LogitsOf([]float64{1, 1, 1}, 3)
	grad := make([]float64, 3)
	if _, err := xent.CrossEntropyGrad(xent.MatrixOf(grad, 3), logits, []int{1}, nil); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f\n", grad)
	// Output: [0.333 -0.667 0.333]
}

// A prediction that is right and all but certain: PyTorch returns 0 for both figures.
func ExampleCrossEntropyGrad_confident() {
	x := []float64{50, 0}
	grad := xent.MatrixOf(x, 2) // the gradient overwrites the logits
	res, err := xent.CrossEntropyGrad(grad, xent.LogitsOf(x, 2), []int{0}, nil)
	fmt.Printf("loss %.6g, gradient %.6g %v\n", float64(res.Mean()), x, err)
	// Output: loss 1.92875e-22, gradient [-1.92875e-22 1.92875e-22] <nil>
}

// Rows that do not count, and smoothing, in one batch. The denominator stands beside the sum.
func ExampleCrossEntropyRows() {
	logits := xent.LogitsOf([]float64{2, 0, 0, 9, 9, 9, 0, 1, 0}, 3)
	loss := make([]float64, 3)
	res, err := xent.CrossEntropyRows(loss, logits, []int{0, -100, 1}, &xent.Options{
		IgnoreIndex: new(-100),
		Smoothing:   0.1,
	})
	fmt.Printf("%.4f of %v rows, %.4f %v\n", float64(res.Mean()), res.Weight, loss, err)
	// Output: 0.4955 of 2 rows, [0.3729 0.0000 0.6181] <nil>
}

func ExampleLabelError() {
	logits := xent.LogitsOf(make([]float32, 40), 10)
	_, err := xent.CrossEntropy(logits, []uint8{1, 10, 3, 10}, nil)
	fmt.Println(err)
	// Output: xent: CrossEntropy: labels[1] = 10, want 0 ≤ label < 10 (or Options.IgnoreIndex); 2 of 4 labels are outside: 10 (2×); no label is 0: the labels look 1-based, subtract 1
}

// Micro-batches of unequal size: merge the results, never average the means.
func ExampleResult_Merge() {
	logits := []float64{1, 0, 2, .5, -1, 0, 0, 3}
	labels := []int{0, 1, -100, 1}
	o := &xent.Options{IgnoreIndex: new(-100)}
	var total xent.Result
	for _, part := range [][2]int{{0, 3}, {3, 4}} {
		res, err := xent.CrossEntropy(xent.LogitsOf(logits[2*part[0]:2*part[1]], 2), labels[part[0]:part[1]], o)
		if err != nil {
			fmt.Println(err)
			return
		}
		total.Merge(res)
	}
	fmt.Printf("%.4f over %v tokens\n", float64(total.Mean()), total.Weight)
	// Output: 0.6878 over 3 tokens
}

// What a label that is wrong with certainty costs: the generalised cross-entropy bounds it by 1/q.
func ExampleOptions_robustness() {
	logits := xent.LogitsOf([]float64{50, 0}, 2)
	for _, q := range []float64{0, 0.5, 1} {
		res, err := xent.CrossEntropy(logits, []int{1}, &xent.Options{Robustness: q})
		fmt.Println(res.Mean(), err)
	}
	// Output:
	// 50 nats <nil>
	// 2 nats <nil>
	// 1 nats <nil>
}

// The symmetric cross-entropy 0.1·CE + 1·RCE with ln 0 = -4.
func ExampleOptions_symmetric() {
	const alpha, beta, logZero = 0.1, 1, -4
	opt := &xent.Options{Poly: -logZero * beta / alpha}
	res, err := xent.CrossEntropy(xent.LogitsOf([]float64{2, 0.5, -1}, 3), []int{0}, opt)
	fmt.Println(alpha*res.Mean(), err)
	// Output: 0.8817 nats <nil>
}

// Two labels present and two absent: absent ones that are unlikely enough cost nothing.
func ExampleBinaryOptions_asymmetric() {
	opt := &xent.BinaryOptions{Focus: 1, NegativeFocus: new(4.0), Margin: 0.05}
	loss := make([]float64, 4)
	_, err := xent.BinaryCrossEntropyRows(loss, xent.LogitsOf([]float64{2, -3, -1, -4}, 1), xent.MatrixOf([]float64{1, 1, 0, 0}, 1), opt)
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [0.0151 2.9040 0.0006 0.0000] <nil>
}

func ExampleSoftCrossEntropy() {
	logits := xent.LogitsOf([]float64{0, 0}, 2)
	target := xent.ProbsOf([]float64{0.5, 0.5}, 2)
	res, _ := xent.SoftCrossEntropy(logits, target, nil)
	fmt.Println(res.Mean())
	// Output: 0.6931 nats
}

func ExampleSoftCrossEntropyGrad() {
	logits, grad := xent.LogitsOf([]float64{0, 0}, 2), make([]float64, 2)
	_, err := xent.SoftCrossEntropyGrad(xent.MatrixOf(grad, 2), logits, xent.ProbsOf([]float64{0.75, 0.25}, 2), nil)
	fmt.Println(grad, err)
	// Output: [-0.25 0.25] <nil>
}

func ExampleSoftCrossEntropyRows() {
	loss := make([]float64, 2)
	_, err := xent.SoftCrossEntropyRows(loss, xent.LogitsOf([]float64{10, 1, -2, 1, 4, .2}, 3), xent.ProbsOf([]float64{0, 1, 0, 1, 0, 0}, 3), nil)
	fmt.Printf("%.5f %v\n", loss, err)
	// Output: [9.00013 3.06967] <nil>
}

// One row of three labels, the last of which is not known.
func ExampleBinaryCrossEntropy() {
	logits := xent.LogitsOf([]float64{2, -1, 5}, 3)
	res, err := xent.BinaryCrossEntropy(logits, xent.MatrixOf([]float64{1, 0, -1}, 3), &xent.BinaryOptions{Ignore: new(-1.0)})
	fmt.Println(res.Mean(), res.Ignored, err)
	// Output: 0.2201 nats 1 <nil>
}

func ExampleBinaryCrossEntropyGrad() {
	x := []float64{0, -800}
	grad := xent.MatrixOf(x, 1)
	res, err := xent.BinaryCrossEntropyGrad(grad, xent.LogitsOf(x, 1), xent.MatrixOf([]float64{0, 1}, 1), nil)
	fmt.Println(res.Mean(), x, err)
	// Output: 400.3 nats [0.25 -0.5] <nil>
}

func ExampleBinaryCrossEntropyRows() {
	loss := make([]float64, 2)
	focal := &xent.BinaryOptions{Focus: 2, Balance: new(0.25)}
	_, err := xent.BinaryCrossEntropyRows(loss, xent.LogitsOf([]float64{3, -3}, 1), xent.MatrixOf([]float64{1, 1}, 1), focal)
	fmt.Printf("%.6f %v\n", loss, err)
	// Output: [0.000027 0.691570] <nil>
}

// At p = 0.05 where the truth is 1, squared error pulls p with 1.9, cross-entropy with 20.
func ExampleSquaredErrorGrad() {
	grad := make([]float64, 1)
	res, err := xent.SquaredErrorGrad(xent.MatrixOf(grad, 1), xent.MatrixOf([]float64{0.05}, 1), xent.MatrixOf([]float64{1}, 1), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("loss %.4f, gradient %.2f\n", float64(res.Mean()), grad[0])
	// Output: loss 0.9025, gradient -1.90
}

func ExampleSoftmax() {
	p := make([]float64, 3)
	err := xent.Softmax(xent.ProbsOf(p, 3), xent.LogitsOf([]float64{2, 1, 0}, 3), &xent.Options{Temperature: 0.5})
	fmt.Printf("%.4f %v\n", p, err)
	// Output: [0.8668 0.1173 0.0159] <nil>
}

func ExampleLogSoftmax() {
	lp := make([]float64, 2)
	err := xent.LogSoftmax(xent.LogProbsOf(lp, 2), xent.LogitsOf([]float64{800, 0}, 2), nil)
	fmt.Println(lp, err)
	// Output: [0 -800] <nil>
}

func ExampleLogSumExp() {
	out := make([]float64, 1)
	err := xent.LogSumExp(out, xent.LogitsOf([]float64{1000, 1000}, 2), nil)
	fmt.Printf("%.4f %v\n", out, err)
	// Output: [1000.6931] <nil>
}

func ExampleSigmoid() {
	x := []float64{-2, 0, 2}
	p, l, s := make([]float64, 3), make([]float64, 3), make([]float64, 3)
	fmt.Println(xent.Sigmoid(xent.MatrixOf(p, 3), xent.LogitsOf(x, 3)),
		xent.LogSigmoid(xent.MatrixOf(l, 3), xent.LogitsOf(x, 3)),
		xent.Softplus(xent.MatrixOf(s, 3), xent.LogitsOf(x, 3)))
	fmt.Printf("%.4f\n%.4f\n%.4f\n", p, l, s)
	// Output:
	// <nil> <nil> <nil>
	// [0.1192 0.5000 0.8808]
	// [-2.1269 -0.6931 -0.1269]
	// [0.1269 0.6931 2.1269]
}

func ExampleRowMoments() {
	m := xent.RowMoments([]float32{40, 0})
	fmt.Printf("confidence %g, doubt %.4g, entropy %.4g nats\n", m.Confidence(), m.Doubt(), float64(m.Entropy()))
	// Output: confidence 1, doubt 4.248e-18, entropy 1.742e-16 nats
}

// How far a student is from its teacher: in the direction of the teacher, in its own, and from both.
func ExampleDivergence() {
	student, teacher := xent.LogitsOf([]float64{1, 2, 0.5}, 3), xent.TeacherOf([]float64{2, 2.5, 0}, 3)
	for _, kind := range []xent.DivergenceKind{xent.KL, xent.ReverseKL, xent.JS} {
		res, err := xent.Divergence(student, teacher, &xent.DivergenceOptions{Kind: kind})
		fmt.Println(res.Mean(), err)
	}
	// Output:
	// 0.07144 nats <nil>
	// 0.08417 nats <nil>
	// 0.01886 nats <nil>
}

// PyTorch's F.kl_div(log_q, p, reduction="sum"): a gradient in the log-probabilities.
func ExampleDivergenceGrad() {
	logq, grad := []float64{-1.6094379124341003, -1.2039728043259361, -0.6931471805599453}, make([]float64, 3)
	res, err := xent.DivergenceGrad(xent.MatrixOf(grad, 3), xent.LogProbsOf(logq, 3), xent.ProbsOf([]float64{0, 0.5, 0.5}, 3), nil)
	fmt.Println(res.Sum(), grad, err)
	// Output: 0.2554 nats [0 -0.5 -0.5] <nil>
}

func ExampleDivergenceRows() {
	q, p, loss := xent.LogitsOf([]float64{0, 0, 0, 3}, 2), xent.ProbsOf([]float64{0.5, 0.5, 0.25, 0.75}, 2), make([]float64, 2)
	_, err := xent.DivergenceRows(loss, q, p, &xent.DivergenceOptions{Kind: xent.Renyi, Order: new(0.5)})
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [0.0000 0.0939] <nil>
}

// A student at temperature 4, a tenth of its loss from the labels. T² is built in.
func ExampleDistill() {
	student, teacher := xent.LogitsOf([]float64{1, 2, 0.5, -1, 0.3, 2}, 3), xent.TeacherOf([]float64{2, 2.5, 0, -2, 1, 3}, 3)
	res, err := xent.Distill(student, teacher, []int{1, 2}, &xent.DistillOptions{Temperature: 4, LabelShare: 0.1})
	fmt.Println(res.Mean(), err)
	// Output: 0.2244 nats <nil>
}

// Without labels, and without T².
func ExampleDistillGrad() {
	student, teacher := xent.LogitsOf([]float64{0, 0}, 2), xent.TeacherOf([]float64{2, 0}, 2)
	grad := make([]float64, 2)
	_, err := xent.DistillGrad(xent.MatrixOf(grad, 2), student, teacher, []int(nil), &xent.DistillOptions{Temperature: 2, Unscaled: true})
	fmt.Printf("%.4f %v\n", grad, err)
	// Output: [-0.1155 0.1155] <nil>
}

// The decoupled form listens to what a sure teacher knows about the other classes.
func ExampleDistillRows() {
	student, teacher := xent.LogitsOf([]float64{9, 0, 0}, 3), xent.TeacherOf([]float64{9, 3, 0}, 3)
	loss := make([]float64, 1)
	for _, d := range []*xent.Decoupled{nil, {Target: 1, Others: 8}} {
		_, err := xent.DistillRows(loss, student, teacher, []int{0}, &xent.DistillOptions{Decoupled: d})
		fmt.Printf("%.4f %v\n", loss, err)
	}
	// Output:
	// [0.0051] <nil>
	// [4.0220] <nil>
}

// A prediction that is a standard deviation off, and one that is right but claims to know less.
func ExampleGaussianNLL() {
	pred := xent.Normals[float64]{Mean: xent.MatrixOf([]float64{1, 0}, 2), LogVar: xent.MatrixOf([]float64{0, 2}, 2)}
	res, err := xent.GaussianNLL(pred, xent.MatrixOf([]float64{0, 0}, 2), nil)
	fmt.Println(res.Mean(), err)
	// Output: 0.75 nats <nil>
}

func ExampleGaussianNLLGrad() {
	pred := xent.Normals[float64]{Mean: xent.MatrixOf([]float64{1, 0}, 2), LogVar: xent.MatrixOf([]float64{0, 2}, 2)}
	grad := xent.Normals[float64]{Mean: xent.MatrixOf(make([]float64, 2), 2), LogVar: xent.MatrixOf(make([]float64, 2), 2)}
	_, err := xent.GaussianNLLGrad(grad, pred, xent.MatrixOf([]float64{0, 0}, 2), nil)
	fmt.Println(grad.Mean.Data, grad.LogVar.Data, err)
	// Output: [0.5 0] [0 0.25] <nil>
}

// PyTorch's F.gaussian_nll_loss(mean, target, var, full=True, reduction="none").
func ExampleGaussianNLLRows() {
	pred := xent.Normals[float64]{Mean: xent.MatrixOf([]float64{0.5, -1}, 1), Var: xent.MatrixOf([]float64{1, 0.25}, 1)}
	loss := make([]float64, 2)
	_, err := xent.GaussianNLLRows(loss, pred, xent.MatrixOf([]float64{0, -1}, 1), &xent.GaussianOptions{Full: true, MinVar: 1e-6})
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [1.0439 0.2258] <nil>
}

// The negative evidence lower bound of a variational autoencoder: what the reconstruction costs, plus
// what the code costs, both as means over two rows.
func ExampleGaussianKL() {
	recon, err := xent.BinaryCrossEntropy(xent.LogitsOf([]float64{2, -1, 0.5, -3, 1, 0}, 3),
		xent.MatrixOf([]float64{1, 0, 1, 0, 1, 0.5}, 3), &xent.BinaryOptions{Denominator: xent.Fixed(2)})
	if err != nil {
		fmt.Println(err)
		return
	}
	q := xent.Normals[float64]{Mean: xent.MatrixOf([]float64{0.3, -0.2, 1, 0}, 2), LogVar: xent.MatrixOf([]float64{-0.1, 0.2, -2, 0}, 2)}
	code, err := xent.GaussianKL(q, xent.Normals[float64]{}, nil)
	fmt.Printf("%.4f + %.4f = %.4f %v\n", float64(recon.Mean()), float64(code.Mean()), float64(recon.Mean()+code.Mean()), err)
	// Output: 0.9846 + 0.5729 = 1.5575 <nil>
}

func ExampleGaussianKLGrad() {
	q := xent.Normals[float64]{Mean: xent.MatrixOf([]float64{0.5}, 1), LogVar: xent.MatrixOf([]float64{0}, 1)}
	grad := xent.Normals[float64]{Mean: xent.MatrixOf([]float64{0}, 1), LogVar: xent.MatrixOf([]float64{0}, 1)}
	_, err := xent.GaussianKLGrad(grad, q, xent.Normals[float64]{}, &xent.GaussianKLOptions{Beta: new(4.0)})
	fmt.Println(grad.Mean.Data, grad.LogVar.Data, err)
	// Output: [2] [0] <nil>
}

// Elements below the free nats cost those, and are left alone.
func ExampleGaussianKLRows() {
	q := xent.Normals[float64]{Mean: xent.MatrixOf([]float64{0.1, 2}, 2), LogVar: xent.MatrixOf([]float64{0, 0}, 2)}
	loss := make([]float64, 1)
	_, err := xent.GaussianKLRows(loss, q, xent.Normals[float64]{}, &xent.GaussianKLOptions{FreeNats: 0.25})
	fmt.Println(loss, err)
	// Output: [2.25] <nil>
}

// Three calls where e were expected, and none.
func ExamplePoissonNLL() {
	res, err := xent.PoissonNLL(xent.MatrixOf([]float64{1, 1}, 1), xent.MatrixOf([]float64{3, 0}, 1), nil)
	fmt.Println(res.Mean(), err)
	// Output: 1.218 nats <nil>
}

func ExamplePoissonNLLGrad() {
	grad := make([]float64, 2)
	_, err := xent.PoissonNLLGrad(xent.MatrixOf(grad, 1), xent.MatrixOf([]float64{2, 4}, 1), xent.MatrixOf([]float64{3, 4}, 1),
		&xent.PoissonOptions{Rates: true, Reduction: xent.Sum})
	fmt.Println(grad, err)
	// Output: [-0.5 0] <nil>
}

func ExamplePoissonNLLRows() {
	loss := make([]float64, 2)
	_, err := xent.PoissonNLLRows(loss, xent.MatrixOf([]float64{0, 0}, 1), xent.MatrixOf([]float64{0, 3}, 1), &xent.PoissonOptions{Full: true})
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [1.0000 2.7918] <nil>
}

// CLIP: images by row, texts by column; the cosines of three pairs that belong together.
func ExampleInfoNCE() {
	cosines := xent.LogitsOf([]float64{0.9, 0.1, 0.2, 0.05, 0.8, 0.3, 0, 0.2, 0.7}, 3)
	for _, opt := range []*xent.InfoNCEOptions{{}, {Symmetric: true}, {Symmetric: true, Temperature: 0.07}} {
		res, err := xent.InfoNCE(cosines, opt)
		fmt.Println(res.Mean(), err)
	}
	// Output:
	// 0.7137 nats <nil>
	// 0.7143 nats <nil>
	// 0.001005 nats <nil>
}

func ExampleInfoNCEGrad() {
	grad := make([]float64, 4)
	_, err := xent.InfoNCEGrad(xent.MatrixOf(grad, 2), xent.LogitsOf([]float64{1, 1, 1, 1}, 2), &xent.InfoNCEOptions{Temperature: 0.5})
	fmt.Println(grad, err)
	// Output: [-0.5 0.5 0.5 -0.5] <nil>
}

// One thing, of which the first of three candidates is the right one.
func ExampleInfoNCERows() {
	loss := make([]float64, 1)
	_, err := xent.InfoNCERows(loss, xent.LogitsOf([]float64{2, 0, 0}, 3), nil)
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [0.2395] <nil>
}

// Two pictures, each in two versions: rows 0 and 1, and rows 2 and 3.
func ExampleNTXent() {
	embeddings := xent.MatrixOf([]float64{1, 0.2, 0.8, 0.3, -0.5, 1, -0.4, 0.9}, 2)
	res, err := xent.NTXent(embeddings, []int{1, 0, 3, 2}, &xent.NTXentOptions{Temperature: 0.5})
	fmt.Println(res.Mean(), err)
	// Output: 0.1833 nats <nil>
}

func ExampleNTXentGrad() {
	embeddings, grad := xent.MatrixOf([]float64{1, 0, 0, 1, 1, 0}, 2), make([]float64, 6)
	_, err := xent.NTXentGrad(xent.MatrixOf(grad, 2), embeddings, []int{1, 0, 1}, nil)
	fmt.Printf("%.3f %v\n", grad, err)
	// Output: [0.000 -0.410 -0.487 0.000 0.000 -0.077] <nil>
}

func ExampleNTXentRows() {
	loss := make([]float64, 2)
	_, err := xent.NTXentRows(loss, xent.MatrixOf([]float64{1, 0, 0, 1}, 2), []int{1, 0}, nil)
	fmt.Println(loss, err) // with no other item, there is nothing to tell apart
	// Output: [0 0] <nil>
}

// Softmax gives every class something; its sparse relatives leave out the least likely.
func ExampleEntmax() {
	p, logits := make([]float64, 3), xent.LogitsOf([]float64{1, 0.5, -1}, 3)
	if err := xent.Softmax(xent.ProbsOf(p, 3), logits, nil); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%.3f\n", p)
	for _, alpha := range []float64{1.5, 2} {
		err := xent.Entmax(xent.ProbsOf(p, 3), logits, &xent.EntmaxOptions{Alpha: alpha})
		fmt.Printf("%.3f %v\n", p, err)
	}
	// Output:
	// [0.574 0.348 0.078]
	// [0.674 0.326 0.000] <nil>
	// [0.750 0.250 0.000] <nil>
}

// The sparsemax loss is done with a row once the label is 1 above the others.
func ExampleEntmaxLoss() {
	for _, margin := range []float64{0, 0.5, 1} {
		res, err := xent.EntmaxLoss(xent.LogitsOf([]float64{margin, 0}, 2), []int{0}, &xent.EntmaxOptions{Alpha: 2})
		fmt.Println(res.Mean(), err)
	}
	// Output:
	// 0.25 nats <nil>
	// 0.0625 nats <nil>
	// 0 nats <nil>
}

func ExampleEntmaxLossGrad() {
	grad := make([]float64, 3)
	_, err := xent.EntmaxLossGrad(xent.MatrixOf(grad, 3), xent.LogitsOf([]float64{0, 0, -5}, 3), []int{0}, nil)
	fmt.Println(grad, err)
	// Output: [-0.5 0.5 0] <nil>
}

func ExampleEntmaxLossRows() {
	loss := make([]float64, 2)
	_, err := xent.EntmaxLossRows(loss, xent.LogitsOf([]float64{2, 0, 0, 2}, 2), []int{0, 0}, nil)
	fmt.Println(loss, err)
	// Output: [0 2] <nil>
}

// Four stars out of one to four, from the logits of "more than one", "more than two", "more than three".
func ExampleOrdinal() {
	res, err := xent.Ordinal(xent.LogitsOf([]float64{2, 0, -1.5}, 3), []int{3}, nil)
	fmt.Println(res.Mean(), err)
	// Output: 2.521 nats <nil>
}

func ExampleOrdinalGrad() {
	grad := make([]float64, 3)
	_, err := xent.OrdinalGrad(xent.MatrixOf(grad, 3), xent.LogitsOf([]float64{0, 0, 0}, 3), []int{1}, nil)
	fmt.Println(grad, err)
	// Output: [-0.5 0.5 0.5] <nil>
}

func ExampleOrdinalRows() {
	loss := make([]float64, 2)
	_, err := xent.OrdinalRows(loss, xent.LogitsOf([]float64{0, 0, 0, 0}, 2), []int{0, 2}, &xent.OrdinalOptions{PerThreshold: true})
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [0.6931 0.6931] <nil>
}

// Predicting a neighbour of the true class, and the far end, with the same confidence.
func ExampleRankedProbability() {
	for _, logits := range [][]float64{{0, 3, 0}, {0, 0, 3}} {
		res, err := xent.RankedProbability(xent.LogitsOf(logits, 3), []int{0}, nil)
		fmt.Printf("%.4f %v\n", float64(res.Mean()), err)
	}
	// Output:
	// 0.9135 <nil>
	// 1.7386 <nil>
}

func ExampleRankedProbabilityGrad() {
	grad := make([]float64, 2)
	_, err := xent.RankedProbabilityGrad(xent.MatrixOf(grad, 2), xent.LogitsOf([]float64{0, 0}, 2), []int{0}, nil)
	fmt.Println(grad, err)
	// Output: [-0.25 0.25] <nil>
}

func ExampleRankedProbabilityRows() {
	loss := make([]float64, 2)
	_, err := xent.RankedProbabilityRows(loss, xent.LogitsOf([]float64{1, 2, 0, -1, 0.5, 0, 3, -2}, 4), []int{1, 2}, nil)
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: [0.0714 0.0186] <nil>
}
