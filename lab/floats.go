//go:build !js || practice

package lab

import (
	"math"
	"strconv"
)

// FloatFormat is a format of floating-point numbers.
type FloatFormat string

// The formats of IEEE 754, and the one that has the range of float32 in 16 bits.
const (
	Float16  FloatFormat = "float16"
	BFloat16 FloatFormat = "bfloat16"
	Float32  FloatFormat = "float32"
	Float64  FloatFormat = "float64"
)

// layout is how a format divides its bits.
type layout struct {
	format             FloatFormat
	exponent, fraction int // bits
}

var layouts = [...]layout{{Float16, 5, 10}, {BFloat16, 8, 7}, {Float32, 8, 23}, {Float64, 11, 52}}

func layoutOf(f FloatFormat) *layout {
	for i := range layouts {
		if layouts[i].format == f {
			return &layouts[i]
		}
	}
	return nil
}

// bias is what an exponent is stored with; least and most are the exponents of normal numbers.
func (l *layout) bias() int  { return 1<<(l.exponent-1) - 1 }
func (l *layout) least() int { return 1 - l.bias() }
func (l *layout) most() int  { return l.bias() }

// round returns x as the format keeps it: the nearest number, ties to the even one (IEEE 754, 4.3.1).
func (l *layout) round(x float64) float64 {
	if l.format == Float64 || x == 0 || x-x != 0 {
		return x
	}
	_, e := math.Frexp(x) // |x| = m·2^e with ½ ≤ m < 1
	unit := max(e-1, l.least()) - l.fraction
	r := math.Ldexp(math.RoundToEven(math.Ldexp(x, -unit)), unit)
	if math.Abs(r) >= math.Ldexp(1, l.most()+1) {
		return math.Inf(int(math.Copysign(1, x)))
	}
	return r
}

// FloatState says what became of a number in a format.
type FloatState string

// The states.
const (
	FloatNormal    FloatState = "normal"
	FloatSubnormal FloatState = "subnormal" // fewer and fewer digits
	FloatZero      FloatState = "zero"
	FloatInfinite  FloatState = "infinite"
	FloatNone      FloatState = "none" // no number: ∞ - ∞, 0/0
)

func (l *layout) state(x float64) FloatState {
	switch a := math.Abs(x); {
	case x != x:
		return FloatNone
	case a == 0:
		return FloatZero
	case math.IsInf(a, 1):
		return FloatInfinite
	case a < math.Ldexp(1, l.least()):
		return FloatSubnormal
	}
	return FloatNormal
}

// FloatNumber is a number as a format keeps it, bit by bit.
type FloatNumber struct {
	Value                    float64 // 0 where there is none
	State                    FloatState
	Text                     string // the shortest that reads back in the format; "no number"
	Sign, Exponent, Fraction string // bits
	Power                    int    // of 2, that the exponent stands for
	Numerator, Denominator   string // of the fraction
}

// take prints a number of the format.
func (l *layout) take(x float64) FloatNumber {
	n := FloatNumber{Value: x, State: l.state(x), Text: l.text(x)}
	bits := l.bits(x)
	all := ""
	for i := l.exponent + l.fraction; i >= 0; i-- {
		all += string(rune('0' + bits>>i&1))
	}
	n.Sign, n.Exponent, n.Fraction = all[:1], all[1:1+l.exponent], all[1+l.exponent:]
	e := int(bits>>l.fraction) & (1<<l.exponent - 1)
	n.Power = max(e, 1) - l.bias()
	n.Numerator = strconv.FormatUint(bits&(1<<l.fraction-1), 10)
	n.Denominator = strconv.FormatUint(1<<l.fraction, 10)
	if x != x {
		n.Value = 0
	}
	return n
}

// bits returns the bits of a number of the format, sign first.
func (l *layout) bits(x float64) uint64 {
	b := math.Float64bits(x)
	sign := b >> 63 << (l.exponent + l.fraction)
	switch l.state(x) {
	case FloatZero:
		return sign
	case FloatInfinite:
		return sign | (1<<l.exponent-1)<<l.fraction
	case FloatNone:
		return (1<<l.exponent-1)<<l.fraction | 1<<(l.fraction-1)
	case FloatSubnormal:
		return sign | uint64(math.Ldexp(math.Abs(x), l.fraction-l.least()))
	}
	_, e := math.Frexp(x)
	return sign | uint64(e-1+l.bias())<<l.fraction | b<<12>>(64-l.fraction)
}

// text prints a number of the format in as many digits as tell it from its neighbours in float32, or in float64.
func (l *layout) text(x float64) string {
	if x != x {
		return "no number"
	}
	if l.format == Float64 {
		return Shortest(x)
	}
	return shortest(x, 32)
}
