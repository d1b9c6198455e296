package site

import (
	"bytes"
	"compress/gzip"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// gz returns s gzipped, as the build stores what compresses.
func gz(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// wasm stands for the WebAssembly core: long enough that its gzip differs in length.
var wasm = "\x00asm" + strings.Repeat("core ", 100)

// packed stands for its Brotli form, which nothing here unpacks.
const packed = "core, packed"

// small is a site with one of each: a start page, a page in a folder, a hashed asset, one
// packed in two ways, and a dot file that must stay inside.
func small(t *testing.T) *Site {
	t.Helper()
	s, err := New(fstest.MapFS{
		".gitkeep":                     {Data: []byte("*\n")},
		"index.html":                   {Data: []byte("<h1>start</h1>")},
		"learn/4-kl/index.html":        {Data: []byte("<h1>kl</h1>")},
		"assets/app-1a2b3c4d.js":       {Data: []byte("start()")},
		"assets/plain.css":             {Data: []byte("p{}")},
		"assets/xent-Zz_-09aB.wasm.gz": {Data: gz(t, wasm)},
		"assets/xent-Zz_-09aB.wasm.br": {Data: []byte(packed)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNew(t *testing.T) {
	page := &fstest.MapFile{Data: []byte("<h1>")}
	for _, tt := range []struct {
		name  string
		files fstest.MapFS
		want  string // in the error
		why   string
	}{
		{"empty", fstest.MapFS{}, ErrNotBuilt.Error(), "nothing was built"},
		{"placeholder", fstest.MapFS{".gitkeep": page}, ErrNotBuilt.Error(), "a clean clone holds only the placeholder"},
		{"no start", fstest.MapFS{"learn/index.html": page}, ErrNotBuilt.Error(), "half a build is none"},
		{"space", fstest.MapFS{"index.html": page, "a b.html": page}, `"a b.html"`, "a name that must be escaped is not its own URL"},
		{"two contents", fstest.MapFS{"index.html": page, "index.html.gz": {Data: gz(t, "old")}}, "index.html: its .gz", "a stale twin must not be served"},
		{"Brotli alone", fstest.MapFS{"index.html": page, "a.js.br": page}, "a.js: stored as .br alone", "nothing here could unpack it"},
		{"torn gzip", fstest.MapFS{"index.html": page, "a.js.gz": {Data: gz(t, wasm)[:20]}}, "a.js: .gz", "a torn file must not reach a browser"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(tt.files)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New: %v, want an error with %q: %s", err, tt.want, tt.why)
			}
		})
	}
}

// A folder as the web build leaves it, with everything in both forms.
func TestNewKeepsTheGzippedTwin(t *testing.T) {
	s, err := New(fstest.MapFS{"index.html": {Data: []byte(wasm)}, "index.html.gz": {Data: gz(t, wasm)}})
	if err != nil {
		t.Fatal(err)
	}
	f := s.files["index.html"]
	if _, ok := f[gzipped]; len(s.files) != 1 || len(f) != 1 || !ok {
		t.Errorf("files %q, in %d codings, want one, gzipped only", s.Names(), len(f))
	}
}

// The embedded folder is either a whole site or nothing but the placeholder.
func TestEmbedded(t *testing.T) {
	s, err := Embedded()
	if errors.Is(err, ErrNotBuilt) {
		t.Log("this test binary was built without the site")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	var pages, cores int
	for _, name := range s.Names() {
		f := s.files[name]
		switch {
		case strings.HasSuffix(name, ".wasm"):
			cores++
			if _, own := f[plain]; own || len(f) != len(suffixes) {
				t.Errorf("%s is embedded in %d codings, plain: %v; want gzip and Brotli only", name, len(f), own)
			}
		case strings.HasSuffix(name, ".html"):
			pages++
		}
	}
	if pages < 3 || cores == 0 {
		t.Errorf("the embedded site has %d pages and %d WebAssembly modules, want at least 3 and 1", pages, cores)
	}
}
