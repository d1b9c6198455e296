package xent

import (
	"math"

	"xent/internal/kern"
	"xent/internal/par"
)

// Teacher is the logits of another model, or of an earlier one, that a model is compared with. The
// type keeps the two apart: [Teacher] and [Logits] in the wrong order do not compile.
type Teacher[T Float] Matrix[T]

// TeacherOf views data as rows of classes logits of a teacher, without a copy.
func TeacherOf[T Float](data []T, classes int) Teacher[T] { return Teacher[T](MatrixOf(data, classes)) }

// Prediction is what a divergence is differentiated in: logits, which are normalised, or
// log-probabilities, which are taken as they are.
type Prediction[T Float] interface{ Logits[T] | LogProbs[T] }

// Reference is the distribution that a prediction is compared with.
type Reference[T Float] interface {
	Probs[T] | LogProbs[T] | Teacher[T]
}

// DivergenceKind is a way to measure how far a prediction q is from a reference p. Each is 0 when
// p = q and else above 0; the sums run over the classes.
type DivergenceKind uint8

// The divergences of q from p, in nats where they have a unit.
const (
	KL               DivergenceKind = iota // Σ p·ln(p/q); Kullback and Leibler 1951
	ReverseKL                              // Σ q·ln(q/p)
	Jeffreys                               // KL + ReverseKL; Jeffreys 1946
	JS                                     // β·KL(p‖m) + (1-β)·KL(q‖m), m = β·p + (1-β)·q; Lin 1991
	Renyi                                  // ln(Σ p^α·q^(1-α)) / (α-1); Rényi 1961
	Tsallis                                // (Σ p^α·q^(1-α) - 1) / (α-1); Tsallis 1998
	TotalVariation                         // ½·Σ |p-q|
	SquaredHellinger                       // ½·Σ (√p-√q)²; Hellinger 1909
	Bhattacharyya                          // -ln Σ √(p·q); Bhattacharyya 1943
	ChiSquared                             // Σ (p-q)²/q; Pearson 1900
	kinds
)

// DivergenceOptions configure [Divergence]. Nil and the zero value are the mean KL of a row.
type DivergenceOptions struct {
	Kind DivergenceKind

	// Order (α ≥ 0) is that of Renyi and Tsallis, which need one. Order 1 is the limit, KL; Renyi has
	// +Inf too, the largest ln(p/q).
	Order *float64

	// Mix (β) is the share of p in the mixture of JS, above 0 and below 1; nil means ½.
	Mix *float64

	// Temperature (T) divides the logits on both sides; 0 means 1. The gradient is that of the given
	// logits. [Distill] multiplies by T²; this does not.
	Temperature float64

	RowWeights []float64 // as in [Options]; the Denominator Weights divides by their sum

	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // of Mean: the rows, Weights, or Fixed(n)
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

// Divergence returns how far the predictions q are from the references p: the mean over the rows,
// never over the elements.
//
//	Divergence(logits, xent.TeacherOf(x, k), &xent.DivergenceOptions{Kind: xent.JS})
//
// The kinds stand at [DivergenceKind]. The gradient is that of q; for the one in p take the other
// direction.
//
// With logits no row comes out below 0, however near p and q are: KL, ReverseKL, Renyi and Tsallis
// are summed from terms such as p·ln(p/q) - p + q, none of which is negative, and what p misses in
// its sum by rounding does not enter. Log-probabilities are taken as they are: formulas and gradients
// are those of free numbers, as in PyTorch's kl_div.
//
// Shapes: q and p are [rows, classes].
// Special values: a class that p and q both exclude adds nothing. One that q alone excludes makes KL,
// Jeffreys, ChiSquared, and Renyi and Tsallis of an order from 1 on +Inf; one that p alone excludes,
// ReverseKL and Jeffreys. A NaN, a negative probability or logits without a softmax cost NaN.
// Errors: *ShapeError, *OptionError, *EmptyError.
// Memory: none is allocated when DivergenceOptions.Workers is 1.
func Divergence[Q Prediction[T], P Reference[T], T Float](q Q, p P, opt *DivergenceOptions) (Result, error) {
	return divergence[Q, P]("Divergence", Matrix[T]{}, nil, q, p, opt)
}

// DivergenceGrad stores the gradient of [Divergence] with respect to q in grad and returns the same
// Result. With W = Result.Weight for Reduction Mean and 1 for Sum, for KL,
//
//	logits             grad[i][j] = (q[i][j] - p[i][j]) / (T·W)
//	log-probabilities  grad[i][j] = -p[i][j] / W
//
// Shapes: grad is [rows, classes] and may be the same view as q or p.
// Special values: the gradient of KL stays finite where the divergence is infinite, as that of a
// cross-entropy; those of the other kinds need not. TotalVariation has slope 0 where p = q.
// Errors: as Divergence; grad is then untouched.
// Memory: none is allocated when DivergenceOptions.Workers is 1.
func DivergenceGrad[Q Prediction[T], P Reference[T], T Float](grad Matrix[T], q Q, p P, opt *DivergenceOptions) (Result, error) {
	const fn = "DivergenceGrad"
	if err := checkGrad(fn, grad, Matrix[T](q)); err != nil {
		return Result{}, err
	}
	return divergence[Q, P](fn, grad, nil, q, p, opt)
}

// DivergenceRows stores the divergence of each row in loss and returns the same Result as
// [Divergence].
//
// Shapes: loss is [rows].
// Errors: as Divergence; loss is then untouched.
func DivergenceRows[Q Prediction[T], P Reference[T], T Float](loss []T, q Q, p P, opt *DivergenceOptions) (Result, error) {
	const fn = "DivergenceRows"
	if err := checkRows(fn, len(loss), Matrix[T](q).Rows); err != nil {
		return Result{}, err
	}
	return divergence[Q, P](fn, Matrix[T]{}, loss, q, p, opt)
}

func divergence[Q Prediction[T], P Reference[T], T Float](fn string, grad Matrix[T], loss []T, q Q, p P, opt *DivergenceOptions) (Result, error) {
	if opt == nil {
		opt = &DivergenceOptions{}
	}
	b := divergenceBatch[T]{grad: grad, loss: loss, q: Matrix[T](q), p: Matrix[T](p), qForm: kern.FromLogProbs}
	if _, ok := any(q).(Logits[T]); ok {
		b.qForm = kern.FromLogits
	}
	switch any(p).(type) {
	case Probs[T]:
		b.pForm = kern.FromProbs
	case LogProbs[T]:
		b.pForm = kern.FromLogProbs
	}
	if err := b.check(fn, opt); err != nil {
		return Result{}, err
	}
	rows := b.q.Rows
	weight := kern.SumOf(float64(rows))
	if opt.Denominator == Weights {
		weight = totalWeight(opt.RowWeights, rows)
	}
	total, scale, err := reduce(fn, opt.Reduction, opt.Denominator, opt.Empty, weight, rows, 0)
	if err != nil {
		return Result{}, err
	}
	b.scale, b.measure, b.link = scale, opt.measure(), kern.Link{Temp: opt.Temperature}
	if b.link.Temp == 0 {
		b.link.Temp = 1
	}
	return runBatch(b, rows, par.Workers(opt.Workers, rows*b.q.Cols), total), nil
}

// measure returns the divergence that the options ask for.
func (o *DivergenceOptions) measure() kern.Divergence {
	d := kern.Divergence{Kind: kern.Kind(o.Kind), Mix: 0.5}
	if o.Order != nil {
		d.Order = *o.Order
	}
	if o.Mix != nil {
		d.Mix = *o.Mix
	}
	if (o.Kind == Renyi || o.Kind == Tsallis) && d.Order == 1 {
		d.Kind = kern.KL
	}
	return d
}

func (o *DivergenceOptions) check(fn string) error {
	ordered := o.Kind == Renyi || o.Kind == Tsallis
	switch {
	case o.Kind >= kinds:
		return &OptionError{Func: fn, Option: "Kind", Got: itoa(int(o.Kind)), Want: "KL, ReverseKL, Jeffreys, JS, Renyi, Tsallis, TotalVariation, SquaredHellinger, Bhattacharyya or ChiSquared"}
	case ordered && o.Order == nil:
		return &OptionError{Func: fn, Option: "Order", Got: "nil", Want: "the order α of this divergence"}
	case !ordered && o.Order != nil:
		return &OptionError{Func: fn, Option: "Order", Got: float(*o.Order), Want: "nil: only Renyi and Tsallis have an order"}
	case ordered && !(*o.Order >= 0 && (*o.Order <= math.MaxFloat64 || o.Kind == Renyi)):
		return &OptionError{Func: fn, Option: "Order", Got: float(*o.Order), Want: "α ≥ 0, finite for Tsallis"}
	case o.Mix != nil && o.Kind != JS:
		return &OptionError{Func: fn, Option: "Mix", Got: float(*o.Mix), Want: "nil: only JS mixes"}
	case o.Mix != nil && !(*o.Mix > 0 && *o.Mix < 1):
		return &OptionError{Func: fn, Option: "Mix", Got: float(*o.Mix), Want: "0 < Mix < 1 (at the ends JS is 0; use KL or ReverseKL)"}
	}
	if err := inRange(fn, "Temperature", o.Temperature, math.MaxFloat64); err != nil {
		return err
	}
	return enums(fn, o.Reduction, o.Denominator, o.Empty, o.Workers)
}

// divergenceBatch is a checked batch; grad without Data and loss nil are not wanted.
type divergenceBatch[T Float] struct {
	grad         Matrix[T]
	loss         []T
	q, p         Matrix[T]
	qForm, pForm kern.Form
	link         kern.Link // of logits, on both sides
	measure      kern.Divergence
	weights      []float64 // of the rows
	scale        float64   // of the gradient
}

func (b *divergenceBatch[T]) check(fn string, opt *DivergenceOptions) error {
	if err := b.q.check(fn, "q"); err != nil {
		return err
	}
	if err := b.p.checkLike(fn, "p", b.q.Rows, b.q.Cols, "q"); err != nil {
		return err
	}
	if opt.Temperature != 0 && b.qForm != kern.FromLogits {
		return &OptionError{Func: fn, Option: "Temperature", Got: float(opt.Temperature), Want: "0: log-probabilities are past the softmax"}
	}
	if err := opt.check(fn); err != nil {
		return err
	}
	if err := rowWeights(fn, opt.RowWeights, b.q.Rows); err != nil {
		return err
	}
	b.weights = opt.RowWeights
	if b.grad.Data != nil {
		return checkOverlap(fn, b.grad, b.p, "p")
	}
	return nil
}

func (b divergenceBatch[T]) run(lo, hi int) (part Result) {
	for i := lo; i < hi; i++ {
		w := at(b.weights, i)
		if w == 0 {
			part.Rows++
			clearRow(b.grad, i)
			if b.loss != nil {
				b.loss[i] = 0
			}
			continue
		}
		q, p := kern.NewSide(b.q.Row(i), b.qForm, b.link), kern.NewSide(b.p.Row(i), b.pForm, b.link)
		m := kern.Measure(&b.measure, &q, &p)
		if b.grad.Data != nil {
			kern.MeasureGrad(b.grad.Row(i), &m, &b.measure, &q, &p, w*b.scale)
		}
		if b.loss != nil {
			b.loss[i] = T(w * m.Value)
		}
		part.addRow(w * m.Value)
	}
	return part
}
