package rowfile

import (
	"strconv"
	"strings"
)

// Error returns the refusal in one line: place, what was found, what was wanted.
//
//	val.npy: at byte 8: header length is 70000, want at most 65536
//	val.csv:12:7: cell 2 is empty, want a number
//	val.npz: member "logits": data type is object, want numbers
//
// Paths and names that hold anything unprintable are quoted. The hint is left to the caller.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(plain(e.Path))
	if e.Line > 0 {
		b.WriteString(sprintf(":%d", e.Line))
		if e.Column > 0 {
			b.WriteString(sprintf(":%d", e.Column))
		}
	}
	if e.Member != "" {
		b.WriteString(sprintf(": member %q", e.Member))
	}
	if e.Line == 0 && e.Offset >= 0 {
		b.WriteString(sprintf(": at byte %d", e.Offset))
	}
	b.WriteString(": ")
	b.WriteString(e.Got)
	if e.Want != "" {
		b.WriteString(", want ")
		b.WriteString(e.Want)
	}
	return b.String()
}

// plain returns s as it is when every rune of it prints, else quoted.
func plain(s string) string {
	if s == "" {
		return `""`
	}
	for _, r := range s {
		if !strconv.IsPrint(r) || r == '\uFFFD' {
			return strconv.Quote(s)
		}
	}
	return s
}

// quote returns b quoted for a message, cut after 40 bytes.
func quote[S []byte | string](b S) string {
	if len(b) > 40 {
		return strconv.Quote(string(b[:40])) + "..."
	}
	return strconv.Quote(string(b))
}

// A place makes errors about one array: a file, or a member of an archive.
type place struct{ path, member string }

// at refuses what stands at byte off of the file or, in an archive, of the member.
func (p place) at(off int64, got, want, hint string) error {
	return &Error{Path: p.path, Member: p.member, Offset: off, Got: got, Want: want, Hint: hint}
}

// whole refuses the array as such.
func (p place) whole(got, want, hint string) error { return p.at(-1, got, want, hint) }

// line refuses what stands in a line of text; column 0 means the whole line.
func (p place) line(line, column int, got, want, hint string) error {
	return &Error{Path: p.path, Member: p.member, Offset: -1, Line: line, Column: column, Got: got, Want: want, Hint: hint}
}

// shapeText formats a shape as users know it: [899, 10].
func shapeText(shape []int64) string {
	b := []byte{'['}
	for i, d := range shape {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = strconv.AppendInt(b, d, 10)
	}
	return string(append(b, ']'))
}

// listed joins names for a message, quoted, at most twelve of them.
func listed(names []string) string {
	const most = 12
	q := make([]string, 0, most+1)
	for i, n := range names {
		if i == most {
			q = append(q, sprintf("and %d more", len(names)-most))
			break
		}
		q = append(q, quote(n))
	}
	return strings.Join(q, ", ")
}
