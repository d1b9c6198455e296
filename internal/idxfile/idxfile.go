// Package idxfile reads the files of MNIST and its kin: images and labels in IDX format, plain or packed with gzip, from files
// that nobody vouches for.
//
//	0 0 type dimensions | size of each dimension, uint32 | data, all big-endian
//
// Nothing is allocated because a header claims it. Source: Y. LeCun, the MNIST database.
package idxfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// MaxBytes is the size of the largest data that is read.
const MaxBytes = 1 << 30

// An Array is what an IDX file of bytes holds.
type Array struct {
	Shape []int
	Data  []byte
}

// Read reads an IDX file of unsigned bytes, of 1 to 4 dimensions. Errors name the file, what was found and what was wanted;
// a line that begins with "hint: " says what would help.
func Read(path string) (*Array, error) {
	f, err := os.Open(path)
	if err != nil {
		var p *os.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer f.Close()
	a, err := decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

func decode(r io.Reader) (*Array, error) {
	b := bufio.NewReader(r)
	if head, _ := b.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("begins as gzip and is not: %w", err)
		}
		b = bufio.NewReader(z)
	}
	var head [4]byte
	if _, err := io.ReadFull(b, head[:]); err != nil {
		return nil, errors.New("ends within the first 4 bytes, want an IDX file")
	}
	switch {
	case head[0] != 0 || head[1] != 0:
		return nil, fmt.Errorf("begins with %q, want an IDX file, which begins with two zero bytes", head[:])
	case head[2] != 8:
		return nil, fmt.Errorf("elements of type %#02x, want 0x08, unsigned bytes", head[2])
	case head[3] < 1 || head[3] > 4:
		return nil, fmt.Errorf("%d dimensions, want 1 to 4", head[3])
	}
	a := &Array{}
	size := int64(1)
	for range head[3] {
		var n [4]byte
		if _, err := io.ReadFull(b, n[:]); err != nil {
			return nil, errors.New("ends within its header")
		}
		d := int64(binary.BigEndian.Uint32(n[:]))
		if d == 0 || size > MaxBytes/d {
			return nil, fmt.Errorf("dimension %d has size %d, want 1 or more and at most %d bytes in all", len(a.Shape), d, MaxBytes)
		}
		size *= d
		a.Shape = append(a.Shape, int(d))
	}
	data, err := io.ReadAll(io.LimitReader(b, size+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("byte %d of its data: %w\nhint: the file may be cut short; fetch it again", len(data), err)
	case int64(len(data)) < size:
		return nil, fmt.Errorf("ends after %d bytes of data, want %d for shape %v\nhint: the file is cut short; fetch it again", len(data), size, a.Shape)
	case int64(len(data)) > size:
		return nil, fmt.Errorf("goes on behind the %d bytes of data that shape %v wants", size, a.Shape)
	}
	a.Data = data
	return a, nil
}
