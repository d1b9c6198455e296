package info

import (
	"math"
	"strconv"

	"xent/internal/kern"
)

// A MeanError tells that no distribution over the values has the mean.
type MeanError struct {
	Mean      float64
	Low, High float64 // the ends of the values; NaN if one of them is not finite
}

func (e *MeanError) Error() string {
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	if math.IsNaN(e.Low) {
		return "info: MaxEntropy: a value is not finite"
	}
	return "info: MaxEntropy: mean = " + number(e.Mean) + ", want " + number(e.Low) + " ≤ mean ≤ " + number(e.High)
}

// MaxEntropy stores in p the distribution over the values x that has the greatest entropy among all with the given
// mean, and returns the multiplier λ of that constraint and the entropy:
//
//	p[i] = e^(λ·x[i]) / Σ e^(λ·x[j])     Σ p[i]·x[i] = mean     H(p) = ln Σ e^(λ·x[j]) - λ·mean
//
// All are right to the last digits for extreme means too, of which p, once rounded, does not keep its entropy.
// It is the softmax of the logits x at temperature 1/λ, and λ = 0, the uniform distribution, where the mean is that
// of the values. p and x have one length, at least 1; x in any order, with repetitions.
//
// Special values: at the least or greatest value λ is ∓∞ and p is shared by the values there; if all values are
// equal, λ is 0.
// Errors: [*MeanError] for a mean outside the values, or a value that is not finite; p is then untouched.
// Memory: none is allocated.
// Source: Jaynes 1957; the solver is a bracketed Newton iteration on the logarithm of the mean's distance
// from the end it is nearer to, which is nearly a straight line in λ both for middling and for extreme means.
func MaxEntropy(p, x []float64, mean float64) (multiplier float64, entropy Nats, err error) {
	sameLength("MaxEntropy", len(p), len(x))
	low, high, sum := math.Inf(1), math.Inf(-1), 0.0
	for _, v := range x {
		low, high = min(low, v), max(high, v) // NaN if there is one
		sum += mean - v
	}
	if math.IsInf(low, 0) || math.IsInf(high, 0) {
		low = math.NaN()
	}
	if !(low <= mean && mean <= high) {
		return 0, 0, &MeanError{mean, low, high}
	}
	// From the end that the mean is nearer to, in units of the range: weights e^(-rate·distance), rate ≥ 0.
	end, side := high, 1.0
	if sum < 0 {
		end, side = low, -1
	}
	width := high - low
	if width == 0 {
		width = 1
	}
	d := ladder{x: x, end: end, width: width, gap: math.Abs(end-mean) / width}
	rate := d.solve()
	if low == high {
		rate = 0
	}
	if rate > 1 && !math.IsInf(rate, 1) {
		rate, h := kern.Tilt(p, x, end, mean, rate/width)
		return side * rate, Nats(h), nil
	}
	total := 0.0
	for i := range x {
		p[i] = d.weight(i, rate)
		total += p[i]
	}
	for i := range p {
		p[i] /= total
	}
	return side * rate / width, Entropy(p), nil
}

// ladder is the values as distances from one end, in units of their range.
type ladder struct {
	x          []float64
	end, width float64
	gap        float64 // the distance that is wanted on average
}

func (d *ladder) distance(i int) float64 { return math.Abs(d.end-d.x[i]) / d.width }

// weight returns e^(-rate·distance), with 0·∞ = 0.
func (d *ladder) weight(i int, rate float64) float64 {
	at := d.distance(i)
	if at == 0 {
		return 1
	}
	return math.Exp(-rate * at)
}

// solve returns the rate at which the mean distance is the gap.
func (d *ladder) solve() float64 {
	if d.gap == 0 {
		return math.Inf(1)
	}
	rate, lo, hi := 0.0, 0.0, math.Inf(1)
	for range 200 {
		excess, slope := d.excess(rate)
		if excess == 0 {
			return rate
		}
		if excess > 0 {
			lo = rate
		} else {
			hi = rate
		}
		next := rate + math.Log1p(excess/d.gap)/slope
		if !(lo < next && next < hi) {
			next = 2*lo + 1
			if !math.IsInf(hi, 1) {
				next = lo + (hi-lo)/2
			}
		}
		if math.Abs(next-rate) <= 2e-16*next || next == lo || next == hi {
			return next
		}
		rate = next
	}
	return rate
}

// excess returns by how much the mean distance exceeds the gap, and minus the slope of its logarithm. Near rate 0 the
// weights are taken as 1 + expm1, so that a mean close to that of the values keeps its digits.
func (d *ladder) excess(rate float64) (excess, slope float64) {
	var flat, bent, total, first, second float64
	for i := range d.x {
		at, w := d.distance(i), d.weight(i, rate)
		off := at - d.gap
		if rate < 1 {
			flat += off
			bent += off * math.Expm1(-rate*at)
		} else {
			bent += off * w
		}
		total += w
		first += at * w
		second += at * at * w
	}
	mean := first / total
	return (flat + bent) / total, (second/total - mean*mean) / mean
}
