package main

import (
	"math"
	"math/big"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The exponential of x/temp, without a difference from a maximum that would have to be rounded:
//
//	x = (n + i/16)·ln2·temp + r   |r| ≤ ln2·temp/32
//	e^(x/temp) = 2^n · T[i] · (1+d[i]) · e^(r/temp)
//
// T[i] is 2^(i/16) rounded and d[i] what it misses, relative to it. A sum adds up the powers 2^n·T[i], whose
// rounding it knows, and beside them the small rest 2^n·T[i]·P, where
//
//	P = d[i] + r·(c1 + r·(c2 + r·(c3 + …)))   ≈ (1+d[i])·e^(r/temp) - 1
//
// is 2^-5.5 at most, so that its rounding weighs 2^-29 in float32 and 2^-58 in float64.
// What depends on temp, and the power of two by which a sum is scaled, comes in a block of constants,
// written by package kern.

const tableBits = 4

// offsets of the block of constants, in elements
const (
	atFloor = iota // below it nothing is looked at
	atRate         // 1/(ln2·temp)
	atShift        // 1.5·2^(frac-4): added to n + i/16 it leaves both in the last bits
	atStep1        // ln2·temp
	atStep2        // what that misses
	atBias         // see the kernel
	atTerms        // c1 and so on
)

// expTables writes T and d. A sum adds n to the exponent of T by integers that hold i in the bits below; so
// these are taken off T first.
func (w *wide) expTables() (whole, less, miss Mem) { return w.expTablesOf(tableBits, "") }

// expTablesOf is expTables for 2^bits elements, under names of their own.
func (w *wide) expTablesOf(bits int, suffix string) (whole, less, miss Mem) {
	t, a, d := w.powerWords(bits)
	return w.table("powers"+suffix, t), w.table("lessened"+suffix, a), w.table("missed"+suffix, d)
}

// powerWords returns the bits of T, of T less i, and of d, for 2^bits elements.
func (w *wide) powerWords(bits int) (t, a, d []uint64) {
	n := 1 << bits
	t, a, d = make([]uint64, n), make([]uint64, n), make([]uint64, n)
	for i := range n {
		exact := root(i, n)
		if w.frac == 23 {
			v, _ := exact.Float32()
			t[i] = uint64(math.Float32bits(v))
			d[i] = uint64(math.Float32bits(float32(relative(exact, float64(v)))))
		} else {
			v, _ := exact.Float64()
			t[i] = math.Float64bits(v)
			d[i] = math.Float64bits(relative(exact, v))
		}
		a[i] = t[i] - uint64(i)<<(w.frac-bits)
	}
	return t, a, d
}

var exact Mem

// exactPowers is 2^(i/16) in float64.
func exactPowers() Mem {
	if exact.Base == nil {
		exact = GLOBL("exact", RODATA|NOPTR)
		for i := range 1 << tableBits {
			v, _ := root(i, 1<<tableBits).Float64()
			DATA(8*i, F64(v))
		}
	}
	return exact
}

// root returns 2^(i/n) for a power of two n.
func root(i, n int) *big.Float {
	x := new(big.Float).SetPrec(300).SetMantExp(big.NewFloat(1).SetPrec(300), i)
	for ; n > 1; n /= 2 {
		x.Sqrt(x)
	}
	return x
}

// relative returns (exact - v)/v.
func relative(exact *big.Float, v float64) float64 {
	b := new(big.Float).SetPrec(300).SetFloat64(v)
	d := new(big.Float).SetPrec(300).Sub(exact, b)
	f, _ := d.Quo(d, b).Float64()
	return f
}

// power holds what the exponentials need in registers.
type power struct {
	*wide
	floor, rate, shift, step1, step2 reg.VecVirtual
	c                                []reg.VecVirtual
	t, miss                          []reg.VecVirtual // a table each
}

// load reads the constants at k, of a kernel that gives the tables.
func (w *wide) power(k reg.GPVirtual) *power {
	p := &power{wide: w}
	constant := func(i int) reg.VecVirtual {
		z := ZMM()
		w.broadcast(w.at(k, i), z)
		return z
	}
	p.floor, p.rate, p.shift = constant(atFloor), constant(atRate), constant(atShift)
	p.step1, p.step2 = constant(atStep1), constant(atStep2)
	for i := range w.terms {
		p.c = append(p.c, constant(atTerms+i))
	}
	return p
}

// rows loads a table of 16 elements.
func (w *wide) loadTable(m Mem) []reg.VecVirtual {
	z := zmms(16 / w.lanes)
	for i := range z {
		w.load(m.Offset(64*i), z[i])
	}
	return z
}

// lookup returns the elements of the table t whose numbers are the last bits of z.
func (p *power) lookup(t []reg.VecVirtual, z reg.VecVirtual) reg.VecVirtual {
	e := ZMM()
	if len(t) == 1 {
		p.permute(t[0], z, e)
	} else {
		VMOVAPD(z, e)
		VPERMI2PD(t[1], t[0], e)
	}
	return e
}

// reduce turns each x into P, and returns beside it z, which holds n and i in its last bits.
func (p *power) reduce(x []reg.VecVirtual) (z []reg.VecVirtual) {
	z = zmms(len(x))
	n, q := zmms(len(x)), zmms(len(x))
	for i := range x {
		p.max(x[i], p.floor, x[i]) // a NaN in x stays
	}
	for i := range x {
		VMOVAPS(x[i], z[i])
		p.fma213(p.shift, p.rate, z[i])
	}
	for i := range x {
		p.sub(p.shift, z[i], n[i])
		p.fnma231(p.step1, n[i], x[i])
		p.fnma231(p.step2, n[i], x[i])
	}
	for i := range x {
		VMOVAPS(p.c[p.terms-1], q[i])
	}
	for t := p.terms - 2; t >= 0; t-- {
		for i := range x {
			p.fma213(p.c[t], x[i], q[i])
		}
	}
	for i := range x {
		p.fma213(p.lookup(p.miss, z[i]), q[i], x[i])
	}
	return z
}
