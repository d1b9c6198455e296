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

// entmaxOf is p and the Fenchel-Young loss by their definitions: the threshold by bisection in 1600
// bits, for α with a whole 1/(α-1).
func entmaxOf(x []ref.Num, alpha float64, power, label int) (p []ref.Num, loss ref.Num) {
	p = make([]ref.Num, len(x))
	u := make([]ref.Num, len(x))
	top := x[0]
	for j := range x {
		u[j] = x[j].Mul(ref.Of(alpha - 1))
		if x[j].Cmp(top) > 0 {
			top = x[j]
		}
	}
	hi := top.Mul(ref.Of(alpha - 1))
	lo := hi.Sub(ref.Of(1))
	for range 900 {
		mid := lo.Add(hi).Div(ref.Of(2))
		sum := ref.Of(0)
		for j := range u {
			p[j] = ref.Of(0)
			if d := u[j].Sub(mid); d.Sign() > 0 {
				p[j] = ref.Of(1)
				for range power {
					p[j] = p[j].Mul(d)
				}
			}
			sum = sum.Add(p[j])
		}
		if sum.Cmp(ref.Of(1)) >= 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	loss = x[label].Neg()
	for j := range p {
		tsallis := ref.Of(0)
		if p[j].Sign() > 0 {
			tsallis = p[j].Sub(p[j].Pow(ref.Of(alpha))).Div(ref.Of(alpha)).Div(ref.Of(alpha - 1))
		}
		loss = loss.Add(p[j].Mul(x[j])).Add(tsallis)
	}
	return p, loss
}

func TestEntmaxOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	const k = 6
	for n := range 36 {
		alpha := []float64{1.5, 2, 1.25}[n%3]
		power := []int{2, 1, 4}[n%3]
		spread := []float64{.1, .5, 2, 20}[n/3%4]
		x, p, grad, label := make([]float64, k), make([]float64, k), make([]float64, k), n%k
		for j := range x {
			x[j] = rng.NormFloat64() * spread
		}
		opt := &xent.EntmaxOptions{Alpha: alpha}
		if err := xent.Entmax(xent.ProbsOf(p, k), xent.LogitsOf(x, k), opt); err != nil {
			t.Fatal(err)
		}
		res, err := xent.EntmaxLossGrad(xent.MatrixOf(grad, k), xent.LogitsOf(x, k), []int{label}, opt)
		if err != nil {
			t.Fatal(err)
		}
		wide, value := entmaxOf(ref.AllOf(x), alpha, power, label)
		want := make([]float64, k)
		floor := 0.0
		if alpha == 1.25 { // a threshold of 53 bits
			floor = 8
		}
		for j := range p {
			want[j] = wide[j].Float64()
			if u := ulpsOf(p[j], want[j]); !(u <= valueBound) && math.Abs(p[j]-want[j]) > floor*0x1p-52 {
				t.Errorf("α = %g, spread %g: p[%d] = %.17g, want %.17g: %.3g ulp", alpha, spread, j, p[j], want[j], u)
			}
			if j == label {
				want[j] = wide[j].Sub(ref.Of(1)).Float64()
			}
			if math.Abs(want[j]) < 1e-200 {
				want[j] = 0
			}
		}
		loss := value.Float64()
		if math.Abs(loss) < 1e-200 {
			loss = 0
		}
		if u := ulpsOf(float64(res.Sum()), loss); !(u <= valueBound) && math.Abs(float64(res.Sum())-loss) > floor*0x1p-52 {
			t.Errorf("α = %g, spread %g: loss %.17g, want %.17g: %.3g ulp", alpha, spread, res.Sum(), loss, u)
		}
		for j := range grad {
			if u := ulpsOf(grad[j], want[j]); !(u <= gradBound) && math.Abs(grad[j]-want[j]) > floor*0x1p-52 {
				t.Errorf("α = %g, spread %g: grad[%d] = %.17g, want %.17g: %.3g ulp", alpha, spread, j, grad[j], want[j], u)
			}
		}
	}
}

// Probabilities sum to one, are ordered as the logits, and the loss is 0 exactly when the label has
// all; its gradient is the slope, which is never less than the one from the left nor more than the one to the right:
// the loss is convex, and the slope of p has no bound where a logit enters the support.
func TestEntmaxProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 40).Draw(t, "k")
		alpha := rapid.SampledFrom([]float64{1.1, 1.5, 1.75, 2, 3}).Draw(t, "alpha")
		spread := rapid.SampledFrom([]float64{.2, 1, 10}).Draw(t, "spread")
		x, p, grad := make([]float64, k), make([]float64, k), make([]float64, k)
		for j := range x {
			x[j] = rapid.Float64Range(-spread, spread).Draw(t, "x")
		}
		label := rapid.IntRange(0, k-1).Draw(t, "label")
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
				if (x[i]-x[j])*(p[i]-p[j]) < 0 {
					t.Fatalf("logits %g %g have p %g %g", x[i], x[j], p[i], p[j])
				}
			}
		}
		value := at(x)
		if !(math.Abs(sum-1) <= 1e-13) || !(value >= 0) || p[label] == 1 && value > 1e-16 || value == 0 && p[label] < 1 {
			t.Fatalf("Σ p = %g, loss %g at p = %g", sum, value, p[label])
		}
		const h = 1e-6
		i := rapid.IntRange(0, k-1).Draw(t, "element")
		up, down := slices.Clone(x), slices.Clone(x)
		up[i] += h
		down[i] -= h
		const rounding = 1e-8 // of values up to 20, divided by h
		if left, right := (value-at(down))/h, (at(up)-value)/h; !(left-rounding <= grad[i] && grad[i] <= right+rounding) {
			t.Fatalf("gradient %g, slopes from %g to %g", grad[i], left, right)
		}
	})
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
