//go:build !js

package rowfile

import (
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// Arrays is an opened file of named arrays: .safetensors and its index, .pt, .npz, or .npy, whose only array is called as
// the file. Nothing of the arrays is read before it is asked for.
type Arrays struct {
	Path     string
	Format   string            // "npy", "npz", "safetensors", "pt"...
	Bytes    int64             // of the file; of an index, of the index alone
	List     []NamedArray      // in the order of the file
	Metadata map[string]string // of .safetensors
	Notes    []string          // choices made, for the user to see

	opt   Options
	files []*file
}

// A NamedArray is what a file says of one of its arrays.
type NamedArray struct {
	Name    string
	DType   string  // "float32", "bfloat16"...; as the file spells it where it cannot be read
	Shape   []int64 // empty for a single number
	Bytes   int64   // of its elements
	Refused string  // why its elements cannot be read as numbers; "" if they can

	entry  entry
	file   *file
	bundle *bundle // of an archive of .npy files
}

// Elements is the number of elements of a.
func (a *NamedArray) Elements() int64 {
	n, _ := product(a.Shape...)
	return n
}

// OpenArrays opens the file at path. Tables and other files without arrays are refused.
//
// Errors: *Error. Memory: headers.
func OpenArrays(path string, opt Options) (*Arrays, error) {
	o := &opener{opt: &opt, rows: &Rows{}}
	c, err := o.container(path)
	var s *Arrays
	if err == nil {
		s, err = arraysOf(c, path, opt)
	}
	if err != nil {
		o.rows.Close()
		return nil, err
	}
	s.Notes, s.files = o.rows.Notes, o.rows.files
	return s, nil
}

// arraysOf lists the arrays of an opened file, which its caller closes.
func arraysOf(c *container, path string, opt Options) (*Arrays, error) {
	if c.table != nil {
		return nil, c.file.whole("a table", "named arrays: .safetensors, .pt, .npz or .npy", `np.savez("grads.npz", **{name: p.grad.numpy() for name, p in model.named_parameters()})`)
	}
	s := &Arrays{Path: path, Format: "npy", Bytes: c.file.size, opt: opt}
	if c.bundle == nil {
		name := strings.TrimSuffix(filepath.Base(path), ".npy")
		s.List = []NamedArray{describe(entry{key: name, header: c.header}, c.file, c.file.size-c.header.data)}
		return s, nil
	}
	s.Format, s.Metadata = c.bundle.format, c.bundle.meta
	for _, e := range c.bundle.arrays {
		if e.member == nil {
			s.List = append(s.List, describe(e, c.file, e.own.bytes))
			continue
		}
		a := describe(e, c.file, e.size-e.header.data)
		a.bundle = c.bundle
		s.List = append(s.List, a)
	}
	return s, nil
}

// describe tells what the header of an array says.
func describe(e entry, f *file, bytes int64) NamedArray {
	a := NamedArray{Name: e.key, Shape: e.header.shape, Bytes: bytes, entry: e, file: f}
	d, ok := e.typed("")
	switch a.DType = d.String(); {
	case ok && !d.text():
	case ok:
		a.DType, a.Refused = "text", "text"
	case e.own != nil:
		a.DType, a.Refused = e.own.got, "elements of a type that is not read"
	case e.header.descr.kind == 'l':
		a.DType, a.Refused = "text", "records with fields"
	default:
		_, got, _ := parseDType(e.header.descr.str, "")
		a.DType, a.Refused = e.header.descr.str, got
	}
	return a
}

// Close releases the files.
func (s *Arrays) Close() error { return (&Rows{state: state{files: s.files}}).Close() }

// Find returns the place in List of the array of that name, -1 when there is none.
func (s *Arrays) Find(name string) int {
	return slices.IndexFunc(s.List, func(a NamedArray) bool { return a.Name == name })
}

// Values streams the numbers of one array in row-major order, whatever their order in the file.
type Values struct {
	array *array // nil for an array of none
}

// Values opens array i of the list for reading. Several of one file may be read in turns.
//
// Errors: *Error. Memory: a block of elements; for those in another order than row by row, up to a quarter of MaxMem.
func (s *Arrays) Values(i int) (*Values, error) {
	n := &s.List[i]
	if n.Elements() == 0 {
		return &Values{}, nil
	}
	var a *array
	var err error
	switch {
	case n.entry.own != nil:
		a, err = n.entry.own.open(n.entry, &s.opt)
	case n.bundle != nil:
		a, err = n.bundle.openEntry(n.entry, &s.opt, s.opt.DType, "")
	default:
		a, err = openNpy(n.file, &s.opt, s.opt.DType, "")
	}
	if err == nil && a.dtype.text() {
		err = a.whole("an array of text", "numbers", "leave it out of the file")
	}
	if err != nil {
		return nil, err
	}
	a.rows, a.cols = a.rows*int64(a.cols), 1
	return &Values{a}, nil
}

// valuesAtOnce bounds how many numbers are decoded at a time.
const valuesAtOnce = 1 << 15

// Next stores the next numbers in dst and returns how many, at least 1, or io.EOF after the last. Whatever their type, they
// come as float64, exactly but for integers beyond 2⁵³.
func (v *Values) Next(dst []float64) (int, error) { return next(v, dst) }

// Next32 is Next for float32, to which numbers of more digits are rounded.
func (v *Values) Next32(dst []float32) (int, error) { return next(v, dst) }

func next[T float32 | float64](v *Values, dst []T) (int, error) {
	if v.array == nil {
		return 0, io.EOF
	}
	n, err := v.array.load(min(len(dst), valuesAtOnce))
	if err != nil {
		return 0, err
	}
	read(v.array, dst[:n])
	return n, nil
}

// All returns the numbers of an array of at most most of them.
func (v *Values) All(most int) ([]float64, error) {
	if v.array == nil {
		return nil, nil
	}
	if n := v.array.rows; n > int64(most) {
		return nil, v.array.whole(sprintf("%d numbers", n), sprintf("at most %d", most), "")
	}
	var all []float64
	block := make([]float64, valuesAtOnce)
	for {
		n, err := v.Next(block)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, block[:n]...)
	}
}
