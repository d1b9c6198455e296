package main

import (
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"

	"xent/cmd/xent/report"
)

// marks tell lanes apart on a terminal, and colours in a picture: those of the lab for truth and model first.
var (
	marks   = []rune{'●', '○', '×', '+', '◆', '◇', '▲', '△'}
	colours = []string{"#b2450a", "#2457c5", "#5b7a1e", "#8a3ea8", "#1b1e24", "#8b8678", "#0f7f7f", "#a02050"}
)

// last is the step at which the longest course ends.
func last(lanes []raceLane) (n int) {
	for i := range lanes {
		if k := len(lanes[i].At); k > 0 {
			n = max(n, lanes[i].At[k-1])
		}
	}
	return n
}

// coursePlot draws the accuracy of the first run of each lane by step, for a terminal of 80 columns.
func coursePlot(lanes []raceLane) string {
	const columns, rows = 68, 11
	end := last(lanes)
	if end == 0 {
		return ""
	}
	grid := make([][]rune, rows)
	for i := range grid {
		grid[i] = []rune(strings.Repeat(" ", columns))
	}
	var key []string
	for i := range lanes {
		l := &lanes[i]
		for k, a := range l.Course {
			x := min(l.At[k]*columns/end, columns-1)
			y := min(int((1-a)*(rows-1)+.5), rows-1)
			grid[y][x] = marks[i%len(marks)]
		}
		key = append(key, string(marks[i%len(marks)])+" "+l.Loss+" at "+strconv.FormatFloat(l.Rate, 'g', -1, 64))
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

// svg draws the same as a picture: a panel for one rate, and one for each loss's own if there was a sweep.
func (r *raceResult) svg(w io.Writer) error {
	const width, height, left, top, bottom = 480, 300, 56, 40, 64
	panels := [][]raceLane{r.One}
	titles := []string{"at one rate, " + strconv.FormatFloat(r.Config.Rate, 'g', -1, 64)}
	if len(r.Best) > 0 {
		panels, titles = append(panels, r.Best), append(titles, "each at its own best rate")
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="13">`, width*len(panels), height+top+bottom)
	fmt.Fprintf(&b, `<title>%s</title><rect width="100%%" height="100%%" fill="#fff"/>`, html.EscapeString("Accuracy on the test rows by step: "+r.Config.Net+" on "+r.Config.Data))
	for p, lanes := range panels {
		end := max(last(lanes), 1)
		x := func(step int) float64 { return float64(p*width+left) + float64(step)/float64(end)*(width-left-24) }
		y := func(a float64) float64 { return top + (1-a)*height }
		fmt.Fprintf(&b, `<text x="%.1f" y="24" font-weight="600">%s</text>`, x(0), html.EscapeString(titles[p]))
		for i := 0; i <= 4; i++ {
			a := float64(i) / 4
			fmt.Fprintf(&b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#dcd8cf"/><text x="%.1f" y="%.1f" text-anchor="end" fill="#555a63">%d %%</text>`,
				x(0), x(end), y(a), y(a), x(0)-6, y(a)+4, 25*i)
			fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle" fill="#555a63">%d</text>`, x(end*i/4), height+top+18, end*i/4)
		}
		fmt.Fprintf(&b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#8b8678" stroke-dasharray="4 3"/>`, x(0), x(end), y(r.Target), y(r.Target))
		for i := range lanes {
			l, colour := &lanes[i], colours[i%len(colours)]
			for k := range l.lane.Runs {
				var points strings.Builder
				for _, at := range l.lane.Runs[k].Course {
					fmt.Fprintf(&points, "%.1f,%.1f ", x(at.Step), y(at.Accuracy))
				}
				fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="%s" stroke-opacity="%s"/>`, strings.TrimSpace(points.String()), colour, or(k == 0, "2", "1"), or(k == 0, "1", ".45"))
			}
			fmt.Fprintf(&b, `<rect x="%.1f" y="%d" width="14" height="4" fill="%s"/><text x="%.1f" y="%d">%s, rate %v</text>`,
				x(0)+float64(i%3)*140, height+top+38+i/3*18, colour, x(0)+20+float64(i%3)*140, height+top+44+i/3*18, html.EscapeString(l.Loss), l.Rate)
		}
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func or(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
