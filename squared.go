package xent

import "xent/internal/kern"

// SquaredOptions configure [SquaredError]. Nil and the zero value are the usual loss.
type SquaredOptions struct {
	RowWeights []float64 // as in [Options]; the Denominator Weights divides by those of all elements

	Reduction Reduction // what the gradient is the gradient of

	// Denominator is what Mean divides by. Usual and Count are the number of elements, as in PyTorch, and so
	// are Weights without RowWeights; Rows is the number of rows, which makes the mean of probabilities against one-hot
	// targets the Brier score.
	Denominator Denominator

	Empty   EmptyPolicy // what to do when Mean would divide by 0
	Workers int         // see [Options.Workers]
}

// SquaredError returns the squared error of predictions: of regression, or of probabilities, where
// it is a proper score too (Brier 1950). Row i costs
//
//	loss[i] = Σ (pred[i][j] - target[i][j])²
//
// Shapes: pred and target are [rows, columns].
// Special values: ±Inf costs +Inf, but against itself NaN; NaN costs NaN. Elements that cost either
// count in Result.NonFinite; Result.Rows counts elements.
// Errors: *ShapeError, *EmptyError.
// Memory: none is allocated when SquaredOptions.Workers is 1.
func SquaredError[T Float](pred, target Matrix[T], opt *SquaredOptions) (Result, error) {
	return squaredLoss("SquaredError", Matrix[T]{}, nil, pred, target, opt)
}

// SquaredErrorGrad stores the gradient of [SquaredError] with respect to the predictions in grad
// and returns the same Result. With W = Result.Weight for Reduction Mean and 1 for Sum,
//
//	grad[i][j] = 2·(pred[i][j] - target[i][j]) / W
//
// Shapes: grad is [rows, columns] and may be the same view as pred or target.
// Errors: as SquaredError; grad is then untouched.
// Memory: none is allocated when SquaredOptions.Workers is 1.
func SquaredErrorGrad[T Float](grad Matrix[T], pred, target Matrix[T], opt *SquaredOptions) (Result, error) {
	const fn = "SquaredErrorGrad"
	if err := checkGrad(fn, grad, pred); err != nil {
		return Result{}, err
	}
	return squaredLoss(fn, grad, nil, pred, target, opt)
}

// SquaredErrorRows stores the loss of each row in loss, not divided by anything, and returns the
// same Result as [SquaredError].
//
// Shapes: loss is [rows].
// Errors: as SquaredError; loss is then untouched.
func SquaredErrorRows[T Float](loss []T, pred, target Matrix[T], opt *SquaredOptions) (Result, error) {
	const fn = "SquaredErrorRows"
	if err := checkRows(fn, len(loss), pred.Rows); err != nil {
		return Result{}, err
	}
	return squaredLoss(fn, Matrix[T]{}, loss, pred, target, opt)
}

func squaredLoss[T Float](fn string, grad Matrix[T], loss []T, pred, target Matrix[T], opt *SquaredOptions) (Result, error) {
	if opt == nil {
		opt = &SquaredOptions{}
	}
	if err := pred.check(fn, "pred"); err != nil {
		return Result{}, err
	}
	if err := target.checkLike(fn, "target", pred.Rows, pred.Cols, "pred"); err != nil {
		return Result{}, err
	}
	if grad.Data != nil {
		if err := checkOverlap(fn, grad, target, "target"); err != nil {
			return Result{}, err
		}
	}
	terms := elementTerms{opt.RowWeights, opt.Reduction, opt.Denominator, opt.Empty, opt.Workers}
	total, scale, err := terms.reduce(fn, pred.Rows, pred.Cols)
	if err != nil {
		return Result{}, err
	}
	return runElements(squaredRows[T]{grad, pred, target, scale}, loss, pred.Rows, pred.Cols, terms, total), nil
}

// squaredRows is a checked batch; grad without Data is not wanted.
type squaredRows[T Float] struct {
	grad, pred, target Matrix[T]
	scale              float64 // of the gradient
}

func (b squaredRows[T]) row(i int, w float64) (sum kern.Sum, nonFinite int) {
	t := b.target.Row(i)
	for j, p := range b.pred.Row(i) {
		d := float64(p) - float64(t[j])
		if b.grad.Data != nil {
			b.grad.Row(i)[j] = T(2 * d * w * b.scale)
		}
		addElement(&sum, &nonFinite, d*d)
	}
	return sum, nonFinite
}

func (b squaredRows[T]) clear(i int) { clearRow(b.grad, i) }

// clearRow stores zeros in row i of m, unless m is not wanted.
func clearRow[T Float](m Matrix[T], i int) {
	if m.Data != nil {
		clear(m.Row(i))
	}
}
