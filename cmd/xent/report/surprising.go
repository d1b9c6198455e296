package report

import (
	"strconv"
	"strings"

	"xent/eval"
)

// surprising lists the rows that cost most, two in a line: down the left side, then the right.
func (t *text) surprising() []string {
	list := t.r.Surprising
	if len(list) == 0 {
		return nil
	}
	g := surpriseGrid{row: 5}
	for _, s := range list {
		g.row = max(g.row, len(Count(s.Row)))
	}
	const gap = 4
	g.name = max(((t.columns-gap)/2-g.row-7-2-1-1-5)/2, 4)
	half, heading := len(list), g.line("row", "loss", "label", "said", "p")
	if len(list) > 2 {
		half = (len(list) + 1) / 2
		heading += spaces(gap) + heading
	}
	lines := []string{t.style.dim(strings.TrimRight(heading, " ")) + t.notes.mark("surprising")}
	for i := range half {
		line := t.surprise(g, list[i])
		if j := i + half; j < len(list) {
			line += spaces(gap) + t.surprise(g, list[j])
		}
		lines = append(lines, line)
	}
	return lines
}

// surpriseGrid holds the widths of the columns that depend on what is in them.
type surpriseGrid struct{ row, name int }

func (g surpriseGrid) line(row, loss, label, said, p string) string {
	return right(row, g.row) + right(loss, 7) + "  " + left(label, g.name) + " " + left(said, g.name) + " " + left(p, 5)
}

func (t *text) surprise(g surpriseGrid, s eval.Surprise) string {
	said, p := "", ""
	if len(s.Top) > 0 {
		said, p = t.class(s.Top[0].Class, g.name), share(s.Top[0].P)
	}
	return g.line(Count(s.Row), Fixed(s.Loss, 2), t.class(s.Label, g.name), said, p)
}

// class is a class's name if it has one, else its number.
func (t *text) class(k, columns int) string {
	if k >= 0 && k < len(t.r.Names) {
		return clip(Plain(t.r.Names[k]), columns)
	}
	return strconv.Itoa(k)
}

// share writes a probability without its leading zero; it says 1 only for exactly 1.
func share(p float64) string {
	switch {
	case p == 1:
		return "1"
	case p > 0.9995:
		return ">.999"
	case !(p >= 0 && p < 1):
		return Short(p, 2)
	}
	return Fixed(p, 3)[1:]
}
