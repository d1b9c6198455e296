package lab

import (
	"math"

	"xent/info"
)

// logSoftmax stores log softmax(z) in dst and returns log Σ exp(z).
func logSoftmax(dst, z []float64) float64 {
	m := math.Inf(-1)
	for _, x := range z {
		m = max(m, x)
	}
	s := 0.0
	for _, x := range z {
		s += math.Exp(x - m)
	}
	for i, x := range z {
		dst[i] = x - m - math.Log(s)
	}
	return m + math.Log(s)
}

func entropy(p []float64) info.Nats {
	h := 0.0
	for _, x := range p {
		if x > 0 {
			h -= x * math.Log(x)
		}
	}
	return info.Nats(h)
}

func surprisal(p float64) info.Nats { return info.Nats(-math.Log(p)) }

func perplexity(n info.Nats) float64 { return math.Exp(float64(n)) }
