package xent

import (
	"math"

	"xent/internal/kern"
	"xent/internal/par"
)

// GaussianKLOptions configure [GaussianKL]. Nil and the zero value are the mean KL of a row.
type GaussianKLOptions struct {
	// Reverse takes the divergence of pred from the other side, KL(prior‖pred): that of a step of a diffusion
	// model from the posterior that it should have predicted.
	Reverse bool

	// Beta (β) multiplies the divergence; nil means 1. Source: Higgins et al. 2017, β-VAE.
	Beta *float64

	// FreeNats (λ) is what an element may diverge without being pulled: below it, it costs λ and has
	// gradient 0. Source: Kingma et al. 2016, section C.8, for each element of each row.
	FreeNats float64

	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // of Mean: the rows, or Fixed(n)
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

// GaussianKL returns the divergence of predicted normal distributions from others, KL(pred‖prior), or from the
// standard one if prior is the zero Normals: the regulariser of a variational autoencoder. Row i costs, summed over its
// elements, with r = v/v₀ for the variances and Δ for the difference of the means,
//
//	loss[i] = β·Σ max(λ, ½·(r - 1 - ln r) + ½·Δ²/v₀)
//
// Under Reverse, v₀ is the variance of pred and v that of prior.
//
// With a reconstruction loss of which the mean is over rows too, the sum of the two is the negative evidence lower bound
// (ELBO). The bound of a diffusion model is one of these for its prior, one, reversed, for each step, and a
// reconstruction, [GaussianNLL] in bins. See the examples.
//
// Shapes: the matrices of pred and prior are [rows, columns].
// Special values: a variance of 0 or below costs NaN; v = +Inf, or ln v = -Inf, costs +Inf.
// Errors: *ShapeError, *OptionError, *EmptyError.
// Memory: none is allocated when GaussianKLOptions.Workers is 1.
// Source: Kingma and Welling 2014, appendix B; Ho, Jain and Abbeel 2020 for diffusion.
func GaussianKL[T Float](pred, prior Normals[T], opt *GaussianKLOptions) (Result, error) {
	return gaussianKL("GaussianKL", Normals[T]{}, nil, pred, prior, opt)
}

// GaussianKLGrad stores the gradient of [GaussianKL] with respect to pred in grad and returns the same
// Result. With W = Result.Weight for Reduction Mean and 1 for Sum, and Δ = pred's mean - prior's,
//
//	         grad.Mean    grad.LogVar                grad.Var
//	usual    β·Δ/v₀/W     ½·β·(r - 1)/W              as LogVar, /v
//	Reverse  β·Δ/v₀/W     -½·β·(r - 1 + Δ²/v₀)/W     as LogVar, /v₀
//
// Shapes: as in [GaussianNLLGrad].
// Errors: as GaussianKL; grad is then untouched.
// Memory: none is allocated when GaussianKLOptions.Workers is 1.
func GaussianKLGrad[T Float](grad Normals[T], pred, prior Normals[T], opt *GaussianKLOptions) (Result, error) {
	const fn = "GaussianKLGrad"
	if err := grad.checkGrad(fn, pred); err != nil {
		return Result{}, err
	}
	for _, g := range [...]Matrix[T]{grad.Mean, grad.LogVar, grad.Var} {
		for _, p := range [...]Matrix[T]{prior.Mean, prior.LogVar, prior.Var} {
			if err := checkApart(fn, g, p, "prior"); err != nil {
				return Result{}, err
			}
		}
	}
	return gaussianKL(fn, grad, nil, pred, prior, opt)
}

// GaussianKLRows stores the loss of each row in loss and returns the same Result as [GaussianKL].
//
// Shapes: loss is [rows].
// Errors: as GaussianKL; loss is then untouched.
func GaussianKLRows[T Float](loss []T, pred, prior Normals[T], opt *GaussianKLOptions) (Result, error) {
	const fn = "GaussianKLRows"
	if err := checkRows(fn, len(loss), pred.Mean.Rows); err != nil {
		return Result{}, err
	}
	return gaussianKL(fn, Normals[T]{}, loss, pred, prior, opt)
}

func gaussianKL[T Float](fn string, grad Normals[T], loss []T, pred, prior Normals[T], opt *GaussianKLOptions) (Result, error) {
	if opt == nil {
		opt = &GaussianKLOptions{}
	}
	if err := pred.check(fn, predFields); err != nil {
		return Result{}, err
	}
	b := priorBatch[T]{grad: grad, pred: pred, prior: prior, loss: loss, reverse: opt.Reverse, beta: 1, free: opt.FreeNats}
	if b.standard = prior.Mean.Data == nil && prior.LogVar.Data == nil && prior.Var.Data == nil; !b.standard {
		if err := prior.check(fn, priorFields); err != nil {
			return Result{}, err
		}
		if err := prior.Mean.sameShape(fn, "prior.Mean", pred.Mean.Rows, pred.Mean.Cols, "pred.Mean"); err != nil {
			return Result{}, err
		}
	}
	if err := inRange(fn, "FreeNats", opt.FreeNats, math.MaxFloat64); err != nil {
		return Result{}, err
	}
	if opt.Beta != nil {
		b.beta = *opt.Beta
		if err := inRange(fn, "Beta", b.beta, math.MaxFloat64); err != nil {
			return Result{}, err
		}
	}
	if err := enums(fn, opt.Reduction, opt.Denominator, opt.Empty, opt.Workers); err != nil {
		return Result{}, err
	}
	rows := pred.Mean.Rows
	total, scale, err := reduce(fn, opt.Reduction, opt.Denominator, opt.Empty, kern.SumOf(float64(rows)), rows, 0)
	if err != nil {
		return Result{}, err
	}
	b.scale = scale
	return runBatch(b, rows, par.Workers(opt.Workers, rows*pred.Mean.Cols), total), nil
}

// priorBatch is a checked batch; matrices of grad without Data, and a nil loss, are not wanted.
type priorBatch[T Float] struct {
	grad, pred, prior Normals[T]
	loss              []T
	standard, reverse bool
	beta, free        float64
	scale             float64 // of the gradient
}

// spread is a variance and its logarithm; exact tells that it was given as it is.
type spread struct {
	v, ln float64
	exact bool
}

func (n *Normals[T]) spread(i, j int) spread {
	v, ln := n.variance(i, j)
	return spread{v, ln, n.LogVar.Data == nil}
}

// gap returns ½·(r - 1 - ln r) and ½·(r - 1) for r = s.v/t.v.
func (s spread) gap(t spread) (gap, slope float64) {
	if !s.exact || !t.exact {
		ln := s.ln - t.ln
		return kern.Expm1Less(ln) / 2, math.Expm1(ln) / 2
	}
	more := (s.v - t.v) / t.v
	if math.Abs(more) < 0.25 {
		return kern.Expm1Less(math.Log1p(more)) / 2, more / 2
	}
	return kern.VarianceGap(s.v/t.v, s.ln-t.ln), more / 2
}

func (b priorBatch[T]) run(lo, hi int) (part Result) {
	for i := lo; i < hi; i++ {
		var sum kern.Sum
		for j, m := range b.pred.Mean.Row(i) {
			d, own := float64(m), b.pred.spread(i, j)
			other := spread{1, 0, own.exact}
			if !b.standard {
				d -= float64(b.prior.Mean.Row(i)[j])
				other = b.prior.spread(i, j)
			}
			q, p := own, other // the divergence is of q from p
			if b.reverse {
				q, p = other, own
			}
			kl, slope := q.gap(p)
			pull := d / p.v
			if d == 0 && p.ln == p.ln {
				pull = 0 // also where p.v is too small for a float64
			}
			kl += pull * d / 2
			if b.reverse {
				slope = -slope - pull*d/2
			}
			if kl < b.free {
				kl, slope, pull = b.free, 0, 0
			}
			c := b.beta * b.scale
			set(b.grad.Mean, i, j, pull*c)
			set(b.grad.LogVar, i, j, slope*c)
			set(b.grad.Var, i, j, slope/own.v*c)
			sum.Add(b.beta * kl)
		}
		loss := sum.Value()
		part.addRow(loss)
		if b.loss != nil {
			b.loss[i] = T(loss)
		}
	}
	return part
}
