package kern

import "math"

// Tilt refines the rate at which the weights e^(-rate·d), over the distances d of x from end, have the mean distance
// |end-mean|, and stores the weights divided by their sum in p: rate comes in with about 50 bits, from 1/(largest
// distance) on, and goes out rounded. The weights far from end hang on its last bits and on those of the others, and
// so all is done with about 66. It also returns the entropy of p, ln Σ e^(-rate·d) + rate·|end-mean|, which p, once
// rounded, has not kept. The least distance is 0.
func Tilt(p, x []float64, end, mean, rate float64) (exact, entropy float64) {
	distance := func(v float64) dd {
		d, err := twoSum(end, -v)
		if d < 0 {
			d, err = -d, -err
		}
		return dd{d, err}
	}
	weight := func(rate, d dd) dd {
		t := rate.mul(d).neg()
		return expWide(t.hi, t.lo)
	}
	r, gap := dd{rate, 0}, distance(mean)
	var total dd
	for range 3 { // two steps, and the sum
		var first dd
		second := 0.0
		total = dd{}
		for _, v := range x {
			d := distance(v)
			w := weight(r, d)
			total = total.add(w)
			first = first.add(w.mul(d))
			second += w.hi * d.hi * d.hi
		}
		m := first.div(total)
		spread := second/total.hi - m.hi*m.hi
		if !(spread > 0) {
			break
		}
		// Newton's step of ln of the mean distance, which is nearly a line
		step := m.add(gap.neg()).hi / gap.hi * (m.hi / spread)
		r = r.add(dd{step, 0})
	}
	for i, v := range x {
		p[i] = weight(r, distance(v)).div(total).value()
	}
	rest := total.add(dd{-1, 0})
	return r.hi, math.Log1p(rest.hi) + r.hi*gap.hi
}
