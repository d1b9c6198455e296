package eval_test

import (
	"math"
	"testing"

	"xent"
	"xent/eval"
)

// blocks cuts rows into blocks of size rows.
func blocks[T xent.Float](scores []T, classes int, labels []int64, size int) func(func(eval.Block[T]) bool) {
	return func(yield func(eval.Block[T]) bool) {
		n := len(labels)
		for at := 0; at < n; at += size {
			end := min(at+size, n)
			if !yield(eval.Block[T]{
				First:  int64(at),
				Scores: xent.MatrixOf(scores[at*classes:end*classes], classes),
				Labels: labels[at:end],
			}) {
				return
			}
		}
	}
}

func measure[T xent.Float](t testing.TB, cfg eval.Config, scores []T, labels []int64) *eval.Report {
	t.Helper()
	r, err := eval.Run(cfg, blocks(scores, cfg.Classes, labels, 100))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// near fails unless got is within tol of want, relative to want where that is above 1; NaN is near nothing.
func near(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*max(1, math.Abs(want))) && got != want {
		t.Errorf("%s = %v, want %v within %g", what, got, want, tol)
	}
}

// The outputs of real models, whose loss was computed elsewhere in float64.
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
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := measure(t, eval.Config{Classes: tt.classes, DType: "float32"}, float32s(t, tt.scores), int64s(t, tt.labels))
			near(t, "loss", r.Loss.Nats, tt.loss, tt.tol)
			near(t, "accuracy", r.Accuracy.Value, tt.accuracy, 2e-16)
			if r.Input.Kind != tt.kind {
				t.Errorf("taken for %s, want %s: %s", r.Input.Kind, tt.kind, r.Input.Reason)
			}
			t.Logf("%+v", *r)
		})
	}
}
