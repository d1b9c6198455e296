//go:build unix

package kern

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Rows that begin or end at the edge of memory: a kernel that touches one byte beyond them dies.
func TestGuardPages(t *testing.T) {
	page := unix.Getpagesize()
	memory := func() []byte {
		b, err := unix.Mmap(-1, 0, 10*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Munmap(b) })
		for _, guard := range [][]byte{b[:page], b[9*page:]} {
			if err := unix.Mprotect(guard, unix.PROT_NONE); err != nil {
				t.Fatal(err)
			}
		}
		return b[page : 9*page : 9*page]
	}
	x, dst := memory(), memory()
	atEdges[float32](t, x, dst)
	atEdges[float64](t, x, dst)
}

func atEdges[T Float](t *testing.T, x, dst []byte) {
	cast := func(b []byte) []T {
		return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), len(b)/int(unsafe.Sizeof(T(0))))
	}
	xs, ds := cast(x), cast(dst)
	each(t, func(k *Table[T]) {
		for _, n := range lengths() {
			if n > len(xs) {
				continue
			}
			for _, at := range []int{0, len(xs) - n} {
				row, to := xs[at:at+n], ds[at:at+n]
				for j := range row {
					row[j] = T(j % 7)
				}
				max, _, _, _ := k.Others(row, 1)
				k.Exps(to, row, max, 1, 1)
				k.Moments(row)
				row[n-1] = 50 // the rest is counted once more
				k.Others(row, 1)
			}
		}
	})
}
