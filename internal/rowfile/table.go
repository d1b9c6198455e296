package rowfile

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// role is what a column of a table is for.
type role uint8

const (
	roleNone role = iota
	roleScore
	roleLabel
	roleWeight
	roleKey
)

// A table reads rows of text. It is the feed of up to three parts: scores (or soft labels), labels,
// and weights, each a set of its columns.
type table struct {
	file    *file
	format  string
	records *records
	schema  *schema
	json    *jsonRows   // nil but for rows of JSON
	columns *columnRows // nil but for a file of columns
	mark    byte        // decimal
	partial bool        // Options.AllowTruncated
	missing *int64      // Options.Missing

	roles  []role
	cols   int  // scores in a row
	list   bool // they stand in one cell, in brackets
	labels bool
	soft   bool // they are rows in brackets, beside the scores
	weighs bool
	keyed  []int       // columns of keys
	words  *dictionary // of labels that are no numbers

	total    int64 // rows; -1 when not counted yet
	pos      int64 // rows loaded so far
	cells    splitter
	scores   []float64 // of the rows loaded last
	ints     []int64
	weights  []float64
	targets  []float64
	keys     []texts // one for each of keyed
	cut      bool    // the last row was cut short and left out
	warnings []string
}

// openTable samples a text file.
func openTable(f *file, opt *Options) (*table, error) {
	t := &table{file: f, format: "csv", mark: '.', partial: opt.AllowTruncated, missing: opt.Missing, total: -1}
	if opt.Decimal != 0 {
		t.mark = opt.Decimal
	}
	if t.mark != '.' && t.mark != ',' {
		return nil, f.whole("decimal mark "+quote([]byte{t.mark}), `"." or ","`, "")
	}
	var err error
	if t.records, err = newRecords(f); err != nil {
		return nil, err
	}
	if everywhere {
		if is, err := t.openJSON(); is || err != nil {
			return t, err
		}
	}
	sample, err := t.records.sample()
	if err != nil {
		return nil, err
	}
	if t.schema, err = sniff(f, sample, t.mark); err != nil {
		return nil, err
	}
	if t.schema.delim == '\t' {
		t.format = "tsv"
	}
	t.cells.delim = t.schema.delim
	t.roles = make([]role, len(t.schema.columns))
	return t, t.rewind()
}

func (t *table) rewind() error {
	if everywhere && t.columns != nil {
		return t.columnRewind()
	}
	t.records.rewind()
	t.pos = 0
	n := t.schema.skip
	if t.schema.header {
		n++
	}
	for range n {
		if _, err := t.records.next(); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) progress() (done, total int64) {
	if everywhere && t.columns != nil {
		return t.columnProgress()
	}
	return t.records.used - int64(len(t.records.buf)-t.records.i), t.file.size
}

// load parses the next rows, at most most, and returns how many; io.EOF after the last.
func (t *table) load(most int) (int, error) {
	if everywhere && t.columns != nil {
		return t.columnLoad(most)
	}
	t.scores, t.ints, t.weights = t.scores[:0], t.ints[:0], t.weights[:0]
	if everywhere {
		t.targets = t.targets[:0]
	}
	for k := range t.keys {
		t.keys[k].clear()
	}
	n := 0
	for n < most {
		r, err := t.records.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
		if t.short(r) && t.partial {
			t.cutAt(r)
			break
		}
		if err := t.row(r); err != nil {
			return 0, err
		}
		n++
	}
	t.pos += int64(n)
	if n == 0 {
		t.total = t.pos
		return 0, io.EOF
	}
	return n, nil
}

// cutAt notes that r, the last record, is left out.
func (t *table) cutAt(r record) {
	if !t.cut {
		t.warnings = append(t.warnings, sprintf("%s:%d: the last line is cut short and was left out", plain(t.file.path), r.line))
	}
	t.cut = true
}

// row parses one record.
func (t *table) row(r record) error {
	if everywhere && t.json != nil {
		return t.jsonRow(r)
	}
	if t.short(r) {
		return t.ragged(r)
	}
	t.cells.start(r.text)
	plain := !t.list && t.cells.delim != ' '
	for i := 0; ; i++ {
		if plain && i < len(t.roles) && t.roles[i] == roleScore {
			if f, ok := t.cells.number(t.mark); ok { // nearly every cell of nearly every table
				t.scores = append(t.scores, f)
				continue
			}
		}
		cell, at, bad, ok := t.cells.next()
		switch {
		case !ok && i == len(t.roles):
			return nil
		case !ok || i >= len(t.roles):
			return t.ragged(r)
		case bad:
			return t.refuse(r, at, i, "has text behind its closing quote", "a delimiter", "a quote inside a quoted cell is written twice")
		}
		if err := t.cell(r, at, i, cell); err != nil {
			return err
		}
	}
}

// cell parses the i-th cell of a record by its role.
func (t *table) cell(r record, at, i int, cell []byte) error {
	switch t.roles[i] {
	case roleScore:
		if t.list {
			return t.scoreList(r, at, i, cell)
		}
		f, v := parseCell(cell, t.mark)
		if v != isNumber {
			return t.noNumber(r, at, i, cell, v)
		}
		t.scores = append(t.scores, f)
	case roleLabel:
		return t.label(r, at, i, cell)
	case roleWeight:
		f, v := parseCell(cell, t.mark)
		if v != isNumber {
			return t.noNumber(r, at, i, cell, v)
		}
		t.weights = append(t.weights, f)
	case roleKey:
		t.keys[slices.Index(t.keyed, i)].add(cell)
	}
	return nil
}

// ragged refuses a record of another length than the first.
func (t *table) ragged(r record) error {
	hint := ""
	n := t.count(r)
	if !r.closed && n < len(t.roles) {
		hint = "the file seems cut short; --allow-truncated leaves this line out"
	}
	return t.file.line(r.line, 0, sprintf("%d cells", n), sprintf("%d, as in the lines before", len(t.roles)), hint)
}

// count returns the number of cells of r.
func (t *table) count(r record) (n int) {
	t.cells.start(r.text)
	for _, _, _, ok := t.cells.next(); ok; _, _, _, ok = t.cells.next() {
		n++
	}
	return n
}

// short reports whether r is the last record of a file that was cut within it.
func (t *table) short(r record) bool {
	if everywhere && t.json != nil {
		return t.jsonShort(r)
	}
	return !r.closed && t.count(r) < len(t.roles)
}

func (t *table) refuse(r record, column, cell int, got, want, hint string) error {
	line := r.line + bytes.Count(r.text[:min(column-1, len(r.text))], []byte{'\n'})
	name := sprintf("cell %d", cell+1)
	switch {
	case everywhere && t.json != nil:
		name = t.schema.name(cell)
	case t.schema.names != nil:
		name += " (" + t.schema.name(cell) + ")"
	}
	return t.file.line(line, column, name+" "+got, want, hint)
}

// noNumber refuses a cell that should be a number and says what it looks like.
func (t *table) noNumber(r record, column, cell int, b []byte, v verdict) error {
	got, hint := "is "+quote(b), ""
	_, comma := parseNumber(b, ',')
	switch {
	case v == isMissing && len(b) == 0:
		got, hint = "is empty", "no value is made up for it: leave the row out, or write nan"
	case v == isMissing:
		got, hint = "is "+quote(b)+", a missing value", "no value is made up for it: leave the row out, or write nan"
	case v == isRange:
		got += ", beyond float64"
	case comma == isNumber && t.mark == '.':
		hint = "--decimal , if the comma is a decimal mark"
	case isList(b):
		hint = "a row in brackets must be the only score cell"
	case bytes.Contains(b, []byte("...")):
		return t.abbreviated(r, column, cell)
	}
	return t.refuse(r, column, cell, got, "a number", hint)
}

func (t *table) abbreviated(r record, column, cell int) error {
	return t.refuse(r, column, cell, `holds "...": numpy abbreviated its output, data are lost`, "all numbers", "save again with np.save, or print with np.set_printoptions(threshold=sys.maxsize)")
}

// scoreList parses a row in brackets.
func (t *table) scoreList(r record, column, cell int, b []byte) error {
	n := len(t.scores)
	out, bad, short := parseList(t.scores, b, t.mark)
	t.scores = out
	switch {
	case short:
		return t.abbreviated(r, column, cell)
	case bad != nil:
		return t.refuse(r, column, cell, "holds "+quote(bad), "numbers in brackets", "")
	case t.cols == 0 && len(out) > n:
		t.cols = len(out) - n
	case len(out)-n != t.cols || t.cols == 0:
		return t.refuse(r, column, cell, sprintf("holds %d numbers", len(out)-n), sprintf("%d, as in the rows before", max(t.cols, 1)), "")
	}
	return nil
}

// label parses a label: an integer, an integral number, True or False, or a word of the dictionary.
func (t *table) label(r record, column, cell int, b []byte) error {
	if len(b) == 0 && t.missing != nil {
		t.ints = append(t.ints, *t.missing)
		return nil
	}
	if t.words != nil {
		if len(b) == 0 {
			return t.refuse(r, column, cell, "is empty", "a label", "")
		}
		if !utf8.Valid(b) {
			k := bytes.IndexFunc(b, func(c rune) bool { return c == utf8.RuneError })
			return t.file.at(r.offset+int64(column-1+k), "a label with the byte "+quote(b[k:k+1]), "UTF-8", "save the file as UTF-8: iconv -f latin1 -t utf-8")
		}
		id, ok := t.words.id(b)
		if !ok {
			return t.refuse(r, column, cell, "is "+quote(b)+", which was not there before", "", "another program may be writing the file")
		}
		t.ints = append(t.ints, id)
		return nil
	}
	if v, ok := parseInteger(b); ok {
		t.ints = append(t.ints, v)
		return nil
	}
	if v, ok := parseBool(b); ok {
		t.ints = append(t.ints, v)
		return nil
	}
	f, v := parseCell(b, t.mark)
	if v == isNumber {
		if n, ok := integral(f); ok {
			t.ints = append(t.ints, n)
			return nil
		}
	}
	if v == isMissing && t.missing != nil {
		t.ints = append(t.ints, *t.missing)
		return nil
	}
	got, hint := "is "+quote(b), ""
	switch {
	case v == isMissing && len(b) == 0:
		got, hint = "is empty", "leave the row out; --ignore-index -100 ignores rows without a label"
	case v == isMissing:
		got, hint = got+", a missing value", "leave the row out; --ignore-index -100 ignores rows without a label"
	case v == isNumber:
		hint = "labels are class numbers"
	case v == isText:
		hint = "the labels before it are numbers; words are only read when the first labels are words"
	}
	return t.refuse(r, column, cell, got, "an integer", hint)
}

// The parts of a table, as the roles want them.
type (
	tableScores  struct{ *table }
	tableLabels  struct{ *table }
	tableWeights struct{ *table }
)

func (p tableScores) float64s(dst []float64) { copy(dst, p.scores) }
func (p tableScores) float32s(dst []float32) {
	for i, f := range p.scores[:len(dst)] {
		dst[i] = float32(f)
	}
}

func (p tableLabels) int64s(dst []int64) error { copy(dst, p.ints); return nil }

func (p tableWeights) float64s(dst []float64) { copy(dst, p.weights) }

// title describes columns for Header.Member: logit_0..logit_9.
func (t *table) title(cols []int) string {
	name := func(i int) string {
		if t.schema.names != nil {
			return t.schema.names[i]
		}
		return sprintf("column %d", i+1)
	}
	if len(cols) == 1 {
		return name(cols[0])
	}
	return name(cols[0]) + ".." + name(cols[len(cols)-1])
}

// listColumns names columns in a message.
func (t *table) listColumns(cols []int) string {
	names := make([]string, len(cols))
	for k, i := range cols {
		if names[k] = sprintf("column %d", i+1); t.schema.names != nil {
			names[k] = t.schema.names[i]
		}
	}
	return strings.ReplaceAll(listed(names), `""`, `"" (without a name)`)
}
