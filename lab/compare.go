//go:build !js || training

package lab

import (
	"math"
)

// CompareLossesParams is the state of explorer E6: one yes-or-no prediction and its label.
type CompareLossesParams struct {
	Target float64    // y: 0, 1, or a soft label between
	Given  Coordinate // which coordinate At is
	At     float64    // a probability in [0, 1], or a logit; ±Inf are the certain predictions
	Along  Coordinate // the coordinate of the formula
	Unit   Unit       // of the cross-entropy; its slopes are those of the loss in nats, which is what is trained on
}

// CompareLossesView is what the two losses say about one prediction.
type CompareLossesView struct {
	Prob, Logit  float64 // with four and five significant digits, as sliders take them; a p below 1 stays below
	CrossEntropy LossAt
	SquaredError LossAt
	Ratio        float64 // of the slopes, the same along either coordinate: 1/(2·p·(1-p)), never below 2
	Text         CompareLossesText
	Formula      CompareLossesFormula
	Code         CompareLossesCode
}

// LossAt is one loss at a prediction, with its slope along both coordinates.
type LossAt struct {
	Loss           float64
	SlopeP, SlopeZ float64
	Text           LossAtText
}

// LossAtText is a [LossAt] as it is printed: a cross-entropy with four decimals, all else with four significant digits.
type LossAtText struct{ Loss, SlopeP, SlopeZ string }

// CompareLossesText holds the figures of a [CompareLossesView] that belong to both losses.
type CompareLossesText struct {
	Prob, Logit, Ratio, Odds string // Odds is (1-p)/p
}

// CompareLossesFormula holds the printed inputs of the formulas. Their digits are chosen so that a calculator, given
// them, prints the losses, the ratio, and the slopes along one coordinate as they are printed.
type CompareLossesFormula struct {
	P, Q, Off  string        // p, 1-p and p-y
	Complement bool          // a calculator gets p-y as -(1-p), for p is too near to its label 1
	Met        bool          // a calculator gets p-y as Off, for p is too near to its soft label
	Terms      []FormulaTerm // of the cross-entropy: y·(-log p) and (1-y)·(-log(1-p))
	Log        string        // "ln" or "log2"
}

// CompareLossesCode holds the literals of the code tabs.
type CompareLossesCode struct {
	Target, Logit              string // shortest decimal text
	CrossEntropy, SquaredError string // six decimals, the cross-entropy in nats
	SlopeCE, SlopeSE           string // along the logit, six decimals
}

// CompareLosses evaluates cross-entropy and squared error of one yes-or-no prediction, and how hard each pulls:
//
//	                 loss                            slope along p          slope along z
//	cross-entropy    -y·log p - (1-y)·log(1-p)       (p-y)/(p·(1-p))        p - y
//	squared error    (p-y)²                          2·(p-y)                2·(p-y)·p·(1-p)
//
// Either slope along z is the one along p times dp/dz = p·(1-p), so their ratio is the same: 1/(2·p·(1-p)).
//
// Special values: at p = 0 and p = 1 the loss is ∞ where the label has mass on the other side, and its slope along p
// ±∞, while those along z are finite; 0·∞ = 0. What is smaller than a float64 is printed with the power of ten that its
// logarithm gives.
// Errors: [ParamError] for a target or probability outside [0, 1] and a logit outside ±10⁴ that is not infinite.
func CompareLosses(params CompareLossesParams) (CompareLossesView, error) {
	c := checker{fn: "CompareLosses"}
	c.inRange("target", params.Target, 0, 1)
	c.unit(params.Unit)
	c.coordinate("given", params.Given)
	c.coordinate("along", params.Along)
	c.place("at", params.At, params.Given)
	if !c.ok() {
		return CompareLossesView{}, c.result()
	}

	y, unit := params.Target, params.Unit
	d := predicting(params.Given, params.At)
	off := d.off(y)
	v := CompareLossesView{
		Prob:  tidy(d.p, 4),
		Logit: tidy(d.z, 5),
		CrossEntropy: LossAt{
			Loss:   unit.of(d.crossEntropy(y)),
			SlopeP: d.crossEntropySlope(y, ByProb),
			SlopeZ: d.crossEntropySlope(y, ByLogit),
		},
		SquaredError: LossAt{
			Loss:   off * off,
			SlopeP: d.squaredErrorSlope(y, ByProb),
			SlopeZ: d.squaredErrorSlope(y, ByLogit),
		},
		Ratio: 1 / (2 * d.p * d.q),
	}
	if v.Prob == 1 {
		v.Prob = d.p
	}
	v.print(d, y, unit)
	v.findFormula(d, params)
	v.Code = CompareLossesCode{
		Target:       Shortest(y),
		Logit:        Shortest(d.z),
		CrossEntropy: Fixed(float64(d.crossEntropy(y)), 6),
		SquaredError: Fixed(v.SquaredError.Loss, 6),
		SlopeCE:      Fixed(v.CrossEntropy.SlopeZ, 6),
		SlopeSE:      Fixed(v.SquaredError.SlopeZ, 6),
	}
	return v, nil
}

// slopeDigits are the significant digits of everything that E6 prints beside the cross-entropy.
const slopeDigits = 4

// print fills in the texts.
func (v *CompareLossesView) print(d prediction, y float64, unit Unit) {
	off, both := d.lnOff(y), d.lnP+d.lnQ
	text := func(x, ln float64) string { return sized(x, ln, slopeDigits) }
	v.CrossEntropy.Text = LossAtText{
		Loss:   figure(v.CrossEntropy.Loss),
		SlopeP: text(v.CrossEntropy.SlopeP, off-both),
		SlopeZ: text(v.CrossEntropy.SlopeZ, off),
	}
	if v.CrossEntropy.Loss < tiny && !math.IsInf(off, -1) {
		v.CrossEntropy.Text.Loss = text(0, off+math.Log(unit.of(1))) // -ln(1-x) is x where x is that small
	}
	v.SquaredError.Text = LossAtText{
		Loss:   text(v.SquaredError.Loss, 2*off),
		SlopeP: text(v.SquaredError.SlopeP, math.Ln2+off),
		SlopeZ: text(v.SquaredError.SlopeZ, math.Ln2+off+both),
	}
	v.Text = CompareLossesText{
		Prob:  probFigure(d),
		Logit: Significant(d.z, slopeDigits),
		Ratio: text(v.Ratio, -math.Ln2-both),
		Odds:  text(d.q/d.p, d.lnQ-d.lnP),
	}
}

// probFigure prints p: four decimals, or four significant digits of a small one.
func probFigure(d prediction) string {
	if d.p < tiny && !math.IsInf(d.lnP, -1) {
		return sized(d.p, d.lnP, slopeDigits)
	}
	return figure(d.p)
}

// lnOff returns ln|p-y|.
func (d prediction) lnOff(y float64) float64 {
	switch y {
	case 0:
		return d.lnP
	case 1:
		return d.lnQ
	}
	return math.Log(math.Abs(d.p - y))
}

// place wants a probability or a logit.
func (c *checker) place(param string, at float64, along Coordinate) {
	if along == ByProb {
		c.inRange(param, at, 0, 1)
	} else if !math.IsInf(at, 0) {
		c.inRange(param, at, -MaxLogit, MaxLogit)
	}
}

// nearLabel is how near a probability must be to a soft label for their printed difference to lack a digit.
const nearLabel = 1e-6

// findFormula prints p, 1-p and p-y with the least number of digits, from four, with which a calculator gets the
// printed results.
func (v *CompareLossesView) findFormula(d prediction, params CompareLossesParams) {
	y, f := params.Target, &v.Formula
	f.Log = params.Unit.logName()
	f.Complement = y == 1 && d.lnP > nearOne
	f.Met = 0 < y && y < 1 && math.Abs(d.off(y)) < nearLabel
	for digits := slopeDigits; digits <= maxDigits; digits++ {
		p, lnP := probText(d.lnP, digits)
		q, lnQ := probText(d.lnQ, digits)
		off := sized(d.off(y), d.lnOff(y), digits)
		f.P, f.Q, f.Off = trimZeros(p), trimZeros(q), trimZeros(off)
		printed := prediction{p: math.Exp(lnP), q: math.Exp(lnQ), lnP: lnP, lnQ: lnQ}
		if v.reproducedBy(printed, readNumber(off), params) {
			break
		}
	}
	cost := func(w, lp float64) string { return figure(params.Unit.of(weighted(w, lp))) }
	f.Terms = []FormulaTerm{
		{Weight: Shortest(y), Prob: f.P, Cost: cost(y, d.lnP), Zero: y == 0},
		{Weight: trimZeros(Fixed(1-y, 12)), Prob: f.Q, Cost: cost(1-y, d.lnQ), Zero: y == 1},
	}
}

// reproducedBy reports whether the printed inputs, as a prediction and as off = p-y, give the printed results.
func (v *CompareLossesView) reproducedBy(p prediction, off float64, params CompareLossesParams) bool {
	y, ce, se := params.Target, v.CrossEntropy.Text, v.SquaredError.Text
	if !printsAs(params.Unit.of(p.crossEntropy(y)), ce.Loss) || !printsAs(off*off, se.Loss) ||
		!printsAs(1/(2*p.p*p.q), v.Text.Ratio) {
		return false
	}
	if params.Along == ByLogit {
		subtracted := p.p - y
		switch {
		case v.Formula.Complement:
			subtracted = -p.q
		case v.Formula.Met:
			subtracted = off
		}
		return printsAs(subtracted, ce.SlopeZ) && printsAs(2*off*p.p*p.q, se.SlopeZ)
	}
	slope := off / (p.p * p.q)
	switch y {
	case 0:
		slope = 1 / p.q
	case 1:
		slope = -1 / p.p
	}
	return printsAs(slope, ce.SlopeP) && printsAs(2*off, se.SlopeP)
}
