package eval_test

import (
	"encoding/json"
	"os"
	"testing"

	"xent/eval"
)

// figures are those of testdata/porting/compare.py.
type figures struct {
	Loss struct {
		Nats, SE, T float64
		CI          [2]float64 `json:"ci95_of_t"`
	} `json:"dloss"`
	McNemarP    float64                                      `json:"mcnemar_p"`
	Answers     [2][2]int64                                  `json:"answers"`
	Agreement   float64                                      `json:"agreement"`
	AgreementCI [2]float64                                   `json:"agreement_ci95"`
	KLab        struct{ Mean, SE, Median, P99, Max float64 } `json:"kl_ab"`
	KLba        float64                                      `json:"kl_ba"`
	Variation   float64                                      `json:"total_variation"`
	TA          float64                                      `json:"temperature_a"`
	TB          float64                                      `json:"temperature_b"`
	First       struct {
		FlipP float64 `json:"permutation_p"`
		P     float64 `json:"t_p"`
	} `json:"first_14_rows"`
}

// The fashion pair compared as SciPy and statsmodels compare it.
func TestCompareAgainstSciPy(t *testing.T) {
	b, err := os.ReadFile("../testdata/porting/compare.json")
	if err != nil {
		t.Fatal(err)
	}
	var want figures
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	small := &table[float32]{classes: 10, scores: float32s(t, "fashion-small-logits"), labels: int64s(t, "fashion-labels")}
	large := &table[float32]{classes: 10, scores: float32s(t, "fashion-mlp-logits"), labels: small.labels}
	if small.rows() != 10_000 || large.rows() != 10_000 {
		t.Fatalf("%d and %d rows", small.rows(), large.rows())
	}
	c := mustCompare(t, small, large, eval.Config{})
	near(t, "difference", c.Loss.Nats, want.Loss.Nats, 1e-12)
	near(t, "standard error", c.Loss.SE, want.Loss.SE, 1e-12)
	near(t, "t", c.Loss.T, want.Loss.T, 1e-11)
	near(t, "lower end", c.Loss.CI95[0], want.Loss.CI[0], 5e-6) // normal here, Student's there
	near(t, "upper end", c.Loss.CI95[1], want.Loss.CI[1], 5e-6)
	if got := [2][2]int64{{c.Answers.Both, c.Answers.OnlyA}, {c.Answers.OnlyB, c.Answers.Neither}}; got != want.Answers {
		t.Errorf("answers %v, want %v", got, want.Answers)
	}
	near(t, "McNemar", c.Answers.P/want.McNemarP, 1, 1e-9)
	near(t, "agreement", c.Answers.Agreement, want.Agreement, 0)
	near(t, "agreement from", c.Answers.AgreeCI[0], want.AgreementCI[0], 1e-12)
	near(t, "agreement to", c.Answers.AgreeCI[1], want.AgreementCI[1], 1e-12)
	d := c.Distance
	near(t, "KL(A‖B)", d.AB.Mean, want.KLab.Mean, 1e-12)
	near(t, "its standard error", d.AB.SE, want.KLab.SE, 1e-12)
	near(t, "its median", d.AB.Median/want.KLab.Median, 1, .005)
	near(t, "its 99 %", d.AB.P99/want.KLab.P99, 1, .01) // NumPy interpolates
	near(t, "its largest", d.AB.Max, want.KLab.Max, 1e-12)
	near(t, "KL(B‖A)", d.BA.Mean, want.KLba, 1e-12)
	near(t, "total variation", d.Variation.Value, want.Variation, 1e-12)
	near(t, "temperature of A", c.Parts.TemperatureA, want.TA, 1e-6)
	near(t, "temperature of B", c.Parts.TemperatureB, want.TB, 1e-6)

	few := func(d *table[float32]) *table[float32] {
		return &table[float32]{classes: 10, scores: d.scores[:140], labels: d.labels[:14]}
	}
	c = mustCompare(t, few(small), few(large), eval.Config{Input: eval.Logits})
	near(t, "p by all signs", c.Loss.FlipP, want.First.FlipP, 0)
	near(t, "p by t", c.Loss.P, want.First.P, 1e-12)
	if !c.Loss.Exact || c.Loss.Flips != 1<<14 {
		t.Errorf("%d signs, exact %v", c.Loss.Flips, c.Loss.Exact)
	}
}
