package lab

import "math"

// MaxShift bounds what [MaxTrick] adds to all logits.
const MaxShift = 10000

// MaxTrickParams asks for a softmax in single precision, as a graphics card computes it.
type MaxTrickParams struct {
	Logits      []float64
	Temperature float64
	Shift       float64 // c, added to every logit; at most MaxShift either way
	Trick       bool    // subtract the largest logit first
}

// MaxTrickView follows the computation step by step, class by class.
type MaxTrickView struct {
	Exponents []float64 // x = (z + c)/T in float32, less the largest with the trick
	Powers    []float64 // e^x in float32
	Sum       float64   // Σ e^x in float32
	Text      MaxTrickText
}

// MaxTrickText holds the figures of a [MaxTrickView] as they are printed.
type MaxTrickText struct {
	Exponents, Powers []string
	Shares            []string // e^x / Σ e^x in float32; "∞/∞" or "0/0" where that is no number
	Sum               string
	Off               string // the largest error of a share against full precision, "" if one is no number
	Moved             string // the largest change of a probability by the shift, in float64
}

// MaxTrick computes p = softmax((z + c)/T) in float32,
//
//	p = e^(x - m) / Σ e^(x - m)        m = max x with the trick, 0 without
//
// e^x is ∞ in float32 above 88.7 and 0 below -103.3. With the trick the largest exponent is 0: no
// exponential can overflow and the sum is at least 1.
//
// Errors: [ParamError].
func MaxTrick(params MaxTrickParams) (MaxTrickView, error) {
	c := checker{fn: "MaxTrick"}
	c.tempered(params.Logits, params.Temperature)
	c.inRange("shift", params.Shift, -MaxShift, MaxShift)
	if !c.ok() {
		return MaxTrickView{}, c.result()
	}
	classes := len(params.Logits)
	shifted, exponents, powers := make([]float64, classes), make([]float64, classes), make([]float64, classes)
	for i, z := range params.Logits {
		shifted[i] = z + params.Shift
		exponents[i] = float64(float32(shifted[i]) / float32(params.Temperature))
	}
	top := 0.0
	if params.Trick {
		top = maxOf(exponents)
	}
	var sum float32
	for i := range exponents {
		exponents[i] = float64(float32(exponents[i]) - float32(top))
		powers[i] = exp32(exponents[i])
		sum += float32(powers[i])
	}
	v := MaxTrickView{Exponents: exponents, Powers: powers, Sum: float64(sum)}
	v.Text.Exponents = mapTexts(exponents, func(x float64) string { return Significant(x, 6) })
	v.Text.Powers = mapTexts(powers, text32)
	v.Text.Sum = text32(v.Sum)
	truth := tempered(params.Logits, params.Temperature).probs
	after := tempered(shifted, params.Temperature).probs
	off, moved := 0.0, 0.0
	v.Text.Shares = mapTexts(powers, func(e float64) string {
		share := float32(e) / sum
		if share != share {
			off = math.Inf(1)
			return text32(e) + "/" + v.Text.Sum
		}
		return text32(float64(share))
	})
	for i, p := range truth {
		off = max(off, math.Abs(float64(float32(powers[i])/sum)-p))
		moved = max(moved, math.Abs(after[i]-p))
	}
	if off <= 1 {
		v.Text.Off = Significant(off, 2)
	}
	v.Text.Moved = Significant(moved, 2)
	return v, nil
}

// exp32 returns e^x rounded to a float32, ∞ where that overflows.
func exp32(x float64) float64 {
	e := math.Exp(x)
	if e > math.MaxFloat32 {
		return math.Inf(1)
	}
	return float64(float32(e))
}

// text32 prints a number of single precision with four significant digits.
func text32(x float64) string { return Significant(x, 4) }
