package xent

import (
	"xent/internal/kern"
	"xent/internal/par"
)

// Shard is the part that one of several machines, or processes, holds of a batch of logits: all rows, but a
// run of the classes only.
type Shard[T Float] struct {
	Logits  Logits[T] // [rows, classes of the shard]
	First   int       // its first class
	Classes int       // of all shards
}

// ShardOptions configure [ShardedCrossEntropy]. They are the same for all shards, but for Exchange.
type ShardOptions struct {
	Options

	// Exchange replaces each of parts, which are this shard's of each row, by the merge of all shards' parts
	// of that row, in any order ([Partial.Merge]): an all-reduce. Nil: this shard has all classes.
	Exchange func(parts []Partial) error
}

// ShardedCrossEntropy returns the [CrossEntropy] of logits whose classes are spread over shards: of each
// row the shards exchange a summary of fixed size, and never the logits. Each of them calls it with the
// same labels, and each gets the Result of the whole, the same to the bit however the classes were cut. With
// the sums of all shards,
//
//	loss[i] = ln Σ e^z[i][c] - z[i][labels[i]]
//
// All of [Options] applies, but not Smoothing together with Focus, Poly or Robustness, nor a TopK above 1.
// Weights are those of all classes.
//
// Shapes: shard.Logits is [rows, classes of the shard], labels is [rows], of all classes.
// Special values: as CrossEntropy.
// Errors: *ShapeError (also of parts that make up fewer or more classes), *LabelError, *OptionError,
// *EmptyError, and what Exchange returns. Whether a call fails before its Exchange depends on what is the same
// for all shards, but for the shape of Logits.
// Memory: a [Partial] for each row.
// Source: Shoeybi et al. 2019, Megatron-LM, section 3.
func ShardedCrossEntropy[T Float, L Int](shard Shard[T], labels []L, opt *ShardOptions) (Result, error) {
	return shardedLoss("ShardedCrossEntropy", Matrix[T]{}, nil, shard, labels, opt)
}

// ShardedCrossEntropyGrad stores the gradient of [ShardedCrossEntropy] with respect to the shard's logits in
// grad and returns the same Result: the columns of the gradient of [CrossEntropyGrad] that are its own.
//
// Shapes: grad is as shard.Logits and may be the same view.
// Errors: as ShardedCrossEntropy; grad is then untouched.
// Memory: as ShardedCrossEntropy.
func ShardedCrossEntropyGrad[T Float, L Int](grad Matrix[T], shard Shard[T], labels []L, opt *ShardOptions) (Result, error) {
	const fn = "ShardedCrossEntropyGrad"
	if err := checkGrad(fn, grad, Matrix[T](shard.Logits)); err != nil {
		return Result{}, err
	}
	return shardedLoss(fn, grad, nil, shard, labels, opt)
}

// ShardedCrossEntropyRows stores the loss of each row in loss and returns the same Result as
// [ShardedCrossEntropy].
//
// Shapes: loss is [rows].
// Errors: as ShardedCrossEntropy; loss is then untouched.
func ShardedCrossEntropyRows[T Float, L Int](loss []T, shard Shard[T], labels []L, opt *ShardOptions) (Result, error) {
	const fn = "ShardedCrossEntropyRows"
	if err := checkRows(fn, len(loss), shard.Logits.Rows); err != nil {
		return Result{}, err
	}
	return shardedLoss(fn, Matrix[T]{}, loss, shard, labels, opt)
}

func shardedLoss[T Float, L Int](fn string, grad Matrix[T], loss []T, shard Shard[T], labels []L, opt *ShardOptions) (Result, error) {
	if opt == nil {
		opt = &ShardOptions{}
	}
	x := Matrix[T](shard.Logits)
	if err := x.check(fn, "shard.Logits"); err != nil {
		return Result{}, err
	}
	if first, last := shard.First, shard.Classes-x.Cols; first < 0 || first > last {
		return Result{}, &ShapeError{fn, "shard.First", itoa(first), "0 to " + itoa(last) + ", for " + itoa(x.Cols) + " of " + itoa(shard.Classes) + " classes"}
	}
	if err := opt.check(fn, x.Rows, shard.Classes); err != nil {
		return Result{}, err
	}
	b := shardBatch[T, L]{grad: grad, loss: loss, x: x, first: shard.First, labels: labels, opt: opt, link: linkOf(&opt.Options)}
	b.each, _ = targetOf[T](&opt.Options, shard.Classes)
	switch {
	case opt.Smoothing != 0 && b.each.Shape != (kern.Shape{}):
		return Result{}, &OptionError{fn, "Smoothing", float(opt.Smoothing), "0 beside a Focus, Poly or Robustness"}
	case opt.TopK > 1:
		return Result{}, &OptionError{fn, "TopK", itoa(opt.TopK), "0 or 1: shards tell which class comes first, and no more"}
	}
	if len(labels) != x.Rows {
		return Result{}, &ShapeError{fn, "labels", "[" + itoa(len(labels)) + "]", "[" + itoa(x.Rows) + "] (one for each row of logits)"}
	}
	weight, ignored, err := labelWeight(fn, labels, shard.Classes, &opt.Options)
	if err != nil {
		return Result{}, err
	}
	total, scale, err := reduce(fn, opt.Reduction, opt.Denominator, opt.Empty, weight, x.Rows, ignored)
	if err != nil {
		return Result{}, err
	}
	if opt.Weights == nil {
		b.weights.Add(float64(shard.Classes))
	}
	for _, w := range opt.Weights {
		b.weights.Add(w)
	}
	b.scale, b.parts = scale, make([]Partial, x.Rows)
	workers := par.Workers(opt.Workers, x.Rows*x.Cols)
	runBatch(partBatch[T, L]{b}, x.Rows, workers, Result{})
	if opt.Exchange != nil {
		if err := opt.Exchange(b.parts); err != nil {
			return Result{}, err
		}
	}
	for i := range b.parts {
		if n := b.parts[i].part.Classes; b.counts(i) && n != int64(shard.Classes) {
			return Result{}, &ShapeError{fn, "parts[" + itoa(i) + "]", "of " + count(int(n), "class"), itoa(shard.Classes) + ", merged from all shards"}
		}
	}
	return runBatch(b, x.Rows, workers, total), nil
}

// shardBatch is a checked batch of which all shards' parts are known.
type shardBatch[T Float, L Int] struct {
	grad   Matrix[T] // no Data: not wanted
	loss   []T       // nil: not wanted
	x      Matrix[T]
	first  int // class of x
	labels []L
	opt    *ShardOptions
	link   kern.Link
	each   kern.Target[T]
	scale  float64 // of the gradient
	parts  []Partial

	weights kern.Sum // of all classes
}

func (b *shardBatch[T, L]) ignored(i int) bool {
	return b.opt.IgnoreIndex != nil && int64(b.labels[i]) == int64(*b.opt.IgnoreIndex)
}

// counts tells whether row i costs something.
func (b *shardBatch[T, L]) counts(i int) bool { return !b.ignored(i) && at(b.opt.RowWeights, i) != 0 }

// partBatch finds the shard's own parts.
type partBatch[T Float, L Int] struct{ shardBatch[T, L] }

func (b partBatch[T, L]) run(lo, hi int) Result {
	own := b.each.Tile(b.first, b.x.Cols).Weights
	for i := lo; i < hi; i++ {
		if b.counts(i) {
			b.parts[i] = Partial{kern.NewPart(b.x.Row(i), b.first, int(b.labels[i]), b.link, b.each.Smoothing != 0, own), b.link}
		}
	}
	return Result{}
}

func (b shardBatch[T, L]) run(lo, hi int) (part Result) {
	for i := lo; i < hi; i++ {
		if !b.counts(i) {
			part.Rows++
			if b.ignored(i) {
				part.Ignored++
			}
			clearRow(b.grad, i)
			if b.loss != nil {
				b.loss[i] = 0
			}
			continue
		}
		w, t := at(b.opt.RowWeights, i), b.each
		t.Label = int(b.labels[i])
		t.Penalty *= at(t.Weights, t.Label)
		row := b.parts[i].part.Row(b.link)
		before := 0
		switch {
		case !row.Valid():
			before = t.Classes
		case row.Arg != t.Label:
			before = 1
		}
		var tally kern.Tally
		kern.AddPart(&tally, &row, &b.parts[i].part, &t, b.weights)
		loss, pull := tally.Total(&row, t.Penalty)
		loss *= w
		if b.grad.Data != nil {
			x, tile, target := b.x.Row(i), row.Tile(b.first), t.Tile(b.first, b.x.Cols)
			kern.Grad(b.grad.Row(i), &tile, x, &target, pull, w*b.scale)
		}
		if b.loss != nil {
			b.loss[i] = T(loss)
		}
		part.judge(before, 1)
		part.addRow(loss)
	}
	return part
}
