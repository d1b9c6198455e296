package kern

import "math"

// Softplus returns ln(1+e^x) and σ(x) = 1/(1+e^-x) from one exponential, e = e^-|x|:
//
//	softplus(x) = max(x, 0) + log1p(e)     σ(x) = 1/(1+e) for x ≥ 0, e/(1+e) below
//
// Neither cancels anywhere: softplus(-800) = 0 with σ = 0, softplus(-20) = 2.06e-9.
// Softplus(-x) and σ(-x) are 1 - σ(x) and softplus(x) - x without their cancellation.
func Softplus(x float64) (softplus, sigmoid float64) {
	if x >= 0 {
		e := Exp(-x, 0)
		return x + math.Log1p(e), 1 / (1 + e)
	}
	e := Exp(x, 0) // NaN stays NaN
	return math.Log1p(e), e / (1 + e)
}

// binaryTerm returns t·softplus(-x) + (1-t)·softplus(x) and its derivative in x.
func binaryTerm(x, t float64) (loss, slope float64) {
	e := Exp(-math.Abs(x), 0)
	l := math.Log1p(e)
	near, far := 1/(1+e), e/(1+e) // σ(|x|), σ(-|x|)
	pos, neg := l, l              // softplus(-x), softplus(x)
	sp, sn := near, far           // σ(x), σ(-x)
	if x < 0 {
		pos -= x
		sp, sn = far, near
	} else {
		neg += x
	}
	return mul0(t, pos) + mul0(1-t, neg), (1-t)*sp - t*sn
}

// mul0 is a·b with 0·Inf = 0 for a = 0; NaN stays NaN.
func mul0(a, b float64) float64 {
	if a == 0 && b == b {
		return 0
	}
	return a * b
}

func binary[T Float](x, t []T) (sum Sum, nonFinite int) {
	t = t[:len(x)]
	for j, v := range x {
		l, _ := binaryTerm(float64(v), float64(t[j]))
		sum.Add(l)
		if l-l != 0 {
			nonFinite++
		}
	}
	return sum, nonFinite
}

func binaryGrad[T Float](dst, x, t []T, c float64) (sum Sum, nonFinite int) {
	t, dst = t[:len(x)], dst[:len(x)]
	for j, v := range x {
		l, g := binaryTerm(float64(v), float64(t[j]))
		dst[j] = T(c * g)
		sum.Add(l)
		if l-l != 0 {
			nonFinite++
		}
	}
	return sum, nonFinite
}
