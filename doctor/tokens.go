package doctor

import "strconv"

// vocabulary is the number of classes from which labels are taken for tokens.
const vocabulary = 256

// tokensShifted finds tokens that are shifted against the rows that predict them: a language model's row t belongs to
// token t+1, and libraries differ in who does the shift.
var tokensShifted = Detector{
	ID: "tokens-shifted", Code: "D14", Summary: "tokens shifted against the rows that predict them",
	Rows: func(s *Sample) *Finding {
		if s.Classes < vocabulary {
			return nil
		}
		r := s.first()
		if r.labelled() < 2*fewLabelled {
			return nil
		}
		best, most, here := 0, r.atLag(0), r.atLag(0)
		for _, lag := range [...]int{-2, -1, 1, 2} {
			if p := r.atLag(lag); p > most {
				best, most = lag, p
			}
		}
		saved, z := r.lagSaving(best).mean()
		if best == 0 || !(most > here+.1 && most > 3*here && saved > .5 && z > sureBy) {
			return nil
		}
		f := &Finding{
			Severity: Warning,
			Says:     "rows predict the token " + strconv.Itoa(max(best, -best)) + " further on: it gets a mean probability of {there}, the one beside the row {here}",
			Evidence: figures.
				add("there", most, Share).
				add("here", here, Share).
				add("saved", saved, Nats).
				add("saved_limit", .5, Nats).
				add("z", z, Plain).
				add("z_limit", sureBy, Plain).
				add("lag", float64(best), Plain),
			Else: "rows of one file that were dropped",
			Fix:  "shift once: compare scores[:-1] with tokens[1:], unless the model shifts its labels itself",
		}
		if best < 0 {
			f.Says = "rows predict the token " + strconv.Itoa(-best) + " before: it gets a mean probability of {there}, the one beside the row {here}"
			f.Fix = "shift once: the labels were shifted before they came to a model that shifts them itself"
		}
		return f
	},
	// Spelt out: a list that is computed would be carried by the lab, too.
	Explains: []string{
		"rows-misaligned", "predictions-independent-of-labels", "worse-than-prior", "over-confident", "under-confident",
		"loss-above-fano", "untrained", "class-prior", "double-softmax", "clipped-probabilities",
	},
}

// lagSaving compares what the labels of the rows cost with those at a lag.
func (r *rows) lagSaving(lag int) *paired {
	var p paired
	for i := max(0, -lag); i < len(r.class) && i+lag < len(r.class); i++ {
		if y, there := r.class[i], r.class[i+lag]; y >= 0 && there >= 0 {
			p.add(r.row(i)[there] - r.row(i)[y])
		}
	}
	return &p
}
