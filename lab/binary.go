package lab

import (
	"math"

	"xent/info"
)

// Coordinate says along what a loss is looked at: the probability that a model gives, or the logit behind it.
type Coordinate string

// The coordinates of one yes-or-no prediction. Training moves parameters, and through them the logit.
const (
	ByProb  Coordinate = "p"
	ByLogit Coordinate = "z"
)

// The bounds of a logit that can be asked for; p = 0 and p = 1 are ±Inf.
const MaxLogit = 1e4

// prediction is one yes-or-no prediction, with all its digits at both ends.
type prediction struct {
	z        float64 // logit, ln(p/(1-p))
	p, q     float64 // p = σ(z) and q = 1-p
	lnP, lnQ float64
}

// predicting returns the prediction at a place along one of its coordinates.
func predicting(along Coordinate, at float64) prediction {
	if along == ByProb {
		d := prediction{p: at, q: 1 - at, lnP: logProb(at), lnQ: math.Log1p(-at)}
		d.z = d.lnP - d.lnQ
		return d
	}
	return prediction{z: at, p: sigmoid(at), q: sigmoid(-at), lnP: 0 - softplus(-at), lnQ: 0 - softplus(at)}
}

// at is the place of the prediction along a coordinate.
func (d prediction) at(along Coordinate) float64 {
	if along == ByProb {
		return d.p
	}
	return d.z
}

// off returns p - y, for a label of 0 or 1 without cancellation.
func (d prediction) off(y float64) float64 {
	switch y {
	case 0:
		return d.p
	case 1:
		return -d.q
	}
	return d.p - y
}

// crossEntropy returns -y·ln p - (1-y)·ln(1-p), where 0·∞ = 0.
func (d prediction) crossEntropy(y float64) info.Nats {
	return weighted(y, d.lnP) + weighted(1-y, d.lnQ)
}

// crossEntropySlope returns the slope of the cross-entropy, in nats:
//
//	along p    -y/p + (1-y)/(1-p) = (p-y)/(p·(1-p))
//	along z    p - y
func (d prediction) crossEntropySlope(y float64, along Coordinate) float64 {
	switch {
	case along == ByLogit:
		return d.off(y)
	case y == 0:
		return 1 / d.q
	case y == 1:
		return -1 / d.p
	}
	return d.off(y) / (d.p * d.q)
}

// squaredErrorSlope returns the slope of (p-y)²:
//
//	along p    2·(p-y)
//	along z    2·(p-y)·p·(1-p)
func (d prediction) squaredErrorSlope(y float64, along Coordinate) float64 {
	if along == ByProb {
		return 2 * d.off(y)
	}
	return 2 * d.off(y) * d.p * d.q
}

// logProb returns ln p. The logarithm of package math is wrong below 2^-1022 on amd64.
func logProb(p float64) float64 { return 0 - float64(info.Surprisal(p)) }

// sigmoid returns 1/(1+e^-z), with all digits for negative z.
func sigmoid(z float64) float64 {
	e := math.Exp(-math.Abs(z))
	if z < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// softplus returns ln(1+e^z).
func softplus(z float64) float64 { return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) }

// tiny is the least size whose digits are surely those of its number.
const tiny = 1e-300

// sized prints x with significant digits. Where x has left the range of a float64, its sign and the logarithm of
// its size say what it is: "-1.136e-4343".
func sized(x, ln float64, digits int) string {
	if a := math.Abs(x); a > tiny && a < 1/tiny || math.IsInf(ln, 0) {
		return Significant(x, digits)
	}
	mantissa, exponent := power(ln, digits)
	sign := ""
	if math.Signbit(x) {
		sign = "-"
	}
	return sign + mantissa + "e" + shortExponent(exponent)
}

// coordinate wants one of the coordinates.
func (c *checker) coordinate(param string, along Coordinate) {
	if along != ByProb && along != ByLogit {
		c.fail(param, quote(string(along)), `"p" or "z"`)
	}
}
