package report

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"xent/eval"
)

// classes is the table of classes in at most room lines: all of them in their order if they fit,
// else those that add most to the loss and a line for the others.
func (t *text) classes(room int, mark string) []string {
	all := t.r.PerClass
	if len(all) == 0 {
		return nil
	}
	shown, others := all, []eval.Class(nil)
	if len(all) > room-1 {
		byShare := slices.Clone(all)
		slices.SortStableFunc(byShare, func(a, b eval.Class) int { return cmp.Compare(nanLast(b.Share), nanLast(a.Share)) })
		shown, others = byShare[:max(room-2, 1)], byShare[max(room-2, 1):]
	}
	largest := 0.0
	for _, c := range shown {
		if finite(c.Share) {
			largest = max(largest, c.Share)
		}
	}
	heading := "class"
	if others != nil {
		heading = "costliest"
	}
	lines := []string{t.style.dim(classLine(heading, "rows", "loss", "adds", "", "recall", "expected", "z", "")) + mark}
	for _, c := range shown {
		differs := ""
		if c.Differs {
			differs = t.style.warn("*")
		}
		lines = append(lines, classLine(t.class(c.Class, 14), amount(c.Rows), Fixed(c.Loss, 4), Fixed(c.Share, 4),
			bar(c.Share/largest, 10), Fixed(c.Recall, 3), expected(c.Expected), Fixed(c.Z, 1), differs))
	}
	if others != nil {
		lines = append(lines, t.style.dim(strings.TrimRight(t.others(others), " ")))
	}
	return lines
}

func nanLast(x float64) float64 {
	if math.IsNaN(x) {
		return math.Inf(-1)
	}
	return x
}

func classLine(name, rows, loss, adds, bar, recall, expected, z, mark string) string {
	return left(name, 14) + right(rows, 8) + right(loss, 9) + right(adds, 9) + "  " + left(bar, 10) +
		right(recall, 7) + right(expected, 10) + right(z, 6) + mark
}

func (t *text) others(others []eval.Class) string {
	n, share, loss := t.sumOf(others)
	return classLine(Count(int64(len(others)))+" others", amount(n), Fixed(loss, 4), Fixed(share, 4), "", "", "", "", "")
}

// sumOf puts classes together: their rows, what they add to the loss, and their mean loss.
func (t *text) sumOf(classes []eval.Class) (rows, share, loss float64) {
	for _, c := range classes {
		rows += c.Rows
		if finite(c.Share) {
			share += c.Share
		}
	}
	loss = math.NaN()
	if rows > 0 {
		loss = share * t.r.Loss.Weight / rows
	}
	return rows, share, loss
}

// amount writes a number of rows: whole unless weights make it fractional.
func amount(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return Count(int64(x))
	}
	return Fixed(x, 1)
}

// expected writes a sum of probabilities: with a decimal while that says something.
func expected(x float64) string {
	if math.Abs(x) >= 1e4 {
		return amount(math.Round(x))
	}
	return Fixed(x, 1)
}
