package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unsafe"
)

// The benchmark writes its inputs as .npy files, so that everyone measured reads the same numbers, and reads them
// back itself. It reads no others: the header is 128 bytes, and the elements are float32 or int64 of this machine.

const npyHeader = 128

type matrix struct {
	data       []float32
	rows, cols int
}

// writeNpy writes an array of elements that next makes one after the other.
func writeNpy[T float32 | int64](path string, next func(i int) T, shape ...int) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	n, dims := 1, make([]string, len(shape))
	for i, d := range shape {
		n *= d
		dims[i] = fmt.Sprintf("%d,", d)
	}
	descr := "<f4"
	if _, ok := any(T(0)).(int64); ok {
		descr = "<i8"
	}
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, strings.Join(dims, " "))
	fmt.Fprintf(w, "\x93NUMPY\x01\x00\x76\x00%-117s\n", head)
	block := make([]T, 4096)
	for i := 0; i < n; i += len(block) {
		b := block[:min(len(block), n-i)]
		for k := range b {
			b[k] = next(i + k)
		}
		if _, err := w.Write(bytesOf(b)); err != nil {
			return err
		}
	}
	return w.Flush()
}

func bytesOf[T float32 | int64](x []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(x[0])))
}

// readNpy reads an array that writeNpy wrote. The elements begin at a multiple of 64 bytes.
func readNpy[T float32 | int64](path string) (data []T, rows, cols int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, 0, err
	}
	defer f.Close()
	var head [npyHeader]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return nil, 0, 0, err
	}
	_, shape, _ := bytes.Cut(head[:], []byte("'shape': ("))
	cols = 1
	if n, _ := fmt.Sscanf(string(shape), "%d, %d,", &rows, &cols); n == 0 {
		return nil, 0, 0, fmt.Errorf("%s: no shape in %q", path, head)
	}
	data = make([]T, rows*cols)
	_, err = io.ReadFull(f, bytesOf(data))
	return data, rows, cols, err
}

func readMatrix(path string) (m matrix, err error) {
	m.data, m.rows, m.cols, err = readNpy[float32](path)
	return m, err
}

func readLabels(path string) ([]int64, error) {
	labels, _, _, err := readNpy[int64](path)
	return labels, err
}
