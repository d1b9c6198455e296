package columnar

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Marks of what comes next in a stream.
const (
	markSchema  = 'S'
	markBatch   = 'B'
	markEnd     = 'Z'
	markRefusal = 'E'
)

// ErrCut says that a stream ended where it must not: its writer died.
var ErrCut = errors.New("the stream was cut")

var order = binary.NativeEndian

// A Writer writes a stream.
type Writer struct {
	w   io.Writer
	buf []byte
}

// NewWriter returns a Writer to w, which should be buffered.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// text writes a mark and v as JSON behind its length.
func (w *Writer) text(mark byte, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.w.Write(append(order.AppendUint32([]byte{mark}, uint32(len(text))), text...))
	return err
}

// Schema begins the stream.
func (w *Writer) Schema(s *Schema) error { return w.text(markSchema, s) }

// Refuse ends the stream with why it cannot go on.
func (w *Writer) Refuse(r *Refusal) error { return w.text(markRefusal, r) }

// End ends the stream after its last row.
func (w *Writer) End() error {
	_, err := w.w.Write([]byte{markEnd})
	return err
}

// Batch writes
//
//	'B' | rows uint32 | of each column: kind uint8, width uint32, nulls uint8 | nulls: rows × uint8 | values
//
// where the values of texts are rows × uint32, the ends, and the text.
func (w *Writer) Batch(b *Batch) error {
	w.buf = order.AppendUint32(append(w.buf[:0], markBatch), uint32(b.Rows))
	for i := range b.Columns {
		v := &b.Columns[i]
		w.buf = order.AppendUint32(append(w.buf, byte(v.Kind)), uint32(v.Width))
		if v.Null == nil {
			w.buf = append(w.buf, 0)
		} else {
			w.buf = append(w.buf, 1)
			for _, null := range v.Null {
				is := byte(0)
				if null {
					is = 1
				}
				w.buf = append(w.buf, is)
			}
		}
		if _, err := w.w.Write(w.buf); err != nil {
			return err
		}
		w.buf = w.buf[:0]
		for _, part := range [][]byte{bytesOf(v.F32), bytesOf(v.F64), bytesOf(v.I64), bytesOf(v.Ends), v.Text} {
			if len(part) == 0 {
				continue
			}
			if _, err := w.w.Write(part); err != nil {
				return err
			}
		}
	}
	if len(b.Columns) == 0 {
		_, err := w.w.Write(w.buf)
		return err
	}
	return nil
}

// A Reader reads a stream.
type Reader struct {
	r io.Reader
}

// NewReader returns a Reader from r, which should be buffered.
func NewReader(r io.Reader) *Reader { return &Reader{r} }

// full fills b.
func (r *Reader) full(b []byte) error {
	if _, err := io.ReadFull(r.r, b); err != nil {
		return ErrCut
	}
	return nil
}

// mark reads what comes next; a refusal is returned as error, and io.EOF behind the last batch.
func (r *Reader) mark(want byte) error {
	var b [1]byte
	if err := r.full(b[:]); err != nil {
		return err
	}
	switch b[0] {
	case want:
		return nil
	case markEnd:
		return io.EOF
	case markRefusal:
		var why Refusal
		if err := r.text(&why); err != nil {
			return err
		}
		return &why
	}
	return ErrCut
}

// text reads JSON behind its length into v.
func (r *Reader) text(v any) error {
	var n [4]byte
	if err := r.full(n[:]); err != nil {
		return err
	}
	size := order.Uint32(n[:])
	if size > maxSchema {
		return ErrCut
	}
	b := make([]byte, size)
	if err := r.full(b); err != nil {
		return err
	}
	if json.Unmarshal(b, v) != nil {
		return ErrCut
	}
	return nil
}

// Schema reads the beginning of the stream.
//
// Errors: *Refusal, [ErrCut].
func (r *Reader) Schema() (*Schema, error) {
	if err := r.mark(markSchema); err != nil {
		if errors.Is(err, io.EOF) {
			err = ErrCut
		}
		return nil, err
	}
	s := new(Schema)
	return s, r.text(s)
}

// Batch reads the next rows of so many columns into b, whose memory is reused; [io.EOF] after the last.
//
// Errors: *Refusal, [ErrCut].
func (r *Reader) Batch(b *Batch, columns int) error {
	if err := r.mark(markBatch); err != nil {
		return err
	}
	var head [6]byte
	if err := r.full(head[:4]); err != nil {
		return err
	}
	rows := order.Uint32(head[:])
	if rows == 0 || rows > MaxRows {
		return fmt.Errorf("%w: a batch of %d rows", ErrCut, rows)
	}
	b.Rows = int(rows)
	b.Columns = slices.Grow(b.Columns[:0], columns)[:columns]
	for i := range b.Columns {
		v := &b.Columns[i]
		if err := r.full(head[:]); err != nil {
			return err
		}
		v.Reset(Kind(head[0]))
		width := order.Uint32(head[1:])
		if uint64(rows)*uint64(max(width, 1)) > MaxBatch/8 {
			return fmt.Errorf("%w: a batch of %d rows of %d", ErrCut, rows, width)
		}
		v.Width = int(width)
		if err := r.values(v, b.Rows, head[5] != 0); err != nil {
			return err
		}
	}
	return nil
}

// values reads those of one column.
func (r *Reader) values(v *Values, rows int, nulls bool) (err error) {
	if nulls {
		is := make([]byte, rows)
		if err := r.full(is); err != nil {
			return err
		}
		v.Null = make([]bool, rows)
		for i, b := range is {
			v.Null[i] = b != 0
		}
	}
	switch v.Kind {
	case Float32, Floats32:
		v.F32, err = fill(r, v.F32, rows, v)
	case Float64, Floats64:
		v.F64, err = fill(r, v.F64, rows, v)
	case Int64, Bool:
		v.I64, err = fill(r, v.I64, rows, v)
	case Text:
		if v.Ends, err = fill(r, v.Ends, rows, v); err != nil {
			return err
		}
		last := v.Ends[rows-1]
		if last > MaxBatch || !slices.IsSorted(v.Ends) {
			return fmt.Errorf("%w: texts of %d bytes", ErrCut, last)
		}
		v.Text = slices.Grow(v.Text[:0], int(last))[:last]
		err = r.full(v.Text)
	case Other:
	default:
		err = ErrCut
	}
	return err
}

// fill reads the numbers of v into x.
func fill[T float32 | float64 | int64 | uint32](r *Reader, x []T, rows int, v *Values) ([]T, error) {
	n := rows
	if v.Kind.List() {
		n *= v.Width
	}
	x = slices.Grow(x[:0], n)[:n]
	return x, r.full(bytesOf(x))
}
