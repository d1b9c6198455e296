package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels of evaluation, which reads every row once: the extent of its logits, their moments, and what they
// add to sums of probabilities. The last two compute in float64 whatever the logits are stored in, and in the same
// order as package kern does in Go, without fused operations: all machines give the same bits.
func tallies() {
	for _, w := range []*wide{&f32, &f64} {
		w.extent()
		w.seek()
	}
	t := newMomentTables()
	for _, w := range []*wide{&f32, &f64} {
		w.measure(t)
	}
	tally(t)
	tallies256()
}

// extent returns the smallest and the largest of n elements, and their sum, in eight lanes: all machines give the same
// bits.
func (w *wide) extent() {
	TEXT("extent"+w.name+"AVX512", NOSPLIT, "func(x *"+w.typ+", n int) (low, high "+w.typ+", sum float64)")
	Pragma("noescape")
	x, n := gp("x"), gp("n")
	low, high, sum := zmms(2), zmms(2), ZMM()
	for i := range low {
		w.broadcast(Mem{Base: x}, low[i])
		w.broadcast(Mem{Base: x}, high[i])
	}
	zero(sum)
	w.sweep(x, n, nil, func(registers int, within reg.OpmaskVirtual) {
		for i := range registers {
			m, v := Mem{Base: x, Disp: 64 * i}, ZMM()
			if registers == 1 {
				w.loadZero(m, within, v)
				w.min(v, low[0], within, low[0])
				w.max(v, high[0], within, high[0])
			} else {
				w.load(m, v)
				w.min(v, low[i%2], low[i%2])
				w.max(v, high[i%2], high[i%2])
			}
			if w.size == 8 {
				VADDPD(v, sum, sum)
				continue
			}
			a, y, b := ZMM(), YMM(), ZMM()
			VCVTPS2PD(v.AsY(), a)
			VEXTRACTF64X4(U8(1), v, y)
			VCVTPS2PD(y, b)
			VADDPD(a, sum, sum)
			VADDPD(b, sum, sum)
		}
	}, func(registers int) { ADDQ(imm(64*registers), x) })
	w.min(low[1], low[0], low[0])
	w.max(high[1], high[0], high[0])
	Store(fold(sum), Return("sum"))
	Store(w.highest(high[0]), Return("high"))
	// the smallest is less the largest of what is less
	negative := ZMM()
	w.broadcast(w.table("sign", []uint64{1 << (8*w.size - 1)}), negative)
	VXORPS(negative, low[0], low[0])
	l := w.highest(low[0])
	VXORPS(negative.AsX(), l.AsX(), l.AsX())
	Store(l, Return("low"))
	VZEROUPPER()
	RET()
}

// momentTables are in memory.
type momentTables struct{ powers, start, unit Mem }

// momentWords is momentTable of package kern.
func momentWords() []uint64 {
	words := make([]uint64, 16)
	for i := range words {
		v, _ := root(i, 16).Float64()
		words[i] = math.Float64bits(v) - uint64(i)<<48
	}
	return words
}

func newMomentTables() momentTables {
	return momentTables{
		powers: f64.table("momentPowers", momentWords()),
		start:  f64.table("momentStart", []uint64{math.Float64bits(128)}),
		unit:   f64.table("shareUnit", []uint64{math.Float64bits(1 << 53)}),
	}
}

// The constants of a reference of package kern, in elements.
const (
	refFloor = iota
	refRate
	refShift
	refStep1
	refStep2
	refBias
	refTerm
	refMax = refTerm + 5
)

// measure is measureBlock of package kern. e may be nil. Four registers are worked on in step: the processor looks no
// further ahead than at a few of them, and each is a long chain.
func (w *wide) measure(tables momentTables) {
	TEXT("measure"+w.name+"AVX512", NOSPLIT, "func(x *"+w.typ+", n, skip int, e *float64, r *[12]float64) (hi, lo, s1, s2 float64)")
	Pragma("noescape")
	x, n, skip, e, r := gp("x"), gp("n"), gp("skip"), gp("e"), gp("r")
	constant := func(i int) reg.VecVirtual {
		z := ZMM()
		VBROADCASTSD(f64.at(r, i), z)
		return z
	}
	floor, shift, step1, step2 := constant(refFloor), constant(refShift), constant(refStep1), constant(refStep2)
	bias := constant(refBias)
	t := f64.loadTable(tables.powers)
	for _, t := range t {
		VPSUBQ(bias, t, t)
	}
	sums := zmms(4)
	for _, s := range sums[1:] {
		zero(s)
	}
	VBROADCASTSD(tables.start, sums[0])
	hi, lo, s1, s2 := sums[0], sums[1], sums[2], sums[3]

	stored := f64
	stored.size = w.size
	labels := 0
	stored.sweep(x, n, skip, func(registers int, within reg.OpmaskVirtual) {
		v, z, y, q := zmms(registers), zmms(registers), zmms(registers), zmms(registers)
		counts := make([]reg.OpmaskVirtual, registers)
		convert := VMOVUPD
		if w.size == 4 {
			convert = VCVTPS2PD
		}
		for i := range v {
			m := Mem{Base: x, Disp: f64.lanes * w.size * i}
			counts[i] = K()
			if registers == 1 {
				VMOVAPD(floor, v[i])
				convert(m, within, v[i])
				VCMPPD(U8(13), floor, v[i], within, counts[i]) // v ≥ floor
			} else {
				convert(m, v[i])
				VCMPPD(U8(13), floor, v[i], counts[i])
			}
		}
		for i := range v {
			VMAXPD(v[i], floor, v[i]) // a NaN in v stays
		}
		for i := range v {
			VMULPD_BCST(f64.at(r, refRate), v[i], z[i])
		}
		for i := range v {
			VADDPD(shift, z[i], z[i])
		}
		for i := range v {
			VSUBPD(shift, z[i], q[i]) // n
		}
		for i := range v { // products of n and the steps are exact, so that fusing them changes nothing
			VMOVAPD(v[i], y[i])
			VFNMADD231PD(step1, q[i], y[i])
		}
		for i := range v {
			VFNMADD231PD(step2, q[i], y[i])
		}
		for i := range v {
			VMULPD_BCST(f64.at(r, refTerm+4), y[i], q[i])
		}
		for j := 3; j >= 0; j-- {
			for i := range v {
				VADDPD_BCST(f64.at(r, refTerm+j), q[i], q[i])
			}
			for i := range v {
				if j > 0 {
					VMULPD(y[i], q[i], q[i])
				}
			}
		}
		for i := range v {
			square := ZMM()
			VMULPD(y[i], y[i], square)
			VMULPD(q[i], square, q[i])
		}
		for i := range v {
			VADDPD(y[i], q[i], q[i])
		}
		for i := range v {
			VMOVAPD(z[i], y[i])
			VPERMI2PD(t[1], t[0], y[i])
			VPSLLQ(U8(48), z[i], z[i])
			VPADDQ(z[i], y[i], y[i]) // 2^(n/16)
		}
		for i := range v {
			VMULPD(y[i], q[i], q[i])
		}
		for i := range v {
			VADDPD_Z(y[i], q[i], counts[i], q[i])
		}
		for i, p := range q {
			VADDPD(p, hi, z[i])
			VSUBPD(hi, z[i], y[i])
			VMOVAPD(z[i], hi)
			VSUBPD(y[i], p, y[i])
			VADDPD(y[i], lo, lo)
		}
		for i := range v {
			VSUBPD_BCST(f64.at(r, refMax), v[i], v[i])
		}
		for i, p := range q {
			VMULPD(p, v[i], y[i])
			VADDPD(y[i], s1, s1)
			VMULPD(y[i], v[i], y[i])
			VADDPD(y[i], s2, s2)
		}
		none := "unstored" + itoa(labels)
		labels++
		TESTQ(e, e)
		JEQ(LabelRef(none))
		for i, p := range q {
			if registers == 1 {
				VMOVUPD(p, within, Mem{Base: e})
			} else {
				VMOVUPD(p, Mem{Base: e, Disp: 64 * i})
			}
		}
		ADDQ(imm(64*registers), e)
		Label(none)
	}, func(registers int) { ADDQ(imm(f64.lanes*w.size*registers), x) })
	start := ZMM()
	VBROADCASTSD(tables.start, start)
	VSUBPD(start, hi, hi)
	for i, name := range []string{"hi", "lo", "s1", "s2"} {
		Store(fold(sums[i]), Return(name))
	}
	VZEROUPPER()
	RET()
}

// sweep is [wide.walk] that takes what is left of a group, and the group of the element to skip, register by register.
// Body is given how many there are: all of a group, or one with a mask.
func (w *wide) sweep(x, n, skip reg.GPVirtual, body func(registers int, within reg.OpmaskVirtual), advance func(registers int)) {
	end, special, far := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: x, Index: n, Scale: uint8(w.size)}, end)
	if skip != nil { // the register in which it is
		MOVQ(skip, special)
		ANDQ(imm(-w.lanes), special)
		LEAQ(Mem{Base: x, Index: special, Scale: uint8(w.size)}, special)
		ANDQ(imm(w.lanes-1), skip)
	}
	Label("loop")
	LEAQ(Mem{Base: x, Disp: unroll * w.step()}, far)
	CMPQ(far, end)
	JHI(LabelRef("single"))
	if skip != nil {
		MOVQ(special, far)
		SUBQ(x, far)
		CMPQ(far, imm(unroll*w.step()))
		JCS(LabelRef("single"))
	}
	body(unroll, nil)
	advance(unroll)
	JMP(LabelRef("loop"))
	Label("single")
	CMPQ(x, end)
	JAE(LabelRef("done"))
	m, within := w.first(x, end), K()
	if skip != nil {
		CMPQ(x, special)
		JNE(LabelRef("masked"))
		BTRQ(skip, m)
		Label("masked")
	}
	if w.lanes == 16 {
		KMOVW(m.As32(), within)
	} else {
		KMOVB(m.As32(), within)
	}
	body(1, within)
	advance(1)
	JMP(LabelRef("loop"))
	Label("done")
}

// seek returns where v is first among n elements, or -1.
func (w *wide) seek() {
	TEXT("seek"+w.name+"AVX512", NOSPLIT, "func(x *"+w.typ+", n int, v "+w.typ+") (at int)")
	Pragma("noescape")
	x, n := gp("x"), gp("n")
	v := ZMM()
	w.broadcast(param("v"), v)
	at, start := GP64(), GP64()
	MOVQ(x, start)
	w.search(start, x, n, v, func() { Store(at, Return("at")) }, at)
}

// tally adds to three arrays of n integers, for each element of e, with p = scale·e,
//
//	p   q = p·(1-p)   q²
//
// each cut to a whole number of units.
func tally(tables momentTables) {
	TEXT("tallyAVX512Block", NOSPLIT, "func(e *float64, n int, expected, doubt, peaked *uint64, scale float64)")
	Pragma("noescape")
	x, n := gp("e"), gp("n")
	sums := []reg.GPVirtual{gp("expected"), gp("doubt"), gp("peaked")}
	scale, unit := ZMM(), ZMM()
	VBROADCASTSD(param("scale"), scale)
	VBROADCASTSD(tables.unit, unit)
	f64.sweep(x, n, nil, func(registers int, within reg.OpmaskVirtual) {
		for i := range registers {
			p, q, s := ZMM(), ZMM(), ZMM()
			if registers == 1 {
				VMULPD_Z(Mem{Base: x}, scale, within, p)
			} else {
				VMULPD(Mem{Base: x, Disp: 64 * i}, scale, p)
			}
			VMULPD(p, p, q)
			VSUBPD(q, p, q)
			VMULPD(q, q, s)
			for j, term := range []reg.VecVirtual{p, q, s} {
				m := Mem{Base: sums[j], Disp: 64 * i}
				VMULPD(unit, term, term)
				VCVTTPD2QQ(term, term)
				if registers == 1 {
					VPADDQ(m, term, within, term)
					VMOVDQU64(term, within, m)
				} else {
					VPADDQ(m, term, term)
					VMOVDQU64(term, m)
				}
			}
		}
	}, func(registers int) {
		ADDQ(imm(64*registers), x)
		for _, s := range sums {
			ADDQ(imm(64*registers), s)
		}
	})
	VZEROUPPER()
	RET()
}

// param is a parameter in memory.
func param(name string) Mem {
	c, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return c.Addr
}
