package rowfile

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	maxLine    = 64 << 20 // bytes of a record
	maxColumns = 1 << 19  // cells of a record
)

// A record is one row of a table as text, without its line end.
type record struct {
	text   []byte
	line   int   // where it begins, from 1
	offset int64 // the same in bytes of the text
	closed bool  // a line end follows
}

// records splits text into rows at line ends outside quotes. The text is UTF-8, or UTF-16 with a
// byte order mark, and a record is valid until the next call.
//
// Memory: twice the longest record, at most 128 MiB.
type records struct {
	file    *file
	order   byte // of UTF-16: 'l' or 'b'; 0 for UTF-8
	bom     int64
	src     io.Reader
	raw     []byte // bytes of UTF-16 not yet decoded
	used    int64  // bytes of the file taken so far
	buf     []byte
	i       int // where the rest of buf begins
	line    int
	offset  int64
	drained bool
	whole   bool // quotes do not join lines
	values  bool // records are values of JSON, not lines
	opened  bool // within a list of them
}

func newRecords(f *file) (*records, error) {
	s := &records{file: f}
	head, err := f.head(3)
	if err != nil {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		s.bom = 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		s.order, s.bom = 'l', 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		s.order, s.bom = 'b', 2
	}
	s.rewind()
	return s, nil
}

func (s *records) rewind() {
	s.src = s.file.section(s.bom, s.file.size-s.bom)
	s.used, s.offset = s.bom, s.bom
	s.buf, s.raw = s.buf[:0], s.raw[:0]
	s.i, s.line, s.drained, s.opened = 0, 1, false, false
}

// next returns the next record that is not blank, io.EOF after the last.
func (s *records) next() (record, error) {
	for {
		r, err := s.any()
		if err != nil || len(bytes.TrimSpace(r.text)) > 0 {
			return r, err
		}
	}
}

// any returns the next record, blank or not.
func (s *records) any() (record, error) {
	if everywhere && s.values {
		return s.value()
	}
	r := record{line: s.line, offset: s.offset, closed: true}
	lines, quoted := 0, false
	for scan := s.i; ; {
		for {
			k := bytes.IndexByte(s.buf[scan:], '\n')
			if k < 0 {
				break
			}
			if !(everywhere && s.whole) && bytes.Count(s.buf[scan:scan+k], quoteMark)%2 != 0 {
				quoted = !quoted
			}
			scan, lines = scan+k+1, lines+1
			if !quoted {
				r.text = bytes.TrimSuffix(s.buf[s.i:scan-1], carriageReturn)
				s.advance(scan, lines)
				return r, nil
			}
		}
		if !(everywhere && s.whole) && bytes.Count(s.buf[scan:], quoteMark)%2 != 0 {
			quoted = !quoted
		}
		if s.drained {
			r.closed, r.text = false, bytes.TrimSuffix(s.buf[s.i:], carriageReturn)
			s.advance(len(s.buf), lines)
			switch {
			case len(r.text) == 0:
				return r, io.EOF
			case quoted:
				return r, s.file.line(r.line, 0, "a quoted cell does not end", "", "a quote inside a quoted cell is written twice")
			}
			return r, nil
		}
		if len(s.buf)-s.i > maxLine {
			if quoted {
				return r, s.file.line(r.line, 0, sprintf("a quoted cell of more than %d bytes", maxLine), "", "a quote inside a quoted cell is written twice")
			}
			return r, s.file.line(r.line, 0, sprintf("a line of more than %d bytes", maxLine), "rows of a table, one a line", "")
		}
		scan = len(s.buf) - s.i
		if err := s.fill(); err != nil {
			return r, err
		}
	}
}

var quoteMark, carriageReturn = []byte{'"'}, []byte{'\r'}

// advance moves to byte i of buf, behind a record of so many lines.
func (s *records) advance(i, lines int) {
	s.offset += int64(i - s.i)
	s.i, s.line = i, s.line+lines
}

// fill moves the rest of buf to its front and appends what comes next in the file.
func (s *records) fill() error {
	const chunk = 256 << 10
	s.buf = s.buf[:copy(s.buf, s.buf[s.i:])]
	s.i = 0
	if s.order != 0 {
		return s.fill16(chunk)
	}
	s.buf = slices.Grow(s.buf, chunk)
	n, err := s.src.Read(s.buf[len(s.buf) : len(s.buf)+chunk])
	s.buf, s.used = s.buf[:len(s.buf)+n], s.used+int64(n)
	if errors.Is(err, io.EOF) {
		s.drained, err = true, nil
		if s.used < s.file.size {
			return s.file.read(s.used, io.ErrUnexpectedEOF)
		}
	}
	if err != nil {
		return s.file.read(s.used, err)
	}
	return nil
}

// fill16 appends the next n bytes of UTF-16, as UTF-8.
func (s *records) fill16(n int) error {
	left := len(s.raw)
	s.raw = slices.Grow(s.raw, n)
	k, err := s.src.Read(s.raw[left : left+n])
	s.raw = s.raw[:left+k]
	if errors.Is(err, io.EOF) {
		s.drained, err = true, nil
	}
	if err != nil {
		return s.file.read(s.used, err)
	}
	unit := func(i int) rune {
		if s.order == 'l' {
			return rune(s.raw[i]) | rune(s.raw[i+1])<<8
		}
		return rune(s.raw[i])<<8 | rune(s.raw[i+1])
	}
	i := 0
	for ; i+1 < len(s.raw); i += 2 {
		r := unit(i)
		if utf16.IsSurrogate(r) {
			if i+3 >= len(s.raw) && !s.drained {
				break
			}
			pair := rune(utf8.RuneError)
			if i+3 < len(s.raw) {
				pair = utf16.DecodeRune(r, unit(i+2))
			}
			if pair == utf8.RuneError {
				return s.file.at(s.used+int64(i), sprintf("half of a surrogate pair, %#04x", r), "UTF-16", "save the file as UTF-8")
			}
			r, i = pair, i+2
		}
		s.buf = utf8.AppendRune(s.buf, r)
	}
	s.used += int64(i)
	s.raw = s.raw[:copy(s.raw, s.raw[i:])]
	if s.drained && len(s.raw) > 0 {
		return s.file.at(s.used, "one byte at the end", "UTF-16, of which every unit has two", "the file is cut short")
	}
	return nil
}

// A splitter walks over the cells of a record.
type splitter struct {
	rest   []byte
	delim  byte // ' ' stands for any run of blanks
	begin  int  // bytes of the record before rest
	done   bool
	unquot []byte // for cells with doubled quotes
}

func (s *splitter) start(text []byte) {
	s.rest, s.begin, s.done = text, 0, false
	if s.delim == ' ' {
		s.skip()
	}
}

func (s *splitter) skip() {
	for len(s.rest) > 0 && (s.rest[0] == ' ' || s.rest[0] == '\t') {
		s.rest, s.begin = s.rest[1:], s.begin+1
	}
}

// next returns the next cell without blanks and quotes around it, and its column in the record, in
// bytes from 1; ok is false after the last. bad is true when text follows a closing quote.
func (s *splitter) next() (cell []byte, column int, bad, ok bool) {
	if s.done {
		return nil, 0, false, false
	}
	column = s.begin + 1
	if i := blanks(s.rest, s.delim); i < len(s.rest) && s.rest[i] == '"' {
		s.take(i + 1)
		cell, bad = s.quoted()
		return cell, column, bad, true
	}
	k := bytes.IndexByte(s.rest, s.delim)
	if s.delim == ' ' {
		k = bytes.IndexAny(s.rest, " \t")
	}
	if k < 0 {
		cell, s.rest, s.done = s.rest, nil, true
	} else {
		cell = s.rest[:k]
		s.take(k + 1)
		s.after()
	}
	for len(cell) > 0 && (cell[0] == ' ' || cell[0] == '\t') {
		cell, column = cell[1:], column+1
	}
	for len(cell) > 0 && (cell[len(cell)-1] == ' ' || cell[len(cell)-1] == '\t' || cell[len(cell)-1] == '\r') {
		cell = cell[:len(cell)-1]
	}
	return cell, column, false, true
}

// number takes the next cell when it is a plain number with nothing around it.
func (s *splitter) number(mark byte) (float64, bool) {
	f, n, ok := scanNumber(s.rest, mark)
	switch {
	case !ok:
		return 0, false
	case n == len(s.rest):
		s.rest, s.done = nil, true
	case s.rest[n] == s.delim:
		s.take(n + 1)
	default:
		return 0, false
	}
	return f, true
}

func (s *splitter) take(n int) { s.rest, s.begin = s.rest[n:], s.begin+n }

// after ends the record behind a run of blanks, where blanks are the delimiter.
func (s *splitter) after() {
	if s.delim == ' ' {
		if s.skip(); len(s.rest) == 0 {
			s.done = true
		}
	}
}

// blanks counts the blanks that rest begins with and that are no delimiter.
func blanks(rest []byte, delim byte) int {
	i := 0
	for i < len(rest) && rest[i] == ' ' && delim != ' ' {
		i++
	}
	return i
}

// quoted returns the cell behind an opening quote; two quotes stand for one.
func (s *splitter) quoted() (cell []byte, bad bool) {
	s.unquot = s.unquot[:0]
	plain := true
	for {
		k := bytes.IndexByte(s.rest, '"')
		if k < 0 { // records end only outside quotes, but a quote may stand inside a plain cell
			cell, s.rest, s.done = s.rest, nil, true
			return cell, true
		}
		part := s.rest[:k]
		s.take(k + 1)
		if len(s.rest) > 0 && s.rest[0] == '"' {
			s.unquot, plain = append(append(s.unquot, part...), '"'), false
			s.take(1)
			continue
		}
		if cell = part; !plain {
			s.unquot = append(s.unquot, part...)
			cell = s.unquot
		}
		break
	}
	s.take(blanks(s.rest, s.delim))
	switch {
	case len(s.rest) == 0:
		s.done = true
	case s.rest[0] == s.delim || s.delim == ' ' && s.rest[0] == '\t':
		s.take(1)
		s.after()
	default:
		bad = true
		if k := bytes.IndexByte(s.rest, s.delim); k >= 0 {
			s.take(k + 1)
		} else {
			s.rest, s.done = nil, true
		}
	}
	return bytes.TrimSpace(cell), bad
}
