//go:build !js

package eval

import (
	"math"
	"slices"

	"xent/internal/exact"
)

// Llama is what llama-perplexity --kl-divergence of llama.cpp tells of two models, A the base and B what it calls Q, by its formulas
// in single precision where it has them. It takes tokens for independent, and one whose KL divergence comes out negative for that: the
// base's probabilities are of 16 bits. Standard errors that take the sequences into account are those of the [Comparison].
//
// With n tokens, x̄ and x²̄ the means of x and x², the error of a mean is √((x²̄ - x̄²)/(n-1)), that of exp(x̄) is exp(x̄) times it, and
// that of a difference of means is √(σ_x² + σ_y² - 2·cov). Memory is 8 bytes a token.
//
// Source: tools/perplexity/perplexity.cpp, kl_divergence, as of commit 050fc7f.
type Llama struct {
	Tokens      int64     `json:"tokens"`
	PPL         Estimate  `json:"ppl_q"`
	Base        Estimate  `json:"ppl_base"`
	Correlation float64   `json:"correlation"`  // of ln(PPL(Q)) and ln(PPL(base))
	LogRatio    Estimate  `json:"ln_ppl_ratio"` // ln(PPL(Q)/PPL(base))
	Ratio       Estimate  `json:"ppl_ratio"`    // PPL(Q)/PPL(base)
	Difference  Estimate  `json:"ppl_difference"`
	KL          Estimate  `json:"kl"` // KL(base‖Q), over classes of log-probability above -16
	KLs         []float64 `json:"kl_quantiles"`
	Change      Estimate  `json:"label_p"` // probability of the token under Q less that under the base
	Changes     []float64 `json:"label_p_quantiles"`
	RMS         Estimate  `json:"label_p_rms"`
	SameTop     Estimate  `json:"same_top"`
}

// LlamaKL and LlamaChange are the fractions of the quantiles: 1 is the maximum, 0 the minimum.
var (
	LlamaKL     = [...]float32{1, .999, .99, .95, .9, .5, .1, .05, .01, .001, 0}
	LlamaChange = [...]float32{1, .999, .99, .95, .9, .75, .5, .25, .1, .05, .01, .001, 0}
)

// llama is what the tokens add up to.
type llama struct {
	nll, nll2, base, base2, product exact.Sum
	kl, kl2, change, square, fourth exact.Sum
	same                            int64
	kls, changes                    []float32
}

// LikeLlama has p find what [Llama] tells; A must be read from a .kld file, and B must not hold probabilities.
func (p *Pairs) LikeLlama() { p.llama = new(llama) }

// add adds a token y with the stored log-probabilities of the base and the scores of Q.
func (l *llama) add(base, q *stored, classes, y int) {
	largest, top := float32(q.at(0)), 0
	for k := 1; k < classes; k++ {
		if z := float32(q.at(k)); z > largest {
			largest, top = z, k
		}
	}
	total := 0.0
	for k := range classes {
		total += float64(float32(math.Exp(float64(float32(q.at(k)) - largest))))
	}
	lse := float32(math.Log(total))
	nll := largest + lse - float32(q.at(y))
	nllBase := -float32(base.at(y))
	add := func(s *exact.Sum, x float32) { s.Add(float64(x)) }
	add(&l.nll, nll)
	add(&l.nll2, nll*nll)
	add(&l.base, nllBase)
	add(&l.base2, nllBase*nllBase)
	add(&l.product, nll*nllBase)

	largest += lse
	kl, topBase := 0.0, 0
	for k := range classes {
		b := float32(base.at(k))
		if b > float32(base.at(topBase)) {
			topBase = k
		}
		if b > -16 {
			p := float32(math.Exp(float64(b)))
			kl += float64(p * (b - float32(q.at(k)) + largest))
		}
	}
	l.kl.Add(kl)
	l.kl2.Add(kl * kl)
	if top == topBase {
		l.same++
	}
	change := float32(math.Exp(float64(-nll))) - float32(math.Exp(float64(-nllBase)))
	square := float64(change * change)
	add(&l.change, change)
	l.square.Add(square)
	l.fourth.Add(square * square)
	l.kls, l.changes = append(l.kls, float32(kl)), append(l.changes, change)
}

func (l *llama) merge(m *llama) {
	for _, s := range [...][2]*exact.Sum{
		{&l.nll, &m.nll}, {&l.nll2, &m.nll2}, {&l.base, &m.base}, {&l.base2, &m.base2}, {&l.product, &m.product},
		{&l.kl, &m.kl}, {&l.kl2, &m.kl2}, {&l.change, &m.change}, {&l.square, &m.square}, {&l.fourth, &m.fourth},
	} {
		s[0].Merge(s[1])
	}
	l.same += m.same
	l.kls, l.changes = append(l.kls, m.kls...), append(l.changes, m.changes...)
}

// result is what was found; nil without a token.
func (l *llama) result() *Llama {
	n := int64(len(l.kls))
	if n == 0 {
		return nil
	}
	slices.Sort(l.kls)
	slices.Sort(l.changes)
	count := float64(n)
	mean := func(x, squares *exact.Sum) Estimate {
		m := x.Float64() / count
		v := squares.Float64()/count - m*m
		if !(v > 0) || n <= 10 {
			return Estimate{m, 0}
		}
		return Estimate{m, math.Sqrt(v / (count - 1))}
	}
	q, base := mean(&l.nll, &l.nll2), mean(&l.base, &l.base2)
	covariance := 0.0
	if n >= 10 {
		covariance = (l.product.Float64()/count - q.Value*base.Value) / (count - 1)
	}
	grow := func(e Estimate) Estimate { return Estimate{math.Exp(e.Value), math.Exp(e.Value) * e.SE} }
	apart := func(x, y, cov float64) float64 { return math.Sqrt(x*x + y*y - 2*cov) }
	r := &Llama{Tokens: n, PPL: grow(q), Base: grow(base), Correlation: covariance / (q.SE * base.SE)}
	r.LogRatio = Estimate{q.Value - base.Value, apart(q.SE, base.SE, covariance)}
	r.Ratio = grow(r.LogRatio)
	r.Difference = Estimate{r.PPL.Value - r.Base.Value, apart(r.PPL.SE, r.Base.SE, r.PPL.Value*r.Base.Value*covariance)}
	r.KL, r.Change = mean(&l.kl, &l.kl2), mean(&l.change, &l.square)
	square := mean(&l.square, &l.fourth)
	r.RMS.Value = math.Sqrt(square.Value)
	r.RMS.SE = .5 / r.RMS.Value * square.SE
	same := float64(l.same) / count
	r.SameTop = Estimate{same, math.Sqrt(same * (1 - same) / (count - 1))}
	for _, f := range LlamaKL {
		r.KLs = append(r.KLs, float64(llamaQuantile(l.kls, f)))
	}
	for _, f := range LlamaChange {
		r.Changes = append(r.Changes, float64(llamaQuantile(l.changes, f)))
	}
	return r
}

// llamaQuantile interpolates between sorted values as llama.cpp does, in single precision; the median is the mean of the middle two.
func llamaQuantile(sorted []float32, fraction float32) float32 {
	n := len(sorted)
	switch {
	case fraction >= 1:
		return sorted[n-1]
	case fraction <= 0:
		return sorted[0]
	case fraction == .5 && n%2 == 0:
		return .5 * (sorted[n/2] + sorted[n/2-1])
	case fraction == .5:
		return sorted[n/2]
	}
	p := fraction * float32(n-1)
	i := min(int(p), n-1)
	p -= float32(i)
	return float32((1-p)*sorted[i]) + float32(p*sorted[min(i+1, n-1)])
}
