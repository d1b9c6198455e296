package lab

import (
	"math"
	"strconv"
)

// Style says how [Format] writes a number.
type Style string

// The styles: a fixed number of decimals, significant digits, or the shortest text that reads back as the same number.
const (
	StyleFixed       Style = "fixed"
	StyleSignificant Style = "significant"
	StyleShortest    Style = "shortest"
)

// FormatParams are numbers to print.
type FormatParams struct {
	Values []float64
	Style  Style
	Digits int // decimals or significant digits; not used by "shortest"
}

// FormatView holds the text of each value.
type FormatView struct{ Texts []string }

// maxFormatted bounds the values of one call, maxDigits their digits.
const (
	maxFormatted = 4096
	maxDigits    = 17
)

// Format prints numbers the way every view of this package prints them.
//
// Special values: "∞", "-∞", "NaN"; what rounds to zero has no sign.
// Errors: [ParamError] for an unknown style or digits outside 0 … 17 (1 … 17 for significant).
//
//lab:everywhere
func Format(params FormatParams) (FormatView, error) {
	c := checker{fn: "Format"}
	c.length("values", len(params.Values), 0, maxFormatted)
	var format func(float64) string
	switch params.Style {
	case StyleFixed:
		c.integer("digits", params.Digits, 0, maxDigits)
		format = func(x float64) string { return Fixed(x, params.Digits) }
	case StyleSignificant:
		c.integer("digits", params.Digits, 1, maxDigits)
		format = func(x float64) string { return Significant(x, params.Digits) }
	case StyleShortest:
		format = Shortest
	default:
		c.fail("style", quote(string(params.Style)), `"fixed", "significant" or "shortest"`)
	}
	if !c.ok() {
		return FormatView{}, c.result()
	}
	return FormatView{Texts: mapTexts(params.Values, format)}, nil
}

// Fixed prints x with the given number of decimals: "1.2955", "-0.0413", "∞".
func Fixed(x float64, decimals int) string {
	if text, ok := special(x); ok {
		return text
	}
	return unsignedZero(strconv.FormatFloat(x, 'f', decimals, 64))
}

// Significant prints x with the given number of significant digits, plainly while that
// stays short and with a power of ten otherwise: "0.05103", "7.013", "9.026e-4", "1.2e+9".
func Significant(x float64, digits int) string {
	if text, ok := special(x); ok {
		return text
	}
	if x == 0 {
		return "0"
	}
	mantissa, exponent := scientific(x, digits-1)
	if exponent < -3 || exponent >= max(digits, 6) {
		return mantissa + "e" + shortExponent(exponent)
	}
	return strconv.FormatFloat(x, 'f', max(digits-1-exponent, 0), 64)
}

// Shortest prints x so that reading the text gives x again: for code, links and data.
func Shortest(x float64) string { return shortest(x, 64) }

// shortest is [Shortest] of a float32 or a float64, by its bits.
func shortest(x float64, bits int) string {
	if text, ok := special(x); ok {
		return text
	}
	if x == 0 {
		return "0"
	}
	if a := math.Abs(x); a >= 1e-4 && a < 1e16 {
		return strconv.FormatFloat(x, 'f', -1, bits)
	}
	mantissa, exponent := mantissaOf(strconv.FormatFloat(x, 'e', -1, bits))
	return mantissa + "e" + shortExponent(exponent)
}

// special prints what is no finite number.
func special(x float64) (string, bool) {
	switch {
	case math.IsNaN(x):
		return "NaN", true
	case math.IsInf(x, 1):
		return "∞", true
	case math.IsInf(x, -1):
		return "-∞", true
	}
	return "", false
}

// shortExponent prints -4 as "-4" and 9 as "+9".
func shortExponent(e int) string {
	if e < 0 {
		return strconv.Itoa(e)
	}
	return "+" + strconv.Itoa(e)
}

// scientific splits a finite x into mantissa and power of ten, with so many decimals.
func scientific(x float64, decimals int) (mantissa string, exponent int) {
	return mantissaOf(strconv.FormatFloat(x, 'e', decimals, 64))
}

// mantissaOf splits a number that is printed with a power of ten.
func mantissaOf(text string) (mantissa string, exponent int) {
	e := len(text) - 1
	for text[e] != 'e' {
		e--
	}
	return text[:e], int(digitsOf(text[e+1:])) // strconv.Atoi would bring the tables of its error along
}

// digitsOf reads a printed number without its point: "-1.2955" is -12955.
func digitsOf(text string) float64 {
	n, sign := 0.0, 1.0
	for _, c := range []byte(text) {
		switch {
		case c == '-':
			sign = -1
		case c != '.' && c != '+':
			n = 10*n + float64(c-'0')
		}
	}
	return sign * n
}

// unsignedZero removes the sign of a printed number whose digits are all zero.
func unsignedZero(text string) string {
	if text[0] == '-' && digitsOf(text) == 0 {
		return text[1:]
	}
	return text
}

// mapTexts prints each value.
func mapTexts(values []float64, format func(float64) string) []string {
	texts := make([]string, len(values))
	for i, x := range values {
		texts[i] = format(x)
	}
	return texts
}

// fixedAll prints each value with the given number of decimals.
func fixedAll(values []float64, decimals int) []string {
	return mapTexts(values, func(x float64) string { return Fixed(x, decimals) })
}

// tidy returns x at so many significant digits.
func tidy(x float64, digits int) float64 {
	if x == 0 || math.IsInf(x, 0) {
		return x
	}
	step := math.Pow10(digits - 1 - int(math.Floor(math.Log10(math.Abs(x)))))
	if math.IsInf(step, 0) || step == 0 {
		return x
	}
	return math.Round(x*step) / step
}
