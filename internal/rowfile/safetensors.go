//go:build !js

package rowfile

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"

	"xent/internal/strictjson"
)

// A .safetensors file is
//
//	length uint64 | header: length bytes of JSON | data
//
// all little endian. The header maps names to {"dtype", "shape", "data_offsets": [begin, end)}, counted from the first byte
// of data, and "__metadata__" to a map of strings. The tensors cover the data without a hole and without sharing a byte.
// Source: github.com/huggingface/safetensors, README.md and safetensors/src/tensor.rs.

const (
	maxTensorHeader = 16 << 20 // bytes of the header; the reference takes 100 MB
	maxTensorMeta   = 1 << 20  // bytes of its metadata
)

// tensorTypes are the element types of the format, and how many bits each takes. Those without a dtype are no scores.
var tensorTypes = map[string]struct {
	bits  int64
	dtype dtype
	known bool
}{
	"BOOL": {8, dtype{kind: kindBool, size: 1}, true},
	"I8":   {8, dtype{kind: kindInt, size: 1}, true}, "I16": {16, dtype{kind: kindInt, size: 2}, true},
	"I32": {32, dtype{kind: kindInt, size: 4}, true}, "I64": {64, dtype{kind: kindInt, size: 8}, true},
	"U8": {8, dtype{kind: kindUint, size: 1}, true}, "U16": {16, dtype{kind: kindUint, size: 2}, true},
	"U32": {32, dtype{kind: kindUint, size: 4}, true}, "U64": {64, dtype{kind: kindUint, size: 8}, true},
	"F16": {16, dtype{kind: kindFloat, size: 2}, true}, "F32": {32, dtype{kind: kindFloat, size: 4}, true},
	"F64": {64, dtype{kind: kindFloat, size: 8}, true}, "BF16": {16, dtype{kind: kindBF16, size: 2}, true},
	"F8_E4M3": {8, dtype{kind: kindE4M3, size: 1}, true}, "F8_E5M2": {8, dtype{kind: kindE5M2, size: 1}, true},
	"F4": {bits: 4}, "F6_E2M3": {bits: 6}, "F6_E3M2": {bits: 6}, "F8_E8M0": {bits: 8}, "C64": {bits: 64},
	"F8_E4M3FNUZ": {bits: 8}, "F8_E5M2FNUZ": {bits: 8},
}

// tensor is what the header says about one of them.
type tensor struct {
	name, code string
	shape      []int64
	begin, end int64
	at         int64 // of its entry in the file
	seen       int   // of its three members
}

// openSafetensors reads the header of f and checks it as a whole: what it leaves open, a second reader might read
// differently.
//
// Memory: the header, at most 16 MiB, and what it lists.
func openSafetensors(f *file) (*bundle, error) {
	pre, err := f.head(8)
	if err != nil {
		return nil, err
	}
	n := le.Uint64(pre)
	switch {
	case n > uint64(f.size-8):
		return nil, f.at(0, sprintf("header length is %d", n), sprintf("at most the %d bytes left in the file", f.size-8), "the file is cut short, or no safetensors file; copy it again")
	case n > maxTensorHeader:
		return nil, f.at(0, sprintf("header length is %d", n), sprintf("at most %d", maxTensorHeader), "")
	}
	text := make([]byte, n)
	if _, err := f.f.ReadAt(text, 8); err != nil && !errors.Is(err, io.EOF) {
		return nil, f.read(8, err)
	}
	if len(text) == 0 || text[0] != '{' {
		return nil, f.at(8, "header begins with "+quote(text[:min(len(text), 8)]), `"{"`, "")
	}
	list, meta, err := tensorHeader(f.place, text)
	if err != nil {
		return nil, err
	}
	data := 8 + int64(n)
	if err := cover(f, list, data); err != nil {
		return nil, err
	}
	b := &bundle{archive: &archive{file: f}, format: "safetensors", meta: meta}
	for _, t := range list {
		k := tensorTypes[t.code]
		e := entry{key: t.name, header: npyHeader{shape: t.shape}, own: &declared{dtype: k.dtype, bytes: t.end - t.begin}}
		if !k.known {
			e.own.got = t.code
		}
		e.own.open = func(e entry, opt *Options) (*array, error) {
			p := place{f.path, t.name}
			if e.own.got != "" {
				return nil, p.at(t.at, "data type is "+t.code, "F16, BF16, F32, F64, F8_E4M3, F8_E5M2, an integer or BOOL", "save it as float32: tensor.float()")
			}
			return typedArray(f, p, "safetensors", e.own.dtype, t.shape, t.at, data+t.begin, t.end-t.begin, false, opt)
		}
		b.arrays = append(b.arrays, e)
	}
	return b, nil
}

// tensorHeader reads the JSON, which stands at byte 8.
func tensorHeader(p place, text []byte) (list []tensor, meta map[string]string, err error) {
	d := strictjson.New(text)
	err = d.Object(func(name []byte) error {
		at := int64(d.Offset())
		if string(name) == "__metadata__" {
			meta, err = tensorMeta(p, d)
			return err
		}
		t := tensor{name: string(name), at: 8 + at}
		if d.Kind() != strictjson.Object {
			return p.at(t.at, "tensor "+quote(t.name)+" is no object", `{"dtype", "shape", "data_offsets"}`, "")
		}
		if err := d.Object(func(member []byte) error { return t.member(p, d, string(member)) }); err != nil {
			return err
		}
		if t.seen != 7 {
			return p.at(t.at, "tensor "+quote(t.name)+" lacks a member", `all of "dtype", "shape", "data_offsets"`, "")
		}
		list = append(list, t)
		return t.check(p)
	})
	if err == nil {
		err = d.End()
	}
	return list, meta, p.json(err, 8)
}

// json places what strictjson refused, in a text that begins at byte base.
func (p place) json(err error, base int64) error {
	var e *strictjson.Error
	if errors.As(err, &e) {
		return p.at(base+e.Offset, e.Got, e.Want, "")
	}
	return err
}

func tensorMeta(p place, d *strictjson.Decoder) (map[string]string, error) {
	at, size, meta := 8+int64(d.Offset()), 0, map[string]string{}
	if d.Kind() != strictjson.Object {
		return nil, p.at(at, "__metadata__ is no object", "a map of strings", "")
	}
	return meta, d.Object(func(name []byte) error {
		if d.Kind() != strictjson.String {
			return p.at(8+int64(d.Offset()), "__metadata__ holds something else than a string under "+quote(name), "a map of strings", "")
		}
		key := string(name)
		v, err := d.String()
		if err != nil {
			return err
		}
		if size += len(key) + len(v); size > maxTensorMeta {
			return p.at(at, sprintf("more than %d bytes of __metadata__", maxTensorMeta), "less", "")
		}
		meta[key] = string(v)
		return nil
	})
}

// member reads one of the three members of a tensor.
func (t *tensor) member(p place, d *strictjson.Decoder, name string) error {
	at := 8 + int64(d.Offset())
	switch name {
	case "dtype":
		if d.Kind() != strictjson.String {
			return p.at(at, "dtype of tensor "+quote(t.name)+" is no string", "a type such as F32", "")
		}
		code, err := d.String()
		t.code, t.seen = string(code), t.seen|1
		return err
	case "shape":
		t.seen |= 2
		sizes, err := t.sizes(p, d, "shape", maxDims)
		t.shape = sizes
		return err
	case "data_offsets":
		t.seen |= 4
		o, err := t.sizes(p, d, "data_offsets", 2)
		if err == nil && len(o) != 2 {
			err = p.at(at, sprintf("%d data_offsets of tensor %s", len(o), quote(t.name)), "2", "")
		}
		if err == nil {
			t.begin, t.end = o[0], o[1]
		}
		return err
	}
	return p.at(at, "tensor "+quote(t.name)+" has a member "+quote(name), "dtype, shape and data_offsets alone", "")
}

// sizes reads a list of at most most numbers that are 0 or more.
func (t *tensor) sizes(p place, d *strictjson.Decoder, what string, most int) (list []int64, err error) {
	list = []int64{}
	if d.Kind() != strictjson.List {
		return nil, p.at(8+int64(d.Offset()), what+" of tensor "+quote(t.name)+" is no list", "a list of sizes", "")
	}
	return list, d.List(func() error {
		at := 8 + int64(d.Offset())
		if d.Kind() != strictjson.Number {
			return p.at(at, what+" of tensor "+quote(t.name)+" holds something else than a number", "sizes", "")
		}
		s, err := d.Number()
		if err != nil {
			return err
		}
		v, ok := parseInteger(s)
		switch {
		case !ok || v < 0:
			return p.at(at, what+" of tensor "+quote(t.name)+" holds "+quote(s), "an integer, 0 to 9223372036854775807", "")
		case len(list) == most:
			return p.at(at, sprintf("%s of tensor %s has more than %d numbers", what, quote(t.name), most), "fewer", "")
		}
		list = append(list, v)
		return nil
	})
}

// check compares shape and type with the bytes.
func (t *tensor) check(p place) error {
	k, ok := tensorTypes[t.code]
	if !ok {
		var names []string
		for name := range tensorTypes {
			names = append(names, name)
		}
		slices.Sort(names)
		return p.at(t.at, "data type of tensor "+quote(t.name)+" is "+quote(t.code), "one of "+strings.Join(names, " "), "")
	}
	if t.end < t.begin {
		return p.at(t.at, sprintf("tensor %s ends at %d, before it begins at %d", quote(t.name), t.end, t.begin), "an end behind its beginning", "")
	}
	n, fits := product(t.shape...)
	total, also := product(n, k.bits)
	if !fits || !also {
		return p.at(t.at, sprintf("shape %s of tensor %s: the product overflows", shapeText(t.shape), quote(t.name)), "", "the header is damaged, or meant to mislead")
	}
	if total%8 != 0 || total/8 != t.end-t.begin {
		return p.at(t.at, sprintf("tensor %s has %d bytes", quote(t.name), t.end-t.begin), sprintf("%d for shape %s of %s", (total+7)/8, shapeText(t.shape), t.code), "")
	}
	return nil
}

// cover sorts the tensors by their place and refuses holes, overlaps and bytes that belong to none.
func cover(f *file, list []tensor, data int64) error {
	slices.SortStableFunc(list, func(a, b tensor) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	at, last := int64(0), ""
	for _, t := range list {
		switch {
		case t.begin < at:
			return f.at(t.at, sprintf("tensor %s begins at %d and overlaps %s, which reaches to %d", quote(t.name), t.begin, quote(last), at), "tensors that follow each other", "")
		case t.begin > at:
			return f.at(t.at, sprintf("a hole of %d bytes before tensor %s", t.begin-at, quote(t.name)), "tensors that follow each other", "")
		}
		at, last = t.end, t.name
	}
	switch have := f.size - data; {
	case have < at:
		return f.at(f.size, sprintf("file ends with %d bytes of data", have), sprintf("%d, as its header says", at), "the file is cut short; copy it again")
	case have > at:
		return f.at(data+at, sprintf("%d bytes follow the last tensor, which ends here", have-at), "none", "two files in one? save it again")
	}
	return nil
}

// openIndex reads the index of tensors that are spread over several files, which lie beside it.
//
//	{"metadata": {...}, "weight_map": {"name of a tensor": "name of a file", ...}}
func (o *opener) openIndex(f *file) (*bundle, error) {
	if f.size > maxTensorHeader {
		return nil, f.whole(sprintf("an index of %d bytes", f.size), sprintf("at most %d", maxTensorHeader), "")
	}
	text, err := f.head(f.size)
	if err != nil {
		return nil, err
	}
	type where struct{ name, file string }
	var list []where
	d := strictjson.New(text)
	found := false
	err = d.Object(func(name []byte) error {
		if string(name) != "weight_map" || d.Kind() != strictjson.Object {
			return d.Skip()
		}
		found = true
		return d.Object(func(name []byte) error {
			at, key := int64(d.Offset()), string(name)
			if d.Kind() != strictjson.String {
				return f.at(at, "tensor "+quote(key)+" is in something else than a file", "a name", "")
			}
			v, err := d.String()
			if err == nil && !plainName(string(v)) {
				err = f.at(at, "tensor "+quote(key)+" is said to be in "+quote(v), "a file beside the index", "an index must not lead elsewhere")
			}
			list = append(list, where{key, string(v)})
			return err
		})
	})
	if err == nil {
		err = d.End()
	}
	if err == nil && (!found || len(list) == 0) {
		err = f.whole("no tensor in its weight_map", "the index of a model in several files", "")
	}
	if err != nil {
		return nil, f.json(err, 0)
	}
	b := &bundle{archive: &archive{file: f}, format: "safetensors index"}
	shards, extra := map[string]map[string]entry{}, 0
	for _, w := range list {
		if shards[w.file] == nil {
			if shards[w.file], err = o.shard(f, w.file); err != nil {
				return nil, err
			}
			extra += len(shards[w.file])
		}
		e, ok := shards[w.file][w.name]
		if !ok {
			return nil, f.whole("tensor "+quote(w.name)+" is not in "+quote(w.file)+", where the index says", "it there", "download the model again: its files are of different versions")
		}
		b.arrays = append(b.arrays, e)
	}
	b.notes = append(b.notes, sprintf("%s: %d tensors in %d files", plain(f.path), len(list), len(shards)))
	if extra -= len(list); extra > 0 {
		b.notes = append(b.notes, sprintf("%s: its files hold %d tensors that it does not list", plain(f.path), extra))
	}
	return b, nil
}

// plainName reports whether s is the name of a file and no way to one elsewhere.
func plainName(s string) bool {
	return s != "" && s != "." && s != ".." && !strings.ContainsAny(s, "/\\:\x00")
}

// shard opens a file that the index f names.
func (o *opener) shard(f *file, name string) (map[string]entry, error) {
	if len(o.rows.files) > maxMembers {
		return nil, f.whole(sprintf("more than %d files", maxMembers), "fewer", "")
	}
	path := f.path[:strings.LastIndexByte(strings.ReplaceAll(f.path, `\`, "/"), '/')+1] + name
	if err := beside(f, path, o.opt); err != nil {
		return nil, err
	}
	s, err := openFile(path, o.opt)
	if err != nil {
		var e *Error
		if errors.As(err, &e) && e.Got == "does not exist" {
			e.Got, e.Hint = "is not there, and "+plain(f.path)+" needs it", "download it, too"
		}
		return nil, err
	}
	o.rows.files = append(o.rows.files, s)
	b, err := openSafetensors(s)
	if err != nil {
		return nil, err
	}
	all := make(map[string]entry, len(b.arrays))
	for _, e := range b.arrays {
		all[e.key] = e
	}
	return all, nil
}
