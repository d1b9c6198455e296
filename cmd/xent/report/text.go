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
	t := &text{
		d: d, r: d.Report, style: style{opt.Color},
		columns: max(opt.Columns, 80), notes: newFootnotes(d.Report.Warnings),
	}
	height := opt.Lines
	if height == 0 {
		height = 40
	}
	head := join(t.head(), t.verdict(), t.figures())
	classMark := t.notes.mark("per_class")
	rows := t.surprising()
	room := height - len(head) - 1
	if len(rows) > 0 {
		room -= len(rows) + 1
	}
	foot := t.foot(max(room-1-7, 4)) // footnotes may take what leaves seven lines of classes
	if len(foot) > 0 {
		room -= len(foot) + 1
	}
	lines := join(head, t.classes(max(room, 4), classMark), rows, foot)
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

type text struct {
	d       *Document
	r       *eval.Report
	style   style
	columns int
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
	type entry struct{ path, what string }
	s := &t.d.Source
	entries := []entry{{name(&s.Scores), t.scores()}}
	if f := s.Labels; f != nil {
		entries = append(entries, entry{name(f), "labels, " + f.DType + t.ignored()})
	}
	if f := s.Weights; f != nil {
		entries = append(entries, entry{name(f), "weights, " + f.DType})
	}
	pad := 0
	for _, e := range entries {
		pad = max(pad, min(width(e.path), t.columns/2))
	}
	for i, e := range entries {
		path := clipPath(e.path, t.columns/2)
		if i == 0 {
			path = t.style.bold(path)
		}
		lines = append(lines, left(path, pad)+"  "+e.what)
	}
	return append(lines, t.decision()...)
}

// name is the path of a file and, of an archive, the member.
func name(f *File) string {
	if f.Member == "" {
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
	in := t.r.Input
	say := "read as " + string(in.Kind)
	if in.Reason != "" {
		say += ": " + Plain(in.Reason)
	}
	lines := cut(wrap(say, t.columns), 2)
	for _, w := range t.d.Source.Warnings {
		lines = append(lines, cut(hang(t.style.warn("!"), wrap(Plain(w), t.columns-2)), 2)...)
	}
	for i, note := range t.d.Source.Notes {
		if i == maxNotes {
			return append(lines, t.style.dim("· "+plural(int64(len(t.d.Source.Notes)-i), "more choice")+" under \"source\" with --json"))
		}
		for _, line := range cut(hang("·", wrap(Plain(note), t.columns-2)), 2) {
			lines = append(lines, t.style.dim(line))
		}
	}
	return lines
}

// maxNotes is how many choices of the reader are shown.
const maxNotes = 3

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
	if slices.ContainsFunc(t.r.PerClass, func(c eval.Class) bool { return c.Differs }) {
		notes = append(notes, hang(t.style.warn("*"), []string{"predicted more or less often than it occurs (5 %, Benjamini-Hochberg)"}))
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
