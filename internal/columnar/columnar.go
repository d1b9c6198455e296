// Package columnar carries the columns of a table from one process to another: from the child in which a library reads a
// file that nobody vouches for (package colfile) to the program that evaluates its rows (package rowfile).
//
// A stream is
//
//	schema | batch ... | end or refusal
//
// in the byte order of the machine, which both processes share. A stream that ends otherwise is one whose writer died.
// Whoever reads it allocates what a batch holds, and at most MaxBatch bytes: lengths are compared with that bound first.
package columnar

import (
	"math"
	"unsafe"
)

// Kind is what the values of a column are.
type Kind uint8

const (
	Other    Kind = iota // what is not read; Column.Type names it
	Float32              // float16 and float32
	Float64              // float64
	Int64                // integers of any width
	Bool                 // 0 or 1, carried as Int64 is
	Text                 // UTF-8
	Floats32             // as many Float32 in every row
	Floats64             // as many Float64 in every row
)

// List reports whether a value is a row of numbers.
func (k Kind) List() bool { return k == Floats32 || k == Floats64 }

// A Schema describes a table.
type Schema struct {
	Format  string   `json:"format"` // "parquet", "arrow" ...
	Rows    int64    `json:"rows"`   // -1 when only the end will tell
	Columns []Column `json:"columns"`
	Cut     bool     `json:"cut,omitempty"` // rows at its end are missing, as Request.Partial allows
}

// A Column describes one column of a table.
type Column struct {
	Name    string   `json:"name"` // of a member of a struct: with that of the struct, and a dot between
	Type    string   `json:"type"` // in words: "float16", "list of float32", "decimal"
	Kind    Kind     `json:"kind"`
	Classes []string `json:"classes,omitempty"` // names of the classes that an integer stands for
}

// A Batch is a run of rows of some columns of a table.
type Batch struct {
	Rows    int
	Columns []Values
}

// Values are those of one column: in the slice of its kind, Rows of them, or Rows × Width of a list.
type Values struct {
	Kind  Kind
	Width int    // of a list
	Null  []bool // of each row; nil when none is missing. What stands for one that is missing is 0 or ""
	F32   []float32
	F64   []float64
	I64   []int64
	Text  []byte
	Ends  []uint32 // in Text, of each row
}

// Missing reports whether row i has no value.
func (v *Values) Missing(i int) bool { return v.Null != nil && v.Null[i] }

// At returns the text of row i, valid until the batch is read anew.
func (v *Values) At(i int) []byte {
	begin := uint32(0)
	if i > 0 {
		begin = v.Ends[i-1]
	}
	return v.Text[begin:v.Ends[i]]
}

// Number returns the number of row i, exactly but for integers beyond 2⁵³; NaN for a text.
func (v *Values) Number(i int) float64 {
	switch v.Kind {
	case Float32:
		return float64(v.F32[i])
	case Float64:
		return v.F64[i]
	case Int64, Bool:
		return float64(v.I64[i])
	}
	return math.NaN()
}

// Reset empties v for values of a kind, and keeps its memory.
func (v *Values) Reset(k Kind) {
	*v = Values{Kind: k, F32: v.F32[:0], F64: v.F64[:0], I64: v.I64[:0], Text: v.Text[:0], Ends: v.Ends[:0]}
}

// Bounds of what a reader takes.
const (
	MaxBatch  = 256 << 20 // bytes of a column's values in a batch
	MaxRows   = 1 << 20   // of a batch
	maxSchema = 64 << 20
)

// A Refusal is why a file is not read.
type Refusal struct {
	Got  string `json:"got"`
	Want string `json:"want,omitempty"`
	Hint string `json:"hint,omitempty"`
}

func (r *Refusal) Error() string { return r.Got }

// bytesOf views x as bytes.
func bytesOf[T float32 | float64 | int64 | uint32](x []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(*new(T))))
}

// A Request is what a child is asked to read.
type Request struct {
	Format  string `json:"format"`            // "parquet" or "arrow", as the first bytes tell
	MaxMem  int64  `json:"max_mem"`           // bound on the memory of the child, in bytes
	Columns []int  `json:"columns,omitempty"` // of the schema, in the order of the batches
	Partial bool   `json:"partial,omitempty"` // the whole batches of an Arrow stream that was cut will do
	Sample  bool   `json:"sample,omitempty"`  // some of the first rows of all columns, with texts cut short
}

// Exit statuses of a child that stopped itself.
const (
	StatusMemory = 12 // it needed more than Request.MaxMem
	StatusTime   = 13 // it worked for longer than any batch takes
)
