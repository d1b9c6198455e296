package lab

import (
	"math"

	"xent/info"
)

// SoftmaxCurveParams asks how the entropy of a softmax and its loss depend on the temperature.
type SoftmaxCurveParams struct {
	Logits  []float64
	Label   int
	Unit    Unit
	Samples int // 2 to 400
}

// SoftmaxCurveView holds curves over the temperatures from MinTemperature to MaxTemperature, evenly
// spaced in log T.
type SoftmaxCurveView struct {
	Entropy []Point // X is T, Y is H(p)
	Loss    []Point // X is T, Y is L, where it fits the frame
	Ceiling float64 // the limit of the entropy
	Top     float64 // the top of the frame, which depends on the number of classes alone
}

// SoftmaxCurve samples entropy and loss against temperature, in the unit asked for.
//
//	H rises from the log of the number of largest logits to the log of the number of classes.
//	L is lowest where the expected logit is that of the true class: dL/d(1/T) = Σ p·z - z[c]
//
// Special values: an excluded true class has an infinite loss at every temperature; Loss is then empty.
// Errors: [ParamError].
func SoftmaxCurve(params SoftmaxCurveParams) (SoftmaxCurveView, error) {
	c := checker{fn: "SoftmaxCurve"}
	c.unit(params.Unit)
	c.tempered(params.Logits, 1)
	c.integer("label", params.Label, 0, len(params.Logits)-1)
	c.integer("samples", params.Samples, 2, 400)
	if !c.ok() {
		return SoftmaxCurveView{}, c.result()
	}
	unit := params.Unit
	v := SoftmaxCurveView{Top: roundTop(1.6 * unit.of(info.Surprisal(1/float64(len(params.Logits)))))}
	for i := range params.Samples {
		t := temperatureAt(i, params.Samples)
		row := tempered(params.Logits, t)
		v.Ceiling = unit.of(row.ceiling)
		v.Entropy = append(v.Entropy, Point{t, unit.of(row.entropy)})
		if loss := unit.of(weighted(1, row.logs[params.Label])); loss <= v.Top {
			v.Loss = append(v.Loss, Point{t, loss})
		}
	}
	return v, nil
}

// temperatureAt is temperature i of so many, evenly spaced in its logarithm; the ends are exact.
func temperatureAt(i, samples int) float64 {
	switch i {
	case 0:
		return MinTemperature
	case samples - 1:
		return MaxTemperature
	}
	s := float64(i) / float64(samples-1)
	return MinTemperature * math.Exp(s*math.Log(MaxTemperature/MinTemperature))
}
