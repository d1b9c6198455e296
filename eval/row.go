package eval

import (
	"math"

	"xent"
	"xent/info"
)

// A row is one row of scores, seen as a distribution over the classes.
// Its buffers are reused from row to row.
type row struct {
	id   int64
	x    []float64 // scores: as in the file, but two of them where the file holds one
	p    []float64 // probabilities
	q    []float64 // their variances p·(1-p)
	scan scan

	arg     int     // most likely class, the first among equals
	against float64 // odds against it: (1 - p[arg]) / p[arg], to full precision
	entropy float64
	spread  float64      // variance of the surprisal under p
	moments xent.Moments // of logits
	given   bool         // scores are probabilities
}

// A scan is what one look at the scores of a row, as stored, tells.
type scan struct {
	min, max, sum float64 // over the row; meaningless with a NaN
	odd           bool    // some score may be infinite or NaN
	nan, pos, neg int     // counts of those
	largest       float64 // magnitude, of the finite scores
}

// look makes one pass over scores.
func look[T xent.Float](scores []T) scan {
	s := scan{min: math.Inf(1), max: math.Inf(-1)}
	for _, v := range scores {
		x := float64(v)
		s.sum += x
		if x < s.min {
			s.min = x
		}
		if x > s.max {
			s.max = x
		}
	}
	if s.sum-s.sum == 0 {
		s.largest = max(-s.min, s.max)
		return s
	}
	s.odd = true // or a sum of finite scores that overflowed
	for _, v := range scores {
		switch x := float64(v); {
		case x != x:
			s.nan++
		case x > math.MaxFloat64:
			s.pos++
		case x < -math.MaxFloat64:
			s.neg++
		default:
			s.largest = max(s.largest, math.Abs(x))
		}
	}
	return s
}

// softmax reads scores as logits (or log-probabilities, whose softmax changes nothing) and reports
// whether they have a softmax: a row with a NaN, two +Inf or nothing but -Inf has none.
// A single score z stands for the logits [0, z].
func softmax[T xent.Float](r *row, scores []T) bool {
	r.given = false
	if len(scores) == 1 {
		r.x[0], r.x[1] = 0, float64(scores[0])
		r.moments = xent.RowMoments(r.x)
	} else {
		for k, v := range scores {
			r.x[k] = float64(v)
		}
		r.moments = xent.RowMoments(scores)
	}
	m := &r.moments
	if m.Others != m.Others {
		return false
	}
	r.arg, r.against = m.Arg, m.Others
	r.entropy, r.spread = float64(m.Entropy()), m.Varentropy()
	for k, z := range r.x {
		r.p[k] = m.Prob(z)
	}
	return true
}

// simplex reads scores as probabilities, as they stand: nothing is clipped or renormalised, but a
// value below 0, which the tolerance of rounding lets pass, counts as 0.
// A single score p stands for the probabilities [1-p, p]. No score is NaN or infinite.
func simplex[T xent.Float](r *row, scores []T) {
	r.given = true
	if len(scores) == 1 {
		p := float64(scores[0])
		r.x[0], r.x[1] = 1-p, p
	} else {
		for k, v := range scores {
			r.x[k] = float64(v)
		}
	}
	r.arg = 0
	for k, v := range r.x {
		r.p[k] = max(v, 0)
		if v > r.x[r.arg] {
			r.arg = k
		}
	}
	var rest, h float64
	for k, p := range r.p {
		if k != r.arg {
			rest += p
		}
		if p > 0 {
			h += p * float64(info.Surprisal(p))
		}
	}
	var v float64
	for _, p := range r.p {
		if p > 0 {
			d := h - float64(info.Surprisal(p))
			v += p * d * d
		}
	}
	r.against = rest / r.p[r.arg]
	r.entropy, r.spread = h, v
}

// cost returns -ln p[k] in nats: +Inf for a class that the row excludes.
func (r *row) cost(k int) float64 {
	if r.given {
		return float64(info.Surprisal(r.p[k]))
	}
	return 0 - r.moments.LogProb(r.x[k])
}

// doubt returns p[k]·(1 - p[k]) without the cancellation of 1 - p[k] in the most likely class.
func (r *row) doubt(k int) float64 {
	if k == r.arg {
		return r.p[k] * r.p[k] * r.against
	}
	return r.p[k] * (1 - r.p[k])
}

// margin returns the log-probability of class k less that of the best other class, in nats.
// It is ±Inf where only one of the two is possible, and NaN where neither is.
func (r *row) margin(k int) float64 {
	best := math.Inf(1)
	for j := range r.p {
		if j != k {
			best = min(best, r.cost(j))
		}
	}
	return best - r.cost(k)
}
