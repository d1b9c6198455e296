package info_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"xent/info"
)

// With one mean it is MaxEntropy, also far out.
func TestMaxEntropyMomentsOfOneMean(t *testing.T) {
	for _, mean := range []float64{3.5, 4.5, 1.1, 5.999} {
		want, multiplier, _ := maxEntropy(t, die, mean)
		p := make([]float64, 6)
		lambda, _, err := info.MaxEntropyMoments(p, die, []float64{mean})
		if err != nil || !(math.Abs(lambda[0]-multiplier) <= 1e-10*max(1, math.Abs(multiplier))) {
			t.Errorf("mean %g: multiplier %v %v, want %g", mean, lambda, err, multiplier)
		}
		for i := range p {
			if !(math.Abs(p[i]-want[i]) <= 1e-11) {
				t.Errorf("mean %g: %v, want %v", mean, p, want)
			}
		}
	}
}

// Whatever the means of a distribution: they are met, and no other with the same means has more entropy.
func TestMaxEntropyMomentsMeetsTheMeans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, k := rapid.IntRange(2, 9).Draw(t, "outcomes"), rapid.IntRange(0, 4).Draw(t, "features")
		rival, features, means := make([]float64, n), make([]float64, k*n), make([]float64, k)
		total := 0.0
		for i := range rival {
			rival[i] = rapid.Float64Range(.001, 1).Draw(t, "weight")
			total += rival[i]
		}
		for i := range rival {
			rival[i] /= total
		}
		unit := rapid.SampledFrom([]float64{1, 1e-8, 1e6}).Draw(t, "unit")
		for j := range means {
			for i := range n {
				features[j*n+i] = unit * float64(rapid.IntRange(-3, 3).Draw(t, "feature"))
				means[j] += rival[i] * features[j*n+i]
			}
		}
		p := make([]float64, n)
		lambda, entropy, err := info.MaxEntropyMoments(p, features, means)
		if err != nil {
			t.Fatal(err)
		}
		if r := info.Entropy(rival); !(entropy >= r-1e-9) {
			t.Fatalf("entropy %v, a rival has %v", entropy, r)
		}
		for j, want := range means {
			got := 0.0
			for i := range p {
				got += p[i] * features[j*n+i]
			}
			if !(math.Abs(got-want) <= 1e-11*6*unit) {
				t.Fatalf("feature %d has mean %g, want %g", j, got, want)
			}
		}
		// of the form that it should have
		for i := range p {
			z, z0 := 0.0, 0.0
			for j, l := range lambda {
				z += l * features[j*n+i]
				z0 += l * features[j*n]
			}
			if !(math.Abs(math.Log(p[i]/p[0])-(z-z0)) <= 1e-9*(1+math.Abs(z)+math.Abs(z0))) {
				t.Fatalf("ln p[%d]/p[0] = %g, the multipliers say %g", i, math.Log(p[i]/p[0]), z-z0)
			}
		}
	})
}

func TestMaxEntropyMomentsSpecialValues(t *testing.T) {
	indicators := []float64{1, 1, 0, 0, 0, 1, 1, 0}
	for _, tt := range []struct {
		name            string
		n               int
		features, means []float64
		p               []float64
		why             string
	}{
		{"nothing known", 4, nil, nil, []float64{.25, .25, .25, .25}, "all alike"},
		{"two sets", 4, indicators, []float64{.5, .5}, []float64{.25, .25, .25, .25}, "which say nothing either"},
		{"exclusive sets", 3, []float64{1, 0, 0, 0, 1, 0}, []float64{.7, .2}, []float64{.7, .2, .1}, "nothing is left to choose"},
		{"said twice", 2, []float64{0, 1, 0, 1}, []float64{.3, .3}, []float64{.7, .3}, "a singular covariance"},
		{"on the border", 3, []float64{0, 1, 2, 0, 1, 4}, []float64{1, 1}, []float64{0, 1, 0}, "no variance"},
		{"a constant", 2, []float64{5, 5}, []float64{5}, []float64{.5, .5}, "met by all"},
		{"normal", 5, []float64{-2, -1, 0, 1, 2, 4, 1, 0, 1, 4}, []float64{0, 1}, nil, "a mean and a variance"},
	} {
		p := make([]float64, tt.n)
		_, entropy, err := info.MaxEntropyMoments(p, tt.features, tt.means)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if h := info.Entropy(p); entropy != h {
			t.Errorf("%s: entropy %v, want %v", tt.name, entropy, h)
		}
		for i, want := range tt.p {
			if !(math.Abs(p[i]-want) <= 2e-12) {
				t.Errorf("%s: %v, want %v: %s", tt.name, p, tt.p, tt.why)
			}
		}
		if tt.p == nil && (!(math.Abs(math.Log(p[1]*p[1]/p[0]/p[2])-math.Log(p[2]*p[2]/p[1]/p[3])) <= 1e-9) || !(math.Abs(p[0]-p[4]) <= 1e-12)) {
			t.Errorf("%s: the second differences of ln %v are not the same", tt.name, p)
		}
	}
	var me *info.MomentError
	for _, tt := range []struct {
		name            string
		features, means []float64
		feature         int
	}{
		{"beyond the values", []float64{0, 1}, []float64{1.5}, 0},
		{"at odds with each other", []float64{0, 1, 0, 1}, []float64{.3, .4}, -2},
		{"a variance below 0", []float64{-1, 1, 1, 1}, []float64{.9, .5}, 1},
		{"NaN", []float64{0, math.NaN()}, []float64{.5}, -1},
	} {
		p := []float64{7, 7}
		_, _, err := info.MaxEntropyMoments(p, tt.features, tt.means)
		if !errors.As(err, &me) || tt.feature != -2 && me.Feature != tt.feature || p[0] != 7 {
			t.Errorf("%s: %v, p %v", tt.name, err, p)
		}
	}
}
