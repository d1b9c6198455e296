package evalfile

import (
	"math"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// writer writes JSON with two spaces of indent: numbers of a list in one line, anything else one a
// line. Numbers that JSON lacks are the strings "NaN", "Infinity" and "-Infinity".
type writer struct {
	b     []byte
	depth int
	empty bool // the innermost object or list has no member yet
}

func (w *writer) line() {
	w.b = append(w.b, '\n')
	for range w.depth {
		w.b = append(w.b, ' ', ' ')
	}
}

// item begins a member or element.
func (w *writer) item() {
	if !w.empty {
		w.b = append(w.b, ',')
	}
	w.empty = false
	w.line()
}

// nested writes what content writes between brackets.
func (w *writer) nested(open, shut byte, content func()) {
	w.b = append(w.b, open)
	w.depth, w.empty = w.depth+1, true
	content()
	w.depth--
	if !w.empty {
		w.line()
	}
	w.b = append(w.b, shut)
	w.empty = false
}

func (w *writer) object(content func()) { w.nested('{', '}', content) }

func (w *writer) member(name string, value func()) {
	w.item()
	w.b = append(append(append(w.b, '"'), name...), `": `...)
	value()
}

func (w *writer) members(name string, content func()) {
	w.member(name, func() { w.object(content) })
}

// list writes one object for each element.
func list[T any](w *writer, name string, of []T, one func(*T)) {
	w.member(name, func() {
		w.nested('[', ']', func() {
			for i := range of {
				w.item()
				w.object(func() { one(&of[i]) })
			}
		})
	})
}

func (w *writer) texts(name string, of []string) {
	w.member(name, func() {
		w.nested('[', ']', func() {
			for _, s := range of {
				w.item()
				w.quote(s)
			}
		})
	})
}

// row writes n values in one line.
func (w *writer) row(name string, n int, one func(i int)) {
	w.member(name, func() {
		w.b = append(w.b, '[')
		for i := range n {
			if i > 0 {
				w.b = append(w.b, ", "...)
			}
			one(i)
		}
		w.b = append(w.b, ']')
	})
}

// line1 writes numbers in one line, between brackets.
func (w *writer) line1(of []float64) {
	w.b = append(w.b, '[')
	for i, x := range of {
		if i > 0 {
			w.b = append(w.b, ", "...)
		}
		w.float(x)
	}
	w.b = append(w.b, ']')
}

func (w *writer) numbers(name string, of []float64) {
	w.row(name, len(of), func(i int) { w.float(of[i]) })
}

func (w *writer) ints(name string, of []int64) {
	w.row(name, len(of), func(i int) { w.b = strconv.AppendInt(w.b, of[i], 10) })
}

func (w *writer) number(name string, x float64) { w.member(name, func() { w.float(x) }) }

func (w *writer) int(name string, n int64) {
	w.member(name, func() { w.b = strconv.AppendInt(w.b, n, 10) })
}

func (w *writer) bool(name string, b bool) {
	w.member(name, func() { w.b = strconv.AppendBool(w.b, b) })
}

func (w *writer) text(name, s string) { w.member(name, func() { w.quote(s) }) }

func (w *writer) null(name string) { w.member(name, func() { w.b = append(w.b, "null"...) }) }

// some writes a text unless it is empty.
func (w *writer) some(name, s string) {
	if s != "" {
		w.text(name, s)
	}
}

func (w *writer) float(x float64) {
	switch a := math.Abs(x); {
	case math.IsNaN(x):
		w.b = append(w.b, `"NaN"`...)
	case math.IsInf(x, 1):
		w.b = append(w.b, `"Infinity"`...)
	case math.IsInf(x, -1):
		w.b = append(w.b, `"-Infinity"`...)
	case x == 0:
		w.b = append(w.b, '0') // -0 tells a reader nothing
	case a < 1e-6 || a >= 1e21:
		w.b = strconv.AppendFloat(w.b, x, 'e', -1, 64)
	default:
		w.b = strconv.AppendFloat(w.b, x, 'f', -1, 64)
	}
}

// quote writes s between quotes. What a terminal or a page might obey (controls, direction marks,
// brackets of tags) and bytes that are no UTF-8 become escapes.
func (w *writer) quote(s string) {
	w.b = append(w.b, '"')
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1, r == '<', r == '>', r == '&':
			w.unicode(r)
		case r == '"' || r == '\\':
			w.b = append(w.b, '\\', byte(r))
		case unicode.IsPrint(r):
			w.b = append(w.b, s[i:i+n]...)
		case r <= '\r' && short[r] != 0:
			w.b = append(w.b, '\\', short[r])
		case r > 0xffff: // JSON spells the upper planes as two surrogates
			w.unicode(0xd800 + (r-0x10000)>>10)
			w.unicode(0xdc00 + (r-0x10000)&0x3ff)
		default:
			w.unicode(r)
		}
		i += n
	}
	w.b = append(w.b, '"')
}

// short are the controls with a letter of their own.
var short = [...]byte{'\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r'}

func (w *writer) unicode(r rune) {
	const digits = "0123456789abcdef"
	w.b = append(w.b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}
