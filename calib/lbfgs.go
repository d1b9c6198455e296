package calib

import "math"

// minimise returns the point at which a smooth convex f is least, from a start x, which it overwrites. f stores its gradient in g.
// diagonal is a guess of the curvature along each coordinate, and solve divides a direction by a guess of the whole curvature, in
// place; nil means by the diagonal. It stops when no slope is above 1e-6 per guessed curvature's root, which leaves some 1e-12 to gain,
// when a step gains nothing, or after 500 steps.
//
// Source: Nocedal 1980 (limited memory BFGS), with Armijo's condition on each step; pairs without curvature are left out.
func minimise(x, diagonal []float64, solve func(d []float64), f func(x, g []float64) float64) float64 {
	const memory, steps, sure, slack = 10, 500, 1e-6, 1e-4
	n := len(x)
	type pair struct {
		s, y []float64
		rho  float64
	}
	var pairs []pair
	g, d, next, after := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	value := f(x, g)
	for range steps {
		worst := 0.0
		for i := range g {
			worst = max(worst, math.Abs(g[i])/math.Sqrt(diagonal[i]))
			d[i] = g[i]
		}
		if !(worst > sure) {
			break
		}
		alpha := make([]float64, len(pairs))
		for i := len(pairs) - 1; i >= 0; i-- {
			alpha[i] = pairs[i].rho * inner(pairs[i].s, d)
			along(d, -alpha[i], pairs[i].y)
		}
		if solve != nil {
			solve(d)
		} else {
			for i := range d {
				d[i] /= diagonal[i]
			}
		}
		for i := range pairs {
			along(d, alpha[i]-pairs[i].rho*inner(pairs[i].y, d), pairs[i].s)
		}
		slope := -inner(g, d)
		if !(slope < 0) {
			break
		}
		step, gained := 1.0, false
		for range 40 {
			for i := range x {
				next[i] = x[i] - step*d[i]
			}
			if v := f(next, after); v <= value+slack*step*slope {
				gained = v < value
				value = v
				break
			}
			step /= 2
		}
		if !gained {
			break
		}
		p := pair{make([]float64, n), make([]float64, n), 0}
		for i := range x {
			p.s[i], p.y[i] = next[i]-x[i], after[i]-g[i]
		}
		if c := inner(p.s, p.y); c > 0 {
			p.rho = 1 / c
			if pairs = append(pairs, p); len(pairs) > memory {
				pairs = pairs[1:]
			}
		}
		copy(x, next)
		copy(g, after)
	}
	return value
}

func inner(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

// along adds c·b to a.
func along(a []float64, c float64, b []float64) {
	for i, v := range b {
		a[i] += c * v
	}
}
