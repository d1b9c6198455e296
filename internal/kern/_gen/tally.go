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
	w.walk(x, n, nil, func(k *[unroll]reg.OpmaskVirtual) {
		for i := range unroll {
			m, v := Mem{Base: x, Disp: 64 * i}, ZMM()
			if k == nil {
				w.load(m, v)
				w.min(v, low[i%2], low[i%2])
				w.max(v, high[i%2], high[i%2])
			} else {
				w.loadZero(m, k[i], v)
				w.min(v, low[i%2], k[i], low[i%2])
				w.max(v, high[i%2], k[i], high[i%2])
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
	}, func() { ADDQ(imm(64*unroll), x) })
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

// measure is measureBlock of package kern. e may be nil.
func (w *wide) measure(tables momentTables) {
	TEXT("measure"+w.name+"AVX512", NOSPLIT, "func(x *"+w.typ+", n, skip int, e *float64, r *[12]float64) (hi, lo, s1, s2, q2 float64)")
	Pragma("noescape")
	x, n, skip, e, r := gp("x"), gp("n"), gp("skip"), gp("e"), gp("r")
	constant := func(i int) reg.VecVirtual {
		z := ZMM()
		VBROADCASTSD(f64.at(r, i), z)
		return z
	}
	floor, rate, shift := constant(refFloor), constant(refRate), constant(refShift)
	step1, step2, top := constant(refStep1), constant(refStep2), constant(refMax)
	var c [5]reg.VecVirtual
	for i := range c {
		c[i] = constant(refTerm + i)
	}
	bias := constant(refBias)
	t := f64.loadTable(tables.powers)
	for _, t := range t {
		VPSUBQ(bias, t, t)
	}
	sums := zmms(5)
	for _, s := range sums[1:] {
		zero(s)
	}
	VBROADCASTSD(tables.start, sums[0])
	hi, lo, s1, s2, q2 := sums[0], sums[1], sums[2], sums[3], sums[4]

	stored := f64
	stored.size = w.size
	labels := 0
	stored.walk(x, n, skip, func(k *[unroll]reg.OpmaskVirtual) {
		for i := range unroll {
			v, z, y, q := ZMM(), ZMM(), ZMM(), ZMM()
			m := Mem{Base: x, Disp: f64.lanes * w.size * i}
			convert := VMOVUPD
			if w.size == 4 {
				convert = VCVTPS2PD
			}
			counts := K()
			if k == nil {
				convert(m, v)
				VCMPPD(U8(13), floor, v, counts) // v ≥ floor
			} else {
				VMOVAPD(floor, v)
				convert(m, k[i], v)
				VCMPPD(U8(13), floor, v, k[i], counts)
			}
			VMAXPD(v, floor, v)
			VMULPD(rate, v, z)
			VADDPD(shift, z, z)
			VSUBPD(shift, z, q) // n
			VMULPD(step1, q, y)
			VSUBPD(y, v, y)
			VMULPD(step2, q, q)
			VSUBPD(q, y, y)
			VMULPD(c[4], y, q)
			VADDPD(c[3], q, q)
			for j := 2; j >= 0; j-- {
				VMULPD(y, q, q)
				VADDPD(c[j], q, q)
			}
			p := ZMM()
			VMULPD(y, y, p)
			VMULPD(q, p, p)
			VADDPD(y, p, p)
			VMOVAPD(z, q)
			VPERMI2PD(t[1], t[0], q)
			VPSLLQ(U8(48), z, z)
			VPADDQ(z, q, q)
			VMULPD(q, p, p)
			VADDPD_Z(q, p, counts, p)
			VADDPD(p, hi, z)
			VSUBPD(hi, z, q)
			VSUBPD(q, p, q)
			VADDPD(q, lo, lo)
			VMOVAPD(z, hi)
			VSUBPD(top, v, v)
			VMULPD(p, v, y)
			VADDPD(y, s1, s1)
			VMULPD(y, v, y)
			VADDPD(y, s2, s2)
			VMULPD(p, p, y)
			VADDPD(y, q2, q2)
			none := "unstored" + itoa(labels)
			labels++
			TESTQ(e, e)
			JEQ(LabelRef(none))
			if k == nil {
				VMOVUPD(p, Mem{Base: e, Disp: 64 * i})
			} else {
				VMOVUPD(p, k[i], Mem{Base: e, Disp: 64 * i})
			}
			Label(none)
		}
	}, func() {
		ADDQ(imm(f64.lanes*w.size*unroll), x)
		TESTQ(e, e)
		none := "unmoved" + itoa(labels)
		labels++
		JEQ(LabelRef(none))
		ADDQ(imm(64*unroll), e)
		Label(none)
	})
	start := ZMM()
	VBROADCASTSD(tables.start, start)
	VSUBPD(start, hi, hi)
	for i, name := range []string{"hi", "lo", "s1", "s2", "q2"} {
		Store(fold(sums[i]), Return(name))
	}
	VZEROUPPER()
	RET()
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
	f64.walk(x, n, nil, func(k *[unroll]reg.OpmaskVirtual) {
		for i := range unroll {
			p, q, s := ZMM(), ZMM(), ZMM()
			if k == nil {
				VMULPD(Mem{Base: x, Disp: 64 * i}, scale, p)
			} else {
				VMULPD_Z(Mem{Base: x, Disp: 64 * i}, scale, k[i], p)
			}
			VMULPD(p, p, q)
			VSUBPD(q, p, q)
			VMULPD(q, q, s)
			for j, term := range []reg.VecVirtual{p, q, s} {
				m := Mem{Base: sums[j], Disp: 64 * i}
				VMULPD(unit, term, term)
				VCVTTPD2QQ(term, term)
				if k == nil {
					VPADDQ(m, term, term)
					VMOVDQU64(term, m)
				} else {
					VPADDQ(m, term, k[i], term)
					VMOVDQU64(term, k[i], m)
				}
			}
		}
	}, func() {
		ADDQ(imm(64*unroll), x)
		for _, s := range sums {
			ADDQ(imm(64*unroll), s)
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
