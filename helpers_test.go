package xent_test

import (
	"math"
	"testing"

	"xent"
	"xent/internal/kern"
)

// near fails unless got is want, within tol relative to want; NaN is near NaN alone.
func near(t testing.TB, got, want, tol float64) {
	t.Helper()
	if !close(got, want, tol*math.Abs(want)) {
		t.Errorf("got %.17g, want %.17g ± %g", got, want, tol*math.Abs(want))
	}
}

// close tells whether got is want, or within tol; NaN is close to NaN alone, and Inf to Inf.
func close(got, want, tol float64) bool {
	return got == want || math.IsNaN(got) && math.IsNaN(want) || !math.IsInf(want, 0) && math.Abs(got-want) <= tol
}

// eachKernel runs f once for every implementation of the kernels.
func eachKernel(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	ran := 0
	for i, k32 := range kern.All32 {
		k64 := kern.All64[i]
		t.Run("kernel="+k32.Name, func(t *testing.T) {
			old32, old64 := kern.F32, kern.F64
			kern.F32, kern.F64 = k32, k64
			defer func() { kern.F32, kern.F64 = old32, old64 }()
			f(t)
		})
		ran++
	}
	if ran == 0 {
		t.Fatal("no kernel ran")
	}
}

// exact is how many units of 2^-52 figures may differ that the portable kernels compute alike to the last bit:
// those of faster tables depend on where a row lies on the number line.
func exact() float64 {
	if kern.F64.Name == kern.Go64.Name {
		return 0
	}
	return 4
}

// digits32 is how far, relative to itself, a loss of rows in float32 may be from that of the same rows in float64. The
// portable kernels compute both alike; the faster ones keep 28 bits or more of a sum over a row of float32.
func digits32() float64 {
	if kern.F32.Name == kern.Go32.Name {
		return 0x1p-50
	}
	return 0x1p-27
}

// guard surrounds the elements of a strided view, and must survive.
const guard = 12345.5

// strided copies rows of cols into memory with guards before, between and after the rows.
func strided[T xent.Float](data []float64, cols, stride int) xent.Matrix[T] {
	rows := len(data) / cols
	m := xent.Matrix[T]{Data: make([]T, (rows-1)*stride+cols), Rows: rows, Cols: cols, Stride: stride}
	for i := range m.Data {
		m.Data[i] = guard
	}
	for i := range rows {
		for j := range cols {
			m.Data[i*stride+j] = T(data[i*cols+j])
		}
	}
	return m
}

// checkGuards fails when something wrote between the rows of m.
func checkGuards[T xent.Float](t testing.TB, m xent.Matrix[T]) {
	t.Helper()
	for i, v := range m.Data {
		if m.Stride > 0 && i%m.Stride >= m.Cols && v != guard {
			t.Errorf("element %d, between the rows, became %g", i, v)
		}
	}
}
