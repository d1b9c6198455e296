package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels of evaluation, which reads every row once: the extent of its logits, and what they add to sums
// of probabilities. They compute in float64 whatever the logits are stored in.
func tallies() {
	for _, w := range []*wide{&f32, &f64} {
		w.extent()
	}
	_, less, miss := f64.expTables()
	unit := f64.table("unit", []uint64{math.Float64bits(0x1p-53)})
	for _, w := range []*wide{&f32, &f64} {
		w.tally(less, miss, unit)
	}
}

// extent returns the smallest and the largest of n elements, and their sum.
func (w *wide) extent() {
	TEXT("extent"+w.name+"AVX512", NOSPLIT, "func(x *"+w.typ+", n int) (low, high "+w.typ+", sum float64)")
	Pragma("noescape")
	x, n := gp("x"), gp("n")
	low, high, sums := zmms(2), zmms(2), zmms(unroll)
	for i := range low {
		w.broadcast(Mem{Base: x}, low[i])
		w.broadcast(Mem{Base: x}, high[i])
	}
	for i := range sums {
		zero(sums[i])
	}
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
				VADDPD(v, sums[i], sums[i])
				continue
			}
			a, y, b := ZMM(), YMM(), ZMM()
			VCVTPS2PD(v.AsY(), a)
			VEXTRACTF64X4(U8(1), v, y)
			VCVTPS2PD(y, b)
			VADDPD(a, sums[i], sums[i])
			VADDPD(b, sums[(i+1)%unroll], sums[(i+1)%unroll])
		}
	}, func() { ADDQ(imm(64*unroll), x) })
	w.min(low[1], low[0], low[0])
	w.max(high[1], high[0], high[0])
	VADDPD(sums[1], sums[0], sums[0])
	VADDPD(sums[3], sums[2], sums[2])
	VADDPD(sums[2], sums[0], sums[0])
	Store(fold(sums[0]), Return("sum"))
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

// tally adds to three arrays of n integers, for each element, with e = 2^-N·e^x and p = scale·e in units,
//
//	p   q = p·(1-p)   q²
//
// each cut to an integer.
func (w *wide) tally(less, miss, of Mem) {
	TEXT("tally"+w.name+"AVX512", NOSPLIT, "func(x *"+w.typ+", n int, expected, doubt, peaked *uint64, scale float64, k *[16]float64)")
	Pragma("noescape")
	x, n, k := gp("x"), gp("n"), gp("k")
	sums := []reg.GPVirtual{gp("expected"), gp("doubt"), gp("peaked")}
	d := f64 // computes
	p := d.power(k)
	p.t, p.miss = d.loadTable(less), d.loadTable(miss)
	bias, scale, unit := ZMM(), ZMM(), ZMM()
	d.broadcast(d.at(k, atBias), bias)
	for _, t := range p.t {
		d.subInt(bias, t, t)
	}
	VBROADCASTSD(param("scale"), scale)
	d.broadcast(of, unit)
	stored := d
	stored.size = w.size
	stored.walk(x, n, nil, func(k *[unroll]reg.OpmaskVirtual) {
		for first := 0; first < unroll; first += d.batch {
			v := zmms(d.batch)
			for i := range v {
				m := Mem{Base: x, Disp: d.lanes * w.size * (first + i)}
				convert := VMOVUPD
				if w.size == 4 {
					convert = VCVTPS2PD
				}
				if k == nil {
					convert(m, v[i])
				} else {
					VMOVAPD(p.floor, v[i])
					convert(m, k[first+i], v[i])
				}
			}
			z := p.reduce(v)
			for i := range v {
				e := p.lookup(p.t, z[i])
				d.shift(U8(d.frac-tableBits), z[i], z[i])
				d.addInt(z[i], e, e)
				d.fma231(v[i], e, e)
				d.mul(scale, e, e)
				q, s := ZMM(), ZMM()
				d.mul(unit, e, s) // p itself
				VMOVAPD(e, q)
				d.fnma231(s, e, q)
				d.mul(unit, q, s)
				d.mul(q, s, s) // q² in units
				for j, term := range []reg.VecVirtual{e, q, s} {
					m := Mem{Base: sums[j], Disp: 64 * (first + i)}
					VCVTTPD2QQ(term, term)
					if k == nil {
						VPADDQ(m, term, term)
						VMOVDQU64(term, m)
					} else {
						VPADDQ(m, term, k[first+i], term)
						VMOVDQU64(term, k[first+i], m)
					}
				}
			}
		}
	}, func() {
		ADDQ(imm(d.lanes*w.size*unroll), x)
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
