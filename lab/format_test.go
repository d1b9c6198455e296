package lab

import (
	"math"
	"testing"
)

func TestFormat(t *testing.T) {
	for _, tt := range []struct {
		style  Style
		digits int
		x      float64
		want   string
		why    string
	}{
		{StyleFixed, 4, 1.59515, "1.5952", "rounded from the exact value"},
		{StyleFixed, 4, -.04125, "-0.0413", "the sign of a row of KL"},
		{StyleFixed, 4, -1e-9, "0.0000", "what rounds to zero has no sign"},
		{StyleFixed, 0, -.2, "0", "also without decimals"},
		{StyleFixed, 2, math.Inf(-1), "-∞", "infinity in every style"},
		{StyleFixed, 2, math.NaN(), "NaN", "nothing is hidden"},
		{StyleSignificant, 4, 9.0264e-4, "9.026e-4", "small numbers keep their digits"},
		{StyleSignificant, 4, .0012345, "0.001234", "a number that can be read plainly is"},
		{StyleSignificant, 4, 999999.9, "1.000e+6", "rounding may raise the power"},
		{StyleSignificant, 4, 12345.6, "12346", "whole digits are never cut"},
		{StyleSignificant, 3, 0, "0", "zero has no digits to count"},
		{StyleSignificant, 3, math.Inf(1), "∞", ""},
		{StyleShortest, 0, .1, "0.1", "reads back as the same number"},
		{StyleShortest, 0, 1. / 3, "0.3333333333333333", ""},
		{StyleShortest, 0, 1e-7, "1e-7", "as Go, Python and JSON read it"},
		{StyleShortest, 0, -2.5e20, "-2.5e+20", ""},
		{StyleShortest, 0, math.Copysign(0, -1), "0", "zero has no sign"},
	} {
		v, err := Format(FormatParams{Values: []float64{tt.x}, Style: tt.style, Digits: tt.digits})
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Texts[0]; got != tt.want {
			t.Errorf("%s %d of %v: %q, want %q: %s", tt.style, tt.digits, tt.x, got, tt.want, tt.why)
		}
	}
}
