// Package site holds the built lab inside the binary, serves it over HTTP and exports it as a
// folder for any static host.
//
// The build fills dist/ from the web build: what compresses as NAME.gz, the rest as NAME.
// Gzipped files are served as they are to whoever accepts them and unpacked for everyone else,
// so each is stored once.
package site

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// The placeholder .gitkeep keeps this line valid before the first web build.
//
//go:embed all:dist
var dist embed.FS

// ErrNotBuilt says that the binary was built before the site was.
var ErrNotBuilt = errors.New("this binary was built without the lab's pages\nhint: make build, in the source of xent, builds one that has them")

// Site is a set of files to serve or to export. It is immutable and safe for concurrent use.
type Site struct {
	files map[string]file // by slash-separated path: "index.html", "assets/app-1a2b3c4d.js"
}

// file is one page or asset as stored.
type file struct {
	data    []byte // gzipped or plain
	gzipped bool
	tag     string // hex SHA-256 of data, for entity tags
}

// Embedded returns the site inside this binary.
// Errors: [ErrNotBuilt] when there is none.
func Embedded() (*Site, error) {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	return New(sub)
}

// New reads the site in fsys, all of it into memory.
//
// Names that begin with a dot are left out. A name may hold letters, digits and -_.~ only, so
// that it is its own URL. Of a file stored as NAME and as NAME.gz the latter is kept.
// Errors: [ErrNotBuilt] without an index.html; an error that names the file for a name outside
// that alphabet, for one that does not unpack, and for one that unpacks to another content than
// its plain twin.
func New(fsys fs.FS) (*Site, error) {
	s := &Site{files: map[string]file{}}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		return s.add(fsys, name)
	})
	if err != nil {
		return nil, err
	}
	if _, ok := s.files["index.html"]; !ok {
		return nil, ErrNotBuilt
	}
	return s, nil
}

func (s *Site) add(fsys fs.FS, stored string) error {
	data, err := fs.ReadFile(fsys, stored)
	if err != nil {
		return err
	}
	name, gzipped := strings.CutSuffix(stored, ".gz")
	if i := strings.IndexFunc(name, func(r rune) bool { return !plainInURL(r) }); i >= 0 {
		return fmt.Errorf("site: %q: %q in a file name, want letters, digits and -_.~ only", name, name[i:i+1])
	}
	f := file{data: data, gzipped: gzipped, tag: sum(data)[:16]}
	plain, err := f.plain()
	if err != nil {
		return fmt.Errorf("site: %s: %w", stored, err)
	}
	if twin, ok := s.files[name]; ok && !bytes.Equal(twin.data, plain) { // the walk meets a.js before a.js.gz
		return fmt.Errorf("site: %s does not unpack to %s beside it", stored, name)
	}
	s.files[name] = f
	return nil
}

func plainInURL(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.~/", r)
}

// Names lists the files of the site in order.
func (s *Site) Names() []string {
	return slices.Sorted(maps.Keys(s.files))
}

// plain returns the file's own bytes, unpacked when they are stored gzipped.
func (f file) plain() ([]byte, error) {
	if !f.gzipped {
		return f.data, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(f.data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
