package info

import (
	"math"

	"xent/internal/kern"
)

// Normal is the normal distribution of the given mean and standard deviation.
//
// A standard deviation that is not above 0 gives NaN in all its methods.
type Normal struct{ Mean, SD float64 }

const lnSqrt2Pi = 0.91893853320467274178032973640562 // ½·ln 2π

// Entropy returns the differential entropy ln(SD·√(2πe)), which is negative for a narrow one.
func (p Normal) Entropy() Nats { return Nats(0.5 + lnSqrt2Pi + logPositive(p.SD)) }

// CrossEntropy returns the mean of -ln q(x) over p, Entropy + KL.
//
//	ln(q.SD·√2π) + ½·(p.SD² + (p.Mean-q.Mean)²)/q.SD²
func (p Normal) CrossEntropy(q Normal) Nats {
	d, r := (p.Mean-q.Mean)/q.SD, p.SD/q.SD
	return Nats(logPositive(q.SD) + lnSqrt2Pi + (r*r+d*d)/2 + 0*logPositive(p.SD))
}

// KL returns the divergence of q from p,
//
//	½·(r² - 1 - ln r²) + ½·((p.Mean-q.Mean)/q.SD)²     r = p.SD/q.SD
//
// neither part of which cancels: near-equal distributions keep their digits.
func (p Normal) KL(q Normal) Nats {
	d := (p.Mean - q.Mean) / q.SD
	return Nats(varianceGap(p.SD, q.SD) + d*d/2)
}

// KLGrad returns the KL and its derivatives in the mean and standard deviation of p, and of q.
//
//	dp = ( Δ/q.SD², p.SD/q.SD² - 1/p.SD )     dq = ( -Δ/q.SD², 1/q.SD - (p.SD²+Δ²)/q.SD³ )
func (p Normal) KLGrad(q Normal) (kl Nats, dp, dq Normal) {
	d := (p.Mean - q.Mean) / q.SD
	wider := (p.SD - q.SD) / q.SD * (p.SD + q.SD) / q.SD // r² - 1
	dp = Normal{Mean: d / q.SD, SD: wider / p.SD}
	dq = Normal{Mean: -d / q.SD, SD: (-wider - d*d) / q.SD}
	if t := squares(q.SD, p.SD, p.Mean-q.Mean) / q.SD / q.SD; t-t == 0 {
		dq.SD = t / q.SD
	}
	if kl = p.KL(q); kl != kl {
		nan := Normal{math.NaN(), math.NaN()}
		return kl, nan, nan
	}
	return kl, dp, dq
}

// Renyi returns the divergence of order α of q from p, with s² = α·q.SD² + (1-α)·p.SD²,
//
//	ln(q.SD/p.SD) + ln(q.SD²/s²)/(2(α-1)) + α·Δ²/(2s²)
//
// KL at 1, and +Inf from the order on at which s² is no longer positive.
// Source: Gil, Alajaji and Linder 2013.
func (p Normal) Renyi(q Normal, order float64) Nats {
	d := (p.Mean - q.Mean) / q.SD
	v := (p.SD - q.SD) / q.SD * (p.SD + q.SD) / q.SD // p.SD²/q.SD² - 1
	less := (1 - order) * v                          // s²/q.SD² - 1
	switch {
	case !(order >= 0) || !(p.SD > 0) || !(q.SD > 0):
		return Nats(math.NaN())
	case order == 1:
		return p.KL(q)
	case less <= -1:
		return Nats(math.Inf(1))
	}
	spread := 0.0 // ln(1 + (1-α)v)/(1-α) - ln(1+v)
	if max(math.Abs(v), math.Abs(less)) < 0.3 {
		// Σ (-v)^n/n·(1 - (1-α)^(n-1))
		term, power := -v, 1.0
		for n := 2.0; n < 40; n++ {
			term *= -v
			power *= 1 - order
			spread += term / n * (1 - power)
		}
	} else {
		spread = math.Log1p(less)/(1-order) - 2*logRatio(p.SD, q.SD)
	}
	return Nats(spread/2 + order*d*d/2/(1+less))
}

// squares returns a² - b² - c² without the rounding of the squares.
func squares(a, b, c float64) float64 {
	var s kern.Sum
	for _, t := range [...]struct{ sign, x float64 }{{1, a}, {-1, b}, {-1, c}} {
		square := t.x * t.x
		s.Add(t.sign * square)
		s.Add(t.sign * math.FMA(t.x, t.x, -square))
	}
	return s.Value()
}

// varianceGap returns ½·(r² - 1 - ln r²) for r = a/b.
func varianceGap(a, b float64) float64 {
	if !(a > 0 && b > 0) {
		return math.NaN()
	}
	r := a / b
	if v := (b - a) * (b + a) / (a*a + b*b); math.Abs(v) < nearby {
		return (1 + r*r) * nearbyExcess(v) / 2
	}
	return (r*r-1)/2 - logRatio(a, b)
}

// logPositive returns ln x, NaN unless x is above 0.
func logPositive(x float64) float64 {
	if !(x > 0) {
		return math.NaN()
	}
	return kern.Log(x)
}

// MultiNormal is a normal distribution of several variables: its mean, and its covariance matrix row
// by row.
type MultiNormal struct{ Mean, Cov []float64 }

// KL returns the divergence of q from p. With the Cholesky factors P and Q of the covariances and
// M = Q⁻¹P,
//
//	Σ ½·(M[i][i]² - 1 - ln M[i][i]²) + ½·Σ M[i][j]² + ½·|Q⁻¹(p.Mean - q.Mean)|²     j < i
//
// a sum of parts none of which is negative. A covariance that is not positive definite gives NaN; the
// part above its diagonal is not read. It panics when the sizes differ. It allocates two matrices.
func (p MultiNormal) KL(q MultiNormal) Nats {
	n := len(p.Mean)
	sameLength("MultiNormal.KL", n, len(q.Mean))
	sameLength("MultiNormal.KL", n*n, len(p.Cov))
	sameLength("MultiNormal.KL", n*n, len(q.Cov))
	a, b := cholesky(p.Cov, n), cholesky(q.Cov, n)
	if a == nil || b == nil {
		return Nats(math.NaN())
	}
	var sum kern.Sum
	for j := range n { // column j of M, by forward substitution in column j of P
		for i := j; i < n; i++ {
			m := a[i*n+j]
			for k := j; k < i; k++ {
				m -= b[i*n+k] * a[k*n+j]
			}
			if i == j {
				sum.Add(varianceGap(m, b[i*n+i]))
			} else {
				sum.Add(m / b[i*n+i] * m / b[i*n+i] / 2)
			}
			a[i*n+j] = m / b[i*n+i]
		}
	}
	d := make([]float64, n)
	for i := range d {
		d[i] = p.Mean[i] - q.Mean[i]
		for k := range i {
			d[i] -= b[i*n+k] * d[k]
		}
		d[i] /= b[i*n+i]
		sum.Add(d[i] * d[i] / 2)
	}
	return Nats(sum.Value())
}

// cholesky returns the lower triangle L with L·Lᵀ = m, or nil.
func cholesky(m []float64, n int) []float64 {
	l := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			s := m[i*n+j]
			for k := range j {
				s -= l[i*n+k] * l[j*n+k]
			}
			if i != j {
				l[i*n+j] = s / l[j*n+j]
				continue
			}
			if !(s > 0 && s <= math.MaxFloat64) {
				return nil
			}
			l[i*n+i] = math.Sqrt(s)
		}
	}
	return l
}
