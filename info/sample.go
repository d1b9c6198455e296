package info

import (
	"math"

	"xent/internal/kern"
)

// Estimator is a way to estimate an entropy from counts. What was not seen in a sample is missing in its entropy, which
// is therefore too low, by about (classes-1)/(2n) nats: each corrects that in its way.
type Estimator uint8

const (
	// Plugin is the entropy of the observed shares, the maximum likelihood estimate: too low.
	Plugin Estimator = iota

	// MillerMadow adds (m-1)/(2n), with m the classes that were seen: the first term of the bias, which leaves that
	// of classes not seen. Source: Miller 1955.
	MillerMadow

	// Grassberger replaces ln k of a count k by a function G(k) that removes the bias to all orders but for
	// classes of very small probability. Source: Grassberger 2003.
	Grassberger

	// ChaoShen weighs what was seen by how likely it was to be seen, and estimates the share not seen by that of the
	// classes seen once; for samples in which many classes are missing. Source: Chao and Shen 2003.
	ChaoShen

	// Jackknife extrapolates from the samples that lack one observation. Source: Zahl 1977.
	Jackknife
)

// Count is a number of observations.
type Count interface {
	int | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

// SampleEntropy estimates the entropy of the distribution that n = Σ counts observations were drawn from, independently.
// With H the entropy of the observed shares, m the number of counts above 0 and f₁ that of counts of 1,
//
//	Plugin       H = ln n - Σ k·ln k / n
//	MillerMadow  H + (m-1)/(2n)
//	Grassberger  ln n - Σ k·G(k)/n      G(k) = ψ(k) + ½·(-1)^k·(ψ((k+1)/2) - ψ(k/2))
//	ChaoShen     -Σ p·ln p / (1-(1-p)^n)      p = C·k/n, C = 1 - f₁/n, or 1/n where every class was seen once
//	Jackknife    g(n) - Σ k·g(k)/n      g(k) = k·ln k - (k-1)·ln(k-1)
//
// the last of which is n·H less (n-1)/n·Σ k times the entropies without one of k.
//
// Chao-Shen may exceed ln len(counts), and Grassberger come out slightly below 0 for a single class. A Bayesian estimate
// (NSB) needs a prior over distributions, and an integral; it is not here.
//
// Special values: NaN without observations, for a negative count, and for an estimator that is none of these.
// Memory: none is allocated.
func SampleEntropy[C Count](counts []C, by Estimator) Nats {
	s := sample{}
	for _, c := range counts {
		k := float64(c)
		if k < 0 {
			return Nats(math.NaN())
		}
		s.n += k
		if k > 0 {
			s.classes++
		}
		if k == 1 {
			s.once++
		}
	}
	if s.n == 0 {
		return Nats(math.NaN())
	}
	var sum kern.Sum
	for _, c := range counts {
		k := float64(c)
		switch {
		case k == 0:
		case by == Plugin, by == MillerMadow:
			sum.Add(k / s.n * logRatio(s.n, k))
		case by == Grassberger:
			sum.Add(k / s.n * aboveDigamma(s.n, k))
		case by == ChaoShen:
			sum.Add(s.chaoShen(k))
		case by == Jackknife:
			sum.Add(k / s.n * (logRatio(s.n, k) + slack(s.n) - slack(k)))
		default:
			return Nats(math.NaN())
		}
	}
	if by == MillerMadow {
		sum.Add((s.classes - 1) / (2 * s.n))
	}
	return Nats(sum.Value())
}

// sample is what all counts share.
type sample struct {
	n             float64 // observations
	classes, once float64 // counts above 0, and of 1
}

func (s *sample) chaoShen(k float64) float64 {
	cover := (s.n - s.once) / s.n
	if s.once == s.n {
		cover = 1 / s.n
	}
	p := cover * (k / s.n)
	if p == 1 {
		return 0
	}
	return crossTerm(p, p) / -math.Expm1(s.n*math.Log1p(-p))
}

// slack returns k·ln k - (k-1)·ln(k-1) - ln k = -(k-1)·ln(1-1/k), from 0 at k = 1 towards 1.
func slack(k float64) float64 {
	if k == 1 {
		return 0
	}
	return -(k - 1) * math.Log1p(-1/k)
}

// aboveDigamma returns ln n - G(k), with the G of [SampleEntropy], which is near ln k. It is the same for an odd k and the
// even number before,
//
//	G(1) = -γ - ln 2     G(2j) = G(1) + 2·(1 + 1/3 + … + 1/(2j-1)) = ln 2j + 1/(24j²) - 7/(960j⁴) + 31/(8064j⁶) - …
func aboveDigamma(n, k float64) float64 {
	const first = -0.57721566490153286060651209008240 - math.Ln2
	j := math.Floor(k / 2)
	if j < 40 {
		sum := 0.0
		for i := j; i >= 1; i-- {
			sum += 2 / (2*i - 1)
		}
		return kern.Log(n) - (first + sum)
	}
	x := 1 / (j * j)
	return logRatio(n, 2*j) - x*(1./24-x*(7./960-x*(31./8064-x*(127./30720))))
}
