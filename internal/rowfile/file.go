package rowfile

import (
	"errors"
	"io"
)

// A Stored is what a file is to this package: bytes that are read by their position, and a size.
// ReadAt reports an error of its own words; Size may report more than before, never less.
type Stored interface {
	io.ReaderAt
	io.Closer
	Size() (int64, error)
	Same(other Stored) bool // whether both are the same file, under whatever names
}

// file is a stored file whose size is fixed at what it was when opened.
type file struct {
	place
	f    Stored
	size int64
}

// openFile opens path where opt says that files are.
func openFile(path string, opt *Options) (*file, error) {
	if everywhere && isPattern(path, opt) {
		return openSet(path, opt)
	}
	p := place{path: path}
	var f Stored
	var err error
	if opt.Open != nil {
		f, err = opt.Open(path)
	} else {
		f, err = openStored(path, opt)
	}
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			return nil, err
		}
		return nil, p.whole(err.Error(), "a regular file", "")
	}
	size, err := f.Size()
	if err == nil && size == 0 {
		err = p.whole("0 bytes", "an array", "the program that wrote it did not finish")
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	opened := &file{place: p, f: f, size: size}
	if !everywhere {
		return opened, nil
	}
	return unpack(opened, opt)
}

// read tells why reading at byte off failed; a file that ends too early was cut while it was read.
func (p place) read(off int64, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return p.at(off, "ends too early", "", "another program may be writing it; wait until that is done")
	}
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	return p.at(off, err.Error(), "", "")
}

// section returns a reader of n bytes from off.
func (f *file) section(off, n int64) *io.SectionReader { return io.NewSectionReader(f.f, off, n) }

// grown says that the file is longer than when it was opened, "" if not.
func (f *file) grown() string {
	size, err := f.f.Size()
	if err != nil || size <= f.size {
		return ""
	}
	return sprintf("%s grew from %d to %d bytes while it was read; what was added is not in the result", plain(f.path), f.size, size)
}

// head returns up to n bytes from the beginning of the file.
func (f *file) head(n int64) ([]byte, error) {
	b := make([]byte, min(n, f.size))
	if _, err := f.f.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, f.read(0, err)
	}
	return b, nil
}
