package xent_test

import (
	"math"
	"slices"
	"testing"

	"xent"
)

func TestCrossEntropy(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, tt := range []struct {
		name   string
		logits []float32 // one row
		label  int
		want   float64 // nats
		grad   []float64
		why    string
	}{
		{"uniform", []float32{1, 1, 1, 1}, 1, math.Log(4), []float64{.25, -.75, .25, .25}, "equal logits cost ln K"},
		{"one class", []float32{5}, 0, 0, []float64{0}, "the only class is certain"},
		{"sure and right", []float32{1e4, 0}, 0, 0, []float64{0, 0}, "exp(1e4) overflows unless the maximum is subtracted"},
		{"nearly sure", []float32{30, 0}, 0, 9.357622968839737e-14, []float64{-9.357622968839299e-14, 9.357622968839299e-14}, "ln(1+tiny) needs log1p, and -(1-p) the sum of the others"},
		{"sure and wrong", []float32{1e4, 0}, 1, 1e4, []float64{1, -1}, "the cost grows linearly and stays finite"},
		{"large and equal", []float32{1e8, 1e8}, 0, math.Ln2, []float64{-.5, .5}, "lse - x would lose ln 2"},
		{"excluded class", []float32{0, -inf, 0}, 0, math.Ln2, []float64{-.5, 0, .5}, "a class at -Inf has no part in the row"},
		{"impossible class", []float32{0, -inf, 0}, 1, math.Inf(1), []float64{.5, -1, .5}, "an event of probability 0 costs +Inf; its gradient is finite"},
		{"certain by +Inf", []float32{0, inf}, 1, 0, []float64{0, 0}, "the limit of one logit at +Inf is one-hot"},
		{"certainly not", []float32{0, inf}, 0, math.Inf(1), []float64{-1, 1}, "so the other class is impossible"},
		{"two +Inf", []float32{inf, inf}, 0, math.NaN(), []float64{math.NaN(), math.NaN()}, "there is no limit"},
		{"no class", []float32{-inf, -inf}, 0, math.NaN(), []float64{math.NaN(), math.NaN()}, "0/0"},
		{"NaN", []float32{0, nan}, 0, math.NaN(), []float64{math.NaN(), math.NaN()}, "NaN in, NaN out"},
		{"NaN behind +Inf", []float32{inf, nan}, 0, math.NaN(), []float64{math.NaN(), math.NaN()}, "certainty does not hide a NaN"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			eachKernel(t, func(t *testing.T) {
				k := len(tt.logits)
				grad := make([]float32, k)
				got, err := xent.CrossEntropyGrad(xent.MatrixOf(grad, k), xent.LogitsOf(tt.logits, k), []int{tt.label}, nil)
				if err != nil {
					t.Fatal(err)
				}
				near(t, float64(got.Mean()), tt.want, 1e-15)
				for j, g := range grad {
					near(t, float64(g), tt.grad[j], 1e-7)
				}
				if bad := tt.want-tt.want != 0; (got.NonFinite == 1) != bad {
					t.Errorf("NonFinite = %d for a loss of %g", got.NonFinite, tt.want)
				}
				wide := make([]float64, k)
				if _, err := xent.CrossEntropyGrad(xent.MatrixOf(wide, k), xent.LogitsOf(widen(tt.logits), k), []int{tt.label}, nil); err != nil {
					t.Fatal(err)
				}
				for j, g := range wide {
					near(t, g, tt.grad[j], 1e-14)
				}
			})
		})
	}
}

// Seven classes, three of five rows counted: sums, denominators and gradients by hand.
func TestReductions(t *testing.T) {
	w := []float64{1, .3, 1.7, 1, 1, 0, 1}
	x := make([]float64, 5*7)
	for i := range x {
		x[i] = math.Sin(float64(3 * i))
	}
	labels := []int16{1, -100, 2, 5, -100} // weights .3, 1.7 and 0
	logits := xent.LogitsOf(x, 7)
	rows := make([]float64, 5)
	if _, err := xent.CrossEntropyRows(rows, logits, labels, &xent.Options{Weights: w, IgnoreIndex: new(-100)}); err != nil {
		t.Fatal(err)
	}
	sum := rows[0] + rows[2]
	if rows[1] != 0 || rows[3] != 0 || rows[4] != 0 || !(sum > 0) {
		t.Fatalf("losses %v: ignored rows and rows of weight 0 cost 0", rows)
	}
	for _, tt := range []struct {
		name string
		d    xent.Denominator
		want float64
		why  string
	}{
		{"usual", xent.Usual, 2, "Σ w over the counted rows, as PyTorch"},
		{"weights", xent.Weights, 2, "the same, said aloud"},
		{"count", xent.Count, 3, "a row of weight 0 counts, an ignored one does not"},
		{"rows", xent.Rows, 5, "all rows"},
		{"fixed", xent.Fixed(12.5), 12.5, "what the caller says"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := &xent.Options{Weights: w, IgnoreIndex: new(-100), Denominator: tt.d}
			grad, total := make([]float64, len(x)), make([]float64, len(x))
			mean, err := xent.CrossEntropyGrad(xent.MatrixOf(grad, 7), logits, labels, o)
			if err != nil {
				t.Fatal(err)
			}
			near(t, mean.Weight, tt.want, 1e-15)
			near(t, float64(mean.Sum()), sum, 1e-15)
			near(t, float64(mean.Mean()), sum/tt.want, 1e-15)
			if mean.Rows != 5 || mean.Ignored != 2 || mean.NonFinite != 0 {
				t.Errorf("%+v: want 5 rows, 2 ignored", mean)
			}
			o.Reduction = xent.Sum
			if _, err := xent.CrossEntropyGrad(xent.MatrixOf(total, 7), logits, labels, o); err != nil {
				t.Fatal(err)
			}
			for i := range grad {
				near(t, grad[i], total[i]/tt.want, 1e-14)
				if ignored := i/7 == 1 || i/7 == 4; ignored && grad[i] != 0 {
					t.Errorf("gradient %g in an ignored row", grad[i])
				}
			}
		})
	}
}

// An ignored row costs 0 and gets 0 whatever it holds; so does whatever has weight 0 where the
// cost is infinite.
func TestIgnoredRowsHoldAnything(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	x := []float64{nan, inf, inf, -inf, -inf, -inf, 0, 1, 2}
	o := &xent.Options{IgnoreIndex: new(255)}
	grad := slices.Repeat([]float64{guard}, 9)
	res, err := xent.CrossEntropyGrad(xent.MatrixOf(grad, 3), xent.LogitsOf(x, 3), []uint8{255, 255, 2}, o)
	if err != nil {
		t.Fatal(err)
	}
	near(t, float64(res.Mean()), 0.4076059644443803, 1e-15)
	if res.NonFinite != 0 || res.Ignored != 2 {
		t.Errorf("%+v: want 2 ignored and nothing non-finite", res)
	}
	for i, g := range grad[:6] {
		if g != 0 {
			t.Errorf("grad[%d] = %g in an ignored row", i, g)
		}
	}
	o = &xent.Options{Weights: []float64{0, 1}, Denominator: xent.Count}
	if res, err = xent.CrossEntropyGrad(xent.MatrixOf(grad[:2], 2), xent.LogitsOf([]float64{-inf, 0}, 2), []int{0}, o); err != nil {
		t.Fatal(err)
	}
	if res.Sum() != 0 || grad[0] != 0 || grad[1] != 0 {
		t.Errorf("0·Inf: loss %v, gradient %v", res.Sum(), grad[:2])
	}
}

func TestEmptyPolicies(t *testing.T) {
	x := xent.LogitsOf([]float64{1, 2, 3, 4}, 2)
	for _, tt := range []struct {
		name   string
		x      xent.Logits[float64]
		labels []int
		w      []float64
	}{
		{"no rows", xent.Logits[float64]{Cols: 2}, nil, nil},
		{"all ignored", x, []int{-1, -1}, nil},
		{"no weight", x, []int{0, 0}, []float64{0, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := &xent.Options{IgnoreIndex: new(-1), Weights: tt.w}
			grad := xent.Matrix[float64]{Data: make([]float64, 4), Rows: tt.x.Rows, Cols: 2}
			_, err := xent.CrossEntropyGrad(grad, tt.x, tt.labels, o)
			if _, ok := err.(*xent.EmptyError); !ok {
				t.Fatalf("error %v, want *EmptyError", err)
			}
			t.Log(err)
			o.Empty = xent.EmptyZero
			if res, err := xent.CrossEntropyGrad(grad, tt.x, tt.labels, o); err != nil || res.Mean() != 0 || slices.Max(grad.Data) != 0 {
				t.Errorf("EmptyZero: %v, %v, %v", res.Mean(), grad.Data, err)
			}
			o.Empty = xent.EmptyNaN
			if res, err := xent.CrossEntropyGrad(grad, tt.x, tt.labels, o); err != nil || !math.IsNaN(float64(res.Mean())) || math.IsNaN(grad.Data[0]) != (tt.w != nil) {
				t.Errorf("EmptyNaN: %v, %v, %v: want NaN, in the gradient for counted rows only", res.Mean(), grad.Data, err)
			}
			o.Empty, o.Reduction = xent.EmptyFails, xent.Sum
			if res, err := xent.CrossEntropy(tt.x, tt.labels, o); err != nil || res.Sum() != 0 {
				t.Errorf("a sum of nothing: %v, %v", res.Sum(), err)
			}
		})
	}
}

// With Denominator Weights a label and its one-hot target agree; with Usual they differ as they
// do in PyTorch.
func TestLabelsAndOneHot(t *testing.T) {
	x := []float64{1, 2, 3, 0, -1, 4}
	labels, target := []int{0, 2}, []float64{1, 0, 0, 0, 0, 1}
	for _, d := range []xent.Denominator{xent.Weights, xent.Count, xent.Rows, xent.Fixed(7)} {
		o := &xent.Options{Weights: []float64{.3, 1, 1.7}, Denominator: d, Focus: 1.5, Smoothing: .1}
		a, b := make([]float64, 6), make([]float64, 6)
		hard, err := xent.CrossEntropyGrad(xent.MatrixOf(a, 3), xent.LogitsOf(x, 3), labels, o)
		if err != nil {
			t.Fatal(err)
		}
		soft, err := xent.SoftCrossEntropyGrad(xent.MatrixOf(b, 3), xent.LogitsOf(x, 3), xent.ProbsOf(target, 3), o)
		if err != nil {
			t.Fatal(err)
		}
		near(t, float64(soft.Mean()), float64(hard.Mean()), 1e-15)
		if !slices.Equal(a, b) {
			t.Errorf("denominator %g: gradients %v and %v", float64(d), a, b)
		}
	}
}

// Special values under every combination of options: excluded classes and certainty never turn
// into NaN, and NaN never into a number.
func TestSpecialValuesUnderAllOptions(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	uniform := slices.Repeat([]float64{0.2}, 7)
	uniform[1], uniform[5] = 0, 0 // no target on the classes excluded below
	for _, v := range variants() {
		endless := v.robustness == 0 // an impossible class costs +Inf, else at most 1/q
		for _, tt := range []struct {
			name     string
			x        []float64
			label    int
			wantNaN  bool
			wantCost bool // +Inf where the target reaches the impossible
		}{
			{"excluded classes", []float64{1, -inf, 0, 2, 1, -inf, 3}, 0, false, endless && v.smoothing > 0},
			{"excluded label", []float64{1, -inf, 0, 2, 1, -inf, 3}, 1, false, endless && (!v.soft || v.smoothing > 0)},
			{"certain", []float64{1, 0, inf, 2, 1, 0, 3}, 2, false, v.softCap == 0 && (endless && (v.soft || v.smoothing > 0) || v.zeta > 0)},
			{"two certain", []float64{1, 0, inf, 2, 1, inf, 3}, 2, v.softCap == 0, false},
			{"nothing left", slices.Repeat([]float64{-inf}, 7), 2, true, false},
			{"NaN", []float64{1, 0, nan, 2, 1, inf, 3}, 0, true, false},
		} {
			grad := make([]float64, 7)
			res, err := lossOf(v, grad, tt.x, uniform, tt.label)
			if err != nil {
				t.Fatal(err)
			}
			loss := float64(res.Sum())
			if math.IsNaN(loss) != tt.wantNaN || math.IsInf(loss, 1) != tt.wantCost || res.NonFinite == 1 != (loss-loss != 0) {
				t.Errorf("%v: %s costs %g (%+v)", v, tt.name, loss, res)
			}
			for j, g := range grad {
				steep := tt.name == "certain" && v.zeta > 0 && v.softCap == 0 && j == 2 // the penalty of an infinite log-sum-exp
				if math.IsNaN(g) != tt.wantNaN || math.IsInf(g, 0) != steep {
					t.Errorf("%v: %s: grad[%d] = %g", v, tt.name, j, g)
				}
			}
		}
	}
}
