//go:build !js

package eval

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"xent/calib"
	"xent/info"
	"xent/internal/exact"
	"xent/internal/stat"
)

// Comparison is what two models tell that predict the same labels. Differences are B's less A's: a difference of
// losses below 0 says that B is better. Its JSON form is documented in docs/report-schema.md.
type Comparison struct {
	Schema  int   `json:"schema"`            // version of this structure: 1
	Partial bool  `json:"partial,omitempty"` // the pass was interrupted, or rows were skipped
	Rows    int64 `json:"rows"`              // scored by both
	Ignored int64 `json:"ignored"`

	Unpaired *Unpaired `json:"unpaired,omitempty"` // rows joined by their names; absent where both came in the same order

	Classes int      `json:"classes"`
	Names   []string `json:"names,omitempty"`

	A          Side        `json:"a"`
	B          Side        `json:"b"`
	Loss       Difference  `json:"dloss"`
	Ratio      float64     `json:"perplexity_ratio"` // exp of the difference: B's perplexity by A's
	RatioCI    [2]float64  `json:"perplexity_ratio_ci95"`
	Parts      Parts       `json:"parts"`
	Answers    Answers     `json:"answers"`
	Distance   Distance    `json:"distance"`
	PerClass   []ClassPair `json:"per_class"`
	Confidence []BandPair  `json:"by_confidence"`
	Better     []PairedRow `json:"better"` // rows that B does better, by most first
	Worse      []PairedRow `json:"worse"`
	Llama      *Llama      `json:"llama,omitempty"` // where [Pairs.LikeLlama] asked for it
	Warnings   []Warning   `json:"warnings"`
}

// Unpaired counts the rows of either side that the other has not, by their names.
type Unpaired struct {
	A int64 `json:"a"`
	B int64 `json:"b"`
}

// Side is one of the two models: a part of its [Report].
type Side struct {
	Input      Decision   `json:"input"`
	Loss       Loss       `json:"loss"`
	Perplexity float64    `json:"perplexity"`
	Accuracy   Estimate   `json:"accuracy"`
	Confidence Confidence `json:"confidence"`
	ECE        float64    `json:"ece"`
	DType      string     `json:"dtype"`
}

// Difference is that of the two losses.
type Difference struct {
	Nats       float64    `json:"nats"`
	Bits       float64    `json:"bits"`
	SE         float64    `json:"se"` // of the paired rows
	CI95       [2]float64 `json:"ci95"`
	T          float64    `json:"t"`                // difference / se
	P          float64    `json:"p"`                // two-sided, of Student's t
	FlipP      float64    `json:"permutation_p"`    // two-sided, by flipping signs
	Flips      int        `json:"permutations"`     // that were tried
	Exact      bool       `json:"exact"`            // these are all there are
	Groups     int64      `json:"groups,omitempty"` // of rows that are not independent, or the folds of too many
	RowSE      float64    `json:"row_se"`           // what the standard error would be if rows were independent
	UnpairedSE float64    `json:"unpaired_se"`      // what it would be for different rows
	Detectable float64    `json:"detectable"`       // the least difference that is found in 80 % of cases at 5 %, nats
	RowsNeeded float64    `json:"rows_needed"`      // to find this difference so
	Infinite   [3]int64   `json:"infinite"`         // rows that cost +Inf: in A alone, in B alone, in both
	Finite     Estimate   `json:"finite"`           // the difference over the other rows
}

// Parts splits the difference into what is left at the best temperatures and what these do.
type Parts struct {
	Rows         int64    `json:"rows"` // looked at
	Refinement   Estimate `json:"refinement"`
	Calibration  Estimate `json:"calibration"`
	TemperatureA float64  `json:"temperature_a"`
	TemperatureB float64  `json:"temperature_b"`
}

// Answers compares the likeliest classes.
type Answers struct {
	Difference Estimate   `json:"difference"` // of the accuracies
	Both       int64      `json:"both_right"`
	OnlyA      int64      `json:"only_a_right"`
	OnlyB      int64      `json:"only_b_right"`
	Neither    int64      `json:"neither_right"`
	P          float64    `json:"p"`         // McNemar, exact
	Agreement  float64    `json:"agreement"` // share of rows with the same likeliest class
	AgreeCI    [2]float64 `json:"agreement_ci95"`
}

// Distance tells how far apart the predictions are.
type Distance struct {
	AB        Divergences `json:"kl_ab"`           // KL(A‖B)
	BA        Divergences `json:"kl_ba"`           // KL(B‖A)
	Variation Estimate    `json:"total_variation"` // Σ|p - q|/2
	LabelP    Estimate    `json:"label_p"`         // change of the label's probability
	LabelRMS  float64     `json:"label_p_rms"`
}

// Divergences are those of the rows, in nats.
type Divergences struct {
	Mean     float64 `json:"mean"` // Infinity when one is
	Finite   float64 `json:"finite"`
	SE       float64 `json:"se"` // of Finite
	Median   float64 `json:"median"`
	P95      float64 `json:"p95"`
	P99      float64 `json:"p99"`
	Max      float64 `json:"max"`
	Infinite int64   `json:"infinite"`
}

// ClassPair is the share of one class in the difference.
type ClassPair struct {
	Class   int      `json:"class"`
	Name    string   `json:"name,omitempty"`
	Rows    int64    `json:"rows"`
	LossA   float64  `json:"loss_a"`
	LossB   float64  `json:"loss_b"`
	Mean    Estimate `json:"difference"`   // of its rows
	Share   float64  `json:"contribution"` // to the difference of all rows: they add up to it
	P       float64  `json:"p"`            // two-sided, of Student's t
	Differs bool     `json:"differs"`      // p significant after Benjamini-Hochberg at 5 %
}

// BandPair is the share of rows of which A is about as sure.
type BandPair struct {
	From  float64  `json:"from"` // probability of A's likeliest class
	To    float64  `json:"to"`
	Rows  int64    `json:"rows"`
	LossA float64  `json:"loss_a"`
	Mean  Estimate `json:"difference"`
	Share float64  `json:"contribution"`
}

// PairedRow is a row that the two models see differently.
type PairedRow struct {
	Row        int64   `json:"row"`
	Label      int     `json:"label"`
	LossA      float64 `json:"loss_a"`
	LossB      float64 `json:"loss_b"`
	Difference float64 `json:"difference"`
	SaysA      Choice  `json:"says_a"` // the likeliest class
	SaysB      Choice  `json:"says_b"`
}

// power is how many standard errors a difference must be to be found in 80 % of cases at 5 %, two-sided.
const power = z95 + 0.8416212335729143

// Compare summarises the rows digested so far.
//
// Errors: [*RowError] of Code "labels" when the two were given different labels, and [*SideError] with what
// [Accumulator.Report] says of one of them.
func (p *Pairs) Compare() (*Comparison, error) {
	if m := &p.mixed; m.Count > 0 {
		return nil, &SideError{"B", &RowError{Code: "labels", Count: m.Count, Rows: m.Rows,
			What: "labels[" + itoa(m.Rows[0]) + "] is " + strconv.FormatFloat(m.value, 'g', -1, 64), Want: "that of A",
			Hint: "are the rows in another order? give one file of labels for both"}}
	}
	a, err := p.A.Report()
	if err != nil {
		return nil, &SideError{"A", err}
	}
	b, err := p.B.Report()
	if err != nil {
		return nil, &SideError{"B", err}
	}
	c := &Comparison{
		Schema: 1, Rows: a.Rows, Ignored: a.Ignored, Classes: a.Classes, Names: a.Names,
		A: sideOf(a), B: sideOf(b), Parts: p.kept.parts(),
		Better: slices.Clone(p.better.rows), Worse: slices.Clone(p.worse.rows),
	}
	p.loss(c)
	p.agree(c)
	c.Distance = Distance{AB: p.ab.summary(), BA: p.ba.summary(), Variation: p.variation.estimate(), LabelP: p.labelP.estimate()}
	w := p.labelP.count.weight.Sum()
	c.Distance.LabelRMS = math.Sqrt(exact.Ratio(&p.labelP2, w))
	p.perClass(c, a, b)
	p.byConfidence(c)
	if p.llama != nil {
		c.Llama = p.llama.result()
	}
	p.doubts(c)
	return c, nil
}

func sideOf(r *Report) Side {
	return Side{r.Input, r.Loss, r.Perplexity, r.Accuracy, r.Confidence, r.Calib.ECE, r.Health.DType}
}

// loss fills in the difference of the losses. With D = l_B - l_A and W = Σ w over the rows of finite loss in both,
//
//	D̄ = Σ w·D/W     SE² = N/(N-1) · Σ w²(D - D̄)²/W²     t = D̄/SE
//
// With groups the standard error is the jackknife's, as in [Report]. A row that costs only one of them +Inf decides
// the difference.
func (p *Pairs) loss(c *Comparison) {
	d := &c.Loss
	d.Infinite = p.infinite
	d.Finite = p.difference.estimate()
	d.Nats, d.SE = d.Finite.Value, d.Finite.SE
	if p.infinite != [3]int64{} {
		d.SE = math.NaN()
		switch {
		case p.infinite[onlyB] > 0 && p.infinite[onlyA] == 0 && p.infinite[ofBoth] == 0:
			d.Nats = math.Inf(1)
		case p.infinite[onlyA] > 0 && p.infinite[onlyB] == 0 && p.infinite[ofBoth] == 0:
			d.Nats = math.Inf(-1)
		default:
			d.Nats = math.NaN()
		}
	}
	n, df, beyond := float64(p.difference.count.rows), float64(p.difference.count.rows-1), z95
	d.RowSE = d.Finite.SE
	flips := p.sums()
	if p.groups != nil && len(p.groups.of) > 0 {
		d.Groups = int64(len(p.groups.of))
		df = float64(d.Groups - 1)
		beyond = stat.StudentQuantile(.05, df)
		d.Finite.SE = p.groupSE()
		if !math.IsNaN(d.SE) {
			d.SE = d.Finite.SE
		}
	}
	d.Bits = d.Nats / math.Ln2
	d.CI95 = [2]float64{d.Nats - beyond*d.SE, d.Nats + beyond*d.SE}
	d.T = d.Finite.Value / d.Finite.SE
	if d.Finite.Value == 0 {
		d.T = 0
	}
	d.P = stat.StudentTail(d.T, df)
	if d.Finite.SE == 0 && d.Finite.Value == 0 {
		d.P = 1
	}
	d.FlipP, d.Flips, d.Exact = flipped(flips, seed)
	d.UnpairedSE = math.Hypot(c.A.Loss.FiniteSE, c.B.Loss.FiniteSE)
	d.Detectable = power * d.Finite.SE
	d.RowsNeeded = math.Ceil(n * (d.Detectable / d.Finite.Value) * (d.Detectable / d.Finite.Value))
	c.Ratio = info.Nats(d.Nats).Perplexity()
	c.RatioCI = [2]float64{info.Nats(d.CI95[0]).Perplexity(), info.Nats(d.CI95[1]).Perplexity()}
}

// sums returns Σ w·D by group: of rows whose signs are flipped together.
func (p *Pairs) sums() []float64 {
	var c []float64
	if p.groups != nil {
		for _, group := range slices.Sorted(maps.Keys(p.groups.of)) {
			c = append(c, p.groups.of[group].loss.Float64())
		}
		return c
	}
	for i := range p.flips {
		c = append(c, p.flips[i].Float64())
	}
	return c
}

// groupSE returns the standard error of the difference that takes groups, not rows, for independent.
func (p *Pairs) groupSE() float64 {
	j := jackknife{w: p.difference.count.weight.Sum(), x: &p.difference.sum}
	for _, c := range p.groups.of {
		j.add(c.finite.Sum(), &c.loss)
	}
	return j.se(int64(len(p.groups.of)))
}

// agree fills in what the likeliest classes tell.
func (p *Pairs) agree(c *Comparison) {
	t := &p.answers
	n := t[0][0] + t[0][1] + t[1][0] + t[1][1]
	c.Answers = Answers{
		Difference: p.accuracy.estimate(), Both: t[1][1], OnlyA: t[1][0], OnlyB: t[0][1], Neither: t[0][0],
		P: mcNemar(t[1][0], t[0][1]), Agreement: float64(p.same) / float64(n),
	}
	low, high := calib.Wilson(c.Answers.Agreement, float64(n))
	c.Answers.AgreeCI = [2]float64{low, high}
}

func (d *distance) summary() Divergences {
	e := d.mean.estimate()
	s := Divergences{Mean: e.Value, Finite: e.Value, SE: e.SE, Median: d.quantile(.5), P95: d.quantile(.95), P99: d.quantile(.99), Max: d.largest, Infinite: d.infinite}
	if d.infinite > 0 {
		s.Mean, s.Max = math.Inf(1), math.Inf(1)
	}
	return s
}

// perClass splits the difference by label.
func (p *Pairs) perClass(c *Comparison, a, b *Report) {
	w := p.difference.count.weight.Sum()
	tests := make([]Class, len(p.class)) // for the discovery of those that differ
	c.PerClass = make([]ClassPair, len(p.class))
	for k, m := range p.class {
		o := &c.PerClass[k]
		nan := math.NaN()
		*o = ClassPair{Class: k, LossA: a.PerClass[k].Loss, LossB: b.PerClass[k].Loss, Mean: Estimate{nan, nan}, P: nan}
		if len(a.Names) > 0 {
			o.Name = a.Names[k]
		}
		if m != nil {
			o.Rows, o.Mean, o.Share = m.count.rows, m.estimate(), exact.Ratio(&m.sum, w)
			o.P = stat.StudentTail(o.Mean.Value/o.Mean.SE, float64(o.Rows-1))
		}
		tests[k].P = o.P
	}
	discover(tests)
	for k := range tests {
		c.PerClass[k].Differs = tests[k].Differs
	}
}

// byConfidence splits the difference by how sure A is.
func (p *Pairs) byConfidence(c *Comparison) {
	w := p.difference.count.weight.Sum()
	for i := range p.bands {
		b := &p.bands[i]
		to := 1.0
		if i+1 < len(bandFrom) {
			to = bandFrom[i+1]
		}
		c.Confidence = append(c.Confidence, BandPair{
			From: bandFrom[i], To: to, Rows: b.difference.count.rows,
			LossA: exact.Ratio(&b.a, b.difference.count.weight.Sum()), Mean: b.difference.estimate(), Share: exact.Ratio(&b.difference.sum, w),
		})
	}
}

// doubts fills in what makes the comparison doubtful.
func (p *Pairs) doubts(c *Comparison) {
	c.Warnings = []Warning{}
	say := func(doubt bool, id, field, message string) {
		if doubt {
			c.Warnings = append(c.Warnings, Warning{id, message, field})
		}
	}
	d := &c.Loss
	n := p.difference.count.rows
	say(n > 1 && d.Finite == Estimate{} && c.Distance.AB.Max < 1e-12, "same-predictions", "dloss", "the two models predict the same: is it the same file twice?")
	say(p.infinite != [3]int64{}, "infinite-rows", "dloss.nats",
		"rows cost +Inf, "+itoa(p.infinite[onlyA])+" in A alone, "+itoa(p.infinite[onlyB])+" in B alone, "+itoa(p.infinite[ofBoth])+
			" in both; over the others the difference is "+num(d.Finite.Value)+" nats")
	say(n < fewInAll, "few-rows", "dloss.ci95", plural(n, "row is", "rows are")+" few: go by permutation_p, which takes nothing for normal")
	say(c.Parts.Rows < fewKept, "no-parts", "parts", plural(c.Parts.Rows, "row is", "rows are")+" too few to fit temperatures on, of those that were kept")
	if d.Finite.SE > 0 && n >= fewInAll && p.difference.count.weight.Integral() {
		most := 0.0
		for _, rows := range [][]PairedRow{c.Better, c.Worse} {
			if len(rows) > 0 && !math.IsInf(rows[0].Difference, 0) {
				off := rows[0].Difference - d.Finite.Value
				most = max(most, off*off/(d.Finite.SE*d.Finite.SE*float64(n)*float64(n-1)))
			}
		}
		say(most > heavyRow, "one-row-dominates", "dloss.ci95", "one row makes up "+percent(most)+" of the variance of the difference: the interval is rough and rather too short")
	}
	most := math.Max(moved(c.A.DType, p.A.health.largest), moved(c.B.DType, p.B.health.largest))
	say(most > .1*math.Abs(d.Finite.Value) && most > 1e-6 && d.Finite.Value != 0, "rounding", "dloss",
		"storing the scores can have moved a loss by up to "+num(most)+" nats, more than a tenth of the difference")
}
