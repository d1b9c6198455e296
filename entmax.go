package xent

import (
	"math"

	"xent/internal/kern"
	"xent/internal/par"
)

// EntmaxOptions configure [Entmax] and [EntmaxLoss]. Nil and the zero value are entmax-1.5.
type EntmaxOptions struct {
	// Alpha (α) is above 1: 2 is sparsemax, 1.5 the usual entmax, and 0 means 1.5. Towards 1 it becomes
	// the softmax. 1.5 and 2 have exact thresholds; others take about ten passes over what has a share.
	Alpha float64

	RowWeights  []float64   // as in [Options]; not for Entmax
	IgnoreIndex *int        // as in [Options]; not for Entmax
	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // of Mean: the rows that count, Rows, or Fixed(n)
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

func (o *EntmaxOptions) alpha(fn string) (float64, error) {
	if o.Alpha == 0 {
		return 1.5, nil
	}
	if !(o.Alpha > 1 && o.Alpha <= math.MaxFloat64) {
		return 0, &OptionError{fn, "Alpha", float(o.Alpha), "α > 1 (at 1 it is Softmax and CrossEntropy)"}
	}
	return o.Alpha, nil
}

// Entmax stores the sparse probabilities of each row of logits in dst:
//
//	p = max((α-1)·x - τ, 0)^(1/(α-1))      with the τ that makes Σ p = 1
//
// Classes far enough below the others get exactly 0. Of the options, Alpha and Workers apply.
//
// Shapes: dst and logits are [rows, classes]; dst may be the same view as logits.
// Special values: as [Softmax].
// Errors: *ShapeError, *OptionError; dst is then untouched.
// Memory: none is allocated when EntmaxOptions.Workers is 1.
// Source: Martins and Astudillo 2016, sparsemax; Peters, Niculae and Martins 2019.
func Entmax[T Float](dst Probs[T], logits Logits[T], opt *EntmaxOptions) error {
	const fn = "Entmax"
	if opt == nil {
		opt = &EntmaxOptions{}
	}
	d, x := Matrix[T](dst), Matrix[T](logits)
	if err := x.check(fn, "logits"); err != nil {
		return err
	}
	if err := d.checkLike(fn, "dst", x.Rows, x.Cols, "logits"); err != nil {
		return err
	}
	if err := checkOverlap(fn, d, x, "logits"); err != nil {
		return err
	}
	alpha, err := opt.alpha(fn)
	if err != nil {
		return err
	}
	if opt.RowWeights != nil || opt.IgnoreIndex != nil || opt.Reduction != Mean || opt.Denominator != Usual || opt.Empty != EmptyFails {
		return &OptionError{fn, "RowWeights, IgnoreIndex, Reduction, Denominator or Empty", "a setting of a loss", "none: only Alpha and Workers apply"}
	}
	if err := enums(fn, Mean, Usual, EmptyFails, opt.Workers); err != nil {
		return err
	}
	runBatch(entmaxRows[T]{d, x, alpha}, x.Rows, par.Workers(opt.Workers, x.Rows*x.Cols), Result{})
	return nil
}

// entmaxRows stores probabilities.
type entmaxRows[T Float] struct {
	dst, x Matrix[T]
	alpha  float64
}

func (j entmaxRows[T]) run(lo, hi int) Result {
	for i := lo; i < hi; i++ {
		x, d := j.x.Row(i), j.dst.Row(i)
		e := kern.NewEntmax(x, j.alpha)
		for c, v := range x {
			d[c] = T(e.Prob(float64(v)))
		}
	}
	return Result{}
}

// EntmaxLoss returns the loss of logits against labels that belongs to [Entmax] as cross-entropy does
// to the softmax: the Fenchel-Young loss of Tsallis' entropy H(p) = Σ (p - p^α)/(α(α-1)). Row i costs
//
//	loss[i] = max over p of ( Σ p[j]·x[j] + H(p) ) - x[labels[i]]
//
// Unlike cross-entropy it is exactly 0 once the label is 1/(α-1) or more above all others. It is a
// sum of parts none of which is negative, so that it keeps its digits down to there.
//
// Shapes: logits is [rows, classes], labels is [rows].
// Special values: as [CrossEntropy].
// Errors: *ShapeError, *LabelError, *OptionError, *EmptyError.
// Memory: none is allocated when EntmaxOptions.Workers is 1.
// Source: Martins and Astudillo 2016; Blondel, Martins and Niculae 2020.
func EntmaxLoss[T Float, L Int](logits Logits[T], labels []L, opt *EntmaxOptions) (Result, error) {
	return entmaxLoss("EntmaxLoss", Matrix[T]{}, nil, Matrix[T](logits), labels, opt)
}

// EntmaxLossGrad stores the gradient of [EntmaxLoss] with respect to logits in grad and returns the
// same Result. With p of [Entmax], and W as in [CrossEntropyGrad],
//
//	grad[i][j] = (p[i][j] - [j = labels[i]]) / W
//
// Shapes: grad is [rows, classes] and may be the same view as logits.
// Errors: as EntmaxLoss; grad is then untouched.
// Memory: none is allocated when EntmaxOptions.Workers is 1.
func EntmaxLossGrad[T Float, L Int](grad Matrix[T], logits Logits[T], labels []L, opt *EntmaxOptions) (Result, error) {
	const fn = "EntmaxLossGrad"
	if err := checkGrad(fn, grad, Matrix[T](logits)); err != nil {
		return Result{}, err
	}
	return entmaxLoss(fn, grad, nil, Matrix[T](logits), labels, opt)
}

// EntmaxLossRows stores the loss of each row in loss and returns the same Result as [EntmaxLoss].
//
// Shapes: loss is [rows].
// Errors: as EntmaxLoss; loss is then untouched.
func EntmaxLossRows[T Float, L Int](loss []T, logits Logits[T], labels []L, opt *EntmaxOptions) (Result, error) {
	const fn = "EntmaxLossRows"
	if err := checkRows(fn, len(loss), logits.Rows); err != nil {
		return Result{}, err
	}
	return entmaxLoss(fn, Matrix[T]{}, loss, Matrix[T](logits), labels, opt)
}

func entmaxLoss[T Float, L Int](fn string, grad Matrix[T], loss []T, x Matrix[T], labels []L, opt *EntmaxOptions) (Result, error) {
	if opt == nil {
		opt = &EntmaxOptions{}
	}
	if err := x.check(fn, "logits"); err != nil {
		return Result{}, err
	}
	alpha, err := opt.alpha(fn)
	if err != nil {
		return Result{}, err
	}
	terms := labelTerms{opt.RowWeights, opt.IgnoreIndex, opt.Reduction, opt.Denominator, opt.Empty, opt.Workers}
	total, scale, err := reduceLabels(fn, labels, x.Rows, x.Cols, terms)
	if err != nil {
		return Result{}, err
	}
	return runLabels(entmaxLosses[T]{grad, x, alpha, scale}, grad, loss, labels, x.Cols, terms, total), nil
}

// entmaxLosses is a checked batch; grad without Data is not wanted.
type entmaxLosses[T Float] struct {
	grad, x      Matrix[T]
	alpha, scale float64
}

func (b entmaxLosses[T]) row(i, y int, w float64) float64 {
	x := b.x.Row(i)
	e := kern.NewEntmax(x, b.alpha)
	loss, rest := kern.EntmaxLoss(&e, x, y)
	if b.grad.Data != nil {
		dst := b.grad.Row(i)
		for j, v := range x {
			g := 0 - rest // 0 rather than -0
			if j != y {
				g = e.Prob(float64(v))
			}
			dst[j] = T(w * b.scale * g)
		}
	}
	return loss
}
