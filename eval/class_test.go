package eval

import (
	"math"
	"testing"
)

// Two-sided p-values against distributions summed term by term.
func TestTail(t *testing.T) {
	poisson := func(mean float64, least int) float64 { // P(X ≥ least)
		below, term := 0.0, math.Exp(-mean)
		for k := range least {
			below += term
			term *= mean / float64(k+1)
		}
		return 1 - below
	}
	for _, tt := range []struct {
		name    string
		z, v    float64
		step    float64
		want    float64
		within  float64 // factor
		because string
	}{
		{"one for a tenth", 0.9 / math.Sqrt(0.1), 0.1, 1, poisson(0.1, 1), 1.2, "a rare class with a single row is no news: a normal tail says .004"},
		{"three for a tenth", 2.9 / math.Sqrt(0.1), 0.1, 1, poisson(0.1, 3), 4, "but three are"},
		{"forty-five for twenty-five", 4, 25, 1, 2 * poisson(25, 45), 2, "the normal tail is 6.3e-5, an eighth of the truth"},
		{"many", 2, 1e9, 1, math.Erfc(2 / math.Sqrt2), 1.001, "for many rows the tail is normal"},
		{"no jumps", 2, 0.1, 0, math.Erfc(2 / math.Sqrt2), 1.000001, "a step of 0 is the normal tail"},
		{"none off", 0, 3, 1, 1, 1.000001, "as expected"},
	} {
		got := tail(tt.z, tt.v, tt.step)
		if !(got <= tt.want*tt.within && got >= tt.want/tt.within) {
			t.Errorf("%s: p = %v, want %v: %s", tt.name, got, tt.want, tt.because)
		}
	}
	if p := tail(math.Inf(1), 0, 1); p != 0 {
		t.Errorf("the impossible has p %v", p)
	}
	if p := tail(math.NaN(), 0, math.NaN()); p == p {
		t.Errorf("p of NaN is %v", p)
	}
}

// Benjamini and Hochberg's procedure by hand.
func TestDiscover(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		p    []float64
		want []bool
		why  string
	}{
		{[]float64{.01, .04, .03, .005, .5}, []bool{true, true, true, true, false}, "the fourth is below 4/5 of 5 %, and takes the others along"},
		{[]float64{.04, .5, .6}, []bool{false, false, false}, "below 5 %, but not below a third of it"},
		{[]float64{.016, .9, nan, .9}, []bool{true, false, false, false}, "a class without a test does not count"},
		{[]float64{.001, .04, .5, .6}, []bool{true, false, false, false}, "one discovery does not let in all below 5 %"},
		{[]float64{nan}, []bool{false}, "nothing to test"},
	} {
		classes := make([]Class, len(tt.p))
		for i, p := range tt.p {
			classes[i].P = p
		}
		discover(classes)
		for i, c := range classes {
			if c.Differs != tt.want[i] {
				t.Errorf("%v: class %d differs %v: %s", tt.p, i, c.Differs, tt.why)
			}
		}
	}
}
