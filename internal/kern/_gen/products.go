package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels of the matrix product, for an element type in registers of one width.
//
// A tile of c, some rows by two registers of columns, stays in registers while one column of a after the
// other meets one row of b: an element of a, in all lanes of a register, times the two registers of b.
// b comes as a panel, the rows of a tile's columns one after the other; a comes as it is.
type tile struct {
	name  string // of the instruction set
	elem  string // of the element type in names, and in Go
	typ   string
	size  int // bytes of an element
	lanes int // elements of a register
	rows  []int

	vector    func() reg.VecVirtual
	load      func(...Op)
	add       func(...Op)
	fma       func(...Op) // a += b·c, operands c, b, a
	broadcast func(...Op)
	pick      func(_, _, _ Op) // loads and stores under a mask in a register, without AVX-512
	turn      func(r []reg.VecVirtual) []reg.VecVirtual
}

var tiles = []*tile{
	{
		name: "AVX2", elem: "F32", typ: "float32", size: 4, lanes: 8, rows: []int{6, 4, 2, 1}, vector: YMM,
		load: VMOVUPS, add: VADDPS, fma: VFMADD231PS, broadcast: VBROADCASTSS, pick: VMASKMOVPS, turn: turn8,
	},
	{
		name: "AVX2", elem: "F64", typ: "float64", size: 8, lanes: 4, rows: []int{6, 4, 2, 1}, vector: YMM,
		load: VMOVUPD, add: VADDPD, fma: VFMADD231PD, broadcast: VBROADCASTSD, pick: VMASKMOVPD, turn: turn4,
	},
	{
		name: "AVX512", elem: "F32", typ: "float32", size: 4, lanes: 16, rows: []int{12, 8, 4, 2, 1}, vector: ZMM,
		load: VMOVUPS, add: VADDPS, fma: VFMADD231PS, broadcast: VBROADCASTSS, turn: turn16,
	},
	{
		name: "AVX512", elem: "F64", typ: "float64", size: 8, lanes: 8, rows: []int{12, 8, 4, 2, 1}, vector: ZMM,
		load: VMOVUPD, add: VADDPD, fma: VFMADD231PD, broadcast: VBROADCASTSD, turn: turn8Wide,
	},
}

func products() {
	for _, t := range tiles {
		for _, n := range t.rows {
			t.multiply(n)
		}
		t.copy()
		t.transpose()
	}
}

func (t *tile) vectors(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = t.vector()
	}
	return v
}

// scaled loads a parameter that counts elements, as bytes.
func (t *tile) scaled(name string) reg.GPVirtual {
	r := gp(name)
	SHLQ(U8(map[int]uint8{4: 2, 8: 3}[t.size]), r)
	return r
}

// bytes of a register.
func (t *tile) bytes() int { return t.size * t.lanes }

// walk is the address of the rows from base on, in steps of a register.
type walk struct {
	base        []reg.GPVirtual // of every fourth row
	step, three reg.GPVirtual
}

func walkOf(base, step reg.GPVirtual, rows int) walk {
	w := walk{base: []reg.GPVirtual{base}, step: step}
	if rows > 3 {
		w.three = GP64()
		LEAQ(Mem{Base: step, Index: step, Scale: 2}, w.three)
	}
	for i := 4; i < rows; i += 4 {
		next := GP64()
		LEAQ(Mem{Base: w.base[i/4-1], Index: step, Scale: 4}, next)
		w.base = append(w.base, next)
	}
	return w
}

func (w walk) row(i, disp int) Mem {
	m := Mem{Base: w.base[i/4], Disp: disp}
	switch i % 4 {
	case 1, 2:
		m.Index, m.Scale = w.step, uint8(i%4)
	case 3:
		m.Index, m.Scale = w.three, 1
	}
	return m
}

// multiply stores in c, or adds to it, the product of rows rows of a and a panel of b:
//
//	c[i·ldc + j] = Σ a[i·down + k·across]·b[k·2·lanes + j]   over k < depth, for j < cols
//
// cols is from 1 to two registers. The sum begins with k = 0, each product fused into it; it is added to c
// when it is whole.
func (t *tile) multiply(rows int) {
	TEXT("tile"+itoa(rows)+t.elem+t.name, NOSPLIT,
		"func(c *"+t.typ+", ldc int, a *"+t.typ+", down, across int, b *"+t.typ+", depth, cols int, add bool)")
	Pragma("noescape")
	c := walkOf(gp("c"), t.scaled("ldc"), rows)
	sum := make([][2]reg.VecVirtual, rows)
	for i := range sum {
		sum[i] = [2]reg.VecVirtual{t.vector(), t.vector()}
		for _, s := range sum[i] {
			VXORPS(s, s, s)
		}
		PREFETCHT0(c.row(i, 0))
		PREFETCHT0(c.row(i, t.bytes()))
	}
	t.terms(sum)
	add, cols := GP64(), gp("cols")
	Load(Param("add"), add.As8())
	CMPQ(cols, imm(2*t.lanes))
	JNE(LabelRef("edge"))
	t.finish(c, sum, add, nil, "whole")
	Label("edge")
	t.finish(c, sum, add, t.edge(cols), "edge")
}

// terms adds up the products of a tile.
func (t *tile) terms(sum [][2]reg.VecVirtual) {
	a, across := walkOf(gp("a"), t.scaled("down"), len(sum)), t.scaled("across")
	b, depth := gp("b"), gp("depth")
	row := t.vectors(2)
	step := func(u int) {
		for h := range row {
			t.load(Mem{Base: b, Disp: (2*u + h) * t.bytes()}, row[h])
		}
		PREFETCHT0(Mem{Base: a.base[0], Index: across, Scale: 8})
		PREFETCHT0(Mem{Base: a.base[0], Index: across, Scale: 8, Disp: (len(sum) - 1) * t.size})
		for i := range sum {
			v := t.vector()
			t.broadcast(a.row(i, 0), v)
			for h := range row {
				t.fma(row[h], v, sum[i][h])
			}
		}
		for _, base := range a.base {
			ADDQ(across, base)
		}
	}
	SUBQ(imm(2), depth)
	JL(LabelRef("last"))
	Label("pair")
	step(0)
	step(1)
	ADDQ(imm(4*t.bytes()), b)
	SUBQ(imm(2), depth)
	JGE(LabelRef("pair"))
	Label("last")
	ADDQ(imm(2), depth)
	JLE(LabelRef("finish"))
	step(0)
	Label("finish")
}

// edge returns masks of the first cols of two registers.
func (t *tile) edge(cols reg.GPVirtual) []Op {
	if t.pick == nil {
		ones := GP64()
		MOVQ(I32(-1), ones)
		BZHIQ(cols, ones, ones)
		k := []Op{K(), K()}
		KMOVW(ones.As32(), k[0])
		SHRQ(imm(t.lanes), ones)
		KMOVW(ones.As32(), k[1])
		return k
	}
	// a window on a table of two registers of ones and two of zeros
	table, masks := GP64(), t.vectors(2)
	LEAQ(t.window(), table)
	NEGQ(cols)
	for h := range masks {
		t.load(Mem{Base: table, Index: cols, Scale: uint8(t.size), Disp: (2 + h) * t.bytes()}, masks[h])
	}
	return []Op{masks[0], masks[1]}
}

var windows = map[int]Mem{}

// window is a table of two registers of ones and two of zeros.
func (t *tile) window() Mem {
	if m, ok := windows[t.bytes()]; ok {
		return m
	}
	m := GLOBL("window"+itoa(8*t.bytes()), RODATA|NOPTR)
	for i := range 4 * t.bytes() / 8 {
		word := uint64(0)
		if i < 2*t.bytes()/8 {
			word = 1<<64 - 1
		}
		DATA(8*i, U64(word))
	}
	windows[t.bytes()] = m
	return m
}

// loadPart and storePart move a register, under a mask unless that is nil.
func (t *tile) loadPart(m Mem, mask Op, v reg.VecVirtual) {
	switch {
	case mask == nil:
		t.load(m, v)
	case t.pick != nil:
		t.pick(m, mask, v)
	case t.size == 4:
		VMOVUPS_Z(m, mask, v)
	default:
		VMOVUPD_Z(m, mask, v)
	}
}

func (t *tile) storePart(v reg.VecVirtual, mask Op, m Mem) {
	switch {
	case mask == nil:
		t.load(v, m)
	case t.pick != nil:
		t.pick(v, mask, m)
	default:
		t.load(v, mask, m)
	}
}

// finish stores the sums in c, or adds them to it, and returns.
func (t *tile) finish(c walk, sum [][2]reg.VecVirtual, add reg.GPVirtual, masks []Op, label string) {
	if masks == nil {
		masks = []Op{nil, nil}
	}
	TESTB(add.As8(), add.As8())
	JEQ(LabelRef(label + "Fresh"))
	for i := range sum {
		for h, s := range sum[i] {
			old := t.vector()
			t.loadPart(c.row(i, h*t.bytes()), masks[h], old)
			t.add(s, old, s)
		}
	}
	Label(label + "Fresh")
	for i := range sum {
		for h, s := range sum[i] {
			t.storePart(s, masks[h], c.row(i, h*t.bytes()))
		}
	}
	VZEROUPPER()
	RET()
}

// copy fills a panel from rows of b:
//
//	dst[k·2·lanes + j] = src[k·step + j]   for k < depth and j < cols, and 0 for the other j
func (t *tile) copy() {
	TEXT("copyPanel"+t.elem+t.name, NOSPLIT, "func(dst, src *"+t.typ+", step, depth, cols int)")
	Pragma("noescape")
	dst, src, step, depth := gp("dst"), gp("src"), t.scaled("step"), gp("depth")
	masks := t.edge(gp("cols"))
	ahead := GP64()
	LEAQ(Mem{Base: src, Index: step, Scale: 8}, ahead)
	Label("row")
	for h := range masks {
		v := t.vector()
		PREFETCHT0(Mem{Base: ahead, Disp: h * t.bytes()})
		t.loadPart(Mem{Base: src, Disp: h * t.bytes()}, masks[h], v)
		t.load(v, Mem{Base: dst, Disp: h * t.bytes()})
	}
	ADDQ(step, src)
	ADDQ(step, ahead)
	ADDQ(imm(2*t.bytes()), dst)
	DECQ(depth)
	JG(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// transpose fills a panel from columns of b:
//
//	dst[k·2·lanes + j] = src[j·step + k]   for k < depth and j < cols
//
// The other j hold the last column again. dst has room for a depth that is a multiple of lanes.
func (t *tile) transpose() {
	TEXT("turnPanel"+t.elem+t.name, NOSPLIT, "func(dst, src *"+t.typ+", step, depth, cols int)")
	Pragma("noescape")
	dst, src, step, depth, cols := gp("dst"), gp("src"), t.scaled("step"), gp("depth"), gp("cols")
	none := GP64()
	XORQ(none, none)
	Label("block")
	whole := GP64() // columns of this block of rows
	MOVQ(U32(uint32(t.lanes)), whole)
	CMPQ(depth, whole)
	CMOVQLT(depth, whole)
	var mask Op
	if t.pick == nil {
		ones, k := GP64(), K()
		MOVQ(I32(-1), ones)
		BZHIQ(whole, ones, ones)
		KMOVW(ones.As32(), k)
		mask = k
	} else {
		table, m := GP64(), t.vector()
		LEAQ(t.window(), table)
		NEGQ(whole)
		t.load(Mem{Base: table, Index: whole, Scale: uint8(t.size), Disp: 2 * t.bytes()}, m)
		mask = m
	}
	p, stride := GP64(), GP64()
	MOVQ(src, p)
	MOVQ(step, stride)
	for h := range 2 {
		r := t.vectors(t.lanes)
		for j := range r {
			t.loadPart(Mem{Base: p}, mask, r[j])
			PREFETCHT0(Mem{Base: p, Disp: 4 * t.bytes()})
			CMPQ(cols, imm(h*t.lanes+j+1))
			CMOVQLE(none, stride)
			ADDQ(stride, p)
		}
		for k, v := range t.turn(r) {
			t.load(v, Mem{Base: dst, Disp: (2*k + h) * t.bytes()})
		}
	}
	ADDQ(imm(t.bytes()), src)
	ADDQ(imm(2*t.lanes*t.bytes()), dst)
	SUBQ(imm(t.lanes), depth)
	JG(LabelRef("block"))
	VZEROUPPER()
	RET()
}

// turn16 transposes 16 registers of 16.
func turn16(r []reg.VecVirtual) []reg.VecVirtual {
	a, b, o := zmms(16), zmms(16), make([]reg.VecVirtual, 16)
	for i := 0; i < 16; i += 2 {
		VUNPCKLPS(r[i+1], r[i], a[i])
		VUNPCKHPS(r[i+1], r[i], a[i+1])
	}
	for i := 0; i < 16; i += 4 {
		VUNPCKLPD(a[i+2], a[i], b[i])
		VUNPCKHPD(a[i+2], a[i], b[i+1])
		VUNPCKLPD(a[i+3], a[i+1], b[i+2])
		VUNPCKHPD(a[i+3], a[i+1], b[i+3])
	}
	for c := range 4 {
		y := zmms(4)
		VSHUFF32X4(U8(0x88), b[4+c], b[c], y[0])
		VSHUFF32X4(U8(0xdd), b[4+c], b[c], y[1])
		VSHUFF32X4(U8(0x88), b[12+c], b[8+c], y[2])
		VSHUFF32X4(U8(0xdd), b[12+c], b[8+c], y[3])
		for q := range 2 {
			o[4*q+c], o[4*q+c+8] = ZMM(), ZMM()
			VSHUFF32X4(U8(0x88), y[q+2], y[q], o[4*q+c])
			VSHUFF32X4(U8(0xdd), y[q+2], y[q], o[4*q+c+8])
		}
	}
	return o
}

// turn8Wide transposes 8 registers of 8.
func turn8Wide(r []reg.VecVirtual) []reg.VecVirtual {
	a, o := zmms(8), make([]reg.VecVirtual, 8)
	for i := 0; i < 8; i += 2 {
		VUNPCKLPD(r[i+1], r[i], a[i])
		VUNPCKHPD(r[i+1], r[i], a[i+1])
	}
	for c := range 2 {
		y := zmms(4)
		VSHUFF64X2(U8(0x88), a[2+c], a[c], y[0])
		VSHUFF64X2(U8(0xdd), a[2+c], a[c], y[1])
		VSHUFF64X2(U8(0x88), a[6+c], a[4+c], y[2])
		VSHUFF64X2(U8(0xdd), a[6+c], a[4+c], y[3])
		for q := range 2 {
			o[2*q+c], o[2*q+c+4] = ZMM(), ZMM()
			VSHUFF64X2(U8(0x88), y[q+2], y[q], o[2*q+c])
			VSHUFF64X2(U8(0xdd), y[q+2], y[q], o[2*q+c+4])
		}
	}
	return o
}

// turn8 transposes 8 registers of 8 with half as many bits.
func turn8(r []reg.VecVirtual) []reg.VecVirtual {
	o := make([]reg.VecVirtual, 8)
	a := make([]reg.VecVirtual, 8)
	for i := 0; i < 8; i += 4 {
		b := []reg.VecVirtual{YMM(), YMM(), YMM(), YMM()}
		VUNPCKLPS(r[i+1], r[i], b[0])
		VUNPCKHPS(r[i+1], r[i], b[1])
		VUNPCKLPS(r[i+3], r[i+2], b[2])
		VUNPCKHPS(r[i+3], r[i+2], b[3])
		for q := range 2 {
			a[i+2*q], a[i+2*q+1] = YMM(), YMM()
			VUNPCKLPD(b[q+2], b[q], a[i+2*q])
			VUNPCKHPD(b[q+2], b[q], a[i+2*q+1])
		}
	}
	for c := range 4 {
		o[c], o[c+4] = YMM(), YMM()
		VPERM2F128(U8(0x20), a[c+4], a[c], o[c])
		VPERM2F128(U8(0x31), a[c+4], a[c], o[c+4])
	}
	return o
}

// turn4 transposes 4 registers of 4.
func turn4(r []reg.VecVirtual) []reg.VecVirtual {
	a, o := make([]reg.VecVirtual, 4), make([]reg.VecVirtual, 4)
	for i := 0; i < 4; i += 2 {
		a[i], a[i+1] = YMM(), YMM()
		VUNPCKLPD(r[i+1], r[i], a[i])
		VUNPCKHPD(r[i+1], r[i], a[i+1])
	}
	for c := range 2 {
		o[c], o[c+2] = YMM(), YMM()
		VPERM2F128(U8(0x20), a[c+2], a[c], o[c])
		VPERM2F128(U8(0x31), a[c+2], a[c], o[c+2])
	}
	return o
}
