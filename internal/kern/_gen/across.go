package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// atDepth is where the constants of [wide.across] hold how far below a maximum elements are looked at.
const atDepth = 15

// across treats 16 rows of few classes at once, one in each lane, so that nothing is folded within a register.
// For each row it stores the maximum, where it is first, the sum s of the exponentials of the others relative to it
// to the digits of [wide.sum], and logOnePlus(s) to 2^-40 of itself. A NaN, or a maximum that is not finite, makes s NaN.
//
// The rows begin stride elements apart; buf has room for 16 elements of each class.
func across(less, miss Mem) {
	w := &f32
	TEXT("acrossF32AVX512", NOSPLIT, "func(x *float32, n, stride int, buf *float32, k *[16]float32, max *[16]float32, arg *[16]int32, others, logs *[16]float64)")
	Pragma("noescape")
	x, n, stride, buf, k := gp("x"), gp("n"), gp("stride"), gp("buf"), gp("k")
	p := w.power(k)
	p.t, p.miss = w.loadTable(less), w.loadTable(miss)

	// the maxima, and a copy of the columns
	lane, best, arg, class, one := ZMM(), ZMM(), ZMM(), ZMM(), ZMM()
	VPBROADCASTD(stride.As32(), lane)
	VPMULLD(words("lanes", 16, func(i int) uint32 { return uint32(i) }), lane, lane)
	w.broadcast(w.lowest(), best)
	zero(arg)
	zero(class)
	VPBROADCASTD(words("one", 1, func(int) uint32 { return 1 }), one)
	next, column, left := GP64(), GP64(), GP64()
	MOVQ(stride, next)
	SHLQ(imm(6), next) // 16 rows on
	ADDQ(x, next)
	MOVQ(buf, column)
	MOVQ(n, left)
	Label("top")
	all, more, v := K(), K(), ZMM()
	KXNORW(all, all, all)
	zero(v)
	VGATHERDPS(Mem{Base: x, Index: lane, Scale: 4}, all, v)
	PREFETCHT0(Mem{Base: next})
	VMOVUPS(v, Mem{Base: column})
	VCMPPS(U8(0x1e), best, v, more) // v > best
	VMOVAPS(v, more, best)
	VMOVDQA32(class, more, arg)
	VPADDD(one, class, class)
	ADDQ(imm(4), x)
	ADDQ(imm(64), next)
	ADDQ(imm(64), column)
	DECQ(left)
	JNE(LabelRef("top"))

	// what is relative to them
	bias := ZMM()
	VMOVAPS(best, bias)
	VFMADD213PS_BCST(words("round", 1, func(int) uint32 { return math.Float32bits(3 << 22) }), p.rate, bias)
	VPSLLD(U8(w.frac), bias, bias)
	VSUBPS_BCST(w.at(k, atDepth), best, p.floor)
	unit := []reg.VecVirtual{ZMM()} // e^max
	VMOVAPS(best, unit[0])
	z := p.reduce(unit)
	t := p.scale(z[0], bias)
	VMULPS(t, unit[0], unit[0])

	// the sum
	hi, lo := ZMM(), ZMM()
	w.broadcast(w.start(), hi)
	zero(lo)
	zero(class)
	MOVQ(buf, column)
	MOVQ(n, left)
	Label("sum")
	e, same := []reg.VecVirtual{ZMM()}, K()
	VMOVUPS(Mem{Base: column}, e[0])
	VPCMPEQD(class, arg, same)
	VMOVAPS(p.floor, same, e[0])
	VPADDD(one, class, class)
	power, s := p.scale(p.reduce(e)[0], bias), ZMM()
	VFMADD231PS(e[0], power, lo)
	VADDPS(power, hi, s)
	VSUBPS(hi, s, hi)
	VSUBPS(hi, power, power)
	VADDPS(power, lo, lo)
	VMOVAPS(s, hi)
	ADDQ(imm(64), column)
	DECQ(left)
	JNE(LabelRef("sum"))

	store := func(z reg.VecVirtual, param string) { VMOVUPS(z, Mem{Base: gp(param)}) }
	store(best, "max")
	store(arg, "arg")
	VSUBPS_BCST(w.start(), hi, hi)
	others, logs := gp("others"), gp("logs")
	for half := range 2 {
		double := func(z reg.VecVirtual) reg.VecVirtual {
			y, d := YMM(), ZMM()
			VEXTRACTF64X4(U8(uint8(half)), z, y)
			VCVTPS2PD(y, d)
			return d
		}
		s, unit := double(hi), addTo(double(unit[0]), double(t))
		VADDPD(double(lo), s, s)
		VDIVPD(unit, s, s)
		VMOVUPD(s, Mem{Base: others, Disp: 64 * half})
		VMOVUPD(logOnePlus(s), Mem{Base: logs, Disp: 64 * half})
	}
	VZEROUPPER()
	RET()
}

func addTo(a, b reg.VecVirtual) reg.VecVirtual {
	VADDPD(b, a, a)
	return a
}

// scale returns 2^(n-N)·T[i] for z of reduce, with N in bias.
func (p *power) scale(z, bias reg.VecVirtual) reg.VecVirtual {
	t := p.lookup(p.t, z)
	p.wide.shift(U8(p.frac-tableBits), z, z)
	p.addInt(z, t, t)
	p.subInt(bias, t, t)
	return t
}

// logOnePlus returns ln(1+s) for the eight s ≥ 0: with 1+s = m·2^k and a c near 1/m, 1 for m below 17/16,
//
//	k·ln 2 - ln c + (r - r²/2 + r³/3 - …)   r = m·c - 1
//
// where r gets back what rounding 1+s has lost.
func logOnePlus(s reg.VecVirtual) reg.VecVirtual {
	double := func(name string, v float64) Mem {
		return words64(name, 1, func(int) float64 { return v })
	}
	inverse := func(i int) float64 {
		if i == 0 {
			return 1
		}
		return math.Round(256/(1+(float64(i)+.5)/16)) / 256
	}
	c, l := words64("inverses", 16, inverse), words64("logs", 16, func(i int) float64 { return -math.Log(inverse(i)) })
	u, lost, m, k, at := ZMM(), ZMM(), ZMM(), ZMM(), ZMM()
	VADDPD_BCST(double("unit", 1), s, u)
	VSUBPD_BCST(double("unit", 1), u, lost)
	VSUBPD(lost, s, lost)
	VGETEXPPD(u, k)
	VGETMANTPD(U8(0), u, m)
	VPSRLQ(U8(48), u, at)
	ci, li := ZMM(), ZMM()
	VMOVAPD(at, ci)
	VMOVAPD(at, li)
	table := func(t Mem, z reg.VecVirtual) {
		a := ZMM()
		VMOVUPD(t, a)
		VPERMI2PD(t.Offset(64), a, z)
	}
	table(c, ci)
	table(l, li)
	r, minus, q := ZMM(), ZMM(), ZMM()
	VMOVAPD(m, r)
	VFMSUB213PD_BCST(double("unit", 1), ci, r)
	zero(minus)
	VSUBPD(k, minus, minus)
	VSCALEFPD(minus, lost, lost)
	VFMADD231PD(ci, lost, r)
	const terms = 12
	VBROADCASTSD(double("term12", -1./12), q)
	for i := terms - 1; i >= 1; i-- {
		v := 1 / float64(i)
		if i%2 == 0 {
			v = -v
		}
		VFMADD213PD_BCST(double("term"+itoa(i), v), r, q)
	}
	VFMADD231PD_BCST(double("ln2", math.Ln2), k, li)
	VFMADD213PD(li, r, q)
	return q
}

var constants = map[string]Mem{}

// words puts n words into memory, once for each name.
func words(name string, n int, f func(i int) uint32) Mem {
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i := range n {
		DATA(4*i, U32(f(i)))
	}
	constants[name] = m
	return m
}

func words64(name string, n int, f func(i int) float64) Mem {
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i := range n {
		DATA(8*i, U64(math.Float64bits(f(i))))
	}
	constants[name] = m
	return m
}
