package tensorfile_test

import (
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"xent/internal/tensorfile"
)

// What is written is read again, bit by bit.
func TestWriteRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	rapid.Check(t, func(t *rapid.T) {
		var tensors []tensorfile.Tensor
		for _, name := range rapid.SliceOfNDistinct(rapid.String(), 0, 5, func(s string) string { return string([]rune(s)) }).Draw(t, "names") {
			shape, n := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 3).Draw(t, "shape"), 1
			for _, d := range shape {
				n *= d
			}
			x := tensorfile.Tensor{Name: string([]rune(name)), Shape: shape}
			if rapid.Bool().Draw(t, "wide") {
				x.Float64 = append([]float64{}, rapid.SliceOfN(rapid.Float64(), n, n).Draw(t, "elements")...)
			} else {
				x.Float32 = append([]float32{}, rapid.SliceOfN(rapid.Float32(), n, n).Draw(t, "elements")...)
			}
			tensors = append(tensors, x)
		}
		meta := rapid.MapOf(rapid.StringMatching(`[a-z"\\]{0,3}`), rapid.StringMatching(`[ -~\n]{0,9}`)).Draw(t, "metadata")
		var b bytes.Buffer
		if err := tensorfile.Write(&b, tensors, meta); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		f, err := tensorfile.Open(path, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if len(f.List) != len(tensors) || len(meta) > 0 && !reflect.DeepEqual(f.Metadata, meta) {
			t.Fatalf("%d tensors and metadata %q, want %d and %q", len(f.List), f.Metadata, len(tensors), meta)
		}
		for _, x := range tensors {
			got, shape, err := tensorfile.Load(f, x.Name, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if len(shape) != len(x.Shape) || len(got) != len(x.Float32)+len(x.Float64) {
				t.Fatalf("%q: shape %v and %d elements, want %v", x.Name, shape, len(got), x.Shape)
			}
			for i, v := range got {
				if want := at(&x, i); math.Float64bits(v) != math.Float64bits(want) && v == v {
					t.Fatalf("%q[%d] = %v, want %v", x.Name, i, v, want)
				}
			}
		}
	})
}

func at(x *tensorfile.Tensor, i int) float64 {
	if x.Float32 != nil {
		return float64(x.Float32[i])
	}
	return x.Float64[i]
}

// Elements come in the order of rows, in portions of any size, and end.
func TestStream(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	elements := make([]float32, 100_000)
	for i := range elements {
		elements[i] = float32(i)
	}
	var b bytes.Buffer
	if err := tensorfile.Write(&b, []tensorfile.Tensor{{Name: "w", Shape: []int{100, 1000}, Float32: elements}}, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	f, err := tensorfile.Open(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if a := f.List[0]; a.Name != "w" || a.DType != "float32" || a.Bytes != 400_000 {
		t.Fatalf("%+v", a)
	}
	v, err := f.Values(0)
	if err != nil {
		t.Fatal(err)
	}
	got, part := []float32(nil), make([]float32, 777)
	for {
		n, err := v.Next32(part)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, part[:n]...)
	}
	if !reflect.DeepEqual(got, elements) {
		t.Fatalf("%d elements differ from those written", len(got))
	}
	if _, _, err := tensorfile.Load(f, "v", 1); err == nil || err.Error() != path+`: member "v": no tensor of this name` {
		t.Errorf("error %v", err)
	}
	if _, _, err := tensorfile.Load(f, "w", 99_999); err == nil || err.Error() != path+`: member "w": 100000 numbers, want at most 99999` {
		t.Errorf("error %v", err)
	}
}
