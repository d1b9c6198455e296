package report

import (
	"math"
	"strconv"
	"strings"
)

// Measured writes a value with its standard error in brackets, in units of the value's last digit:
// 0.9689(58) is 0.9689 with standard error 0.0058. The error keeps two digits, three when they
// begin with 1, so that it is rounded by less than 5 %; and as many more as a value above its
// error needs to show four of its own, because people compare it with their logs: 0.1285(265).
//
// Without a usable error (NaN, 0, ±Inf, or larger than any digit worth showing) the value stands
// alone with five digits.
func Measured(x, se float64) string {
	if !finite(x) || !finite(se) || se <= 0 {
		return Short(x, 5)
	}
	exp := decade(se)
	digits := 2
	if leading := se / math.Pow10(exp); leading < 1.995 {
		digits = 3
	}
	if math.Abs(x) > se {
		digits = max(digits, 4-(decade(x)-exp))
	}
	places := digits - 1 - exp
	if places < 0 || places > 12 {
		return Short(x, 5) + " ± " + Short(se, 2)
	}
	unit := math.Round(se * math.Pow10(places))
	return strconv.FormatFloat(x, 'f', places, 64) + "(" + bracket(unit, places, digits) + ")"
}

// bracket writes an error of unit·10^-places. One that reaches above the decimal point is written
// in full, 12.3(1.5), because 12.3(15) would be read as 15.
func bracket(unit float64, places, digits int) string {
	if places > 0 && places < digits {
		return strconv.FormatFloat(unit/math.Pow10(places), 'f', places, 64)
	}
	return strconv.FormatFloat(unit, 'f', 0, 64)
}

// decade is the power of ten of x's first digit: 1 for 20, -2 for 0.013.
func decade(x float64) int {
	s := strconv.FormatFloat(x, 'e', -1, 64)
	e, _ := strconv.Atoi(s[strings.IndexByte(s, 'e')+1:])
	return e
}

// Short writes x with at most digits significant digits, plainly where that is readable and with
// an exponent where it is not; ∞ and NaN as words a reader knows.
func Short(x float64, digits int) string {
	switch a := math.Abs(x); {
	case math.IsNaN(x):
		return "NaN"
	case math.IsInf(x, 1):
		return "∞"
	case math.IsInf(x, -1):
		return "-∞"
	case a == 0:
		return "0"
	case a >= 1e7 || a < 1e-4:
		return strconv.FormatFloat(x, 'e', max(digits-3, 0), 64)
	default:
		places := max(digits-1-decade(a), 0)
		s := strconv.FormatFloat(x, 'f', places, 64)
		return s
	}
}

// Fixed writes x with a number of decimals, for columns.
func Fixed(x float64, places int) string {
	switch {
	case math.IsNaN(x):
		return "NaN"
	case math.IsInf(x, 1):
		return "∞"
	case math.IsInf(x, -1):
		return "-∞"
	}
	s := strconv.FormatFloat(x, 'f', places, 64)
	if strings.Trim(s, "-0.") == "" {
		return strings.TrimPrefix(s, "-") // -0.00 is 0.00
	}
	return s
}

// Signed is Short with a plus sign in front of what is above zero.
func Signed(x float64, digits int) string {
	if x > 0 {
		return "+" + Short(x, digits)
	}
	return Short(x, digits)
}

// Percent writes a share of one: 96.9 %. It never rounds something up to all or down to nothing.
func Percent(x float64) string {
	switch {
	case !finite(x):
		return Short(x, 1)
	case x < 1 && x > 0.9995:
		return "> 99.9 %"
	case x > 0 && x < 0.0005:
		return "< 0.1 %"
	case x == 0 || x == 1:
		return strconv.FormatFloat(100*x, 'f', 0, 64) + " %"
	}
	return strconv.FormatFloat(100*x, 'f', 1, 64) + " %"
}

// Chance writes a p-value; one too small to matter as a bound.
func Chance(p float64) string {
	switch {
	case math.IsNaN(p):
		return "p = NaN"
	case p < 0.001:
		return "p < 0.001"
	}
	return "p = " + Short(p, 2)
}

// Count writes n in groups of three digits from 10,000 on: 1,281,167.
func Count(n int64) string {
	s := strconv.FormatInt(n, 10)
	if n > -10000 && n < 10000 {
		return s
	}
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	var b strings.Builder
	for i, c := range []byte(s) {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(c)
	}
	return sign + b.String()
}

// Bytes writes a size in powers of 1000: 4.00 GB.
func Bytes(n int64) string {
	x := float64(n)
	for _, unit := range []string{"B", "kB", "MB", "GB", "TB"} {
		if x < 1000 || unit == "TB" {
			if unit == "B" {
				return strconv.FormatInt(n, 10) + " B"
			}
			return Short(x, 3) + " " + unit
		}
		x /= 1000
	}
	panic("unreachable")
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// plural writes a number of things: 1 row, 2 rows.
func plural(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	if strings.HasSuffix(thing, "s") {
		thing += "e"
	}
	return Count(n) + " " + thing + "s"
}
