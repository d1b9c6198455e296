package eval_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"strings"
	"testing"
)

// The tests read just the .npy files in testdata/models: little-endian f4 and i8, C order.

func npy(t testing.TB, name string) (header string, data []byte) {
	t.Helper()
	b, err := os.ReadFile("../testdata/models/" + name + ".npy")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b, []byte("\x93NUMPY\x01")) {
		t.Fatalf("%s is no version 1 .npy", name)
	}
	n := 10 + int(binary.LittleEndian.Uint16(b[8:]))
	return string(b[10:n]), b[n:]
}

func float32s(t testing.TB, name string) []float32 {
	t.Helper()
	h, b := npy(t, name)
	if !strings.Contains(h, "'<f4'") {
		t.Fatalf("%s: %s", name, h)
	}
	x := make([]float32, len(b)/4)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return x
}

func int64s(t testing.TB, name string) []int64 {
	t.Helper()
	h, b := npy(t, name)
	switch {
	case strings.Contains(h, "'<i8'"):
		x := make([]int64, len(b)/8)
		for i := range x {
			x[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
		}
		return x
	case strings.Contains(h, "'|u1'"):
		x := make([]int64, len(b))
		for i := range x {
			x[i] = int64(b[i])
		}
		return x
	}
	t.Fatalf("%s: %s", name, h)
	return nil
}
