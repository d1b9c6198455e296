//go:build (amd64 || arm64) && !noasm

package kern

import (
	"cmp"
	"math"
	"unsafe"
)

// rowKernels are the assembly of one tier for rows of T. Each call is for a block at most, because a
// goroutine cannot be stopped within it. Ahead is how many bytes beyond an element memory is asked for.
type rowKernels[T Float] struct {
	table     uint // bits of the number of powers that the exponentials have in a table
	wideTable uint // the same for moments, if not as many

	// top returns the largest element and where it is first; any element, or -1, if there is a NaN.
	top func(x *T, n, ahead int) (max T, arg int)

	// sum returns 2^-N·Σ e^(x/temp) but for element skip, if that is not -1, and the largest element but that one.
	// NaN gives NaN, and any maximum.
	sum func(x *T, n, skip, ahead int, k *[16]T) (hi, lo float64, max T)

	// exps stores m·2^-N·e^(x/temp), rounded once, for m in [½, 1) or its negative.
	exps func(dst, x *T, n, ahead int, k *[16]T, m float64)

	// stream is exps past the caches, for a dst at a multiple of 64 bytes; or nil.
	stream func(dst, x *T, n, ahead int, k *[16]T, m float64)

	// moments returns in sums, over all elements but skip, in units of e^-N, what [Sums] holds. NaN gives NaN.
	moments func(x *T, n, skip, ahead int, max float64, k *[16]float64, sums *[4]float64)

	plain scaled[T]       // for a temperature of 1
	wide  scaled[float64] // the same for moments
}

// parted returns sum for parts of a row, each with sums of its own. Where all terms are equal, the small rests that a sum
// adds up are all rounded the same way, and their errors grow with its length.
func parted[T Float](part int, sum func(x *T, n, skip, ahead int, k *[16]T) (hi, lo float64, max T)) func(x *T, n, skip, ahead int, k *[16]T) (hi, lo float64, max T) {
	return func(x *T, n, skip, ahead int, k *[16]T) (hi, lo float64, max T) {
		max = T(math.Inf(-1))
		for at := 0; at < n; at += part {
			left := -1
			if skip >= at && skip < at+part {
				left = skip - at
			}
			h, l, m := sum((*T)(unsafe.Add(unsafe.Pointer(x), at*int(unsafe.Sizeof(*x)))), min(part, n-at), left, ahead, k)
			hi, lo = hi+h, lo+l
			if m > max {
				max = m
			}
		}
		return hi, lo, max
	}
}

// use makes r the kernels of rows in t.
func use[T Float](t *Table[T], r *rowKernels[T]) {
	r.plain.init(1, r.table)
	t.Others, t.Exps = r.others, r.scaledExps
	if r.moments != nil {
		r.wide.init(1, cmp.Or(r.wideTable, r.table))
		t.Moments = r.sums
	}
}

// What the constants of a kernel are; see exp.go of the generator.
const (
	atFloor = iota
	atRate
	atShift
	atStep1
	atStep2
	atBias
	atTerms
	atDepths = 14 // two, of few
)

// format is what the kernels need to know about T.
type format struct {
	frac  uint    // bits of a fraction
	terms int     // of the polynomial, at most
	reach float64 // how far from 0 a maximum may lie, over temp, so that its exponent can be counted
	depth float64 // how far below a maximum elements are looked at: e^-depth is still normal
	least float64 // 2^least rounds to 0
}

func formatOf[T Float]() format {
	if unsafe.Sizeof(T(0)) == 4 {
		return format{23, 4, 1 << 16, 86, -152}
	}
	return format{52, 8, 1 << 30, 707, -1078}
}

// scaled is e^(x/temp) in the terms of the kernels.
type scaled[T Float] struct {
	k     [16]T
	temp  float64
	step  dd      // ln 2·temp
	shift float64 // see atShift
}

// scaled returns the terms for temp, and whether the kernels can count in them.
func (r *rowKernels[T]) scaled(temp float64) (s scaled[T], ok bool) {
	if temp == 1 {
		return r.plain, true
	}
	if ok = temp >= 0x1p-20 && temp <= 0x1p20; ok {
		s.init(temp, r.table)
	}
	return s, ok
}

func (s *scaled[T]) init(temp float64, table uint) {
	f := formatOf[T]()
	s.temp = temp
	s.step.hi, s.step.lo = twoProduct(ln2a, temp)
	s.step.lo += ln2b * temp
	s.shift = math.Float64frombits(uint64(1023+f.frac-table)<<52) * 1.5
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

// by makes c·e^(-ref/temp) the factor of the exponentials, by which m is what the kernel wants to know. It fails where
// the kernel cannot count that far.
func (s *scaled[T]) by(c, ref float64) (m float64, ok bool) {
	f := formatOf[T]()
	if c == 0 || c-c != 0 || !(math.Abs(ref) <= f.reach*s.temp) {
		return 0, false
	}
	n := math.Floor(ref/s.step.hi + 0.5)
	m, e := math.Frexp(c * Exp((math.FMA(n, s.step.hi, -ref)+n*s.step.lo)/s.temp, 0))
	if e > 60 { // it might not be a float32
		return 0, false
	}
	n -= float64(e)
	s.k[atFloor] = T((n + f.least) * s.step.hi)
	s.k[atBias] = T(s.shift + n)
	return m, true
}

// scaledExps is [Table.Exps].
func (r *rowKernels[T]) scaledExps(dst, x []T, max, temp, c float64) {
	s, ok := r.scaled(temp)
	m := 0.0
	if ok = ok && len(x) >= few; ok {
		m, ok = s.by(c, max)
	}
	if !ok {
		exps(dst, x, max, temp, c)
		return
	}
	bytes := int(unsafe.Sizeof(x[0]))
	size, kernel, at := blockBytes/bytes, r.exps, 0
	if r.stream != nil && len(x)*bytes >= streamedBytes && &dst[0] != &x[0] {
		// a row that no cache would keep need not be read before it is written
		kernel = r.stream
		if at = -int(uintptr(unsafe.Pointer(&dst[0]))) & 63 / bytes; at > 0 {
			r.exps(&dst[0], &x[0], at, 0, &stay(&s).k, m)
		}
	}
	for ; at < len(x); at += size {
		kernel(&dst[at], &x[at], min(size, len(x)-at), 0, &stay(&s).k, m)
	}
}

// streamedBytes is the size of a row from which on its exponentials are stored past the caches.
const streamedBytes = 1 << 16

// others is [Table.Others]. What the kernels do not count, such as NaN and infinities, goes to the portable code.
func (r *rowKernels[T]) others(x []T, temp float64) (max float64, arg int, hi, lo float64) {
	s, ok := r.scaled(temp)
	if !ok || len(x) < few {
		return others(x, temp)
	}
	max, arg, sum, ok := r.glance(stay(&s), x)
	if !ok {
		max, arg, sum = r.scan(stay(&s), x)
	}
	if sum.hi < 0x1p-10 {
		// so far below the maximum a sum has fewer digits: those beside it are counted from maxima of their own
		sum = r.beside(stay(&s), x[:arg], max).add(r.beside(stay(&s), x[arg+1:], max))
	}
	if sum.hi != sum.hi {
		return others(x, temp)
	}
	return max, arg, sum.hi, sum.lo
}

// beside returns Σ e^((x-max)/temp) over all of x, none of which is larger than max, or NaN.
func (r *rowKernels[T]) beside(s *scaled[T], x []T, max float64) dd {
	if len(x) == 0 {
		return dd{}
	}
	m, _, sum := r.scan(s, x)
	t, rest := gap(m, max, s.temp)
	if t < underflow {
		return dd{}
	}
	return dd{1, 0}.add(sum).mul(expWide(t, rest))
}

// glance is scan for long rows without surprises, and tells whether x is one. It reads x once: all blocks are summed up
// relative to what the first elements say, and the largest element, which is known at the end, is taken off the sum. Where
// it is most of the sum, its block is summed up again without it.
func (r *rowKernels[T]) glance(s *scaled[T], x []T) (max float64, arg int, sum dd, ok bool) {
	const head = 512
	size, ahead := blocks[T](len(x))
	if len(x) <= size {
		return 0, 0, sum, false
	}
	m, _ := r.top(&x[0], head, 0)
	ref := float64(m)
	if !(math.Abs(ref) <= formatOf[T]().reach*s.temp) {
		return 0, 0, sum, false
	}
	limit := ref + 4.8*s.temp // terms are at most the start of the kernels' sums
	e := s.from(ref)
	max = math.Inf(-1)
	var first int // of the block of max, and
	var own dd    // its sum
	for at := 0; at < len(x); at += size {
		b := x[at:min(at+size, len(x))]
		hi, lo, m := r.sum(&b[0], len(b), -1, ahead, &s.k)
		if v := float64(m); v > max {
			sum = sum.add(own)
			max, first, own = v, at, quickSum(hi, lo)
		} else {
			sum = sum.add(dd{hi, lo})
		}
		if !(max <= limit) || hi != hi {
			return 0, 0, sum, false
		}
	}
	b := x[first:min(first+size, len(x))]
	_, i := r.top(&b[0], len(b), 0)
	top := expWide(gap(max, ref, s.temp))
	scale := dd{e, 0}
	if all := sum.add(own).mul(scale); all.hi >= 2*top.hi {
		sum = all.add(top.neg())
	} else {
		hi, lo, _ := r.sum(&b[0], len(b), i, 0, &s.k)
		sum = sum.add(dd{hi, lo}).mul(scale)
	}
	return max, first + i, sum.div(top), i >= 0
}

// scan is others to digits that count beside 1. It takes one pass: each block is summed up relative to the largest
// element so far, and once more relative to its own if that is larger. It gives NaN where it cannot count.
func (r *rowKernels[T]) scan(s *scaled[T], x []T) (max float64, arg int, sum dd) {
	reach, nan := formatOf[T]().reach*s.temp, dd{math.NaN(), 0}
	size, ahead := blocks[T](len(x))
	max = math.Inf(-1)
	deep, e := max, 0.0 // the largest that is out of reach; the factor of sums relative to max
	for at := 0; at < len(x); at += size {
		b := x[at:min(at+size, len(x))]
		if max > math.Inf(-1) {
			hi, lo, m := r.sum(&b[0], len(b), -1, ahead, &s.k)
			if float64(m) <= max {
				sum = sum.add(dd{hi * e, lo * e})
				continue
			}
		}
		m, i := r.top(&b[0], len(b), 0)
		bmax := float64(m)
		switch {
		case i < 0 || bmax > reach:
			return bmax, 0, nan
		case bmax < -reach:
			s.from(0)
			if hi, lo, _ := r.sum(&b[0], len(b), -1, 0, &s.k); hi+lo != hi+lo {
				return bmax, 0, nan
			}
			deep = math.Max(deep, bmax)
			continue
		}
		if max > math.Inf(-1) {
			sum = sum.add(dd{1, 0}).mul(expWide(gap(max, bmax, s.temp)))
		}
		max, arg = bmax, at+i
		e = s.from(max)
		if len(b) > 1 {
			hi, lo, _ := r.sum(&b[0], len(b), i, ahead, &s.k)
			sum = sum.add(dd{hi * e, lo * e})
		}
	}
	if !((max-deep)/s.temp > -underflow) {
		return math.Max(max, deep), arg, nan
	}
	return max, arg, sum
}

// blocks returns of how many elements blocks of a row of n are, and how far ahead of them memory is asked for: the
// next block, or the next row.
func blocks[T Float](n int) (size, ahead int) {
	bytes := int(unsafe.Sizeof(T(0)))
	count := (n*bytes-1)/blockBytes + 1
	size = ((n-1)/count + 64) &^ 63
	return size, min(max(size*bytes, blockBytes/4), blockBytes)
}

// sums is [Table.Moments]. Rows of few classes stay with the portable code.
func (r *rowKernels[T]) sums(x []T) Sums {
	if len(x) < few {
		return moments(x)
	}
	reach := formatOf[float64]().reach
	s := r.wide
	size, ahead := blocks[T](len(x))
	all := Sums{Max: math.Inf(-1)}
	for at := 0; at < len(x); at += size {
		b := x[at:min(at+size, len(x))]
		m, i := r.top(&b[0], len(b), 0)
		max := float64(m)
		if i < 0 || !(math.Abs(max) <= reach) {
			return moments(x)
		}
		e := s.from(max)
		var p [4]float64
		r.moments(&b[0], len(b), i, ahead, max, &stay(&s).k, stay(&p))
		part := Sums{max, at + i, p[0] * e, p[1] * e, p[2] * e, p[3] * e * e}
		if all.Max == math.Inf(-1) {
			all = part
		} else if max <= all.Max {
			all.merge(part)
		} else {
			part.merge(all)
			all = part
		}
	}
	if !(all.S0 > 0x1p-1000) { // NaN, or all that was counted are elements too deep to be
		return moments(x)
	}
	return all
}

// few is the number of classes below which the calls of a kernel cost more than it saves.
const few = 16

// merge adds the elements of t, of which none is larger than s.Max. With g = t.Max - s.Max, z there is z + g here.
func (s *Sums) merge(t Sums) {
	g, rest := gap(t.Max, s.Max, 1)
	e := Exp(g, rest)
	if e == 0 {
		return
	}
	s0, s1 := 1+t.S0, t.S1 // with its maximum, of which z is 0
	s.S0 += e * s0
	s.S1 += e * (s1 + g*s0)
	s.S2 += e * (t.S2 + 2*g*s1 + g*g*s0)
	s.Q2 += e * e * (1 + t.Q2)
}
