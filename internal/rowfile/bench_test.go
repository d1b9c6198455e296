package rowfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
)

// BenchmarkRead reads 64 MB of scores from the page cache; bytes are those of the file.
func BenchmarkRead(b *testing.B) {
	const rows, cols = 16 << 10, 1000
	values := make([]float32, rows*cols)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range values {
		values[i] = float32(rng.NormFloat64() * 4)
	}
	data := f4(values...)
	shape := []int64{rows, cols}
	big := bytes.Clone(data)
	reverse(big, 4)
	half := make([]byte, len(data)/2)
	for i := range half {
		half[i] = data[2*(i&^1)+2+i&1] // the upper halves of the values: bfloat16
	}
	c := npy("<f4", shape, false, data)
	for _, f := range []struct {
		name string
		file []byte
	}{
		{"npy/f4", c},
		{"npy/f4_big_endian", npy(">f4", shape, false, big)},
		{"npy/f4_column_major", npy("<f4", shape, true, data)},
		{"npy/f2", npy("<f2", shape, false, half)},
		{"npy/bf16", npy("bfloat16", shape, false, half)},
		{"npy/f8", npy("<f8", []int64{rows, cols / 2}, false, data)},
		{"npz/stored", npzOf(zip.Store, named2{"logits.npy", c})},
		{"npz/deflate", npzOf(zip.Deflate, named2{"logits.npy", c})},
		{"csv", csvOf(values[:1e6], 10)},
		{"csv/wide", csvOf(values[:1e6], 1000)},
	} {
		path := write(b, "x", f.file)
		b.Run("file="+f.name+"/to=float32", func(b *testing.B) { benchmarkRead[float32](b, path, len(f.file)) })
		if f.name == "npy/f8" || f.name == "csv" {
			b.Run("file="+f.name+"/to=float64", func(b *testing.B) { benchmarkRead[float64](b, path, len(f.file)) })
		}
	}
}

// csvOf writes values with six digits, as most programs do.
func csvOf(values []float32, cols int) []byte {
	var b bytes.Buffer
	for i, v := range values {
		fmt.Fprintf(&b, "%.6g", v)
		if i%cols == cols-1 {
			b.WriteByte('\n')
		} else {
			b.WriteByte(',')
		}
	}
	return b.Bytes()
}

func benchmarkRead[T float32 | float64](b *testing.B, path string, size int) {
	r, err := Open(Source{Scores: path}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	var block Block[T]
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if err := r.Rewind(); err != nil {
			b.Fatal(err)
		}
		for {
			err := Next(r, &block)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkDecode converts 1 MiB that lies in cache.
func BenchmarkDecode(b *testing.B) {
	src := make([]byte, 1<<20)
	for i := range src {
		src[i] = byte(i * 7)
	}
	for _, name := range []string{"float32", "float16", "bf16", "f8_e4m3", "float64", "int64"} {
		d := named[name]
		b.Run("type="+name, func(b *testing.B) {
			dst := make([]float32, len(src)/d.size)
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				decode(dst, src, d)
			}
		})
	}
}
