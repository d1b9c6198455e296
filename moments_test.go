package xent_test

import (
	"math"
	"testing"

	"xent"
)

func TestMoments(t *testing.T) {
	row := []float64{2, 0, -1, 0.5}
	var z, h, h2, q, mean float64
	for _, v := range row {
		z += math.Exp(v)
	}
	for _, v := range row {
		p := math.Exp(v) / z
		l := -math.Log(p)
		h += p * l
		h2 += p * l * l
		q += p * p
		mean += p * v
	}
	m := xent.RowMoments(row)
	near(t, m.LogSumExp(), math.Log(z), 1e-15)
	near(t, float64(m.Entropy()), h, 1e-15)
	near(t, m.Varentropy(), h2-h*h, 1e-14)
	near(t, m.Collision(), q, 1e-15)
	near(t, m.MeanLogit(), mean, 1e-15)
	if m.Arg != 0 || m.Max != 2 {
		t.Errorf("maximum %g at %d, want 2 at 0", m.Max, m.Arg)
	}
	for _, v := range row {
		p := math.Exp(v) / z
		near(t, m.LogProb(v), math.Log(p), 1e-15)
		near(t, m.Prob(v), p, 1e-15)
		near(t, m.Brier(v), q-2*p+1, 1e-14)
	}
}

func TestMomentsSpecial(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	e40 := math.Exp(-40)
	for _, tt := range []struct {
		name         string
		row          []float64
		others, h, v float64
		why          string
	}{
		{"one class", []float64{3}, 0, 0, 0, "one class is certain"},
		{"uniform", []float64{7, 7, 7, 7}, 3, math.Log(4), 0, "ties carry no variance"},
		{"confident", []float64{40, 0}, e40, 41 * e40, 1600 * e40, "1 + e^-40 rounds to 1; the sums do not"},
		{"masked", []float64{0, -inf, 0}, 1, math.Ln2, 0, "an excluded class adds nothing"},
		{"+Inf", []float64{0, inf}, 0, 0, 0, "the limit is certainty"},
		{"two +Inf", []float64{inf, inf}, nan, nan, nan, "no limit exists"},
		{"all -Inf", []float64{-inf, -inf}, nan, nan, nan, "no class is left"},
		{"NaN after +Inf", []float64{inf, nan}, nan, nan, nan, "NaN in, NaN out"},
		{"NaN first", []float64{nan, 1}, nan, nan, nan, "NaN in, NaN out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := xent.RowMoments(tt.row)
			near(t, m.Others, tt.others, 1e-15)
			near(t, float64(m.Entropy()), tt.h, 1e-14)
			near(t, m.Varentropy(), tt.v, 1e-14)
		})
	}
}

// A single +Inf is certainty, also in what is asked class by class; a right and confident row
// keeps the digits of its Brier score.
func TestMomentsOfCertainty(t *testing.T) {
	inf := math.Inf(1)
	m := xent.RowMoments([]float64{0, inf})
	for _, tt := range []struct {
		name      string
		got, want float64
	}{
		{"ln p of the certain class", m.LogProb(inf), 0},
		{"p of the certain class", m.Prob(inf), 1},
		{"Brier score, right", m.Brier(inf), 0},
		{"ln p of another class", m.LogProb(0), -inf},
		{"p of another class", m.Prob(0), 0},
		{"Brier score, wrong", m.Brier(0), 2},
		{"doubt", m.Doubt(), 0},
		{"log-sum-exp", m.LogSumExp(), inf},
	} {
		if got, want := tt.got, tt.want; got != want {
			t.Errorf("%s = %g, want %g", tt.name, got, want)
		}
	}
	e := math.Exp(-40)
	near(t, xent.RowMoments([]float64{40, 0}).Brier(40), 2*e*e, 1e-15)
}
