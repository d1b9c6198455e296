package lab

import (
	"math"
	"strconv"

	"xent/info"
)

// crossEntropyFormula chooses how many digits of each probability are printed: the least number,
// from four, with which the printed inputs give the printed result.
func crossEntropyFormula(v CrossEntropyView, logProbs []float64, unit Unit) CrossEntropyFormula {
	f := CrossEntropyFormula{
		Terms:  make([]FormulaTerm, len(v.Target)),
		Result: figure(v.Loss),
		Log:    unit.logName(),
	}
	for digits := 4; digits <= maxDigits; digits++ {
		reproduced := info.Nats(0)
		for i, t := range v.Target {
			prob, lp := probText(logProbs[i], digits)
			f.Terms[i] = FormulaTerm{Weight: Shortest(t), Prob: prob, Cost: figure(v.Terms[i]), Zero: t == 0}
			if t > 0 {
				reproduced += info.Nats(0 - t*lp)
			}
		}
		if figure(unit.of(reproduced)) == f.Result {
			break
		}
	}
	return f
}

// logName is the name of the logarithm whose values are in the unit u.
func (u Unit) logName() string {
	if u == Bits {
		return "log2"
	}
	return "ln"
}

// nearOne is the logarithm from which a probability is printed as 1 - x.
const nearOne = -1e-4

// probText prints the probability e^logp and returns the logarithm of what it printed.
// A probability too close to 1 for its digits is printed as 1 - x, one too small for a
// float64 with the power of ten that its logarithm gives.
func probText(logp float64, digits int) (text string, logOfText float64) {
	switch {
	case logp == 0:
		return "1", 0
	case math.IsInf(logp, -1):
		return "0", logp
	case logp > nearOne:
		rest := -math.Expm1(logp)
		mantissa, exponent := scientific(rest, digits-1)
		x := math.Exp(logOf(mantissa, exponent, digits))
		return "1 - " + Significant(rest, digits), math.Log1p(-x)
	case logp < smallest:
		mantissa, exponent := power(logp, digits)
		return mantissa + "e" + shortExponent(exponent), logOf(mantissa, exponent, digits)
	}
	p := math.Exp(logp)
	mantissa, exponent := scientific(p, digits-1)
	return Significant(p, digits), logOf(mantissa, exponent, digits)
}

// smallest is the logarithm below which a float64 begins to lose digits of a probability.
const smallest = -700

// probTexts prints the probabilities e^logp of a table, also those that a float64 cannot hold; of an excluded class
// "0", not "0.0000".
func probTexts(logs []float64) []string {
	return mapTexts(logs, func(logp float64) string {
		if logp < smallest {
			text, _ := probText(logp, 4)
			return text
		}
		return figure(math.Exp(logp))
	})
}

// perplexityText prints e^loss, also where that is beyond a float64.
func perplexityText(loss info.Nats) string {
	perplexity := loss.Perplexity()
	if math.IsInf(perplexity, 1) {
		return sized(perplexity, float64(loss), 4)
	}
	return figure(perplexity)
}

// power splits e^ln, which may lie beyond what a float64 holds, into a printed mantissa and a power of ten.
func power(ln float64, digits int) (mantissa string, exponent int) {
	exponent = int(math.Floor(ln / math.Ln10))
	mantissa = strconv.FormatFloat(math.Exp(ln-float64(exponent)*math.Ln10), 'f', digits-1, 64)
	if len(mantissa) > 1 && mantissa[1] == '0' { // 9.9996 was rounded up to 10.000
		return mantissa[:1] + mantissa[2:], exponent + 1
	}
	return mantissa, exponent
}

// logOf returns the logarithm of a number printed with so many digits: mantissa times ten to the exponent.
func logOf(mantissa string, exponent, digits int) float64 {
	return math.Log(digitsOf(mantissa)) + float64(exponent-(digits-1))*math.Ln10
}
