package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"xent/cmd/xent/report"
)

// decades are the powers of ten that hold all terms above 0, four at most: what is smaller does not count for the bound.
func (r *diffusionResult) decades() (low, high int) {
	high, low = math.MinInt, math.MaxInt
	for _, t := range r.Terms {
		if t.Nats > 0 {
			at := math.Log10(t.Nats)
			low, high = min(low, int(math.Floor(at))), max(high, int(math.Ceil(at)))
		}
	}
	if high == math.MinInt {
		return 0, 1
	}
	return max(min(low, high-1), high-4), high
}

// height is where a term stands between the lowest and the highest decade, 0 to 1.
func height(nats float64, low, high int) float64 {
	return min(max((math.Log10(nats)-float64(low))/float64(high-low), 0), 1)
}

// chart draws the terms by step for a terminal of 80 columns, the mean of neighbouring ones where a column holds many.
func (r *diffusionResult) chart() string {
	const columns, rows = 66, 12
	low, high := r.decades()
	n := min(columns, len(r.Terms))
	heights := make([]float64, n)
	for k := range heights {
		from, to := k*len(r.Terms)/n, (k+1)*len(r.Terms)/n
		sum := 0.
		for _, t := range r.Terms[from:to] {
			sum += t.Nats / float64(to-from)
		}
		heights[k] = height(sum, low, high) * rows
	}
	var b strings.Builder
	b.WriteString("nats a row by step t, on a scale of decades\n")
	for line := rows - 1; line >= 0; line-- {
		label := ""
		if d := (line + 1) * (high - low); d%rows == 0 {
			label = report.Short(math.Pow10(low+d/rows), 3)
		}
		fmt.Fprintf(&b, "%8s │%s\n", label, strings.TrimRight(bars(heights, line), " "))
	}
	fmt.Fprintf(&b, "%8s └%s\n%10s1%*s\n", report.Short(math.Pow10(low), 3), strings.Repeat("─", n), "", n-1, fmt.Sprintf("t = %d", len(r.Terms)))
	return b.String()
}

// bars is one line of a chart of bars, the lowest is 0.
func bars(heights []float64, line int) string {
	var b strings.Builder
	for _, h := range heights {
		eighths := int(min(max(h-float64(line), 0), 1)*8 + .5)
		b.WriteRune([]rune(" ▁▂▃▄▅▆▇█")[eighths])
	}
	return b.String()
}

// svg draws the same as a picture, a point for each step.
func (r *diffusionResult) svg(w io.Writer) error {
	const width, tall, left, top, right = 640, 300, 64, 44, 24
	low, high := r.decades()
	last := len(r.Terms)
	x := func(t int) float64 { return left + float64(t-1)/float64(max(last-1, 1))*(width-left-right) }
	y := func(h float64) float64 { return top + (1-h)*tall }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="13">`, width, top+tall+56)
	fmt.Fprintf(&b, `<title>The bound of a diffusion model, step by step</title><rect width="100%%" height="100%%" fill="#fff"/><text x="%d" y="24" font-weight="600">%s bits a pixel: nats a row by step</text>`,
		left, report.Measured(r.BitsPerDim.Value, r.BitsPerDim.SE))
	for d := low; d <= high; d++ {
		at := y(float64(d-low) / float64(high-low))
		fmt.Fprintf(&b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#dcd8cf"/><text x="%d" y="%.1f" text-anchor="end" fill="#555a63">%s</text>`,
			left, width-right, at, at, left-8, at+4, report.Short(math.Pow10(d), 3))
	}
	for _, t := range []int{1, (last + 1) / 2, last} {
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle" fill="#555a63">%d</text>`, x(t), top+tall+20, t)
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle" fill="#555a63">t, from the image (1) to noise</text>`, (width+left-right)/2, top+tall+42)
	var points strings.Builder
	for _, t := range r.Terms {
		fmt.Fprintf(&points, "%.1f,%.1f ", x(t.T), y(height(t.Nats, low, high)))
	}
	fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/></svg>`+"\n", strings.TrimSpace(points.String()), colours[1])
	_, err := io.WriteString(w, b.String())
	return err
}
