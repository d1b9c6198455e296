package lab

import "math"

// JacobianParams is a row of logits at a temperature.
type JacobianParams struct {
	Logits      []float64
	Temperature float64
}

// JacobianView is the matrix of all slopes of a softmax, row by row: how each probability answers to each logit.
type JacobianView struct {
	Values  []float64 // dp[i]/dz[j] at i·K + j
	Texts   []string
	Largest float64 // the largest size of a value
}

// Jacobian returns the derivatives of p = softmax(z/T).
//
//	dp[i]/dz[j] = p[i]·([i=j] - p[j]) / T        (diag(p) - p·pᵀ) / T
//
// It is symmetric. Its rows sum to 0 because a shift of all logits moves nothing, its columns because the
// probabilities always sum to 1.
// Errors: [ParamError].
func Jacobian(params JacobianParams) (JacobianView, error) {
	c := checker{fn: "Jacobian"}
	c.tempered(params.Logits, params.Temperature)
	if !c.ok() {
		return JacobianView{}, c.result()
	}
	row := tempered(params.Logits, params.Temperature)
	v := JacobianView{}
	for i, p := range row.probs {
		for j, q := range row.probs {
			slope := -p * q
			switch {
			case i == j && p > 0.5:
				slope = p * row.doubt // 1 - p would lose the digits of a confident row
			case i == j:
				slope = p * (1 - p)
			}
			v.Values = append(v.Values, slope/params.Temperature)
			v.Largest = max(v.Largest, math.Abs(slope/params.Temperature))
		}
	}
	v.Texts = mapTexts(v.Values, figure)
	return v, nil
}
