package rowfile

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"unicode/utf8"
)

// Bounds of the names that labels may have.
const (
	maxNames     = 1 << 18
	maxNameBytes = 16 << 20
)

// dictionary gives every distinct name a class: its place in order of bytes, which is the order in
// which Python and scikit-learn sort strings, or the number it spells.
type dictionary struct {
	ids   map[string]int64
	names []string // sorted; nil when the names spell numbers
	bytes int
	most  int // names at most
}

func newDictionary(most int) *dictionary {
	return &dictionary{ids: map[string]int64{}, most: min(most, maxNames)}
}

// add learns a name; it returns what is wrong, "" for nothing.
func (d *dictionary) add(name []byte) (got, want string) {
	if _, ok := d.ids[string(name)]; ok {
		return "", ""
	}
	if len(d.ids) == d.most {
		if d.most == maxNames {
			return sprintf("more than %d distinct labels", maxNames), "names of classes"
		}
		return sprintf("%s is distinct label number %d", quote(name), d.most+1), sprintf("at most %d, one for each class", d.most)
	}
	if d.bytes += len(name); d.bytes > maxNameBytes {
		return sprintf("more than %d bytes of distinct labels", maxNameBytes), "names of classes"
	}
	d.ids[string(name)] = 0
	return "", ""
}

// seal orders the names. Those of columns, when they cover all labels, fix the order instead.
func (d *dictionary) seal(columns []string) {
	d.names = make([]string, 0, len(d.ids))
	numbers := true
	for n := range d.ids {
		_, ok := parseInteger([]byte(n))
		numbers = numbers && ok
		d.names = append(d.names, n)
	}
	if numbers { // "10" sorts before "2"
		for _, n := range d.names {
			d.ids[n], _ = parseInteger([]byte(n))
		}
		d.names = nil
		return
	}
	slices.Sort(d.names)
	if covers(columns, d.ids) {
		d.names = columns
	}
	for i, n := range d.names {
		d.ids[n] = int64(i)
	}
}

// covers reports whether every name is one of columns.
func covers(columns []string, names map[string]int64) bool {
	found := 0
	for _, c := range columns {
		if _, ok := names[c]; ok {
			found++
		}
	}
	return found == len(names) && found > 0
}

func (d *dictionary) id(name []byte) (int64, bool) {
	id, ok := d.ids[string(name)]
	return id, ok
}

// learn reads all labels of a table, and so counts its rows, and goes back.
func (t *table) learn(d *dictionary, label int) error {
	if everywhere && t.columns != nil {
		return t.columnLearn(d, label)
	}
	t.total = 0
	for {
		r, err := t.records.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if t.partial && t.short(r) {
			t.cutAt(r)
			break
		}
		cell, column, err := t.labelCell(r, label)
		if err != nil {
			return err
		}
		if len(cell) == 0 && t.missing != nil {
			t.total++
			continue
		}
		if len(cell) == 0 {
			return t.label(r, column, label, cell)
		}
		if got, want := d.add(cell); got != "" {
			return t.refuse(r, column, label, got, want, "is this the column of labels? --labels-key NAME chooses it")
		}
		t.total++
	}
	return t.rewind()
}

// labelCell finds the label of a record.
func (t *table) labelCell(r record, label int) (cell []byte, column int, err error) {
	if everywhere && t.json != nil {
		return t.jsonLabel(r, label)
	}
	t.cells.start(r.text)
	for range label + 1 {
		var ok bool
		if cell, column, _, ok = t.cells.next(); !ok {
			return nil, 0, t.ragged(r)
		}
	}
	return cell, column, nil
}

// learn reads all labels of an array of text and goes back.
func (a *array) learn(d *dictionary) error {
	for {
		n, err := a.load(max(1, (256<<10)/(a.dtype.size*a.cols)))
		if errors.Is(err, io.EOF) {
			return a.rewind()
		}
		if err != nil {
			return err
		}
		for i := range n {
			name, err := a.word(i)
			if err != nil {
				return err
			}
			if got, want := d.add(name); got != "" {
				return a.at(a.data+(a.pos-int64(n)+int64(i))*int64(a.dtype.size), got, want, "are these the labels?")
			}
		}
	}
}

// word returns the i-th text loaded, without its padding, valid until the next call.
func (a *array) word(i int) ([]byte, error) {
	p := a.buf[i*a.dtype.size : (i+1)*a.dtype.size]
	if a.dtype.kind == kindBytes {
		p = bytes.TrimRight(p, "\x00")
		if !utf8.Valid(p) {
			return nil, a.label(i, quote(p), "UTF-8", "")
		}
		return p, nil
	}
	a.text = a.text[:0]
	for ; len(p) >= 4; p = p[4:] {
		c := le.Uint32(p)
		if c > utf8.MaxRune || c >= 0xd800 && c < 0xe000 {
			return nil, a.label(i, sprintf("text with the code point %#x", c), "Unicode", "")
		}
		a.text = utf8.AppendRune(a.text, rune(c))
	}
	a.text = bytes.TrimRight(a.text, "\x00")
	return a.text, nil
}
