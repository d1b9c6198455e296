package kern

import "math"

// dd is the unevaluated sum hi + lo of two float64, |lo| ≤ ulp(hi)/2: about 106 bits.
type dd struct{ hi, lo float64 }

// Compilers may fuse a product with the sum that it goes into, on arm64 and on amd64 from v3 on, also into a function that
// is inlined, and then use the rounded product elsewhere. What counts its rounding errors converts its operands to float64,
// which keeps them apart.

// twoSum returns a + b as the rounded sum and its exact error (Knuth). Not finite: the error is NaN.
func twoSum(a, b float64) (s, err float64) {
	a, b = float64(a), float64(b)
	s = a + b
	bb := s - a
	return s, (a - (s - bb)) + (b - bb)
}

// twoProduct returns a·b as the rounded product and its exact error.
func twoProduct(a, b float64) (p, err float64) {
	p = float64(a * b)
	return p, math.FMA(a, b, -p)
}

// quickSum returns a + b for |a| ≥ |b|, or a = 0.
func quickSum(a, b float64) dd {
	a, b = float64(a), float64(b)
	s := a + b
	return dd{s, b - (s - a)}
}

func (x dd) add(y dd) dd {
	s, e := twoSum(x.hi, y.hi)
	return quickSum(s, e+x.lo+y.lo)
}

func (x dd) mul(y dd) dd {
	p, e := twoProduct(x.hi, y.hi)
	return quickSum(p, e+(x.hi*y.lo+x.lo*y.hi))
}

func (x dd) div(y dd) dd {
	q := x.hi / y.hi
	return quickSum(q, (math.FMA(-q, y.hi, x.hi)+x.lo-q*y.lo)/y.hi)
}

func (x dd) value() float64 { return x.hi + x.lo }

func (x dd) neg() dd { return dd{-x.hi, -x.lo} }

// gap returns (x - max)/temp ≤ 0 as an unevaluated t + r, r ≈ 2⁻⁵³t: what rounding x - max would
// lose is relative to the exponent, so at x - max = -700 it would cost e^(x-max) nine bits.
// A gap too wide to be finite comes back with r = 0.
func gap(x, max, temp float64) (t, r float64) {
	t, r = twoSum(x, -max)
	if temp != 1 {
		q := t / temp
		r = (math.FMA(-q, temp, t) + r) / temp
		t = q
	}
	if r-r != 0 {
		r = 0
	}
	return t, r
}
