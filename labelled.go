package xent

import "xent/internal/par"

// A labelled loss is a checked batch of which row returns the loss of row i with label y, and stores w times
// its gradient where that is wanted.
type labelled interface {
	row(i, y int, w float64) float64
}

// labelTerms are the settings that losses of labels share.
type labelTerms struct {
	rowWeights  []float64
	ignore      *int
	reduction   Reduction
	denominator Denominator
	empty       EmptyPolicy
	workers     int
}

// reduceLabels checks one label for each row, below classes, and returns what [reduce] does.
func reduceLabels[L Int](fn string, labels []L, rows, classes int, t labelTerms) (Result, float64, error) {
	if len(labels) != rows {
		return Result{}, 0, &ShapeError{fn, "labels", "[" + itoa(len(labels)) + "]", "[" + itoa(rows) + "] (one for each row of logits)"}
	}
	if err := enums(fn, t.reduction, t.denominator, t.empty, t.workers); err != nil {
		return Result{}, 0, err
	}
	if err := rowWeights(fn, t.rowWeights, rows); err != nil {
		return Result{}, 0, err
	}
	weight, ignored, err := labelWeight(fn, labels, classes, &Options{IgnoreIndex: t.ignore, RowWeights: t.rowWeights})
	if err != nil {
		return Result{}, 0, err
	}
	return reduce(fn, t.reduction, t.denominator, t.empty, weight, rows, ignored)
}

// runLabels adds all rows of b to start; grad without Data and loss nil are not wanted, and rows with
// the label to ignore, or of weight 0, get zeros in both.
func runLabels[B labelled, T Float, L Int](b B, grad Matrix[T], loss []T, labels []L, cols int, t labelTerms, start Result) Result {
	j := labelBatch[B, T, L]{b: b, grad: grad, loss: loss, labels: labels, weights: t.rowWeights}
	if t.ignore != nil {
		j.ignoring, j.ignored = true, int64(*t.ignore)
	}
	return runBatch(j, len(labels), par.Workers(t.workers, len(labels)*cols), start)
}

type labelBatch[B labelled, T Float, L Int] struct {
	b        B
	grad     Matrix[T]
	loss     []T
	labels   []L
	weights  []float64
	ignoring bool
	ignored  int64
}

func (j labelBatch[B, T, L]) run(lo, hi int) (part Result) {
	for i := lo; i < hi; i++ {
		loss, w, y := 0.0, at(j.weights, i), int64(j.labels[i])
		ignored := j.ignoring && y == j.ignored
		if ignored || w == 0 {
			part.Rows++
			if ignored {
				part.Ignored++
			}
			clearRow(j.grad, i)
		} else {
			loss = w * j.b.row(i, int(y), w)
			part.addRow(loss)
		}
		if j.loss != nil {
			j.loss[i] = T(loss)
		}
	}
	return part
}
