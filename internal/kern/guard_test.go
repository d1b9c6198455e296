//go:build unix

package kern

import (
	"math"
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
	sums := [3][]byte{memory(), memory(), memory()}
	tallyAtEdges(t, cast[float64](x), [3][]uint64{cast[uint64](sums[0]), cast[uint64](sums[1]), cast[uint64](sums[2])})
}

func cast[T any](b []byte) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), len(b)/int(unsafe.Sizeof(*new(T))))
}

func atEdges[T Float](t *testing.T, x, dst []byte) {
	xs, ds, es := cast[T](x), cast[T](dst), cast[float64](dst)
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
				k.Extent(row)
				k.Binary(row, to)
				k.BinaryGrad(to, row, row, 1)
				if n <= len(es) {
					k.Measure(row, math.NaN(), es[:n])
					k.Measure(row, math.NaN(), es[len(es)-n:])
				}
			}
		}
	})
}

func tallyAtEdges(t *testing.T, e []float64, sums [3][]uint64) {
	each(t, func(k *Table[float64]) {
		for _, n := range lengths() {
			if n > len(e) {
				continue
			}
			for _, at := range []int{0, len(e) - n} {
				for j := range n {
					e[at+j] = 0.25
				}
				k.Tally(Shares{sums[0][at : at+n], sums[1][at : at+n], sums[2][at : at+n]}, e[at:at+n], 0.5)
			}
		}
	})
}
