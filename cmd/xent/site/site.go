// Package site holds the built lab inside the binary, serves it over HTTP and exports it as a
// folder for any static host.
//
// The build fills dist/ from the web build: what compresses as NAME.br and NAME.gz, the rest as
// NAME. Packed files are served as they are to whoever accepts them; for everyone else the
// gzipped one is unpacked.
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

// file is one page or asset, in the codings of HTTP that it is stored in: plain or gzipped, and
// perhaps packed with Brotli beside that.
type file map[coding]stored

// coding is a content coding by its name in HTTP.
type coding string

const (
	plain   coding = "identity"
	gzipped coding = "gzip"
	brotli  coding = "br"
)

// suffixes tells packed files by their names.
var suffixes = map[coding]string{gzipped: ".gz", brotli: ".br"}

// stored is a file in one coding.
type stored struct {
	data []byte
	tag  string // hex SHA-256 of data, for entity tags
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
// that it is its own URL. Of a file stored as NAME and as NAME.gz the latter is kept; NAME.br
// may stand beside either.
// Errors: [ErrNotBuilt] without an index.html; an error that names the file for a name outside
// that alphabet, for a .gz that does not unpack, or to another content than its plain twin, and
// for a .br alone.
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
	for name, f := range s.files {
		if err := f.settle(); err != nil {
			return nil, fmt.Errorf("site: %s: %w", name, err)
		}
	}
	return s, nil
}

func (s *Site) add(fsys fs.FS, full string) error {
	data, err := fs.ReadFile(fsys, full)
	if err != nil {
		return err
	}
	name, in := full, plain
	for c, suffix := range suffixes {
		if base, ok := strings.CutSuffix(full, suffix); ok {
			name, in = base, c
		}
	}
	if i := strings.IndexFunc(name, func(r rune) bool { return !plainInURL(r) }); i >= 0 {
		return fmt.Errorf("site: %q: %q in a file name, want letters, digits and -_.~ only", name, name[i:i+1])
	}
	if s.files[name] == nil {
		s.files[name] = file{}
	}
	s.files[name][in] = stored{data: data, tag: sum(data)[:16]}
	return nil
}

// settle checks that what f is stored in is one content, and drops the plain form where the
// gzipped one says the same.
func (f file) settle() error {
	if _, ok := f[gzipped]; !ok {
		if _, ok := f[plain]; !ok {
			return errors.New("stored as .br alone, want the plain file or its .gz too")
		}
		return nil
	}
	twin, twice := f[plain]
	delete(f, plain)
	content, err := f.content()
	if err != nil {
		return fmt.Errorf(".gz: %w", err)
	}
	if twice && !bytes.Equal(twin.data, content) {
		return errors.New("its .gz does not unpack to the file beside it")
	}
	return nil
}

func plainInURL(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.~/", r)
}

// Names lists the files of the site in order.
func (s *Site) Names() []string {
	return slices.Sorted(maps.Keys(s.files))
}

// content returns the file's own bytes, unpacked when they are stored gzipped.
func (f file) content() ([]byte, error) {
	if own, ok := f[plain]; ok {
		return own.data, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(f[gzipped].data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
