package kern

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// The kernels of rows of every table against the portable ones.

// each calls f for every table of T beyond the portable one; on a machine without any, for that one.
func each[T Float](t testing.TB, f func(k *Table[T])) {
	t.Helper()
	var tables []*Table[T]
	if all, ok := any(All32).([]*Table[T]); ok {
		tables = all
	} else {
		tables = any(All64).([]*Table[T])
	}
	if len(tables) > 1 {
		tables = tables[1:]
	}
	for _, k := range tables {
		f(k)
	}
}

// digits are what a table may differ by from the portable one, relative to the figure.
type digits struct{ sum, exps, moments float64 }

func digitsOf[T Float]() digits {
	if unsafe.Sizeof(T(0)) == 4 {
		return digits{sum: 0x1p-27, exps: 0x1p-23, moments: 0x1p-40}
	}
	return digits{sum: 0x1p-50, exps: 0x1p-51, moments: 0x1p-40}
}

// alike fails unless the kernels of rows give for x what the portable ones give.
func alike[T Float](t testing.TB, k *Table[T], x []T, temp float64) {
	t.Helper()
	d := digitsOf[T]()
	max, arg, hi, lo := k.Others(x, temp)
	wmax, warg, whi, wlo := others(x, temp)
	if !(max == wmax || max != max && wmax != wmax) || max == max && arg != warg {
		t.Fatalf("%s: Others of %s has the maximum %g at %d, want %g at %d", k.Name, show(x), max, arg, wmax, warg)
	}
	// Many equal terms are all rounded the same way. Terms below 1e-300 have few digits in any table.
	bound := d.sum * (1 + float64(min(len(x), 512))/64)
	if got, want := hi+lo, whi+wlo; !agree(got, want, bound*want+1e-300) {
		t.Fatalf("%s: Others of %s over %g is %.17g, want %.17g", k.Name, show(x), temp, got, want)
	}
	if hi == hi && math.Abs(lo) > 0x1p-53*hi {
		t.Fatalf("%s: Others of %s is %g + %g, which overlap", k.Name, show(x), hi, lo)
	}
	if wmax-wmax == 0 {
		least := float64(T(math.SmallestNonzeroFloat32))
		if d.exps < 0x1p-30 {
			least = math.SmallestNonzeroFloat64
		}
		for _, c := range []float64{0.3 / (1 + whi), -7e-12} {
			got, want := make([]T, len(x)+3)[len(x)%4:], make([]T, len(x)) // at several distances from a multiple of 64 bytes
			got = got[:len(x)]
			k.Exps(got, x, max, temp, c)
			exps(want, x, max, temp, c)
			for j, v := range got {
				if w := float64(want[j]); !agree(float64(v), w, d.exps*math.Abs(w)+2*least) || x[j] == T(math.Inf(-1)) && v != 0 {
					t.Fatalf("%s: Exps of %s: element %d, %g under %g, is %g, want %g", k.Name, show(x), j, x[j], max, v, w)
				}
			}
		}
	}
	if temp != 1 {
		return
	}
	m, w := k.Moments(x), moments(x)
	if !(m.Max == w.Max || m.Max != m.Max && w.Max != w.Max) || m.Max == m.Max && m.Arg != w.Arg {
		t.Fatalf("%s: Moments of %s has the maximum %g at %d, want %g at %d", k.Name, show(x), m.Max, m.Arg, w.Max, w.Arg)
	}
	for i, s := range [4][2]float64{{m.S0, w.S0}, {m.S1, w.S1}, {m.S2, w.S2}, {m.Q2, w.Q2}} {
		if !agree(s[0], s[1], d.moments*math.Abs(s[1])+1e-290) {
			t.Fatalf("%s: Moments of %s: sum %d is %.17g, want %.17g", k.Name, show(x), i, s[0], s[1])
		}
	}
}

func agree(got, want, tol float64) bool {
	return got == want || got != got && want != want || math.Abs(got-want) <= tol
}

func show[T Float](x []T) string {
	if len(x) > 6 {
		return fmt.Sprintf("%g… (%d)", x[:6], len(x))
	}
	return fmt.Sprintf("%g", x)
}

// lengths are those at which loops, groups and blocks begin and end.
func lengths() (n []int) {
	for i := 1; i <= longest; i++ {
		n = append(n, i)
	}
	return append(n, 95, 96, 97, 127, 128, 129, 255, 256, 257, 1000, 2047, 2048, 2049, 4095, 4096, 4097, 4160, 8191, 8192, 8193, 16389)
}

func draw[T Float](rng *rand.Rand, x []T, spread float64) {
	for j := range x {
		x[j] = T(rng.NormFloat64() * spread)
	}
}

func TestRowsAlike(t *testing.T) {
	t.Run("float32", rowsAlike[float32])
	t.Run("float64", rowsAlike[float64])
}

func rowsAlike[T Float](t *testing.T) {
	each(t, func(k *Table[T]) {
		rng := rand.New(rand.NewPCG(7, 8))
		for _, n := range lengths() {
			offsets := 16
			if n > longest {
				offsets = 2
			}
			for o := range offsets {
				x := make([]T, o+n)[o:]
				draw(rng, x, []float64{1, 3, 10, 40}[(n+o)%4])
				alike(t, k, x, []float64{1, 1, 0.07, 3, 1000}[(n+o)%5])
			}
		}
		for _, shift := range []float64{-500, 300, 4e4, -6e4, 7e4, 1e7, 1e12} { // beyond some reach nothing is counted
			x := make([]T, 100)
			draw(rng, x, 5)
			for j := range x {
				x[j] += T(shift)
			}
			alike(t, k, x, 1)
			alike(t, k, x, 1e-3)
		}
	})
}

// A row of which one class stands out by any number of nats, in its first, its last or a later block.
func TestSureRows(t *testing.T) {
	t.Run("float32", sureRows[float32])
	t.Run("float64", sureRows[float64])
}

func sureRows[T Float](t *testing.T) {
	each(t, func(k *Table[T]) {
		rng := rand.New(rand.NewPCG(9, 10))
		for _, n := range []int{17, 64, 1000, 9000} {
			x := make([]T, n)
			for _, margin := range []float64{5, 8, 20, 86, 88, 104, 300, 700, 720, 744, 746, 2000} {
				if n > 1000 && margin > 88 {
					break
				}
				for _, at := range []int{0, n / 3, n - 1} {
					draw(rng, x, 2)
					x[at] = T(margin)
					alike(t, k, x, 1)
					x[(at+n/2)%n] = T(margin - 7) // and a second
					alike(t, k, x, 1)
				}
			}
		}
	})
}

// What is not an ordinary number, at every position of rows of all small lengths and at the edges of blocks.
func TestSpecialRows(t *testing.T) {
	t.Run("float32", specialRows[float32])
	t.Run("float64", specialRows[float64])
}

func specialRows[T Float](t *testing.T) {
	inf := math.Inf(1)
	specials := []T{T(math.NaN()), T(math.Copysign(math.NaN(), -1)), T(inf), T(-inf), T(math.MaxFloat32), -T(math.MaxFloat32),
		T(math.SmallestNonzeroFloat32), T(1e-40), T(math.Copysign(0, -1)), -1e9, -3e4, 3e4}
	each(t, func(k *Table[T]) {
		rng := rand.New(rand.NewPCG(11, 12))
		for i := range longest + 2 {
			n := i + 1
			if n > longest {
				n = []int{129, 4161}[n-longest-1]
			}
			at := []int{0, 31, 64, 2048, 4095, 4096, n - 1}
			if n <= longest {
				at = at[:0]
				for j := range n {
					at = append(at, j)
				}
			}
			x := make([]T, n)
			draw(rng, x, 3)
			for i, v := range specials {
				if n > longest && i > 3 {
					break
				}
				for _, j := range at {
					if j >= n || i > 3 && j%17 != n%17 {
						continue
					}
					old := x[j]
					x[j] = v
					alike(t, k, x, 1)
					// a second one, before and after
					other := (j + n/2) % n
					older := x[other]
					x[other] = specials[(i+j)%4]
					alike(t, k, x, 1)
					x[other] = older
					x[j] = old
				}
			}
			for _, v := range specials {
				for j := range x {
					x[j] = v
				}
				alike(t, k, x, 1)
				x[n-1] = 1
				alike(t, k, x, 1)
			}
		}
	})
}

// The order of the operands decides which of a NaN and a number an instruction for the maximum returns.
func TestNaNBeatsEveryNumber(t *testing.T) {
	each(t, func(k *Table[float32]) {
		for n := 2; n <= 200; n++ {
			x := make([]float32, n)
			for j := range x {
				for i := range x { // the maximum before, at and behind it
					x[i] = float32(i - j)
				}
				x[j] = float32(math.NaN())
				if max, _, hi, _ := k.Others(x, 1); max == max || hi == hi {
					t.Fatalf("%s: NaN at %d of %d gives %g, %g", k.Name, j, n, max, hi)
				}
				if s := k.Moments(x); s.Max == s.Max || s.S0 == s.S0 || s.Q2 == s.Q2 {
					t.Fatalf("%s: NaN at %d of %d gives %v", k.Name, j, n, s)
				}
			}
		}
	})
}

func FuzzRows(f *testing.F) {
	f.Add([]byte{0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 192, 127, 0, 0, 128, 255}, uint16(40), 1.0)
	f.Add([]byte{1, 2, 3, 65, 5, 6, 7, 66, 9, 9, 9, 194}, uint16(5000), 0.5)
	f.Add([]byte{0, 0, 0, 0, 255, 255, 127, 255, 1, 0, 0, 0}, uint16(300), 30.0)
	f.Add([]byte("0000070B"), uint16(5064), 1.0) // equal terms, of which all rests are rounded the same way
	f.Add([]byte("000D0000"), uint16(298), 17.857142857142854)
	f.Fuzz(func(t *testing.T, data []byte, n uint16, temp float64) {
		if !usable(data, n) || !(temp > 0 && temp <= math.MaxFloat64) {
			t.Skip()
		}
		x, y := rowOf[float32](data, int(n), 0), rowOf[float64](data, int(n), 0)
		each(t, func(k *Table[float32]) { alike(t, k, x, temp); alike(t, k, x, 1) })
		each(t, func(k *Table[float64]) { alike(t, k, y, temp); alike(t, k, y, 1) })
	})
}

// The kernels of a row, which the nearest caches hold.
func BenchmarkRows(b *testing.B) {
	for i := range All32 {
		benchRows(b, All32[i], "float32", 4)
		benchRows(b, All64[i], "float64", 8)
	}
}

func benchRows[T Float](b *testing.B, k *Table[T], name string, size int) {
	const n = 4096
	x, dst := make([]T, n), make([]T, n)
	draw(rand.New(rand.NewPCG(1, 2)), x, 3)
	max, _, _, _ := k.Others(x, 1)
	for _, pass := range []struct {
		name string
		run  func()
	}{
		{"others", func() { k.Others(x, 1) }},
		{"exps", func() { k.Exps(dst, x, max, 1, 0.5) }},
		{"moments", func() { k.Moments(x) }},
	} {
		b.Run(fmt.Sprintf("pass=%s/kernel=%s/type=%s", pass.name, k.Name, name), func(b *testing.B) {
			b.SetBytes(int64(n * size))
			b.ReportAllocs()
			for b.Loop() {
				pass.run()
			}
		})
	}
}
