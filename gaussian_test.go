package xent_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"xent"
	"xent/internal/ref"
)

// Value and gradients of each loss of distributions against the oracle, as functions of the numbers
// that are predicted.
func TestGaussianAndPoissonOracle(t *testing.T) {
	type N = ref.Num
	half, one := ref.Of(.5), ref.Of(1)
	nll := func(d, v N) N { return half.Mul(v.Log().Add(d.Mul(d).Div(v))) }
	kl := func(m, v N) N { return half.Mul(v.Sub(one).Sub(v.Log()).Add(m.Mul(m))) }
	mat := func(x float64) xent.Matrix[float64] { return xent.MatrixOf([]float64{x}, 1) }
	run := func(x []float64, log bool, f func(grad, pred xent.Normals[float64]) (xent.Result, error)) (float64, []float64) {
		g, p := xent.Normals[float64]{Mean: mat(0)}, xent.Normals[float64]{Mean: mat(x[0])}
		spread := &g.Var
		if p.Var, g.Var = mat(x[1]), mat(0); log {
			p.LogVar, g.LogVar, p.Var, g.Var = p.Var, g.Var, p.LogVar, g.LogVar
			spread = &g.LogVar
		}
		res, err := f(g, p)
		if err != nil {
			t.Fatal(err)
		}
		return float64(res.Sum()), []float64{g.Mean.Data[0], spread.Data[0]}
	}
	rng := rand.New(rand.NewPCG(15, 16))
	for n := range 40 {
		scale := []float64{1, 1e-8, 100, 1e-3}[n%4]
		mean, lnv, target := rng.NormFloat64()*scale, rng.NormFloat64()*min(scale, 3), rng.NormFloat64()
		for _, tt := range []struct {
			name string
			x    []float64
			log  bool
			f    func(grad, pred xent.Normals[float64]) (xent.Result, error)
			want func(x []N) N
		}{
			{"GaussianNLL, LogVar", []float64{mean, lnv}, true, func(g, p xent.Normals[float64]) (xent.Result, error) {
				return xent.GaussianNLLGrad(g, p, mat(target), &xent.GaussianOptions{Reduction: xent.Sum})
			}, func(x []N) N { return nll(x[0].Sub(ref.Of(target)), x[1].Exp()) }},
			{"GaussianNLL, Var", []float64{mean, math.Exp(lnv)}, false, func(g, p xent.Normals[float64]) (xent.Result, error) {
				return xent.GaussianNLLGrad(g, p, mat(target), &xent.GaussianOptions{Reduction: xent.Sum})
			}, func(x []N) N { return nll(x[0].Sub(ref.Of(target)), x[1]) }},
			{"GaussianKL, LogVar", []float64{mean, lnv}, true, func(g, p xent.Normals[float64]) (xent.Result, error) {
				return xent.GaussianKLGrad(g, p, xent.Normals[float64]{}, nil)
			}, func(x []N) N { return kl(x[0], x[1].Exp()) }},
			{"GaussianKL, Var", []float64{mean, math.Exp(lnv)}, false, func(g, p xent.Normals[float64]) (xent.Result, error) {
				return xent.GaussianKLGrad(g, p, xent.Normals[float64]{}, nil)
			}, func(x []N) N { return kl(x[0], x[1]) }},
		} {
			got, grad := run(tt.x, tt.log, tt.f)
			value, want := ref.Slopes(tt.x, tt.want)
			floor := 0.0 // of a NLL, whose two terms may have either sign
			if tt.name[:11] == "GaussianNLL" {
				floor = floorEps * 0x1p-52 * (math.Abs(lnv) + 1)
			}
			if u := ulpsOf(got, value); !(u <= valueBound) && math.Abs(got-value) > floor {
				t.Errorf("%s of %g: %.17g, want %.17g", tt.name, tt.x, got, value)
			}
			for i := range grad {
				if u := ulpsOf(grad[i], want[i]); !(u <= gradBound) && math.Abs(grad[i]-want[i]) > max(floor, 1e-200) {
					t.Errorf("%s of %g: derivative %d = %.17g, want %.17g", tt.name, tt.x, i, grad[i], want[i])
				}
			}
		}
		// two of them: near and far, either way, given as variances, as logarithms, and one of each
		other := []float64{mean + rng.NormFloat64()*scale*1e-3, lnv + rng.NormFloat64()*scale*1e-3}
		for bits := range 8 {
			predLog, priorLog, reverse := bits&1 == 1, bits&2 == 2, bits&4 == 4
			given := func(ln float64, log bool) float64 {
				if log {
					return ln
				}
				return math.Exp(ln)
			}
			at := func(x N, log bool) N {
				if log {
					return x.Exp()
				}
				return x
			}
			x, y := []float64{mean, given(lnv, predLog)}, []float64{other[0], given(other[1], priorLog)}
			prior := xent.Normals[float64]{Mean: mat(y[0]), Var: mat(y[1])}
			if priorLog {
				prior.LogVar, prior.Var = prior.Var, prior.LogVar
				prior.Var = xent.Matrix[float64]{}
			}
			got, grad := run(x, predLog, func(g, p xent.Normals[float64]) (xent.Result, error) {
				return xent.GaussianKLGrad(g, p, prior, &xent.GaussianKLOptions{Reverse: reverse})
			})
			value, want := ref.Slopes(x, func(x []N) N {
				d, v, w := x[0].Sub(ref.Of(y[0])), at(x[1], predLog), at(ref.Of(y[1]), priorLog)
				if reverse {
					v, w = w, v
				}
				r := v.Div(w)
				return half.Mul(r.Sub(one).Sub(r.Log()).Add(d.Mul(d).Div(w)))
			})
			// one variance is rounded to a logarithm, or both of which only the difference counts
			floor := 8 * 0x1p-52 * (1 + math.Abs(lnv)) * math.Abs(want[1])
			if predLog == priorLog && !predLog {
				floor = 0
			}
			if u := ulpsOf(got, value); !(u <= valueBound) && math.Abs(got-value) > floor {
				t.Errorf("GaussianKL of %g from %g, %03b: %.17g, want %.17g", x, y, bits, got, value)
			}
			for i := range grad {
				if u := ulpsOf(grad[i], want[i]); !(u <= gradBound) && math.Abs(grad[i]-want[i]) > max(floorEps*0x1p-52*(1+math.Abs(lnv))*math.Abs(grad[0]), 8*0x1p-52*math.Abs(lnv), 1e-200) {
					t.Errorf("GaussianKL of %g from %g, %03b: derivative %d = %.17g, want %.17g", x, y, bits, i, grad[i], want[i])
				}
			}
		}
		count, x := float64(rng.IntN(20)), rng.NormFloat64()
		for _, rates := range []bool{false, true} {
			if rates {
				x = math.Exp(x)
			}
			grad := mat(0)
			res, err := xent.PoissonNLLGrad(grad, mat(x), mat(count), &xent.PoissonOptions{Rates: rates, Reduction: xent.Sum})
			if err != nil {
				t.Fatal(err)
			}
			value, want := ref.Slopes([]float64{x}, func(x []N) N {
				if rates {
					return x[0].Sub(ref.Of(count).Mul(x[0].Log()))
				}
				return x[0].Exp().Sub(ref.Of(count).Mul(x[0]))
			})
			floor := floorEps * 0x1p-52 * max(count, 1)
			if !close(float64(res.Sum()), value, floor*max(1, math.Abs(x))) || !close(grad.Data[0], want[0], floor) {
				t.Errorf("PoissonNLL (rates: %t) of %g, %g: %.17g %.17g, want %.17g %.17g", rates, x, count, res.Sum(), grad.Data[0], value, want[0])
			}
		}
	}
}

func TestGaussianSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	mat := func(x float64) xent.Matrix[float64] { return xent.MatrixOf([]float64{x}, 1) }
	type N = xent.Normals[float64]
	nll := func(pred N, target float64, o *xent.GaussianOptions) float64 {
		r, err := xent.GaussianNLL(pred, mat(target), o)
		if err != nil {
			t.Fatal(err)
		}
		if v := float64(r.Mean()); (v-v != 0) != (r.NonFinite == 1) {
			t.Errorf("%g, and NonFinite = %d", v, r.NonFinite)
		}
		return float64(r.Mean())
	}
	kl := func(q N, o *xent.GaussianKLOptions) float64 {
		r, err := xent.GaussianKL(q, N{}, o)
		if err != nil {
			t.Fatal(err)
		}
		return float64(r.Mean())
	}
	poisson := func(x, count float64, o *xent.PoissonOptions) float64 {
		r, err := xent.PoissonNLL(mat(x), mat(count), o)
		if err != nil {
			t.Fatal(err)
		}
		return float64(r.Mean())
	}
	for _, tt := range []struct {
		name      string
		got, want float64
		why       string
	}{
		{"sure and right", nll(N{Mean: mat(1), LogVar: mat(-800)}, 1, nil), -400, "e^800 is beyond a float64, and 0/v is 0"},
		{"sure and wrong", nll(N{Mean: mat(1), LogVar: mat(-800)}, 2, nil), inf, "e^800"},
		{"no variance", nll(N{Mean: mat(1), Var: mat(0)}, 2, nil), nan, "a variance is above 0"},
		{"no variance, raised", nll(N{Mean: mat(1), Var: mat(0)}, 2, &xent.GaussianOptions{MinVar: .25}), (math.Log(.25) + 4) / 2, "MinVar stands in"},
		{"negative variance", nll(N{Mean: mat(1), Var: mat(-1)}, 2, &xent.GaussianOptions{MinVar: .25}), nan, "MinVar hides no nonsense"},
		{"full", nll(N{Mean: mat(0), Var: mat(1)}, 0, &xent.GaussianOptions{Full: true}), math.Log(2*math.Pi) / 2, "½·ln 2π"},
		{"NaN", nll(N{Mean: mat(nan), Var: mat(1)}, 0, nil), nan, "NaN in, NaN out"},
		{"prior", kl(N{Mean: mat(0), LogVar: mat(0)}, nil), 0, "no divergence from itself"},
		{"collapsed", kl(N{Mean: mat(0), LogVar: mat(-inf)}, nil), inf, "a point has infinite divergence"},
		{"endless", kl(N{Mean: mat(0), Var: mat(inf)}, nil), inf, "so has a distribution without a width"},
		{"free", kl(N{Mean: mat(.1), LogVar: mat(0)}, &xent.GaussianKLOptions{FreeNats: .25}), .25, "0.005 nats are free"},
		{"beyond the free", kl(N{Mean: mat(2), LogVar: mat(0)}, &xent.GaussianKLOptions{FreeNats: .25, Beta: new(3.)}), 6, "β·½·mean²"},
		{"nothing expected, nothing seen", poisson(-inf, 0, nil), 0, "0·ln 0 = 0"},
		{"nothing expected, one seen", poisson(-inf, 1, nil), inf, "an impossible count"},
		{"rate 0, nothing seen", poisson(0, 0, &xent.PoissonOptions{Rates: true}), 0, "0·ln 0 = 0"},
		{"rate 0, one seen", poisson(0, 1, &xent.PoissonOptions{Rates: true}), inf, "an impossible count"},
		{"negative rate", poisson(-1, 1, &xent.PoissonOptions{Rates: true}), nan, "no rate"},
		{"full", poisson(0, 3, &xent.PoissonOptions{Full: true}), 1 + math.Log(6), "e^0 + ln 3!"},
		{"Stirling", poisson(0, 2, &xent.PoissonOptions{Full: true, Stirling: true}), 1 + 2*math.Ln2 - 2 + math.Log(4*math.Pi)/2, "2·ln 2 - 2 + ½·ln 4π"},
	} {
		if !close(tt.got, tt.want, 1e-15*math.Abs(tt.want)) {
			t.Errorf("%s: %.17g, want %.17g: %s", tt.name, tt.got, tt.want, tt.why)
		}
	}
	// inside the free nats nothing pulls
	g := N{Mean: mat(7), LogVar: mat(7)}
	if _, err := xent.GaussianKLGrad(g, N{Mean: mat(.1), LogVar: mat(.2)}, N{}, &xent.GaussianKLOptions{FreeNats: 1}); err != nil || g.Mean.Data[0] != 0 || g.LogVar.Data[0] != 0 {
		t.Errorf("gradient %v %v, %v", g.Mean.Data, g.LogVar.Data, err)
	}
}

func TestGaussianErrors(t *testing.T) {
	m, wide := xent.MatrixOf([]float64{1, 1}, 2), xent.MatrixOf([]float64{1, 1}, 1)
	type N = xent.Normals[float64]
	fail := func(_ xent.Result, err error) error { return err }
	for _, tt := range []struct {
		err  error
		want string
	}{
		{fail(xent.GaussianNLL(N{Mean: m}, m, nil)), "xent: GaussianNLL: pred.Var is [0, 0], want [1, 2] (as pred.Mean)"},
		{fail(xent.GaussianNLL(N{Mean: m, Var: m, LogVar: m}, m, nil)), "xent: GaussianNLL: pred.Var is [1, 2], want the zero Matrix beside pred.LogVar"},
		{fail(xent.GaussianNLL(N{Mean: m, Var: m}, wide, nil)), "xent: GaussianNLL: target is [2, 1], want [1, 2] (as pred.Mean)"},
		{fail(xent.GaussianNLLGrad(N{LogVar: m}, N{Mean: m, Var: m}, m, nil)), "xent: GaussianNLLGrad: grad.LogVar is [1, 2], want the zero Matrix, as its counterpart in pred"},
		{fail(xent.GaussianNLLGrad(N{Mean: wide}, N{Mean: m, Var: m}, m, nil)), "xent: GaussianNLLGrad: grad.Mean is [2, 1], want [1, 2] (as pred.Mean)"},
		{fail(xent.GaussianNLL(N{Mean: m, Var: m}, m, &xent.GaussianOptions{MinVar: -1})), "xent: GaussianNLL: option MinVar = -1, want a finite value ≥ 0"},
		{fail(xent.GaussianKL(N{Mean: m, Var: m}, N{}, &xent.GaussianKLOptions{Beta: new(-1.)})), "xent: GaussianKL: option Beta = -1, want a finite value ≥ 0"},
		{fail(xent.PoissonNLL(m, m, &xent.PoissonOptions{Epsilon: 1})), "xent: PoissonNLL: option Epsilon = 1, want 0: it is for Rates"},
		{fail(xent.PoissonNLL(m, m, &xent.PoissonOptions{Stirling: true})), "xent: PoissonNLL: option Stirling = true, want Full, of which it is the approximation"},
		{fail(xent.PoissonNLLGrad(wide, m, m, nil)), "xent: PoissonNLLGrad: grad is [2, 1], want [1, 2] (as logits)"},
	} {
		if tt.err == nil || tt.err.Error() != tt.want {
			t.Errorf("%v, want %s", tt.err, tt.want)
		}
	}
}
