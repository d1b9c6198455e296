package lab

import (
	"math"
	"strconv"
	"testing"

	"xent/internal/ref"
)

// The rows that a reader may set, the ends of every control among them.
func TestCrossEntropyProbes(t *testing.T) {
	inf := math.Inf(1)
	var probes []probe
	for _, tt := range []struct {
		why    string
		logits []float64
		label  int
		target []float64
		unit   Unit
	}{
		{"the opening state of the page", []float64{2, 1, 0, -1}, 0, nil, Nats},
		{"the same in bits", []float64{2, 1, 0, -1}, 0, nil, Bits},
		{"sure and right", []float64{6, 0, 0, -1}, 0, nil, Nats},
		{"sure and wrong", []float64{-2, 6, 0, -1}, 0, nil, Nats},
		{"no idea: log 4", []float64{0, 0, 0, 0}, 2, nil, Nats},
		{"no idea among eight: three bits, perplexity 8", []float64{7, 7, 7, 7, 7, 7, 7, 7}, 7, nil, Bits},
		{"e^1000 overflows; the loss is 998", []float64{2, 1000, 0, -1}, 0, nil, Nats},
		{"p = 1: a loss below the least float64", []float64{1e4, 0, 3}, 0, nil, Nats},
		{"p = 0: a loss of 10000, a perplexity that no float64 holds", []float64{1e4, 0, 3}, 1, nil, Nats},
		{"the same in bits", []float64{1e4, 0}, 1, nil, Bits},
		{"logits of 10000, a gap of a tenth", []float64{1e4, 9999.9, 0}, 1, nil, Nats},
		{"far below 0", []float64{-1e4, -9999, -10001}, 0, nil, Nats},
		{"the truth excluded: infinite", []float64{-inf, 1, 0, -1}, 0, nil, Nats},
		{"another class excluded", []float64{2, -inf, 0}, 0, nil, Bits},
		{"one class left: certain", []float64{-inf, 3}, 1, nil, Nats},
		{"1 - p below the spacing of float64", []float64{40, 0}, 0, nil, Nats},
		{"a doubt of e^-700", []float64{700, 0}, 0, nil, Bits},
		{"a soft label", []float64{2, 1, 0, -1}, 0, []float64{.7, .2, .1, 0}, Nats},
		{"a soft label in bits", []float64{.5, -1, 2}, 0, []float64{.2, .3, .5}, Bits},
		{"a soft label with mass on what is excluded", []float64{-inf, 0, 1}, 0, []float64{.1, .4, .5}, Nats},
		{"a soft label without", []float64{-inf, 0, 1}, 0, []float64{0, .5, .5}, Nats},
		{"a soft label that is met: no divergence", []float64{0, 0}, 0, []float64{.5, .5}, Nats},
		{"a soft label far off", []float64{1e4, 0}, 0, []float64{.5, .5}, Nats},
		{"ten classes", []float64{.1, .2, .3, .4, .5, .6, .7, .8, .9, 1}, 4, nil, Bits},
		{"T = 0.05 by hand: logits twenty times as large", []float64{40, 20, 0, -20}, 1, nil, Nats},
	} {
		p := crossEntropyProbe(tt.logits, tt.label, tt.target, tt.unit)
		p.Why = tt.why
		p.params = CrossEntropyParams{Logits: tt.logits, Label: tt.label, Target: tt.target, Unit: tt.unit}
		probes = append(probes, p)
	}
	checkProbes(t, "e1.json", probes)
}

// crossEntropyProbe evaluates the definitions in wide arithmetic.
func crossEntropyProbe(logits []float64, label int, target []float64, unit Unit) probe {
	to := probe{Call: "crossEntropy", Want: map[string]string{}, Print: map[string]string{}, explorer: CrossEntropy}
	if target == nil {
		target = oneHot(len(logits), label)
	}
	per := wideOne
	if unit == Bits {
		per = wideTwo.Log()
	}
	want := func(path, text string, a wideInfo) {
		if a.infinite {
			to.Want[path], to.Print[text] = "Infinity", "∞"
			return
		}
		to.Want[path], to.Print[text] = truth(a.x), figureOf(held(a.x))
	}
	row := wideRow(logits)
	loss, entropy := wideInfo{x: wideZero}, wideInfo{x: wideZero}
	for i, t64 := range target {
		name, t := "."+strconv.Itoa(i), ref.Of(t64)
		cost := row.surprisal[i]
		term := wideInfo{x: wideZero}
		if t.Sign() > 0 {
			term = wideInfo{t.Mul(cost.x), cost.infinite}
		}
		loss, entropy = loss.add(term), entropy.add(wideTerm(t, t))
		want("probs"+name, "text.probs"+name, wideInfo{x: row.probs[i]})
		switch p := row.probs[i]; {
		case cost.infinite:
			to.Print["text.probs"+name] = "0"
		case p.Cmp(ref.Of(1e-304)) < 0: // also what no float64 holds
			to.Print["text.probs"+name] = printedAs(p, 4)
		}
		want("surprisal"+name, "text.surprisal"+name, wideInfo{cost.x.Div(per), cost.infinite})
		want("terms"+name, "text.terms"+name, wideInfo{term.x.Div(per), term.infinite})
		gradient := row.probs[i].Sub(t)
		if t64 == 1 {
			gradient = row.rest[i].Neg()
		}
		want("gradient"+name, "text.gradient"+name, wideInfo{x: gradient})
	}
	want("loss", "text.loss", wideInfo{loss.x.Div(per), loss.infinite})
	want("targetEntropy", "text.targetEntropy", wideInfo{x: entropy.x.Div(per)})
	want("kl", "text.kl", wideInfo{loss.x.Sub(entropy.x).Div(per), loss.infinite})
	want("perplexity", "text.perplexity", wideInfo{loss.x.Exp(), loss.infinite})
	if perplexity := loss.x.Exp(); !loss.infinite && perplexity.Cmp(ref.Of(math.MaxFloat64)) > 0 {
		to.Print["text.perplexity"] = printedAs(perplexity, 4)
	}
	to.Want["logSumExp"] = truth(row.logSumExp)
	return to
}

// held is x, or 0 where that is all that a float64 holds of it.
func held(x ref.Num) ref.Num {
	if x.Float64() == 0 {
		return wideZero
	}
	return x
}

// wideSoftmax is a row's softmax in wide arithmetic.
type wideSoftmax struct {
	probs, rest []ref.Num // p, and 1 - p also where no number of digits holds p
	surprisal   []wideInfo
	logSumExp   ref.Num
}

func wideRow(logits []float64) wideSoftmax {
	top, powers, sum := ref.Of(maxOf(logits)), make([]ref.Num, len(logits)), wideZero
	for i, z := range logits {
		if powers[i] = wideZero; !math.IsInf(z, -1) {
			powers[i] = ref.Of(z).Sub(top).Exp()
		}
		sum = sum.Add(powers[i])
	}
	row := wideSoftmax{logSumExp: top.Add(sum.Log())}
	for i := range logits {
		others := wideZero
		for j, power := range powers {
			if j != i {
				others = others.Add(power)
			}
		}
		p, rest := powers[i].Div(sum), others.Div(sum)
		cost := wideInfo{x: wideZero, infinite: p.Sign() == 0}
		switch {
		case cost.infinite:
		case rest.Cmp(ref.Of(1e-99)) < 0:
			cost.x = rest.Add(rest.Mul(rest).Div(wideTwo)) // -ln(1-x) = x + x²/2 + ...
		default:
			cost.x = p.Log().Neg()
		}
		row.probs, row.rest, row.surprisal = append(row.probs, p), append(row.rest, rest), append(row.surprisal, cost)
	}
	return row
}
