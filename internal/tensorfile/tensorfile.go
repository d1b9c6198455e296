// Package tensorfile reads and writes files of named tensors: the weights of a network, its gradients step by step.
//
// [Open] reads .safetensors, an index of several, .pt, .npz and .npy, by the reader of scores ([rowfile.OpenArrays]) and with
// its promises: no code runs from a file, nothing is allocated because a header claims it. [Write] writes .safetensors.
package tensorfile

import (
	"io"
	"math"
	"slices"
	"strconv"

	"xent/internal/rowfile"
)

// File is an opened file of tensors. Its List tells names, types and shapes; [rowfile.Arrays.Values] streams elements, [Load]
// reads all of a tensor.
type File = rowfile.Arrays

// Open opens the file at path within maxMem bytes of memory; 0 means 1 GiB.
//
// Errors: *rowfile.Error, which names file, place, what was found and what was wanted.
func Open(path string, maxMem int64) (*File, error) {
	return rowfile.OpenArrays(path, rowfile.Options{MaxMem: maxMem})
}

// Load reads a whole tensor, of at most most elements, into memory.
//
// Errors: *rowfile.Error; a name that is not there, and more elements, are two.
func Load(f *File, name string, most int) (elements []float64, shape []int64, err error) {
	i := f.Find(name)
	if i < 0 {
		return nil, nil, &rowfile.Error{Path: f.Path, Member: name, Offset: -1, Got: "no tensor of this name"}
	}
	v, err := f.Values(i)
	if err == nil {
		elements, err = v.All(most)
	}
	return elements, f.List[i].Shape, err
}

// A Tensor is one to be written: float32 or float64 elements in row-major order, as many as the product of its shape.
type Tensor struct {
	Name    string
	Shape   []int
	Float32 []float32 // one of the two
	Float64 []float64
}

// Write writes tensors as a .safetensors file, in the order given and with the metadata; an empty map writes none.
//
//	length uint64 | header: JSON, padded with blanks to a multiple of 8 | elements, little endian
//
// It panics when a shape does not fit its elements, when two tensors have one name, or one is called __metadata__: what
// is written is ours. Errors: those of w.
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	header := []byte{'{'}
	if len(metadata) > 0 {
		header = append(header, `"__metadata__":{`...)
		names := make([]string, 0, len(metadata))
		for k := range metadata {
			names = append(names, k)
		}
		slices.Sort(names)
		for i, k := range names {
			if i > 0 {
				header = append(header, ',')
			}
			header = appendString(append(appendString(header, k), ':'), metadata[k])
		}
		header = append(header, '}')
	}
	at, seen := 0, map[string]bool{"__metadata__": true}
	for _, t := range tensors {
		if seen[t.Name] {
			panic("tensorfile: two tensors named " + t.Name)
		}
		seen[t.Name] = true
		if len(header) > 1 {
			header = append(header, ',')
		}
		code, size := t.layout()
		header = append(appendString(header, t.Name), `:{"dtype":"`+code+`","shape":[`...)
		for i, d := range t.Shape {
			if i > 0 {
				header = append(header, ',')
			}
			header = strconv.AppendInt(header, int64(d), 10)
		}
		header = append(header, `],"data_offsets":[`...)
		header = append(strconv.AppendInt(header, int64(at), 10), ',')
		at += size
		header = append(strconv.AppendInt(header, int64(at), 10), `]}`...)
	}
	header = append(header, '}')
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	pre := appendUint64(nil, uint64(len(header)))
	if _, err := w.Write(append(pre, header...)); err != nil {
		return err
	}
	for _, t := range tensors {
		if err := t.write(w); err != nil {
			return err
		}
	}
	return nil
}

// layout returns the code of the element type and the bytes of all elements.
func (t *Tensor) layout() (code string, bytes int) {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	switch {
	case t.Float32 != nil && t.Float64 == nil && len(t.Float32) == n:
		return "F32", 4 * n
	case t.Float32 == nil && len(t.Float64) == n:
		return "F64", 8 * n
	}
	panic("tensorfile: elements of " + t.Name + " do not fit its shape")
}

// write writes the elements in portions.
func (t *Tensor) write(w io.Writer) error {
	const portion = 1 << 13
	buf := make([]byte, 0, 8*portion)
	for part := range slices.Chunk(t.Float32, portion) {
		buf = buf[:0]
		for _, v := range part {
			u := math.Float32bits(v)
			buf = append(buf, byte(u), byte(u>>8), byte(u>>16), byte(u>>24))
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(t.Float64, portion) {
		buf = buf[:0]
		for _, v := range part {
			buf = appendUint64(buf, math.Float64bits(v))
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return nil
}

func appendUint64(b []byte, u uint64) []byte {
	for range 8 {
		b, u = append(b, byte(u)), u>>8
	}
	return b
}

// appendString appends s as a JSON string. Bytes that are no UTF-8 become the replacement character.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}
