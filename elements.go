package xent

import (
	"xent/internal/kern"
	"xent/internal/par"
)

// elements is a checked batch of a loss whose elements are observations of their own: row computes row i, stores w
// times its gradient where that is wanted, and returns the sum of its losses and how many of them are infinite or
// NaN. clear stores a gradient of zeros.
type elements interface {
	row(i int, w float64) (sum kern.Sum, nonFinite int)
	clear(i int)
}

// elementTerms are the settings that all losses of elements share.
type elementTerms struct {
	rowWeights  []float64
	reduction   Reduction
	denominator Denominator
	empty       EmptyPolicy
	workers     int
}

// reduce is [reduce] for rows × cols elements, all of which count. Usual and Count are their number, Weights the
// sum of their weights, Rows the number of rows.
func (t elementTerms) reduce(fn string, rows, cols int) (Result, float64, error) {
	if err := enums(fn, t.reduction, t.denominator, t.empty, t.workers); err != nil {
		return Result{}, 0, err
	}
	if err := rowWeights(fn, t.rowWeights, rows); err != nil {
		return Result{}, 0, err
	}
	weight, denominator := kern.SumOf(float64(rows*cols)), t.denominator
	switch {
	case denominator == Rows:
		weight, denominator = kern.SumOf(float64(rows)), Usual
	case denominator == Weights:
		weight = totalWeight(t.rowWeights, rows).Times(float64(cols))
	}
	return reduce(fn, t.reduction, denominator, t.empty, weight, rows*cols, 0)
}

// totalWeight returns the sum of the weights of rows, which are 1 where there are none.
func totalWeight(weights []float64, rows int) (sum kern.Sum) {
	if weights == nil {
		return kern.SumOf(float64(rows))
	}
	for _, w := range weights {
		sum.Add(w)
	}
	return sum
}

// runElements adds all rows of e to start, and stores the loss of each in loss unless that is nil.
func runElements[E elements, T Float](e E, loss []T, rows, cols int, t elementTerms, start Result) Result {
	return runBatch(elementBatch[E, T]{e, loss, t.rowWeights, cols}, rows, par.Workers(t.workers, rows*cols), start)
}

type elementBatch[E elements, T Float] struct {
	e       E
	loss    []T
	weights []float64 // of the rows
	cols    int
}

func (b elementBatch[E, T]) run(lo, hi int) (part Result) {
	for i := lo; i < hi; i++ {
		var sum kern.Sum
		switch w := at(b.weights, i); w {
		case 0:
			b.e.clear(i)
		case 1:
			var nonFinite int
			sum, nonFinite = b.e.row(i, 1)
			part.NonFinite += nonFinite
		default:
			all, nonFinite := b.e.row(i, w)
			sum.Add(w * all.Value())
			part.NonFinite += nonFinite
		}
		part.Rows += b.cols
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
	if !isFinite(loss) {
		*nonFinite++
	}
}
