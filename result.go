package xent

import (
	"math"

	"xent/internal/kern"
)

// Result totals the loss of one or more batches: a sum, and beside it always what the mean
// divides by.
//
// Merging the Results of the parts of a batch gives the Result of the whole, however unequal the
// parts: the mean over an accumulated batch is right by construction. The zero value is the
// Result of nothing, ready to merge into.
type Result struct {
	// Weight is what Mean divides by, as Options.Denominator says.
	Weight float64

	// Rows counts the rows seen, Ignored those of them that were ignored, NonFinite those that
	// cost ±Inf or NaN. For binary losses they count elements.
	Rows, Ignored, NonFinite int

	sum     kern.Sum
	fixed   bool // Weight is not added up: Fixed(n)
	zero    bool // the mean of nothing is 0
	divided bool // the gradient, if any, is divided by Weight
}

// Sum returns Σ of the losses.
func (r Result) Sum() Nats { return Nats(r.sum.Value()) }

// Mean returns Sum/Weight. Where Weight is 0 it is NaN, or 0 under [EmptyZero].
func (r Result) Mean() Nats {
	switch {
	case r.Weight != 0:
		return Nats(r.sum.Value() / r.Weight)
	case r.zero:
		return 0
	}
	return Nats(math.NaN())
}

// Merge adds what s has seen. Both should come from the same options; a zero r takes those of s.
func (r *Result) Merge(s Result) {
	switch {
	case *r == Result{}:
		r.fixed, r.zero, r.divided, r.Weight = s.fixed, s.zero, s.divided, s.Weight
	case !r.fixed:
		r.Weight += s.Weight
	}
	r.add(s)
}

// add adds the rows and losses of s, but not its Weight.
func (r *Result) add(s Result) {
	r.sum.Merge(s.sum)
	r.Rows += s.Rows
	r.Ignored += s.Ignored
	r.NonFinite += s.NonFinite
}

// addRow counts a row of the given loss.
func (r *Result) addRow(loss float64) {
	r.Rows++
	r.sum.Add(loss)
	if loss-loss != 0 {
		r.NonFinite++
	}
}
