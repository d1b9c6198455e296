package report

import (
	"cmp"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"

	"xent/eval"
)

// A Comparison is what was found about two models, with where it came from. See docs/report-schema.md.
type Comparison struct {
	*eval.Comparison
	SourceA, SourceB Source
	Config           eval.Config
}

// JSON writes c as one object, in the manner of [JSON]: the members of [eval.Comparison], then "source_a", "source_b" and
// "config".
func (c *Comparison) JSON(w io.Writer) error {
	return object(w, func(e *encoder, first *bool) {
		e.fields(reflect.ValueOf(c.Comparison).Elem(), 1, first)
		e.member("source_a", reflect.ValueOf(c.SourceA), 1, first)
		e.member("source_b", reflect.ValueOf(c.SourceB), 1, first)
		e.member("config", reflect.ValueOf(c.Config), 1, first)
	})
}

// Text writes c for people: a verdict, both models side by side, what the difference is made of, and the classes and rows
// where it sits.
func (c *Comparison) Text(w io.Writer, opt TextOptions) error {
	t := comparison{c, style{opt.Color}, max(opt.Columns, 80), newFootnotes(c.Warnings)}
	height := opt.Lines
	if height == 0 {
		height = 52
	}
	head := join(t.head(), t.verdict(), t.beside(), t.made())
	rows, bands := t.rows(), t.bands()
	room := height - len(head) - len(rows) - len(bands) - 6
	lines := join(head, t.classes(max(room, min(len(t.PerClass)+1, 11), 6)), bands, rows, t.foot())
	for i := range lines {
		lines[i] = fit(lines[i], t.columns)
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

type comparison struct {
	*Comparison
	style   style
	columns int
	notes   *footnotes
}

func (t *comparison) head() []string {
	var lines []string
	if t.Partial {
		lines = append(lines, t.style.bad("PARTIAL")+" the pass ended early: these figures cover "+plural(t.Rows+t.Ignored, "row"))
	}
	what := func(s *Source, side *eval.Side) string {
		cols := plural(int64(t.Classes), "class")
		if s.Scores.Cols == 1 {
			cols = "1 score (binary)"
		}
		return plural(t.Rows+t.Ignored, "row") + " × " + cols + ", " + Plain(s.Scores.DType) + " " + Plain(string(side.Input.Kind))
	}
	pad := min(max(width(name(&t.SourceA.Scores)), width(name(&t.SourceB.Scores))), t.columns/2-4)
	for _, side := range []struct {
		name string
		s    *Source
		of   *eval.Side
	}{{"A", &t.SourceA, &t.A}, {"B", &t.SourceB, &t.B}} {
		path := clipPath(name(&side.s.Scores), t.columns/2-4)
		lines = append(lines, t.style.bold(side.name)+"  "+left(path, pad)+"  "+what(side.s, side.of))
	}
	if f := t.SourceA.Labels; f != nil && !(table(f) && f.Path == t.SourceA.Scores.Path) {
		labels := "labels, " + Plain(f.DType)
		if t.Ignored > 0 {
			labels += "; " + Count(t.Ignored) + " ignored"
		}
		lines = append(lines, "   "+left(clipPath(name(f), t.columns/2-4), pad)+"  "+labels)
	}
	for _, s := range []*Source{&t.SourceA, &t.SourceB} {
		lines = append(lines, asides(t.style, t.columns, s, 2)...)
	}
	return lines
}

// verdict says in a sentence or two what the figures below amount to.
func (t *comparison) verdict() []string {
	d, parts := &t.Comparison.Loss, &t.Parts
	var say string
	switch {
	case t.Rows == 0:
		say = "No row was scored."
	case math.IsNaN(d.Nats):
		say = "Both lose infinitely much: see the rows that cost ∞."
	case math.IsInf(d.Nats, 1):
		say = "B gives " + plural(d.Infinite[1], "row") + " the probability 0 for its label and loses infinitely much; A does not."
	case math.IsInf(d.Nats, -1):
		say = "A gives " + plural(d.Infinite[0], "row") + " the probability 0 for its label and loses infinitely much; B does not."
	case d.Nats == 0 && !(d.SE > 0):
		say = "The two models lose the same."
	case d.FlipP >= .05:
		say = "No difference is proved: B loses " + Short(math.Abs(d.Nats), 3) + " nats a row " + less(d.Nats) + " than A (" + Chance(d.FlipP) +
			"). These rows would show one of " + Short(d.Detectable, 2) + " nats."
	default:
		say = "B loses " + Short(math.Abs(d.Nats), 3) + " nats a row " + less(d.Nats) + " than A (" + Chance(d.FlipP) + ")."
		if r, c := parts.Refinement, parts.Calibration; r.SE > 0 && c.SE > 0 {
			refined, calibrated := math.Abs(r.Value) > 2*r.SE, math.Abs(c.Value) > 2*c.SE
			switch {
			case refined && r.Value*d.Nats > 0 && !(calibrated && math.Abs(c.Value) > .1*math.Abs(d.Nats)):
				say += " The difference is in the answers, not in how sure they are."
			case calibrated && !refined:
				say += " The difference is in how sure the answers are: with temperatures fitted, none is proved."
			case refined && calibrated:
				say += " With temperatures fitted it would be " + Signed(r.Value, 3) + " nats."
			}
		}
	}
	lines := wrap(say, t.columns)
	for i := range lines {
		lines[i] = t.style.bold(lines[i])
	}
	return lines
}

func less(x float64) string {
	if x < 0 {
		return "less"
	}
	return "more"
}

// beside is the table of both models.
func (t *comparison) beside() []string {
	line := func(name, a, b, difference, more string) string {
		return left(t.style.dim(name), 12) + left(a, 14) + left(b, 14) + left(difference, 17) + more
	}
	d := &t.Comparison.Loss
	a, b := &t.A, &t.B
	lines := []string{t.style.dim(line("", "A", "B", "B - A", "95 %"))}
	lines = append(lines,
		line("loss", Measured(a.Loss.Nats, a.Loss.SE), Measured(b.Loss.Nats, b.Loss.SE), t.style.bold(Measured(d.Nats, d.SE))+t.notes.mark("dloss"), span(d.CI95)),
		line("in bits", Short(a.Loss.Bits, 4), Short(b.Loss.Bits, 4), Signed(d.Bits, 4), ""),
		line("perplexity", Short(a.Perplexity, 4), Short(b.Perplexity, 4), "× "+Short(t.Ratio, 4), span(t.RatioCI)),
		line("accuracy", Measured(a.Accuracy.Value, a.Accuracy.SE), Measured(b.Accuracy.Value, b.Accuracy.SE), Measured(t.Answers.Difference.Value, t.Answers.Difference.SE), "McNemar "+Chance(t.Answers.P)),
		line("gap", Signed(a.Confidence.Gap, 3), Signed(b.Confidence.Gap, 3), Signed(b.Confidence.Gap-a.Confidence.Gap, 3), "loss less entropy"),
		line("ECE", Short(a.ECE, 3), Short(b.ECE, 3), Signed(b.ECE-a.ECE, 3), ""),
	)
	if p := &t.Parts; finite(p.TemperatureA) && finite(p.TemperatureB) {
		lines = append(lines, line("temperature", Short(p.TemperatureA, 3), Short(p.TemperatureB, 3), "", "that fits best"))
	}
	return lines
}

// span writes an interval of 95 %.
func span(ci [2]float64) string {
	if math.IsNaN(ci[0]) || math.IsNaN(ci[1]) {
		return "no interval"
	}
	return Short(ci[0], 4) + " to " + Short(ci[1], 4)
}

// made is what the difference is made of and rests on, a line each.
func (t *comparison) made() []string {
	d, p := &t.Comparison.Loss, &t.Parts
	line := func(name, say string) string { return left(t.style.dim(name), 12) + say }
	flips := Count(int64(d.Flips)) + " random signs"
	switch {
	case d.Flips == 0:
		flips = "no signs to flip"
	case d.Exact:
		flips = "all " + Count(int64(d.Flips)) + " signs"
	}
	parts := "unknown"
	if p.Refinement.SE > 0 {
		of := ""
		if p.Rows < t.Rows {
			of = " (" + plural(p.Rows, "row") + ")"
		}
		parts = Measured(p.Refinement.Value, p.Refinement.SE) + " in the answers, " + Measured(p.Calibration.Value, p.Calibration.SE) + " in how sure they are" + of
	}
	lines := []string{
		line("test", "t = "+Fixed(d.T, 2)+", "+Chance(d.P)+"; "+flips+": "+Chance(d.FlipP)),
		line("power", "such rows show "+Short(d.Detectable, 2)+" nats in 80 % of cases"+t.needed()),
		line("pairing", "unpaired, the standard error would be "+Short(d.UnpairedSE, 2)+" instead of "+Short(d.Finite.SE, 2)),
		line("parts", parts+t.notes.mark("parts")),
	}
	if d.Groups > 0 {
		lines = slices.Insert(lines, 3, line("groups", Count(d.Groups)+"; if rows were independent, the standard error would be "+Short(d.RowSE, 2)))
	}
	a := &t.Answers
	lines = append(lines,
		line("right", "both "+Count(a.Both)+", only A "+Count(a.OnlyA)+", only B "+Count(a.OnlyB)+", neither "+Count(a.Neither)+
			"; same answer "+Percent(a.Agreement)),
		line("KL(A‖B)", divergence(t.Distance.AB)),
		line("KL(B‖A)", divergence(t.Distance.BA)),
		line("distance", "total variation "+Measured(t.Distance.Variation.Value, t.Distance.Variation.SE)+"; label's probability "+
			Signed(t.Distance.LabelP.Value, 3)+", rms "+Short(t.Distance.LabelRMS, 3)),
	)
	return lines
}

// needed says how many rows would do for the difference that was seen.
func (t *comparison) needed() string {
	d := &t.Comparison.Loss
	if !finite(d.RowsNeeded) || d.RowsNeeded < 1 || d.RowsNeeded > 1e15 {
		return ""
	}
	return "; here " + plural(int64(d.RowsNeeded), "row") + " would do"
}

func divergence(d eval.Divergences) string {
	if d.Infinite > 0 {
		return "∞ in " + plural(d.Infinite, "row") + ", else " + Short(d.Finite, 3)
	}
	return Measured(d.Mean, d.SE) + " nats, median " + Short(d.Median, 2) + ", 99 % below " + Short(d.P99, 2)
}

// classes is the table of classes in at most room lines: those that add most to the difference.
func (t *comparison) classes(room int) []string {
	all := slices.Clone(t.PerClass)
	if len(all) > room-1 {
		slices.SortStableFunc(all, func(a, b eval.ClassPair) int {
			return cmp.Compare(math.Abs(nanZero(b.Share)), math.Abs(nanZero(a.Share)))
		})
		all = all[:max(room-2, 1)]
	}
	largest := 0.0
	for _, c := range all {
		largest = max(largest, math.Abs(nanZero(c.Share)))
	}
	line := func(name, rows, a, b, difference, adds, bar string) string {
		return left(name, 14) + right(rows, 8) + right(a, 9) + right(b, 9) + "  " + left(difference, 16) + right(adds, 9) + "  " + bar
	}
	lines := []string{t.style.dim(line("class", "rows", "A", "B", "B - A", "adds", ""))}
	for _, c := range all {
		mark := ""
		if c.Differs {
			mark = t.style.warn("*")
		}
		lines = append(lines, line(t.class(c.Class, 14), Count(c.Rows), Fixed(c.LossA, 4), Fixed(c.LossB, 4),
			Measured(c.Mean.Value, c.Mean.SE)+mark, Fixed(c.Share, 4), t.bar(c.Share, largest)))
	}
	if n := len(t.PerClass) - len(all); n > 0 {
		rest := 0.0
		for _, c := range t.PerClass {
			rest += nanZero(c.Share)
		}
		for _, c := range all {
			rest -= nanZero(c.Share)
		}
		lines = append(lines, t.style.dim(line(Count(int64(n))+" others", "", "", "", "", Fixed(rest, 4), "")))
	}
	return lines
}

func nanZero(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

// bar draws what adds to the difference: filled where B loses less, hatched where it loses more.
func (t *comparison) bar(share, largest float64) string {
	drawn := bar(math.Abs(share)/largest, 10)
	if share > 0 {
		return t.style.warn(strings.Map(func(r rune) rune {
			if r == '█' {
				return '▒'
			}
			return r
		}, drawn))
	}
	return drawn
}

// class is a class's name if it has one, else its number.
func (t *comparison) class(k, columns int) string {
	named := text{r: &eval.Report{Names: t.Names}}
	return named.class(k, columns)
}

// bands is the table of A's confidence.
func (t *comparison) bands() []string {
	line := func(name, rows, a, difference, adds, bar string) string {
		return left(name, 14) + right(rows, 8) + right(a, 9) + right("", 9) + "  " + left(difference, 16) + right(adds, 9) + "  " + bar
	}
	largest := 0.0
	for _, b := range t.Confidence {
		largest = max(largest, math.Abs(nanZero(b.Share)))
	}
	lines := []string{t.style.dim(line("A is sure", "rows", "A", "B - A", "adds", ""))}
	for _, b := range t.Confidence {
		if b.Rows == 0 {
			continue
		}
		name := share(b.From) + " to " + share(b.To)
		if b.From == 0 {
			name = "below " + share(b.To)
		} else if b.To == 1 {
			name = "from " + share(b.From)
		}
		lines = append(lines, line(name, Count(b.Rows), Fixed(b.LossA, 4), Measured(b.Mean.Value, b.Mean.SE), Fixed(b.Share, 4), t.bar(b.Share, largest)))
	}
	return lines
}

// rows lists the rows that B does better and worse, side by side.
func (t *comparison) rows() []string {
	if len(t.Better)+len(t.Worse) == 0 {
		return nil
	}
	label := 6
	one := func(r *eval.PairedRow) string {
		if r == nil {
			return spaces(38)
		}
		return right(Count(r.Row), 7) + right(Fixed(r.Difference, 2), 8) + "  " + left(t.class(r.Label, label), label) + " " +
			left(t.class(r.SaysA.Class, label), label) + " " + left(t.class(r.SaysB.Class, label), label) + " "
	}
	head := func(what string) string {
		return right("row", 7) + right("B - A", 8) + "  " + left("label", label) + " " + left("A", label) + " " + left("B", label) + " "
	}
	lines := []string{t.style.dim(left("B is better", 42) + "B is worse"), t.style.dim(left(head(""), 42) + head(""))}
	for i := range max(len(t.Better), len(t.Worse)) {
		var a, b *eval.PairedRow
		if i < len(t.Better) {
			a = &t.Better[i]
		}
		if i < len(t.Worse) {
			b = &t.Worse[i]
		}
		lines = append(lines, left(one(a), 42)+one(b))
	}
	return lines
}

func (t *comparison) foot() []string {
	var lines []string
	for _, note := range t.notes.lines(t.style, t.columns) {
		lines = append(lines, note...)
	}
	if slices.ContainsFunc(t.PerClass, func(c eval.ClassPair) bool { return c.Differs }) {
		lines = append(lines, hang(t.style.warn("*"), []string{"differs (5 %, Benjamini-Hochberg)"})...)
	}
	return lines
}
