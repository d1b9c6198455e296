package xent

import (
	"math"

	"xent/internal/kern"
	"xent/internal/par"
)

// Samples are classes drawn to stand for all that a label is not; [Sampler.Draw] draws some.
type Samples struct {
	Classes []int // drawn for the whole batch; a class may occur more than once

	// LogExpected returns ln of how often a class is expected in Classes, finite for every class drawn and
	// every label. Subtracted from its logit it undoes the preference of whoever drew them (log-Q
	// correction). Nil corrects nothing: right for even draws in a sampled softmax, and in NCE the
	// negative sampling of word2vec.
	LogExpected func(class int) float64
}

func (s Samples) correction(class int) float64 {
	if s.LogExpected == nil {
		return 0
	}
	return s.LogExpected(class)
}

// SampledOptions configure [SampledCrossEntropy]. Nil and the zero value are the usual sampled softmax.
type SampledOptions struct {
	// Contrast is how the label is told from the samples.
	Contrast SampledContrast

	// KeepHits lets a sample that is the label of a row compete with it. Usually such accidental hits are
	// left out of that row.
	KeepHits bool

	// Compact says that the gradients of Weight and Bias have, instead of a row for each class, one for each
	// sample and then one for the label of each row, to be added to the classes that these are: nothing is
	// then as large as the vocabulary.
	Compact bool

	RowWeights  []float64   // as in [Options]
	IgnoreIndex *int        // as in [Options]
	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // of Mean: the rows that count, Rows, or Fixed(n)
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

// SampledContrast is a kind of [SampledCrossEntropy].
type SampledContrast uint8

const (
	// SampledSoftmax is the softmax of the label and the samples.
	// Source: Jean et al. 2015; Bengio and Senécal 2008.
	SampledSoftmax SampledContrast = iota

	// NCE, noise-contrastive estimation, tells with one logistic regression each the label from noise,
	// and each sample from data. Its logits tend to log-probabilities without being normalised.
	// Source: Gutmann and Hyvärinen 2010; Mnih and Teh 2012.
	NCE
)

// SampledCrossEntropy returns the loss of a linear layer against labels, each contrasted with a few
// samples instead of all classes: an estimate for training, not for judging a model. With the corrected
// logits
//
//	z[i][c] = Σ Hidden[i][k]·Weight[c][k] + Bias[c] - LogExpected(c)
//
// of the label y and the samples s other than y,
//
//	SampledSoftmax:  loss[i] = -ln( e^z[y] / (e^z[y] + Σ e^z[s]) )
//	NCE:             loss[i] = softplus(-z[y]) + Σ softplus(z[s])
//
// With every class drawn once, the sampled softmax is the [LinearCrossEntropy].
//
// Shapes: as LinearCrossEntropy; samples.Classes are below the number of classes.
// Special values: as [CrossEntropy]. Without samples a sampled softmax costs 0.
// Errors: *ShapeError, *LabelError (of a label, or of a class drawn), *OptionError, *EmptyError.
// Memory: the weights of the samples, their logits for 128 rows, and their gradients.
func SampledCrossEntropy[T Float, L Int](in Linear[T], labels []L, samples Samples, opt *SampledOptions) (Result, error) {
	return sampledLoss("SampledCrossEntropy", Linear[T]{}, nil, in, labels, samples, opt)
}

// SampledCrossEntropyGrad stores the gradient of [SampledCrossEntropy] with respect to the layer in grad and
// returns the same Result. Classes that are neither drawn nor a label get 0.
//
// Shapes: the parts of grad are as those of in, or as [SampledOptions].Compact says, in memory of their own;
// what is zero (nil) is not wanted.
// Errors: as SampledCrossEntropy; grad is then untouched.
func SampledCrossEntropyGrad[T Float, L Int](grad, in Linear[T], labels []L, samples Samples, opt *SampledOptions) (Result, error) {
	return sampledLoss("SampledCrossEntropyGrad", grad, nil, in, labels, samples, opt)
}

// SampledCrossEntropyRows stores the loss of each row in loss and returns the same Result as
// [SampledCrossEntropy].
//
// Shapes: loss is [rows].
// Errors: as SampledCrossEntropy; loss is then untouched.
func SampledCrossEntropyRows[T Float, L Int](loss []T, in Linear[T], labels []L, samples Samples, opt *SampledOptions) (Result, error) {
	const fn = "SampledCrossEntropyRows"
	if err := checkRows(fn, len(loss), in.Hidden.Rows); err != nil {
		return Result{}, err
	}
	return sampledLoss(fn, Linear[T]{}, loss, in, labels, samples, opt)
}

func sampledLoss[T Float, L Int](fn string, grad Linear[T], loss []T, in Linear[T], labels []L, samples Samples, opt *SampledOptions) (Result, error) {
	if opt == nil {
		opt = &SampledOptions{}
	}
	if err := in.check(fn); err != nil {
		return Result{}, err
	}
	rows, classes, drawn := in.Hidden.Rows, in.Weight.Rows, len(samples.Classes)
	like := in
	if opt.Compact {
		like.Weight.Rows, like.Bias = drawn+rows, nil
	}
	if err := checkParts(fn, grad.parts(), like.parts(), in.parts()); err != nil {
		return Result{}, err
	}
	if opt.Contrast > NCE {
		return Result{}, &OptionError{fn, "Contrast", itoa(int(opt.Contrast)), "SampledSoftmax or NCE"}
	}
	for i, c := range samples.Classes {
		if c < 0 || c >= classes {
			return Result{}, labelError(fn, samples.Classes, i, classes, nil)
		}
	}
	total, scale, err := reduceLabels(fn, labels, rows, classes, labelTerms{opt.RowWeights, opt.IgnoreIndex, opt.Reduction, opt.Denominator, opt.Empty, opt.Workers})
	if err != nil {
		return Result{}, err
	}
	j := sampledJob[T]{grad: grad, in: in, samples: samples, opt: opt}
	j.live = liveRows(labels, opt.IgnoreIndex, opt.RowWeights, scale, &total, grad.Hidden, loss)
	j.run(func(row int, l float64) {
		if loss != nil {
			loss[row] = T(l)
		}
		total.addRow(l)
	})
	return total, nil
}

const (
	sampledBlock = 128 // rows in a block
	sampledRows  = 32  // of these at a time
	sampledTile  = 192 // samples at a time
)

// sampledJob is a checked batch. Like [linearJob] it goes through the rows that count in blocks, with phases
// over a few rows, each of which meets all samples, and over tiles of samples, which meet all rows.
type sampledJob[T Float] struct {
	grad, in Linear[T]
	samples  Samples
	opt      *SampledOptions
	live     []liveRow
	workers  int

	weight []T // of the samples, [drawn, dims]
	bias   []T // of the samples, corrected
	pull   Linear[T]
	hidden []T // of the block's rows, [rows, dims]
	logits []T // [rows, drawn], and then their gradient
	own    []T // logits of the labels, and then their gradient
	loss   []float64

	present, absent []T // targets of a label and of samples: a one, and zeros
}

func (j *sampledJob[T]) run(emit func(row int, loss float64)) {
	dims, drawn := j.in.Hidden.Cols, len(j.samples.Classes)
	n := min(sampledBlock, len(j.live))
	j.workers = par.Workers(j.opt.Workers, len(j.live)*(drawn+1))
	j.weight, j.bias, j.absent = make([]T, drawn*dims), make([]T, drawn), make([]T, drawn)
	for s, c := range j.samples.Classes {
		copy(j.weight[s*dims:(s+1)*dims], j.in.Weight.Row(c))
		j.bias[s] = j.corrected(c)
	}
	j.present = []T{1}
	j.hidden, j.logits, j.own, j.loss = make([]T, n*dims), make([]T, n*drawn), make([]T, n), make([]float64, n)
	j.pull = j.compact()
	for lo := 0; lo < len(j.live); lo += sampledBlock {
		live := j.live[lo:min(lo+sampledBlock, len(j.live))]
		par.For(j.workers, (len(live)-1)/sampledRows+1, func(c int) {
			j.rows(live, c*sampledRows, min((c+1)*sampledRows, len(live)))
		})
		if j.grad.wanted() {
			par.For(j.workers, (drawn+sampledTile-1)/sampledTile, func(t int) {
				j.tile(len(live), t*sampledTile, min((t+1)*sampledTile, drawn))
			})
		}
		for k, l := range live {
			j.label(k, l.row)
			emit(l.row, l.weight*j.loss[k])
		}
	}
	if !j.opt.Compact {
		j.spread()
	}
}

// corrected returns what is added to the product of class c.
func (j *sampledJob[T]) corrected(c int) T {
	b := -j.samples.correction(c)
	if j.in.Bias != nil {
		b += float64(j.in.Bias[c])
	}
	return T(b)
}

// compact returns where the gradients of samples and labels go, which is grad if that is Compact.
func (j *sampledJob[T]) compact() Linear[T] {
	n, dims := len(j.samples.Classes)+j.in.Hidden.Rows, j.in.Hidden.Cols
	p := j.grad
	if !j.opt.Compact {
		if j.grad.Weight.Data != nil {
			p.Weight = Matrix[T]{Data: make([]T, n*dims), Rows: n, Cols: dims}
		}
		if j.grad.Bias != nil {
			p.Bias = make([]T, n)
		}
		return p
	}
	for i := range p.Weight.Rows {
		clear(p.Weight.Row(i))
	}
	clear(p.Bias)
	return p
}

// rows computes rows k to end-1 of a block: their losses, the gradients of their logits, and that of Hidden.
func (j *sampledJob[T]) rows(live []liveRow, k, end int) {
	dims, drawn := j.in.Hidden.Cols, len(j.samples.Classes)
	table := kern.Of[T]()
	scratch := make([]T, max(table.Scratch(max(drawn, 1), dims), table.Scratch(dims, drawn)))
	for i := k; i < end; i++ {
		h := j.hidden[i*dims : (i+1)*dims]
		copy(h, j.in.Hidden.Row(live[i].row))
		table.Product(dense(j.own[i:i+1], 1, 1), dense(h, 1, dims), dense(j.in.Weight.Row(live[i].label), 1, dims).T(), false, scratch)
		j.own[i] += j.corrected(live[i].label)
	}
	x := j.logits[k*drawn : end*drawn]
	weight := dense(j.weight, drawn, dims)
	table.Product(dense(x, end-k, drawn), dense(j.hidden[k*dims:], end-k, dims), weight.T(), false, scratch)
	for i := k; i < end; i++ {
		z := x[(i-k)*drawn : (i-k+1)*drawn]
		for s, b := range j.bias {
			if z[s] += b; j.samples.Classes[s] == live[i].label && !j.opt.KeepHits {
				z[s] = T(math.Inf(-1))
			}
		}
		if j.opt.Contrast == NCE {
			j.loss[i] = j.noise(j.own[i:i+1], z, live[i].scale)
		} else {
			j.loss[i] = j.softmax(j.own[i:i+1], z, live[i].scale)
		}
	}
	if j.grad.Hidden.Data == nil {
		return
	}
	sum := make([]T, (end-k)*dims)
	table.Product(dense(sum, end-k, dims), dense(x, end-k, drawn), weight, false, scratch)
	for i := k; i < end; i++ {
		dst := j.grad.Hidden.Row(live[i].row)
		for d, w := range j.in.Weight.Row(live[i].label) {
			dst[d] = sum[(i-k)*dims+d] + T(j.own[i]*w)
		}
	}
}

// softmax returns the loss of a row with the logits own of its label and z of the samples, and turns both
// into their gradients.
func (j *sampledJob[T]) softmax(own, z []T, scale float64) float64 {
	link := kern.Link{Temp: 1}
	row := kern.NewRow(own, link, false)
	if len(z) > 0 {
		row.Merge(kern.NewRow(z, link, false), 1)
	}
	var t kern.Tally
	target := kern.Target[T]{Classes: 1 + len(z)}
	kern.Add(&t, &row, own, &target)
	loss, pull := t.Total(&row, 0)
	if !j.grad.wanted() {
		return loss
	}
	rest, samples := row.Tile(1), target.Tile(1, len(z))
	kern.Grad(own, &row, own, &target, pull, scale)
	if len(z) > 0 {
		kern.Grad(z, &rest, z, &samples, pull, scale)
		kern.Quiet(z, math.Abs(scale)*row.Doubt())
	}
	return loss
}

// noise is softmax for NCE.
func (j *sampledJob[T]) noise(own, z []T, scale float64) float64 {
	k := kern.Of[T]()
	loss, _ := k.BinaryGrad(own, own, j.present, scale)
	if len(z) > 0 {
		more, _ := k.BinaryGrad(z, z, j.absent, scale)
		loss.Merge(more)
	}
	return loss.Value()
}

// tile adds what a block of n rows is to the weights and biases of samples s to end-1.
func (j *sampledJob[T]) tile(n, s, end int) {
	dims, drawn, width := j.in.Hidden.Cols, len(j.samples.Classes), end-s
	if j.pull.Bias != nil {
		for c := s; c < end; c++ {
			sum := float64(j.pull.Bias[c])
			for k := range n {
				sum += float64(j.logits[k*drawn+c])
			}
			j.pull.Bias[c] = T(sum)
		}
	}
	if j.pull.Weight.Data == nil {
		return
	}
	k := kern.Of[T]()
	g := dense(j.logits, n, drawn).Part(0, s, n, width)
	k.Product(factor(j.pull.Weight).Part(s, 0, width, dims), g.T(), dense(j.hidden, n, dims), true, make([]T, k.Scratch(dims, n)))
}

// label stores what row k of the block, row of the batch, is to its label.
func (j *sampledJob[T]) label(k, row int) {
	at, dims := len(j.samples.Classes)+row, j.in.Hidden.Cols
	if j.pull.Bias != nil {
		j.pull.Bias[at] = j.own[k]
	}
	if j.pull.Weight.Data != nil {
		for d, h := range j.hidden[k*dims : (k+1)*dims] {
			j.pull.Weight.Row(at)[d] = j.own[k] * h
		}
	}
}

// spread adds the compact gradients to the classes that they belong to.
func (j *sampledJob[T]) spread() {
	if j.grad.Weight.Data != nil {
		for c := range j.grad.Weight.Rows {
			clear(j.grad.Weight.Row(c))
		}
	}
	clear(j.grad.Bias)
	add := func(from, class int) {
		if j.grad.Weight.Data != nil {
			addTo(j.grad.Weight.Row(class), j.pull.Weight.Row(from), false)
		}
		if j.grad.Bias != nil {
			j.grad.Bias[class] += j.pull.Bias[from]
		}
	}
	for s, c := range j.samples.Classes {
		add(s, c)
	}
	for _, l := range j.live {
		add(len(j.samples.Classes)+l.row, l.label)
	}
}
