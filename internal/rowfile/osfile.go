//go:build !js

package rowfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// osFile is a regular file of the operating system.
type osFile struct {
	*os.File
	info os.FileInfo
}

func (f *osFile) ReadAt(b []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(b, off)
	if err != nil && err != io.EOF {
		err = bare(err)
	}
	return n, err
}

// bare is an error of the operating system without the path, which is said before it.
func bare(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

func (f *osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f *osFile) Same(other Stored) bool {
	o, ok := other.(*osFile)
	return ok && os.SameFile(f.info, o.info)
}

// openStored opens path. A pipe, a device or a directory is refused before it is opened, because
// opening could block, and reading never end.
func openStored(path string, opt *Options) (Stored, error) {
	if path == Stdin {
		return openStdin(os.Stdin, opt)
	}
	p := place{path: path}
	info, err := os.Stat(path)
	if err != nil {
		return nil, p.osError(err)
	}
	if err := p.regular(info); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, p.osError(err)
	}
	if info, err = f.Stat(); err == nil {
		err = p.regular(info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &osFile{f, info}, nil
}

// regular refuses what is no regular file.
func (p place) regular(info os.FileInfo) error {
	mode, got := info.Mode(), ""
	switch {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return p.whole("is a directory", "a file", "name one file in it")
	case mode&fs.ModeNamedPipe != 0:
		got = "is a pipe"
	case mode&fs.ModeSocket != 0:
		got = "is a socket"
	case mode&fs.ModeDevice != 0:
		got = "is a device"
	default:
		got = "is not a regular file"
	}
	return p.whole(got, "a regular file", "write the data to a file first: it is read by position, and its size must be known")
}

// osError tells what the operating system said, without the path it repeats.
func (p place) osError(err error) error {
	var pe *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p.whole("does not exist", "", "")
	case errors.Is(err, fs.ErrPermission):
		return p.whole("may not be read by this user", "", "")
	case errors.As(err, &pe):
		return p.whole(pe.Err.Error(), "a regular file", "")
	}
	return p.whole(err.Error(), "a regular file", "")
}

// beside refuses a file that a link leads out of the folders in which the index f lies, by its name or by where that leads:
// caches of downloads keep files under other names in a folder of their own, and their indices with them.
func beside(f *file, path string, opt *Options) error {
	if opt.Open != nil {
		return nil
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil // opening it tells more
	}
	index, err := filepath.EvalSymlinks(f.path)
	if err != nil {
		return f.osError(err)
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(f.path))
	if err != nil {
		return f.osError(err)
	}
	if in := filepath.Dir(real); in != folder && in != filepath.Dir(index) {
		return f.whole(quote(filepath.Base(path))+" is a link that leads out of its folder", "a file beside the index", "copy the file there")
	}
	return nil
}
