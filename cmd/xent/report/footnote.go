package report

import (
	"slices"
	"strings"

	"xent/eval"
)

// footnotes number the warnings in the order in which the text first points at them.
type footnotes struct {
	warnings []eval.Warning
	number   map[int]int // index of warning -> its number, from 1
}

func newFootnotes(w []eval.Warning) *footnotes {
	return &footnotes{warnings: w, number: make(map[int]int)}
}

// numbers returns those of the warnings about some fields or anything inside them.
func (f *footnotes) numbers(fields ...string) []int {
	var numbers []int
	for i, w := range f.warnings {
		if !slices.ContainsFunc(fields, func(field string) bool { return w.Field == field || strings.HasPrefix(w.Field, field+".") }) {
			continue
		}
		if f.number[i] == 0 {
			f.number[i] = len(f.number) + 1
		}
		numbers = append(numbers, f.number[i])
	}
	return numbers
}

// mark returns the superscripts of the warnings about some fields or anything inside them, with a space
// in front; "" when there are none.
func (f *footnotes) mark(fields ...string) string {
	numbers := f.numbers(fields...)
	switch n := len(numbers); {
	case n == 0:
		return ""
	case n > 2:
		return " " + superscript(numbers[0]) + "…" + superscript(numbers[n-1])
	case n == 2:
		return " " + superscript(numbers[0]) + " " + superscript(numbers[1])
	}
	return " " + superscript(numbers[0])
}

// lines are the notes, those pointed at first, wrapped and hung under their number.
func (f *footnotes) lines(s style, columns int) [][]string {
	ordered := make([][]string, len(f.number))
	var loose [][]string
	for i, w := range f.warnings {
		body := wrap(Plain(w.Message), columns-2)
		if n := f.number[i]; n > 0 {
			ordered[n-1] = hang(s.warn(superscript(n)), body)
		} else {
			loose = append(loose, hang(s.warn("!"), body))
		}
	}
	return append(ordered, loose...)
}

func hang(mark string, body []string) []string {
	for i := range body {
		if i == 0 {
			body[i] = left(mark, 2) + body[i]
		} else {
			body[i] = "  " + body[i]
		}
	}
	return body
}

func superscript(n int) string {
	if n == 0 {
		return ""
	}
	return superscript(n/10) + string([]rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[n%10])
}
