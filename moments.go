package xent

import (
	"math"

	"xent/internal/kern"
)

// Moments sums up one row of logits so that everything said about its distribution
// p = softmax(z) follows without another look at the row.
//
// With m = max z, attained first at a, and d[j] = z[j] - m:
//
//	Others = Σ e^d   S1 = Σ d·e^d   S2 = Σ d²·e^d   Q2 = Σ e^2d   over j ≠ a
//
// The sums leave out the maximum, whose term is 1 in Others and Q2 and 0 in S1 and S2: a confident
// row keeps all its digits, although 1 + Others rounds to 1 from a margin of 37 nats on.
//
// When the row has no softmax (a NaN, all logits -Inf, several +Inf) the sums are NaN, and so is
// every measure. A single +Inf logit gives the limit, certainty. Logits at -Inf are excluded
// classes and add nothing.
type Moments struct {
	Max        float64 // m
	Arg        int     // a, the first index of the maximum
	Others     float64
	S1, S2, Q2 float64
	_          struct{} // keyed literals only
}

// RowMoments returns the Moments of one row of at least one logit, in one pass over its
// exponentials; it panics on an empty row. Log-probabilities are logits too.
//
//	xent.RowMoments(logits.Row(i))
//
// Memory: none is allocated.
func RowMoments[T Float](row []T) Moments {
	s := kern.Of[T]().Moments(row)
	return Moments{Max: s.Max, Arg: s.Arg, Others: s.S0, S1: s.S1, S2: s.S2, Q2: s.Q2}
}

// LogSumExp returns ln Σ e^z.
func (m Moments) LogSumExp() float64 { return m.Max + math.Log1p(m.Others) }

// LogProb returns ln p of a class from its logit z, which must be one of the row's; never above 0.
//
//	ln p = (z - m) - ln(1 + Others)
func (m Moments) LogProb(z float64) float64 {
	if z == m.Max { // also +Inf - +Inf
		return -math.Log1p(m.Others)
	}
	return (z - m.Max) - math.Log1p(m.Others)
}

// Prob returns p of a class from its logit z, which must be one of the row's.
func (m Moments) Prob(z float64) float64 {
	if z == m.Max {
		return m.Confidence()
	}
	return math.Exp(z-m.Max) / (1 + m.Others)
}

// Confidence returns the largest probability of the row, 1/(1 + Others).
func (m Moments) Confidence() float64 { return 1 / (1 + m.Others) }

// Doubt returns 1 - Confidence to full precision: the probability of all classes but the first.
func (m Moments) Doubt() float64 { return m.Others / (1 + m.Others) }

// Entropy returns H(p) = -Σ p·ln p.
//
//	H = ln(1 + Others) - S1/(1 + Others)
//
// Both terms are positive, so the entropy of a confident row is exact to the last digits.
func (m Moments) Entropy() Nats { return Nats(math.Log1p(m.Others) - m.S1/(1+m.Others)) }

// Varentropy returns the variance of the surprisal -ln p under p, in nats².
//
//	V = S2/(1+Others)² + (Others·S2 - S1²)/(1+Others)²
//
// The second term is the variance among the others, never negative but for rounding.
func (m Moments) Varentropy() float64 {
	s := 1 + m.Others
	return (m.S2 + max(m.Others*m.S2-m.S1*m.S1, 0)) / s / s
}

// MeanLogit returns Σ p·z = m + S1/(1 + Others), the derivative of LogSumExp in the inverse temperature.
func (m Moments) MeanLogit() float64 {
	if m.S1 == 0 {
		return m.Max + m.Others*0 // Others may be NaN
	}
	return m.Max + m.S1/(1+m.Others)
}

// Collision returns Σ p², the probability that two draws agree.
func (m Moments) Collision() float64 {
	s := 1 + m.Others
	return (1 + m.Q2) / s / s
}

// Brier returns the Brier score Σ (p - onehot)² when the class of logit z is the true one.
//
//	(1 - p)² + Σ p[j]² over the other classes j
//
// written so that a confident and right row keeps its digits.
func (m Moments) Brier(z float64) float64 {
	s := 1 + m.Others
	if z == m.Max {
		return (m.Others*m.Others + m.Q2) / s / s
	}
	e := math.Exp(z - m.Max)
	miss := 1 + (m.Others - e)
	return (miss*miss + 1 + max(m.Q2-e*e, 0)) / s / s
}
