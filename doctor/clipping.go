package doctor

// clippingTooHard finds gradients most of which are cut to the same norm.
var clippingTooHard = Detector{
	ID: "clipping-too-hard", Code: "C03", Summary: "gradients that are nearly always clipped",
	Curve: func(c *Curve) *Finding {
		g := c.GradientNorm.finite()
		if g.Len() < 50 {
			return nil
		}
		most := 0.0
		for _, v := range g.Value {
			most = max(most, v)
		}
		at := 0.0
		for _, v := range g.Value {
			if v >= most*(1-1e-3) {
				at++
			}
		}
		share := at / float64(g.Len())
		if !(share > .5 && most > 0) {
			return nil
		}
		return &Finding{
			Severity: Warning,
			Says:     "{share} of the gradients have the norm {norm}, the largest there is: they are clipped to it, and what is stepped is a direction",
			Evidence: figures.
				add("share", share, Share).
				add("share_limit", .5, Share).
				add("norm", most, Plain).
				add("points", float64(g.Len()), Plain),
			Else: "gradients that are normalised on purpose",
			Fix:  "clip at a larger norm and lower the learning rate instead",
		}
	},
}
