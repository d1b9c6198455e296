package idxfile

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func pack(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(b)
	w.Close()
	return z.Bytes()
}

func TestRead(t *testing.T) {
	good := []byte{0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6}
	for _, tt := range []struct {
		name string
		data []byte
		want string // of the error, "" for none
	}{
		{"plain", good, ""},
		{"gzip", pack(good), ""},
		{"empty", nil, "ends within the first 4 bytes"},
		{"text", []byte("<html>"), "begins with"},
		{"floats", []byte{0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0}, "type 0x0d"},
		{"no dimension", []byte{0, 0, 8, 0}, "0 dimensions"},
		{"five dimensions", []byte{0, 0, 8, 5}, "5 dimensions"},
		{"header cut", good[:9], "ends within its header"},
		{"data cut", good[:15], "ends after 3 bytes of data, want 6"},
		{"gzip cut", pack(good)[:20], "hint"},
		{"bytes behind", append(bytes.Clone(good), 9), "goes on behind"},
		{"nothing", []byte{0, 0, 8, 1, 0, 0, 0, 0}, "size 0"},
		{"claims 2^64", append([]byte{0, 0, 8, 2}, bytes.Repeat([]byte{255}, 8)...), "at most"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x")
			if err := os.WriteFile(path, tt.data, 0o600); err != nil {
				t.Fatal(err)
			}
			a, err := Read(path)
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), path) {
					t.Errorf("%v, want %q", err, tt.want)
				}
				return
			}
			if err != nil || len(a.Shape) != 2 || a.Shape[1] != 3 || !bytes.Equal(a.Data, []byte{1, 2, 3, 4, 5, 6}) {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
}

// A header that claims much makes no memory.
func FuzzRead(f *testing.F) {
	f.Add([]byte{0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6})
	f.Add([]byte{0, 0, 8, 1, 255, 255, 255, 255})
	f.Add([]byte{0x1f, 0x8b, 8})
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := decode(bytes.NewReader(b))
		if err == nil && len(a.Data) == 0 {
			t.Error("read nothing without an error")
		}
	})
}
