package xent_test

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"testing"

	"xent"
)

// Every refusal: its type, its words, and nothing written.
func TestErrors(t *testing.T) {
	x := xent.LogitsOf(make([]float64, 30), 10) // [3, 10]
	ok := []int{0, 1, 2}
	type view = xent.Logits[float64]
	ce := func(x view, labels []int, o *xent.Options) func([]float64) error {
		return func(g []float64) error {
			m := xent.Matrix[float64]{Data: g, Rows: x.Rows, Cols: x.Cols}
			_, err := xent.CrossEntropyGrad(m, x, labels, o)
			return err
		}
	}
	soft := func(target xent.Probs[float64], o *xent.Options) func([]float64) error {
		return func(g []float64) error {
			_, err := xent.SoftCrossEntropyGrad(xent.MatrixOf(g, 10), x, target, o)
			return err
		}
	}
	bce := func(o *xent.BinaryOptions) func([]float64) error {
		return func(g []float64) error {
			_, err := xent.BinaryCrossEntropyGrad(xent.MatrixOf(g, 10), x, xent.Matrix[float64](x), o)
			return err
		}
	}
	const max = math.MaxInt
	for _, tt := range []struct {
		name string
		run  func(grad []float64) error
		want string
	}{
		{"a label too large", ce(x, []int{0, 10, 2}, nil),
			"xent: CrossEntropyGrad: labels[1] = 10, want 0 ≤ label < 10 (or Options.IgnoreIndex); the labels need 11 classes, the logits have 10"},
		{"labels from 1", ce(x, []int{1, 5, 10}, nil),
			"xent: CrossEntropyGrad: labels[2] = 10, want 0 ≤ label < 10 (or Options.IgnoreIndex); no label is 0: the labels look 1-based, subtract 1"},
		{"void pixels", ce(x, []int{255, 0, 255}, nil),
			"xent: CrossEntropyGrad: labels[0] = 255, want 0 ≤ label < 10 (or Options.IgnoreIndex); 2 of 3 labels are outside: 255 (2×); 255 marks void pixels in segmentation masks: IgnoreIndex: new(255)"},
		{"skipped tokens", ce(x, []int{-100, 0, 1}, nil),
			"xent: CrossEntropyGrad: labels[0] = -100, want 0 ≤ label < 10 (or Options.IgnoreIndex); -100 marks rows to skip in PyTorch and Hugging Face data: IgnoreIndex: new(-100)"},
		{"unlabelled", ce(x, []int{3, -1, 1}, &xent.Options{IgnoreIndex: new(3)}),
			"xent: CrossEntropyGrad: labels[1] = -1, want 0 ≤ label < 10 (or Options.IgnoreIndex); -1 often marks unlabelled rows: IgnoreIndex: new(-1)"},
		{"noise", ce(x, []int{-7, 40, -7}, nil),
			"xent: CrossEntropyGrad: labels[0] = -7, want 0 ≤ label < 10 (or Options.IgnoreIndex); 3 of 3 labels are outside: -7 (2×), 40 (1×)"},
		{"too few labels", ce(x, ok[:2], nil), "xent: CrossEntropyGrad: labels is [2], want [3] (one for each row of logits)"},
		{"ragged data", ce(xent.LogitsOf(make([]float64, 29), 10), ok, nil), "xent: CrossEntropyGrad: logits is 29 values, want enough for [3, 10]"},
		{"no class", ce(view{Rows: 3}, ok, nil), "xent: CrossEntropyGrad: logits is [3, 0], want at least one column"},
		{"negative rows", ce(view{Rows: -1, Cols: 2}, ok, nil), "xent: CrossEntropyGrad: logits is [-1, 2], want no negative size"},
		{"stride below cols", ce(view{Data: make([]float64, 99), Rows: 3, Cols: 10, Stride: 9}, ok, nil), "xent: CrossEntropyGrad: logits is [3, 10] with stride 9, want a stride of 0, or at least 10"},
		{"stride beyond the data", ce(view{Data: make([]float64, 30), Rows: 3, Cols: 10, Stride: 11}, ok, nil), "xent: CrossEntropyGrad: logits is 30 values, want enough for [3, 10] with stride 11"},
		{"product overflows", ce(view{Data: make([]float64, 30), Rows: max, Cols: 10}, ok, nil), "xent: CrossEntropyGrad: logits is 30 values, want enough for [" + strconv.Itoa(max) + ", 10]"},
		{"stride overflows", ce(view{Data: make([]float64, 30), Rows: 3, Cols: 10, Stride: max}, ok, nil), "xent: CrossEntropyGrad: logits is 30 values, want enough for [3, 10] with stride " + strconv.Itoa(max)},
		{"target of another shape", soft(xent.ProbsOf(make([]float64, 30), 5), nil), "xent: SoftCrossEntropyGrad: target is [6, 5], want [3, 10] (as logits)"},
		{"ignore index of soft targets", soft(xent.Probs[float64](x), &xent.Options{IgnoreIndex: new(0)}), "xent: SoftCrossEntropyGrad: option IgnoreIndex = 0, want nil: soft targets have no index"},
		{"weights for another number of classes", ce(x, ok, &xent.Options{Weights: []float64{1}}), "xent: CrossEntropyGrad: option Weights = 1 weight, want 10 (one for each column of logits)"},
		{"NaN weight", ce(x, ok, &xent.Options{Weights: slices.Repeat([]float64{math.NaN()}, 10)}), "xent: CrossEntropyGrad: option Weights[0] = NaN, want a finite weight"},
		{"smoothing", ce(x, ok, &xent.Options{Smoothing: 1.5}), "xent: CrossEntropyGrad: option Smoothing = 1.5, want 0 ≤ Smoothing ≤ 1"},
		{"robustness", ce(x, ok, &xent.Options{Robustness: 1.5}), "xent: CrossEntropyGrad: option Robustness = 1.5, want 0 ≤ Robustness ≤ 1"},
		{"poly", ce(x, ok, &xent.Options{Poly: math.Inf(-1)}), "xent: CrossEntropyGrad: option Poly = -Inf, want a finite number"},
		{"focus", ce(x, ok, &xent.Options{Focus: -1}), "xent: CrossEntropyGrad: option Focus = -1, want a finite value ≥ 0"},
		{"temperature", ce(x, ok, &xent.Options{Temperature: math.NaN()}), "xent: CrossEntropyGrad: option Temperature = NaN, want a finite value ≥ 0"},
		{"z-penalty", ce(x, ok, &xent.Options{ZPenalty: math.Inf(1)}), "xent: CrossEntropyGrad: option ZPenalty = +Inf, want a finite value ≥ 0"},
		{"soft-cap", ce(x, ok, &xent.Options{SoftCap: -30}), "xent: CrossEntropyGrad: option SoftCap = -30, want a finite value ≥ 0"},
		{"fixed denominator", ce(x, ok, &xent.Options{Denominator: xent.Fixed(0)}), "xent: CrossEntropyGrad: option Denominator = NaN, want Usual, Weights, Count, Rows, or Fixed(n) with n > 0"},
		{"reduction", ce(x, ok, &xent.Options{Reduction: 7}), "xent: CrossEntropyGrad: option Reduction = 7, want Mean or Sum"},
		{"empty policy", ce(x, ok, &xent.Options{Empty: 9}), "xent: CrossEntropyGrad: option Empty = 9, want EmptyFails, EmptyZero or EmptyNaN"},
		{"workers", ce(x, ok, &xent.Options{Workers: -1}), "xent: CrossEntropyGrad: option Workers = -1, want 0 (all processors) or more"},
		{"nothing counted", ce(x, []int{7, 7, 7}, &xent.Options{IgnoreIndex: new(7)}), "xent: CrossEntropyGrad: mean of nothing: all 3 rows are ignored (or set Empty, or Reduction: Sum)"},
		{"balance", bce(&xent.BinaryOptions{Balance: new(1.5)}), "xent: BinaryCrossEntropyGrad: option Balance = 1.5, want 0 ≤ Balance ≤ 1"},
		{"element weights", bce(&xent.BinaryOptions{Elements: xent.MatrixOf(make([]float64, 10), 10)}), "xent: BinaryCrossEntropyGrad: option Elements is [1, 10], want [3, 10] (as logits)"},
		{"positive weights", bce(&xent.BinaryOptions{PosWeight: []float64{1, 2}}), "xent: BinaryCrossEntropyGrad: option PosWeight = 2 weights, want 10 (one for each column of logits)"},
		{"gradient of another shape", func(g []float64) error {
			_, err := xent.CrossEntropyGrad(xent.MatrixOf(g, 5), x, ok, nil)
			return err
		}, "xent: CrossEntropyGrad: grad is [6, 5], want [3, 10] (as logits)"},
		{"losses of another length", func(g []float64) error { _, err := xent.CrossEntropyRows(g, x, ok, nil); return err },
			"xent: CrossEntropyRows: loss is [30], want [3] (one for each row)"},
		{"overlap", func(g []float64) error {
			_, err := xent.CrossEntropyGrad(xent.MatrixOf(g[10:], 10), xent.LogitsOf(g[:20], 10), []int{0, 1}, nil)
			return err
		}, "xent: CrossEntropyGrad: the destination is partly the memory of logits, want the same view as logits, or memory of its own"},
		{"options of a loss", func(g []float64) error {
			return xent.Softmax(xent.ProbsOf(g, 10), x, &xent.Options{Focus: 2})
		}, "xent: Softmax: option Focus = a setting of a loss, want none: only Temperature, SoftCap and Workers apply"},
		{"destination too short", func(g []float64) error { return xent.LogSumExp(g[:2], x, nil) },
			"xent: LogSumExp: dst is [2], want [3] (one for each row of logits)"},
		{"destination of another shape", func(g []float64) error { return xent.Sigmoid(xent.MatrixOf(g, 3), x) },
			"xent: Sigmoid: dst is [10, 3], want [3, 10] (as logits)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			grad := slices.Repeat([]float64{guard}, 30)
			err := tt.run(grad)
			if err == nil || err.Error() != tt.want {
				t.Errorf("error\n  %v\nwant\n  %s", err, tt.want)
			}
			var se *xent.ShapeError
			var le *xent.LabelError
			var oe *xent.OptionError
			var ee *xent.EmptyError
			if !errors.As(err, &se) && !errors.As(err, &le) && !errors.As(err, &oe) && !errors.As(err, &ee) {
				t.Errorf("error of type %T", err)
			}
			for i, v := range grad {
				if v != guard {
					t.Fatalf("element %d was written: %g", i, v)
				}
			}
		})
	}
}

func TestLabelErrorHistogram(t *testing.T) {
	labels := make([]int64, 20000)
	for i := range labels {
		labels[i] = int64(i) - 5000 // ever new labels: only the most frequent are kept
	}
	for i := range 100 {
		labels[i] = 77
	}
	var le *xent.LabelError
	_, err := xent.CrossEntropy(xent.LogitsOf(make([]float32, 2*len(labels)), 2), labels, nil)
	if !errors.As(err, &le) {
		t.Fatal(err)
	}
	if le.Row != 0 || le.Label != 77 || le.Offending != 19998 || len(le.Labels) > 8 || le.Labels[0] != (xent.LabelCount{Label: 77, Rows: 101}) {
		t.Errorf("%+v", le)
	}
}

// Views that only look like overlaps are let through: columns side by side.
func TestColumnsOfOneMatrix(t *testing.T) {
	both := []float64{3, 1, guard, guard, 0, 2, guard, guard} // logits | grad
	x := xent.Logits[float64]{Data: both, Rows: 2, Cols: 2, Stride: 4}
	g := xent.Matrix[float64]{Data: both[2:], Rows: 2, Cols: 2, Stride: 4}
	if _, err := xent.CrossEntropyGrad(g, x, []int{0, 1}, nil); err != nil {
		t.Fatal(err)
	}
	if both[0] != 3 || both[1] != 1 || both[2] == guard || both[7] == guard {
		t.Errorf("%v", both)
	}
}
