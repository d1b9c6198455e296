package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Where a Sixteen of package kern holds what, in bytes.
const (
	fewOwn     = 0
	fewPull    = 128
	fewLabel   = 256
	fewMax     = 320
	fewArg     = 384
	fewOthers  = 448
	fewLogs    = 576
	fewCost    = 704
	fewInverse = 832
	fewFirst   = 840
	fewBad     = 848
	fewFar     = 856
)

const (
	mostFew  = 128          // classes
	rests    = 64 * mostFew // where the rest of a power is, from the power on, in bytes
	atDepths = 14           // two constants: the least and the largest maximum that exponents are counted from
)

// few treats 16 rows of few classes at once, one in each lane, so that nothing is folded within a register: they are
// transposed on the way in, and their gradients on the way out. For each row it finds the maximum and where it is first,
// and relative to 2^N near the exponential of the second largest element, so that a sure row keeps its digits, the sum of
// the exponentials of all others:
//
//	u = 2^N/e^max   others = u·Σ 2^-N·e^x   logs = ln(1+others)   cost = logs + (max-x[label])/temp
//
// in float64. Rows that it cannot count, such as those with a NaN, are bad. Given grad it goes on and stores, with own
// and pull of each row, and A = own + pull·(max/temp + logs),
//
//	grad[j] = A·p[j]   grad[label] = (A-own)·p[label] - own·(1-p[label])
//
// rounded once, but for denormal numbers; unless one of the rows is bad or far: its factor A·u/(1+others) might be too far
// from 1 for float32. Rows begin stride and gradStride elements apart.
func few(whole, miss Mem) {
	w := &f32
	TEXT("fewF32AVX512", 0, "func(x *float32, n, stride int, grad *float32, gradStride int, k *[16]float32, s *float64)")
	Pragma("noescape")
	x, n, stride, k, s := gp("x"), gp("n"), gp("stride"), gp("k"), gp("s")
	in := func(at int) Mem { return Mem{Base: s, Disp: at} }
	local := AllocLocal(2*rests + 64)
	powers := GP64() // of each class, and behind them their rests
	LEAQ(local, powers)
	ADDQ(imm(63), powers)
	ANDQ(imm(-64), powers)

	// the logits of the labels, and all
	lane, index, logits := ZMM(), ZMM(), ZMM()
	VMOVDQU32(words("lanes", 16, func(i int) uint32 { return uint32(i) }), lane)
	VPBROADCASTD(stride.As32(), index)
	VPMULLD(lane, index, index)
	VPADDD(in(fewLabel), index, index)
	gather(Mem{Base: x, Index: index, Scale: 4}, logits)
	fewIn(x, n, stride, powers)

	// the two largest
	best, second, arg, class, one := ZMM(), ZMM(), ZMM(), ZMM(), ZMM()
	w.broadcast(w.lowest(), best)
	VMOVAPS(best, second)
	zero(arg)
	zero(class)
	VPBROADCASTD(words("one", 1, func(int) uint32 { return 1 }), one)
	columns := func(name string, body func(column Mem)) {
		column, left := GP64(), GP64()
		MOVQ(powers, column)
		MOVQ(n, left)
		Label(name)
		body(Mem{Base: column})
		ADDQ(imm(64), column)
		DECQ(left)
		JNE(LabelRef(name))
	}
	columns("top", func(column Mem) {
		v, more, less := ZMM(), K(), ZMM()
		VMOVUPS(column, v)
		VCMPPS(U8(0x1e), best, v, more) // v > best
		VMINPS(best, v, less)
		VMAXPS(second, less, second)
		VMOVAPS(v, more, best)
		VMOVDQA32(class, more, arg)
		VPADDD(one, class, class)
	})
	VMOVUPS(best, in(fewMax))
	VMOVDQU32(arg, in(fewArg))
	beyond, below, bad := K(), K(), GP64()
	VCMPPS_BCST(U8(9), w.at(k, atDepths), second, below)  // not ≥
	VCMPPS_BCST(U8(6), w.at(k, atDepths+1), best, beyond) // not ≤
	KORW(below, beyond, beyond)
	KMOVW(beyond, bad.As32())

	// the sum
	p := w.power(k)
	p.t, p.miss = w.loadTable(whole), w.loadTable(miss)
	near := func(v reg.VecVirtual) reg.VecVirtual { // the whole number near log2 of e^v
		z := ZMM()
		VMULPS(v, p.rate, z)
		VRNDSCALEPS(U8(0), z, z)
		return z
	}
	n1, n2 := near(best), near(second)
	relative := func(z, to reg.VecVirtual) reg.VecVirtual { // 2^(n-to)·T[i]
		t := p.lookup(p.t, z)
		VSUBPS(p.shift, z, z)
		VSUBPS(to, z, z)
		VSCALEFPS(z, t, t)
		return t
	}
	unit := []reg.VecVirtual{ZMM()} // e^max·2^-n1
	VMOVAPS(best, unit[0])
	VMOVAPS(best, p.floor)
	t1 := relative(p.reduce(unit)[0], n1)
	VMULPS(t1, unit[0], unit[0])
	VADDPS_BCST(words("gone", 1, func(int) uint32 { return math.Float32bits(-152) }), n2, p.floor)
	VMULPS(p.step1, p.floor, p.floor) // where 2^(n-n2) rounds to 0
	hi, lo, rest := ZMM(), ZMM(), ZMM()
	w.broadcast(w.start(), hi)
	zero(lo)
	zero(rest)
	zero(class)
	columns("sum", func(column Mem) {
		e, others, t, sum := []reg.VecVirtual{ZMM()}, K(), ZMM(), ZMM()
		VMOVUPS(column, e[0])
		VPCMPD(U8(4), class, arg, others)
		VPADDD(one, class, class)
		power := relative(p.reduce(e)[0], n2)
		VMOVUPS(power, column)
		VMOVUPS(e[0], column.Offset(rests))
		VMOVAPS_Z(power, others, t)
		VFMADD231PS(e[0], t, rest)
		VADDPS(t, hi, sum)
		VSUBPS(hi, sum, hi)
		VSUBPS(hi, t, t)
		VADDPS(t, lo, lo)
		VMOVAPS(sum, hi)
	})
	VSUBPS_BCST(w.start(), hi, hi)
	VADDPS(rest, lo, lo)
	first := K()
	VPCMPEQD(in(fewLabel), arg, first)
	firsts := GP64()
	KMOVW(first, firsts.As32())
	MOVQ(firsts, in(fewFirst))
	VSUBPS(n1, n2, n2)

	half := func(z reg.VecVirtual, h int) reg.VecVirtual { // in float64
		y, d := YMM(), ZMM()
		VEXTRACTF64X4(U8(uint8(h)), z, y)
		VCVTPS2PD(y, d)
		return d
	}
	constant := func(name string, v float64) Mem { return words64(name, 1, func(int) float64 { return v }) }
	var us [2]reg.VecVirtual
	collect := func(k reg.OpmaskVirtual, h int, to reg.GPVirtual) {
		m := GP64()
		KMOVW(k, m.As32())
		SHLQ(imm(8*h), m)
		ORQ(m, to)
	}
	for h := range 2 {
		part := func(of int) Mem { return in(of + 64*h) }
		u, sum, cost, no := ZMM(), addTo(half(hi, h), half(lo, h)), half(best, h), K()
		VBROADCASTSD(constant("unit", 1), u)
		VSCALEFPD(half(n2, h), u, u)
		VDIVPD(addTo(half(unit[0], h), half(t1, h)), u, u)
		us[h] = u
		VMULPD(u, sum, sum)
		VMOVUPD(sum, part(fewOthers))
		log := logOnePlus(sum)
		VMOVUPD(log, part(fewLogs))
		VSUBPD(half(logits, h), cost, cost)
		VMULPD_BCST(in(fewInverse), cost, cost)
		VADDPD(log, cost, cost)
		VMOVUPD(cost, part(fewCost))
		VCMPPD_BCST(U8(9), constant("leastSum", 0x1p-120), sum, no) // not ≥
		collect(no, h, bad)
	}
	MOVQ(bad, in(fewBad))
	grad := gp("grad")
	TESTQ(grad, grad)
	JEQ(LabelRef("done"))

	// the exponentials of the labels
	power, ey := ZMM(), ZMM()
	element := func(of Mem) reg.VecVirtual { // of the column that a lane asks for
		i := ZMM()
		VMOVDQU32(of, i)
		VPSLLD(U8(4), i, i)
		VPADDD(lane, i, i)
		return i
	}
	VMOVAPS(element(in(fewLabel)), index)
	gather(Mem{Base: powers, Index: index, Scale: 4}, power)
	gather(Mem{Base: powers, Index: index, Scale: 4, Disp: rests}, ey)
	VMULPS(power, ey, ey)

	// the factor, as a sum of two, and the gradients of the maximum and of the label
	factor, missed, ofArg, ofLabel := ZMM(), ZMM(), ZMM(), ZMM()
	far := GP64()
	XORQ(far, far)
	for h := range 2 {
		part := func(of int) Mem { return in(of + 64*h) }
		u, sum, e := us[h], ZMM(), addTo(half(ey, h), half(power, h))
		one, total, q, pull := ZMM(), ZMM(), ZMM(), half(best, h)
		VMOVUPD(part(fewOthers), sum)
		VBROADCASTSD(constant("unit", 1), one)
		VADDPD(one, sum, q)
		VDIVPD(q, one, total) // 1/(1+others)
		VMULPD(u, e, e)
		VSUBPD(e, sum, q)
		VADDPD(one, q, q) // 1 + (others-e), or for the maximum others
		isFirst := K()
		KSHIFTRW(U8(uint8(8*h)), first, isFirst)
		VMOVAPD(sum, isFirst, q)
		VMOVAPD(one, isFirst, e)
		VMULPD(total, q, q)
		VMULPD(total, e, e)
		VMULPD_BCST(in(fewInverse), pull, pull)
		VADDPD(part(fewLogs), pull, pull)
		VMULPD(part(fewPull), pull, pull)
		VMULPD(pull, e, e)
		VFNMADD231PD(part(fewOwn), q, e) // of the label
		VADDPD(part(fewOwn), pull, pull)
		VMULPD(total, pull, pull) // of the maximum
		VMULPD(pull, u, u)        // of the exponentials
		size, some, no := ZMM(), K(), K()
		VANDPD_BCST(words64("positive", 1, func(int) float64 { return math.Float64frombits(math.MaxInt64) }), u, size)
		zero(q)
		VCMPPD(U8(4), q, u, some)                                            // not 0
		VCMPPD_BCST(U8(9), constant("leastFactor", 0x1p-90), size, some, no) // not ≥
		collect(no, h, far)
		VCMPPD_BCST(U8(6), constant("mostFactor", 0x1p90), size, no) // not ≤
		collect(no, h, far)
		narrow := func(z, to reg.VecVirtual) reg.VecVirtual {
			y := YMM()
			VCVTPD2PS(z, y)
			if h == 0 {
				zero(to)
				VMOVAPS(y, to.AsY())
			} else {
				VINSERTF64X4(U8(1), y, to, to)
			}
			return y
		}
		rounded := ZMM()
		VCVTPS2PD(narrow(u, factor), rounded)
		VSUBPD(rounded, u, u)
		narrow(u, missed)
		narrow(pull, ofArg)
		narrow(e, ofLabel)
	}
	MOVQ(far, in(fewFar))
	ORQ(bad, far)
	JNE(LabelRef("done"))
	columns("gradient", func(column Mem) {
		t, r, g, l := ZMM(), ZMM(), ZMM(), ZMM()
		VMOVUPS(column, t)
		VMOVUPS(column.Offset(rests), r)
		VFMADD213PS(missed, factor, r)
		VMULPS(factor, t, g)
		VMOVAPS(g, l)
		VFMSUB231PS(factor, t, l) // what rounding g has lost, less than g
		VFMADD231PS(r, t, l)
		VADDPS(l, g, g)
		VMOVUPS(g, column)
	})
	scatter(ofArg, Mem{Base: powers, Index: element(in(fewArg)), Scale: 4})
	scatter(ofLabel, Mem{Base: powers, Index: element(in(fewLabel)), Scale: 4})
	gradStride := gp("gradStride")
	fewOut(grad, n, gradStride, powers)
	Label("done")
	VZEROUPPER()
	RET()
}

func gather(m Mem, to reg.VecVirtual) {
	all := K()
	KXNORW(all, all, all)
	zero(to)
	VGATHERDPS(m, all, to)
}

func scatter(z reg.VecVirtual, m Mem) {
	all := K()
	KXNORW(all, all, all)
	VSCATTERDPS(z, all, m)
}

// fewIn stores the n columns of 16 rows, and asks for the next 16 rows. x is lost.
func fewIn(x, n, stride, to reg.GPVirtual) {
	fewTiles("in", x, n, stride, to, func(rows, columns []Mem, within reg.OpmaskVirtual, next func()) {
		r := zmms(16)
		for i := range r {
			VMOVUPS_Z(rows[0], within, r[i])
			PREFETCHT0(rows[1])
			next()
		}
		for i, c := range transposed(r) {
			VMOVUPS(c, columns[i])
		}
	})
}

// fewOut stores n columns as 16 rows. x is lost.
func fewOut(x, n, stride, from reg.GPVirtual) {
	fewTiles("out", x, n, stride, from, func(rows, columns []Mem, within reg.OpmaskVirtual, next func()) {
		c := zmms(16)
		for i := range c {
			VMOVUPS(columns[i], c[i])
		}
		for _, r := range transposed(c) {
			VMOVUPS(r, within, rows[0])
			next()
		}
	})
}

// fewTiles emits a loop over the tiles of 16 columns of 16 rows. Body is given where a row is, and the same 16 rows
// on; next takes it to the next.
func fewTiles(name string, x, n, stride, buffer reg.GPVirtual, body func(rows, columns []Mem, within reg.OpmaskVirtual, next func())) {
	step, row, ahead, column, left, limit := GP64(), GP64(), GP64(), GP64(), GP64(), GP64()
	LEAQ(Mem{Base: stride, Index: stride, Scale: 1}, step)
	SHLQ(imm(1), step)
	MOVQ(buffer, column)
	MOVQ(n, left)
	MOVQ(U32(16), limit)
	Label(name)
	count, m, within := GP64(), GP64(), K()
	MOVQ(left, count)
	CMPQ(count, limit)
	CMOVQGT(limit, count)
	MOVQ(I32(-1), m)
	BZHIQ(count, m, m)
	KMOVW(m.As32(), within)
	MOVQ(x, row)
	MOVQ(step, ahead)
	SHLQ(imm(4), ahead)
	columns := make([]Mem, 16)
	for i := range columns {
		columns[i] = Mem{Base: column, Disp: 64 * i}
	}
	body([]Mem{{Base: row}, {Base: row, Index: ahead, Scale: 1}}, columns, within, func() { ADDQ(step, row) })
	ADDQ(imm(64), x)
	ADDQ(I32(1024), column)
	SUBQ(limit, left)
	JGT(LabelRef(name))
}

// transposed returns the columns of 16 rows of 16: pairs, quadruples, and then whole quarters change places.
func transposed(r []reg.VecVirtual) []reg.VecVirtual {
	t, u, c := zmms(16), zmms(16), zmms(16)
	for i := 0; i < 16; i += 2 {
		VUNPCKLPS(r[i+1], r[i], t[i])
		VUNPCKHPS(r[i+1], r[i], t[i+1])
	}
	for g := 0; g < 16; g += 4 {
		VUNPCKLPD(t[g+2], t[g], u[g])
		VUNPCKHPD(t[g+2], t[g], u[g+1])
		VUNPCKLPD(t[g+3], t[g+1], u[g+2])
		VUNPCKHPD(t[g+3], t[g+1], u[g+3])
	}
	for i := range 4 {
		v := zmms(4)
		VSHUFF32X4(U8(0x88), u[4+i], u[i], v[0])
		VSHUFF32X4(U8(0xdd), u[4+i], u[i], v[1])
		VSHUFF32X4(U8(0x88), u[12+i], u[8+i], v[2])
		VSHUFF32X4(U8(0xdd), u[12+i], u[8+i], v[3])
		VSHUFF32X4(U8(0x88), v[2], v[0], c[i])
		VSHUFF32X4(U8(0x88), v[3], v[1], c[4+i])
		VSHUFF32X4(U8(0xdd), v[2], v[0], c[8+i])
		VSHUFF32X4(U8(0xdd), v[3], v[1], c[12+i])
	}
	return c
}

func addTo(a, b reg.VecVirtual) reg.VecVirtual {
	VADDPD(b, a, a)
	return a
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
