package lab

import (
	"math"

	"xent/info"
)

// Axis is the scale of a probability axis.
type Axis string

// The axes: even steps of probability, or of its logarithm.
const (
	AxisLinear Axis = "linear"
	AxisLog    Axis = "log"
)

// Point is a place on a chart, in the units of its axes.
type Point struct{ X, Y float64 }

// LossCurveParams asks for the curve L = -log p and the place of one loss on it.
type LossCurveParams struct {
	Unit    Unit
	Axis    Axis
	Samples int     // 2 to 1000
	MinProb float64 // the left end of the log axis, above 0; not used by the linear axis, which starts at 0
	MaxLoss float64 // the top of the chart, in the unit
	Loss    float64 // the loss to mark, in the unit; may be +Inf
}

// LossCurveView is a curve inside the frame of its chart.
type LossCurveView struct {
	Points []Point // X is p, Y the loss, from left to right
	Marker Marker
	MinX   float64 // the frame: MinX ≤ X ≤ 1 and 0 ≤ Y ≤ MaxLoss
}

// Marker is a point that is drawn at the edge if it lies outside the frame.
type Marker struct {
	X, Y     float64 // inside the frame
	OffScale bool
	Text     string // the true value with its unit: "7.0131 nats"
}

// LossCurve samples L = -log p from left to right inside a frame. On the linear axis the samples
// crowd towards p = 0, where the curve is steep; the curve leaves the frame at its top.
//
// Errors: [ParamError].
func LossCurve(params LossCurveParams) (LossCurveView, error) {
	c := checker{fn: "LossCurve"}
	c.unit(params.Unit)
	c.integer("samples", params.Samples, 2, 1000)
	c.inRange("maxLoss", params.MaxLoss, 0.01, 1e6)
	c.inRange("loss", params.Loss, 0, math.Inf(1))
	switch params.Axis {
	case AxisLinear:
	case AxisLog:
		c.inRange("minProb", params.MinProb, 1e-300, 0.5)
	default:
		c.fail("axis", quote(string(params.Axis)), `"linear" or "log"`)
	}
	if !c.ok() {
		return LossCurveView{}, c.result()
	}

	unit := params.Unit
	top := probOf(unit.nats(params.MaxLoss)) // the curve meets the top of the frame here
	left, minX := top, 0.0
	if params.Axis == AxisLog {
		left, minX = max(top, params.MinProb), params.MinProb
	}
	v := LossCurveView{Points: make([]Point, params.Samples), MinX: minX}
	for i := range v.Points {
		s := float64(i) / float64(params.Samples-1)
		p := left + (1-left)*s*s*s
		if params.Axis == AxisLog {
			p = probOf(info.Nats((1 - s) * float64(info.Surprisal(left))))
		}
		if i == params.Samples-1 {
			p = 1
		}
		v.Points[i] = Point{X: p, Y: min(unit.of(info.Surprisal(p)), params.MaxLoss)}
	}
	v.Marker = lossMarker(params, minX)
	return v, nil
}

// lossMarker places the loss of params on the chart.
func lossMarker(params LossCurveParams, minX float64) Marker {
	p := probOf(params.Unit.nats(params.Loss))
	return Marker{
		X:        max(p, minX),
		Y:        min(params.Loss, params.MaxLoss),
		OffScale: p < minX || params.Loss > params.MaxLoss,
		Text:     figure(params.Loss) + " " + string(params.Unit),
	}
}

// SurprisalParams are probabilities.
type SurprisalParams struct {
	Probs []float64 // at most 1000
	Unit  Unit
}

// SurprisalView holds what an event of each probability costs, as numbers and as text.
type SurprisalView struct {
	Values []float64
	Texts  []string
}

// Surprisal returns -log p of each probability: the curve of [LossCurve] at chosen places.
//
// Special values: a probability of 0 costs +Inf.
// Errors: [ParamError].
//
//lab:everywhere
func Surprisal(params SurprisalParams) (SurprisalView, error) {
	c := checker{fn: "Surprisal"}
	c.unit(params.Unit)
	c.length("probs", len(params.Probs), 0, 1000)
	for i, p := range params.Probs {
		c.inRange(element("probs", i), p, 0, 1)
	}
	if !c.ok() {
		return SurprisalView{}, c.result()
	}
	v := SurprisalView{Values: make([]float64, len(params.Probs))}
	for i, p := range params.Probs {
		v.Values[i] = params.Unit.of(info.Surprisal(p))
	}
	v.Texts = mapTexts(v.Values, figure)
	return v, nil
}

// probOf returns the probability that costs n.
func probOf(n info.Nats) float64 { return math.Exp(-float64(n)) }
