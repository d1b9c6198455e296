package doctor

import (
	"math"

	"xent/internal/stat"
)

// A FlowNoise is how far the gradients of micro-batches of one step lie apart: n gradients of the same parameters, each the
// mean over its own Batch examples. It holds two numbers for each of them.
type FlowNoise struct {
	Batch int64 // examples of a micro-batch

	squares []float64 // |gᵢ|²
	dots    []float64 // gᵢ·Σg
}

// Add adds the next numbers of all gradients: g[i] are those of micro-batch i, as many of each.
func (n *FlowNoise) Add(g [][]float64) {
	if n.squares == nil {
		n.squares, n.dots = make([]float64, len(g)), make([]float64, len(g))
	}
	for k := range g[0] {
		sum := 0.0
		for i := range g {
			sum += g[i][k]
		}
		for i := range g {
			n.squares[i] += g[i][k] * g[i][k]
			n.dots[i] += g[i][k] * sum
		}
	}
}

// Batches returns how many micro-batches there are.
func (n *FlowNoise) Batches() int { return len(n.squares) }

// A NoiseScale says how many examples it takes until the gradient of their mean is more signal than noise.
type NoiseScale struct {
	Signal float64 // |G|², of the gradient of the mean loss over all examples that could be drawn
	Noise  float64 // tr Σ, of the covariance of the gradients of single examples

	// Scale is Noise / Signal, in examples. From Low to High, which may be infinite, is an interval of 95 % confidence.
	Scale, Low, High float64
}

// Scale estimates the gradient noise scale B = tr Σ / |G|². With G for the true gradient, of n micro-batches of b examples
//
//	E gᵢ·gⱼ = |G|²  (i ≠ j)        E |gᵢ|² = |G|² + tr Σ / b
//
// so that the mean dot product of pairs estimates the one, unbiased, and what squares are above it the other. The interval is
// that of the jackknife over micro-batches for 1/B, which has no pole where the signal is not told apart from 0: there B has no
// upper end. With 8 micro-batches or more it held the truth in 95 to 99 of 100 simulated cases: it is wider than it need be where
// noise prevails. All are NaN of fewer
// than 3 micro-batches, and where a gradient is not finite; where all are alike, the scale is 0.
//
// Source: McCandlish et al. 2018, appendix A; Quenouille 1956 and Tukey 1958 on the jackknife.
func (n *FlowNoise) Scale() NoiseScale {
	count := float64(len(n.squares))
	var sum, square float64 // |Σg|², Σ|g|²
	for i, s := range n.squares {
		sum += n.dots[i]
		square += s
	}
	s := n.of(count, sum, square)
	if count < 3 || math.IsNaN(sum-square) {
		return NoiseScale{math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN()}
	}
	if s.Noise <= 0 {
		return NoiseScale{Signal: s.Signal} // all alike
	}
	inverse := make([]float64, len(n.squares)) // 1/B without each
	mean := 0.0
	for i, own := range n.squares {
		without := n.of(count-1, sum-2*n.dots[i]+own, square-own)
		inverse[i] = without.Signal / without.Noise
		mean += inverse[i] / count
	}
	deviation := 0.0
	for _, x := range inverse {
		deviation += (x - mean) * (x - mean)
	}
	if math.IsNaN(deviation) { // without one of them all are alike
		s.High = math.Inf(1)
		return s
	}
	half := stat.StudentQuantile(.05, count-1) * math.Sqrt(deviation*(count-1)/count)
	at := s.Signal / s.Noise
	s.Low, s.High = 1/(at+half), math.Inf(1)
	if at+half <= 0 {
		s.Low = math.Inf(1)
	}
	if at-half > 0 {
		s.High = 1 / (at - half)
	}
	return s
}

// of estimates from count gradients, the square of their sum and the sum of their squares.
func (n *FlowNoise) of(count, sum, square float64) (s NoiseScale) {
	s.Signal = (sum - square) / (count * (count - 1))
	s.Noise = float64(n.Batch) * (square/count - s.Signal)
	s.Scale = s.Noise / s.Signal
	if s.Signal <= 0 {
		s.Scale = math.Inf(1)
	}
	return s
}

// muchNoise is how far a batch must be from the noise scale, at the near end of its interval, to be called small or large.
const muchNoise = 10

var gradientNoise = Detector{
	ID: "gradient-noise", Code: "G04", Summary: "a batch far from the size at which a gradient is as much signal as noise",
	Flow: func(f *Flow) *Finding {
		if f.Noise == nil {
			return nil
		}
		s := f.Noise.Scale()
		batch := float64(f.Noise.Batch) * float64(f.Noise.Batches())
		evidence := figures.add("batch", batch, Plain).add("noise_scale", s.Scale, Plain).add("low", s.Low, Plain).add("high", s.High, Plain)
		switch {
		case s.Low > muchNoise*batch:
			return &Finding{Severity: Note,
				Evidence: evidence,
				Says:     "the gradient of these {batch} examples is mostly noise: it takes {low} or more until half of it is signal",
				Else:     "micro-batches that are not drawn at random: sorted by class or by length",
				Fix:      "a larger batch, or more steps of accumulation, would save steps almost in proportion",
			}
		case s.High < batch/muchNoise:
			return &Finding{Severity: Note,
				Evidence: evidence,
				Says:     "the gradient of these {batch} examples has little noise left: {high} or fewer are as much signal as noise",
				Else:     "micro-batches that share examples",
				Fix:      "a smaller batch would learn nearly as much in a step, and take less time for it",
			}
		}
		return nil
	},
}
