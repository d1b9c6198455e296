// Package info measures distributions: entropy, cross-entropy and divergences, in nats.
//
//	function      formula                  zero exactly when
//	Surprisal     -ln p                    p is certain
//	Entropy       -Σ p·ln p                one class holds everything
//	CrossEntropy  -Σ p·ln q                q puts 1 on every class that p holds
//	KL             Σ p·ln(p/q) - p + q     p = q
//	JS            ½KL(p‖m) + ½KL(q‖m)      p = q, where m = (p+q)/2
//	Perplexity    e^Entropy                (never: 1 is its least)
//
// and [Jeffreys], [JSDistance], [Renyi], [Tsallis], [TotalVariation], [Hellinger], [Bhattacharyya] and
// [ChiSquared], 0 exactly when p = q; [RenyiEntropy] and [TsallisEntropy]; [JointOf] for two variables.
//
// Distributions with a closed form are types: [Normal], [MultiNormal], [Bernoulli], [Poisson],
// [Exponential], [Gamma], [Beta], [Dirichlet], [Laplace] and [Uniform], and p.KL(q) their divergence.
//
// A distribution is a slice of probabilities, float32 or float64; all arithmetic is in float64,
// and sums carry their rounding error. Throughout, 0·ln 0 = 0, a class that p holds and q excludes
// costs +Inf, and a NaN or negative probability gives NaN: nothing is clipped and nothing is
// normalised behind the caller's back. [Validate] checks what comes from outside.
//
// [SampleEntropy] estimates an entropy from counts, without most of the bias of that of their shares.
//
// [MaxEntropy] finds a distribution instead of measuring one: the most uncertain with a given mean, or, by
// [MaxEntropyMoments], with the means of several functions.
//
// Two slices of different lengths are a bug in the calling program, and panic.
// No function but JointOf, MaxEntropyMoments and MultiNormal.KL allocates.
package info

import (
	"math"
	"strconv"

	"xent/internal/kern"
)

// Float is the element type of a distribution.
type Float interface{ float32 | float64 }

// Nats is an amount of information in natural units: an event of probability 1/e carries one.
type Nats float64

// FromBits returns b bits as Nats.
func FromBits(b float64) Nats { return Nats(b * math.Ln2) }

// Bits returns n in bits: n/ln 2.
func (n Nats) Bits() float64 { return float64(n) / math.Ln2 }

// Perplexity returns e^n: the number of equally likely events that carry n each.
// It is +Inf from 709.78 nats on; n itself is the figure to keep and average.
func (n Nats) Perplexity() float64 { return kern.ExpOf(float64(n)) }

// String formats n to four digits with its unit, such as "0.6931 nats".
func (n Nats) String() string { return strconv.FormatFloat(float64(n), 'g', 4, 64) + " nats" }

// Surprisal returns -ln p, what observing an event of probability p tells:
// 0 for the certain event, +Inf for the impossible one.
func Surprisal(p float64) Nats {
	if p == 1 {
		return 0 // rather than -0
	}
	return Nats(-kern.Log(p))
}

// Entropy returns H(p) = -Σ p·ln p, between 0 and ln len(p).
// Source: Shannon 1948.
func Entropy[T Float](p []T) Nats {
	var s kern.Sum
	for _, v := range p {
		s.Add(crossTerm(float64(v), float64(v)))
	}
	return Nats(s.Value())
}

// Perplexity returns e^H(p), the number of equally likely classes with the same entropy.
func Perplexity[T Float](p []T) float64 { return Entropy(p).Perplexity() }

// CrossEntropy returns H(p, q) = -Σ p·ln q, the mean cost of coding draws from p with a code made for q.
// It is +Inf when q excludes a class that p holds. It panics when the lengths differ.
func CrossEntropy[T Float](p, q []T) Nats {
	sameLength("CrossEntropy", len(p), len(q))
	var s kern.Sum
	for i, v := range p {
		s.Add(crossTerm(float64(v), float64(q[i])))
	}
	return Nats(s.Value())
}

// KL returns the divergence of q from p,
//
//	D(p‖q) = Σ p·ln(p/q) - p + q
//
// which is Σ p·ln(p/q) when both sum to one. Each term is computed as a whole and is never
// negative, so D is never negative either and keeps its digits when p and q nearly agree;
// what rounding made p and q miss in their sums does not enter it at first order.
// It is +Inf when q excludes a class that p holds. It panics when the lengths differ.
// Source: Kullback and Leibler 1951; for sums other than one, the I-divergence of Csiszár 1975.
func KL[T Float](p, q []T) Nats {
	sameLength("KL", len(p), len(q))
	var s kern.Sum
	for i, v := range p {
		s.Add(excess(float64(v), float64(q[i])))
	}
	return Nats(s.Value())
}

// JS returns the Jensen-Shannon divergence, between 0 and ln 2:
//
//	JS(p, q) = ½·D(p‖m) + ½·D(q‖m)   with m = (p+q)/2
//
// Its square root is a metric. No term is negative, so nothing needs clamping.
// It panics when the lengths differ.
// Source: Lin 1991.
func JS[T Float](p, q []T) Nats {
	sameLength("JS", len(p), len(q))
	var s kern.Sum
	for i, v := range p {
		a, b := float64(v), float64(q[i])
		s.Add(excessOverMean(a, b))
		s.Add(excessOverMean(b, a))
	}
	return Nats(min(s.Value()/2, math.Ln2)) // above ln 2 by rounding only
}

// Terms returns what one class, of probability p under the truth and q under the model, adds to
// the three sums:
//
//	entropy = -p·ln p    kl = p·ln(p/q)    cross = -p·ln q    entropy + kl = cross
//
// A single kl term may be negative, where q exceeds p; the sum over the classes of two
// distributions is not. (The terms of [KL] add q - p, which cancels in that sum.)
func Terms(p, q float64) (entropy, kl, cross Nats) {
	return Nats(crossTerm(p, p)), Nats(klTerm(p, q)), Nats(crossTerm(p, q))
}

func sameLength(name string, p, q int) {
	if p != q {
		panic("info: " + name + ": p has " + strconv.Itoa(p) + " classes, q has " + strconv.Itoa(q))
	}
}
