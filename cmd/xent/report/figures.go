package report

import (
	"math"
	"strings"
)

// verdict says in a sentence or two what the figures below amount to, each on its own line.
func (t *text) verdict() []string {
	var lines []string
	for _, sentence := range t.say() {
		lines = append(lines, wrap(sentence, t.columns)...)
	}
	lines = cut(lines, 3)
	for i := range lines {
		lines[i] = t.style.bold(lines[i])
	}
	return lines
}

func (t *text) say() []string {
	r := t.r
	loss := r.Loss.Nats
	switch {
	case r.Rows == 0:
		return []string{"No row was scored."}
	case math.IsNaN(loss):
		return []string{"The loss is undefined: " + Count(r.Health.NaN) + " NaN among the scores" + firstRows(r.Health.NaNRows) + "."}
	case math.IsInf(loss, 1):
		return []string{"The loss is infinite: " + Count(r.Loss.Infinite) + " of " + plural(r.Rows, "row") +
			" gave the true class probability 0.",
			"The others cost " + Short(r.Loss.Finite, 4) + " nats each; the likeliest class is right in " + Percent(r.Accuracy.Value) + " of all."}
	}
	return []string{t.knowledge(), t.trust()}
}

func firstRows(at []int64) string {
	if len(at) == 0 {
		return ""
	}
	s := make([]string, min(len(at), 3))
	for i := range s {
		s[i] = Count(at[i])
	}
	return ", first in row " + strings.Join(s, ", ")
}

// knowledge compares with always answering the label frequencies.
func (t *text) knowledge() string {
	r := t.r
	right := "Right in " + Percent(r.Accuracy.Value) + " of the rows"
	skill := r.Prior.Skill
	switch {
	case r.Soft != nil:
		return "Of " + Short(r.Loss.Nats, 4) + " nats a row, " + Short(r.Soft.Entropy, 4) +
			" are in the targets themselves and " + Short(r.Soft.KL, 4) + " are the model's."
	case !finite(skill.Value):
		return right + ", at " + Short(r.Loss.Nats, 4) + " nats a row."
	case skill.Value < -2*zeroNaN(skill.SE):
		return right + "; worse than always answering the label frequencies."
	case skill.Value <= 2*zeroNaN(skill.SE):
		return right + "; no better than always answering the label frequencies."
	}
	return right + ", and explains " + Percent(skill.Value) + " of the entropy of the labels."
}

// trust compares the loss with the entropy that the model itself expects.
func (t *text) trust() string {
	c := t.r.Confidence
	expects := "expects to lose " + Short(c.Entropy, 3) + " nats a row and loses " + Short(t.r.Loss.Nats, 3) + " (" + Chance(c.P) + ")."
	switch {
	case !finite(c.Z) || !finite(c.P):
		return ""
	case c.P >= 0.05:
		return "About as confident as it should be: " + expects
	case c.Gap > 0:
		return "Over-confident: " + expects
	default:
		return "Under-confident: " + expects
	}
}

func zeroNaN(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

// The grid of the figures: a name, the figure, what it stands beside.
const (
	nameColumn   = 12
	figureColumn = 21
	besideColumn = 18
)

func (t *text) figure(name, figure string, beside ...string) string {
	line := left(t.style.dim(name), nameColumn) + figure
	for i, b := range beside {
		at := nameColumn + figureColumn + i*besideColumn
		line = left(line, at)
		if width(line) > at {
			line += " "
		}
		line += b
	}
	return line
}

// figures is one line a quantity.
func (t *text) figures() []string {
	r := t.r
	lines := t.loss()
	lines = append(lines, t.figure("perplexity",
		Short(r.Perplexity, 4)+t.notes.mark("perplexity"), interval(r.PerpCI, "")))
	lines = append(lines, t.figure("accuracy",
		Measured(r.Accuracy.Value, r.Accuracy.SE)+t.notes.mark("accuracy"), t.wrong()))
	lines = append(lines, t.figure("skill",
		Measured(r.Prior.Skill.Value, r.Prior.Skill.SE)+t.notes.mark("prior"),
		"label frequencies cost "+Short(r.Prior.Nats, 4)+" nats, ln K "+Short(r.Prior.Uniform, 4)))
	if s := r.Soft; s != nil {
		lines = append(lines, t.figure("targets", "entropy "+Short(s.Entropy, 4)+t.notes.mark("soft_targets"),
			"divergence "+Short(s.KL, 4)+" nats", "sum less loss "+Short(s.Residual, 1)))
	}
	lines = append(lines, t.figure("confidence", "gap "+Signed(r.Confidence.Gap, 3)+" nats"+t.notes.mark("confidence"),
		"predicted entropy "+Short(r.Confidence.Entropy, 3)+"; Z = "+Fixed(r.Confidence.Z, 1)+", "+Chance(r.Confidence.P)))
	lines = append(lines, t.figure("calibration", "ECE "+Short(r.Calib.ECE, 3)+t.notes.mark("calibration"),
		t.null()))
	return append(lines, t.feasible(), t.health())
}

func (t *text) loss() []string {
	l := t.r.Loss
	mark := t.notes.mark("loss", "rows")
	if !finite(l.Nats) {
		say := []string{}
		if l.Infinite > 0 {
			say = append(say, plural(l.Infinite, "row")+" cost ∞")
		}
		if finite(l.Finite) {
			say = append(say, "without them "+Short(l.Finite, 5)+" nats")
		}
		return []string{t.figure("loss", t.style.bad(Short(l.Nats, 4)+" nats")+mark, strings.Join(say, "; "))}
	}
	return []string{t.figure("loss", t.style.bold(Measured(l.Nats, l.SE)+" nats")+mark,
		Measured(l.Bits, l.SE/math.Ln2)+" bits", interval(l.CI95, " nats"))}
}

func interval(ci [2]float64, unit string) string {
	if math.IsNaN(ci[0]) || math.IsNaN(ci[1]) {
		return "no interval"
	}
	return "95 %: " + Short(ci[0], 4) + " to " + Short(ci[1], 4) + unit
}

// wrong counts the rows whose likeliest class is not their label, where rows weigh the same.
func (t *text) wrong() string {
	r := t.r
	if r.Loss.Weight != float64(r.Rows) || !finite(r.Accuracy.Value) {
		return ""
	}
	n := int64(math.Round((1 - r.Accuracy.Value) * float64(r.Rows)))
	return Count(n) + " of " + plural(r.Rows, "row") + " wrong"
}

func (t *text) feasible() string {
	b := t.r.Box
	if !finite(b.Lower) || !finite(b.Fano) {
		return t.figure("feasible", "unknown"+t.notes.mark("feasible"))
	}
	if b.Lower >= b.Fano { // at accuracy 1, or below that of guessing
		return t.figure("feasible", "from "+Short(b.Lower, 3)+" nats"+t.notes.mark("feasible"), "a calibrated model of this accuracy: at most "+Short(b.Fano, 3))
	}
	return t.figure("feasible", Short(b.Lower, 3)+" "+gauge(b.Position, 23)+" "+Short(b.Fano, 3)+" nats at this accuracy"+t.notes.mark("feasible"))
}

func (t *text) health() string {
	h := t.r.Health
	var odd []string
	for _, c := range []struct {
		n    int64
		name string
	}{{h.NaN, "NaN"}, {h.PosInf, "+∞"}, {h.NegInf, "-∞"}} {
		if c.n > 0 {
			odd = append(odd, t.style.warn(Count(c.n)+" "+c.name))
		}
	}
	say := strings.Join(odd, ", ")
	switch {
	case say == "":
		say = "no NaN, no ∞"
	case width(say) > 27:
		say = t.style.warn(Count(h.NaN+h.PosInf+h.NegInf) + " NaN or ∞")
	}
	return t.figure("numbers", clip(Plain(h.DType), 10)+" to ±"+Short(h.MaxAbs, 3)+t.notes.mark("health"),
		say+rounding(h.Rounding))
}

// null is the calibration error that a calibrated model would show on as many rows.
func (t *text) null() string {
	c := t.r.Calib
	if !finite(c.Null) || !finite(c.Null95) {
		return "unknown if calibrated"
	}
	return Short(c.Null, 2) + " if calibrated, 95 % < " + Short(c.Null95, 2) + "; " + Chance(c.P)
}

// rounding bounds what the storage of the scores can have done to the loss, where that is known.
func rounding(bound float64) string {
	if math.IsNaN(bound) {
		return ""
	}
	return "; rounding ≤ " + Short(bound, 2) + " nats"
}
