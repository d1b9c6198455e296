package info

import (
	"math"
	"strconv"

	"xent/internal/kern"
)

// A MomentError tells that no distribution has the means asked for.
type MomentError struct {
	Feature int     // one that cannot be met together with the others; -1: a number is not finite
	Got     float64 // the mean of that feature, as near as the search came
	Want    float64
}

func (e *MomentError) Error() string {
	if e.Feature < 0 {
		return "info: MaxEntropyMoments: a feature or a mean is not finite"
	}
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }
	return "info: MaxEntropyMoments: no distribution has these means: with the others met, feature " + strconv.Itoa(e.Feature) +
		" has a mean of " + number(e.Got) + ", want " + number(e.Want)
}

// MaxEntropyMoments is [MaxEntropy] under several constraints: it stores in p the distribution over len(p) outcomes that
// has the greatest entropy among all in which each feature has the given mean, and returns their multipliers λ and the
// entropy.
//
//	p[i] ∝ e^(Σ_k λ[k]·f[k][i])     Σ_i p[i]·f[k][i] = means[k]
//
// features holds the values of one feature after the other, f[k][i] = features[k·len(p)+i]: x and x² for a mean and a second
// moment, indicators for the probabilities of sets of outcomes. Features that say the same as others share their
// multiplier in one of many ways, which does not concern p.
//
// The means are met within 1e-12 of the range of their feature, and its rounding. On the border, where some outcomes must have
// probability 0, multipliers are as large as that takes.
//
// It panics unless there are len(p) values for each mean.
// Errors: [*MomentError]; p is then untouched.
// Memory: the multipliers, and a matrix of features by features.
// Source: Jaynes 1957. The solver is Newton's method on the convex dual, ln Σ e^(λ·(f-means)), with a line search; it
// converges from anywhere, and a dual below 0, which is less than any entropy, proves that nothing meets the means.
func MaxEntropyMoments(p, features, means []float64) (multipliers []float64, entropy Nats, err error) {
	k, n := len(means), len(p)
	if len(features) != k*n || n == 0 {
		panic("info: MaxEntropyMoments: " + strconv.Itoa(len(features)) + " values for " + strconv.Itoa(k) + " features of " + strconv.Itoa(n) + " outcomes")
	}
	d := dual{n: n, g: make([]float64, k*n), unit: make([]float64, k), near: make([]float64, k), w: make([]float64, n)}
	for j, m := range means {
		for i := range n {
			off := features[j*n+i] - m
			if off-off != 0 {
				return nil, 0, &MomentError{-1, off, 0}
			}
			d.g[j*n+i] = off
			d.unit[j] = max(d.unit[j], math.Abs(off))
			d.near[j] = max(d.near[j], 4*0x1p-52*math.Abs(features[j*n+i]))
		}
		d.near[j] = 1e-12 + over(d.near[j], d.unit[j])
		for i := range n {
			if d.near[j] > 1e-3 { // all rounding: the feature is a constant, and met
				d.unit[j], d.g[j*n+i] = 0, 0
				continue
			}
			d.g[j*n+i] = over(d.g[j*n+i], d.unit[j])
		}
	}
	lambda := make([]float64, k)
	if worst, met := d.solve(lambda); !met {
		return nil, 0, &MomentError{worst, means[worst] + d.mean(worst)*d.unit[worst], means[worst]}
	}
	copy(p, d.w)
	for j := range lambda {
		lambda[j] = over(lambda[j], d.unit[j])
	}
	return lambda, Entropy(p), nil
}

// dual is the problem in units in which all features lie within 1 of their means.
type dual struct {
	n       int
	g, unit []float64
	near    []float64 // within which of its mean a feature counts as met: its rounding, and 1e-12
	w       []float64 // the distribution at the multipliers last looked at
}

// look computes the distribution at lambda and returns ln Σ e^(λ·g).
func (d *dual) look(lambda []float64) float64 {
	top := math.Inf(-1)
	for i := range d.w {
		var z kern.Sum
		for j, l := range lambda {
			z.Add(l * d.g[j*d.n+i])
		}
		d.w[i] = z.Value()
		top = max(top, d.w[i])
	}
	var total kern.Sum
	for i, z := range d.w {
		d.w[i] = kern.Exp(z-top, 0)
		total.Add(d.w[i])
	}
	for i := range d.w {
		d.w[i] /= total.Value()
	}
	return top + kern.Log(total.Value())
}

// mean returns the mean of feature j.
func (d *dual) mean(j int) float64 {
	var sum kern.Sum
	for i, w := range d.w {
		sum.Add(w * d.g[j*d.n+i])
	}
	return sum.Value()
}

// solve finds the least dual from lambda = 0, and tells whether all means are met there, or else one that is not.
func (d *dual) solve(lambda []float64) (worst int, met bool) {
	k := len(lambda)
	step, next, slope := make([]float64, k), make([]float64, k), make([]float64, k)
	value := d.look(lambda)
	for range 500 {
		impossible, gain := -1e-12, 0.0 // the dual below which nothing meets the means, and how fast it falls along the step
		for j, l := range lambda {
			slope[j] = d.mean(j)
			impossible -= math.Abs(l) * d.near[j]
		}
		d.newton(step, slope)
		for j := range step {
			gain -= step[j] * slope[j]
		}
		if value < impossible || !(gain > 1e-31) || !d.search(next, lambda, step, &value, gain) {
			break
		}
	}
	d.look(lambda)
	for j := range slope {
		slope[j] = math.Abs(d.mean(j)) / d.near[j]
		if slope[j] > slope[worst] {
			worst = j
		}
	}
	return worst, k == 0 || slope[worst] <= 1
}

// search moves lambda along step to where the dual has fallen by enough, and tells whether there is such a place.
func (d *dual) search(next, lambda, step []float64, value *float64, gain float64) bool {
	for t := 1.0; t > 1e-12; t /= 2 {
		for j := range next {
			next[j] = lambda[j] + t*step[j]
		}
		v := d.look(next)
		if v <= *value-1e-4*t*gain || gain < 1e-12 && v <= *value+1e-13 { // below that the dual is all rounding
			copy(lambda, next)
			*value = v
			return true
		}
	}
	return false
}

// newton stores -C⁻¹·slope in step, C the covariance of the features, by Cholesky's decomposition. A feature that adds
// nothing to those before it is left alone.
func (d *dual) newton(step, slope []float64) {
	k := len(step)
	c := make([]float64, k*k)
	for a := range k {
		for b := range a + 1 {
			var sum kern.Sum
			for i, w := range d.w {
				sum.Add(w * (d.g[a*d.n+i] - slope[a]) * (d.g[b*d.n+i] - slope[b]))
			}
			c[a*k+b] = sum.Value()
		}
	}
	for a := range k {
		whole := c[a*k+a]
		for b := range a + 1 {
			for j := range b {
				c[a*k+b] -= c[a*k+j] * c[b*k+j]
			}
			switch {
			case b < a && c[b*k+b] > 0:
				c[a*k+b] /= c[b*k+b]
			case b < a || !(c[a*k+a] > 1e-12*whole && whole > 1e-24):
				c[a*k+b] = 0
			default:
				c[a*k+a] = math.Sqrt(c[a*k+a])
			}
		}
	}
	for a := range k {
		step[a] = -slope[a]
		for j := range a {
			step[a] -= c[a*k+j] * step[j]
		}
		step[a] = over(step[a], c[a*k+a])
	}
	for a := k - 1; a >= 0; a-- {
		for j := a + 1; j < k; j++ {
			step[a] -= c[j*k+a] * step[j]
		}
		step[a] = over(step[a], c[a*k+a])
	}
}

// over returns a/b, 0 where b is.
func over(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
