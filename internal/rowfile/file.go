package rowfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// file is a regular file, opened for reading, whose size is fixed at what it was when opened.
type file struct {
	place
	f    *os.File
	size int64
	info os.FileInfo
}

// openFile opens path. A pipe, a device or a directory is refused before it is opened, because
// opening could block, and reading never end.
func openFile(path string) (*file, error) {
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
	info, err = f.Stat()
	if err == nil {
		err = p.regular(info)
	}
	if err == nil && info.Size() == 0 {
		err = p.whole("0 bytes", "an array", "the program that wrote it did not finish")
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &file{place: p, f: f, size: info.Size(), info: info}, nil
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

// read tells why reading at byte off failed; a file that ends too early was cut while it was read.
func (p place) read(off int64, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return p.at(off, "ends too early", "", "another program may be writing it; wait until that is done")
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
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
	info, err := f.f.Stat()
	if err != nil || info.Size() <= f.size {
		return ""
	}
	return fmt.Sprintf("%s grew from %d to %d bytes while it was read; what was added is not in the result", plain(f.path), f.size, info.Size())
}

// head returns up to n bytes from the beginning of the file.
func (f *file) head(n int64) ([]byte, error) {
	b := make([]byte, min(n, f.size))
	if _, err := f.f.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, f.read(0, err)
	}
	return b, nil
}
