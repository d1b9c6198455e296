package xent_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"xent"
	"xent/internal/ref"
)

// crossOf is -ln softmax(x/temp)[label].
func crossOf(x []ref.Num, label int, temp float64) ref.Num {
	return ref.SoftmaxOf(x, temp)[label].Log().Neg()
}

func TestContrastOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	const n, dims = 3, 2
	partner := []int{1, 0, 1} // item 2 is nobody's partner
	for round := range 6 {
		temp := []float64{1, .07, .5}[round%3]
		scores, grad := make([]float64, n*n), make([]float64, n*n)
		for i := range scores {
			scores[i] = rng.NormFloat64()
		}
		for _, symmetric := range []bool{false, true} {
			opt := &xent.InfoNCEOptions{Temperature: temp, Symmetric: symmetric, Reduction: xent.Sum}
			res, err := xent.InfoNCEGrad(xent.MatrixOf(grad, n), xent.LogitsOf(scores, n), opt)
			if err != nil {
				t.Fatal(err)
			}
			value, want := ref.Slopes(scores, func(x []ref.Num) ref.Num {
				sum := ref.Of(0)
				for i := range n {
					column := make([]ref.Num, n)
					for j := range n {
						column[j] = x[j*n+i]
					}
					l := crossOf(x[i*n:][:n], i, temp)
					if symmetric {
						l = l.Add(crossOf(column, i, temp)).Div(ref.Of(2))
					}
					sum = sum.Add(l)
				}
				return sum
			})
			checkOracle(t, "InfoNCE", float64(res.Sum()), value, grad, want, 0)
		}

		x, pull := make([]float64, n*dims), make([]float64, n*dims)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		if round > 2 { // all but parallel
			for d := range dims {
				x[dims+d] = x[d] + 1e-3*x[dims+d]
			}
		}
		res, err := xent.NTXentGrad(xent.MatrixOf(pull, dims), xent.MatrixOf(x, dims), partner, &xent.NTXentOptions{Temperature: temp, Reduction: xent.Sum})
		if err != nil {
			t.Fatal(err)
		}
		value, want := ref.Slopes(x, func(x []ref.Num) ref.Num {
			inner := func(i, j int) ref.Num {
				s := ref.Of(0)
				for d := range dims {
					s = s.Add(x[i*dims+d].Mul(x[j*dims+d]))
				}
				return s
			}
			sum := ref.Of(0)
			for i := range n {
				var others []ref.Num
				at := 0
				for j := range n {
					if j == i {
						continue
					}
					if j == partner[i] {
						at = len(others)
					}
					others = append(others, inner(i, j).Div(inner(i, i).Mul(inner(j, j)).Pow(ref.Of(.5))))
				}
				sum = sum.Add(crossOf(others, at, temp))
			}
			return sum
		})
		checkOracle(t, "NTXent", float64(res.Sum()), value, pull, want, 0)
	}
}

// checkOracle holds a value and a gradient to the bounds of the conformance cases; scale is the size of
// what cancels in the gradient.
func checkOracle(t *testing.T, name string, got, want float64, grad, slopes []float64, scale float64) {
	t.Helper()
	if u := ulpsOf(got, want); !(u <= valueBound) {
		t.Errorf("%s: %.17g, want %.17g: %.3g ulp", name, got, want, u)
	}
	for i := range grad {
		if u := ulpsOf(grad[i], slopes[i]); !(u <= gradBound) && math.Abs(grad[i]-slopes[i]) > max(floorEps*0x1p-52*scale, 1e-200) {
			t.Errorf("%s: grad[%d] = %.17g, want %.17g: %.3g ulp", name, i, grad[i], slopes[i], u)
		}
	}
}

// The same bits for any number of workers; a symmetric loss does not change when scores are turned.
func TestContrastWorkers(t *testing.T) {
	const n = 90
	x, partner := make([]float64, n*n), make([]int, n)
	turned := make([]float64, n*n)
	for i := range n {
		partner[i] = i ^ 1
		for j := range n {
			x[i*n+j] = 3 * math.Sin(float64(i*i*n+j*j*j))
			turned[j*n+i] = x[i*n+j]
		}
	}
	symmetric := func(x []float64, w int) (xent.Result, []float64) {
		g := slices.Clone(x)
		r, err := xent.InfoNCEGrad(xent.MatrixOf(g, n), xent.LogitsOf(g, n), &xent.InfoNCEOptions{Symmetric: true, Workers: w})
		if err != nil {
			t.Fatal(err)
		}
		return r, g
	}
	nt := func(w int) (xent.Result, []float64) {
		g := make([]float64, n*6)
		r, err := xent.NTXentGrad(xent.MatrixOf(g, 6), xent.MatrixOf(x[:n*6], 6), partner, &xent.NTXentOptions{Temperature: .5, Workers: w})
		if err != nil {
			t.Fatal(err)
		}
		return r, g
	}
	r1, g1 := symmetric(x, 1)
	r2, g2 := nt(1)
	for _, w := range []int{0, 2, 7} {
		if r, g := symmetric(x, w); r != r1 || !slices.Equal(g, g1) {
			t.Errorf("InfoNCE, %d workers: another result", w)
		}
		if r, g := nt(w); r != r2 || !slices.Equal(g, g2) {
			t.Errorf("NTXent, %d workers: another result", w)
		}
	}
	r, g := symmetric(turned, 0)
	near(t, float64(r.Sum()), float64(r1.Sum()), 1e-15)
	for i := range n {
		for j := range n {
			near(t, g[j*n+i], g1[i*n+j], 1e-15)
		}
	}
}

func TestContrastSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	pairs := func(x []float64, cols int) float64 {
		r, err := xent.InfoNCE(xent.LogitsOf(x, cols), nil)
		if err != nil {
			t.Fatal(err)
		}
		return float64(r.Mean())
	}
	items := func(x ...float64) (float64, []float64) {
		g := make([]float64, len(x))
		partner := []int{1, 0, 0}[:len(x)/2]
		r, err := xent.NTXentGrad(xent.MatrixOf(g, 2), xent.MatrixOf(x, 2), partner, nil)
		if err != nil {
			t.Fatal(err)
		}
		return float64(r.Mean()), g
	}
	two, _ := items(1, 0, 5, 5)
	zero, zeroGrad := items(1, 0, 0, 0, 0, 1)
	huge, _ := items(1e150, 0, 1e150, 1e150, 0, 1e150)
	plain, _ := items(1, 0, 1, 1, 0, 1)
	for _, tt := range []struct {
		name      string
		got, want float64
		why       string
	}{
		{"one pair", pairs([]float64{3}, 1), 0, "nothing to confuse it with"},
		{"more candidates", pairs([]float64{0, 0, 0, 0}, 4), math.Log(4), "all equal"},
		{"excluded", pairs([]float64{-inf, 0}, 2), inf, "the right one cannot be"},
		{"NaN", pairs([]float64{nan, 0}, 2), nan, "NaN in, NaN out"},
		{"two items", two, 0, "nothing to confuse them with"},
		{"no direction", zero, nan, "a vector of length 0"},
		{"its gradient", zeroGrad[0], nan, "and what is compared with it"},
		{"long vectors", huge, plain, "only directions count"},
	} {
		if !close(tt.got, tt.want, 1e-15*math.Abs(tt.want)) {
			t.Errorf("%s: %g, want %g: %s", tt.name, tt.got, tt.want, tt.why)
		}
	}
}

func TestContrastErrors(t *testing.T) {
	fail := func(_ xent.Result, err error) error { return err }
	x, m := xent.LogitsOf(make([]float64, 6), 2), xent.MatrixOf(make([]float64, 6), 2)
	for _, tt := range []struct {
		err  error
		want string
	}{
		{fail(xent.InfoNCE(x, nil)), "xent: InfoNCE: scores is [3, 2], want at least as many columns as rows"},
		{fail(xent.InfoNCE(xent.LogitsOf(make([]float64, 6), 3), &xent.InfoNCEOptions{Symmetric: true})), "xent: InfoNCE: scores is [2, 3], want as many columns as rows, for Symmetric"},
		{fail(xent.InfoNCE(xent.LogitsOf(make([]float64, 6), 3), &xent.InfoNCEOptions{Temperature: -1})), "xent: InfoNCE: option Temperature = -1, want a finite value ≥ 0"},
		{fail(xent.NTXent(m, []int{1, 0}, nil)), "xent: NTXent: partner is [2], want [3] (one for each item)"},
		{fail(xent.NTXent(m, []int{1, 0, 2}, nil)), "xent: NTXent: partner[2] is 2, want another item than itself"},
		{fail(xent.NTXentGrad(m, m, []int{1, 0, 0}, nil)), "xent: NTXentGrad: grad is the memory of embeddings, want memory of its own: every row is read for every other"},
	} {
		if tt.err == nil || tt.err.Error() != tt.want {
			t.Errorf("%v, want %s", tt.err, tt.want)
		}
	}
	if _, err := xent.NTXent(m, []int{1, 0, 3}, nil); err == nil {
		t.Error("a partner that does not exist")
	}
}
