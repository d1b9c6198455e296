package report

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Plain returns s as it may be shown on a terminal: printable characters stay, everything a
// terminal could obey (controls, escape sequences, direction marks, bytes that are no UTF-8) is
// spelt as Go spells it: "\x1b[2J" becomes \x1b[2J, a line break becomes \n.
func Plain(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; {
		r, n := utf8.DecodeRuneInString(s[i:])
		clean = (r != utf8.RuneError || n > 1) && unicode.IsPrint(r)
		i += n
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteString(`\x` + hex(s[i]))
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		i += n
	}
	return b.String()
}

func hex(c byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[c>>4], digits[c&15]})
}

// width is the number of columns s takes on a terminal, without our own colours.
func width(s string) int {
	if strings.IndexByte(s, '\x1b') < 0 {
		return uniseg.StringWidth(s)
	}
	n := 0
	for len(s) > 0 {
		before, after, found := strings.Cut(s, "\x1b[")
		n += uniseg.StringWidth(before)
		if !found {
			break
		}
		_, s, _ = strings.Cut(after, "m")
	}
	return n
}

// clip shortens a plain s to at most n columns, with … for what is left out.
func clip(s string, n int) string {
	if width(s) <= n {
		return s
	}
	var b strings.Builder
	used := 0
	g := uniseg.NewGraphemes(s)
	for g.Next() && used+g.Width() < n {
		b.WriteString(g.Str())
		used += g.Width()
	}
	return b.String() + "…"
}

// fit is the last resort for a line that figures of absurd length made too long: it is clipped and
// loses its colours.
func fit(line string, n int) string {
	if width(line) <= n {
		return line
	}
	plain := ""
	for before, after, found := strings.Cut(line, "\x1b["); ; before, after, found = strings.Cut(line, "\x1b[") {
		plain += before
		if !found {
			return clip(plain, n)
		}
		_, line, _ = strings.Cut(after, "m")
	}
}

// clipPath shortens a path from the left: its end names the file.
func clipPath(s string, n int) string {
	if width(s) <= n {
		return s
	}
	for width(s) >= n && s != "" {
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
	return "…" + s
}

func left(s string, n int) string  { return s + spaces(n-width(s)) }
func right(s string, n int) string { return spaces(n-width(s)) + s }

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

// wrap breaks text at spaces into lines of at most n columns; a longer word gets its own line.
func wrap(text string, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case width(line)+1+width(word) <= n:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// Align writes rows of cells under each other, two blanks apart, each line behind indent. Cells are made harmless for the
// terminal, and one of more than 200 columns is cut.
func Align(w *strings.Builder, indent string, rows [][]string) {
	const widest = 200
	var widths []int
	for _, row := range rows {
		for i := range row {
			row[i] = clip(Plain(row[i]), widest)
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], width(row[i]))
		}
	}
	for _, row := range rows {
		line := indent
		for i, cell := range row {
			line += left(cell, widths[i]+2)
		}
		w.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}
