package kern

import "math"

// NormalBin looks at the standard normal between m-d and m+d, d ≥ 0. With P its probability, it returns
//
//	loss = -ln P     mean = E[x]     spread = 1 - E[x²]     within the bin
//
// of which the last two are what differentiating the first needs: d loss/dm = mean, and d loss/d(ln of the scale of m and d) =
// -spread. An empty bin costs +Inf and has NaN for the others.
func NormalBin(m, d float64) (loss, mean, spread float64) {
	if m > 0 { // the mirror image
		loss, mean, spread = NormalBin(-m, d)
		return loss, -mean, spread
	}
	a, b := m-d, m+d
	switch {
	case !(d > 0) || math.IsInf(m, -1):
		return math.Inf(1) + 0*d, math.NaN(), math.NaN()
	case d*(d-m) < 4:
		return narrowBin(m, d)
	case b > 0:
		out := tail(-a) + tail(b)
		p := 1 - out
		pa, pb := density(a)/p, density(b)/p
		return -math.Log1p(-out), pa - pb, Mul0(pb, b) - Mul0(pa, a)
	}
	return farBin(b, a, Exp(max(2*m*d, -800), 0))
}

// NormalBelow is NormalBin for all below b.
func NormalBelow(b float64) (loss, mean, spread float64) {
	if b > 0 {
		out := tail(b)
		pb := density(b) / (1 - out)
		return -math.Log1p(-out), -pb, Mul0(pb, b)
	}
	return farBin(b, math.Inf(-1), 0)
}

// farBin is NormalBin between a and b ≤ 0, in units of the density at b, which may be below all numbers; ratio is that at a.
func farBin(b, a, ratio float64) (loss, mean, spread float64) {
	p := mills(-b)
	if ratio != 0 {
		p -= ratio * mills(-a)
	}
	pa, pb := ratio/p, 1/p
	return b*b/2 + halfLnTwoPi - Log(p), pa - pb, b*pb - Mul0(pa, a)
}

const halfLnTwoPi = 0.91893853320467274178032973640562

// narrowBin is NormalBin between m-d and m+d by Gauss' quadrature: no term is negative, and none of the digits of
// Φ(b) - Φ(a) is lost.
func narrowBin(m, d float64) (loss, mean, spread float64) {
	var sum, first, second Sum
	for k, x := range legendre.x {
		u := x * d
		w := legendre.w[k] * Exp(-u*(m+u/2), 0)
		sum.Add(w)
		first.Add(w * u)
		second.Add(w * (m + u) * (m + u))
	}
	p := sum.Value()
	return m*m/2 + halfLnTwoPi - Log(p*d), m + first.Value()/p, 1 - second.Value()/p
}

func density(x float64) float64 { return Exp(-x*x/2-halfLnTwoPi, 0) }

// tail returns the probability above x ≥ 0.
func tail(x float64) float64 { return math.Erfc(x/math.Sqrt2) / 2 }

// mills returns the probability above x ≥ 0 over the density at x, which falls from √(π/2) like 1/x. From 2 on it is
// Laplace's continued fraction 1/(x + 1/(x + 2/(x + 3/(x + …)))).
func mills(x float64) float64 {
	if x < 2 {
		return tail(x) / density(x)
	}
	f := x
	for n := math.Ceil(8 + 400/(x*x)); n >= 1; n-- {
		f = x + n/f
	}
	return 1 / f
}

// legendre are the points and weights of Gauss' quadrature on [-1, 1], exact for polynomials of degree 39.
var legendre = makeLegendre()

func makeLegendre() (q struct{ x, w [20]float64 }) {
	const n = 20
	for k := range q.x {
		x := math.Cos(math.Pi * (float64(k) + 0.75) / (n + 0.5))
		slope := 0.0
		for range 6 { // Newton's iteration on the polynomial of Legendre, from its recurrence
			p, before := 1.0, 0.0
			for j := 1.0; j <= n; j++ {
				p, before = ((2*j-1)*x*p-(j-1)*before)/j, p
			}
			slope = n * (before - x*p) / (1 - x*x)
			x -= p / slope
		}
		q.x[k], q.w[k] = x, 2/((1-x*x)*slope*slope)
	}
	return q
}
