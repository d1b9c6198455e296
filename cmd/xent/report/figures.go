package report

import (
	"math"
	"strings"

	"xent/eval"
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

// A figure is one quantity of the head of a report: a name, its value, what it stands beside, and the members that
// its doubts are about.
type figure struct {
	name, value string
	beside      []string
	members     []string
	gauge       *eval.Box // drawn between the parts of the value
}

// The grid of the figures: a name, the figure, what it stands beside.
const (
	nameColumn   = 12
	figureColumn = 21
	besideColumn = 18
)

// figures is one line a quantity.
func (t *text) figures() []string {
	var lines []string
	for _, f := range t.list() {
		line := left(t.style.dim(f.name), nameColumn) + f.value + t.notes.mark(f.members...)
		if f.gauge != nil {
			line = left(t.style.dim(f.name), nameColumn) + Short(f.gauge.Lower, 3) + " " + gauge(f.gauge.Position, 23) + " " +
				Short(f.gauge.Fano, 3) + " nats at this accuracy" + t.notes.mark(f.members...)
			lines = append(lines, line)
			continue
		}
		for i, b := range f.beside {
			at := nameColumn + figureColumn + i*besideColumn
			line = left(line, at)
			if width(line) > at {
				line += " "
			}
			line += b
		}
		lines = append(lines, line)
	}
	return lines
}

// list is the figures in the order of every face.
func (t *text) list() []figure {
	r := t.r
	list := []figure{
		t.loss(),
		{name: "perplexity", value: Short(r.Perplexity, 4), beside: []string{interval(r.PerpCI, "")}, members: []string{"perplexity"}},
		{name: "accuracy", value: Measured(r.Accuracy.Value, r.Accuracy.SE), beside: []string{t.wrong()}, members: []string{"accuracy"}},
		{name: "skill", value: Measured(r.Prior.Skill.Value, r.Prior.Skill.SE), members: []string{"prior"},
			beside: []string{"label frequencies cost " + Short(r.Prior.Nats, 4) + " nats, ln K " + Short(r.Prior.Uniform, 4)}},
	}
	if s := r.Soft; s != nil {
		list = append(list, figure{name: "targets", value: "entropy " + Short(s.Entropy, 4), members: []string{"soft_targets"},
			beside: []string{"divergence " + Short(s.KL, 4) + " nats", "sum less loss " + Short(s.Residual, 1)}})
	}
	list = append(list, t.rates()...)
	if g := r.Groups; g != nil {
		list = append(list, figure{name: "groups", value: Count(g.Groups) + map[bool]string{true: " folds"}[g.Folded], members: []string{"groups"},
			beside: []string{"of up to " + plural(g.Largest, "row") + "; design effect " + Short(g.Design, 3)}})
	}
	list = append(list,
		figure{name: "confidence", value: "gap " + Signed(r.Confidence.Gap, 3) + " nats", members: []string{"confidence"},
			beside: []string{"predicted entropy " + Short(r.Confidence.Entropy, 3) + "; " + t.test() + " = " + Fixed(r.Confidence.Z, 1) + ", " + Chance(r.Confidence.P)}},
		figure{name: "calibration", value: "ECE " + Short(r.Calib.ECE, 3), beside: []string{t.null()}, members: []string{"calibration"}})
	if c := r.Recalibration; c != nil {
		list = append(list, figure{name: "temperature", value: Measured(c.Temperature, c.SE), members: []string{"recalibration"},
			beside: []string{"gains " + Short(c.Calibration, 2) + " nats on other rows" + also(c.P)}})
	}
	if f, ok := t.method(); ok {
		list = append(list, f)
	}
	if c := r.Conformal; c != nil {
		list = append(list, figure{name: strings.Replace(Percent(1-c.Alpha), ".0 %", " %", 1) + " sets", value: "hold " + Percent(c.LAC.Coverage), members: []string{"conformal"},
			beside: []string{"of " + Measured(c.LAC.Size.Value, c.LAC.Size.SE) + " classes (LAC), " + Measured(c.APS.Size.Value, c.APS.Size.SE) + " (APS)"}})
	}
	if f, ok := t.noise(); ok {
		list = append(list, f)
	}
	return append(list, t.feasible(), t.health())
}

// rates are the loss by lengths of a text, in one line.
func (t *text) rates() []figure {
	x := t.r.Text
	if x == nil {
		return nil
	}
	f := figure{name: "text", members: []string{"text"}}
	var say []string
	for _, e := range []struct {
		of   eval.Estimate
		unit string
	}{{x.BitsPerByte, " bits/byte"}, {x.BitsPerChar, " bits/char"}} {
		if !math.IsNaN(e.of.Value) {
			say = append(say, Measured(e.of.Value, e.of.SE)+e.unit)
		}
	}
	if !math.IsNaN(x.WordPerplexity) {
		say = append(say, "word perplexity "+Short(x.WordPerplexity, 4))
	}
	if len(say) == 0 {
		return nil
	}
	f.value, f.beside = say[0]+" ", []string{strings.Join(say[1:], "; ")}
	return []figure{f}
}

// also writes a p-value, unless nobody knows it.
func also(p float64) string {
	if math.IsNaN(p) {
		return ""
	}
	return "; " + Chance(p)
}

// test names the statistic of the confidence gap: with groups it is Student's.
func (t *text) test() string {
	if t.r.Groups != nil {
		return "t"
	}
	return "Z"
}

func (t *text) loss() figure {
	l := t.r.Loss
	f := figure{name: "loss", members: []string{"loss", "rows"}}
	if finite(l.Nats) {
		f.value = t.style.bold(Measured(l.Nats, l.SE) + " nats")
		f.beside = []string{Measured(l.Bits, l.SE/math.Ln2) + " bits", interval(l.CI95, " nats")}
		return f
	}
	say := []string{}
	if l.Infinite > 0 {
		say = append(say, plural(l.Infinite, "row")+" cost ∞")
	}
	if finite(l.Finite) {
		say = append(say, "without them "+Short(l.Finite, 5)+" nats")
	}
	f.value, f.beside = t.style.bad(Short(l.Nats, 4)+" nats"), []string{strings.Join(say, "; ")}
	return f
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

func (t *text) feasible() figure {
	b := t.r.Box
	f := figure{name: "feasible", members: []string{"feasible"}}
	switch {
	case !finite(b.Lower) || !finite(b.Fano):
		f.value = "unknown"
	case b.Lower >= b.Fano: // at accuracy 1, or below that of guessing
		f.value, f.beside = "from "+Short(b.Lower, 3)+" nats", []string{"a calibrated model of this accuracy: at most " + Short(b.Fano, 3)}
	default:
		f.value, f.gauge = Short(b.Lower, 3)+" to "+Short(b.Fano, 3)+" nats", &b
		f.beside = []string{"at this accuracy, for a calibrated model"}
	}
	return f
}

func (t *text) health() figure {
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
	return figure{name: "numbers", value: clip(Plain(h.DType), 10) + " to ±" + Short(h.MaxAbs, 3), members: []string{"health"},
		beside: []string{say + rounding(h.Rounding)}}
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
