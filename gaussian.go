package xent

import (
	"math"

	"xent/internal/kern"
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

	// Full adds the constant ½·ln 2π, without which the loss is no logarithm of a density. With Bins it is always there.
	Full bool

	// MinVar (ε) is the variance that smaller ones count as, in value and gradient; 0 leaves all
	// alone. PyTorch's is 1e-6. A variance that it raises still gets the gradient of the raised one, so
	// that it can grow.
	MinVar float64

	// Bins makes the targets values of bins, and the loss the probability of the bin: a likelihood of what was
	// measured in steps, such as the 256 of a pixel, which unlike that of a density cannot fall without end.
	Bins *Bins

	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // as in [SquaredOptions]: the elements, or Rows
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

// Bins are the bins of values that come in steps: from half a Width below to half a Width above. Those of Low and below,
// and of High and above, reach to infinity, so that the probabilities of all bins sum to one.
type Bins struct{ Width, Low, High float64 }

func (b *Bins) check(fn string) error {
	switch {
	case !(b.Width > 0 && b.Width <= math.MaxFloat64):
		return &OptionError{fn, "Bins.Width", float(b.Width), "a finite width above 0"}
	case !(b.Low < b.High):
		return &OptionError{fn, "Bins.High", float(b.High), "more than Low = " + float(b.Low) + " (±Inf for bins without ends)"}
	}
	return nil
}

// look looks at the bin of t with the eyes of a normal of this mean and deviation; see [kern.NormalBin].
func (b *Bins) look(t, mean, sd float64) (loss, off, rest float64) {
	m, d := (t-mean)/sd, b.Width/2/sd
	switch {
	case t <= b.Low:
		return kern.NormalBelow(m + d)
	case t >= b.High:
		loss, off, rest = kern.NormalBelow(d - m)
		return loss, -off, rest
	}
	return kern.NormalBin(m, d)
}

// GaussianNLL returns the loss of predicted normal distributions against what was observed: a squared
// error that is weighed by the certainty claimed, and pays for claiming less. Each element costs
//
//	loss = ½·( ln v + (mean - target)²/v )      v = Var, or e^LogVar
//
// or, with Bins, the negative logarithm of the probability of the target's bin, -ln( Φ(b) - Φ(a) ), with a and b its ends less
// the mean, over √v: without the cancellation of that difference, and far into its tails.
//
// Shapes: all matrices are [rows, columns].
// Special values: a variance of 0 or below costs NaN. NaN costs NaN. Elements that cost ±Inf or NaN
// count in Result.NonFinite; Result.Rows counts elements.
// Errors: *ShapeError, *OptionError, *EmptyError.
// Memory: none is allocated when GaussianOptions.Workers is 1.
// Source: Nix and Weigend 1994; Ho, Jain and Abbeel 2020, section 3.3, for bins.
func GaussianNLL[T Float](pred Normals[T], target Matrix[T], opt *GaussianOptions) (Result, error) {
	return gaussianNLL("GaussianNLL", Normals[T]{}, nil, pred, target, opt)
}

// GaussianNLLGrad stores the gradient of [GaussianNLL] with respect to the predictions in grad and
// returns the same Result. With Δ = mean - target, and W = Result.Weight for Reduction Mean and 1 for Sum,
//
//	grad.Mean = Δ/v / W   grad.Var = ½·(1/v - Δ²/v²) / W   grad.LogVar = ½·(1 - Δ²/v) / W
//
// and with Bins the same with the means of Δ and Δ² over the bin.
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
	if err := pred.check(fn, predFields); err != nil {
		return Result{}, err
	}
	rows, cols := pred.Mean.Rows, pred.Mean.Cols
	if err := target.checkLike(fn, "target", rows, cols, "pred.Mean"); err != nil {
		return Result{}, err
	}
	if err := inRange(fn, "MinVar", opt.MinVar, math.MaxFloat64); err != nil {
		return Result{}, err
	}
	if opt.Bins != nil {
		if err := opt.Bins.check(fn); err != nil {
			return Result{}, err
		}
	}
	terms := elementTerms{opt.RowWeights, opt.Reduction, opt.Denominator, opt.Empty, opt.Workers}
	total, scale, err := terms.reduce(fn, rows, cols)
	if err != nil {
		return Result{}, err
	}
	b := gaussianRows[T]{grad: grad, pred: pred, target: target, bins: opt.Bins, least: opt.MinVar, scale: scale}
	if opt.Full && opt.Bins == nil {
		b.constant = 0.91893853320467274178032973640562 // ½·ln 2π
	}
	return runElements(b, loss, rows, cols, terms, total), nil
}

// gaussianRows is a checked batch; matrices of grad without Data are not wanted.
type gaussianRows[T Float] struct {
	grad, pred      Normals[T]
	target          Matrix[T]
	bins            *Bins
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
		if b.bins != nil {
			addElement(&sum, &nonFinite, b.bin(i, j, float64(m), float64(t[j]), v, c))
			continue
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

// bin returns the loss of element (i, j) in its bin, and stores c times its gradient.
func (b gaussianRows[T]) bin(i, j int, mean, target, v, c float64) float64 {
	sd := math.Sqrt(v)
	loss, off, rest := b.bins.look(target, mean, sd)
	if !(v > 0) {
		loss, off, rest = math.NaN(), math.NaN(), math.NaN()
	}
	set(b.grad.Mean, i, j, -off/sd*c)
	set(b.grad.LogVar, i, j, rest/2*c)
	set(b.grad.Var, i, j, rest/2/v*c)
	return loss
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

// The fields of an argument of normal distributions, as errors name them.
var (
	predFields  = [3]string{"pred.Mean", "pred.LogVar", "pred.Var"}
	priorFields = [3]string{"prior.Mean", "prior.LogVar", "prior.Var"}
)

// check tells whether n, the argument with these fields, is one mean and one variance for each element.
func (n *Normals[T]) check(fn string, fields [3]string) error {
	if err := n.Mean.check(fn, fields[0]); err != nil {
		return err
	}
	v, name := n.LogVar, fields[1]
	if n.LogVar.Data == nil {
		v, name = n.Var, fields[2]
	} else if n.Var.Data != nil {
		return &ShapeError{fn, fields[2], n.Var.shape(), "the zero Matrix beside " + fields[1]}
	}
	return v.checkLike(fn, name, n.Mean.Rows, n.Mean.Cols, fields[0])
}

// checkGrad tells whether n can take the gradient of pred.
func (n *Normals[T]) checkGrad(fn string, pred Normals[T]) error {
	if err := pred.check(fn, predFields); err != nil {
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
