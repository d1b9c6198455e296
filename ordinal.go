package xent

import (
	"math"

	"xent/internal/kern"
)

// OrdinalOptions configure the losses of ordered classes, [Ordinal] and [RankedProbability]. Nil and the
// zero value are the usual losses.
type OrdinalOptions struct {
	RowWeights  []float64 // as in [Options]
	IgnoreIndex *int      // as in [Options]

	// PerThreshold divides by the number of thresholds, classes - 1.
	PerThreshold bool

	// Cumulative makes [Ordinal] the cumulative link loss, the negative logarithm of the probability that the
	// thresholds leave to the class between them; for RankedProbability it means nothing.
	Cumulative bool

	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // of Mean: the rows that count, Rows, or Fixed(n)
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

func (o *OrdinalOptions) terms() labelTerms {
	return labelTerms{o.RowWeights, o.IgnoreIndex, o.Reduction, o.Denominator, o.Empty, o.Workers}
}

// share is what a row is multiplied by.
func (o *OrdinalOptions) share(thresholds int) float64 {
	if o.PerThreshold && thresholds > 0 {
		return 1 / float64(thresholds)
	}
	return 1
}

// Ordinal returns the loss of logits of thresholds between ordered classes: logit k says whether the
// class is above k. It is the binary cross-entropy of each threshold, summed:
//
//	loss[i] = Σ softplus(-x[i][k]) over k < labels[i] + Σ softplus(x[i][k]) over the others
//
// With logits that differ by a bias for each threshold alone it is CORAL. Under Cumulative it is the loss of
// ordered logistic regression, the proportional odds model, of logits that fall from threshold to threshold:
//
//	loss[i] = -ln( σ(a) - σ(b) ) = softplus(-a) + softplus(b) - ln(1 - e^(b-a))
//
// with a = x[i][labels[i]-1], +Inf for the lowest class, and b = x[i][labels[i]], -Inf for the highest: three
// terms of which none cancels.
//
// Shapes: logits is [rows, classes-1], labels is [rows], from 0 to classes-1.
// Special values: as [BinaryCrossEntropy]. Under Cumulative equal thresholds leave nothing between them, which costs
// +Inf, and thresholds that rise there cost NaN.
// Errors: *ShapeError, *LabelError, *OptionError, *EmptyError.
// Memory: none is allocated when OrdinalOptions.Workers is 1.
// Source: Niu et al. 2016; Cao, Mirjalili and Raschka 2020; McCullagh 1980 for the cumulative link.
func Ordinal[T Float, L Int](logits Logits[T], labels []L, opt *OrdinalOptions) (Result, error) {
	return ordinal("Ordinal", Matrix[T]{}, nil, Matrix[T](logits), labels, opt)
}

// OrdinalGrad stores the gradient of [Ordinal] with respect to logits in grad and returns the same
// Result. With W as in [CrossEntropyGrad],
//
//	grad[i][k] = -σ(-x[i][k])/W for k < labels[i], else σ(x[i][k])/W
//
// Under Cumulative, at a and b alone, -(σ(-a) + 1/(e^(a-b)-1))/W and (σ(b) + 1/(e^(a-b)-1))/W.
//
// Shapes: grad is as logits and may be the same view.
// Errors: as Ordinal; grad is then untouched.
// Memory: none is allocated when OrdinalOptions.Workers is 1.
func OrdinalGrad[T Float, L Int](grad Matrix[T], logits Logits[T], labels []L, opt *OrdinalOptions) (Result, error) {
	const fn = "OrdinalGrad"
	if err := checkGrad(fn, grad, Matrix[T](logits)); err != nil {
		return Result{}, err
	}
	return ordinal(fn, grad, nil, Matrix[T](logits), labels, opt)
}

// OrdinalRows stores the loss of each row in loss and returns the same Result as [Ordinal].
//
// Shapes: loss is [rows].
// Errors: as Ordinal; loss is then untouched.
func OrdinalRows[T Float, L Int](loss []T, logits Logits[T], labels []L, opt *OrdinalOptions) (Result, error) {
	const fn = "OrdinalRows"
	if err := checkRows(fn, len(loss), logits.Rows); err != nil {
		return Result{}, err
	}
	return ordinal(fn, Matrix[T]{}, loss, Matrix[T](logits), labels, opt)
}

func ordinal[T Float, L Int](fn string, grad Matrix[T], loss []T, x Matrix[T], labels []L, opt *OrdinalOptions) (Result, error) {
	if opt == nil {
		opt = &OrdinalOptions{}
	}
	if err := x.check(fn, "logits"); err != nil {
		return Result{}, err
	}
	total, scale, err := reduceLabels(fn, labels, x.Rows, x.Cols+1, opt.terms())
	if err != nil {
		return Result{}, err
	}
	b := thresholdRows[T]{grad, x, opt.Cumulative, opt.share(x.Cols), scale}
	return runLabels(b, grad, loss, labels, x.Cols, opt.terms(), total), nil
}

// thresholdRows is a checked batch; grad without Data is not wanted.
type thresholdRows[T Float] struct {
	grad, x      Matrix[T]
	cumulative   bool
	share, scale float64
}

func (b thresholdRows[T]) row(i, y int, w float64) float64 {
	if b.cumulative {
		return b.between(i, y, w*b.share*b.scale) * b.share
	}
	var sum kern.Sum
	for k, v := range b.x.Row(i) {
		away := float64(v) // of the wrong side
		if k < y {
			away = -away
		}
		loss, slope := kern.Softplus(away)
		sum.Add(loss)
		if k < y {
			slope = -slope
		}
		set(b.grad, i, k, slope*b.share*w*b.scale)
	}
	return sum.Value() * b.share
}

// between returns the cumulative link loss of row i, and stores c times its gradient.
func (b thresholdRows[T]) between(i, y int, c float64) float64 {
	x := b.x.Row(i)
	above, below := math.Inf(1), math.Inf(-1)
	if y > 0 {
		above = float64(x[y-1])
	}
	if y < len(x) {
		below = float64(x[y])
	}
	up, over := kern.Softplus(-above) // σ(-a)
	down, under := kern.Softplus(below)
	gap, pull := 0.0, 0.0 // -ln(1 - e^-(a-b)), 1/(e^(a-b) - 1)
	if y > 0 && y < len(x) {
		gap, pull = kern.LogGap(above, below)
	}
	clearRow(b.grad, i)
	if y > 0 {
		set(b.grad, i, y-1, -c*(over+pull))
	}
	if y < len(x) {
		set(b.grad, i, y, c*(under+pull))
	}
	return up + down + gap
}

// RankedProbability returns the ranked probability score of logits of ordered classes: the squared
// error of their distribution function. With p = softmax(logits) and F[k] = Σ p[j] over j ≤ k,
//
//	loss[i] = Σ (F[k] - [labels[i] ≤ k])²      over the thresholds k
//
// A proper score, which forgives a near miss: mass far from the label costs more. Both F and 1 - F are
// sums of probabilities, so that a sure row keeps its digits.
//
// Shapes: logits is [rows, classes], labels is [rows].
// Special values: a class at -Inf is excluded; logits without a softmax cost NaN.
// Errors: *ShapeError, *LabelError, *OptionError, *EmptyError.
// Memory: none is allocated when OrdinalOptions.Workers is 1.
// Source: Epstein 1969.
func RankedProbability[T Float, L Int](logits Logits[T], labels []L, opt *OrdinalOptions) (Result, error) {
	return rankedProbability("RankedProbability", Matrix[T]{}, nil, Matrix[T](logits), labels, opt)
}

// RankedProbabilityGrad stores the gradient of [RankedProbability] with respect to logits in grad and
// returns the same Result. With d[k] = F[k] - [labels[i] ≤ k], and W as in [CrossEntropyGrad],
//
//	grad[i][j] = 2·p[j]·Σ d[k]·([j ≤ k] - F[k]) / W      over the thresholds k
//
// Shapes: grad is as logits and may be the same view.
// Errors: as RankedProbability; grad is then untouched.
// Memory: none is allocated when OrdinalOptions.Workers is 1.
func RankedProbabilityGrad[T Float, L Int](grad Matrix[T], logits Logits[T], labels []L, opt *OrdinalOptions) (Result, error) {
	const fn = "RankedProbabilityGrad"
	if err := checkGrad(fn, grad, Matrix[T](logits)); err != nil {
		return Result{}, err
	}
	return rankedProbability(fn, grad, nil, Matrix[T](logits), labels, opt)
}

// RankedProbabilityRows stores the loss of each row in loss and returns the same Result as
// [RankedProbability].
//
// Shapes: loss is [rows].
// Errors: as RankedProbability; loss is then untouched.
func RankedProbabilityRows[T Float, L Int](loss []T, logits Logits[T], labels []L, opt *OrdinalOptions) (Result, error) {
	const fn = "RankedProbabilityRows"
	if err := checkRows(fn, len(loss), logits.Rows); err != nil {
		return Result{}, err
	}
	return rankedProbability(fn, Matrix[T]{}, loss, Matrix[T](logits), labels, opt)
}

func rankedProbability[T Float, L Int](fn string, grad Matrix[T], loss []T, x Matrix[T], labels []L, opt *OrdinalOptions) (Result, error) {
	if opt == nil {
		opt = &OrdinalOptions{}
	}
	if err := x.check(fn, "logits"); err != nil {
		return Result{}, err
	}
	total, scale, err := reduceLabels(fn, labels, x.Rows, x.Cols, opt.terms())
	if err != nil {
		return Result{}, err
	}
	b := rankedRows[T]{grad, x, opt.share(x.Cols - 1), scale}
	return runLabels(b, grad, loss, labels, x.Cols, opt.terms(), total), nil
}

// rankedRows is a checked batch; grad without Data is not wanted.
type rankedRows[T Float] struct {
	grad, x      Matrix[T]
	share, scale float64
}

func (b rankedRows[T]) row(i, y int, w float64) float64 {
	x := b.x.Row(i)
	row := kern.NewRow(x, kern.Link{Temp: 1}, false)
	if !row.Valid() {
		if b.grad.Data != nil {
			fill(b.grad.Row(i), T(math.NaN()))
		}
		return math.NaN()
	}
	p := func(j int) float64 { v, _ := row.Prob(j, float64(x[j])); return v }
	// above is Σ p of the classes above k, below that of the others; a sum that carries its rounding
	// error gives the one from the other
	var above, below, loss, push kern.Sum
	for j := range x {
		above.Add(p(j))
	}
	rest := above
	for k := range x[:len(x)-1] {
		below.Add(p(k))
		rest.Add(-p(k))
		d := below.Value()
		if k >= y {
			d = -rest.Value()
		}
		loss.Add(d * d)
		push.Add(d * rest.Value()) // Σ d·(1-F), the sum for class 0
	}
	if b.grad.Data != nil {
		below, rest = kern.Sum{}, above
		dst := b.grad.Row(i)
		for j := range dst {
			pj := p(j)
			dst[j] = T(2 * b.share * w * b.scale * pj * push.Value())
			below.Add(pj)
			rest.Add(-pj)
			d := below.Value()
			if j >= y {
				d = -rest.Value()
			}
			push.Add(-d) // from d·(1-F) to -d·F
		}
	}
	return loss.Value() * b.share
}
