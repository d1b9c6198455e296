package doctor

import "math"

// lossPlateau finds a loss that comes to rest at a value that has a name.
var lossPlateau = Detector{
	ID: "loss-plateau", Code: "C04", Summary: "a loss that rests at a value that names its cause",
	Curve: func(c *Curve) *Finding {
		s := c.Loss.finite()
		if s.Len() < 40 {
			return nil
		}
		tail := s.tail()
		level, se := tail.level()
		if !tail.flat(0) {
			return nil
		}
		near := func(v float64) bool { return math.Abs(level-v) <= max(2*se, .0005) && se < .02*v }
		f := &Finding{
			Severity: Warning,
			Evidence: figures.
				add("level", level, Nats).
				add("standard_error", se, Nats).
				add("points", float64(tail.Len()), Plain),
		}
		name := func(value float64, what, other, fix string) *Finding {
			f.Evidence = f.Evidence.add("value", value, Nats)
			f.Says, f.Else, f.Fix = "the loss rests at {level}, and {value} is "+what, other, fix
			return f
		}
		k := float64(c.Classes)
		switch {
		case c.Classes >= 2 && near(math.Log(k)):
			return name(math.Log(k), "ln K: nothing is learnt", "inputs that say nothing of the labels",
				"check that gradients arrive and that the optimiser holds the parameters it should step")
		case c.Classes != 2 && near(math.Ln2):
			return name(math.Ln2, "ln 2, the loss of a coin: each output by itself knows nothing", "a model that happens to stop there",
				"check that gradients arrive, and that binary outputs are meant")
		}
		for _, v := range clipValues {
			if near(v.nats) {
				return name(v.nats, "what a probability costs that was clipped at "+v.from+": every label has probability 0", "",
					"look at the labels first, then keep the logits and let the loss take them")
			}
		}
		return nil
	},
}
