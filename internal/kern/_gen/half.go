package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An element type in registers of 256 bits, for machines with AVX2 and FMA. There are 16 registers, and none for
// masks: those are vectors, made anew for the last elements of a block and around the one that is left out.
// Constants that are needed once a turn stay in memory.

// half is w in registers of 256 bits.
func half(w wide) *wide {
	w.narrow = true
	w.lanes /= 2
	w.powers = 3
	if w.size == 8 {
		w.terms = 8 // r is up to ln 2/16
		w.loadPart, w.storePart, w.blend = VMASKMOVPD, VMASKMOVPD, VBLENDVPD
		w.moreInt, w.equalInt = VPCMPGTQ, VPCMPEQQ
		w.reciprocal = func(o ...Op) { // there is no estimate
			one := YMM()
			VBROADCASTSD(words64("one256", 1, func(int) float64 { return 1 }), one)
			VDIVPD(o[0], one, o[1])
		}
		w.newton = 0
	} else {
		w.loadPart, w.storePart, w.blend = VMASKMOVPS, VMASKMOVPS, VBLENDVPS
		w.moreInt, w.equalInt = VPCMPGTD, VPCMPEQD
		w.reciprocal = func(o ...Op) { VRCPPS(o[0], o[1]) }
	}
	each := func(op func(...Op)) func(...Op) {
		return func(o ...Op) {
			v := YMM()
			w.broadcast(o[0], v)
			op(append([]Op{v}, o[1:]...)...)
		}
	}
	w.andEach = each(func(o ...Op) { VANDPS(o[0], o[1], o[2]) })
	w.orEach = each(func(o ...Op) { VORPS(o[0], o[1], o[2]) })
	w.addEach, w.mulEach = each(w.add), each(w.mul)
	w.fma213Each, w.fma231Each, w.fnma231Each = each(w.fma213), each(w.fma231), each(w.fnma231)
	return &w
}

// half32as64 is float32 in memory and float64 in registers of 256 bits.
func half32as64() *wide {
	w := half(f64)
	w.name, w.typ, w.size = "F32", "float32", 4
	w.load = VCVTPS2PD
	w.moreInt, w.equalInt = VPCMPGTD, VPCMPEQD
	return w
}

// mixed tells whether elements are wider in registers than in memory.
func (w *wide) mixed() bool { return w.narrow && w.lanes == 4 && w.size == 4 }

// vector is a register for elements.
func (w *wide) vector() reg.VecVirtual {
	if w.narrow {
		return YMM()
	}
	return ZMM()
}

func (w *wide) vectors(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = w.vector()
	}
	return v
}

// walkHalf is [wide.walk] with masks in vectors, of elements as they are in memory, for turns of some registers.
func (w *wide) walkHalf(registers int, x, n, skip reg.GPVirtual, body func(masks []reg.VecVirtual), advance func()) {
	end, full, special := GP64(), GP64(), GP64()
	size, group := uint8(w.size), registers*w.lanes
	LEAQ(Mem{Base: x, Index: n, Scale: size}, end)
	MOVQ(n, full)
	ANDQ(imm(-group), full)
	LEAQ(Mem{Base: x, Index: full, Scale: size}, full)
	if skip != nil {
		MOVQ(skip, special)
		ANDQ(imm(-group), special)
		LEAQ(Mem{Base: x, Index: special, Scale: size}, special)
		LEAQ(Mem{Base: x, Index: skip, Scale: size}, skip)
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
	if skip != nil {
		Label("part")
	}
	masks := w.numbersBelow(registers, x, end)
	if skip != nil {
		at := w.each(x, skip)
		for i, m := range masks {
			equal := w.maskVector()
			w.equalInt(w.numbers(i), at, equal)
			VPANDN(m, equal, m)
		}
	}
	body(masks)
	advance()
	JMP(LabelRef("loop"))
	Label("done")
}

// numbersBelow returns masks of the elements from x on that lie before end.
func (w *wide) numbersBelow(registers int, x, end reg.GPVirtual) (masks []reg.VecVirtual) {
	left := w.each(x, end)
	for i := range registers {
		m := w.maskVector()
		w.moreInt(w.numbers(i), left, m)
		masks = append(masks, m)
	}
	return masks
}

// maskVector is a register for a mask of elements as they are in memory.
func (w *wide) maskVector() reg.VecVirtual {
	if w.mixed() {
		return XMM()
	}
	return YMM()
}

// each is the number of elements from x to end, in all lanes.
func (w *wide) each(x, end reg.GPVirtual) reg.VecVirtual {
	count, first, all := GP64(), XMM(), w.maskVector()
	MOVQ(end, count)
	SUBQ(x, count)
	SARQ(imm(map[int]int{4: 2, 8: 3}[w.size]), count)
	VMOVQ(count, first)
	if w.size == 4 {
		VPBROADCASTD(first, all)
	} else {
		VPBROADCASTQ(first, all)
	}
	return all
}

// numbers are those of the elements of register i.
func (w *wide) numbers(i int) Mem {
	if w.size == 4 {
		return words("numbers32", 16, func(i int) uint32 { return uint32(i) }).Offset(4 * w.lanes * i)
	}
	return words("numbers64", 16, func(i int) uint32 { return uint32(i/2) * uint32(1-i%2) }).Offset(8 * w.lanes * i)
}

// widened is a mask of elements as they are in registers.
func (w *wide) widened(mask reg.VecVirtual) reg.VecVirtual {
	if !w.mixed() {
		return mask
	}
	m := YMM()
	VPMOVSXDQ(mask, m)
	return m
}

// takeHalf loads registers from x on; where masks are not set, fill.
func (w *wide) takeHalf(registers int, x reg.GPVirtual, masks []reg.VecVirtual, fill func() reg.VecVirtual) []reg.VecVirtual {
	v := w.vectors(registers)
	for i := range v {
		m := Mem{Base: x, Disp: w.step() * i}
		switch {
		case masks == nil:
			w.load(m, v[i])
		case w.mixed():
			narrow := XMM()
			VMASKMOVPS(m, masks[i], narrow)
			VCVTPS2PD(narrow, v[i])
			VBLENDVPD(w.widened(masks[i]), v[i], fill(), v[i])
		default:
			w.loadPart(m, masks[i], v[i])
			w.blend(masks[i], v[i], fill(), v[i])
		}
	}
	return v
}

// eight is a table of eight elements, of which the halves of float64 are looked up one after the other. They are in
// registers or in memory.
type eight struct{ low, high Op }

// eightOf writes a table of elements, given by their bits.
func (w *wide) eightOf(name string, words []uint64) eight {
	if w.lanes == 8 {
		return eight{low: w.table(name, words)}
	}
	return eight{
		low:  f32.table(name+"Low", words), // what does not fit is cut off
		high: f32.table(name+"High", over(words)),
	}
}

// over are the upper halves of words.
func over(words []uint64) []uint64 {
	high := make([]uint64, len(words))
	for i, v := range words {
		high[i] = v >> 32
	}
	return high
}

// eightPowers are 2^(i/8), also less i in the place of n's last bits, and what they miss, relative to them.
func (w *wide) eightPowers() (whole, less, miss eight) {
	t, a, d := w.powerWords(3)
	return w.eightOf("powers256", t), w.eightOf("lessened256", a), w.eightOf("missed256", d)
}

// find returns the elements of a table whose numbers are the last bits of z.
func (w *wide) find(t eight, z reg.VecVirtual) reg.VecVirtual {
	e := YMM()
	if w.lanes == 8 {
		VPERMPS(t.low, z, e)
		return e
	}
	i, high := YMM(), YMM()
	VSHUFPS(U8(0x88), z, z, i)
	VPERMPS(t.low, i, e)
	VPERMPS(t.high, i, high)
	VUNPCKLPS(high, e, e)
	return e
}

// halfPower is [power] with its constants in memory.
type halfPower struct {
	*wide
	constant func(i int) Mem
	miss     eight
}

// all is constant i in all lanes.
func (p *halfPower) all(i int) reg.VecVirtual {
	v := YMM()
	p.broadcast(p.constant(i), v)
	return v
}

// reduce is [power.reduce].
func (p *halfPower) reduce(x []reg.VecVirtual) (z []reg.VecVirtual) {
	floor := p.all(atFloor)
	for i := range x {
		p.max(x[i], floor, x[i]) // a NaN in x stays
	}
	z = p.vectors(len(x))
	rate, shift := p.all(atRate), p.all(atShift)
	for i := range x {
		VMOVAPS(x[i], z[i])
		p.fma213(shift, rate, z[i])
	}
	step1, step2 := p.all(atStep1), p.all(atStep2)
	for i := range x {
		n := YMM()
		p.sub(shift, z[i], n)
		p.fnma231(step1, n, x[i])
		p.fnma231(step2, n, x[i])
	}
	q := p.vectors(len(x))
	for i := range x {
		p.broadcast(p.constant(atTerms+p.terms-1), q[i])
	}
	for t := p.terms - 2; t >= 0; t-- {
		c := p.all(atTerms + t)
		for i := range x {
			p.fma213(c, x[i], q[i])
		}
	}
	for i := range x {
		p.fma213(p.find(p.miss, z[i]), q[i], x[i])
	}
	return z
}

// scaled returns 2^n·T[i] of z, for a table that has i taken off.
func (w *wide) scaled(t eight, z reg.VecVirtual) reg.VecVirtual {
	e := w.find(t, z)
	w.shift(U8(w.frac-w.powers), z, z)
	w.addInt(z, e, e)
	return e
}

// foldHalf adds the elements of registers, all float64, in the order of package kern: halves to halves.
func foldHalf(v ...reg.VecVirtual) reg.VecVirtual {
	if len(v) > 1 {
		VADDPD(v[1], v[0], v[0])
	}
	x, t := XMM(), XMM()
	VEXTRACTF128(U8(1), v[0], x)
	VADDPD(x, v[0].AsX(), x)
	VPERMILPD(U8(1), x, t)
	VADDSD(t, x, x)
	return x
}

// foldBy takes f, such as the maximum, of all elements of v.
func (w *wide) foldBy(v reg.VecVirtual, f func(...Op)) reg.VecVirtual {
	x, t := XMM(), XMM()
	VEXTRACTF128(U8(1), v, x)
	f(x, v.AsX(), x)
	VPERMILPD(U8(1), x, t)
	f(t, x, x)
	if w.size == 4 {
		VMOVSHDUP(x, t)
		f(t, x, x)
	}
	return x
}
