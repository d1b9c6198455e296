package doctor

import (
	"math"
	"slices"
)

// batchMeans finds a loss that is noisier at one place of a period than elsewhere: the last batch of an epoch, which is smaller and
// counts as much as the others where batch means are averaged.
//
// A point is far if it is among the fifth of the points farthest from the median around them. At one phase of a period
// k of m points are far, by chance with a probability of at most exp(-m·KL(k/m‖0.2)) (Chernoff), which must be below
// one in 10,000 after all periods and phases.
var batchMeans = Detector{
	ID: "batch-means", Code: "C07", Summary: "a loss that is noisier at the end of each epoch",
	Curve: func(c *Curve) *Finding {
		s := c.Loss.finite()
		if s.Len() < 100 {
			return nil
		}
		const longest = 1000
		far := s.far()
		period, phase, most, tests := 0, 0, 0.0, 0.0
		var share float64
		for p := 3; p <= min(s.Len()/12, longest); p++ {
			for q := range p {
				k, m := 0.0, 0.0
				for i := q; i < len(far); i += p {
					m++
					if far[i] {
						k++
					}
				}
				tests++
				// A multiple of the period shows the same with fewer points, and so less.
				if e := m * bernoulliKL(k/m, .2); k > .8*m && e > most {
					period, phase, most, share = p, q, e, k/m
				}
			}
		}
		limit := math.Log(tests) + math.Log(1e4)
		if !(period > 0 && most > limit) {
			return nil
		}
		return &Finding{
			Severity: Warning,
			Says:     "every {period} points one is noisier than the others: {share} of these are among the farthest fifth. So the last, smaller batch of an epoch looks where means of batches are averaged",
			Evidence: figures.
				add("period", float64(period), Plain).
				add("phase", float64(phase), Plain).
				add("share", share, Share).
				add("evidence", most, Nats).
				add("evidence_limit", limit, Nats),
			Else: "data that come round in the same order",
			Fix:  "drop the last batch, or weight each batch by its rows or tokens",
		}
	},
}

// far marks the fifth of the points that are farthest from the median of the nine around them.
func (s *Series) far() []bool {
	off := make([]float64, s.Len())
	for i, v := range s.Value {
		off[i] = math.Abs(v - median(s.Value[max(0, i-4):min(s.Len(), i+5)]))
	}
	limit := slices.Sorted(slices.Values(off))[len(off)*4/5]
	far := make([]bool, len(off))
	for i, o := range off {
		far[i] = o > limit
	}
	return far
}

// bernoulliKL returns KL of Bernoulli distributions, 0 where a ≤ b.
func bernoulliKL(a, b float64) float64 {
	if a <= b {
		return 0
	}
	kl := a * math.Log(a/b)
	if a < 1 {
		kl += (1 - a) * math.Log((1-a)/(1-b))
	}
	return kl
}
