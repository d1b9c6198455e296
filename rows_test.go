package xent_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xent"
)

// A weight of a row is as many copies of it, in value, gradient, denominator and merged parts.
func TestRowWeightsAreCopies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, o := drawBatch(t), drawOptions(t)
		copies := make([]int, b.rows)
		o.RowWeights = make([]float64, b.rows)
		var many aBatch
		for i := range copies {
			copies[i] = rapid.IntRange(0, 3).Draw(t, "copies")
			o.RowWeights[i] = float64(copies[i])
			for range copies[i] {
				many.x = append(many.x, b.x[i*batchClasses:(i+1)*batchClasses]...)
				many.labels = append(many.labels, b.labels[i])
				many.rows++
			}
		}
		if o.Denominator == xent.Count || o.Denominator == xent.Rows {
			o.Denominator = xent.Usual // those count rows, not weights
		}
		res, grad := b.run(t, false, o)
		unweighted := *o
		unweighted.RowWeights = nil
		want, wantGrad := many.run(t, false, &unweighted)
		eps := 1e-13 * (1 + math.Abs(float64(want.Sum())))
		if !close(res.Weight, want.Weight, 1e-13*want.Weight) || !close(float64(res.Sum()), float64(want.Sum()), eps) {
			t.Fatalf("sum %g of %g, copies have %g of %g", res.Sum(), res.Weight, want.Sum(), want.Weight)
		}
		at := 0
		for i, n := range copies {
			for j := range batchClasses {
				sum, size := 0.0, 0.0
				for c := range n {
					g := wantGrad[at+c*batchClasses+j]
					sum, size = sum+g, size+math.Abs(g)
				}
				if got := grad[i*batchClasses+j]; !close(got, sum, 1e-13*size) {
					t.Fatalf("row %d, class %d: gradient %g, copies add up to %g", i, j, got, sum)
				}
			}
			at += n * batchClasses
		}
	})
}

// A row of weight 0 is a mask, whatever it holds; labels are checked all the same.
func TestRowWeightZero(t *testing.T) {
	nan := math.NaN()
	x, labels := []float64{nan, nan, 1, 2}, []int{0, 1}
	grad := slices.Repeat([]float64{7}, 4)
	res, err := xent.CrossEntropyGrad(xent.MatrixOf(grad, 2), xent.LogitsOf(x, 2), labels, &xent.Options{RowWeights: []float64{0, 2}})
	if err != nil || res.NonFinite != 0 || res.Weight != 2 || res.Judged != 1 || res.Correct != 1 {
		t.Errorf("%+v %v", res, err)
	}
	if grad[0] != 0 || grad[1] != 0 || !(grad[2] > 0) {
		t.Errorf("gradient %g", grad)
	}
	var oe *xent.OptionError
	for _, w := range [][]float64{{1}, {1, nan}} {
		if _, err := xent.CrossEntropy(xent.LogitsOf(x, 2), labels, &xent.Options{RowWeights: w}); !errors.As(err, &oe) || oe.Option[:10] != "RowWeights" {
			t.Errorf("weights %g: %v", w, err)
		}
	}
}

// For divergences and losses of elements too, weights are copies, and 0 is a mask.
func TestRowWeightsOfOthers(t *testing.T) {
	nan := math.NaN()
	x, p := []float64{1, 2, 0, nan, nan, nan, 3, 1, -1}, []float64{.2, .3, .5, 1, 0, 0, .1, .8, .1}
	twice, pTwice := slices.Concat(x[:3], x[6:], x[6:]), slices.Concat(p[:3], p[6:], p[6:])
	w := []float64{1, 0, 2}
	type matrix = xent.Matrix[float64]
	for _, tt := range []struct {
		name       string
		got, whole func(g matrix) (xent.Result, error)
	}{
		{"Divergence", func(g matrix) (xent.Result, error) {
			return xent.DivergenceGrad(g, xent.LogitsOf(x, 3), xent.ProbsOf(p, 3), &xent.DivergenceOptions{RowWeights: w, Denominator: xent.Weights})
		}, func(g matrix) (xent.Result, error) {
			return xent.DivergenceGrad(g, xent.LogitsOf(twice, 3), xent.ProbsOf(pTwice, 3), nil)
		}},
		{"SquaredError", func(g matrix) (xent.Result, error) {
			return xent.SquaredErrorGrad(g, xent.MatrixOf(x, 3), xent.MatrixOf(p, 3), &xent.SquaredOptions{RowWeights: w, Denominator: xent.Weights})
		}, func(g matrix) (xent.Result, error) {
			return xent.SquaredErrorGrad(g, xent.MatrixOf(twice, 3), xent.MatrixOf(pTwice, 3), nil)
		}},
		{"PoissonNLL", func(g matrix) (xent.Result, error) {
			return xent.PoissonNLLGrad(g, xent.MatrixOf(x, 3), xent.MatrixOf(p, 3), &xent.PoissonOptions{RowWeights: w, Denominator: xent.Weights})
		}, func(g matrix) (xent.Result, error) {
			return xent.PoissonNLLGrad(g, xent.MatrixOf(twice, 3), xent.MatrixOf(pTwice, 3), nil)
		}},
		{"Brier", func(g matrix) (xent.Result, error) {
			return xent.BrierGrad(g, xent.LogitsOf(x, 3), []int{0, 1, 2}, &xent.BrierOptions{RowWeights: w})
		}, func(g matrix) (xent.Result, error) {
			return xent.BrierGrad(g, xent.LogitsOf(twice, 3), []int{0, 2, 2}, nil)
		}},
		{"RankedProbability", func(g matrix) (xent.Result, error) {
			return xent.RankedProbabilityGrad(g, xent.LogitsOf(x, 3), []int{0, 1, 2}, &xent.OrdinalOptions{RowWeights: w})
		}, func(g matrix) (xent.Result, error) {
			return xent.RankedProbabilityGrad(g, xent.LogitsOf(twice, 3), []int{0, 2, 2}, nil)
		}},
	} {
		g, whole := xent.MatrixOf(slices.Repeat([]float64{7}, 9), 3), xent.MatrixOf(make([]float64, 9), 3)
		r, e1 := tt.got(g)
		want, e2 := tt.whole(whole)
		if e1 != nil || e2 != nil || r.NonFinite != 0 {
			t.Errorf("%s: %v %v, %+v", tt.name, e1, e2, r)
			continue
		}
		near(t, float64(r.Mean()), float64(want.Mean()), 1e-15)
		for j := range 3 {
			if g.Row(1)[j] != 0 {
				t.Errorf("%s: gradient %g in a row of weight 0", tt.name, g.Row(1))
			}
			near(t, g.Row(0)[j], whole.Row(0)[j], 1e-14)
			near(t, g.Row(2)[j], 2*whole.Row(1)[j], 1e-14)
		}
	}
}

// What flows into the losses of XRows, as weights of rows under Sum, gives the gradient of whatever they flow into.
func TestRowWeightsCarryUpstream(t *testing.T) {
	x, labels := []float64{.3, -1, 2, .7, 0, 1}, []int{1, 0}
	f := func(x []float64) float64 { // a function of the rows' losses that is no sum
		loss := make([]float64, 2)
		if _, err := xent.CrossEntropyRows(loss, xent.LogitsOf(x, 3), labels, nil); err != nil {
			t.Fatal(err)
		}
		return loss[0] * math.Exp(loss[1])
	}
	loss, grad := make([]float64, 2), make([]float64, 6)
	if _, err := xent.CrossEntropyRows(loss, xent.LogitsOf(x, 3), labels, nil); err != nil {
		t.Fatal(err)
	}
	upstream := []float64{math.Exp(loss[1]), loss[0] * math.Exp(loss[1])}
	if _, err := xent.CrossEntropyGrad(xent.MatrixOf(grad, 3), xent.LogitsOf(x, 3), labels, &xent.Options{RowWeights: upstream, Reduction: xent.Sum}); err != nil {
		t.Fatal(err)
	}
	for i := range x {
		const h = 1e-6
		at := x[i]
		x[i] = at + h
		up := f(x)
		x[i] = at - h
		down := f(x)
		x[i] = at
		near(t, grad[i], (up-down)/(2*h), 1e-7)
	}
}

// Accuracy and top-k, against sorting; of equal logits the first comes first.
func TestTopK(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, k := drawBatch(t), rapid.IntRange(0, batchClasses+1).Draw(t, "k")
		for i := range b.x {
			if rapid.Bool().Draw(t, "tie") {
				b.x[i] = math.Round(b.x[i] / 20)
			}
		}
		res, _ := b.run(t, false, &xent.Options{TopK: k, Temperature: 3})
		judged, correct, top := 0, 0, 0
		for i, y := range b.labels {
			if y < 0 {
				continue
			}
			judged++
			order := []int{0, 1, 2, 3, 4, 5, 6}
			slices.SortStableFunc(order, func(i1, i2 int) int {
				switch d := b.x[i*batchClasses+i2] - b.x[i*batchClasses+i1]; {
				case d < 0:
					return -1
				case d > 0:
					return 1
				}
				return 0
			})
			at := slices.Index(order, y)
			if at == 0 {
				correct++
			}
			if at < max(k, 1) {
				top++
			}
		}
		if res.Judged != judged || res.Correct != correct || res.InTop != top {
			t.Fatalf("%d correct and %d in the top of %d; want %d, %d, %d", res.Correct, res.InTop, res.Judged, correct, top, judged)
		}
		if res.Accuracy() != float64(correct)/float64(judged) || res.TopAccuracy() != float64(top)/float64(judged) {
			t.Fatalf("accuracy %g, %g in the top", res.Accuracy(), res.TopAccuracy())
		}
	})
	res, err := xent.CrossEntropy(xent.LogitsOf([]float64{math.NaN(), 0}, 2), []int{0}, nil)
	if err != nil || res.Correct != 0 || res.Judged != 1 {
		t.Errorf("a row that costs NaN: %+v %v", res, err)
	}
	res, err = xent.LogLoss(xent.ProbsOf([]float64{.5, .25, .25, .25, .5, .25}, 3), []int{2, 0}, &xent.LogLossOptions{})
	if err != nil || res.Correct != 0 || res.Judged != 2 {
		t.Errorf("probabilities: %+v %v", res, err)
	}
}

// Images: the same bits as rows copied out one by one, in any mixture of layouts, in place, with gaps between
// the blocks, and by any number of workers.
func TestImages(t *testing.T) {
	const n, k, inner = 3, 5, 140
	flat, planes := make([]float64, n*k*inner), make([]float64, n*k*inner)
	labels, targets := make([]int, n*inner), make([]float64, n*k*inner)
	for i := range n * inner {
		labels[i] = i%(k+1) - 1
		for c := range k {
			x := 3 * math.Sin(float64(i*i+7*c*c))
			flat[i*k+c], planes[(i/inner*k+c)*inner+i%inner] = x, x
			targets[i*k+c] = float64(c+1) / 15
		}
	}
	image := func(m xent.Matrix[float64], i, c int) float64 {
		return m.Data[i/inner*max(m.Stride, k*inner)+c*inner+i%inner]
	}
	o := xent.Options{IgnoreIndex: new(-1), Smoothing: .1, Workers: 1, TopK: 2}
	want := xent.MatrixOf(make([]float64, len(flat)), k)
	res, err := xent.CrossEntropyGrad(want, xent.LogitsOf(flat, k), labels, &o)
	if err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{1, 3} {
		o.Workers = workers
		apart := xent.MatrixOf(make([]float64, len(flat)), k, 10, 14)
		here := xent.LogitsOf(slices.Clone(planes), k, 10, 14)
		wide := xent.Matrix[float64]{Data: make([]float64, n*(k*inner+9)), Rows: n * inner, Cols: k, Inner: inner, Stride: k*inner + 9}
		rows := xent.MatrixOf(make([]float64, len(flat)), k)
		for _, g := range []xent.Matrix[float64]{apart, wide, rows, xent.Matrix[float64](here)} { // in place last
			got, err := xent.CrossEntropyGrad(g, here, labels, &o)
			if err != nil || got != res {
				t.Fatalf("%+v %v, want %+v", got, err, res)
			}
			for i := range n * inner {
				for c := range k {
					v := 0.0
					if g.Inner > 1 {
						v = image(g, i, c)
					} else {
						v = g.Row(i)[c]
					}
					if v != want.Row(i)[c] {
						t.Fatalf("row %d, class %d: %g, want %g", i, c, v, want.Row(i)[c])
					}
				}
			}
		}
	}
	gaps := xent.Matrix[float64]{Data: make([]float64, n*(k*inner+9)), Rows: n * inner, Cols: k, Inner: inner, Stride: k*inner + 9}
	for i := range n {
		copy(gaps.Data[i*gaps.Stride:], planes[i*k*inner:(i+1)*k*inner])
	}
	if got, err := xent.CrossEntropy(xent.Logits[float64](gaps), labels, &o); err != nil || got != res {
		t.Errorf("with gaps between the blocks: %+v %v, want %+v", got, err, res)
	}
	soft, e1 := xent.SoftCrossEntropy(xent.LogitsOf(flat, k), xent.ProbsOf(targets, k), nil)
	mixed, e2 := xent.SoftCrossEntropy(xent.LogitsOf(planes, k, inner), xent.ProbsOf(targets, k), nil)
	if e1 != nil || e2 != nil || soft != mixed {
		t.Errorf("soft targets by rows: %v %v %v %v", soft, e1, mixed, e2)
	}
	p, q := make([]float64, len(flat)), make([]float64, len(flat))
	if err := errors.Join(xent.Softmax(xent.ProbsOf(p, k), xent.LogitsOf(flat, k), nil), xent.Softmax(xent.ProbsOf(q, k, inner), xent.LogitsOf(planes, k, inner), nil)); err != nil {
		t.Fatal(err)
	}
	for i := range n * inner {
		for c := range k {
			if p[i*k+c] != image(xent.MatrixOf(q, k, inner), i, c) {
				t.Fatalf("softmax of row %d, class %d", i, c)
			}
		}
	}
}

// Shapes with inner dimensions that cannot be right, and losses that do not take them.
func TestImageErrors(t *testing.T) {
	x := make([]float64, 24)
	var se *xent.ShapeError
	for _, tt := range []struct {
		name string
		m    xent.Matrix[float64]
		rows int
	}{
		{"half a block", xent.Matrix[float64]{Data: x, Rows: 6, Cols: 3, Inner: 4}, 6},
		{"too little memory", xent.Matrix[float64]{Data: x[:23], Rows: 8, Cols: 3, Inner: 4}, 8},
		{"short stride", xent.Matrix[float64]{Data: x, Rows: 8, Cols: 3, Inner: 4, Stride: 11}, 8},
		{"overflow", xent.Matrix[float64]{Data: x, Rows: math.MaxInt, Cols: 3, Inner: math.MaxInt}, 0},
		{"negative", xent.Matrix[float64]{Data: x, Rows: 8, Cols: 3, Inner: -4}, 8},
	} {
		if _, err := xent.CrossEntropy(xent.Logits[float64](tt.m), make([]int, tt.rows), nil); !errors.As(err, &se) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := xent.Brier(xent.LogitsOf(x, 3, 2, 4), make([]int, 8), nil); !errors.As(err, &se) {
		t.Errorf("a loss of rows in one piece: %v", err)
	}
	if _, err := xent.CrossEntropyGrad(xent.MatrixOf(x, 3), xent.LogitsOf(x, 3, 2, 4), make([]int, 8), nil); !errors.As(err, &se) {
		t.Errorf("in place of another layout: %v", err)
	}
	if rows := xent.LogitsOf(x, 3, 2, 4).Rows; rows != 8 {
		t.Errorf("%d rows, want 8", rows)
	}
}

// The plan scores each token but the first exactly once, from tokens of its own window.
func TestPlanWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tokens, length := rapid.IntRange(0, 60).Draw(t, "tokens"), rapid.IntRange(2, 12).Draw(t, "length")
		stride := rapid.IntRange(1, length).Draw(t, "stride")
		plan, err := xent.PlanWindows(tokens, length, stride)
		if err != nil {
			t.Fatal(err)
		}
		times := make([]int, tokens)
		scored := 0
		for _, w := range plan.Windows {
			if w.Begin < 0 || w.End > tokens || w.End-w.Begin > length || w.Begin >= w.End {
				t.Fatalf("window %+v of %d tokens", w, tokens)
			}
			lo, hi := w.Rows()
			if hi-lo != w.Count() || lo < 0 || hi >= w.End-w.Begin {
				t.Fatalf("window %+v has rows %d to %d", w, lo, hi)
			}
			for i := w.From; i < w.End; i++ {
				times[i]++
				scored++
				if left := i - w.Begin; i >= length && left < length-stride {
					t.Fatalf("token %d is predicted from %d tokens only", i, left)
				}
			}
		}
		missed := 0
		for i, n := range times {
			if n > 1 || n == 0 && (i > 0 && stride < length) {
				t.Fatalf("token %d is scored %d times", i, n)
			}
			if n == 0 && i > 0 {
				missed++
			}
		}
		if plan.Scored != scored || plan.Unscored != missed {
			t.Fatalf("%d scored and %d not, want %d and %d", plan.Scored, plan.Unscored, scored, missed)
		}
	})
	var oe *xent.OptionError
	for _, bad := range [][3]int{{10, 4, 5}, {10, 4, 0}, {10, 1, 1}, {-1, 4, 2}} {
		if _, err := xent.PlanWindows(bad[0], bad[1], bad[2]); !errors.As(err, &oe) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// The means of sequences, and the weights of rows that give the same from one batch.
func TestSequences(t *testing.T) {
	x := []float64{1, 0, .5, 2, 0, 0, 3, -1, 2, 2, 1, 5, 0, 1}
	labels, lengths := []int{0, 1, -1, 0, 1, -1, 1}, []int{3, 0, 2, 1, 1}
	o := xent.Options{IgnoreIndex: new(-1), Empty: xent.EmptyNaN}
	var s xent.Sequences
	row := 0
	for _, n := range lengths {
		r, err := xent.CrossEntropy(xent.LogitsOf(x[2*row:2*(row+n)], 2), labels[row:row+n], &o)
		if err != nil {
			t.Fatal(err)
		}
		var one xent.Sequences
		one.Add(r)
		s.Merge(one)
		row += n
	}
	loss := make([]float64, 7)
	if _, err := xent.CrossEntropyRows(loss, xent.LogitsOf(x, 2), labels, &o); err != nil {
		t.Fatal(err)
	}
	sum := loss[0] + loss[1] + loss[3] + loss[4] + loss[6]
	near(t, float64(s.TokenMean()), sum/5, 1e-15)
	near(t, float64(s.SeqMean()), ((loss[0]+loss[1])/2+(loss[3]+loss[4])/2+loss[6])/3, 1e-15)
	near(t, float64(s.SeqSumNorm(8)), sum/8/5, 1e-15)
	if s.Count != 5 || s.Empty != 2 {
		t.Errorf("%d sequences, %d empty", s.Count, s.Empty)
	}
	weights := make([]float64, 7)
	if err := xent.SequenceWeights(weights, lengths, labels, new(-1)); err != nil {
		t.Fatal(err)
	}
	if want := []float64{.5, .5, 0, .5, .5, 0, 1}; !slices.Equal(weights, want) {
		t.Errorf("weights %g, want %g", weights, want)
	}
	o.RowWeights = weights
	r, err := xent.CrossEntropy(xent.LogitsOf(x, 2), labels, &o)
	if err != nil {
		t.Fatal(err)
	}
	near(t, float64(r.Mean()), float64(s.SeqMean()), 1e-15)
	var none xent.Sequences
	if !math.IsNaN(float64(none.SeqMean())) || !math.IsNaN(float64(none.TokenMean())) || !math.IsNaN(float64(none.SeqSumNorm(3))) {
		t.Error("the mean of nothing is a number")
	}
	var se *xent.ShapeError
	for _, bad := range [][]int{{3, 3}, {3, 3, 2}, {8}, {-1, 8}} {
		weights[0] = 42
		if err := xent.SequenceWeights(weights, bad, labels, nil); !errors.As(err, &se) || weights[0] != 42 {
			t.Errorf("lengths %v: %v, weights %g", bad, err, weights)
		}
	}
}
