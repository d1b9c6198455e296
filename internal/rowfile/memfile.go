//go:build !js

package rowfile

import "io"

// inMemory is a file that is held in memory.
type inMemory []byte

func (m inMemory) ReadAt(b []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(m)) {
		return 0, io.EOF
	}
	n := copy(b, m[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (m inMemory) Size() (int64, error) { return int64(len(m)), nil }
func (m inMemory) Close() error         { return nil }
func (m inMemory) Same(Stored) bool     { return false }
