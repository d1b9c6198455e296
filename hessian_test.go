package xent_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xent"
)

// The product is the change of the gradient along v, under every option that applies.
func TestHVPIsTheChangeOfTheGradient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBatch(t)
		o := &xent.Options{
			Smoothing: rapid.SampledFrom([]float64{0, .1}).Draw(t, "smoothing"), Temperature: rapid.SampledFrom([]float64{0, .5, 3}).Draw(t, "temperature"),
			Reduction: rapid.SampledFrom([]xent.Reduction{xent.Mean, xent.Sum}).Draw(t, "reduction"), IgnoreIndex: new(-1), Workers: 1,
		}
		if rapid.Bool().Draw(t, "weighted") {
			o.Weights = sevenWeights
		}
		v := make([]float64, len(b.x))
		for i := range v {
			v[i] = rapid.Float64Range(-1, 1).Draw(t, "v")
		}
		const h, k = 1e-5, batchClasses
		along := func(step float64) []float64 {
			x, g := slices.Clone(b.x), make([]float64, len(b.x))
			for i := range x {
				x[i] += step * v[i]
			}
			if _, err := xent.CrossEntropyGrad(xent.MatrixOf(g, k), xent.LogitsOf(x, k), b.labels, o); err != nil {
				t.Fatal(err)
			}
			return g
		}
		up, down, got := along(h), along(-h), slices.Clone(v)
		if err := xent.CrossEntropyHVP(xent.MatrixOf(got, k), xent.LogitsOf(b.x, k), b.labels, xent.MatrixOf(got, k), o); err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if slope := (up[i] - down[i]) / (2 * h); !close(got[i], slope, 1e-7) {
				t.Fatalf("product %g, slope %g", got[i], slope)
			}
		}

		bin := &xent.BinaryOptions{Smoothing: o.Smoothing, Temperature: o.Temperature, Reduction: o.Reduction, Weights: o.Weights,
			PosWeight: []float64{3}, Balance: new(.25), Ignore: new(b.target[1]), Empty: xent.EmptyZero, Workers: 1}
		target := xent.MatrixOf(b.target, k)
		slope := func(step float64) []float64 {
			x, g := slices.Clone(b.x), make([]float64, len(b.x))
			for i := range x {
				x[i] += step
			}
			if _, err := xent.BinaryCrossEntropyGrad(xent.MatrixOf(g, k), xent.LogitsOf(x, k), target, bin); err != nil {
				t.Fatal(err)
			}
			return g
		}
		up, down = slope(h), slope(-h)
		if err := xent.BinaryCrossEntropyHVP(xent.MatrixOf(got, k), xent.LogitsOf(b.x, k), target, xent.MatrixOf(v, k), bin); err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if want := v[i] * (up[i] - down[i]) / (2 * h); !close(got[i], want, 1e-7) {
				t.Fatalf("binary product %g, slope %g", got[i], want)
			}
		}
	})
}

func TestHVPSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name string
		x, v []float64
		want []float64
		why  string
	}{
		{"sure", []float64{60, 0}, []float64{1, 0}, []float64{math.Exp(-60), -math.Exp(-60)}, "p·(1-p) by the others"},
		{"excluded", []float64{0, 0, -inf}, []float64{1, 0, nan}, []float64{.25, -.25, 0}, "an excluded class is not looked at"},
		{"certain", []float64{inf, 0}, []float64{1, 5}, []float64{0, 0}, "no curvature"},
		{"constant", []float64{1, 2, 3}, []float64{7, 7, 7}, []float64{0, 0, 0}, "a shift changes nothing"},
		{"NaN", []float64{nan, 0}, []float64{1, 0}, []float64{nan, nan}, "NaN in, NaN out"},
	} {
		got, k := make([]float64, len(tt.x)), len(tt.x)
		if err := xent.CrossEntropyHVP(xent.MatrixOf(got, k), xent.LogitsOf(tt.x, k), []int{0}, xent.MatrixOf(tt.v, k), nil); err != nil {
			t.Fatal(err)
		}
		for j := range got {
			if !close(got[j], tt.want[j], 1e-15*math.Abs(tt.want[j])) {
				t.Errorf("%s: %g, want %g: %s", tt.name, got, tt.want, tt.why)
			}
		}
	}
	one, dst := xent.MatrixOf([]float64{1, 1}, 1), xent.MatrixOf([]float64{9, 9}, 1)
	if err := xent.BinaryCrossEntropyHVP(dst, xent.LogitsOf([]float64{inf, -inf}, 1), one, one, nil); err != nil || dst.Data[0] != 0 || dst.Data[1] != 0 {
		t.Errorf("a sigmoid at ±Inf has curvature %g, %v", dst.Data, err)
	}
}

func TestHVPErrorsAndMemory(t *testing.T) {
	x, y, v := xent.LogitsOf(make([]float64, 300), 3), make([]int, 100), xent.MatrixOf(make([]float64, 300), 3)
	dst, target := xent.MatrixOf(make([]float64, 300), 3), xent.MatrixOf(make([]float64, 300), 3)
	opt, bin := &xent.Options{Workers: 1}, &xent.BinaryOptions{Workers: 1}
	if n := testing.AllocsPerRun(3, func() {
		if xent.CrossEntropyHVP(dst, x, y, v, opt) != nil || xent.BinaryCrossEntropyHVP(dst, x, target, v, bin) != nil {
			t.Fatal("error")
		}
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
	for want, err := range map[string]error{
		"xent: CrossEntropyHVP: option Focus = a setting of another curve, want 0: its Hessian is not this one":        xent.CrossEntropyHVP(dst, x, y, v, &xent.Options{Focus: 2}),
		"xent: BinaryCrossEntropyHVP: option Margin = a setting of another curve, want 0: its Hessian is not this one": xent.BinaryCrossEntropyHVP(dst, x, target, v, &xent.BinaryOptions{Margin: .1}),
		"xent: CrossEntropyHVP: v is [300, 1], want [100, 3] (as logits)":                                              xent.CrossEntropyHVP(dst, x, y, xent.MatrixOf(v.Data, 1), nil),
		"xent: CrossEntropyHVP: labels is [1], want [100] (one for each row of logits)":                                xent.CrossEntropyHVP(dst, x, y[:1], v, nil),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// The first column of diag(p) - p·pᵀ for three equal classes.
func ExampleCrossEntropyHVP() {
	dst := make([]float64, 3)
	err := xent.CrossEntropyHVP(xent.MatrixOf(dst, 3), xent.LogitsOf([]float64{0, 0, 0}, 3), []int{2}, xent.MatrixOf([]float64{1, 0, 0}, 3), nil)
	fmt.Printf("%.4f %v\n", dst, err)
	// Output: [0.2222 -0.1111 -0.1111] <nil>
}

func ExampleBinaryCrossEntropyHVP() {
	dst, one := make([]float64, 2), xent.MatrixOf([]float64{1, 1}, 1)
	err := xent.BinaryCrossEntropyHVP(xent.MatrixOf(dst, 1), xent.LogitsOf([]float64{0, 50}, 1), one, one, &xent.BinaryOptions{Reduction: xent.Sum})
	fmt.Printf("%.4g %v\n", dst, err)
	// Output: [0.25 1.929e-22] <nil>
}
