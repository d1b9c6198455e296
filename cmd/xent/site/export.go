package site

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// Manifest is the file an export leaves beside the site: the SHA-256 and name of each file it
// wrote, as sha256sum -c reads them. It tells a later export which files are its own.
const Manifest = ".xent-export"

// A ForeignError says that an export would have touched files it did not write.
type ForeignError struct {
	Dir   string
	Files []string // what is in the way, in order
}

func (e *ForeignError) Error() string {
	const shown = 3
	list := strings.Join(e.Files[:min(len(e.Files), shown)], ", ")
	if more := len(e.Files) - shown; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%s holds files that no export of the lab wrote, or that were changed since: %s", e.Dir, list)
}

// Written counts what an export did.
type Written struct {
	Files   int   // files of the site now in the folder
	Bytes   int64 // their size
	Removed int   // files of an earlier export that the site no longer has
}

// Export writes the site to dir as plain files that any static host can serve under any path.
//
// dir is made if need be. It may be empty or hold an earlier export, which is brought up to
// date: files that the site no longer has are removed if they are still as they were written.
// In any other folder, and where a file of the earlier export has been changed since, Export
// writes nothing and returns a [*ForeignError], unless force is set; then it overwrites the
// files of the same names. It never removes a file that no export wrote, and never leaves dir
// through a symbolic link.
//
// Each file is written under another name and renamed, assets before the pages that load them,
// so that a folder that is being served is whole at any moment.
func (s *Site) Export(dir string, force bool) (Written, error) {
	var done Written
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return done, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return done, err
	}
	defer root.Close()
	earlier, err := readManifest(root)
	if err != nil {
		return done, err
	}
	if !force {
		foreign, err := s.foreign(root, earlier)
		if err != nil {
			return done, err
		}
		if len(foreign) > 0 {
			return done, &ForeignError{Dir: dir, Files: foreign}
		}
	}
	return s.write(root, earlier)
}

// write puts the site into root and takes what only the earlier export had away.
// The manifest goes first and names both, so that an export cut off can be repeated.
func (s *Site) write(root *os.Root, earlier manifest) (done Written, err error) {
	contents, sums := map[string][]byte{}, manifest{}
	for name, f := range s.files {
		if contents[name], err = f.content(); err != nil {
			return done, err
		}
		sums[name] = []string{sum(contents[name])}
	}
	both := manifest{}
	for _, m := range []manifest{earlier, sums} {
		for name, s := range m {
			both[name] = append(both[name], s...)
		}
	}
	if err := replace(root, Manifest, both.text()); err != nil {
		return done, err
	}
	for _, name := range pagesLast(s.Names()) {
		if err := replace(root, name, contents[name]); err != nil {
			return done, err
		}
		done.Files++
		done.Bytes += int64(len(contents[name]))
	}
	for name, written := range earlier {
		if _, kept := s.files[name]; kept {
			continue
		}
		if ours, err := unchanged(root, name, written); err != nil || !ours {
			continue
		}
		if err := root.Remove(name); err != nil {
			return done, err
		}
		done.Removed++
		removeEmpty(root, path.Dir(name))
	}
	return done, replace(root, Manifest, sums.text())
}

// removeEmpty removes dir and its parents within root as long as they are empty.
func removeEmpty(root *os.Root, dir string) {
	for ; dir != "."; dir = path.Dir(dir) {
		if root.Remove(dir) != nil {
			return
		}
	}
}

// foreign lists the files under root that an export would touch or join without having written
// them: everything in a folder without a manifest; beside one, the files the site would
// overwrite and files of the earlier export that were changed. Other files beside an earlier
// export (a CNAME, a robots.txt) may stay.
func (s *Site) foreign(root *os.Root, earlier manifest) ([]string, error) {
	if earlier == nil {
		entries, err := fs.ReadDir(root.FS(), ".")
		var names []string
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		return names, err
	}
	var names []string
	for _, name := range s.Names() {
		ours, err := unchanged(root, name, earlier[name])
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !ours {
			names = append(names, name)
		}
	}
	return names, nil
}

// unchanged reports whether the file's content has one of the sums it was written with.
func unchanged(root *os.Root, name string, written []string) (bool, error) {
	data, err := root.ReadFile(name)
	return err == nil && slices.Contains(written, sum(data)), err
}

// replace writes a file beside its place and renames it there.
func replace(root *os.Root, name string, data []byte) error {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	next := path.Join(path.Dir(name), ".xent-next-"+path.Base(name))
	if err := root.WriteFile(next, data, 0o644); err != nil {
		return err
	}
	if err := root.Rename(next, name); err != nil {
		return errors.Join(err, root.Remove(next))
	}
	return nil
}

// pagesLast returns names with the HTML pages behind everything they load.
func pagesLast(names []string) []string {
	isPage := func(name string) bool { return path.Ext(name) == ".html" }
	slices.SortStableFunc(names, func(a, b string) int {
		switch {
		case isPage(a) == isPage(b):
			return 0
		case isPage(b):
			return -1
		}
		return 1
	})
	return names
}

// manifest maps a file to the sums it may have: two while an export is under way.
type manifest map[string][]string

// readManifest returns nil without error when root holds none.
func readManifest(root *os.Root) (manifest, error) {
	data, err := root.ReadFile(Manifest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := manifest{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok || len(sum) != 2*sha256.Size || !fs.ValidPath(name) {
			return nil, fmt.Errorf("%s line %d: %q, want a SHA-256, two spaces and a file's path", Manifest, n, lines.Text())
		}
		m[name] = append(m[name], sum)
	}
	return m, lines.Err()
}

func (m manifest) text() []byte {
	var lines []string
	for name, sums := range m {
		for _, sum := range sums {
			lines = append(lines, sum+"  "+name+"\n")
		}
	}
	slices.Sort(lines)
	return []byte(strings.Join(slices.Compact(lines), ""))
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}
