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
