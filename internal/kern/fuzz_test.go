package kern

import (
	bytes "encoding/binary"
	"math"
	"testing"
)

// Every kernel of every table against the portable one, on numbers with any bits. FuzzRows, beside the tests of rows,
// is one of them.

// rowOf returns n elements with the bits of data, in a cycle, so that long rows need no long data.
func rowOf[T Float](data []byte, n, from int) []T {
	x, is32 := make([]T, n), any(T(0)) == any(float32(0))
	for j := range x {
		var b [8]byte
		for i := range b {
			b[i] = data[(from+4*j+i)%len(data)]
		}
		if is32 {
			x[j] = T(math.Float32frombits(bytes.LittleEndian.Uint32(b[:])))
		} else {
			x[j] = T(math.Float64frombits(bytes.LittleEndian.Uint64(b[:])))
		}
	}
	return x
}

// usable tells whether a fuzzer's data and length are within bounds.
func usable(data []byte, n uint16) bool { return len(data) >= 8 && n > 0 && n <= 9000 }

func FuzzBinary(f *testing.F) {
	f.Add([]byte{0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 0, 0}, uint16(70), 0.5)
	f.Add([]byte{1, 2, 3, 65, 0, 0, 128, 63, 5, 6, 7, 194, 0, 0, 0, 63}, uint16(5000), -1e-3)
	f.Add([]byte{0, 0, 192, 127, 0, 0, 128, 255, 1, 0, 0, 0}, uint16(33), 1e30)
	f.Fuzz(func(t *testing.T, data []byte, n uint16, c float64) {
		if !usable(data, n) {
			t.Skip()
		}
		each(t, func(k *Table[float32]) { sameBinary(t, k, data, int(n), c, 0x1p-23, 0x1p-126) })
		each(t, func(k *Table[float64]) { sameBinary(t, k, data, int(n), c, 0x1p-52, 0x1p-1022) })
	})
}

// sameBinary takes any bits for logits, and for targets numbers from 0 to 1 now and then.
func sameBinary[T Float](t *testing.T, k *Table[T], data []byte, n int, c, eps, least float64) {
	x, target := rowOf[T](data, n, 0), rowOf[T](data, n, 3)
	for j := range target {
		if data[j%len(data)]&1 == 0 {
			target[j] = T(data[(j+1)%len(data)]) / 255
		}
	}
	if !(math.Abs(c) >= 0x1p-60 && math.Abs(c) <= 0x1p60) {
		c = 1
	}
	got, want := make([]T, n), make([]T, n)
	sum, bad := k.BinaryGrad(got, x, target, c)
	wantSum, wantBad := binaryGrad(want, x, target, c)
	plain, plainBad := k.Binary(x, target)
	// in T, a product of large numbers is infinite that is not in float64
	size, huge := 0.0, math.Sqrt(least*eps)
	for j, v := range x {
		a, b := math.Abs(float64(v)), math.Abs(float64(target[j]))
		if a > 1/huge || b > 1/huge {
			return
		}
		if loss, _ := binaryTerm(float64(v), float64(target[j])); b <= 1 && target[j] >= 0 {
			size += math.Abs(loss)
		} else {
			size += (1 + 2*b) * (1 + a) // with a target that is none, the two terms cancel
		}
	}
	if bad != wantBad || plainBad != wantBad {
		t.Fatalf("%s: %d and %d losses are not finite, want %d, of %s and %s", k.Name, plainBad, bad, wantBad, show(x), show(target))
	}
	for _, s := range []Sum{sum, plain} {
		// the terms of a block are added up in lanes, each sum rounded
		if g, w := s.Value(), wantSum.Value(); !agree(g, w, (4*eps+0x1p-54*float64(min(n, 4096)))*size+float64(n)*least) {
			t.Fatalf("%s: the losses of %s and %s sum to %.17g, want %.17g", k.Name, show(x), show(target), g, w)
		}
	}
	for j, v := range got {
		w, scale := float64(want[j]), math.Abs(c)*(1+math.Abs(float64(target[j])))
		if !agree(float64(v), w, eps*(8*math.Abs(w)+scale)+2*least) {
			t.Fatalf("%s: the slope of %g at %g is %g, want %g", k.Name, x[j], target[j], v, w)
		}
	}
}

func FuzzMeasure(f *testing.F) {
	f.Add([]byte{0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 192, 127, 0, 0, 128, 255}, uint16(40))
	f.Add([]byte{1, 2, 3, 65, 5, 6, 7, 66, 9, 9, 9, 194}, uint16(5000))
	f.Add([]byte{0, 0, 0, 0, 255, 255, 127, 255, 1, 0, 0, 0}, uint16(300))
	f.Fuzz(func(t *testing.T, data []byte, n uint16) {
		if !usable(data, n) {
			t.Skip()
		}
		each(t, func(k *Table[float32]) { sameMeasure(t, k, rowOf[float32](data, int(n), 0)) })
		each(t, func(k *Table[float64]) { sameMeasure(t, k, rowOf[float64](data, int(n), 0)) })
	})
}

// sameMeasure compares bits.
func sameMeasure[T Float](t *testing.T, k *Table[T], x []T) {
	n := len(x)
	e, want := make([]float64, n), make([]float64, n)
	low, high, sum := k.Extent(x)
	max := high + (sum - sum)
	s, scale := k.Measure(x, max, e)
	w, wantScale := measure(x, math.NaN(), want)
	if !sameSums(s, w) || !sameBits(scale, wantScale) {
		t.Fatalf("%s: Measure of %s is %+v and %g, want %+v and %g", k.Name, show(x), s, scale, w, wantScale)
	}
	if l, h, all := extent(x); !sameBits(sum, all) || sum == sum && (low != l || high != h) {
		t.Fatalf("%s: Extent of %s is %g, %g, %g, want %g, %g, %g", k.Name, show(x), low, high, sum, l, h, all)
	}
	if s.S0 != s.S0 {
		return
	}
	e[s.Arg], want[s.Arg] = 0, 0
	for j := range e {
		if !sameBits(e[j], want[j]) {
			t.Fatalf("%s: exponential %d of %s is %g, want %g", k.Name, j, show(x), e[j], want[j])
		}
	}
	got, _ := newShares(n, 0)
	spec, _ := newShares(n, 0)
	k.Tally(got, e, scale/(1+s.S0))
	tally(spec, e, scale/(1+s.S0))
	for j := range e {
		if got.Expected[j] != spec.Expected[j] || got.Doubt[j] != spec.Doubt[j] || got.Peaked[j] != spec.Peaked[j] {
			t.Fatalf("%s: class %d of %s counts %d, %d, %d, want %d, %d, %d", k.Name, j, show(x),
				got.Expected[j], got.Doubt[j], got.Peaked[j], spec.Expected[j], spec.Doubt[j], spec.Peaked[j])
		}
	}
}

func FuzzProduct(f *testing.F) {
	f.Add([]byte{0, 0, 128, 63, 0, 0, 0, 64}, uint8(13), uint8(33), uint8(7), uint8(0))
	f.Add([]byte{1, 2, 3, 65, 5, 6, 7, 194, 9}, uint8(5), uint8(9), uint8(70), uint8(7))
	f.Add([]byte{0, 0, 192, 127, 0, 0, 0, 0, 0, 0, 128, 63}, uint8(3), uint8(40), uint8(2), uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, rows, cols, inner, how uint8) {
		if !usable(data, 1) {
			t.Skip()
		}
		each(t, func(k *Table[float32]) {
			sameProduct(t, k, data, int(rows%40), int(cols%80), int(inner), how, 0x1p-23, math.MaxFloat32)
		})
		each(t, func(k *Table[float64]) {
			sameProduct(t, k, data, int(rows%40), int(cols%80), int(inner), how, 0x1p-52, math.MaxFloat64)
		})
	})
}

// sameProduct compares products of any bits: of how, two bits tell which factor has its columns contiguous, one
// whether to add.
func sameProduct[T Float](t *testing.T, k *Table[T], data []byte, rows, cols, inner int, how uint8, eps, largest float64) {
	matrix := func(rows, cols, from int, turned bool) Matrix[T] {
		if turned {
			return MatrixOf(rowOf[T](data, rows*cols, from), cols, rows, rows).T()
		}
		return MatrixOf(rowOf[T](data, rows*cols, from), rows, cols, cols)
	}
	a, b := matrix(rows, inner, 0, how&1 != 0), matrix(inner, cols, 5, how&2 != 0)
	c, want := matrix(rows, cols, 2, false), matrix(rows, cols, 2, false)
	add := how&4 != 0
	scratch := 0
	if rows > 0 && cols > 0 && inner > 0 {
		scratch = k.Scratch(cols, inner)
	}
	k.Product(c, a, b, add, make([]T, scratch))
	old := matrix(rows, cols, 2, false)
	product(want, a, b, add, nil)
	for n := range rows * cols {
		i, j, size := n/cols, n%cols, 0.0
		if add {
			size = math.Abs(float64(old.Data[n]))
		}
		for l := range inner {
			size += math.Abs(float64(a.Data[i*a.Down+l*a.Across])) * math.Abs(float64(b.Data[l*b.Down+j*b.Across]))
		}
		if size > largest/4 { // some order of the terms may overflow, and NaN and infinities are compared elsewhere
			continue
		}
		tolerance := eps*size*(2+float64(inner)) + float64(inner+1)*float64(T(math.SmallestNonzeroFloat64)+T(math.SmallestNonzeroFloat32))
		if got, w := float64(c.Data[n]), float64(want.Data[n]); size == size && !agree(got, w, tolerance) || (size != size) != (got != got) {
			t.Fatalf("%s: element %d, %d of [%d %d %d], %d, is %g, want %g", k.Name, i, j, rows, cols, inner, how, got, w)
		}
	}
}
