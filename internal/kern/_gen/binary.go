package main

import (
	"iter"
	"math"
	"math/big"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels of the binary loss. With e = e^-|x| and b = 1-t for x ≥ 0, b = t below,
//
//	loss = log1p(e) + |x|·b      slope = ±(b - e/(1+e))
//
// neither of which loses a digit where t is 0 or 1. What b and e miss by rounding is carried along, so that
// the slope keeps its digits too where b and e/(1+e) nearly agree.
func binaries() {
	for _, w := range []*wide{&f32, &f64} {
		whole, _, miss := w.expTables()
		c := w.binaryConstants("binary", tableBits)
		for _, grad := range []bool{false, true} {
			w.binary(c, grad, func() binaryPowers {
				p := &power{wide: w, t: w.loadTable(whole), miss: w.loadTable(miss)}
				return binaryPowers{
					whole: func(z reg.VecVirtual) reg.VecVirtual { return p.lookup(p.t, z) },
					miss:  func(z reg.VecVirtual) reg.VecVirtual { return p.lookup(p.miss, z) },
				}
			})
		}
	}
	for _, w := range []*wide{half(f32), half(f64)} {
		less, miss := w.raisedPowers()
		c := w.binaryConstants("narrow", w.powers)
		for _, grad := range []bool{false, true} {
			w.binary(c, grad, func() binaryPowers {
				return binaryPowers{
					whole: func(z reg.VecVirtual) reg.VecVirtual { return w.scaled(less, z) },
					miss:  func(z reg.VecVirtual) reg.VecVirtual { return w.find(miss, z) },
				}
			})
		}
	}
}

// binaryPowers look up T and d of exp.go by the last bits of z. In registers of 256 bits, whole is 2^n·T·2^raised.
type binaryPowers struct {
	whole, miss func(z reg.VecVirtual) reg.VecVirtual
}

// raised is how much the exponents of powers of two go up in registers of 256 bits, so that none is denormal before a
// last multiplication.
func (w *wide) raised() int { return map[int]int{4: 60, 8: 100}[w.size] }

// raisedPowers are the tables of [wide.eightPowers], less i and raised.
func (w *wide) raisedPowers() (less, miss eight) {
	_, a, d := w.powerWords(w.powers)
	for i := range a {
		a[i] += uint64(w.raised()) << w.frac
	}
	return w.eightOf("raised", a), w.eightOf("missed256", d)
}

// binaryConstants are operands in memory, an element each.
type binaryConstants struct {
	sign, one, minusHalf, half, ln2, ln2Rest Mem
	floor, rate, shift, unshift              Mem   // see exp.go
	lower                                    Mem   // 2^-raised
	exp, log                                 []Mem // e^r - 1 = r·(exp[0] + …); log as in loss
}

func (w *wide) binaryConstants(prefix string, tableBits int) *binaryConstants {
	n := 0
	constant := func(v float64) Mem {
		n++
		return w.table(prefix+itoa(n), []uint64{w.bits(v)})
	}
	ln2, least := math.Ln2, -1078.0
	if w.size == 4 {
		ln2, least = float64(float32(ln2)), -152
	}
	rest, _ := new(big.Float).Sub(log1p(new(big.Float).SetPrec(300).SetInt64(1)), big.NewFloat(ln2)).Float64()
	c := &binaryConstants{
		sign: constant(math.Copysign(0, -1)), one: constant(1), minusHalf: constant(-0.5), half: constant(0.5),
		ln2: constant(ln2), ln2Rest: constant(rest),
		floor: constant(least * ln2), rate: constant(1 / ln2), shift: constant(math.Ldexp(1.5, w.frac-tableBits)), unshift: constant(-math.Ldexp(1.5, w.frac-tableBits)),
	}
	if w.narrow {
		c.lower = constant(math.Ldexp(1, -w.raised()))
	}
	factorial := 1.0
	for i := range w.terms {
		factorial *= float64(i + 1)
		c.exp = append(c.exp, constant(1/factorial))
	}
	for _, v := range logTerms(map[int]int{4: 9, 8: 20}[w.size]) {
		c.log = append(c.log, constant(v))
	}
	return c
}

// bits of v as an element.
func (w *wide) bits(v float64) uint64 {
	if w.size == 4 {
		return uint64(math.Float32bits(float32(v)))
	}
	return math.Float64bits(v)
}

// Comparisons: the one that a NaN meets, and more than.
const (
	unordered = 3
	greater   = 14
)

// binary returns the sum of n losses, and with grad stores c+rest times their slopes in dst. It stops before
// the first group with a loss that is NaN or infinite, and returns how many elements are done. The losses of
// a turn are added up before they are widened.
func (w *wide) binary(c *binaryConstants, grad bool, powers func() binaryPowers) {
	name, signature := "binary", "func(x, t *"+w.typ+", n, ahead int"
	if grad {
		name, signature = "binaryGrad", "func(dst, x, t *"+w.typ+", n, ahead int, c, rest "+w.typ
	}
	TEXT(name+w.name+w.tier(), NOSPLIT, signature+") (done int, sum float64)")
	Pragma("noescape")
	x, target, n, ahead := gp("x"), gp("t"), gp("n"), gp("ahead")
	p := powers()
	pointers := []reg.GPVirtual{x, target}
	var dst reg.GPVirtual
	var scale, rest func() reg.VecVirtual
	if grad {
		dst = gp("dst")
		pointers = append(pointers, dst)
		scale = w.parameter("c")
		if w.size == 4 {
			rest = w.parameter("rest")
		}
	}
	sums := w.vectors(2)
	for _, s := range sums {
		w.zero(s)
	}
	start := GP64()
	MOVQ(x, start)
	registers, together := unroll, 2
	if w.narrow {
		registers, together = 1, 1
	}
	w.turns(registers, x, n, func(masks []Op) {
		w.ask(registers, x, ahead)
		w.ask(registers, target, ahead)
		losses, slopes := make([]reg.VecVirtual, registers), make([]reg.VecVirtual, registers)
		for first := 0; first < registers; first += together {
			inTurn(w, together, func(i int, w *wide) {
				i += first
				v, t := w.vector(), w.vector()
				w.fetch(Mem{Base: x, Disp: w.step() * i}, masks, i, v)
				w.fetch(Mem{Base: target, Disp: w.step() * i}, masks, i, t)
				e := w.binaryTerms(p, c, v, t, grad)
				losses[i] = e.loss()
				if masks != nil {
					w.only(masks[i], losses[i])
				}
				if grad {
					if w.narrow {
						e.negative = w.vector()
						w.andEach(c.sign, v, e.negative)
					}
					slopes[i] = e.slope(scale, rest)
				}
			})
			if i := first + together - 1; i%2 == 1 {
				w.add(losses[i], losses[i-1], losses[i-1])
			}
		}
		if registers == 4 {
			w.add(losses[2], losses[0], losses[0])
		}
		check := w.vector()
		w.sub(losses[0], losses[0], check) // NaN unless the losses are finite
		w.jumpIfNaN(check, "stopped")
		w.addWide(losses[0], sums)
		if grad {
			for i, g := range slopes {
				w.put(g, masks, i, Mem{Base: dst, Disp: w.step() * i})
			}
		}
	}, func() {
		for _, p := range pointers {
			ADDQ(imm(w.step()*registers), p)
		}
	})
	JMP(LabelRef("add"))
	Label("stopped")
	SUBQ(start, x)
	SHRQ(imm(map[int]int{4: 2, 8: 3}[w.size]), x)
	MOVQ(x, n)
	Label("add")
	Store(n, Return("done"))
	VADDPD(sums[1], sums[0], sums[0])
	if w.narrow {
		Store(foldHalf(sums[0]), Return("sum"))
	} else {
		Store(fold(sums[0]), Return("sum"))
	}
	VZEROUPPER()
	RET()
}

// parameter is one of the element's type, in all lanes of a register: the same each time, or where these are few a new one.
func (w *wide) parameter(name string) func() reg.VecVirtual {
	load := func() reg.VecVirtual {
		v := w.vector()
		w.broadcast(param(name), v)
		return v
	}
	if w.narrow {
		return load
	}
	v := load()
	return func() reg.VecVirtual { return v }
}

// inTurn emits the same code for n registers, which take turns: one instruction each. A processor looks only so
// far ahead for something to do while it waits.
func inTurn(w *wide, n int, emit func(i int, w *wide)) {
	next := make([]func() (struct{}, bool), n)
	for i := range next {
		next[i], _ = iter.Pull(func(yield func(struct{}) bool) {
			turn := func(f func(...Op)) func(...Op) {
				return func(o ...Op) {
					f(o...)
					yield(struct{}{})
				}
			}
			t := *w
			for _, f := range []*func(...Op){
				&t.add, &t.sub, &t.mul, &t.max, &t.fma213, &t.fma231, &t.fnma231, &t.scalef, &t.xor, &t.permute,
				&t.andEach, &t.orEach, &t.addEach, &t.mulEach, &t.fma213Each, &t.fma231Each, &t.fnma231Each,
			} {
				*f = turn(*f)
			}
			emit(i, &t)
		})
	}
	for left := true; left; {
		left = false
		for _, f := range next {
			_, more := f()
			left = left || more
		}
	}
}

// addWide adds the elements of v to sums in float64.
func (w *wide) addWide(v reg.VecVirtual, sums []reg.VecVirtual) {
	if w.size == 8 {
		VADDPD(v, sums[0], sums[0])
		return
	}
	lo, hi := w.vector(), w.vector()
	if w.narrow {
		x := XMM()
		VEXTRACTF128(U8(1), v, x)
		VCVTPS2PD(v.AsX(), lo)
		VCVTPS2PD(x, hi)
	} else {
		y := YMM()
		VEXTRACTF64X4(U8(1), v, y)
		VCVTPS2PD(v.AsY(), lo)
		VCVTPS2PD(y, hi)
	}
	VADDPD(lo, sums[0], sums[0])
	VADDPD(hi, sums[1], sums[1])
}

// binaryTerms are a register of elements.
type binaryTerms struct {
	*wide
	*binaryConstants
	away     reg.VecVirtual // -|x|
	e, eRest reg.VecVirtual // e^-|x|
	b, bRest reg.VecVirtual // 1-t for x ≥ 0, t below
	negative reg.VecVirtual // the sign of x, for the slope
}

func (w *wide) binaryTerms(p binaryPowers, c *binaryConstants, x, t reg.VecVirtual, grad bool) *binaryTerms {
	b := &binaryTerms{wide: w, binaryConstants: c, away: w.vector(), e: w.vector(), eRest: w.vector(), b: w.vector(), bRest: w.vector()}
	if grad && !w.narrow {
		b.negative = w.vector()
		w.andEach(c.sign, x, b.negative)
	}
	w.orEach(c.sign, x, b.away)
	below := w.negatives(x)

	one := w.vector()
	w.broadcast(c.one, one)
	w.sub(t, one, b.b)
	w.sub(b.b, one, b.bRest)
	w.sub(t, b.bRest, b.bRest)
	w.whereMove(below, t, b.b)
	w.where(below, w.xor, b.bRest, b.bRest, b.bRest)

	// e = 2^n·T·(1+P), and what it misses; see exp.go
	r, z, n, q, power := w.vector(), w.vector(), w.vector(), w.vector(), w.vector()
	w.broadcast(c.floor, r)
	w.max(b.away, r, r) // a NaN stays
	w.broadcast(c.rate, z)
	w.fma213Each(c.shift, r, z)
	w.addEach(c.unshift, z, n)
	w.fnma231Each(c.ln2, n, r)
	w.fnma231Each(c.ln2Rest, n, r)
	w.broadcast(c.exp[len(c.exp)-1], q)
	for i := len(c.exp) - 2; i >= 0; i-- {
		w.fma213Each(c.exp[i], r, q)
	}
	w.fma213(p.miss(z), q, r)
	if w.narrow {
		power = p.whole(z)
	} else {
		w.scalef(n, p.whole(z), power)
	}
	VMOVAPS(power, b.e)
	w.fma231(r, power, b.e)
	w.sub(b.e, power, b.eRest)
	w.fma231(r, power, b.eRest)
	if w.narrow {
		w.mulEach(c.lower, b.e, b.e)
		w.mulEach(c.lower, b.eRest, b.eRest)
	}
	return b
}

// loss is log1p(e) + |x|·b. Where e > ½ the logarithm is ln 2 + log1p(f) with f = (e-1)/2, else f = e: f has no
// rounding error either way, and log1p(f) = f - f²·q(f) with a q near ½.
func (b *binaryTerms) loss() reg.VecVirtual {
	f, rest, one, base := b.vector(), b.vector(), b.vector(), b.vector()
	b.broadcast(b.one, one)
	b.broadcast(b.ln2, base)
	upper := b.above(b.half, b.e)
	b.only(upper, base)
	// what e misses is worth eRest/(1+e), for which 1 - e/2 will do
	b.broadcast(b.one, rest)
	b.fma231Each(b.minusHalf, b.e, rest)
	b.mul(b.eRest, rest, rest)
	VMOVAPS(b.e, f)
	b.where(upper, b.sub, one, b.e, f)
	b.where(upper, b.mulEach, b.half, f, f)
	q, square := b.vector(), b.vector()
	b.broadcast(b.log[len(b.log)-1], q)
	for i := len(b.log) - 2; i >= 0; i-- {
		b.fma213Each(b.log[i], f, q)
	}
	b.mul(f, f, square)
	b.fnma231(q, square, rest)
	b.where(upper, b.addEach, b.ln2Rest, rest, rest)
	l := b.vector()
	b.add(base, f, l)
	b.sub(base, l, base)
	b.sub(base, f, f) // the rounding error of base + f
	b.add(f, rest, rest)
	b.fnma231(b.bRest, b.away, rest)
	b.add(rest, l, l)
	b.fnma231(b.b, b.away, l)
	return l
}

// slope is (c+rest)·(b - e/(1+e)), its sign turned where x is negative.
func (b *binaryTerms) slope(c, rest func() reg.VecVirtual) reg.VecVirtual {
	d, missed, r, err, far, g, one := b.vector(), b.vector(), b.vector(), b.vector(), b.vector(), b.vector(), b.vector()
	b.broadcast(b.one, one)
	b.add(one, b.e, d)
	b.sub(one, d, missed)
	b.sub(missed, b.e, missed) // 1+e is d + missed
	b.reciprocal(d, r)
	for range b.newton {
		VMOVAPS(one, err)
		b.fnma231(r, d, err)
		b.fma231(err, r, r)
	}
	b.mul(r, b.e, far)
	// far misses (e + eRest - far·(d+missed))·r
	b.fnma231(far, d, b.e)
	b.fnma231(far, missed, b.eRest)
	b.add(b.eRest, b.e, b.e)
	b.mul(r, b.e, b.e)
	b.sub(far, b.b, g)
	b.sub(b.e, b.bRest, b.bRest)
	b.add(b.bRest, g, g)
	b.xor(b.negative, g, g)
	if rest == nil {
		b.mul(c(), g, g)
		return g
	}
	low := b.vector()
	b.mul(rest(), g, low)
	b.fma213(low, c(), g)
	return g
}

// logTerms returns the coefficients of q, (f - log1p(f))/f² = Σ q[i]·f^i, for f from -¼ to ½: by
// interpolation where Chebyshev has it nearly best.
func logTerms(n int) []float64 {
	const low, high = -0.25, 0.5
	wide := func(v float64) *big.Float { return new(big.Float).SetPrec(300).SetFloat64(v) }
	at, d := make([]*big.Float, n), make([]*big.Float, n)
	for i := range n {
		at[i] = wide((low+high)/2 + (high-low)/2*math.Cos(math.Pi*(float64(i)+0.5)/float64(n)))
		d[i] = wide(0).Sub(at[i], log1p(at[i]))
		d[i].Quo(d[i], wide(0).Mul(at[i], at[i]))
	}
	for j := 1; j < n; j++ { // divided differences
		for i := n - 1; i >= j; i-- {
			d[i] = wide(0).Quo(wide(0).Sub(d[i], d[i-1]), wide(0).Sub(at[i], at[i-j]))
		}
	}
	c := make([]*big.Float, n) // Newton's form, multiplied out
	for i := range c {
		c[i] = wide(0)
	}
	for i := n - 1; i >= 0; i-- {
		for j := n - 1; j > 0; j-- {
			c[j] = wide(0).Sub(c[j-1], wide(0).Mul(c[j], at[i]))
		}
		c[0] = wide(0).Sub(d[i], wide(0).Mul(c[0], at[i]))
	}
	terms := make([]float64, n)
	for i := range c {
		terms[i], _ = c[i].Float64()
	}
	return terms
}

// log1p returns ln(1+f) = 2·(s + s³/3 + s⁵/5 + …) with s = f/(2+f).
func log1p(f *big.Float) *big.Float {
	wide := func() *big.Float { return new(big.Float).SetPrec(300) }
	s := wide().Quo(f, wide().Add(f, big.NewFloat(2)))
	square, power, sum := wide().Mul(s, s), wide().Set(s), wide()
	for i := 1; i < 200; i += 2 {
		sum.Add(sum, wide().Quo(power, wide().SetInt64(int64(i))))
		power.Mul(power, square)
	}
	return sum.Mul(sum, big.NewFloat(2))
}
