package xent_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xent"
)

// A class at -Inf in every row costs and pulls what the batch without its column does, to the last bit: but under
// smoothing, which asks about all K classes.
func TestMaskedClassIsADroppedColumn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, o := drawBatch(t), drawOptions(t)
		o.Smoothing, o.Weights = 0, nil
		masked := slices.Clone(b.x)
		var dropped []float64
		labels := slices.Clone(b.labels)
		for i := range b.rows {
			row := masked[i*batchClasses:][:batchClasses]
			dropped = append(dropped, row[:batchClasses-1]...)
			row[batchClasses-1] = math.Inf(-1)
			labels[i] = min(labels[i], batchClasses-2)
		}
		o.IgnoreIndex = new(-1)
		g1, g2 := make([]float64, len(masked)), make([]float64, len(dropped))
		r1, e1 := xent.CrossEntropyGrad(xent.MatrixOf(g1, batchClasses), xent.LogitsOf(masked, batchClasses), labels, o)
		r2, e2 := xent.CrossEntropyGrad(xent.MatrixOf(g2, batchClasses-1), xent.LogitsOf(dropped, batchClasses-1), labels, o)
		if e1 != nil || e2 != nil || r1.Sum() != r2.Sum() || r1.Weight != r2.Weight {
			t.Fatalf("masked %v over %g, dropped %v over %g (%v, %v)", r1.Sum(), r1.Weight, r2.Sum(), r2.Weight, e1, e2)
		}
		for i := range b.rows {
			if row := g1[i*batchClasses:][:batchClasses]; row[batchClasses-1] != 0 || !slices.Equal(row[:batchClasses-1], g2[i*(batchClasses-1):][:batchClasses-1]) {
				t.Fatalf("gradient of row %d: masked %g, dropped %g", i, row, g2[i*(batchClasses-1):][:batchClasses-1])
			}
		}
	})
}

// Each setting at its neutral end is the loss without it, and float32 is within its rounding of float64.
func TestNeutralSettings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBatch(t)
		o := &xent.Options{IgnoreIndex: new(-1), Workers: 1}
		at := func(o *xent.Options) float64 { return float64(lossAs[float64](t, b, o).Sum()) }
		want := at(o)
		for name, set := range map[string]func(o *xent.Options){
			"Focus":       func(o *xent.Options) { o.Focus = 1e-300 },
			"Robustness":  func(o *xent.Options) { o.Robustness = 1e-300 },
			"Poly":        func(o *xent.Options) { o.Poly = 1e-300 },
			"Smoothing":   func(o *xent.Options) { o.Smoothing = 1e-300 },
			"Temperature": func(o *xent.Options) { o.Temperature = 1 },
			"SoftCap":     func(o *xent.Options) { o.SoftCap = 1e12 },
			"ZPenalty":    func(o *xent.Options) { o.ZPenalty = 1e-300 },
		} {
			with := *o
			set(&with)
			if got := at(&with); !close(got, want, 1e-13*want+1e-280) {
				t.Fatalf("%s: %.17g, without it %.17g", name, got, want)
			}
		}
		for i := range b.x {
			b.x[i] = float64(float32(b.x[i]))
		}
		if wide, got := at(o), float64(lossAs[float32](t, b, o).Sum()); !close(got, wide, digits32()*wide) {
			t.Fatalf("float32 logits cost %.17g, the same in float64 %.17g", got, wide)
		}
	})
}

// lossAs is the loss of b with logits of type T.
func lossAs[T xent.Float](t *rapid.T, b aBatch, o *xent.Options) xent.Result {
	x := make([]T, len(b.x))
	for i, v := range b.x {
		x[i] = T(v)
	}
	r, err := xent.CrossEntropy(xent.LogitsOf(x, batchClasses), b.labels, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A label is its one-hot target, under every combination of settings that weighs both alike.
func TestOneHotIsTheLabel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, o := drawBatch(t), drawOptions(t)
		if o.Denominator == xent.Usual && o.Weights != nil {
			o.Denominator = xent.Weights // Usual counts rows of targets, and weighs labels
		}
		if o.Weights != nil {
			o.ZPenalty = 0 // weighed by the label, which a target does not have
		}
		clear(b.target)
		for i := range b.labels {
			b.labels[i] = max(b.labels[i], 0)
			b.target[i*batchClasses+b.labels[i]] = 1
		}
		hard, gradHard := b.run(t, false, o)
		soft, gradSoft := b.run(t, true, o)
		if h, s := figure(hard, o), figure(soft, o); !close(h, s, 1e-14*(1+math.Abs(h))) {
			t.Fatalf("the label costs %.17g, its target %.17g", h, s)
		}
		for i := range gradHard {
			if !close(gradHard[i], gradSoft[i], 1e-14*(1+math.Abs(gradHard[i]))) {
				t.Fatalf("gradient %d: %.17g of the label, %.17g of its target", i, gradHard[i], gradSoft[i])
			}
		}
	})
}

// In float32, loss and gradient are those of the same logits in float64, rounded: within an ulp, and of a gradient two,
// beyond what the digits of a row's sum leave of terms that cancel.
func TestFloat32IsFloat64Rounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, o := drawBatch(t), drawOptions(t)
		o.Reduction = xent.Sum
		x := make([]float32, len(b.x))
		for i := range x {
			x[i] = float32(b.x[i])
			b.x[i] = float64(x[i])
		}
		wide, gradWide := b.run(t, false, o)
		o.IgnoreIndex = new(-1)
		grad := make([]float32, len(x))
		narrow, err := xent.CrossEntropyGrad(xent.MatrixOf(grad, batchClasses), xent.LogitsOf(x, batchClasses), b.labels, o)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := float64(narrow.Sum()), float64(wide.Sum()); !close(got, want, 0x1p-23*math.Abs(want)) {
			t.Fatalf("loss %.17g, in float64 %.17g", got, want)
		}
		for i, got := range grad {
			if want := gradWide[i]; !close(float64(got), want, 0x1p-22*math.Abs(want)+digits32()) {
				t.Fatalf("gradient %d: %.9g, in float64 %.17g", i, got, want)
			}
		}
	})
}
