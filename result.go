package xent

import (
	"math"

	"xent/internal/kern"
)

// Result totals the loss of one or more batches: a sum, and beside it always what the mean
// divides by.
//
// Merging the Results of the parts of a batch gives the Result of the whole, however unequal the
// parts: the mean over an accumulated batch is right by construction. Sums and weights carry twice the digits of a
// float64 and are rounded when they are asked for, so that neither the parts nor their order can be seen in a bit. The zero value is the
// Result of nothing, ready to merge into.
type Result struct {
	// Weight is what Mean divides by, as Options.Denominator says.
	Weight float64

	// Rows counts the rows seen, Ignored those of them that were ignored, NonFinite those that
	// cost ±Inf or NaN. For binary losses they count elements.
	Rows, Ignored, NonFinite int

	// Judged counts the rows of which it was seen whether the label has the largest logit or
	// probability, Correct those where it has, and InTop those where it is among the Options.TopK
	// largest. Of equal ones the first comes first, and a row that costs NaN is not correct. [CrossEntropy],
	// [LinearCrossEntropy] and [LogLoss] judge.
	Judged, Correct, InTop int

	sum     kern.Sum
	weight  kern.Sum // Weight, before it is rounded
	fixed   bool     // Weight is not added up: Fixed(n)
	zero    bool     // the mean of nothing is 0
	divided bool     // the gradient, if any, is divided by Weight
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

// Accuracy returns Correct/Judged, the share of rows whose label comes first; NaN where none was judged.
func (r Result) Accuracy() float64 { return float64(r.Correct) / float64(r.Judged) }

// TopAccuracy returns InTop/Judged, the share of rows whose label is among the first Options.TopK.
func (r Result) TopAccuracy() float64 { return float64(r.InTop) / float64(r.Judged) }

// BitsPer returns the sum in bits for each of units: the bits per byte or per character of a text, or per
// dimension of an image, of which tokens or pixels made up the rows. Unlike the mean over tokens it can be
// compared between models that cut a text into different tokens.
func (r Result) BitsPer(units float64) float64 { return r.Sum().Bits() / units }

// Merge adds what s has seen. Both should come from the same options; a zero r takes those of s.
func (r *Result) Merge(s Result) {
	switch {
	case *r == Result{}:
		r.fixed, r.zero, r.divided, r.weight = s.fixed, s.zero, s.divided, s.weight
	case !r.fixed:
		r.weight.Merge(s.weight)
	}
	r.Weight = r.weight.Value()
	r.add(s)
}

// add adds the rows and losses of s, but not its Weight.
func (r *Result) add(s Result) {
	r.sum.Merge(s.sum)
	r.Rows += s.Rows
	r.Ignored += s.Ignored
	r.NonFinite += s.NonFinite
	r.Judged += s.Judged
	r.Correct += s.Correct
	r.InTop += s.InTop
}

// judge counts a row of which the given number of classes come before the label; top is Options.TopK.
func (r *Result) judge(before, top int) {
	r.Judged++
	if before == 0 {
		r.Correct++
	}
	if before < max(top, 1) {
		r.InTop++
	}
}

// addRow counts a row of the given loss.
func (r *Result) addRow(loss float64) {
	r.Rows++
	r.sum.Add(loss)
	if !isFinite(loss) {
		r.NonFinite++
	}
}

// isFinite tells whether x is neither infinite nor NaN. (Where x is a product, x-x may be fused to its rounding error.)
func isFinite(x float64) bool { return math.Abs(x) <= math.MaxFloat64 }
