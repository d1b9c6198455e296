//go:build linux && (amd64 || arm64)

package xent_test

import (
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"xent"
)

// Every loss on rows that lie 2³³ elements apart from first to last, in memory that is reserved but not used: the
// few pages that hold rows are all that there is.
func TestBeyond32Bits(t *testing.T) {
	const size = 1<<33 + 1<<12
	reserve := func() []float32 {
		b, err := syscall.Mmap(-1, 0, size*4, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_NORESERVE)
		if err != nil {
			t.Skipf("no address space of 32 GiB: %v", err)
		}
		t.Cleanup(func() {
			if err := syscall.Munmap(b); err != nil {
				t.Error(err)
			}
		})
		return unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), size)
	}
	from, to := reserve(), reserve()
	const stride = 1 << 33 / (familyRows - 1)
	for _, f := range families[float32]() {
		data := f.inputs()
		x, grad := xent.MatrixOf(data, f.cols), xent.MatrixOf(make([]float32, len(data)), f.cols)
		far := xent.Matrix[float32]{Data: from, Rows: familyRows, Cols: f.cols, Stride: stride}
		got := far
		got.Data = to
		for i := range familyRows {
			copy(far.Row(i), x.Row(i))
		}
		loss, want := make([]float32, familyRows), make([]float32, familyRows)
		r, err := f.grad(grad, x, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.rows(want, x, 1); err != nil {
			t.Fatal(err)
		}
		for _, workers := range []int{1, 3} {
			r1, e1 := f.grad(got, far, workers)
			r2, e2 := f.rows(loss, far, workers)
			if e1 != nil || e2 != nil || r1 != r || r2 != r || !slices.Equal(loss, want) {
				t.Errorf("%s: %v and %v, want %v (%v, %v)", f.name, r1.Sum(), r2.Sum(), r.Sum(), e1, e2)
			}
			for i := range familyRows {
				if !slices.Equal(got.Row(i), grad.Row(i)) {
					t.Fatalf("%s: another gradient in row %d", f.name, i)
				}
			}
		}
	}
}
