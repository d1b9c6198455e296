package eval_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"xent/eval"
)

// What bad input gets, numbered as the project counts kinds of bad input: those that concern values of
// rows. Headers, lengths and text are the readers' business.

// tiny is 40 rows of 3 classes, which measure without any doubt about their kind.
func tiny() *table[float64] { return random(rand.New(rand.NewPCG(7, 7)), 40, 3, 2, 1) }

func TestBadInput(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	ignore := new(int64(-100))
	for _, tt := range []struct {
		name string
		cfg  eval.Config
		edit func(d *table[float64])
		code string   // of the error: of a *RowError, "label", "none" or "kind"
		says []string // in the error or its hint
	}{
		{"52_label_minus_1", eval.Config{}, func(d *table[float64]) { d.labels[3] = -1 }, "label",
			[]string{"labels[3] = -1", "0 ≤ label < 3", "-1 x 1", "unlabelled", "--ignore-index -1"}},
		{"52_label_K", eval.Config{}, func(d *table[float64]) { d.labels[3] = 3 }, "label", []string{"labels[3] = 3", "--ignore-index 3"}},
		{"52_labels_from_1", eval.Config{}, func(d *table[float64]) {
			for i := range d.labels {
				d.labels[i]++
			}
		}, "label", []string{"3 found, 0 absent: labels start at 1", "--label-base 1"}},
		{"52_labels_from_0", eval.Config{LabelBase: 1}, func(d *table[float64]) {}, "label",
			[]string{"0 found, 3 absent: labels start at 0", "--label-base 0"}},
		{"52_label_255", eval.Config{}, func(d *table[float64]) { d.labels[0], d.labels[9] = 255, 255 }, "label",
			[]string{"labels[0] = 255", "255 x 2 looks like", "--ignore-index 255"}},
		{"52_label_1e18", eval.Config{}, func(d *table[float64]) { d.labels[39] = 1e18 }, "label", []string{"labels[39] = 1000000000000000000"}},
		{"52_label_minus_100", eval.Config{}, func(d *table[float64]) {
			for i := range 30 {
				d.labels[i] = -100
			}
		}, "label", []string{"-100 x 30 looks like ignore_index", "--ignore-index -100"}},
		{"52_smallest_label", eval.Config{LabelBase: 1}, func(d *table[float64]) {
			for i := range d.labels {
				d.labels[i] = math.MinInt64
			}
		}, "label", []string{"-9223372036854775808"}},
		{"52_both_causes", eval.Config{}, func(d *table[float64]) {
			for i := range d.labels {
				if d.labels[i]++; i < 5 {
					d.labels[i] = -100
				}
			}
		}, "label", []string{"-100 x 5 looks like ignore_index", "labels start at 1", "--ignore-index -100 --label-base 1"}},
		{"52_other_file", eval.Config{}, func(d *table[float64]) {
			for i := range d.labels {
				d.labels[i] = int64(i * 25)
			}
		}, "label", []string{"labels reach 975 but the scores have 3 classes"}},
		{"52_plus_minus_1", eval.Config{}, func(d *table[float64]) {
			d.classes, d.scores = 1, d.scores[:40]
			for i := range d.labels {
				d.labels[i] = int64(i%2*2 - 1)
			}
		}, "label", []string{"labels are -1 and +1"}},
		{"53_uint8_wrapped", eval.Config{}, func(d *table[float64]) { d.labels[1] = 156 }, "label",
			[]string{"156 x 1 looks like uint8(-100)", "--ignore-index 156"}},
		{"54_one_hot_all_zero", eval.Config{}, func(d *table[float64]) { oneHot(d); clear(d.targets[6:9]) }, "targets",
			[]string{"targets[2] is all zeros", "multi-label"}},
		{"54_one_hot_two_ones", eval.Config{}, func(d *table[float64]) { oneHot(d); d.targets[6], d.targets[7], d.targets[8] = 1, 1, 0 }, "targets",
			[]string{"targets[2] holds 2 ones", "multi-label"}},
		{"54_soft_sum_99", eval.Config{}, func(d *table[float64]) { oneHot(d); d.targets[6], d.targets[7], d.targets[8] = .5, .3, .19 }, "targets",
			[]string{"targets[2] sums to 0.99", "--renormalize"}},
		{"54_negative_target", eval.Config{}, func(d *table[float64]) { oneHot(d); d.targets[6], d.targets[7], d.targets[8] = 1.5, -.5, 0 }, "targets",
			[]string{"targets[2] holds 1.5"}},
		{"54_nan_target", eval.Config{Renormalize: true}, func(d *table[float64]) { oneHot(d); d.targets[7] = nan }, "targets",
			[]string{"targets[2] holds NaN"}},
		{"54_multi_label_unless_divided", eval.Config{Renormalize: true}, func(d *table[float64]) { oneHot(d); clear(d.targets[6:9]) }, "targets",
			[]string{"all zeros"}},
		{"55_all_ignored", eval.Config{IgnoreIndex: ignore}, func(d *table[float64]) {
			for i := range d.labels {
				d.labels[i] = -100
			}
		}, "none", []string{"no scored rows", "40 labels"}},
		{"55_no_rows", eval.Config{}, func(d *table[float64]) { *d = table[float64]{classes: 3} }, "none", []string{"no scored rows"}},
		{"56_weight_negative", eval.Config{}, func(d *table[float64]) { weigh(d, 1)[17] = -.5 }, "weights", []string{"weights[17] is -0.5"}},
		{"56_weight_nan", eval.Config{}, func(d *table[float64]) { weigh(d, 1)[17] = nan }, "weights", []string{"weights[17] is NaN"}},
		{"56_weight_infinite", eval.Config{}, func(d *table[float64]) { weigh(d, 1)[17] = inf }, "weights", []string{"weights[17] is +Inf"}},
		{"56_weights_all_zero", eval.Config{}, func(d *table[float64]) { weigh(d, 0) }, "none", []string{"no scored rows", "every weight is 0"}},
		{"57_row_all_minus_inf", eval.Config{}, func(d *table[float64]) { d.scores[6], d.scores[7], d.scores[8] = -inf, -inf, -inf }, "nan-rows",
			[]string{"scores[2] has no softmax: it holds nothing but -Inf"}},
		{"57_row_nan", eval.Config{}, func(d *table[float64]) { d.scores[6], d.scores[100] = nan, nan }, "nan-rows",
			[]string{"scores[2] has no softmax: it holds NaN", "2 such rows: 2, 33"}},
		{"57_first_ten_rows", eval.Config{}, func(d *table[float64]) {
			for i := 5; i < 40; i++ {
				d.scores[3*i] = nan
			}
		}, "nan-rows", []string{"35 such rows: 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 ..."}},
		{"59_two_plus_inf", eval.Config{}, func(d *table[float64]) { d.scores[6], d.scores[7] = inf, inf }, "nan-rows",
			[]string{"scores[2] has no softmax: it holds more than one +Inf"}},
		{"D02_one_hot_scores", eval.Config{}, func(d *table[float64]) { oneHot(d); d.scores, d.targets = d.targets, nil; d.labels = make([]int64, 40) }, "one-hot-scores",
			[]string{"all 40 rows", "--input logits"}},
		{"D02_column_of_labels", eval.Config{}, func(d *table[float64]) {
			d.classes, d.scores = 1, d.scores[:40]
			for i := range d.scores {
				d.scores[i] = float64(i % 2)
				d.labels[i] = 0
			}
		}, "one-hot-scores", []string{"the scores are labels"}},
		{"D06_log_probs_as_probs", eval.Config{Input: eval.Probs}, logarithms(1), "not-probabilities", []string{"scores[0]", "--input logprobs"}},
		{"D06_base_2", eval.Config{Input: eval.LogProbs}, logarithms(math.Ln2), "not-log-probabilities", []string{"base 2", "ln 2"}},
		{"D06_base_10", eval.Config{Input: eval.LogProbs}, logarithms(math.Ln10), "not-log-probabilities", []string{"base 10"}},
		{"D06_probs_as_log_probs", eval.Config{Input: eval.LogProbs}, probabilities, "not-log-probabilities", []string{"--input probs"}},
		{"D07_logits_as_probs", eval.Config{Input: eval.Probs}, func(d *table[float64]) {}, "not-probabilities", []string{"scores[0] is no distribution", "--input logits"}},
		{"D07_one_row_off", eval.Config{Input: eval.Probs}, func(d *table[float64]) { probabilities(d); d.scores[15] += .01 }, "not-probabilities", []string{"scores[5]"}},
		{"D07_negative", eval.Config{Input: eval.Probs}, func(d *table[float64]) { probabilities(d); d.scores[15], d.scores[16], d.scores[17] = -.2, .6, .6 }, "not-probabilities", []string{"scores[5]"}},
		{"D07_infinite", eval.Config{Input: eval.Probs}, func(d *table[float64]) { probabilities(d); d.scores[15] = inf }, "not-probabilities", []string{"scores[5]"}},
		{"D07_column", eval.Config{Input: eval.Probs}, func(d *table[float64]) { d.classes, d.scores, d.labels = 1, d.scores[:40], make([]int64, 40) }, "not-probabilities", []string{"a probability in [0, 1]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := tiny()
			tt.edit(d)
			r, err := run(tt.cfg, d)
			if err == nil {
				t.Fatalf("no error; report %+v", r)
			}
			var (
				row   *eval.RowError
				label *eval.LabelError
				none  *eval.NoRowsError
			)
			code, hint := "", ""
			switch {
			case errors.As(err, &row):
				code, hint = row.Code, row.Hint
			case errors.As(err, &label):
				code, hint = "label", label.Hint
			case errors.As(err, &none):
				code = "none"
			}
			if code != tt.code {
				t.Errorf("error %T with code %q, want %q: %v", err, code, tt.code, err)
			}
			t.Log(err, "| hint:", hint)
			all := err.Error() + "\nhint: " + hint
			for _, s := range tt.says {
				if !strings.Contains(all, s) {
					t.Errorf("missing %q in %s", s, all)
				}
			}
			if (r != nil) != (code == "nan-rows") {
				t.Errorf("report %v beside the error", r)
			}
			if code == "nan-rows" && (!math.IsNaN(r.Loss.Nats) || len(r.Health.NaNRows) == 0 || r.Health.NaN+r.Health.PosInf+r.Health.NegInf == 0) {
				t.Errorf("loss %v, health %+v: want NaN and counts", r.Loss.Nats, r.Health)
			}
		})
	}
}

func oneHot(d *table[float64]) {
	d.targets = make([]float64, len(d.scores))
	for i, y := range d.labels {
		d.targets[i*d.classes+int(y)] = 1
	}
	d.labels = nil
}

func weigh(d *table[float64], w float64) []float64 {
	d.weights = make([]float64, d.rows())
	for i := range d.weights {
		d.weights[i] = w
	}
	return d.weights
}

func probabilities(d *table[float64]) {
	for i := range d.rows() {
		z := d.scores[i*d.classes : (i+1)*d.classes]
		softmax(z, z, 1)
	}
}

// logarithms turns scores into log-probabilities to the base whose natural logarithm is ln.
func logarithms(ln float64) func(*table[float64]) {
	return func(d *table[float64]) {
		probabilities(d)
		for i, p := range d.scores {
			d.scores[i] = math.Log(p) / ln
		}
	}
}

// Input that is unusual and has a right answer.
func TestOddInput(t *testing.T) {
	inf := math.Inf(1)
	t.Run("58_label_class_minus_inf", func(t *testing.T) {
		d := tiny()
		d.scores[6+int(d.labels[2])] = -inf
		r := must(t, eval.Config{}, d)
		without := *d
		weigh(&without, 1)[2] = 0
		want := must(t, eval.Config{}, &without)
		if !math.IsInf(r.Loss.Nats, 1) || r.Loss.Infinite != 1 || r.Loss.Finite != want.Loss.Nats || r.Loss.FiniteSE != want.Loss.SE {
			t.Errorf("loss %+v, want +Inf, 1 row apart, the others %v", r.Loss, want.Loss)
		}
		if !warned(r, "infinite-rows") || r.Surprising[0].Row != 2 || !math.IsInf(r.Surprising[0].Loss, 1) {
			t.Errorf("the row is not shown: %v, %v", r.Warnings, r.Surprising[0])
		}
		if !math.IsInf(r.PerClass[d.labels[2]].Loss, 1) || r.Confidence.P != 0 || r.Health.NegInf != 1 {
			t.Errorf("class %v, p %v, -Inf %d", r.PerClass[d.labels[2]], r.Confidence.P, r.Health.NegInf)
		}
	})
	t.Run("58_masked_class", func(t *testing.T) {
		d := tiny()
		d.scores[6+int((d.labels[2]+1)%3)] = -inf
		if r := must(t, eval.Config{}, d); r.Loss.Infinite != 0 || math.IsInf(r.Loss.Nats, 0) || math.IsNaN(r.Confidence.Z) {
			t.Errorf("an excluded class costs nothing: %+v", r.Loss)
		}
	})
	t.Run("59_one_plus_inf", func(t *testing.T) {
		d := tiny()
		d.scores[6+int(d.labels[2])] = inf
		r := must(t, eval.Config{}, d)
		if math.IsInf(r.Loss.Nats, 0) || r.Health.PosInf != 1 {
			t.Errorf("the label's class at +Inf costs 0: %+v", r.Loss)
		}
		d.labels[2] = (d.labels[2] + 1) % 3
		if r = must(t, eval.Config{}, d); r.Loss.Infinite != 1 {
			t.Errorf("another class at +Inf costs +Inf: %+v", r.Loss)
		}
	})
	t.Run("60_one_column", func(t *testing.T) {
		d := &table[float64]{classes: 1, scores: []float64{2, -1, 3}, labels: []int64{1, 0, 0}}
		r := must(t, eval.Config{}, d)
		want := (math.Log1p(math.Exp(-2)) + math.Log1p(math.Exp(-1)) + 3 + math.Log1p(math.Exp(-3))) / 3
		near(t, "loss", r.Loss.Nats, want, 1e-15)
		if !r.Binary || r.Classes != 2 || warned(r, "single-class") {
			t.Errorf("binary %v, %d classes, %v", r.Binary, r.Classes, r.Warnings)
		}
		d.labels = []int64{0, 0, 0}
		if r = must(t, eval.Config{}, d); !warned(r, "single-class") || !warned(r, "one-label") {
			t.Errorf("a single class calls for a warning: %v", r.Warnings)
		}
	})
	t.Run("61_constant", func(t *testing.T) {
		d := tiny()
		clear(d.scores)
		r := must(t, eval.Config{}, d)
		near(t, "loss", r.Loss.Nats, math.Log(3), 1e-15)
		if r.Loss.SE != 0 || !warned(r, "constant-scores") {
			t.Errorf("SE %v, %v", r.Loss.SE, r.Warnings)
		}
		for i := range d.scores {
			d.scores[i] = float64(i % 3)
		}
		if r = must(t, eval.Config{}, d); !warned(r, "constant-scores") {
			t.Errorf("equal rows call for a warning: %v", r.Warnings)
		}
		if r = must(t, eval.Config{}, tiny()); warned(r, "constant-scores") {
			t.Error("rows that differ are not constant")
		}
	})
	t.Run("62_one_row", func(t *testing.T) {
		r := must(t, eval.Config{}, &table[float64]{classes: 2, scores: []float64{0, 0}, labels: []int64{1}})
		near(t, "loss", r.Loss.Nats, math.Ln2, 1e-16)
		if !math.IsNaN(r.Loss.SE) || !math.IsNaN(r.Accuracy.SE) || !warned(r, "one-row") {
			t.Errorf("SE %v, %v", r.Loss.SE, r.Warnings)
		}
	})
	t.Run("64_extremes", func(t *testing.T) {
		sub := math.SmallestNonzeroFloat64
		d := &table[float64]{classes: 2, labels: []int64{0, 0, 0, 1},
			scores: []float64{sub, 0, 1e38, -1e38, 65504, 65504 - 1e-9, 1e300, 1e300}}
		r := must(t, eval.Config{}, d)
		want := (math.Ln2 + 0 + math.Log1p(math.Exp(-1e-9)) + math.Ln2) / 4
		near(t, "loss", r.Loss.Nats, want, 1e-11) // 65504-1e-9 itself is rounded
		d = &table[float64]{classes: 2, labels: []int64{1, 0}, scores: []float64{1e38, -1e38, 0, 0}}
		r = must(t, eval.Config{}, d)
		near(t, "huge loss", r.Loss.Nats, 1e38, 1e-15)
		near(t, "its standard error", r.Loss.SE, 1e38, 1e-15)
		tiny := &table[float64]{classes: 2, labels: []int64{0, 0}, scores: []float64{700, 0, 740, 0}}
		near(t, "tiny loss", must(t, eval.Config{}, tiny).Loss.Nats/(math.Exp(-700)/2), 1, 1e-13)
	})
	t.Run("54_renormalize", func(t *testing.T) {
		d := tiny()
		oneHot(d)
		for i := range d.targets {
			d.targets[i] *= 4
		}
		got, want := must(t, eval.Config{Renormalize: true}, d), must(t, eval.Config{}, tiny())
		near(t, "loss", got.Loss.Nats, want.Loss.Nats, 1e-15)
	})
	t.Run("54_one_hot_is_hard", func(t *testing.T) {
		d := tiny()
		oneHot(d)
		if a, b := encode(t, must(t, eval.Config{}, d)), encode(t, must(t, eval.Config{}, tiny())); a != b {
			t.Errorf("one-hot %s\nlabels %s", a, b)
		}
	})
	t.Run("ignored_rows_may_hold_anything", func(t *testing.T) {
		d := tiny()
		d.labels[5], d.scores[15] = -100, math.NaN()
		weigh(d, 1)[6], d.scores[18], d.labels[6] = 0, inf, 99
		r := must(t, eval.Config{IgnoreIndex: new(int64(-100))}, d)
		if r.Rows != 38 || r.Ignored != 2 || r.Health.NaN != 0 || r.Health.PosInf != 0 {
			t.Errorf("%d rows, %d ignored, health %+v", r.Rows, r.Ignored, r.Health)
		}
	})
}
