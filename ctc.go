package xent

import (
	"math"
	"strconv"

	"xent/internal/kern"
	"xent/internal/par"
)

// CTCOptions configure [CTC]. Nil and the zero value are the usual loss, of class 0 as the blank.
type CTCOptions struct {
	// Blank is the class that stands for no label.
	Blank int

	// TimeMajor says that frame t of sequence n is row t·sequences + n of the logits, PyTorch's layout
	// [T, N, C]; otherwise it is row n·frames + t, [N, T, C].
	TimeMajor bool

	// PerLabel divides the loss of each sequence by the number of its labels, at least 1, as PyTorch's
	// mean does.
	PerLabel bool

	// Infeasible says what a sequence with more labels than its frames can hold costs.
	Infeasible InfeasiblePolicy

	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // of Mean: the sequences, or for Weights all labels
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

// InfeasiblePolicy says what to do with a target that no alignment reaches. A target of n labels, r of
// which repeat the one before, needs n + r frames: repeats are kept apart by a blank.
type InfeasiblePolicy uint8

const (
	InfeasibleFails InfeasiblePolicy = iota // an *InfeasibleError, before anything is computed
	InfeasibleInf                           // the sequence costs +Inf, and its gradient is 0
	InfeasibleZero                          // it costs 0, its gradient is 0, and it counts as ignored
)

// An InfeasibleError reports a sequence whose target does not fit into its frames.
type InfeasibleError struct {
	Func     string
	Sequence int // the first of them
	Frames   int // it has
	Needed   int // by its labels and repeats
	Count    int // of such sequences
	Of       int // sequences
}

func (e *InfeasibleError) Error() string {
	s := "xent: " + e.Func + ": sequence " + itoa(e.Sequence) + " has " + count(e.Frames, "frame") + ", want at least " + itoa(e.Needed) + " for its labels and repeats"
	if e.Count > 1 {
		s += "; so with " + itoa(e.Count) + " of " + count(e.Of, "sequence")
	}
	return s + " (or set Infeasible)"
}

// CTC returns the loss of sequences of frames against their labels, of which it is not known to which
// frames they belong: -ln of the probability, over all alignments, of paths that read as the labels
// once repeated classes are merged and blanks dropped.
//
//	loss[n] = -ln Σ Π p[t][path[t]]      over paths of class by frame that read as target n
//
// Shapes: logits is [sequences·T, classes], laid out as TimeMajor says, where T is the largest number
// of frames that a sequence may have; frames and lengths are [sequences]: how many frames of each
// count, and how many labels it has; targets holds the labels of all sequences, one after the other.
// Frames beyond those that count are not looked at.
// Special values: a class at -Inf is excluded; a target that only excluded paths reach costs +Inf, with
// gradient 0. A NaN in a frame that counts costs NaN.
// Errors: *ShapeError, *LabelError (of the place in targets), *InfeasibleError, *OptionError, *EmptyError.
// Memory: the lattice of the longest sequence for each chunk, frames × (2·labels + 1) costs.
// Source: Graves et al. 2006.
func CTC[T Float, L Int](logits Logits[T], frames []int, targets []L, lengths []int, opt *CTCOptions) (Result, error) {
	return ctc("CTC", Matrix[T]{}, nil, Matrix[T](logits), frames, targets, lengths, opt)
}

// CTCGrad stores the gradient of [CTC] with respect to logits in grad and returns the same Result.
// With W = Result.Weight for Reduction Mean and 1 for Sum,
//
//	grad[t][k] = (p[t][k] - the share of the alignments that are in class k at frame t) / W
//
// Frames that do not count get 0.
//
// Shapes: grad is as logits and may be the same view.
// Errors: as CTC; grad is then untouched.
func CTCGrad[T Float, L Int](grad Matrix[T], logits Logits[T], frames []int, targets []L, lengths []int, opt *CTCOptions) (Result, error) {
	const fn = "CTCGrad"
	if err := checkGrad(fn, grad, Matrix[T](logits)); err != nil {
		return Result{}, err
	}
	return ctc(fn, grad, nil, Matrix[T](logits), frames, targets, lengths, opt)
}

// CTCRows stores the loss of each sequence in loss, not divided by anything but under PerLabel, and
// returns the same Result as [CTC].
//
// Shapes: loss is [sequences].
// Errors: as CTC; loss is then untouched.
func CTCRows[T Float, L Int](loss []T, logits Logits[T], frames []int, targets []L, lengths []int, opt *CTCOptions) (Result, error) {
	const fn = "CTCRows"
	if len(loss) != len(frames) {
		return Result{}, &ShapeError{fn, "loss", "[" + itoa(len(loss)) + "]", "[" + itoa(len(frames)) + "] (one for each sequence)"}
	}
	return ctc(fn, Matrix[T]{}, loss, Matrix[T](logits), frames, targets, lengths, opt)
}

func ctc[T Float, L Int](fn string, grad Matrix[T], loss []T, x Matrix[T], frames []int, targets []L, lengths []int, opt *CTCOptions) (Result, error) {
	if opt == nil {
		opt = &CTCOptions{}
	}
	b := ctcBatch[T, L]{grad: grad, loss: loss, x: x, frames: frames, targets: targets, lengths: lengths, opt: *opt}
	if err := b.check(fn); err != nil {
		return Result{}, err
	}
	infeasible, err := b.feasible(fn)
	if err != nil {
		return Result{}, err
	}
	n, ignored := len(frames), 0
	if opt.Infeasible == InfeasibleZero {
		ignored = infeasible
	}
	weight := kern.SumOf(float64(n - ignored))
	if opt.Denominator == Weights {
		weight = kern.SumOf(float64(len(targets)))
	}
	total, scale, err := reduce(fn, opt.Reduction, opt.Denominator, opt.Empty, weight, n, ignored)
	if err != nil {
		return Result{}, err
	}
	b.scale = scale
	if grad.Data != nil { // frames that do not count
		b.clear()
	}
	return runBatch(b, n, par.Workers(opt.Workers, x.Rows*x.Cols), total), nil
}

// ctcBatch is a checked batch; grad without Data and loss nil are not wanted.
type ctcBatch[T Float, L Int] struct {
	grad, x         Matrix[T]
	loss            []T
	frames, lengths []int
	targets         []L
	starts          []int // where the labels of each sequence begin
	opt             CTCOptions
	scale           float64 // of the gradient
}

func (b *ctcBatch[T, L]) check(fn string) error {
	n := len(b.frames)
	if err := b.x.check(fn, "logits"); err != nil {
		return err
	}
	if len(b.lengths) != n {
		return &ShapeError{fn, "lengths", "[" + itoa(len(b.lengths)) + "]", "[" + itoa(n) + "] (one for each of frames)"}
	}
	if n == 0 && b.x.Rows != 0 || n > 0 && b.x.Rows%n != 0 {
		return &ShapeError{fn, "logits", b.x.shape(), "a number of rows divided by the " + count(n, "sequence")}
	}
	if o := &b.opt; o.Infeasible > InfeasibleZero {
		return &OptionError{fn, "Infeasible", itoa(int(o.Infeasible)), "InfeasibleFails, InfeasibleInf or InfeasibleZero"}
	} else if b.x.Rows > 0 && (o.Blank < 0 || o.Blank >= b.x.Cols) {
		return &OptionError{fn, "Blank", itoa(o.Blank), "0 ≤ Blank < " + itoa(b.x.Cols)}
	} else if err := enums(fn, o.Reduction, o.Denominator, o.Empty, o.Workers); err != nil {
		return err
	}
	b.starts = make([]int, n)
	total := 0
	for i, l := range b.lengths {
		if most := b.x.Rows / n; b.frames[i] < 0 || b.frames[i] > most {
			return &ShapeError{fn, "frames[" + strconv.Itoa(i) + "]", itoa(b.frames[i]), "0 to " + itoa(most)}
		}
		if l < 0 || l > len(b.targets)-total {
			return &ShapeError{fn, "targets", "[" + itoa(len(b.targets)) + "]", "one for each label that lengths counts"}
		}
		b.starts[i] = total
		total += l
	}
	if total != len(b.targets) {
		return &ShapeError{fn, "targets", "[" + itoa(len(b.targets)) + "]", "[" + itoa(total) + "] (the sum of lengths)"}
	}
	for i, l := range b.targets {
		switch y := int64(l); {
		case y < 0 || y >= int64(b.x.Cols):
			return labelError(fn, b.targets, i, b.x.Cols, nil)
		case y == int64(b.opt.Blank):
			return &OptionError{fn, "Blank", itoa(b.opt.Blank), "a class that no target has (targets[" + itoa(i) + "] does)"}
		}
	}
	return nil
}

// feasible counts the sequences whose frames do not hold their labels.
func (b *ctcBatch[T, L]) feasible(fn string) (infeasible int, err error) {
	var e *InfeasibleError
	for n, frames := range b.frames {
		if need := b.needed(n); need > frames {
			if infeasible++; e == nil {
				e = &InfeasibleError{Func: fn, Sequence: n, Frames: frames, Needed: need, Of: len(b.frames)}
			}
		}
	}
	if e != nil && b.opt.Infeasible == InfeasibleFails {
		e.Count = infeasible
		return 0, e
	}
	return infeasible, nil
}

// needed returns how many frames the labels of sequence n need.
func (b *ctcBatch[T, L]) needed(n int) int {
	y := b.labels(n)
	need := len(y)
	for i := 1; i < len(y); i++ {
		if y[i] == y[i-1] {
			need++
		}
	}
	return need
}

func (b *ctcBatch[T, L]) labels(n int) []L { return b.targets[b.starts[n]:][:b.lengths[n]] }

// at returns the row of frame t of sequence n.
func (b *ctcBatch[T, L]) at(n, t int) int {
	if b.opt.TimeMajor {
		return t*len(b.frames) + n
	}
	return n*(b.x.Rows/len(b.frames)) + t
}

// clear writes the zeros of frames that do not count.
func (b *ctcBatch[T, L]) clear() {
	for n, frames := range b.frames {
		if b.needed(n) > frames {
			frames = 0
		}
		for t := frames; t < b.x.Rows/len(b.frames); t++ {
			clear(b.grad.Row(b.at(n, t)))
		}
	}
}

func (b ctcBatch[T, L]) run(lo, hi int) (part Result) {
	var work lattice
	for n := lo; n < hi; n++ {
		loss := 0.0
		switch {
		case b.needed(n) <= b.frames[n]:
			loss = b.sequence(&work, n)
		case b.opt.Infeasible == InfeasibleZero:
			part.Ignored++
		default:
			loss = math.Inf(1)
		}
		if b.opt.PerLabel {
			loss /= float64(max(b.lengths[n], 1))
		}
		part.addRow(loss)
		if b.loss != nil {
			b.loss[n] = T(loss)
		}
	}
	return part
}

// lattice is the working memory of one sequence: its states are the labels with a blank before, between
// and after them, and all figures are costs, -ln p, so that a sure sequence keeps its digits.
type lattice struct {
	rows     []kern.Row
	emit     []float64 // frames × states: of the state's class at the frame
	alpha    []float64 // frames × states: of all ways to be there by then, the frame included
	beta     []float64 // states: of all ways to go on after the frame
	next     []float64
	occupied []float64 // by class
}

func grow[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}

// sequence returns the loss of sequence n and stores its gradient.
func (b *ctcBatch[T, L]) sequence(w *lattice, n int) float64 {
	y, frames := b.labels(n), b.frames[n]
	states := 2*len(y) + 1
	if frames == 0 {
		return 0 // the one way to say nothing
	}
	class := func(s int) int {
		if s%2 == 0 {
			return b.opt.Blank
		}
		return int(y[s/2])
	}
	skips := func(s int) bool { return s%2 == 1 && s > 1 && y[s/2] != y[s/2-1] } // from s-2 to s
	w.rows, w.emit, w.alpha = grow(w.rows, frames), grow(w.emit, frames*states), grow(w.alpha, frames*states)
	for t := range frames {
		x := b.x.Row(b.at(n, t))
		w.rows[t] = kern.NewRow(x, kern.Link{Temp: 1}, false)
		emit, alpha := w.emit[t*states:][:states], w.alpha[t*states:][:states]
		for s := range states {
			emit[s] = math.NaN()
			if w.rows[t].Valid() {
				emit[s] = w.rows[t].Cost(float64(x[class(s)]))
			}
			if t == 0 {
				alpha[s] = math.Inf(1)
				if s < 2 {
					alpha[s] = emit[s]
				}
				continue
			}
			last := w.alpha[(t-1)*states:][:states]
			ways := last[s]
			if s > 0 {
				ways = either(ways, last[s-1])
			}
			if skips(s) {
				ways = either(ways, last[s-2])
			}
			alpha[s] = emit[s] + ways
		}
	}
	end := w.alpha[(frames-1)*states:][:states]
	loss := end[states-1]
	if states > 1 {
		loss = either(loss, end[states-2])
	}
	if b.grad.Data != nil {
		b.occupy(w, n, states, loss, class, skips)
	}
	return loss
}

// occupy stores the gradient of sequence n, from the last frame to the first.
func (b *ctcBatch[T, L]) occupy(w *lattice, n, states int, loss float64, class func(s int) int, skips func(s int) bool) {
	scale := b.scale
	if b.opt.PerLabel {
		scale /= float64(max(b.lengths[n], 1))
	}
	w.beta, w.next, w.occupied = grow(w.beta, states), grow(w.next, states), grow(w.occupied, b.x.Cols)
	for t := b.frames[n] - 1; t >= 0; t-- {
		for s := range states {
			if t == b.frames[n]-1 {
				w.beta[s] = math.Inf(1)
				if s >= states-2 {
					w.beta[s] = 0
				}
				continue
			}
			emit := w.emit[(t+1)*states:][:states]
			w.beta[s] = emit[s] + w.next[s]
			if s+1 < states {
				w.beta[s] = either(w.beta[s], emit[s+1]+w.next[s+1])
			}
			if s+2 < states && skips(s+2) {
				w.beta[s] = either(w.beta[s], emit[s+2]+w.next[s+2])
			}
		}
		clear(w.occupied)
		for s := range states {
			if way := w.alpha[t*states+s] + w.beta[s]; !math.IsInf(way, 1) {
				w.occupied[class(s)] += math.Exp(loss - way)
			}
		}
		row := b.at(n, t)
		x, dst := b.x.Row(row), b.grad.Row(row)
		for k, o := range w.occupied {
			p, _ := w.rows[t].Prob(k, float64(x[k]))
			switch {
			case loss != loss:
				dst[k] = T(loss)
			case math.IsInf(loss, 1):
				dst[k] = 0
			default:
				dst[k] = T(scale * (p - o))
			}
		}
		w.beta, w.next = w.next, w.beta
	}
}

// either returns the cost of two ways together, -ln(e^-a + e^-b).
func either(a, b float64) float64 {
	if b < a {
		a, b = b, a
	}
	if math.IsInf(a, 1) || a != a || b != b {
		return a + b
	}
	return a - math.Log1p(kern.Exp(a-b, 0))
}
