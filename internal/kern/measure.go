package kern

import "math"

// Measure gives the same bits on every machine, so that reports are the same: all implementations compute what stands
// here, operation by operation, in the same eight lanes. None is fused with another; a conversion to float64 sees
// to it.
//
//	x = n·ln2/16 + y   |y| ≤ ln2/32      e^x = 2^(n/16) · (1 + y + y²·q(y))
//
// where 2^(n/16) is an entry of a table with n>>4 added to its exponent. Exponentials are relative to a power of two
// near that of the maximum, rather than to the maximum itself, from which a difference would have to be rounded.

// A reference says how the exponentials of one row are computed.
type reference [12]float64

// The constants of a reference.
const (
	refFloor = iota // where e^x counts as 0
	refRate         // 1/ln2
	refShift        // 1.5·2^48: added to n/16 it leaves n in the last bits
	refStep1        // ln2 in two parts, the first of 34 bits
	refStep2
	refBias // as an integer: what to take off the exponents
	refTerm // five coefficients of q
	refMax  = refTerm + 5
)

const (
	momentReach = 700  // how far from 0 a maximum may lie, so that n has 16 bits
	momentDepth = 700  // how far below the maximum exponentials are normal numbers
	measureStep = 2048 // elements that are summed up on their own
	momentStart = 128  // what running sums begin with, so that they are never smaller than what is added
)

// newReference returns the reference for a maximum within reach, and e^(reference - max).
func newReference(max float64) (r reference, scale float64) {
	const ln2a, ln2b = step1 * tableSize, step2 * tableSize
	n := math.Floor(max*(1/math.Ln2) + 0.5)
	r = reference{
		refFloor: max - momentDepth, refRate: 1 / math.Ln2, refShift: 0x1.8p48,
		refStep1: ln2a, refStep2: ln2b, refBias: math.Float64frombits(uint64(int64(n)) << 52),
		// the best of their degree on |y| ≤ ln2/32: e^y within 2^-55 of itself
		refTerm: 0.5, 0x1.55555554dd44bp-3, 0x1.55555555194d1p-5, 0x1.11120af7211b8p-7, 0x1.6c17bb5211739p-10,
		refMax: max,
	}
	t := n*ln2a - max
	return r, Exp(t, n*ln2b)
}

// momentTable holds the bits of 2^(i/16), less i in the place of n's last four.
var momentTable = func() (t [16]uint64) {
	for i := range t {
		t[i] = math.Float64bits(expTable[i*tableSize/16].hi) - uint64(i)<<48
	}
	return t
}()

// momentSums are sums over a block, of exponentials relative to a reference; the first as hi + lo.
type momentSums struct{ hi, lo, s1, s2 float64 }

func measure[T Float](x []T, _ float64, e []float64) (Sums, float64) {
	mx, arg := maxOf(x)
	return measured(x, e, float64(mx), arg, measureBlock[T])
}

// measured returns the moments of x, whose maximum is known, from the sums of its blocks. A maximum within reach
// may have been found in spite of a NaN. Rows that the reference
// does not suit, and those so sure that what they leave is denormal, are summed up element by element.
func measured[T Float](x []T, e []float64, max float64, arg int, block func(x []T, skip int, e []float64, r reference) momentSums) (Sums, float64) {
	if max-max != 0 {
		l := limit(x, arg, max)
		for j := range e {
			e[j] = 0
		}
		return Sums{max, arg, l, l, l, 0}, 1 + l
	}
	if !(math.Abs(max) <= momentReach) {
		return measuredEach(x, e, max, arg)
	}
	r, scale := newReference(max)
	var s0 Sum
	var s1, s2 float64
	for at := 0; at < len(x); at += measureStep {
		end := min(at+measureStep, len(x))
		var stored []float64
		if e != nil {
			stored = e[at:end]
		}
		skip := -1
		if arg >= at && arg < end {
			skip = arg - at
		}
		m := block(x[at:end], skip, stored, r)
		s0.Add(m.hi)
		s0.Add(m.lo)
		s1 += m.s1
		s2 += m.s2
	}
	if s1 != s1 { // a NaN that the search for the maximum has missed
		mx, arg := maxOf(x)
		return measured(x, e, float64(mx), arg, block)
	}
	sum := s0.Value()
	if !(sum >= 0x1p-900) {
		return measuredEach(x, e, max, arg)
	}
	return Sums{max, arg, sum * scale, s1 * scale, s2 * scale, 0}, scale
}

// measureBlock is the loop of the kernels: element j goes to lane j modulo 8, and skip, if not -1, nowhere.
func measureBlock[T Float](x []T, skip int, e []float64, r reference) (m momentSums) {
	var hi, lo, s1, s2 [8]float64
	for l := range hi {
		hi[l] = momentStart
	}
	floor, rate, shift, ln2a, ln2b, max := r[refFloor], r[refRate], r[refShift], r[refStep1], r[refStep2], r[refMax]
	c0, c1, c2, c3, c4 := r[refTerm], r[refTerm+1], r[refTerm+2], r[refTerm+3], r[refTerm+4]
	bias := math.Float64bits(r[refBias])
	for j, v := range x {
		if j == skip {
			continue
		}
		x, p := floor, 0.0
		if w := float64(v); w >= floor {
			x = w
			z := float64(x*rate) + shift
			n := z - shift
			y := x - float64(n*ln2a) - float64(n*ln2b)
			q := float64((float64((float64((float64(c4*y)+c3)*y)+c2)*y)+c1)*y) + c0
			k := math.Float64bits(z)
			t := math.Float64frombits(momentTable[k&15] + k<<48 - bias)
			p = t + float64(t*(y+float64(float64(y*y)*q)))
		}
		l := j & 7
		s := hi[l] + p
		lo[l] += p - (s - hi[l])
		hi[l] = s
		d := x - max
		w := float64(d * p)
		s1[l] += w
		s2[l] += float64(d * w)
		if e != nil {
			e[j] = p
		}
	}
	for l := range hi {
		hi[l] -= momentStart
	}
	return momentSums{folded(&hi), folded(&lo), folded(&s1), folded(&s2)}
}

// folded adds the lanes as the kernels do: halves to halves.
func folded(z *[8]float64) float64 {
	return ((z[3] + z[7]) + (z[1] + z[5])) + ((z[2] + z[6]) + (z[0] + z[4]))
}

// measuredEach is Measure for maxima and sums however large or small.
func measuredEach[T Float](x []T, e []float64, max float64, arg int) (Sums, float64) {
	var s0, c0, s1, s2 float64
	for j, v := range x {
		t, r := gap(float64(v), max, 1)
		p := 0.0
		if j != arg && t >= underflow {
			p = Exp(t, r)
			var err float64
			s0, err = twoSum(s0, p)
			c0 += err
			w := float64(t * p)
			s1 += w
			s2 += float64(t * w)
		}
		if e != nil {
			e[j] = p
		}
	}
	return Sums{max, arg, s0 + c0, s1, s2, 0}, 1
}
