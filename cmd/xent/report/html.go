package report

import (
	_ "embed"
	"html/template"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"xent/eval"
)

// HTMLOptions say where the rows of a page lead.
type HTMLOptions struct {
	Lab   string                     // address of the lab that the rows open in
	Doors func(eval.Surprise) []Door // the ways into it for a row; nil for none
}

// A Door opens a row in an explorer of the lab.
type Door struct {
	Text    string // of the link
	Title   string // what opens, in words
	Address string // http or https
}

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// HTML writes d as one page that needs nothing else: no script, no font, no network. It prints, and opens from
// a disk. Its links into the lab carry the rows themselves, and work while a lab is served at opt.Lab.
//
// Every string from a file is text: html/template escapes it for its place, and the page's own policy runs no script. The
// same document gives the same bytes.
func HTML(w io.Writer, d *Document, opt HTMLOptions) error {
	t := &text{d: d, r: d.Report, columns: 1 << 20, notes: newFootnotes(d.Report.Warnings)}
	var b strings.Builder
	if err := pageTemplate.Execute(&b, t.page(opt)); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// page is what the template shows: strings ready to be read, and places in percent.
type page struct {
	Style   template.CSS
	Title   string
	Partial string
	Files   []pageFile
	Kind    string
	Verdict []string
	Figures []pageFigure
	Diagram *diagram
	Classes *pageClasses
	Leaks   *pageLeaks
	Buckets []pageBuckets
	Noise   *pageNoise
	Methods []pageMethod
	Rows    []pageRows
	Doubts  []pageDoubt
	Starred bool // some class differs
	Said    []string
	Warned  []string
	Made    pageMade
}

type pageFile struct{ Path, What, Size string }

type pageFigure struct {
	Name, Value string
	Beside      []string
	Marks       []int
	Gauge       *pageGauge
}

type pageGauge struct {
	Low, High string
	At        place
}

type pageDoubt struct {
	Number int // 0: nothing points at it
	Text   string
}

type pageMade struct {
	Command, Version, Lab string
	Config                []string
}

func (t *text) page(opt HTMLOptions) *page {
	d, r := t.d, t.r
	p := &page{
		Style: template.CSS(pageStyle),
		Title: "xent eval: " + Plain(filepath.Base(d.Source.Scores.Path)),
		Files: t.pageFiles(),
		Kind:  t.kind(),
		Made:  pageMade{Command: Plain(d.Command), Version: Plain(d.Version), Lab: opt.Lab},
	}
	if r.Partial {
		p.Partial = "The pass ended early: these figures cover " + plural(r.Rows+r.Ignored, "row") + "."
	}
	for _, sentence := range t.say() {
		if sentence != "" {
			p.Verdict = append(p.Verdict, typeset(sentence))
		}
	}
	for _, f := range t.list() {
		p.Figures = append(p.Figures, t.pageFigure(f))
	}
	p.Diagram = t.diagram()
	p.Classes = t.pageClasses()
	p.Leaks = t.pageLeaks()
	p.Buckets = t.pageBuckets()
	p.Noise = t.pageNoise()
	p.Methods = t.pageMethods()
	p.Rows = t.pageRows(opt)
	p.Starred = t.starred()
	p.Doubts = t.pageDoubts()
	for _, s := range d.Source.Notes {
		p.Said = append(p.Said, Plain(s))
	}
	for _, s := range d.Source.Warnings {
		p.Warned = append(p.Warned, Plain(s))
	}
	return p
}

// kind says what the scores were taken for.
func (t *text) kind() string {
	how := "read as "
	if t.r.Input.Given {
		how = "read as asked, as "
	}
	how += Plain(string(t.r.Input.Kind))
	if t.r.Input.Reason != "" {
		how += ": " + Plain(t.r.Input.Reason)
	}
	return how
}

func (t *text) pageFiles() []pageFile {
	s := &t.d.Source
	files := []pageFile{{name(&s.Scores), t.scores(), Bytes(s.Scores.Bytes)}}
	if f := s.Labels; f != nil && !(table(f) && f.Path == s.Scores.Path) {
		files = append(files, pageFile{name(f), "labels, " + Plain(f.DType) + t.ignored(), Bytes(f.Bytes)})
	}
	if f := s.Weights; f != nil {
		files = append(files, pageFile{name(f), "weights, " + Plain(f.DType), Bytes(f.Bytes)})
	}
	if f := s.Groups; f != nil && !(table(f) && f.Path == s.Scores.Path) {
		files = append(files, pageFile{name(f), "groups, " + Plain(f.DType), Bytes(f.Bytes)})
	}
	return files
}

func (t *text) pageFigure(f figure) pageFigure {
	p := pageFigure{Name: f.name, Value: typeset(f.value), Marks: t.notes.numbers(f.members...)}
	for _, b := range f.beside {
		if b != "" {
			p.Beside = append(p.Beside, typeset(b))
		}
	}
	if f.gauge != nil {
		p.Gauge = &pageGauge{Short(f.gauge.Lower, 3), Short(f.gauge.Fano, 3), across(f.gauge.Position)}
	}
	return p
}

// pageDoubts are the warnings, those that something points at first.
func (t *text) pageDoubts() []pageDoubt {
	var doubts []pageDoubt
	for i, w := range t.notes.warnings {
		doubts = append(doubts, pageDoubt{t.notes.number[i], Plain(w.Message)})
	}
	slices.SortStableFunc(doubts, func(a, b pageDoubt) int {
		last := len(doubts) + 1
		rank := func(d pageDoubt) int {
			if d.Number == 0 {
				return last
			}
			return d.Number
		}
		return rank(a) - rank(b)
	})
	return doubts
}

var (
	negative = regexp.MustCompile(`(^|[\s(])-([\d∞.])`)
	power    = regexp.MustCompile(`(\d)e([+-]?)0*(\d+)`)
)

// typeset sets numbers for reading: a true minus, and powers of ten as such.
func typeset(s string) string {
	s = power.ReplaceAllStringFunc(s, func(m string) string {
		g := power.FindStringSubmatch(m)
		sign, n := "", 0
		if g[2] == "-" {
			sign = "⁻"
		}
		for _, c := range g[3] {
			n = 10*n + int(c-'0')
		}
		return g[1] + "×10" + sign + superscript(n)
	})
	return negative.ReplaceAllString(s, "$1−$2")
}
