package report

import (
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"xent/doctor"
	"xent/eval"
)

// A Diagnosis is what `xent doctor` tells: findings, and what was looked at. See docs/report-schema.md.
type Diagnosis struct {
	Schema   int            `json:"schema"`            // version of this structure: 1
	Partial  bool           `json:"partial,omitempty"` // the pass was interrupted, or rows were skipped
	Rows     int64          `json:"rows"`
	Labelled int64          `json:"labelled"` // of those: with one label
	Ignored  int64          `json:"ignored"`
	Classes  int            `json:"classes"`
	Input    *eval.Decision `json:"input,omitempty"` // what the scores were taken for
	Looked   []string       `json:"looked"`          // the detectors that looked
	Findings []Finding      `json:"findings"`
	Source   *Source        `json:"source,omitempty"`
	Curve    *Curve         `json:"curve,omitempty"`
	Config   *eval.Config   `json:"config,omitempty"`
}

// Curve tells what a training curve was read from.
type Curve struct {
	Path    string   `json:"path"`
	Format  string   `json:"format"`
	Points  int      `json:"points"`
	Columns []string `json:"columns"` // what was used, as "loss: train_loss"
	Notes   []string `json:"notes"`
}

// Finding is a [doctor.Finding] with its sentences filled in.
type Finding struct {
	ID       string          `json:"id"`
	Code     string          `json:"code"` // number in the list of detectors
	Severity doctor.Severity `json:"severity"`
	Message  string          `json:"message"`
	Evidence []Figure        `json:"evidence"`
	Rows     []int64         `json:"rows"`                // a few rows, or steps of a curve, to look at
	Else     string          `json:"otherwise,omitempty"` // what else could explain it
	Fix      string          `json:"fix"`
	Follows  string          `json:"follows,omitempty"` // the finding that explains this one
}

// Figure is a number that a finding rests on.
type Figure struct {
	Name  string      `json:"name"`
	Value float64     `json:"value"`
	Unit  doctor.Unit `json:"unit,omitempty"`
}

// FindingsOf fills in the sentences of findings, in nats.
func FindingsOf(found []*doctor.Finding) []Finding {
	all := make([]Finding, len(found))
	for i, f := range found {
		all[i] = Finding{ID: f.ID, Code: doctor.Code(f.ID), Severity: f.Severity, Message: f.Message(doctor.Nats),
			Rows: slices.Clone(f.Rows), Else: f.Otherwise(doctor.Nats), Fix: f.Fix, Follows: f.Follows}
		for _, e := range f.Evidence {
			all[i].Evidence = append(all[i].Evidence, Figure(e))
		}
	}
	return all
}

// Count returns how many findings are of a severity.
func (d *Diagnosis) Count(s doctor.Severity) (n int) {
	for _, f := range d.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// JSON writes d as one object, in the manner of [JSON].
func (d *Diagnosis) JSON(w io.Writer) error { return fieldsOf(w, d) }

// Text writes d for people: what was read, the findings that explain themselves, each with what it rests on and
// what to do, then in a line each those that follow from them.
func (d *Diagnosis) Text(w io.Writer, opt TextOptions) error {
	t := diagnosis{d, style{opt.Color}, max(opt.Columns, 80)}
	sections := [][]string{t.head()}
	for i := range d.Findings {
		if f := &d.Findings[i]; f.Follows == "" {
			sections = append(sections, t.finding(f))
		}
	}
	sections = append(sections, t.followers(), t.sum())
	_, err := io.WriteString(w, strings.Join(join(sections...), "\n")+"\n")
	return err
}

type diagnosis struct {
	*Diagnosis
	style   style
	columns int
}

func (t *diagnosis) head() []string {
	var lines []string
	if t.Partial {
		lines = append(lines, t.style.bad("PARTIAL")+" the pass ended early: this is about "+plural(t.Rows+t.Ignored, "row"))
	}
	if s := t.Source; s != nil {
		what := plural(t.Rows+t.Ignored, "row") + " × " + plural(int64(s.Scores.Cols), "class") + ", " + Plain(s.Scores.DType)
		if s.Scores.Cols == 1 {
			what = plural(t.Rows+t.Ignored, "row") + " × 1 score (binary), " + Plain(s.Scores.DType)
		}
		labels := "labels, " + labelType(s)
		if t.Ignored > 0 {
			labels += "; " + Count(t.Ignored) + " ignored"
		}
		lines = append(lines, files(t.style, t.columns, s, what, labels)...)
		lines = append(lines, readAs(*t.Input, t.columns)...)
		lines = append(lines, asides(t.style, t.columns, s, 4)...)
	}
	if c := t.Curve; c != nil {
		lines = append(lines, t.style.bold(clipPath(Plain(c.Path), t.columns-32))+"  training curve, "+plural(int64(c.Points), "point"))
		for _, note := range append(slices.Clone(c.Columns), c.Notes...) {
			for _, line := range hang("·", wrap(Plain(note), t.columns-2)) {
				lines = append(lines, t.style.dim(line))
			}
		}
	}
	return lines
}

// finding is the block of one finding.
func (t *diagnosis) finding(f *Finding) []string {
	lines := []string{t.severity(f.Severity) + " " + t.style.bold(f.ID)}
	for _, line := range wrap(Plain(sentence(f.Message)), t.columns-2) {
		lines = append(lines, "  "+line)
	}
	entry := func(name, text string) {
		if text == "" {
			return
		}
		for i, line := range wrap(Plain(text), t.columns-12) {
			if i > 0 {
				name = ""
			}
			lines = append(lines, "  "+left(t.style.dim(name), 10)+line)
		}
	}
	entry("evidence", evidence(f.Evidence))
	entry("rows", rowList(f.Rows))
	entry("or", f.Else)
	entry("do", f.Fix)
	return lines
}

func (t *diagnosis) severity(s doctor.Severity) string {
	switch s {
	case doctor.Error:
		return t.style.bad("error  ")
	case doctor.Warning:
		return t.style.warn("warning")
	}
	return t.style.dim("note   ")
}

// followers are the findings that others explain.
func (t *diagnosis) followers() []string {
	var lines []string
	for i := range t.Findings {
		f := &t.Findings[i]
		if f.Follows == "" {
			continue
		}
		if len(lines) == 0 {
			lines = append(lines, t.style.dim("what follows from that"))
		}
		lines = append(lines, cut(hang("·", wrap(Plain(f.ID+", from "+f.Follows+": "+f.Message), t.columns-2)), 2)...)
	}
	return lines
}

// sum is the last line: how much was found, and by how many.
func (t *diagnosis) sum() []string {
	looked := plural(int64(len(t.Looked)), "detector") + " looked at "
	switch {
	case t.Source == nil && t.Curve == nil:
		looked += "what was printed"
	case t.Source == nil:
		looked += plural(int64(t.Curve.Points), "point")
	default:
		looked += plural(t.Rows, "row")
		switch t.Labelled {
		case t.Rows:
		case 0:
			looked += " without labels"
		default:
			looked += ", " + Count(t.Labelled) + " of them labelled"
		}
		if t.Curve != nil {
			looked += " and at " + plural(int64(t.Curve.Points), "point")
		}
	}
	if len(t.Findings) == 0 {
		return wrap("Nothing found: "+looked+".", t.columns)
	}
	text := plural(int64(t.Count(doctor.Error)), "error") + ", " + plural(int64(t.Count(doctor.Warning)), "warning") + ", " +
		plural(int64(t.Count(doctor.Note)), "note") + "; " + looked + "."
	return append(wrap(text, t.columns), t.style.dim("xent doctor --explain "+t.Findings[0].ID+" tells how it is found"))
}

// evidence lists figures, a limit behind what it limits.
func evidence(all []Figure) string {
	limits := map[string]Figure{}
	for _, f := range all {
		if name, ok := strings.CutSuffix(f.Name, "_limit"); ok {
			limits[name] = f
		}
	}
	var parts []string
	for _, f := range all {
		if strings.HasSuffix(f.Name, "_limit") {
			continue
		}
		part := strings.ReplaceAll(f.Name, "_", " ") + " " + value(f)
		if l, ok := limits[f.Name]; ok {
			part += " (limit " + value(l) + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// value is a figure with its unit, but for rows, which name themselves.
func value(f Figure) string {
	if f.Unit == doctor.Rows {
		return Count(int64(f.Value))
	}
	return doctor.Figure(f).Text(doctor.Nats)
}

func rowList(rows []int64) string {
	var parts []string
	for _, r := range rows {
		parts = append(parts, Count(r))
	}
	return strings.Join(parts, ", ")
}

// sentence begins with a capital and ends with a full stop.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:] + "."
}
