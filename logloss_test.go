package xent_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"xent"
	"xent/internal/ref"
)

// shaped is φ(p) of [xent.Options] in wide arithmetic.
func shaped(p ref.Num, focus, robust, poly float64) ref.Num {
	q := ref.Of(1).Sub(p)
	base := p.Log().Neg()
	if robust != 0 {
		base = ref.Of(1).Sub(p.Pow(ref.Of(robust))).Div(ref.Of(robust))
	}
	return q.Pow(ref.Of(focus)).Mul(base.Add(ref.Of(poly).Mul(q)))
}

// Every shape of the loss, of probabilities near 0, near 1 and between, as they are, as logarithms, and divided.
func TestLogLossOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	const k = 4
	checked := 0
	for n := range 96 {
		o := &xent.LogLossOptions{Sums: xent.SumKept, Reduction: xent.Sum}
		o.Focus = []float64{0, 2, .5}[n%3]
		o.Robustness = []float64{0, .7, 1, 1e-6}[n/3%4]
		o.Poly = []float64{0, 1}[n/12%2]
		o.Smoothing = []float64{0, .1}[n/24%2]
		if n/48 == 1 {
			o.Sums = xent.SumDivided
		}
		label := n % k
		p, logs, target := make([]float64, k), make([]float64, k), make([]float64, k)
		for j := range p {
			p[j] = max(min(math.Exp(-rng.ExpFloat64()*[]float64{1e-9, .01, 1, 200}[rng.IntN(4)]), 1-0x1p-53), 1e-100)
			logs[j] = -rng.ExpFloat64() * []float64{1e-12, .1, 1, 200}[rng.IntN(4)]
			target[j] = o.Smoothing / k
		}
		target[label] += 1 - o.Smoothing
		loss := func(p []ref.Num, divide bool) ref.Num {
			total, sum := ref.Of(1), ref.Of(0)
			if divide {
				total = ref.Of(0)
				for _, v := range p {
					total = total.Add(v)
				}
			}
			for j, v := range p {
				if target[j] != 0 {
					sum = sum.Add(ref.Of(target[j]).Mul(shaped(v.Div(total), o.Focus, o.Robustness, o.Poly)))
				}
			}
			return sum
		}
		grad := make([]float64, k)
		res, err := xent.LogLossGrad(xent.MatrixOf(grad, k), xent.ProbsOf(p, k), []int{label}, o)
		if err != nil {
			t.Fatal(err)
		}
		value, want := ref.Slopes(p, func(p []ref.Num) ref.Num { return loss(p, o.Sums == xent.SumDivided) })
		scale := 0.0
		if o.Smoothing != 0 && o.Sums == xent.SumDivided { // 1/S and 1/p of the same size meet
			for _, v := range p {
				scale = max(scale, o.Smoothing/v)
			}
		}
		checkOracle(t, "LogLoss", float64(res.Sum()), value, grad, want, scale)

		soft := *o
		soft.Smoothing = 0
		got := make([]float64, k)
		if _, err := xent.SoftLogLossGrad(xent.MatrixOf(got, k), xent.ProbsOf(p, k), xent.ProbsOf(target, k), &soft); err != nil {
			t.Fatal(err)
		}
		checkOracle(t, "SoftLogLoss", float64(res.Sum()), value, got, want, scale)
		if o.Sums == xent.SumKept {
			res, err = xent.LogLossGrad(xent.MatrixOf(grad, k), xent.LogProbsOf(logs, k), []int{label}, o)
			if err != nil {
				t.Fatal(err)
			}
			value, want = ref.Slopes(logs, func(x []ref.Num) ref.Num { return loss(ref.ExpOf(x), false) })
			checkOracle(t, "LogLoss of logarithms", float64(res.Sum()), value, grad, want, 0)
		}
		checked++
	}
	if checked == 0 {
		t.Fatal("nothing was checked")
	}
}

func TestBinaryLogLossOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(33, 34))
	one := ref.Of(1)
	for n := range 60 {
		p := []float64{rng.Float64(), 1e-9 * rng.Float64(), 1 - 1e-9*rng.Float64()}[n%3]
		target := []float64{0, 1, .3}[n/3%3]
		o := &xent.BinaryOptions{Focus: []float64{0, 2, .5}[n/9%3], Smoothing: []float64{0, .1}[n%2], Margin: []float64{0, .05}[n/4%2], Reduction: xent.Sum}
		grad := []float64{0}
		res, err := xent.BinaryLogLossGrad(xent.MatrixOf(grad, 1), xent.ProbsOf([]float64{p}, 1), xent.MatrixOf([]float64{target}, 1), o)
		if err != nil {
			t.Fatal(err)
		}
		s := one.Sub(ref.Of(o.Smoothing)).Mul(ref.Of(target)).Add(ref.Of(o.Smoothing / 2))
		value, want := ref.Slopes([]float64{p}, func(x []ref.Num) ref.Num {
			p, q := x[0], one.Sub(x[0])
			sum := s.Mul(q.Pow(ref.Of(o.Focus))).Mul(p.Log().Neg())
			if m := p.Sub(ref.Of(o.Margin)); m.Sign() > 0 {
				sum = sum.Add(one.Sub(s).Mul(m.Pow(ref.Of(o.Focus))).Mul(one.Sub(m).Log().Neg()))
			}
			return sum
		})
		checkOracle(t, "BinaryLogLoss", float64(res.Sum()), value, grad, want, 1)
	}
}

func TestLogLossSpecialValues(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		name string
		p    []float64
		opt  xent.LogLossOptions
		want float64
		grad []float64
		why  string
	}{
		{"certain", []float64{1, 0}, xent.LogLossOptions{}, 0, []float64{-1, 0}, "0, not -0 or NaN"},
		{"impossible", []float64{0, 1}, xent.LogLossOptions{}, inf, []float64{-inf, 0}, "nothing is clipped"},
		{"impossible, bounded", []float64{0, 1}, xent.LogLossOptions{Robustness: 1, Poly: 1}, 2, []float64{-2, 0}, "1-p + (1-p), and its slope"},
		{"impossible, q = ½", []float64{0, 1}, xent.LogLossOptions{Robustness: .5}, 2, []float64{-inf, 0}, "the slope of -√p"},
		{"impossible, divided", []float64{0, 2}, xent.LogLossOptions{Sums: xent.SumDivided}, inf, []float64{-inf, .5}, "the other class still sees the sum"},
		{"a share", []float64{.2, .1}, xent.LogLossOptions{Sums: xent.SumKept}, math.Log(5), []float64{-5, 0}, "taken as it is"},
		{"counts", []float64{3, 1}, xent.LogLossOptions{Sums: xent.SumDivided}, math.Log(4. / 3), []float64{.25 - 1./3, .25}, "counts will do"},
		{"sure, divided", []float64{1, 1e-13}, xent.LogLossOptions{Sums: xent.SumDivided}, math.Log1p(1e-13), []float64{-1e-13 / (1 + 1e-13), 1 / (1 + 1e-13)}, "1 - p by the others, not by subtraction"},
		{"denormal counts", []float64{5e-324, 5e-324}, xent.LogLossOptions{Sums: xent.SumDivided}, math.Ln2, []float64{-inf, inf}, "ratios of the smallest numbers"},
		{"weight 0", []float64{math.NaN(), 5}, xent.LogLossOptions{RowWeights: []float64{0}, Empty: xent.EmptyZero}, 0, []float64{0, 0}, "is not looked at"},
	} {
		grad := make([]float64, len(tt.p))
		res, err := xent.LogLossGrad(xent.MatrixOf(grad, len(grad)), xent.ProbsOf(tt.p, len(grad)), []int{0}, &tt.opt)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := float64(res.Mean()); !close(got, tt.want, 1e-15*math.Abs(tt.want)) || math.Signbit(got) {
			t.Errorf("%s: %g, want %g: %s", tt.name, got, tt.want, tt.why)
		}
		for j := range grad {
			if !close(grad[j], tt.grad[j], 1e-15*math.Abs(tt.grad[j])) {
				t.Errorf("%s: gradient %g, want %g: %s", tt.name, grad, tt.grad, tt.why)
			}
		}
	}
}

// What is no distribution is refused before anything is written, with its place.
func TestProbError(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		name     string
		p        []float64
		opt      xent.LogLossOptions
		row, col int
	}{
		{"negative", []float64{.5, .5, 1.25, -.25}, xent.LogLossOptions{}, 1, 0},
		{"NaN", []float64{.5, .5, 1, nan}, xent.LogLossOptions{Sums: xent.SumKept}, 1, 1},
		{"sum", []float64{.5, .5, .5, .4999}, xent.LogLossOptions{}, 1, -1},
		{"zeros", []float64{.5, .5, 0, 0}, xent.LogLossOptions{Sums: xent.SumDivided}, 1, -1},
	} {
		grad := []float64{7, 7, 7, 7}
		_, err := xent.LogLossGrad(xent.MatrixOf(grad, 2), xent.ProbsOf(tt.p, 2), []int{0, 0}, &tt.opt)
		var e *xent.ProbError
		if !errors.As(err, &e) || e.Row != tt.row || e.Col != tt.col {
			t.Errorf("%s: %v", tt.name, err)
		}
		if grad[0] != 7 {
			t.Errorf("%s: a gradient was written before the error", tt.name)
		}
	}
	if _, err := xent.LogLoss(xent.LogProbsOf([]float64{-1, .1}, 2), []int{0}, &xent.LogLossOptions{Sums: xent.SumKept}); err == nil {
		t.Error("a logarithm above 0")
	}
	_, err := xent.LogLoss(xent.ProbsOf([]float64{.5, .5}, 2), []int{0, 1}, nil)
	if want := "xent: LogLoss: labels is [2], want [1] (one for each row of q)"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if _, err := xent.BinaryLogLoss(xent.ProbsOf([]float64{1.5}, 1), xent.MatrixOf([]float64{1}, 1), nil); err == nil {
		t.Error("a probability of 1.5")
	}
	if _, err := xent.BinaryLogLoss(xent.ProbsOf([]float64{1.5}, 1), xent.MatrixOf([]float64{-1}, 1), &xent.BinaryOptions{Ignore: new(-1.), Empty: xent.EmptyZero}); err != nil {
		t.Errorf("an element that is ignored: %v", err)
	}
}

// Divided by their sums, logarithms are logits.
func TestLogProbsDividedAreLogits(t *testing.T) {
	x, labels := []float64{-1, -2, -3, -.5, -.1, -4}, []int{1, 0}
	want, got := make([]float64, 6), make([]float64, 6)
	r1, e1 := xent.CrossEntropyGrad(xent.MatrixOf(want, 3), xent.LogitsOf(x, 3), labels, nil)
	r2, e2 := xent.LogLossGrad(xent.MatrixOf(got, 3), xent.LogProbsOf(x, 3), labels, &xent.LogLossOptions{Sums: xent.SumDivided})
	if e1 != nil || e2 != nil || r1 != r2 {
		t.Errorf("%v %v, %v %v", r1, e1, r2, e2)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("gradient %g, want %g", got, want)
		}
	}
}

func TestBrierOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(35, 36))
	const k = 5
	for n := range 30 {
		x, grad := make([]float64, k), make([]float64, k)
		for j := range x {
			x[j] = rng.NormFloat64() * []float64{.5, 3, 40}[n%3]
		}
		label, temp := n%k, []float64{1, .7}[n%2]
		res, err := xent.BrierGrad(xent.MatrixOf(grad, k), xent.LogitsOf(x, k), []int{label}, &xent.BrierOptions{Temperature: temp})
		if err != nil {
			t.Fatal(err)
		}
		value, want := ref.Slopes(x, func(x []ref.Num) ref.Num {
			sum := ref.Of(0)
			for j, p := range ref.SoftmaxOf(x, temp) {
				if j == label {
					p = p.Sub(ref.Of(1))
				}
				sum = sum.Add(p.Mul(p))
			}
			return sum
		})
		checkOracle(t, "Brier", float64(res.Sum()), value, grad, want, min(1, value)) // pushes of both signs meet
	}
	inf := math.Inf(1)
	for _, tt := range []struct {
		name string
		x    []float64
		want float64
		why  string
	}{
		{"uniform", []float64{0, 0}, .5, "¼ + ¼"},
		{"sure and wrong", []float64{0, 800}, 2, "the most that it can cost"},
		{"sure and right", []float64{40, 0}, 2 * math.Exp(-80), "with its digits"},
		{"excluded", []float64{0, -inf}, 0, "certain"},
		{"none left", []float64{-inf, -inf}, math.NaN(), "no softmax"},
	} {
		res, err := xent.Brier(xent.LogitsOf(tt.x, 2), []int{0}, nil)
		if got := float64(res.Mean()); err != nil || !close(got, tt.want, 1e-14*math.Abs(tt.want)) {
			t.Errorf("%s: %g %v, want %g: %s", tt.name, got, err, tt.want, tt.why)
		}
	}
}
