package kern

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// Products of all small shapes, of shapes around the edges of tiles, panels and blocks, with rows or columns
// contiguous, are the sums of their definition; nothing beside the result is written.
func TestProduct(t *testing.T) {
	for i := range All32 {
		t.Run("kernel="+All32[i].Name+"/float32", func(t *testing.T) { checkProducts(t, All32[i], 0x1p-23) })
		t.Run("kernel="+All64[i].Name+"/float64", func(t *testing.T) { checkProducts(t, All64[i], 0x1p-52) })
	}
}

func checkProducts[T Float](t *testing.T, k *Table[T], eps float64) {
	rng := rand.New(rand.NewPCG(5, 6))
	checked := 0
	check := func(rows, cols, inner int) {
		for flip := range 4 {
			a, b := anyMatrix[T](rng, rows, inner, flip&1 == 1), anyMatrix[T](rng, inner, cols, flip&2 == 2)
			checked += checkProduct(t, k, a, b, flip == 3, eps)
		}
	}
	for rows := range 8 {
		for cols := range 10 {
			for inner := range 6 {
				check(rows, cols, inner)
			}
		}
	}
	for n := range 71 {
		if testing.Short() && n%4 != 3 {
			continue
		}
		check(n, 5, 3)
		check(3, n, 5)
		check(5, 3, n)
	}
	edges := [][3]int{{27, 33, 257}, {12, 32, 256}, {2, 520, 17}, {1, 257, 512}, {25, 300, 270}, {13, 129, 513}}
	if testing.Short() {
		edges = edges[:3]
	}
	for _, s := range edges {
		check(s[0], s[1], s[2])
	}
	if checked < 10000 {
		t.Fatalf("checked only %d elements", checked)
	}
}

// anyMatrix returns numbers of both signs in rows, or columns, with gaps that hold NaN.
func anyMatrix[T Float](rng *rand.Rand, rows, cols int, turned bool) Matrix[T] {
	if turned {
		return anyMatrix[T](rng, cols, rows, false).T()
	}
	const gap = 3
	data := make([]T, rows*(cols+gap))
	for i := range data {
		data[i] = T(math.NaN())
		if i%(cols+gap) < cols {
			data[i] = T(rng.NormFloat64())
		}
	}
	return MatrixOf(data, rows, cols, cols+gap)
}

// checkProduct compares a product with its definition, and its parts with the whole, bit by bit.
func checkProduct[T Float](t *testing.T, k *Table[T], a, b Matrix[T], add bool, eps float64) (checked int) {
	t.Helper()
	const before = 2.5
	stride, offset := b.Cols+5, 1
	data := make([]T, offset+a.Rows*stride)
	for i := range data {
		data[i] = before
	}
	c := MatrixOf(data[offset:], a.Rows, b.Cols, stride)
	scratch := make([]T, k.Scratch(b.Cols, a.Cols))
	what := fmt.Sprintf("[%d %d %d], %d:%d by %d:%d", c.Rows, c.Cols, a.Cols, a.Down, a.Across, b.Down, b.Across)
	k.Product(c, a, b, add, scratch)
	for n, v := range data {
		i, j := (n-offset)/stride, (n-offset)%stride
		if n < offset || j >= c.Cols {
			if v != before {
				t.Fatalf("%s: wrote beside the result", what)
			}
			continue
		}
		want, size := Sum{}, 0.0
		if add {
			want, size = SumOf(before), before
		}
		for l := range a.Cols {
			term, rest := twoProduct(float64(a.Data[i*a.Down+l*a.Across]), float64(b.Data[l*b.Down+j*b.Across]))
			want.Add(term)
			want.Add(rest)
			size += math.Abs(term)
		}
		// Of n terms each is rounded, and so is each sum: at most (n+2)/2 units of eps (Higham 2002, section 3.1).
		if !(math.Abs(float64(v)-want.Value()) <= eps*size*(1+float64(a.Cols)/2)) {
			t.Fatalf("%s: element %d, %d is %g, want %g", what, i, j, v, want.Value())
		}
		checked++
	}
	if c.Rows < 2 || c.Cols < 2 || a.Cols == 0 {
		return checked
	}
	i, j := c.Rows/2, c.Cols/2
	rest := MatrixOf(make([]T, c.Rows*c.Cols), c.Rows-i, c.Cols-j, c.Cols)
	for n := range rest.Data {
		rest.Data[n] = before
	}
	k.Product(rest, a.Part(i, 0, rest.Rows, a.Cols), b.Part(0, j, b.Rows, rest.Cols), add, scratch)
	for n := range rest.Rows {
		for m := range rest.Cols {
			if got, want := rest.Data[n*rest.Down+m], c.Data[(i+n)*c.Down+j+m]; got != want {
				t.Fatalf("%s: element %d, %d is %g in a part, %g in the whole", what, i+n, j+m, got, want)
			}
		}
	}
	return checked
}

// What is not a number spreads to the sums it is a term of, also against a 0, and to no others; so does
// what is infinite.
func TestProductOfNaN(t *testing.T) {
	for i := range All32 {
		t.Run("kernel="+All32[i].Name+"/float32", func(t *testing.T) { checkSpread(t, All32[i]) })
		t.Run("kernel="+All64[i].Name+"/float64", func(t *testing.T) { checkSpread(t, All64[i]) })
	}
}

func checkSpread[T Float](t *testing.T, k *Table[T]) {
	const rows, cols, inner = 14, 37, 5
	for _, special := range []T{T(math.NaN()), T(math.Inf(1)), T(math.Inf(-1))} {
		for _, inA := range []bool{true, false} {
			for _, turned := range []bool{false, true} {
				a := MatrixOf(make([]T, rows*inner), rows, inner, inner)
				b := MatrixOf(make([]T, inner*cols), inner, cols, cols)
				if turned {
					b = MatrixOf(make([]T, inner*cols), cols, inner, inner).T()
				}
				at := 0
				if inA {
					at = 9
					a.Data[at*inner+3] = special
				} else {
					at = 33
					b.Data[3*b.Down+at*b.Across] = special
				}
				c := MatrixOf(make([]T, rows*cols), rows, cols, cols)
				k.Product(c, a, b, false, make([]T, k.Scratch(cols, inner)))
				for n, v := range c.Data {
					hit := inA && n/cols == at || !inA && n%cols == at
					if hit != (v != v) {
						t.Fatalf("%g in a: %v, turned: %v: element %d, %d is %g", special, inA, turned, n/cols, n%cols, v)
					}
				}
			}
		}
	}
}

// Products of the shapes of a fused layer and of small networks. Of the letters, the first tells whether rows
// (n) or columns (t) of a are contiguous, the second of b.
func BenchmarkProduct(b *testing.B) {
	for i := range All32 {
		benchProduct(b, All32[i], "float32")
		benchProduct(b, All64[i], "float64")
	}
}

func benchProduct[T Float](b *testing.B, k *Table[T], name string) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, s := range []struct {
		form              string
		rows, cols, inner int
	}{
		{"nt", 512, 992, 768}, {"nn", 512, 768, 992}, {"tn", 992, 768, 512}, {"nt", 512, 1024, 2048}, {"nt", 64, 128, 784}, {"tn", 128, 784, 64}, {"nn", 64, 784, 128}, {"nt", 8, 8, 8},
	} {
		a, m := anyMatrix[T](rng, s.rows, s.inner, s.form[0] == 't'), anyMatrix[T](rng, s.inner, s.cols, s.form[1] == 't')
		c := MatrixOf(make([]T, s.rows*s.cols), s.rows, s.cols, s.cols)
		scratch := make([]T, k.Scratch(s.cols, s.inner))
		b.Run(fmt.Sprintf("kernel=%s/type=%s/form=%s/rows=%d/cols=%d/inner=%d", k.Name, name, s.form, s.rows, s.cols, s.inner), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				k.Product(c, a, m, false, scratch)
			}
			b.ReportMetric(2*float64(s.rows*s.cols*s.inner)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOPS")
		})
	}
}
