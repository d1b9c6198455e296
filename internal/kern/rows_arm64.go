//go:build !noasm

package kern

import (
	"math"
	"unsafe"
)

func rowsNEON(t32 *Table[float32], t64 *Table[float64]) {
	n32 := &neonRows[float32]{
		turn: 8, top: topF32NEON, sum: sumF32NEON, exps: expsF32NEON, moments: momentsF32NEON,
		raised: 60, words: powerWords32,
	}
	n64 := &neonRows[float64]{
		turn: 4, top: topF64NEON, sum: sumF64NEON, exps: expsF64NEON, moments: momentsF64NEON,
		raised: 100, words: powerWords64,
	}
	use(t32, &rowKernels[float32]{table: 4, wideTable: 3, top: n32.topOf, sum: parted(256, n32.sumOf), exps: n32.expsOf, moments: n32.momentsOf})
	use(t64, &rowKernels[float64]{table: 3, wideTable: 3, top: n64.topOf, sum: parted(256, n64.sumOf), exps: n64.expsOf, moments: n64.momentsOf})
}

// neonRows are the kernels for arm64, which take whole turns of elements; what is left of a row comes in one that
// is filled up. Its methods are the functions of [rowKernels].
type neonRows[T Float] struct {
	turn    int // elements
	top     func(x *T, n int) (max T)
	sum     func(x *T, n int, k *[16]T) (hi, lo float64, max T)
	exps    func(dst, x *T, n int, k *[16]T, t, d *[64]byte)
	moments func(x *T, n int, k *[16]float64, sums *[4]float64)

	// raised is by how much exponents go up, so that nothing is denormal before a last multiplication.
	raised int
	// words fills the tables of m·2^(i/16), or 2^(i/8), less i and raised, times 2^-exponent, and of what they miss.
	words func(t, d *[64]byte, m float64, exponent, raised int)
}

// filled returns what is left of x beyond whole turns, and fill for the rest of a turn; at tells where it begins.
func (r *neonRows[T]) filled(x []T, fill T) (part [8]T, at int) {
	at = len(x) / r.turn * r.turn
	for i := copy(part[:], x[at:]); i < len(part); i++ {
		part[i] = fill
	}
	return part, at
}

func (r *neonRows[T]) topOf(x *T, n, _ int) (max T, arg int) {
	row := unsafe.Slice(x, n)
	part, at := r.filled(row, T(math.Inf(-1)))
	max = part[0]
	if at < n {
		max = r.top(&stay(&part)[0], r.turn)
	}
	if at > 0 {
		if m := r.top(x, at); m > max || m != m || at == n {
			max = m
		}
	}
	for i, v := range row {
		if v == max {
			return max, i
		}
	}
	return max, -1
}

func (r *neonRows[T]) sumOf(x *T, n, skip, ahead int, k *[16]T) (hi, lo float64, max T) {
	if skip < 0 {
		return r.sumAll(unsafe.Slice(x, n), k)
	}
	row := unsafe.Slice(x, n)
	hi, lo, max = r.sumAll(row[:skip], k)
	h, l, m := r.sumAll(row[skip+1:], k)
	if m > max {
		max = m
	}
	return hi + h, lo + l, max
}

func (r *neonRows[T]) sumAll(x []T, k *[16]T) (hi, lo float64, max T) {
	max = T(math.Inf(-1))
	part, at := r.filled(x, max)
	if at > 0 {
		hi, lo, max = r.sum(&x[0], at, k)
	}
	if at < len(x) {
		h, l, m := r.sum(&stay(&part)[0], r.turn, k)
		hi, lo = hi+h, lo+l
		if m > max {
			max = m
		}
	}
	return hi, lo, max
}

func (r *neonRows[T]) expsOf(dst, x *T, n, _ int, k *[16]T, m float64) {
	var t, d [64]byte
	r.words(stay(&t), stay(&d), m, int(k[atBias]-k[atShift]), r.raised)
	k[atSmall] = T(math.Ldexp(1, -r.raised))
	part, at := r.filled(unsafe.Slice(x, n), 0)
	to := unsafe.Slice(dst, n)
	if at > 0 {
		r.exps(dst, x, at, k, stay(&t), stay(&d))
	}
	if at < n {
		p := stay(&part)
		r.exps(&p[0], &p[0], r.turn, k, stay(&t), stay(&d))
		copy(to[at:], p[:])
	}
}

func (r *neonRows[T]) momentsOf(x *T, n, skip, _ int, max float64, k *[16]float64, sums *[4]float64) {
	row := unsafe.Slice(x, n)
	k[atMax] = max
	if skip >= 0 {
		r.momentsAll(row[:skip], k, sums)
		row = row[skip+1:]
	}
	r.momentsAll(row, k, sums)
}

// momentsAll adds to sums.
func (r *neonRows[T]) momentsAll(x []T, k *[16]float64, sums *[4]float64) {
	const turn = 4 // of float64
	at := len(x) / turn * turn
	add := func(x *T, n int) {
		var s [4]float64
		r.moments(x, n, k, stay(&s))
		for i, v := range s {
			sums[i] += v
		}
	}
	if at > 0 {
		add(&x[0], at)
	}
	if at < len(x) {
		var part [turn]T
		for i := copy(part[:], x[at:]); i < turn; i++ {
			part[i] = T(math.Inf(-1))
		}
		add(&stay(&part)[0], turn)
	}
}

// Beyond the constants of exp.go of the generator; see neon.go there.
const (
	atSmall = 14
	atMax   = 15
)

func powerWords32(t, d *[64]byte, m float64, exponent, raised int) {
	for i := range 16 {
		p := m * expTable[i*tableSize/16].hi
		v := float32(p)
		word := math.Float32bits(v) - uint32(i)<<19 + uint32(raised-exponent)<<23
		(*[16]uint32)(unsafe.Pointer(t))[i] = word
		(*[16]float32)(unsafe.Pointer(d))[i] = float32((p - float64(v)) / float64(v))
	}
}

func powerWords64(t, d *[64]byte, m float64, exponent, raised int) {
	for i := range 8 {
		p := &expTable[i*tableSize/8]
		v := m * p.hi
		word := math.Float64bits(v) - uint64(i)<<49 + uint64(raised-exponent)<<52
		(*[8]uint64)(unsafe.Pointer(t))[i] = word
		(*[8]float64)(unsafe.Pointer(d))[i] = (math.FMA(m, p.hi, -v) + m*p.lo) / v
	}
}
