package site

import (
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// tree lists the files under dir with their contents.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func put(t *testing.T, dir, name, content string) {
	t.Helper()
	full := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func export(t *testing.T, s *Site, dir string) Written {
	t.Helper()
	done, err := s.Export(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestExport(t *testing.T) {
	s := small(t)
	dir := filepath.Join(t.TempDir(), "new", "folder")
	done := export(t, s, dir)
	files := tree(t, dir)
	if len(files) != len(s.files)+1 { // and the manifest
		t.Errorf("%d files, want the site's %d and the manifest: %q", len(files), len(s.files), files)
	}
	var size int64
	for _, name := range s.Names() {
		want, err := s.files[name].content()
		if err != nil {
			t.Fatal(err)
		}
		size += int64(len(want))
		if files[name] != string(want) {
			t.Errorf("%s: %q, want the plain bytes %q", name, files[name], want)
		}
	}
	if want := (Written{Files: len(s.files), Bytes: size}); done != want {
		t.Errorf("%+v, want %+v", done, want)
	}
	if again := export(t, s, dir); again != done {
		t.Errorf("a second export: %+v, want the same %+v", again, done)
	}
}

// The simplest host there is, under a path: a static file server with a prefix.
func TestExportUnderAnyPath(t *testing.T) {
	dir := t.TempDir()
	export(t, small(t), dir)
	host := httptest.NewServer(http.StripPrefix("/some/sub/path", http.FileServer(http.Dir(dir))))
	defer host.Close()
	for path, want := range map[string]string{
		"/":                            "<h1>start</h1>",
		"/learn/4-kl/":                 "<h1>kl</h1>",
		"/learn/4-kl":                  "<h1>kl</h1>",
		"/assets/xent-Zz_-09aB.wasm":   wasm,
		"/learn/4-kl/../../index.html": "<h1>start</h1>",
	} {
		r, err := http.Get(host.URL + "/some/sub/path" + path)
		if err != nil {
			t.Fatal(err)
		}
		if got := body(t, r); r.StatusCode != 200 || got != want {
			t.Errorf("%s: %s %q, want 200 %q", path, r.Status, got, want)
		}
		r.Body.Close()
	}
}

func TestExportBringsUpToDate(t *testing.T) {
	dir := t.TempDir()
	export(t, small(t), dir)
	put(t, dir, "CNAME", "lab.example")             // a host's own file
	put(t, dir, "assets/plain.css", "p{color:red}") // ours, changed since; the new site lacks it
	newer, err := New(fstest.MapFS{"index.html": {Data: []byte("new")}, "assets/app-99999999.js": {Data: []byte("new()")}})
	if err != nil {
		t.Fatal(err)
	}
	done := export(t, newer, dir)
	files := tree(t, dir)
	delete(files, Manifest)
	want := map[string]string{
		"index.html":             "new",
		"assets/app-99999999.js": "new()",
		"CNAME":                  "lab.example",
		"assets/plain.css":       "p{color:red}",
	}
	if len(files) != len(want) {
		t.Errorf("files %q, want %q", files, want)
	}
	for name, content := range want {
		if files[name] != content {
			t.Errorf("%s: %q, want %q", name, files[name], content)
		}
	}
	if done.Removed != 3 {
		t.Errorf("%d removed, want the 3 that were unchanged", done.Removed)
	}
	if _, err := os.Stat(filepath.Join(dir, "learn")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("learn/ is empty and still there")
	}
}

func TestExportLeavesForeignFoldersAlone(t *testing.T) {
	s := small(t)
	for _, tt := range []struct {
		name  string
		setup func(dir string)
		want  []string // the files in the way
	}{
		{"someone's work", func(dir string) { put(t, dir, "thesis.tex", "x"); put(t, dir, "a/b", "x") }, []string{"a", "thesis.tex"}},
		{"a hidden file", func(dir string) { put(t, dir, ".git/config", "x") }, []string{".git"}},
		{"another site", func(dir string) { put(t, dir, "index.html", "x") }, []string{"index.html"}},
		{"an export, edited", func(dir string) { export(t, s, dir); put(t, dir, "index.html", "mine") }, []string{"index.html"}},
		{"an older export and a file in its way", func(dir string) {
			older, err := New(fstest.MapFS{"index.html": {Data: []byte("old")}})
			if err != nil {
				t.Fatal(err)
			}
			export(t, older, dir)
			put(t, dir, "learn/4-kl/index.html", "mine")
		}, []string{"learn/4-kl/index.html"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			tt.setup(dir)
			before := tree(t, dir)
			_, err := s.Export(dir, false)
			foreign := new(ForeignError)
			if !errors.As(err, &foreign) || !slices.Equal(foreign.Files, tt.want) || foreign.Dir != dir {
				t.Fatalf("Export: %v, want a ForeignError over %q", err, tt.want)
			}
			after := tree(t, dir)
			if len(after) != len(before) {
				t.Errorf("the refused export changed the folder: %q", after)
			}
			if _, err := s.Export(dir, true); err != nil {
				t.Fatalf("with force: %v", err)
			}
			after = tree(t, dir)
			for name := range before {
				if _, ok := after[name]; !ok {
					t.Errorf("with force: %s is gone", name)
				}
			}
			if after["index.html"] != "<h1>start</h1>" {
				t.Errorf("with force: index.html holds %q", after["index.html"])
			}
		})
	}
}

// A link inside the folder must not lead an export to a file outside.
func TestExportStaysInside(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "assets")); err != nil {
		t.Skip(err)
	}
	if _, err := small(t).Export(dir, true); err == nil {
		t.Error("an export through a link to the outside succeeded")
	}
	if files := tree(t, outside); len(files) != 0 {
		t.Errorf("written outside: %q", files)
	}
}

// An export that was cut off leaves a folder that the next one may finish.
func TestExportResumes(t *testing.T) {
	s, dir := small(t), t.TempDir()
	put(t, dir, "index.html/in the way", "x") // cuts the export off at the start page
	if _, err := s.Export(dir, true); err == nil {
		t.Fatal("a folder was replaced by a file")
	}
	if files := tree(t, dir); files["assets/plain.css"] == "" {
		t.Fatalf("the assets do not come before the pages: %q", files)
	}
	if err := os.RemoveAll(filepath.Join(dir, "index.html")); err != nil {
		t.Fatal(err)
	}
	export(t, s, dir)
	files := tree(t, dir)
	if files["index.html"] != "<h1>start</h1>" || len(files) != len(s.files)+1 {
		t.Errorf("after the second export: %q", files)
	}
}

func TestManifest(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, Manifest, strings.Repeat("0", 64)+"  ../../etc/passwd\n")
	if _, err := small(t).Export(dir, true); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("Export: %v, want an error about line 1: no manifest may name a file outside", err)
	}
}

func TestPagesLast(t *testing.T) {
	got := pagesLast([]string{"a.html", "b.js", "c.html", "d.wasm"})
	if want := []string{"b.js", "d.wasm", "a.html", "c.html"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q: a page must not be there before what it loads", got, want)
	}
}
