package doctor

import (
	"math"

	"xent/eval"
)

// roundedScores finds logits that were rounded so much that the loss may have moved: to a grid of steps, as text with
// few decimals is, or to few bits.
//
//	a grid of step s moves a loss by s at most; a relative rounding of u by 2u·max|z|
var roundedScores = Detector{
	ID: "rounded-scores", Code: "D22", Summary: "logits stored with few digits",
	Rows: func(s *Sample) *Finding {
		r := s.Reading()
		if s.Kind() == eval.Probs || r.Rows < 32 || r.finite() == 0 {
			return nil
		}
		loss, _ := r.Loss()
		f := &Finding{
			Severity: Note,
			Evidence: figures.add("loss", loss, Nats),
			Fix:      "store the scores as float32",
		}
		if step := s.grid(); step > 0 {
			if !(step > .01*loss) {
				return nil
			}
			f.Says = "all scores are multiples of {step}: rounding them can have moved the loss of {loss} by {step_in_loss}"
			f.Evidence = f.Evidence.add("step", step, Plain).add("step_in_loss", step, Nats)
			if step > .1*loss && step >= .1 {
				f.Severity = Warning
				f.Else = "a model whose scores are coarse by nature, as numbers of votes are"
			}
			return f
		}
		u := s.roundoff()
		bound := 2 * u * s.Odd.Largest
		if !(bound > .01*loss) {
			return nil
		}
		f.Says = "scores up to {largest} are stored with a relative precision of {precision}: that can have moved the loss of {loss} by {bound} at most, and mostly by far less"
		f.Evidence = f.Evidence.add("largest", s.Odd.Largest, Plain).add("precision", u, Plain).
			add("bound", bound, Nats).add("bound_limit", .01*loss, Nats)
		return f
	},
}

// grid returns the coarsest of a few steps of which all first scores are multiples; 0 when there is none.
func (s *Sample) grid() float64 {
	h := &s.head
	for _, inverse := range [...]float64{1, 10, 100, 1000} {
		on := len(h.class) > 0
		for i := 0; on && i < len(h.scores); i++ {
			x := h.scores[i] * inverse
			on = !(math.Abs(x-math.Round(x)) > 1e-6*max(1, math.Abs(x))) || math.IsInf(x, 0)
		}
		if on {
			return 1 / inverse
		}
	}
	return 0
}

// roundoff returns the relative rounding of the first scores: 2⁻⁹ and 2⁻¹² for the bits that bfloat16 and float16
// keep, in whatever type they are stored; 0 for more.
func (s *Sample) roundoff() float64 {
	for _, kept := range [...]uint{7, 10} {
		on := len(s.head.class) > 0
		for i := 0; on && i < len(s.head.scores); i++ {
			on = math.Float64bits(s.head.scores[i])&(1<<(52-kept)-1) == 0
		}
		if on {
			return math.Ldexp(1, -int(kept)-1)
		}
	}
	return 0
}
