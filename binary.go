package xent

import (
	"math"

	"xent/internal/kern"
	"xent/internal/par"
)

// BinaryCrossEntropy returns the loss of independent yes-or-no predictions, such as the labels of a
// multi-label batch: each element of logits against a target in [0, 1].
//
// With p = σ(logits), element (i, c) costs
//
//	loss = -t·ln p - (1-t)·ln(1-p) = t·softplus(-x) + (1-t)·softplus(x)      in nats
//
// as two terms, neither of which cancels; see [BinaryOptions] for weights and shapes of the loss.
// The mean divides by the number of elements, as in PyTorch, also with weights.
//
// Shapes: logits and target are [rows, columns]. Targets outside [0, 1] follow the formula.
// Special values: a logit at ±Inf costs 0 where the target agrees, else +Inf; 0·Inf = 0. NaN costs
// NaN. Elements that cost ±Inf or NaN count in Result.NonFinite.
// Errors: *ShapeError, *OptionError, *EmptyError.
// Memory: none is allocated when BinaryOptions.Workers is 1.
// Source: the logistic loss of Cox 1958.
func BinaryCrossEntropy[T Float](logits Logits[T], target Matrix[T], opt *BinaryOptions) (Result, error) {
	return binaryLoss("BinaryCrossEntropy", binaryJob[T]{x: Matrix[T](logits), target: target}, opt)
}

// BinaryCrossEntropyGrad stores the gradient of [BinaryCrossEntropy] with respect to logits in grad
// and returns the same Result. For the usual loss, with W = Result.Weight for Reduction Mean and 1
// for Sum,
//
//	grad[i][c] = ((1-t)·σ(x) - t·σ(-x)) / W
//
// which is (p-t)/W without its cancellation. It is finite where the loss is infinite.
//
// Shapes: grad is [rows, columns] and may be the same view as logits or target.
// Errors: as BinaryCrossEntropy; grad is then untouched.
// Memory: none is allocated when BinaryOptions.Workers is 1.
func BinaryCrossEntropyGrad[T Float](grad Matrix[T], logits Logits[T], target Matrix[T], opt *BinaryOptions) (Result, error) {
	const fn = "BinaryCrossEntropyGrad"
	if err := checkGrad(fn, grad, Matrix[T](logits)); err != nil {
		return Result{}, err
	}
	return binaryLoss(fn, binaryJob[T]{grad: grad, x: Matrix[T](logits), target: target}, opt)
}

// BinaryCrossEntropyRows stores the loss of each row in loss: the sum over its elements, weighted
// but not divided by anything. It returns the same Result as [BinaryCrossEntropy]. A matrix of one
// column gives the loss of each element; a view of one column of a wider one has its Stride.
//
// Shapes: loss is [rows].
// Errors: as BinaryCrossEntropy; loss is then untouched.
func BinaryCrossEntropyRows[T Float](loss []T, logits Logits[T], target Matrix[T], opt *BinaryOptions) (Result, error) {
	const fn = "BinaryCrossEntropyRows"
	if err := checkRows(fn, len(loss), logits.Rows); err != nil {
		return Result{}, err
	}
	return binaryLoss(fn, binaryJob[T]{loss: loss, x: Matrix[T](logits), target: target}, opt)
}

func binaryLoss[T Float](fn string, j binaryJob[T], opt *BinaryOptions) (Result, error) {
	if opt == nil {
		opt = &BinaryOptions{}
	}
	if err := j.check(fn, opt); err != nil {
		return Result{}, err
	}
	total, err := j.prepare(fn, opt)
	if err != nil {
		return Result{}, err
	}
	workers := par.Workers(opt.Workers, j.x.Rows*j.x.Cols)
	if j.given {
		if err := j.checkForecast(fn, workers); err != nil {
			return Result{}, err
		}
	}
	return runBatch(j, j.x.Rows, workers, total), nil
}

// binaryJob is one batch.
type binaryJob[T Float] struct {
	grad      Matrix[T] // no Data: not wanted
	loss      []T       // nil: not wanted
	x, target Matrix[T]
	given     bool // x are probabilities

	plain    bool           // no option changes the loss of an element
	each     kern.Bernoulli // what all elements share; P and N before their weights
	weights  []float64      // of the columns: each, one for all, or none
	pos      []float64      // of the positive term, likewise
	elements Matrix[float64]
	ignoring bool // elements with the target ignored do not count
	ignored  float64
	scale    float64 // of the gradient
}

func (j *binaryJob[T]) check(fn string, o *BinaryOptions) error {
	if err := j.x.check(fn, "logits"); err != nil {
		return err
	}
	if err := j.target.checkLike(fn, "target", j.x.Rows, j.x.Cols, "logits"); err != nil {
		return err
	}
	if err := o.check(fn, j.x.Cols); err != nil {
		return err
	}
	if o.Elements.Data != nil || o.Elements.Rows != 0 || o.Elements.Cols != 0 {
		if err := o.Elements.checkLike(fn, "option Elements", j.x.Rows, j.x.Cols, "logits"); err != nil {
			return err
		}
	}
	if j.grad.Data != nil {
		return checkOverlap(fn, j.grad, j.target, "target")
	}
	return nil
}

// prepare takes over the options of a checked batch, and returns a Result with its denominator.
func (j *binaryJob[T]) prepare(fn string, o *BinaryOptions) (Result, error) {
	j.weights, j.pos, j.elements = o.Weights, o.PosWeight, o.Elements
	j.each = kern.Bernoulli{P: 1, N: 1, Smoothing: o.Smoothing, Focus: o.Focus, FocusN: o.Focus, Margin: o.Margin, Temp: o.Temperature}
	if o.NegativeFocus != nil {
		j.each.FocusN = *o.NegativeFocus
	}
	if j.each.Temp == 0 {
		j.each.Temp = 1
	}
	if o.Balance != nil {
		j.each.P, j.each.N = *o.Balance, 1-*o.Balance
	}
	if o.Ignore != nil {
		j.ignoring, j.ignored = true, *o.Ignore
	}
	j.plain = !j.given && !j.ignoring && j.weights == nil && j.pos == nil && j.elements.Data == nil &&
		j.each == kern.Bernoulli{P: 1, N: 1, Temp: 1}

	elements := j.x.Rows * j.x.Cols
	ignored, weight := 0, kern.SumOf(float64(elements))
	if j.ignoring || o.Denominator == Weights {
		ignored, weight = j.weigh()
	}
	if o.Denominator == Usual {
		weight = kern.SumOf(float64(elements - ignored))
	}
	total, scale, err := reduce(fn, o.Reduction, o.Denominator, o.Empty, weight, elements, ignored)
	j.scale = scale
	return total, err
}

// weigh counts the ignored elements and sums the weights of the others.
func (j *binaryJob[T]) weigh() (ignored int, weight kern.Sum) {
	for i := range j.x.Rows {
		for c, t := range j.target.Row(i) {
			if j.ignores(t) {
				ignored++
			} else {
				weight.Add(j.weight(i, c))
			}
		}
	}
	return ignored, weight
}

func (j *binaryJob[T]) ignores(t T) bool {
	return j.ignoring && (float64(t) == j.ignored || t != t && j.ignored != j.ignored)
}

// weight returns the weight of element (i, c), without its PosWeight.
func (j *binaryJob[T]) weight(i, c int) float64 {
	w := oneOrAll(j.weights, c)
	if j.elements.Data != nil {
		w *= j.elements.Data[i*j.elements.stride()+c]
	}
	return w
}

// oneOrAll returns the weight of column c from weights for each column, one for all, or none.
func oneOrAll(w []float64, c int) float64 {
	switch len(w) {
	case 0:
		return 1
	case 1:
		return w[0]
	}
	return w[c]
}

// run computes rows lo to hi-1.
func (j binaryJob[T]) run(lo, hi int) (part Result) {
	k := kern.Of[T]()
	for i := lo; i < hi; i++ {
		x, t := j.x.Row(i), j.target.Row(i)
		var sum kern.Sum
		switch {
		case !j.plain:
			sum = j.row(i, x, t, &part)
		case j.grad.Data != nil:
			var bad int
			sum, bad = k.BinaryGrad(j.grad.Row(i), x, t, j.scale)
			part.NonFinite += bad
		default:
			var bad int
			sum, bad = k.Binary(x, t)
			part.NonFinite += bad
		}
		part.Rows += len(x)
		part.sum.Merge(sum)
		if j.loss != nil {
			j.loss[i] = T(sum.Value())
		}
	}
	return part
}

// row computes row i under options, element by element.
func (j *binaryJob[T]) row(i int, x, t []T, part *Result) (sum kern.Sum) {
	b := j.each
	var grad []T
	if j.grad.Data != nil {
		grad = j.grad.Row(i)
	}
	for c, v := range x {
		var loss, slope float64
		w := j.weight(i, c)
		switch {
		case j.ignores(t[c]):
			part.Ignored++
		case w != 0:
			b.P, b.N = w*j.each.P*oneOrAll(j.pos, c), w*j.each.N
			if j.given {
				loss, slope = b.TermOf(float64(v), float64(t[c]))
			} else {
				loss, slope = b.Term(float64(v), float64(t[c]))
			}
			slope *= j.scale
		case math.IsNaN(j.scale):
			slope = j.scale // EmptyNaN: the weights sum to 0
		}
		if grad != nil {
			grad[c] = T(slope)
		}
		sum.Add(loss)
		if !isFinite(loss) {
			part.NonFinite++
		}
	}
	return sum
}
