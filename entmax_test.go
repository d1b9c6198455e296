package xent_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xent"
	"xent/internal/ref"
)

// entmaxOf is p and the Fenchel-Young loss by their definitions. The share s of one class, the base,
// solves
//
//	Σ max(D + s^(α-1), 0)^(1/(α-1)) = 1     D = (α-1)·(x - base)
//
// by Newton's steps from above, as the sum is convex in it: for α ≤ 2 with the largest logit, above 2 with
// the smallest at which the others, with it as threshold, have less than 1.
func entmaxOf(t *testing.T, x []float64, alpha float64, label int) (p []ref.Num, loss ref.Num) {
	t.Helper()
	zero, one, less := ref.Of(0), ref.Of(1), ref.Of(alpha).Sub(ref.Of(1))
	power := one.Div(less)
	p = make([]ref.Num, len(x))
	level := zero // s^(α-1)
	shares := func(base float64) (sum, slope ref.Num) {
		sum, slope = zero, zero
		for j, v := range x {
			p[j] = zero
			if d := ref.Of(v).Sub(ref.Of(base)).Mul(less).Add(level); d.Sign() > 0 {
				p[j] = d.Pow(power)
				sum, slope = sum.Add(p[j]), slope.Add(p[j].Div(d))
			}
		}
		return sum, slope
	}
	base := slices.Max(x)
	if alpha > 2 {
		for _, v := range x {
			if sum, _ := shares(v); v < base && sum.Cmp(one) < 0 {
				base = v
			}
		}
	}
	for n, share := 0, one; ; n++ {
		level = share.Pow(less)
		sum, slope := shares(base)
		step := sum.Sub(one).Div(slope.Mul(level)).Mul(share)
		if step.Abs().Cmp(share.Mul(ref.Of(1e-50))) <= 0 { // the next would be its square
			break
		}
		if share = share.Sub(step); n == 100 {
			t.Fatalf("no share of the base: %g, α = %g", x, alpha)
		}
	}
	loss = ref.Of(x[label]).Neg()
	for j, v := range x {
		tsallis := zero
		if p[j].Sign() > 0 {
			tsallis = p[j].Sub(p[j].Pow(ref.Of(alpha))).Div(ref.Of(alpha)).Div(less)
		}
		loss = loss.Add(p[j].Mul(ref.Of(v))).Add(tsallis)
	}
	return p, loss
}

// atThreshold moves a logit to where it would begin to have a share, off by so much of the way to the largest.
func atThreshold(t rapid.TB, x []float64, alpha float64, j int, off float64) {
	k := len(x)
	x[j] = math.Inf(-1)
	p := make([]float64, k)
	if err := xent.Entmax(xent.ProbsOf(p, k), xent.LogitsOf(x, k), &xent.EntmaxOptions{Alpha: alpha}); err != nil {
		t.Fatal(err)
	}
	x[j] = slices.Max(x) - math.Pow(slices.Max(p), alpha-1)/(alpha-1)*(1-off)
}

// Each α against the definition: rows close together and far apart, ties, and a logit at the threshold.
func TestEntmaxOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	const k = 5
	worstP, worstLoss, n := 0.0, 0.0, 0
	for _, alpha := range []float64{1.5, 2, 1 + 1e-9, 1.01, 1.1, 1.25, 1.75, 2.5, 3, 8} {
		for _, spread := range []float64{.1, .5, 2, 20} {
			x, p, grad, label := make([]float64, k), make([]float64, k), make([]float64, k), n%k
			for j := range x {
				x[j] = rng.NormFloat64() * spread
			}
			switch n++; n % 3 {
			case 0:
				atThreshold(t, x, alpha, 4, []float64{1e-3, 1e-9, 0, -1e-15}[n/3%4])
			case 1:
				x[3] = x[2]
			}
			opt := &xent.EntmaxOptions{Alpha: alpha}
			if err := xent.Entmax(xent.ProbsOf(p, k), xent.LogitsOf(x, k), opt); err != nil {
				t.Fatal(err)
			}
			res, err := xent.EntmaxLossGrad(xent.MatrixOf(grad, k), xent.LogitsOf(x, k), []int{label}, opt)
			if err != nil {
				t.Fatal(err)
			}
			want, loss := entmaxOf(t, x, alpha, label)
			worst := func(w *float64, what string, got float64, of ref.Num, bound float64) {
				t.Helper()
				exact := of.Float64()
				if off := math.Abs(ref.Of(got).Sub(of).Float64()); off > 0x1p-60 { // what a sum of 1 cannot tell
					u := ulpsOf(got, exact)
					if *w = max(*w, u); !(u <= bound) {
						t.Errorf("α = %g of %v: %s = %.17g, want %.17g: %.3g ulp", alpha, x, what, got, exact, u)
					}
				}
			}
			for j := range p {
				worst(&worstP, "p", p[j], want[j], valueBound)
				g := want[j]
				if j == label {
					g = g.Sub(ref.Of(1))
				}
				worst(&worstP, "gradient", grad[j], g, valueBound)
			}
			worst(&worstLoss, "loss", float64(res.Sum()), loss, valueBound)
		}
	}
	t.Logf("worst error in ulp: p %.3g, loss %.3g", worstP, worstLoss)
}

// Probabilities sum to one, are ordered as the logits, and the loss is 0 exactly when the label has
// all; its gradient is the slope, which is never less than the one from the left nor more than the one to the right:
// the loss is convex, and the slope of p has no bound where a logit enters the support.
func TestEntmaxProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 40).Draw(t, "k")
		alpha := rapid.SampledFrom([]float64{1.01, 1.1, 1.5, 1.75, 2, 2.5, 3, 8}).Draw(t, "alpha")
		spread := rapid.SampledFrom([]float64{.2, 1, 10}).Draw(t, "spread")
		x, p, grad := make([]float64, k), make([]float64, k), make([]float64, k)
		for j := range x {
			x[j] = rapid.Float64Range(-spread, spread).Draw(t, "x")
		}
		label := rapid.IntRange(0, k-1).Draw(t, "label")
		if k > 1 && rapid.Bool().Draw(t, "at the threshold") {
			off := rapid.SampledFrom([]float64{0, 1e-18, -1e-18, 1e-16, -1e-16, 1e-15, -1e-15, 1e-12, 1e-8, 1e-3}).Draw(t, "off")
			atThreshold(t, x, alpha, rapid.IntRange(0, k-1).Draw(t, "marginal"), off)
		}
		opt := &xent.EntmaxOptions{Alpha: alpha}
		if err := xent.Entmax(xent.ProbsOf(p, k), xent.LogitsOf(x, k), opt); err != nil {
			t.Fatal(err)
		}
		at := func(x []float64) float64 {
			r, err := xent.EntmaxLoss(xent.LogitsOf(x, k), []int{label}, opt)
			if err != nil {
				t.Fatal(err)
			}
			return float64(r.Mean())
		}
		if _, err := xent.EntmaxLossGrad(xent.MatrixOf(grad, k), xent.LogitsOf(x, k), []int{label}, opt); err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for j := range p {
			sum += p[j]
			for i := range j {
				if (x[i]-x[j])*(p[i]-p[j]*(1+math.Copysign(0x1p-51, x[j]-x[i]))) < 0 { // ordered, to the last bit
					t.Fatalf("logits %g %g have p %g %g", x[i], x[j], p[i], p[j])
				}
			}
		}
		value := at(x)
		if !(math.Abs(sum-1) <= float64(k+2)*0x1p-53) || !(value >= 0) || p[label] == 1 && value > 1e-16 || value == 0 && p[label] < 1 {
			t.Fatalf("Σ p = %g, loss %g at p = %g", sum, value, p[label])
		}
		const h = 1e-6
		i := rapid.IntRange(0, k-1).Draw(t, "element")
		up, down := slices.Clone(x), slices.Clone(x)
		up[i] += h
		down[i] -= h
		rounding := (value + 20) * 0x1p-49 / h // of values and logits
		if left, right := (value-at(down))/h, (at(up)-value)/h; !(left-rounding <= grad[i] && grad[i] <= right+rounding) {
			t.Fatalf("gradient %g, slopes from %g to %g", grad[i], left, right)
		}
	})
}

// Rows at the ends of what numbers hold have probabilities that sum to one, whatever α is.
func TestEntmaxExtremes(t *testing.T) {
	ladder, ties := make([]float64, 300), make([]float64, 300)
	for j := range ladder {
		ladder[j] = math.Ldexp(1, -3*j) // down to 2^-897: all between two numbers next to 1
	}
	for name, x := range map[string][]float64{
		"ladder": ladder, "ladder below 0": negated(ladder), "ties": ties,
		"opposite ends": {math.MaxFloat64, -math.MaxFloat64, 1, math.MaxFloat64},
		"denormal":      {5e-324, 0, -5e-324, 1e-310, -0.25},
		"large":         {1e300, 1e300, math.Nextafter(1e300, 0), 0},
	} {
		for _, alpha := range []float64{math.Nextafter(1, 2), 1.001, 1.3, 1.5, math.Nextafter(2, 0), 2, math.Nextafter(2, 3), 2.7, 30, 1e4, 1e300} {
			p := make([]float64, len(x))
			if err := xent.Entmax(xent.ProbsOf(p, len(p)), xent.LogitsOf(x, len(p)), &xent.EntmaxOptions{Alpha: alpha}); err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for _, v := range p {
				sum += v
			}
			if !(math.Abs(sum-1) <= float64(len(p))*0x1p-53) || slices.Min(p) < 0 {
				t.Errorf("%s, α = %g: Σ p = %.17g", name, alpha, sum)
			}
		}
	}
}

func negated(x []float64) []float64 {
	y := slices.Clone(x)
	for i := range y {
		y[i] = -y[i]
	}
	return y
}

func TestEntmaxSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name  string
		x     []float64
		label int
		alpha float64
		want  float64
		grad  []float64
		why   string
	}{
		{"one class", []float64{3}, 0, 1.5, 0, []float64{0}, "certain"},
		{"uniform", []float64{1, 1}, 0, 2, .25, []float64{-.5, .5}, "½·½² + ½·½²"},
		{"sure and right", []float64{1, 0}, 0, 2, 0, []float64{0, 0}, "a margin of 1 is enough for sparsemax"},
		{"sure and wrong", []float64{1e4, 0, -1e4}, 2, 2, 2e4, []float64{1, 0, -1}, "the cost grows linearly"},
		{"excluded", []float64{0, -inf}, 0, 1.5, 0, []float64{0, 0}, "nothing else is left"},
		{"excluded label", []float64{0, -inf}, 1, 1.5, inf, []float64{1, -1}, "+Inf, with a finite gradient"},
		{"certain", []float64{inf, 0}, 0, 1.75, 0, []float64{0, 0}, "a logit at +Inf is the limit"},
		{"certain of another", []float64{inf, 0}, 1, 2, inf, []float64{1, -1}, "the limit"},
		{"NaN", []float64{0, nan}, 0, 2, nan, []float64{nan, nan}, "NaN in, NaN out"},
		{"nothing left", []float64{-inf, -inf}, 0, 2, nan, []float64{nan, nan}, "no probabilities"},
		{"half and half", []float64{0, 0, 0, 0, -1.8, -1.8, -1.8, -1.8}, 0, 1.5, 2. / 3, []float64{-.75, .25, .25, .25, 0, 0, 0, 0}, "those below the threshold get nothing"},
	} {
		grad := make([]float64, len(tt.x))
		res, err := xent.EntmaxLossGrad(xent.MatrixOf(grad, len(grad)), xent.LogitsOf(tt.x, len(grad)), []int{tt.label}, &xent.EntmaxOptions{Alpha: tt.alpha})
		if err != nil {
			t.Fatal(err)
		}
		if got := float64(res.Mean()); !close(got, tt.want, 1e-15*math.Abs(tt.want)) {
			t.Errorf("%s: %g, want %g: %s", tt.name, got, tt.want, tt.why)
		}
		for j := range grad {
			if !close(grad[j], tt.grad[j], 1e-15) {
				t.Errorf("%s: gradient %g, want %g: %s", tt.name, grad, tt.grad, tt.why)
			}
		}
	}
	for _, alpha := range []float64{1, .5, -1, nan, inf} {
		if _, err := xent.EntmaxLoss(xent.LogitsOf([]float64{0}, 1), []int{0}, &xent.EntmaxOptions{Alpha: alpha}); err == nil {
			t.Errorf("α = %g is accepted", alpha)
		}
	}
}
