package xent_test

import "xent"

func clipCase[T xent.Float](j *judge) {
	x := j.tensor("logits")
	k := x.Shape[1]
	grad := make([]T, len(x.Data))
	res, err := xent.InfoNCEGrad(xent.MatrixOf(grad, k), xent.LogitsOf(narrow[T](x.floats()), k),
		&xent.InfoNCEOptions{Temperature: j.number("temperature", 0), Symmetric: true})
	if err != nil {
		j.failf("%v", err)
		return
	}
	j.values("value", []float64{float64(res.Mean())}, 0)
	j.gradients("grad", widen(grad), 0)
}

func ntXentCase[T xent.Float](j *judge) {
	x, partner := j.tensor("logits"), batch{Target: j.tensor("positive")}.labels()
	k := x.Shape[1]
	grad := make([]T, len(x.Data))
	res, err := xent.NTXentGrad(xent.MatrixOf(grad, k), xent.MatrixOf(narrow[T](x.floats()), k), partner,
		&xent.NTXentOptions{Temperature: j.number("temperature", 0)})
	if err != nil {
		j.failf("%v", err)
		return
	}
	j.values("value", []float64{float64(res.Mean())}, 0)
	j.gradients("grad", widen(grad), 0)
}
