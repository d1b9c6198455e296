package xent_test

import "xent"

func entmaxCase(j *judge) {
	x, target := j.tensor("logits").floats(), j.tensor("target")
	k := len(x)
	o := &xent.EntmaxOptions{Alpha: j.number("alpha", 0)}
	p, grad := make([]float64, k), make([]float64, k)
	if err := xent.Entmax(xent.ProbsOf(p, k), xent.LogitsOf(x, k), o); err != nil {
		j.failf("%v", err)
	}
	res, err := xent.EntmaxLossGrad(xent.MatrixOf(grad, k), xent.LogitsOf(x, k), []int{int(target.Data[0])}, o)
	if err != nil {
		j.failf("%v", err)
		return
	}
	j.values("probs", p, 0)
	j.values("value", []float64{float64(res.Sum())}, 0)
	j.gradients("grad", grad, 0)
}
