package calib

import "math"

// LeastLoss returns the least mean loss, in nats, that goes with an accuracy: a wrong answer gives its label at most
// 1/2, so that no predictions whatever lose less than (1-a)·ln 2.
func LeastLoss(accuracy float64) float64 { return (1 - accuracy) * math.Ln2 }

// Fano returns the largest mean loss, in nats, of a calibrated model of that accuracy,
//
//	h(a) + (1-a)·ln(K-1)      h(a) = -a·ln a - (1-a)·ln(1-a)
//
// Source: Fano 1961.
func Fano(accuracy float64, classes int) float64 {
	a := accuracy
	return entropyOf(a) + entropyOf(1-a) + (1-a)*math.Log(float64(max(classes-1, 1)))
}

// FanoOf returns the largest value of [Fano] that goes with a share of right answers among n rows. The accuracy behind
// them may be lower by 5 standard errors: where no row is wrong, the true share of wrong ones may still be 25/n.
//
// Source: Wilson 1927, for the interval.
func FanoOf(share float64, classes int, n float64) float64 {
	const z2 = 25
	low := (share + z2/2/n - math.Sqrt(z2*(share*(1-share)/n+z2/4/n/n))) / (1 + z2/n)
	if chance := 1 / float64(classes); low < chance && chance < share {
		return math.Log(float64(classes)) // the bound is highest there
	}
	return Fano(low, classes)
}

// entropyOf returns -p·ln p, 0 at 0.
func entropyOf(p float64) float64 {
	if p <= 0 {
		return 0
	}
	return 0 - p*math.Log(p)
}
