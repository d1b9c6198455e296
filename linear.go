package xent

import (
	"unsafe"

	"xent/internal/kern"
	"xent/internal/par"
)

// Linear stands for the logits Hidden·Weightᵀ + Bias of a linear layer over many classes, such as the
// vocabulary of a language model, and for their gradient by its three parts. The logits themselves, rows
// by classes, are the largest thing in such a model: here they are never built as a whole.
type Linear[T Float] struct {
	Hidden Matrix[T] // [rows, dims]
	Weight Matrix[T] // [classes, dims]
	Bias   []T       // [classes]; nil means 0
}

// LinearOptions configure [LinearCrossEntropy]. Nil and the zero value are the usual loss.
type LinearOptions struct {
	Options

	// Budget bounds the bytes of logits in memory at once; 0 means 128 MiB. Where those of a block of
	// 512 rows fit, or else of 256, they are kept from the loss to its gradient, and each logit is computed once;
	// else they are computed again, tile by tile. One tile, 512 rows by 960 classes, is the least it takes.
	// It never changes a bit of the result.
	Budget int64
}

// LinearPlan is what a call of [LinearCrossEntropy] will take, from [Linear.Plan].
type LinearPlan struct {
	Bytes  int64 // that the call allocates; most of them are logits
	Logits int64 // bytes of all logits, had they been built
	Passes int   // how many times each logit is computed
}

// Plan tells beforehand what [LinearCrossEntropy] or, with grad, [LinearCrossEntropyGrad] will allocate.
// Only the shapes of in are looked at: its matrices need no Data.
func (in Linear[T]) Plan(grad bool, opt *LinearOptions) LinearPlan {
	if opt == nil {
		opt = &LinearOptions{}
	}
	t := in.tiling(grad, opt)
	size := int64(unsafe.Sizeof(*new(T)))
	rows := int64(in.Hidden.Rows)
	elements := int64(t.rows)*(int64(t.strip)*int64(t.width)+int64(t.stride)) + int64(t.workers)*int64(t.scratch)
	if grad {
		elements += int64(t.rows) * int64(t.stride)
	}
	return LinearPlan{
		Bytes:  elements*size + int64(t.rows)*int64(unsafe.Sizeof(tiledRow{})) + rows*int64(unsafe.Sizeof(liveRow{})),
		Logits: rows * int64(in.Weight.Rows) * size,
		Passes: t.passes,
	}
}

// LinearCrossEntropy returns the [CrossEntropy] of the logits x of a linear layer against labels,
// without building them:
//
//	x[i][j] = Σ Hidden[i][k]·Weight[j][k] + Bias[j]      loss[i] = -ln softmax(x[i])[labels[i]]
//
// All of [Options] applies, to logits that are rounded to T as a product of matrices rounds them. They
// are computed in tiles of 512 rows by 960 classes; a row's tiles merge in order into its maximum and its
// sum of exponentials, which carries twice the digits. So the loss is that of CrossEntropy over the built
// logits, to the last digits.
//
// Shapes: Hidden is [rows, dims], Weight [classes, dims], Bias [classes] or nil, labels [rows].
// Special values: as CrossEntropy. Ignored rows are left out of all products: they cost nothing, in time
// neither, whatever they hold.
// Errors: *ShapeError, *LabelError, *OptionError, *EmptyError.
// Memory: what [Linear.Plan] says; without a gradient at most 4 MiB of logits, unless smoothed.
// Source: Wijmans et al. 2024, cut cross-entropy; Hsu et al. 2024, Liger kernel.
func LinearCrossEntropy[T Float, L Int](in Linear[T], labels []L, opt *LinearOptions) (Result, error) {
	return linearLoss("LinearCrossEntropy", Linear[T]{}, nil, in, labels, opt)
}

// LinearCrossEntropyGrad stores the gradient of [LinearCrossEntropy] with respect to the layer in grad and
// returns the same Result. With G the gradient of [CrossEntropyGrad] in the logits,
//
//	grad.Hidden = G·Weight    grad.Weight = Gᵀ·Hidden    grad.Bias[j] = Σ G[i][j]
//
// Entries of G below the smallest normal number of T count as 0 where those of the label or the likeliest
// class are 2^60 times that: they move no digit of a sum. No other is dropped for being small. Sums run in
// T, those of Bias over 256 rows in float64.
//
// Shapes: the parts of grad are as those of in, in memory of their own: all rows are read for every class,
// and all classes for every row. A part that is zero (nil) is not wanted.
// Special values: a NaN in a row that counts reaches every class, and its hidden row.
// Errors: as LinearCrossEntropy; grad is then untouched.
// Memory: what [Linear.Plan] says.
func LinearCrossEntropyGrad[T Float, L Int](grad, in Linear[T], labels []L, opt *LinearOptions) (Result, error) {
	return linearLoss("LinearCrossEntropyGrad", grad, nil, in, labels, opt)
}

// LinearCrossEntropyRows stores the loss of each row in loss, as [CrossEntropyRows] does, and returns the
// same Result as [LinearCrossEntropy].
//
// Shapes: loss is [rows].
// Errors: as LinearCrossEntropy; loss is then untouched.
// Memory: as LinearCrossEntropy.
func LinearCrossEntropyRows[T Float, L Int](loss []T, in Linear[T], labels []L, opt *LinearOptions) (Result, error) {
	const fn = "LinearCrossEntropyRows"
	if err := checkRows(fn, len(loss), in.Hidden.Rows); err != nil {
		return Result{}, err
	}
	return linearLoss(fn, Linear[T]{}, loss, in, labels, opt)
}

func linearLoss[T Float, L Int](fn string, grad Linear[T], loss []T, in Linear[T], labels []L, opt *LinearOptions) (Result, error) {
	if opt == nil {
		opt = &LinearOptions{}
	}
	if err := in.check(fn); err != nil {
		return Result{}, err
	}
	if err := checkParts(fn, grad.parts(), in.parts(), in.parts()); err != nil {
		return Result{}, err
	}
	rows, classes := in.Hidden.Rows, in.Weight.Rows
	if len(labels) != rows {
		return Result{}, &ShapeError{fn, "labels", "[" + itoa(len(labels)) + "]", "[" + itoa(rows) + "] (one for each row of Hidden)"}
	}
	if err := opt.check(fn, rows, classes); err != nil {
		return Result{}, err
	}
	weight, ignored, err := labelWeight(fn, labels, classes, &opt.Options)
	if err != nil {
		return Result{}, err
	}
	total, scale, err := reduce(fn, opt.Reduction, opt.Denominator, opt.Empty, weight, rows, ignored)
	if err != nil {
		return Result{}, err
	}
	live := liveRows(labels, opt.IgnoreIndex, opt.RowWeights, scale, &total, grad.Hidden, loss)
	newLinearJob(grad, in, opt, live, func(row int, l float64, before int) {
		if loss != nil {
			loss[row] = T(l)
		}
		total.judge(before, opt.TopK)
		total.addRow(l)
	}).run()
	return total, nil
}

// liveRow is a row that counts.
type liveRow struct {
	row, label    int
	weight, scale float64 // of its loss, and of the gradient of that, weight included
}

// liveRows returns the rows that count, and counts the others, which get zeros, in total.
func liveRows[T Float, L Int](labels []L, ignore *int, weights []float64, scale float64, total *Result, grad Matrix[T], loss []T) []liveRow {
	live := make([]liveRow, 0, len(labels))
	for i, l := range labels {
		w, ignored := at(weights, i), ignore != nil && int64(l) == int64(*ignore)
		if !ignored && w != 0 {
			live = append(live, liveRow{i, int(l), w, w * scale})
			continue
		}
		total.Rows++
		if ignored {
			total.Ignored++
		}
		if loss != nil {
			loss[i] = 0
		}
		clearRow(grad, i)
	}
	return live
}

func newLinearJob[T Float](grad, in Linear[T], opt *LinearOptions, live []liveRow, emit func(int, float64, int)) *linearJob[T] {
	j := &linearJob[T]{tiling: in.tiling(grad.wanted(), opt), twice: opt.looksTwice(), grad: grad, in: in, live: live, emit: emit, link: linkOf(&opt.Options)}
	j.each, j.wide = targetOf[T](&opt.Options, in.Weight.Rows)
	return j
}

func (in Linear[T]) check(fn string) error {
	if err := in.Hidden.check(fn, "Hidden"); err != nil {
		return err
	}
	w := in.Weight
	if w.Cols != in.Hidden.Cols {
		return &ShapeError{fn, "Weight", w.shape(), "[classes, " + itoa(in.Hidden.Cols) + "] (as Hidden has columns)"}
	}
	if err := w.check(fn, "Weight"); err != nil {
		return err
	}
	if in.Hidden.Rows > 0 && w.Rows == 0 {
		return &ShapeError{fn, "Weight", w.shape(), "at least one class"}
	}
	if in.Bias != nil && len(in.Bias) != w.Rows {
		return &ShapeError{fn, "Bias", "[" + itoa(len(in.Bias)) + "]", "[" + itoa(w.Rows) + "] (one for each class), or nil"}
	}
	return nil
}

// wanted tells whether any part of a gradient has Data.
func (grad Linear[T]) wanted() bool {
	return grad.Hidden.Data != nil || grad.Weight.Data != nil || grad.Bias != nil
}

// parts are the matrices of in; a missing Bias has a shape, but no Data.
func (in Linear[T]) parts() []part[T] {
	bias := Matrix[T]{Data: in.Bias, Rows: 1, Cols: len(in.Bias)}
	if in.Bias == nil {
		bias.Cols = in.Weight.Rows
	}
	return []part[T]{{"Hidden", in.Hidden}, {"Weight", in.Weight}, {"Bias", bias}}
}

// part is a matrix of a layer, or of its gradient.
type part[T Float] struct {
	name string
	m    Matrix[T]
}

// checkParts tells whether those of the parts of a gradient that have Data have the shapes of like, and
// share no memory with what they are the gradient of.
func checkParts[T Float](fn string, grad, like, in []part[T]) error {
	for k, g := range grad {
		if g.m.Data == nil {
			continue
		}
		if err := g.m.checkLike(fn, "grad."+g.name, like[k].m.Rows, like[k].m.Cols, g.name); err != nil {
			return err
		}
		for _, p := range in {
			if p.m.Data == nil {
				continue
			}
			if err := checkAlone(fn, "grad."+g.name, g.m, p.name, p.m); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *LinearOptions) check(fn string, rows, classes int) error {
	if o.Budget < 0 {
		return &OptionError{fn, "Budget", itoa(int(o.Budget)), "bytes, or 0 for 128 MiB"}
	}
	return o.Options.check(fn, rows, classes)
}

// plain refuses the options that bend the logits or the loss.
func (o *LinearOptions) plain(fn string) error {
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"Weights", o.Weights != nil}, {"TopK", o.TopK != 0}, {"Smoothing", o.Smoothing != 0}, {"Focus", o.Focus != 0}, {"Poly", o.Poly != 0},
		{"Robustness", o.Robustness != 0}, {"Temperature", o.Temperature != 0}, {"ZPenalty", o.ZPenalty != 0}, {"SoftCap", o.SoftCap != 0},
	} {
		if f.set {
			return &OptionError{fn, f.name, "a setting of one softmax over all classes", "none: it does not apply here"}
		}
	}
	return nil
}

// looksTwice tells whether the loss, or the place of the label, needs each logit beside the finished row.
func (o *LinearOptions) looksTwice() bool { return o.Smoothing != 0 || o.TopK > 1 }

// tiling says how the logits are cut up. Width follows from the shapes alone; rows, which is a multiple of
// sumRows unless it is all, and strip move no rounding: so that neither a budget nor a number of workers
// changes a bit.
type tiling struct {
	rows    int // in a block
	stride  int // from one of its rows of Hidden to the next
	width   int // classes in a tile
	tiles   int // in all
	strip   int // tiles in memory at once, each for all rows of a block
	passes  int
	scratch int // elements for each worker
	workers int
}

const (
	blockRows     = 512
	sumRows       = 256 // over which sums of rows run, before they are added to those of earlier ones; kern's are a divisor
	tileWidth     = 960 // a multiple of fillClasses and pullClasses, and not a power of two: see apart
	usualBudget   = 128 << 20
	passingBudget = 4 << 20 // for logits that are needed once: a few tiles for each worker
)

func (in Linear[T]) tiling(grad bool, opt *LinearOptions) tiling {
	rows, classes := in.Hidden.Rows, in.Weight.Rows
	if rows == 0 || classes == 0 {
		return tiling{passes: 1, workers: 1}
	}
	t := tiling{width: min(classes, tileWidth), passes: 1}
	t.tiles = (classes-1)/t.width + 1
	if opt.looksTwice() {
		t.passes++
	}
	if grad {
		t.passes++
	}
	budget := opt.Budget
	if budget == 0 {
		budget = usualBudget
	}
	bytes := func(rows int) int64 { return int64(rows) * int64(t.width) * int64(unsafe.Sizeof(*new(T))) } // of a tile
	fits := func(rows int) bool { return int64(t.tiles)*bytes(rows) <= budget }
	t.rows = min(rows, blockRows)
	if t.passes > 1 && !fits(t.rows) && fits(min(rows, sumRows)) {
		t.rows = min(rows, sumRows)
	}
	if t.passes == 1 || !fits(t.rows) {
		budget = min(budget, passingBudget)
	}
	t.strip = max(1, int(min(int64(t.tiles), budget/bytes(t.rows))))
	if t.strip == t.tiles {
		t.passes = 1
	}
	t.workers = par.Workers(opt.Workers, rows*classes)
	dims, k := in.Hidden.Cols, kern.Of[T]()
	t.stride = (dims+15)/16*16 + 16
	t.scratch = max(k.Scratch(fillClasses, dims), k.Scratch(pullDims, t.width), k.Scratch(dims, t.rows))
	return t
}
