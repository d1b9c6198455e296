package xent

import (
	"math"

	"xent/info"
	"xent/internal/kern"
)

// Forecast is a prediction that is a distribution already: probabilities or their logarithms, taken as
// they are.
type Forecast[T Float] interface{ Probs[T] | LogProbs[T] }

// SumPolicy is what to do with a row of a [Forecast] that does not sum to one within [xent/info.Tolerance].
type SumPolicy uint8

const (
	SumFails   SumPolicy = iota // a *ProbError
	SumKept                     // taken as it is: the best classes of many, or scores of their own
	SumDivided                  // each row is divided by its sum, which must be above 0, as scikit-learn did before 1.5
)

// LogLossOptions configure [LogLoss] and [SoftLogLoss]. Nil and the zero value are the usual losses. The
// fields that [Options] has too mean the same.
type LogLossOptions struct {
	Weights     []float64
	RowWeights  []float64
	IgnoreIndex *int
	Smoothing   float64
	Focus       float64
	Poly        float64
	Robustness  float64

	// Sums is what to do with rows that do not sum to one.
	Sums SumPolicy

	Reduction   Reduction
	Denominator Denominator
	Empty       EmptyPolicy
	Workers     int
}

// logits returns the same options for logits.
func (o *LogLossOptions) logits() Options {
	return Options{Weights: o.Weights, RowWeights: o.RowWeights, IgnoreIndex: o.IgnoreIndex, Smoothing: o.Smoothing,
		Focus: o.Focus, Poly: o.Poly, Robustness: o.Robustness, Reduction: o.Reduction, Denominator: o.Denominator,
		Empty: o.Empty, Workers: o.Workers}
}

// LogLoss returns the loss of probabilities, or of their logarithms, against integer labels: for a model of
// which the logits are gone.
//
//	loss[i] = -ln q[i][labels[i]]      in nats
//
// Nothing is clipped: an impossible label costs +Inf. From logits take [CrossEntropy], which keeps the digits
// that the softmax rounds away.
//
// Shapes: q is [rows, classes], labels is [rows].
// Special values: a probability that is NaN or outside [0, 1] is an error, and so is a row that does not sum to
// one, unless LogLossOptions.Sums says otherwise. Ignored rows, and rows of
// weight 0, are not looked at.
// Errors: *ShapeError, *LabelError, *ProbError, *OptionError, *EmptyError.
// Memory: none is allocated when LogLossOptions.Workers is 1.
// Source: Good 1952.
func LogLoss[Q Forecast[T], T Float, L Int](q Q, labels []L, opt *LogLossOptions) (Result, error) {
	return logLoss("LogLoss", Matrix[T]{}, nil, q, labels, opt)
}

// LogLossGrad stores the gradient of [LogLoss] with respect to q in grad and returns the same Result. For the
// usual loss, with y = labels[i] and W as in [CrossEntropyGrad],
//
//	probabilities  grad[i][y] = -1/q[i][y] / W      logarithms  grad[i][y] = -1 / W
//
// and 0 elsewhere: the derivatives in free numbers, as in PyTorch's nll_loss. Under SumDivided they are those
// through the division, for probabilities 1/S - [j = y]/q[i][y] with the sum S of the row.
//
// Shapes: grad is as q and may be the same view.
// Special values: an impossible label has the derivative -Inf in a probability.
// Errors: as LogLoss; grad is then untouched.
// Memory: none is allocated when LogLossOptions.Workers is 1.
func LogLossGrad[Q Forecast[T], T Float, L Int](grad Matrix[T], q Q, labels []L, opt *LogLossOptions) (Result, error) {
	const fn = "LogLossGrad"
	if err := checkGradBlocks(fn, "q", grad, Matrix[T](q)); err != nil {
		return Result{}, err
	}
	return logLoss(fn, grad, nil, q, labels, opt)
}

// LogLossRows stores the loss of each row in loss, weighted but not divided by anything, and returns the same
// Result as [LogLoss]. Ignored rows get 0.
//
// Shapes: loss is [rows].
// Errors: as LogLoss; loss is then untouched.
func LogLossRows[Q Forecast[T], T Float, L Int](loss []T, q Q, labels []L, opt *LogLossOptions) (Result, error) {
	const fn = "LogLossRows"
	if err := checkRows(fn, len(loss), Matrix[T](q).Rows); err != nil {
		return Result{}, err
	}
	return logLoss(fn, Matrix[T]{}, loss, q, labels, opt)
}

// SoftLogLoss is [LogLoss] against soft targets, as [SoftCrossEntropy] is [CrossEntropy]:
//
//	loss[i] = -Σ target[i][j]·ln q[i][j]      in nats
//
// Shapes: q and target are [rows, classes].
// Special values: a class with target 0 costs nothing, even an impossible one. Targets are taken as they are.
// Errors: *ShapeError, *ProbError, *OptionError, *EmptyError.
// Memory: none is allocated when LogLossOptions.Workers is 1.
func SoftLogLoss[Q Forecast[T], T Float](q Q, target Probs[T], opt *LogLossOptions) (Result, error) {
	return softLogLoss("SoftLogLoss", Matrix[T]{}, nil, q, target, opt)
}

// SoftLogLossGrad stores the gradient of [SoftLogLoss] with respect to q in grad and returns the same Result:
// that of [LogLossGrad], times the target of each class.
//
// Shapes: grad is as q and may be the same view as q or target.
// Errors: as SoftLogLoss; grad is then untouched.
// Memory: none is allocated when LogLossOptions.Workers is 1.
func SoftLogLossGrad[Q Forecast[T], T Float](grad Matrix[T], q Q, target Probs[T], opt *LogLossOptions) (Result, error) {
	const fn = "SoftLogLossGrad"
	if err := checkGradBlocks(fn, "q", grad, Matrix[T](q)); err != nil {
		return Result{}, err
	}
	return softLogLoss(fn, grad, nil, q, target, opt)
}

// SoftLogLossRows stores the loss of each row in loss, weighted but not divided by anything, and returns the same
// Result as [SoftLogLoss].
//
// Shapes: loss is [rows].
// Errors: as SoftLogLoss; loss is then untouched.
func SoftLogLossRows[Q Forecast[T], T Float](loss []T, q Q, target Probs[T], opt *LogLossOptions) (Result, error) {
	const fn = "SoftLogLossRows"
	if err := checkRows(fn, len(loss), Matrix[T](q).Rows); err != nil {
		return Result{}, err
	}
	return softLogLoss(fn, Matrix[T]{}, loss, q, target, opt)
}

func logLoss[Q Forecast[T], T Float, L Int](fn string, grad Matrix[T], loss []T, q Q, labels []L, opt *LogLossOptions) (Result, error) {
	j := softmaxJob[T, L]{grad: grad, loss: loss, x: Matrix[T](q), labels: labels}
	o, err := j.take(fn, formOf[T](q), opt)
	if err != nil {
		return Result{}, err
	}
	return j.ofLabels(fn, &o)
}

func softLogLoss[Q Forecast[T], T Float](fn string, grad Matrix[T], loss []T, q Q, target Probs[T], opt *LogLossOptions) (Result, error) {
	j := softmaxJob[T, int]{grad: grad, loss: loss, x: Matrix[T](q), target: Matrix[T](target)}
	o, err := j.take(fn, formOf[T](q), opt)
	if err != nil {
		return Result{}, err
	}
	return j.ofTargets(fn, &o)
}

func formOf[T Float, Q Forecast[T]](q Q) kern.Form {
	if _, ok := any(q).(Probs[T]); ok {
		return kern.FromProbs
	}
	return kern.FromLogProbs
}

// take takes over what concerns forecasts, and returns the other options. Logarithms divided by the sum of
// what they stand for are logits.
func (j *softmaxJob[T, L]) take(fn string, form kern.Form, opt *LogLossOptions) (Options, error) {
	if opt == nil {
		opt = &LogLossOptions{}
	}
	if opt.Sums > SumDivided {
		return Options{}, &OptionError{fn, "Sums", itoa(int(opt.Sums)), "SumFails, SumKept or SumDivided"}
	}
	j.form, j.sums = form, opt.Sums
	if form == kern.FromLogProbs && opt.Sums == SumDivided {
		j.form = kern.FromLogits
	}
	return opt.logits(), nil
}

// given returns a checked row of a forecast.
func (j *softmaxJob[T, L]) given(x []T) kern.Given[T] {
	if j.sums == SumDivided {
		return kern.DividedOf(x)
	}
	return kern.GivenOf(x, j.form == kern.FromLogProbs)
}

// A ProbError reports a number that is no probability, or a row that does not sum to one.
type ProbError struct {
	Func string // the function called, such as "LogLoss"
	Row  int
	Col  int // -1: it is the sum of the row
	Got  float64
	Want string
}

func (e *ProbError) Error() string {
	if e.Col < 0 {
		return "xent: " + e.Func + ": row " + itoa(e.Row) + " sums to " + float(e.Got) + ", want " + e.Want
	}
	return "xent: " + e.Func + ": element [" + itoa(e.Row) + ", " + itoa(e.Col) + "] = " + float(e.Got) + ", want " + e.Want
}

// checkForecast returns a *ProbError for the first row that counts and is no distribution.
func (j *softmaxJob[T, L]) checkForecast(fn string, workers int) error {
	c := forecastCheck[T, L]{*j}
	if runBatch(c, j.x.Rows, workers, Result{}).NonFinite == 0 {
		return nil
	}
	scratch := j.x.scratch()
	for i := range j.x.Rows {
		if e := c.defect(scratch, i); e.Want != "" {
			e.Func, e.Row = fn, i
			return &e
		}
	}
	return nil
}

// forecastCheck counts the rows that are no distributions.
type forecastCheck[T Float, L Int] struct{ softmaxJob[T, L] }

func (c forecastCheck[T, L]) run(lo, hi int) (part Result) {
	scratch := c.x.scratch()
	for i := lo; i < hi; i++ {
		if e := c.defect(scratch, i); e.Want != "" {
			part.NonFinite++
		}
	}
	return part
}

// defect tells what is wrong with row i; nothing if Want is empty.
func (c *forecastCheck[T, L]) defect(scratch []T, i int) ProbError {
	if at(c.rowWeights, i) == 0 || c.ignoring && int64(c.labels[i]) == c.ignored {
		return ProbError{}
	}
	var sum kern.Sum
	x := c.x.read(scratch, i)
	for j, v := range x {
		p := float64(v)
		switch {
		case c.form == kern.FromLogProbs:
			if !(p <= 0) {
				return ProbError{Col: j, Got: p, Want: "a logarithm of a probability, ≤ 0"}
			}
			if c.sums == SumFails {
				p = kern.Exp(p, 0)
			}
		case c.sums == SumDivided:
			if !(p >= 0 && p <= math.MaxFloat64) {
				return ProbError{Col: j, Got: p, Want: "a finite number ≥ 0"}
			}
		case !(p >= 0 && p <= 1):
			return ProbError{Col: j, Got: p, Want: "0 ≤ probability ≤ 1"}
		}
		sum.Add(p)
	}
	switch total := sum.Value(); {
	case c.sums == SumFails && math.Abs(total-1) > info.Tolerance:
		return ProbError{Col: -1, Got: total, Want: "1 (within 1e-5; or set Sums to SumKept or SumDivided)"}
	case c.sums == SumDivided && !(total > 0 && total <= math.MaxFloat64):
		return ProbError{Col: -1, Got: total, Want: "a finite number above 0"}
	}
	return ProbError{}
}
