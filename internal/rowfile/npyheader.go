package rowfile

import (
	"io"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// npyMagic begins every .npy file; two bytes of version follow.
const npyMagic = "\x93NUMPY"

const (
	maxNpyHeader = 64 << 10 // bytes of the header's text; numpy itself refuses 10,000
	maxDepth     = 8        // nested parentheses in it
	maxDims      = 32       // dimensions; numpy's own limit until 2.0
	maxDigits    = 19       // digits of an integer
)

// npyHeader is what the text before an array says.
type npyHeader struct {
	descr   literal // a string, or a list of fields
	fortran bool
	shape   []int64
	at      struct{ descr, shape int64 } // where they stand in the file
	data    int64                        // where the array begins
}

// readNpyHeader reads the header of a .npy file of size bytes from its beginning.
//
//	"\x93NUMPY" major minor | length: 2 bytes (version 1) or 4 (2 and 3) | Python dict | data
//
// At most 64 KiB are allocated, and never more than the file has. The dict is read by a grammar of
// literals; nothing is evaluated.
func readNpyHeader(r io.Reader, size int64, p place) (npyHeader, error) {
	var h npyHeader
	var pre [12]byte
	n := int64(10)
	if size < n {
		return h, p.whole(sprintf("%d bytes", size), "at least 10, the beginning of a .npy file", "")
	}
	if _, err := io.ReadFull(r, pre[:10]); err != nil {
		return h, p.read(0, err)
	}
	if string(pre[:6]) != npyMagic {
		return h, p.at(0, "begins with "+quote(pre[:6]), `"\x93NUMPY"`, "")
	}
	major, minor := pre[6], pre[7]
	if major < 1 || major > 3 || minor != 0 {
		return h, p.at(6, sprintf("format version is %d.%d", major, minor), "1.0, 2.0 or 3.0", "")
	}
	length := int64(le.Uint16(pre[8:]))
	if major > 1 {
		if size < 12 {
			return h, p.whole(sprintf("%d bytes", size), "at least 12, the beginning of a .npy file of version 2", "")
		}
		if _, err := io.ReadFull(r, pre[10:12]); err != nil {
			return h, p.read(10, err)
		}
		n, length = 12, int64(le.Uint32(pre[8:]))
	}
	if length > maxNpyHeader {
		return h, p.at(8, sprintf("header length is %d", length), sprintf("at most %d", maxNpyHeader), "")
	}
	if length > size-n {
		return h, p.at(8, sprintf("header length is %d", length), sprintf("at most the %d bytes left in the file", size-n), "the file is cut short; copy it again")
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, p.read(n, err)
	}
	h.data = n + length
	return h, h.parse(text, n, p)
}

// parse reads the dict in text, which stands at byte base of the file.
func (h *npyHeader) parse(text []byte, base int64, p place) error {
	s := &literals{text: text, base: base, place: p}
	top, err := s.value(0)
	if err != nil {
		return err
	}
	if s.space(); s.i < len(text) {
		return s.refuse(s.i, "header goes on with "+quote(text[s.i:]), "the end behind the dict")
	}
	if top.kind != 'd' {
		return s.refuse(0, "header is "+top.what(), "a dict with descr, fortran_order and shape")
	}
	seen := map[string]bool{}
	for i := 0; i < len(top.items); i += 2 {
		key, val := top.items[i], top.items[i+1]
		if seen[key.str] {
			return s.refuse(key.at, "key "+quote(key.str)+" stands twice", "")
		}
		seen[key.str] = true
		switch {
		case key.kind == 's' && key.str == "descr":
			if val.kind != 's' && val.kind != 'l' {
				return s.refuse(val.at, "descr is "+val.what(), "a data type")
			}
			h.descr, h.at.descr = val, base+int64(val.at)
		case key.kind == 's' && key.str == "fortran_order":
			if val.kind != 'b' {
				return s.refuse(val.at, "fortran_order is "+val.what(), "True or False")
			}
			h.fortran = val.num == 1
		case key.kind == 's' && key.str == "shape":
			h.at.shape = base + int64(val.at)
			if h.shape, err = s.shape(val); err != nil {
				return err
			}
		default:
			return s.refuse(key.at, "key is "+key.what(), "descr, fortran_order or shape")
		}
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return s.refuse(0, "header has no "+key, "")
		}
	}
	return nil
}

// shape reads a tuple of sizes.
func (s *literals) shape(v literal) ([]int64, error) {
	if v.kind != 't' {
		return nil, s.refuse(v.at, "shape is "+v.what(), "a tuple of sizes")
	}
	if len(v.items) > maxDims {
		return nil, s.refuse(v.at, sprintf("shape has %d dimensions", len(v.items)), sprintf("at most %d", maxDims))
	}
	shape := make([]int64, len(v.items))
	for i, d := range v.items {
		if d.kind != 'i' {
			return nil, s.refuse(d.at, sprintf("shape[%d] is %s", i, d.what()), "a size")
		}
		if d.num < 0 {
			return nil, s.refuse(d.at, sprintf("shape[%d] is %d", i, d.num), "0 or more")
		}
		shape[i] = d.num
	}
	return shape, nil
}

// product multiplies sizes; ok is false when that exceeds int64.
func product(sizes ...int64) (n int64, ok bool) {
	n, ok = 1, true
	for _, d := range sizes {
		hi, lo := bits.Mul64(uint64(n), uint64(d))
		if hi != 0 || lo > 1<<63-1 {
			ok = false
			lo = 1
		}
		if d == 0 {
			return 0, true
		}
		n = int64(lo)
	}
	return n, ok
}

// literal is a value of the tiny part of Python that headers are written in.
type literal struct {
	kind  byte      // s string, i integer, b bool, t tuple, l list, d dict, n None, f float
	at    int       // where it begins in the text
	num   int64     // of i and b
	str   string    // of s; of f as written
	items []literal // of t, l; of d, keys and values in turn
}

// what names the value for a message.
func (v literal) what() string {
	switch v.kind {
	case 's':
		return quote(v.str)
	case 'i':
		return strconv.FormatInt(v.num, 10)
	case 'b':
		if v.num == 1 {
			return "True"
		}
		return "False"
	case 't':
		return "a tuple"
	case 'l':
		return "a list"
	case 'd':
		return "a dict"
	case 'f':
		return v.str
	}
	return "None"
}

// literals reads Python literals: strings, integers (10 and 10L), floats (only to name them), True,
// False, None, tuples, lists and dicts, at most eight deep.
type literals struct {
	text  []byte
	i     int
	base  int64
	place place
}

func (s *literals) refuse(i int, got, want string) error {
	return s.place.at(s.base+int64(i), got, want, "")
}

func (s *literals) space() {
	for s.i < len(s.text) && (s.text[s.i] == ' ' || s.text[s.i] == '\n' || s.text[s.i] == '\t' || s.text[s.i] == '\r') {
		s.i++
	}
}

// peek returns the next byte that is no space, 0 at the end.
func (s *literals) peek() byte {
	if s.space(); s.i < len(s.text) {
		return s.text[s.i]
	}
	return 0
}

func (s *literals) value(depth int) (literal, error) {
	c := s.peek()
	v := literal{at: s.i}
	switch {
	case depth > maxDepth:
		return v, s.refuse(s.i, sprintf("header is nested more than %d deep", maxDepth), "a dict with descr, fortran_order and shape")
	case c == '(':
		return s.list(v, 't', ')', depth)
	case c == '[':
		return s.list(v, 'l', ']', depth)
	case c == '{':
		return s.dict(v, depth)
	case c == '\'' || c == '"':
		return s.string(v)
	case (c == 'u' || c == 'b') && s.i+1 < len(s.text) && (s.text[s.i+1] == '\'' || s.text[s.i+1] == '"'):
		s.i++
		return s.string(v)
	case c == '-' || c == '.' || c >= '0' && c <= '9':
		return s.number(v)
	}
	for _, w := range []struct {
		word string
		kind byte
		num  int64
	}{{"True", 'b', 1}, {"False", 'b', 0}, {"None", 'n', 0}} {
		if len(s.text)-s.i >= len(w.word) && string(s.text[s.i:s.i+len(w.word)]) == w.word {
			s.i += len(w.word)
			v.kind, v.num = w.kind, w.num
			return v, nil
		}
	}
	if c == 0 && s.i == len(s.text) {
		return v, s.refuse(s.i, "header ends too early", "a Python literal")
	}
	return v, s.refuse(s.i, "header has "+quote(s.text[s.i:]), "a Python literal (nothing is evaluated)")
}

// list reads the items of a tuple or list. One item in parentheses without a comma is that item, as
// in Python.
func (s *literals) list(v literal, kind, end byte, depth int) (literal, error) {
	v.kind = kind
	comma := false
	for s.i++; ; {
		if s.peek() == end {
			s.i++
			if kind == 't' && len(v.items) == 1 && !comma {
				return v.items[0], nil
			}
			return v, nil
		}
		if len(v.items) > 0 && !comma {
			return v, s.refuse(s.i, "header has "+quote(s.rest()), "a comma or "+strconv.Quote(string(end)))
		}
		item, err := s.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.items = append(v.items, item)
		if comma = s.peek() == ','; comma {
			s.i++
		}
	}
}

func (s *literals) dict(v literal, depth int) (literal, error) {
	v.kind = 'd'
	comma := true
	for s.i++; ; {
		if s.peek() == '}' {
			s.i++
			return v, nil
		}
		if !comma {
			return v, s.refuse(s.i, "header has "+quote(s.rest()), `a comma or "}"`)
		}
		key, err := s.value(depth + 1)
		if err != nil {
			return v, err
		}
		if s.peek() != ':' {
			return v, s.refuse(s.i, "header has "+quote(s.rest()), "a colon")
		}
		s.i++
		val, err := s.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.items = append(v.items, key, val)
		if comma = s.peek() == ','; comma {
			s.i++
		}
	}
}

func (s *literals) rest() []byte { return s.text[min(s.i, len(s.text)):] }

// string reads a quoted string with the escapes that Python's repr writes.
func (s *literals) string(v literal) (literal, error) {
	v.kind = 's'
	q := s.text[s.i]
	var b []byte
	for s.i++; s.i < len(s.text); s.i++ {
		c := s.text[s.i]
		switch {
		case c == q:
			s.i++
			v.str = string(b)
			if !utf8.ValidString(v.str) { // versions 1 and 2 are Latin-1
				r := make([]rune, len(b))
				for i, c := range b {
					r[i] = rune(c)
				}
				v.str = string(r)
			}
			return v, nil
		case c == '\n':
			return v, s.refuse(v.at, "string does not end on its line", "")
		case c != '\\':
			b = append(b, c)
			continue
		}
		s.i++
		digits := 0
		switch e := s.peekRaw(); e {
		case '\\', '\'', '"':
			b = append(b, e)
		case 'n':
			b = append(b, '\n')
		case 't':
			b = append(b, '\t')
		case 'r':
			b = append(b, '\r')
		case 'x':
			digits = 2
		case 'u':
			digits = 4
		case 'U':
			digits = 8
		default:
			return v, s.refuse(s.i-1, "string has an escape that is unknown", "")
		}
		if digits > 0 {
			if s.i+digits >= len(s.text) {
				return v, s.refuse(v.at, "string does not end", "")
			}
			r, err := strconv.ParseUint(string(s.text[s.i+1:s.i+1+digits]), 16, 32)
			if err != nil {
				return v, s.refuse(s.i-1, "string has an escape that is unknown", "")
			}
			b = utf8.AppendRune(b, rune(r))
			s.i += digits
		}
	}
	return v, s.refuse(v.at, "string does not end", "")
}

func (s *literals) peekRaw() byte {
	if s.i < len(s.text) {
		return s.text[s.i]
	}
	return 0
}

// number reads an integer of at most 19 digits, with the L of Python 2, or a float as its text.
func (s *literals) number(v literal) (literal, error) {
	begin := s.i
	if s.text[s.i] == '-' {
		s.i++
	}
	digits := s.i
	for s.i < len(s.text) && s.text[s.i] >= '0' && s.text[s.i] <= '9' {
		s.i++
	}
	if n := s.i - digits; n > maxDigits {
		return v, s.refuse(begin, sprintf("integer has %d digits", n), sprintf("at most %d", maxDigits))
	}
	if c := s.peekRaw(); c == '.' || c == 'e' || c == 'E' {
		for s.i < len(s.text) && s.i-begin < 40 && (s.text[s.i] == '.' || s.text[s.i] == '-' || s.text[s.i] == '+' || s.text[s.i] == 'e' || s.text[s.i] == 'E' || s.text[s.i] >= '0' && s.text[s.i] <= '9') {
			s.i++
		}
		v.kind, v.str = 'f', string(s.text[begin:s.i])
		return v, nil
	}
	n, err := strconv.ParseInt(string(s.text[begin:s.i]), 10, 64)
	if err != nil {
		return v, s.refuse(begin, "integer is "+quote(s.text[begin:s.i]), "at most 9223372036854775807")
	}
	if c := s.peekRaw(); c == 'L' || c == 'l' {
		s.i++
	}
	v.kind, v.num = 'i', n
	return v, nil
}
