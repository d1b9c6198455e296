package xent_test

import "xent"

// ordinalCase runs a loss of ordered classes.
func ordinalCase[T xent.Float](j *judge, f func(xent.Matrix[T], xent.Logits[T], []int, *xent.OrdinalOptions) (xent.Result, error)) {
	x := j.tensor("logits")
	k := x.Shape[1]
	grad := make([]T, len(x.Data))
	res, err := f(xent.MatrixOf(grad, k), xent.LogitsOf(narrow[T](x.floats()), k), batch{Target: j.tensor("target")}.labels(),
		&xent.OrdinalOptions{PerThreshold: j.flag("normalised")})
	if err != nil {
		j.failf("%v", err)
		return
	}
	j.values("value", []float64{float64(res.Mean())}, 0)
	j.gradients("grad", widen(grad), 1)
}

func rankedCase[T xent.Float](j *judge) { ordinalCase(j, xent.RankedProbabilityGrad[T, int]) }

func coralCase[T xent.Float](j *judge) { ordinalCase(j, xent.OrdinalGrad[T, int]) }
