package info

import (
	"math"

	"xent/internal/kern"
)

// Jeffreys returns D(p‖q) + D(q‖p) = Σ (p-q)·ln(p/q), the symmetric sum of both directions of [KL].
// It is +Inf when one of them excludes a class that the other holds.
// Source: Jeffreys 1946.
func Jeffreys[T Float](p, q []T) Nats { return Nats(measure("Jeffreys", kern.Jeffreys, 0, p, q)) }

// JSDistance returns the square root of [JS], a metric, between 0 and √ln 2. SciPy's jensenshannon is
// this. It has all its digits where JS itself is too small to have them.
// Source: Endres and Schindelin 2003.
func JSDistance[T Float](p, q []T) float64 {
	sameLength("JSDistance", len(p), len(q))
	var s kern.Sum
	for i, v := range p {
		a, b := float64(v)*up*up, float64(q[i])*up*up
		s.Add(excessOverMean(a, b))
		s.Add(excessOverMean(b, a))
	}
	return min(math.Sqrt(s.Value()/2)/up, math.Sqrt(math.Ln2)) // above by rounding only
}

// up scales sums whose square root is taken, so that their terms are no denormal numbers.
const up = 0x1p300

// Renyi returns the divergence of order α ≥ 0, ln(Σ p^α·q^(1-α))/(α-1): [KL] at 1, and ln max p/q at +Inf.
// It grows with the order. Like KL it is summed from terms none of which is negative.
// It panics when the lengths differ; a negative order or NaN gives NaN.
// Source: Rényi 1961.
func Renyi[T Float](p, q []T, order float64) Nats {
	if order == 1 {
		sameLength("Renyi", len(p), len(q))
		return KL(p, q)
	}
	return Nats(measure("Renyi", kern.Renyi, order, p, q))
}

// Tsallis returns the divergence of order α ≥ 0, finite, (Σ p^α·q^(1-α) - 1)/(α-1): [KL] at 1. It has
// no unit of information. It panics when the lengths differ; a negative order or NaN gives NaN.
// Source: Tsallis 1998.
func Tsallis[T Float](p, q []T, order float64) float64 {
	if order == 1 {
		sameLength("Tsallis", len(p), len(q))
		return float64(KL(p, q))
	}
	return measure("Tsallis", kern.Tsallis, order, p, q)
}

// TotalVariation returns ½·Σ |p-q|, the largest difference between the two probabilities of an event;
// between 0 and 1. A metric.
func TotalVariation[T Float](p, q []T) float64 {
	return measure("TotalVariation", kern.TotalVariation, 0, p, q)
}

// Hellinger returns the distance √(½·Σ (√p-√q)²), between 0 and 1. A metric.
// Source: Hellinger 1909.
func Hellinger[T Float](p, q []T) float64 {
	sameLength("Hellinger", len(p), len(q))
	var s kern.Sum
	for i, v := range p {
		a, b := float64(v), float64(q[i])
		if a != b {
			d := (a - b) / (math.Sqrt(a) + math.Sqrt(b)) * up // √a - √b
			s.Add(d * d)
		}
	}
	return min(math.Sqrt(s.Value()/2)/up, 1) // above by rounding only
}

// Bhattacharyya returns -ln Σ √(p·q), +Inf when no class is in both.
// Source: Bhattacharyya 1943.
func Bhattacharyya[T Float](p, q []T) Nats {
	return Nats(measure("Bhattacharyya", kern.Bhattacharyya, 0, p, q))
}

// ChiSquared returns Pearson's Σ (p-q)²/q, +Inf when q excludes a class that p holds.
// Source: Pearson 1900.
func ChiSquared[T Float](p, q []T) float64 {
	return measure("ChiSquared", kern.ChiSquared, 0, p, q)
}

func measure[T Float](name string, kind kern.Kind, order float64, p, q []T) float64 {
	sameLength(name, len(p), len(q))
	switch {
	case len(p) == 0:
		return 0 // an empty sum
	case !(order >= 0) || kind == kern.Tsallis && math.IsInf(order, 1):
		return math.NaN()
	}
	ps, qs := kern.NewSide(p, kern.FromProbs, kern.Link{}), kern.NewSide(q, kern.FromProbs, kern.Link{})
	return kern.Measure(&kern.Divergence{Kind: kind, Order: order}, &qs, &ps).Value
}

// RenyiEntropy returns the entropy of order α ≥ 0, ln(Σ p^α)/(1-α): ln of the number of possible
// classes at 0, [Entropy] at 1, -ln Σ p² at 2, -ln max p at +Inf. It falls with the order.
//
// A distribution that is all but certain keeps its digits: Σ p^α - 1 is Σ p·(p^(α-1) - 1), whose terms
// have one sign. A negative order or NaN gives NaN.
// Source: Rényi 1961.
func RenyiEntropy[T Float](p []T, order float64) Nats {
	switch {
	case order == 1:
		return Entropy(p)
	case math.IsInf(order, 1):
		top := T(0)
		for _, v := range p {
			top = max(top, v) // NaN stays NaN
		}
		if len(p) == 0 {
			return 0
		}
		return Surprisal(float64(top))
	}
	less := (1 - order) * TsallisEntropy(p, order) // Σ p^α - 1
	if less > -0.5 || less != less {
		return Nats(math.Log1p(less) / (1 - order))
	}
	// p^α may leave the range: by the largest term
	top := math.Inf(-1)
	for _, v := range p {
		top = max(top, order*kern.Log(float64(v)))
	}
	var s kern.Sum
	for _, v := range p {
		s.Add(math.Exp(order*kern.Log(float64(v)) - top))
	}
	return Nats((top + math.Log(s.Value())) / (1 - order))
}

// TsallisEntropy returns the entropy of order α ≥ 0, finite, (1 - Σ p^α)/(α-1): [Entropy] at 1, and the
// probability 1 - Σ p² that two draws differ at 2. A negative order or NaN gives NaN.
// Source: Havrda and Charvát 1967; Tsallis 1988.
func TsallisEntropy[T Float](p []T, order float64) float64 {
	if !(order >= 0) || math.IsInf(order, 1) {
		return math.NaN()
	}
	if order == 1 {
		return float64(Entropy(p))
	}
	var s kern.Sum
	for _, v := range p {
		x := float64(v)
		switch ln := kern.Log(x); {
		case !(x >= 0):
			return math.NaN()
		case x == 0 || x == 1:
		case math.Abs((order-1)*ln) > 1:
			s.Add((math.Exp(order*ln) - x) / (1 - order))
		default:
			s.Add(x * math.Expm1((order-1)*ln) / (1 - order))
		}
	}
	return s.Value()
}
