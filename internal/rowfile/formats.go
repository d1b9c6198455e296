//go:build !js

package rowfile

import (
	"bytes"
	"strings"
)

// readable lists the formats for a message.
const readable = ".npy, .npz, .safetensors, .pt, .parquet, .arrow, .csv, .tsv or .jsonl"

// everywhere is false in a browser, whose build then has nothing of what these formats need.
const everywhere = true

// more recognises, from the first bytes, the formats that a browser does not read; 0 for none of them.
func more(head []byte, f *file) format {
	name := strings.ToLower(f.path)
	switch {
	case columnFormat(head) != "":
		return formatColumns
	case bytes.HasPrefix(head, []byte(kldMagic)):
		return formatMore
	case len(head) > 8 && head[8] == '{' && (le.Uint64(head) <= uint64(f.size) || strings.HasSuffix(name, ".safetensors")):
		return formatMore
	case head[0] == '{' && (strings.HasSuffix(name, ".index.json") || bytes.Contains(head, []byte(`"weight_map"`))):
		return formatMore
	case jsonText(head):
		return formatText
	}
	return 0
}

// openMore opens what more recognised.
func (o *opener) openMore(f *file) (*bundle, error) {
	head, err := f.head(9)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(head, []byte(kldMagic)) {
		return openKLD(f, o.opt)
	}
	if head[0] == '{' && !(len(head) > 8 && head[8] == '{' && le.Uint64(head) <= uint64(f.size)) {
		return o.openIndex(f)
	}
	return openSafetensors(f)
}

// typedArray makes an array of elements of type d, whose rows lie one behind the other in the size bytes from byte data
// of f, or column by column; at is where the file declares the shape.
func typedArray(f *file, p place, format string, d dtype, shape []int64, at, data, size int64, columns bool, opt *Options) (*array, error) {
	h := npyHeader{shape: shape, fortran: columns}
	h.at.shape, h.at.descr = at, at
	lay := layout{dtype: d, shape: shape, records: len(shape), item: int64(d.size), count: 1}
	a := &array{place: p, dtype: d, data: data, size: size}
	a.header = Header{Path: p.path, Member: p.member, Format: format, DType: d.String(), Shape: shape, Bytes: f.size}
	if err := a.shapeRows(h, lay); err != nil {
		return nil, err
	}
	section := f.section(data, size)
	return a, a.arrange(h, lay, sequential{section}, section, opt)
}

// computed makes an array of elements of type d that src makes.
func (f *file) computed(p place, format string, d dtype, shape []int64, src source, opt *Options) (*array, error) {
	h := npyHeader{shape: shape}
	lay := layout{dtype: d, shape: shape, records: len(shape), item: int64(d.size), count: 1}
	a := &array{place: p, dtype: d, size: f.size}
	a.header = Header{Path: p.path, Member: p.member, Format: format, DType: d.String(), Shape: shape, Bytes: f.size}
	if err := a.shapeRows(h, lay); err != nil {
		return nil, err
	}
	return a, a.arrange(h, lay, src, nil, opt)
}

// foreignElsewhere names files of kinds that a browser does not tell apart.
func foreignElsewhere(head []byte, f *file) (what, hint string) {
	end := make([]byte, 4)
	if n, _ := f.f.ReadAt(end, max(0, f.size-4)); n == 4 && string(end) == "PAR1" && bytes.ContainsFunc(head, control) {
		return "ends as a Parquet file does and does not begin so", "its beginning was lost; copy it again"
	}
	if bytes.HasPrefix(head, []byte("PARE")) {
		return "an encrypted Parquet file", "write it again without encryption of the footer"
	}
	if bytes.HasPrefix(head, []byte("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.")) {
		return "a PyTorch file of the old kind, several pickles in a row", `where you trust it, save it again: torch.save(torch.load(path, weights_only=True), path)`
	}
	return "", ""
}
