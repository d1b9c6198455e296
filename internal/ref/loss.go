package ref

// Softmax describes one row of a softmax loss; the zero value of an option is its usual setting.
type Softmax struct {
	Logits      []float64 // x
	Target      []float64 // t, one-hot for a label
	Weights     []float64 // of the classes; nil means 1
	Smoothing   float64
	Focus       float64
	Poly        float64
	Robustness  float64
	Temperature float64 // 0 means 1
	ZPenalty    float64
	ZWeight     float64 // of the penalty: the row's weight
	SoftCap     float64 // 0 means none
}

// Loss returns the loss of the row and its gradient in the logits, each rounded once.
//
//	z = cap·tanh(x/cap)/T    p = softmax(z)    t' = (1-ε)t + ε/K
//	loss = Σ w·t'·(1-p)^γ·((1-p^r)/r + ε(1-p)) + ζ·lse(z)²
func (s Softmax) Loss() (loss float64, grad []float64) {
	one, k := Of(1), len(s.Logits)
	z, slope := make([]Num, k), make([]Num, k) // slope is dz/dx
	for j, x := range s.Logits {
		z[j], slope[j] = Of(x), one
		if s.SoftCap != 0 {
			th := z[j].Div(Of(s.SoftCap)).Tanh()
			z[j], slope[j] = th.Mul(Of(s.SoftCap)), one.Sub(th.Mul(th))
		}
		if s.Temperature != 0 {
			z[j], slope[j] = z[j].Div(Of(s.Temperature)), slope[j].Div(Of(s.Temperature))
		}
	}
	total := Of(0)
	for _, v := range z {
		total = total.Add(v.Exp())
	}
	lse := total.Log()
	sum, slopeSum := Of(0), Of(0) // slopeSum is Σ of the weighted slopes of φ(l)
	p, a := make([]Num, k), make([]Num, k)
	for j := range z {
		l := lse.Sub(z[j])
		p[j] = z[j].Exp().Div(total)
		q := one.Sub(p[j])
		t := one.Sub(Of(s.Smoothing)).Mul(Of(s.Target[j])).Add(Of(s.Smoothing).Div(Of(float64(k))))
		if s.Weights != nil {
			t = t.Mul(Of(s.Weights[j]))
		}
		power, base := one, l // p^r and (1-p^r)/r
		if s.Robustness != 0 {
			power = p[j].Pow(Of(s.Robustness))
			base = one.Sub(power).Div(Of(s.Robustness))
		}
		base = base.Add(Of(s.Poly).Mul(q))
		g := Of(s.Focus)
		f := q.Pow(g)
		phi, dphi := f.Mul(base), f.Mul(power.Add(Of(s.Poly).Mul(p[j])))
		if s.Focus != 0 && q.Sign() != 0 { // dq/dl = p
			dphi = dphi.Add(g.Mul(f).Div(q).Mul(p[j]).Mul(base))
		}
		sum = sum.Add(t.Mul(phi))
		a[j] = t.Mul(dphi)
		slopeSum = slopeSum.Add(a[j])
	}
	zeta := Of(s.ZPenalty).Mul(Of(s.ZWeight))
	sum = sum.Add(zeta.Mul(lse).Mul(lse))
	slopeSum = slopeSum.Add(zeta.Mul(lse).scale(1))
	grad = make([]float64, k)
	for j := range grad {
		grad[j] = p[j].Mul(slopeSum).Sub(a[j]).Mul(slope[j]).Float64()
	}
	return sum.Float64(), grad
}

// Binary describes one element of a sigmoid loss.
type Binary struct {
	Logit, Target      float64
	Positive, Negative float64 // weights of the two terms
	Smoothing          float64
	Focus              float64 // γ
	NegativeFocus      float64 // δ
	Margin             float64 // m
	Temperature        float64 // 0 means 1
}

// Loss returns the loss and its derivative in the logit, each rounded once.
//
//	t' = (1-ε)t + ε/2    p = σ(x/T)
//	loss = a·t'·(1-p)^γ·(-ln p) + b·(1-t')·n^δ·(-ln(1-n))    n = max(p-m, 0)
func (b Binary) Loss() (loss, grad float64) {
	one, temp := Of(1), Of(1)
	if b.Temperature != 0 {
		temp = Of(b.Temperature)
	}
	z := Of(b.Logit).Div(temp)
	p := one.Div(one.Add(z.Neg().Exp()))
	q := one.Div(one.Add(z.Exp()))
	t := one.Sub(Of(b.Smoothing)).Mul(Of(b.Target)).Add(Of(b.Smoothing).scale(-1))
	// v^g·(-ln(1-v)), and its slope in v
	term := func(v Num, gamma float64) (value, slope Num) {
		g, l := Of(gamma), one.Sub(v).Log().Neg()
		f := v.Pow(g)
		slope = f.Div(one.Sub(v))
		if gamma != 0 {
			slope = slope.Add(g.Mul(f).Div(v).Mul(l))
		}
		return f.Mul(l), slope
	}
	up, dup := term(q, b.Focus)
	down, ddown := Of(0), Of(0)
	if n := p.Sub(Of(b.Margin)); n.Sign() > 0 {
		down, ddown = term(n, b.NegativeFocus)
	}
	pos, neg := t.Mul(Of(b.Positive)), one.Sub(t).Mul(Of(b.Negative))
	sum := pos.Mul(up).Add(neg.Mul(down))
	slope := neg.Mul(ddown).Sub(pos.Mul(dup)).Mul(p).Mul(q).Div(temp) // dp/dz = p·q
	return sum.Float64(), slope.Float64()
}
