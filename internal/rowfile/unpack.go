//go:build !js

package rowfile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// A file may be compressed as a whole, by gzip or Zstandard. What comes out is read once at opening: up to a sixteenth of
// MaxMem, or 64 MiB, is then held; of more only the size is kept, and it is decompressed again as it is read. Where that
// would begin anew too often, since the format is read by position, it goes to a temporary file.

const (
	maxHeld     = 64 << 20
	maxRatio    = 1100 // bytes that one byte may become, above the first GiB; one of gzip becomes 1032 at most
	maxRestarts = 4
)

// unpack opens what f holds, compressed or not.
func unpack(f *file, opt *Options) (*file, error) {
	head, err := f.head(4)
	if err != nil {
		return nil, err
	}
	u := &unpacked{packed: f, opt: opt}
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		u.what, u.begin = "gzip", gunzip
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		u.what, u.begin = "Zstandard", unzstd
	default:
		return f, nil
	}
	if err := u.measure(); err != nil {
		u.Close()
		return nil, err
	}
	if u.size == 0 {
		u.Close()
		return nil, f.whole("0 bytes, once decompressed", "an array", "the program that wrote it did not finish")
	}
	return &file{place: f.place, f: u, size: u.size}, nil
}

func gunzip(r io.Reader, _ *Options) (io.ReadCloser, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	return z, nil
}

func unzstd(r io.Reader, opt *Options) (io.ReadCloser, error) {
	most := uint64(max(1<<20, min(opt.maxMem()/4, 1<<29)))
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(most), zstd.WithDecoderMaxWindow(most))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// unpacked is what a compressed file holds.
type unpacked struct {
	packed *file
	opt    *Options
	what   string
	begin  func(io.Reader, *Options) (io.ReadCloser, error)

	size     int64
	held     []byte // all of it; nil when that is too much
	spilled  Stored // all of it, on disk
	stream   io.ReadCloser
	pos      int64 // of stream
	restarts int
}

func (u *unpacked) Size() (int64, error) { return u.size, nil }

func (u *unpacked) Same(other Stored) bool {
	o, ok := other.(*unpacked)
	return ok && u.packed.f.Same(o.packed.f)
}

func (u *unpacked) Close() error {
	u.stop()
	if u.spilled != nil {
		u.spilled.Close()
	}
	return u.packed.f.Close()
}

func (u *unpacked) stop() {
	if u.stream != nil {
		u.stream.Close()
		u.stream = nil
	}
}

// restart begins to decompress anew.
func (u *unpacked) restart() (err error) {
	u.stop()
	u.pos = 0
	u.stream, err = u.begin(u.packed.section(0, u.packed.size), u.opt)
	if err != nil {
		return u.bad(err)
	}
	return nil
}

// bad refuses the compressed bytes.
func (u *unpacked) bad(err error) error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return u.packed.at(u.packed.size, u.what+" data that end too early", "", "the file is cut short; copy it again")
	case errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, zstd.ErrWindowSizeExceeded):
		return u.packed.whole("Zstandard data that need a larger window", sprintf("at most %d bytes", u.opt.maxMem()/4), "--max-mem raises the bound, up to 2 GiB")
	}
	return u.packed.whole("damaged "+u.what+" data: "+err.Error(), "", "copy it again")
}

// measure decompresses everything once.
func (u *unpacked) measure() error {
	if err := u.restart(); err != nil {
		return err
	}
	keep := min(u.opt.maxMem()/16, maxHeld)
	var held bytes.Buffer
	n, err := io.CopyN(&held, u.stream, keep+1)
	if err != nil && !errors.Is(err, io.EOF) {
		return u.bad(err)
	}
	if n <= keep {
		u.stop()
		u.held, u.size = held.Bytes(), n
		return u.bound()
	}
	buf := make([]byte, 1<<20)
	for u.size = n; ; {
		k, err := u.stream.Read(buf)
		u.size += int64(k)
		if bad := u.bound(); bad != nil {
			return bad
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return u.bad(err)
		}
	}
	u.stop()
	return nil
}

// bound refuses what grows beyond MaxBytes, or beyond what compresses by that much and is still worth reading.
func (u *unpacked) bound() error {
	switch {
	case u.opt.MaxBytes > 0 && u.size > u.opt.MaxBytes:
		return u.packed.whole(sprintf("more than %d bytes, once decompressed", u.opt.MaxBytes), "fewer", "--max-bytes raises the bound")
	case u.opt.MaxBytes == 0 && u.size > 1<<30 && u.size/maxRatio > u.packed.size:
		return u.packed.whole(sprintf("%d bytes become more than %d", u.packed.size, u.size), sprintf("at most %d times as many", maxRatio), "made to fill a disk? --max-bytes SIZE reads up to that many")
	}
	return nil
}

func (u *unpacked) ReadAt(b []byte, off int64) (int, error) {
	if u.held != nil {
		return inMemory(u.held).ReadAt(b, off)
	}
	if off >= u.size {
		return 0, io.EOF
	}
	if u.spilled == nil && (u.stream == nil || off < u.pos) {
		if u.restarts++; u.restarts > maxRestarts {
			if err := u.spill(); err != nil {
				return 0, err
			}
		} else if err := u.restart(); err != nil {
			return 0, err
		}
	}
	if u.spilled != nil {
		return u.spilled.ReadAt(b, off)
	}
	skipped, err := io.CopyN(io.Discard, u.stream, off-u.pos)
	u.pos += skipped
	if err != nil {
		return 0, u.bad(err)
	}
	n, err := io.ReadFull(u.stream, b[:min(int64(len(b)), u.size-off)])
	u.pos += int64(n)
	if err == nil && n < len(b) {
		err = io.EOF
	}
	return n, err
}

// spill decompresses everything into a temporary file.
func (u *unpacked) spill() error {
	if err := u.restart(); err != nil {
		return err
	}
	defer u.stop()
	var err error
	u.spilled, err = spill(u.stream, u.packed.place, u.opt.MaxBytes)
	return err
}
