package rowfile

import (
	"archive/zip"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// fuzzed reads what src names to its end and checks what holds for every input: it ends, in bounded
// memory, with rows or with an *Error of one printable line.
func fuzzed(t *testing.T, src Source, opt Options) {
	opt.MaxMem = 16 << 20
	var all *table64
	var err error
	bytes := allocated(func() { all, err = readBounded(src, opt) })
	if bytes > 64<<20 {
		t.Errorf("%d bytes allocated, want at most 64 MiB", bytes)
	}
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("%T: %v, want *Error", err, err)
		}
		text := strings.ReplaceAll(e.Error(), filepath.Dir(src.Scores), "")
		if e.Got == "" || e.Path == "" || strings.ContainsFunc(text+e.Hint, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Fatalf("error is not one printable line: %q", text)
		}
		return
	}
	if all.rows < 1 || all.Scores.Cols < 1 || all.Scores.Rows != int64(all.rows) {
		t.Fatalf("%d rows of %d, header says %d", all.rows, all.Scores.Cols, all.Scores.Rows)
	}
	for _, s := range append(append([]string{}, all.Notes...), all.Warnings()...) {
		if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Fatalf("note is not one printable line: %q", s)
		}
	}
}

// readBounded is readAll that keeps only counts, so that what it allocates is the reader's.
func readBounded(src Source, opt Options) (*table64, error) {
	r, err := Open(src, opt)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	all := &table64{Rows: r}
	var b Block[float32]
	for {
		if err := Next(r, &b); err != nil {
			if err.Error() == "EOF" {
				return all, nil
			}
			return nil, err
		}
		all.rows += b.Rows
	}
}

// putFile writes a fuzzed file over the last one.
func putFile(t testing.TB, dir, name string, data []byte) string {
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func seeds(f *testing.F, ext string, add func(in badInput)) {
	n := 0
	for _, in := range badInputs() {
		if (in.ext == ext || ext == "" && in.ext == "") && len(in.scores) < 4096 {
			add(in)
			n++
		}
	}
	if n == 0 {
		f.Fatal("no seeds")
	}
}

func FuzzNpy(f *testing.F) {
	seeds(f, "", func(in badInput) { f.Add(in.scores, in.opt.AllowTruncated) })
	f.Add(npy(">f4", []int64{3, 2}, true, make([]byte, 24)), false)
	f.Add(npy("[('z', '<f4', (2,)), ('', '|V3'), ('logits', '<i8')]", []int64{3}, false, make([]byte, 57)), true)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte, truncated bool) {
		fuzzed(t, Source{Scores: putFile(t, dir, "val.npy", data)}, Options{AllowTruncated: truncated, IgnoreTrailing: truncated, Field: "logits"})
	})
}

func FuzzNpz(f *testing.F) {
	seeds(f, ".npz", func(in badInput) { f.Add(in.scores) })
	f.Add(npzOf(zip.Deflate, named2{"logits.npy", npy("<f4", []int64{3, 2}, true, make([]byte, 24))}, named2{"y.npy", labels64(0, 1, 0)}))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzed(t, Source{Scores: putFile(t, dir, "val.npz", data)}, Options{MaxBytes: 256 << 20})
	})
}

func FuzzTable(f *testing.F) {
	seeds(f, ".csv", func(in badInput) { f.Add(in.scores, in.opt.Decimal == ',', false) })
	for _, s := range []string{"# a b\n1 2\n", "\xff\xfe1\x00,\x002\x00", "p_a,p_b,label\n.5,.5,a\n.1,.9,b\n", "x,logits\n1,\"tensor([1., 2.])\"\n"} {
		f.Add([]byte(s), false, true)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte, comma, truncated bool) {
		opt := Options{AllowTruncated: truncated}
		if comma {
			opt.Decimal = ','
		}
		fuzzed(t, Source{Scores: putFile(t, dir, "val.csv", data)}, opt)
	})
}

func FuzzLabels(f *testing.F) {
	seeds(f, "", func(in badInput) {
		if in.labels != nil {
			f.Add(in.labels)
		}
	})
	f.Add(npy("<U3", []int64{3}, false, put([]rune("dogcatdog"))))
	f.Add(npy("|S4", []int64{3}, false, []byte("dog\x00cat\x00dog\x00")))
	f.Add([]byte("id,label\n1,a\n2,b\n3,a\n"))
	dir := f.TempDir()
	scores := putFile(f, dir, "scores.npy", scores32(3, 4))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzed(t, Source{Scores: scores, Labels: putFile(t, dir, "labels.npy", data)}, Options{})
	})
}

// The parser of numbers agrees with strconv wherever both read a plain number.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-1.5e3", "1e400", "0.1000000000000000055511151231257827", "nan", "1e-30", "123456789012345", ".5e22"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, v := parseNumber([]byte(s), '.')
		want, err := strconv.ParseFloat(s, 64)
		plain := s != "" && strings.Trim(s, "0123456789+-.eE") == ""
		switch {
		case !plain:
		case err == nil && (v != isNumber || got != want):
			t.Errorf("parseNumber(%q) = %v, %v; want %v", s, got, v, want)
		case errors.Is(err, strconv.ErrRange) && math.IsInf(want, 0) && v != isRange:
			t.Errorf("parseNumber(%q) = %v, %v; want a range error", s, got, v)
		case errors.Is(err, strconv.ErrSyntax) && v == isNumber:
			t.Errorf("parseNumber(%q) = %v, want no number", s, got)
		}
	})
}
