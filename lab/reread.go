package lab

import "math"

// printsAs reports whether x, rounded to the digits of text, is text; between two neighbours either will do, and
// beyond the range of a float64 no calculator can tell.
func printsAs(x float64, text string) bool {
	want := readNumber(text)
	return x == want || math.Abs(x-want) <= 0.5000001*lastDigit(text)
}

// readNumber reads what [Fixed] and [Significant] print.
func readNumber(text string) float64 {
	digits, place := readDigits(text)
	return digits * math.Pow10(place)
}

// lastDigit is what one unit in the last digit of a printed number is worth.
func lastDigit(text string) float64 {
	_, place := readDigits(text)
	return math.Pow10(place)
}

// readDigits splits a printed number into its digits, as a whole number, and the power of ten of the last one.
func readDigits(text string) (digits float64, place int) {
	head, exponent := cutPower(text)
	switch head {
	case "∞":
		return math.Inf(1), 0
	case "-∞":
		return math.Inf(-1), 0
	}
	for i := range len(head) {
		if head[i] == '.' {
			place = i + 1 - len(head)
		}
	}
	return digitsOf(head), place + int(digitsOf(exponent))
}

// trimZeros drops the last decimals that are 0: "0.0500" is "0.05", "9.100e-5" is "9.1e-5".
func trimZeros(text string) string {
	head, exponent := cutPower(text)
	_, place := readDigits(head)
	end := len(head)
	for ; place < 0 && head[end-1] == '0'; place++ {
		end--
	}
	if head[end-1] == '.' {
		end--
	}
	if exponent != "" {
		exponent = "e" + exponent
	}
	return head[:end] + exponent
}

// cutPower splits a printed number before its power of ten: "9.1e-5" is "9.1" and "-5". Package strings would bring
// the tables of Unicode along.
func cutPower(text string) (head, exponent string) {
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == 'e' {
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}
