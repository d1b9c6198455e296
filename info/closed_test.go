package info_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"xent/info"
	"xent/internal/ref"
)

func half(a ref.Num) ref.Num { return a.Div(ref.Of(2)) }

func square(a ref.Num) ref.Num { return a.Mul(a) }

// normalKL is the textbook's ln(σ₂/σ₁) + (σ₁²+Δ²)/(2σ₂²) - ½ of μ₁, σ₁, μ₂, σ₂.
func normalKL(x []ref.Num) ref.Num {
	d := square(x[0].Sub(x[2]))
	return x[3].Div(x[1]).Log().Add(half(square(x[1]).Add(d).Div(square(x[3])))).Sub(ref.Of(.5))
}

func TestNormalOracle(t *testing.T) {
	for _, x := range [][]float64{
		{0, 1, 0, 1}, {1.5, 1, 0, 1}, {0, .3, 0, 2}, {-2, .5, 1, 3}, {0, 1e-8, 0, 1}, {0, 1e8, 0, 1},
		{1e-9, 1.000000001, 0, 1}, {1e6, 1, -1e6, 1}, {1, 1, 0, 1e-6}, {3, 2, 3, 2.25}, {3, 2, 3, 2 + 0x1p-51},
	} {
		p, q := info.Normal{Mean: x[0], SD: x[1]}, info.Normal{Mean: x[2], SD: x[3]}
		value, grad := ref.Slopes(x, normalKL)
		kl, dp, dq := p.KLGrad(q)
		near(t, float64(kl), value, 4*eps)
		for i, g := range []float64{dp.Mean, dp.SD, dq.Mean, dq.SD} {
			if !(math.Abs(g-grad[i]) <= 8*eps*math.Abs(grad[i])+1e-200) {
				t.Errorf("derivative %d: %.17g, want %.17g", i, g, grad[i])
			}
		}
		for _, order := range []float64{.5, .9375, 1.0625, 2} {
			n := ref.AllOf(x)
			a, one := ref.Of(order), ref.Of(1)
			s := a.Mul(square(n[3])).Add(one.Sub(a).Mul(square(n[1])))
			if s.Sign() <= 0 {
				if got := p.Renyi(q, order); !math.IsInf(float64(got), 1) {
					t.Errorf("order %g of %v: %g, want +Inf", order, x, got)
				}
				continue
			}
			want := n[3].Div(n[1]).Log().
				Add(half(square(n[3]).Div(s).Log().Div(a.Sub(one)))).
				Add(half(a.Mul(square(n[0].Sub(n[2]))).Div(s)))
			near(t, float64(p.Renyi(q, order)), want.Float64(), 32*eps) // 1/(1-α) of what ln s lost
		}
		if t.Failed() {
			t.Fatalf("of %v", x)
		}
	}
}

// gammaGapOf is ln Γ(b) - ln Γ(a) - (b-a)·ψ(a) of whole a and b: of factorials, and ψ(a) = H(a-1) - γ.
func gammaGapOf(a, b int) ref.Num {
	lnGamma := func(n int) ref.Num {
		f := ref.Of(1)
		for k := 2; k < n; k++ {
			f = f.Mul(ref.Of(float64(k)))
		}
		return f.Log()
	}
	harmonic := func(n int) ref.Num {
		h := ref.Of(0)
		for k := 1; k <= n; k++ {
			h = h.Add(ref.Of(1).Div(ref.Of(float64(k))))
		}
		return h
	}
	// γ = H(n) - ln n - 1/(2n) + 1/(12n²) - 1/(120n⁴) + 1/(252n⁶) - …, to 25 digits at n = 1000
	n := ref.Of(1000)
	n2 := square(n)
	gamma := harmonic(1000).Sub(n.Log()).Sub(half(ref.Of(1).Div(n))).
		Add(ref.Of(1).Div(n2).Div(ref.Of(12))).
		Sub(ref.Of(1).Div(square(n2)).Div(ref.Of(120))).
		Add(ref.Of(1).Div(square(n2)).Div(n2).Div(ref.Of(252)))
	psi := harmonic(a - 1).Sub(gamma)
	return lnGamma(b).Sub(lnGamma(a)).Sub(ref.Of(float64(b - a)).Mul(psi))
}

func TestGammaFamiliesOracle(t *testing.T) {
	for _, s := range [][2]int{{1, 2}, {2, 1}, {3, 3}, {5, 40}, {40, 5}, {13, 14}, {100, 99}, {1, 60}} {
		a, b := s[0], s[1]
		near(t, float64(info.Gamma{Shape: float64(a), Rate: 1}.KL(info.Gamma{Shape: float64(b), Rate: 1})), gammaGapOf(a, b).Float64(), 4*eps)
		want := gammaGapOf(a, b).Add(gammaGapOf(2, 3)).Sub(gammaGapOf(a+2, b+3))
		near(t, float64(info.Beta{A: float64(a), B: 2}.KL(info.Beta{A: float64(b), B: 3})), want.Float64(), 32*eps)
		got := info.Dirichlet{float64(a), 2}.KL(info.Dirichlet{float64(b), 3})
		near(t, float64(got), want.Float64(), 32*eps)
	}
	// near a, it is ½·ψ'(a)·h²; ψ'(1) = π²/6
	for _, h := range []float64{0x1p-20, 0x1p-30, 0x1p-50} {
		near(t, float64(info.Gamma{Shape: 1, Rate: 2}.KL(info.Gamma{Shape: 1 + h, Rate: 2})), math.Pi*math.Pi/12*h*h, 2*h)
	}
	// the distribution of a class's share is uniform for one of each
	near(t, float64(info.Beta{A: 1, B: 1}.KL(info.Beta{A: 2, B: 1})), 1-math.Ln2, 4*eps)
}

func TestFamiliesByHand(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		name      string
		got, want float64
		why       string
	}{
		{"Bernoulli", float64(info.Bernoulli(.5).KL(.25)), .5*math.Ln2 - .5*math.Log(1.5), "½·ln 2 + ½·ln ⅔"},
		{"Bernoulli, certain", float64(info.Bernoulli(1).KL(.25)), 2 * math.Ln2, "-ln q"},
		{"Bernoulli, impossible", float64(info.Bernoulli(.5).KL(0)), inf, "q excludes what p holds"},
		{"Bernoulli, entropy", float64(info.Bernoulli(.5).Entropy()), math.Ln2, "one bit"},
		{"Bernoulli, entropy of the rare", float64(info.Bernoulli(1e-300).Entropy()), 1e-300 * (300*math.Ln10 + 1), "-ln(1-p) is p"},
		{"Bernoulli, certain entropy", float64(info.Bernoulli(1).Entropy()), 0, "0·ln 0 = 0"},
		{"Bernoulli, out of range", float64(info.Bernoulli(1.5).KL(.5)), nan, "not a probability"},
		{"Poisson", float64(info.Poisson{2}.KL(info.Poisson{1})), 2*math.Ln2 - 1, "λ·ln(λ/μ) - λ + μ"},
		{"Poisson of nothing", float64(info.Poisson{0}.KL(info.Poisson{3})), 3, "-ln e^-μ"},
		{"Exponential", float64(info.Exponential{2}.KL(info.Exponential{.5})), 2*math.Ln2 - .75, "ln 4 + ¼ - 1"},
		{"Exponential, entropy", float64(info.Exponential{1}.Entropy()), 1, "1 - ln 1"},
		{"Exponential, no rate", float64(info.Exponential{0}.KL(info.Exponential{1})), nan, "a rate is above 0"},
		{"Gamma of shape 1", float64(info.Gamma{1, 2}.KL(info.Gamma{1, .5})), 2*math.Ln2 - .75, "is exponential"},
		{"Gamma, no shape", float64(info.Gamma{-1, 2}.KL(info.Gamma{1, .5})), nan, "a shape is above 0"},
		{"Laplace, scales", float64(info.Laplace{0, 1}.KL(info.Laplace{0, 2})), math.Ln2 - .5, "ln 2 + ½ - 1"},
		{"Laplace, shift", float64(info.Laplace{1, 1}.KL(info.Laplace{0, 1})), math.Exp(-1), "e^-1 + 1 - 1"},
		{"Laplace, small shift", float64(info.Laplace{1e-9, 1}.KL(info.Laplace{0, 1})), 5e-19 - 1e-27/6, "d²/2 - d³/6"},
		{"Laplace, entropy", float64(info.Laplace{0, .5}.Entropy()), 1, "1 + ln 1"},
		{"Uniform", float64(info.Uniform{0, 1}.KL(info.Uniform{-1, 3})), 2 * math.Ln2, "ln 4"},
		{"Uniform, beyond", float64(info.Uniform{0, 4}.KL(info.Uniform{-1, 3})), inf, "q excludes what p holds"},
		{"Uniform, entropy", float64(info.Uniform{2, 3}.Entropy()), 0, "ln 1"},
		{"Uniform, reversed", float64(info.Uniform{3, 2}.KL(info.Uniform{0, 4})), nan, "no length"},
		{"Normal, entropy", float64(info.Normal{0, 1}.Entropy()), .5 * math.Log(2*math.Pi*math.E), "½·ln 2πe"},
		{"Normal, entropy and KL", float64(info.Normal{1, 2}.CrossEntropy(info.Normal{0, 3})), float64(info.Normal{1, 2}.Entropy() + info.Normal{1, 2}.KL(info.Normal{0, 3})), "H(p,q) = H(p) + KL"},
		{"Normal, no width", float64(info.Normal{0, 0}.KL(info.Normal{0, 1})), nan, "a width is above 0"},
		{"Normal, no width, cross", float64(info.Normal{0, -1}.CrossEntropy(info.Normal{0, 1})), nan, "a width is above 0"},
		{"Dirichlet of nothing", float64(info.Dirichlet{}.KL(info.Dirichlet{})), 0, "an empty sum"},
	} {
		if !(math.Abs(tt.got-tt.want) <= 4*eps*math.Abs(tt.want)) && tt.got != tt.want && !(math.IsNaN(tt.got) && math.IsNaN(tt.want)) {
			t.Errorf("%s: %.17g, want %.17g: %s", tt.name, tt.got, tt.want, tt.why)
		}
	}
}

// A normal of several variables: independent ones add up, and a change of coordinates changes nothing.
func TestMultiNormal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := func(name string) float64 { return rapid.Float64Range(-2, 2).Draw(t, name) }
		s := func(name string) float64 { return rapid.Float64Range(.25, 4).Draw(t, name) }
		p := []info.Normal{{Mean: x("a"), SD: s("b")}, {Mean: x("c"), SD: s("d")}}
		q := []info.Normal{{Mean: x("e"), SD: s("f")}, {Mean: x("g"), SD: s("h")}}
		want := p[0].KL(q[0]) + p[1].KL(q[1])
		// y = (x₀ + k·x₁, x₁)
		k := x("k")
		skew := func(n []info.Normal) info.MultiNormal {
			u, v := n[0].SD*n[0].SD, n[1].SD*n[1].SD
			return info.MultiNormal{Mean: []float64{n[0].Mean + k*n[1].Mean, n[1].Mean}, Cov: []float64{u + k*k*v, k * v, k * v, v}}
		}
		if got := skew(p).KL(skew(q)); !(math.Abs(float64(got-want)) <= 1e-9*(1+float64(want))) || !(got >= 0) {
			t.Fatalf("%g, want %g", float64(got), float64(want))
		}
	})
	if got := (info.MultiNormal{Mean: []float64{0, 0}, Cov: []float64{1, 2, 2, 1}}).KL(info.MultiNormal{Mean: []float64{0, 0}, Cov: []float64{1, 0, 0, 1}}); !math.IsNaN(float64(got)) {
		t.Errorf("a covariance that is not one gives %g", float64(got))
	}
	if got := (info.MultiNormal{}).KL(info.MultiNormal{}); got != 0 {
		t.Errorf("no variable at all gives %g", float64(got))
	}
}

// Narrowing a normal by half, and shifting it by one of its widths.
func ExampleNormal_KL() {
	p := info.Normal{Mean: 0, SD: 1}
	fmt.Println(p.KL(info.Normal{Mean: 0, SD: 0.5}), p.KL(info.Normal{Mean: 1, SD: 1}))
	// Output: 0.8069 nats 0.5 nats
}

func ExampleDirichlet_KL() {
	fmt.Println(info.Dirichlet{2, 3, 0.5}.KL(info.Dirichlet{1, 1, 1}))
	// Output: 1.222 nats
}
