package nn_test

import (
	"math"
	"testing"

	"xent"
	"xent/nn"
)

// A network of which every figure can be worked out by hand: y = relu(w·x + b)·v, two rows.
func TestRecorder(t *testing.T) {
	net := nn.MLP[float64](nn.NewRand(1), nn.ReLU, nn.Zeros, 1, 2, 1)
	copy(net.Params()[0].Value, []float64{1, -1}) // w: the second unit sees only positive x, and is dead
	copy(net.Params()[2].Value, []float64{3, 5})  // v
	r := nn.NewRecorder(net)
	pass := func(pull float64) {
		net.Forward(xent.MatrixOf([]float64{1, 2}, 1))
		net.Backward(xent.MatrixOf([]float64{pull, pull}, 1))
		r.Backward()
	}
	pass(1)
	first, last := r.Records()[0], r.Records()[1]
	for _, tt := range []struct {
		name      string
		got, want float64
	}{
		// dw = 3·(1+2) for the living unit, db = 3·2
		{"gradient", first.Grad, math.Sqrt(81 + 36)},
		{"RMS", first.RMS, math.Sqrt((81. + 36) / 4)},
		{"largest", first.Max, 9},
		{"zeros", float64(first.Zeros), 2},
		{"parameters", float64(first.Params), 4},
		{"weights", first.Weight, math.Sqrt2},
		{"mean of 1, 0, 2, 0", first.Mean, .75},
		{"their standard deviation", first.SD, math.Sqrt(2.75 / 4)},
		{"saturated", first.Saturated, .5},
		{"dead", first.Dead, .5},
		{"no update yet", first.Update, math.NaN()},
		{"no gradient before", first.Cosine, math.NaN()},
		// dv = 1+2 for the living unit, db = 2
		{"gradient of the last", last.Grad, math.Sqrt(9 + 4)},
		// 3·1 and 3·2: no activation follows, so these are its own outputs
		{"mean of 3, 6", last.Mean, 4.5},
		{"their standard deviation", last.SD, 1.5},
		{"nothing to saturate", last.Saturated, math.NaN()},
		{"nothing to die", last.Dead, math.NaN()},
		{"slope", nn.Slope(r.Records()), math.Log10(math.Sqrt(13./3) / math.Sqrt(117./4))},
	} {
		if !near(tt.got, tt.want, 1e-14) {
			t.Errorf("%s: %g, want %g", tt.name, tt.got, tt.want)
		}
	}

	(&nn.SGD[float64]{Rate: .01}).Step(net.Params())
	r.Step()
	if got := r.Records()[0]; !near(got.Update, .01*first.Grad, 1e-14) || !near(got.Ratio, .01*first.Grad/math.Sqrt2, 1e-14) {
		t.Errorf("update %g, ratio %g, want %g, %g", got.Update, got.Ratio, .01*first.Grad, .01*first.Grad/math.Sqrt2)
	}
	pass(-1) // the opposite gradient, but at other weights
	if got := r.Records()[0]; !(got.Cosine < -.99) {
		t.Errorf("cosine with the opposite gradient: %g", got.Cosine)
	}
	pass(1e200) // its square is beyond the largest number
	if got := r.Records()[1]; !near(got.Grad, 1e200*last.Grad, .1) || got.NonFinite != 0 {
		t.Errorf("a gradient of 1e200: %+v", got)
	}
	pass(math.Inf(1))
	if got := r.Records()[1]; got.NonFinite == 0 || !(math.IsInf(got.Grad, 1) || math.IsNaN(got.Grad)) || !(math.IsInf(got.Max, 1) || math.IsNaN(got.Max)) {
		t.Errorf("an infinite gradient: %+v", got)
	}
}

// The classic: through sigmoid layers the gradient loses the same factor at each, whatever the loss.
func TestVanishing(t *testing.T) {
	slope := func(a nn.Activation) float64 {
		net := nn.MLP[float64](nn.NewRand(3), a, nn.Xavier, 4, 16, 16, 16, 16, 16, 1)
		r := nn.NewRecorder(net)
		out := net.Forward(xent.MatrixOf(normals[float64](2, 200), 4))
		y, grad := xent.MatrixOf(make([]float64, out.Rows), 1), xent.MatrixOf(make([]float64, out.Rows), 1)
		if _, err := xent.BinaryCrossEntropyGrad(grad, xent.Logits[float64](out), y, nil); err != nil {
			t.Fatal(err)
		}
		net.Backward(grad)
		r.Backward()
		return nn.Slope(r.Records())
	}
	if s := slope(nn.Sigmoid); !(s > .4) {
		t.Errorf("sigmoid: %.2f decades a layer, want well above 0", s)
	}
	if s := slope(nn.Tanh); !(math.Abs(s) < .4) {
		t.Errorf("tanh: %.2f decades a layer, want about 0", s)
	}
}
