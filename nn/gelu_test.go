package nn

import (
	"math"
	"testing"
)

// Between the points of the grid, at them and beyond them, the fast form differs from the exact one by less than float32 rounds.
func TestGelu32(t *testing.T) {
	worst := 0.
	for x := -9.; x <= 9; x += 1. / 1777 {
		for _, x := range []float64{x, float64(float32(x)), math.Round(x*64) / 64, math.Round(x*128) / 128} {
			y, slope := gelu32(x)
			wantY, want := gelu(x)
			if wantY == 0 && y == 0 {
				continue // at 0, and where the tail has vanished
			}
			worst = max(worst, math.Abs(y-wantY)/math.Abs(wantY))
			if !(math.Abs(slope-want) <= 1e-9*(1+math.Abs(want))) {
				t.Fatalf("gelu32(%g) has slope %.12g, want %.12g", x, slope, want)
			}
		}
	}
	if !(worst < 1e-8) {
		t.Errorf("relative error %g", worst)
	}
	for _, x := range []float64{math.Inf(1), math.Inf(-1), math.NaN(), 6, -6, math.Nextafter(6, 0), math.Nextafter(-6, 0)} {
		y, slope := gelu32(x)
		wantY, want := gelu(x)
		if same := math.Abs(y-wantY) <= 1e-8*math.Abs(wantY) || y == wantY || y != y && wantY != wantY; !same || !(math.Abs(slope-want) <= 1e-8 || slope == want || want != want) {
			t.Errorf("gelu32(%g) = %g, %g, want %g, %g", x, y, slope, wantY, want)
		}
	}
}

func BenchmarkGelu(b *testing.B) {
	for name, f := range map[string]func(float64) (float64, float64){"kernel=exact": gelu, "kernel=float32": gelu32} {
		b.Run(name, func(b *testing.B) {
			x, sum := -5., 0.
			for b.Loop() {
				y, _ := f(x)
				sum += y
				if x += .0137; x > 5 {
					x = -5
				}
			}
			if sum != sum {
				b.Fatal("no number")
			}
		})
	}
}
