package calib

import (
	"math"
	"math/rand/v2"
	"testing"

	"xent"
)

// tempered draws rows of logits, and labels from their softmax at a temperature.
func tempered(r *rand.Rand, rows, classes int, scale, temperature float64) (z []float64, labels []int) {
	for range rows {
		row, u := make([]float64, classes), r.Float64()
		scaled := make([]float64, classes)
		for k := range row {
			row[k] = scale * r.NormFloat64()
			scaled[k] = row[k] / temperature
		}
		m, y := xent.RowMoments(scaled), 0
		for u -= m.Prob(scaled[0]); u > 0 && y < classes-1; u -= m.Prob(scaled[y]) {
			y++
		}
		z, labels = append(z, row...), append(labels, y)
	}
	return z, labels
}

// cost is the mean loss at a temperature, and that of each row, from the definition.
func cost(z []float64, classes int, labels []int, temperature float64) (mean float64, rows []float64) {
	for i, y := range labels {
		scaled := make([]float64, classes)
		for k := range scaled {
			scaled[k] = z[i*classes+k] / temperature
		}
		m := xent.RowMoments(scaled)
		rows = append(rows, -m.LogProb(scaled[y]))
		mean += rows[i] / float64(len(labels))
	}
	return mean, rows
}

// One pass finds the temperature of all rows, and of the rows outside each fold, as fitting to the rows themselves does; and
// losses at them as the definition.
func TestTempers(t *testing.T) {
	for _, tt := range []struct {
		classes       int
		scale, warmth float64
	}{{10, 3, 1}, {10, 3, 1.7}, {3, 2, .6}, {100, 4, 2.5}, {2, .5, 5}} {
		r := rand.New(rand.NewPCG(9, uint64(tt.classes)))
		const rows = 400
		z, labels := tempered(r, rows, tt.classes, tt.scale, tt.warmth)
		var temper Tempers
		var in, out [Folds]struct {
			z      []float64
			labels []int
		}
		for i, y := range labels {
			row := z[i*tt.classes : (i+1)*tt.classes]
			fold := i % Folds
			temper.Add(fold, 1, row, row[y])
			for k := range Folds {
				if k == fold {
					in[k].z, in[k].labels = append(in[k].z, row...), append(in[k].labels, y)
				} else {
					out[k].z, out[k].labels = append(out[k].z, row...), append(out[k].labels, y)
				}
			}
		}
		got := temper.Fit()
		near := func(what string, got, want, tolerance float64) {
			t.Helper()
			if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
				t.Errorf("%d classes at %v: %s = %v, want %v", tt.classes, tt.warmth, what, got, want)
			}
		}
		best, err := FitTemperature(xent.LogitsOf(z, tt.classes), labels)
		if err != nil {
			t.Fatal(err)
		}
		near("temperature", got.Temperature, best, 3e-6)
		before, one := cost(z, tt.classes, labels, 1)
		after, _ := cost(z, tt.classes, labels, best)
		near("loss", got.Loss, before, 1e-12)
		near("loss in sample", got.InSample, after, 3e-7)
		var crossed, squares float64
		for k := range Folds {
			other, err := FitTemperature(xent.LogitsOf(out[k].z, tt.classes), out[k].labels)
			if err != nil {
				t.Fatal(err)
			}
			near("temperature outside a fold", got.Folds[k], other, 3e-6)
			_, costs := cost(in[k].z, tt.classes, in[k].labels, other)
			_, ones := cost(in[k].z, tt.classes, in[k].labels, 1)
			for i := range costs {
				crossed += costs[i] / rows
				squares += (ones[i] - costs[i]) * (ones[i] - costs[i])
			}
		}
		near("crossed loss", got.Crossed, crossed, 5e-7)
		gain := before - crossed
		se := math.Sqrt((squares - rows*gain*gain) / rows / (rows - 1))
		near("its error", got.GainSE/se, 1, .05)
		if len(one) != rows || got.Rows != rows || got.AtEnd {
			t.Errorf("%+v", got)
		}
		if tt.warmth == 1 && got.P < .001 || tt.warmth > 1.5 && got.P > .01 {
			t.Errorf("at %v p is %v", tt.warmth, got.P)
		}
		near("truth, in standard errors", (got.Temperature-tt.warmth)/got.SE, 0, 3.5)
	}
}

// What no temperature helps ends at an end; what is not there is NaN; excluded classes cost nothing.
func TestTempersAtTheEnds(t *testing.T) {
	var right, wrong, one, none Tempers
	for i := range 20 {
		right.Add(i%Folds, 1, []float64{3, 0, math.Inf(-1)}, 3)
		wrong.Add(i%Folds, 1, []float64{3, 0, math.Inf(-1)}, 0)
	}
	one.Add(0, 1, []float64{1, 2}, 1)
	if r := right.Fit(); r.Temperature != 1./16 || !r.AtEnd || !(r.InSample < 1e-12) {
		t.Errorf("always right: %+v", r)
	}
	if r := wrong.Fit(); r.Temperature != 16 || !r.AtEnd || !(r.Crossed < r.Loss) {
		t.Errorf("always wrong: %+v", r)
	}
	for _, r := range []Tempering{one.Fit(), none.Fit()} {
		if r.Temperature == r.Temperature || r.Crossed == r.Crossed {
			t.Errorf("one row, or none: %+v", r)
		}
	}
}
