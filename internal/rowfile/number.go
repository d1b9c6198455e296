package rowfile

import (
	"bytes"
	"math"
	"strconv"
)

// pow10 are the powers of ten that float64 holds exactly.
var pow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// verdict tells how a cell failed to be a number.
type verdict int

const (
	isNumber  verdict = iota
	isMissing         // empty, NULL, NA, None
	isRange           // beyond float64
	isText            // anything else
)

// scanNumber reads the number that b begins with, correctly rounded, and tells its length; ok is
// false when that takes more than one operation on float64: more than 15 digits, a power of ten
// beyond 22, or no number at all.
//
// With m the digits as an integer below 2⁵³ and e the power of ten, m and 10^|e| are both exact, so
// m·10^e or m/10^-e is rounded once (W. Clinger, How to read floating point numbers accurately, 1990).
func scanNumber(b []byte, mark byte) (f float64, n int, ok bool) {
	i := 0
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		i = 1
	}
	begin, m := i, uint64(0)
	for i < len(b) && b[i]-'0' <= 9 {
		m = 10*m + uint64(b[i]-'0')
		i++
	}
	digits, exp := i-begin, 0
	if i < len(b) && b[i] == mark {
		i++
		point := i
		for i < len(b) && b[i]-'0' <= 9 {
			m = 10*m + uint64(b[i]-'0')
			i++
		}
		exp = point - i
		digits -= exp
	}
	if digits == 0 || digits > 15 {
		return 0, 0, false
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		e, n := scanExponent(b[i:])
		if n == 0 {
			return 0, 0, false
		}
		i, exp = i+n, exp+e
	}
	switch f = float64(m); {
	case exp < -22 || exp > 22:
		return 0, 0, false
	case exp < 0:
		f /= pow10[-exp]
	case exp > 0:
		f *= pow10[exp]
	}
	if b[0] == '-' {
		f = -f
	}
	return f, i, true
}

// scanExponent reads e, a sign and digits, and tells their length, 0 when there are none.
func scanExponent(b []byte) (e, n int) {
	i := 1
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		i++
	}
	begin := i
	for i < len(b) && b[i]-'0' <= 9 {
		e = min(10*e+int(b[i]-'0'), 1e6)
		i++
	}
	if i == begin {
		return 0, 0
	}
	if b[1] == '-' {
		e = -e
	}
	return e, i
}

// parseNumber reads a cell, without blanks around it, as float64, correctly rounded:
//
//	[+-] digits [mark digits] [e [+-] digits]   or   [+-] nan, inf, infinity in any case
//
// mark is '.' or the decimal comma. Nothing is guessed: no thousands separators, no percent signs, no
// hexadecimal. A number beyond float64 is isRange; one too small for it becomes 0.
func parseNumber(b []byte, mark byte) (float64, verdict) {
	if f, n, ok := scanNumber(b, mark); ok && n == len(b) {
		return f, isNumber
	}
	if !numeral(b, mark) {
		return parseWord(b)
	}
	if mark != '.' {
		b = bytes.Replace(b, []byte{mark}, []byte{'.'}, 1)
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil && math.IsInf(f, 0) {
		return f, isRange
	}
	return f, isNumber
}

// numeral reports whether b is a number written with digits; strconv would take more than that.
func numeral(b []byte, mark byte) bool {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		b = b[1:]
	}
	digits, point := 0, false
	for i, c := range b {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == mark && !point:
			point = true
		case c|0x20 == 'e' && digits > 0:
			_, n := scanExponent(b[i:])
			return n == len(b)-i
		default:
			return false
		}
	}
	return digits > 0
}

// parseWord reads the numbers that have no digits, and tells missing values from text.
func parseWord(b []byte) (float64, verdict) {
	if len(b) > 9 {
		return 0, isText
	}
	var buf [9]byte
	w := buf[:len(b)]
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		w[i] = c
	}
	switch string(w) {
	case "nan", "+nan", "-nan":
		return math.NaN(), isNumber
	case "inf", "+inf", "infinity", "+infinity":
		return math.Inf(1), isNumber
	case "-inf", "-infinity":
		return math.Inf(-1), isNumber
	case "", "null", "na", "n/a", "#n/a", "none", "nil", "<na>", "-", "?", "missing":
		return 0, isMissing
	}
	return 0, isText
}

// parseInteger reads [+-] digits; ok is false for all else, also beyond int64.
func parseInteger(b []byte) (v int64, ok bool) {
	i, neg := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg, i = b[0] == '-', 1
	}
	if i == len(b) || len(b)-i > 18 {
		if len(b)-i > 18 {
			v, err := strconv.ParseInt(string(b), 10, 64)
			return v, err == nil
		}
		return 0, false
	}
	for _, c := range b[i:] {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = 10*v + int64(c-'0')
	}
	if neg {
		v = -v
	}
	return v, true
}

// parseCell reads a number as parseNumber does, or one that Python wrote with its type around it:
// tensor(0.5), np.float64(0.5).
func parseCell(b []byte, mark byte) (float64, verdict) {
	f, v := parseNumber(b, mark)
	if v != isText {
		return f, v
	}
	if in, ok := unwrap(b); ok {
		return parseNumber(in, mark)
	}
	return f, v
}

// unwrap returns what stands in the parentheses of tensor(...), array(...) and np.type(...), up to a
// comma outside brackets.
func unwrap(b []byte) ([]byte, bool) {
	for _, p := range []string{"tensor(", "array(", "np.float16(", "np.float32(", "np.float64(", "np.int64(", "np.int32("} {
		if len(b) > len(p) && string(b[:len(p)]) == p && b[len(b)-1] == ')' {
			in := b[len(p) : len(b)-1]
			if in[0] != '[' {
				if k := bytes.IndexByte(in, ','); k >= 0 {
					in = in[:k]
				}
			} else if k := bytes.LastIndexByte(in, ']'); k >= 0 {
				in = in[:k+1]
			}
			return bytes.TrimSpace(in), true
		}
	}
	return b, false
}

// parseList appends the numbers of a cell such as "[0.1 0.9]" or "tensor([0.1, 0.9], device='cuda')"
// to dst. bad is the first part that is no number; short is true when numpy left numbers out ("...").
func parseList(dst []float64, b []byte, mark byte) (out []float64, bad []byte, short bool) {
	in, _ := unwrap(b)
	if len(in) < 2 || in[0] != '[' || in[len(in)-1] != ']' {
		return dst, b, false
	}
	in = in[1 : len(in)-1]
	if len(in) > 1 && in[0] == '[' && in[len(in)-1] == ']' { // [[0.1 0.9]], one row of a matrix
		in = in[1 : len(in)-1]
	}
	for {
		for len(in) > 0 && (in[0] == ' ' || in[0] == ',' && mark != ',' || in[0] == ';' || in[0] == '\n' || in[0] == '\r' || in[0] == '\t') {
			in = in[1:]
		}
		if len(in) == 0 {
			return dst, nil, false
		}
		k := 0
		for k < len(in) && !(in[k] == ' ' || in[k] == ',' && mark != ',' || in[k] == ';' || in[k] == '\n' || in[k] == '\r' || in[k] == '\t') {
			k++
		}
		f, v := parseCell(in[:k], mark)
		if v != isNumber {
			return dst, in[:k], string(in[:k]) == "..." || string(in[:k]) == "…"
		}
		dst, in = append(dst, f), in[k:]
	}
}
