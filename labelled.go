package xent

import "xent/internal/par"

// A labelled loss is a checked batch of which row returns the loss of row i with label y, and stores its
// gradient where that is wanted.
type labelled interface{ row(i, y int) float64 }

// labelTerms are the settings that losses of labels share.
type labelTerms struct {
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
	weight, ignored, err := labelWeight(fn, labels, classes, &Options{IgnoreIndex: t.ignore})
	if err != nil {
		return Result{}, 0, err
	}
	return reduce(fn, t.reduction, t.denominator, t.empty, weight, rows, ignored)
}

// runLabels adds all rows of b to start; grad without Data and loss nil are not wanted, and rows with
// the label to ignore get zeros in both.
func runLabels[B labelled, T Float, L Int](b B, grad Matrix[T], loss []T, labels []L, cols int, t labelTerms, start Result) Result {
	j := labelBatch[B, T, L]{b: b, grad: grad, loss: loss, labels: labels}
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
	ignoring bool
	ignored  int64
}

func (j labelBatch[B, T, L]) run(lo, hi int) (part Result) {
	for i := lo; i < hi; i++ {
		loss := 0.0
		if y := int64(j.labels[i]); j.ignoring && y == j.ignored {
			part.Rows++
			part.Ignored++
			if j.grad.Data != nil {
				clear(j.grad.Row(i))
			}
		} else {
			loss = j.b.row(i, int(y))
			part.addRow(loss)
		}
		if j.loss != nil {
			j.loss[i] = T(loss)
		}
	}
	return part
}
