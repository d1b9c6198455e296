package doctor

import (
	"math"

	"xent/eval"
)

// What scores are is decided by package eval, on the evidence of all rows; see [eval.Evidence].

// oneHotScores finds labels where scores should be.
var oneHotScores = Detector{
	ID: "one-hot-scores", Code: "D02", Summary: "labels given as scores",
	Rows: func(s *Sample) *Finding {
		e := &s.Evidence
		if !e.Labels() {
			return nil
		}
		return &Finding{
			Severity: Error,
			Says:     "all {rows} {rows|holds|hold} nothing but zeros and a single 1: these are labels, not scores",
			Evidence: figures.
				add("rows", float64(e.Rows), Rows),
			Fix: "give the scores first and the labels second",
		}
	},
	Explains: explainsAll,
}

// explainsAll are the findings that mean nothing once scores and labels are not what they should be.
var explainsAll = append([]string{"input-is-probabilities", "labels-out-of-range", "labels-shifted"}, explainsFit...)

// explainsFit are the findings that a mismatch of rows and labels brings along.
var explainsFit = append([]string{"labels-permuted", "rows-misaligned"}, explainsLoss...)

// explainsLoss are the findings that follow from losses that are wrong as a whole.
var explainsLoss = []string{
	"predictions-independent-of-labels", "worse-than-prior", "over-confident", "under-confident",
	"loss-above-fano", "untrained", "class-prior", "double-softmax", "clipped-probabilities",
}

// notProbabilities finds scores that cannot be the probabilities, or log-probabilities, they are said to be.
var notProbabilities = Detector{
	ID: "not-probabilities", Code: "D07", Summary: "scores that are not the probabilities they are said to be",
	Rows: func(s *Sample) *Finding {
		e := &s.Evidence
		list, what := &e.NotProbs, "{rows|lies|lie} outside [0, 1] or {rows|does|do} not sum to 1: they are no probabilities"
		switch {
		case s.Config.Input == eval.LogProbs:
			list, what = &e.NotLogs, "{rows|has|have} exponentials that do not sum to 1: they are no log-probabilities"
		case s.Config.Input != eval.Probs:
			return nil
		}
		if list.Count == 0 {
			return nil
		}
		f := &Finding{
			Severity: Error,
			Says:     "{rows} of {of} " + what,
			Evidence: figures.
				add("rows", float64(list.Count), Rows).
				add("of", float64(e.Rows), Plain).
				add("tolerance", 10*e.Tolerance, Plain),
			Rows: list.Rows,
			Fix:  "say that they are logits: the loss then takes the softmax itself",
		}
		switch {
		case s.Config.Input == eval.Probs && e.LooksLike() == eval.LogProbs:
			f.Fix = "say that they are log-probabilities: the exponentials of the rows sum to 1"
		case s.Config.Input == eval.LogProbs && e.LooksLike() == eval.Probs:
			f.Fix = "say that they are probabilities: the rows themselves sum to 1"
		case e.Base() != "":
			f.Fix = "multiply them by ln " + e.Base() + ": they are logarithms to base " + e.Base()
		}
		return f
	},
}

// floor returns what softmax cross-entropy of probabilities costs at the very least, in nats: a row that is
// certain and right gives the loss the logits 1, 0, ..., 0.
//
//	f = ln(1 + (K-1)/e)
func floor(classes int) float64 { return math.Log1p(float64(classes-1) / math.E) }

// Floor returns the least loss that a softmax over probabilities can reach, in nats, for so many classes: it lies
// between Floor and Floor + 1.
func Floor(classes int) float64 { return floor(classes) }

// probabilities finds rows that are probabilities: a certain fact, and an error where they were said to be logits,
// because softmax is then applied twice.
var probabilities = Detector{
	ID: "input-is-probabilities", Code: "D01", Summary: "the scores are probabilities",
	Rows: func(s *Sample) *Finding {
		e := &s.Evidence
		if s.Kind() != eval.Probs {
			return nil
		}
		f := &Finding{
			Severity: Note,
			Says:     "{rows} {rows|lies|lie} in [0, 1] and {rows|sums|sum} to 1 within {sum_deviation}: they are probabilities, and are measured as such",
			Evidence: figures.
				add("rows", float64(e.Simplex), Rows).
				add("of", float64(e.Rows), Plain).
				add("sum_deviation", e.SumOff, Plain).
				add("sum_deviation_limit", e.Tolerance, Plain),
			Fix: "give them to a loss that takes probabilities",
		}
		if e.Column {
			f.Says = "{rows} {rows|lies|lie} in [0, 1]: each is taken for the probability of class 1"
			f.Else = "logits that happen to lie in [0, 1]"
		}
		if s.Config.Input != eval.Logits || e.Column { // of a column, see double-sigmoid
			return f
		}
		f.Severity = Error
		f.Fix = "take the softmax out: the loss wants the values from before it"
		if few := e.Rows < 32; few {
			f.Severity = Warning
			f.Else = "so few rows can sum to 1 by chance"
		}
		f.Says = "{rows} {rows|lies|lie} in [0, 1] and {rows|sums|sum} to 1: they are probabilities, and a loss that takes logits applies softmax to them again"
		if r := s.As(eval.Logits); r.Rows > r.Infinite {
			twice, _ := r.Loss()
			f.Says += ". It then prints {loss_as_logits} and can never go below {floor}"
			f.Evidence = f.Evidence.add("loss_as_logits", twice, Nats).add("floor", floor(s.Classes), Nats)
			if p := s.As(eval.Probs); p.Infinite == 0 {
				once, _ := p.Loss()
				f.Says += ", where the model's own loss is {loss}"
				f.Evidence = f.Evidence.add("loss", once, Nats)
			}
		}
		return f
	},
}

// logProbabilities finds logits that are log-probabilities, which is harmless.
var logProbabilities = Detector{
	ID: "log-probabilities", Code: "D05", Summary: "the logits are log-probabilities",
	Rows: func(s *Sample) *Finding {
		e := &s.Evidence
		if e.Column || e.Kind() != eval.LogProbs || s.Config.Input == eval.LogProbs {
			return nil
		}
		return &Finding{
			Severity: Note,
			Says:     "the exponentials of {rows} sum to 1 within {sum_deviation}: log-probabilities, which are as good as logits, because log-softmax leaves them as they are",
			Evidence: figures.
				add("rows", float64(e.Logs), Rows).
				add("of", float64(e.Rows), Plain).
				add("sum_deviation", e.LogOff, Plain),
			Fix: "leave it: the loss is right either way",
		}
	},
}

// logBase finds logarithms of probabilities to another base than e.
var logBase = Detector{
	ID: "log-base", Code: "D06", Summary: "log-probabilities to base 2 or 10",
	Rows: func(s *Sample) *Finding {
		e := &s.Evidence
		base := e.Base()
		if e.Column || base == "" || e.Rows < 32 {
			return nil
		}
		return &Finding{
			Severity: Error,
			Says:     base + " to the power of the scores sums to 1 in the rows tried: they are log-probabilities to base " + base + ", and softmax makes other probabilities of them",
			Evidence: figures.
				add("rows", float64(e.Rows), Rows),
			Fix: "multiply the scores by ln " + base,
		}
	},
	Explains: []string{"worse-than-prior", "loss-above-fano", "over-confident", "under-confident"},
}
