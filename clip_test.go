package xent_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xent"
)

func TestClipNorm(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name  string
		grads [][]float64
		max   float64
		norm  float64
		want  []float64
		why   string
	}{
		{"clips", [][]float64{{3, 4}, {12}}, 1, 13, []float64{3. / 13, 4. / 13, 12. / 13}, "one norm for all tensors"},
		{"small enough", [][]float64{{.3, .4}, {0}}, 1, .5, []float64{.3, .4, 0}, "nothing to do"},
		{"exactly so", [][]float64{{.6, .8}}, 1, 1, []float64{.6, .8}, "not shrunk by a millionth"},
		{"zero", [][]float64{{0, 0}}, 1, 0, []float64{0, 0}, "no 0/0"},
		{"nothing", nil, 1, 0, nil, "an empty sum"},
		{"huge", [][]float64{{3e300, 4e300}}, 5, 5e300, []float64{3, 4}, "squares overflow, the norm does not"},
		{"tiny", [][]float64{{3e-300, 4e-300}}, 1e-300, 5e-300, []float64{.6e-300, .8e-300}, "squares underflow, the norm does not"},
		{"infinite", [][]float64{{inf, 1}}, 1, inf, []float64{inf, 1}, "left as it is, and counted"},
		{"NaN", [][]float64{{1, nan}}, 1, nan, []float64{1, nan}, "left as it is, and counted"},
	} {
		c, err := xent.ClipNorm(tt.grads, tt.max)
		if err != nil {
			t.Fatal(err)
		}
		if !close(c.Norm, tt.norm, 0x1p-52*tt.norm) || c.NonFinite == 1 != (tt.norm-tt.norm != 0) || c.Clipped == 1 != (c.Scale < 1) {
			t.Errorf("%s: %+v, want norm %g: %s", tt.name, c, tt.norm, tt.why)
		}
		for i, g := range slices.Concat(tt.grads...) {
			if !close(g, tt.want[i], 0x1p-52*math.Abs(tt.want[i])) {
				t.Errorf("%s: %g, want %g: %s", tt.name, tt.grads, tt.want, tt.why)
			}
		}
	}
	for _, bad := range []float64{0, -1, nan, inf} {
		g := [][]float64{{3}}
		if _, err := xent.ClipNorm(g, bad); err == nil || g[0][0] != 3 {
			t.Errorf("max = %g: %v, gradient %g", bad, err, g)
		}
	}
}

func clipNormCase(j *judge) {
	var raw [][]num
	j.read(j.Inputs["grads"], &raw)
	var grads [][]float64
	for _, g := range raw {
		grads = append(grads, tensor{Data: g}.floats())
	}
	c, err := xent.ClipNorm(grads, j.number("max_norm", 0))
	if err != nil {
		j.failf("%v", err)
	}
	j.values("norm", []float64{c.Norm}, 0)
	if j.has("clipped") {
		j.values("clipped", slices.Concat(grads...), 0)
	}
}

// Two steps, of which the second was too large.
func ExampleClipNorm() {
	var all xent.Clipping
	for _, grads := range [][][]float64{{{0.3, 0.4}}, {{3, 4}, {12}}} {
		c, err := xent.ClipNorm(grads, 6.5)
		fmt.Println(c.Norm, grads, err)
		all.Merge(c)
	}
	fmt.Println(all.Share())
	// Output:
	// 0.5 [[0.3 0.4]] <nil>
	// 13 [[1.5 2] [6]] <nil>
	// 0.5
}

// The norm of float32, found its own way, is that of the same numbers as float64, from the smallest to the largest.
func TestClipNormNarrow(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	check := func(t interface{ Fatalf(string, ...any) }, grads [][]float32) {
		wide := make([][]float64, len(grads))
		for i, g := range grads {
			for _, v := range g {
				wide[i] = append(wide[i], float64(v))
			}
		}
		got, err := xent.ClipNorm(grads, math.MaxFloat64)
		want, errWide := xent.ClipNorm(wide, math.MaxFloat64)
		if err != nil || errWide != nil {
			t.Fatalf("%v, %v", err, errWide)
		}
		near := math.Abs(got.Norm-want.Norm) <= 2.3e-16*want.Norm || got.Norm == want.Norm || got.Norm != got.Norm && want.Norm != want.Norm
		if !near || got.NonFinite != want.NonFinite {
			t.Fatalf("norm %v of %v, in float64 %v", got, grads, want)
		}
	}
	for _, grads := range [][][]float32{
		nil, {{}}, {{0, 0, 0, 0, 0}}, {{1e-45}}, {{3e38, -3e38, 3e38}, {3e38, 1e-40}},
		{{1, 2, 3, inf, 5}}, {{inf, -inf}}, {{1, inf}, {nan}}, {{nan, 1, 1, 1, 1}},
	} {
		check(t, grads)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.SliceOf(rapid.SliceOf(rapid.Float32())).Draw(t, "grads"))
	})
}

func BenchmarkClipNorm(b *testing.B) {
	grads := [][]float32{make([]float32, 200_000)}
	for i := range grads[0] {
		grads[0][i] = float32(i%1000-500) / 1e4
	}
	b.SetBytes(4 * 200_000)
	for b.Loop() {
		if _, err := xent.ClipNorm(grads, 1e9); err != nil { // finds the norm, and scales nothing
			b.Fatal(err)
		}
	}
}
