package doctor

import "math"

// resumeJump finds a loss that jumps up and stays there, as it does where a run was resumed without the state of its
// optimiser, or where steps go back.
var resumeJump = Detector{
	ID: "resume-jump", Code: "C08", Summary: "a loss that jumps up and stays there",
	Curve: func(c *Curve) *Finding {
		s := c.Loss.finite()
		const window = 20
		best, most, jump := -1, 0.0, 0.0
		for i := window; i+window <= s.Len(); i++ {
			before, after := s.Value[i-window:i], s.Value[i:i+window]
			x, y := median(before), median(after)
			sd := max(spread(before, x), spread(after, y))
			if z := (y - x) / sd; sd > 0 && z > most {
				best, most, jump = i, z, y-x
			}
		}
		if !(best >= 0 && most > 8 && jump > .05*median(s.Value)) {
			return nil
		}
		f := &Finding{
			Severity: Warning,
			Says:     "from step {step} on the loss is {jump} higher than just before, {z} standard deviations, and stays there",
			Evidence: figures.
				add("step", s.Step[best], Plain).
				add("jump", jump, Nats).
				add("z", most, Plain).
				add("z_limit", 8, Plain),
			Rows: []int64{int64(s.Step[best])},
			Else: "other data, or a learning rate that was raised there on purpose",
			Fix:  "if the run was resumed there, restore the optimiser's state and the place in the data, too",
		}
		for i := max(1, best-window); i < min(s.Len(), best+window); i++ {
			if s.Step[i] < s.Step[i-1] {
				f.Says += "; steps go back from {last} to {again} near there, so that the run was resumed"
				f.Evidence = f.Evidence.add("last", s.Step[i-1], Plain).add("again", s.Step[i], Plain)
				break
			}
		}
		if rate, ok := c.LearningRate.nearest(s.Step[best]); ok && !math.IsNaN(rate) {
			f.Evidence = f.Evidence.add("learning_rate", rate, Plain)
		}
		return f
	},
}
