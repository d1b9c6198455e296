package doctor

import "math"

// lossSpikes finds losses far above those around them, by a z-score from medians over 101 points.
var lossSpikes = Detector{
	ID: "loss-spikes", Code: "C02", Summary: "single losses far above those around them",
	Curve: func(c *Curve) *Finding {
		s := c.Loss.finite()
		if s.Len() < 50 {
			return nil
		}
		f := &Finding{Severity: Warning}
		spikes, worst, after := 0.0, 0.0, 0.0
		for i, v := range s.Value {
			around := s.Value[max(0, i-50):min(s.Len(), i+51)]
			middle := median(around)
			sd := spread(around, middle)
			z := (v - middle) / sd
			// Of skewed noise every z is large, hence the share; the first points fall steeply.
			if !(z > 8 && v > 1.5*middle+.02) || i < 10 || sd == 0 {
				continue
			}
			spikes++
			worst = max(worst, z)
			if len(f.Rows) < 5 {
				f.Rows = append(f.Rows, int64(s.Step[i]))
			}
			if gradientSpike(&c.GradientNorm, s.Step[i]) {
				after++
			}
		}
		if spikes == 0 {
			return nil
		}
		f.Says = "{spikes} of {points} losses {spikes|stands|stand} out from those around them, the farthest by {z} standard deviations"
		f.Evidence = figures.
			add("spikes", spikes, Plain).
			add("points", float64(s.Len()), Plain).
			add("z", worst, Plain).
			add("z_limit", 8, Plain)
		f.Else = "batches of another kind: short texts, wrong labels"
		f.Fix = "look at the batches of these steps"
		if after > 0 {
			f.Says += "; {after} of them {after|comes|come} with a gradient that stood out before"
			f.Evidence = f.Evidence.add("after", after, Plain)
			f.Fix = "clip the gradient's norm near the ninth decile of what is usual, or warm the learning rate up for longer"
		}
		return f
	},
}

// gradientSpike reports whether one of the last three norms up to step stands out.
func gradientSpike(s *Series, step float64) bool {
	g := s.finite()
	n := 0
	for n < g.Len() && g.Step[n] <= step {
		n++
	}
	if n < 50 {
		return false
	}
	around := g.Value[max(0, n-101):n]
	middle := median(around)
	sd := spread(around, middle)
	for _, v := range g.Value[n-3 : n] {
		if sd > 0 && (v-middle)/sd > 8 && !math.IsInf(v, 0) {
			return true
		}
	}
	return false
}
