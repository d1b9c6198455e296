// Package inflate decompresses DEFLATE (RFC 1951). It takes and refuses the same streams as compress/flate,
// whose compressor brings fmt along, and with it a fifth more for a browser to load.
package inflate

import (
	"errors"
	"io"
)

// ErrCorrupt says that a stream is no DEFLATE.
var ErrCorrupt = errors.New("inflate: damaged compressed data")

const (
	window  = 1 << 15 // how far back a copy reaches
	longest = 258     // bytes of a copy
	readAt  = 1 << 16 // bytes read ahead
)

// Reader decompresses what it reads from another. It reads ahead, beyond the end of the stream.
//
// Errors: [ErrCorrupt], [io.ErrUnexpectedEOF] for a stream that ends too early, and those of its source.
// Memory: 300 KB, whatever the stream says.
type Reader struct {
	src io.Reader
	in  []byte
	i   int // in[i:] is not used yet

	hold uint64 // bits taken from in, the next lowest
	held uint

	out  []byte // what was decompressed last; out[r:w] is not given yet
	r, w int
	err  error // behind out[r:w]

	last    bool // this block ends the stream
	stored  int  // bytes of a stored block to copy
	inBlock bool // of codes
	literal table
	back    table
}

// NewReader returns a Reader of src.
func NewReader(src io.Reader) *Reader {
	r := &Reader{in: make([]byte, 0, readAt), out: make([]byte, 3*window)}
	r.Reset(src)
	return r
}

// Reset begins a new stream.
func (r *Reader) Reset(src io.Reader) {
	r.src, r.in, r.i, r.hold, r.held = src, r.in[:0], 0, 0, 0
	r.r, r.w, r.err = 0, 0, nil
	r.last, r.stored, r.inBlock = false, 0, false
}

func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for r.r == r.w {
		if r.err != nil {
			return 0, r.err
		}
		if r.w > len(r.out)-window {
			r.w = copy(r.out, r.out[r.w-window:r.w])
			r.r = r.w
		}
		r.err = r.fill()
	}
	n := copy(p, r.out[r.r:r.w])
	r.r += n
	return n, nil
}

// fill decompresses until out is full or a block ends.
func (r *Reader) fill() error {
	switch {
	case r.stored > 0:
		return r.copyStored()
	case r.inBlock:
		return r.decode()
	case r.last:
		return io.EOF
	}
	return r.begin()
}

// begin reads the header of a block.
func (r *Reader) begin() error {
	head, err := r.bits(3)
	if err != nil {
		return err
	}
	r.last = head&1 != 0
	switch head >> 1 {
	case 0:
		return r.beginStored()
	case 1:
		r.fixed()
	case 2:
		if err := r.dynamic(); err != nil {
			return err
		}
	default:
		return ErrCorrupt
	}
	r.inBlock = true
	return nil
}

func (r *Reader) beginStored() error {
	r.drop(r.held % 8)
	n, err := r.bits(16)
	if err != nil {
		return err
	}
	complement, err := r.bits(16)
	if err != nil {
		return err
	}
	if n^complement != 0xffff {
		return ErrCorrupt
	}
	r.stored = int(n)
	return nil
}

func (r *Reader) copyStored() error {
	room := min(r.stored, len(r.out)-r.w)
	for room > 0 && r.held > 0 { // whole bytes that were taken as bits
		r.out[r.w] = byte(r.hold)
		r.drop(8)
		r.w, room, r.stored = r.w+1, room-1, r.stored-1
	}
	for room > 0 {
		if r.i == len(r.in) {
			if err := r.ahead(); err != nil {
				return err
			}
		}
		n := copy(r.out[r.w:r.w+room], r.in[r.i:])
		r.i, r.w, room, r.stored = r.i+n, r.w+n, room-n, r.stored-n
	}
	return nil
}

// ahead reads more of the source into in, which is used up.
func (r *Reader) ahead() error {
	for range 100 {
		n, err := r.src.Read(r.in[:cap(r.in)])
		r.in, r.i = r.in[:n], 0
		switch {
		case n > 0:
			return nil
		case err == io.EOF:
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		}
	}
	return io.ErrNoProgress
}

// more takes bits until 56 are held or the source is at its end.
func (r *Reader) more() error {
	if in := r.in[r.i:]; len(in) >= 8 {
		next := uint64(in[0]) | uint64(in[1])<<8 | uint64(in[2])<<16 | uint64(in[3])<<24 |
			uint64(in[4])<<32 | uint64(in[5])<<40 | uint64(in[6])<<48 | uint64(in[7])<<56
		n := (63 - r.held) / 8
		r.hold |= next << r.held & (1<<(r.held+8*n) - 1)
		r.i, r.held = r.i+int(n), r.held+8*n
		return nil
	}
	for r.held <= 56 {
		if r.i == len(r.in) {
			if err := r.ahead(); err != nil {
				return err
			}
		}
		r.hold |= uint64(r.in[r.i]) << r.held
		r.i++
		r.held += 8
	}
	return nil
}

func (r *Reader) drop(n uint) {
	r.hold >>= n
	r.held -= n
}

// bits takes n of at most 16 bits.
func (r *Reader) bits(n uint) (uint, error) {
	if r.held < n {
		if err := r.more(); r.held < n {
			return 0, err
		}
	}
	v := uint(r.hold) & (1<<n - 1)
	r.drop(n)
	return v, nil
}

// symbol takes one symbol of a code.
func (r *Reader) symbol(t *table) (uint, error) {
	var err error
	if r.held < maxBits {
		err = r.more()
	}
	e := t.entries[uint(r.hold)&t.mask]
	n := uint(e & 15)
	switch {
	case n == 0 && r.held < maxBits:
		return 0, err // the bits that would tell are missing
	case n == 0:
		return 0, ErrCorrupt
	case n > r.held:
		return 0, err
	}
	r.drop(n)
	return uint(e >> 4), nil
}
