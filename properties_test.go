package xent_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xent"
)

// aBatch draws a small batch of logits and labels, some of them ignored (-1).
type aBatch struct {
	x      []float64
	labels []int
	target []float64
	rows   int
}

const batchClasses = 7

func drawBatch(t *rapid.T) (b aBatch) {
	b.rows = rapid.IntRange(1, 9).Draw(t, "rows")
	spread := rapid.SampledFrom([]float64{.1, 3, 40}).Draw(t, "spread")
	for range b.rows * batchClasses {
		b.x = append(b.x, rapid.Float64Range(-spread, spread).Draw(t, "x"))
	}
	for range b.rows {
		b.labels = append(b.labels, rapid.IntRange(-1, batchClasses-1).Draw(t, "label"))
		row := make([]float64, batchClasses)
		sum := 0.0
		for j := range row {
			row[j] = rapid.Float64Range(0, 1).Draw(t, "target")
			sum += row[j]
		}
		for j := range row {
			row[j] = (row[j] + 1) / (sum + batchClasses)
		}
		b.target = append(b.target, row...)
	}
	b.labels[0] = 0 // something counts
	return b
}

// drawOptions draws any combination of options.
func drawOptions(t *rapid.T) *xent.Options {
	o := &xent.Options{
		Smoothing:   rapid.SampledFrom([]float64{0, .1, 1}).Draw(t, "smoothing"),
		Focus:       rapid.SampledFrom([]float64{0, .5, 2}).Draw(t, "focus"),
		Poly:        rapid.SampledFrom([]float64{0, -.8, 2}).Draw(t, "poly"),
		Robustness:  rapid.SampledFrom([]float64{0, .7, 1}).Draw(t, "robustness"),
		Temperature: rapid.SampledFrom([]float64{0, .5, 3}).Draw(t, "temperature"),
		ZPenalty:    rapid.SampledFrom([]float64{0, 1e-3}).Draw(t, "zpenalty"),
		SoftCap:     rapid.SampledFrom([]float64{0, 30}).Draw(t, "softcap"),
		Reduction:   rapid.SampledFrom([]xent.Reduction{xent.Mean, xent.Sum}).Draw(t, "reduction"),
		Denominator: rapid.SampledFrom([]xent.Denominator{xent.Usual, xent.Weights, xent.Count, xent.Rows, xent.Fixed(11)}).Draw(t, "denominator"),
		Empty:       xent.EmptyZero,
		Workers:     1,
	}
	if rapid.Bool().Draw(t, "weighted") {
		o.Weights = sevenWeights
	}
	return o
}

// run computes loss and gradient of b, of labels or of soft targets.
func (b aBatch) run(t *rapid.T, soft bool, o *xent.Options) (xent.Result, []float64) {
	grad := make([]float64, len(b.x))
	var res xent.Result
	var err error
	if soft {
		res, err = xent.SoftCrossEntropyGrad(xent.MatrixOf(grad, batchClasses), xent.LogitsOf(b.x, batchClasses), xent.ProbsOf(b.target, batchClasses), o)
	} else {
		with := *o
		with.IgnoreIndex = new(-1)
		res, err = xent.CrossEntropyGrad(xent.MatrixOf(grad, batchClasses), xent.LogitsOf(b.x, batchClasses), b.labels, &with)
	}
	if err != nil {
		t.Fatal(err)
	}
	return res, grad
}

// figure is what the gradient is the gradient of.
func figure(r xent.Result, o *xent.Options) float64 {
	if o.Reduction == xent.Mean {
		return float64(r.Mean())
	}
	return float64(r.Sum())
}

func TestGradientIsTheSlope(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, o, soft := drawBatch(t), drawOptions(t), rapid.Bool().Draw(t, "soft")
		res, grad := b.run(t, soft, o)
		i := rapid.IntRange(0, len(b.x)-1).Draw(t, "element")
		const h = 1e-4
		at := func(d float64) float64 {
			moved := b
			moved.x = slices.Clone(b.x)
			moved.x[i] += d
			r, _ := moved.run(t, soft, o)
			return figure(r, o)
		}
		// fourth-order central difference
		slope := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
		if tol := 1e-9 * (1 + math.Abs(figure(res, o))); !close(grad[i], slope, tol) {
			t.Fatalf("gradient %.12g, central difference %.12g", grad[i], slope)
		}
	})
}

func TestGradientRowsSumToZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, o, soft := drawBatch(t), drawOptions(t), rapid.Bool().Draw(t, "soft")
		o.ZPenalty, o.SoftCap = 0, 0 // these two are not invariant under a shift
		_, grad := b.run(t, soft, o)
		for i := 0; i < len(grad); i += batchClasses {
			sum, size := 0.0, 0.0
			for _, g := range grad[i : i+batchClasses] {
				sum += g
				size += math.Abs(g)
			}
			if !(math.Abs(sum) <= 16*0x1p-52*(size+float64(b.rows))) {
				t.Fatalf("gradient of row %d sums to %g", i/batchClasses, sum)
			}
		}
	})
}

func TestShiftChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, o, soft := drawBatch(t), drawOptions(t), rapid.Bool().Draw(t, "soft")
		o.ZPenalty, o.SoftCap = 0, 0
		for i := range b.x {
			b.x[i] = math.Round(b.x[i]*1024) / 1024 // so that the shift is exact
		}
		moved := b
		moved.x = slices.Clone(b.x)
		shift := float64(rapid.IntRange(-1000, 1000).Draw(t, "shift"))
		for i := range moved.x {
			moved.x[i] += shift
		}
		r1, g1 := b.run(t, soft, o)
		r2, g2 := moved.run(t, soft, o)
		same := r1 == r2 && slices.Equal(g1, g2)
		if units := exact(); units > 0 {
			same = close(float64(r1.Sum()), float64(r2.Sum()), 4*units*0x1p-52*math.Abs(float64(r1.Sum()))) && r1.Correct == r2.Correct
			for i := range g1 {
				same = same && close(g1[i], g2[i], 4*units*0x1p-52*(math.Abs(g1[i])+1))
			}
		}
		if !same {
			t.Fatalf("shifting logits by %g changes %v to %v", shift, r1.Sum(), r2.Sum())
		}
	})
}

// The loss of soft targets is their entropy plus their divergence from the prediction: never
// below the entropy.
func TestLossIsAtLeastTheEntropy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBatch(t)
		loss := make([]float64, b.rows)
		p := make([]float64, len(b.x))
		logits := xent.LogitsOf(b.x, batchClasses)
		if _, err := xent.SoftCrossEntropyRows(loss, logits, xent.ProbsOf(b.target, batchClasses), nil); err != nil {
			t.Fatal(err)
		}
		if err := xent.Softmax(xent.ProbsOf(p, batchClasses), logits, nil); err != nil {
			t.Fatal(err)
		}
		for i, l := range loss {
			h, kl := 0.0, 0.0
			for j := range batchClasses {
				target, q := b.target[i*batchClasses+j], p[i*batchClasses+j]
				h -= target * math.Log(target)
				kl += target * math.Log(target/q)
			}
			if !close(l, h+kl, 1e-13*(1+l)) || l < h-1e-14 {
				t.Fatalf("H(t,p) = %g, H + KL = %g", l, h+kl)
			}
		}
	})
}

func TestAnySplitMergesToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, o := drawBatch(t), drawOptions(t)
		whole, _ := b.run(t, false, o)
		var total xent.Result
		for lo := 0; lo < b.rows; {
			hi := lo + rapid.IntRange(1, b.rows-lo).Draw(t, "size")
			part := aBatch{x: b.x[lo*batchClasses : hi*batchClasses], labels: b.labels[lo:hi], rows: hi - lo}
			r, _ := part.run(t, false, o)
			total.Merge(r)
			lo = hi
		}
		if total.Rows != whole.Rows || total.Ignored != whole.Ignored || total.NonFinite != whole.NonFinite {
			t.Fatalf("merged %+v, whole %+v", total, whole)
		}
		if math.Float64bits(float64(total.Sum())) != math.Float64bits(float64(whole.Sum())) || total.Weight != whole.Weight || math.Float64bits(float64(total.Mean())) != math.Float64bits(float64(whole.Mean())) {
			t.Fatalf("merged mean %.17g, whole %.17g", total.Mean(), whole.Mean())
		}
	})
}

// The same bits, whatever the number of workers, in place or not.
func TestWorkersChangeNoBit(t *testing.T) {
	const rows = 1000
	x, labels := make([]float32, rows*batchClasses), make([]int32, rows)
	for i := range x {
		x[i] = float32(8 * math.Sin(float64(i*i)))
	}
	for i := range labels {
		labels[i] = int32(i%(batchClasses+1)) - 1
	}
	target := make([]float32, len(x))
	for i := range target {
		target[i] = 1. / batchClasses
	}
	type answer struct {
		hard, soft, binary xent.Result
		grads              []float32
		sumExp             []float32
	}
	run := func(workers int) (a answer) {
		g := func() xent.Matrix[float32] {
			m := slices.Clone(x) // the gradient overwrites the logits
			return xent.MatrixOf(m, batchClasses)
		}
		o := &xent.Options{Workers: workers, Smoothing: .1, Weights: sevenWeights}
		m := g()
		var err error
		if a.soft, err = xent.SoftCrossEntropyGrad(m, xent.Logits[float32](m), xent.ProbsOf(target, batchClasses), o); err != nil {
			t.Fatal(err)
		}
		a.grads = m.Data
		o.IgnoreIndex, o.Smoothing = new(-1), 0
		m = g()
		if a.hard, err = xent.CrossEntropyGrad(m, xent.Logits[float32](m), labels, o); err != nil {
			t.Fatal(err)
		}
		a.grads = append(a.grads, m.Data...)
		m = g()
		if a.binary, err = xent.BinaryCrossEntropyGrad(m, xent.Logits[float32](m), xent.MatrixOf(target, batchClasses), &xent.BinaryOptions{Workers: workers}); err != nil {
			t.Fatal(err)
		}
		a.grads = append(a.grads, m.Data...)
		m = g()
		if err := xent.Softmax(xent.Probs[float32](m), xent.Logits[float32](m), &xent.Options{Workers: workers}); err != nil {
			t.Fatal(err)
		}
		a.grads = append(a.grads, m.Data...)
		a.sumExp = make([]float32, rows)
		if err := xent.LogSumExp(a.sumExp, xent.LogitsOf(x, batchClasses), &xent.Options{Workers: workers}); err != nil {
			t.Fatal(err)
		}
		return a
	}
	want := run(1)
	for _, workers := range []int{0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 100} {
		got := run(workers)
		if got.hard != want.hard || got.soft != want.soft || got.binary != want.binary {
			t.Errorf("%d workers: %+v, want %+v", workers, got.hard, want.hard)
		}
		if !slices.Equal(got.grads, want.grads) || !slices.Equal(got.sumExp, want.sumExp) {
			t.Errorf("%d workers: another gradient", workers)
		}
	}
	fresh := make([]float32, len(x))
	if _, err := xent.CrossEntropyGrad(xent.MatrixOf(fresh, batchClasses), xent.LogitsOf(x, batchClasses), labels, &xent.Options{IgnoreIndex: new(-1), Weights: sevenWeights}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(fresh, want.grads[len(x):2*len(x)]) {
		t.Error("in place, the gradient is another")
	}
}
