package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels of float64 rows, and the moments of both kinds, in registers of 256 bits: what rows.go does, on the
// same exponential with a table of 8.
func doubles() {
	w := half(f64)
	_, less, miss := w.eightPowers()
	w.topHalf()
	w.sumHalf(less, miss)
	w.expsHalf()
	half32as64().momentsHalf(less, miss)
	w.momentsHalf(less, miss)
}

// the registers of a turn
const halfTurn = 2

func (w *wide) filler(m Mem) func() reg.VecVirtual {
	return func() reg.VecVirtual {
		v := YMM()
		w.broadcast(m, v)
		return v
	}
}

// topHalf returns the largest of n elements, if there is no NaN.
func (w *wide) topHalf() {
	TEXT("top"+w.name+"AVX2", NOSPLIT, "func(x *"+w.typ+", n int) (max "+w.typ+")")
	Pragma("noescape")
	x, n := gp("x"), gp("n")
	best := w.vectors(halfTurn)
	for i := range best {
		w.broadcast(w.lowest(), best[i])
	}
	w.walkHalf(halfTurn, x, n, nil, func(masks []reg.VecVirtual) {
		for i, v := range w.takeHalf(halfTurn, x, masks, w.filler(w.lowest())) {
			w.max(v, best[i], best[i])
		}
	}, func() { ADDQ(imm(w.step()*halfTurn), x) })
	w.max(best[1], best[0], best[0])
	Store(w.foldBy(best[0], w.max), Return("max"))
	VZEROUPPER()
	RET()
}

// lessened returns the table less with the constant for bias at k, N in units of the exponent, taken off.
func (w *wide) lessened(less eight, k reg.GPVirtual) eight {
	bias, high := YMM(), YMM()
	VPBROADCASTD(f64.at(k, atBias).Offset(4), bias)
	VMOVUPS(less.high, high)
	VPSUBD(bias, high, high)
	return eight{less.low, high}
}

// sumHalf is [wide.sum].
func (w *wide) sumHalf(less, miss eight) {
	TEXT("sum"+w.name+"AVX2", NOSPLIT, "func(x *"+w.typ+", n, skip, ahead int, k *[16]"+w.typ+") (hi, lo float64, max "+w.typ+")")
	Pragma("noescape")
	x, n, skip, ahead, k := gp("x"), gp("n"), gp("skip"), gp("ahead"), gp("k")
	p := &halfPower{w, func(i int) Mem { return w.at(k, i) }, miss}
	t := w.lessened(less, k)
	hi, lo, best := YMM(), YMM(), YMM()
	w.broadcast(w.lowest(), best)
	w.broadcast(w.start(), hi)
	VXORPD(lo, lo, lo)
	w.walkHalf(halfTurn, x, n, skip, func(masks []reg.VecVirtual) {
		PREFETCHT0(Mem{Base: x, Index: ahead, Scale: 1})
		v := w.takeHalf(halfTurn, x, masks, w.filler(p.constant(atFloor)))
		for i := range v {
			w.max(v[i], best, best)
		}
		z := p.reduce(v)
		for i := range v {
			t, s := w.scaled(t, z[i]), YMM()
			w.fma231(v[i], t, lo)
			w.add(t, hi, s)
			w.sub(hi, s, hi) // s' - s
			w.sub(hi, t, t)
			w.add(t, lo, lo)
			VMOVAPS(s, hi)
		}
	}, func() { ADDQ(imm(w.step()*halfTurn), x) })
	w.sub(w.filler(w.start())(), hi, hi)
	Store(foldHalf(hi), Return("hi"))
	Store(foldHalf(lo), Return("lo"))
	Store(w.foldBy(best, w.max), Return("max"))
	VZEROUPPER()
	RET()
}

// expsHalf stores m·2^-N·e^(x/temp) in dst, for m in [½, 1) or its negative. The tables of m·2^(i/8), less i and
// with the exponent of 2^(100-N), and of what they miss, come as the lower and then the upper halves of their elements: nothing
// is denormal before the last multiplication, by 2^-100. Below floor it must come to 0.
func (w *wide) expsHalf() {
	TEXT("exps"+w.name+"AVX2", NOSPLIT, "func(dst, x *"+w.typ+", n int, k *[16]"+w.typ+", t, d *[16]uint32)")
	Pragma("noescape")
	dst, x, n, k, t, d := gp("dst"), gp("x"), gp("n"), gp("k"), gp("t"), gp("d")
	halves := func(base reg.GPVirtual) eight { return eight{Mem{Base: base}, Mem{Base: base, Disp: 32}} }
	p := &halfPower{w, func(i int) Mem { return w.at(k, i) }, halves(d)}
	small := words64("small256", 1, func(int) float64 { return 0x1p-100 })
	w.walkHalf(halfTurn, x, n, nil, func(masks []reg.VecVirtual) {
		v := w.takeHalf(halfTurn, x, masks, w.filler(p.constant(atFloor)))
		z := p.reduce(v)
		for i := range v {
			e := w.scaled(halves(t), z[i])
			w.fma213(e, e, v[i])
			w.mulEach(small, v[i], v[i])
			to := Mem{Base: dst, Disp: w.step() * i}
			if masks == nil {
				w.store(v[i], to)
			} else {
				w.storePart(v[i], masks[i], to)
			}
		}
	}, func() {
		ADDQ(imm(w.step()*halfTurn), x)
		ADDQ(imm(w.step()*halfTurn), dst)
	})
	VZEROUPPER()
	RET()
}

// momentsHalf is [wide.moments].
func (w *wide) momentsHalf(less, miss eight) {
	TEXT("moments"+w.name+"AVX2", NOSPLIT, "func(x *"+w.typ+", n, skip, ahead int, max float64, k *[16]float64, sums *[4]float64)")
	Pragma("noescape")
	x, n, skip, ahead, k := gp("x"), gp("n"), gp("skip"), gp("ahead"), gp("k")
	p := &halfPower{w, func(i int) Mem { return f64.at(k, i) }, miss}
	t := w.lessened(less, k)
	sums := w.vectors(4)
	for _, s := range sums {
		VXORPD(s, s, s)
	}
	w.walkHalf(halfTurn, x, n, skip, func(masks []reg.VecVirtual) {
		PREFETCHT0(Mem{Base: x, Index: ahead, Scale: 1})
		v := w.takeHalf(halfTurn, x, masks, w.filler(p.constant(atFloor)))
		below, floor, max := w.vectors(halfTurn), p.all(atFloor), YMM()
		VBROADCASTSD(param("max"), max)
		for i := range v {
			VMAXPD(v[i], floor, v[i])
			VSUBPD(max, v[i], below[i])
		}
		z := p.reduce(v)
		for i := range v {
			e, te := w.scaled(t, z[i]), YMM()
			VFMADD213PD(e, e, v[i])
			VMULPD(v[i], below[i], te)
			VADDPD(v[i], sums[0], sums[0])
			VADDPD(te, sums[1], sums[1])
			VFMADD231PD(te, below[i], sums[2])
			VFMADD231PD(v[i], v[i], sums[3])
		}
	}, func() { ADDQ(imm(w.step()*halfTurn), x) })
	to := gp("sums")
	for i, s := range sums {
		VMOVSD(foldHalf(s), Mem{Base: to, Disp: 8 * i})
	}
	VZEROUPPER()
	RET()
}
