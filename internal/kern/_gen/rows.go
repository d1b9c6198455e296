package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels of one row. Each call is given a few thousand elements at most, because a goroutine that runs
// assembly cannot be stopped for a garbage collection.
func rows() {
	for _, w := range []*wide{&f32, &f64} {
		whole, less, miss := w.expTables()
		w.top()
		w.sum(less, miss)
		w.exps("exps", whole, miss, w.store)
		w.exps("stream", whole, miss, w.streamed)
		if w == &f32 {
			few(whole, miss)
			rows256()
		}
		if w == &f64 {
			f32as64.moments(less, miss)
			f64.moments(less, miss)
		}
	}
}

// walk emits the loop over n elements from x on, in whole groups but the last. Body is given masks of the
// elements it may touch, or none for all. Where the register skip is given, the element of that number is
// left out.
func (w *wide) walk(x, n, skip reg.GPVirtual, body func(k *[unroll]reg.OpmaskVirtual), advance func()) {
	end, full, special := GP64(), GP64(), GP64()
	size, group := w.size, w.group()
	LEAQ(Mem{Base: x, Index: n, Scale: uint8(size)}, end)
	MOVQ(n, full)
	ANDQ(imm(-group), full)
	LEAQ(Mem{Base: x, Index: full, Scale: uint8(size)}, full)
	if skip != nil {
		MOVQ(skip, special)
		ANDQ(imm(-group), special)
		LEAQ(Mem{Base: x, Index: special, Scale: uint8(size)}, special)
	}
	Label("loop")
	CMPQ(x, full)
	JAE(LabelRef("tail"))
	if skip != nil {
		CMPQ(x, special)
		JEQ(LabelRef("part"))
	}
	body(nil)
	advance()
	JMP(LabelRef("loop"))

	Label("tail")
	CMPQ(x, end)
	JAE(LabelRef("done"))
	Label("part")
	m := w.first(x, end)
	if skip != nil {
		CMPQ(x, special)
		JNE(LabelRef("masked"))
		at := GP64()
		MOVQ(skip, at)
		ANDQ(imm(group-1), at)
		BTRQ(at, m)
		Label("masked")
	}
	k := w.masks(m)
	body(&k)
	advance()
	JMP(LabelRef("loop"))
	Label("done")
}

// prefetch asks for the elements that lie ahead bytes from those of a group at x.
func (w *wide) prefetch(x, ahead reg.GPVirtual) {
	for i := range unroll {
		PREFETCHT0(Mem{Base: x, Index: ahead, Scale: 1, Disp: w.step() * i})
	}
}

// top returns the largest of n elements and where it is first; -1 if there is a NaN. (Most, but not all, make max one.)
func (w *wide) top() {
	TEXT("top"+w.name+"AVX512", NOSPLIT, "func(x *"+w.typ+", n, ahead int) (max "+w.typ+", arg int)")
	Pragma("noescape")
	x, n, ahead := gp("x"), gp("n"), gp("ahead")
	start := GP64()
	MOVQ(x, start)
	low := ZMM()
	w.broadcast(w.lowest(), low)
	best := zmms(unroll)
	for i := range best {
		VMOVAPS(low, best[i])
	}
	w.walk(x, n, nil, func(k *[unroll]reg.OpmaskVirtual) {
		w.prefetch(x, ahead)
		for i := range best {
			m := Mem{Base: x, Disp: 64 * i}
			if k == nil {
				w.max(m, best[i], best[i])
			} else {
				w.max(m, best[i], k[i], best[i])
			}
		}
	}, func() { ADDQ(imm(64*unroll), x) })
	for s := unroll / 2; s > 0; s /= 2 {
		for i := range s {
			w.max(best[i+s], best[i], best[i])
		}
	}
	high := w.highest(best[0])
	Store(high, Return("max"))
	w.broadcast(high, best[0])

	at := GP64()
	MOVQ(start, x)
	w.search(start, x, n, best[0], func() { Store(at, Return("arg")) }, at)
}

// search ends a kernel: it makes at the number of the first of n elements from start on that is that of v, or -1, and has
// it stored. x, which is start, is lost.
func (w *wide) search(start, x, n reg.GPVirtual, v reg.VecVirtual, store func(), at reg.GPVirtual) {
	end, found := GP64(), GP64()
	LEAQ(Mem{Base: start, Index: n, Scale: uint8(w.size)}, end)
	Label("search")
	CMPQ(x, end)
	JAE(LabelRef("none"))
	within := w.masks(w.first(x, end))
	var k [unroll]reg.OpmaskVirtual
	for i := range k {
		k[i] = K()
		w.cmp(U8(0), Mem{Base: x, Disp: 64 * i}, v, within[i], k[i])
	}
	if w.lanes == 16 {
		KUNPCKWD(k[0], k[1], k[0])
		KUNPCKWD(k[2], k[3], k[2])
		KUNPCKDQ(k[0], k[2], k[0])
	} else {
		KUNPCKBW(k[0], k[1], k[0])
		KUNPCKBW(k[2], k[3], k[2])
		KUNPCKWD(k[0], k[2], k[0])
	}
	KMOVQ(k[0], found)
	TZCNTQ(found, at)
	LEAQ(Mem{Base: x, Index: at, Scale: uint8(w.size)}, at)
	ADDQ(imm(64*unroll), x)
	TESTQ(found, found)
	JEQ(LabelRef("search"))
	SUBQ(start, at)
	SHRQ(imm(map[int]int{4: 2, 8: 3}[w.size]), at)
	store()
	VZEROUPPER()
	RET()
	Label("none")
	MOVQ(I32(-1), at)
	store()
	VZEROUPPER()
	RET()
}

// take loads a batch of registers of a group at x, from number first on; floor where the masks say so.
func (w *wide) take(p *power, x reg.GPVirtual, first int, k *[unroll]reg.OpmaskVirtual) []reg.VecVirtual {
	v := zmms(w.batch)
	for i := range v {
		m := Mem{Base: x, Disp: w.step() * (first + i)}
		if k == nil {
			w.load(m, v[i])
		} else {
			VMOVAPS(p.floor, v[i])
			w.load(m, k[first+i], v[i])
		}
	}
	return v
}

// highest returns the largest element of z, in the first of a register.
func (w *wide) highest(z reg.VecVirtual) reg.VecVirtual {
	y, x, t := YMM(), XMM(), XMM()
	VEXTRACTF64X4(U8(1), z, y)
	w.max(y, z.AsY(), y)
	VEXTRACTF128(U8(1), y, x)
	w.max(x, y.AsX(), x)
	VPERMILPD(U8(1), x, t)
	w.max(t, x, x)
	if w.size == 4 {
		VMOVSHDUP(x, t)
		w.max(t, x, x)
	}
	return x
}

var lowests = map[string]Mem{}

// lowest is -Inf in memory.
func (w *wide) lowest() Mem {
	if m, ok := lowests[w.name]; ok {
		return m
	}
	bits := uint64(0xfff0000000000000)
	if w.size == 4 {
		bits = 0xff800000
	}
	lowests[w.name] = w.table("lowest", []uint64{bits})
	return lowests[w.name]
}

// offset is what the running sums start from, so that they are never smaller than what is added: see [wide.sum].
const offset = 128

// sum returns Σ 2^-N·e^(x/temp) but for element skip, if that is not -1, as hi + lo, and the largest element but
// that one, unless there is a NaN. Shift and floor are constants of e^(x/temp), and bias is N in units of its exponent.
//
// Terms larger than 2 are added less carefully. To a running sum s ≥ 128 a term t is added with its rounding error:
//
//	s' = s + t   t - (s' - s) is exact, and goes to lo
//
// NaN in x gives NaN. An element below floor adds as much as floor would.
func (w *wide) sum(less, miss Mem) {
	TEXT("sum"+w.name+"AVX512", NOSPLIT, "func(x *"+w.typ+", n, skip, ahead int, k *[16]"+w.typ+") (hi, lo float64, max "+w.typ+")")
	Pragma("noescape")
	x, n, skip, ahead, k := gp("x"), gp("n"), gp("skip"), gp("ahead"), gp("k")
	p := w.power(k)
	p.t, p.miss = w.loadTable(less), w.loadTable(miss)
	bias := ZMM()
	w.broadcast(w.at(k, atBias), bias)
	for _, t := range p.t {
		w.subInt(bias, t, t)
	}
	hi, lo, best := zmms(2), zmms(2), zmms(1)[0]
	w.broadcast(w.lowest(), best)
	for i := range hi {
		w.broadcast(w.start(), hi[i])
		zero(lo[i])
	}
	w.walk(x, n, skip, func(k *[unroll]reg.OpmaskVirtual) {
		w.prefetch(x, ahead)
		for first := 0; first < unroll; first += w.batch {
			v := w.take(p, x, first, k)
			for i := range v {
				w.max(v[i], best, best)
			}
			z := p.reduce(v)
			for i := range v {
				t, s := p.lookup(p.t, z[i]), ZMM()
				w.shift(U8(w.frac-tableBits), z[i], z[i])
				w.addInt(z[i], t, t)
				h, l := hi[i%2], lo[i%2]
				w.fma231(v[i], t, l)
				w.add(t, h, s)
				w.sub(h, s, h) // s' - s
				w.sub(h, t, t)
				w.add(t, l, l)
				VMOVAPS(s, h)
			}
		}
	}, func() { ADDQ(imm(64*unroll), x) })
	start := ZMM()
	w.broadcast(w.start(), start)
	for i := range hi {
		w.sub(start, hi[i], hi[i])
	}
	w.add(lo[1], lo[0], lo[0])
	h0, h1 := w.widen(hi[0]), w.widen(hi[1])
	VADDPD(h1, h0, h0)
	l := fold(w.widen(lo[0]))
	h := fold(h0)
	Store(h, Return("hi"))
	Store(l, Return("lo"))
	Store(w.highest(best), Return("max"))
	VZEROUPPER()
	RET()
}

var starts = map[string]Mem{}

// start is the offset in memory.
func (w *wide) start() Mem {
	if m, ok := starts[w.name]; ok {
		return m
	}
	bits := uint64(0x4060000000000000)
	if w.size == 4 {
		bits = 0x43000000
	}
	starts[w.name] = w.table("start", []uint64{bits})
	return starts[w.name]
}

// exps stores m·2^-N·e^(x/temp) in dst, rounded once; m is in [½, 1), or its negative. Shift and floor are
// constants of e^(x/temp), and bias is shift plus N. Below floor it must come to 0. NaN in x gives NaN.
func (w *wide) exps(name string, whole, miss Mem, store func(...Op)) {
	TEXT(name+w.name+"AVX512", NOSPLIT, "func(dst, x *"+w.typ+", n, ahead int, k *[16]"+w.typ+", m float64)")
	Pragma("noescape")
	dst, x, n, ahead, k := gp("dst"), gp("x"), gp("n"), gp("ahead"), gp("k")
	p := w.power(k)
	p.t, p.miss = w.timesTables(whole, miss)
	bias := ZMM()
	w.broadcast(w.at(k, atBias), bias)
	w.walk(x, n, nil, func(k *[unroll]reg.OpmaskVirtual) {
		w.prefetch(x, ahead)
		for first := 0; first < unroll; first += w.batch {
			v := w.take(p, x, first, k)
			z := p.reduce(v)
			for i := range v {
				t := p.lookup(p.t, z[i])
				w.sub(bias, z[i], z[i])
				w.scalef(z[i], t, t)
				w.fma213(t, t, v[i])
				to := Mem{Base: dst, Disp: 64 * (first + i)}
				if k == nil {
					store(v[i], to)
				} else {
					w.store(v[i], k[first+i], to)
				}
			}
		}
	}, func() {
		ADDQ(imm(64*unroll), x)
		ADDQ(imm(64*unroll), dst)
	})
	if name == "stream" {
		SFENCE() // before another goroutine hears that the row is there
	}
	VZEROUPPER()
	RET()
}

// timesTables returns the tables of m·2^(i/16), rounded, and of what it misses, for the parameter m.
func (w *wide) timesTables(whole, miss Mem) (t, d []reg.VecVirtual) {
	at, err := Param("m").Resolve()
	if err != nil {
		panic(err)
	}
	m := ZMM()
	VBROADCASTSD(at.Addr, m)
	if w.size == 8 {
		t, d = w.loadTable(whole), w.loadTable(miss)
		for i := range t {
			lo, r := ZMM(), ZMM()
			VMOVAPD(t[i], lo)
			VMULPD(m, t[i], t[i])
			VFMSUB213PD(t[i], m, lo)
			VRCP14PD(t[i], r)
			VFMADD231PD(lo, r, d[i])
		}
		return t, d
	}
	both := []reg.VecVirtual{ZMM(), ZMM()} // t and d
	for i := range 2 {
		exact, back, r, hi, lo := ZMM(), ZMM(), ZMM(), YMM(), YMM()
		VMULPD(exactPowers().Offset(64*i), m, exact)
		VCVTPD2PS(exact, hi)
		VCVTPS2PD(hi, back)
		VSUBPD(back, exact, exact)
		VRCP14PD(back, r)
		VMULPD(r, exact, exact)
		VCVTPD2PS(exact, lo)
		if i == 0 {
			VMOVAPS(hi, both[0].AsY())
			VMOVAPS(lo, both[1].AsY())
		} else {
			VINSERTF64X4(U8(1), hi, both[0], both[0])
			VINSERTF64X4(U8(1), lo, both[1], both[1])
		}
	}
	return both[:1], both[1:]
}

// streamed stores past the caches. The address must be a multiple of 64.
func (w *wide) streamed(o ...Op) { w.stream(o...) }

// moments returns over n elements but element skip, in units of e^-N,
//
//	Σ e^(x-max)   Σ (x-max)·e^(x-max)   Σ (x-max)²·e^(x-max)   Σ e^(2x-2max)
//
// all in float64. An element below floor adds as much as floor would; NaN gives NaN. N is in bias, as for sum.
func (w *wide) moments(less, miss Mem) {
	TEXT("moments"+w.name+"AVX512", NOSPLIT, "func(x *"+w.typ+", n, skip, ahead int, max float64, k *[16]float64, sums *[4]float64)")
	Pragma("noescape")
	x, n, skip, ahead, k := gp("x"), gp("n"), gp("skip"), gp("ahead"), gp("k")
	p := f64.power(k)
	p.t, p.miss = f64.loadTable(less), f64.loadTable(miss)
	bias, max := ZMM(), ZMM()
	f64.broadcast(f64.at(k, atBias), bias)
	for _, t := range p.t {
		f64.subInt(bias, t, t)
	}
	at, err := Param("max").Resolve()
	if err != nil {
		panic(err)
	}
	f64.broadcast(at.Addr, max)
	sums := zmms(4)
	for _, s := range sums {
		zero(s)
	}
	w.walk(x, n, skip, func(k *[unroll]reg.OpmaskVirtual) {
		w.prefetch(x, ahead)
		for first := 0; first < unroll; first += w.batch {
			v := w.take(p, x, first, k)
			t := zmms(w.batch)
			for i := range v {
				VMAXPD(v[i], p.floor, v[i])
				VSUBPD(max, v[i], t[i])
			}
			z := p.reduce(v)
			for i := range v {
				e, te := p.lookup(p.t, z[i]), ZMM()
				VPSLLQ(U8(f64.frac-tableBits), z[i], z[i])
				VPADDQ(z[i], e, e)
				VFMADD213PD(e, e, v[i])
				VMULPD(v[i], t[i], te)
				VADDPD(v[i], sums[0], sums[0])
				VADDPD(te, sums[1], sums[1])
				VFMADD231PD(te, t[i], sums[2])
				VFMADD231PD(v[i], v[i], sums[3])
			}
		}
	}, func() { ADDQ(imm(w.step()*unroll), x) })
	to := gp("sums")
	for i, s := range sums {
		VMOVSD(fold(s), Mem{Base: to, Disp: 8 * i})
	}
	VZEROUPPER()
	RET()
}
