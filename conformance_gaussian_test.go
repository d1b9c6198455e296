package xent_test

import "xent"

func (j *judge) flag(name string) bool { return string(j.Options[name]) == "true" }

// elementwise judges a loss of elements: rows of one column, so that each has its loss.
func elementwise[T xent.Float](j *judge, loss, grad []T, res xent.Result, err error) {
	if err != nil {
		j.failf("%v", err)
		return
	}
	g := widen(grad)
	if j.text("reduction") == "none" {
		j.values("value", widen(loss), 0)
		for i, up := range upstream(j, len(g)) {
			g[i] *= up
		}
	} else {
		j.values("value", j.result(res), 0)
	}
	j.gradients("grad", g, 0)
}

func (j *judge) reduction() xent.Reduction {
	if j.text("reduction") == "mean" {
		return xent.Mean
	}
	return xent.Sum
}

func gaussianCase[T xent.Float](j *judge) {
	matrix := func(name string) xent.Matrix[T] { return xent.MatrixOf(narrow[T](j.tensor(name).floats()), 1) }
	pred, target := xent.Normals[T]{Mean: matrix("mean"), Var: matrix("var")}, matrix("target")
	o := &xent.GaussianOptions{Full: j.flag("full"), MinVar: j.number("eps", 0), Reduction: j.reduction()}
	loss, grad := make([]T, target.Rows), make([]T, target.Rows)
	res, err := xent.GaussianNLLGrad(xent.Normals[T]{Mean: xent.MatrixOf(grad, 1)}, pred, target, o)
	if err == nil {
		_, err = xent.GaussianNLLRows(loss, pred, target, o)
	}
	elementwise(j, loss, grad, res, err)
}

func poissonCase[T xent.Float](j *judge) {
	x, target := xent.MatrixOf(narrow[T](j.tensor("input").floats()), 1), xent.MatrixOf(narrow[T](j.tensor("target").floats()), 1)
	o := &xent.PoissonOptions{Rates: !j.flag("log_input"), Full: j.flag("full"), Stirling: j.flag("full"), Reduction: j.reduction()}
	if o.Rates {
		o.Epsilon = j.number("eps", 0)
	}
	loss, grad := make([]T, x.Rows), make([]T, x.Rows)
	res, err := xent.PoissonNLLGrad(xent.MatrixOf(grad, 1), x, target, o)
	if err == nil {
		_, err = xent.PoissonNLLRows(loss, x, target, o)
	}
	elementwise(j, loss, grad, res, err)
}

func priorCase[T xent.Float](j *judge) {
	mu, logvar := narrow[T](j.tensor("mu").floats()), narrow[T](j.tensor("logvar").floats())
	k := len(mu)
	grad := make([]T, 2*k)
	res, err := xent.GaussianKLGrad(
		xent.Normals[T]{Mean: xent.MatrixOf(grad[:k], k), LogVar: xent.MatrixOf(grad[k:], k)},
		xent.Normals[T]{Mean: xent.MatrixOf(mu, k), LogVar: xent.MatrixOf(logvar, k)}, xent.Normals[T]{}, nil)
	if err != nil {
		j.failf("%v", err)
		return
	}
	j.values("value", []float64{float64(res.Sum())}, 0)
	j.gradients("grad", widen(grad), 0)
}

// elboCase adds the two losses that make the negative evidence lower bound, both means over rows.
func elboCase[T xent.Float](j *judge) {
	shape := j.tensor("recon_logits").Shape
	rows, pixels, latent := shape[0], shape[1], j.tensor("mu").Shape[1]
	data := func(name string) []T { return narrow[T](j.tensor(name).floats()) }
	grad := make([]T, rows*(pixels+2*latent))
	a, b := rows*pixels, rows*(pixels+latent)
	recon, err := xent.BinaryCrossEntropyGrad(xent.MatrixOf(grad[:a], pixels), xent.LogitsOf(data("recon_logits"), pixels),
		xent.MatrixOf(data("x"), pixels), &xent.BinaryOptions{Denominator: xent.Fixed(float64(rows))})
	if err != nil {
		j.failf("%v", err)
	}
	kl, err := xent.GaussianKLGrad(
		xent.Normals[T]{Mean: xent.MatrixOf(grad[a:b], latent), LogVar: xent.MatrixOf(grad[b:], latent)},
		xent.Normals[T]{Mean: xent.MatrixOf(data("mu"), latent), LogVar: xent.MatrixOf(data("logvar"), latent)}, xent.Normals[T]{},
		&xent.GaussianKLOptions{Beta: new(j.number("beta", 1))})
	if err != nil {
		j.failf("%v", err)
	}
	j.values("value", []float64{float64(recon.Mean() + kl.Mean())}, 0)
	j.gradients("grad", widen(grad), 0)
}
