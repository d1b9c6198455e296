package eval

import "strconv"

// warn fills in the doubts.
func (a *Accumulator) warn(r *Report) {
	r.Warnings = []Warning{}
}

// exactly renders x with all its digits.
func exactly(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
