package train

import (
	"math"
	"strconv"

	"xent"
	"xent/nn"
)

// A Diverged tells that a run has no numbers left.
type Diverged struct {
	Step  int
	Loss  float64
	Norm  float64
	Layer string // the first, from the input, whose numbers are not finite; "" where all are
	Cause string // the likely one, in words
}

func (e *Diverged) Error() string {
	what := "the gradient is " + number(e.Norm)
	if e.Loss-e.Loss != 0 {
		what = "the loss is " + number(e.Loss)
	}
	at := ""
	if e.Layer != "" {
		at = ", first in layer " + e.Layer
	}
	return "step " + strconv.Itoa(e.Step) + ": " + what + at + ": " + e.Cause
}

// diverged finds out where the numbers end.
func (l *loop) diverged(s Step) error {
	d := &Diverged{Step: s.Step, Loss: s.Loss, Norm: s.Norm, Cause: "an overflow in the backward pass; a smaller rate, or clipping, would keep it finite"}
	found := false
	nn.Walk(l.net, func(name string, layer nn.Module[float32]) {
		params := layer.Params()
		if found || len(params) == 0 {
			return
		}
		good, most := true, 0.
		for _, p := range params {
			good, most = good && finite(p.Value), max(most, largest(p.Value))
		}
		if !good {
			found, d.Layer, d.Cause = true, name, "the step before made its weights infinite or NaN; the rate "+number(l.training.Rate)+" is too large"
			return
		}
		if out, ok := layer.(interface{ Output() xent.Matrix[float32] }); ok && !finite(out.Output().Data) {
			found, d.Layer, d.Cause = true, name, "its outputs overflow, for weights up to "+strconv.FormatFloat(most, 'g', 3, 64)+" have grown; the rate "+number(l.training.Rate)+" is too large"
		}
	})
	return d
}

func finite(x []float32) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

func largest(x []float32) (m float64) {
	for _, v := range x {
		m = max(m, math.Abs(float64(v)))
	}
	return m
}
