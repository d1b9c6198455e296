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

// parseNumber reads a cell, without blanks around it, as float64, correctly rounded:
//
//	[+-] digits [mark digits] [e [+-] digits]   or   [+-] nan, inf, infinity in any case
//
// mark is '.' or the decimal comma. Nothing is guessed: no thousands separators, no percent signs, no
// hexadecimal. A number beyond float64 is isRange; one too small for it becomes 0.
func parseNumber(b []byte, mark byte) (float64, verdict) {
	i, neg := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg, i = b[0] == '-', 1
	}
	var m uint64
	digits, exp, point := 0, 0, -1
	for ; i < len(b); i++ {
		if c := b[i] - '0'; c <= 9 {
			if digits < 19 {
				m = 10*m + uint64(c)
			}
			if m > 0 {
				digits++
			}
			if point >= 0 {
				exp--
			}
			continue
		}
		if b[i] != mark || point >= 0 {
			break
		}
		point = i
	}
	if n := numeralLength(b, i, point); n == 0 {
		return parseWord(b)
	}
	if i < len(b) {
		e, ok := parseExponent(b[i:])
		if !ok {
			return 0, isText
		}
		exp += e
	}
	if digits <= 19 && m < 1<<53 && exp >= -22 && exp <= 22 { // both exact, so one rounding (Clinger 1990)
		f := float64(m)
		if exp < 0 {
			f /= pow10[-exp]
		} else {
			f *= pow10[exp]
		}
		if neg {
			f = -f
		}
		return f, isNumber
	}
	return parseSlow(b, mark)
}

// numeralLength counts the digits in b[:i], behind a sign and around the point.
func numeralLength(b []byte, i, point int) int {
	n := i
	if n > 0 && (b[0] == '-' || b[0] == '+') {
		n--
	}
	if point >= 0 {
		n--
	}
	return n
}

// parseExponent reads e, a sign and digits, and nothing behind them.
func parseExponent(b []byte) (int, bool) {
	if b[0]|0x20 != 'e' || len(b) < 2 {
		return 0, false
	}
	b = b[1:]
	neg := b[0] == '-'
	if neg || b[0] == '+' {
		b = b[1:]
	}
	if len(b) == 0 {
		return 0, false
	}
	e := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		e = min(10*e+int(c-'0'), 1e6)
	}
	if neg {
		e = -e
	}
	return e, true
}

// parseSlow reads what the fast way cannot round.
func parseSlow(b []byte, mark byte) (float64, verdict) {
	if mark != '.' {
		c := make([]byte, len(b))
		copy(c, b)
		for i := range c {
			if c[i] == mark {
				c[i] = '.'
			}
		}
		b = c
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if err == nil {
		return f, isNumber
	}
	if math.IsInf(f, 0) {
		return f, isRange
	}
	return f, isNumber
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
