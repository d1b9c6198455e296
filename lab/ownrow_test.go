package lab

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"xent"
)

func TestOwnRow(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name   string
		params OwnRowParams
		logits []float64
		label  int
		why    string
	}{
		{"few classes", OwnRowParams{Scores: []float64{2, 1, 0}, Label: 1}, []float64{2, 1, 0}, 1, "stay as they are"},
		{"binary", OwnRowParams{Scores: []float64{-3}, Label: 1}, []float64{0, -3}, 1, "0 and z have the probabilities 1-σ(z) and σ(z)"},
		{"one probability", OwnRowParams{Scores: []float64{.8}, Label: 0, Probs: true}, []float64{0, math.Log(4)}, 0, "the logit of 0.8"},
		{"a certain one", OwnRowParams{Scores: []float64{1}, Label: 0, Probs: true}, []float64{math.Inf(-1), 0}, 0, "excludes the other class"},
		{"probabilities", OwnRowParams{Scores: []float64{1, 0}, Label: 1, Probs: true}, []float64{0, math.Inf(-1)}, 1, "0 is excluded"},
		{"one infinite", OwnRowParams{Scores: []float64{1, inf, 2}, Label: 0}, []float64{math.Inf(-1), 0, math.Inf(-1)}, 0, "the limit of its softmax"},
		{"two infinite", OwnRowParams{Scores: []float64{inf, inf, 2}, Label: 0}, nil, 0, "no softmax"},
		{"NaN", OwnRowParams{Scores: []float64{nan, 1}, Label: 0}, nil, 0, "no softmax"},
		{"all excluded", OwnRowParams{Scores: []float64{-inf, -inf}, Label: 0}, nil, 0, "no softmax"},
		{"large", OwnRowParams{Scores: []float64{1e5, 99_999}, Label: 0}, []float64{0, -1}, 0, "moved to where explorers reach"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := OwnRow(tt.params)
			if err != nil {
				t.Fatal(err)
			}
			if len(v.Logits) != len(tt.logits) {
				t.Fatalf("logits %v, want %v: %s", v.Logits, tt.logits, tt.why)
			}
			for i, want := range tt.logits {
				if got := v.Logits[i]; got != want && !(math.Abs(got-want) < 1e-12) {
					t.Errorf("logits[%d] = %v, want %v: %s", i, got, want, tt.why)
				}
			}
			if v.Label != tt.label && tt.logits != nil {
				t.Errorf("label %d, want %d", v.Label, tt.label)
			}
		})
	}
}

// An explorer that opens with a row shows the loss that the report has, however many classes there are.
func TestOwnRowKeepsTheLoss(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		score := rapid.OneOf(rapid.Float64Range(-30, 30), rapid.Float64Range(-2e4, 2e4), rapid.Just(math.Inf(-1)))
		scores := rapid.SliceOfN(score, 2, maxOwnClasses).Draw(t, "scores")
		label := rapid.IntRange(0, len(scores)-1).Draw(t, "label")
		scores[rapid.IntRange(0, len(scores)-1).Draw(t, "at")] = 1 // one at least is not excluded
		v, err := OwnRow(OwnRowParams{Scores: scores, Label: label})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(v.Logits); n < MinClasses || n > MaxClasses || n != len(v.Classes) || n != len(v.Probs) {
			t.Fatalf("%d logits, %d classes, %d probabilities", n, len(v.Classes), len(v.Probs))
		}
		if v.Classes[v.Label] != label {
			t.Fatalf("the label is class %d, want %d", v.Classes[v.Label], label)
		}
		row := func(z []float64, y int) float64 {
			res, err := xent.CrossEntropy(xent.LogitsOf(z, len(z)), []int{y}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return float64(res.Mean())
		}
		got, want := row(v.Logits, v.Label), row(scores, label)
		if got != want && !(math.Abs(got-want) <= 1e-11*(1+math.Abs(want))) {
			t.Errorf("loss %v, want %v", got, want)
		}
		if view, err := CrossEntropy(CrossEntropyParams{Logits: v.Logits, Label: v.Label, Unit: Nats}); err != nil {
			t.Errorf("the explorer refuses it: %v", err)
		} else if view.Loss != got && !(math.Abs(view.Loss-got) <= 1e-12*(1+got)) {
			t.Errorf("the explorer shows %v, want %v", view.Loss, got)
		}
	})
}

func TestDifference(t *testing.T) {
	for _, tt := range []struct {
		params DifferenceParams
		want   DifferenceView
		why    string
	}{
		{DifferenceParams{A: 1, B: 3, SEA: .3, SEB: .4}, DifferenceView{Value: 2, Known: true, SE: .5, Low: 2 - .98, High: 2 + .98, Apart: true}, "errors add as squares"},
		{DifferenceParams{A: 1, B: 1.5, SEA: .3, SEB: .4}, DifferenceView{Value: .5, Known: true, SE: .5, Low: .5 - .98, High: .5 + .98}, "within the error"},
		{DifferenceParams{A: 1, B: 3, SEA: .3}, DifferenceView{Value: 2, Known: true, Low: 2, High: 2}, "one error is not known"},
		{DifferenceParams{A: 1, B: math.Inf(1), SEA: .3, SEB: 1}, DifferenceView{}, "an infinite loss"},
	} {
		got, err := Difference(tt.params)
		if err != nil {
			t.Fatal(err)
		}
		near := math.Abs(got.Low-tt.want.Low) < 1e-4 && math.Abs(got.High-tt.want.High) < 1e-4 && math.Abs(got.SE-tt.want.SE) < 1e-15
		if !near || got.Value != tt.want.Value || got.Known != tt.want.Known || got.Apart != tt.want.Apart {
			t.Errorf("%s: %+v, want %+v", tt.why, got, tt.want)
		}
	}
	for _, bad := range []DifferenceParams{{A: math.NaN()}, {B: math.NaN()}, {SEA: -1}, {SEB: math.NaN()}} {
		if _, err := Difference(bad); err == nil {
			t.Errorf("%+v is not refused", bad)
		}
	}
}
