package xent_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"
	"xent"
	"xent/internal/kern"
)

// layer returns a linear layer with rows of Hidden and classes from a seed, in views with strides.
func layer[T xent.Float](seed uint64, rows, dims, classes int) xent.Linear[T] {
	rng := rand.New(rand.NewPCG(seed, 1))
	draw := func(n int, size float64) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = rng.NormFloat64() * size
		}
		return x
	}
	return xent.Linear[T]{
		Hidden: strided[T](draw(rows*dims, 1), dims, dims+3),
		Weight: strided[T](draw(classes*dims, 1), dims, dims+1),
		Bias:   narrow[T](draw(classes, 1)),
	}
}

func likeLayer[T xent.Float](in xent.Linear[T]) xent.Linear[T] {
	rows, classes, dims := in.Hidden.Rows, in.Weight.Rows, in.Hidden.Cols
	return xent.Linear[T]{
		Hidden: strided[T](make([]float64, rows*dims), dims, dims+2),
		Weight: strided[T](make([]float64, classes*dims), dims, dims+4),
		Bias:   make([]T, classes),
	}
}

// built returns the logits of a layer, rounded as the products of Linear are.
func built[T xent.Float](in xent.Linear[T]) xent.Logits[T] {
	view := func(m xent.Matrix[T]) kern.Matrix[T] { return kern.MatrixOf(m.Data, m.Rows, m.Cols, m.Stride) }
	rows, classes, k := in.Hidden.Rows, in.Weight.Rows, kern.Of[T]()
	x := make([]T, rows*classes)
	for i := range rows {
		copy(x[i*classes:], in.Bias)
	}
	k.Product(kern.MatrixOf(x, rows, classes, classes), view(in.Hidden), view(in.Weight).T(), true, make([]T, k.Scratch(classes, in.Hidden.Cols)))
	return xent.Logits[T]{Data: x, Rows: rows, Cols: classes}
}

// sameLayer fails unless got is what the gradient g of the built logits is to the layer, each sum within
// tol times that of the sizes of its terms.
func sameLayer[T xent.Float](t testing.TB, got, in xent.Linear[T], g xent.Matrix[T], tol float64) {
	t.Helper()
	rows, classes, dims := in.Hidden.Rows, in.Weight.Rows, in.Hidden.Cols
	check := func(what string, i, k int, got T, n int, term func(n int) float64) {
		sum, size := 0.0, 0.0
		for m := range n {
			sum += term(m)
			size += math.Abs(term(m))
		}
		if !close(float64(got), sum, tol*size) {
			t.Errorf("%s[%d][%d] = %.17g, want %.17g ± %.3g", what, i, k, got, sum, tol*size)
		}
	}
	for k := range dims {
		for i := range rows {
			check("Hidden", i, k, got.Hidden.Row(i)[k], classes, func(c int) float64 { return float64(g.Row(i)[c]) * float64(in.Weight.Row(c)[k]) })
		}
		for c := range classes {
			check("Weight", c, k, got.Weight.Row(c)[k], rows, func(i int) float64 { return float64(g.Row(i)[c]) * float64(in.Hidden.Row(i)[k]) })
		}
	}
	for c := range classes {
		check("Bias", 0, c, got.Bias[c], rows, func(i int) float64 { return float64(g.Row(i)[c]) })
	}
	checkGuards(t, got.Hidden)
	checkGuards(t, got.Weight)
}

// Shapes of one tile and of several, of one block of rows and of several, under every option: the loss is
// that of the built logits to the last digits, and so is the gradient, whatever the budget and workers.
func TestLinearIsCrossEntropyOfTheBuiltLogits(t *testing.T) {
	t.Run("float32", testLinear[float32])
	t.Run("float64", testLinear[float64])
}

func testLinear[T xent.Float](t *testing.T) {
	eps, size := 0x1p-52, 8
	if _, ok := any(T(0)).(float32); ok {
		eps, size = 0x1p-23, 4
	}
	for n, s := range []struct{ rows, dims, classes int }{{1, 1, 1}, {1, 3, 2}, {5, 3, 7}, {131, 2, 5}, {3, 4, 961}, {130, 3, 400}, {9, 5, 1000}, {530, 2, 40}} {
		in := layer[T](uint64(n), s.rows, s.dims, s.classes)
		labels, rowWeights, weights := make([]int32, s.rows), make([]float64, s.rows), make([]float64, s.classes)
		for i := range labels {
			labels[i], rowWeights[i] = int32(i*37%s.classes), 1-.25*float64(i%5) // a fifth of them 0
		}
		for c := range weights {
			weights[c] = .5 + float64(c%3)
		}
		if s.rows > 3 { // an ignored row may hold anything
			labels[2] = -100
			in.Hidden.Row(2)[0] = T(math.NaN())
		}
		for m, o := range []xent.Options{
			{}, {TopK: 3, RowWeights: rowWeights}, {Reduction: xent.Sum, Temperature: .7}, {Smoothing: .1}, {SoftCap: 3}, {ZPenalty: .1}, {Focus: 2, Poly: .5},
			{Weights: weights, Smoothing: .2, Focus: 1.5, Robustness: .3, ZPenalty: .01, SoftCap: 4, Temperature: 2, Denominator: xent.Count, RowWeights: rowWeights},
		} {
			if s.rows > 500 && m%7 != 0 {
				continue // two will do where only the cut into blocks is new
			}
			o.IgnoreIndex = new(-100)
			t.Run(fmt.Sprintf("%d×%d×%d/%+v", s.rows, s.dims, s.classes, o), func(t *testing.T) {
				x := built(in)
				g, loss := xent.MatrixOf(make([]T, len(x.Data)), s.classes), make([]T, s.rows)
				want, err := xent.CrossEntropyGrad(g, x, labels, &o)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := xent.CrossEntropyRows(loss, x, labels, &o); err != nil {
					t.Fatal(err)
				}
				var first xent.Linear[T]
				var total xent.Result
				budgets := []int64{0, 1, int64(2 * 200 * s.rows * 8), int64(256 * s.classes * size), 1 << 40}
				if testing.Short() {
					budgets = budgets[:2] // the plan of the library, and the smallest tiles
				}
				for m, budget := range budgets {
					opt := xent.LinearOptions{Options: o, Budget: budget}
					for _, opt.Workers = range []int{1, 3} {
						grad, rows := likeLayer(in), make([]T, s.rows)
						got, err := xent.LinearCrossEntropyGrad(grad, in, labels, &opt)
						value, e1 := xent.LinearCrossEntropy(in, labels, &opt)
						byRow, e2 := xent.LinearCrossEntropyRows(rows, in, labels, &opt)
						if err != nil || e1 != nil || e2 != nil {
							t.Fatal(err, e1, e2)
						}
						if got != value || got != byRow {
							t.Errorf("the three forms differ: %v, %v, %v", got, value, byRow)
						}
						if m == 0 && opt.Workers == 1 {
							first, total = grad, got
							sums := 4 * 0x1p-52 // by tiles they are added in another order
							if eps > 0x1p-52 {
								sums = max(sums, digits32())
							}
							near(t, float64(got.Mean()), float64(want.Mean()), sums)
							if got.Weight != want.Weight || got.Rows != want.Rows || got.Ignored != want.Ignored || got.NonFinite != want.NonFinite ||
								got.Judged != want.Judged || got.Correct != want.Correct || got.InTop != want.InTop {
								t.Errorf("%+v, want %+v", got, want)
							}
							for i := range loss {
								near(t, float64(rows[i]), float64(loss[i]), 4*eps)
							}
							clean := in
							clean.Hidden.Data = slices.Clone(in.Hidden.Data)
							if s.rows > 3 {
								clean.Hidden.Row(2)[0] = 0
							}
							sameLayer(t, grad, clean, g, float64(s.rows+s.classes+16)*eps)
							continue
						}
						if got != total || !slices.Equal(grad.Hidden.Data, first.Hidden.Data) || !slices.Equal(grad.Weight.Data, first.Weight.Data) || !slices.Equal(grad.Bias, first.Bias) {
							t.Errorf("budget %d, %d workers: another result", opt.Budget, opt.Workers)
						}
					}
				}
			})
		}
	}
}

// Central differences in every part of the layer, over random shapes and options.
func TestLinearCentralDifferences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, dims, classes := rapid.IntRange(1, 4).Draw(t, "rows"), rapid.IntRange(1, 3).Draw(t, "dims"), rapid.IntRange(1, 9).Draw(t, "classes")
		in := layer[float64](rapid.Uint64().Draw(t, "seed"), rows, dims, classes)
		labels := rapid.SliceOfN(rapid.IntRange(0, classes-1), rows, rows).Draw(t, "labels")
		opt := &xent.LinearOptions{Options: xent.Options{
			Smoothing: rapid.SampledFrom([]float64{0, .1, 1}).Draw(t, "smoothing"),
			ZPenalty:  rapid.SampledFrom([]float64{0, .1}).Draw(t, "z"),
			SoftCap:   rapid.SampledFrom([]float64{0, 5}).Draw(t, "cap"),
			Focus:     rapid.SampledFrom([]float64{0, 2}).Draw(t, "focus"),
		}, Budget: rapid.SampledFrom([]int64{0, 1}).Draw(t, "budget")}
		grad := likeLayer(in)
		if _, err := xent.LinearCrossEntropyGrad(grad, in, labels, opt); err != nil {
			t.Fatal(err)
		}
		checkDifferences(t, func() float64 {
			res, err := xent.LinearCrossEntropy(in, labels, opt)
			if err != nil {
				t.Fatal(err)
			}
			return float64(res.Mean())
		}, rowsOfLayer(in), rowsOfLayer(grad))
	})
}

// rowsOfLayer are all parameters of a layer, which they share the memory of.
func rowsOfLayer(in xent.Linear[float64]) (all [][]float64) {
	return append(append(rowsOfMatrix(in.Hidden), rowsOfMatrix(in.Weight)...), in.Bias)
}

func rowsOfMatrix(m xent.Matrix[float64]) (rows [][]float64) {
	for i := range m.Rows {
		rows = append(rows, m.Row(i))
	}
	return rows
}

// checkDifferences fails unless grad holds the central differences of loss in the parameters.
func checkDifferences(t *rapid.T, loss func() float64, params, grad [][]float64) {
	t.Helper()
	const h = 1e-5
	checked := 0
	for i, p := range params {
		for k, old := range p {
			p[k] = old + h
			up := loss()
			p[k] = old - h
			down := loss()
			p[k] = old
			checked++
			if want := (up - down) / (2 * h); !close(grad[i][k], want, 1e-7*(1+math.Abs(want))) {
				t.Fatalf("parameter %d of row %d: gradient %g, central difference %g", k, i, grad[i][k], want)
			}
		}
	}
	if checked == 0 {
		t.Fatal("no parameter")
	}
}

// Logits far apart, with probabilities below the smallest float32 number: they count as 0 in the products,
// which misses what they are by less than that number, and a sure row keeps its gradient however small.
func TestLinearTinyProbabilities(t *testing.T) {
	const rows, dims, classes, least = 4, 3, 300, 0x1p-126
	in := layer[float32](6, rows, dims, classes)
	for i := range rows {
		for k := range dims {
			in.Hidden.Row(i)[k] *= 40
		}
	}
	labels, grad, quiet := []int{0, 1, 2, 3}, likeLayer(in), 0
	if _, err := xent.LinearCrossEntropyGrad(grad, in, labels, nil); err != nil {
		t.Fatal(err)
	}
	x, g := built(in), make([]float32, rows*classes)
	if _, err := xent.CrossEntropyGrad(xent.MatrixOf(g, classes), x, labels, nil); err != nil {
		t.Fatal(err)
	}
	for c := range classes {
		sum := 0.0
		for i := range rows {
			v := float64(g[i*classes+c])
			sum += v
			if v != 0 && math.Abs(v) < least {
				quiet++
			}
		}
		if !close(float64(grad.Bias[c]), sum, 0x1p-22*math.Abs(sum)+rows*least) {
			t.Errorf("Bias[%d] = %g, want %g", c, grad.Bias[c], sum)
		}
	}
	if quiet == 0 {
		t.Error("no probability was tiny")
	}

	sure := xent.Linear[float32]{Hidden: xent.MatrixOf([]float32{1}, 1), Weight: xent.MatrixOf([]float32{0, 0, 0}, 1), Bias: []float32{89, 0, 0}}
	grad = likeLayer(sure)
	if _, err := xent.LinearCrossEntropyGrad(grad, sure, []int{0}, nil); err != nil {
		t.Fatal(err)
	}
	for c, want := range []float64{-2 * math.Exp(-89), math.Exp(-89), math.Exp(-89)} {
		if !close(float64(grad.Bias[c]), want, 0x1p-149) {
			t.Errorf("a sure row: Bias[%d] = %g, want %g", c, grad.Bias[c], want)
		}
	}
}

// Special values travel through tiles as through a row: classes 0 to 959 are one tile, the others another.
func TestLinearSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name  string
		bias  map[int]float64 // the others are 0
		label int
		want  float64
		why   string
	}{
		{"all but one excluded", map[int]float64{1000: 3}, 1000, 0, "the first tile holds nothing"},
		{"label excluded", map[int]float64{0: 1, 1050: 1}, 7, inf, "an event of probability 0 costs +Inf"},
		{"all excluded", nil, 7, nan, "no softmax"},
		{"+Inf in the second tile", map[int]float64{0: 1, 1000: inf}, 1000, 0, "the limit: certainty"},
		{"+Inf in both", map[int]float64{0: inf, 1000: inf}, 1000, nan, "several limits"},
		{"+Inf twice in the second", map[int]float64{0: 1, 1000: inf, 1001: inf}, 1000, nan, "likewise within one tile"},
		{"NaN in the second", map[int]float64{0: 1, 1000: nan}, 0, nan, "NaN in, NaN out"},
		{"NaN beside +Inf", map[int]float64{0: inf, 1000: nan}, 0, nan, "certainty does not hide it"},
		{"tie", map[int]float64{0: 1, 1000: 1}, 1000, math.Ln2, "the same maximum in two tiles"},
		{"far behind", map[int]float64{0: 1e4, 1000: 0}, 1000, 1e4, "e^-1e4 is below the smallest number"},
		{"sure", map[int]float64{0: 0, 1000: 60}, 1000, math.Exp(-60), "the loss keeps its digits when a later tile has the maximum"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := xent.Linear[float64]{Hidden: xent.MatrixOf([]float64{0}, 1), Weight: xent.MatrixOf(make([]float64, 1200), 1), Bias: slices.Repeat([]float64{-inf}, 1200)}
			for c, b := range tt.bias {
				in.Bias[c] = b
			}
			grad, g := likeLayer(in), make([]float64, 1200)
			res, err := xent.LinearCrossEntropyGrad(grad, in, []int{tt.label}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !close(float64(res.Sum()), tt.want, 1e-15*math.Abs(tt.want)) {
				t.Errorf("loss %g, want %g: %s", res.Sum(), tt.want, tt.why)
			}
			whole, err := xent.CrossEntropyGrad(xent.MatrixOf(g, 1200), xent.LogitsOf(in.Bias, 1200), []int{tt.label}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if res.Correct != whole.Correct || res.NonFinite != whole.NonFinite {
				t.Errorf("%+v, want %+v: of equal logits the first comes first", res, whole)
			}
			for c := range g {
				near(t, grad.Bias[c], g[c], 4e-16)
			}
		})
	}
}

// The plan is what the call allocates, and no more than the budget lets it.
func TestLinearPlan(t *testing.T) {
	in := layer[float32](1, 300, 8, 5000)
	in.Weight = xent.MatrixOf(make([]float32, 5000*8), 8)
	labels := make([]int, 300)
	grad := likeLayer(in)
	for _, tt := range []struct {
		opt    xent.LinearOptions
		grad   bool
		passes int
		most   int64 // bytes of logits
	}{
		{xent.LinearOptions{}, true, 1, 300 * 6 * 960 * 4},
		{xent.LinearOptions{Budget: 2 << 20}, true, 2, 2 << 20},
		{xent.LinearOptions{Budget: 1}, true, 2, 300 * 960 * 4},
		{xent.LinearOptions{Budget: 1, Options: xent.Options{Smoothing: .1}}, true, 3, 300 * 960 * 4},
		{xent.LinearOptions{}, false, 1, 4 << 20},
		{xent.LinearOptions{Budget: 2 << 20, Options: xent.Options{Smoothing: .1}}, false, 2, 2 << 20},
	} {
		tt.opt.Workers = 1
		plan := in.Plan(tt.grad, &tt.opt)
		if plan.Passes != tt.passes || plan.Logits != 300*5000*4 {
			t.Errorf("%+v: %+v", tt.opt, plan)
		}
		if beside := int64(300*32 + 300*(2*32*4+280) + 1<<18); plan.Bytes > tt.most+beside {
			t.Errorf("%+v: %d bytes, want at most %d of logits and %d beside", tt.opt, plan.Bytes, tt.most, beside)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var err error
		if tt.grad {
			_, err = xent.LinearCrossEntropyGrad(grad, in, labels, &tt.opt)
		} else {
			_, err = xent.LinearCrossEntropy(in, labels, &tt.opt)
		}
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		if got := int64(after.TotalAlloc - before.TotalAlloc); got > plan.Bytes+plan.Bytes/8+1<<16 || got < plan.Bytes/2 {
			t.Errorf("%+v: allocated %d bytes, planned %d", tt.opt, got, plan.Bytes)
		}
	}
}

// Nothing is written before an error.
func TestLinearErrors(t *testing.T) {
	in := layer[float64](3, 4, 2, 5)
	labels := []int{0, 1, 2, 3}
	for _, tt := range []struct {
		name   string
		grad   func(g *xent.Linear[float64])
		in     func(in *xent.Linear[float64])
		labels []int
		opt    *xent.LinearOptions
		want   any
	}{
		{"Weight of other dims", nil, func(in *xent.Linear[float64]) { in.Weight = xent.MatrixOf(make([]float64, 15), 3) }, labels, nil, new(*xent.ShapeError)},
		{"no class", nil, func(in *xent.Linear[float64]) { in.Weight = xent.Matrix[float64]{Cols: 2} }, labels, nil, new(*xent.ShapeError)},
		{"short Bias", nil, func(in *xent.Linear[float64]) { in.Bias = in.Bias[1:] }, labels, nil, new(*xent.ShapeError)},
		{"labels of fewer rows", nil, nil, labels[1:], nil, new(*xent.ShapeError)},
		{"a label beyond the classes", nil, nil, []int{0, 5, 1, 1}, nil, new(*xent.LabelError)},
		{"grad of fewer rows", func(g *xent.Linear[float64]) { g.Hidden.Rows-- }, nil, labels, nil, new(*xent.ShapeError)},
		{"grad in place", func(g *xent.Linear[float64]) { g.Hidden = in.Hidden }, nil, labels, nil, new(*xent.ShapeError)},
		{"grad of Weight in Hidden", func(g *xent.Linear[float64]) { g.Weight.Data = in.Hidden.Data }, nil, labels, nil, new(*xent.ShapeError)},
		{"short RowWeights", nil, nil, labels, &xent.LinearOptions{Options: xent.Options{RowWeights: []float64{1}}}, new(*xent.OptionError)},
		{"negative budget", nil, nil, labels, &xent.LinearOptions{Budget: -1}, new(*xent.OptionError)},
		{"smoothing above 1", nil, nil, labels, &xent.LinearOptions{Options: xent.Options{Smoothing: 2}}, new(*xent.OptionError)},
		{"all ignored", nil, nil, []int{9, 9, 9, 9}, &xent.LinearOptions{Options: xent.Options{IgnoreIndex: new(9)}}, new(*xent.EmptyError)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			grad, in := likeLayer(in), in
			bias := grad.Bias
			if tt.grad != nil {
				tt.grad(&grad)
			}
			if tt.in != nil {
				tt.in(&in)
			}
			_, err := xent.LinearCrossEntropyGrad(grad, in, tt.labels, tt.opt)
			if !errors.As(err, tt.want) {
				t.Errorf("error %v, want a %T", err, tt.want)
			}
			if slices.ContainsFunc(bias, func(v float64) bool { return v != 0 }) {
				t.Error("a gradient was written before the error")
			}
		})
	}
	if _, err := xent.LinearCrossEntropyRows(make([]float64, 3), in, labels, nil); err == nil {
		t.Error("fewer losses than rows")
	}
	if res, err := xent.LinearCrossEntropy(xent.Linear[float64]{}, []int{}, &xent.LinearOptions{Options: xent.Options{Empty: xent.EmptyZero}}); err != nil || res.Mean() != 0 {
		t.Errorf("nothing at all: %v, %v", res, err)
	}
}
