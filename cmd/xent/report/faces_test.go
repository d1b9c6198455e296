package report

import (
	"bytes"
	"encoding/xml"
	"regexp"
	"strings"
	"testing"
)

func TestMarkdown(t *testing.T) {
	for _, tt := range samples {
		var b bytes.Buffer
		if err := Markdown(&b, tt.doc()); err != nil {
			t.Fatal(err)
		}
		if tt.name == "digits" {
			golden(t, "digits.md", b.Bytes())
		}
		wellFormed(t, tt.name, b.String())
	}
}

// wellFormed fails unless every line of a table has the cells of its first, and every fold is closed.
func wellFormed(t *testing.T, name, text string) {
	t.Helper()
	cell := regexp.MustCompile(`(^|[^\\])\|`)
	cells, tables := 0, 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%s: a control in %q", name, line)
		}
		if !strings.HasPrefix(line, "|") {
			cells = 0
			continue
		}
		n := len(cell.FindAllString(line, -1))
		if cells == 0 {
			cells, tables = n, tables+1
		}
		if n != cells {
			t.Errorf("%s: %d cells, want %d: %s", name, n, cells, line)
		}
	}
	if tables == 0 || strings.Count(text, "<details>") != strings.Count(text, "</details>") {
		t.Errorf("%s: %d tables, %d folds of which %d close", name, tables, strings.Count(text, "<details>"), strings.Count(text, "</details>"))
	}
}

// Strings from files stay text: no tag, no mention, no cell and no emphasis of theirs comes through.
func TestMarkdownEscapes(t *testing.T) {
	for _, s := range append(hostile, "a|b", "`", "``x`", "**bold**", "@team", "#12", "http://evil.example", "www.evil.example", "[x](http://y)", "|||", " ") {
		d := digits()
		d.Report.Names = []string{s, s, s, s, s, s, s, s, s, s}
		d.Source.Scores.Path, d.Source.Notes, d.Command, d.Version = s, []string{s}, s, s
		d.Report.Input.Reason, d.Report.Warnings[0].Message = s, s
		var b bytes.Buffer
		if err := Markdown(&b, d); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, s, b.String())
		outside := withoutCode(b.String())
		for _, bad := range []string{"<script", "<img", "<svg", "</title", "<b>", "@team", "#12", "://", "www.", "](", "**bold"} {
			if strings.Contains(outside, bad) {
				t.Errorf("%q comes through as %q", s, bad)
			}
		}
	}
}

// withoutCode leaves out code spans, and characters behind a backslash.
func withoutCode(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
			b.WriteByte(' ')
		case text[i] == '`':
			fence := text[i : i+len(text[i:])-len(strings.TrimLeft(text[i:], "`"))]
			rest := text[i+len(fence):]
			end := regexp.MustCompile("(^|[^`])" + fence + "($|[^`])").FindStringIndex(rest)
			if end == nil {
				return b.String() + text[i:]
			}
			i += len(fence) + end[0] + 1 + len(fence) - 1
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String()
}

func TestJUnit(t *testing.T) {
	gate := func(text string) Gate {
		g, err := ParseGate(text)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	gates := []Gate{gate("loss.nats>0.1"), gate("loss.nats>0.4"), gate("per_class[77].recall<0.8"), gate("warnings>9")}
	for _, s := range append(hostile, "val.npy") {
		for _, partial := range []bool{false, true} {
			d := digits()
			d.Source.Scores.Path, d.Command, d.Report.Partial = s, s, partial
			var b bytes.Buffer
			if err := JUnit(&b, d, gates); err != nil {
				t.Fatal(err)
			}
			var got junitSuites
			if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
				t.Fatalf("%q: %v\n%s", s, err, b.String())
			}
			suite := got.Suites[0]
			failures := 2
			if partial {
				failures++
			}
			if len(got.Suites) != 1 || suite.Tests != 5 || len(suite.Cases) != 5 || suite.Failures != failures {
				t.Fatalf("%d tests of which %d fail, in %d cases; want 5, %d, 5", suite.Tests, suite.Failures, len(suite.Cases), failures)
			}
			for i, failed := range []bool{partial, true, false, true, false} {
				if (suite.Cases[i].Failure != nil) != failed {
					t.Errorf("%s: failed %v, want %v", suite.Cases[i].Name, !failed, failed)
				}
				if suite.Cases[i].Class != Plain(s) {
					t.Errorf("%q reads back as %q", s, suite.Cases[i].Class)
				}
			}
			if m := suite.Cases[1].Failure.Message; m != "loss.nats is 0.1284972858751474" {
				t.Errorf("the message says %q", m)
			}
			if m := suite.Cases[3].Failure.Message; m != "per_class[77].recall is not known (NaN)" {
				t.Errorf("the message says %q", m)
			}
		}
	}
}
