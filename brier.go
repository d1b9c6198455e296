package xent

import (
	"math"

	"xent/internal/kern"
)

// BrierOptions configure [Brier]. Nil and the zero value are the usual score.
type BrierOptions struct {
	RowWeights  []float64 // as in [Options]
	IgnoreIndex *int      // as in [Options]
	Temperature float64   // divides the logits; 0 means 1

	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // of Mean: the rows that count, Rows, or Fixed(n)
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

func (o *BrierOptions) terms() labelTerms {
	return labelTerms{o.RowWeights, o.IgnoreIndex, o.Reduction, o.Denominator, o.Empty, o.Workers}
}

// Brier returns the Brier score of logits against integer labels, the squared error of the probabilities:
//
//	loss[i] = Σ (p[j] - [j = labels[i]])² = (1 - p[y])² + Σ p[j]² over the others      p = softmax(logits/T)
//
// It is between 0 and 2. The score of two classes that others define by the probability of one of them is half of
// it. A sure and right row keeps its digits. From probabilities take [SquaredError] with Denominator Rows.
//
// Shapes: logits is [rows, classes], labels is [rows].
// Special values: a class at -Inf is excluded; logits without a softmax cost NaN.
// Errors: *ShapeError, *LabelError, *OptionError, *EmptyError.
// Memory: none is allocated when BrierOptions.Workers is 1.
// Source: Brier 1950.
func Brier[T Float, L Int](logits Logits[T], labels []L, opt *BrierOptions) (Result, error) {
	return brier("Brier", Matrix[T]{}, nil, Matrix[T](logits), labels, opt)
}

// BrierGrad stores the gradient of [Brier] with respect to logits in grad and returns the same Result. With
// y = labels[i] and W as in [CrossEntropyGrad],
//
//	grad[i][y] = -2·p[y]·Σ p[k]·(1 - p[y] + p[k]) / (T·W)                 over k ≠ y
//	grad[i][j] = 2·p[j]·( p[j] + Σ p[k]·(p[y] - p[k]) ) / (T·W)           for the others, over k ≠ y
//
// It is at most about a half, also where a wrong row is sure: the score learns little from those.
//
// Shapes: grad is as logits and may be the same view.
// Errors: as Brier; grad is then untouched.
// Memory: none is allocated when BrierOptions.Workers is 1.
func BrierGrad[T Float, L Int](grad Matrix[T], logits Logits[T], labels []L, opt *BrierOptions) (Result, error) {
	const fn = "BrierGrad"
	if err := checkGrad(fn, grad, Matrix[T](logits)); err != nil {
		return Result{}, err
	}
	return brier(fn, grad, nil, Matrix[T](logits), labels, opt)
}

// BrierRows stores the loss of each row in loss and returns the same Result as [Brier].
//
// Shapes: loss is [rows].
// Errors: as Brier; loss is then untouched.
func BrierRows[T Float, L Int](loss []T, logits Logits[T], labels []L, opt *BrierOptions) (Result, error) {
	const fn = "BrierRows"
	if err := checkRows(fn, len(loss), logits.Rows); err != nil {
		return Result{}, err
	}
	return brier(fn, Matrix[T]{}, loss, Matrix[T](logits), labels, opt)
}

func brier[T Float, L Int](fn string, grad Matrix[T], loss []T, x Matrix[T], labels []L, opt *BrierOptions) (Result, error) {
	if opt == nil {
		opt = &BrierOptions{}
	}
	if err := x.check(fn, "logits"); err != nil {
		return Result{}, err
	}
	if err := inRange(fn, "Temperature", opt.Temperature, math.MaxFloat64); err != nil {
		return Result{}, err
	}
	total, scale, err := reduceLabels(fn, labels, x.Rows, x.Cols, opt.terms())
	if err != nil {
		return Result{}, err
	}
	b := brierRows[T]{grad, x, linkOf(&Options{Temperature: opt.Temperature}), scale}
	return runLabels(b, grad, loss, labels, x.Cols, opt.terms(), total), nil
}

// brierRows is a checked batch; grad without Data is not wanted.
type brierRows[T Float] struct {
	grad, x Matrix[T]
	link    kern.Link
	scale   float64
}

func (b brierRows[T]) row(i, y int, w float64) float64 {
	x := b.x.Row(i)
	row := kern.NewRow(x, b.link, false)
	if !row.Valid() {
		if b.grad.Data != nil {
			fill(b.grad.Row(i), T(math.NaN()))
		}
		return math.NaN()
	}
	py, miss := row.Prob(y, float64(x[y]))
	var loss, lead, pull kern.Sum // of the others, Σ p·(p[y] - p), and of the label, Σ p·(1 - p[y] + p)
	loss.Add(miss * miss)
	for j, v := range x {
		if j != y {
			p, _ := row.Prob(j, float64(v))
			loss.Add(p * p)
			lead.Add(p * (py - p))
			pull.Add(p * (miss + p))
		}
	}
	c := 2 * w * b.scale / b.link.Temp
	for j, v := range x {
		p, rest := row.Prob(j, float64(v))
		push := lead
		if j == y {
			push = kern.Sum{}
			push.Add(-pull.Value())
		} else { // p and its own term of the sum make p·(1 - p) + p·p[y]
			push.Add(-p * (py - p))
			push.Add(p * rest)
			push.Add(p * py)
		}
		set(b.grad, i, j, c*p*push.Value())
	}
	return loss.Value()
}
