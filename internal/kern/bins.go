package kern

import "math"

// Bins is a sum that does not depend on the order of its terms, nor on how sums of them were merged: not to
// the last bit. Its zero value is 0.
//
// The number line is cut into bins of 32 bits, bin b holding the bits of 2^(32b) and up. A term is split at
// the bins' edges and its pieces, integers, are added bin by bin, without carries. Only the highest bins
// that any term has reached are kept; which they are, and what falls into them, follows from each term
// alone. So the largest term keeps at least 116 bits, and up to 2^31 terms cannot overflow.
type Bins struct {
	Top  float64         // the number of the first bin; integer, and a float64 as exponents have no bound
	Held [heldBins]int64 // the first bin, and those below
	Some bool            // whether there was a term
}

const (
	heldBins = 5
	binBits  = 32
)

// add adds ±m·2^e, where e is an integer.
func (b *Bins) add(m uint64, e float64, negative bool) {
	low := math.Floor(e / binBits)
	shift := uint(e - low*binBits)
	pieces := [3]int64{int64(m >> 1 >> (63 - shift)), int64(m << shift >> binBits), int64(m << shift & (1<<binBits - 1))}
	b.reach(low + 2)
	for k, piece := range pieces {
		if negative {
			piece = -piece
		}
		if at := b.Top - (low + 2 - float64(k)); at < heldBins {
			b.Held[int(at)] += piece
		}
	}
}

// reach moves the bins up to top.
func (b *Bins) reach(top float64) {
	switch {
	case !b.Some:
		b.Top, b.Some = top, true
	case top > b.Top:
		up, old := top-b.Top, b.Held
		b.Top, b.Held = top, [heldBins]int64{}
		if up < heldBins {
			copy(b.Held[int(up):], old[:])
		}
	}
}

// AddFloat adds x, which is finite.
func (b *Bins) AddFloat(x float64) {
	if x == 0 {
		return
	}
	f, e := math.Frexp(math.Abs(x))
	b.add(uint64(f*0x1p53), float64(e-53), x < 0)
}

// Merge adds what c has summed.
func (b *Bins) Merge(c Bins) {
	if !c.Some {
		return
	}
	b.reach(c.Top)
	for k, v := range c.Held {
		if at := b.Top - c.Top + float64(k); at < heldBins {
			b.Held[int(at)] += v
		}
	}
}

// scaled returns the sum as x·2^e.
func (b *Bins) scaled() (x dd, e float64) {
	for k, v := range b.Held {
		unit := math.Ldexp(1, binBits*(heldBins-1-k))
		for _, half := range [2]float64{float64(v>>binBits) * (1 << binBits), float64(v & (1<<binBits - 1))} {
			x = x.add(dd{half * unit, 0})
		}
	}
	return x, (b.Top - heldBins + 1) * binBits
}

// wide returns the sum to about 100 bits, where that is a float64.
func (b *Bins) wide() dd {
	x, e := b.scaled()
	return dd{ldexp(x.hi, e), ldexp(x.lo, e)}
}

// ldexp returns x·2^e for an integer e of any size.
func ldexp(x, e float64) float64 {
	return math.Ldexp(x, int(max(-5000, min(5000, e))))
}

// ln 2 in three parts, right to 159 bits.
const (
	ln2a = 0x1.62e42fefa39efp-1
	ln2b = 0x1.abc9e3b39803fp-56
	ln2c = 0x1.7b57a079a1934p-111
)

// expBinary returns e^z = m·2^n with 2^62 ≤ m ≤ 2^63, within 2^-61 of itself while |z| < 2^51. It is a
// function of z alone, unlike the exponentials of differences from a maximum: those of different parts of a
// row do not add up exactly.
func expBinary(z dd) (m uint64, n float64) {
	for math.Abs(z.hi) > 700 {
		k := math.Round(z.hi / math.Ln2)
		n += k
		if math.Abs(z.hi) >= 0x1p51 { // neighbours of z are a quarter apart, and n would be rounded
			z = dd{}
			break
		}
		for _, part := range [3]float64{ln2a, ln2b, ln2c} {
			p, q := twoProduct(-k, part)
			z = z.add(dd{p, q})
		}
	}
	f, e := expDD(z.hi, z.lo)
	return uint64(f.hi*0x1p62) + uint64(int64(math.Round(f.lo*0x1p62))), n + float64(e) - 62
}
