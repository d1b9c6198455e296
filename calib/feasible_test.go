package calib_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"xent/calib"
)

func TestFano(t *testing.T) {
	for _, tt := range []struct {
		accuracy    float64
		classes     int
		least, most float64
		why         string
	}{
		{.97, 10, .02079441541679836, .20065890549985343, "a good classifier of ten classes"},
		{1, 10, 0, 0, "never wrong"},
		{.1, 10, .6238324625039508, math.Log(10), "chance: as much as knowing nothing"},
		{.5, 2, .34657359027997264, math.Ln2, "a coin"},
		{0, 2, math.Ln2, 0, "always wrong, among two: as good as always right"},
		{1, 1, 0, 0, "a single class"},
	} {
		if got := calib.LeastLoss(tt.accuracy); !(math.Abs(got-tt.least) <= 1e-15) {
			t.Errorf("%s: at least %v, want %v", tt.why, got, tt.least)
		}
		if got := calib.Fano(tt.accuracy, tt.classes); !(math.Abs(got-tt.most) <= 1e-15) {
			t.Errorf("%s: at most %v, want %v", tt.why, got, tt.most)
		}
	}
}

// The bound that a share of right answers allows is never below the one of the accuracy behind it, but for one file in
// millions; and it comes down to that with the rows.
func TestFanoOf(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, accuracy := range []float64{.05, .3, .9, .999} {
		for _, n := range []int{10, 100, 1000} {
			for range 2000 {
				right := 0
				for range n {
					if r.Float64() < accuracy {
						right++
					}
				}
				share := float64(right) / float64(n)
				if got, want := calib.FanoOf(share, 10, float64(n)), calib.Fano(accuracy, 10); share >= .1 && accuracy >= .1 && !(got >= want) {
					t.Fatalf("%d of %d right at an accuracy of %v: %v, below %v", right, n, accuracy, got, want)
				}
			}
		}
		if got, want := calib.FanoOf(max(accuracy, .1), 10, 1e12), calib.Fano(max(accuracy, .1), 10); !(math.Abs(got-want) <= 1e-4) {
			t.Errorf("in the limit %v, want %v", got, want)
		}
	}
}
