package main

import (
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"

	"xent/cmd/xent/report"
	"xent/train"
)

// marks tell lanes apart on a terminal, and colours in a picture: those of the lab for truth and model first.
var (
	marks   = []rune{'●', '○', '×', '+', '◆', '◇', '▲', '△'}
	colours = []string{"#b2450a", "#2457c5", "#5b7a1e", "#8a3ea8", "#1b1e24", "#8b8678", "#0f7f7f", "#a02050"}
)

// A course is how the accuracy of a lane went, in each of its runs.
type course struct {
	name string
	runs [][]train.Point
}

// A panel is a set of courses that are drawn together, with a line at an accuracy to reach, if there is one.
type panel struct {
	title   string
	courses []course
	target  float64
}

// last is the step at which the longest course ends.
func last(courses []course) (n int) {
	for _, c := range courses {
		for _, run := range c.runs {
			if k := len(run); k > 0 {
				n = max(n, run[k-1].Step)
			}
		}
	}
	return n
}

// coursePlot draws the accuracy of the first run of each course by step, for a terminal of 80 columns.
func coursePlot(courses []course) string {
	const columns, rows = 68, 11
	end := last(courses)
	if end == 0 {
		return ""
	}
	grid := make([][]rune, rows)
	for i := range grid {
		grid[i] = []rune(strings.Repeat(" ", columns))
	}
	var key []string
	for i, c := range courses {
		for _, p := range c.runs[0] {
			x := min(p.Step*columns/end, columns-1)
			y := min(int((1-p.Accuracy)*(rows-1)+.5), rows-1)
			grid[y][x] = marks[i%len(marks)]
		}
		key = append(key, string(marks[i%len(marks)])+" "+c.name)
	}
	var b strings.Builder
	b.WriteString("accuracy on the test rows by step: " + strings.Join(key, ", ") + "\n")
	for i, line := range grid {
		label := ""
		if i%5 == 0 {
			label = fmt.Sprintf("%d %%", 100-100*i/(rows-1))
		}
		fmt.Fprintf(&b, "%6s │%s\n", label, strings.TrimRight(string(line), " "))
	}
	fmt.Fprintf(&b, "       └%s\n        0%*s\n", strings.Repeat("─", columns), columns-1, report.Count(int64(end)))
	return b.String()
}

// Sizes of a picture: of a panel, and the edges of what is drawn in it.
const panelWidth, panelHeight, panelLeft, panelTop, panelBottom = 480, 300, 56, 40, 64

// courseSVG draws panels of courses as a picture, with accuracies from low to high.
func courseSVG(w io.Writer, title string, panels []panel, low, high float64) error {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="13">`, panelWidth*len(panels), panelHeight+panelTop+panelBottom)
	fmt.Fprintf(&b, `<title>%s</title><rect width="100%%" height="100%%" fill="#fff"/>`, html.EscapeString(title))
	for i, p := range panels {
		p.draw(&b, i*panelWidth, low, high)
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (p *panel) draw(b *strings.Builder, at int, low, high float64) {
	const foot = panelHeight + panelTop
	end := max(last(p.courses), 1)
	x := func(step int) float64 {
		return float64(at+panelLeft) + float64(step)/float64(end)*(panelWidth-panelLeft-24)
	}
	y := func(a float64) float64 { return panelTop + (high-max(a, low))/(high-low)*panelHeight }
	fmt.Fprintf(b, `<text x="%.1f" y="24" font-weight="600">%s</text>`, x(0), html.EscapeString(p.title))
	for i := 0; i <= 4; i++ {
		a := low + (high-low)*float64(i)/4
		fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#dcd8cf"/><text x="%.1f" y="%.1f" text-anchor="end" fill="#555a63">%s %%</text>`,
			x(0), x(end), y(a), y(a), x(0)-6, y(a)+4, strconv.FormatFloat(100*a, 'g', 4, 64))
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle" fill="#555a63">%d</text>`, x(end*i/4), foot+18, end*i/4)
	}
	if p.target > 0 {
		fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#8b8678" stroke-dasharray="4 3"/>`, x(0), x(end), y(p.target), y(p.target))
	}
	for i, c := range p.courses {
		colour := colours[i%len(colours)]
		for k, run := range c.runs {
			var points strings.Builder
			for _, at := range run {
				fmt.Fprintf(&points, "%.1f,%.1f ", x(at.Step), y(at.Accuracy))
			}
			fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="%s" stroke-opacity="%s"/>`, strings.TrimSpace(points.String()), colour, or(k == 0, "2", "1"), or(k == 0, "1", ".45"))
		}
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="14" height="4" fill="%s"/><text x="%.1f" y="%d">%s</text>`,
			x(0)+float64(i%3)*140, foot+38+i/3*18, colour, x(0)+20+float64(i%3)*140, foot+44+i/3*18, html.EscapeString(c.name))
	}
}

func or(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
