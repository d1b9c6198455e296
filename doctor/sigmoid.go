package doctor

import (
	"math"

	"xent/eval"
)

// doubleSigmoid finds sigmoids given as logits: scores that fill [0, 1] without being distributions. What takes them
// for logits applies a sigmoid or softmax to them again, and its loss cannot come near 0.
var doubleSigmoid = Detector{
	ID: "double-sigmoid", Code: "D04", Summary: "sigmoids given as logits",
	Rows: func(s *Sample) *Finding {
		e := &s.Evidence
		said := s.Config.Input == eval.Logits || s.Config.Input == eval.Auto && !e.Column
		if !said || !e.Column && s.Kind() != eval.Logits || e.Rows < 32 || e.Labels() ||
			!(s.low >= 0 && s.high <= 1 && s.low < .05 && s.high > .95) {
			return nil
		}
		f := &Finding{
			Severity: Warning,
			Says:     "all {scores} scores lie in [0, 1], from {low} to {high}, and rows do not sum to 1: they look like sigmoids. Taken for logits, a right answer still costs {least} at least",
			Evidence: figures.
				add("scores", float64(e.Rows)*float64(s.Config.Classes), Plain).
				add("low", s.low, Plain).
				add("high", s.high, Plain).
				add("least", floor(s.Classes), Nats),
			Else: "a last layer whose outputs are bounded on purpose",
			Fix:  "give the loss the values from before the sigmoid, or use a binary loss for each class",
		}
		if e.Column {
			f.Says = "all {scores} scores lie in [0, 1], from {low} to {high}: they look like probabilities. Taken for logits, the loss of class 0 is {zero} at least and that of class 1 {least}"
			f.Evidence = f.Evidence.add("zero", math.Ln2, Nats)
			f.Fix = "give the loss the values from before the sigmoid, or say that they are probabilities"
		}
		return f
	},
	Explains: []string{"worse-than-prior", "under-confident", "untrained", "class-prior", "loss-above-fano"},
}
