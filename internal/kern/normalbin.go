package kern

import "math"

// NormalBin looks at the standard normal between a < b, either of which may be infinite. With P its probability, it returns
//
//	loss = -ln P     mean = E[x | a < x < b]     spread = 1 - E[x² | a < x < b]
//
// of which the last two are what differentiating the first needs: d loss/d(shift of both) = -mean, and
// d loss/d(ln of the scale of both) = -spread. An empty bin costs +Inf and has NaN for the others; out of order all are NaN.
func NormalBin(a, b float64) (loss, mean, spread float64) {
	nan := math.NaN()
	switch {
	case !(a <= b):
		return nan, nan, nan
	case a == b:
		return math.Inf(1), nan, nan
	case a+b > 0: // the mirror image, nearer to the left tail
		loss, mean, spread = NormalBin(-b, -a)
		return loss, -mean, spread
	case math.IsInf(a, -1) && math.IsInf(b, 1):
		return 0, 0, 0
	}
	if m, d := a/2+b/2, (b-a)/2; d*(d-m) < 4 {
		return narrowBin(m, d)
	}
	if b > 0 {
		out := tail(-a) + tail(b)
		p := 1 - out
		pa, pb := density(a)/p, density(b)/p
		return -math.Log1p(-out), pa - pb, b*pb - Mul0(pa, a)
	}
	// in units of the density at b, which may be below all numbers
	far := Exp(max((b-a)*(a/2+b/2), -800), 0)
	if math.IsInf(a, -1) {
		far = 0
	}
	p := mills(-b)
	if far != 0 {
		p -= far * mills(-a)
	}
	pa, pb := far/p, 1/p
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
