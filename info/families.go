package info

import (
	"math"

	"xent/internal/kern"
)

// Distributions of which the divergence has a closed form. All divergences are written as sums of
// parts that are not negative, so that near-equal distributions keep their digits, and parameters out
// of range give NaN.

// Bernoulli is the distribution of an event of this probability.
type Bernoulli float64

// Entropy returns -p·ln p - (1-p)·ln(1-p).
func (p Bernoulli) Entropy() Nats {
	x := float64(p)
	return Nats(crossTerm(x, x) - kern.Mul0(1-x, math.Log1p(-x)))
}

// KL returns p·ln(p/q) + (1-p)·ln((1-p)/(1-q)).
func (p Bernoulli) KL(q Bernoulli) Nats {
	a, b := float64(p), float64(q)
	return Nats(excess(a, b) + excess(1-a, 1-b))
}

// Poisson is the distribution of a count of the given mean.
type Poisson struct{ Rate float64 }

// KL returns λ·ln(λ/μ) - λ + μ.
func (p Poisson) KL(q Poisson) Nats { return Nats(excess(p.Rate, q.Rate)) }

// Exponential is the distribution of a waiting time of mean 1/Rate.
type Exponential struct{ Rate float64 }

// Entropy returns 1 - ln Rate.
func (p Exponential) Entropy() Nats { return Nats(1 - logPositive(p.Rate)) }

// KL returns ln(λ/μ) + μ/λ - 1.
func (p Exponential) KL(q Exponential) Nats { return Nats(scaleGap(p.Rate, q.Rate)) }

// Laplace is the distribution of density e^(-|x-Mean|/Scale)/(2·Scale).
type Laplace struct{ Mean, Scale float64 }

// Entropy returns 1 + ln(2·Scale).
func (p Laplace) Entropy() Nats { return Nats(1 + math.Ln2 + logPositive(p.Scale)) }

// KL returns r·(e^-d - 1 + d) + (r - 1 - ln r) for r = p.Scale/q.Scale and d = |Δ|/p.Scale.
// Source: Gil, Alajaji and Linder 2013.
func (p Laplace) KL(q Laplace) Nats {
	d := math.Abs(p.Mean-q.Mean) / p.Scale
	return Nats(p.Scale/q.Scale*kern.Expm1Less(-d) + scaleGap(q.Scale, p.Scale))
}

// Uniform is the distribution of equal density from Low to High.
type Uniform struct{ Low, High float64 }

// Entropy returns ln(High-Low).
func (p Uniform) Entropy() Nats { return Nats(logPositive(p.High - p.Low)) }

// KL returns the logarithm of the ratio of the lengths, and +Inf when p reaches beyond q.
func (p Uniform) KL(q Uniform) Nats {
	a, b := p.High-p.Low, q.High-q.Low
	switch {
	case !(a > 0 && b > 0):
		return Nats(math.NaN())
	case p.Low < q.Low || p.High > q.High:
		return Nats(math.Inf(1))
	}
	return Nats(logRatio(b, a))
}

// Gamma is the distribution of density proportional to x^(Shape-1)·e^(-Rate·x).
type Gamma struct{ Shape, Rate float64 }

// KL returns, with shapes a and b and rates λ and μ,
//
//	(a-b)·ψ(a) - ln Γ(a) + ln Γ(b) + b·ln(λ/μ) + a·(μ-λ)/λ
//
// as B(a, b) + a·(ln(λ/μ) + μ/λ - 1) + (b-a)·ln(λ/μ), B that of [Dirichlet.KL].
func (p Gamma) KL(q Gamma) Nats {
	a, b := p.Shape, q.Shape
	return Nats(gammaGap(a, b) + a*scaleGap(p.Rate, q.Rate) + kern.Mul0(b-a, logRatio(p.Rate, q.Rate)))
}

// Beta is the distribution of density proportional to x^(A-1)·(1-x)^(B-1).
type Beta struct{ A, B float64 }

// KL is that of the [Dirichlet] of two classes.
func (p Beta) KL(q Beta) Nats {
	return Nats(gammaGap(p.A, q.A) + gammaGap(p.B, q.B) - gammaGap(p.A+p.B, q.A+q.B))
}

// Dirichlet is the distribution over distributions with these concentrations, one for each class.
type Dirichlet []float64

// KL returns Σ B(a[i], b[i]) - B(Σ a, Σ b), where
//
//	B(a, b) = ln Γ(b) - ln Γ(a) - (b-a)·ψ(a) ≥ 0
//
// It panics when the lengths differ.
func (p Dirichlet) KL(q Dirichlet) Nats {
	sameLength("Dirichlet.KL", len(p), len(q))
	var s, a, b kern.Sum
	for i, v := range p {
		s.Add(gammaGap(v, q[i]))
		a.Add(v)
		b.Add(q[i])
	}
	if len(p) == 0 {
		return 0
	}
	s.Add(-gammaGap(a.Value(), b.Value()))
	return Nats(s.Value())
}

// scaleGap returns ln(a/b) + b/a - 1 ≥ 0.
func scaleGap(a, b float64) float64 {
	if !(a > 0 && b > 0) {
		return math.NaN()
	}
	return excess(a, b) / a
}

// gammaGap returns ln Γ(b) - ln Γ(a) - (b-a)·ψ(a) ≥ 0, how far ln Γ rises above its tangent at a.
//
// Both are raised to twelve or more by Γ(x+1) = x·Γ(x), of which each step adds the same figure of
// the logarithm, scaleGap; there Stirling's series takes over, (x-½)·ln x - x + 1/(12x) - …
func gammaGap(a, b float64) float64 {
	if !(a > 0 && b > 0) {
		return math.NaN()
	}
	d := b - a
	var sum kern.Sum
	for min(a, a+d) < 12 {
		sum.Add(excessBy(a, d) / a)
		a++
	}
	sum.Add(excessBy(a+d, -d))
	sum.Add(excessBy(a, d) / a / 2)
	for k, c := range [...]float64{1. / 12, -1. / 360, 1. / 1260, -1. / 1680, 1. / 1188, -691. / 360360, 1. / 156} {
		sum.Add(c * powerGap(a, d, float64(2*k+1)))
	}
	return sum.Value()
}

// excessBy is excess(p, p+d), which sees a d that p+d would swallow.
func excessBy(p, d float64) float64 {
	if v := -d / (2*p + d); math.Abs(v) < nearby {
		return (2*p + d) * nearbyExcess(v)
	}
	return excess(p, p+d)
}

// powerGap returns (a+d)^-m - a^-m + m·d·a^(-m-1), how far x^-m rises above its tangent at a.
func powerGap(a, d, m float64) float64 {
	t := d / a
	at := math.Pow(a, -m)
	if math.Abs(t) > 0.1 {
		return math.Pow(a+d, -m) - at + m*t*at
	}
	sum, term := 0.0, -m*t // the binomial series of (1+t)^-m from its second power on
	for n := 2.0; n < 40; n++ {
		term *= -(m + n - 1) * t / n
		sum += term
	}
	return at * sum
}
