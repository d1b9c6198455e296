//go:build !js

package rowfile

import (
	"errors"
	"io"
	"math/bits"
	"strconv"
)

// Scores of three dimensions or more, [N, T, V], are those of N sequences of T positions each: texts of tokens, images of pixels.
// What belongs to the same sequence is not independent, and which it is, and where, follows from the shape alone.

// Keys that follow from the shape of the scores.
const (
	ByRow      = "@row"      // each row is a group of its own
	BySequence = "@sequence" // the number of the sequence
	ByPosition = "@position" // the position within it: each of the first 16, then from one power of two to the next
)

// sequenceOf returns how many rows a sequence of the scores has, and the position of its first; 0 where they have none.
func sequenceOf(s *part) (length, offset int64) {
	if s.array == nil {
		return 0, 0
	}
	shape := s.array.header.Shape
	switch {
	case s.array.sequence > 0:
		return s.array.sequence, s.array.offset
	case len(shape) > 2:
		length, _ = product(shape[1 : len(shape)-1]...)
	}
	return length, 0
}

// sequences settles what src asks for of the sequences of the scores s with labels l.
func (o *opener) sequences(s, l *part, src Source) error {
	if src.Mask != "" {
		c, err := o.container(src.Mask)
		if err != nil {
			return err
		}
		m := &part{table: c.table}
		if c.table == nil {
			if m.array, err = o.maskArray(c); err != nil {
				return err
			}
		}
		if err := o.rows.setMask(s, m); err != nil {
			return err
		}
	}
	if src.Shift {
		if err := o.rows.setShift(s, l); err != nil {
			return err
		}
	}
	return o.rows.setSequences(s, src)
}

func (o *opener) maskArray(c *container) (*array, error) {
	if c.bundle == nil {
		return openNpy(c.file, o.opt, "", "")
	}
	e, err := c.bundle.choose("mask", "", "--mask", []string{"attention_mask", "loss_mask", "mask"}, func(entry) bool { return len(c.bundle.arrays) == 1 })
	if errors.Is(err, errNone) {
		err = c.file.whole("no member is called a mask among "+summaries(c.bundle.arrays), "attention_mask, loss_mask or mask", "")
	}
	if err != nil {
		return nil, err
	}
	return c.bundle.openEntry(e, o.opt, "", "")
}

// setSequences takes the sequences of the scores for groups, where nothing was said of groups and there are any.
func (r *Rows) setSequences(s *part, src Source) error {
	length, _ := sequenceOf(s)
	if src.Groups != "" || !src.Sequences || length < 2 || s.array.rows <= length {
		return nil
	}
	r.Notes = append(r.Notes, sprintf("%s: rows belong to %d sequences of %d: standard errors come from these; --group %s takes rows for independent",
		plain(s.array.path), (s.array.rows+length-1)/length, length, ByRow))
	return r.setSequenceKey(s, &key{name: BySequence, flag: "--group"})
}

// setSequenceKey makes k a key of the rows.
func (r *Rows) setSequenceKey(s *part, k *key) error {
	length, offset := sequenceOf(s)
	if length == 0 {
		return s.refuse(k.flag+" "+k.name+" for scores without sequences", "scores of shape [sequences, positions, classes]", "")
	}
	h := &Header{Path: s.array.path, Member: k.name, Format: s.array.header.Format, DType: "int64", Rows: s.array.rows, Cols: 1, Bytes: s.array.header.Bytes}
	texts := &sequenceKeys{rows: r, length: length}
	if k.name == ByPosition {
		texts.position, texts.offset = true, offset
	}
	if k.flag == "--group" {
		r.groups, r.Groups = texts, h
		return nil
	}
	r.by, r.By = append(r.by, texts), append(r.By, h)
	return nil
}

// sequenceKeys are the numbers of sequences, or positions within them.
type sequenceKeys struct {
	rows     *Rows
	length   int64
	position bool
	offset   int64
	buf      []byte
}

func (k *sequenceKeys) text(i int) ([]byte, error) {
	row := k.rows.first + int64(i)
	if !k.position {
		k.buf = strconv.AppendInt(k.buf[:0], row/k.length, 10)
		return k.buf, nil
	}
	const single = 16
	at := k.offset + row%k.length
	k.buf = k.buf[:0]
	if at < single {
		k.buf = strconv.AppendInt(k.buf, at, 10)
		return k.buf, nil
	}
	from := int64(1) << (bits.Len64(uint64(at)) - 1)
	k.buf = append(strconv.AppendInt(k.buf, from, 10), " to "...)
	k.buf = strconv.AppendInt(k.buf, 2*from-1, 10)
	return k.buf, nil
}

// setShift has every row labelled, masked and weighed as the next of its sequence: scores at a position of a causal language
// model are about the token behind it, and those at the last position about none; that row is left out.
func (r *Rows) setShift(s, l *part) error {
	length, _ := sequenceOf(s)
	switch {
	case length < 2 || s.array.sequence > 0:
		return s.refuse("--shift for scores without sequences", "scores of shape [sequences, positions, classes]", "")
	case l == nil || l.array == nil || r.targets != nil:
		return s.refuse("--shift without an array of labels", "labels of shape [sequences, positions]", "")
	}
	r.shift = length
	behind := func(f feed) *shifted {
		for i, g := range r.feeds {
			switch g := g.(type) {
			case *shifted:
				if g.array == f {
					return g
				}
			case *array:
				if g == f {
					h := &shifted{array: g}
					r.feeds[i] = h
					return h
				}
			}
		}
		return nil
	}
	r.labels = behind(l.array)
	for _, w := range []*interface{ float64s(dst []float64) }{&r.weights, &r.mask} {
		if a, ok := (*w).(*array); ok {
			*w = behind(a)
		}
	}
	r.Notes = append(r.Notes, sprintf("--shift: scores at a position are about the label at the next; those at the last of %d have none and are left out", length))
	return nil
}

// shifted is an array of which every row stands for the one before it.
type shifted struct {
	*array
	begun, last bool // the first row was passed; the last was given, for which there is none
	given       int  // rows that were read
}

func (s *shifted) load(most int) (int, error) {
	if !s.begun {
		s.begun = true
		if _, err := s.array.load(1); err != nil {
			return 0, err
		}
	}
	if s.last {
		return 0, io.EOF
	}
	n, err := s.array.load(most)
	if errors.Is(err, io.EOF) {
		n, err = 0, nil
	}
	if err != nil {
		return 0, err
	}
	if s.given = n; n < most {
		s.last = true
		n++
	}
	return n, nil
}

func (s *shifted) rewind() error {
	s.begun, s.last, s.given = false, false, 0
	return s.array.rewind()
}

func (s *shifted) int64s(dst []int64) error {
	clear(dst[s.given:])
	return s.array.int64s(dst[:s.given])
}

func (s *shifted) float64s(dst []float64) {
	clear(dst[s.given:])
	if s.given > 0 {
		s.array.float64s(dst[:s.given])
	}
}

// setMask reads the part that says which rows are scored.
func (r *Rows) setMask(s, m *part) error {
	a := m.array
	switch {
	case a == nil:
		return m.refuse("a table", "an array of zeros and ones, such as attention_mask.npy", "--weights takes a table")
	case a.dtype.text():
		return a.at(a.data, "a mask of text", "zeros and ones", "")
	}
	if a.cols > 1 {
		if n, _ := product(a.header.Shape...); s.array == nil || n != s.array.rows {
			return a.whole("a mask of shape "+shapeText(a.header.Shape), "one element a row", "")
		}
		a.rows, a.cols = a.rows*int64(a.cols), 1
		a.header.Rows, a.header.Cols = a.rows, 1
	}
	r.use(m)
	r.mask, r.Mask = a, &a.header
	r.Notes = append(r.Notes, sprintf("mask: %s %s %s: rows of 0 have the weight 0", a.name(), shapeText(a.header.Shape), a.dtype))
	return r.agree(s, m, a.rows, "elements of the mask")
}

// leaveOut gives the n rows read last that are not to be scored the weight 0.
func (r *Rows) leaveOut(weights *[]float64, n int) error {
	if r.mask == nil && r.shift == 0 {
		return nil
	}
	if r.weights == nil {
		*weights = resize(*weights, n)
		for i := range *weights {
			(*weights)[i] = 1
		}
	}
	w := *weights
	if r.mask != nil {
		r.masked = resize(r.masked, n)
		r.mask.float64s(r.masked)
		for i, m := range r.masked {
			switch m {
			case 0:
				w[i] = 0
			case 1:
			default:
				return &Error{Path: r.Mask.Path, Member: r.Mask.Member, Offset: -1, Got: sprintf("the mask holds %v for row %d", m, r.first+int64(i)), Want: "0 to leave a row out, or 1", Hint: "--weights takes other numbers"}
			}
		}
	}
	if r.shift > 0 {
		for i := r.shift - 1 - r.first%r.shift; i < int64(n); i += r.shift {
			w[i] = 0
		}
	}
	return nil
}
