package rowfile

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// format is a kind of file that is read.
type format int

const (
	formatNpy format = iota + 1
	formatNpz
	formatText
	formatMore    // a bundle of arrays of another kind, which no browser reads
	formatColumns // a table of columns, which no browser reads either
)

// identify tells from the first bytes what f is; its name does not count. A file of another kind is
// refused by its own name, with what to do about it.
func identify(f *file) (format, error) {
	head, err := f.head(512)
	if err != nil {
		return 0, err
	}
	switch {
	case bytes.HasPrefix(head, []byte(npyMagic)):
		return formatNpy, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return formatNpz, nil
	case bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return 0, f.whole("an empty archive", "one with .npy arrays", "")
	}
	if everywhere {
		if k := more(head, f); k != 0 {
			return k, nil
		}
	}
	const want = readable
	what, hint := foreign(head, f)
	if everywhere {
		if old, how := foreignElsewhere(head, f); old != "" {
			what, hint = old, how
		}
	}
	if what != "" {
		return 0, f.whole(what, want, hint)
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return formatText, nil
	}
	if i := bytes.IndexFunc(head, control); i >= 0 {
		if bytes.Count(head, []byte{0}) >= len(head)/3 && bytes.Count(head, []byte{0}) < len(head)*2/3 && printable(head) {
			return 0, f.at(0, "looks like UTF-16 text without a byte order mark", want, "save it as UTF-8")
		}
		if strings.Trim(string(head), "\x00") == "" {
			return 0, f.whole(sprintf("begins with %d zero bytes", len(head)), want, "an export that was interrupted leaves such a file; export it again")
		}
		return 0, f.at(int64(i), "binary data of an unknown kind: "+quote(head[:min(8, len(head))]), want, "")
	}
	return formatText, nil
}

// control reports runes that text does not hold. Escape codes are text: names may hold them.
func control(r rune) bool { return r < ' ' && !strings.ContainsRune("\n\r\t\f\x1b", r) }

// printable reports whether b without its zero bytes is plain text.
func printable(b []byte) bool {
	return bytes.IndexFunc(b, func(r rune) bool { return r != 0 && (control(r) || r == utf8.RuneError) }) < 0
}

// foreign names files of other kinds by how they begin; what is "" for all others.
func foreign(head []byte, f *file) (what, hint string) {
	for _, k := range []struct{ magic, what, hint string }{
		{"\x1f\x8b", "a gzip file", "unpack it: gunzip -k %s"},
		{"\x28\xb5\x2f\xfd", "a Zstandard file", "unpack it: zstd -d %s"},
		{"BZh", "a bzip2 file", "unpack it: bunzip2 -k %s"},
		{"\xfd7zXZ\x00", "an xz file", "unpack it: xz -dk %s"},
		{"PAR1", "a Parquet file", `convert it: np.save("logits.npy", np.stack(pd.read_parquet(path)["logits"]))`},
		{"ARROW1", "an Arrow file", "save its columns as .npy"},
		{"%PDF-", "a PDF document", ""},
		{"\x89HDF\r\n\x1a\n", "an HDF5 file", `convert it: np.save("logits.npy", h5py.File(path)["logits"][:])`},
		{"\x89PNG", "a PNG picture", ""},
		{"\xff\xd8\xff", "a JPEG picture", ""},
		{"GGUF", "a GGUF model", "xent reads what a model put out, not the model"},
		{"MATLAB 5.0", "a MATLAB file", `convert it: np.save("logits.npy", scipy.io.loadmat(path)["logits"])`},
	} {
		if bytes.HasPrefix(head, []byte(k.magic)) {
			return k.what, strings.Replace(k.hint, "%s", plain(f.path), 1)
		}
	}
	switch {
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return "a tar archive", "unpack it: tar -xf " + plain(f.path)
	case len(head) > 2 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5:
		return "a pickle, which is a program (PyTorch, joblib or Python wrote it)", torchHint
	case len(head) > 8 && head[8] == '{' && le.Uint64(head) < uint64(f.size):
		return "a safetensors file", `convert it: np.save("logits.npy", safetensors.numpy.load_file(path)["logits"])`
	}
	return foreignText(bytes.TrimLeftFunc(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), unicode.IsSpace))
}

// foreignText does the same for text that holds no table.
func foreignText(head []byte) (what, hint string) {
	lower := bytes.ToLower(head)
	switch {
	case bytes.HasPrefix(head, []byte("version https://git-lfs.github.com/spec/")):
		what = "a Git LFS pointer, not the file itself"
		for line := range strings.Lines(string(head)) {
			if oid, ok := strings.CutPrefix(strings.TrimSpace(line), "oid "); ok {
				what = "a Git LFS pointer, oid " + plain(oid[:min(len(oid), 80)])
			}
		}
		return what, "run: git lfs pull"
	case bytes.HasPrefix(lower, []byte("<!doctype html")), bytes.HasPrefix(lower, []byte("<html")), bytes.HasPrefix(lower, []byte("<head")), bytes.HasPrefix(lower, []byte("<body")):
		return "looks like HTML: a page, perhaps an error page saved under this name", "download the file again; open it in a browser to see what it says"
	case bytes.HasPrefix(lower, []byte("<?xml")), bytes.HasPrefix(lower, []byte("<error")):
		return "looks like XML, perhaps a storage server's error saved under this name", "download the file again"
	case bytes.HasPrefix(head, []byte("{")), bytes.HasPrefix(head, []byte("[[")), bytes.HasPrefix(head, []byte("[{")):
		return "looks like JSON", `convert it: np.save("logits.npy", np.array([r["logits"] for r in rows], np.float32))`
	}
	return "", ""
}
