package xent_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"xent"
	"xent/internal/kern"
)

// In float32 losses and gradients are within three quarters of a unit in the last place of the truth, half of which is their last rounding, from 10
// classes to a vocabulary, for rows that know nothing and rows that are sure and right. (The truth is the same in
// float64 with the portable kernels, which the oracle judges.)
func TestFloat32Digits(t *testing.T) {
	shapes := []struct{ rows, classes int }{{512, 10}, {256, 100}, {64, 1000}, {4, 32000}, {1, 128256}}
	eachKernel(t, func(t *testing.T) {
		for _, s := range shapes {
			for _, sure := range []float32{0, 12, 25} {
				rng := rand.New(rand.NewPCG(5, uint64(s.classes)))
				x, wide, labels := make([]float32, s.rows*s.classes), make([]float64, s.rows*s.classes), make([]int, s.rows)
				for i := range x {
					x[i] = 3 * float32(rng.NormFloat64())
				}
				for i := range labels {
					labels[i] = rng.IntN(s.classes)
					x[i*s.classes+labels[i]] += sure
				}
				for i, v := range x {
					wide[i] = float64(v)
				}
				opt := &xent.Options{Reduction: xent.Sum, Workers: 1}
				loss, grad := make([]float32, s.rows), make([]float32, len(x))
				if _, err := xent.CrossEntropyRows(loss, xent.LogitsOf(x, s.classes), labels, opt); err != nil {
					t.Fatal(err)
				}
				if _, err := xent.CrossEntropyGrad(xent.MatrixOf(grad, s.classes), xent.LogitsOf(x, s.classes), labels, opt); err != nil {
					t.Fatal(err)
				}
				wantLoss, wantGrad := portable(t, wide, labels, s.classes, opt)
				l, g := worstUnits(loss, wantLoss), worstUnits(grad, wantGrad)
				t.Logf("%-20s %2g ahead   loss %.3f ulp   gradient %.3f ulp", fmt.Sprintf("%d × %d", s.rows, s.classes), sure, l, g)
				if !(l <= 0.75 && g <= 0.75) {
					t.Errorf("%d × %d, %g ahead: loss %.3f ulp, gradient %.3f ulp", s.rows, s.classes, sure, l, g)
				}
			}
		}
	})
}

// portable returns the losses of rows and their gradient by the portable kernels.
func portable(t *testing.T, x []float64, labels []int, classes int, opt *xent.Options) (loss, grad []float64) {
	t.Helper()
	old := kern.F64
	kern.F64 = &kern.Go64
	defer func() { kern.F64 = old }()
	loss, grad = make([]float64, len(labels)), make([]float64, len(x))
	if _, err := xent.CrossEntropyRows(loss, xent.LogitsOf(x, classes), labels, opt); err != nil {
		t.Fatal(err)
	}
	if _, err := xent.CrossEntropyGrad(xent.MatrixOf(grad, classes), xent.LogitsOf(x, classes), labels, opt); err != nil {
		t.Fatal(err)
	}
	return loss, grad
}

// worstUnits returns the largest error of got, in units of the last place of what is wanted.
func worstUnits(got []float32, want []float64) (worst float64) {
	for i, v := range got {
		w := float32(math.Abs(want[i]))
		unit := float64(math.Nextafter32(w, float32(math.Inf(1)))) - float64(w)
		if e := math.Abs(float64(v)-want[i]) / unit; !(e <= worst) {
			worst = e // NaN too
		}
	}
	return worst
}
