package xent

import (
	"math"

	"xent/internal/kern"
	"xent/internal/par"
)

// Normals are predicted normal distributions, one for each element: their means, and their variances
// either as they are or as logarithms, which a network may give freely. One of Var and LogVar is the
// zero Matrix.
//
// As a gradient they hold the derivatives in the same fields.
type Normals[T Float] struct{ Mean, LogVar, Var Matrix[T] }

// GaussianOptions configure [GaussianNLL]. Nil and the zero value are the usual loss.
type GaussianOptions struct {
	RowWeights []float64 // as in [SquaredOptions]

	// Full adds the constant ½·ln 2π, without which the loss is no logarithm of a density.
	Full bool

	// MinVar (ε) is the variance that smaller ones count as, in value and gradient; 0 leaves all
	// alone. PyTorch's is 1e-6. A variance that it raises still gets the gradient of the raised one, so
	// that it can grow.
	MinVar float64

	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // as in [SquaredOptions]: the elements, or Rows
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

// GaussianNLL returns the loss of predicted normal distributions against what was observed: a squared
// error that is weighed by the certainty claimed, and pays for claiming less. Each element costs
//
//	loss = ½·( ln v + (mean - target)²/v )      v = Var, or e^LogVar
//
// Shapes: all matrices are [rows, columns].
// Special values: a variance of 0 or below costs NaN. NaN costs NaN. Elements that cost ±Inf or NaN
// count in Result.NonFinite; Result.Rows counts elements.
// Errors: *ShapeError, *OptionError, *EmptyError.
// Memory: none is allocated when GaussianOptions.Workers is 1.
// Source: Nix and Weigend 1994.
func GaussianNLL[T Float](pred Normals[T], target Matrix[T], opt *GaussianOptions) (Result, error) {
	return gaussianNLL("GaussianNLL", Normals[T]{}, nil, pred, target, opt)
}

// GaussianNLLGrad stores the gradient of [GaussianNLL] with respect to the predictions in grad and
// returns the same Result. With Δ = mean - target, and W = Result.Weight for Reduction Mean and 1 for Sum,
//
//	grad.Mean = Δ/v / W   grad.Var = ½·(1/v - Δ²/v²) / W   grad.LogVar = ½·(1 - Δ²/v) / W
//
// Shapes: the matrices of grad are [rows, columns] and may each be the same view as their counterpart
// in pred; the zero Matrix is a derivative that is not wanted.
// Errors: as GaussianNLL; grad is then untouched.
// Memory: none is allocated when GaussianOptions.Workers is 1.
func GaussianNLLGrad[T Float](grad Normals[T], pred Normals[T], target Matrix[T], opt *GaussianOptions) (Result, error) {
	const fn = "GaussianNLLGrad"
	if err := grad.checkGrad(fn, pred); err != nil {
		return Result{}, err
	}
	for _, g := range [...]Matrix[T]{grad.Mean, grad.LogVar, grad.Var} {
		if err := checkApart(fn, g, target, "target"); err != nil {
			return Result{}, err
		}
	}
	return gaussianNLL(fn, grad, nil, pred, target, opt)
}

// GaussianNLLRows stores the loss of each row in loss, the sum over its elements, and returns the same
// Result as [GaussianNLL].
//
// Shapes: loss is [rows].
// Errors: as GaussianNLL; loss is then untouched.
func GaussianNLLRows[T Float](loss []T, pred Normals[T], target Matrix[T], opt *GaussianOptions) (Result, error) {
	const fn = "GaussianNLLRows"
	if err := checkRows(fn, len(loss), pred.Mean.Rows); err != nil {
		return Result{}, err
	}
	return gaussianNLL(fn, Normals[T]{}, loss, pred, target, opt)
}

func gaussianNLL[T Float](fn string, grad Normals[T], loss []T, pred Normals[T], target Matrix[T], opt *GaussianOptions) (Result, error) {
	if opt == nil {
		opt = &GaussianOptions{}
	}
	if err := pred.check(fn); err != nil {
		return Result{}, err
	}
	rows, cols := pred.Mean.Rows, pred.Mean.Cols
	if err := target.checkLike(fn, "target", rows, cols, "pred.Mean"); err != nil {
		return Result{}, err
	}
	if err := inRange(fn, "MinVar", opt.MinVar, math.MaxFloat64); err != nil {
		return Result{}, err
	}
	terms := elementTerms{opt.RowWeights, opt.Reduction, opt.Denominator, opt.Empty, opt.Workers}
	total, scale, err := terms.reduce(fn, rows, cols)
	if err != nil {
		return Result{}, err
	}
	b := gaussianRows[T]{grad: grad, pred: pred, target: target, least: opt.MinVar, scale: scale}
	if opt.Full {
		b.constant = 0.91893853320467274178032973640562 // ½·ln 2π
	}
	return runElements(b, loss, rows, cols, terms, total), nil
}

// gaussianRows is a checked batch; matrices of grad without Data are not wanted.
type gaussianRows[T Float] struct {
	grad, pred      Normals[T]
	target          Matrix[T]
	constant, least float64
	scale           float64 // of the gradient
}

func (b gaussianRows[T]) row(i int, w float64) (sum kern.Sum, nonFinite int) {
	t, c := b.target.Row(i), w*b.scale
	for j, m := range b.pred.Mean.Row(i) {
		d := float64(m) - float64(t[j])
		v, ln := b.pred.variance(i, j)
		if v < b.least {
			v, ln = b.least, kern.Log(b.least)
		}
		pull := d / v
		if d == 0 && ln == ln {
			pull = 0 // also where v is too small for a float64
		}
		z := pull * d // Δ²/v
		set(b.grad.Mean, i, j, pull*c)
		set(b.grad.LogVar, i, j, (1-z)/2*c)
		set(b.grad.Var, i, j, (1-z)/2/v*c)
		addElement(&sum, &nonFinite, (ln+z)/2+b.constant)
	}
	return sum, nonFinite
}

func (b gaussianRows[T]) clear(i int) {
	clearRow(b.grad.Mean, i)
	clearRow(b.grad.LogVar, i)
	clearRow(b.grad.Var, i)
}

// variance returns the variance of element (i, j) and its logarithm, NaN for a Var that is not above
// 0, and both NaN for a negative one.
func (n *Normals[T]) variance(i, j int) (v, ln float64) {
	if n.Var.Data == nil {
		ln = float64(n.LogVar.Data[i*n.LogVar.stride()+j])
		return kern.ExpOf(ln), ln
	}
	switch v = float64(n.Var.Data[i*n.Var.stride()+j]); {
	case v > 0:
		return v, kern.Log(v)
	case v == 0:
		return v, math.NaN()
	}
	return math.NaN(), math.NaN()
}

// set stores x unless m is not wanted.
func set[T Float](m Matrix[T], i, j int, x float64) {
	if m.Data != nil {
		m.Data[i*m.stride()+j] = T(x)
	}
}

// check tells whether n, the argument pred, is one mean and one variance for each element.
func (n *Normals[T]) check(fn string) error {
	if err := n.Mean.check(fn, "pred.Mean"); err != nil {
		return err
	}
	v, name := n.LogVar, "pred.LogVar"
	if n.LogVar.Data == nil {
		v, name = n.Var, "pred.Var"
	} else if n.Var.Data != nil {
		return &ShapeError{fn, "pred.Var", n.Var.shape(), "the zero Matrix beside pred.LogVar"}
	}
	return v.checkLike(fn, name, n.Mean.Rows, n.Mean.Cols, "pred.Mean")
}

// checkGrad tells whether n can take the gradient of pred.
func (n *Normals[T]) checkGrad(fn string, pred Normals[T]) error {
	if err := pred.check(fn); err != nil {
		return err
	}
	grads, preds := [...]Matrix[T]{n.Mean, n.LogVar, n.Var}, [...]Matrix[T]{pred.Mean, pred.LogVar, pred.Var}
	for k, name := range [...]string{"grad.Mean", "grad.LogVar", "grad.Var"} {
		g := grads[k]
		if g.Data == nil && g.Rows == 0 {
			continue
		}
		if k > 0 && preds[k].Data == nil {
			return &ShapeError{fn, name, g.shape(), "the zero Matrix, as its counterpart in pred"}
		}
		if err := g.checkLike(fn, name, pred.Mean.Rows, pred.Mean.Cols, "pred.Mean"); err != nil {
			return err
		}
		for _, p := range preds {
			if err := checkApart(fn, g, p, "pred"); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkApart is checkOverlap for matrices either of which may be empty.
func checkApart[T Float](fn string, dst, src Matrix[T], srcName string) error {
	if dst.Data == nil || src.Data == nil {
		return nil
	}
	return checkOverlap(fn, dst, src, srcName)
}

// GaussianKLOptions configure [GaussianKL]. Nil and the zero value are the mean KL of a row.
type GaussianKLOptions struct {
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

// GaussianKL returns the divergence of predicted normal distributions from the standard one, the
// regulariser of a variational autoencoder. Row i costs, summed over its elements,
//
//	loss[i] = β·Σ max(λ, ½·(v - 1 - ln v) + ½·mean²)      v = Var, or e^LogVar
//
// With a reconstruction loss of which the mean is over rows too, the sum of the two is the negative
// evidence lower bound (ELBO); see the example.
//
// Shapes: the matrices of pred are [rows, columns].
// Special values: a variance of 0 or below costs NaN; v = +Inf, or ln v = -Inf, costs +Inf.
// Errors: *ShapeError, *OptionError, *EmptyError.
// Memory: none is allocated when GaussianKLOptions.Workers is 1.
// Source: Kingma and Welling 2014, appendix B.
func GaussianKL[T Float](pred Normals[T], opt *GaussianKLOptions) (Result, error) {
	return gaussianKL("GaussianKL", Normals[T]{}, nil, pred, opt)
}

// GaussianKLGrad stores the gradient of [GaussianKL] with respect to pred in grad and returns the same
// Result. With W = Result.Weight for Reduction Mean and 1 for Sum,
//
//	grad.Mean = β·mean/W   grad.LogVar = ½·β·(v - 1)/W   grad.Var = ½·β·(1 - 1/v)/W
//
// Shapes: as in [GaussianNLLGrad].
// Errors: as GaussianKL; grad is then untouched.
// Memory: none is allocated when GaussianKLOptions.Workers is 1.
func GaussianKLGrad[T Float](grad Normals[T], pred Normals[T], opt *GaussianKLOptions) (Result, error) {
	const fn = "GaussianKLGrad"
	if err := grad.checkGrad(fn, pred); err != nil {
		return Result{}, err
	}
	return gaussianKL(fn, grad, nil, pred, opt)
}

// GaussianKLRows stores the loss of each row in loss and returns the same Result as [GaussianKL].
//
// Shapes: loss is [rows].
// Errors: as GaussianKL; loss is then untouched.
func GaussianKLRows[T Float](loss []T, pred Normals[T], opt *GaussianKLOptions) (Result, error) {
	const fn = "GaussianKLRows"
	if err := checkRows(fn, len(loss), pred.Mean.Rows); err != nil {
		return Result{}, err
	}
	return gaussianKL(fn, Normals[T]{}, loss, pred, opt)
}

func gaussianKL[T Float](fn string, grad Normals[T], loss []T, q Normals[T], opt *GaussianKLOptions) (Result, error) {
	if opt == nil {
		opt = &GaussianKLOptions{}
	}
	if err := q.check(fn); err != nil {
		return Result{}, err
	}
	if err := inRange(fn, "FreeNats", opt.FreeNats, math.MaxFloat64); err != nil {
		return Result{}, err
	}
	b := priorBatch[T]{grad: grad, q: q, loss: loss, beta: 1, free: opt.FreeNats}
	if opt.Beta != nil {
		b.beta = *opt.Beta
		if err := inRange(fn, "Beta", b.beta, math.MaxFloat64); err != nil {
			return Result{}, err
		}
	}
	if err := enums(fn, opt.Reduction, opt.Denominator, opt.Empty, opt.Workers); err != nil {
		return Result{}, err
	}
	rows := q.Mean.Rows
	total, scale, err := reduce(fn, opt.Reduction, opt.Denominator, opt.Empty, float64(rows), rows, 0)
	if err != nil {
		return Result{}, err
	}
	b.scale = scale
	return runBatch(b, rows, par.Workers(opt.Workers, rows*q.Mean.Cols), total), nil
}

// priorBatch is a checked batch; matrices of grad without Data, and a nil loss, are not wanted.
type priorBatch[T Float] struct {
	grad, q    Normals[T]
	loss       []T
	beta, free float64
	scale      float64 // of the gradient
}

func (b priorBatch[T]) run(lo, hi int) (part Result) {
	for i := lo; i < hi; i++ {
		var sum kern.Sum
		for j, m := range b.q.Mean.Row(i) {
			mean := float64(m)
			v, ln := b.q.variance(i, j)
			kl, slope, c := 0.0, 0.0, b.beta*b.scale
			if b.q.Var.Data == nil {
				kl, slope = kern.Expm1Less(ln)/2, math.Expm1(ln)/2
			} else {
				kl, slope = kern.VarianceGap(v, ln), (v-1)/2
			}
			kl += mean * mean / 2
			if kl < b.free {
				kl, slope, mean = b.free, 0, 0
			}
			set(b.grad.Mean, i, j, mean*c)
			set(b.grad.LogVar, i, j, slope*c)
			set(b.grad.Var, i, j, slope/v*c)
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
