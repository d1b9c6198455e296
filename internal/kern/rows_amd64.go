//go:build !noasm

package kern

import (
	"math"
	"unsafe"
)

// rowKernels are the assembly of one tier for rows of T. Each call is for a block at most, because a
// goroutine cannot be stopped within it. Ahead is how many bytes beyond an element memory is asked for.
type rowKernels[T Float] struct {
	// top returns the largest element and where it is first; any element, or -1, if there is a NaN.
	top func(x *T, n, ahead int) (max T, arg int)

	// sum returns 2^-N·Σ e^(x/temp) but for element skip, NaN if there is one elsewhere.
	sum func(x *T, n, skip, ahead int, k *[16]T) (hi, lo float64)

	// exps stores m·2^-N·e^(x/temp), rounded once, for m in [½, 1) or its negative.
	exps func(dst, x *T, n, ahead int, k *[16]T, m float64)
}

func rowsAVX2(_ *Table[float32], _ *Table[float64]) {}

func rowsAVX512(t32 *Table[float32], t64 *Table[float64]) {
	r32 := &rowKernels[float32]{topF32AVX512, sumF32AVX512, expsF32AVX512}
	r64 := &rowKernels[float64]{topF64AVX512, sumF64AVX512, expsF64AVX512}
	t32.Others, t32.Exps = r32.others, r32.scaledExps
	t64.Others, t64.Exps = r64.others, r64.scaledExps
}

// blockBytes is how much a call of a kernel reads: a microsecond's worth, and a third of the nearest cache.
const blockBytes = 1 << 14

// What the constants of a kernel are; see exp.go of the generator.
const (
	atFloor = iota
	atRate
	atShift
	atStep1
	atStep2
	atBias
	atTerms
)

// format is what the kernels need to know about T.
type format struct {
	frac  uint    // bits of a fraction
	terms int     // of the polynomial
	reach float64 // how far from 0 a maximum may lie, over temp, so that its exponent can be counted
	depth float64 // how far below a maximum elements are looked at: e^-depth is still normal
	least float64 // 2^least rounds to 0
}

func formatOf[T Float]() format {
	if unsafe.Sizeof(T(0)) == 4 {
		return format{23, 4, 1 << 16, 86, -152}
	}
	return format{52, 7, 1 << 30, 707, -1078}
}

// scaled is e^(x/temp) in the terms of the kernels.
type scaled[T Float] struct {
	k     [16]T
	temp  float64
	step  dd      // ln 2·temp
	shift float64 // see atShift
}

func (s *scaled[T]) init(temp float64) {
	f := formatOf[T]()
	s.temp = temp
	s.step.hi, s.step.lo = twoProduct(ln2a, temp)
	s.step.lo += ln2b * temp
	s.shift = math.Float64frombits(uint64(1023+f.frac-4)<<52) * 1.5
	s.k[atRate] = T(1 / s.step.hi)
	s.k[atShift] = T(s.shift)
	s.k[atStep1] = T(s.step.hi)
	s.k[atStep2] = T((s.step.hi - float64(s.k[atStep1])) + s.step.lo)
	c := 1.0
	for i := range f.terms {
		c /= temp * float64(i+1)
		s.k[atTerms+i] = T(c)
	}
}

// from makes ref, which must be within reach, the number to which sums are relative, and returns e^(N·ln 2 - ref/temp).
func (s *scaled[T]) from(ref float64) float64 {
	f := formatOf[T]()
	n := math.Floor(ref/s.step.hi + 0.5)
	s.k[atFloor] = T(ref - f.depth*s.temp)
	if f.frac == 23 {
		*(*uint32)(unsafe.Pointer(&s.k[atBias])) = uint32(int32(n)) << f.frac
	} else {
		*(*uint64)(unsafe.Pointer(&s.k[atBias])) = uint64(int64(n)) << f.frac
	}
	return Exp((math.FMA(n, s.step.hi, -ref)+n*s.step.lo)/s.temp, 0)
}

// stay is p, of which the compiler does not know that it points to the same. Calls of function values make
// it think that arguments outlive the call; those of kernels do not.
func stay[T any](p *T) *T {
	x := uintptr(unsafe.Pointer(p))
	return *(**T)(unsafe.Pointer(&x))
}

// by makes c·e^(-ref/temp) the factor of the exponentials, by which m is what the kernel wants to know. It fails where
// the kernel cannot count that far.
func (s *scaled[T]) by(c, ref float64) (m float64, ok bool) {
	f := formatOf[T]()
	if c == 0 || c-c != 0 || !(math.Abs(ref) <= f.reach*s.temp) {
		return 0, false
	}
	n := math.Floor(ref/s.step.hi + 0.5)
	m, e := math.Frexp(c * Exp((math.FMA(n, s.step.hi, -ref)+n*s.step.lo)/s.temp, 0))
	n -= float64(e)
	s.k[atFloor] = T((n + f.least) * s.step.hi)
	s.k[atBias] = T(s.shift + n)
	return m, true
}

// scaledExps is [Table.Exps].
func (r *rowKernels[T]) scaledExps(dst, x []T, max, temp, c float64) {
	var s scaled[T]
	ok := temp >= 0x1p-20 && temp <= 0x1p20
	if ok {
		s.init(temp)
	}
	m, within := 0.0, false
	if ok {
		m, within = s.by(c, max)
	}
	if !within {
		exps(dst, x, max, temp, c)
		return
	}
	size := blockBytes / int(unsafe.Sizeof(x[0]))
	for at := 0; at < len(x); at += size {
		r.exps(&dst[at], &x[at], min(size, len(x)-at), 0, &stay(&s).k, m)
	}
}

// others is [Table.Others]. Each block is summed up on its own, from its own maximum, and then the blocks
// are put together. What the kernels do not count goes to the portable code.
func (r *rowKernels[T]) others(x []T, temp float64) (max float64, arg int, hi, lo float64) {
	if !(temp >= 0x1p-20 && temp <= 0x1p20) {
		return others(x, temp)
	}
	var s scaled[T]
	s.init(temp)
	size := blockBytes / int(unsafe.Sizeof(x[0]))
	max = math.Inf(-1)
	var sum dd
	deep := max // the largest that lies too deep to be counted
	for at := 0; at < len(x); at += size {
		b := x[at:min(at+size, len(x))]
		bmax, barg, bhi, blo := r.block(stay(&s), b)
		switch {
		case bhi+blo != bhi+blo:
			return others(x, temp)
		case barg < 0:
			deep = math.Max(deep, bmax)
		case max == math.Inf(-1):
			max, arg, sum = bmax, at+barg, dd{bhi, blo}
		case bmax <= max:
			sum = sum.add(dd{1, 0}.add(dd{bhi, blo}).mul(expWide(gap(bmax, max, temp))))
		default:
			sum = sum.add(dd{1, 0}).mul(expWide(gap(max, bmax, temp))).add(dd{bhi, blo})
			max, arg = bmax, at+barg
		}
	}
	if !((max-deep)/temp > -underflow) {
		return others(x, temp)
	}
	sum = quickSum(sum.hi, sum.lo) // a block gives them overlapping
	return max, arg, sum.hi, sum.lo
}

// block is others for a block. It gives arg -1 where max is too deep to be counted, and hi = NaN where it cannot
// tell.
func (r *rowKernels[T]) block(s *scaled[T], x []T) (max float64, arg int, hi, lo float64) {
	f := formatOf[T]()
	nan := math.NaN()
	m, arg := r.top(&x[0], len(x), 0)
	max = float64(m)
	reach := f.reach * s.temp
	switch {
	case arg < 0 || !(max <= reach):
		return max, arg, nan, 0
	case max < -reach: // if no NaN is there
		s.from(0)
		hi, lo = r.sum(&x[0], len(x), -1, 0, &s.k)
		return max, -1, hi, lo
	}
	if len(x) == 1 {
		return max, arg, 0, 0
	}
	e := s.from(max)
	hi, lo = r.sum(&x[0], len(x), arg, blockBytes, &s.k)
	hi *= e
	lo *= e
	if hi+lo >= 0x1p-10 || !(hi+lo == hi+lo) {
		return max, arg, hi, lo
	}
	// so far below the maximum a sum has fewer digits: look from the second
	second := math.Inf(-1)
	if arg > 0 {
		v, _ := r.top(&x[0], arg, 0)
		second = float64(v)
	}
	if arg < len(x)-1 {
		v, _ := r.top(&x[arg+1], len(x)-arg-1, 0)
		second = math.Max(second, float64(v))
	}
	t, rest := gap(second, max, s.temp)
	switch {
	case t < underflow:
		return max, arg, 0, 0
	case !(second >= -reach):
		return max, arg, nan, 0
	}
	e = s.from(second)
	hi, lo = r.sum(&x[0], len(x), arg, 0, &s.k)
	e *= Exp(t, rest)
	return max, arg, hi * e, lo * e
}
