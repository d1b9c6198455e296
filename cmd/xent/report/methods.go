package report

import "strings"

// method tells which way of recalibration was chosen among those that were tried.
func (t *text) method() (f figure, ok bool) {
	c := t.r.Recalibration
	if c == nil || len(c.Methods) == 0 {
		return f, false
	}
	f = figure{name: "best map", members: []string{"recalibration.methods"}}
	var others []string
	for _, m := range c.Methods {
		switch {
		case m.Chosen:
			f.value = clip(Plain(m.ID), 19)
			f.beside = []string{"gains " + Measured(m.Gain, m.GainSE)}
		case m.ID != "none" && m.ID != "temperature":
			others = append(others, clip(Plain(m.ID), 8)+" "+Short(m.Gain, 2))
		}
	}
	if f.beside == nil {
		f.beside = []string{"unknown"}
	}
	f.beside = append(f.beside, "("+strings.Join(others, ", ")+")")
	return f, true
}

// pageMethod is a way of recalibration in a table.
type pageMethod struct {
	ID, Loss, Gain, Right, ECE, P string
	Chosen                        bool
}

func (t *text) pageMethods() []pageMethod {
	c := t.r.Recalibration
	if c == nil {
		return nil
	}
	var list []pageMethod
	for _, m := range c.Methods {
		p := ""
		if finite(m.P) {
			p = Chance(m.P)
		}
		list = append(list, pageMethod{Plain(m.ID), typeset(Fixed(m.Loss, 4)), typeset(Measured(m.Gain, m.GainSE)), typeset(Fixed(m.Accuracy, 4)), typeset(Short(m.ECE, 3)), p, m.Chosen})
	}
	return list
}

func (m *markdown) methods() {
	list := m.pageMethods()
	if len(list) == 0 {
		return
	}
	m.folded("What recalibration gains", func() {
		m.line("| map | loss | gain | right | ECE |")
		m.line("|---|--:|--:|--:|--:|")
		for _, p := range list {
			chosen := ""
			if p.Chosen {
				chosen = " (chosen)"
			}
			m.line("| ", code(p.ID), chosen, " | ", p.Loss, " | ", p.Gain, " | ", p.Right, " | ", p.ECE, " |")
		}
	})
}
