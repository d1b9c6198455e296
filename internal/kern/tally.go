package kern

// ShareBits is the precision of [Shares]: they count in units of 2^-ShareBits.
const ShareBits = 53

// Shares are sums over rows, one for each class, of what rows of logits say: with p the probability of a class and
// q = p·(1-p),
//
//	Expected = Σ p   Doubt = Σ q   Peaked = Σ q²
//
// Each term is cut to a whole number of units, so that no order of the rows changes a bit.
type Shares struct{ Expected, Doubt, Peaked []uint64 }

// From returns the sums of the classes from first on.
func (s Shares) From(first int) Shares {
	return Shares{s.Expected[first:], s.Doubt[first:], s.Peaked[first:]}
}

// Add adds a class of probability p and q = p·(1-p).
func (s Shares) Add(class int, p, q float64) {
	const unit = 1 << ShareBits
	s.Expected[class] += uint64(int64(p * unit))
	s.Doubt[class] += uint64(int64(q * unit))
	s.Peaked[class] += uint64(int64(q * q * unit))
}

func tally(s Shares, e []float64, scale float64) {
	for j, v := range e {
		p := float64(scale * v)
		s.Add(j, p, p-float64(p*p)) // the conversions keep products from being fused with the difference
	}
}

// extent sums in eight lanes, and blocks on their own, as the kernels do.
func extent[T Float](x []T) (low, high, sum float64) {
	lo, hi := x[0], x[0]
	for ; len(x) > 0; x = x[min(measureStep, len(x)):] {
		var lanes [8]float64
		for j, v := range x[:min(measureStep, len(x))] {
			lanes[j&7] += float64(v)
			if v < lo {
				lo = v
			}
			if v > hi {
				hi = v
			}
		}
		sum += folded(&lanes)
	}
	return float64(lo), float64(hi), sum
}
