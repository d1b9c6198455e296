package report

import (
	"io"
	"slices"
	"strings"

	"xent/eval"
)

// TextOptions say how the human report looks; the zero value is 80 columns without colour.
type TextOptions struct {
	Columns int  // width of a line; 0 means 80, less than 80 is taken as 80
	Lines   int  // height to stay within; 0 means 40. What was asked for by number is never cut
	Color   bool // ANSI colours
}

// Text writes d for people: a verdict first, then the figures it rests on, the classes, the rows
// that cost most, and the doubts as footnotes. With at most ten surprising rows it fits into
// opt.Lines lines whatever the number of classes: classes that do not fit are summed in one line.
func Text(w io.Writer, d *Document, opt TextOptions) error {
	height := opt.Lines
	if height == 0 {
		height = 40
	}
	var lines []string
	t := &text{d: d, r: d.Report, style: style{opt.Color}, columns: max(opt.Columns, 80)}
	for less := range 10 { // where figures leave little room, asides give way, and then the rows that nobody asked for
		if t.asides = max(4-less, 1); len(d.Report.Surprising) <= 10 {
			t.fewer = max(less-3, 0)
		}
		t.notes = newFootnotes(d.Report.Warnings)
		if lines = t.lines(height); len(lines) <= height {
			break
		}
	}
	for i := range lines {
		lines[i] = fit(lines[i], t.columns)
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// lines are those of the whole report, as near to height as its parts can be cut.
func (t *text) lines(height int) []string {
	head := join(t.head(), t.verdict(), t.figures())
	classMark := t.notes.mark("per_class")
	rows := t.surprising()
	if rows = rows[:max(len(rows)-t.fewer, 0)]; len(rows) == 1 {
		rows = nil // a heading
	}
	room := height - len(head) - 1
	if len(rows) > 0 {
		room -= len(rows) + 1
	}
	tables := 7 // footnotes may take what leaves seven lines of classes, and of buckets
	if n := len(t.r.Buckets); n > 0 {
		tables += 1 + min(n, 2)*(leastBuckets+1)
	}
	foot := t.foot(max(room-1-tables, 3))
	if len(foot) > 0 {
		room -= len(foot) + 1
	}
	buckets := t.buckets(room - 1 - min(len(t.r.PerClass)+1, leastClasses))
	if len(buckets) > 0 {
		room -= len(buckets) + 1
	}
	return join(head, t.classes(max(room, 3), classMark), buckets, rows, foot)
}

type text struct {
	d       *Document
	r       *eval.Report
	style   style
	columns int
	asides  int // lines of them
	fewer   int // lines that the surprising rows do without
	notes   *footnotes
}

// join puts sections under each other with a blank line between those that say something.
func join(sections ...[]string) []string {
	var all []string
	for _, s := range sections {
		if len(s) == 0 {
			continue
		}
		if len(all) > 0 {
			all = append(all, "")
		}
		for _, line := range s {
			all = append(all, strings.TrimRight(line, " "))
		}
	}
	return all
}

// head says what was read and what it was taken for.
func (t *text) head() []string {
	var lines []string
	if t.r.Partial {
		lines = append(lines, t.style.bad("PARTIAL")+" the pass ended early: these figures cover "+plural(t.r.Rows+t.r.Ignored, "row"))
	}
	lines = append(lines, files(t.style, t.columns, &t.d.Source, t.scores(), "labels, "+labelType(&t.d.Source)+t.ignored())...)
	return append(lines, t.decision()...)
}

// files names what was read, a line each: the scores and labels with what is said of them.
func files(st style, columns int, s *Source, scores, labels string) []string {
	type entry struct{ path, what string }
	entries := []entry{{name(&s.Scores), scores}}
	if f := s.Labels; f != nil && !(table(f) && f.Path == s.Scores.Path) {
		entries = append(entries, entry{name(f), labels})
	}
	if f := s.Weights; f != nil {
		entries = append(entries, entry{name(f), "weights, " + Plain(f.DType)})
	}
	if f := s.Groups; f != nil && !(table(f) && f.Path == s.Scores.Path) {
		entries = append(entries, entry{name(f), "groups, " + Plain(f.DType)})
	}
	for _, f := range s.By {
		if !(table(&f) && (f.Path == s.Scores.Path || s.Labels != nil && f.Path == s.Labels.Path)) {
			entries = append(entries, entry{name(&f), "keys, " + Plain(f.DType)})
		}
	}
	pad := 0
	for _, e := range entries[:min(len(entries), 4)] {
		pad = max(pad, min(width(e.path), columns/2))
	}
	var lines []string
	for i, e := range entries[:min(len(entries), 4)] {
		path := clipPath(e.path, columns/2)
		if i == 0 {
			path = st.bold(path)
		}
		lines = append(lines, left(path, pad)+"  "+e.what)
	}
	return lines
}

// labelType is the element type of the labels.
func labelType(s *Source) string {
	if s.Labels == nil {
		return ""
	}
	return Plain(s.Labels.DType)
}

// table reports whether an array is columns of a table; which ones is among the notes.
func table(f *File) bool { return f.Format == "csv" || f.Format == "tsv" || f.Format == "jsonl" }

// name is the path of a file and, of an archive, the member.
func name(f *File) string {
	if f.Member == "" || table(f) {
		return Plain(f.Path)
	}
	return Plain(f.Path) + ":" + Plain(f.Member)
}

func (t *text) scores() string {
	rows := plural(t.r.Rows+t.r.Ignored, "row") + " × "
	if t.r.Binary {
		return rows + "1 score (binary), " + Plain(t.d.Source.Scores.DType)
	}
	return rows + plural(int64(t.r.Classes), "class") + ", " + Plain(t.d.Source.Scores.DType)
}

func (t *text) ignored() string {
	if t.r.Ignored == 0 {
		return ""
	}
	return "; " + Count(t.r.Ignored) + " ignored, " + Count(t.r.Rows) + " scored"
}

// decision says what the scores were taken for, what was chosen while reading and what went wrong.
func (t *text) decision() []string {
	return append(readAs(t.r.Input, t.columns), asides(t.style, t.columns, &t.d.Source, t.asides)...)
}

// readAs says what scores were taken for, and why.
func readAs(in eval.Decision, columns int) []string {
	say := "read as " + Plain(string(in.Kind))
	if in.Reason != "" {
		say += ": " + Plain(in.Reason)
	}
	return cut(wrap(say, columns), 2)
}

// asides are what the readers warned of and what they chose, in at most room lines: in full where
// there is room, else a line each and the number of the others.
func asides(st style, columns int, s *Source, room int) []string {
	all := make([][]string, 0, len(s.Warnings)+len(s.Notes))
	for _, w := range s.Warnings {
		all = append(all, hang(st.warn("!"), wrap(Plain(w), columns-2)))
	}
	for _, note := range s.Notes {
		aside := hang("·", wrap(Plain(note), columns-2))
		for i := range aside {
			aside[i] = st.dim(aside[i])
		}
		all = append(all, aside)
	}
	if lines := slices.Concat(all...); len(lines) <= room {
		return lines
	}
	var lines []string
	for i, aside := range all {
		if i == room-1 && i < len(all)-1 {
			return append(lines, st.dim("· "+Count(int64(len(all)-i))+" more under \"source\" with --json"))
		}
		lines = append(lines, cut(aside, 1)...)
	}
	return lines
}

// cut keeps the first n lines and ends them with … where there were more.
func cut(lines []string, n int) []string {
	if len(lines) <= n {
		return lines
	}
	last := lines[n-1]
	if i := strings.LastIndexByte(last, ' '); i > 2 {
		last = last[:i]
	}
	lines[n-1] = last + " …"
	return lines[:n]
}

// foot is the list of doubts in at most room lines, and how to read the brackets.
func (t *text) foot(room int) []string {
	var lines []string
	notes := t.notes.lines(t.style, t.columns)
	switch {
	case t.starred():
		notes = append(notes, hang(t.style.warn("*"), []string{"predicted more or less often than it occurs (5 %, Benjamini-Hochberg)"}))
	case t.starredBuckets():
		notes = append(notes, hang(t.style.warn("*"), []string{"more or less sure than it should be (5 %, Benjamini-Hochberg)"}))
	}
	for i, note := range notes {
		last := i == len(notes)-1
		if len(lines)+len(note) > room-1 && !(last && len(lines)+len(note) <= room) {
			rest := Count(int64(len(notes)-i)) + " more"
			return append(lines, t.style.warn("!")+" "+rest+" under \"warnings\" with --json")
		}
		lines = append(lines, note...)
	}
	return lines
}
