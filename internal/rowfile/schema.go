package rowfile

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// A schema is how a table is laid out, concluded from its first 64 KiB.
type schema struct {
	delim   byte
	header  bool     // the first record names the columns
	skip    int      // records before it: comments
	names   []string // of the columns; nil without a header
	columns []column
}

// A column is what the sample shows of it.
type column struct {
	numbers, integers, texts, missing, lists, commas int   // cells of each kind; integers are numbers too
	bools                                            int   // texts that are True or False
	counts                                           bool  // 0, 1, 2... or 1, 2, 3...
	integral                                         int   // numbers of integral value: 3, 3.0, 3e0
	low, high                                        int64 // of these
}

// sampled is a record kept for the conclusions.
type sampled struct {
	record
	cells []string
}

const sampleBytes, sampleRecords = 64 << 10, 256

// sample reads the first records: as many as begin in 64 KiB, at least two, at most 256.
func (s *records) sample() ([]sampled, error) {
	var out []sampled
	for size := 0; len(out) < 2 || size < sampleBytes && len(out) < sampleRecords; {
		r, err := s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		size += len(r.text)
		r.text = bytes.Clone(r.text)
		out = append(out, sampled{record: r})
	}
	return out, nil
}

// sniff concludes the schema of a table from a sample. Lines that begin with # are comments, of which
// the last may name the columns, as numpy.savetxt(header=...) writes it.
func sniff(f *file, sample []sampled, mark byte) (*schema, error) {
	sc := &schema{}
	for sc.skip < len(sample) && sample[sc.skip].text[0] == '#' {
		sc.skip++
	}
	data := sample[sc.skip:]
	if err := sc.split(f, data, mark); err != nil {
		return nil, err
	}
	if sc.skip > 0 {
		last := sample[sc.skip-1]
		cells := cut(bytes.TrimLeft(last.text, "# "), sc.delim)
		if len(cells) == len(sc.columns) && !isNumeric(cells, mark) {
			sc.header, sc.names = true, cells
			sc.skip-- // the header is skipped as such
			sc.classify(data, mark)
			return sc, sc.checkNames(f, last.record)
		}
	}
	return sc, sc.findHeader(f, data, mark)
}

// split chooses the delimiter - comma, semicolon, tab or blanks - that cuts the sample into rows of
// equal length and numbers, and cuts it.
func (sc *schema) split(f *file, sample []sampled, mark byte) error {
	if len(sample) == 0 {
		return f.whole("no rows of text", "a table", "")
	}
	best := -1.0
	for _, delim := range delimiters(f.path) {
		if delim == mark || delim == ' ' && bytes.ContainsAny(sample[len(sample)-1].text, "[(") {
			continue
		}
		if v := quality(sample, delim, mark); v > best {
			best, sc.delim = v, delim
		}
	}
	for i := range sample {
		s := &sample[i]
		if n := bytes.Count(s.text, []byte{sc.delim}); n >= maxColumns && sc.delim != ' ' {
			return f.line(s.line, 0, sprintf("more than %d columns", maxColumns), "a table", "save this as .npy")
		}
		if s.cells = cut(s.text, sc.delim); len(s.cells) > maxColumns {
			return f.line(s.line, 0, sprintf("more than %d columns", maxColumns), "a table", "save this as .npy")
		}
	}
	sc.columns = make([]column, len(sample[len(sample)-1].cells))
	if len(sample) > 1 {
		sc.columns = make([]column, len(sample[1].cells))
	}
	return nil
}

// delimiters are the candidates in order of preference, which the file's name may change.
func delimiters(path string) []byte {
	if strings.HasSuffix(strings.ToLower(path), ".tsv") {
		return []byte("\t,; ")
	}
	return []byte(",;\t ")
}

// quality tells how well delim cuts the sample: the share of records as long as most are, times the
// share of cells that are numbers. One column is the worst table that is one.
func quality(sample []sampled, delim, mark byte) float64 {
	lengths := map[int]int{}
	cells, numbers, data := 0, 0, sample
	if len(sample) > 1 {
		data = sample[1:] // the first may be a header
	}
	for _, s := range data[:min(len(data), 64)] {
		row := cut(s.text, delim)
		lengths[len(row)]++
		for _, c := range row {
			cells++
			if k := kindOf(c, mark); k == cellNumber || k == cellList || k == cellComma && delim != ',' {
				numbers++
			}
		}
	}
	width, most := 0, 0
	for w, n := range lengths {
		if n > most || n == most && w > width {
			width, most = w, n
		}
	}
	share := float64(numbers) / float64(cells)
	if width < 2 {
		return 0.001
	}
	if delim == ' ' && share < 0.5 {
		return 0 // words, not columns
	}
	return float64(most) / float64(min(len(data), 64)) * (0.01 + share)
}

// cut splits a record into the texts of its cells, at most one more than a table may have.
func cut(text []byte, delim byte) []string {
	var out []string
	sp := splitter{delim: delim}
	sp.start(text)
	for len(out) <= maxColumns {
		c, _, _, ok := sp.next()
		if !ok {
			break
		}
		out = append(out, string(c))
	}
	return out
}

// cellKind is what a cell looks like.
type cellKind int

const (
	cellText cellKind = iota
	cellNumber
	cellInteger // a number too
	cellMissing
	cellList  // [0.1 0.9], tensor([...]), array([...])
	cellComma // 0,9
)

// kindOf classifies a cell; integers are told from other numbers by classify alone.
func kindOf(c string, mark byte) cellKind {
	_, v := parseCell([]byte(c), mark)
	switch {
	case v == isNumber || v == isRange:
		return cellNumber
	case v == isMissing:
		return cellMissing
	case isList([]byte(c)):
		return cellList
	}
	if _, v := parseNumber([]byte(c), ','); v == isNumber {
		return cellComma
	}
	return cellText
}

// isList reports whether a cell holds a row of numbers in brackets.
func isList(c []byte) bool {
	for _, p := range []string{"[", "tensor([", "array(["} {
		if bytes.HasPrefix(c, []byte(p)) {
			return true
		}
	}
	return false
}

func isNumeric(cells []string, mark byte) bool {
	for _, c := range cells {
		if kindOf(c, mark) == cellNumber {
			return true
		}
	}
	return false
}

// classify fills the columns from the records that hold data.
func (sc *schema) classify(data []sampled, mark byte) {
	first := make([]int64, len(sc.columns))
	for i := range sc.columns {
		sc.columns[i].counts = len(data) > 2
	}
	for r, s := range data {
		for i, c := range s.cells[:min(len(s.cells), len(sc.columns))] {
			col := &sc.columns[i]
			n, isInt := parseInteger([]byte(c))
			if r == 0 {
				first[i] = n
			}
			col.counts = col.counts && isInt && (first[i] == 0 || first[i] == 1) && n == first[i]+int64(r)
			switch kindOf(c, mark) {
			case cellNumber:
				col.numbers++
				if isInt {
					col.integers++
				}
				f, _ := parseCell([]byte(c), mark)
				if v, ok := integral(f); ok {
					if col.integral++; col.integral == 1 {
						col.low, col.high = v, v
					}
					col.low, col.high = min(col.low, v), max(col.high, v)
				}
			case cellMissing:
				col.missing++
			case cellList:
				col.lists++
			case cellComma:
				col.commas++
			default:
				col.texts++
				if _, ok := parseBool([]byte(c)); ok {
					col.bools++
				}
			}
		}
	}
}

// numeric reports whether the column holds numbers, perhaps with some that are not.
func (c column) numeric() bool { return c.numbers > 0 && c.numbers >= c.texts || c.commas > c.texts }

// textual reports whether it holds words.
func (c column) textual() bool { return c.texts > 0 && !c.numeric() && c.lists == 0 }

// empty reports whether no cell of the sample holds anything.
func (c column) empty() bool { return c.numbers+c.texts+c.lists+c.commas == 0 }

// findHeader decides whether the first record names the columns. It does when it has a word over a
// column of numbers, or the names pandas gives to columns without one (0, 1, 2...) over numbers with
// fractions, or, over words alone, a name that labels have.
func (sc *schema) findHeader(f *file, sample []sampled, mark byte) error {
	first := sample[0]
	if len(sample) > 1 {
		sc.classify(sample[1:], mark)
	} else {
		sc.classify(sample, mark)
	}
	words, numbers, ordered, fractions := 0, 0, true, false
	known := false
	for i, c := range first.cells {
		var col column
		if i < len(sc.columns) {
			col = sc.columns[i]
		}
		n, isInt := parseInteger([]byte(c))
		fractions = fractions || col.numbers > col.integers
		switch kindOf(c, mark) {
		case cellNumber:
			numbers++
			ordered = ordered && isInt && n == int64(numbers-1)
		case cellText:
			if len(sample) > 1 && !col.textual() {
				words++
			}
			known = known || isLabelName(c) || isIDName(c) && c != ""
		}
	}
	switch {
	case len(sample) == 1 && numbers == 0 && known:
		return f.line(first.line, 0, "no rows: the first line names columns and none follows", "at least one row", "")
	case words > 0 && numbers == 0, words > 0 && ordered:
		sc.header = true
	case words == 0 && numbers > 1 && ordered && fractions: // pandas' own names
		sc.header = true
	case words == 0 && numbers == 0 && known:
		sc.header = true
	}
	if !sc.header {
		for i := range sc.columns {
			sc.columns[i] = column{}
		}
		sc.classify(sample, mark)
		return nil
	}
	sc.names = first.cells
	return sc.checkNames(f, first.record)
}

// checkNames refuses names that are not UTF-8, that stand twice, or that are more or fewer than the
// columns. One fewer is right before a column of row names, which R writes without a name.
func (sc *schema) checkNames(f *file, r record) error {
	if c := sc.columns[0]; len(sc.names) == len(sc.columns)-1 && (c.counts || c.textual()) {
		sc.names = append([]string{""}, sc.names...)
	}
	if len(sc.names) != len(sc.columns) {
		return f.line(r.line, 0, sprintf("%d names of columns", len(sc.names)), sprintf("%d, as many as the next line has cells", len(sc.columns)), "")
	}
	for i := 0; i < len(r.text); {
		c, n := utf8.DecodeRune(r.text[i:])
		if c == utf8.RuneError && n == 1 {
			return f.at(r.offset+int64(i), "column names with the byte "+quote(r.text[i:i+1]), "UTF-8", "save the file as UTF-8: iconv -f latin1 -t utf-8")
		}
		i += n
	}
	seen := map[string]int{}
	for i, n := range sc.names {
		if j, twice := seen[n]; twice && n != "" {
			return f.line(r.line, 0, sprintf("columns %d and %d are both named %s", j+1, i+1, quote(n)), "names that differ", "")
		}
		seen[n] = i
	}
	return nil
}

// name returns a column's name for messages: "label", or its number when it has none.
func (sc *schema) name(i int) string {
	if sc.names != nil && i < len(sc.names) {
		return quote(sc.names[i])
	}
	return sprintf("%d", i+1)
}

func isLabelName(s string) bool { return matches(s, labelNames) }

// isIDName reports whether a column of this name tells rows apart and is no score.
func isIDName(s string) bool {
	return s == "" || slices.ContainsFunc([]string{"id", "idx", "index", "row", "row_id", "row_index", "unnamed: 0", "example", "example_id", "sample", "sample_id", "uid", "uuid", "guid", "file", "filename", "file_name", "path", "image", "image_id", "name", "fold", "split"},
		func(n string) bool { return strings.EqualFold(s, n) })
}

func matches(s string, names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(s, n) })
}

// find returns the number of the column that key names: by header, or by number from 1 without one.
func (sc *schema) find(key string) int {
	for i, n := range sc.names {
		if n == key {
			return i
		}
	}
	for i, n := range sc.names {
		if strings.EqualFold(n, key) {
			return i
		}
	}
	if n, ok := parseInteger([]byte(key)); ok && sc.names == nil && n >= 1 && n <= int64(len(sc.columns)) {
		return int(n - 1)
	}
	return -1
}

// parseBool reads the words for truth.
func parseBool(b []byte) (int64, bool) {
	switch string(b) {
	case "True", "true", "TRUE":
		return 1, true
	case "False", "false", "FALSE":
		return 0, true
	}
	return 0, false
}

// delimiter names sc.delim.
func (sc *schema) delimiter() string {
	switch sc.delim {
	case '\t':
		return "tab"
	case ' ':
		return "blanks"
	case ';':
		return "semicolon"
	}
	return "comma"
}
