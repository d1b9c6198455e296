package eval

import (
	"math"

	"xent"
	"xent/info"
	"xent/internal/kern"
)

// A row is one row of scores, seen as a distribution over the classes.
// Its buffers are reused from row to row.
type row struct {
	id     int64
	stored stored
	x      []float64 // scores: as in the file, but two of them where the file holds one; see fill
	p      []float64 // probabilities
	q      []float64 // their variances p·(1-p); before, of logits, exponentials to be scaled
	scale  float64
	filled bool // x and p hold this row
	scan   scan

	arg     int     // most likely class, the first among equals
	against float64 // odds against it: (1 - p[arg]) / p[arg], to full precision
	entropy float64
	spread  float64      // variance of the surprisal under p
	moments xent.Moments // of logits
	log     float64      // and ln(1 + Others)
	given   bool         // scores are probabilities
	group   uint64
	grouped bool
	keys    []string // for each key of Block.By
}

// stored are the scores of a row where the reader has put them, of one type or the other.
type stored struct {
	narrow []float32
	wide   []float64
}

func storedOf[T xent.Float](scores []T) (s stored) {
	switch x := any(scores).(type) {
	case []float32:
		s.narrow = x
	case []float64:
		s.wide = x
	}
	return s
}

func (s *stored) at(k int) float64 {
	if s.narrow != nil {
		return float64(s.narrow[k])
	}
	return s.wide[k]
}

// tally adds the row's probabilities to sums of the classes. Where the row has its maximum, which stands for much of
// what there is to add, 1-p is not a difference.
func (r *row) tally(sums kern.Shares) {
	p := r.moments.Confidence()
	r.q[r.arg] = 0
	kern.F64.Tally(sums, r.q, r.scale*p)
	sums.Add(r.arg, p, p*p*r.against)
}

// fill makes x and p of logits, which few rows need.
func (r *row) fill() {
	if r.filled {
		return
	}
	r.filled = true
	for k := range r.x {
		r.x[k] = r.stored.at(k)
		r.p[k] = r.moments.Prob(r.x[k])
	}
}

// A scan is what one look at the scores of a row, as stored, tells.
type scan struct {
	min, max, sum float64 // over the row; meaningless with a NaN
	odd           bool    // some score may be infinite or NaN
	nan, pos, neg int     // counts of those
	largest       float64 // magnitude, of the finite scores
}

// look makes one pass over scores.
func look[T xent.Float](scores []T) (s scan) {
	s.min, s.max, s.sum = kern.Of[T]().Extent(scores)
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
	r.given, r.filled = false, false
	if len(scores) == 1 {
		r.x[0], r.x[1] = 0, float64(scores[0])
		r.stored = storedOf(r.x)
		r.measure(kern.F64.Measure(r.x, math.NaN(), r.q))
	} else {
		r.stored = storedOf(scores)
		r.measure(kern.Of[T]().Measure(scores, r.scan.max+(r.scan.sum-r.scan.sum), r.q))
	}
	m := &r.moments
	if m.Others != m.Others {
		return false
	}
	r.arg, r.against = m.Arg, m.Others
	r.entropy, r.spread = r.log-m.S1/(1+m.Others), m.Varentropy()
	return true
}

// measure takes the sums of the row over, Q2 not being among them.
func (r *row) measure(s kern.Sums, scale float64) {
	r.moments = xent.Moments{Max: s.Max, Arg: s.Arg, Others: s.S0, S1: s.S1, S2: s.S2}
	r.scale, r.log = scale, math.Log1p(s.S0)
}

// simplex reads scores as probabilities, as they stand: nothing is clipped or renormalised, but a
// value below 0, which the tolerance of rounding lets pass, counts as 0.
// A single score p stands for the probabilities [1-p, p]. No score is NaN or infinite.
func simplex[T xent.Float](r *row, scores []T) {
	r.given, r.filled = true, true
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
			r.q[k] = float64(info.Surprisal(p))
			h += p * r.q[k]
		}
	}
	var v float64
	for k, p := range r.p {
		if p > 0 {
			d := h - r.q[k]
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
	if z := r.stored.at(k); z != r.moments.Max { // also +Inf
		return r.log - (z - r.moments.Max)
	}
	return r.log
}

// confidence returns the probability of the most likely class.
func (r *row) confidence() float64 {
	if r.given {
		return r.p[r.arg]
	}
	return r.moments.Confidence()
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
	other := -1
	for j, v := range r.x {
		if j != k && (other < 0 || v > r.x[other]) {
			other = j
		}
	}
	return r.cost(other) - r.cost(k)
}

// key is the number of what the row is independent of others by: its group, or itself.
func (r *row) key() uint64 {
	if r.grouped {
		return r.group
	}
	return uint64(r.id)
}
