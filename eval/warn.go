package eval

import (
	"math"
	"strconv"

	"xent/calib"
)

// Thresholds of doubts.
const (
	fewInBin      = 30   // rows below which a bin's accuracy says little
	fewInAll      = 30   // rows below which the normal interval of a mean is rough
	heavyRow      = 0.10 // of the variance of the loss in one row
	heavyRounding = 0.01 // of the loss
)

// warn fills in the doubts, always in the same order. An ID is stable; a message is not.
func (a *Accumulator) warn(r *Report) {
	r.Warnings = []Warning{}
	say := func(doubt bool, id, field, message string) {
		if doubt {
			r.Warnings = append(r.Warnings, Warning{id, message, field})
		}
	}
	a.warnScores(r, say)
	a.warnLoss(r, say)
	a.warnAsked(r, say)
	a.warnClasses(r, say)
	a.warnCalibration(r, say)
}

// warnScores doubts that the scores are what they are taken for.
func (a *Accumulator) warnScores(r *Report, say func(bool, string, string, string)) {
	e, column := &a.evidence, a.evidence.Column
	auto := a.cfg.Input == Auto
	looks := e.LooksLike()
	if a.as == Logits && looks == Probs {
		why := "these rows look like probabilities, but were measured as logits, as asked: softmax has then been applied twice"
		if auto {
			why = "these rows look like probabilities, but " + strconv.FormatInt(e.Rows, 10) +
				" are too few to tell and were measured as logits; --input probs takes them as they are"
		}
		say(true, "rows-look-like-probabilities", "input", why)
	}
	if auto && column && a.as == Probs {
		say(true, "one-column-in-unit-interval", "input",
			"one column in [0, 1] was taken for the probability of class 1; --input logits if it holds logits")
	}
	say(r.Input.Kind == Logits && looks == LogProbs && e.Rows >= enoughRows, "log-probabilities", "input",
		"these logits are log-probabilities already, which is harmless: log-softmax changes nothing in them")
	if b := e.Base(); b != "" && a.as == Logits {
		say(true, "logarithms-base-"+b, "input",
			"the scores are log-probabilities to base "+b+", measured as logits: multiply them by ln "+b+" for the loss of the model")
	}
	say(integer(a.cfg.DType), "integer-scores", "health.dtype",
		"the scores are whole numbers ("+a.cfg.DType+"): are these labels?")
	if a.constant.is() {
		what := "every row holds the same scores"
		if a.health.largest == 0 {
			what = "every score is 0"
		}
		say(true, "constant-scores", "loss.nats", what+": the predictions do not depend on the input")
	}
	if column {
		say(a.class[1].rows.Zero() && a.soft == nil, "single-class", "classes",
			"one column and no label 1: a softmax over a single class always costs 0; the column was measured as a binary logit")
	}
}

// warnLoss doubts the loss and its interval.
func (a *Accumulator) warnLoss(r *Report, say func(bool, string, string, string)) {
	l, t := &r.Loss, &a.total
	rows := t.rows()
	say(l.Infinite > 0, "infinite-rows", "loss.nats",
		plural(l.Infinite, "row gives the label probability 0 and costs", "rows give the label probability 0 and cost")+" +Inf; the others cost "+num(l.Finite)+" nats")
	say(rows == 1, "one-row", "loss.se", "one row has no standard error: at least 2 are needed")
	say(rows > 1 && rows < fewInAll, "few-rows", "loss.ci95",
		plural(rows, "row is", "rows are")+" few: the interval takes the mean loss for normal")
	if rows >= fewInAll && l.SE > 0 && len(r.Surprising) > 0 && t.finite.weight.Integral() {
		d := r.Surprising[0].Loss - l.Nats
		se := l.SE
		if r.Groups != nil {
			se = r.Groups.RowSE
		}
		share := d * d / (se * se * float64(rows) * float64(rows-1))
		say(share > heavyRow, "one-row-dominates", "loss.ci95",
			"one row makes up "+percent(share)+" of the variance of the loss: the interval is rough and rather too short")
	}
	h := r.Health.Rounding
	say(h > heavyRounding*math.Abs(l.Nats), "rounding", "health.rounding_bound",
		"storing the scores as "+a.cfg.DType+" can have moved the loss by up to "+num(h)+" nats, more than 1 % of it")
	if b := &r.Box; !math.IsNaN(l.SE) {
		say(l.Nats < b.Lower-3*l.SE, "loss-below-box", "feasible.lower",
			"a loss of "+num(l.Nats)+" nats is impossible at this accuracy, which costs at least "+num(b.Lower)+
				": loss and accuracy come from different rows, masks or scales, or the probabilities do not sum to 1")
		say(l.Nats > calib.FanoOf(r.Accuracy.Value, a.classes, float64(rows))+5*l.SE, "loss-above-fano", "feasible.fano",
			"no calibrated model of this accuracy loses more than "+num(b.Fano)+" nats: the probabilities are off, whatever the accuracy")
	}
	say(r.Prior.Skill.Value < 0 && !math.IsInf(r.Prior.Skill.Value, 0) && r.Prior.Skill.Value < -3*r.Prior.Skill.SE, "worse-than-prior", "prior.skill",
		"always answering the label frequencies would lose less: "+num(r.Prior.Nats)+" nats")
	if p := &r.Prior; p.Skill.SE > 0 {
		corrected := 1 - l.Nats/p.Miller
		say(p.Skill.Value-corrected < -p.Skill.SE/2, "prior-biased", "prior.skill",
			"so many classes in so few rows make the entropy of the label frequencies come out low by some "+num(p.Miller-p.Nats)+
				" nats: corrected, the skill is "+num(corrected))
	}
	if s := r.Soft; s != nil {
		say(!(math.Abs(s.Residual) <= 1e-12*max(1, l.Nats)) && l.Infinite == 0 && l.Nats == l.Nats, "identity", "soft_targets.residual",
			"entropy and divergence miss the loss by "+num(s.Residual)+" nats")
		say(true, "soft-targets", "confidence.z",
			"labels that are distributions were not drawn from one: tests that need draws are left out, and accuracy counts the likeliest class")
	}
}

// warnClasses doubts what the labels can tell.
func (a *Accumulator) warnClasses(r *Report, say func(bool, string, string, string)) {
	never, common := int64(0), 0.0
	for _, c := range r.PerClass {
		if c.Rows == 0 {
			never++
		}
		common = max(common, c.Rows/r.Loss.Weight)
	}
	say(never > 0, "classes-never-labelled", "per_class",
		plural(never, "class is", "classes are")+" never a label: "+strconv.Itoa(a.classes)+" have scores")
	say(common > 0.9 && common < 1, "imbalanced-labels", "accuracy",
		percent(common)+" of the rows have one label: compare the accuracy with that, and the loss with the prior")
	say(common == 1, "one-label", "prior.skill", "every row has the same label: there is no skill to measure")
}

// warnCalibration doubts the expected calibration error.
func (a *Accumulator) warnCalibration(r *Report, say func(bool, string, string, string)) {
	few, bins := int64(0), a.cells.EqualMass(a.cfg.Bins)
	for _, b := range bins {
		if b.Effective() < fewInBin {
			few++
		}
	}
	say(few > 0, "few-rows-in-bins", "calibration.ece",
		strconv.FormatInt(few, 10)+" of "+plural(int64(len(bins)), "bin holds", "bins hold")+" fewer than "+strconv.Itoa(fewInBin)+" rows")
	say(len(bins) < a.cfg.Bins && a.total.rows() >= int64(a.cfg.Bins), "bins-merged", "calibration.bins",
		"many rows share a confidence: "+strconv.Itoa(a.cfg.Bins)+" bins of equal weight became "+strconv.Itoa(len(bins)))
}

// plural renders "1 row", "7 rows".
func plural(n int64, one, many string) string {
	return itoa(n) + " " + agree(n, one, many)
}

// percent renders a share: "3.1 %".
func percent(x float64) string { return strconv.FormatFloat(100*x, 'f', 1, 64) + " %" }

// exactly renders x with all its digits.
func exactly(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
