package xent_test

import (
	"errors"
	"math"
	"testing"

	"xent"
)

func TestSquaredError(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name         string
		pred, target []float64 // one row
		want         float64   // the mean over elements
		why          string
	}{
		{"the chapter's point", []float64{.05}, []float64{1}, .9025, "p = 0.05 where the truth is 1"},
		{"two elements", []float64{1, 4}, []float64{0, 2}, 2.5, "(1 + 4)/2: the mean is over elements, as in PyTorch"},
		{"exact", []float64{.1, .2}, []float64{.1, .2}, 0, "a prediction that is right costs nothing"},
		{"tiny", []float64{1e-170}, []float64{0}, 0, "1e-340 is below the smallest number"},
		{"infinite", []float64{inf}, []float64{0}, inf, "an infinite error costs +Inf"},
		{"infinite against itself", []float64{inf}, []float64{inf}, nan, "Inf - Inf is no number"},
		{"NaN", []float64{nan, 0}, []float64{0, 0}, nan, "NaN in, NaN out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := len(tt.pred)
			got, err := xent.SquaredError(xent.MatrixOf(tt.pred, k), xent.MatrixOf(tt.target, k), nil)
			if err != nil {
				t.Fatal(err)
			}
			near(t, float64(got.Mean()), tt.want, 1e-15)
			if finite := !math.IsNaN(tt.want) && !math.IsInf(tt.want, 0); finite != (got.NonFinite == 0) {
				t.Errorf("NonFinite = %d", got.NonFinite)
			}
		})
	}
}

// The gradient is that of the value, in p-space: at p = 0.05 it is the chapter's -1.9.
func TestSquaredErrorGrad(t *testing.T) {
	pred, target := []float64{.05, .7, 1.5, -2}, []float64{1, 0, 1, -2}
	for _, opt := range []*xent.SquaredOptions{nil, {Reduction: xent.Sum}, {Denominator: xent.Rows}, {Denominator: xent.Fixed(7)}} {
		grad := make([]float64, 4)
		res, err := xent.SquaredErrorGrad(xent.MatrixOf(grad, 2), xent.MatrixOf(pred, 2), xent.MatrixOf(target, 2), opt)
		if err != nil {
			t.Fatal(err)
		}
		value := func() float64 {
			r, err := xent.SquaredError(xent.MatrixOf(pred, 2), xent.MatrixOf(target, 2), opt)
			if err != nil {
				t.Fatal(err)
			}
			if opt != nil && opt.Reduction == xent.Sum {
				return float64(r.Sum())
			}
			return float64(r.Mean())
		}
		near(t, float64(res.Mean())*res.Weight, .9025+.49+.25, 1e-15)
		for i := range pred {
			const h = 1e-6
			at := pred[i]
			pred[i] = at + h
			up := value()
			pred[i] = at - h
			down := value()
			pred[i] = at
			if want := (up - down) / (2 * h); !close(grad[i], want, 1e-8) {
				t.Errorf("%+v: grad[%d] = %g, central difference %g", opt, i, grad[i], want)
			}
		}
	}
	one := []float64{.05}
	if _, err := xent.SquaredErrorGrad(xent.MatrixOf(one, 1), xent.MatrixOf(one, 1), xent.MatrixOf([]float64{1}, 1), nil); err != nil {
		t.Fatal(err)
	}
	near(t, one[0], -1.9, 1e-15) // in place
}

// The Brier score is the mean over rows, and merging parts gives the whole.
func TestSquaredErrorDenominator(t *testing.T) {
	p, y := xent.MatrixOf([]float64{.7, .2, .1, .1, .1, .8}, 3), xent.MatrixOf([]float64{1, 0, 0, 1, 0, 0}, 3)
	brier, err := xent.SquaredError(p, y, &xent.SquaredOptions{Denominator: xent.Rows})
	if err != nil {
		t.Fatal(err)
	}
	near(t, float64(brier.Mean()), (.14+1.46)/2, 1e-15)
	loss := make([]float64, 2)
	if _, err := xent.SquaredErrorRows(loss, p, y, nil); err != nil {
		t.Fatal(err)
	}
	near(t, loss[0], .14, 1e-15)
	near(t, loss[1], 1.46, 1e-15)

	var shape *xent.ShapeError
	if _, err := xent.SquaredError(p, xent.MatrixOf(y.Data, 2), nil); !errors.As(err, &shape) {
		t.Errorf("a target of another shape: %v", err)
	}
	var empty *xent.EmptyError
	if _, err := xent.SquaredError(xent.Matrix[float64]{Cols: 1}, xent.Matrix[float64]{Cols: 1}, nil); !errors.As(err, &empty) {
		t.Errorf("no rows: %v", err)
	}
}

// Any number of workers gives the same bits, and one allocates nothing.
func TestSquaredErrorWorkers(t *testing.T) {
	const rows, k = 3000, 7
	pred, target := make([]float32, rows*k), make([]float32, rows*k)
	for i := range pred {
		pred[i], target[i] = float32(i%13)/7, float32(i%5)/3
	}
	p, y := xent.MatrixOf(pred, k), xent.MatrixOf(target, k)
	grad := xent.MatrixOf(make([]float32, rows*k), k)
	serial := &xent.SquaredOptions{Workers: 1}
	want, err := xent.SquaredErrorGrad(grad, p, y, serial)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []int{0, 2, 3, 16} {
		got, err := xent.SquaredErrorGrad(grad, p, y, &xent.SquaredOptions{Workers: w})
		if err != nil || got.Sum() != want.Sum() {
			t.Errorf("%d workers: %v %v, want %v", w, got.Sum(), err, want.Sum())
		}
	}
	if n := testing.AllocsPerRun(5, func() {
		if _, err := xent.SquaredErrorGrad(grad, p, y, serial); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
