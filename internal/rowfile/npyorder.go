package rowfile

import (
	"bytes"
	"io"
)

// rowMajor is the advice for arrays whose order would cost too much.
const rowMajor = "re-save with np.ascontiguousarray(a)"

// staged is a source that makes its bytes in portions.
type staged struct {
	rest []byte                 // made and not yet read
	make func() ([]byte, error) // the next portion; io.EOF after the last
}

func (s *staged) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		var err error
		if s.rest, err = s.make(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// fields picks one field out of the records of a structured array.
type fields struct {
	staged
	src                source
	item, offset, size int
	buf                []byte
}

func newFields(src source, lay layout) *fields {
	f := &fields{src: src, item: int(lay.item), offset: int(lay.offset), size: int(lay.count) * lay.dtype.size}
	f.make = f.next
	return f
}

func (f *fields) rewind() error {
	f.rest = nil
	return f.src.rewind()
}

// next reads about 256 KiB of records and moves their fields together.
func (f *fields) next() ([]byte, error) {
	f.buf = resize(f.buf, max(1, (256<<10)/f.item)*f.item)
	n, err := io.ReadFull(f.src, f.buf)
	if n < f.item {
		return nil, err
	}
	out := f.buf[:0]
	for r := f.buf[:n/f.item*f.item]; len(r) > 0; r = r[f.item:] {
		out = append(out, r[f.offset:f.offset+f.size]...) // never ahead of what is still to be read
	}
	return out, nil
}

// columnMajor reports whether Fortran order of shape differs from C order.
func columnMajor(shape []int64) bool {
	long := 0
	for _, d := range shape {
		if d > 1 {
			long++
		}
	}
	return long > 1
}

// transpose arranges for a column-major array to be read by rows.
//
// Every column gives n of its values by one positioned read of n·size bytes, and the panel of n rows
// is turned in memory: rows/n·cols reads in all. n·size is 16 KiB, less where two panels would take
// more than a quarter of MaxMem or 128 MiB. A compressed member cannot be read by position; it is
// inflated into memory, up to half of MaxMem.
func (a *array) transpose(h npyHeader, lay layout, plain source, at io.ReaderAt, opt *Options) error {
	if lead := lay.shape[:len(lay.shape)-1]; columnMajor(lead) {
		return a.at(h.at.shape, "shape "+shapeText(lay.shape)+" in column-major order", "row-major order for more than two dimensions", rowMajor)
	}
	size := a.dtype.size
	row := int64(a.cols) * int64(size)
	budget := min(opt.maxMem()/8, 64<<20)
	if row > budget {
		return a.at(h.at.shape, sprintf("rows of %d bytes in column-major order", row), sprintf("at most %d within %d bytes of memory", budget, opt.maxMem()), rowMajor+", or raise --max-mem")
	}
	const run = 16 << 10 // bytes of a column that are worth a read
	t := &panels{at: at, rows: a.rows, cols: a.cols, size: size, height: int(min(budget/(row+64*int64(a.cols))+1, int64(run/size), a.rows))}
	t.make = t.next
	if at == nil {
		total := a.rows * row
		if total > opt.maxMem()/2 {
			return a.whole(sprintf("%d bytes, compressed and in column-major order", total), sprintf("at most %d within %d bytes of memory", opt.maxMem()/2, opt.maxMem()), rowMajor+", or raise --max-mem")
		}
		t.inflate = func() (io.ReaderAt, error) {
			var b bytes.Buffer // grows with the bytes that are there, not with those declared
			if _, err := io.CopyN(&b, plain, total); err != nil {
				return nil, a.read(a.data+int64(b.Len()), err)
			}
			return bytes.NewReader(b.Bytes()), nil
		}
	}
	a.src = t
	if t.height < int(a.rows) {
		a.notes = append(a.notes, sprintf("%s is column-major: read in panels of %d rows, %d reads of %d bytes each; np.ascontiguousarray makes it faster", a.name(), t.height, a.cols, t.height*size))
	}
	return nil
}

// panels reads a column-major array by rows.
type panels struct {
	staged
	at                 io.ReaderAt
	inflate            func() (io.ReaderAt, error) // makes at when the data are compressed
	rows, pos          int64
	cols, size, height int
	columns, turned    []byte
}

func (t *panels) rewind() error {
	t.pos, t.rest = 0, nil
	return nil
}

// next reads and turns the next panel.
func (t *panels) next() ([]byte, error) {
	n := int(min(int64(t.height), t.rows-t.pos))
	if n == 0 {
		return nil, io.EOF
	}
	if t.at == nil {
		var err error
		if t.at, err = t.inflate(); err != nil {
			return nil, err
		}
	}
	run := n * t.size
	stride := run + 64 // runs a power of two apart would share the sets of the cache
	t.columns, t.turned = resize(t.columns, stride*t.cols), resize(t.turned, run*t.cols)
	for c := range t.cols {
		off := (int64(c)*t.rows + t.pos) * int64(t.size)
		if k, err := t.at.ReadAt(t.columns[c*stride:c*stride+run], off); k < run {
			return nil, err
		}
	}
	t.pos += int64(n)
	turn(t.turned, t.columns, n, t.cols, t.size, stride)
	return t.turned, nil
}

// turn stores the cols columns of n elements in src, stride bytes apart, as n rows in dst, in tiles
// of 16 by 16 elements, whose cache lines are read and written once.
func turn(dst, src []byte, n, cols, size, stride int) {
	const tile = 16
	for r0 := 0; r0 < n; r0 += tile {
		for c0 := 0; c0 < cols; c0 += tile {
			c1 := min(c0+tile, cols)
			for r := r0; r < min(r0+tile, n); r++ {
				turnRow(dst[(r*cols+c0)*size:(r*cols+c1)*size], src[c0*stride+r*size:], size, stride)
			}
		}
	}
}

// turnRow gathers elements that stand stride bytes apart.
func turnRow(dst, src []byte, size, stride int) {
	switch size {
	case 2:
		for i := 0; len(dst) >= 2; i, dst = i+stride, dst[2:] {
			le.PutUint16(dst, le.Uint16(src[i:]))
		}
	case 4:
		for i := 0; len(dst) >= 4; i, dst = i+stride, dst[4:] {
			le.PutUint32(dst, le.Uint32(src[i:]))
		}
	case 8:
		for i := 0; len(dst) >= 8; i, dst = i+stride, dst[8:] {
			le.PutUint64(dst, le.Uint64(src[i:]))
		}
	default:
		for i := 0; len(dst) >= size; i, dst = i+stride, dst[size:] {
			copy(dst[:size], src[i:])
		}
	}
}
