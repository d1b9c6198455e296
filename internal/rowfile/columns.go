//go:build !js

package rowfile

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"xent/internal/columnar"
)

// A table may lie column by column, in a Parquet or Arrow file. A child reads it and sends the columns that have a role,
// batch by batch; the first rows of all columns tell beforehand what they hold, as the first lines of a text do.

// columnRows turns columns that a child sends into rows.
type columnRows struct {
	table  *columnar.Schema
	opt    *Options
	sample columnar.Batch

	file  int    // of a set, whose rows are read
	child *child // nil before the first row
	asked []int  // the columns it sends
	batch columnar.Batch
	used  int // rows of batch

	wide     bool // scores hold more than float32
	scores32 []float32
}

// columnFormat recognises files of columns by their beginning.
func columnFormat(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("PAR1")):
		return "parquet"
	case bytes.HasPrefix(head, []byte("ARROW1")):
		return "arrow"
	case len(head) >= 12 && le.Uint32(head) == 0xffffffff && le.Uint32(head[4:]) < 1<<26 && le.Uint32(head[8:]) < le.Uint32(head[4:]) && le.Uint32(head[4:]) >= 16:
		return "arrow" // a stream
	}
	return ""
}

// whole refuses a file of columns that is cut, before a child is asked: its description stands at its end.
func wholeColumns(f *file, kind string) error {
	if kind != "parquet" {
		return nil
	}
	end := make([]byte, 8)
	if f.size < 12 {
		return f.whole(sprintf("%d bytes", f.size), "a Parquet file", cutShort)
	}
	if _, err := f.f.ReadAt(end, f.size-8); err != nil && !errors.Is(err, io.EOF) {
		return f.read(f.size-8, err)
	}
	if string(end[4:]) != "PAR1" {
		return f.at(f.size-4, "a Parquet file that ends in "+quote(end[4:]), `"PAR1"`, cutShort)
	}
	if n := int64(le.Uint32(end)); n > f.size-12 {
		return f.at(f.size-8, sprintf("footer length is %d", n), sprintf("at most the %d bytes before it", f.size-12), cutShort)
	}
	return nil
}

const cutShort = "the file is cut short or still being written; copy it again"

// openColumns asks a child for the schema of f and a sample.
func openColumns(f *file, opt *Options) (*table, error) {
	head, err := f.head(12)
	if err != nil {
		return nil, err
	}
	kind := columnFormat(head)
	if err := wholeColumns(f, kind); err != nil {
		return nil, err
	}
	first, files, err := nthOf(f, 0)
	if err != nil {
		return nil, err
	}
	c, err := ask(first, opt, columnar.Request{Format: kind, Sample: true, Partial: opt.AllowTruncated})
	if err != nil {
		return nil, err
	}
	defer c.close()
	j := &columnRows{opt: opt}
	if j.table, err = c.stream.Schema(); err != nil {
		return nil, c.bad(err)
	}
	for {
		err := c.stream.Batch(&j.sample, len(j.table.Columns))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, c.bad(err)
		}
	}
	if files > 1 {
		j.table.Rows = -1
	}
	cut := j.table.Cut
	t := &table{file: f, format: j.table.Format, total: j.table.Rows, columns: j, mark: '.', missing: opt.Missing}
	t.schema = &schema{names: make([]string, len(j.table.Columns)), columns: make([]column, len(j.table.Columns))}
	switch n := len(j.table.Columns); {
	case n == 0:
		return nil, f.whole("no columns", "a table", "")
	case n > maxColumns:
		return nil, f.whole(sprintf("more than %d columns", maxColumns), "a table", "save this as .npy")
	case j.table.Rows == 0:
		return nil, f.whole("no rows", "at least one row", "")
	}
	if t.cut = cut; cut {
		t.warnings = append(t.warnings, plain(f.path)+": the last batch is cut short and was left out")
	}
	seen := map[string]bool{}
	for i, c := range j.table.Columns {
		if seen[c.Name] && c.Name != "" {
			return nil, f.whole("two columns are named "+quote(c.Name), "names that differ", "")
		}
		seen[c.Name], t.schema.names[i] = true, c.Name
		t.schema.columns[i] = j.describe(i)
	}
	t.roles = make([]role, len(t.schema.columns))
	return t, nil
}

// describe tells what the sample shows of column i.
func (j *columnRows) describe(i int) column {
	var c column
	if i >= len(j.sample.Columns) {
		return c
	}
	v := &j.sample.Columns[i]
	first := int64(0)
	c.counts = j.sample.Rows > 2 && v.Kind == columnar.Int64
	for r := range j.sample.Rows {
		if v.Missing(r) {
			c.missing++
			c.counts = false
			continue
		}
		switch v.Kind {
		case columnar.Text:
			c.texts++
		case columnar.Bool:
			c.texts++
			c.bools++
		case columnar.Floats32, columnar.Floats64:
			c.lists++
		case columnar.Int64, columnar.Float32, columnar.Float64:
			c.numbers++
			n, whole := integral(v.Number(r))
			if v.Kind == columnar.Int64 {
				n = v.I64[r]
				c.integers++
			}
			if r == 0 {
				first = n
			}
			c.counts = c.counts && (first == 0 || first == 1) && n == first+int64(r)
			if whole {
				if c.integral++; c.integral == 1 {
					c.low, c.high = n, n
				}
				c.low, c.high = min(c.low, n), max(c.high, n)
			}
		}
	}
	return c
}

// columnRewind ends the child: the next row starts one anew.
func (t *table) columnRewind() error {
	j := t.columns
	j.child.close()
	j.child, j.file, t.pos = nil, 0, 0
	j.batch.Rows, j.used = 0, 0
	return nil
}

// columnStart asks a child for the columns that have a role.
func (t *table) columnStart() (err error) {
	j := t.columns
	j.asked = j.asked[:0]
	j.wide = false
	for i, role := range t.roles {
		if role == roleNone {
			continue
		}
		if c := j.table.Columns[i]; c.Kind == columnar.Other {
			return t.file.whole("column "+quote(c.Name)+" is "+article(c.Type)+", which is not read", "numbers, text, or lists of numbers", "")
		}
		j.asked = append(j.asked, i)
	}
	return j.start(t.file)
}

// nthOf returns file i of a set, or f where it is none, and how many there are.
func nthOf(f *file, i int) (*file, int, error) {
	s, ok := f.f.(*set)
	if !ok {
		return f, 1, nil
	}
	err := s.use(i)
	return s.open, len(s.files), err
}

// start asks a child for the columns of the file that comes next.
func (j *columnRows) start(f *file) (err error) {
	if f, _, err = nthOf(f, j.file); err != nil {
		return err
	}
	if j.child, err = ask(f, j.opt, columnar.Request{Format: j.table.Format, Columns: j.asked, Partial: j.opt.AllowTruncated}); err != nil {
		return err
	}
	found, err := j.child.stream.Schema()
	if err != nil {
		return j.child.bad(err)
	}
	same := func(a, b columnar.Column) bool { return a.Name == b.Name && a.Kind == b.Kind }
	if !slices.EqualFunc(found.Columns, j.table.Columns, same) {
		j.child.close()
		return f.whole("has other columns than the first file of the set", "the same, in the same order", "")
	}
	return nil
}

// next reads a batch of f; io.EOF after the last.
func (j *columnRows) next(f *file) error {
	for {
		err := j.child.stream.Batch(&j.batch, len(j.asked))
		j.used = 0
		if err == nil {
			return nil
		}
		j.batch.Rows = 0
		if !errors.Is(err, io.EOF) {
			return j.child.bad(err)
		}
		j.child.close()
		if _, files, err := nthOf(f, j.file); err != nil || j.file+1 >= files {
			return cmp.Or(err, io.EOF)
		}
		j.file++
		if err := j.start(f); err != nil {
			return err
		}
	}
}

// columnLoad loads the next rows, at most most; io.EOF after the last.
func (t *table) columnLoad(most int) (int, error) {
	j := t.columns
	t.scores, t.ints, t.weights, t.targets = t.scores[:0], t.ints[:0], t.weights[:0], t.targets[:0]
	j.scores32 = j.scores32[:0]
	for k := range t.keys {
		t.keys[k].clear()
	}
	if j.child == nil {
		if err := t.columnStart(); err != nil {
			return 0, err
		}
	}
	n := 0
	for n < most {
		if j.used == j.batch.Rows {
			if j.child.ended {
				break
			}
			if err := j.next(t.file); err != nil {
				if errors.Is(err, io.EOF) {
					break
				}
				return 0, err
			}
		}
		k := min(most-n, j.batch.Rows-j.used)
		if err := t.take(j.used, k); err != nil {
			return 0, err
		}
		n, j.used, t.pos = n+k, j.used+k, t.pos+int64(k)
	}
	if n == 0 {
		t.total = t.pos
		return 0, io.EOF
	}
	return n, nil
}

// take gives k rows of the batch, from row i on, to their roles.
func (t *table) take(i, k int) error {
	j := t.columns
	score := 0
	for slot, col := range j.asked {
		v := &j.batch.Columns[slot]
		if t.roles[col] != roleKey && v.Null != nil {
			if at := slices.Index(v.Null[i:i+k], true); at >= 0 && (t.roles[col] != roleLabel || t.missing == nil) {
				return t.noValue(t.pos+int64(at), col)
			}
		}
		switch t.roles[col] {
		case roleScore:
			if err := t.takeScores(v, i, k, score); err != nil {
				return err
			}
			score++
		case roleLabel:
			if err := t.takeLabels(v, i, k, col); err != nil {
				return err
			}
		case roleWeight:
			for r := i; r < i+k; r++ {
				t.weights = append(t.weights, v.Number(r))
			}
		case roleKey:
			t.takeKeys(v, i, k, &t.keys[slices.Index(t.keyed, col)])
		}
	}
	return nil
}

// noValue refuses a row without a value.
func (t *table) noValue(row int64, col int) error {
	got := sprintf("column %s: row %d has no value (null)", quote(t.schema.names[col]), row)
	if t.roles[col] == roleLabel {
		return t.file.whole(got, "a label", "leave the row out; --ignore-index -100 ignores rows without a label")
	}
	return t.file.whole(got, "a number", "no value is made up for it: leave the row out, or write nan")
}

// takeScores appends scores: all of a list, or those of class k of every row.
func (t *table) takeScores(v *columnar.Values, i, k, class int) error {
	j := t.columns
	if t.list {
		if v.Width != t.cols {
			return t.file.whole(sprintf("rows of %d numbers", v.Width), sprintf("%d, as in the first", t.cols), "")
		}
		if v.Kind == columnar.Floats32 {
			j.scores32 = append(j.scores32, v.F32[i*v.Width:(i+k)*v.Width]...)
		} else {
			t.scores = append(t.scores, v.F64[i*v.Width:(i+k)*v.Width]...)
		}
		return nil
	}
	if j.narrow(t) {
		if class == 0 {
			j.scores32 = slices.Grow(j.scores32, k*t.cols)[:len(j.scores32)+k*t.cols]
		}
		dst := j.scores32[len(j.scores32)-k*t.cols:]
		if v.Kind == columnar.Float32 {
			for r, x := range v.F32[i : i+k] {
				dst[r*t.cols+class] = x
			}
			return nil
		}
		for r := range k {
			dst[r*t.cols+class] = float32(v.Number(i + r))
		}
		return nil
	}
	if class == 0 {
		t.scores = slices.Grow(t.scores, k*t.cols)[:len(t.scores)+k*t.cols]
	}
	dst := t.scores[len(t.scores)-k*t.cols:]
	for r := range k {
		dst[r*t.cols+class] = v.Number(i + r)
	}
	return nil
}

// narrow tells whether float32 holds the scores of t as they are.
func (j *columnRows) narrow(t *table) bool {
	for i, role := range t.roles {
		if role == roleScore && !t.float32s(i) {
			return false
		}
	}
	return true
}

// float32s tells whether float32 holds column i.
func (t *table) float32s(i int) bool {
	c := t.columns.table.Columns[i]
	return c.Kind == columnar.Float32 || c.Kind == columnar.Floats32 || slices.Contains([]string{"int8", "uint8", "int16", "uint16"}, c.Type)
}

// takeLabels appends labels, or rows of target probabilities.
func (t *table) takeLabels(v *columnar.Values, i, k, col int) error {
	name := quote(t.schema.names[col])
	if v.Kind.List() {
		if v.Width != t.cols {
			return t.file.whole(sprintf("column %s holds %d target probabilities a row", name, v.Width), sprintf("%d, as many as there are scores", t.cols), "")
		}
		for _, x := range v.F32[min(len(v.F32), i*v.Width):min(len(v.F32), (i+k)*v.Width)] {
			t.targets = append(t.targets, float64(x))
		}
		t.targets = append(t.targets, v.F64[min(len(v.F64), i*v.Width):min(len(v.F64), (i+k)*v.Width)]...)
		return nil
	}
	for r := i; r < i+k; r++ {
		row := t.pos + int64(r-i)
		if v.Missing(r) {
			t.ints = append(t.ints, *t.missing)
			continue
		}
		switch v.Kind {
		case columnar.Int64, columnar.Bool:
			t.ints = append(t.ints, v.I64[r])
		case columnar.Text:
			id, ok := t.words.id(v.At(r))
			if !ok {
				return t.file.whole(sprintf("column %s: row %d is %s, which was not there before", name, row, quote(v.At(r))), "", "another program may be writing the file")
			}
			t.ints = append(t.ints, id)
		default:
			n, ok := integral(v.Number(r))
			if !ok {
				return t.file.whole(sprintf("column %s: the label of row %d is %v", name, row, v.Number(r)), "an integer", "labels are class numbers")
			}
			t.ints = append(t.ints, n)
		}
	}
	return nil
}

// takeKeys appends keys: words as they are, numbers as their shortest digits, "" for none.
func (t *table) takeKeys(v *columnar.Values, i, k int, to *texts) {
	var b []byte
	for r := i; r < i+k; r++ {
		switch {
		case v.Missing(r):
			b = b[:0]
		case v.Kind == columnar.Text:
			b = append(b[:0], v.At(r)...)
		case v.Kind == columnar.Int64:
			b = strconv.AppendInt(b[:0], v.I64[r], 10)
		case v.Kind == columnar.Bool:
			b = strconv.AppendBool(b[:0], v.I64[r] != 0)
		case v.Kind == columnar.Float32:
			b = strconv.AppendFloat(b[:0], float64(v.F32[r]), 'g', -1, 32)
		case v.Kind == columnar.Float64:
			b = strconv.AppendFloat(b[:0], v.F64[r], 'g', -1, 64)
		}
		to.add(b)
	}
}

func (t *table) opt() *Options { return t.columns.opt }

// columnLearn reads all labels of a column of words, in a child of its own.
func (t *table) columnLearn(d *dictionary, label int) error {
	j := &columnRows{table: t.columns.table, opt: t.opt(), asked: []int{label}}
	if err := j.start(t.file); err != nil {
		return err
	}
	defer j.child.close()
	for row := int64(0); ; row += int64(j.batch.Rows) {
		if err := j.next(t.file); err != nil {
			if errors.Is(err, io.EOF) {
				t.total = row
				return nil
			}
			return err
		}
		v := &j.batch.Columns[0]
		for r := range j.batch.Rows {
			if v.Missing(r) {
				if t.missing != nil {
					continue
				}
				return t.noValue(row+int64(r), label)
			}
			if got, want := d.add(v.At(r)); got != "" {
				return t.file.whole(sprintf("column %s: row %d: %s", quote(t.schema.names[label]), row+int64(r), got), want, "is this the column of labels? --labels-key NAME chooses it")
			}
		}
	}
}

// columnScores are the scores of a table of columns.
type columnScores struct{ *table }

func (p columnScores) float32s(dst []float32) {
	if len(p.columns.scores32) > 0 {
		copy(dst, p.columns.scores32)
		return
	}
	tableScores(p).float32s(dst)
}

func (p columnScores) float64s(dst []float64) {
	if s := p.columns.scores32; len(s) > 0 {
		for i := range dst {
			dst[i] = float64(s[i])
		}
		return
	}
	tableScores(p).float64s(dst)
}

// columnTyped completes what is said of the scores of a table of columns, once they are chosen.
func (r *Rows) columnTyped(t *table) {
	j := t.columns
	if j == nil {
		return
	}
	r.scores, r.wide = columnScores{t}, !j.narrow(t)
	names := []string{}
	for i, role := range t.roles {
		if role != roleScore {
			continue
		}
		name := strings.TrimPrefix(j.table.Columns[i].Type, "list of ")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch {
	case len(names) == 1:
		r.Scores.DType = names[0]
	case r.wide:
		r.Scores.DType = "float64"
	default:
		r.Scores.DType = "float32"
	}
	if strings.Contains(r.Scores.DType, "int") {
		r.warnings = append(r.warnings, sprintf("%s: scores are %s, integers; are these labels?", plain(t.file.path), r.Scores.DType))
	}
}

// columnClasses takes the names of classes that the file gives to its labels.
func (r *Rows) columnClasses(t *table, label int) {
	if t.columns == nil {
		return
	}
	r.Labels.DType = t.columns.table.Columns[label].Type
	if names := t.columns.table.Columns[label].Classes; len(names) == r.Scores.Cols && len(r.Classes) == 0 {
		r.Classes = names
	}
}

// width is the length of the lists of column i, 0 where the sample tells none.
func (t *table) width(i int) int {
	if t.columns == nil || i >= len(t.columns.sample.Columns) {
		return 0
	}
	return t.columns.sample.Columns[i].Width
}

// unread tells of what types columns are that are not read; "" for none.
func (t *table) unread() string {
	if t.columns == nil {
		return ""
	}
	var b strings.Builder
	for i, c := range t.columns.table.Columns {
		if c.Kind == columnar.Other {
			b.WriteString(", " + t.schema.name(i) + " is " + article(c.Type))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return ";" + b.String()[1:min(b.Len(), 400)]
}

// article puts a or an before what the name of a type begins with.
func article(name string) string {
	if strings.ContainsRune("aeiou", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}

func (t *table) columnNote() string { return sprintf("%d columns", len(t.schema.columns)) }

// columnProgress tells how much of the rows was read, as a share of the file.
func (t *table) columnProgress() (done, total int64) {
	if t.columns.table.Rows <= 0 {
		return 0, t.file.size
	}
	return int64(float64(t.file.size) * float64(t.pos) / float64(t.columns.table.Rows)), t.file.size
}
