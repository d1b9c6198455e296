package main

import (
	"strconv"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// wide is an element type in registers of 512 bits.
type wide struct {
	name  string // of the kernels
	typ   string // Go's
	size  int    // bytes of an element
	lanes int    // elements of a register
	frac  int    // bits of a fraction
	terms int    // of the polynomial for e^r, r ≤ ln 2/32
	batch int    // registers that are worked on together, of those of a group

	load      func(...Op)
	store     func(...Op)
	stream    func(...Op) // past the caches
	add       func(...Op)
	sub       func(...Op)
	mul       func(...Op)
	max       func(...Op)
	min       func(...Op)
	loadZero  func(...Op) // where the mask says so, else 0
	fma213    func(...Op) // a = b·a + c, operands c, b, a
	fma231    func(...Op) // a = b·c + a, operands c, b, a
	fnma231   func(...Op) // a = a - b·c
	scalef    func(...Op)
	cmp       func(...Op)
	permute   func(...Op)
	shift     func(...Op)
	addInt    func(...Op)
	subInt    func(...Op)
	broadcast func(...Op)

	xor        func(...Op)
	move       func(...Op)
	moveZero   func(_, _, _ Op)
	signs      func(_, _ Op)
	reciprocal func(...Op)
	newton     int // steps that a reciprocal then needs

	// registers of 256 bits; see half.go
	narrow            bool
	powers            int              // bits of the number of powers in a table
	loadPart          func(_, _, _ Op) // elements whose mask is set, else 0
	storePart         func(_, _, _ Op)
	blend             func(_, _, _, _ Op) // operands mask, where it is set, where not, result
	moreInt, equalInt func(...Op)

	// with an element in memory for all lanes
	andEach, orEach, cmpEach, addEach, mulEach, fma213Each, fma231Each, fnma231Each func(...Op)
}

var f32 = wide{
	name: "F32", typ: "float32", size: 4, lanes: 16, frac: 23, terms: 4, batch: 4,
	load: VMOVUPS, store: VMOVUPS, stream: func(o ...Op) { VMOVNTPS(o[0], o[1]) }, loadZero: func(o ...Op) { VMOVUPS_Z(o[0], o[1], o[2]) },
	add: VADDPS, sub: VSUBPS, mul: VMULPS, max: VMAXPS, min: VMINPS,
	fma213: VFMADD213PS, fma231: VFMADD231PS, fnma231: VFNMADD231PS,
	scalef: VSCALEFPS, cmp: VCMPPS, permute: VPERMPS,
	shift: VPSLLD, addInt: VPADDD, subInt: VPSUBD, broadcast: VBROADCASTSS,
	xor: VXORPS, move: VMOVAPS, moveZero: VMOVAPS_Z, signs: VPMOVD2M, reciprocal: VRCP14PS, newton: 1,
	andEach: VANDPS_BCST, orEach: VORPS_BCST, cmpEach: VCMPPS_BCST, addEach: VADDPS_BCST, mulEach: VMULPS_BCST,
	fma213Each: VFMADD213PS_BCST, fma231Each: VFMADD231PS_BCST, fnma231Each: VFNMADD231PS_BCST,
}

var f64 = wide{
	name: "F64", typ: "float64", size: 8, lanes: 8, frac: 52, terms: 7, batch: 2,
	load: VMOVUPD, store: VMOVUPD, stream: func(o ...Op) { VMOVNTPD(o[0], o[1]) }, loadZero: func(o ...Op) { VMOVUPD_Z(o[0], o[1], o[2]) },
	add: VADDPD, sub: VSUBPD, mul: VMULPD, max: VMAXPD, min: VMINPD,
	fma213: VFMADD213PD, fma231: VFMADD231PD, fnma231: VFNMADD231PD,
	scalef: VSCALEFPD, cmp: VCMPPD,
	shift: VPSLLQ, addInt: VPADDQ, subInt: VPSUBQ, broadcast: VBROADCASTSD,
	xor: VXORPD, move: VMOVAPD, moveZero: VMOVAPD_Z, signs: VPMOVQ2M, reciprocal: VRCP14PD, newton: 2,
	andEach: VANDPD_BCST, orEach: VORPD_BCST, cmpEach: VCMPPD_BCST, addEach: VADDPD_BCST, mulEach: VMULPD_BCST,
	fma213Each: VFMADD213PD_BCST, fma231Each: VFMADD231PD_BCST, fnma231Each: VFNMADD231PD_BCST,
}

// f32as64 is float32 in memory and float64 in registers.
var f32as64 = func() wide {
	w := f64
	w.name, w.typ, w.size = "F32", "float32", 4
	w.load = VCVTPS2PD
	return w
}()

// unroll is how many registers of elements a turn of a loop takes; group is how many elements.
const unroll = 4

func (w *wide) group() int { return unroll * w.lanes }

// step is how many bytes of memory a register holds.
func (w *wide) step() int { return w.lanes * w.size }

// at is element i from p on.
func (w *wide) at(p reg.Register, i int) Mem { return Mem{Base: p, Disp: i * w.size} }

// zmms returns n registers.
func zmms(n int) []reg.VecVirtual {
	z := make([]reg.VecVirtual, n)
	for i := range z {
		z[i] = ZMM()
	}
	return z
}

// zero clears z, by an instruction of which the allocation of registers knows that it reads nothing.
func zero(z reg.VecVirtual) { VXORPS(z, z, z) }

func gp(param string) reg.GPVirtual { return Load(Param(param), GP64()).(reg.GPVirtual) }

// imm is an immediate of the size that the assembler wants.
func imm(v int) Op {
	if v >= -128 && v < 128 {
		return I8(int8(v))
	}
	return I32(int32(v))
}

// masks returns the masks of the registers of a group of which the bits of m are wanted. m is lost.
func (w *wide) masks(m reg.GPVirtual) (k [unroll]reg.OpmaskVirtual) {
	for i := range k {
		k[i] = K()
		KMOVW(m.As32(), k[i])
		if i < unroll-1 {
			SHRQ(imm(w.lanes), m)
		}
	}
	return k
}

// first returns as bits the first elements of a group: those before end, of p on.
func (w *wide) first(p, end reg.GPVirtual) reg.GPVirtual {
	left, m := GP64(), GP64()
	MOVQ(end, left)
	SUBQ(p, left)
	SHRQ(imm(map[int]int{4: 2, 8: 3}[w.size]), left)
	// bits beyond the group would be harmless, but 64 and more wrap around
	limit := GP64()
	MOVQ(U32(uint32(w.group())), limit)
	CMPQ(left, limit)
	CMOVQGT(limit, left)
	MOVQ(I32(-1), m)
	BZHIQ(left, m, m)
	return m
}

// fold adds the elements of the eight float64 of z and returns the sum in the first.
func fold(z reg.VecVirtual) reg.VecVirtual {
	y, x, t := YMM(), XMM(), XMM()
	VEXTRACTF64X4(U8(1), z, y)
	VADDPD(y, z.AsY(), y)
	VEXTRACTF128(U8(1), y, x)
	VADDPD(x, y.AsX(), x)
	VPERMILPD(U8(1), x, t)
	VADDSD(t, x, x)
	return x
}

// widen returns the elements of z as float64, added by halves: eight sums.
func (w *wide) widen(z reg.VecVirtual) reg.VecVirtual {
	if w.size == 8 {
		return z
	}
	y, lo, hi := YMM(), ZMM(), ZMM()
	VEXTRACTF64X4(U8(1), z, y)
	VCVTPS2PD(y, hi)
	VCVTPS2PD(z.AsY(), lo)
	VADDPD(hi, lo, lo)
	return lo
}

// table puts words of the element's size into memory that is only read.
func (w *wide) table(name string, words []uint64) Mem {
	m := GLOBL(name+w.name, RODATA|NOPTR)
	for i, v := range words {
		if w.size == 4 {
			DATA(4*i, U32(uint32(v)))
		} else {
			DATA(8*i, U64(v))
		}
	}
	return m
}

func itoa(i int) string { return strconv.Itoa(i) }
