package colfile

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"xent/internal/columnar"
)

const fixtures = "../rowfile/testdata/columns/"

// FuzzArrow reads what may be an Arrow file to its end, in this process: it ends, within 64 MiB and without a panic that is
// not one of a description that points outside of itself.
func FuzzArrow(f *testing.F) {
	seeds := 0
	for _, pattern := range []string{"*.arrow", "*.feather"} {
		files, err := filepath.Glob(fixtures + pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range files {
			b, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
			seeds++
		}
	}
	if seeds < 14 {
		f.Fatalf("%d seeds, want the files of testdata/columns", seeds)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(dir, "x.arrow")
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var out bytes.Buffer
		err = serve(columnar.Request{Format: "arrow", Sample: true}, file, columnar.NewWriter(&out))
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
			t.Errorf("%d bytes allocated, want at most 64 MiB", used)
		}
		r := columnar.NewReader(&out)
		s, err := r.Schema()
		for err == nil {
			err = r.Batch(new(columnar.Batch), len(s.Columns))
		}
		var why *columnar.Refusal
		switch {
		case errors.Is(err, io.EOF):
		case !errors.As(err, &why):
			t.Errorf("the stream ends with %v", err)
		case strings.Contains(why.Got, "broke its reader") && !strings.Contains(why.Got, errFlat.Error()):
			t.Errorf("a panic: %s", why.Got)
		}
	})
}
