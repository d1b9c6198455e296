package xent_test

import (
	"fmt"

	"xent"
)

// linearCase runs cross-entropy over the logits of a linear layer.
func linearCase[T xent.Float](j *judge) {
	x, w, target := j.tensor("x"), j.tensor("weight"), j.tensor("target")
	rows, dims, classes := x.Shape[0], x.Shape[1], w.Shape[0]
	in := xent.Linear[T]{Hidden: xent.MatrixOf(narrow[T](x.floats()), dims), Weight: xent.MatrixOf(narrow[T](w.floats()), dims)}
	grad := xent.Linear[T]{Hidden: xent.MatrixOf(make([]T, rows*dims), dims), Weight: xent.MatrixOf(make([]T, classes*dims), dims), Bias: make([]T, classes)}
	if _, ok := j.Inputs["bias"]; ok {
		in.Bias = narrow[T](j.tensor("bias").floats())
	}
	labels := make([]int64, rows)
	for i, y := range target.Data {
		labels[i] = int64(y)
	}
	o := &xent.LinearOptions{Options: *j.options()}
	if j.text("reduction") == "none" { // the gradient is that of Σ g·loss
		o.RowWeights = upstream(j, rows)
	}
	loss := make([]T, rows)
	res, err := xent.LinearCrossEntropyGrad(grad, in, labels, o)
	if err != nil {
		j.failf("%v", err)
		return
	}
	o.RowWeights = nil
	if _, err = xent.LinearCrossEntropyRows(loss, in, labels, o); err != nil {
		j.failf("%v", err)
	}
	if j.text("reduction") == "none" {
		j.values("value", widen(loss), 0)
	} else {
		j.values("value", j.result(res), 0)
	}
	// The terms of a sum over classes, or rows, cancel as they come.
	j.gradients("x", widen(grad.Hidden.Data), largest(w.floats(), 0))
	j.gradients("weight", widen(grad.Weight.Data), largest(x.floats(), 0))
	if in.Bias != nil {
		j.gradients("bias", widen(grad.Bias), 1)
	}
}

// adaptiveCase runs an adaptive softmax with two tails.
func adaptiveCase[T xent.Float](j *judge) {
	matrix := func(name string) xent.Matrix[T] {
		a := j.tensor(name)
		return xent.MatrixOf(narrow[T](a.floats()), a.Shape[1])
	}
	in := xent.Adaptive[T]{Hidden: matrix("x"), Head: matrix("head")}
	if _, ok := j.Inputs["head_bias"]; ok {
		in.HeadBias = narrow[T](j.tensor("head_bias").floats())
	}
	for t := 0; j.Inputs[fmt.Sprintf("tail%d_proj", t)] != nil; t++ {
		in.Tails = append(in.Tails, xent.Tail[T]{Down: matrix(fmt.Sprintf("tail%d_proj", t)), Out: matrix(fmt.Sprintf("tail%d_out", t))})
	}
	if n := int(j.number("classes", 0)); in.Classes() != n {
		j.failf("%d classes, want %d", in.Classes(), n)
	}
	labels := make([]int64, in.Hidden.Rows)
	for i, y := range j.tensor("target").Data {
		labels[i] = int64(y)
	}
	res, err := xent.AdaptiveCrossEntropy(in, labels, &xent.LinearOptions{Options: *j.options()})
	if err != nil {
		j.failf("%v", err)
	}
	dst := make([]T, in.Hidden.Rows*in.Classes())
	if err := xent.AdaptiveLogSoftmax(xent.LogProbsOf(dst, in.Classes()), in, nil); err != nil {
		j.failf("%v", err)
	}
	j.values("loss", j.result(res), 0)
	j.values("log_prob", widen(dst), 0)
}
