//go:build !js || training

package lab

import (
	"math"
	"strconv"
)

// The bounds of a race: how far it can be watched, and how long a racer is waited for.
const (
	MaxRaceSteps  = 1000
	MaxRaceFinish = 10000
)

// raceClose is how near to its target a racer counts as there.
const raceClose = 0.1

// racePoints is the most points of a racer's trail.
const racePoints = 100

// LossRaceParams sets two neurons off from the same logit, on the same label, at the same learning rate.
type LossRaceParams struct {
	Target float64 // y in [0, 1]
	Start  float64 // the logit of both
	Rate   float64 // above 0, at most 1000
	Steps  int     // how many have been made: 0 to 1000
	Unit   Unit
}

// LossRaceView is how far each has come.
type LossRaceView struct {
	CrossEntropy, SquaredError Racer
	Length                     float64 // of the chart, in steps
}

// Racer is one neuron: the way it came, and where it is.
type Racer struct {
	Points []Point // X the step, Y the probability; from the start to Steps
	Prob   float64
	Finish int // the first step within 0.1 of the target, -1 if none of the first 10 000 is
	Text   RacerText
}

// RacerText is where a racer is as it is printed; Finish is empty if it was not waited for.
type RacerText struct{ Logit, Prob, Loss, Slope, Finish string }

// LossRace makes gradient steps on the logit of two neurons, whose only parameter is that logit: one on
// cross-entropy in nats, one on squared error.
//
//	z ← z - η·(p-y)                    z ← z - η·2·(p-y)·p·(1-p)
//
// Nothing can overflow: no step is longer than η.
// Errors: [ParamError].
func LossRace(params LossRaceParams) (LossRaceView, error) {
	c := checker{fn: "LossRace"}
	c.inRange("target", params.Target, 0, 1)
	c.inRange("start", params.Start, -MaxLogit, MaxLogit)
	c.inRange("rate", params.Rate, 1e-6, 1000)
	c.integer("steps", params.Steps, 0, MaxRaceSteps)
	c.unit(params.Unit)
	if !c.ok() {
		return LossRaceView{}, c.result()
	}
	ce, atCE := run(params, prediction.crossEntropySlope)
	se, atSE := run(params, prediction.squaredErrorSlope)
	ce.Text.Loss = figure(params.Unit.of(atCE.crossEntropy(params.Target)))
	off := atSE.off(params.Target)
	se.Text.Loss = figure(off * off)
	return LossRaceView{CrossEntropy: ce, SquaredError: se, Length: raceLength(params.Steps, ce.Finish, se.Finish)}, nil
}

// run makes one racer's steps, and goes on without a trail until it is there.
func run(params LossRaceParams, slope func(d prediction, y float64, along Coordinate) float64) (Racer, prediction) {
	y := params.Target
	stride := max(1, (params.Steps+racePoints-1)/racePoints)
	r := Racer{Finish: -1}
	var now prediction
	z := params.Start
	for n := 0; n <= MaxRaceFinish && (n <= params.Steps || r.Finish < 0); n++ {
		d := prediction{z: z, p: sigmoid(z), q: sigmoid(-z)}
		if r.Finish < 0 && math.Abs(d.off(y)) <= raceClose {
			r.Finish = n
		}
		if n <= params.Steps && n%stride == 0 || n == params.Steps {
			r.Points = append(r.Points, Point{X: float64(n), Y: d.p})
		}
		step := slope(d, y, ByLogit)
		if n == params.Steps {
			now = predicting(ByLogit, z)
			r.Prob = d.p
			r.Text = RacerText{Logit: Fixed(z, 3), Prob: figure(d.p), Slope: Significant(step, slopeDigits)}
		}
		z -= params.Rate * step
	}
	if r.Finish >= 0 {
		r.Text.Finish = strconv.Itoa(r.Finish)
	}
	return r, now
}

// raceLength is how many steps the chart shows: until both are there if it can hold that, and all that were made.
func raceLength(steps, finishCE, finishSE int) float64 {
	if finishCE < 0 || finishSE < 0 {
		return MaxRaceSteps
	}
	length := roundTop(max(25, 1.1*float64(max(finishCE, finishSE))))
	return min(max(length, float64(steps)), MaxRaceSteps)
}
