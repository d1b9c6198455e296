//go:build !js

package rowfile

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"xent/internal/pickle"
)

// A file that torch.save writes is an archive of PREFIX/data.pkl, a pickle that says which tensors there are, of
// PREFIX/data/KEY, the bytes of a storage each, and of PREFIX/byteorder. A tensor is a view of a storage: where it begins,
// its shape and, for each dimension, how many elements apart its neighbours are.
// Source: github.com/pytorch/pytorch, torch/serialization.py and torch/_utils.py.

const (
	maxPickle  = 16 << 20 // bytes of data.pkl
	maxTensors = 1 << 17
)

// torchTypes are the element types by the names of storages and of dtypes.
var torchTypes = map[string]dtype{
	"FloatStorage": {kind: kindFloat, size: 4}, "DoubleStorage": {kind: kindFloat, size: 8}, "HalfStorage": {kind: kindFloat, size: 2},
	"BFloat16Storage": {kind: kindBF16, size: 2}, "LongStorage": {kind: kindInt, size: 8}, "IntStorage": {kind: kindInt, size: 4},
	"ShortStorage": {kind: kindInt, size: 2}, "CharStorage": {kind: kindInt, size: 1}, "ByteStorage": {kind: kindUint, size: 1}, "BoolStorage": {kind: kindBool, size: 1},
	"float32": {kind: kindFloat, size: 4}, "float64": {kind: kindFloat, size: 8}, "float16": {kind: kindFloat, size: 2}, "bfloat16": {kind: kindBF16, size: 2},
	"float8_e4m3fn": {kind: kindE4M3, size: 1}, "float8_e5m2": {kind: kindE5M2, size: 1},
	"int64": {kind: kindInt, size: 8}, "int32": {kind: kindInt, size: 4}, "int16": {kind: kindInt, size: 2}, "int8": {kind: kindInt, size: 1},
	"uint64": {kind: kindUint, size: 8}, "uint32": {kind: kindUint, size: 4}, "uint16": {kind: kindUint, size: 2}, "uint8": {kind: kindUint, size: 1},
	"bool": {kind: kindBool, size: 1},
}

// torchNames are the globals that a pickle of tensors may hold. None is ever called.
func torchNames(g pickle.Global) bool {
	switch g.Module {
	case "collections":
		return g.Name == "OrderedDict" || g.Name == "defaultdict"
	case "torch._utils":
		return g.Name == "_rebuild_tensor_v2" || g.Name == "_rebuild_tensor_v3" || g.Name == "_rebuild_tensor" || g.Name == "_rebuild_parameter"
	case "torch":
		_, known := torchTypes[g.Name]
		return known || g.Name == "Size" || g.Name == "device" || g.Name == "UntypedStorage"
	case "torch.storage":
		return g.Name == "UntypedStorage" || g.Name == "TypedStorage"
	case "torch.nn.parameter":
		return g.Name == "Parameter"
	case "numpy":
		return g.Name == "dtype" || g.Name == "ndarray"
	case "numpy.core.multiarray", "numpy._core.multiarray":
		return g.Name == "_reconstruct" || g.Name == "scalar"
	case "_codecs":
		return g.Name == "encode" // how protocol 2 writes bytes
	case "__builtin__", "builtins":
		return g.Name == "dict" || g.Name == "list" || g.Name == "int" || g.Name == "float" || g.Name == "set"
	}
	return false
}

// torchFile is an archive whose pickle has been read.
type torchFile struct {
	*bundle
	pkl     place
	members map[string]*member // by key of the storage
	big     bool               // big endian
	steps   int                // of the walk
	names   map[string]bool
}

// openTorch reads an archive with a data.pkl; it returns nil for others.
func openTorch(f *file, dir *archive) (*bundle, error) {
	i := slices.IndexFunc(dir.members, func(m member) bool { return strings.HasSuffix(m.name, "/data.pkl") })
	if i < 0 {
		return nil, nil
	}
	prefix := strings.TrimSuffix(dir.members[i].name, "data.pkl")
	t := &torchFile{bundle: &bundle{archive: dir, format: "pt"}, pkl: place{f.path, dir.members[i].name}, members: map[string]*member{}, names: map[string]bool{}}
	for k := range dir.members {
		if key, ok := strings.CutPrefix(dir.members[k].name, prefix+"data/"); ok {
			t.members[key] = &dir.members[k]
		}
		if dir.members[k].name == prefix+"byteorder" {
			order, err := t.read(&dir.members[k], 16)
			if err != nil {
				return nil, err
			}
			t.big = string(order) == "big"
		}
	}
	text, err := t.read(&dir.members[i], maxPickle)
	if err != nil {
		return nil, err
	}
	v, err := pickle.Read(text, torchNames)
	if err != nil {
		return nil, t.refused(err)
	}
	if err := t.walk("", v, 0); err != nil {
		return nil, err
	}
	if len(t.arrays) == 0 {
		return nil, f.whole("a PyTorch file without a tensor", "one", "")
	}
	return t.bundle, nil
}

// safetensorsHint converts where the file is trusted.
const safetensorsHint = `where you trust it, convert it: safetensors.torch.save_file(torch.load(path, weights_only=True), "logits.safetensors")`

// refused places what the pickle is refused for.
func (t *torchFile) refused(err error) error {
	var e *pickle.Error
	if !errors.As(err, &e) {
		return err
	}
	hint := ""
	if e.Global != (pickle.Global{}) {
		hint = "a pickle is a program, and this one would call that; nothing was executed. " + safetensorsHint
	}
	return t.pkl.at(e.Offset, e.Got, e.Want, hint)
}

// read returns a whole member of at most most bytes.
func (t *torchFile) read(m *member, most int64) ([]byte, error) {
	s, err := t.archive.open(m)
	if err != nil {
		return nil, err
	}
	if m.size > most {
		return nil, s.whole(sprintf("%d bytes", m.size), sprintf("at most %d", most), "")
	}
	b, err := io.ReadAll(s)
	if err == nil {
		err = s.finish()
	}
	if err != nil {
		return nil, s.read(int64(len(b)), err)
	}
	return b, nil
}

// walk lists the tensors in v, which stands under path. Lists may hold themselves, and one value may stand in many places:
// steps are counted.
func (t *torchFile) walk(path string, v pickle.Value, depth int) error {
	if t.steps++; t.steps > pickle.MaxOps || depth > pickle.MaxDepth {
		return t.pkl.whole("values that stand in each other without end", "plain lists and dicts", "")
	}
	under := func(key string) string {
		if path == "" {
			return key
		}
		return path + "." + key
	}
	list := func(items []pickle.Value) error {
		for i, x := range items {
			if err := t.walk(under(strconv.Itoa(i)), x, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	dict := func(d *pickle.Dict) error {
		for i, k := range d.Keys {
			name := ""
			switch k := k.(type) {
			case string:
				name = k
			case int64:
				name = strconv.FormatInt(k, 10)
			default:
				continue
			}
			if err := t.walk(under(name), d.Values[i], depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	switch v := v.(type) {
	case pickle.Tuple:
		return list(v)
	case *pickle.List:
		return list(v.Items)
	case *pickle.Dict:
		return dict(v)
	case *pickle.Call:
		switch v.Func.Module + "." + v.Func.Name {
		case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v3":
			return t.tensor(path, v)
		case "torch._utils._rebuild_parameter", "torch.nn.parameter.Parameter":
			if len(v.Args) > 0 {
				return t.walk(path, v.Args[0], depth+1)
			}
		case "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct":
			return t.numpy(path, v)
		}
		if err := list(v.Items); err != nil {
			return err
		}
		return dict(&v.Dict)
	}
	return nil
}

// alone is the name of a tensor that the file holds as such, in no dict or list.
const alone = "tensor"

// add lists an array under a name that no other has.
func (t *torchFile) add(name string, e entry) error {
	name = cmp.Or(name, alone)
	for n, base := 2, name; t.names[name]; n++ {
		name = base + "#" + strconv.Itoa(n)
	}
	if len(t.arrays) == maxTensors {
		return t.pkl.whole(sprintf("more than %d tensors", maxTensors), "fewer", "")
	}
	t.names[name], e.key = true, name
	t.arrays = append(t.arrays, e)
	return nil
}

// A view is a tensor as its pickle describes it.
type view struct {
	place   place
	member  *member
	dtype   dtype
	offset  int64 // in elements
	shape   []int64
	strides []int64
}

// tensor lists a tensor that would be rebuilt from (storage, offset, shape, strides, ...).
func (t *torchFile) tensor(name string, c *pickle.Call) error {
	p := place{t.file.path, cmp.Or(name, alone)}
	bad := func(got string) error { return p.whole(got, "a tensor as torch.save writes it", "") }
	if len(c.Args) < 4 {
		return bad(sprintf("a tensor of %d parts", len(c.Args)))
	}
	pers, _ := c.Args[0].(pickle.Persistent)
	id, _ := pers.ID.(pickle.Tuple)
	if len(id) < 5 || id[0] != pickle.Value("storage") {
		return bad("a tensor without a storage")
	}
	class, _ := id[1].(pickle.Global)
	key, _ := id[2].(string)
	d, known := torchTypes[class.Name]
	if strings.HasSuffix(c.Func.Name, "_v3") && len(c.Args) > 6 {
		if g, ok := c.Args[6].(pickle.Global); ok {
			d, known = torchTypes[g.Name]
		}
	}
	if !known {
		return bad("elements of " + quote(class.String()))
	}
	d.big = t.big
	v := &view{place: p, member: t.members[key], dtype: d}
	if v.member == nil {
		return bad("storage " + quote(key) + ", which is not in the archive")
	}
	offset, ok := c.Args[1].(int64)
	v.offset = offset
	var also, too bool
	v.shape, also = sizesOf(c.Args[2])
	v.strides, too = sizesOf(c.Args[3])
	if !ok || !also || !too || len(v.shape) != len(v.strides) {
		return bad("no offset, shape and strides that are numbers, as many of each")
	}
	if err := v.inside(); err != nil {
		return err
	}
	n, _ := product(v.shape...)
	return t.add(name, entry{header: npyHeader{shape: v.shape}, own: &declared{dtype: d, bytes: n * int64(d.size), open: func(e entry, opt *Options) (*array, error) {
		return t.open(v, e, opt)
	}}})
}

// sizesOf converts a tuple or torch.Size.
func sizesOf(v pickle.Value) ([]int64, bool) {
	if c, ok := v.(*pickle.Call); ok && c.Func.Name == "Size" && len(c.Args) == 1 {
		v = c.Args[0]
	}
	items, ok := v.(pickle.Tuple)
	if !ok || len(items) > maxDims {
		return nil, false
	}
	out := make([]int64, len(items))
	for i, x := range items {
		if out[i], ok = x.(int64); !ok || out[i] < 0 {
			return nil, false
		}
	}
	return out, true
}

// inside refuses a view that reaches beyond its storage.
func (v *view) inside() error {
	n, ok := product(v.shape...)
	if _, fits := product(n, int64(v.dtype.size)); !ok || !fits {
		return v.place.whole("shape "+shapeText(v.shape)+": the product overflows", "", "the file is damaged, or meant to mislead")
	}
	if n == 0 {
		return nil
	}
	last, have := v.offset, v.member.size/int64(v.dtype.size)
	for i, s := range v.shape {
		step, ok := product(s-1, v.strides[i])
		if !ok || step > have-last {
			last = have
			break
		}
		last += step
	}
	if v.offset < 0 || last >= have {
		return v.place.whole(sprintf("shape %s with strides %s from element %d reaches beyond its storage", shapeText(v.shape), shapeText(v.strides), v.offset), sprintf("all of it within %d elements", have), "the file is damaged, or meant to mislead")
	}
	return nil
}

// order reports whether the elements lie as their shape says, without a gap; columns, whether they do column by column.
func (v *view) order() (rows, columns bool) {
	rows, columns = true, true
	next := int64(1)
	for i := len(v.shape) - 1; i >= 0; i-- {
		rows = rows && (v.shape[i] == 1 || v.strides[i] == next)
		next *= v.shape[i]
	}
	next = 1
	for i := range v.shape {
		columns = columns && (v.shape[i] == 1 || v.strides[i] == next)
		next *= v.shape[i]
	}
	return rows, columns
}

// open begins to read a tensor, in the order of its rows whatever its strides.
func (t *torchFile) open(v *view, e entry, opt *Options) (*array, error) {
	p := place{t.file.path, e.key}
	if v.member.method != 0 {
		return nil, p.whole("a compressed storage", "one as torch.save writes it", "")
	}
	size := int64(v.dtype.size)
	at := v.member.data + v.offset*size
	rows, columns := v.order()
	n, _ := product(v.shape...)
	if rows || columns {
		a, err := typedArray(t.file, p, "pt", v.dtype, v.shape, v.member.header, at, n*size, !rows, opt)
		return a, err
	}
	a, err := typedArray(t.file, p, "pt", v.dtype, v.shape, v.member.header, at, n*size, false, opt)
	if err != nil {
		return nil, err
	}
	span := int64(1) // elements from the first to the last
	for i, s := range v.shape {
		span += (s - 1) * v.strides[i]
	}
	if span*size > opt.maxMem()/4 {
		return nil, p.whole(sprintf("strides %s over %d bytes", shapeText(v.strides), span*size), sprintf("at most %d bytes that are not in the order of rows", opt.maxMem()/4), "save x.contiguous(), or raise --max-mem")
	}
	g := &gathered{view: v, at: t.file.section(at, span*size), span: make([]byte, 0), total: n}
	g.make = g.next
	a.src = g
	a.notes = append(a.notes, a.name()+": strides "+shapeText(v.strides)+" are read as rows of shape "+shapeText(v.shape))
	return a, nil
}

// gathered picks the elements of a view with any strides out of its storage, which it holds.
type gathered struct {
	staged
	view  *view
	at    *io.SectionReader
	span  []byte
	pos   int64 // elements made
	total int64
	out   []byte
}

func (g *gathered) rewind() error {
	g.pos, g.rest = 0, nil
	return nil
}

func (g *gathered) next() ([]byte, error) {
	if g.pos == g.total {
		return nil, io.EOF
	}
	if len(g.span) == 0 {
		g.span = make([]byte, g.at.Size())
		if _, err := g.at.ReadAt(g.span, 0); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
	size := int64(g.view.dtype.size)
	g.out = g.out[:0]
	for ; g.pos < g.total && len(g.out) < 64<<10; g.pos++ {
		i, from := g.pos, int64(0)
		for k := len(g.view.shape) - 1; k >= 0; k-- {
			from += i % g.view.shape[k] * g.view.strides[k]
			i /= g.view.shape[k]
		}
		g.out = append(g.out, g.span[from*size:(from+1)*size]...)
	}
	return g.out, nil
}

// numpy lists an array of NumPy, whose bytes stand in the pickle: its state is (version, shape, dtype, fortran, bytes).
func (t *torchFile) numpy(name string, c *pickle.Call) error {
	p := place{t.file.path, cmp.Or(name, alone)}
	state, _ := c.State.(pickle.Tuple)
	if len(state) != 5 {
		return p.whole("a NumPy array without its state", "one as NumPy pickles it", "")
	}
	shape, ok := sizesOf(state[1])
	code, also := numpyCode(state[2])
	fortran, _ := state[3].(bool)
	data, too := bytesOfPickle(state[4])
	if !ok || !also || !too {
		return p.whole("a NumPy array of objects, or one that is no plain array", "numbers", "save it with np.save, without objects")
	}
	d, got, hint := parseDType(code, "")
	if got != "" || d.text() {
		return t.add(name, entry{header: npyHeader{shape: shape}, own: &declared{got: code, open: func(entry, *Options) (*array, error) {
			return nil, p.whole(got, "numbers", hint)
		}}})
	}
	n, fits := product(shape...)
	if need, all := product(n, int64(d.size)); !fits || !all || need != int64(len(data)) {
		return p.whole(sprintf("%d bytes of a NumPy array", len(data)), "as many as shape "+shapeText(shape)+" of "+d.String()+" needs", "")
	}
	f := &file{place: t.file.place, f: inMemory(data), size: int64(len(data))}
	return t.add(name, entry{header: npyHeader{shape: shape}, own: &declared{dtype: d, bytes: int64(len(data)), open: func(e entry, opt *Options) (*array, error) {
		return typedArray(f, place{t.file.path, e.key}, "pt", d, shape, -1, 0, f.size, fortran, opt)
	}}})
}

// numpyCode is the type string of a dtype: its code in the call, its byte order in the state.
func numpyCode(v pickle.Value) (string, bool) {
	c, ok := v.(*pickle.Call)
	if !ok || c.Func.Module != "numpy" || c.Func.Name != "dtype" || len(c.Args) == 0 {
		return "", false
	}
	code, ok := c.Args[0].(string)
	state, _ := c.State.(pickle.Tuple)
	if !ok || code == "" || strings.ContainsAny(code[:1], "OV") || len(state) < 2 {
		return "", false
	}
	order, ok := state[1].(string)
	if !ok || len(order) != 1 {
		return "", false
	}
	return order + code, true
}

// bytesOfPickle are bytes, or text that stands for them: protocol 2 has no bytes, and writes _codecs.encode(text, "latin1").
func bytesOfPickle(v pickle.Value) ([]byte, bool) {
	switch v := v.(type) {
	case pickle.Bytes:
		return v, true
	case *pickle.Call:
		if v.Func != (pickle.Global{Module: "_codecs", Name: "encode"}) || len(v.Args) != 2 || v.Args[1] != pickle.Value("latin1") {
			return nil, false
		}
		s, ok := v.Args[0].(string)
		out := make([]byte, 0, len(s))
		for _, r := range s {
			if r > 0xff {
				return nil, false
			}
			out = append(out, byte(r))
		}
		return out, ok
	}
	return nil, false
}
