//go:build !js

package rowfile

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"xent/internal/strictjson"
)

// A table may stand in JSON: an object a row, one a line, or one behind the other in a list or without one. Its members
// are cells, and those of objects within it, too, by names joined with a dot; a list is a row in brackets.

// jsonRows cuts rows of JSON into cells.
type jsonRows struct {
	decoder *strictjson.Decoder
	columns map[string]int
	names   []string // of the columns, in the order in which they appear
	learns  bool     // names that are new become columns
	cells   []jsonCell
	path    []byte // of the member that is read
	small   bool   // a number beyond the smallest was read as 0
}

// A jsonCell is the text of a value: of a string, what it says. It is valid until the next row.
type jsonCell struct {
	text []byte
	at   int // column in the record, from 1; 0 when the row has no such member
}

// jsonText reports whether text begins as rows of JSON do.
func jsonText(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(head) > 1 && head[0] == '[' {
		head = bytes.TrimLeft(head[1:], " \t\r\n")
	}
	return len(head) > 0 && head[0] == '{'
}

// openJSON samples rows of JSON; it returns false when the file begins with something else.
func (t *table) openJSON() (bool, error) {
	head, err := t.file.head(4096)
	if err != nil || t.records.order != 0 || !jsonText(head) {
		return false, err
	}
	t.format, t.partial = "jsonl", true // the last line of a log is often cut
	t.json = &jsonRows{decoder: strictjson.New(nil), columns: map[string]int{}, learns: true}
	t.json.decoder.NonFinite = true
	t.records.whole = true
	first, err := t.records.next()
	if err == nil && (first.text[0] != '{' || first.closed && t.json.cut(t, first) != nil && !t.json.closedBy(t, first)) {
		t.records.values = true
	}
	t.records.rewind()
	sample, err := t.records.sample()
	if err != nil {
		return true, err
	}
	for i := range sample {
		if t.short(sample[i].record) {
			sample = sample[:i]
			break
		}
		if err := t.json.cut(t, sample[i].record); err != nil {
			return true, err
		}
		for _, c := range t.json.cells {
			sample[i].cells = append(sample[i].cells, string(c.text))
		}
	}
	if len(sample) == 0 || len(t.json.names) == 0 {
		return true, t.file.whole("no row with a member that is whole", "objects such as {\"logits\": [0.5, -1.2], \"label\": 0}", "")
	}
	t.json.learns = false
	t.schema = &schema{names: t.json.names, header: false, columns: make([]column, len(t.json.names))}
	t.schema.classify(sample, '.')
	t.roles = make([]role, len(t.schema.columns))
	return true, t.rewind()
}

// closedBy reports whether the first line, which is no whole object, is wrong in itself and not the beginning of an object
// of several lines.
func (j *jsonRows) closedBy(t *table, r record) bool {
	var e *Error
	return errors.As(j.cut(t, r), &e) && !strings.HasPrefix(e.Got, "the text ends") && e.Got != "a string that does not end"
}

// cut finds the cells of a record.
func (j *jsonRows) cut(t *table, r record) error {
	j.cells, j.path = resize(j.cells, len(j.names)), j.path[:0]
	clear(j.cells)
	j.decoder.Reset(r.text)
	err := j.object(0)
	if err == nil {
		err = j.decoder.End()
	}
	var e *strictjson.Error
	if errors.As(err, &e) {
		line := r.line + bytes.Count(r.text[:e.Offset], []byte{'\n'})
		column := int(e.Offset) - bytes.LastIndexByte(r.text[:e.Offset], '\n')
		return t.file.line(line, column, e.Got, e.Want, "")
	}
	return err
}

// maxNested is how many objects within objects have cells of their own.
const maxNested = 4

func (j *jsonRows) object(depth int) error {
	d := j.decoder
	return d.Object(func(name []byte) error {
		stem := len(j.path)
		if depth > 0 {
			j.path = append(j.path, '.')
		}
		j.path = append(j.path, name...)
		defer func() { j.path = j.path[:stem] }()
		if d.Kind() == strictjson.Object && depth < maxNested {
			return j.object(depth + 1)
		}
		return j.value()
	})
}

// value reads the value of the member at path.
func (j *jsonRows) value() error {
	d := j.decoder
	at := d.Offset()
	var text []byte
	var err error
	switch d.Kind() {
	case strictjson.String:
		text, err = d.String()
		text, at = bytes.Clone(text), at+1
	default:
		if text, err = d.Raw(); len(text) > 0 && text[0] == '{' {
			return err
		}
	}
	if err != nil {
		return err
	}
	i, ok := j.columns[string(j.path)]
	if !ok {
		if !j.learns || len(j.names) == maxColumns {
			return nil
		}
		i = len(j.names)
		name := string(j.path)
		j.columns[name], j.names = i, append(j.names, name)
		j.cells = append(j.cells, jsonCell{})
	}
	j.cells[i] = jsonCell{text, at + 1}
	return nil
}

// jsonRow parses one record of JSON.
func (t *table) jsonRow(r record) error {
	if err := t.json.cut(t, r); err != nil {
		return err
	}
	for i, role := range t.roles {
		c := t.json.cells[i]
		if role == roleNone {
			continue
		}
		if c.at == 0 && role != roleKey {
			return t.file.line(r.line, 0, "no member "+quote(t.json.names[i]), "one, as in the rows before", "")
		}
		if role == roleLabel && t.soft {
			continue // when the scores are counted
		}
		if err := t.cell(r, c.at, i, c.text); err != nil {
			return err
		}
		if n := len(t.scores); role == roleScore && !t.list && t.scores[n-1] == 0 && !t.json.small && vanished(c.text) {
			t.json.small = true
			t.warnings = append(t.warnings, sprintf("%s:%d: %s is smaller than any float64 and was read as 0", plain(t.file.path), r.line, quote(c.text)))
		}
	}
	if i := slices.Index(t.roles, roleLabel); t.soft && i >= 0 {
		return t.softLabel(r, t.json.cells[i], i)
	}
	return nil
}

// vanished reports whether a numeral that is read as 0 has digits that are not.
func vanished(text []byte) bool {
	digits, _, _ := bytes.Cut(bytes.ToLower(text), []byte{'e'})
	return bytes.ContainsAny(digits, "123456789")
}

// softLabel parses a row of target probabilities.
func (t *table) softLabel(r record, c jsonCell, i int) error {
	n := len(t.targets)
	out, bad, _ := parseList(t.targets, c.text, '.')
	t.targets = out
	switch {
	case bad != nil:
		return t.refuse(r, c.at, i, "holds "+quote(bad), "a list of numbers", "")
	case len(out)-n != t.cols:
		return t.refuse(r, c.at, i, sprintf("holds %d target probabilities", len(out)-n), sprintf("%d, as many as there are scores", t.cols), "")
	}
	return nil
}

// jsonShort reports whether r, the last record, is cut short.
func (t *table) jsonShort(r record) bool { return !r.closed && t.json.cut(t, r) != nil }

// value returns the next object of text that is not cut into lines: a list of objects, or some that stand over many lines.
func (s *records) value() (record, error) {
	i, depth, quoted, begun := s.i, 0, false, false
	lines := 0
	r := record{line: s.line, offset: s.offset, closed: true}
	for {
		for ; i < len(s.buf); i++ {
			c := s.buf[i]
			if c == '\n' {
				lines++
			}
			if !begun {
				switch {
				case c == '{':
					begun, depth = true, 1
					s.offset, s.i = s.offset+int64(i-s.i), i
					r.line, r.offset = s.line+lines, s.offset
				case strings.IndexByte(" \t\r\n,", c) >= 0, c == '[' && !s.opened, c == ']' && s.opened:
					s.opened = s.opened || c == '['
				default:
					return r, s.file.line(s.line+lines, 0, "found "+quote(s.buf[i:min(i+12, len(s.buf))])+" between objects", "an object", "")
				}
				continue
			}
			switch {
			case quoted && c == '\\':
				i++
			case c == '"':
				quoted = !quoted
			case quoted:
			case c == '{' || c == '[':
				depth++
			case c == '}' || c == ']':
				if depth--; depth == 0 {
					r.text = s.buf[s.i : i+1]
					s.advance(i+1, lines)
					return r, nil
				}
			}
		}
		if s.drained {
			r.text, r.closed = s.buf[s.i:], false
			s.advance(len(s.buf), lines)
			if !begun {
				return r, io.EOF
			}
			return r, nil
		}
		if len(s.buf)-s.i > maxLine {
			return r, s.file.line(r.line, 0, sprintf("an object of more than %d bytes", maxLine), "rows, one an object", "")
		}
		at := i - s.i
		if !begun { // what came before an object is of no use
			s.advance(len(s.buf), lines)
			lines, at = 0, 0
		}
		if err := s.fill(); err != nil {
			return r, err
		}
		i = s.i + at
	}
}

// tableTargets are soft labels beside the scores.
type tableTargets struct{ *table }

func (p tableTargets) float64s(dst []float64) { copy(dst, p.targets) }
func (p tableTargets) float32s(dst []float32) {
	for i, f := range p.targets[:len(dst)] {
		dst[i] = float32(f)
	}
}

// softLabels takes labels that are lists of probabilities; it returns false where they are not.
func (r *Rows) softLabels(t *table) bool {
	if !t.soft {
		return false
	}
	r.targets = tableTargets{t}
	return true
}

// jsonLabel finds the label of a record, beforehand.
func (t *table) jsonLabel(r record, label int) (cell []byte, column int, err error) {
	if err := t.json.cut(t, r); err != nil {
		return nil, 0, err
	}
	c := t.json.cells[label]
	return c.text, max(c.at, 1), nil
}

// jsonNote tells how the rows stand in the file.
func (t *table) jsonNote() string {
	if t.records.values {
		return "objects of JSON"
	}
	return "lines of JSON"
}
