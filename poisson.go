package xent

import (
	"math"

	"xent/internal/kern"
)

// PoissonOptions configure [PoissonNLL]. Nil and the zero value are the usual loss of logarithms of
// rates.
type PoissonOptions struct {
	RowWeights []float64 // as in [SquaredOptions]

	// Rates says that the predictions are rates, not their logarithms.
	Rates bool

	// Epsilon (ε) is added to a rate before its logarithm is taken; PyTorch's is 1e-8. With 0, a rate
	// of 0 makes any count but 0 cost +Inf.
	Epsilon float64

	// Full adds ln t!, without which the loss is no logarithm of a probability.
	Full bool

	// Stirling takes t·ln t - t + ½·ln(2πt) for the ln t! of Full where t is above 1, and 0 elsewhere,
	// as PyTorch does: 6 % too little at t = 2.
	Stirling bool

	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // as in [SquaredOptions]: the elements, or Rows
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

// PoissonNLL returns the loss of predicted rates of counts against the counts. Each element x with
// count t costs
//
//	loss = e^x - t·x           or x - t·ln(x+ε) for Rates      in nats
//
// Shapes: pred and target are [rows, columns]. Counts need not be whole; negative ones follow the formula.
// Special values: 0·ln 0 = 0; a negative rate with a count costs NaN. Elements that cost ±Inf or NaN
// count in Result.NonFinite; Result.Rows counts elements.
// Errors: *ShapeError, *OptionError, *EmptyError.
// Memory: none is allocated when PoissonOptions.Workers is 1.
// Source: Poisson regression; Nelder and Wedderburn 1972.
func PoissonNLL[T Float](pred, target Matrix[T], opt *PoissonOptions) (Result, error) {
	return poissonNLL("PoissonNLL", Matrix[T]{}, nil, pred, target, opt)
}

// PoissonNLLGrad stores the gradient of [PoissonNLL] with respect to the predictions in grad and
// returns the same Result. With W = Result.Weight for Reduction Mean and 1 for Sum,
//
//	grad[i][j] = (e^x - t) / W     or (x + ε - t)/(x + ε) / W for Rates
//
// Shapes: grad is [rows, columns] and may be the same view as pred or target.
// Errors: as PoissonNLL; grad is then untouched.
// Memory: none is allocated when PoissonOptions.Workers is 1.
func PoissonNLLGrad[T Float](grad Matrix[T], pred, target Matrix[T], opt *PoissonOptions) (Result, error) {
	const fn = "PoissonNLLGrad"
	if err := checkGrad(fn, grad, pred); err != nil {
		return Result{}, err
	}
	return poissonNLL(fn, grad, nil, pred, target, opt)
}

// PoissonNLLRows stores the loss of each row in loss, the sum over its elements, and returns the same
// Result as [PoissonNLL].
//
// Shapes: loss is [rows].
// Errors: as PoissonNLL; loss is then untouched.
func PoissonNLLRows[T Float](loss []T, pred, target Matrix[T], opt *PoissonOptions) (Result, error) {
	const fn = "PoissonNLLRows"
	if err := checkRows(fn, len(loss), pred.Rows); err != nil {
		return Result{}, err
	}
	return poissonNLL(fn, Matrix[T]{}, loss, pred, target, opt)
}

func poissonNLL[T Float](fn string, grad Matrix[T], loss []T, pred, target Matrix[T], opt *PoissonOptions) (Result, error) {
	if opt == nil {
		opt = &PoissonOptions{}
	}
	if err := pred.check(fn, "pred"); err != nil {
		return Result{}, err
	}
	if err := target.checkLike(fn, "target", pred.Rows, pred.Cols, "pred"); err != nil {
		return Result{}, err
	}
	if err := checkApart(fn, grad, target, "target"); err != nil {
		return Result{}, err
	}
	if err := inRange(fn, "Epsilon", opt.Epsilon, math.MaxFloat64); err != nil {
		return Result{}, err
	}
	switch {
	case opt.Epsilon != 0 && !opt.Rates:
		return Result{}, &OptionError{fn, "Epsilon", float(opt.Epsilon), "0: it is for Rates"}
	case opt.Stirling && !opt.Full:
		return Result{}, &OptionError{fn, "Stirling", "true", "Full, of which it is the approximation"}
	}
	terms := elementTerms{opt.RowWeights, opt.Reduction, opt.Denominator, opt.Empty, opt.Workers}
	total, scale, err := terms.reduce(fn, pred.Rows, pred.Cols)
	if err != nil {
		return Result{}, err
	}
	b := poissonRows[T]{grad, pred, target, opt.Rates, opt.Full, opt.Stirling, opt.Epsilon, scale}
	return runElements(b, loss, pred.Rows, pred.Cols, terms, total), nil
}

// poissonRows is a checked batch; grad without Data is not wanted.
type poissonRows[T Float] struct {
	grad, pred, target    Matrix[T]
	rates, full, stirling bool
	eps                   float64
	scale                 float64 // of the gradient
}

func (b poissonRows[T]) row(i int, w float64) (sum kern.Sum, nonFinite int) {
	counts := b.target.Row(i)
	for j, v := range b.pred.Row(i) {
		x, t := float64(v), float64(counts[j])
		var loss, slope float64
		switch {
		case !b.rates:
			e := kern.ExpOf(x)
			loss, slope = e-kern.Mul0(t, x), e-t
		case t == 0 && x == x:
			loss, slope = x, 1
		default:
			loss, slope = x-t*kern.Log(x+b.eps), ((x-t)+b.eps)/(x+b.eps)
		}
		if b.full {
			loss += b.constant(t)
		}
		set(b.grad, i, j, slope*w*b.scale)
		addElement(&sum, &nonFinite, loss)
	}
	return sum, nonFinite
}

// constant returns ln t!, or Stirling's approximation.
func (b *poissonRows[T]) constant(t float64) float64 {
	switch {
	case !b.stirling:
		l, _ := math.Lgamma(t + 1)
		return l
	case t > 1:
		return t*kern.Log(t) - t + kern.Log(2*math.Pi*t)/2
	}
	return 0
}

func (b poissonRows[T]) clear(i int) { clearRow(b.grad, i) }
