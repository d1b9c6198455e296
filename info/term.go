package info

import (
	"math"

	"xent/internal/kern"
)

// crossTerm returns -p·ln q.
func crossTerm(p, q float64) float64 {
	switch {
	case p < 0 || q < 0 || p != p || q != q:
		return math.NaN()
	case p == 0 || q == 1:
		return 0
	}
	return -p * kern.Log(q)
}

// klTerm returns p·ln(p/q).
func klTerm(p, q float64) float64 {
	switch {
	case p < 0 || q < 0 || p != p || q != q:
		return math.NaN()
	case p == 0:
		return 0
	}
	return p * logRatio(p, q)
}

// logRatio returns ln(p/q) for p > 0, q ≥ 0, to full precision also near p = q.
func logRatio(p, q float64) float64 {
	d := (p - q) / q // p - q is exact within a factor of two
	if math.Abs(d) < 0.5 {
		return math.Log1p(d)
	}
	if r := p / q; r > 0x1p-1022 && !math.IsInf(r, 1) || q == 0 {
		return kern.Log(r)
	}
	return kern.Log(p) - kern.Log(q) // the ratio leaves the range of float64
}

// excess returns p·ln(p/q) - p + q ≥ 0, the divergence of one class.
func excess(p, q float64) float64 {
	switch {
	case p < 0 || q < 0 || p != p || q != q:
		return math.NaN()
	case p == q:
		return 0
	case p == 0:
		return q
	}
	if v := (p - q) / (p + q); math.Abs(v) < nearby {
		return (p + q) * nearbyExcess(v)
	}
	return p*logRatio(p, q) - (p - q)
}

// excessOverMean returns excess(p, (p+q)/2) without forming the mean, whose rounding would be
// all that is left of p - (p+q)/2 when p and q nearly agree.
func excessOverMean(p, q float64) float64 {
	switch {
	case p < 0 || q < 0 || p != p || q != q:
		return math.NaN()
	case p == q:
		return 0
	case p == 0:
		return q / 2
	}
	// m = (p+q)/2 gives p - m = (p-q)/2 and p + m = (3p+q)/2
	if v := (p - q) / (3*p + q); math.Abs(v) < nearby {
		return (3*p + q) / 2 * nearbyExcess(v)
	}
	return p*kern.Log(2*p/(p+q)) - (p-q)/2
}

// nearby is the |p-q|/(p+q) below which the two parts of an excess cancel by more than a digit
// and its series takes over.
const nearby = 0.3

// nearbyExcess returns (p·ln(p/q) - p + q)/(p+q) as a function of v = (p-q)/(p+q), |v| < nearby.
// Since ln(p/q) = 2·atanh v,
//
//	(1+v)·atanh v - v = v²·(1 + v/3 + v²/3 + v³/5 + v⁴/5 + v⁵/7 + v⁶/7 + …)
//
// The terms shrink by v², so twenty pairs reach far below the last digit of the sum.
func nearbyExcess(v float64) float64 {
	sum := 0.0
	for k := 41.0; k >= 3; k -= 2 { // Horner, from the smallest pair
		sum = v * ((1+v)/k + v*sum)
	}
	return v * v * (1 + sum)
}
