//go:build !js || practice

package lab

import (
	"math"

	"xent/calib"
	"xent/doctor"
)

// LossMapParams is a line of a training log: so many classes, this loss, this accuracy.
type LossMapParams struct {
	Classes  int
	Loss     float64 // in the unit; may be +Inf
	Accuracy float64
	Samples  int // of the curve: 2 to 1000
	Unit     Unit
}

// LossMapView places the loss among those that are possible for its accuracy. Information is in the unit.
type LossMapView struct {
	Findings  []DoctorFinding
	Diagnosis string

	Uniform float64 // log K
	Floor   float64 // f, the least loss of softmax applied twice
	Double  float64 // f + 1 - a: what such a loss is for a network that has learnt its rows
	Lower   float64 // what the wrong answers cost at least
	Fano    float64 // what a calibrated model loses at most

	FanoCurve  []Point // X is the accuracy
	LowerLine  []Point
	DoubleLine []Point
	MaxLoss    float64 // the top of the chart, a round number
	Marker     Marker
	Text       LossMapText
	Code       LossMapCode
}

// LossMapText holds the figures as they are printed. Accuracy has the digits with which the printed line gives the
// printed Double.
type LossMapText struct{ Classes, Others, Loss, Accuracy, Uniform, Floor, Double, Lower, Fano, Log string }

// LossMapCode holds the literals of the code tabs: nats, whatever the unit.
type LossMapCode struct{ Loss, Accuracy, Floor, Double, Lower, Fano string }

// LossMap says what a loss and an accuracy tell together, without any rows:
//
//	(1-a)·ln 2 ≤ L                        by arithmetic
//	L ≤ h(a) + (1-a)·ln(K-1)              for a calibrated model
//	L ≈ f + 1 - a, f = ln(1 + (K-1)/e)    where softmax was applied twice
//
// Errors: [ParamError] for a number of classes outside 2 … 10⁶, an accuracy outside 0 … 1, a NaN.
func LossMap(params LossMapParams) (LossMapView, error) {
	c := checker{fn: "LossMap"}
	c.unit(params.Unit)
	c.integer("classes", params.Classes, 2, 1e6)
	c.inRange("loss", params.Loss, -1e6, math.Inf(1))
	c.inRange("accuracy", params.Accuracy, 0, 1)
	c.integer("samples", params.Samples, 2, 1000)
	if !c.ok() {
		return LossMapView{}, c.result()
	}

	k, a, unit := params.Classes, params.Accuracy, params.Unit
	nats := float64(unit.nats(params.Loss))
	of := func(x float64) float64 {
		if unit == Bits {
			return x / math.Ln2
		}
		return x
	}
	floor := doctor.Floor(k)
	v := LossMapView{
		Findings:   findings(doctor.Case{Log: &doctor.Log{Classes: k, Loss: nats, Accuracy: a}}, unit),
		Uniform:    of(math.Log(float64(k))),
		Floor:      of(floor),
		Double:     of(floor + 1 - a),
		Lower:      of(calib.LeastLoss(a)),
		Fano:       of(calib.Fano(a, k)),
		LowerLine:  []Point{{0, of(math.Ln2)}, {1, 0}},
		DoubleLine: []Point{{0, of(floor + 1)}, {1, of(floor)}},
	}
	v.Diagnosis = diagnosis(v.Findings, "This loss and this accuracy go together.")
	chance := 1 / float64(k) // below it the bound of Fano falls again; no model is asked to be worse
	for i := range params.Samples {
		x := chance + (1-chance)*float64(i)/float64(params.Samples-1)
		v.FanoCurve = append(v.FanoCurve, Point{x, of(calib.Fano(x, k))})
	}
	v.MaxLoss = roundTop(of(floor+1) * 1.15)
	y := min(max(params.Loss, 0), v.MaxLoss)
	v.Marker = Marker{X: a, Y: y, OffScale: y != params.Loss, Text: figure(params.Loss) + " " + string(unit)}
	v.Text = LossMapText{
		Classes: Shortest(float64(k)), Others: Shortest(float64(k - 1)), Loss: figure(params.Loss),
		Accuracy: Shortest(a), Uniform: figure(v.Uniform), Floor: figure(v.Floor),
		Double: figure(v.Double), Lower: figure(v.Lower), Fano: figure(v.Fano), Log: unit.logName(),
	}
	for digits := 3; digits < maxDigits; digits++ {
		short := tidy(a, digits)
		if figure(of(floor+1-short)) == v.Text.Double {
			v.Text.Accuracy = Shortest(short)
			break
		}
	}
	v.Code = LossMapCode{
		Loss: Shortest(tidy(nats, 6)), Accuracy: Shortest(tidy(a, 6)), Floor: Fixed(floor, 6), Double: Fixed(floor+1-tidy(a, 6), 6),
		Lower: Fixed(calib.LeastLoss(tidy(a, 6)), 6), Fano: Fixed(calib.Fano(tidy(a, 6), k), 6),
	}
	return v, nil
}
