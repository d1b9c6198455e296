package kern

import "math"

// Softplus returns ln(1+e^x) and σ(x) = 1/(1+e^-x) from one exponential, e = e^-|x|:
//
//	softplus(x) = max(x, 0) + log1p(e)     σ(x) = 1/(1+e) for x ≥ 0, e/(1+e) below
//
// Neither cancels anywhere: softplus(-800) = 0 with σ = 0, softplus(-20) = 2.06e-9.
// Softplus(-x) and σ(-x) are 1 - σ(x) and softplus(x) - x without their cancellation.
func Softplus(x float64) (softplus, sigmoid float64) {
	if x >= 0 {
		e := Exp(-x, 0)
		return x + math.Log1p(e), 1 / (1 + e)
	}
	e := Exp(x, 0) // NaN stays NaN
	return math.Log1p(e), e / (1 + e)
}

// LogGap returns -ln(1 - e^-d) and 1/(e^d - 1) for d = a - b: +Inf where a = b, NaN where a < b.
func LogGap(a, b float64) (loss, pull float64) {
	d, err := twoSum(a, -b)
	switch {
	case !(d >= 0):
		return math.NaN(), math.NaN()
	case d == 0:
		return math.Inf(1), math.Inf(1)
	case math.IsInf(d, 1):
		return 0, 0
	case d < math.Ln2:
		e := -math.Expm1(-d) // 1 - e^-d; a and b are so near that d is all but exact
		return -Log(e), (1 - e) / e
	}
	e := Exp(-d, -err)
	return -math.Log1p(-e), e / (1 - e)
}

// binaryTerm returns t·softplus(-x) + (1-t)·softplus(x) and its derivative in x.
func binaryTerm(x, t float64) (loss, slope float64) {
	e := Exp(-math.Abs(x), 0)
	l := math.Log1p(e)
	near, far := 1/(1+e), e/(1+e) // σ(|x|), σ(-|x|)
	pos, neg := l, l              // softplus(-x), softplus(x)
	sp, sn := near, far           // σ(x), σ(-x)
	if x < 0 {
		pos -= x
		sp, sn = far, near
	} else {
		neg += x
	}
	return Mul0(t, pos) + Mul0(1-t, neg), (1-t)*sp - t*sn
}

// Mul0 is a·b with 0·Inf = 0 for a = 0; NaN stays NaN.
func Mul0(a, b float64) float64 {
	if a == 0 && b == b {
		return 0
	}
	return a * b
}

func binary[T Float](x, t []T) (sum Sum, nonFinite int) {
	t = t[:len(x)]
	for j, v := range x {
		l, _ := binaryTerm(float64(v), float64(t[j]))
		sum.Add(l)
		if l-l != 0 {
			nonFinite++
		}
	}
	return sum, nonFinite
}

func binaryGrad[T Float](dst, x, t []T, c float64) (sum Sum, nonFinite int) {
	t, dst = t[:len(x)], dst[:len(x)]
	for j, v := range x {
		l, g := binaryTerm(float64(v), float64(t[j]))
		dst[j] = T(c * g)
		sum.Add(l)
		if l-l != 0 {
			nonFinite++
		}
	}
	return sum, nonFinite
}

// Bernoulli configures the loss of one element
//
//	P·t'·q^γ·softplus(-z) + N·(1-t')·m^δ·(-ln(1-m))
//
// with z = x/Temp, p = σ(z), q = σ(-z), m = max(p-Margin, 0) and t' = (1-Smoothing)·t + Smoothing/2.
// Without a margin -ln(1-m) is softplus(z).
type Bernoulli struct {
	P, N      float64 // weights of the two terms
	Smoothing float64
	Focus     float64 // γ
	FocusN    float64 // δ
	Margin    float64 // in [0, 1]
	Temp      float64 // > 0
}

// Term returns the loss and its derivative in x. A term of weight 0 costs nothing,
// whatever it would cost.
func (b *Bernoulli) Term(x, t float64) (loss, slope float64) {
	z, rest := gap(x, 0, b.Temp)
	away, off := -z, -rest // -|z|
	if z < 0 {
		away, off = z, rest
	}
	e := Exp(away, off)
	l := math.Log1p(e)
	p, q := 1/(1+e), e/(1+e)
	up, down := l, l // softplus(-z), softplus(z)
	if z < 0 {
		p, q = q, p
		up = (l - rest) - z
	} else {
		down = (l + rest) + z
	}
	t, u := (1-b.Smoothing)*t+b.Smoothing/2, (1-b.Smoothing)*(1-t)+b.Smoothing/2
	t *= b.P
	u *= b.N
	if b.Focus == 0 && b.FocusN == 0 && b.Margin == 0 || e != e {
		return Mul0(t, up) + Mul0(u, down), (Mul0(u, p) - Mul0(t, q)) / b.Temp
	}
	// ln of the smaller of p and q, and of the larger, to 65 bits
	large, small := dd{}, dd{away, 0}
	if e != 0 {
		large = logDD(dd{1, 0}.add(expWide(away, off)), 0).neg()
		small = large.add(dd{away, off})
	}
	lnP, lnQ := large, small
	if z < 0 {
		lnP, lnQ = small, large
	}
	qg := expTimes(lnQ, b.Focus)
	loss = Mul0(t, Mul0(qg, up))
	slope = Mul0(t, qg*(q+b.Focus*Mul0(p, up)))
	if b.Margin == 0 {
		pg := expTimes(lnP, b.FocusN)
		loss += Mul0(u, Mul0(pg, down))
		slope = Mul0(u, pg*(p+b.FocusN*Mul0(q, down))) - slope
		return loss, slope / b.Temp
	}
	one, wide := dd{1, 0}, expWide(away, off)
	m := one.div(one.add(wide))
	if z < 0 {
		m = wide.div(one.add(wide))
	}
	value, tilt := b.negative(m)
	return loss + Mul0(u, value), (Mul0(u, tilt*p*q) - slope) / b.Temp
}

// TermOf is Term for a probability p in [0, 1], whatever Temp is, and its derivative in p.
func (b *Bernoulli) TermOf(p, t float64) (loss, slope float64) {
	t, u := (1-b.Smoothing)*t+b.Smoothing/2, (1-b.Smoothing)*(1-t)+b.Smoothing/2
	q, err := twoSum(1, -p)
	up, dup := focused(dd{q, err}, b.Focus)
	down, ddown := b.negative(dd{p, 0})
	t *= b.P
	u *= b.N
	return Mul0(t, up) + Mul0(u, down), Mul0(u, ddown) - Mul0(t, dup)
}

// negative returns the negative term of probability p, before its weight, and its derivative in p;
// both are 0 up to the margin.
func (b *Bernoulli) negative(p dd) (value, slope float64) {
	m := p.add(dd{-b.Margin, 0})
	if b.Margin > 0 && m.hi <= 0 {
		return 0, 0
	}
	return focused(m, b.FocusN)
}

// focused returns m^γ·(-ln(1-m)) for m ≤ 1, and its derivative in m,
//
//	m^γ·( 1/(1-m) + γ·(-ln(1-m))/m )
func focused(m dd, focus float64) (value, slope float64) {
	if m.hi == 0 {
		if focus != 0 {
			return 0, 0
		}
		return 0, 1
	}
	hit := dd{1, 0}.add(m.neg()) // 1 - m
	l := -math.Log1p(-m.hi)
	if m.hi > 0.5 {
		l = -Log(hit.hi)
	}
	f := 1.0
	if focus != 0 {
		f = pow(m, focus)
	}
	return f * l, f * (1/hit.hi + Mul0(focus, l)/m.hi)
}

// expTimes returns e^(g·x).
func expTimes(x dd, g float64) float64 {
	if x.hi-x.hi != 0 {
		return Exp(x.hi, 0) // 0 at -Inf, or NaN
	}
	p, err := twoProduct(x.hi, g)
	return Exp(p, err+x.lo*g)
}
