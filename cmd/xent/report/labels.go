package report

import (
	"math"
	"strings"
)

// noise tells how many labels are probably wrong; ok is false where nobody asked.
func (t *text) noise() (f figure, ok bool) {
	n := t.r.Noise
	if n == nil {
		return f, false
	}
	f = figure{name: "label noise", value: Percent(n.Rate), members: []string{"label_errors"}}
	if !math.IsNaN(n.CI95[0]) {
		f.value += " (" + strings.TrimSuffix(Percent(n.CI95[0]), " %") + " to " + strings.TrimSuffix(Percent(n.CI95[1]), " %") + ")"
	}
	found := Count(n.Random) + " suspected"
	if n.Random > 0 {
		found += ", " + Percent(n.Precision) + " rightly"
	}
	f.beside = []string{found + "; " + Count(n.Confident) + " sure otherwise"}
	return f, true
}

// pageNoise are the rows whose labels are probably wrong, and the classes that are confidently taken for others.
type pageNoise struct {
	Marks      []int
	Says       string
	Suspects   []pageSuspect
	Confusions []pageConfused
}

type pageSuspect struct{ Row, Label, Said, P, Random string }

type pageConfused struct {
	Label, Class, Rows string
	Bar                place
}

func (t *text) pageNoise() *pageNoise {
	n := t.r.Noise
	if n == nil {
		return nil
	}
	p := &pageNoise{Marks: t.notes.numbers("label_errors")}
	if n.Random == 0 {
		p.Says = "No label is more probably random than not."
	} else {
		p.Says = plural(n.Random, "label") + " more probably random than not; about " + Percent(n.Precision) + " of them should be."
	}
	for _, s := range n.Suspects[:min(len(n.Suspects), 25)] {
		p.Suspects = append(p.Suspects, pageSuspect{Count(s.Row), t.called(s.Label), t.called(s.Said), share(s.P), share(s.Random)})
	}
	for _, c := range n.Confusions[:min(len(n.Confusions), 10)] {
		p.Confusions = append(p.Confusions, pageConfused{t.called(c.Label), t.called(c.Class), Count(c.Rows), across(float64(c.Rows) / float64(n.Confusions[0].Rows))})
	}
	return p
}

func (m *markdown) labels() {
	n := m.r.Noise
	if n == nil || len(n.Suspects)+len(n.Confusions) == 0 {
		return
	}
	m.folded("Labels that are probably wrong"+m.notes.mark("label_errors"), func() {
		if len(n.Suspects) > 0 {
			m.line("| row | label | said | p | random |")
			m.line("|--:|---|---|--:|--:|")
			for _, s := range n.Suspects[:min(len(n.Suspects), mostMarkdown)] {
				m.line("| ", Count(s.Row), " | ", m.name(s.Label), " | ", m.name(s.Said), " | ", escaped(share(s.P)), " | ", escaped(share(s.Random)), " |")
			}
			m.line()
		}
		if len(n.Confusions) > 0 {
			m.line("Confidently another class, which may be wrong in a system or honestly ambiguous:")
			m.line()
			m.line("| label | sure of | rows |")
			m.line("|---|---|--:|")
			for _, c := range n.Confusions[:min(len(n.Confusions), 10)] {
				m.line("| ", m.name(c.Label), " | ", m.name(c.Class), " | ", Count(c.Rows), " |")
			}
		}
	})
}
