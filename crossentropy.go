package xent

import (
	"math"

	"xent/internal/kern"
	"xent/internal/par"
)

// CrossEntropy returns the loss of logits against integer labels.
//
// With z = logits (see [Options] for caps and temperatures) and p = softmax(z), row i costs
//
//	loss[i] = -ln p[i][labels[i]]      in nats
//
// computed as (max z - z[label]) + log1p(Σ e^(z-max) over the others): a loss of 1e-300 keeps its
// digits, and nothing overflows.
//
// Shapes: logits is [rows, classes], labels is [rows].
// Special values: a class at -Inf is excluded from the softmax, and as a label costs +Inf. One
// logit at +Inf is the limit: certainty. Several, a row all at -Inf, or a NaN cost NaN. Rows that
// cost ±Inf or NaN count in Result.NonFinite. Whatever has weight 0 costs 0, even where it would
// cost +Inf.
// Errors: *ShapeError, *LabelError, *OptionError, *EmptyError.
// Memory: none is allocated when Options.Workers is 1.
// Source: Bridle 1990.
func CrossEntropy[T Float, L Int](logits Logits[T], labels []L, opt *Options) (Result, error) {
	return labelLoss("CrossEntropy", Matrix[T]{}, nil, Matrix[T](logits), labels, opt)
}

// CrossEntropyGrad stores the gradient of [CrossEntropy] with respect to logits in grad and returns
// the same Result. For the usual loss
//
//	grad[i][j] = (p[i][j] - [j = labels[i]]) · Weights[labels[i]] / W
//
// with W = Result.Weight for Reduction Mean and 1 for Sum. At the label it is -(1-p), from the sum
// of the others: it does not vanish before it is below the smallest number.
//
// Shapes: grad is [rows, classes], as logits, and may be the same view; any other overlap is an error.
// Special values: see CrossEntropy. Excluded classes get 0, as labels -1 times the scale: the
// gradient of an infinite loss is finite. A row that costs NaN gets NaN. Ignored rows get 0.
// Errors: as CrossEntropy; grad is then untouched.
// Memory: none is allocated when Options.Workers is 1.
func CrossEntropyGrad[T Float, L Int](grad Matrix[T], logits Logits[T], labels []L, opt *Options) (Result, error) {
	const fn = "CrossEntropyGrad"
	if err := checkGradBlocks(fn, "logits", grad, Matrix[T](logits)); err != nil {
		return Result{}, err
	}
	return labelLoss(fn, grad, nil, Matrix[T](logits), labels, opt)
}

// CrossEntropyRows stores the loss of each row in loss, weighted but not divided by anything, and
// returns the same Result as [CrossEntropy]. Ignored rows get 0.
//
// Shapes: loss is [rows].
// Errors: as CrossEntropy; loss is then untouched.
func CrossEntropyRows[T Float, L Int](loss []T, logits Logits[T], labels []L, opt *Options) (Result, error) {
	const fn = "CrossEntropyRows"
	if err := checkRows(fn, len(loss), logits.Rows); err != nil {
		return Result{}, err
	}
	return labelLoss(fn, Matrix[T]{}, loss, Matrix[T](logits), labels, opt)
}

// SoftCrossEntropy returns the loss of logits against soft targets.
//
//	loss[i] = -Σ target[i][j]·ln p[i][j]      in nats
//
// The mean divides by the number of rows, as in PyTorch, also with class weights; Denominator
// Weights divides by Σ Weights[j]·target[j], which for one-hot targets is what [CrossEntropy] does.
//
// Shapes: logits and target are [rows, classes].
// Targets are taken as they are: rows that do not sum to one, and negative entries, follow the
// formula, and NaN gives NaN; see [xent/info.Validate].
// Special values: a class with target 0 costs nothing, even an excluded one; target on an excluded
// class costs +Inf.
// Errors: *ShapeError, *OptionError, *EmptyError.
// Memory: none is allocated when Options.Workers is 1.
func SoftCrossEntropy[T Float](logits Logits[T], target Probs[T], opt *Options) (Result, error) {
	return softLoss("SoftCrossEntropy", Matrix[T]{}, nil, Matrix[T](logits), Matrix[T](target), opt)
}

// SoftCrossEntropyGrad stores the gradient of [SoftCrossEntropy] with respect to logits in grad and
// returns the same Result. For the usual loss, with W as in [CrossEntropyGrad],
//
//	grad[i][j] = (p[i][j]·Σ target[i] - target[i][j]) / W
//
// Shapes: grad is [rows, classes] and may be the same view as logits or target.
// Errors: as SoftCrossEntropy; grad is then untouched.
func SoftCrossEntropyGrad[T Float](grad Matrix[T], logits Logits[T], target Probs[T], opt *Options) (Result, error) {
	const fn = "SoftCrossEntropyGrad"
	if err := checkGradBlocks(fn, "logits", grad, Matrix[T](logits)); err != nil {
		return Result{}, err
	}
	return softLoss(fn, grad, nil, Matrix[T](logits), Matrix[T](target), opt)
}

// SoftCrossEntropyRows stores the loss of each row in loss, weighted but not divided by anything,
// and returns the same Result as [SoftCrossEntropy].
//
// Shapes: loss is [rows].
// Errors: as SoftCrossEntropy; loss is then untouched.
func SoftCrossEntropyRows[T Float](loss []T, logits Logits[T], target Probs[T], opt *Options) (Result, error) {
	const fn = "SoftCrossEntropyRows"
	if err := checkRows(fn, len(loss), logits.Rows); err != nil {
		return Result{}, err
	}
	return softLoss(fn, Matrix[T]{}, loss, Matrix[T](logits), Matrix[T](target), opt)
}

func labelLoss[T Float, L Int](fn string, grad Matrix[T], loss []T, x Matrix[T], labels []L, opt *Options) (Result, error) {
	if opt == nil {
		opt = &Options{}
	}
	j := softmaxJob[T, L]{grad: grad, loss: loss, x: x, labels: labels}
	return j.ofLabels(fn, opt)
}

// ofLabels computes the whole batch against labels.
func (j *softmaxJob[T, L]) ofLabels(fn string, opt *Options) (Result, error) {
	if err := j.x.checkBlocks(fn, j.arg()); err != nil {
		return Result{}, err
	}
	if len(j.labels) != j.x.Rows {
		return Result{}, &ShapeError{fn, "labels", "[" + itoa(len(j.labels)) + "]", "[" + itoa(j.x.Rows) + "] (one for each row of " + j.arg() + ")"}
	}
	if err := opt.check(fn, j.x.Rows, j.x.Cols); err != nil {
		return Result{}, err
	}
	weight, ignored, err := labelWeight(fn, j.labels, j.x.Cols, opt)
	if err != nil {
		return Result{}, err
	}
	if opt.IgnoreIndex != nil {
		j.ignoring, j.ignored = true, int64(*opt.IgnoreIndex)
	}
	return j.do(fn, opt, weight, ignored)
}

// labelWeight checks the labels and returns the sum of their rows' weights, and how many are ignored.
func labelWeight[L Int](fn string, labels []L, classes int, opt *Options) (weight kern.Sum, ignored int, err error) {
	ignore, any := int64(0), opt.IgnoreIndex != nil
	if any {
		ignore = int64(*opt.IgnoreIndex)
	}
	weighted := opt.Weights != nil || opt.RowWeights != nil
	for i, l := range labels {
		y := int64(l)
		switch {
		case any && y == ignore:
			ignored++
		case y < 0 || y >= int64(classes):
			return weight, 0, labelError(fn, labels, i, classes, opt.IgnoreIndex)
		case weighted:
			weight.Add(at(opt.Weights, int(y)) * at(opt.RowWeights, i))
		}
	}
	if !weighted {
		weight = kern.SumOf(float64(len(labels) - ignored))
	}
	return weight, ignored, nil
}

// at returns weight i, 1 where there are no weights.
func at(w []float64, i int) float64 {
	if w == nil {
		return 1
	}
	return w[i]
}

func softLoss[T Float](fn string, grad Matrix[T], loss []T, x, target Matrix[T], opt *Options) (Result, error) {
	if opt == nil {
		opt = &Options{}
	}
	j := softmaxJob[T, int]{grad: grad, loss: loss, x: x, target: target}
	return j.ofTargets(fn, opt)
}

// ofTargets computes the whole batch against soft targets.
func (j *softmaxJob[T, L]) ofTargets(fn string, opt *Options) (Result, error) {
	if err := j.x.checkBlocks(fn, j.arg()); err != nil {
		return Result{}, err
	}
	if err := j.target.sameShape(fn, "target", j.x.Rows, j.x.Cols, j.arg()); err != nil {
		return Result{}, err
	}
	if err := j.target.checkBlocks(fn, "target"); err != nil {
		return Result{}, err
	}
	if opt.IgnoreIndex != nil {
		return Result{}, &OptionError{fn, "IgnoreIndex", itoa(*opt.IgnoreIndex), "nil: soft targets have no index"}
	}
	if err := opt.check(fn, j.x.Rows, j.x.Cols); err != nil {
		return Result{}, err
	}
	if j.grad.Data != nil {
		if err := checkOverlap(fn, j.grad, j.target, "target"); err != nil {
			return Result{}, err
		}
	}
	weight := kern.SumOf(float64(j.x.Rows))
	if opt.Denominator == Weights {
		weight = softWeight(j.target, opt)
	}
	return j.do(fn, opt, weight, 0)
}

// softWeight returns Σ r[i]·w[j]·target[i][j] over all rows.
func softWeight[T Float](target Matrix[T], opt *Options) (sum kern.Sum) {
	scratch := target.scratch()
	for i := range target.Rows {
		if r := at(opt.RowWeights, i); r != 0 {
			for j, t := range target.read(scratch, i) {
				sum.Add(r * at(opt.Weights, j) * float64(t))
			}
		}
	}
	return sum
}

// softmaxJob is one checked batch against labels or against target; the other is empty.
type softmaxJob[T Float, L Int] struct {
	grad   Matrix[T] // no Data: not wanted
	loss   []T       // nil: not wanted
	x      Matrix[T]
	labels []L
	target Matrix[T]
	form   kern.Form // of x
	sums   SumPolicy // of probabilities

	ignoring bool // rows with the label ignored do not count
	ignored  int64

	link       kern.Link
	each       kern.Target[T] // what all rows share; its Penalty before the row's weight
	rowWeights []float64
	top        int     // Options.TopK
	wide       bool    // sums need twice the digits
	scale      float64 // of the gradient
}

// arg returns what the caller calls x.
func (j *softmaxJob[T, L]) arg() string {
	if j.form == kern.FromLogits && j.sums != SumDivided {
		return "logits"
	}
	return "q"
}

// do computes the whole batch. Weight is the denominator Usual and Weights.
func (j *softmaxJob[T, L]) do(fn string, opt *Options, weight kern.Sum, ignored int) (Result, error) {
	total, scale, err := reduce(fn, opt.Reduction, opt.Denominator, opt.Empty, weight, j.x.Rows, ignored)
	if err != nil {
		return Result{}, err
	}
	j.scale = scale
	j.link = linkOf(opt)
	j.rowWeights, j.top = opt.RowWeights, opt.TopK
	j.each, j.wide = targetOf[T](opt, j.x.Cols)
	workers := par.Workers(opt.Workers, j.x.Rows*j.x.Cols)
	if j.form != kern.FromLogits {
		if err := j.checkForecast(fn, workers); err != nil {
			return Result{}, err
		}
	}
	if j.x.Cols <= kern.MostAcross {
		return runBatch(bySixteens[T, L]{*j}, (j.x.Rows+15)/16, workers, total), nil
	}
	return runBatch(*j, j.x.Rows, workers, total), nil
}

// reduce returns a Result that holds the denominator and policies of a batch but no rows, and the
// scale of the gradient. Weight is the denominator Usual and Weights.
func reduce(fn string, r Reduction, d Denominator, e EmptyPolicy, weight kern.Sum, rows, ignored int) (Result, float64, error) {
	start := Result{weight: weight, zero: e == EmptyZero, divided: r == Mean}
	switch d {
	case Count:
		start.weight = kern.SumOf(float64(rows - ignored))
	case Rows:
		start.weight = kern.SumOf(float64(rows))
	case Usual, Weights:
	default:
		start.weight, start.fixed = kern.SumOf(float64(d)), true
	}
	start.Weight = start.weight.Value()
	switch {
	case r == Sum:
		return start, 1, nil
	case start.Weight != 0:
		return start, 1 / start.Weight, nil
	case e == EmptyZero:
		return start, 0, nil
	case e == EmptyNaN:
		return start, math.NaN(), nil
	}
	return start, 0, &EmptyError{Func: fn, Rows: rows, Ignored: ignored}
}

// run computes rows lo to hi-1.
func (j softmaxJob[T, L]) run(lo, hi int) (part Result) {
	w := rowWork[T]{j.each, j.x.scratch(), j.target.scratch(), j.grad.scratch()}
	for i := j.sixteens(&part, &w, lo, hi); i < hi; i++ {
		j.one(&part, &w, i, nil, 0)
	}
	return part
}

// rowWork is what the rows of a chunk use one after the other.
type rowWork[T Float] struct {
	target           kern.Target[T]
	x, soft, scratch []T // see [Matrix.scratch]
}

// one computes row i, which may be row r of some.
func (j *softmaxJob[T, L]) one(part *Result, work *rowWork[T], i int, some *kern.Sixteen, r int) {
	t, gs := &work.target, work.scratch
	if j.skips(part, work, i) {
		return
	}
	w := at(j.rowWeights, i)
	if j.labels == nil {
		t.Soft = j.target.read(work.soft, i)
	} else if t.Label = int(j.labels[i]); t.Weights != nil {
		t.Penalty = j.each.Penalty * t.Weights[t.Label]
	}
	dst := j.grad.into(gs, i)
	x := j.x.read(work.x, i)
	var row kern.Row
	found := some != nil && some.Row(&row, r, j.link)
	if j.form == kern.FromLogits && !found {
		row = kern.NewRow(x, j.link, j.wide)
	}
	loss, before := j.row(&row, dst, x, t, w*j.scale)
	j.grad.write(dst, i)
	if found && j.usual() {
		loss = j.lossOf(some, r, i)
	}
	loss *= w
	if j.loss != nil {
		j.loss[i] = T(loss)
	}
	if j.labels != nil {
		part.judge(before, j.top)
	}
	part.addRow(loss)
}

// row returns the loss of the row x, stores scale times its gradient in dst unless that is nil, and tells how
// many classes come before the label (not all of them, unless TopK asks). Of logits, row is what NewRow gives.
func (j *softmaxJob[T, L]) row(row *kern.Row, dst, x []T, t *kern.Target[T], scale float64) (loss float64, before int) {
	if j.form != kern.FromLogits {
		given := j.given(x)
		loss, before = kern.LossGiven(&given, t), j.before(x, t.Label)
		if dst != nil {
			kern.GradGiven(dst, &given, t, scale)
		}
		return loss, before
	}
	switch {
	case !row.Valid():
		before = len(x)
	case row.Arg != t.Label && j.top > 1:
		before = j.before(x, t.Label)
	case row.Arg != t.Label:
		before = 1
	}
	loss, pull := kern.Loss(row, x, t)
	if dst != nil {
		kern.Grad(dst, row, x, t, pull, scale)
	}
	return loss, before
}

// before returns how many elements of x are above that of the label, or equal and before it.
func (j *softmaxJob[T, L]) before(x []T, label int) (n int) {
	for c, v := range x {
		if v > x[label] || v == x[label] && c < label {
			n++
		}
	}
	return n
}

// skip writes the zeros of a row that does not count.
func (j *softmaxJob[T, L]) skip(scratch []T, i int) {
	if j.loss != nil {
		j.loss[i] = 0
	}
	dst := j.grad.into(scratch, i)
	clear(dst)
	j.grad.write(dst, i)
}

// targetOf returns what all rows of a loss share, and whether their sums need twice the digits.
func targetOf[T Float](opt *Options, classes int) (each kern.Target[T], wide bool) {
	shape := kern.Shape{Focus: opt.Focus, Robust: opt.Robustness, Poly: opt.Poly}
	wide = (shape.Focus != 0 || shape.Robust != 0) && isFloat64[T]()
	return kern.Target[T]{Classes: classes, Weights: opt.Weights, Smoothing: opt.Smoothing, Shape: shape, Penalty: opt.ZPenalty}, wide
}

// linkOf returns the map from logits to exponents.
func linkOf(opt *Options) kern.Link {
	l := kern.Link{Temp: opt.Temperature, Cap: opt.SoftCap}
	if l.Temp == 0 {
		l.Temp = 1
	}
	return l
}

func isFloat64[T Float]() bool {
	var zero T
	_, ok := any(zero).(float64)
	return ok
}

// checkGrad checks x and a gradient in it, with rows in one piece.
func checkGrad[T Float](fn string, grad, x Matrix[T]) error {
	if err := x.check(fn, "logits"); err != nil {
		return err
	}
	if err := grad.checkLike(fn, "grad", x.Rows, x.Cols, "logits"); err != nil {
		return err
	}
	return checkOverlap(fn, grad, x, "logits")
}

// checkGradBlocks is checkGrad for matrices that may have inner dimensions, each its own.
func checkGradBlocks[T Float](fn, arg string, grad, x Matrix[T]) error {
	if err := x.checkBlocks(fn, arg); err != nil {
		return err
	}
	if err := grad.sameShape(fn, "grad", x.Rows, x.Cols, arg); err != nil {
		return err
	}
	if err := grad.checkBlocks(fn, "grad"); err != nil {
		return err
	}
	return checkOverlap(fn, grad, x, arg)
}

func checkRows(fn string, got, want int) error {
	if got != want {
		return &ShapeError{fn, "loss", "[" + itoa(got) + "]", "[" + itoa(want) + "] (one for each row)"}
	}
	return nil
}
