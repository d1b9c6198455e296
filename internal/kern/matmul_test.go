package kern

import (
	"math"
	"testing"
)

// The products of matrices of all small shapes are the sums of their definition, and nothing
// beside the result is written.
func TestProducts(t *testing.T) {
	for i, k32 := range All32 {
		checkProducts(t, k32, 1e-6)
		checkProducts(t, All64[i], 1e-15)
	}
}

func checkProducts[T Float](t *testing.T, table *Table[T], eps float64) {
	const guard = 12345.5
	checked := 0
	for rows := range 7 {
		for cols := range 10 {
			for inner := range 7 {
				a, b := numbers[T](rows*inner, 3), numbers[T](cols*inner, 5)
				for _, p := range []struct {
					name string
					f    func(c, a, b []T, rows, cols, inner int)
					a, b func(i, j, k int) int // where the factors of term k of element (i, j) lie
				}{
					{"MulT", table.MulT, func(i, j, k int) int { return i*inner + k }, func(i, j, k int) int { return j*inner + k }},
					{"Mul", table.Mul, func(i, j, k int) int { return i*inner + k }, func(i, j, k int) int { return k*cols + j }},
					{"TMul", table.TMul, func(i, j, k int) int { return k*rows + i }, func(i, j, k int) int { return k*cols + j }},
				} {
					c := make([]T, rows*cols+2)
					for i := range c {
						c[i] = guard
					}
					p.f(c[1:rows*cols+1], a, b, rows, cols, inner)
					if c[0] != guard || c[rows*cols+1] != guard {
						t.Fatalf("%s %s [%d %d %d] writes beside its result", table.Name, p.name, rows, cols, inner)
					}
					for i := range rows {
						for j := range cols {
							var want, size float64
							for k := range inner {
								term := float64(a[p.a(i, j, k)]) * float64(b[p.b(i, j, k)])
								want += term
								size += math.Abs(term)
							}
							if got := float64(c[1+i*cols+j]); !(math.Abs(got-want) <= eps*size) {
								t.Errorf("%s %s [%d %d %d] at %d, %d: %g, want %g", table.Name, p.name, rows, cols, inner, i, j, got, want)
							}
							checked++
						}
					}
				}
			}
		}
	}
	if checked < 1000 {
		t.Fatalf("checked only %d elements", checked)
	}
}

// numbers returns n numbers of both signs that are no round ones.
func numbers[T Float](n, seed int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(math.Sin(float64(i*seed+1)) * 3)
	}
	return x
}

// What is not a number spreads to the sums it is a term of, and to no others.
func TestProductsOfNaN(t *testing.T) {
	nan := math.NaN()
	a, b, c := []float64{1, nan, 1, 2}, []float64{1, 0, 0, 1}, make([]float64, 4)
	F64.MulT(c, a, b, 2, 2, 2)
	if !math.IsNaN(c[0]) || !math.IsNaN(c[1]) || c[2] != 1 || c[3] != 2 {
		t.Errorf("MulT with a NaN: %v", c)
	}
	F64.Mul(c, a, b, 2, 2, 2)
	if !math.IsNaN(c[0]) || !math.IsNaN(c[1]) || c[2] != 1 || c[3] != 2 {
		t.Errorf("Mul with a NaN: %v", c)
	}
	F64.TMul(c, a, b, 2, 2, 2)
	if c[0] != 1 || c[1] != 1 || !math.IsNaN(c[2]) || !math.IsNaN(c[3]) {
		t.Errorf("TMul with a NaN: %v", c)
	}
}
