// Package accfile reads and writes .xacc files: what an evaluation of some rows has added up, to be merged with others.
//
// A file is a frame around two parts that other packages give a meaning: a header, JSON for people and programs, and a
// state. All integers are little-endian.
//
//	8 bytes    "\x93XACC\r\n\x1a": no text, and damaged by whatever changes line ends
//	uint32     version of the frame, 1
//	uint32     version of the state
//	uint64     length of the header     uint64     length of the state
//	header, state
//	32 bytes   SHA-256 of all before
package accfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// magic begins every file.
const magic = "\x93XACC\r\n\x1a"

const (
	frameVersion = 1
	fixed        = len(magic) + 4 + 4 + 8 + 8
	maxHeader    = 64 << 20
)

// A Frame is the content of a file.
type Frame struct {
	Version uint32 // of the state
	Header  []byte // JSON
	State   []byte
}

// Is reports whether a file that begins so is one of these.
func Is(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }

// Write writes f.
func Write(w io.Writer, f *Frame) error {
	b := append(make([]byte, 0, fixed), magic...)
	b = binary.LittleEndian.AppendUint32(b, frameVersion)
	b = binary.LittleEndian.AppendUint32(b, f.Version)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(f.Header)))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(f.State)))
	sum := sha256.New()
	both := io.MultiWriter(w, sum)
	for _, part := range [][]byte{b, f.Header, f.State} {
		if _, err := both.Write(part); err != nil {
			return err
		}
	}
	_, err := w.Write(sum.Sum(nil))
	return err
}

// Read reads a file of which at most most bytes are taken into memory, and no more than there are. Nothing in it is believed
// before its checksum is right, except its lengths, where they say that the file was cut short.
//
// Errors tell what is wrong in words; those of r are wrapped.
func Read(r io.Reader, most int64) (*Frame, error) {
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) == 0:
		return nil, errors.New("0 bytes, want an .xacc file")
	case !Is(b) && bytes.HasPrefix([]byte(magic), b):
		return nil, fmt.Errorf("cut short: %d bytes", len(b))
	case !Is(b):
		return nil, errors.New("not an .xacc file: these are written by xent eval -o part.xacc")
	case int64(len(b)) > most:
		return nil, fmt.Errorf("more than %d bytes, the bound on memory", most)
	case len(b) < fixed:
		return nil, fmt.Errorf("cut short: %d bytes", len(b))
	}
	at := len(magic)
	if v := binary.LittleEndian.Uint32(b[at:]); v != frameVersion {
		return nil, fmt.Errorf("version %d of the file format, want %d: it was written by another version of xent", v, frameVersion)
	}
	f := &Frame{Version: binary.LittleEndian.Uint32(b[at+4:])}
	header, state := binary.LittleEndian.Uint64(b[at+8:]), binary.LittleEndian.Uint64(b[at+16:])
	if header > maxHeader || state > 1<<62 {
		return nil, errors.New("damaged: a length in it is beyond reason")
	}
	switch want := uint64(fixed) + header + state + sha256.Size; {
	case uint64(len(b)) < want:
		return nil, fmt.Errorf("cut short: %d bytes, want %d", len(b), want)
	case uint64(len(b)) > want:
		return nil, fmt.Errorf("%d bytes behind its end at byte %d", uint64(len(b))-want, want)
	}
	end := len(b) - sha256.Size
	if sum := sha256.Sum256(b[:end]); !bytes.Equal(sum[:], b[end:]) {
		return nil, errors.New("damaged: its checksum is not that of its bytes")
	}
	f.Header, f.State = b[fixed:fixed+int(header)], b[fixed+int(header):end]
	return f, nil
}
