package xent_test

import "xent"

// hessianCase asks for the product with v, and for the Hessian column by column.
func hessianCase[T xent.Float](j *judge) {
	x, v := narrow[T](j.tensor("logits").floats()), narrow[T](j.tensor("v").floats())
	k := len(x)
	logits, labels := xent.LogitsOf(x, k), []int{0}
	product := func(v []T) []float64 {
		dst := make([]T, k)
		if err := xent.CrossEntropyHVP(xent.MatrixOf(dst, k), logits, labels, xent.MatrixOf(v, k), nil); err != nil {
			j.failf("%v", err)
		}
		return widen(dst)
	}
	p := make([]T, k)
	if err := xent.Softmax(xent.ProbsOf(p, k), logits, nil); err != nil {
		j.failf("%v", err)
	}
	var hessian []float64 // symmetric: its columns are its rows
	trace := 0.0
	for i := range k {
		unit := make([]T, k)
		unit[i] = 1
		column := product(unit)
		trace += column[i]
		hessian = append(hessian, column...)
	}
	j.values("probs", widen(p), 0)
	j.values("hessian", hessian, 0)
	j.values("trace", []float64{trace}, 0)
	j.values("hvp", product(v), largest(j.tensor("v").floats(), 0))
}

func curveCase[T xent.Float](j *judge) {
	x, dst := narrow[T](j.tensor("logit").floats()), make([]T, 1)
	one := xent.MatrixOf([]T{1}, 1)
	if err := xent.BinaryCrossEntropyHVP(xent.MatrixOf(dst, 1), xent.LogitsOf(x, 1), one, one, nil); err != nil {
		j.failf("%v", err)
	}
	j.values("value", widen(dst), 0)
}
