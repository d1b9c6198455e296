package rowfile

import (
	"io"
)

// A source gives the bytes of an array's elements in order of rows, whatever their order in the file.
type source interface {
	io.Reader
	rewind() error
}

// sequential is a source that lies in the file as it is read.
type sequential struct{ *io.SectionReader }

func (s sequential) rewind() error { _, err := s.Seek(0, io.SeekStart); return err }

// An array is a run of rows of elements of one type, read a block at a time.
type array struct {
	place
	header    Header
	dtype     dtype
	src       source
	data      int64 // where the elements begin, for messages
	rows      int64 // to be read
	cols      int
	truncated bool            // the file holds fewer rows than its header says
	notes     []string        // for Rows.Notes
	warnings  []string        // for Rows.Warnings
	size      int64           // of the file or member
	finish    func() error    // checks what only the end of the data shows; may be nil
	late      func() []string // warnings that only the end of the data shows; may be nil

	pos  int64  // rows loaded so far
	n    int    // rows in buf
	buf  []byte // rows loaded last, little endian: in own, or in what was lent
	own  []byte
	lent []byte // of the caller, for the next load; see native.go

	sequence int64 // rows of a sequence, such as the tokens of a text; 0 when the shape tells
	offset   int64 // the position of its first row

	words *dictionary // of labels that are text
	text  []byte      // the last of them
}

// layout is how the elements of an array lie in their file: in records of item bytes, of which the
// size·count bytes from offset belong to the array. Without fields the record is the element.
type layout struct {
	dtype   dtype
	shape   []int64 // of the array: that of the records, then that of the field
	records int     // how many dimensions count records
	item    int64
	offset  int64
	count   int64 // elements of one field
}

// openNpy opens a .npy file. use is Options.DType where the role allows it, and field the field of a
// structured type.
func openNpy(f *file, opt *Options, use, field string) (*array, error) {
	h, err := readNpyHeader(f.section(0, f.size), f.size, f.place)
	if err != nil {
		return nil, err
	}
	a, lay, err := newArray(f.place, h, f.size, opt, use, field)
	if err != nil {
		return nil, err
	}
	a.header.Format, a.header.Bytes = "npy", f.size
	data := f.section(h.data, f.size-h.data)
	return a, a.arrange(h, lay, sequential{data}, data, opt)
}

// newArray checks a header against the size of its file and describes the array.
func newArray(p place, h npyHeader, size int64, opt *Options, use, field string) (*array, layout, error) {
	lay, err := h.layout(p, use, field)
	if err != nil {
		return nil, lay, err
	}
	a := &array{place: p, dtype: lay.dtype, data: h.data, size: size}
	a.header = Header{Path: p.path, Member: p.member, DType: lay.dtype.String(), Shape: lay.shape}
	if err := a.shapeRows(h, lay); err != nil {
		return nil, lay, err
	}
	return a, lay, a.fit(h, lay, size, opt)
}

// layout settles the element type, a structured one by its field.
func (h *npyHeader) layout(p place, use, field string) (layout, error) {
	if h.descr.kind == 'l' {
		return h.structured(p, use, field)
	}
	d, got, hint := parseDType(h.descr.str, use)
	if got != "" {
		return layout{}, p.at(h.at.descr, got, "numbers", hint)
	}
	return layout{dtype: d, shape: h.shape, records: len(h.shape), item: int64(d.size), count: 1}, nil
}

// shapeRows sets rows and columns: the last dimension holds the columns, all before it the rows; a
// vector has one column, and a single number is one row of it.
func (a *array) shapeRows(h npyHeader, lay layout) error {
	rows, ok := product(lay.shape[:lay.records]...)
	if _, fits := product(rows, lay.item); !ok || !fits {
		return a.at(h.at.shape, sprintf("shape %s of %d bytes an element: the product overflows, and the file has %d bytes", shapeText(lay.shape), lay.item, a.size),
			"", "the header is damaged, or meant to mislead")
	}
	cols, lead := int64(1), lay.shape
	if n := len(lead); n >= 2 {
		cols, lead = lead[n-1], lead[:n-1]
	}
	rows, _ = product(lead...)
	if rows == 0 {
		return a.at(h.at.shape, "no rows: shape is "+shapeText(lay.shape), "at least one row", "")
	}
	if cols == 0 {
		return a.at(h.at.shape, "no columns: shape is "+shapeText(lay.shape), "at least one column", "")
	}
	a.setRows(rows)
	a.cols, a.header.Cols = int(cols), int(cols)
	return nil
}

func (a *array) setRows(n int64) { a.rows, a.header.Rows = n, n }

// fit compares the bytes that the shape needs with those there are.
func (a *array) fit(h npyHeader, lay layout, size int64, opt *Options) error {
	records, _ := product(lay.shape[:lay.records]...)
	need, have := records*lay.item, size-h.data
	sizes := sprintf("%d bytes of data", have)
	want := sprintf("%d for shape %s of %s", need, shapeText(lay.shape), lay.dtype)
	switch {
	case have > need && !opt.IgnoreTrailing:
		return a.at(h.data+need, sprintf("%d bytes follow the array, which ends here", have-need), "none",
			"two files in one? --ignore-trailing reads the array and leaves them out")
	case have > need:
		a.warnings = append(a.warnings, sprintf("%s: the %d bytes behind the array were left out", a.name(), have-need))
	case have < need && !opt.AllowTruncated:
		return a.at(size, "file ends with "+sizes, want, "copy it again, or use its whole rows with --allow-truncated")
	case have < need:
		var whole int64
		if a.rows > records { // a record holds several rows
			whole = have / lay.item * (a.rows / records)
		} else {
			whole = have / (records / a.rows * lay.item)
		}
		if whole == 0 || h.fortran && len(lay.shape) > 1 {
			return a.at(size, "file ends with "+sizes, want+", of which no row is whole", "copy it again")
		}
		a.warnings = append(a.warnings, sprintf("%s is cut short: %d bytes of data, want %s; its %d whole rows are used", a.name(), have, want, whole))
		a.truncated = true
		a.setRows(whole)
	}
	return nil
}

// arrange makes a.src of the member's bytes behind the header: plain reads them in order, at by
// position (nil when they cannot be).
func (a *array) arrange(h npyHeader, lay layout, plain source, at io.ReaderAt, opt *Options) error {
	a.src = plain
	if row := int64(a.cols); row > opt.maxMem()/32 {
		return a.at(h.at.shape, sprintf("one row has %d values", row), sprintf("at most %d within %d bytes of memory", opt.maxMem()/32, opt.maxMem()), "--max-mem raises the bound")
	}
	if lay.item != int64(lay.dtype.size) {
		if h.fortran && lay.records > 1 {
			return a.at(h.at.shape, "a structured array in column-major order", "row-major order", rowMajor)
		}
		if lay.item > opt.maxMem()/8 {
			return a.at(h.at.descr, sprintf("a record of %d bytes", lay.item), sprintf("at most %d within %d bytes of memory", opt.maxMem()/8, opt.maxMem()), "--max-mem raises the bound")
		}
		a.src = newFields(plain, lay)
		return nil
	}
	if !h.fortran || !columnMajor(lay.shape) {
		return nil
	}
	return a.transpose(h, lay, plain, at, opt)
}

// name tells the array in a note: path, and member in quotes.
func (a *array) name() string {
	if a.member == "" {
		return plain(a.path)
	}
	return plain(a.path) + ": member " + quote(a.member)
}

// load reads the next rows, at most most, and returns how many; io.EOF after the last.
func (a *array) load(most int) (int, error) {
	a.n = int(min(int64(most), a.rows-a.pos))
	if a.n == 0 {
		return 0, io.EOF
	}
	row := a.cols * a.dtype.size
	a.buf, a.lent = a.lent, nil
	if a.buf == nil {
		a.own = resize(a.own, a.n*row)
		a.buf = a.own
	}
	a.buf = a.buf[:a.n*row]
	if n, err := io.ReadFull(a.src, a.buf); err != nil {
		at := a.data + a.pos*int64(row) + int64(n)
		a.n, a.buf = 0, nil
		return 0, a.read(at, err)
	}
	if unit := a.dtype.swap(); unit > 0 {
		reverse(a.buf, unit)
	}
	a.pos += int64(a.n)
	if a.pos == a.rows && !a.truncated && a.finish != nil {
		if err := a.finish(); err != nil {
			return 0, err
		}
	}
	return a.n, nil
}

func (a *array) rewind() error {
	a.pos, a.n, a.lent = 0, 0, nil
	return a.src.rewind()
}

func (a *array) float32s(dst []float32) { decode(dst, a.buf, a.dtype) }
func (a *array) float64s(dst []float64) { decode(dst, a.buf, a.dtype) }

func (a *array) progress() (done, total int64) {
	row := int64(a.cols * a.dtype.size)
	return a.data + a.pos*row, a.data + a.rows*row
}
