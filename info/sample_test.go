package info_test

import (
	"math"
	"testing"

	"xent/info"
	"xent/internal/ref"
)

var estimators = map[string]info.Estimator{
	"plugin": info.Plugin, "Miller-Madow": info.MillerMadow, "Grassberger": info.Grassberger, "Chao-Shen": info.ChaoShen, "jackknife": info.Jackknife,
}

// estimate is the definition of each, in wide arithmetic: ψ at halves of whole numbers by its recurrence, the jackknife by
// leaving out.
func estimate(counts []int, by info.Estimator) ref.Num {
	one, two := ref.Of(1), ref.Of(2)
	total := 0
	for _, k := range counts {
		total += k
	}
	of := func(k int) ref.Num { return ref.Of(float64(k)) }
	entropy := func(counts []int) ref.Num {
		n, sum := 0, ref.Of(0)
		for _, k := range counts {
			n += k
		}
		for _, k := range counts {
			if k > 0 {
				p := of(k).Div(of(n))
				sum = sum.Sub(p.Mul(p.Log()))
			}
		}
		return sum
	}
	gamma := ref.Of(0)
	{ // Euler's constant, as far as the figures here need it: H(N) - ln N - 1/2N + 1/12N² - 1/120N⁴ + 1/252N⁶
		const n = 3000
		for i := n; i > 0; i-- {
			gamma = gamma.Add(one.Div(of(i)))
		}
		x := one.Div(of(n)).Mul(one.Div(of(n)))
		gamma = gamma.Sub(of(n).Log()).Sub(one.Div(of(2 * n)))
		gamma = gamma.Add(x.Mul(one.Div(of(12)).Sub(x.Mul(one.Div(of(120)).Sub(x.Div(of(252)))))))
	}
	psi := func(halves int) ref.Num { // ψ(halves/2)
		at, sum := 2, gamma.Neg()
		if halves%2 == 1 {
			at, sum = 1, sum.Sub(two.Mul(two.Log()))
		}
		for ; at < halves; at += 2 {
			sum = sum.Add(two.Div(of(at)))
		}
		return sum
	}
	h, n := entropy(counts), of(total)
	once, seen := 0, 0
	for _, k := range counts {
		if k == 1 {
			once++
		}
		if k > 0 {
			seen++
		}
	}
	sum := ref.Of(0)
	switch by {
	case info.Plugin:
		return h
	case info.MillerMadow:
		return h.Add(of(seen - 1).Div(of(2 * total)))
	case info.Grassberger:
		for _, k := range counts {
			if k > 0 {
				g := psi(k + 1).Sub(psi(k)).Div(two)
				if k%2 == 1 {
					g = g.Neg()
				}
				sum = sum.Add(of(k).Mul(psi(2 * k).Add(g)))
			}
		}
		return n.Log().Sub(sum.Div(n))
	case info.ChaoShen:
		cover := one.Sub(of(once).Div(n))
		if once == total {
			cover = one.Div(n)
		}
		for _, k := range counts {
			if k > 0 {
				p := cover.Mul(of(k)).Div(n)
				if q := one.Sub(p); q.Sign() > 0 {
					sum = sum.Sub(p.Mul(p.Log()).Div(one.Sub(q.Pow(n))))
				}
			}
		}
		return sum
	}
	for i, k := range counts {
		if k > 0 && total > 1 {
			counts[i]--
			sum = sum.Add(of(k).Mul(entropy(counts)))
			counts[i]++
		}
	}
	return n.Mul(h).Sub(n.Sub(one).Div(n).Mul(sum))
}

func TestSampleEntropy(t *testing.T) {
	checked := 0
	for _, counts := range [][]int{
		{1}, {7}, {1, 1, 1}, {1, 0, 2}, {4, 2, 3, 0, 2, 4, 0, 0, 2, 1, 1}, {100, 1}, {81, 82, 79, 80}, {1000, 3, 1, 0, 250}, {5000, 4999},
	} {
		for name, by := range estimators {
			want := estimate(counts, by).Float64()
			if got := float64(info.SampleEntropy(counts, by)); !(math.Abs(got-want) <= 1e-15*max(1, math.Abs(want))) {
				t.Errorf("%s of %v: %.17g, want %.17g", name, counts, got, want)
			}
			checked++
		}
	}
	if checked == 0 {
		t.Fatal("nothing was checked")
	}
	for name, by := range estimators {
		if h := info.SampleEntropy([]uint8{}, by); h == h {
			t.Errorf("%s of nothing is %v", name, h)
		}
		if h := info.SampleEntropy([]int8{3, -1}, by); h == h {
			t.Errorf("%s of a negative count is %v", name, h)
		}
	}
	if h := info.SampleEntropy([]int{1, 2}, 99); h == h {
		t.Errorf("an estimator that is none gives %v", h)
	}
	if n := testing.AllocsPerRun(10, func() { info.SampleEntropy([]int{3, 4, 1}, info.ChaoShen) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

// The bias of each, exactly, over all samples of ten from four equal classes: what they are for.
func TestSampleEntropyBias(t *testing.T) {
	bias := map[info.Estimator]float64{}
	const n = 10
	truth := math.Log(4)
	factorial := func(k int) float64 { f, _ := math.Lgamma(float64(k + 1)); return f }
	total := 0.0
	for a := range n + 1 {
		for b := range n - a + 1 {
			for c := range n - a - b + 1 {
				d := n - a - b - c
				p := math.Exp(factorial(n) - factorial(a) - factorial(b) - factorial(c) - factorial(d) - n*truth)
				total += p
				for _, by := range estimators {
					bias[by] += p * (float64(info.SampleEntropy([]int{a, b, c, d}, by)) - truth)
				}
			}
		}
	}
	if !(math.Abs(total-1) < 1e-12) {
		t.Fatalf("the probabilities sum to %g", total)
	}
	if b := bias[info.Plugin]; !(b < -.15 && b > -.18) { // (4-1)/20, and a bit
		t.Errorf("the plugin estimate is off by %g nats", b)
	}
	for name, by := range estimators {
		if by != info.Plugin && !(math.Abs(bias[by]) < .06) {
			t.Errorf("%s is off by %g nats", name, bias[by])
		}
		t.Logf("%s: %+.4f nats", name, bias[by])
	}
}
