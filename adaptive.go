package xent

import (
	"slices"

	"xent/internal/kern"
	"xent/internal/par"
)

// Adaptive stands for the log-probabilities of an adaptive softmax, and for their gradient by its parts.
// The classes are numbered from the most frequent on. The first, the shortlist, have a row each in Head;
// the others lie in tails, and Head has one row for each of these too. A tail maps Hidden down to fewer
// dims before it tells its classes apart.
type Adaptive[T Float] struct {
	Hidden   Matrix[T] // [rows, dims]
	Head     Matrix[T] // [shortlist + tails, dims]
	HeadBias []T       // [shortlist + tails]; nil means 0
	Tails    []Tail[T] // the more frequent classes first
}

// Tail holds the rarer classes of an [Adaptive] softmax.
type Tail[T Float] struct {
	Down Matrix[T] // [width, dims]
	Out  Matrix[T] // [classes of the tail, width]
}

// Classes returns how many classes in has: the shortlist's and the tails'.
func (in Adaptive[T]) Classes() int {
	n := in.Head.Rows - len(in.Tails)
	for _, t := range in.Tails {
		n += t.Out.Rows
	}
	return n
}

// AdaptiveCrossEntropy returns the loss of an adaptive softmax against labels. A label of the shortlist
// costs what it does in the softmax of the head; one of tail t costs what the tail does there, and beside
// it what it does within the tail:
//
//	loss[i] = -ln softmax(Head·h)[label]                                                 in the shortlist
//	loss[i] = -ln softmax(Head·h)[shortlist+t] - ln softmax(Out·Down·h)[label - first]   in tail t
//
// where h is row i of Hidden. Only the rows with a label there meet a tail: a frequent word costs a head
// of thousands of classes, not a vocabulary of hundreds of thousands. Of the options those of a label's
// row, of the mean and of memory apply: not Weights, Smoothing, or what bends the loss or the logits.
//
// Shapes: labels is [rows], below in.Classes(); see [Adaptive].
// Special values and errors: as [LinearCrossEntropy].
// Memory: as LinearCrossEntropy for the head and each tail, and the rows that meet a tail, [dims + 2·width].
// Source: Grave et al. 2017, efficient softmax approximation for GPUs.
func AdaptiveCrossEntropy[T Float, L Int](in Adaptive[T], labels []L, opt *LinearOptions) (Result, error) {
	return adaptiveLoss("AdaptiveCrossEntropy", Adaptive[T]{}, nil, in, labels, opt)
}

// AdaptiveCrossEntropyGrad stores the gradient of [AdaptiveCrossEntropy] with respect to the parts of in in
// grad and returns the same Result. A tail that no row meets gets 0.
//
// Shapes: the parts of grad are as those of in, in memory of their own; what is zero (nil) is not wanted.
// Errors: as AdaptiveCrossEntropy; grad is then untouched.
func AdaptiveCrossEntropyGrad[T Float, L Int](grad, in Adaptive[T], labels []L, opt *LinearOptions) (Result, error) {
	return adaptiveLoss("AdaptiveCrossEntropyGrad", grad, nil, in, labels, opt)
}

// AdaptiveCrossEntropyRows stores the loss of each row in loss and returns the same Result as
// [AdaptiveCrossEntropy].
//
// Shapes: loss is [rows].
// Errors: as AdaptiveCrossEntropy; loss is then untouched.
func AdaptiveCrossEntropyRows[T Float, L Int](loss []T, in Adaptive[T], labels []L, opt *LinearOptions) (Result, error) {
	const fn = "AdaptiveCrossEntropyRows"
	if err := checkRows(fn, len(loss), in.Hidden.Rows); err != nil {
		return Result{}, err
	}
	return adaptiveLoss(fn, Adaptive[T]{}, loss, in, labels, opt)
}

func adaptiveLoss[T Float, L Int](fn string, grad Adaptive[T], loss []T, in Adaptive[T], labels []L, opt *LinearOptions) (Result, error) {
	if opt == nil {
		opt = &LinearOptions{}
	}
	if err := in.check(fn); err != nil {
		return Result{}, err
	}
	if grad.Tails != nil && len(grad.Tails) != len(in.Tails) {
		return Result{}, &ShapeError{fn, "grad.Tails", count(len(grad.Tails), "tail"), itoa(len(in.Tails)) + " (as Tails), or nil"}
	}
	if grad.Tails == nil {
		grad.Tails = make([]Tail[T], len(in.Tails))
	}
	if err := checkParts(fn, grad.parts(), in.parts(), in.parts()); err != nil {
		return Result{}, err
	}
	rows := in.Hidden.Rows
	if err := opt.check(fn, rows, in.Classes()); err != nil {
		return Result{}, err
	}
	if err := opt.plain(fn); err != nil {
		return Result{}, err
	}
	total, scale, err := reduceLabels(fn, labels, rows, in.Classes(), labelTerms{opt.RowWeights, opt.IgnoreIndex, opt.Reduction, opt.Denominator, opt.Empty, opt.Workers})
	if err != nil {
		return Result{}, err
	}
	head, tails := liveRows(labels, opt.IgnoreIndex, opt.RowWeights, scale, &total, grad.Hidden, loss), make([][]liveRow, len(in.Tails))
	shortlist := in.Head.Rows - len(in.Tails)
	for k, row := range head {
		if row.label -= shortlist; row.label >= 0 {
			t := 0
			for ; row.label >= in.Tails[t].Out.Rows; t++ {
				row.label -= in.Tails[t].Out.Rows
			}
			tails[t] = append(tails[t], row)
			head[k].label = shortlist + t
		}
	}
	cost := make([]float64, rows)
	add := func(row int, l float64, _ int) { cost[row] += l }
	newLinearJob(Linear[T]{grad.Hidden, grad.Head, grad.HeadBias}, Linear[T]{in.Hidden, in.Head, in.HeadBias}, opt, head, add).run()
	for t, tail := range in.Tails {
		adaptiveTail(grad.Hidden, grad.Tails[t], in.Hidden, tail, opt, tails[t], add)
	}
	for _, row := range head {
		if loss != nil {
			loss[row.row] = T(cost[row.row])
		}
		total.addRow(cost[row.row])
	}
	return total, nil
}

// parts are the matrices of in.
func (in Adaptive[T]) parts() []part[T] {
	all := Linear[T]{in.Hidden, in.Head, in.HeadBias}.parts()
	all[1].name, all[2].name = "Head", "HeadBias"
	for t, tail := range in.Tails {
		all = append(all, part[T]{"Tails[" + itoa(t) + "].Down", tail.Down}, part[T]{"Tails[" + itoa(t) + "].Out", tail.Out})
	}
	return all
}

func (in Adaptive[T]) check(fn string) error {
	for _, p := range in.parts() {
		if p.m.Data == nil && p.name == "HeadBias" {
			continue
		}
		if err := p.m.check(fn, p.name); err != nil {
			return err
		}
	}
	dims := in.Hidden.Cols
	if w := in.Head; w.Cols != dims || w.Rows < max(1, len(in.Tails)) {
		return &ShapeError{fn, "Head", w.shape(), "[shortlist + " + count(len(in.Tails), "tail") + ", " + itoa(dims) + "]"}
	}
	if in.HeadBias != nil && len(in.HeadBias) != in.Head.Rows {
		return &ShapeError{fn, "HeadBias", "[" + itoa(len(in.HeadBias)) + "]", "[" + itoa(in.Head.Rows) + "] (one for each row of Head), or nil"}
	}
	for t, tail := range in.Tails {
		if w := tail.Down; w.Cols != dims || w.Rows == 0 {
			return &ShapeError{fn, "Tails[" + itoa(t) + "].Down", w.shape(), "[width, " + itoa(dims) + "]"}
		}
		if w := tail.Out; w.Cols != tail.Down.Rows || w.Rows == 0 {
			return &ShapeError{fn, "Tails[" + itoa(t) + "].Out", w.shape(), "[classes of the tail, " + itoa(tail.Down.Rows) + "]"}
		}
	}
	return nil
}

// adaptiveTail adds what the rows live cost within a tail, and its gradient by their rows of Hidden.
func adaptiveTail[T Float](hiddenGrad Matrix[T], grad Tail[T], hidden Matrix[T], in Tail[T], opt *LinearOptions, live []liveRow, add func(int, float64, int)) {
	rows, dims, width := len(live), hidden.Cols, in.Out.Cols
	h, down := make([]T, rows*dims), factor(in.Down)
	for k, l := range live {
		copy(h[k*dims:(k+1)*dims], hidden.Row(l.row))
	}
	low := MatrixOf(make([]T, rows*width), width)
	workers := par.Workers(opt.Workers, rows*(dims+in.Out.Rows))
	chunks, size := par.Chunks(rows)
	part := func(c int) (lo, hi int) { return c * size, min((c+1)*size, rows) }
	par.For(workers, chunks, func(c int) {
		lo, hi := part(c)
		multiply(factor(low).Part(lo, 0, hi-lo, width), dense(h, rows, dims).Part(lo, 0, hi-lo, dims), down.T())
	})
	inner := slices.Clone(live)
	for k := range inner {
		inner[k].row = k
	}
	lowGrad := Matrix[T]{}
	if hiddenGrad.Data != nil || grad.Down.Data != nil {
		lowGrad = MatrixOf(make([]T, rows*width), width)
	}
	newLinearJob(Linear[T]{Hidden: lowGrad, Weight: grad.Out}, Linear[T]{Hidden: low, Weight: in.Out}, opt, inner,
		func(k int, l float64, before int) { add(live[k].row, l, before) }).run()
	if hiddenGrad.Data != nil {
		par.For(workers, chunks, func(c int) {
			lo, hi := part(c)
			sum := make([]T, (hi-lo)*dims)
			multiply(dense(sum, hi-lo, dims), factor(lowGrad).Part(lo, 0, hi-lo, width), down)
			for k := lo; k < hi; k++ {
				addTo(hiddenGrad.Row(live[k].row), sum[(k-lo)*dims:(k-lo+1)*dims], false)
			}
		})
	}
	if grad.Down.Data != nil {
		multiply(factor(grad.Down), factor(lowGrad).T(), dense(h, rows, dims))
	}
}

// AdaptiveLogSoftmax stores the log-probabilities of all classes in dst, row by row. Of the options,
// Workers applies.
//
// Shapes: dst is [rows, in.Classes()].
// Errors: *ShapeError, *OptionError; dst is then untouched.
// Memory: the logits of 1/64 of the rows, for each worker.
func AdaptiveLogSoftmax[T Float](dst LogProbs[T], in Adaptive[T], opt *LinearOptions) error {
	const fn = "AdaptiveLogSoftmax"
	if opt == nil {
		opt = &LinearOptions{}
	}
	if err := in.check(fn); err != nil {
		return err
	}
	d := Matrix[T](dst)
	if err := checkLogs(fn, d, in.Hidden.Rows, in.Classes(), in.parts(), opt); err != nil {
		return err
	}
	runBatch(adaptiveRows[T]{d, in}, d.Rows, par.Workers(opt.Workers, d.Rows*d.Cols), Result{})
	return nil
}

// adaptiveRows stores log-probabilities.
type adaptiveRows[T Float] struct {
	dst Matrix[T]
	in  Adaptive[T]
}

func (j adaptiveRows[T]) run(lo, hi int) Result {
	in, n := j.in, hi-lo
	h := factor(in.Hidden).Part(lo, 0, n, in.Hidden.Cols)
	logits := func(x kern.Matrix[T], w Matrix[T]) Matrix[T] {
		out := MatrixOf(make([]T, n*w.Rows), w.Rows)
		multiply(factor(out), x, factor(w).T())
		return out
	}
	head := logits(h, in.Head)
	shortlist := in.Head.Rows - len(in.Tails)
	rows := make([]kern.Row, n)
	for i := range rows {
		if in.HeadBias != nil {
			addTo(head.Row(i), in.HeadBias, false)
		}
		rows[i] = kern.NewRow(head.Row(i), kern.Link{Temp: 1}, false)
		for c, x := range head.Row(i)[:shortlist] {
			j.dst.Row(lo + i)[c] = T(0 - costOf(&rows[i], float64(x)))
		}
	}
	first := shortlist
	for t, tail := range in.Tails {
		inner := logits(factor(logits(h, tail.Down)), tail.Out)
		for i := range rows {
			before := costOf(&rows[i], float64(head.Row(i)[shortlist+t]))
			row := kern.NewRow(inner.Row(i), kern.Link{Temp: 1}, false)
			for c, x := range inner.Row(i) {
				j.dst.Row(lo + i)[first+c] = T(0 - before - costOf(&row, float64(x)))
			}
		}
		first += tail.Out.Rows
	}
	return Result{}
}
