package ref

// Divergences are the textbook's formulas of how far q is from p; a is the order, or the share of p
// in the mixture. Where p is 0, terms that multiply by it are 0.
var Divergences = map[string]func(p, q []Num, a Num) Num{
	"KL":        func(p, q []Num, _ Num) Num { return kl(p, q) },
	"ReverseKL": func(p, q []Num, _ Num) Num { return kl(q, p) },
	"Jeffreys":  func(p, q []Num, _ Num) Num { return kl(p, q).Add(kl(q, p)) },
	"JS": func(p, q []Num, b Num) Num {
		c, m := Of(1).Sub(b), make([]Num, len(p))
		for j := range p {
			m[j] = b.Mul(p[j]).Add(c.Mul(q[j]))
		}
		return b.Mul(kl(p, m)).Add(c.Mul(kl(q, m)))
	},
	"Renyi":   func(p, q []Num, a Num) Num { return powers(p, q, a).Log().Div(a.Sub(Of(1))) },
	"Tsallis": func(p, q []Num, a Num) Num { return powers(p, q, a).Sub(Of(1)).Div(a.Sub(Of(1))) },
	"TotalVariation": func(p, q []Num, _ Num) Num {
		return sum(p, q, func(p, q Num) Num { return p.Sub(q).Abs() }).Div(Of(2))
	},
	"SquaredHellinger": func(p, q []Num, _ Num) Num {
		h := Of(0.5)
		return sum(p, q, func(p, q Num) Num { d := p.Pow(h).Sub(q.Pow(h)); return d.Mul(d) }).Div(Of(2))
	},
	"Bhattacharyya": func(p, q []Num, _ Num) Num { return powers(p, q, Of(0.5)).Log().Neg() },
	"ChiSquared": func(p, q []Num, _ Num) Num {
		return sum(p, q, func(p, q Num) Num { d := p.Sub(q); return d.Mul(d).Div(q) })
	},
}

func sum(p, q []Num, f func(p, q Num) Num) Num {
	s := Of(0)
	for j := range p {
		s = s.Add(f(p[j], q[j]))
	}
	return s
}

func kl(p, q []Num) Num {
	return sum(p, q, func(p, q Num) Num {
		if p.Sign() == 0 {
			return p
		}
		return p.Mul(p.Div(q).Log())
	})
}

func powers(p, q []Num, a Num) Num {
	return sum(p, q, func(p, q Num) Num { return p.Pow(a).Mul(q.Pow(Of(1).Sub(a))) })
}

// SoftmaxOf returns softmax(x/temp).
func SoftmaxOf(x []Num, temp float64) []Num {
	p, total := make([]Num, len(x)), Of(0)
	for j, v := range x {
		p[j] = v.Div(Of(temp)).Exp()
		total = total.Add(p[j])
	}
	for j := range p {
		p[j] = p[j].Div(total)
	}
	return p
}

// ExpOf returns e^x of each x.
func ExpOf(x []Num) []Num {
	p := make([]Num, len(x))
	for j, v := range x {
		p[j] = v.Exp()
	}
	return p
}

// AllOf returns each x.
func AllOf(x []float64) []Num {
	p := make([]Num, len(x))
	for j, v := range x {
		p[j] = Of(v)
	}
	return p
}

// Slopes returns f at x and its gradient by central differences, each rounded once. A step of
// 2^-400 leaves an error near 2^-800: differences are as good as derivatives here, and need no
// second formula that might be wrong.
func Slopes(x []float64, f func(x []Num) Num) (value float64, grad []float64) {
	at, h := AllOf(x), Of(1).scale(-400)
	grad = make([]float64, len(x))
	for j := range at {
		keep := at[j]
		at[j] = keep.Add(h)
		up := f(at)
		at[j] = keep.Sub(h)
		grad[j] = up.Sub(f(at)).Div(h).scale(-1).Float64()
		at[j] = keep
	}
	return f(at).Float64(), grad
}
