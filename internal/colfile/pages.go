//go:build !race

package colfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"

	"xent/internal/columnar"
)

// pages reads one column of a Parquet file, from the pages of one row group after the other.
//
// A page holds values, and levels that tell where some are missing and where lists begin (S. Melnik et al., Dremel, 2010): a
// value is there where its definition level is the column's highest, and begins a row where its repetition level is 0.
type pages struct {
	name     string
	kind     columnar.Kind
	unsigned bool
	leaf     *parquet.Column
	maxDef   byte
	maxRep   byte
	maxText  int
	cut      bool // texts are cut after maxText bytes, not refused

	chunks []parquet.ColumnChunk
	open   parquet.Pages
	page   parquet.Page
	defs   []byte // of the page; empty when every value is there
	reps   []byte
	n, at  int // entries of the page, and how many were used
	value  int // values that were used
	data   encoding.Values
	index  []int32 // of each value in data, where data is a dictionary
	width  int     // of lists; 0 before the first

	whole []byte // levels of a row of a list, all there: reps 0 1 1 ... 0
	there []byte
}

// load makes the next page the current one; io.EOF behind the last.
func (c *pages) load() error {
	for {
		if c.open == nil {
			if len(c.chunks) == 0 {
				return io.EOF
			}
			c.open, c.chunks = c.chunks[0].Pages(), c.chunks[1:]
		}
		if c.page != nil {
			parquet.Release(c.page)
			c.page = nil
		}
		page, err := c.open.ReadPage()
		if errors.Is(err, io.EOF) {
			c.open.Close()
			c.open = nil
			continue
		}
		if err != nil {
			return fmt.Errorf("column %q: %w", c.name, err)
		}
		if page.NumValues() == 0 {
			parquet.Release(page)
			continue
		}
		c.page, c.at, c.value, c.n = page, 0, 0, int(page.NumValues())
		c.defs, c.reps = page.DefinitionLevels(), page.RepetitionLevels()
		c.data, c.index = page.Data(), nil
		if d := page.Dictionary(); d != nil {
			c.index, c.data = c.data.Int32(), d.Page().Data()
		}
		if len(c.defs) != 0 && len(c.defs) != c.n || len(c.reps) != 0 && len(c.reps) != c.n {
			return fmt.Errorf("column %q: a page of %d values with %d and %d levels", c.name, c.n, len(c.defs), len(c.reps))
		}
		return nil
	}
}

// read appends so many rows, the first of which is row first of the file.
func (c *pages) read(v *columnar.Values, rows int, first int64) error {
	if c.kind.List() {
		return c.lists(v, rows, first)
	}
	for done := 0; done < rows; {
		if c.at == c.n {
			if err := c.load(); err != nil {
				return c.early(err, first+int64(done))
			}
		}
		n := min(rows-done, c.n-c.at)
		if missing := c.missing(n); missing < n {
			n = missing
		}
		if n == 0 { // a run of rows without a value
			if v.Null == nil {
				v.Null = make([]bool, rows)
			}
			v.Null[done] = true
			c.blank(v)
			c.at, done = c.at+1, done+1
			continue
		}
		if err := c.values(v, n, first+int64(done)); err != nil {
			return err
		}
		c.at, done = c.at+n, done+n
	}
	return nil
}

// early refuses a column that has fewer rows than the file says.
func (c *pages) early(err error, row int64) error {
	if errors.Is(err, io.EOF) {
		return refuse(fmt.Sprintf("column %q ends after %d rows", c.name, row), "as many as the footer says", "the file is damaged; copy or write it again")
	}
	return err
}

// missing counts how many of the next n values are there before the first that is not.
func (c *pages) missing(n int) int {
	if len(c.defs) == 0 || c.maxDef == 0 {
		return n
	}
	for i, d := range c.defs[c.at : c.at+n] {
		if d != c.maxDef {
			return i
		}
	}
	return n
}

// blank appends what stands for a value that is missing.
func (c *pages) blank(v *columnar.Values) {
	switch c.kind {
	case columnar.Float32:
		v.F32 = append(v.F32, 0)
	case columnar.Float64:
		v.F64 = append(v.F64, 0)
	case columnar.Text:
		v.Ends = append(v.Ends, uint32(len(v.Text)))
	default:
		v.I64 = append(v.I64, 0)
	}
}

// lists appends rows of lists.
func (c *pages) lists(v *columnar.Values, rows int, first int64) error {
	for done := 0; done < rows; done++ {
		if c.at == c.n {
			if err := c.load(); err != nil {
				return c.early(err, first+int64(done))
			}
		}
		if c.width > 0 && c.at+c.width < c.n && c.regular() {
			if err := c.values(v, c.width, first+int64(done)); err != nil {
				return err
			}
			c.at += c.width
			continue
		}
		if err := c.list(v, first+int64(done)); err != nil {
			return err
		}
	}
	v.Width = c.width
	return nil
}

// number appends a 0 to a list.
func (c *pages) number(v *columnar.Values) {
	if c.kind == columnar.Floats32 {
		v.F32 = append(v.F32, 0)
	} else {
		v.F64 = append(v.F64, 0)
	}
}

// regular tells whether the next width entries are one row, all there.
func (c *pages) regular() bool {
	return bytes.Equal(c.reps[c.at:c.at+c.width+1], c.whole) && (len(c.defs) == 0 || bytes.Equal(c.defs[c.at:c.at+c.width], c.there))
}

// list appends one row, whose entries may go on in the next page.
func (c *pages) list(v *columnar.Values, row int64) error {
	length := 0
	for begun := false; ; begun = true {
		if c.at == c.n {
			if err := c.load(); err != nil {
				if errors.Is(err, io.EOF) {
					c.n, c.at = 0, 0
					break
				}
				return err
			}
		}
		rep := byte(0)
		if len(c.reps) > 0 {
			rep = c.reps[c.at]
		}
		if begun && rep == 0 {
			break
		}
		if !begun && rep != 0 {
			return refuse(fmt.Sprintf("column %q: row %d begins within a list", c.name, row), "", "the file is damaged; copy or write it again")
		}
		if len(c.defs) > 0 && c.defs[c.at] != c.maxDef {
			if c.element() {
				return refuse(fmt.Sprintf("column %q: number %d of row %d is missing", c.name, length, row), "a number", "no value is made up for it: leave the row out, or write nan")
			}
			c.at++
			continue // an empty list, or none
		}
		if err := c.values(v, 1, row); err != nil {
			return err
		}
		c.at++
		if length++; length > maxListSize {
			return refuse(fmt.Sprintf("column %q: row %d holds more than %d numbers", c.name, row, maxListSize), "fewer", "")
		}
	}
	if c.width == 0 && length > 0 {
		c.width = length
		c.whole, c.there = bytes.Repeat([]byte{1}, length+1), bytes.Repeat([]byte{c.maxDef}, length)
		c.whole[0], c.whole[length] = 0, 0
	}
	if c.cut { // a sample tells the first length alone
		for ; length < c.width; length++ {
			c.number(v)
		}
		v.F32, v.F64 = v.F32[:max(0, len(v.F32)-(length-c.width))], v.F64[:max(0, len(v.F64)-(length-c.width))]
		return nil
	}
	if length != c.width || length == 0 {
		return refuse(fmt.Sprintf("column %q: row %d holds %d numbers", c.name, row, length), fmt.Sprintf("%d, as in the rows before", max(c.width, 1)), "")
	}
	return nil
}

// element tells whether the entry, which has no value, is one of a list: an empty list has none.
func (c *pages) element() bool { return c.leaf.Optional() && c.defs[c.at] == c.maxDef-1 }

// values appends the next n values of the page.
func (c *pages) values(v *columnar.Values, n int, row int64) error {
	i, j := c.value, c.value+n
	c.value = j
	switch kind := c.data.Kind(); kind {
	case encoding.Float:
		v.F32 = pick(v.F32, c.data.Float(), c.index, i, j)
	case encoding.Double:
		v.F64 = pick(v.F64, c.data.Double(), c.index, i, j)
	case encoding.Int32, encoding.Int64:
		return c.integers(v, i, j, row)
	case encoding.Boolean:
		bits := c.data.Boolean()
		for k := i; k < j; k++ {
			at := c.where(k)
			v.I64 = append(v.I64, int64(bits[at/8]>>(at%8)&1))
		}
	case encoding.FixedLenByteArray:
		b, size := c.data.FixedLenByteArray()
		if size != 2 {
			return fmt.Errorf("column %q: values of %d bytes, want 2", c.name, size)
		}
		for k := i; k < j; k++ {
			at := c.where(k)
			v.F32 = append(v.F32, half(uint16(b[2*at])|uint16(b[2*at+1])<<8))
		}
	case encoding.ByteArray:
		return c.texts(v, i, j, row)
	default:
		return fmt.Errorf("column %q: values of type %s", c.name, kind)
	}
	return nil
}

// where is the place in data of the k-th value.
func (c *pages) where(k int) int {
	if c.index == nil {
		return k
	}
	return int(c.index[k])
}

// pick appends values i to j of a page.
func pick[T float32 | float64](dst, data []T, index []int32, i, j int) []T {
	if index == nil {
		return append(dst, data[i:j]...)
	}
	for _, k := range index[i:j] {
		dst = append(dst, data[k])
	}
	return dst
}

// integers appends values i to j, in lists as float64.
func (c *pages) integers(v *columnar.Values, i, j int, row int64) error {
	for k := i; k < j; k++ {
		var x int64
		switch at := c.where(k); {
		case c.data.Kind() == encoding.Int64:
			x = c.data.Int64()[at]
			if c.unsigned && x < 0 {
				return refuse(fmt.Sprintf("column %q: row %d is %d", c.name, row+int64(k-i), uint64(x)), fmt.Sprintf("at most %d", int64(math.MaxInt64)), "")
			}
		case c.unsigned:
			x = int64(uint32(c.data.Int32()[at]))
		default:
			x = int64(c.data.Int32()[at])
		}
		if c.kind == columnar.Floats64 {
			v.F64 = append(v.F64, float64(x))
		} else {
			v.I64 = append(v.I64, x)
		}
	}
	return nil
}

// texts appends values i to j.
func (c *pages) texts(v *columnar.Values, i, j int, row int64) error {
	data, ends := c.data.ByteArray()
	for k := i; k < j; k++ {
		at := c.where(k)
		text := data[ends[at]:ends[at+1]]
		if len(text) > c.maxText {
			if !c.cut {
				return refuse(fmt.Sprintf("column %q: row %d holds %d bytes of text", c.name, row+int64(k-i), len(text)), fmt.Sprintf("at most %d", c.maxText), "is this the column that was meant?")
			}
			text = text[:c.maxText]
		}
		v.Text = append(v.Text, text...)
		v.Ends = append(v.Ends, uint32(len(v.Text)))
	}
	if len(v.Text) > columnar.MaxBatch {
		return refuse(fmt.Sprintf("column %q: more than %d bytes of text in some rows", c.name, columnar.MaxBatch), "", "is this the column that was meant?")
	}
	return nil
}
