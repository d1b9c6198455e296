package xent_test

import "xent"

func ctcCase(j *judge) {
	x := j.tensor("logits") // [T, N, C]
	var targets [][]int
	var frames []int
	j.read(j.Inputs["targets"], &targets)
	j.read(j.Inputs["input_lengths"], &frames)
	var flat, lengths []int
	for _, y := range targets {
		flat, lengths = append(flat, y...), append(lengths, len(y))
	}
	o := &xent.CTCOptions{Blank: int(j.number("blank", 0)), TimeMajor: true, Infeasible: xent.InfeasibleInf, Reduction: j.reduction()}
	if o.PerLabel = o.Reduction == xent.Mean; j.flag("zero_infinity") {
		o.Infeasible = xent.InfeasibleZero
	}
	k := x.Shape[2]
	logits, grad, loss := xent.LogitsOf(x.floats(), k), make([]float64, len(x.Data)), make([]float64, len(frames))
	res, err := xent.CTCGrad(xent.MatrixOf(grad, k), logits, frames, flat, lengths, o)
	if err == nil {
		_, err = xent.CTCRows(loss, logits, frames, flat, lengths, o)
	}
	if err != nil {
		j.failf("%v", err)
		return
	}
	if j.text("reduction") == "none" {
		j.values("value", loss, 0)
	} else {
		j.values("value", j.result(res), 0)
	}
	if j.has("grad") {
		up := upstream(j, len(frames))
		for i := range grad {
			grad[i] *= up[i/k%len(frames)]
		}
		j.gradients("grad", grad, 1)
	}
}
