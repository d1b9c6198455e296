// Package ref is the slow oracle: the plainest code for each loss, in arithmetic wide enough that
// no care is needed. Tests hold the kernels against it.
//
// Numbers are math/big floats of [Prec] bits, about 480 digits: 1 - p keeps its digits even where
// p falls short of one by the smallest float64. Inputs are finite.
package ref

import (
	"math"
	"math/big"
)

// Prec is the precision of every number here, in bits.
const Prec = 1600

// Num is a real number of [Prec] bits. Its methods allocate freely and read like the formula.
type Num struct{ f *big.Float }

// Of returns x, which must be finite.
func Of(x float64) Num { return Num{new(big.Float).SetPrec(Prec).SetFloat64(x)} }

func fresh() *big.Float { return new(big.Float).SetPrec(Prec) }

// Float64 returns the nearest float64, denormal ones included.
func (a Num) Float64() float64 { x, _ := a.f.Float64(); return x }

func (a Num) Add(b Num) Num { return Num{fresh().Add(a.f, b.f)} }
func (a Num) Sub(b Num) Num { return Num{fresh().Sub(a.f, b.f)} }
func (a Num) Mul(b Num) Num { return Num{fresh().Mul(a.f, b.f)} }
func (a Num) Div(b Num) Num { return Num{fresh().Quo(a.f, b.f)} }
func (a Num) Neg() Num      { return Num{fresh().Neg(a.f)} }
func (a Num) Abs() Num      { return Num{fresh().Abs(a.f)} }
func (a Num) Sign() int     { return a.f.Sign() }
func (a Num) Cmp(b Num) int { return a.f.Cmp(b.f) }

// scale returns a·2ᵏ.
func (a Num) scale(k int) Num { return Num{fresh().SetMantExp(a.f, k)} }

var ln2 = func() Num { // 2·atanh(1/3)
	sum, power, ninth := Of(0), Of(1).Div(Of(3)), Of(1).Div(Of(9))
	for k := 1.0; k < Prec; k += 2 {
		sum = sum.Add(power.Div(Of(k)))
		power = power.Mul(ninth)
	}
	return sum.scale(1)
}()

// inverse holds 1/n!.
var inverse = func() (f [50]Num) {
	f[0] = Of(1)
	for n := 1; n < len(f); n++ {
		f[n] = f[n-1].Div(Of(float64(n)))
	}
	return f
}()

// Exp returns e^a.
func (a Num) Exp() Num {
	k, _ := a.Div(ln2).f.Int64()
	const halvings = 32
	r := a.Sub(ln2.Mul(Of(float64(k)))).scale(-halvings)
	sum := Of(0)
	for n := len(inverse) - 1; n >= 0; n-- { // |r| < 2^-32, so r^50/50! < 2^-1800
		sum = sum.Mul(r).Add(inverse[n])
	}
	for range halvings {
		sum = sum.Mul(sum)
	}
	return sum.scale(int(k))
}

// Log returns ln a for a > 0.
func (a Num) Log() Num {
	mant := fresh()
	exp := a.f.MantExp(mant) // a = mant·2^exp, ½ ≤ mant < 1
	m := Num{mant}
	y := Of(math.Log(m.Float64()))
	for range 4 { // y + 2(m-e^y)/(m+e^y) triples the digits that are right: 16, 48, 144, 432, all
		e := y.Exp()
		y = y.Add(m.Sub(e).Div(m.Add(e)).scale(1))
	}
	return y.Add(ln2.Mul(Of(float64(exp))))
}

// Pow returns a^g for a ≥ 0; 0^0 is 1.
func (a Num) Pow(g Num) Num {
	switch {
	case g.Sign() == 0:
		return Of(1)
	case a.Sign() == 0:
		return Of(0)
	}
	return a.Log().Mul(g).Exp()
}

// Tanh returns tanh a.
func (a Num) Tanh() Num {
	e := a.scale(1).Exp()
	return e.Sub(Of(1)).Div(e.Add(Of(1)))
}

// Text prints a with so many significant digits: "1.2954618446e+00".
func (a Num) Text(digits int) string { return a.f.Text('e', digits-1) }
