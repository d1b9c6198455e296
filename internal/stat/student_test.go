package stat_test

import (
	"math"
	"testing"

	"xent/internal/stat"
)

func close(got, want, tolerance float64) bool {
	return got == want || math.Abs(got-want) <= tolerance*math.Abs(want) || math.IsNaN(got) && math.IsNaN(want)
}

// One and two degrees of freedom have tails in closed form.
func TestStudentTailClosed(t *testing.T) {
	for _, x := range []float64{0, 1e-8, .1, .5, 1, 2, 5, 12.7, 100, 1e6} {
		if got, want := stat.StudentTail(x, 1), 2*math.Atan2(1, x)/math.Pi; !close(got, want, 1e-13) {
			t.Errorf("df 1, %v: %v, want %v", x, got, want)
		}
		if got, want := stat.StudentTail(-x, 2), 2/(2+x*x+x*math.Sqrt(2+x*x)); !close(got, want, 1e-13) {
			t.Errorf("df 2, %v: %v, want %v", x, got, want)
		}
	}
	if got := stat.StudentTail(math.Inf(1), 3); got != 0 {
		t.Errorf("at infinity %v, want 0", got)
	}
	for _, nan := range []float64{stat.StudentTail(math.NaN(), 3), stat.StudentTail(1, 0), stat.StudentQuantile(.05, 0), stat.StudentQuantile(1, 3), stat.StudentQuantile(0, 3)} {
		if nan == nan {
			t.Errorf("%v, want NaN", nan)
		}
	}
}

// The quantiles that books print.
func TestStudentQuantile(t *testing.T) {
	for _, tt := range []struct{ tail, df, want float64 }{
		{.05, 1, 12.706204736174694}, {.05, 2, 4.302652729749464}, {.05, 4, 2.7764451051977934}, {.05, 9, 2.2621571627982049},
		{.05, 29, 2.045229642132703}, {.05, 99, 1.9842169515864165}, {.01, 5, 4.032142983555227}, {.05, 1e8, 1.959963984540054},
	} {
		if got := stat.StudentQuantile(tt.tail, tt.df); !close(got, tt.want, 1e-9) {
			t.Errorf("%v, df %v: %v, want %v", tt.tail, tt.df, got, tt.want)
		}
	}
	for _, df := range []float64{1, 3, 7.5, 30, 1000, 1e5, 9.9e6} {
		for _, tail := range []float64{1e-6, .001, .05, .3, .9} {
			if got := stat.StudentTail(stat.StudentQuantile(tail, df), df); !close(got, tail, 1e-8) {
				t.Errorf("df %v: the tail at the quantile of %v is %v", df, tail, got)
			}
		}
	}
}
