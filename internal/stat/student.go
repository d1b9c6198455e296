// Package stat holds the distributions that tests and intervals need.
package stat

import "math"

// manyFreedom is the number of degrees of freedom from which Student's distribution is taken for the normal one: the
// two differ by less than 1e-6 of either tail up to 3 standard deviations there.
const manyFreedom = 1e7

// StudentTail returns the probability that a variable with Student's distribution of df > 0 degrees of freedom is
// at least |t| away from 0, on either side:
//
//	p = I(df/(df + t²); df/2, 1/2)     I: the regularised incomplete beta function
//
// It is 1 at t = 0, 0 at ±∞, and NaN for a NaN or df ≤ 0. Relative error: below 1e-12 for df up to 1e4, 1e-9 beyond.
//
// Source: Student 1908.
func StudentTail(t, df float64) float64 {
	switch {
	case math.IsNaN(t) || !(df > 0):
		return math.NaN()
	case df >= manyFreedom:
		return math.Erfc(math.Abs(t) / math.Sqrt2)
	}
	return beta(df/2, 0.5, 1/(1+t*t/df), 1/(1+df/(t*t)))
}

// StudentQuantile returns the t > 0 that a variable with Student's distribution of df degrees of freedom exceeds in
// magnitude with probability tail: 1.96 for .05 and many degrees of freedom, 12.7 for one. It is NaN for df ≤ 0 and for
// a tail outside (0, 1).
func StudentQuantile(tail, df float64) float64 {
	if !(df > 0) || !(tail > 0 && tail < 1) {
		return math.NaN()
	}
	low, high := 0.0, 1.0
	for StudentTail(high, df) > tail {
		low, high = high, 2*high
	}
	for range 200 {
		mid := low + (high-low)/2
		if mid == low || mid == high {
			break
		}
		if StudentTail(mid, df) > tail {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// beta returns the regularised incomplete beta function I(x; a, b), y being 1 - x, by its continued fraction.
//
// Source: Abramowitz and Stegun 1964, 26.5.8, evaluated as Lentz 1976 does.
func beta(a, b, x, y float64) float64 {
	switch {
	case x <= 0:
		return 0
	case y <= 0:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - beta(b, a, y, x)
	}
	lab, _ := math.Lgamma(a + b)
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log(y)) / a
	const tiny = 1e-300
	f, c, d := 1.0, 1.0, 0.0
	for i := range 100_000 {
		m := float64(i / 2)
		num := 1.0
		switch {
		case i == 0:
		case i%2 == 0:
			num = m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		default:
			num = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		d = 1 + num*d
		if math.Abs(d) < tiny {
			d = tiny
		}
		d = 1 / d
		c = 1 + num/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		f *= c * d
		if math.Abs(c*d-1) < 1e-16 {
			break
		}
	}
	return front * (f - 1)
}
