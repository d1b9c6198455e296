package colfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"xent/internal/columnar"
)

// An extent is a buffer of a batch: where it stands in the body, or what it was decompressed to.
type extent struct {
	at, size int64
	held     []byte
}

// An arrowBatch is a batch at hand; the fields of the schema know their places in it.
type arrowBatch struct {
	rows  int64
	codec int // -1 for none, 0 for LZ4, 1 for Zstandard
	body  int64
}

// open lays out a batch of rows.
func (a *arrowFile) open(m message, head flat) (*arrowBatch, error) {
	b := &arrowBatch{rows: m.rows}
	return b, a.layOut(b, m, head, a.fields)
}

// layOut gives every field its node and its buffers, in the order of the schema.
func (a *arrowFile) layOut(b *arrowBatch, m message, head flat, fields []*arrowField) error {
	b.body, b.codec = m.body, -1
	if c, ok := head.table(3); ok {
		b.codec = int(c.number(0, 1, 0))
	}
	nodes, n := head.vector(1, 16)
	buffers, count := head.vector(2, 16)
	views, viewCount := head.vector(4, 8)
	var lay func(f *arrowField) error
	lay = func(f *arrowField) error {
		if n == 0 {
			return refuse("a batch with fewer fields than the schema", "", "the file is damaged")
		}
		pair := head.bytes(nodes, 16)
		f.rows, f.nulls = int64(le.Uint64(pair)), int64(le.Uint64(pair[8:]))
		nodes, n = nodes+16, n-1
		want := f.bufferCount()
		if (f.kind == arrowUTF8View || f.kind == arrowBinaryView) && !f.coded {
			if viewCount == 0 {
				return refuse("a batch with fewer fields than the schema", "", "the file is damaged")
			}
			extra := le.Uint64(head.bytes(views, 8))
			views, viewCount = views+8, viewCount-1
			if extra > uint64(count) {
				return refuse("a batch with fewer buffers than the schema", "", "the file is damaged")
			}
			want += int(extra)
		}
		if count < want || f.rows < 0 {
			return refuse("a batch with fewer buffers than the schema", "", "the file is damaged")
		}
		f.buffers = f.buffers[:0]
		for range want {
			e := head.bytes(buffers, 16)
			x := extent{at: int64(le.Uint64(e)), size: int64(le.Uint64(e[8:]))}
			if x.at < 0 || x.size < 0 || x.at > m.size || x.size > m.size-x.at {
				return refuse(fmt.Sprintf("a buffer of %d bytes at byte %d of a batch of %d", x.size, x.at, m.size), "within the batch", "the file is damaged")
			}
			f.buffers = append(f.buffers, x)
			buffers, count = buffers+16, count-1
		}
		if f.coded {
			return nil
		}
		for _, c := range f.children {
			if err := lay(c); err != nil {
				return err
			}
		}
		return nil
	}
	for _, f := range fields {
		if err := lay(f); err != nil {
			return err
		}
	}
	return nil
}

// bufferCount is how many buffers a field has, without those of its children.
func (f *arrowField) bufferCount() int {
	switch {
	case f.coded:
		return 2
	case f.kind == arrowNull, f.kind == arrowRunEnd:
		return 0
	case f.kind == arrowStruct, f.kind == arrowFixedList:
		return 1
	case f.kind == arrowUTF8View, f.kind == arrowBinaryView:
		return 2 // and those in which long texts stand
	case f.kind == arrowBinary, f.text(), f.kind == arrowLargeBinary, f.kind == arrowListView, f.kind == arrowLargeListView:
		return 3
	}
	return 2 // whether there is a value, and values, offsets or views
}

// bytes returns n bytes from byte from on of buffer i of f.
func (a *arrowFile) bytes(f *arrowField, i int, from, n int64) ([]byte, error) {
	x := &f.buffers[i]
	if a.batch.codec >= 0 && x.held == nil && x.size > 0 {
		if err := a.batch.decompress(a, x); err != nil {
			return nil, err
		}
	}
	have := x.size
	if x.held != nil {
		have = int64(len(x.held))
	}
	if from < 0 || n < 0 || from > have || n > have-from {
		return nil, refuse(fmt.Sprintf("field %q: a buffer of %d bytes", f.name, have), fmt.Sprintf("at least %d", from+n), "the file is damaged")
	}
	if x.held != nil {
		return x.held[from : from+n], nil
	}
	b := make([]byte, n)
	if _, err := a.f.ReadAt(b, a.batch.body+x.at+from); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return b, nil
}

// decompress holds what a buffer was compressed from: its length as int64, -1 for as it is, and the data.
func (b *arrowBatch) decompress(a *arrowFile, x *extent) error {
	raw := io.NewSectionReader(a.f, b.body+x.at, x.size)
	var head [8]byte
	if _, err := io.ReadFull(raw, head[:]); err != nil {
		return refuse("a compressed buffer of less than 8 bytes", "", "the file is damaged")
	}
	size := int64(le.Uint64(head[:]))
	if size == -1 {
		held, err := io.ReadAll(raw)
		x.held = held
		return err
	}
	if size < 0 {
		return refuse(fmt.Sprintf("a compressed buffer of %d bytes", size), "0 or more", "the file is damaged")
	}
	var r io.Reader
	switch b.codec {
	case 0:
		r = lz4.NewReader(raw)
	case 1:
		z, err := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
		if err != nil {
			return err
		}
		defer z.Close()
		r = z
	default:
		return refuse(fmt.Sprintf("a compression of number %d", b.codec), "LZ4 or Zstandard", "")
	}
	var out bytes.Buffer // grows with what comes, not with what is claimed
	n, err := io.Copy(&out, io.LimitReader(r, size+1))
	if err != nil {
		return refuse("damaged compressed data: "+err.Error(), "", "copy the file again")
	}
	if n != size {
		return refuse(fmt.Sprintf("a buffer that decompresses to %d bytes", n), fmt.Sprintf("%d", size), "the file is damaged")
	}
	x.held = out.Bytes()
	return nil
}

// nullsOf returns which of n rows from row first on have no value; nil for none.
func (a *arrowFile) nullsOf(f *arrowField, first int64, n int) ([]bool, error) {
	if f.kind == arrowNull {
		return bytesTrue(n), nil
	}
	if f.nulls == 0 || f.buffers[0].size == 0 {
		return nil, nil
	}
	bits, err := a.bytes(f, 0, first/8, (first+int64(n)+7)/8-first/8)
	if err != nil {
		return nil, err
	}
	var null []bool
	for i := range n {
		k := int(first%8) + i
		if bits[k/8]>>(k%8)&1 == 0 {
			if null == nil {
				null = make([]bool, n)
			}
			null[i] = true
		}
	}
	return null, nil
}

func bytesTrue(n int) []bool {
	b := make([]bool, n)
	for i := range b {
		b[i] = true
	}
	return b
}

// read stores n rows of a column, from row first of the batch on.
func (a *arrowFile) read(v *columnar.Values, c *arrowColumn, first int64, n int) (err error) {
	if v.Kind == columnar.Other {
		return nil
	}
	for _, f := range append(c.outer[:len(c.outer):len(c.outer)], c.field) {
		if f.rows < first+int64(n) {
			return refuse(fmt.Sprintf("field %q has %d rows in a batch of more", f.name, f.rows), "", "the file is damaged")
		}
		null, err := a.nullsOf(f, first, n)
		if err != nil {
			return err
		}
		for i, is := range null {
			if v.Null == nil {
				v.Null = make([]bool, n)
			}
			v.Null[i] = v.Null[i] || is
		}
	}
	f := c.field
	switch {
	case f.words:
		return a.codes(v, f, first, n)
	case v.Kind == columnar.Text:
		return a.texts(v, f, first, n)
	case v.Kind.List():
		return a.lists(v, f, first, n)
	case v.Kind == columnar.Bool:
		bits, err := a.bytes(f, 1, first/8, (first+int64(n)+7)/8-first/8)
		if err != nil {
			return err
		}
		for i := range n {
			k := int(first%8) + i
			v.I64 = append(v.I64, int64(bits[k/8]>>(k%8)&1))
		}
		return nil
	}
	return a.numbers(v, f, first, n, false)
}

// numbers appends numbers; those of lists as float64 where they are integers.
func (a *arrowFile) numbers(v *columnar.Values, f *arrowField, first int64, n int, list bool) error {
	size := f.bits / 8
	b, err := a.bytes(f, 1, first*int64(size), int64(n)*int64(size))
	if err != nil {
		return err
	}
	if f.kind == arrowFloat {
		switch size {
		case 2:
			for ; len(b) > 0; b = b[2:] {
				v.F32 = append(v.F32, half(le.Uint16(b)))
			}
		case 4:
			for ; len(b) > 0; b = b[4:] {
				v.F32 = append(v.F32, math.Float32frombits(le.Uint32(b)))
			}
		case 8:
			for ; len(b) > 0; b = b[8:] {
				v.F64 = append(v.F64, math.Float64frombits(le.Uint64(b)))
			}
		}
		return nil
	}
	for i := range n {
		x, ok := whole(b[i*size:(i+1)*size], f.signed)
		switch {
		case list:
			v.F64 = append(v.F64, float64(x))
		case !ok && !v.Missing(i):
			return refuse(fmt.Sprintf("field %q: row %d is %d", f.name, a.row+int64(i), uint64(x)), fmt.Sprintf("at most %d", int64(math.MaxInt64)), "")
		default:
			v.I64 = append(v.I64, x)
		}
	}
	return nil
}

// whole reads an integer; false for one that int64 does not hold.
func whole(b []byte, signed bool) (int64, bool) {
	switch len(b) {
	case 1:
		if signed {
			return int64(int8(b[0])), true
		}
		return int64(b[0]), true
	case 2:
		if signed {
			return int64(int16(le.Uint16(b))), true
		}
		return int64(le.Uint16(b)), true
	case 4:
		if signed {
			return int64(int32(le.Uint32(b))), true
		}
		return int64(le.Uint32(b)), true
	}
	x := int64(le.Uint64(b))
	return x, signed || x >= 0
}

// ends returns where n rows from row first on begin in what is below f, and where the last ends: n + 1 places in order.
func (a *arrowFile) ends(f *arrowField, first int64, n int) ([]int64, error) {
	out := make([]int64, n+1)
	if f.kind == arrowFixedList {
		for i := range out {
			out[i] = (first + int64(i)) * f.length
		}
		return out, nil
	}
	size := int64(4)
	if f.kind == arrowLargeUTF8 || f.kind == arrowLargeList {
		size = 8
	}
	b, err := a.bytes(f, 1, first*size, int64(n+1)*size)
	if err != nil {
		return nil, err
	}
	last := int64(0)
	for i := range out {
		x, _ := whole(b[int64(i)*size:(int64(i)+1)*size], true)
		if x < last {
			return nil, refuse(fmt.Sprintf("field %q: row %d begins at %d, behind its end or before the file", f.name, a.row+int64(i), x), "places in order", "the file is damaged")
		}
		out[i], last = x, x
	}
	return out, nil
}

// texts appends texts.
func (a *arrowFile) texts(v *columnar.Values, f *arrowField, first int64, n int) error {
	if f.kind == arrowUTF8View {
		return a.views(v, f, first, n)
	}
	ends, err := a.ends(f, first, n)
	if err != nil {
		return err
	}
	for i := range n {
		b, err := a.text(f, 2, ends[i], ends[i+1]-ends[i], i)
		if err != nil {
			return err
		}
		if err := addText(v, b, f.name); err != nil {
			return err
		}
	}
	return nil
}

// text returns size bytes from byte from on of a buffer, the text of the i-th row asked for.
func (a *arrowFile) text(f *arrowField, buffer int, from, size int64, i int) ([]byte, error) {
	if size > maxText && a.cut == 0 {
		return nil, refuse(fmt.Sprintf("column %q: row %d holds %d bytes of text", f.name, a.row+int64(i), size), fmt.Sprintf("at most %d", maxText), "is this the column that was meant?")
	}
	if a.cut > 0 {
		size = min(size, int64(a.cut))
	}
	return a.bytes(f, buffer, from, size)
}

// views appends texts of which a view of 16 bytes holds the length and, up to 12 bytes, the text; else its first four
// bytes, the buffer that holds it, and the place there.
func (a *arrowFile) views(v *columnar.Values, f *arrowField, first int64, n int) error {
	all, err := a.bytes(f, 1, 16*first, 16*int64(n))
	if err != nil {
		return err
	}
	for i := range n {
		view := all[16*i : 16*i+16]
		size, in := int64(int32(le.Uint32(view))), 2+int(int32(le.Uint32(view[8:])))
		var b []byte
		switch {
		case v.Missing(i):
		case size >= 0 && size <= 12:
			b = view[4 : 4+size]
		case in < 2 || in >= len(f.buffers):
			err = refuse(fmt.Sprintf("field %q: row %d is in buffer %d of %d", f.name, a.row+int64(i), in-2, len(f.buffers)-2), "", "the file is damaged")
		default:
			b, err = a.text(f, in, int64(int32(le.Uint32(view[12:]))), size, i)
		}
		if err == nil {
			err = addText(v, b, f.name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func addText(v *columnar.Values, b []byte, name string) error {
	if len(v.Text)+len(b) > columnar.MaxBatch {
		return refuse(fmt.Sprintf("column %q: more than %d bytes of text in some rows", name, columnar.MaxBatch), "", "is this the column that was meant?")
	}
	v.Text = append(v.Text, b...)
	v.Ends = append(v.Ends, uint32(len(v.Text)))
	return nil
}

// codes appends the words that numbers stand for.
func (a *arrowFile) codes(v *columnar.Values, f *arrowField, first int64, n int) error {
	var codes columnar.Values
	codes.Null = v.Null
	if err := a.numbers(&codes, f, first, n, false); err != nil {
		return err
	}
	words := a.words[f.dict]
	for i, k := range codes.I64 {
		var word []byte
		switch {
		case v.Missing(i):
		case k < 0 || k >= int64(len(words)):
			return refuse(fmt.Sprintf("column %q: row %d is word %d of a dictionary of %d", f.name, a.row+int64(i), k, len(words)), "", "the file is damaged")
		default:
			word = words[k]
		}
		if a.cut > 0 {
			word = word[:min(len(word), a.cut)]
		}
		if err := addText(v, word, f.name); err != nil {
			return err
		}
	}
	return nil
}

// readWords reads a dictionary.
func (a *arrowFile) readWords(m message, head flat) error {
	id := head.int64(0)
	data, ok := head.table(1)
	if !ok {
		return refuse("a dictionary without words", "", "the file is damaged")
	}
	var of *arrowField
	for _, c := range a.columns {
		if c.field.coded && c.field.dict == id && c.field.words {
			of = &arrowField{name: c.field.name, kind: c.field.wordKind}
		}
	}
	if of == nil {
		return nil // of a column that is not read
	}
	rows := data.int64(0)
	if rows < 0 || rows > columnar.MaxRows {
		return refuse(fmt.Sprintf("a dictionary of %d words", rows), fmt.Sprintf("at most %d", columnar.MaxRows), "")
	}
	b := &arrowBatch{rows: rows}
	if err := a.layOut(b, m, data, []*arrowField{of}); err != nil {
		return err
	}
	before, cut := a.batch, a.cut
	a.batch, a.cut = b, 0
	var v columnar.Values
	err := a.texts(&v, of, 0, int(rows))
	a.batch, a.cut = before, cut
	if err != nil {
		return err
	}
	words := make([][]byte, rows)
	for i := range words {
		words[i] = v.At(i)
	}
	if head.number(2, 1, 0) != 0 { // more words for one that is known
		words = append(a.words[id], words...)
	}
	a.words[id] = words
	return nil
}

// lists appends rows of numbers.
func (a *arrowFile) lists(v *columnar.Values, f *arrowField, first int64, n int) error {
	ends, err := a.ends(f, first, n)
	if err != nil {
		return err
	}
	child := f.children[0]
	if a.width == nil {
		a.width = map[*arrowField]int64{}
	}
	for i := range n {
		length := ends[i+1] - ends[i]
		if a.width[f] == 0 && length > 0 && length <= maxListSize {
			a.width[f] = length
		}
		switch k := a.width[f]; {
		case a.cut > 0 && length != k: // a sample tells the first length alone
			n = i
		case length != k || k == 0 || v.Missing(i) && f.kind == arrowFixedList:
			if v.Missing(i) {
				length = 0
			}
			return refuse(fmt.Sprintf("column %q: row %d holds %d numbers", f.name, a.row+int64(i), length), fmt.Sprintf("%d, as in the rows before", max(k, 1)), "")
		}
		if n == i {
			break
		}
	}
	rows, width := len(ends)-1, a.width[f]
	v.Width = int(width)
	from, count := ends[0], int64(n)*width
	if count > columnar.MaxBatch/8 || from+count > child.rows {
		return refuse(fmt.Sprintf("column %q: rows that end behind the last of %d numbers", f.name, child.rows), "", "the file is damaged")
	}
	null, err := a.nullsOf(child, from, int(count))
	if err != nil {
		return err
	}
	for i, is := range null {
		if is && a.cut == 0 {
			return refuse(fmt.Sprintf("column %q: number %d of row %d is missing", f.name, int64(i)%width, a.row+int64(i)/width), "a number", "no value is made up for it: leave the row out, or write nan")
		}
	}
	if err := a.numbers(v, child, from, int(count), true); err != nil {
		return err
	}
	for range int64(rows-n) * width {
		if v.Kind == columnar.Floats32 {
			v.F32 = append(v.F32, 0)
		} else {
			v.F64 = append(v.F64, 0)
		}
	}
	return nil
}
