package rowfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// npyText is a .npy file with any header text, version 1 unless the text needs more.
func npyText(header string, data []byte) []byte {
	b := []byte(npyMagic + "\x01\x00")
	if len(header) > math.MaxUint16 {
		b = append([]byte(npyMagic+"\x02\x00"), binary.LittleEndian.AppendUint32(nil, uint32(len(header)))...)
	} else {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	}
	return append(append(b, header...), data...)
}

// npy is a .npy file as numpy writes it, its data aligned to 64 bytes.
func npy(descr string, shape []int64, fortran bool, data []byte) []byte {
	if !strings.HasPrefix(descr, "[") {
		descr = "'" + descr + "'"
	}
	order := "False"
	if fortran {
		order = "True"
	}
	dims := strings.Trim(shapeText(shape), "[]")
	if len(shape) == 1 {
		dims += ","
	}
	h := fmt.Sprintf("{'descr': %s, 'fortran_order': %s, 'shape': (%s), }", descr, order, dims)
	h += strings.Repeat(" ", (64-(10+len(h)+1)%64)%64) + "\n"
	return npyText(h, data)
}

// f4 and the others are numbers as bytes, little endian.
func f4(v ...float32) []byte { return put(v) }
func i8(v ...int64) []byte   { return put(v) }

func put(v any) []byte {
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// turned returns a copy of b with the bytes of every unit in the other order; it is not the reader's
// own reverse, whose mistakes would cancel.
func turned(b []byte, unit int) []byte {
	b = bytes.Clone(b)
	for u := range slices.Chunk(b, unit) {
		slices.Reverse(u)
	}
	return b
}

// ramp is 0, 1, 2...
func ramp(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(i)
	}
	return v
}

// scores32 is a float32 array of the shape, holding a ramp.
func scores32(shape ...int64) []byte {
	n, _ := product(shape...)
	return npy("<f4", shape, false, f4(ramp(int(n))...))
}

// labels64 is a vector of int64.
func labels64(v ...int64) []byte { return npy("<i8", []int64{int64(len(v))}, false, i8(v...)) }

type named2 struct {
	name string
	data []byte
}

// npz is an archive of members, compressed or stored.
func npzOf(method uint16, members ...named2) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		f, err := w.CreateHeader(&zip.FileHeader{Name: m.name, Method: method})
		if err == nil {
			_, err = f.Write(m.data)
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// write puts data in a new file of that name and returns its path.
func write(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// table64 is everything that Rows gives, in float64.
type table64 struct {
	*Rows
	rows    int
	scores  []float64
	labels  []int64
	targets []float64
	weights []float64
	groups  []uint64
	by      [][]string
}

// readAll reads src to its end.
func readAll(src Source, opt Options) (*table64, error) {
	r, err := Open(src, opt)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	all := &table64{Rows: r}
	return all, all.drain()
}

func (all *table64) drain() error {
	var b Block[float64]
	for {
		err := Next(all.Rows, &b)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if b.First != int64(all.rows) || b.Rows < 1 || len(b.Scores) != b.Rows*all.Scores.Cols {
			return fmt.Errorf("block of %d rows and %d scores at row %d, after %d rows", b.Rows, len(b.Scores), b.First, all.rows)
		}
		all.rows += b.Rows
		all.scores = append(all.scores, b.Scores...)
		all.labels = append(all.labels, b.Labels...)
		all.targets = append(all.targets, b.Targets...)
		all.weights = append(all.weights, b.Weights...)
		all.groups = append(all.groups, b.Groups...)
		for k, texts := range b.By {
			if k == len(all.by) {
				all.by = append(all.by, nil)
			}
			all.by[k] = append(all.by[k], texts...)
		}
	}
}

// must reads src and fails the test on an error.
func must(t testing.TB, src Source, opt Options) *table64 {
	t.Helper()
	all, err := readAll(src, opt)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return all
}

// same compares numbers bit by bit, except that every NaN equals every other.
func same[T float32 | float64 | int64](t testing.TB, what string, got []T, want ...T) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values %v, want %d", what, len(got), got[:min(len(got), 12)], len(want))
	}
	for i := range got {
		if got[i] != want[i] && !(got[i] != got[i] && want[i] != want[i]) {
			t.Fatalf("%s[%d] = %v, want %v", what, i, got[i], want[i])
		}
	}
}

// has fails unless one of list contains every word.
func has(t testing.TB, what string, list []string, words ...string) {
	t.Helper()
	for _, s := range list {
		found := true
		for _, w := range words {
			found = found && strings.Contains(s, w)
		}
		if found {
			return
		}
	}
	t.Fatalf("%s %q has none with %q", what, list, words)
}
