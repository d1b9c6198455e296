package xent

import "sync"

// Regulariser is what makes a prediction of scores: the largest, over distributions p, of what p scores less what it costs,
//
//	Max = max over p of ( Σ p[j]·x[j] - Ω(p) )
//
// Max stores the p that attains it in p and returns the value. Ω is convex, and 0 for a sure p. It is called from several
// goroutines at a time, with p and x of the same length.
type Regulariser interface {
	Max(p, x []float64) float64
}

// FenchelYoungOptions configure [FenchelYoung]. Nil and the zero value are the usual loss.
type FenchelYoungOptions struct {
	RowWeights  []float64 // as in [Options]
	IgnoreIndex *int      // as in [Options]

	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // of Mean: the rows that count, Rows, or Fixed(n)
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

func (o *FenchelYoungOptions) terms() labelTerms {
	return labelTerms{o.RowWeights, o.IgnoreIndex, o.Reduction, o.Denominator, o.Empty, o.Workers}
}

// FenchelYoung returns the loss of scores against labels that belongs to a prediction of one's own: the way from a softmax to
// cross-entropy, for any other map.
//
//	loss[i] = Max(x[i]) - x[i][labels[i]]
//
// With Ω = Σ p·ln p, of which Max is ln Σ e^x, it is [CrossEntropy]; with those of Tsallis [EntmaxLoss]. Those keep digits that
// this difference loses; take this where they are not what is wanted.
//
// Shapes: logits is [rows, classes], labels is [rows].
// Special values: whatever Max returns.
// Errors: *ShapeError, *LabelError, *OptionError, *EmptyError.
// Memory: two rows of float64 for each goroutine, and what Max takes.
// Source: Blondel, Martins and Niculae 2020.
func FenchelYoung[T Float, L Int](logits Logits[T], labels []L, by Regulariser, opt *FenchelYoungOptions) (Result, error) {
	return fenchelYoung("FenchelYoung", Matrix[T]{}, nil, Matrix[T](logits), labels, by, opt)
}

// FenchelYoungGrad stores the gradient of [FenchelYoung] with respect to logits in grad and returns the same Result. With the p
// that attains Max, and W as in [CrossEntropyGrad],
//
//	grad[i][j] = (p[i][j] - [j = labels[i]]) / W
//
// Shapes: grad is as logits and may be the same view.
// Errors: as FenchelYoung; grad is then untouched.
func FenchelYoungGrad[T Float, L Int](grad Matrix[T], logits Logits[T], labels []L, by Regulariser, opt *FenchelYoungOptions) (Result, error) {
	const fn = "FenchelYoungGrad"
	if err := checkGrad(fn, grad, Matrix[T](logits)); err != nil {
		return Result{}, err
	}
	return fenchelYoung(fn, grad, nil, Matrix[T](logits), labels, by, opt)
}

// FenchelYoungRows stores the loss of each row in loss and returns the same Result as [FenchelYoung].
//
// Shapes: loss is [rows].
// Errors: as FenchelYoung; loss is then untouched.
func FenchelYoungRows[T Float, L Int](loss []T, logits Logits[T], labels []L, by Regulariser, opt *FenchelYoungOptions) (Result, error) {
	const fn = "FenchelYoungRows"
	if err := checkRows(fn, len(loss), logits.Rows); err != nil {
		return Result{}, err
	}
	return fenchelYoung(fn, Matrix[T]{}, loss, Matrix[T](logits), labels, by, opt)
}

func fenchelYoung[T Float, L Int](fn string, grad Matrix[T], loss []T, x Matrix[T], labels []L, by Regulariser, opt *FenchelYoungOptions) (Result, error) {
	if opt == nil {
		opt = &FenchelYoungOptions{}
	}
	if err := x.check(fn, "logits"); err != nil {
		return Result{}, err
	}
	total, scale, err := reduceLabels(fn, labels, x.Rows, x.Cols, opt.terms())
	if err != nil {
		return Result{}, err
	}
	scratch := &sync.Pool{New: func() any { s := make([]float64, 2*x.Cols); return &s }}
	return runLabels(regularised[T]{grad, x, by, scratch, scale}, grad, loss, labels, x.Cols, opt.terms(), total), nil
}

// regularised is a checked batch; grad without Data is not wanted.
type regularised[T Float] struct {
	grad, x Matrix[T]
	by      Regulariser
	scratch *sync.Pool // of two rows
	scale   float64
}

func (b regularised[T]) row(i, y int, w float64) float64 {
	s := b.scratch.Get().(*[]float64)
	defer b.scratch.Put(s)
	p, x := (*s)[:b.x.Cols], (*s)[b.x.Cols:]
	for j, v := range b.x.Row(i) {
		x[j] = float64(v)
	}
	score := x[y]
	loss := b.by.Max(p, x) - score
	p[y]--
	for j, g := range p {
		set(b.grad, i, j, w*b.scale*g)
	}
	return loss
}
