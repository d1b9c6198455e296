// Package strictjson walks over a JSON text (RFC 8259) that nobody vouches for, and refuses what parsers disagree about:
// two members of one name, text that is no UTF-8, values nested more than 64 deep, anything behind the value.
//
// Nothing is built: the caller takes the values in their order and skips what it does not need. Time is linear in the
// bytes; memory is one string and, in objects of more than 16 members, their names.
package strictjson

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how many objects and lists may stand in each other.
const MaxDepth = 64

// A Kind is what a value is, as its first byte tells.
type Kind byte

const (
	None   Kind = iota // no value begins here
	Object Kind = '{'
	List   Kind = '['
	String Kind = '"'
	Number Kind = '0' // NaN, Infinity and -Infinity, too, where they are allowed
	Bool   Kind = 't'
	Null   Kind = 'n'
)

// An Error tells where a text is no strict JSON.
type Error struct {
	Offset    int64 // in bytes from the beginning of the text
	Got, Want string
}

func (e *Error) Error() string {
	s := "byte " + strconv.FormatInt(e.Offset, 10) + ": " + e.Got
	if e.Want != "" {
		s += ", want " + e.Want
	}
	return s
}

// A Decoder reads one value, from its outside to its inside.
type Decoder struct {
	NonFinite bool // NaN, Infinity and -Infinity are numbers, as Python writes them

	text  []byte
	i     int
	depth int
	spare []byte   // an unescaped string
	names [][]byte // of the members of all open objects, for duplicates
}

// New returns a Decoder of text, which it does not change.
func New(text []byte) *Decoder { return &Decoder{text: text} }

// Reset begins with another text.
func (d *Decoder) Reset(text []byte) { d.text, d.i, d.depth, d.names = text, 0, 0, d.names[:0] }

// Offset is the place of the next byte that is not blank.
func (d *Decoder) Offset() int {
	d.space()
	return d.i
}

func (d *Decoder) fail(at int, got, want string) error {
	return &Error{Offset: int64(at), Got: got, Want: want}
}

// found describes what stands at the next byte.
func (d *Decoder) found() string {
	if d.i >= len(d.text) {
		return "the text ends"
	}
	rest := d.text[d.i:]
	return "found " + strconv.Quote(string(rest[:min(len(rest), 12)]))
}

func (d *Decoder) space() {
	for d.i < len(d.text) && (d.text[d.i] == ' ' || d.text[d.i] == '\n' || d.text[d.i] == '\t' || d.text[d.i] == '\r') {
		d.i++
	}
}

// Kind tells what the next value is.
func (d *Decoder) Kind() Kind {
	d.space()
	if d.i >= len(d.text) {
		return None
	}
	switch c := d.text[d.i]; {
	case c == '{', c == '[', c == '"':
		return Kind(c)
	case c == 't', c == 'f':
		return Bool
	case c == 'n':
		return Null
	case c == '-' || c >= '0' && c <= '9' || d.NonFinite && (c == 'N' || c == 'I'):
		return Number
	}
	return None
}

// take steps over the byte c.
func (d *Decoder) take(c byte) bool {
	d.space()
	if d.i < len(d.text) && d.text[d.i] == c {
		d.i++
		return true
	}
	return false
}

func (d *Decoder) enter(open byte, want string) error {
	if !d.take(open) {
		return d.fail(d.i, d.found(), want)
	}
	if d.depth++; d.depth > MaxDepth {
		return d.fail(d.i-1, "values nested more than "+strconv.Itoa(MaxDepth)+" deep", "")
	}
	return nil
}

// Object reads an object. visit is called for every member and must read, or [Decoder.Skip], its value.
func (d *Decoder) Object(visit func(name []byte) error) error {
	if err := d.enter('{', "an object"); err != nil {
		return err
	}
	defer func(depth, names int) { d.depth, d.names = depth-1, d.names[:names] }(d.depth, len(d.names))
	if d.take('}') {
		return nil
	}
	first := len(d.names)
	var many map[string]bool
	for {
		at := d.Offset()
		name, escaped, err := d.string("the name of a member")
		if err != nil {
			return err
		}
		if escaped {
			name = bytes.Clone(name)
		}
		if len(d.names)-first == few && many == nil {
			many = make(map[string]bool, 4*few)
			for _, s := range d.names[first:] {
				many[string(s)] = true
			}
		}
		twice := many[string(name)]
		if many != nil {
			many[string(name)] = true
		} else {
			for _, s := range d.names[first:] {
				twice = twice || bytes.Equal(s, name)
			}
			d.names = append(d.names, name)
		}
		if twice {
			return d.fail(at, "the name "+short(name)+" stands twice in one object", "names that differ")
		}
		if !d.take(':') {
			return d.fail(d.i, d.found(), "a colon")
		}
		if err := visit(name); err != nil {
			return err
		}
		switch {
		case d.take(','):
		case d.take('}'):
			return nil
		default:
			return d.fail(d.i, d.found(), `a comma or "}"`)
		}
	}
}

// few is how many names are compared one by one.
const few = 16

// List reads a list. visit is called for every element and must read, or [Decoder.Skip], it.
func (d *Decoder) List(visit func() error) error {
	if err := d.enter('[', "a list"); err != nil {
		return err
	}
	defer func(depth int) { d.depth = depth - 1 }(d.depth)
	if d.take(']') {
		return nil
	}
	for {
		if err := visit(); err != nil {
			return err
		}
		switch {
		case d.take(','):
		case d.take(']'):
			return nil
		default:
			return d.fail(d.i, d.found(), `a comma or "]"`)
		}
	}
}

// String reads a string, which is valid until the next call.
func (d *Decoder) String() ([]byte, error) {
	s, _, err := d.string("a string")
	return s, err
}

// string reads a string: a piece of the text, or, with escapes, of spare.
func (d *Decoder) string(want string) (s []byte, escaped bool, err error) {
	if !d.take('"') {
		return nil, false, d.fail(d.i, d.found(), want)
	}
	first := d.i
	for ; d.i < len(d.text); d.i++ {
		switch c := d.text[d.i]; {
		case c == '"':
			s = d.text[first:d.i]
			if k := invalid(s); k >= 0 {
				return nil, false, d.fail(first+k, "the byte "+strconv.Quote(string(s[k:k+1]))+" in a string", "UTF-8")
			}
			d.i++
			if !escaped {
				return s, false, nil
			}
			s, err = d.unescape(s, first)
			return s, true, err
		case c == '\\':
			escaped = true
			d.i++
		case c < ' ':
			return nil, false, d.fail(d.i, "a control character in a string: "+strconv.Quote(string(rune(c))), "it escaped")
		}
	}
	return nil, false, d.fail(first-1, "a string that does not end", "")
}

// invalid returns where s is no UTF-8, -1 if it is.
func invalid(s []byte) int {
	if utf8.Valid(s) {
		return -1
	}
	for i := 0; ; {
		r, n := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
}

// unescape writes s, which stands at byte at, without escapes to spare. Half a surrogate pair is refused.
func (d *Decoder) unescape(s []byte, at int) ([]byte, error) {
	out := d.spare[:0]
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			out = append(out, s[i])
			i++
			continue
		}
		if i+1 == len(s) { // the quote behind it would have been escaped
			return nil, d.fail(at+i, "half an escape", "")
		}
		if k := bytes.IndexByte([]byte(`"\/bfnrt`), s[i+1]); k >= 0 {
			out = append(out, "\"\\/\b\f\n\r\t"[k])
			i += 2
			continue
		}
		r, ok := escape(s[i:])
		n := 6
		if ok && utf16.IsSurrogate(r) {
			low, both := escape(s[min(i+6, len(s)):])
			r, n = utf16.DecodeRune(r, low), 12
			ok = both && r != utf8.RuneError
		}
		if !ok {
			return nil, d.fail(at+i, "the escape "+short(s[i:min(len(s), i+6)]), "one of JSON's")
		}
		out = utf8.AppendRune(out, r)
		i += n
	}
	d.spare = out
	return out, nil
}

// escape reads \u and four hexadecimal digits.
func escape(s []byte) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(s[2:6]), 16, 32)
	return rune(v), err == nil
}

// Number reads a number as it is written.
func (d *Decoder) Number() ([]byte, error) {
	d.space()
	first := d.i
	if d.NonFinite {
		for _, word := range []string{"NaN", "Infinity", "-Infinity"} {
			if bytes.HasPrefix(d.text[d.i:], []byte(word)) {
				d.i += len(word)
				return d.text[first:d.i], nil
			}
		}
	}
	if d.i < len(d.text) && d.text[d.i] == '-' {
		d.i++
	}
	whole := d.digits()
	ok := whole > 0 && (whole == 1 || d.text[d.i-whole] != '0')
	if ok && d.i < len(d.text) && d.text[d.i] == '.' {
		d.i++
		ok = d.digits() > 0
	}
	if ok && d.i < len(d.text) && d.text[d.i]|0x20 == 'e' {
		if d.i++; d.i < len(d.text) && (d.text[d.i] == '+' || d.text[d.i] == '-') {
			d.i++
		}
		ok = d.digits() > 0
	}
	if !ok {
		d.i = first
		return nil, d.fail(first, d.found(), "a number")
	}
	return d.text[first:d.i], nil
}

// digits steps over digits and counts them.
func (d *Decoder) digits() (n int) {
	for d.i < len(d.text) && d.text[d.i] >= '0' && d.text[d.i] <= '9' {
		d.i, n = d.i+1, n+1
	}
	return n
}

// Word reads true, false or null.
func (d *Decoder) Word() (string, error) {
	d.space()
	for _, w := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(d.text[d.i:], []byte(w)) {
			d.i += len(w)
			return w, nil
		}
	}
	return "", d.fail(d.i, d.found(), "true, false or null")
}

// Skip reads a value of any kind, as strictly as one that is used.
func (d *Decoder) Skip() error {
	var err error
	switch d.Kind() {
	case Object:
		return d.Object(func([]byte) error { return d.Skip() })
	case List:
		return d.List(d.Skip)
	case String:
		_, err = d.String()
	case Number:
		_, err = d.Number()
	case Bool, Null:
		_, err = d.Word()
	default:
		return d.fail(d.i, d.found(), "a value")
	}
	return err
}

// Raw reads a value of any kind and returns its text.
func (d *Decoder) Raw() ([]byte, error) {
	first := d.Offset()
	err := d.Skip()
	return d.text[first:d.i], err
}

// End refuses anything but blanks behind the value.
func (d *Decoder) End() error {
	if d.space(); d.i < len(d.text) {
		return d.fail(d.i, d.found()+" behind the value", "nothing more")
	}
	return nil
}

// short quotes s, cut after 40 bytes.
func short(s []byte) string {
	if len(s) > 40 {
		return strconv.Quote(string(s[:40])) + "..."
	}
	return strconv.Quote(string(s))
}
