package xent

import (
	"math"

	"xent/internal/kern"
	"xent/internal/par"
)

// InfoNCEOptions configure [InfoNCE]. Nil and the zero value are the usual loss of rows.
type InfoNCEOptions struct {
	// Temperature (τ) divides the scores; 0 means 1, 0.07 is common.
	Temperature float64

	// Symmetric takes the mean of the losses of rows and of columns: CLIP's.
	Symmetric bool

	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // of Mean: the pairs, or Fixed(n)
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

// InfoNCE returns the loss of scores that should tell which things belong together: row i scores all
// candidates for thing i, and candidate i is the right one.
//
//	loss[i] = -ln softmax(scores[i]/τ)[i]      Symmetric: the mean of that and of column i likewise
//
// Other right candidates are the labels of a [CrossEntropy]; embeddings of which pairs lie in one
// batch are for [NTXent].
//
// Shapes: scores is [pairs, candidates], at least as many candidates as pairs; more are wrong for all.
// Symmetric scores are square.
// Special values: a candidate at -Inf is excluded. NaN costs NaN; rows that cost ±Inf or NaN count in
// Result.NonFinite.
// Errors: *ShapeError, *OptionError, *EmptyError.
// Memory: none for rows when Workers is 1; Symmetric allocates a summary of each row and column.
// Source: van den Oord, Li and Vinyals 2018; Symmetric: Radford et al. 2021.
func InfoNCE[T Float](scores Logits[T], opt *InfoNCEOptions) (Result, error) {
	return infoNCE("InfoNCE", Matrix[T]{}, nil, Matrix[T](scores), opt)
}

// InfoNCEGrad stores the gradient of [InfoNCE] with respect to scores in grad and returns the same
// Result. With p = softmax(scores/τ) by rows, r by columns, and W as in [CrossEntropyGrad],
//
//	grad[i][j] = (p[i][j] - [i = j]) / (τ·W)
//	Symmetric:   ½·(p[i][j] + r[i][j] - 2·[i = j]) / (τ·W)
//
// Shapes: grad is as scores and may be the same view.
// Errors: as InfoNCE; grad is then untouched.
func InfoNCEGrad[T Float](grad Matrix[T], scores Logits[T], opt *InfoNCEOptions) (Result, error) {
	const fn = "InfoNCEGrad"
	if err := checkGrad(fn, grad, Matrix[T](scores)); err != nil {
		return Result{}, err
	}
	return infoNCE(fn, grad, nil, Matrix[T](scores), opt)
}

// InfoNCERows stores the loss of each pair in loss and returns the same Result as [InfoNCE].
//
// Shapes: loss is [pairs].
// Errors: as InfoNCE; loss is then untouched.
func InfoNCERows[T Float](loss []T, scores Logits[T], opt *InfoNCEOptions) (Result, error) {
	const fn = "InfoNCERows"
	if err := checkRows(fn, len(loss), scores.Rows); err != nil {
		return Result{}, err
	}
	return infoNCE(fn, Matrix[T]{}, loss, Matrix[T](scores), opt)
}

func infoNCE[T Float](fn string, grad Matrix[T], loss []T, x Matrix[T], opt *InfoNCEOptions) (Result, error) {
	if opt == nil {
		opt = &InfoNCEOptions{}
	}
	if err := x.check(fn, "scores"); err != nil {
		return Result{}, err
	}
	if x.Rows > x.Cols || opt.Symmetric && x.Rows != x.Cols {
		want := "at least as many columns as rows"
		if opt.Symmetric {
			want = "as many columns as rows, for Symmetric"
		}
		return Result{}, &ShapeError{fn, "scores", x.shape(), want}
	}
	if err := inRange(fn, "Temperature", opt.Temperature, math.MaxFloat64); err != nil {
		return Result{}, err
	}
	if err := enums(fn, opt.Reduction, opt.Denominator, opt.Empty, opt.Workers); err != nil {
		return Result{}, err
	}
	total, scale, err := reduce(fn, opt.Reduction, opt.Denominator, opt.Empty, kern.SumOf(float64(x.Rows)), x.Rows, 0)
	if err != nil {
		return Result{}, err
	}
	b := pairBatch[T]{grad: grad, loss: loss, x: x, link: linkOf(&Options{Temperature: opt.Temperature}), scale: scale}
	workers := par.Workers(opt.Workers, x.Rows*x.Cols)
	if opt.Symmetric {
		b.scale /= 2
		b.columns = make([]kern.Row, x.Cols)
		runBatch(columnBatch[T]{b.columns, x, b.link}, x.Cols, workers, Result{})
	}
	return runBatch(b, x.Rows, workers, total), nil
}

// columnBatch summarises columns.
type columnBatch[T Float] struct {
	columns []kern.Row
	x       Matrix[T]
	link    kern.Link
}

func (b columnBatch[T]) run(lo, hi int) Result {
	column := make([]T, b.x.Rows)
	for j := lo; j < hi; j++ {
		for i := range column {
			column[i] = b.x.Data[i*b.x.stride()+j]
		}
		b.columns[j] = kern.NewRow(column, b.link, false)
	}
	return Result{}
}

// pairBatch is a checked batch; grad without Data and loss nil are not wanted, and without columns the
// loss is that of rows alone.
type pairBatch[T Float] struct {
	grad, x Matrix[T]
	loss    []T
	columns []kern.Row
	link    kern.Link
	scale   float64 // of the gradient
}

func (b pairBatch[T]) run(lo, hi int) (part Result) {
	for i := lo; i < hi; i++ {
		x := b.x.Row(i)
		row := kern.NewRow(x, b.link, false)
		loss := costOf(&row, float64(x[i]))
		if b.columns != nil {
			loss = (loss + costOf(&b.columns[i], float64(x[i]))) / 2
		}
		if b.grad.Data != nil {
			for j, v := range x {
				g := missOf(&row, j, float64(v), i == j)
				if b.columns != nil {
					g += missOf(&b.columns[j], i, float64(v), i == j)
				}
				b.grad.Row(i)[j] = T(b.scale * g / b.link.Temp)
			}
		}
		if b.loss != nil {
			b.loss[i] = T(loss)
		}
		part.addRow(loss)
	}
	return part
}

// costOf is the cost of a class with logit x of a row, NaN where the row has no softmax.
func costOf(r *kern.Row, x float64) float64 {
	if !r.Valid() {
		return math.NaN()
	}
	return r.Cost(x)
}

// missOf is p of class j with logit x, less 1 where it is the right one.
func missOf(r *kern.Row, j int, x float64, right bool) float64 {
	if !r.Valid() {
		return math.NaN()
	}
	p, q := r.Prob(j, x)
	if right {
		return -q
	}
	return p
}
