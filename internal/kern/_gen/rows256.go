package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels of float32 rows in registers of 256 bits (AVX2 and FMA), on the same exponential as those of 512 with a
// table of 8. There are 16 registers and no masks: constants that are needed once a turn stay in memory, one
// element is left out by the caller, who sums up what is before and behind it, and the last elements come through a mask in
// memory.

const (
	table256 = 3 // bits
	group256 = 16
)

// row256 is what the kernels share.
type row256 struct {
	k           reg.GPVirtual // constants
	floor, t, d reg.VecVirtual
	mask        Mem
}

// power256 loads the tables t and d.
func power256(k reg.GPVirtual, t, d Mem) *row256 {
	p := &row256{k: k, floor: YMM(), t: YMM(), d: YMM()}
	VBROADCASTSS(f32.at(k, atFloor), p.floor)
	VMOVUPS(t, p.t)
	VMOVUPS(d, p.d)
	p.mask = words("mask256", 16, func(i int) uint32 {
		if i < 8 {
			return math.MaxUint32
		}
		return 0
	})
	return p
}

// constant is constant i of the block in all lanes.
func (p *row256) constant(i int) reg.VecVirtual {
	y := YMM()
	VBROADCASTSS(f32.at(p.k, i), y)
	return y
}

// reduce is [power.reduce].
func (p *row256) reduce(x []reg.VecVirtual) (z []reg.VecVirtual) {
	for i := range x {
		VMAXPS(x[i], p.floor, x[i])
		z = append(z, YMM())
	}
	rate, shift := p.constant(atRate), p.constant(atShift)
	for i := range x {
		VMOVAPS(x[i], z[i])
		VFMADD213PS(shift, rate, z[i])
	}
	step1, step2 := p.constant(atStep1), p.constant(atStep2)
	for i := range x {
		n := YMM()
		VSUBPS(shift, z[i], n)
		VFNMADD231PS(step1, n, x[i])
		VFNMADD231PS(step2, n, x[i])
	}
	var q []reg.VecVirtual
	for range x {
		q = append(q, p.constant(atTerms+f32.terms-1))
	}
	for t := f32.terms - 2; t >= 0; t-- {
		c := p.constant(atTerms + t)
		for i := range x {
			VFMADD213PS(c, x[i], q[i])
		}
	}
	for i := range x {
		d := YMM()
		VPERMPS(p.d, z[i], d)
		VFMADD213PS(d, q[i], x[i])
	}
	return z
}

// scale returns 2^n·T[i] of z.
func (p *row256) scale(z reg.VecVirtual) reg.VecVirtual {
	t := YMM()
	VPERMPS(p.t, z, t)
	VPSLLD(U8(f32.frac-table256), z, z)
	VPADDD(z, t, t)
	return t
}

// walk emits the loop over n elements, two registers a turn and then one; the last is given a mask.
func (p *row256) walk(x, n reg.GPVirtual, body func(registers int, mask reg.VecVirtual), advance func(bytes int)) {
	Label("loop")
	CMPQ(n, imm(group256))
	JL(LabelRef("single"))
	body(2, nil)
	advance(64)
	SUBQ(imm(group256), n)
	JMP(LabelRef("loop"))
	Label("single")
	CMPQ(n, imm(8))
	JL(LabelRef("tail"))
	body(1, nil)
	advance(32)
	SUBQ(imm(8), n)
	JMP(LabelRef("single"))
	Label("tail")
	TESTQ(n, n)
	JLE(LabelRef("done"))
	base, m := GP64(), YMM()
	LEAQ(p.mask.Offset(32), base)
	NEGQ(n)
	VMOVUPS(Mem{Base: base, Index: n, Scale: 4}, m)
	body(1, m)
	Label("done")
}

// take loads registers, the floor where the mask is not set.
func (p *row256) take(x reg.GPVirtual, registers int, mask reg.VecVirtual) []reg.VecVirtual {
	var v []reg.VecVirtual
	for i := range registers {
		y := YMM()
		if mask == nil {
			VMOVUPS(Mem{Base: x, Disp: 32 * i}, y)
		} else {
			VMASKMOVPS(Mem{Base: x}, mask, y)
			VBLENDVPS(mask, y, p.floor, y)
		}
		v = append(v, y)
	}
	return v
}

// fold256 takes f, such as the maximum, of all elements of y.
func fold256(y reg.VecVirtual, f func(...Op)) reg.VecVirtual {
	x, t := XMM(), XMM()
	VEXTRACTF128(U8(1), y, x)
	f(x, y.AsX(), x)
	VPERMILPD(U8(1), x, t)
	f(t, x, x)
	VMOVSHDUP(x, t)
	f(t, x, x)
	return x
}

// double256 adds the eight float32 of y up in float64.
func double256(y reg.VecVirtual) reg.VecVirtual {
	x, a, b := XMM(), YMM(), YMM()
	VEXTRACTF128(U8(1), y, x)
	VCVTPS2PD(x, a)
	VCVTPS2PD(y.AsX(), b)
	VADDPD(b, a, a)
	t := XMM()
	VEXTRACTF128(U8(1), a, x)
	VADDPD(x, a.AsX(), x)
	VPERMILPD(U8(1), x, t)
	VADDSD(t, x, x)
	return x
}

func rows256() {
	whole, less, miss := f32.expTablesOf(table256, "256")
	sum256(less, miss)
	exps256(whole, miss)
	top256()
	seek256()
}

// sum256 is [wide.sum] for all elements.
func sum256(less, miss Mem) {
	TEXT("sumF32AVX2", NOSPLIT, "func(x *float32, n, ahead int, k *[16]float32) (hi, lo float64, max float32)")
	Pragma("noescape")
	x, n, ahead := gp("x"), gp("n"), gp("ahead")
	p := power256(gp("k"), less, miss)
	bias := p.constant(atBias)
	VPSUBD(bias, p.t, p.t)
	hi, lo, best := YMM(), YMM(), YMM()
	VBROADCASTSS(f32.start(), hi)
	VXORPS(lo, lo, lo)
	VBROADCASTSS(f32.lowest(), best)
	p.walk(x, n, func(registers int, mask reg.VecVirtual) {
		if registers > 1 {
			PREFETCHT0(Mem{Base: x, Index: ahead, Scale: 1})
		}
		v := p.take(x, registers, mask)
		for i := range v {
			VMAXPS(v[i], best, best)
		}
		z := p.reduce(v)
		for i := range v {
			t, s := p.scale(z[i]), YMM()
			VFMADD231PS(v[i], t, lo)
			VADDPS(t, hi, s)
			VSUBPS(hi, s, hi)
			VSUBPS(hi, t, t)
			VADDPS(t, lo, lo)
			VMOVAPS(s, hi)
		}
	}, func(bytes int) { ADDQ(imm(bytes), x) })
	start := YMM()
	VBROADCASTSS(f32.start(), start)
	VSUBPS(start, hi, hi)
	Store(double256(hi), Return("hi"))
	Store(double256(lo), Return("lo"))
	Store(fold256(best, VMAXPS), Return("max"))
	VZEROUPPER()
	RET()
}

// exps256 stores m·2^-N·e^(x/temp)·2^-60 in dst, for m in [½, 1) or its negative: 60 is added to N by the caller, so that
// nothing is denormal before the last multiplication. An element at the floor gives 0.
func exps256(whole, miss Mem) {
	TEXT("expsF32AVX2", NOSPLIT, "func(dst, x *float32, n int, k *[16]float32, t, d *[8]float32)")
	Pragma("noescape")
	dst, x, n := gp("dst"), gp("x"), gp("n")
	p := power256(gp("k"), whole, miss)
	VMOVUPS(Mem{Base: gp("t")}, p.t)
	VMOVUPS(Mem{Base: gp("d")}, p.d)
	small := YMM()
	VBROADCASTSS(words("small256", 1, func(int) uint32 { return math.Float32bits(0x1p-60) }), small)
	p.walk(x, n, func(registers int, mask reg.VecVirtual) {
		v := p.take(x, registers, mask)
		var low []reg.VecVirtual
		for i := range v {
			low = append(low, YMM())
			VCMPPS(U8(2), p.floor, v[i], low[i]) // v ≤ floor
		}
		z := p.reduce(v)
		for i := range v {
			t := p.scale(z[i])
			VFMADD213PS(t, t, v[i])
			VMULPS(small, v[i], v[i])
			VANDNPS(v[i], low[i], v[i])
			if mask == nil {
				VMOVUPS(v[i], Mem{Base: dst, Disp: 32 * i})
			} else {
				VMASKMOVPS(v[i], mask, Mem{Base: dst})
			}
		}
	}, func(bytes int) {
		ADDQ(imm(bytes), x)
		ADDQ(imm(bytes), dst)
	})
	VZEROUPPER()
	RET()
}

// top256 returns the largest element, if there is no NaN; n is at least 1.
func top256() {
	TEXT("topF32AVX2", NOSPLIT, "func(x *float32, n int) (max float32)")
	Pragma("noescape")
	x, n := gp("x"), gp("n")
	p := &row256{floor: YMM(), mask: constants["mask256"]}
	VBROADCASTSS(f32.lowest(), p.floor)
	best := YMM()
	VMOVAPS(p.floor, best)
	p.walk(x, n, func(registers int, mask reg.VecVirtual) {
		for _, v := range p.take(x, registers, mask) {
			VMAXPS(v, best, best)
		}
	}, func(bytes int) { ADDQ(imm(bytes), x) })
	Store(fold256(best, VMAXPS), Return("max"))
	VZEROUPPER()
	RET()
}

// seek256 returns where v is first among n elements, or -1.
func seek256() {
	TEXT("seekF32AVX2", NOSPLIT, "func(x *float32, n int, v float32) (at int)")
	Pragma("noescape")
	x, n := gp("x"), gp("n")
	p := &row256{floor: YMM(), mask: constants["mask256"]}
	VBROADCASTSS(param("v"), p.floor)
	at, found, c := GP64(), GP32(), YMM()
	XORQ(at, at)
	Label("search")
	CMPQ(n, imm(8))
	JL(LabelRef("tail"))
	VCMPPS(U8(0), Mem{Base: x, Index: at, Scale: 4}, p.floor, c)
	VMOVMSKPS(c, found)
	TESTL(found, found)
	JNE(LabelRef("found"))
	ADDQ(imm(8), at)
	SUBQ(imm(8), n)
	JMP(LabelRef("search"))
	Label("tail")
	TESTQ(n, n)
	JLE(LabelRef("none"))
	base, m := GP64(), YMM()
	LEAQ(p.mask.Offset(32), base)
	NEGQ(n)
	VMOVUPS(Mem{Base: base, Index: n, Scale: 4}, m)
	VMASKMOVPS(Mem{Base: x, Index: at, Scale: 4}, m, c)
	VCMPPS(U8(0), c, p.floor, c)
	VANDPS(m, c, c)
	VMOVMSKPS(c, found)
	TESTL(found, found)
	JEQ(LabelRef("none"))
	Label("found")
	TZCNTL(found, found)
	ADDQ(found.As64(), at)
	Store(at, Return("at"))
	VZEROUPPER()
	RET()
	Label("none")
	MOVQ(I32(-1), at)
	Store(at, Return("at"))
	VZEROUPPER()
	RET()
}
