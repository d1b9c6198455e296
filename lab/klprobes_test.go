package lab

import (
	"math"
	"strconv"
	"testing"

	"xent/internal/ref"
)

// The pairs of distributions that a reader may set, zeros and all but zeros among them.
func TestKLProbes(t *testing.T) {
	tiny := math.SmallestNonzeroFloat64
	var probes []probe
	for _, tt := range []struct {
		why  string
		p, q []float64
		unit Unit
	}{
		{"the chapter's table: 0.4422 to 1.5952 bits", chapterP, chapterQ, Bits},
		{"the same in nats", chapterP, chapterQ, Nats},
		{"the two changed about", chapterQ, chapterP, Bits},
		{"met exactly: a divergence of 0, not nearly", chapterP, chapterP, Nats},
		{"met but for a millionth: the terms cancel to twelve digits", []float64{.5, .3, .2}, []float64{.500001, .299999, .2}, Nats},
		{"met but for the last bit", []float64{.5, .5}, []float64{.5 + 0x1p-53, .5 - 0x1p-53}, Nats},
		{"p = 0: the class counts for nothing", []float64{0, .4, .6}, []float64{.2, .3, .5}, Bits},
		{"q = 0 where p > 0: infinite", []float64{.5, .3, .2}, []float64{.6, .4, 0}, Bits},
		{"both 0: 0·log(0/0) is 0", []float64{.5, .5, 0}, []float64{.25, .75, 0}, Nats},
		{"each excludes what the other holds: both ways infinite", []float64{1, 0}, []float64{0, 1}, Bits},
		{"p = 1: no entropy, and -log q is all divergence", []float64{1, 0, 0}, []float64{.05, .9, .05}, Nats},
		{"q = 1: certain, and it is often wrong", []float64{.5, .5}, []float64{1, 0}, Nats},
		{"certain and right", []float64{0, 1}, []float64{0, 1}, Bits},
		{"six classes, uniform against skew", []float64{1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 6}, []float64{.4, .3, .15, .1, .04, .01}, Bits},
		{"skew against uniform: KL is what is missing from log 6", []float64{.4, .3, .15, .1, .04, .01}, []float64{1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 6}, Bits},
		{"a coin and its double", []float64{.5, .5}, []float64{.25, .75}, Bits},
		{"a model that all but excludes: 1e-12", []float64{.5, .5}, []float64{1e-12, 1 - 1e-12}, Nats},
		{"and the least float64: 744 nats, finite", []float64{.5, .5}, []float64{tiny, 1}, Nats},
		{"a truth of the least float64: it counts for nothing that can be seen", []float64{tiny, 1}, []float64{.5, .5}, Bits},
		{"probabilities that are no binary fractions", []float64{.1, .2, .7}, []float64{.7, .1, .2}, Nats},
		{"as they are typed: q sums to 1 - 1e-9, which is no divergence", []float64{.25, .25, .5}, []float64{.333333333, .333333333, .333333333}, Bits},
		{"what four decimals hide", []float64{.9999, .0001}, []float64{.99985, .00015}, Bits},
		{"a rare class that costs most", []float64{.01, .99}, []float64{1e-6, 1 - 1e-6}, Bits},
		{"q = 0 in two classes of three", []float64{.2, .3, .5}, []float64{0, 1, 0}, Nats},
	} {
		p := klProbe(tt.p, tt.q, tt.unit)
		p.Why, p.params = tt.why, KLParams{P: tt.p, Q: tt.q, Unit: tt.unit}
		probes = append(probes, p)
	}
	checkProbes(t, "e4.json", probes)
}

// wideInfo is an amount of information, or infinite.
type wideInfo struct {
	x        ref.Num
	infinite bool
}

func (a wideInfo) add(b wideInfo) wideInfo {
	return wideInfo{a.x.Add(b.x), a.infinite || b.infinite}
}

// wideTerm is p·log(1/q) in nats: 0 where p is, infinite where only q is 0.
func wideTerm(p, q ref.Num) wideInfo {
	switch {
	case p.Sign() == 0:
		return wideInfo{x: wideZero}
	case q.Sign() == 0:
		return wideInfo{x: wideZero, infinite: true}
	case q.Cmp(wideOne) == 0:
		return wideInfo{x: wideZero} // not the dust of a logarithm of 480 digits
	}
	return wideInfo{x: p.Mul(q.Log()).Neg()}
}

// wideKL is Σ p·log(p/q) - p + q in nats: what rounding makes the sums miss does not count (see info.KL).
func wideKL(p, q []ref.Num) wideInfo {
	sum := wideInfo{x: wideZero}
	for i := range p {
		cross, own := wideTerm(p[i], q[i]), wideTerm(p[i], p[i])
		sum = sum.add(cross).add(wideInfo{x: q[i].Sub(p[i]).Sub(own.x)})
	}
	return sum
}

// klProbe evaluates the definitions.
func klProbe(p64, q64 []float64, unit Unit) probe {
	to := probe{Call: "kl", Want: map[string]string{}, Print: map[string]string{}, explorer: KL}
	per := wideOne
	if unit == Bits {
		per = wideTwo.Log()
	}
	want := func(path, text string, a wideInfo) {
		if a.infinite {
			to.Want[path], to.Print[text] = "Infinity", "∞"
			return
		}
		x := a.x.Div(per)
		to.Want[path], to.Print[text] = truth(x), fixedOf(x, 4)
	}
	p, q := ref.AllOf(p64), ref.AllOf(q64)
	entropy, cross, model, js := wideInfo{x: wideZero}, wideInfo{x: wideZero}, wideInfo{x: wideZero}, wideInfo{x: wideZero}
	mean := make([]ref.Num, len(p))
	for i := range p {
		row, text := "rows."+strconv.Itoa(i), "rows."+strconv.Itoa(i)+".text"
		own, other := wideTerm(p[i], p[i]), wideTerm(p[i], q[i])
		want(row+".entropy", text+".entropy", own)
		want(row+".crossEntropy", text+".crossEntropy", other)
		want(row+".kl", text+".kl", other.add(wideInfo{x: own.x.Neg()}))
		to.Print[text+".p"], to.Print[text+".q"] = fixedOf(p[i], 4), fixedOf(q[i], 4)
		entropy, cross, model = entropy.add(own), cross.add(other), model.add(wideTerm(q[i], q[i]))
		mean[i] = p[i].Add(q[i]).Div(wideTwo)
	}
	js = wideKL(p, mean).add(wideKL(q, mean))
	want("entropy", "text.entropy", entropy)
	want("crossEntropy", "text.crossEntropy", cross)
	want("modelEntropy", "text.modelEntropy", model)
	want("kl", "text.kl", wideKL(p, q))
	want("reverseKL", "text.reverseKL", wideKL(q, p))
	want("js", "text.js", wideInfo{x: js.x.Div(wideTwo)})
	want("jsMax", "text.jsMax", wideInfo{x: wideTwo.Log()})
	return to
}
