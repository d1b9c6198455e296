package xent

import (
	"xent/internal/kern"
	"xent/internal/par"
)

// elements is a checked batch of a loss whose elements are observations of their own: row computes row i, stores its gradient where that is
// wanted, and returns the sum of its losses and how many of them are infinite or NaN.
type elements interface {
	row(i int) (sum kern.Sum, nonFinite int)
}

// elementTerms are the settings that all losses of elements share.
type elementTerms struct {
	reduction   Reduction
	denominator Denominator
	empty       EmptyPolicy
	workers     int
}

// reduce is [reduce] for rows × cols elements, all of which count. Usual, Weights and Count are
// their number, Rows that of the rows.
func (t elementTerms) reduce(fn string, rows, cols int) (Result, float64, error) {
	if err := enums(fn, t.reduction, t.denominator, t.empty, t.workers); err != nil {
		return Result{}, 0, err
	}
	weight, denominator := float64(rows*cols), t.denominator
	if denominator == Rows {
		weight, denominator = float64(rows), Usual
	}
	return reduce(fn, t.reduction, denominator, t.empty, weight, rows*cols, 0)
}

// runElements adds all rows of e to start, and stores the loss of each in loss unless that is nil.
func runElements[E elements, T Float](e E, loss []T, rows, cols, workers int, start Result) Result {
	return runBatch(elementBatch[E, T]{e, loss, cols}, rows, par.Workers(workers, rows*cols), start)
}

type elementBatch[E elements, T Float] struct {
	e    E
	loss []T
	cols int
}

func (b elementBatch[E, T]) run(lo, hi int) (part Result) {
	for i := lo; i < hi; i++ {
		sum, nonFinite := b.e.row(i)
		part.Rows += b.cols
		part.NonFinite += nonFinite
		part.sum.Merge(sum)
		if b.loss != nil {
			b.loss[i] = T(sum.Value())
		}
	}
	return part
}

// addElement adds the loss of one element of a row.
func addElement(sum *kern.Sum, nonFinite *int, loss float64) {
	sum.Add(loss)
	if loss-loss != 0 {
		*nonFinite++
	}
}
