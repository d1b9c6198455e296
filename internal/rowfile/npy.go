package rowfile

import (
	"errors"
	"fmt"
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
	truncated bool     // the file holds fewer rows than its header says
	notes     []string // for Rows.Notes
	warnings  []string // for Rows.Warnings
	file      *file

	pos int64  // rows loaded so far
	n   int    // rows in buf
	buf []byte // rows loaded last, little endian
}

// layout is how an array of a header lies in its file.
type layout struct {
	dtype  dtype
	item   int64 // bytes from one record to the next
	offset int64 // of the element in its record
	shape  []int64
	field  string
}

// openNpy opens a .npy file for one role; pick names the field of a structured type.
func openNpy(f *file, opt *Options, use, pick string) (*array, error) {
	h, err := readNpyHeader(f.section(0, f.size), f.size, f.place)
	if err != nil {
		return nil, err
	}
	a, lay, err := newArray(f.place, h, f.size, opt, use, pick)
	if err != nil {
		return nil, err
	}
	a.file = f
	a.header.Format, a.header.Bytes = "npy", f.size
	a.src = sequential{f.section(h.data, f.size-h.data)}
	return a, a.arrange(h, lay, f.section(h.data, f.size-h.data), opt)
}

// newArray checks a header against the size of its file and describes the array.
func newArray(p place, h npyHeader, size int64, opt *Options, use, pick string) (*array, layout, error) {
	lay, err := h.layout(p, use, pick)
	if err != nil {
		return nil, lay, err
	}
	a := &array{place: p, dtype: lay.dtype, data: h.data}
	a.header = Header{Path: p.path, Member: p.member, DType: lay.dtype.String(), Shape: lay.shape}
	if err := a.reshape(h, lay); err != nil {
		return nil, lay, err
	}
	return a, lay, a.fit(h, lay, size, opt)
}

// layout settles the element type, a structured one by its field.
func (h *npyHeader) layout(p place, use, pick string) (layout, error) {
	if h.descr.kind == 'l' {
		return h.structured(p, use, pick)
	}
	d, got, hint := parseDType(h.descr.str, use)
	if got != "" {
		return layout{}, p.at(h.at.descr, got, "numbers", hint)
	}
	return layout{dtype: d, item: int64(d.size), shape: h.shape}, nil
}

// reshape sets rows and columns: the last dimension holds the columns, all before it the rows; a
// vector has one column, and a single number is one row of it.
func (a *array) reshape(h npyHeader, lay layout) error {
	cols, lead := int64(1), lay.shape
	if n := len(lead); n >= 2 {
		cols, lead = lead[n-1], lead[:n-1]
	}
	rows, ok := product(lead...)
	if _, fits := product(rows, cols, lay.item); !ok || !fits {
		return a.at(h.at.shape, fmt.Sprintf("the product of shape %s and %d bytes an element overflows", shapeText(lay.shape), lay.dtype.size), "", "the header is damaged or hostile")
	}
	if rows == 0 {
		return a.at(h.at.shape, fmt.Sprintf("no rows: shape is %s", shapeText(lay.shape)), "at least one row", "")
	}
	if cols == 0 {
		return a.at(h.at.shape, fmt.Sprintf("no columns: shape is %s", shapeText(lay.shape)), "at least one column", "")
	}
	a.setRows(rows)
	a.cols, a.header.Cols = int(cols), int(cols)
	return nil
}

func (a *array) setRows(n int64) { a.rows, a.header.Rows = n, n }

// fit compares the bytes that the shape needs with those there are.
func (a *array) fit(h npyHeader, lay layout, size int64, opt *Options) error {
	perRow := int64(a.cols) * lay.item
	if len(h.shape) < len(lay.shape) { // a field that is itself an array lies within one record
		perRow = lay.item
		if len(h.shape) == 0 {
			perRow = lay.item
		}
	}
	need, have := a.rows*perRow, size-h.data
	switch {
	case have > need && !opt.IgnoreTrailing:
		return a.at(h.data+need, fmt.Sprintf("%d bytes follow the array, which ends here", have-need), "none", "--ignore-trailing accepts them, if you know what they are")
	case have > need:
		a.warnings = append(a.warnings, fmt.Sprintf("%s: %d bytes behind the array are ignored", a.name(), have-need))
	case have < need && !opt.AllowTruncated:
		return a.at(size, fmt.Sprintf("file ends: %d bytes of data", have), fmt.Sprintf("%d for shape %s of %s", need, shapeText(lay.shape), lay.dtype),
			"copy the file again, or use its whole rows with --allow-truncated")
	case have < need:
		whole := have / perRow
		if whole == 0 || h.fortran && len(lay.shape) > 1 {
			return a.at(size, fmt.Sprintf("file ends: %d bytes of data", have), fmt.Sprintf("at least one whole row of shape %s", shapeText(lay.shape)), "copy the file again")
		}
		a.warnings = append(a.warnings, fmt.Sprintf("%s is cut short: %d of %d rows are there and used", a.name(), whole, a.rows))
		a.truncated = true
		a.setRows(whole)
	}
	return nil
}

// name tells the array in a note: path, and member in quotes.
func (a *array) name() string {
	if a.member == "" {
		return plain(a.path)
	}
	return plain(a.path) + ": member " + quote(a.member)
}

// load reads the next rows, at most max, and returns how many; io.EOF after the last.
func (a *array) load(max int) (int, error) {
	a.n = int(min(int64(max), a.rows-a.pos))
	if a.n == 0 {
		return 0, io.EOF
	}
	row := a.cols * a.dtype.size
	if need := a.n * row; cap(a.buf) < need {
		a.buf = make([]byte, need)
	}
	a.buf = a.buf[:a.n*row]
	if n, err := io.ReadFull(a.src, a.buf); err != nil {
		at := a.data + a.pos*int64(row) + int64(n)
		a.n, a.buf = 0, a.buf[:0]
		return 0, a.read(at, err)
	}
	if unit := a.dtype.swap(); unit > 0 {
		reverse(a.buf, unit)
	}
	a.pos += int64(a.n)
	return a.n, nil
}

func (a *array) rewind() error {
	a.pos, a.n = 0, 0
	return a.src.rewind()
}

func (a *array) float32s(dst []float32) { decode(dst, a.buf, a.dtype) }
func (a *array) float64s(dst []float64) { decode(dst, a.buf, a.dtype) }

func (a *array) progress() (done, total int64) {
	row := int64(a.cols * a.dtype.size)
	return a.data + a.pos*row, a.data + a.rows*row
}

func (a *array) head() *Header { return &a.header }

func (a *array) close() error {
	if a.file == nil {
		return nil
	}
	return a.file.f.Close()
}

var errNotYet = errors.New("not readable yet")

func (a *array) arrange(h npyHeader, lay layout, r *io.SectionReader, opt *Options) error {
	if h.fortran && len(lay.shape) > 1 {
		return errNotYet
	}
	return nil
}

func (h *npyHeader) structured(p place, use, pick string) (layout, error) { return layout{}, errNotYet }
