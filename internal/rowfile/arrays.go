package rowfile

import (
	"io"
	"path"
	"strings"
)

// Arrays are the arrays of a file by their names: all members of an .npz, or the one array of a .npy.
type Arrays struct {
	Path   string
	Format string // "npz" or "npy"
	Bytes  int64  // size of the file
	Notes  []string
	List   []NamedArray // in the order of the file

	file *file
	npz  *npz
	opt  Options
}

// NamedArray describes an array before it is read.
type NamedArray struct {
	Name  string
	DType string // "float32", as [Header] has it; what is no number is "text"
	Shape []int64
}

// OpenArrays opens a file of named arrays and reads the headers of all of them. Files of other kinds are refused as [Open]
// refuses them. The array of a .npy is called as its file, without ".npy".
//
// Errors: *Error.
// Memory: headers.
func OpenArrays(name string, opt Options) (*Arrays, error) {
	f, err := openFile(name, &opt)
	if err != nil {
		return nil, err
	}
	a := &Arrays{Path: name, Bytes: f.size, file: f, opt: opt}
	if err := a.open(); err != nil {
		f.f.Close()
		return nil, err
	}
	return a, nil
}

func (a *Arrays) open() error {
	format, err := identify(a.file)
	if err != nil {
		return err
	}
	switch format {
	case formatNpy:
		a.Format = "npy"
		h, err := readNpyHeader(a.file.section(0, a.file.size), a.file.size, a.file.place)
		if err != nil {
			return err
		}
		a.list(strings.TrimSuffix(path.Base(a.Path), ".npy"), h)
	case formatNpz:
		a.Format = "npz"
		if a.npz, err = openNpz(a.file); err != nil {
			return err
		}
		a.Notes = a.npz.notes
		for _, e := range a.npz.arrays {
			a.list(e.key, e.header)
		}
	default:
		return a.file.whole("a table", "named arrays: .npz or .npy", `np.savez("grads.npz", **{name: p.grad.numpy() for name, p in model.named_parameters()})`)
	}
	return nil
}

func (a *Arrays) list(name string, h npyHeader) {
	d, _, _ := parseDType(h.descr.str, a.opt.DType)
	n := NamedArray{Name: name, DType: d.String(), Shape: h.shape}
	if h.descr.kind == 'l' || d.text() {
		n.DType = "text"
	}
	a.List = append(a.List, n)
}

// A Values streams the numbers of one array in row-major order.
type Values struct {
	a    *array
	left int // values of the loaded rows that have not been handed out
	rows []float64
}

// Values opens array i of the list for reading. Empty arrays, and elements that are no numbers, are refused.
func (a *Arrays) Values(i int) (*Values, error) {
	if a.npz != nil {
		v, err := a.npz.openEntry(a.npz.arrays[i], &a.opt, a.opt.DType, "")
		return values64(v, err)
	}
	v, err := openNpy(a.file, &a.opt, a.opt.DType, "")
	return values64(v, err)
}

func values64(a *array, err error) (*Values, error) {
	if err == nil && a.dtype.text() {
		err = a.whole("an array of text", "numbers", "leave it out of the file")
	}
	return &Values{a: a}, err
}

// valuesAtOnce bounds how many numbers are decoded at a time.
const valuesAtOnce = 1 << 15

// Next stores the next numbers in dst and returns how many, at least 1, or io.EOF after the last. Whatever their type, they
// come as float64, exactly but for integers beyond 2⁵³.
func (v *Values) Next(dst []float64) (int, error) {
	if v.left == 0 {
		n, err := v.a.load(max(valuesAtOnce/v.a.cols, 1))
		if err != nil {
			return 0, err
		}
		v.left = n * v.a.cols
		v.rows = resize(v.rows, v.left)
		v.a.float64s(v.rows)
	}
	n := copy(dst, v.rows[len(v.rows)-v.left:])
	v.left -= n
	return n, nil
}

// All returns the numbers of an array of at most most of them.
func (v *Values) All(most int) ([]float64, error) {
	if n := v.a.rows * int64(v.a.cols); n > int64(most) {
		return nil, v.a.whole(sprintf("%d numbers", n), sprintf("at most %d", most), "")
	}
	var all []float64
	block := make([]float64, valuesAtOnce)
	for {
		n, err := v.Next(block)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, block[:n]...)
	}
}

// Close releases the file.
func (a *Arrays) Close() error { return a.file.f.Close() }
