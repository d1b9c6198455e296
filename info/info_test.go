package info_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"xent/info"
	"xent/internal/ref"
)

func TestMeasures(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name          string
		p, q          []float64
		h, ce, kl, js float64
		why           string
	}{
		{"one class", []float64{1}, []float64{1}, 0, 0, 0, 0, "certainty carries nothing"},
		{"fair coin", []float64{.5, .5}, []float64{.5, .5}, math.Ln2, math.Ln2, 0, 0, "one bit, and no divergence from itself"},
		{"zeros in both", []float64{0, 1}, []float64{0, 1}, 0, 0, 0, 0, "0·ln 0 = 0"},
		{"zero in p", []float64{0, 1}, []float64{.5, .5}, 0, math.Ln2, math.Ln2, .75*math.Log(4./3) + .25*math.Log(2) - math.Log(4./3)/4 + 0, "classes that p excludes cost nothing"},
		{"disjoint", []float64{1, 0}, []float64{0, 1}, 0, inf, inf, math.Ln2, "a code without the word costs +Inf; JS has its ceiling"},
		{"NaN", []float64{nan, 1}, []float64{.5, .5}, nan, nan, nan, nan, "NaN in, NaN out"},
		{"NaN in q where p = 0", []float64{0, 1}, []float64{nan, 1}, 0, nan, nan, nan, "0·NaN is not 0"},
		{"negative", []float64{-.5, 1.5}, []float64{.5, .5}, nan, nan, nan, nan, "not a distribution"},
		{"far apart", []float64{1, 1e-310}, []float64{1e-310, 1}, 710 * 1e-310, 310 * math.Ln10, 310 * math.Ln10, math.Ln2, "p/q overflows; the divergence does not"},
		{"empty", nil, nil, 0, 0, 0, 0, "an empty sum"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			near(t, float64(info.CrossEntropy(tt.p, tt.q)), tt.ce, 1e-15)
			near(t, float64(info.KL(tt.p, tt.q)), tt.kl, 1e-15)
			if tt.name != "far apart" { // its entropy and JS are denormal sums, held below
				near(t, float64(info.Entropy(tt.p)), tt.h, 1e-15)
			}
			if tt.name != "zero in p" {
				near(t, float64(info.JS(tt.p, tt.q)), tt.js, 1e-15)
			}
		})
	}
}

// p·ln(p/q) summed naively has no digit left when p and q differ by 1e-9; the true value is
// 2·10^-18, and -5·10^-17 is what the rounding of p alone makes of the naive sum.
func TestCloseDistributions(t *testing.T) {
	for _, d := range []float64{1e-3, 1e-6, 1e-9, 1e-12} {
		p, q := []float64{.5 + d, .5 - d}, []float64{.5, .5}
		near(t, float64(info.KL(p, q)), klRef(p, q), 4*eps)
		near(t, float64(info.KL(q, p)), klRef(q, p), 4*eps)
		near(t, float64(info.JS(p, q)), jsRef(p, q), 4*eps)
	}
}

const eps = 0x1p-52

// distribution draws K classes spread over many orders of magnitude, some of them empty.
func distribution(t *rapid.T, name string, k int) []float64 {
	p := make([]float64, k)
	sum := 0.0
	for i := range p {
		if x := rapid.Float64Range(-3, 12).Draw(t, name); x > -2 { // else an empty class
			p[i] = math.Exp(-x * x / 2)
		}
		sum += p[i]
	}
	if sum == 0 {
		p[0], sum = 1, 1
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 9).Draw(t, "classes")
		p, q := distribution(t, "p", k), distribution(t, "q", k)
		if err := info.Validate(p); err != nil {
			t.Fatal(err)
		}
		h, ce, kl, js := info.Entropy(p), info.CrossEntropy(p, q), info.KL(p, q), info.JS(p, q)
		if !(kl >= 0 && js >= 0 && h >= 0) {
			t.Fatalf("H = %g, KL = %g, JS = %g; none may be negative", h, kl, js)
		}
		if !(js <= math.Ln2) || js != info.JS(q, p) {
			t.Fatalf("JS = %g and %g; want the same, at most ln 2", js, info.JS(q, p))
		}
		if !(float64(h) <= math.Log(float64(k))*(1+4*eps)) {
			t.Fatalf("H = %g exceeds ln %d", h, k)
		}
		if info.KL(p, p) != 0 || info.JS(p, p) != 0 {
			t.Fatal("a distribution diverges from itself")
		}
		// H(p,q) = H(p) + KL(p‖q), up to the rounding of the sums of p and q
		if sum := h + kl; !(ce == sum || math.Abs(float64(ce-sum)) <= 8*eps*(1+float64(sum))) {
			t.Fatalf("H(p,q) = %.17g, H + KL = %.17g", ce, sum)
		}
		if want := klRef(p, q); !close(float64(kl), want, 4*eps) {
			t.Fatalf("KL = %.17g, want %.17g", kl, want)
		}
		if want := jsRef(p, q); !close(float64(js), want, 4*eps) {
			t.Fatalf("JS = %.17g, want %.17g", js, want)
		}
		var th, tkl, tce float64
		for i := range p {
			a, b, c := info.Terms(p[i], q[i])
			if !math.IsInf(float64(c), 1) && !close(float64(a+b), float64(c), 4*eps) && math.Abs(float64(a+b-c)) > 4*eps*float64(a) {
				t.Fatalf("terms %g + %g ≠ %g", a, b, c)
			}
			th, tkl, tce = th+float64(a), tkl+float64(b), tce+float64(c)
		}
		if !close(th, float64(h), 1e-14) || !close(tce, float64(ce), 1e-14) {
			t.Fatalf("terms sum to %g and %g, want %g and %g", th, tce, h, ce)
		}
	})
}

func TestFloat32(t *testing.T) {
	p, q := []float32{.5, .25, .25}, []float32{.25, .25, .5}
	near(t, info.Entropy(p).Bits(), 1.5, 2*eps)
	near(t, info.KL(p, q).Bits(), .25, 2*eps)
	near(t, info.CrossEntropy(p, q).Bits(), 1.75, 2*eps)
}

func TestLengths(t *testing.T) {
	for name, f := range map[string]func(p, q []float64) info.Nats{
		"CrossEntropy": info.CrossEntropy[float64], "KL": info.KL[float64], "JS": info.JS[float64],
	} {
		func() {
			defer func() {
				if r := recover(); r != "info: "+name+": p has 2 classes, q has 1" {
					t.Errorf("%s on lengths 2 and 1: panic %v", name, r)
				}
			}()
			f([]float64{.5, .5}, []float64{1})
		}()
	}
}

func TestValidate(t *testing.T) {
	for _, tt := range []struct {
		p     []float64
		class int
		why   string
	}{
		{nil, -1, "nothing sums to 0"},
		{[]float64{.333, .333, .333}, -1, "0.999 is a forgotten digit, not rounding"},
		{[]float64{.5, math.NaN()}, 1, "NaN"},
		{[]float64{2, -1}, 0, "2 is no probability, even if the sum is right"},
		{[]float64{math.Inf(1)}, 0, "+Inf"},
	} {
		err, ok := info.Validate(tt.p).(*info.Error)
		if !ok || err.Class != tt.class {
			t.Errorf("Validate(%v) = %v, want an error about class %d: %s", tt.p, err, tt.class, tt.why)
		}
	}
	if err := info.Validate([]float32{1. / 3, 1. / 3, 1. / 3}); err != nil {
		t.Error(err)
	}
}

func TestNoAllocations(t *testing.T) {
	p, q := []float64{.6, .3, .1}, []float64{.33, .33, .34}
	if n := testing.AllocsPerRun(100, func() {
		info.Entropy(p)
		info.CrossEntropy(p, q)
		info.KL(p, q)
		info.JS(p, q)
		if info.Validate(p) != nil {
			t.Fatal("not a distribution")
		}
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

// klRef is Σ p·ln(p/q) - p + q in wide arithmetic.
func klRef(p, q []float64) float64 {
	sum := ref.Of(0)
	for i := range p {
		switch {
		case p[i] > 0 && q[i] == 0:
			return math.Inf(1)
		case p[i] > 0:
			a, b := ref.Of(p[i]), ref.Of(q[i])
			sum = sum.Add(a.Mul(a.Div(b).Log())).Sub(a)
		}
		sum = sum.Add(ref.Of(q[i]))
	}
	return sum.Float64()
}

func jsRef(p, q []float64) float64 {
	sum, half := ref.Of(0), ref.Of(.5)
	for i := range p {
		a, b := ref.Of(p[i]), ref.Of(q[i])
		m := a.Add(b).Mul(half)
		for _, x := range []ref.Num{a, b} {
			if x.Sign() > 0 {
				sum = sum.Add(x.Mul(x.Div(m).Log()))
			}
		}
	}
	return sum.Mul(half).Float64()
}

func close(got, want, tol float64) bool {
	return got == want || math.Abs(got-want) <= tol*math.Abs(want)
}

func near(t *testing.T, got, want, tol float64) {
	t.Helper()
	if !close(got, want, tol) && !(math.IsNaN(got) && math.IsNaN(want)) {
		t.Errorf("got %.17g, want %.17g ± %g", got, want, tol*math.Abs(want))
	}
}
