package eval

import (
	"math"
	"slices"

	"xent/info"
	"xent/internal/exact"
)

const z95 = 1.959963984540054 // of the standard normal distribution, two-sided

// Report summarises the rows digested so far, which may go on growing.
//
// Errors, the first that applies: [*RowError] for weights and for scores that are not what they should
// be, [*KindError] when the kind of the scores must be decided anew, [*LabelError], [*RowError] for
// targets, [*NoRowsError]. When rows have no softmax the Report comes beside a [*RowError]; its loss is
// then NaN. All other errors come with a nil Report.
func (a *Accumulator) Report() (*Report, error) {
	kind, err := a.kind()
	if err != nil {
		return nil, err
	}
	if err := a.refuse(); err != nil {
		return nil, err
	}
	if err := a.refuseAsked(); err != nil {
		return nil, err
	}
	r := &Report{
		Schema:  1,
		Rows:    a.total.rows(),
		Ignored: a.ignored + a.weightless,
		Classes: a.classes,
		Binary:  a.cfg.Classes == 1,
		Names:   slices.Clone(a.cfg.Names),
		Input:   kind,
	}
	a.loss(r)
	a.accuracy(r)
	a.prior(r)
	a.softTargets(r)
	a.confidence(r)
	a.reportAsked(r)
	a.perClass(r)
	a.calibration(r)
	r.Surprising, r.Unexpected = a.surprising.list(), a.unexpected.list()
	a.numbers(r)
	a.box(r)
	a.warn(r)
	if a.noSoftmax.Count > 0 {
		return r, a.nanRows()
	}
	return r, nil
}

// loss fills in E1 and E2. With S = Σ w·l and W = Σ w, over rows of finite loss for Finite and its SE,
//
//	L = S/W     SE² = N/(N-1) · Σ w²·(l-L)² / W²
//
// the sum of squares being W²·Σ w²l² - 2·W·S·Σ w²l + S²·Σ w², over W², without any rounding before the
// division: it is 0 exactly when every loss is the same.
func (a *Accumulator) loss(r *Report) {
	t := &a.total
	finite, squares := t.finite.weight.Sum(), t.finite.squares.Sum()
	l := &r.Loss
	l.Weight = t.weight().Float64()
	l.Infinite = t.infinite.rows
	l.Finite = exact.Ratio(&t.loss, finite)
	n := t.finite.rows
	l.FiniteSE = math.Sqrt(small(n) * meanVariance(finite, &t.loss, squares, &t.loss2, &t.lossSq))
	l.Nats, l.SE = l.Finite, l.FiniteSE
	if l.Infinite > 0 {
		l.Nats, l.SE = math.Inf(1), math.NaN()
	}
	if a.noSoftmax.Count > 0 {
		l.Nats, l.SE = math.NaN(), math.NaN()
	}
	l.Bits = l.Nats / math.Ln2
	r.Perplexity = info.Nats(l.Nats).Perplexity()
	r.interval(z95)
}

// interval fills in those of the loss and the perplexity, t standard errors to either side.
func (r *Report) interval(t float64) {
	l := &r.Loss
	l.CI95 = [2]float64{l.Nats - t*l.SE, l.Nats + t*l.SE}
	r.PerpCI = [2]float64{info.Nats(l.CI95[0]).Perplexity(), info.Nats(l.CI95[1]).Perplexity()}
}

// small returns n/(n-1), which makes a variance unbiased; NaN for n < 2.
func small(n int64) float64 {
	if n < 2 {
		return math.NaN()
	}
	return float64(n) / float64(n-1)
}

// meanVariance returns Σ w²(x-x̄)²/W² with x̄ = S/W, from W = Σ w, S = Σ wx, Σ w², Σ w²x and Σ w²x².
func meanVariance(w, s, w2, w2x, w2xx *exact.Sum) float64 {
	var ww, ws, ss, num, den exact.Sum
	ww.AddMul(w, w)
	ws.AddMul(w, s)
	ss.AddMul(s, s)
	num.AddMul(&ww, w2xx)
	num.SubMul(&ws, w2x)
	num.SubMul(&ws, w2x)
	num.AddMul(&ss, w2)
	den.AddMul(&ww, &ww)
	return max(exact.Ratio(&num, &den), 0) // rounded weights can leave a trace below 0
}

// accuracy is the share of rows whose label is the most likely class.
func (a *Accumulator) accuracy(r *Report) {
	t := &a.total
	weight := t.weight()
	acc, w := exact.Ratio(t.right.Sum(), weight), weight.Float64()
	right2 := t.right2.Float64()
	wrong2 := t.squares().Float64() - right2
	r.Accuracy = Estimate{acc, math.Sqrt(small(t.rows())*(right2*(1-acc)*(1-acc)+wrong2*acc*acc)) / w}
}

// prior fills in E4: what always answering the label frequencies π would cost.
//
//	U = H(π) = -Σ π·ln π     skill = 1 - L/U
//
// With the K+ classes that occur, Miller and Madow's correction adds (K+ - 1)/2n; n is the effective
// number of rows, (Σ w)²/Σ w². The standard error of the skill takes both L and U as estimated from
// these rows (delta method): with u = -ln π[y],
//
//	SE² = N/(N-1) · Σ w²·((l-L)/U - L·(u-U)/U²)² / W²
//
// With soft labels U is taken as known.
func (a *Accumulator) prior(r *Report) {
	total := a.total.weight()
	w := total.Float64()
	u := make([]float64, a.classes) // -ln π, 0 for a class that never occurs
	occur := 0
	p := &r.Prior
	for k := range u {
		m := a.mass(k)
		if m.Sign() <= 0 {
			continue
		}
		share := exact.Ratio(m, total)
		occur++
		u[k] = 0 - math.Log(share)
		p.Nats += share * u[k]
	}
	p.Miller = p.Nats + float64(occur-1)/2/(w*w/a.total.squares().Float64())
	p.Uniform = math.Log(float64(a.classes))
	if occur == 0 {
		p.Nats, p.Miller = math.NaN(), math.NaN()
	}
	if occur < 2 {
		p.Skill = Estimate{math.NaN(), math.NaN()}
		return
	}
	l, h := r.Loss.Nats, p.Nats
	p.Skill.Value = 1 - l/h
	if a.soft != nil {
		p.Skill.SE = r.Loss.SE / h
		return
	}
	var cross, spread float64 // Σ w²(l-L)(u-U), Σ w²(u-U)²
	for k := range a.class {
		sq, sql := a.class[k].squares()
		d := u[k] - h
		cross += d * (sql - l*sq)
		spread += d * d * sq
	}
	within := r.Loss.SE * r.Loss.SE * w * w
	c := small(a.total.rows())
	variance := (within - 2*c*cross*l/h + c*spread*l*l/(h*h)) / (h * h)
	p.Skill.SE = math.Sqrt(max(variance, 0)) / w
	if math.IsNaN(r.Loss.SE) {
		p.Skill.SE = math.NaN()
	}
}

// softTargets fills in E5: cross-entropy = entropy of the targets + divergence from them. A hard label
// has no entropy, so that its whole loss is divergence. Rows of infinite loss make the divergence infinite.
func (a *Accumulator) softTargets(r *Report) {
	if a.soft == nil {
		return
	}
	w := a.total.weight()
	kl := a.total.loss.Clone()
	kl.SubMul(unity(), &a.soft.loss)
	kl.Merge(&a.soft.kl)
	s := &Soft{Entropy: exact.Ratio(&a.soft.entropy, w), KL: exact.Ratio(kl, w)}
	if a.total.infinite.rows > 0 {
		s.KL = math.Inf(1)
	}
	s.Residual = r.Loss.Nats - s.Entropy - s.KL
	r.Soft = s
}

// confidence fills in E6: the loss beside the loss that the model expects of itself.
//
//	gap = L - Σ w·H/W     Z = Σ w(l-H) / √Σ w²V
//
// Under perfect calibration Z is standard normal for many rows, whatever the classes. Labels drawn from
// a distribution are needed for that: soft ones leave Z and p NaN.
//
// Source: Spiegelhalter 1986 for the Brier score, here for the log score.
func (a *Accumulator) confidence(r *Report) {
	t, c := &a.total, &r.Confidence
	c.Entropy = exact.Ratio(&t.entropy, t.weight())
	diff := t.loss.Clone()
	diff.SubMul(unity(), &t.entropy)
	c.Gap = exact.Ratio(diff, t.weight())
	c.Z = diff.Float64() / math.Sqrt(t.spread.Float64())
	if t.infinite.rows > 0 {
		c.Gap, c.Z = math.Inf(1), math.Inf(1)
	}
	if a.noSoftmax.Count > 0 {
		c.Entropy, c.Gap, c.Z = math.NaN(), math.NaN(), math.NaN()
	}
	if a.soft != nil {
		c.Z = math.NaN()
	}
	c.P = math.Erfc(math.Abs(c.Z) / math.Sqrt2)
}
