package doctor

import "math"

// lossNotFinite finds where a loss stopped being a number, and what went before.
var lossNotFinite = Detector{
	ID: "loss-not-finite", Code: "C05", Summary: "a loss that becomes NaN or infinite",
	Curve: func(c *Curve) *Finding {
		s := &c.Loss
		at := -1
		for i, v := range s.Value {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				at = i
				break
			}
		}
		if at < 0 {
			return nil
		}
		odd := 0.0
		for _, v := range s.Value[at:] {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				odd++
			}
		}
		f := &Finding{
			Severity: Error,
			Says:     "the loss is no finite number at step {step}, and at {odd} of the {after} points from there on",
			Evidence: figures.
				add("step", s.Step[at], Plain).
				add("odd", odd, Plain).
				add("after", float64(s.Len()-at), Plain),
			Rows: []int64{int64(s.Step[at])},
			Fix:  "save the batch of that step and look for the first layer whose output is not finite",
		}
		if at > 0 {
			f.Says += "; the point before it was {before}"
			f.Evidence = f.Evidence.add("before", s.Value[at-1], Nats)
		}
		f.growth(c, s.Step[at])
		if rate, ok := c.LearningRate.nearest(s.Step[at]); ok {
			f.Evidence = f.Evidence.add("learning_rate", rate, Plain)
		}
		return f
	},
	Explains: []string{"loss-spikes"},
}

// growth tells whether gradients grew before a step.
func (f *Finding) growth(c *Curve, step float64) {
	g := c.GradientNorm.finite()
	n := 0
	for n < g.Len() && g.Step[n] < step {
		n++
	}
	if n < 40 {
		return
	}
	last, before := g.to(n), g.to(n-20)
	last = last.from(n - 20)
	grown := last.Value[19] / median(before.Value)
	if !(grown > 4) {
		return
	}
	f.Says += ". The norm of the gradient had grown to {grown} times what was usual"
	f.Evidence = f.Evidence.add("grown", grown, Plain)
	f.Fix = "clip the gradient's norm at what is usual, or lower the learning rate there"
}
