package kern

import "math"

// Kind is a family of divergences.
type Kind uint8

const (
	KL Kind = iota
	ReverseKL
	Jeffreys
	JS
	Renyi
	Tsallis
	TotalVariation
	SquaredHellinger
	Bhattacharyya
	ChiSquared
)

// Divergence says how far q is from p. Most are functions of one sum with u = p/q,
//
//	T = Σ q·φ(u)    φ(u) = (u^α - α·u - (1-α)) / (α-1), u·ln u - u + 1 at α = 1
//
// none of whose terms is negative: KL is T at α = 1, ChiSquared at 2, SquaredHellinger ½T at ½, and
// Renyi ln(1 + (α-1)·T)/(α-1).
type Divergence struct {
	Kind  Kind
	Order float64 // α of Renyi and Tsallis, ≥ 0 and not 1, which is KL
	Mix   float64 // β of JS, of p in the mixture, in (0, 1)
}

// Spread is the divergence of one row, and what the gradients of its classes share.
type Spread struct {
	Value float64
	slope float64 // of Value in the sum of the terms
	pull  dd      // Σ g
	free  bool    // q is taken as it is

	logs     bool // Renyi from logarithms: A = sum·e^top
	top, sum float64
	arg      int // of the largest ratio, for Renyi of infinite order; else -1

	sides [3]float64 // Σ q of the classes with q < p, q = p and q > p, for TotalVariation
}

// alpha returns the order of the sum T behind the divergence, and by what it is multiplied; others
// are sums of their own.
func (v *Divergence) alpha() (order, times float64) {
	switch v.Kind {
	case KL:
		return 1, 1
	case SquaredHellinger, Bhattacharyya:
		return 0.5, 0.5
	case ChiSquared:
		return 2, 1
	}
	return v.Order, 1
}

// Measure returns the divergence of the rows q and p, of the same length.
//
// Logits sum to 1 by construction, and so should probabilities: terms that are constant for such q
// stay where they keep the others from cancelling. Log-probabilities are taken as they are, in the
// textbook's sums Σ p·ln(p/q), Σ q·ln(q/p) and A = Σ p^α·q^(1-α).
func Measure[T Float](v *Divergence, q, p *Side[T]) (m Spread) {
	m.slope, m.arg, m.free = 1, -1, q.form == FromLogProbs
	if q.bad || p.bad {
		m.Value = math.NaN()
		return m
	}
	if v.Kind == Renyi && math.IsInf(v.Order, 1) {
		largestRatio(&m, q, p)
		return m
	}
	var value, pull Sum
	for j := range q.x {
		r := ratioAt(q, p, j)
		t, g := v.term(r, m.free)
		value.Add(t)
		pull.Add(g)
		m.sides[r.side()] += r.q
	}
	m.pull.hi, m.pull.lo = pull.Parts()
	order, times := v.alpha()
	switch v.Kind {
	case Tsallis, Renyi, Bhattacharyya:
		less := (order - 1) * value.Value() // A - 1
		if m.free {
			value.Add(-1)
			less = value.Value()
		}
		m.Value, m.slope = less/(order-1), 1
		if v.Kind == Tsallis {
			break
		}
		if math.Abs(less) < 0.5 {
			m.Value = times * math.Log1p(less) / (order - 1)
			m.slope = times / (1 + less)
			break
		}
		powerSum(&m, q, p, order)
		m.Value = times * (m.top + math.Log(m.sum)) / (order - 1)
		m.slope = times
	case SquaredHellinger:
		m.Value, m.slope = times*value.Value(), times
	default:
		m.Value = value.Value()
	}
	return m
}

// powerSum finds A = Σ p^α·q^(1-α) as sum·e^top, which neither overflows nor underflows. The
// gradient of ln A/(α-1) in ln q[j] is then minus the share of class j in the sum.
func powerSum[T Float](m *Spread, q, p *Side[T], order float64) {
	m.logs, m.top = true, math.Inf(-1)
	for j := range q.x {
		m.top = max(m.top, ratioAt(q, p, j).exponent(order).hi)
	}
	for j := range q.x {
		m.sum += m.power(ratioAt(q, p, j).exponent(order))
	}
	m.pull = dd{-1, 0}
	if m.sum == 0 { // no class in common
		m.pull = dd{}
	}
}

// power returns e^(e-top).
func (m *Spread) power(e dd) float64 {
	switch {
	case math.IsInf(e.hi, -1):
		return 0
	case e.hi == m.top: // also where both are +Inf
		return Exp(0, e.lo)
	}
	return Exp(e.hi-m.top, e.lo)
}

// MeasureGrad stores c times the gradient of the divergence in dst, which may be the memory of q or
// of p.
func MeasureGrad[T Float](dst []T, m *Spread, v *Divergence, q, p *Side[T], c float64) {
	for j := range dst {
		dst[j] = T(c * MeasureSlope(m, v, q, p, j))
	}
}

// MeasureSlope returns the derivative of the divergence in class j: in its log-probability, all of
// them free, or in its logit,
//
//	g[j] - q[j]·Σ g = g[j]·(1-q[j]) - q[j]·Σ g over the others
//
// times the slope of the link.
func MeasureSlope[T Float](m *Spread, v *Divergence, q, p *Side[T], j int) float64 {
	if m.Value != m.Value {
		return math.NaN()
	}
	r := ratioAt(q, p, j)
	if m.free {
		return m.slope * m.g(v, r, j)
	}
	x := float64(q.x[j])
	link := q.row.Slope(x)
	if v.Kind == TotalVariation {
		return m.apart(r) * link
	}
	g := m.g(v, r, j)
	prob, rest := q.row.Prob(j, x)
	others := (m.pull.hi - g) + m.pull.lo
	return m.slope * (Mul0(rest, g) - Mul0(prob, others)) * link
}

// g returns ∂sum/∂ln q of class j.
func (m *Spread) g(v *Divergence, r ratio, j int) float64 {
	order, _ := v.alpha()
	switch {
	case m.arg >= 0:
		if j == m.arg {
			return -1
		}
		return 0
	case m.logs:
		if m.sum == 0 {
			return 0
		}
		return -m.power(r.exponent(order)) / m.sum
	}
	_, g := v.term(r, m.free)
	return g
}

// apart returns the gradient of the total variation in a logit. With σ the sign of q - p it is
// ½·q·Σ q[k]·(σ - σ[k]), and no class of the same side enters.
func (m *Spread) apart(r ratio) float64 {
	below, equal, above := m.sides[0], m.sides[1], m.sides[2]
	switch r.side() {
	case 0:
		return -r.q * (above + equal/2)
	case 1:
		return r.q * (below - above) / 2
	}
	return r.q * (below + equal/2)
}

// ratio is one class of the two rows: the logarithm of p/q beside p and q.
type ratio struct {
	p, q   float64
	lp, lq dd
	ln     float64 // ln(p/q); 0 when both are excluded
}

func ratioAt[T Float](qs, ps *Side[T], j int) (r ratio) {
	r.lq, r.q = qs.at(j)
	r.lp, r.p = ps.at(j)
	r.compare()
	if math.Abs(r.ln) < 0.5 && r.q > 0 && qs.form == FromProbs && ps.form == FromProbs {
		r.ln = math.Log1p((r.p - r.q) / r.q) // p - q is exact
	}
	return r
}

// compare sets ln from the two logarithms.
func (r *ratio) compare() {
	switch {
	case math.IsInf(r.lq.hi, -1) && math.IsInf(r.lp.hi, -1):
	case math.IsInf(r.lq.hi, -1):
		r.ln = math.Inf(1)
	case math.IsInf(r.lp.hi, -1):
		r.ln = math.Inf(-1)
	default:
		r.ln = r.lp.add(r.lq.neg()).value()
	}
}

// side tells whether q is below p (0), the same (1) or above (2).
func (r ratio) side() int {
	switch {
	case r.ln > 0:
		return 0
	case r.ln < 0:
		return 2
	}
	return 1
}

// power returns p^α·q^(1-α), 0 where both are excluded.
func (r ratio) power(order float64) float64 {
	if order == 1 {
		return r.p
	}
	e := r.exponent(order)
	if e.hi > 709 {
		return math.Inf(1)
	}
	return Exp(e.hi, e.lo)
}

// exponent returns α·ln p + (1-α)·ln q for α ≠ 1: -Inf where p^α·q^(1-α) is 0, +Inf where q alone is
// excluded and α above 1.
func (r ratio) exponent(order float64) dd {
	switch noP, noQ := math.IsInf(r.lp.hi, -1), math.IsInf(r.lq.hi, -1); {
	case noQ && !noP && order > 1:
		return dd{math.Inf(1), 0}
	case noP || noQ:
		return dd{math.Inf(-1), 0}
	}
	return r.lp.mul(dd{order, 0}).add(r.lq.mul(dd{1, 0}.add(dd{-order, 0})))
}

// more returns q·(u-1) = p - q.
func (r ratio) more() float64 {
	if math.Abs(r.ln) < 0.5 {
		return r.q * math.Expm1(r.ln)
	}
	return r.p - r.q
}

// term returns what one class adds to the sum of the divergence, and
//
//	g = ∂sum/∂ln q
//
// Unless free, both are 0 where p = q, and so is the derivative of t.
func (v *Divergence) term(r ratio, free bool) (t, g float64) {
	if free {
		switch v.Kind {
		case KL:
			return Mul0(r.p, r.ln), 0 - r.p // 0 rather than -0
		case ReverseKL:
			return -Mul0(r.q, r.ln), r.q - Mul0(r.q, r.ln)
		case Tsallis, Renyi, Bhattacharyya:
			order, _ := v.alpha()
			w := r.power(order)
			return w, -w
		}
	}
	if r.ln == 0 {
		return 0, 0
	}
	switch v.Kind {
	case ReverseKL:
		return excess(r.q, r.p, -r.ln), -Mul0(r.q, r.ln)
	case Jeffreys:
		return r.more() * r.ln, -r.more() - Mul0(r.q, r.ln)
	case JS:
		return v.mixed(r)
	case TotalVariation:
		return math.Abs(r.more()) / 2, math.Copysign(r.q/2, -r.ln)
	}
	order, _ := v.alpha()
	return alphaTerm(r, order)
}

// alphaTerm returns q·φ(u) and its derivative in ln q, q - p^α·q^(1-α).
func alphaTerm(r ratio, order float64) (t, g float64) {
	w := r.power(order)
	g = r.q - w
	if order*math.Abs(r.ln) < 0.5 {
		g = -r.q * math.Expm1(order*r.ln)
	}
	if max(1, order)*math.Abs(r.ln) < 2 {
		return r.q * phi(r.ln, order), g
	}
	switch e := (order - 1) * r.ln; {
	case math.IsInf(r.ln, -1):
		t = r.q
	case order == 1:
		t = excess(r.p, r.q, r.ln)
	case math.Abs(e) < 0.5:
		t = r.p*math.Expm1(e)/(order-1) - (r.p - r.q)
	default:
		t = (w-r.p)/(order-1) - (r.p - r.q)
	}
	return t, g
}

// phi returns φ(e^d) for |d| and α·|d| below 2, where its parts cancel, by the series
//
//	α·Σ (1 + α + … + α^(n-2))·d^n/n!    n = 2, 3, …
func phi(d, order float64) float64 {
	sum, term, geometric, power := 0.0, d, 0.0, 1.0
	for n := 2.0; n < 40; n++ {
		term *= d / n
		geometric += power
		power *= order
		more := geometric * term
		if sum += more; math.Abs(more) < 0x1p-56*math.Abs(sum) {
			break
		}
	}
	return order * sum
}

// excess returns p·ln(p/q) - p + q ≥ 0 from d = ln(p/q).
func excess(p, q, d float64) float64 {
	switch {
	case math.Abs(d) < 0.5:
		return q * phi(d, 1)
	case math.IsInf(d, 1):
		return d
	}
	return Mul0(p, d) - (p - q)
}

// mixed returns β·excess(p, m) + (1-β)·excess(q, m) for m = β·p + (1-β)·q, and its derivative in
// ln q, (1-β)·q·ln(q/m).
func (v *Divergence) mixed(r ratio) (t, g float64) {
	b, c := v.Mix, 1-v.Mix
	m := b*r.p + c*r.q
	var pm, qm float64 // ln(p/m), ln(q/m)
	switch d := r.ln; {
	case math.Abs(d) < 30:
		pm, qm = -math.Log1p(c*math.Expm1(-d)), -math.Log1p(b*math.Expm1(d))
	case d > 0:
		pm = -math.Log1p(c * math.Expm1(-d))
		qm = pm - d
	default:
		qm = -math.Log1p(b * math.Expm1(d))
		pm = qm + d
	}
	return b*excess(r.p, m, pm) + c*excess(r.q, m, qm), c * Mul0(r.q, qm)
}

// largestRatio is Measure for Renyi of infinite order, ln max p/q.
func largestRatio[T Float](m *Spread, q, p *Side[T]) {
	m.Value, m.pull = math.Inf(-1), dd{-1, 0}
	for j := range q.x {
		if r := ratioAt(q, p, j); !math.IsInf(r.lp.hi, -1) && r.ln > m.Value {
			m.Value, m.arg = r.ln, j
		}
	}
}
