//go:build !js

package kern

import (
	"math"
	"unsafe"
)

// What a loss does with each class of a row, rather than with its label alone - masses on all classes, a soft cap -
// is done a tile at a time in float64, with the exponentials of the table in use.

// tileSize is how many classes that are.
const tileSize = 256

// tiled tells whether the classes of r can be treated that way: the digits under a cap are those of float32.
func tiled[T Float](r *Row) bool { return r.Max-r.Max == 0 && (r.Cap == 0 || narrow[T]()) }

// narrow tells whether T is float32.
func narrow[T Float]() bool {
	_, ok := any(T(0)).(float32)
	return ok
}

// staying is z for a call of a kernel, and for nothing else; see [stay].
func staying(z []float64) []float64 { return unsafe.Slice(stay(unsafe.SliceData(z)), len(z)) }

// exponents stores in z what [Link] makes of the logits x before it divides by its temperature, and in slope the
// derivative, unless that is nil. Under a cap that is good for float32: right to 2^-50 of the cap, and
//
//	tanh u = (1-e)/(1+e)   1 - tanh²u = 4e/(1+e)²   e = e^-2|u|
func exponents[T Float](z, slope []float64, x []T, cap float64) {
	z = z[:len(x)]
	if cap == 0 {
		for j, v := range x {
			z[j] = float64(v)
		}
		return
	}
	for j, v := range x {
		z[j] = math.Abs(float64(v)) * (-2 / cap)
	}
	F64.Exps(staying(z), staying(z), 0, 1, 1)
	for j, v := range x {
		e := z[j]
		total := 1 + e
		if slope != nil {
			slope[j] = 4 * e / (total * total)
		}
		z[j] = math.Copysign(cap*((1-e)/total), float64(v))
		if e == 0 && float64(v) < -math.MaxFloat64 { // stays excluded
			z[j] = math.Inf(-1)
			if slope != nil {
				slope[j] = 1
			}
		}
	}
}

// scanCapped is scan for float32 under a cap.
func scanCapped[T Float](r *Row, x []T) bool {
	mx, arg := maxOf(x)
	if max := float64(mx); !narrow[T]() || max-max != 0 {
		return false
	}
	var memory [tileSize]float64
	var all Row
	for at := 0; at < len(x); at += tileSize {
		z := memory[:min(tileSize, len(x)-at)]
		exponents(z, nil, x[at:at+len(z)], r.Cap)
		t := Row{Link: Link{Temp: r.Temp}}
		t.Max, t.Arg, t.s.hi, t.s.lo = F64.Others(staying(z), r.Temp)
		t.top.hi = t.Max
		if at == 0 {
			all = t
		} else {
			all.Merge(t, at)
		}
	}
	r.Max, r.Arg, r.s = float64(mx), arg, all.s
	r.top, _ = capped(r.Max, r.Cap)
	return true
}

// addTiled is Add for masses on many classes, each of which costs
//
//	log + (top-z[j])/Temp
//
// and tells whether it did. An infinite cost is left to Add.
func addTiled[T Float](s *Tally, r *Row, x []T, t *Target[T]) bool {
	if t.Shape != (Shape{}) || !tiled[T](r) {
		return false
	}
	if t.Soft == nil && t.Weights == nil && r.Cap == 0 {
		return addAlike(s, r, x, t)
	}
	var memory [tileSize]float64
	var sum, slopes Sum
	for at := 0; at < len(x); at += tileSize {
		z := memory[:min(tileSize, len(x)-at)]
		exponents(z, nil, x[at:at+len(z)], r.Cap)
		if narrow[T]() && t.Soft == nil {
			addMasses(&sum, &slopes, r, z, t, at)
			continue
		}
		for j, z := range z {
			a := t.mass(at + j)
			if a == 0 {
				continue
			}
			cost := r.log
			if at+j != r.Arg { // whose own digits z has not
				fall, rest := gap(z, r.top.hi, r.Temp)
				cost = (cost - rest) - math.Min(fall, 0)
			}
			sum.Add(a * cost)
			slopes.Add(a)
		}
	}
	if v := sum.Value(); v-v != 0 {
		return false
	}
	s.sum.Merge(sum)
	s.slopes.Merge(slopes)
	return true
}

// addMasses adds a tile of the classes from first on, which has weights or a cap, in the digits that float32 needs.
func addMasses[T Float](sum, slopes *Sum, r *Row, z []float64, t *Target[T], first int) {
	each, inverse := t.Smoothing/float64(t.Classes), 1/r.Temp
	if a := r.Arg - first; a >= 0 && a < len(z) {
		z[a] = r.top.hi // whose own digits z has not
	}
	var costs, masses float64
	for j, z := range z {
		if w := at(t.Weights, first+j); w != 0 && first+j != t.Label {
			costs += w * (r.log + max(r.top.hi-z, 0)*inverse)
			masses += w
		}
	}
	sum.Add(each * costs)
	slopes.Add(each * masses)
	if y := t.Label - first; y >= 0 && y < len(z) {
		a := t.mass(t.Label)
		sum.Add(Mul0(a, r.log+max(r.top.hi-z[y], 0)*inverse))
		slopes.Add(a)
	}
}

// addAlike is addTiled where all classes but the label have the same mass, each: Σ (log + (Max-x[j])/Temp)·each.
func addAlike[T Float](s *Tally, r *Row, x []T, t *Target[T]) bool {
	fall := fallen(x, r.Max).Value()
	if fall-fall != 0 {
		return false
	}
	each, n := t.Smoothing/float64(t.Classes), float64(len(x))
	s.sum.Add(each * (n*r.log + fall/r.Temp))
	if y := t.Label; y >= 0 && y < len(x) {
		s.sum.Add((1 - t.Smoothing) * r.Cost(float64(x[y])))
		s.slopes.Add(t.mass(y))
		n--
	}
	hi, lo := twoProduct(n, each)
	s.slopes.Add(hi)
	s.slopes.Add(lo)
	return true
}

// fallen returns Σ (max-x[j]), not finite where an element is not.
func fallen[T Float](x []T, max float64) (s Sum) {
	if narrow[T]() {
		// the sum is in eight lanes, blocks of which are right to 2^-45 of what the elements are at most
		low, high, sum := Of[T]().Extent(x)
		n := float64(len(x))
		if all := math.FMA(n, max, -sum); all >= n*math.Max(math.Abs(low), math.Abs(high))*0x1p-14 {
			return SumOf(all)
		}
	}
	for _, v := range x {
		d, rest := twoSum(max, -float64(v))
		s.Add(d)
		s.lo += rest
	}
	return s
}

// gradTiled is Grad for the same rows as addTiled, and for labels whose cost is bent:
//
//	dz/dx·(p[k]·(Σ b + penalty) - b[k])
//
// but for the label and the largest, of which p may be near 1. It tells whether it did.
func gradTiled[T Float](dst []T, r *Row, x []T, t *Target[T], pull Pull, c float64) bool {
	if t.Shape != (Shape{}) && !t.Hard() || !tiled[T](r) {
		return false
	}
	var apart [2]struct {
		class int
		grad  T
	}
	for i, k := range [2]int{t.Label, r.Arg} {
		if apart[i].class = k; k >= 0 && k < len(x) {
			apart[i].grad = T(c * Slope(r, x, t, pull, k))
		}
	}
	by := c / r.Temp
	scale := by * (pull.mass.hi + pull.penalty) / (1 + r.s.hi)
	var memory, slopes [tileSize]float64
	for at := 0; at < len(x); at += tileSize {
		n := min(tileSize, len(x)-at)
		z, slope := memory[:n], slopes[:n]
		exponents(z, slope, x[at:at+n], r.Cap)
		F64.Exps(staying(z), staying(z), r.top.hi, r.Temp, scale)
		to := dst[at : at+n]
		each := by * t.Smoothing / float64(t.Classes) // but of the label
		switch {
		case t.Soft != nil:
			for j, p := range z {
				z[j] = p - by*t.mass(at+j)
			}
		case t.Weights != nil && each != 0:
			for j, w := range t.Weights[at : at+n] {
				z[j] -= each * w
			}
		case each != 0:
			for j := range z {
				z[j] -= each
			}
		}
		if r.Cap == 0 {
			for j, g := range z {
				to[j] = T(g)
			}
		} else {
			for j, g := range z {
				to[j] = T(g * slope[j])
			}
		}
	}
	for _, k := range apart {
		if k.class >= 0 && k.class < len(x) {
			dst[k.class] = k.grad
		}
	}
	return true
}
