//go:build !js

package eval

import (
	"math"
	"math/rand/v2"
)

const (
	mostExact = 20   // groups of which all signs are tried
	flipDraws = 9999 // else: p is a multiple of 1/10000
)

// flipped returns the probability that Σ ±c is at least as far from 0 as Σ c, when every sign is drawn by itself: the
// two models are then the same but for chance. With up to 20 groups all signs are tried, else draws of them.
//
// Source: Fisher 1935.
func flipped(groups []float64, seed uint64) (p float64, draws int, all bool) {
	var c []float64
	total, size := 0.0, 0.0
	for _, x := range groups {
		if x != 0 {
			c = append(c, x)
			total += x
			size += math.Abs(x)
		}
	}
	if len(c) == 0 {
		return 1, 0, true
	}
	reach := math.Abs(total) - 1e-12*size // sums in another order tie
	if len(c) <= mostExact {
		return allFlips(c, reach), 1 << len(c), true
	}
	return someFlips(c, reach, seed), flipDraws, false
}

// allFlips returns the share of all signs of c whose sum is at least reach from 0. Half of them are tried: the others
// mirror them. Each differs from the one before in one sign (Gray 1953).
func allFlips(c []float64, reach float64) float64 {
	sum := 0.0
	for _, x := range c {
		sum += x
	}
	sign := make([]float64, len(c))
	for i := range sign {
		sign[i] = 1
	}
	n := 1 << (len(c) - 1)
	hits := 0
	for i := 0; ; {
		if math.Abs(sum) >= reach {
			hits++
		}
		if i++; i == n {
			return float64(hits) / float64(n)
		}
		flip := 0
		for i>>flip&1 == 0 {
			flip++
		}
		sign[flip] = -sign[flip]
		sum += 2 * sign[flip] * c[flip]
	}
}

// someFlips estimates the same from [flipDraws] draws, the measured signs counted as one more.
func someFlips(c []float64, reach float64, seed uint64) float64 {
	r := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	hits := 1
	for range flipDraws {
		sum := 0.0
		for from := 0; from < len(c); from += 64 {
			signs := r.Uint64()
			for _, x := range c[from:min(from+64, len(c))] {
				sum += math.Float64frombits(math.Float64bits(x) ^ signs<<63)
				signs >>= 1
			}
		}
		if math.Abs(sum) >= reach {
			hits++
		}
	}
	return float64(hits) / (flipDraws + 1)
}

// mcNemar returns the exact two-sided p of b against c rows that only one model has right: twice the smaller tail
// of the binomial of b + c tosses of a coin, 1 at most.
//
// Source: McNemar 1947.
func mcNemar(b, c int64) float64 {
	n, k := float64(b+c), float64(min(b, c))
	if b == c {
		return 1
	}
	ln, _ := math.Lgamma(n + 1)
	tail := 0.0
	for i := k; i >= 0; i-- {
		li, _ := math.Lgamma(i + 1)
		lj, _ := math.Lgamma(n - i + 1)
		t := math.Exp(ln - li - lj - n*math.Ln2)
		if tail += t; t < tail*1e-17 {
			break
		}
	}
	return min(2*tail, 1)
}
