package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels of tally.go in registers of 256 bits: the eight lanes of a sum are two registers.
func tallies256() {
	half(f32).extentHalf()
	half(f64).extentHalf()
	t := newMomentHalves()
	half32as64().measureHalf(t)
	half(f64).measureHalf(t)
	tallyHalf()
}

// extentHalf is [wide.extent], eight elements a turn.
func (w *wide) extentHalf() {
	TEXT("extent"+w.name+"AVX2", NOSPLIT, "func(x *"+w.typ+", n int) (low, high "+w.typ+", sum float64)")
	Pragma("noescape")
	x, n := gp("x"), gp("n")
	registers := 8 / w.lanes
	low, high := w.vectors(registers), w.vectors(registers)
	for i := range low {
		w.broadcast(Mem{Base: x}, low[i])
		w.broadcast(Mem{Base: x}, high[i])
	}
	sum := w.vectors(2)
	for _, s := range sum {
		VXORPD(s, s, s)
	}
	w.walkHalf(registers, x, n, nil, func(masks []reg.VecVirtual) {
		v := w.vectors(registers)
		for i := range v {
			m := Mem{Base: x, Disp: w.step() * i}
			if masks == nil {
				w.load(m, v[i])
				w.min(v[i], low[i], low[i])
				w.max(v[i], high[i], high[i])
				continue
			}
			w.loadPart(m, masks[i], v[i])
			seen := YMM()
			w.blend(masks[i], v[i], low[i], seen)
			w.min(seen, low[i], low[i])
			w.blend(masks[i], v[i], high[i], seen)
			w.max(seen, high[i], high[i])
		}
		if w.size == 8 {
			VADDPD(v[0], sum[0], sum[0])
			VADDPD(v[1], sum[1], sum[1])
			return
		}
		upper, a, b := XMM(), YMM(), YMM()
		VCVTPS2PD(v[0].AsX(), a)
		VEXTRACTF128(U8(1), v[0], upper)
		VCVTPS2PD(upper, b)
		VADDPD(a, sum[0], sum[0])
		VADDPD(b, sum[1], sum[1])
	}, func() { ADDQ(imm(8*w.size), x) })
	for i := 1; i < registers; i++ {
		w.min(low[i], low[0], low[0])
		w.max(high[i], high[0], high[0])
	}
	Store(foldHalf(sum...), Return("sum"))
	Store(w.foldBy(low[0], w.min), Return("low"))
	Store(w.foldBy(high[0], w.max), Return("high"))
	VZEROUPPER()
	RET()
}

// momentHalves are momentTable of package kern in four parts, the lower and the upper halves of each eight, and 128.
type momentHalves struct {
	low, high [2]Mem
	start     Mem
}

func newMomentHalves() (t momentHalves) {
	words := momentWords()
	for i := range t.low {
		part := words[8*i:][:8]
		t.low[i] = f32.table("momentLow"+itoa(i), part)
		t.high[i] = f32.table("momentHigh"+itoa(i), over(part))
	}
	t.start = f64.table("momentStart256", []uint64{math.Float64bits(128)})
	return t
}

// find returns the elements of momentTable whose numbers are the last four bits of the eight z.
func (t momentHalves) find(z []reg.VecVirtual) []reg.VecVirtual {
	number, second := YMM(), YMM()
	VSHUFPS(U8(0x88), z[1], z[0], number)
	VPSLLD(U8(28), number, second) // bit 3 tells the second eight
	pick := func(m [2]Mem) reg.VecVirtual {
		a, b := YMM(), YMM()
		VPERMPS(m[0], number, a)
		VPERMPS(m[1], number, b)
		VBLENDVPS(second, b, a, a)
		return a
	}
	low, high := pick(t.low), pick(t.high)
	e := []reg.VecVirtual{YMM(), YMM()}
	VUNPCKLPS(high, low, e[0])
	VUNPCKHPS(high, low, e[1])
	return e
}

// measureHalf is measureBlock of package kern. e may be nil. The sums, too many for registers, stay in memory.
func (w *wide) measureHalf(t momentHalves) {
	TEXT("measure"+w.name+"AVX2", NOSPLIT, "func(x *"+w.typ+", n, skip int, e *float64, r *[12]float64) (hi, lo, s1, s2 float64)")
	Pragma("noescape")
	x, n, skip, e, r := gp("x"), gp("n"), gp("skip"), gp("e"), gp("r")
	constant := func(i int) reg.VecVirtual {
		v := YMM()
		VBROADCASTSD(f64.at(r, i), v)
		return v
	}
	names := []string{"hi", "lo", "s1", "s2"}
	memory := AllocLocal(64 * len(names))
	sum := func(s, i int) Mem { return memory.Offset(64*s + 32*i) }
	first := YMM()
	VBROADCASTSD(t.start, first)
	for i := range 2 {
		VMOVUPD(first, sum(0, i))
	}
	VXORPD(first, first, first)
	for s := 1; s < len(names); s++ {
		for i := range 2 {
			VMOVUPD(first, sum(s, i))
		}
	}
	labels := 0
	w.walkHalf(2, x, n, skip, func(masks []reg.VecVirtual) {
		floor := constant(refFloor)
		v := w.takeHalf(2, x, masks, func() reg.VecVirtual { return floor })
		counts, z, y, q := w.vectors(2), w.vectors(2), w.vectors(2), w.vectors(2)
		for i := range v {
			VCMPPD(U8(13), floor, v[i], counts[i]) // v ≥ floor
			if masks != nil {
				VANDPD(w.widened(masks[i]), counts[i], counts[i])
			}
			VMAXPD(v[i], floor, v[i])
		}
		rate, shift := constant(refRate), constant(refShift)
		for i := range v {
			VMULPD(rate, v[i], z[i])
			VADDPD(shift, z[i], z[i])
			VSUBPD(shift, z[i], q[i]) // n
		}
		step := constant(refStep1)
		for i := range v { // products of n and the steps are exact, so that fusing them changes nothing
			VMOVAPD(v[i], y[i])
			VFNMADD231PD(step, q[i], y[i])
		}
		step = constant(refStep2)
		for i := range v {
			VFNMADD231PD(step, q[i], y[i])
		}
		c := constant(refTerm + 4)
		for i := range v {
			VMULPD(c, y[i], q[i])
		}
		for j := 3; j >= 0; j-- {
			c := constant(refTerm + j)
			for i := range v {
				VADDPD(c, q[i], q[i])
				if j > 0 {
					VMULPD(y[i], q[i], q[i])
				}
			}
		}
		for i := range v {
			square := YMM()
			VMULPD(y[i], y[i], square)
			VMULPD(q[i], square, q[i])
			VADDPD(y[i], q[i], q[i])
		}
		power, bias := t.find(z), constant(refBias)
		top := constant(refMax)
		for i := range v {
			VPSLLQ(U8(48), z[i], z[i])
			VPSUBQ(bias, z[i], z[i])
			VPADDQ(z[i], power[i], power[i])
			p := q[i]
			VMULPD(power[i], p, p)
			VADDPD(power[i], p, p)
			VANDPD(counts[i], p, p)
			hi, s, err := YMM(), YMM(), YMM()
			VMOVUPD(sum(0, i), hi)
			VADDPD(p, hi, s)
			VMOVUPD(s, sum(0, i))
			VSUBPD(hi, s, err)
			VSUBPD(err, p, err)
			add := func(n int, term reg.VecVirtual) {
				VADDPD(sum(n, i), term, term)
				VMOVUPD(term, sum(n, i))
			}
			add(1, err)
			below, first, second := YMM(), YMM(), YMM()
			VSUBPD(top, v[i], below)
			VMULPD(p, below, first)
			VMULPD(first, below, second)
			add(2, first)
			add(3, second)
			none := "unstored" + itoa(labels)
			labels++
			TESTQ(e, e)
			JEQ(LabelRef(none))
			if masks == nil {
				VMOVUPD(p, Mem{Base: e, Disp: 32 * i})
			} else {
				VMASKMOVPD(p, w.widened(masks[i]), Mem{Base: e, Disp: 32 * i})
			}
			Label(none)
		}
	}, func() {
		ADDQ(imm(8*w.size), x)
		none := "unmoved" + itoa(labels)
		labels++
		TESTQ(e, e)
		JEQ(LabelRef(none))
		ADDQ(imm(64), e)
		Label(none)
	})
	for s, name := range names {
		v := w.vectors(2)
		for i := range v {
			VMOVUPD(sum(s, i), v[i])
			if s == 0 {
				start := YMM()
				VBROADCASTSD(t.start, start)
				VSUBPD(start, v[i], v[i])
			}
		}
		Store(foldHalf(v...), Return(name))
	}
	VZEROUPPER()
	RET()
}

// tallyHalf is [tally]. There is no conversion to integers of 64 bits; a probability p < 2 with the exponent x
// is (1.f)·2^x, of which 2^53·p keeps what is left of (1f), 54 bits with the last of them 0, when it is
// shifted down by -x.
func tallyHalf() {
	TEXT("tallyAVX2Block", NOSPLIT, "func(e *float64, n int, expected, doubt, peaked *uint64, scale float64)")
	Pragma("noescape")
	w := half(f64)
	x, n := gp("e"), gp("n")
	sums := []reg.GPVirtual{gp("expected"), gp("doubt"), gp("peaked")}
	scale, fraction, one, bias := YMM(), YMM(), YMM(), YMM()
	VBROADCASTSD(param("scale"), scale)
	for _, c := range []struct {
		name string
		word uint64
		to   reg.VecVirtual
	}{{"shareFraction", 1<<53 - 2, fraction}, {"shareOne", 1 << 53, one}, {"shareBias", 1023, bias}} {
		VPBROADCASTQ(f64.table(c.name, []uint64{c.word}), c.to)
	}
	w.walkHalf(2, x, n, nil, func(masks []reg.VecVirtual) {
		for i := range 2 {
			p, q, s := YMM(), YMM(), YMM()
			from := Mem{Base: x, Disp: 32 * i}
			if masks == nil {
				VMOVUPD(from, p)
			} else {
				VMASKMOVPD(from, masks[i], p)
			}
			VMULPD(scale, p, p)
			VMULPD(p, p, q)
			VSUBPD(q, p, q)
			VMULPD(q, q, s)
			for j, term := range []reg.VecVirtual{p, q, s} {
				m, down := Mem{Base: sums[j], Disp: 32 * i}, YMM()
				VPSRLQ(U8(52), term, down)
				VPSUBQ(down, bias, down)
				VPSLLQ(U8(1), term, term)
				VPAND(fraction, term, term)
				VPOR(one, term, term)
				VPSRLVQ(down, term, term)
				if masks == nil {
					VPADDQ(m, term, term)
					VMOVDQU(term, m)
				} else {
					old := YMM()
					VPMASKMOVQ(m, masks[i], old)
					VPADDQ(old, term, term)
					VPMASKMOVQ(term, masks[i], m)
				}
			}
		}
	}, func() {
		ADDQ(imm(64), x)
		for _, s := range sums {
			ADDQ(imm(64), s)
		}
	})
	VZEROUPPER()
	RET()
}
