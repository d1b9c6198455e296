package calib

import "math"

// ECE returns the expected calibration error of bins, the mean distance between confidence and accuracy:
//
//	ECE = Σ_b W_b/W · |confidence_b - accuracy_b|
//
// It is a share in [0, 1], and NaN without bins. Two biases pull at it. Within a bin over- and
// under-confidence cancel, so it is at most the true error. And chance alone keeps accuracy_b away from
// confidence_b, so that it is above 0 for a perfectly calibrated model - 0.04 for 1000 rows in 15 bins -
// and must be read beside its value under perfect calibration, [Null].
//
// Source: Naeini et al. 2015; equal-mass bins from Nixon et al. 2019.
func ECE(bins []Bin) float64 { return CalibrationError(bins, 1) }

// CalibrationError returns the norm p ≥ 1 of the distances between confidence and accuracy:
//
//	( Σ_b W_b/W · |confidence_b - accuracy_b|^p )^(1/p)
//
// 1 is [ECE], 2 the root of the mean square, which weighs large distances more, and +Inf the largest distance (MCE),
// which one small bin may decide. NaN without bins. The biases of ECE pull at all of them.
//
// Source: Naeini et al. 2015; Kumar, Liang and Ma 2019 for p = 2.
func CalibrationError(bins []Bin, norm float64) float64 {
	unit, largest := 1.0, 0.0
	for _, b := range bins {
		largest = max(largest, math.Abs(b.Confidence-b.Accuracy))
	}
	switch {
	case len(bins) == 0:
		return math.NaN()
	case math.IsInf(norm, 1) || largest == 0:
		return largest
	case norm != 1:
		unit = largest // so that no power leaves the range
	}
	var sum, weight float64
	for _, b := range bins {
		sum += b.Weight * math.Pow(math.Abs(b.Confidence-b.Accuracy)/unit, norm)
		weight += b.Weight
	}
	return unit * math.Pow(sum/weight, 1/norm)
}

// Wilson returns the 95 % interval of a share seen in n independent rows, which need not be whole.
//
//	(a + z²/2n ± z·√(a(1-a)/n + z²/4n²)) / (1 + z²/n)     z = 1.96
//
// It stays inside [0, 1] and is not empty at a = 0 or 1. For n = 0 it is [0, 1].
//
// Source: Wilson 1927.
func Wilson(share, n float64) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	const z2 = 1.959963984540054 * 1.959963984540054
	middle := share + z2/(2*n)
	half := math.Sqrt(z2 * (share*(1-share)/n + z2/(4*n*n)))
	low, high = (middle-half)/(1+z2/n), (middle+half)/(1+z2/n)
	if share == 0 {
		low = 0 // the formula's, but for rounding
	}
	if share == 1 {
		high = 1
	}
	return max(low, 0), min(high, 1)
}
