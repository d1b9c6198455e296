package kern

import "math"

// Expm1Less returns e^x - 1 - x ≥ 0, to full precision also near 0, where it is x²/2.
func Expm1Less(x float64) float64 {
	if !(math.Abs(x) < 1) {
		if math.IsInf(x, 1) {
			return x
		}
		return math.Expm1(x) - x
	}
	sum, term := 0.0, x
	for n := 2.0; n < 24; n++ {
		term *= x / n
		if sum += term; math.Abs(term) < 0x1p-56*sum {
			break
		}
	}
	return sum
}

// VarianceGap returns ½·(v - 1 - ln v) ≥ 0 of v > 0 and its logarithm, to full precision also near 1.
func VarianceGap(v, ln float64) float64 {
	switch {
	case math.IsInf(v, 1):
		return v
	case math.Abs(v-1) < 0.25:
		return Expm1Less(math.Log1p(v-1)) / 2
	}
	return (v - 1 - ln) / 2
}
