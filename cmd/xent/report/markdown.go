package report

import (
	"cmp"
	"html"
	"io"
	"slices"
	"strings"

	"xent/eval"
)

// mostMarkdown is how many classes a Markdown report lists: a comment on a change is not read to the hundredth.
const mostMarkdown = 20

// Markdown writes d for a comment on a change, or a summary of a build: what it amounts to, the figures as a table, and
// classes, rows and doubts that unfold. It is GitHub's dialect; tables and <details> are all it needs of it.
//
// A string from a file stands as code or with its marks escaped, so that a class called "| **x** | @team" breaks no
// table, and calls nobody.
func Markdown(w io.Writer, d *Document) error {
	t := &text{d: d, r: d.Report, columns: 1 << 20, notes: newFootnotes(d.Report.Warnings)}
	m := &markdown{text: t}
	m.head()
	m.figures()
	m.classes()
	m.buckets()
	m.rows()
	m.methods()
	m.labels()
	m.doubts()
	m.made()
	_, err := io.WriteString(w, m.b.String())
	return err
}

type markdown struct {
	*text
	b strings.Builder
}

func (m *markdown) line(parts ...string) {
	for _, p := range parts {
		m.b.WriteString(p)
	}
	m.b.WriteByte('\n')
}

func (m *markdown) head() {
	m.line("### xent eval: ", code(m.d.Source.Scores.Path))
	m.line()
	if m.r.Partial {
		m.line("**Partial:** the pass ended early; these figures cover ", plural(m.r.Rows+m.r.Ignored, "row"), ".")
		m.line()
	}
	m.line("**", strings.TrimSpace(escaped(strings.Join(m.say(), " "))), "**")
	m.line()
}

func (m *markdown) figures() {
	m.line("| | | |")
	m.line("|---|---|---|")
	for _, f := range m.list() {
		m.line("| ", f.name, " | ", escaped(f.value), m.notes.mark(f.members...), " | ", escaped(strings.Join(clean(f.beside), "; ")), " |")
	}
	m.line()
}

// clean leaves out what says nothing.
func clean(texts []string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return s == "" })
}

// folded writes a section that a reader opens.
func (m *markdown) folded(title string, body func()) {
	m.line("<details><summary>", title, "</summary>")
	m.line()
	body()
	m.line()
	m.line("</details>")
	m.line()
}

func (m *markdown) classes() {
	shown := slices.Clone(m.r.PerClass)
	if len(shown) == 0 {
		return
	}
	title := "What each class adds to the loss"
	if len(shown) > mostMarkdown {
		title = "The " + Count(mostMarkdown) + " costliest of " + Count(int64(len(shown))) + " classes"
		slices.SortStableFunc(shown, func(a, b eval.Class) int { return cmp.Compare(nanLast(b.Share), nanLast(a.Share)) })
		shown = shown[:mostMarkdown]
	}
	m.folded(title+m.notes.mark("per_class"), func() {
		m.line("| class | rows | loss | adds | recall | expected | z |")
		m.line("|---|--:|--:|--:|--:|--:|--:|")
		for _, c := range shown {
			differs := ""
			if c.Differs {
				differs = " \\*"
			}
			m.line("| ", m.name(c.Class), " | ", amount(c.Rows), " | ", Fixed(c.Loss, 4), " | ", Fixed(c.Share, 4), " | ",
				Fixed(c.Recall, 3), " | ", expected(c.Expected), " | ", Fixed(c.Z, 1), differs, " |")
		}
		if slices.ContainsFunc(shown, func(c eval.Class) bool { return c.Differs }) {
			m.line()
			m.line("\\* predicted more or less often than it occurs (5 %, Benjamini-Hochberg)")
		}
	})
}

func (m *markdown) rows() {
	if len(m.r.Surprising) == 0 {
		return
	}
	m.folded("The rows that cost most"+m.notes.mark("surprising"), func() {
		m.line("| row | loss | label | said | at p |")
		m.line("|--:|--:|---|---|--:|")
		for _, s := range m.r.Surprising {
			said, p := "", ""
			if len(s.Top) > 0 {
				said, p = m.name(s.Top[0].Class), escaped(share(s.Top[0].P))
			}
			m.line("| ", Count(s.Row), " | ", Fixed(s.Loss, 2), " | ", m.name(s.Label), " | ", said, " | ", p, " |")
		}
	})
}

// name is that of a class, as code; a number is itself.
func (m *markdown) name(k int) string {
	if k >= 0 && k < len(m.r.Names) {
		return code(m.called(k))
	}
	return m.called(k)
}

func (m *markdown) doubts() {
	for _, w := range m.pageDoubts() {
		m.line("- ", superscript(w.Number), " ", escaped(w.Text))
	}
	if len(m.notes.warnings) > 0 {
		m.line()
	}
}

func (m *markdown) made() {
	m.folded("How this was made", func() {
		if m.d.Command != "" {
			m.line(code(m.d.Command))
			m.line()
		}
		for _, f := range m.pageFiles() {
			m.line("- ", code(f.Path), " ", escaped(f.What), ", ", f.Size)
		}
		m.line("- ", escaped(m.kind()))
		for _, s := range slices.Concat(m.d.Source.Warnings, m.d.Source.Notes) {
			m.line("- ", escaped(Plain(s)))
		}
		if m.d.Version != "" {
			m.line("- ", escaped(Plain(m.d.Version)))
		}
	})
}

// code is s as a code span that holds in a table: nothing in it means anything.
func code(s string) string {
	s = Plain(s)
	run, longest := 0, 0
	for _, c := range s {
		if run++; c != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if s == "" || strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.TrimSpace(s) == "" {
		s = " " + s + " "
	}
	return fence + strings.ReplaceAll(s, "|", `\|`) + fence
}

// escaped is s as text: marks of Markdown stand for themselves, and what a host would make a link, a mention or a
// reference of is cut by an empty comment.
func escaped(s string) string {
	var b strings.Builder
	for i, c := range s {
		switch {
		case strings.ContainsRune("\\`*_{}[]<>|~&$", c):
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '@' || c == '#':
			b.WriteRune(c)
			b.WriteString("<!-- -->")
		case c == ':' && strings.HasPrefix(s[i:], "://"):
			b.WriteString(":<!-- -->")
		case c == '.' && strings.HasSuffix(s[:i], "www"):
			b.WriteString("<!-- -->.")
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// htmlCode is s as code within a tag of HTML, where Markdown means nothing.
func htmlCode(s string) string { return "<code>" + html.EscapeString(Plain(s)) + "</code>" }
