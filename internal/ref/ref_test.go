package ref

import (
	"math"
	"testing"
)

// The oracle is judged by constants printed in tables, and by identities.
func TestNum(t *testing.T) {
	for _, tt := range []struct {
		name      string
		got, want float64
	}{
		{"e", Of(1).Exp().Float64(), math.E},
		{"ln 2", Of(2).Log().Float64(), math.Ln2},
		{"ln 10", Of(10).Log().Float64(), math.Ln10},
		{"sqrt 2", Of(2).Pow(Of(0.5)).Float64(), math.Sqrt2},
		{"golden ratio", Of(5).Pow(Of(0.5)).Add(Of(1)).Div(Of(2)).Float64(), math.Phi},
		{"smallest exponential", Of(-744).Exp().Float64(), 1e-323},
		{"tanh 1", Of(1).Tanh().Float64(), 0.76159415595576488811945828260479359},
		{"0^0", Of(0).Pow(Of(0)).Float64(), 1},
	} {
		if tt.got != tt.want {
			t.Errorf("%s = %.17g, want %.17g", tt.name, tt.got, tt.want)
		}
	}
	for _, x := range []float64{1e-300, -0.3, 5, -700, 1e4} {
		if d := Of(x).Exp().Log().Sub(Of(x)).Float64(); !(math.Abs(d) < 1e-300) {
			t.Errorf("ln e^%g misses by %g", x, d)
		}
	}
}

func TestSoftmaxByHand(t *testing.T) {
	loss, grad := Softmax{Logits: []float64{0, 0}, Target: []float64{1, 0}}.Loss()
	if loss != math.Ln2 || grad[0] != -0.5 || grad[1] != 0.5 {
		t.Errorf("two equal logits: %v %v, want ln 2 and ∓1/2", loss, grad)
	}
	loss, g := Binary{Logit: 0, Target: 1, Positive: 3, Negative: 1}.Loss()
	if loss != 3*math.Ln2 || g != -1.5 {
		t.Errorf("logit 0, weight 3: %v %v, want 3 ln 2 and -3/2", loss, g)
	}
}
