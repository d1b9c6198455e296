package kern

import "math"

// HVP stores c·(diag(p) - p·pᵀ)·v in dst, which may be v, for the softmax p of the row x:
//
//	p[j]·(w[j] - Σ p[k]·w[k])     w = v - v[arg]
//
// Seen from the likeliest class, whose weight is then 0, the mean of w is a sum of the others alone: a
// sure row, of which nearly nothing is left, keeps its digits.
func HVP[T Float](dst []T, r *Row, x, v []T, c float64) {
	if !r.Valid() {
		for j := range dst {
			dst[j] = T(math.NaN())
		}
		return
	}
	base := float64(v[r.Arg])
	var mean Sum
	for j, d := range v {
		if p, _ := r.Prob(j, float64(x[j])); j != r.Arg && p != 0 {
			mean.Add(p * (float64(d) - base))
		}
	}
	m := mean.Value()
	for j, d := range v {
		p, _ := r.Prob(j, float64(x[j]))
		if p == 0 {
			dst[j] = 0
			continue
		}
		dst[j] = T(c * p * ((float64(d) - base) - m))
	}
}

// Curve returns the second derivative of [Bernoulli.Term] without focus and margin,
//
//	(P·t' + N·(1-t'))·p·q/Temp²
func (b *Bernoulli) Curve(x, t float64) float64 {
	z, rest := gap(x, 0, b.Temp)
	if z > 0 {
		z, rest = -z, -rest
	}
	e := Exp(z, rest)
	up, down := (1-b.Smoothing)*t+b.Smoothing/2, (1-b.Smoothing)*(1-t)+b.Smoothing/2
	return (b.P*up + b.N*down) * (e / (1 + e) / (1 + e)) / b.Temp / b.Temp
}
