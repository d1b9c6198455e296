//go:build !js

package rowfile

import (
	"errors"
	"io"
	"math"
	"strings"
)

// Contents tells what a file holds, without taking it for scores or labels.
type Contents struct {
	Path       string            `json:"path"`
	Format     string            `json:"format"` // as Header.Format
	Compressed string            `json:"compressed,omitempty"`
	Bytes      int64             `json:"bytes"`              // of the file
	Unpacked   int64             `json:"unpacked,omitempty"` // of a compressed one, once decompressed
	Arrays     []ArrayContents   `json:"arrays"`
	Columns    []ColumnContents  `json:"columns"`
	Metadata   map[string]string `json:"metadata,omitempty"`
	Notes      []string          `json:"notes"`
}

// ArrayContents is one array of a file.
type ArrayContents struct {
	Name    string  `json:"name"` // "" for the only one
	DType   string  `json:"dtype"`
	Shape   []int64 `json:"shape"`
	Bytes   int64   `json:"bytes"`
	Columns bool    `json:"column_major,omitempty"`
	Refused string  `json:"refused,omitempty"` // why it cannot be read as numbers
	Sample  *Range  `json:"sample,omitempty"`  // of its first elements; absent for none
}

// ColumnContents is one column of a table, as its first lines show it.
type ColumnContents struct {
	Name string `json:"name"` // "" without a header
	Kind string `json:"kind"` // "numbers", "integers", "words", "rows of numbers", "empty"
	Rows int    `json:"rows"` // sampled
	Gaps int    `json:"missing,omitempty"`
}

// A Range is what some numbers are like. Minimum, Maximum and Mean are of those that are finite; NaN without any.
type Range struct {
	Elements int64   `json:"elements"`
	Minimum  float64 `json:"min"`
	Maximum  float64 `json:"max"`
	Mean     float64 `json:"mean"`
	Zeros    int64   `json:"zeros"`
	NaN      int64   `json:"nan"`
	Infinite int64   `json:"infinite"`
}

// sampleElements is how many elements of an array a sample takes.
const sampleElements = 1 << 16

// Inspect tells what the file at path holds. Of every array the first 65,536 elements are read, of a table the first
// 64 KiB.
//
// Errors: *Error, for the file as a whole; an array that cannot be read says so in Refused.
func Inspect(path string, opt Options) (*Contents, error) {
	o := &opener{opt: &opt, rows: &Rows{}}
	c, err := o.container(path)
	defer o.rows.Close()
	if err != nil {
		return nil, err
	}
	in := &Contents{Path: path, Format: "npy", Bytes: c.file.size, Arrays: []ArrayContents{}, Columns: []ColumnContents{}, Notes: []string{}}
	in.Notes = append(in.Notes, o.rows.Notes...)
	if u, ok := c.file.f.(*unpacked); ok {
		in.Compressed, in.Bytes, in.Unpacked = u.what, u.packed.size, u.size
	}
	if c.table != nil {
		in.Format = c.table.format
		in.columns(c.table)
		return in, nil
	}
	s, err := arraysOf(c, path, opt)
	if err != nil {
		return nil, err
	}
	in.Format, in.Metadata = s.Format, s.Metadata
	for i, a := range s.List {
		found := ArrayContents{Name: a.Name, DType: a.DType, Shape: a.Shape, Bytes: a.Bytes, Columns: a.entry.header.fortran && len(a.Shape) > 1, Refused: a.Refused}
		if s.Format == "npy" {
			found.Name = ""
		}
		if found.Shape == nil {
			found.Shape = []int64{}
		}
		if a.Refused == "" {
			if found.Sample, err = s.sample(i); err != nil {
				found.Refused = err.Error()
				if e := (*Error)(nil); errors.As(err, &e) {
					found.Refused = e.Got
				}
			}
		}
		in.Arrays = append(in.Arrays, found)
	}
	return in, nil
}

// sample reads the first elements of array i; nil when it has none.
func (s *Arrays) sample(i int) (*Range, error) {
	v, err := s.Values(i)
	if err != nil {
		return nil, err
	}
	r := &Range{Minimum: math.Inf(1), Maximum: math.Inf(-1)}
	sum, finite := 0.0, int64(0)
	block := make([]float64, min(sampleElements, max(1, s.List[i].Elements())))
	for r.Elements < sampleElements {
		n, err := v.Next(block[:min(int64(len(block)), sampleElements-r.Elements)])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		for _, x := range block[:n] {
			switch {
			case math.IsNaN(x):
				r.NaN++
				continue
			case math.IsInf(x, 0):
				r.Infinite++
				continue
			case x == 0:
				r.Zeros++
			}
			finite++
			sum += (x - sum) / float64(finite) // the mean so far: a sum could overflow
			r.Minimum, r.Maximum = min(r.Minimum, x), max(r.Maximum, x)
		}
		r.Elements += int64(n)
	}
	if r.Elements == 0 {
		return nil, nil
	}
	r.Mean = sum
	if finite == 0 {
		r.Minimum, r.Maximum, r.Mean = math.NaN(), math.NaN(), math.NaN()
	}
	return r, nil
}

// columns tells what the sample of a table shows.
func (in *Contents) columns(t *table) {
	for i, c := range t.schema.columns {
		col := ColumnContents{Rows: c.numbers + c.texts + c.missing + c.lists + c.commas, Gaps: c.missing}
		if t.schema.names != nil {
			col.Name = t.schema.names[i]
		}
		switch {
		case c.empty():
			col.Kind = "empty"
		case c.lists > 0:
			col.Kind = "rows of numbers"
		case c.texts > 0 && c.texts == c.bools:
			col.Kind = "true or false"
		case c.textual():
			col.Kind = "words"
		case c.numbers == c.integers && c.numbers > 0:
			col.Kind = "integers"
		default:
			col.Kind = "numbers"
		}
		in.Columns = append(in.Columns, col)
	}
	switch {
	case t.columns != nil:
		for i, c := range t.columns.table.Columns {
			in.Columns[i].Kind = c.Type
			if n := t.width(i); n > 0 {
				in.Columns[i].Kind = strings.Replace(c.Type, "list of ", sprintf("list of %d ", n), 1)
			}
		}
		if n := t.columns.table.Rows; n >= 0 {
			in.Notes = append(in.Notes, sprintf("%d rows", n))
		}
	case t.json == nil:
		in.Notes = append(in.Notes, "delimiter "+t.schema.delimiter())
	default:
		in.Notes = append(in.Notes, t.jsonNote())
	}
}
