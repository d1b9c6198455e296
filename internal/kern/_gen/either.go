package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// What registers of 512 bits do with masks of their own, and those of 256 with masks in vectors: a kernel that keeps to
// these is written once.

// tier is the instruction set in the names of kernels.
func (w *wide) tier() string {
	if w.narrow {
		return "AVX2"
	}
	return "AVX512"
}

func (w *wide) zero(v reg.VecVirtual) {
	if w.narrow {
		VXORPS(v, v, v)
	} else {
		zero(v)
	}
}

// turns is [wide.walk] over all elements, or [wide.walkHalf].
func (w *wide) turns(registers int, x, n reg.GPVirtual, body func(masks []Op), advance func()) {
	if w.narrow {
		w.walkHalf(registers, x, n, nil, func(m []reg.VecVirtual) { body(operands(m)) }, advance)
		return
	}
	w.walk(x, n, nil, func(k *[unroll]reg.OpmaskVirtual) {
		if k == nil {
			body(nil)
		} else {
			body(operands(k[:]))
		}
	}, advance)
}

func operands[T Op](registers []T) (o []Op) {
	for _, r := range registers {
		o = append(o, r)
	}
	return o
}

// ask is [wide.prefetch] for some registers.
func (w *wide) ask(registers int, x, ahead reg.GPVirtual) {
	for i := 0; i < registers*w.step(); i += 64 {
		PREFETCHT0(Mem{Base: x, Index: ahead, Scale: 1, Disp: i})
	}
}

// fetch loads register i of a turn: with masks only what they pick, else 0.
func (w *wide) fetch(m Mem, masks []Op, i int, v reg.VecVirtual) {
	switch {
	case masks == nil:
		w.load(m, v)
	case w.narrow:
		w.loadPart(m, masks[i], v)
	default:
		w.loadZero(m, masks[i], v)
	}
}

// put stores register i of a turn, with masks only what they pick.
func (w *wide) put(v reg.VecVirtual, masks []Op, i int, m Mem) {
	switch {
	case masks == nil:
		w.store(v, m)
	case w.narrow:
		w.storePart(v, masks[i], m)
	default:
		w.store(v, masks[i], m)
	}
}

// where emits f with the operands a, b and dst for the elements that mask picks; the others of dst stay.
func (w *wide) where(mask Op, f func(...Op), a, b Op, dst reg.VecVirtual) {
	if !w.narrow {
		f(a, b, mask, dst)
		return
	}
	v := YMM()
	f(a, b, v)
	w.blend(mask, v, dst, dst)
}

// whereMove moves what mask picks.
func (w *wide) whereMove(mask Op, from, to reg.VecVirtual) {
	if w.narrow {
		w.blend(mask, from, to, to)
	} else {
		w.move(from, mask, to)
	}
}

// only makes 0 of what mask does not pick.
func (w *wide) only(mask Op, v reg.VecVirtual) {
	if w.narrow {
		VANDPS(mask, v, v)
	} else {
		w.moveZero(v, mask, v)
	}
}

// negatives is a mask of what has a sign, for [wide.where] and [wide.whereMove]. x must stay.
func (w *wide) negatives(x reg.VecVirtual) Op {
	if w.narrow {
		return x // they look at the sign only
	}
	k := K()
	w.signs(x, k)
	return k
}

// above is a mask of what is more than the element at m.
func (w *wide) above(m Mem, x reg.VecVirtual) Op {
	if !w.narrow {
		k := K()
		w.cmpEach(U8(greater), m, x, k)
		return k
	}
	v := YMM()
	w.broadcast(m, v)
	w.cmp(U8(greater), v, x, v)
	return v
}

// jumpIfNaN jumps if an element of v is NaN, which is lost.
func (w *wide) jumpIfNaN(v reg.VecVirtual, label string) {
	if w.narrow {
		signs := GP32()
		w.cmp(U8(unordered), v, v, v)
		VMOVMSKPS(v, signs)
		TESTL(signs, signs)
	} else {
		k := K()
		w.cmp(U8(unordered), v, v, k)
		KORTESTW(k, k)
	}
	JNE(LabelRef(label))
}
