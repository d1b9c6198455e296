//go:build !js || training

package lab

import (
	"math"

	"xent/info"
)

// Precision is the arithmetic that a loss is computed in.
type Precision string

// The precisions of IEEE 754 that frameworks train in and that this package computes in.
const (
	Single Precision = "float32"
	Double Precision = "float64"
)

// round returns x as a number of the precision; what is too large is ±Inf.
func (f Precision) round(x float64) float64 {
	if f == Single {
		return float64(float32(x))
	}
	return x
}

// MaxPosWeight is the largest weight of the positive label.
const MaxPosWeight = 1000

// BinaryLossParams is the state of explorer E2: one logit and its label.
type BinaryLossParams struct {
	Target    float64 // y: 0, 1, or a soft label between
	Logit     float64 // z, at most 10⁴ in size
	PosWeight float64 // w ≥ 0, the weight of the positive term; 1 is the usual loss
	Precision Precision
	Unit      Unit // of the loss; its slope is that of the loss in nats
}

// BinaryLossView is the binary cross-entropy of one logit, and two ways to compute it.
type BinaryLossView struct {
	Prob, Loss, Slope float64
	Text              BinaryLossText
	Formula           BinaryLossFormula
	Naive, Stable     Way
	Code              BinaryLossCode
}

// BinaryLossText holds the figures as they are printed.
type BinaryLossText struct{ Prob, Loss, Nats, Slope string }

// BinaryLossFormula holds printed inputs with which a calculator gets the printed results.
type BinaryLossFormula struct {
	Logit, P, Q, Weight, Label, Rest string        // z, p, 1-p, w·y, y, 1-y
	Complement                       bool          // a calculator gets p-y as -(1-p), for p is too near to its label 1
	Terms                            []FormulaTerm // w·y·(-log p) and (1-y)·(-log(1-p)); their costs are left out
	Log                              string
}

// Way is one way to compute the loss in nats, in the arithmetic of the precision: what each step gives.
type Way struct {
	Steps []string // the last is the loss; "0·∞" is no number
	Right bool     // the loss is right but for rounding
	Off   string   // the relative error in percent, where the loss is finite and not right
}

// BinaryLossCode holds the literals of the code tabs.
type BinaryLossCode struct{ Target, Logit, PosWeight, Nats, Slope string }

// BinaryLoss evaluates the binary cross-entropy of one logit, and computes it both ways.
//
//	p = σ(z)    L = -w·y·log p - (1-y)·log(1-p)        ∂L/∂z = (1-y)·p - w·y·(1-p), which is p - y for w = 1
//
//	naive     e^-z, 1+e^-z, p, 1-p, ln p, ln(1-p), the sum: every step is rounded to the precision
//	stable    e^-|z|, ln(1+e^-|z|), softplus(-z), softplus(z), w·y·softplus(-z) + (1-y)·softplus(z)
//
// The naive way loses 1-p from z = 37 in float64, 17 in float32, and p from z = -710 and -89; it then gives ∞ or,
// where 0 meets ∞, no number.
// Errors: [ParamError].
func BinaryLoss(params BinaryLossParams) (BinaryLossView, error) {
	c := checker{fn: "BinaryLoss"}
	c.binary(params.Target, params.PosWeight, params.Precision, params.Unit)
	c.inRange("logit", params.Logit, -MaxLogit, MaxLogit)
	if !c.ok() {
		return BinaryLossView{}, c.result()
	}

	y, wy := params.Target, params.PosWeight*params.Target
	d := predicting(ByLogit, params.Logit)
	nats := weighted(wy, d.lnP) + weighted(1-y, d.lnQ)
	v := BinaryLossView{Prob: d.p, Loss: params.Unit.of(nats), Slope: d.weightedSlope(y, params.PosWeight)}
	lnSlope := math.Log(math.Abs(v.Slope))
	switch { // one side alone keeps its digits
	case y == 1:
		lnSlope = math.Log(wy) + d.lnQ
	case wy == 0:
		lnSlope = math.Log(1-y) + d.lnP
	}
	text := func(loss, scale float64) string { // -ln(1-x) is x where x is below every float64
		if loss < tiny && !math.IsInf(lnSlope, -1) {
			return sized(loss, lnSlope+math.Log(scale), slopeDigits)
		}
		return figure(loss)
	}
	v.Text = BinaryLossText{
		Prob:  probFigure(d),
		Loss:  text(v.Loss, params.Unit.of(1)),
		Nats:  text(float64(nats), 1),
		Slope: sized(v.Slope, lnSlope, slopeDigits),
	}
	v.findFormula(d, params)
	v.Naive = params.Precision.judged(params.naive(), float64(nats))
	v.Stable = params.Precision.judged(params.stable(), float64(nats))
	v.Code = BinaryLossCode{
		Target: Shortest(y), Logit: Shortest(params.Logit), PosWeight: Shortest(params.PosWeight),
		Nats: Fixed(float64(nats), 6), Slope: Fixed(v.Slope, 6),
	}
	return v, nil
}

// weightedSlope returns (1-y)·p - w·y·(1-p), and its sign where it is below every float64.
func (d prediction) weightedSlope(y, w float64) float64 {
	if y == 1 {
		return -w * d.q
	}
	return (1-y)*d.p - w*y*d.q
}

// binary wants the parameters of a binary cross-entropy.
func (c *checker) binary(target, posWeight float64, precision Precision, unit Unit) {
	c.inRange("target", target, 0, 1)
	c.inRange("posWeight", posWeight, 0, MaxPosWeight)
	c.unit(unit)
	if precision != Single && precision != Double {
		c.fail("precision", quote(string(precision)), `"float32" or "float64"`)
	}
}

// findFormula prints p and 1-p with the least number of digits, from four, that give the printed results.
func (v *BinaryLossView) findFormula(d prediction, params BinaryLossParams) {
	y, wy, f := params.Target, params.PosWeight*params.Target, &v.Formula
	f.Logit, f.Log, f.Label = Shortest(params.Logit), params.Unit.logName(), Shortest(y)
	f.Complement = y == 1 && d.lnP > nearOne
	f.Weight, f.Rest = trimZeros(Fixed(wy, 12)), trimZeros(Fixed(1-y, 12))
	for digits := slopeDigits; digits <= maxDigits; digits++ {
		p, lnP := probText(d.lnP, digits)
		q, lnQ := probText(d.lnQ, digits)
		f.P, f.Q = trimZeros(p), trimZeros(q)
		printed := prediction{p: math.Exp(lnP), q: math.Exp(lnQ)}
		loss := params.Unit.of(weighted(wy, lnP) + weighted(1-y, lnQ))
		subtracted := f.Complement || params.PosWeight != 1 || printsAs(printed.p-y, v.Text.Slope)
		if subtracted && printsAs(loss, v.Text.Loss) && printsAs(printed.weightedSlope(y, params.PosWeight), v.Text.Slope) {
			break
		}
	}
	f.Terms = []FormulaTerm{
		{Weight: f.Weight, Prob: f.P, Zero: wy == 0},
		{Weight: f.Rest, Prob: f.Q, Zero: y == 1},
	}
}

// naive takes the logarithm of the sigmoid, each step rounded to the precision.
func (params BinaryLossParams) naive() []float64 {
	r, y := params.Precision.round, params.Target
	e := r(math.Exp(-r(params.Logit)))
	sum := r(1 + e)
	p := r(1 / sum)
	q := r(1 - p)
	lnP, lnQ := r(logProb(p)), r(logProb(q))
	loss := 0 - r(r(r(params.PosWeight*y)*lnP)+r(r(1-y)*lnQ))
	return []float64{e, sum, p, q, lnP, lnQ, loss}
}

// stable keeps the logit, each step rounded to the precision.
func (params BinaryLossParams) stable() []float64 {
	r, y, z := params.Precision.round, params.Target, params.Precision.round(params.Logit)
	e := r(math.Exp(-math.Abs(z)))
	l := r(math.Log1p(e))
	pos, neg := r(max(-z, 0)+l), r(max(z, 0)+l)
	return []float64{e, l, pos, neg, r(r(r(params.PosWeight*y)*pos) + r(r(1-y)*neg))}
}

// judged prints the steps of a way with seven digits, what float32 has, and compares its loss with the right one.
// What is no number came from 0·∞.
func (f Precision) judged(steps []float64, right float64) Way {
	const digits = 7
	w := Way{Steps: mapTexts(steps, func(x float64) string {
		if math.IsNaN(x) {
			return "0·∞"
		}
		return trimZeros(Significant(x, digits))
	})}
	tolerance, least := 1e-12, tiny // a logit that is rounded moves e^-z by its own size
	if f == Single {
		tolerance, least = 1e-5, 1e-37
	}
	off := math.Abs(steps[len(steps)-1] - right)
	w.Right = off <= max(tolerance*right, least)
	if !w.Right && off < math.Inf(1) {
		w.Off = Significant(100*off/right, 2)
	}
	return w
}

// BinaryCurvesParams asks for the curves of E2.
type BinaryCurvesParams struct {
	Target, PosWeight float64
	Precision         Precision
	Unit              Unit
	Samples           int // 2 to 1000
}

// BinaryCurvesView is the curves inside the frames of their two charts.
type BinaryCurvesView struct {
	Sigmoid, Slope []Point // z from -8 to 8
	Loss, Naive    []Point // z from -50 to 50; the naive one where it is a finite number
	Bottom, Top    float64 // of the first frame: the slopes fit, and 1
	LossTop        float64 // of the second
	NaiveEnd       string  // what the naive loss is behind its last point: "∞", "0·∞" or nothing
}

// The ends of the logits on the charts of E2.
const (
	sigmoidLogit = 8.0
	hingeLogit   = 50.0
)

// BinaryCurves samples the sigmoid and the slope of the loss where they bend, and the loss, computed both ways, as far as
// the naive one fails.
//
// Errors: [ParamError].
func BinaryCurves(params BinaryCurvesParams) (BinaryCurvesView, error) {
	c := checker{fn: "BinaryCurves"}
	c.binary(params.Target, params.PosWeight, params.Precision, params.Unit)
	c.integer("samples", params.Samples, 2, 1000)
	if !c.ok() {
		return BinaryCurvesView{}, c.result()
	}

	y, w := params.Target, params.PosWeight
	v := BinaryCurvesView{Bottom: -roundTop(max(1, w*y)), Top: 1}
	at := BinaryLossParams{Target: y, PosWeight: w, Precision: params.Precision}
	for i := range params.Samples {
		s := 2*float64(i)/float64(params.Samples-1) - 1
		z := s * sigmoidLogit
		d := predicting(ByLogit, z)
		v.Sigmoid = append(v.Sigmoid, Point{X: z, Y: d.p})
		v.Slope = append(v.Slope, Point{X: z, Y: d.weightedSlope(y, w)})

		at.Logit = s * hingeLogit
		d = predicting(ByLogit, at.Logit)
		loss := params.Unit.of(weighted(w*y, d.lnP) + weighted(1-y, d.lnQ))
		v.Loss = append(v.Loss, Point{X: at.Logit, Y: loss})
		v.LossTop = max(v.LossTop, loss)
		steps := at.naive()
		switch naive := steps[len(steps)-1]; {
		case math.IsNaN(naive):
			v.NaiveEnd = "0·∞"
		case math.IsInf(naive, 0):
			v.NaiveEnd = "∞"
		default:
			v.Naive = append(v.Naive, Point{X: at.Logit, Y: params.Unit.of(info.Nats(naive))})
		}
	}
	v.LossTop = roundTop(v.LossTop)
	return v, nil
}
