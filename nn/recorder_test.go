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

// A unit of a convolution is a channel: dead when it is silent at all places of all images.
func TestRecorderOfImages(t *testing.T) {
	conv := nn.NewConv2D[float64](nn.NewRand(1), nn.Zeros, nn.Images{Channels: 1, Height: 2, Width: 3}, 4, nn.Window{Size: 1})
	copy(conv.Params()[0].Value, []float64{1, -1, 1, 0})
	copy(conv.Params()[1].Value, []float64{0, 0, -2.5, 0}) // the third sees one pixel of twelve, the second and the last none
	net := nn.NewNet[float64](conv, nn.NewActivate[float64](nn.ReLU), nn.NewMaxPool2D[float64](conv.Out, 2))
	r := nn.NewRecorder(net)
	net.Backward(net.Forward(xent.MatrixOf([]float64{1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 2}, 6)))
	r.Backward()
	if got := r.Records()[0]; got.Dead != .5 || !near(got.Saturated, 1-13./48, 1e-14) || got.Params != 8 {
		t.Errorf("dead %g, saturated %g of %d parameters; want 0.5, %g, 8", got.Dead, got.Saturated, got.Params, 1-13./48)
	}
}

// Within a larger network every layer has a record by its full name, and the activation that follows is found.
func TestRecorderOfParts(t *testing.T) {
	m, ids, next := language[float64]()
	r := nn.NewRecorder(m)
	learn(t, m, ids, next, make([]float64, len(ids)*6))
	r.Backward()
	names, params := "", 0
	for _, rec := range r.Records() {
		names += " " + rec.Name
		params += rec.Params
		if !(rec.Grad > 0) || !(rec.SD > 0) || rec.NonFinite > 0 {
			t.Errorf("%s: gradient %g, deviation of the outputs %g, %d non-finite", rec.Name, rec.Grad, rec.SD, rec.NonFinite)
		}
		if follows := rec.Name == "blocks.0.fc" || rec.Name == "blocks.1.fc"; follows == math.IsNaN(rec.Saturated) {
			t.Errorf("%s: saturated %g", rec.Name, rec.Saturated)
		}
	}
	want := " tok pos blocks.0.ln1 blocks.0.qkv blocks.0.proj blocks.0.ln2 blocks.0.fc blocks.0.out" +
		" blocks.1.ln1 blocks.1.qkv blocks.1.proj blocks.1.ln2 blocks.1.fc blocks.1.out lnf head"
	if names != want {
		t.Errorf("records of%s, want%s", names, want)
	}
	for _, p := range m.Params() {
		params -= len(p.Value)
	}
	if params != 0 {
		t.Errorf("%d parameters more than there are", params)
	}
}
