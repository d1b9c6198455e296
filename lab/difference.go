//go:build !js || bench

package lab

import "math"

// DifferenceParams is one figure of two reports, with its standard errors; 0 for one that is not known.
type DifferenceParams struct{ A, B, SEA, SEB float64 }

// DifferenceView is how far B lies above A.
type DifferenceView struct {
	Value     float64 // B - A; 0 where it is not known
	Known     bool    // both are finite
	SE        float64 // 0 where it is not known
	Low, High float64 // of the interval of 95 %; both Value where the error is not known
	Apart     bool    // the interval does not hold 0
}

// Difference compares a figure of two reports, taking their rows as independent:
//
//	d = b - a,  se = √(se_a² + se_b²),  d ± 1.96·se
//
// On the same rows the errors of two models go together as a rule, and the difference is known better than
// this says.
//
// Special values: of infinite figures the difference is not known. Errors: [ParamError] for a NaN or a negative error.
func Difference(params DifferenceParams) (DifferenceView, error) {
	c := checker{fn: "Difference"}
	c.inRange("a", params.A, math.Inf(-1), math.Inf(1))
	c.inRange("b", params.B, math.Inf(-1), math.Inf(1))
	c.inRange("sea", params.SEA, 0, math.MaxFloat64)
	c.inRange("seb", params.SEB, 0, math.MaxFloat64)
	if !c.ok() {
		return DifferenceView{}, c.result()
	}
	if math.IsInf(params.A, 0) || math.IsInf(params.B, 0) {
		return DifferenceView{}, nil
	}
	v := DifferenceView{Value: params.B - params.A, Known: true}
	v.Low, v.High = v.Value, v.Value
	if params.SEA > 0 && params.SEB > 0 {
		const z = 1.959963984540054
		v.SE = math.Hypot(params.SEA, params.SEB)
		v.Low, v.High = v.Value-z*v.SE, v.Value+z*v.SE
		v.Apart = v.Low > 0 || v.High < 0
	}
	return v, nil
}
