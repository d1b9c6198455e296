package doctor_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"xent/doctor"
)

// microBatches draws n gradients of dims numbers, each the mean over batch examples of independent ones around a true
// gradient of the same numbers, so that the noise scale is (deviation / size)².
func microBatches(r *rand.Rand, n, dims, batch int, size, deviation float64) [][]float64 {
	g := make([][]float64, n)
	for i := range g {
		g[i] = make([]float64, dims)
		for k := range g[i] {
			g[i][k] = size + deviation*r.NormFloat64()/math.Sqrt(float64(batch))
		}
	}
	return g
}

func noiseOf(batch int64, g [][]float64) *doctor.FlowNoise {
	n := &doctor.FlowNoise{Batch: batch}
	half := len(g[0]) / 2
	first, last := make([][]float64, len(g)), make([][]float64, len(g))
	for i := range g {
		first[i], last[i] = g[i][:half], g[i][half:]
	}
	n.Add(first) // blocks
	n.Add(last)
	return n
}

// The interval holds the true scale in 95 of 100 cases or a few more, wherever the batch lies beside it.
func TestNoiseScaleCovers(t *testing.T) {
	const draws = 2000
	r := rand.New(rand.NewPCG(4, 2))
	for _, tt := range []struct {
		batches, batch int
		scale          float64
	}{{8, 1, 4}, {8, 32, 400}, {16, 32, 4}, {32, 4, 900}} {
		held := 0
		for range draws {
			s := noiseOf(int64(tt.batch), microBatches(r, tt.batches, 60, tt.batch, 1, math.Sqrt(tt.scale))).Scale()
			if s.Low <= tt.scale && tt.scale <= s.High {
				held++
			}
		}
		t.Logf("%d micro-batches of %d, scale %g: the interval holds it in %.1f %%", tt.batches, tt.batch, tt.scale, 100*float64(held)/draws)
		if share := float64(held) / draws; share < .935 || share > .995 {
			t.Errorf("%d micro-batches of %d, scale %g: held in %g of the draws, want .95 to .99", tt.batches, tt.batch, tt.scale, share)
		}
	}
}

func TestNoiseScale(t *testing.T) {
	// By hand: three gradients of one number, each of 2 examples: the mean of products 1·2, 1·3, 2·3 is 11/3,
	// of squares 14/3; so the noise is 2·1 and the scale 6/11.
	s := noiseOf(2, [][]float64{{1, 0}, {2, 0}, {3, 0}}).Scale()
	for _, f := range []struct {
		name      string
		got, want float64
	}{{"signal", s.Signal, 11. / 3}, {"noise", s.Noise, 2}, {"scale", s.Scale, 6. / 11}} {
		if !(math.Abs(f.got-f.want) < 1e-15) {
			t.Errorf("%s: %v, want %v", f.name, f.got, f.want)
		}
	}
	if s := noiseOf(8, [][]float64{{1, 2}, {1, 2}, {1, 2}}).Scale(); s.Scale != 0 || s.High != 0 {
		t.Errorf("of equal gradients: %+v, want 0", s)
	}
	if s := noiseOf(1, [][]float64{{1, 2}, {1, 2}, {1, 3}}).Scale(); s.Low != 0 || !math.IsInf(s.High, 1) || math.IsNaN(s.Scale) {
		t.Errorf("of two that are equal and another: %+v, want no ends", s)
	}
	if s := noiseOf(8, [][]float64{{1, -1}, {-1, 1}, {1, -1}, {-1, 1}}).Scale(); !math.IsInf(s.Scale, 1) || !math.IsInf(s.High, 1) {
		t.Errorf("of gradients that cancel: %+v, want no upper end", s)
	}
	for _, g := range [][][]float64{{{1, 2}, {3, 4}}, {{1, 2}, {3, math.NaN()}, {5, 6}}, {{1, 2}, {3, math.Inf(1)}, {5, 6}}} {
		if s := noiseOf(1, g).Scale(); !math.IsNaN(s.Scale) || !math.IsNaN(s.Low) {
			t.Errorf("%v: %+v, want NaN", g, s)
		}
	}
}

func TestGradientNoiseSpeaks(t *testing.T) {
	for _, tt := range []struct {
		name  string
		scale float64
		want  bool
		why   string
	}{
		{"noise", 1e6, true, "512 examples are a two-thousandth of the scale"},
		{"signal", .01, true, "one example would have been enough"},
		{"balanced", 500, false, "as much signal as noise"},
		{"a little small", 2000, false, "a quarter of the scale is usual"},
		{"a little large", 128, false, "four times it is usual, too"},
	} {
		f := stack(2, 1, func(int, int, int) float64 { return .01 })
		f.Noise = noiseOf(32, microBatches(rand.New(rand.NewPCG(1, 9)), 16, 4000, 32, 1, math.Sqrt(tt.scale)))
		spoke := false
		for _, found := range doctor.Examine(doctor.Case{Flow: f}) {
			spoke = spoke || found.ID == "gradient-noise"
		}
		if spoke != tt.want {
			t.Errorf("%s: spoke %v, want %v: %s", tt.name, spoke, tt.want, tt.why)
		}
	}
}
