package kern

import "math"

// maxOf returns the maximum of x and its first index; NaN wins over everything.
func maxOf[T Float](x []T) (max T, arg int) {
	max = x[0]
	for j, v := range x {
		if v > max || v != v {
			max, arg = v, j
			if v != v {
				break
			}
		}
	}
	return max, arg
}

func others[T Float](x []T, temp float64) (max float64, arg int, hi, lo float64) {
	mx, arg := maxOf(x)
	max = float64(mx)
	if max-max != 0 {
		return max, arg, limit(x, arg, max), 0
	}
	var s, c float64
	for j, v := range x {
		if j != arg {
			var err float64
			s, err = twoSum(s, Exp(gap(float64(v), max, temp)))
			c += err
		}
	}
	hi, lo = Sum{s, c}.Parts()
	return max, arg, hi, lo
}

// limit is Others for a maximum that is not finite: 0 for a single +Inf, else NaN.
func limit[T Float](x []T, arg int, max float64) float64 {
	if max != math.Inf(1) {
		return math.NaN() // NaN, or nothing but -Inf
	}
	for _, v := range x[arg+1:] {
		if float64(v) == max || v != v {
			return math.NaN()
		}
	}
	return 0
}

func exps[T Float](dst, x []T, max, temp, c float64) {
	dst = dst[:len(x)]
	for j, v := range x {
		dst[j] = T(c * Exp(gap(float64(v), max, temp)))
	}
}

func moments[T Float](x []T) Sums {
	mx, arg := maxOf(x)
	max := float64(mx)
	if max-max != 0 {
		l := limit(x, arg, max)
		return Sums{max, arg, l, l, l, l}
	}
	var s0, c0, s1, s2, q2 float64
	for j, v := range x {
		t, r := gap(float64(v), max, 1)
		if j == arg || t < underflow {
			continue
		}
		e := Exp(t, r)
		var err float64
		s0, err = twoSum(s0, e)
		c0 += err
		s1 += t * e
		s2 += t * t * e
		q2 += e * e
	}
	return Sums{max, arg, s0 + c0, s1, s2, q2}
}
