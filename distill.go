package xent

import (
	"xent/internal/kern"
	"xent/internal/par"
)

// DistillOptions configure [Distill]. Nil and the zero value are the KL of the student from its
// teacher, without labels.
type DistillOptions struct {
	// Temperature (T) softens the logits of both; 0 means 1, and 2 to 10 are common. The divergence is
	// multiplied by T², so that its gradient keeps its size: see Unscaled.
	Temperature float64

	// Unscaled leaves T² out.
	Unscaled bool

	// LabelShare (λ) is the share of the cross-entropy with the labels in the loss, at temperature 1;
	// in [0, 1].
	LabelShare float64

	// Kind, Order and Mix choose the divergence of the student (q) from its teacher (p); see
	// [DivergenceOptions].
	Kind  DivergenceKind
	Order *float64
	Mix   *float64

	// Decoupled weighs the two halves of the KL apart; nil leaves it whole.
	Decoupled *Decoupled

	// IgnoreIndex is the label of rows that do not count, neither for the labels' part nor for the
	// teacher's; nil ignores nothing.
	IgnoreIndex *int

	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // of Mean: the rows that count, Rows, or Fixed(n)
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

// Decoupled are the weights of the two halves of a KL, that of the label against all other classes,
// and that among the others:
//
//	Target·KL(b‖c) + Others·KL(p̂‖q̂)     b = (p[y], 1-p[y])   p̂[j] = p[j]/(1-p[y]), j ≠ y
//
// with c and q̂ likewise. The KL itself has the weights 1 and 1-p[y], so that a sure teacher silences
// what it knows about the other classes; 1 and 8 are common.
// Source: Zhao et al. 2022.
type Decoupled struct{ Target, Others float64 }

// Distill returns the loss of a student against its teacher, mixed with that against the labels.
// With q = softmax(student/T) and p = softmax(teacher/T), row i costs
//
//	loss[i] = (1-λ)·T²·D(p‖q) + λ·(-ln softmax(student)[labels[i]])      in nats
//
// where D is KL unless the options say otherwise. A student whose logits are the teacher's costs
// exactly 0 in its first part.
//
// Shapes: student and teacher are [rows, classes], labels is [rows]; it may be nil when neither
// LabelShare nor IgnoreIndex nor Decoupled is set.
// Special values: those of [Divergence] and of [CrossEntropy]; a part with share 0 is not looked at.
// Errors: *ShapeError, *LabelError, *OptionError, *EmptyError.
// Memory: none is allocated when DistillOptions.Workers is 1.
// Source: Hinton, Vinyals and Dean 2015.
func Distill[T Float, L Int](student Logits[T], teacher Teacher[T], labels []L, opt *DistillOptions) (Result, error) {
	return distill("Distill", Matrix[T]{}, nil, Matrix[T](student), Matrix[T](teacher), labels, opt)
}

// DistillGrad stores the gradient of [Distill] with respect to the student's logits in grad and
// returns the same Result. For KL, with W = Result.Weight for Reduction Mean and 1 for Sum,
//
//	grad[i][j] = ( (1-λ)·T·(q[j] - p[j]) + λ·(softmax(student)[j] - [j = labels[i]]) ) / W
//
// Shapes: grad is [rows, classes] and may be the same view as student or teacher.
// Errors: as Distill; grad is then untouched.
// Memory: none is allocated when DistillOptions.Workers is 1.
func DistillGrad[T Float, L Int](grad Matrix[T], student Logits[T], teacher Teacher[T], labels []L, opt *DistillOptions) (Result, error) {
	const fn = "DistillGrad"
	if err := checkGrad(fn, grad, Matrix[T](student)); err != nil {
		return Result{}, err
	}
	return distill(fn, grad, nil, Matrix[T](student), Matrix[T](teacher), labels, opt)
}

// DistillRows stores the loss of each row in loss, not divided by anything, and returns the same
// Result as [Distill]. Ignored rows get 0.
//
// Shapes: loss is [rows].
// Errors: as Distill; loss is then untouched.
func DistillRows[T Float, L Int](loss []T, student Logits[T], teacher Teacher[T], labels []L, opt *DistillOptions) (Result, error) {
	const fn = "DistillRows"
	if err := checkRows(fn, len(loss), student.Rows); err != nil {
		return Result{}, err
	}
	return distill(fn, Matrix[T]{}, loss, Matrix[T](student), Matrix[T](teacher), labels, opt)
}

func distill[T Float, L Int](fn string, grad Matrix[T], loss []T, student, teacher Matrix[T], labels []L, opt *DistillOptions) (Result, error) {
	if opt == nil {
		opt = &DistillOptions{}
	}
	b := distillBatch[T, L]{grad: grad, loss: loss, student: student, teacher: teacher, labels: labels}
	ignored, err := b.check(fn, opt)
	if err != nil {
		return Result{}, err
	}
	rows := student.Rows
	total, scale, err := reduce(fn, opt.Reduction, opt.Denominator, opt.Empty, kern.SumOf(float64(rows-ignored)), rows, ignored)
	if err != nil {
		return Result{}, err
	}
	b.scale = scale
	b.measure = (&DivergenceOptions{Kind: opt.Kind, Order: opt.Order, Mix: opt.Mix}).measure()
	b.soft = kern.Link{Temp: opt.Temperature}
	if b.soft.Temp == 0 {
		b.soft.Temp = 1
	}
	b.taught, b.told = 1-opt.LabelShare, opt.LabelShare
	if !opt.Unscaled {
		b.taught *= b.soft.Temp * b.soft.Temp
	}
	if opt.Decoupled != nil {
		b.decoupled, b.halves = true, kern.Decoupled(*opt.Decoupled)
	}
	return runBatch(b, rows, par.Workers(opt.Workers, rows*student.Cols), total), nil
}

// distillBatch is a checked batch; grad without Data and loss nil are not wanted.
type distillBatch[T Float, L Int] struct {
	grad             Matrix[T]
	loss             []T
	student, teacher Matrix[T]
	labels           []L // nil: not needed

	ignoring     bool
	ignored      int64
	measure      kern.Divergence
	decoupled    bool
	halves       kern.Decoupled
	soft         kern.Link
	taught, told float64 // weights of the two parts
	scale        float64 // of the gradient
}

// check returns how many rows are ignored.
func (b *distillBatch[T, L]) check(fn string, opt *DistillOptions) (ignored int, err error) {
	if err := b.student.check(fn, "student"); err != nil {
		return 0, err
	}
	if err := b.teacher.checkLike(fn, "teacher", b.student.Rows, b.student.Cols, "student"); err != nil {
		return 0, err
	}
	if err := inRange(fn, "LabelShare", opt.LabelShare, 1); err != nil {
		return 0, err
	}
	d := DivergenceOptions{Kind: opt.Kind, Order: opt.Order, Mix: opt.Mix, Temperature: opt.Temperature,
		Reduction: opt.Reduction, Denominator: opt.Denominator, Empty: opt.Empty, Workers: opt.Workers}
	if err := d.check(fn); err != nil {
		return 0, err
	}
	if c := opt.Decoupled; c != nil {
		switch {
		case opt.Kind != KL:
			return 0, &OptionError{fn, "Kind", itoa(int(opt.Kind)), "KL, whose halves Decoupled weighs"}
		case c.Target-c.Target != 0 || c.Others-c.Others != 0:
			return 0, &OptionError{fn, "Decoupled", float(c.Target) + " and " + float(c.Others), "finite weights"}
		}
	}
	if b.grad.Data != nil {
		if err := checkOverlap(fn, b.grad, b.teacher, "teacher"); err != nil {
			return 0, err
		}
	}
	if b.labels == nil && opt.LabelShare == 0 && opt.IgnoreIndex == nil && opt.Decoupled == nil {
		return 0, nil
	}
	if len(b.labels) != b.student.Rows {
		return 0, &ShapeError{fn, "labels", "[" + itoa(len(b.labels)) + "]", "[" + itoa(b.student.Rows) + "] (one for each row of student)"}
	}
	if opt.IgnoreIndex != nil {
		b.ignoring, b.ignored = true, int64(*opt.IgnoreIndex)
	}
	_, ignored, err = labelWeight(fn, b.labels, b.student.Cols, &Options{IgnoreIndex: opt.IgnoreIndex})
	return ignored, err
}

func (b distillBatch[T, L]) run(lo, hi int) (part Result) {
	for i := lo; i < hi; i++ {
		y := -1
		if b.labels != nil {
			if l := int64(b.labels[i]); b.ignoring && l == b.ignored {
				part.Rows++
				part.Ignored++
				b.store(i, 0)
				if b.grad.Data != nil {
					clear(b.grad.Row(i))
				}
				continue
			}
			y = int(b.labels[i])
		}
		loss := b.row(i, y)
		b.store(i, loss)
		part.addRow(loss)
	}
	return part
}

func (b *distillBatch[T, L]) store(i int, loss float64) {
	if b.loss != nil {
		b.loss[i] = T(loss)
	}
}

// row returns the loss of row i with label y and stores its gradient.
func (b *distillBatch[T, L]) row(i, y int) (loss float64) {
	x := b.student.Row(i)
	var q, p kern.Side[T]
	var whole kern.Spread
	var halves kern.Halves[T]
	if b.taught != 0 {
		q, p = kern.NewSide(x, kern.FromLogits, b.soft), kern.NewSide(b.teacher.Row(i), kern.FromLogits, b.soft)
		if b.decoupled {
			halves = kern.Split(&b.halves, &q, &p, y)
			loss = b.taught * halves.Value
		} else {
			whole = kern.Measure(&b.measure, &q, &p)
			loss = b.taught * whole.Value
		}
	}
	var hard kern.Row
	var pull kern.Pull
	target := kern.Target[T]{Label: y}
	if b.told != 0 {
		hard = kern.NewRow(x, kern.Link{Temp: 1}, false)
		var cost float64
		cost, pull = kern.Loss(&hard, x, &target)
		loss += b.told * cost
	}
	if b.grad.Data == nil {
		return loss
	}
	dst := b.grad.Row(i)
	for j := range dst {
		var g float64
		switch {
		case b.taught == 0:
		case b.decoupled:
			g = b.taught * kern.SplitSlope(&b.halves, &halves, &q, j)
		default:
			g = b.taught * kern.MeasureSlope(&whole, &b.measure, &q, &p, j)
		}
		if b.told != 0 {
			g += b.told * kern.Slope(&hard, x, &target, pull, j)
		}
		dst[j] = T(b.scale * g)
	}
	return loss
}
