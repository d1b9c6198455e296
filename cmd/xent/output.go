package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/term"
)

// writeFile makes name hold what render writes, or leaves it as it was: the bytes go to a
// temporary file beside it, which takes its name only when everything is on the disk. A name
// that is no regular file (/dev/stdout, a pipe) is written to directly. flag is the one that named it, for errors.
func writeFile(flag, name string, render func(io.Writer) error) (err error) {
	if name == "-" {
		return usage(flag+" /dev/stdout", "%s -: want the name of a file", flag)
	}
	mode := os.FileMode(0o644)
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target // replace what a link points at, not the link
	}
	if info, err := os.Stat(name); err == nil {
		if info.IsDir() {
			return usage(flag+" "+filepath.Join(name, "report."+extension(flag)), "%s %s: is a directory", flag, name)
		}
		if !info.Mode().IsRegular() {
			return writeTo(flag, name, render)
		}
		mode = info.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return fmt.Errorf("%s %s: folder %s %w", flag, name, filepath.Dir(name), inWords(err))
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
			err = fmt.Errorf("%s %s: %w", flag, name, err)
		}
	}()
	b := bufio.NewWriter(tmp)
	if err = render(b); err != nil {
		return err
	}
	if err = b.Flush(); err != nil {
		return err
	}
	if err = tmp.Chmod(mode); err != nil {
		return err
	}
	if err = tmp.Sync(); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}

// inWords tells what kept a file from being made in a folder, without the path of that file.
func inWords(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return cause(err)
	case errors.Is(err, fs.ErrPermission):
		return errors.New("may not be written by this user")
	}
	return fmt.Errorf("takes no file: %w", cause(err))
}

// cause is what the operating system said, without the path that it repeats.
func cause(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("does not exist")
	}
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}

func writeTo(flag, name string, render func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("%s %s: %w", flag, name, err)
	}
	if err := render(f); err != nil {
		f.Close()
		return fmt.Errorf("%s %s: %w", flag, name, err)
	}
	return f.Close()
}

// extension is that of the files which a flag names.
func extension(flag string) string {
	switch flag {
	case "--html":
		return "html"
	case "--md":
		return "md"
	case "--label-errors":
		return "csv"
	case "--junit":
		return "xml"
	}
	return "json"
}

// isTerminal tells whether w is a terminal that a person looks at.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
