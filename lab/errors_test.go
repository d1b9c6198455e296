package lab

import (
	"errors"
	"math"
	"testing"
)

// Each explorer names the parameter it cannot use, and nothing panics.
func TestParamErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	half := []float64{.5, .5}
	entropy := func(p CrossEntropyParams) error { _, err := CrossEntropy(p); return err }
	kl := func(p KLParams) error { _, err := KL(p); return err }
	redistribute := func(p RedistributeParams) error { _, err := Redistribute(p); return err }
	ternary := func(p TernaryParams) error { _, err := Ternary(p); return err }
	for _, tt := range []struct {
		param string
		err   error
		want  string
		why   string
	}{
		{"logits", entropy(CrossEntropyParams{Logits: []float64{1}, Unit: Nats}), "lab: CrossEntropy: logits = 1 values, want 2 to 10 values", "one class is no choice"},
		{"logits[1]", entropy(CrossEntropyParams{Logits: []float64{1, nan}, Unit: Nats}), "lab: CrossEntropy: logits[1] = NaN, want a number, or -∞ for an excluded class", ""},
		{"logits[0]", entropy(CrossEntropyParams{Logits: []float64{inf, 1}, Unit: Nats}), "", "a limit is no state of a slider"},
		{"logits", entropy(CrossEntropyParams{Logits: []float64{-inf, -inf}, Unit: Nats}), "", "nothing is left to predict"},
		{"label", entropy(CrossEntropyParams{Logits: half, Label: 2, Unit: Nats}), "lab: CrossEntropy: label = 2, want 0 ≤ n ≤ 1", ""},
		{"label", entropy(CrossEntropyParams{Logits: half, Label: math.MinInt, Unit: Nats}), "", "what is no integer arrives like this"},
		{"target", entropy(CrossEntropyParams{Logits: half, Target: []float64{1}, Unit: Nats}), "lab: CrossEntropy: target = 1 values, want 2 values", ""},
		{"target", entropy(CrossEntropyParams{Logits: half, Target: []float64{.5, .4}, Unit: Nats}), "lab: CrossEntropy: target = a sum of 0.9, want a sum of 1", ""},
		{"target[0]", entropy(CrossEntropyParams{Logits: half, Target: []float64{-.1, 1.1}, Unit: Nats}), "", "a sum of 1 does not excuse a negative share"},
		{"unit", entropy(CrossEntropyParams{Logits: half}), `lab: CrossEntropy: unit = "", want "nats" or "bits"`, ""},
		{"q", kl(KLParams{P: half, Q: []float64{1}, Unit: Nats}), "", "two distributions over the same classes"},
		{"p", kl(KLParams{P: make([]float64, 7), Q: half, Unit: Nats}), "", ""},
		{"p[0]", kl(KLParams{P: []float64{nan, .5}, Q: half, Unit: Nats}), "", ""},
		{"index", redistribute(RedistributeParams{Values: half, Index: 2}), "", ""},
		{"to", redistribute(RedistributeParams{Values: half, To: nan}), "lab: Redistribute: to = NaN, want 0 ≤ x ≤ 1", ""},
		{"locked", redistribute(RedistributeParams{Values: half, Locked: []bool{true}}), "", ""},
		{"values", redistribute(RedistributeParams{Values: []float64{0, 0}}), "", "no proportions at all"},
		{"values[1]", redistribute(RedistributeParams{Values: []float64{1, -1}}), "", ""},
		{"p", ternary(TernaryParams{P: half, Q: half, Unit: Nats, Divergence: Forward, Rays: 9}), "", "a triangle has three corners"},
		{"levels[0]", ternary(TernaryParams{P: chapterP, Q: chapterQ, Unit: Nats, Divergence: Forward, Levels: []float64{0}, Rays: 9}), "", "the level 0 is the point p"},
		{"rays", ternary(TernaryParams{P: chapterP, Q: chapterQ, Unit: Nats, Divergence: Forward, Rays: 1e6}), "", "bounds the work"},
		{"divergence", ternary(TernaryParams{P: chapterP, Q: chapterQ, Unit: Nats, Rays: 9}), "", ""},
	} {
		var got *ParamError
		if !errors.As(tt.err, &got) {
			t.Errorf("error %v, want a *ParamError for %s: %s", tt.err, tt.param, tt.why)
			continue
		}
		if got.Param != tt.param || tt.want != "" && got.Error() != tt.want {
			t.Errorf("%q for %s, want %q for %s: %s", got, got.Param, tt.want, tt.param, tt.why)
		}
	}
}
