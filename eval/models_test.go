package eval_test

import (
	"math"
	"testing"

	"xent/eval"
)

// The outputs of real models. Losses of digits were computed elsewhere, in float64; the others by the plain
// loops of reference_test.go.
func TestRealModels(t *testing.T) {
	for _, tt := range []struct {
		name, scores, labels string
		classes              int
		kind                 eval.Input
		loss, accuracy       float64
		tol                  float64
	}{
		{"digits", "digits-mlp-logits", "digits-labels", 10, eval.Logits, 0.1284972858751474, 0.9688542825361512, 2e-16},
		{"digits as probabilities", "digits-mlp-probs", "digits-labels", 10, eval.Probs, 0.1284972858751474, 0.9688542825361512, 1e-7},
		{"fashion", "fashion-mlp-logits", "fashion-labels", 10, eval.Logits, math.NaN(), math.NaN(), 1e-13},
		{"cancer, one logit a row", "cancer-logits", "cancer-labels", 1, eval.Logits, math.NaN(), math.NaN(), 1e-13},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &table[float32]{scores: float32s(t, tt.scores), labels: int64s(t, tt.labels), classes: tt.classes}
			cfg := eval.Config{DType: "float32"}
			r := must(t, cfg, d)
			if math.IsNaN(tt.loss) {
				want := reference(cfg, d)
				tt.loss, tt.accuracy = want.loss, want.accuracy
			}
			near(t, "loss", r.Loss.Nats, tt.loss, tt.tol)
			near(t, "accuracy", r.Accuracy.Value, tt.accuracy, 2e-16)
			if r.Input.Kind != tt.kind {
				t.Errorf("taken for %s, want %s: %s", r.Input.Kind, tt.kind, r.Input.Reason)
			}
			if r.Binary != (tt.classes == 1) || r.Classes != max(tt.classes, 2) {
				t.Errorf("binary %v with %d classes", r.Binary, r.Classes)
			}
			t.Logf("loss %v ± %v nats, accuracy %v, Z %.2f, ECE %.4f (%.4f by chance, p %.4f), skill %.4f",
				r.Loss.Nats, r.Loss.SE, r.Accuracy.Value, r.Confidence.Z, r.Calib.ECE, r.Calib.Null, r.Calib.P, r.Prior.Skill.Value)
			for _, w := range r.Warnings {
				t.Log(w.ID + ": " + w.Message)
			}
		})
	}
}

// The most surprising row of the digits is known by looking at the file.
func TestSurprisingRows(t *testing.T) {
	d := &table[float32]{scores: float32s(t, "digits-mlp-logits"), labels: int64s(t, "digits-labels"), classes: 10}
	r := must(t, eval.Config{}, d)
	want := ranked(eval.Config{}, d)
	if len(r.Surprising) != 10 || len(r.Unexpected) != 10 {
		t.Fatalf("%d and %d rows, want 10 of each", len(r.Surprising), len(r.Unexpected))
	}
	for i, s := range r.Surprising {
		if s.Row != want[i].row {
			t.Errorf("row %d of the ranking is %d, want %d", i, s.Row, want[i].row)
		}
		near(t, "loss", s.Loss, want[i].loss, 1e-13)
		if len(s.Scores) != 10 || len(s.Top) != 5 {
			t.Fatalf("%d scores and %d classes, want 10 and 5", len(s.Scores), len(s.Top))
		}
		for k, v := range s.Scores {
			if v != float64(d.scores[int(s.Row)*10+k]) {
				t.Errorf("score %d of row %d is not the file's", k, s.Row)
			}
		}
		for j := 1; j < len(s.Top); j++ {
			if s.Top[j].P > s.Top[j-1].P {
				t.Errorf("likeliest classes out of order: %v", s.Top)
			}
		}
		// The margin is that of the logits, softmax or not.
		best := math.Inf(-1)
		for k, v := range s.Scores {
			if k != s.Label {
				best = max(best, v)
			}
		}
		near(t, "margin", s.Margin, s.Scores[s.Label]-best, 1e-13)
	}
}
