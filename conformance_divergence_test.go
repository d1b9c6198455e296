package xent_test

import "xent"

// divergenceCase runs kl_div: the divergence of probabilities, or of their logarithms, from
// log-probabilities that are free numbers.
func divergenceCase[T xent.Float](j *judge) {
	lq, target := j.tensor("log_q"), j.tensor("target")
	x, y := narrow[T](lq.floats()), narrow[T](target.floats())
	rows, cols := lq.Shape[0], lq.Shape[1]
	if j.text("reduction") == "none" { // the loss of each element
		rows, cols = len(x), 1
	}
	o := &xent.DivergenceOptions{Reduction: xent.Sum}
	switch j.text("reduction") {
	case "batchmean":
		o.Reduction = xent.Mean
	case "mean": // of the elements
		o.Reduction, o.Denominator = xent.Mean, xent.Fixed(float64(len(x)))
	}
	grad := xent.Matrix[T]{Data: make([]T, len(x)), Rows: rows, Cols: cols}
	loss := make([]T, rows)
	q := xent.LogProbs[T]{Data: x, Rows: rows, Cols: cols}
	p := xent.Matrix[T]{Data: y, Rows: rows, Cols: cols}
	var res xent.Result
	var err error
	if string(j.Options["log_target"]) == "true" {
		if res, err = xent.DivergenceGrad(grad, q, xent.LogProbs[T](p), o); err == nil {
			_, err = xent.DivergenceRows(loss, q, xent.LogProbs[T](p), o)
		}
	} else {
		if res, err = xent.DivergenceGrad(grad, q, xent.Probs[T](p), o); err == nil {
			_, err = xent.DivergenceRows(loss, q, xent.Probs[T](p), o)
		}
	}
	if err != nil {
		j.failf("%v", err)
		return
	}
	g := widen(grad.Data)
	if j.text("reduction") == "none" {
		j.values("value", widen(loss), 0)
		for i, up := range upstream(j, len(g)) {
			g[i] *= up
		}
	} else {
		value := res.Sum()
		if o.Reduction == xent.Mean {
			value = res.Mean()
		}
		j.values("value", []float64{float64(value)}, 1) // terms of both signs
	}
	j.gradients("grad", g, 0)
}

// mixtureCase runs the generalised JS of a student from its teacher, of which the two ends are the
// two directions of KL.
func mixtureCase[T xent.Float](j *judge) {
	x, y := j.tensor("logits"), j.tensor("teacher_logits")
	k := x.Shape[1]
	o := &xent.DivergenceOptions{Kind: xent.JS}
	switch beta := j.number("beta", 0); beta {
	case 0:
		o.Kind = xent.KL
	case 1:
		o.Kind = xent.ReverseKL
	default:
		o.Mix = &beta
	}
	grad := make([]T, len(x.Data))
	res, err := xent.DivergenceGrad(xent.MatrixOf(grad, k), xent.LogitsOf(narrow[T](x.floats()), k), xent.TeacherOf(narrow[T](y.floats()), k), o)
	if err != nil {
		j.failf("%v", err)
		return
	}
	j.values("value", []float64{float64(res.Mean())}, 0)
	j.gradients("grad", widen(grad), 1)
}

func distillCase[T xent.Float](j *judge) {
	x, y, target := j.tensor("logits"), j.tensor("teacher_logits"), j.tensor("target")
	k := x.Shape[1]
	o := &xent.DistillOptions{
		Temperature: j.number("temperature", 0),
		LabelShare:  1 - j.number("alpha", 1),
		Unscaled:    string(j.Options["scale_t2"]) == "false",
	}
	grad := make([]T, len(x.Data))
	res, err := xent.DistillGrad(xent.MatrixOf(grad, k), xent.LogitsOf(narrow[T](x.floats()), k), xent.TeacherOf(narrow[T](y.floats()), k), batch{Target: target}.labels(), o)
	if err != nil {
		j.failf("%v", err)
		return
	}
	j.values("value", []float64{float64(res.Mean())}, 0)
	j.gradients("grad", widen(grad), 1)
}
