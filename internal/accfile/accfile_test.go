package accfile

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func written(t testing.TB, f *Frame) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sample(t testing.TB) []byte {
	return written(t, &Frame{Version: 7, Header: []byte(`{"shard": 1}`), State: []byte("state of some length")})
}

func TestWriteRead(t *testing.T) {
	f, err := Read(bytes.NewReader(sample(t)), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if f.Version != 7 || string(f.Header) != `{"shard": 1}` || string(f.State) != "state of some length" {
		t.Errorf("read %+v", f)
	}
}

// Every flipped bit is found, wherever it is, and every length but the right one.
func TestReadRefuses(t *testing.T) {
	whole := sample(t)
	for bit := range 8 * len(whole) {
		b := slices.Clone(whole)
		b[bit/8] ^= 1 << (bit % 8)
		if _, err := Read(bytes.NewReader(b), 1<<20); err == nil {
			t.Fatalf("bit %d was flipped and nobody noticed", bit)
		}
	}
	for n := range whole {
		_, err := Read(bytes.NewReader(whole[:n]), 1<<20)
		if err == nil || n > 0 && !strings.Contains(err.Error(), "cut short") {
			t.Fatalf("the first %d bytes: %v", n, err)
		}
	}
	for _, tt := range []struct {
		name string
		b    []byte
		most int64
		want string
	}{
		{"nothing", nil, 100, "0 bytes"},
		{"another file", []byte("\x93NUMPY\x01\x00 and so on and so on and so on and on"), 100, "not an .xacc file"},
		{"more bytes", append(slices.Clone(whole), 'x'), 1000, "1 bytes behind its end"},
		{"too large", whole, 20, "more than 20 bytes"},
		{"other version", edited(whole, 8, 9), 1000, "version 9 of the file format, want 1"},
		{"flipped", edited(whole, len(whole)-1, whole[len(whole)-1]+1), 1000, "checksum"},
		{"beyond reason", edited(whole, 23, 255), 1000, "beyond reason"},
	} {
		if _, err := Read(bytes.NewReader(tt.b), tt.most); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	broken := errors.New("disk on fire")
	if _, err := Read(io.MultiReader(bytes.NewReader(whole[:9]), failing{broken}), 1000); !errors.Is(err, broken) {
		t.Errorf("error %v of the reader is lost", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func edited(b []byte, at int, to byte) []byte {
	b = slices.Clone(b)
	b[at] = to
	return b
}

// FuzzRead reads any bytes: what is not refused is written as the same bytes again.
func FuzzRead(f *testing.F) {
	f.Add(sample(f))
	f.Add(written(f, &Frame{}))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, err := Read(bytes.NewReader(b), 1<<20)
		if err == nil && !bytes.Equal(written(t, frame), b) {
			t.Fatal("read, but not what would have been written")
		}
	})
}
