package xent_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
	"xent"
)

// With every class drawn once, the sampled softmax is the full one: the label and all others.
func TestSampledOfAllClassesIsTheFullLoss(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, dims, classes := rapid.IntRange(1, 140).Draw(t, "rows"), rapid.IntRange(1, 3).Draw(t, "dims"), rapid.IntRange(1, 230).Draw(t, "classes")
		in := layer[float64](rapid.Uint64().Draw(t, "seed"), rows, dims, classes)
		labels := rapid.SliceOfN(rapid.IntRange(-1, classes-1), rows, rows).Draw(t, "labels")
		sampler, err := xent.NewSampler(rapid.SliceOfN(rapid.Float64Range(.1, 9), classes, classes).Draw(t, "weights"))
		if err != nil {
			t.Fatal(err)
		}
		samples := sampler.DrawDistinct(classes, rand.New(rand.NewPCG(1, 2)))
		opt := xent.Options{IgnoreIndex: new(-1), Empty: xent.EmptyZero}
		got, want := likeLayer(in), likeLayer(in)
		res, e1 := xent.SampledCrossEntropyGrad(got, in, labels, samples, &xent.SampledOptions{IgnoreIndex: opt.IgnoreIndex, Empty: opt.Empty})
		full, e2 := xent.LinearCrossEntropyGrad(want, in, labels, &xent.LinearOptions{Options: opt})
		if e1 != nil || e2 != nil {
			t.Fatal(e1, e2)
		}
		if !close(float64(res.Mean()), float64(full.Mean()), 1e-13*(1+float64(full.Mean()))) {
			t.Fatalf("loss %v, want %v", res.Mean(), full.Mean())
		}
		if res.Weight != full.Weight || res.Rows != full.Rows || res.Ignored != full.Ignored {
			t.Fatalf("%+v, want %+v", res, full)
		}
		wanted := rowsOfLayer(want)
		for i, row := range rowsOfLayer(got) {
			for k := range row {
				if !close(row[k], wanted[i][k], 1e-13) {
					t.Fatalf("parameter %d of row %d: gradient %g, want %g", k, i, row[k], wanted[i][k])
				}
			}
		}
	})
}

// plainSampled is the plain formula: the corrected logits of each row's candidates, given to the losses of
// built logits.
func plainSampled(t *rapid.T, in xent.Linear[float64], label int, row int, s xent.Samples, opt *xent.SampledOptions) float64 {
	t.Helper()
	x := built(in)
	logit := func(c int) float64 {
		z := x.Data[row*x.Cols+c]
		if s.LogExpected != nil {
			z -= s.LogExpected(c)
		}
		return z
	}
	z, target := []float64{logit(label)}, []float64{1}
	for _, c := range s.Classes {
		if c != label || opt.KeepHits {
			z, target = append(z, logit(c)), append(target, 0)
		}
	}
	var res xent.Result
	var err error
	if opt.Contrast == xent.NCE {
		res, err = xent.BinaryCrossEntropy(xent.LogitsOf(z, len(z)), xent.MatrixOf(target, len(z)), nil)
	} else {
		res, err = xent.CrossEntropy(xent.LogitsOf(z, len(z)), []int{0}, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return float64(res.Sum())
}

// Both contrasts, with repeated samples, hits kept or not, corrected or not: values against the plain
// formula, gradients against central differences, compact ones against those of all classes.
func TestSampled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, dims, classes := rapid.IntRange(1, 6).Draw(t, "rows"), rapid.IntRange(1, 3).Draw(t, "dims"), rapid.IntRange(1, 9).Draw(t, "classes")
		in := layer[float64](rapid.Uint64().Draw(t, "seed"), rows, dims, classes)
		labels := rapid.SliceOfN(rapid.IntRange(-1, classes-1), rows, rows).Draw(t, "labels")
		samples := xent.Samples{Classes: rapid.SliceOfN(rapid.IntRange(0, classes-1), 0, 12).Draw(t, "samples")}
		if rapid.Bool().Draw(t, "corrected") {
			samples.LogExpected = func(c int) float64 { return .1 * float64(c-3) }
		}
		opt := &xent.SampledOptions{
			Contrast:    rapid.SampledFrom([]xent.SampledContrast{xent.SampledSoftmax, xent.NCE}).Draw(t, "contrast"),
			KeepHits:    rapid.Bool().Draw(t, "keep"),
			IgnoreIndex: new(-1),
			Empty:       xent.EmptyZero,
			Workers:     rapid.IntRange(1, 3).Draw(t, "workers"),
		}
		grad, loss := likeLayer(in), make([]float64, rows)
		total, err := xent.SampledCrossEntropyGrad(grad, in, labels, samples, opt)
		byRow, e2 := xent.SampledCrossEntropyRows(loss, in, labels, samples, opt)
		if err != nil || e2 != nil || total != byRow {
			t.Fatal(err, e2, total, byRow)
		}
		for i, y := range labels {
			want := 0.0
			if y >= 0 {
				want = plainSampled(t, in, y, i, samples, opt)
			}
			if !close(loss[i], want, 1e-14*(1+want)) {
				t.Fatalf("row %d costs %g, want %g", i, loss[i], want)
			}
		}
		checkDifferences(t, func() float64 {
			res, err := xent.SampledCrossEntropy(in, labels, samples, opt)
			if err != nil {
				t.Fatal(err)
			}
			return float64(res.Mean())
		}, rowsOfLayer(in), rowsOfLayer(grad))

		n := len(samples.Classes)
		compact := xent.Linear[float64]{Weight: strided[float64](make([]float64, (n+rows)*dims), dims, dims+1), Bias: make([]float64, n+rows)}
		opt.Compact = true
		if _, err := xent.SampledCrossEntropyGrad(compact, in, labels, samples, opt); err != nil {
			t.Fatal(err)
		}
		all := slices.Concat(samples.Classes, labels)
		for from, c := range all {
			if c < 0 {
				if compact.Bias[from] != 0 {
					t.Fatal("an ignored row pulls")
				}
				continue
			}
			grad.Bias[c] -= compact.Bias[from]
			for k, v := range compact.Weight.Row(from) {
				grad.Weight.Row(c)[k] -= v
			}
		}
		for c := range classes {
			for _, v := range append(slices.Clone(grad.Weight.Row(c)), grad.Bias[c]) {
				if !(math.Abs(v) < 1e-14) {
					t.Fatalf("the compact gradients of class %d miss its gradient by %g", c, v)
				}
			}
		}
	})
}

// The same bits for any number of workers, over several blocks of rows and tiles of samples; rows that are
// ignored may hold anything.
func TestSampledWorkers(t *testing.T) {
	t.Run("float32", sampledWorkers[float32])
	t.Run("float64", sampledWorkers[float64])
}

func sampledWorkers[T xent.Float](t *testing.T) {
	in := layer[T](4, 300, 5, 900)
	labels, weights := make([]int32, 300), make([]float64, 900)
	for i := range labels {
		labels[i] = int32(i * 7 % 900)
	}
	for c := range weights {
		weights[c] = math.Log1p(1 / float64(c+1))
	}
	labels[7] = -100
	in.Hidden.Row(7)[1] = T(math.NaN())
	sampler, err := xent.NewSampler(weights)
	if err != nil {
		t.Fatal(err)
	}
	samples := sampler.Draw(400, rand.New(rand.NewPCG(3, 4)))
	for _, contrast := range []xent.SampledContrast{xent.SampledSoftmax, xent.NCE} {
		var first xent.Linear[T]
		var want xent.Result
		for _, w := range []int{1, 2, 5} {
			grad := likeLayer(in)
			got, err := xent.SampledCrossEntropyGrad(grad, in, labels, samples, &xent.SampledOptions{Contrast: contrast, Workers: w, IgnoreIndex: new(-100)})
			if err != nil {
				t.Fatal(err)
			}
			checkGuards(t, grad.Hidden)
			checkGuards(t, grad.Weight)
			if w == 1 {
				first, want = grad, got
				if got.NonFinite != 0 || got.Ignored != 1 || !(got.Mean() > 0) {
					t.Errorf("%+v", got)
				}
				continue
			}
			if got != want || !slices.Equal(grad.Hidden.Data, first.Hidden.Data) || !slices.Equal(grad.Weight.Data, first.Weight.Data) || !slices.Equal(grad.Bias, first.Bias) {
				t.Errorf("contrast %d, %d workers: another result", contrast, w)
			}
		}
	}
}

// Classes occur as often as LogExpected says, and sums corrected by it have the right mean. The bounds are
// five standard errors of what the draws themselves show.
func TestSampler(t *testing.T) {
	weights := []float64{5, 0, 1, 1, 3, .01, 2}
	value := []float64{1, 9, -2, 3, .5, 4, 2}
	want := 0.0
	for c, w := range weights {
		if w > 0 {
			want += value[c]
		}
	}
	sampler, err := xent.NewSampler(weights)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for _, tt := range []struct {
		name string
		draw func() xent.Samples
	}{
		{"with repeats", func() xent.Samples { return sampler.Draw(4, rng) }},
		{"distinct", func() xent.Samples { return sampler.DrawDistinct(4, rng) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const runs = 200000
			count := make([]float64, len(weights))
			expected := make([]float64, len(weights))
			sum, squares := 0.0, 0.0
			for range runs {
				s := tt.draw()
				if len(s.Classes) != 4 {
					t.Fatalf("%d classes", len(s.Classes))
				}
				total := 0.0
				for _, c := range s.Classes {
					count[c]++
					total += value[c] / math.Exp(s.LogExpected(c))
				}
				for c := range expected {
					expected[c] += math.Exp(s.LogExpected(c))
				}
				sum += total
				squares += total * total
			}
			mean := sum / runs
			if se := math.Sqrt((squares/runs - mean*mean) / runs); !close(mean, want, 5*se) {
				t.Errorf("corrected sums have mean %g ± %g, want %g", mean, se, want)
			}
			for c := range weights {
				if se := math.Sqrt(4 * runs); !close(count[c], expected[c], 5*se) {
					t.Errorf("class %d occurs %g times, want %g", c, count[c], expected[c])
				}
			}
			if count[1] != 0 {
				t.Error("a class of weight 0 was drawn")
			}
		})
	}
	if s := sampler.DrawDistinct(10, rng); len(s.Classes) != 6 || s.LogExpected(5) != 0 || !math.IsInf(s.LogExpected(1), -1) {
		t.Errorf("all that can be drawn: %v", s.Classes)
	}
	for _, bad := range [][]float64{nil, {0, 0}, {1, -1}, {math.NaN()}, {math.Inf(1)}} {
		if _, err := xent.NewSampler(bad); err == nil {
			t.Errorf("a sampler of %v", bad)
		}
	}
}

// The sampler of the most unequal weights gives the rarest class its share and no other's.
func TestSamplerKeepsShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.OneOf(rapid.Just(0.), rapid.Float64Range(0, 1), rapid.Float64Range(1e-300, 1e300)), 1, 40).Draw(t, "weights")
		sampler, err := xent.NewSampler(weights)
		if err != nil {
			return // all 0
		}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for _, s := range []xent.Samples{sampler.Draw(50, rng), sampler.DrawDistinct(5, rng)} {
			for _, c := range s.Classes {
				if !(weights[c] > 0) {
					t.Fatalf("class %d of weight 0 was drawn", c)
				}
			}
		}
		sum := 0.0
		for c := range weights {
			sum += math.Exp(sampler.Draw(1, rng).LogExpected(c))
		}
		if !close(sum, 1, 1e-13) {
			t.Fatalf("the shares sum to %g", sum)
		}
	})
}

func TestSampledErrors(t *testing.T) {
	in := layer[float64](3, 2, 2, 4)
	labels, samples := []int{0, 3}, xent.Samples{Classes: []int{1, 2}}
	for _, tt := range []struct {
		name    string
		change  func(grad *xent.Linear[float64])
		labels  []int
		samples xent.Samples
		opt     *xent.SampledOptions
	}{
		{"a label beyond the classes", nil, []int{0, 4}, samples, nil},
		{"a sample beyond the classes", nil, labels, xent.Samples{Classes: []int{0, 4}}, nil},
		{"a negative sample", nil, labels, xent.Samples{Classes: []int{-1}}, nil},
		{"an unknown contrast", nil, labels, samples, &xent.SampledOptions{Contrast: 2}},
		{"a gradient in place", func(g *xent.Linear[float64]) { g.Weight = in.Weight }, labels, samples, nil},
		{"a compact gradient by class", func(g *xent.Linear[float64]) { g.Weight.Rows = 3 }, labels, samples, &xent.SampledOptions{Compact: true}},
	} {
		grad := likeLayer(in)
		grad.Bias[0] = guard
		if tt.change != nil {
			tt.change(&grad)
		}
		if _, err := xent.SampledCrossEntropyGrad(grad, in, tt.labels, tt.samples, tt.opt); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
		if grad.Bias[0] != guard {
			t.Errorf("%s: a gradient was written before the error", tt.name)
		}
	}
}
