package doctor

// validationDiverges finds a validation loss that rises while the training loss falls. Where the accuracy does not fall with it, that
// is over-confidence, which a temperature mends, and no reason to stop.
var validationDiverges = Detector{
	ID: "validation-diverges", Code: "C06", Summary: "a validation loss that rises while training goes on",
	Curve: func(c *Curve) *Finding {
		v, s := c.ValLoss.finite(), c.Loss.finite()
		if v.Len() < 8 || s.Len() < 8 {
			return nil
		}
		// The least of the medians of three, and the last such median.
		at, least := 0, 0.0
		for i := 1; i+1 < v.Len(); i++ {
			if m := median(v.Value[i-1 : i+2]); i == 1 || m < least {
				at, least = i, m
			}
		}
		end := v.from(v.Len() - 3)
		last := median(end.Value)
		rest := v.from(at)
		var steps []float64 // of the validation loss, from point to point
		for i := 1; i < v.Len(); i++ {
			steps = append(steps, v.Value[i]-v.Value[i-1])
		}
		noise := spread(steps, median(steps))
		before, ok := s.nearest(v.Step[at])
		tail := s.tail()
		now := median(tail.Value)
		if !(ok && rest.Len() >= 4 && last > 1.1*least+.02 && last-least > 2*noise && now < before) {
			return nil
		}
		f := &Finding{
			Severity: Warning,
			Says:     "the validation loss was {least} at step {step} and is {last} now, while the training loss fell from {before} to {now}: the model learns its rows by heart",
			Evidence: figures.
				add("least", least, Nats).
				add("step", v.Step[at], Plain).
				add("last", last, Nats).
				add("before", before, Nats).
				add("now", now, Nats),
			Rows: []int64{int64(v.Step[at])},
			Else: "validation rows of another kind than those of training",
			Fix:  "stop at step " + digits(v.Step[at]) + ", or regularise",
		}
		a := c.ValAccuracy.finite()
		if then, ok := a.nearest(v.Step[at]); ok && a.Len() >= 3 {
			end := a.from(a.Len() - 3)
			if right := median(end.Value); right >= then-.002 {
				f.Says = "the validation loss was {least} at step {step} and is {last} now, but its accuracy went from {then} to {right}: the model becomes over-confident, not worse"
				f.Evidence = f.Evidence.add("then", then, Share).add("right", right, Share)
				f.Else = "a few validation rows with wrong labels"
				f.Fix = "fit a temperature on validation rows before judging by the loss; stopping early would cost accuracy"
			}
		}
		return f
	},
}
