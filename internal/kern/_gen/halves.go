package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The conversions of what is stored in 16 bits: float16, for which there is an instruction, and bfloat16, the upper half of a
// float32. They take whole turns of two registers.
func halves() {
	for _, w := range []*wide{half(f32), &f32} {
		w.widen16("float16", func(m Mem, v reg.VecVirtual) { VCVTPH2PS(m, v) })
		w.widen16("bfloat16", func(m Mem, v reg.VecVirtual) {
			VPMOVZXWD(m, v)
			VPSLLD(U8(16), v, v)
		})
	}
}

func (w *wide) widen16(name string, convert func(m Mem, v reg.VecVirtual)) {
	TEXT(name+w.tier(), NOSPLIT, "func(dst *float32, src *byte, n int)")
	Pragma("noescape")
	dst, src, n := gp("dst"), gp("src"), gp("n")
	Label("turn")
	v := w.vectors(2)
	for i := range v {
		convert(Mem{Base: src, Disp: i * w.step() / 2}, v[i])
	}
	for i := range v {
		w.store(v[i], Mem{Base: dst, Disp: i * w.step()})
	}
	ADDQ(imm(w.step()), src)
	ADDQ(imm(2*w.step()), dst)
	SUBQ(imm(2*w.lanes), n)
	JG(LabelRef("turn"))
	VZEROUPPER()
	RET()
}
