package rowfile

import (
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"xent/internal/kern"
)

// kind is the family of an element type.
type kind uint8

const (
	kindBool kind = iota
	kindInt
	kindUint
	kindFloat // IEEE 754 of 2, 4 or 8 bytes
	kindBF16  // the upper half of a float32
	kindE4M3  // 8 bits: 4 of exponent (bias 7), 3 of mantissa, no infinity, NaN at ±0x7f ("fn")
	kindE5M2  // 8 bits: 5 of exponent (bias 15), 2 of mantissa, with infinities
	kindBytes // text of single bytes, padded with NUL
	kindRunes // text of 4-byte code points, padded with NUL
)

// dtype is how one element of an array is stored.
type dtype struct {
	kind kind
	size int  // bytes; for text, of the whole string
	big  bool // big endian
}

func (d dtype) text() bool     { return d.kind == kindBytes || d.kind == kindRunes }
func (d dtype) integral() bool { return d.kind <= kindUint }
func (d dtype) floating() bool { return d.kind >= kindFloat && d.kind <= kindE5M2 }

// wide reports whether float32 may lose digits of it.
func (d dtype) wide() bool {
	return d.kind == kindFloat && d.size == 8 || (d.kind == kindInt || d.kind == kindUint) && d.size >= 4
}

// String returns the name of the type that numpy users know.
func (d dtype) String() string {
	switch d.kind {
	case kindBool:
		return "bool"
	case kindInt:
		return "int" + strconv.Itoa(8*d.size)
	case kindUint:
		return "uint" + strconv.Itoa(8*d.size)
	case kindFloat:
		return "float" + strconv.Itoa(8*d.size)
	case kindBF16:
		return "bfloat16"
	case kindE4M3:
		return "float8_e4m3"
	case kindE5M2:
		return "float8_e5m2"
	}
	return "string"
}

// swap is the width of the units whose bytes must be reversed to make d little endian; 0 for none.
func (d dtype) swap() int {
	switch {
	case !d.big:
		return 0
	case d.kind == kindRunes:
		return 4
	case d.kind == kindBytes || d.size == 1:
		return 0
	}
	return d.size
}

// reverse turns the bytes of every unit of p round, in place.
func reverse(p []byte, unit int) {
	const even = 0x00ff00ff00ff00ff
	for ; len(p) >= 8; p = p[8:] {
		u := le.Uint64(p)
		switch unit {
		case 2:
			u = u>>8&even | u&even<<8
		case 4:
			u = bits.RotateLeft64(bits.ReverseBytes64(u), 32)
		default:
			u = bits.ReverseBytes64(u)
		}
		le.PutUint64(p, u)
	}
	for ; len(p) >= unit; p = p[unit:] {
		slices.Reverse(p[:unit])
	}
}

// named are element types that a header, or Options.DType, may give by name.
var named = map[string]dtype{
	"bool": {kind: kindBool, size: 1},
	"int8": {kind: kindInt, size: 1}, "int16": {kind: kindInt, size: 2}, "int32": {kind: kindInt, size: 4}, "int64": {kind: kindInt, size: 8},
	"uint8": {kind: kindUint, size: 1}, "uint16": {kind: kindUint, size: 2}, "uint32": {kind: kindUint, size: 4}, "uint64": {kind: kindUint, size: 8},
	"float16": {kind: kindFloat, size: 2}, "float32": {kind: kindFloat, size: 4}, "float64": {kind: kindFloat, size: 8},
	"bfloat16": {kind: kindBF16, size: 2}, "bf16": {kind: kindBF16, size: 2},
	"f8_e4m3": {kind: kindE4M3, size: 1}, "f8_e5m2": {kind: kindE5M2, size: 1},
}

// parseDType reads a numpy type string such as "<f4", "|b1" or "bfloat16".
//
// use is Options.DType: it says what bytes without a type of their own (V1, V2), 8-bit floats, and
// integers of the same width that carry such floats are. got and hint describe a refusal; got is ""
// when there is none.
func parseDType(s, use string) (d dtype, got, hint string) {
	as, ok := named[use]
	if use != "" && !(ok && (as.kind == kindBF16 || as.kind == kindE4M3 || as.kind == kindE5M2)) {
		return d, "element type " + quote(use) + " is unknown", "the types that can be named are bf16, f8_e4m3 and f8_e5m2"
	}
	if strings.HasPrefix(s, "float8") || s == "<f1" || s == "|f1" || s == ">f1" {
		return parseFloat8(s, as)
	}
	if d, ok := named[s]; ok {
		return d, "", ""
	}
	bad := "data type is " + quote(s)
	if len(s) < 2 {
		return d, bad, resave
	}
	d.big = s[0] == '>'
	code := s
	if strings.IndexByte("<>|=", s[0]) >= 0 {
		code = s[1:]
	}
	if code[0] == 'O' {
		return d, bad + ": pickled objects, which are programs", "re-save without objects: a.astype(np.float32) for numbers, a.astype(str) for names of classes; objects are never unpickled"
	}
	if code[0] == 'M' || code[0] == 'm' {
		return d, bad + ": times", resave
	}
	n, err := strconv.Atoi(code[1:])
	if err != nil || n < 0 || n > 1<<20 || len(code) > 8 || code[1] < '0' || code[1] > '9' {
		return d, bad, resave
	}
	d.size = n
	switch {
	case code[0] == 'b' && n == 1:
		d.kind = kindBool
	case code[0] == 'i' && (n == 1 || n == 2 || n == 4 || n == 8):
		d.kind = kindInt
	case code[0] == 'u' && (n == 1 || n == 2 || n == 4 || n == 8):
		d.kind = kindUint
	case code[0] == 'f' && (n == 2 || n == 4 || n == 8):
		d.kind = kindFloat
	case code[0] == 'f' && n > 8:
		return d, bad + ": extended precision, which differs between machines", "re-save as a.astype(np.float64)"
	case (code[0] == 'S' || code[0] == 'a') && n > 0:
		d.kind = kindBytes
	case code[0] == 'U' && n > 0:
		d.kind, d.size = kindRunes, 4*n
	case code[0] == 'V' && n == 2:
		if as.kind != kindBF16 {
			return d, bad + ": two bytes of no declared type", "if these are bfloat16: --dtype bf16"
		}
		d.kind = kindBF16
	case code[0] == 'V' && n == 1:
		return parseFloat8(s, as)
	case code[0] == 'c':
		return d, bad + ": complex numbers", resave
	default:
		return d, bad, resave
	}
	if use != "" && (d.kind == kindInt || d.kind == kindUint) && d.size == as.size {
		d.kind = as.kind
	}
	return d, "", ""
}

// resave is the advice for element types that are not numbers.
const resave = "re-save as numbers: np.save(path, a.astype(np.float32))"

// parseFloat8 settles which of the 8-bit floats s is. Their names differ between libraries, so the
// user must say which, and must not contradict the file.
func parseFloat8(s string, as dtype) (d dtype, got, hint string) {
	bad := "data type is " + quote(s)
	switch {
	case as.kind != kindE4M3 && as.kind != kindE5M2:
		if strings.HasPrefix(s, "float8_e5m2") {
			return d, bad + ": which 8-bit float?", "--dtype f8_e5m2 if it has 5 bits of exponent, --dtype f8_e4m3 if 4"
		}
		return d, bad + ": which 8-bit float?", "--dtype f8_e4m3 if it has 4 bits of exponent, --dtype f8_e5m2 if 5"
	case strings.Contains(s, "uz"), strings.Contains(s, "b11"), strings.Contains(s, "e3m4"), strings.Contains(s, "e8m0"):
		return d, bad, "re-save as a.astype(np.float32)"
	case strings.Contains(s, "e4m3") && as.kind == kindE5M2, strings.Contains(s, "e5m2") && as.kind == kindE4M3:
		return d, bad + " and --dtype says " + as.String(), "leave one of them"
	}
	return as, "", ""
}

// decode converts the elements of src, little endian and of type d, to T. len(src) >= len(dst)·d.size.
//
// Conversions are exact, except float64 and wide integers to float32, and integers beyond 2⁵³ to
// float64, which round to nearest. Bools become 0 and 1. Text cannot be asked for.
func decode[T float32 | float64](dst []T, src []byte, d dtype) {
	src = src[:len(dst)*d.size]
	switch {
	case d.kind == kindFloat && d.size == 4:
		decodeFloat32(dst, src)
	case d.kind == kindFloat && d.size == 8:
		decodeFloat64(dst, src)
	case d.kind == kindFloat && d.size == 2:
		kern.Float16(dst, src)
	case d.kind == kindBF16:
		kern.BFloat16(dst, src)
	case d.kind == kindE4M3:
		decodeTable(dst, src, &e4m3)
	case d.kind == kindE5M2:
		decodeTable(dst, src, &e5m2)
	case d.kind == kindUint && d.size == 8:
		for i := range dst {
			dst[i] = T(le.Uint64(src[8*i:]))
		}
	default:
		for i := range dst {
			v, _ := integer(src[i*d.size:], d)
			dst[i] = T(v)
		}
	}
}

// The loops below take 16 bytes at a time, so that one comparison pays for two or four elements.

func decodeFloat32[T float32 | float64](dst []T, src []byte) {
	for len(dst) >= 4 && len(src) >= 16 {
		a, b := le.Uint64(src), le.Uint64(src[8:])
		dst[0] = T(math.Float32frombits(uint32(a)))
		dst[1] = T(math.Float32frombits(uint32(a >> 32)))
		dst[2] = T(math.Float32frombits(uint32(b)))
		dst[3] = T(math.Float32frombits(uint32(b >> 32)))
		dst, src = dst[4:], src[16:]
	}
	for i := range dst {
		dst[i] = T(math.Float32frombits(le.Uint32(src[4*i:])))
	}
}

func decodeFloat64[T float32 | float64](dst []T, src []byte) {
	for len(dst) >= 2 && len(src) >= 16 {
		dst[0] = T(math.Float64frombits(le.Uint64(src)))
		dst[1] = T(math.Float64frombits(le.Uint64(src[8:])))
		dst, src = dst[2:], src[16:]
	}
	for i := range dst {
		dst[i] = T(math.Float64frombits(le.Uint64(src[8*i:])))
	}
}

func decodeTable[T float32 | float64](dst []T, src []byte, table *[256]float32) {
	for i, b := range src[:len(dst)] {
		dst[i] = T(table[b])
	}
}

// e5m2 holds the values of the 8-bit floats with 5 bits of exponent: the upper bytes of binary16.
var e5m2 = func() (t [256]float32) {
	for i := range t {
		t[i] = kern.Half(uint16(i) << 8)
	}
	return t
}()

// e4m3 holds the values of the 8-bit floats with 4 bits of exponent.
var e4m3 = func() (t [256]float32) {
	for i := range t {
		e, m := i>>3&15, float64(i&7)
		v := math.Ldexp(1+m/8, e-7)
		if e == 0 {
			v = math.Ldexp(m/8, -6)
		}
		if e == 15 && m == 7 {
			v = math.NaN()
		}
		if i >= 128 {
			v = -v
		}
		t[i] = float32(v)
	}
	return t
}()

// integer returns the first element of p, of an integer type or bool, little endian; ok is false
// when an unsigned one exceeds int64.
func integer(p []byte, d dtype) (v int64, ok bool) {
	var u uint64
	switch d.size {
	case 1:
		u = uint64(p[0])
	case 2:
		u = uint64(le.Uint16(p))
	case 4:
		u = uint64(le.Uint32(p))
	default:
		u = le.Uint64(p)
	}
	switch d.kind {
	case kindBool:
		return int64(min(u, 1)), true
	case kindInt:
		shift := 64 - 8*d.size
		return int64(u) << shift >> shift, true
	}
	return int64(u), u <= math.MaxInt64
}
