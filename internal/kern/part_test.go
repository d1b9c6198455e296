package kern

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// Bins hold what a wide sum does, but for what lies 2^-104 below the largest term, the rounding of wide.
func TestBins(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var b Bins
		want, largest := new(big.Float).SetPrec(4000), 0.0
		spread := []float64{1, 30, 300}[rng.IntN(3)]
		for range 1 + rng.IntN(40) {
			x := rng.NormFloat64() * math.Exp(spread*rng.NormFloat64())
			if x-x != 0 {
				continue
			}
			b.AddFloat(x)
			want.Add(want, new(big.Float).SetFloat64(x))
			largest = max(largest, math.Abs(x))
		}
		got := b.wide()
		sum := new(big.Float).SetPrec(4000).SetFloat64(got.hi)
		sum.Add(sum, new(big.Float).SetFloat64(got.lo))
		miss, _ := sum.Sub(sum, want).Float64()
		if !(math.Abs(miss) <= 0x1p-104*largest) {
			t.Fatalf("the sum misses by %g of a largest term %g", miss, largest)
		}
	}
}

// e^z as m·2^n, near 0, beyond the range of float64, and as the same for equal z.
func TestExpBinary(t *testing.T) {
	for _, z := range []float64{0, 1, -1, 0.3, 700, -700, 701, 1e4, -1e4, 1e8 + 0.5, -3e12, -1 << 50} {
		m, n := expBinary(dd{z, 0})
		// ln(m·2^n) - z, in wide arithmetic
		f := new(big.Float).SetPrec(300).SetUint64(m)
		mant, _ := f.Float64()
		l := logDD(dd{mant * 0x1p-63, 0}, 63)
		rest := new(big.Float).SetPrec(300).SetFloat64(n)
		ln2 := new(big.Float).SetPrec(300)
		for _, part := range []float64{ln2a, ln2b, ln2c} {
			ln2.Add(ln2, new(big.Float).SetFloat64(part))
		}
		rest.Mul(rest, ln2)
		rest.Add(rest, new(big.Float).SetFloat64(l.hi))
		rest.Add(rest, new(big.Float).SetFloat64(l.lo))
		rest.Sub(rest, new(big.Float).SetFloat64(z))
		if miss, _ := rest.Float64(); !(math.Abs(miss) <= 0x1p-51) || m < 1<<62 || m > 1<<63 {
			t.Errorf("e^%g = %d·2^%g: the exponent misses by %g", z, m, n, miss)
		}
	}
}

// The classes of a row, cut and merged in any way, give the same Part to the bit, and the row that a scan of
// all of them gives, to the last digits.
func TestPartsMerge(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	inf := math.Inf(1)
	for n := range 3000 {
		x := make([]float64, 1+rng.IntN(40))
		size := []float64{1, 20, 400, 1e8}[rng.IntN(4)]
		for j := range x {
			x[j] = rng.NormFloat64() * size
			if n%3 == 0 && rng.IntN(6) == 0 {
				x[j] = []float64{-inf, -inf, inf, math.NaN(), 0, -0.}[rng.IntN(6)]
			}
		}
		w := make([]float64, len(x))
		for j := range w {
			w[j] = rng.NormFloat64()
		}
		link := Link{Temp: []float64{1, 0.7}[rng.IntN(2)], Cap: []float64{0, 30}[rng.IntN(2)]}
		label := rng.IntN(len(x))
		whole := NewPart(x, 0, label, link, true, w)
		var parts []Part
		for lo := 0; lo < len(x); {
			hi := lo + 1 + rng.IntN(len(x)-lo)
			parts = append(parts, NewPart(x[lo:hi], lo, label, link, true, w[lo:hi]))
			lo = hi
		}
		for len(parts) > 1 { // two of them, in either order
			a, b := rng.IntN(len(parts)), rng.IntN(len(parts)-1)
			if b >= a {
				b++
			}
			parts[a].Merge(parts[b], link)
			parts = append(parts[:b], parts[b+1:]...)
		}
		if parts[0].Label != parts[0].Label && whole.Label != whole.Label {
			parts[0].Label, whole.Label = 0, 0 // both NaN
		}
		if parts[0] != whole {
			t.Fatalf("%v, merged: %+v, at once: %+v", x, parts[0], whole)
		}
		got, want := whole.Row(link), NewRow(x, link, true)
		if got.Valid() != want.Valid() {
			t.Fatalf("%v: %+v, want %+v", x, got, want)
		}
		if !want.Valid() {
			continue
		}
		if got.Arg != want.Arg || got.Max != want.Max || math.Abs(got.s.hi-want.s.hi) > 0x1p-51*want.s.hi {
			t.Fatalf("%v, %+v: %+v, want %+v", x, link, got, want)
		}
	}
}
