package xent

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Sampler draws the classes of a [SampledCrossEntropy], each in proportion to a weight.
type Sampler struct {
	share []float64 // of each class; they sum to 1
	live  int       // classes with a share

	// Walker's table: a slot, picked evenly, is its class with probability keep and else other.
	keep  []float64
	other []int
}

// NewSampler returns a Sampler of classes by weights, which are finite, not negative, and not all 0. Counts
// of words to the power of ¾ are word2vec's weights; ln((c+2)/(c+1)) for class c, the most frequent being
// class 0, TensorFlow's log-uniform ones; even ones sample evenly.
//
// Errors: *OptionError.
// Source: Walker 1977, the table; Vose 1991, how it is made.
func NewSampler(weights []float64) (*Sampler, error) {
	const fn = "NewSampler"
	most := 0.0
	for c, w := range weights {
		if !(w >= 0 && w <= math.MaxFloat64) {
			return nil, &OptionError{fn, "weights[" + itoa(c) + "]", float(w), "a finite weight ≥ 0"}
		}
		most = max(most, w)
	}
	if most == 0 {
		return nil, &OptionError{fn, "weights", "nothing above 0", "a class that can be drawn"}
	}
	n, sum := len(weights), 0.0
	for _, w := range weights {
		sum += w / most
	}
	s := &Sampler{share: make([]float64, n), keep: make([]float64, n), other: make([]int, n)}
	var small, large []int // slots that are not yet full, and those that have to give
	for c, w := range weights {
		if share := w / most / sum; share > 1e-300 { // below, it would never be drawn
			s.share[c] = share
			s.live++
		}
		s.keep[c], s.other[c] = s.share[c]*float64(n), c
		if s.keep[c] < 1 {
			small = append(small, c)
		} else {
			large = append(large, c)
		}
	}
	for len(small) > 0 && len(large) > 0 {
		c, from := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		s.other[c] = from
		if s.keep[from] -= 1 - s.keep[c]; s.keep[from] < 1 {
			large = large[:len(large)-1]
			small = append(small, from)
		}
	}
	for _, c := range small { // full but for rounding, unless it is never drawn
		if s.share[c] > 0 {
			s.keep[c] = 1
		} else {
			s.other[c] = slices.Index(weights, most)
		}
	}
	return s, nil
}

// Draw draws n classes, each of them by itself: a class may come more than once, and is expected n times
// its share.
//
// Memory: n classes.
func (s *Sampler) Draw(n int, rng *rand.Rand) Samples {
	classes := make([]int, n)
	for i := range classes {
		c := rng.IntN(len(s.keep))
		if rng.Float64() >= s.keep[c] {
			c = s.other[c]
		}
		classes[i] = c
	}
	return Samples{Classes: classes, LogExpected: func(c int) float64 { return math.Log(float64(n) * s.share[c]) }}
}

// DrawDistinct draws n different classes, or all that can be drawn if they are fewer: those that come first
// when each comes after an exponential time of which its share is the rate. Where t is when n others have
// come, a class is expected 1 - e^(-share·t) times, and once if they never do; sums over the classes drawn
// that are corrected so have the right mean.
//
// Memory: two numbers for each class, of which there may be many more than n.
// Source: Duffield, Lund and Thorup 2007, priority sampling; its conditioning on the others.
func (s *Sampler) DrawDistinct(n int, rng *rand.Rand) Samples {
	time, order := make([]float64, len(s.share)), make([]float64, 0, s.live)
	for c, q := range s.share {
		time[c] = math.Inf(1)
		if q > 0 {
			time[c] = rng.ExpFloat64() / q
			order = append(order, time[c])
		}
	}
	end, last := math.Inf(1), 0.0 // when n others have come, for a class that has come and for one that has not
	if n < s.live {
		end = kthSmallest(order, n, rng)
	}
	classes := make([]int, 0, min(n, s.live))
	for c, t := range time {
		if t < end {
			classes = append(classes, c)
			last = max(last, t)
		}
	}
	return Samples{Classes: classes, LogExpected: func(c int) float64 {
		t := end
		if time[c] >= end {
			t = last
		}
		return math.Log(-math.Expm1(-s.share[c] * t))
	}}
}

// kthSmallest returns the element of x that k others are below or equal to, and reorders x.
func kthSmallest(x []float64, k int, rng *rand.Rand) float64 {
	for len(x) > 1 {
		pivot := x[rng.IntN(len(x))]
		lo, i, hi := 0, 0, len(x) // x[:lo] < pivot, x[lo:i] = pivot, x[hi:] > pivot
		for i < hi {
			switch v := x[i]; {
			case v < pivot:
				x[lo], x[i] = v, x[lo]
				lo++
				i++
			case v > pivot:
				hi--
				x[i], x[hi] = x[hi], v
			default:
				i++
			}
		}
		switch {
		case k < lo:
			x = x[:lo]
		case k < hi:
			return pivot
		default:
			x, k = x[hi:], k-hi
		}
	}
	return x[0]
}
