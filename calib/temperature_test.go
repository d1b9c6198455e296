package calib_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"xent"
	"xent/calib"
)

func fitted(t testing.TB, logits []float64, classes int, labels []int) float64 {
	t.Helper()
	temperature, err := calib.FitTemperature(xent.LogitsOf(logits, classes), labels)
	if err != nil {
		t.Fatal(err)
	}
	return temperature
}

func TestFitTemperatureSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name   string
		logits []float64
		labels []int
		want   float64
		why    string
	}{
		{"always right", []float64{2, 1, 0, 3}, []int{0, 1}, 0, "no confidence is too high"},
		{"a tie", []float64{1, 1}, []int{1}, 0, "nothing above the label: the loss never rises"},
		{"always wrong", []float64{2, 1, 0, 3}, []int{1, 0}, inf, "no confidence is best"},
		{"one of two right, the same leads", []float64{1, 0, 1, 0}, []int{0, 1}, inf, "nothing is learnt from them"},
		{"far too sure", []float64{100, 0, 100, 0, 100, 0}, []int{0, 0, 1}, 100 / math.Ln2, "two of three: odds of 2"},
		{"far too modest", []float64{1e-3, 0, 1e-3, 0, 1e-3, 0}, []int{0, 0, 1}, 1e-3 / math.Ln2, "two of three: odds of 2"},
		{"NaN", []float64{nan, 0, 1, 0}, []int{1, 1}, nan, "NaN in, NaN out"},
	} {
		got := fitted(t, tt.logits, 2, tt.labels)
		if !(got == tt.want || math.Abs(got-tt.want) <= 1e-13*tt.want || math.IsNaN(got) && math.IsNaN(tt.want)) {
			t.Errorf("%s: temperature %v, want %v: %s", tt.name, got, tt.want, tt.why)
		}
	}
	for _, labels := range [][]int{{0}, {0, 2}, {-1, 0}} {
		if _, err := calib.FitTemperature(xent.LogitsOf([]float64{1, 0, 0, 1}, 2), labels); err == nil {
			t.Errorf("labels %v are accepted", labels)
		}
	}
	if _, err := calib.FitTemperature(xent.LogitsOf([]float64{}, 2), []int{}); err == nil {
		t.Error("no rows are accepted")
	}
}

// Labels drawn at a temperature give it back.
func TestFitTemperatureRecovers(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	const rows, classes, truth = 20000, 5, 1.7
	logits, labels := make([]float64, rows*classes), make([]int, rows)
	for i := range labels {
		row := logits[i*classes : (i+1)*classes]
		scaled := make([]float64, classes)
		for j := range row {
			row[j] = 3 * r.NormFloat64()
			scaled[j] = row[j] / truth
		}
		m, u := xent.RowMoments(scaled), r.Float64()
		for u -= m.Prob(scaled[0]); u > 0 && labels[i] < classes-1; u -= m.Prob(scaled[labels[i]]) {
			labels[i]++
		}
	}
	if got := fitted(t, logits, classes, labels); !(math.Abs(got-truth) <= .05) {
		t.Errorf("temperature %v, want about %v", got, truth)
	}
}
