package eval

// kind says what the scores are, or refuses them.
func (a *Accumulator) kind() (Decision, error) {
	e := &a.evidence
	if b := &a.badWeights; b.Count > 0 {
		return Decision{}, &RowError{Code: "weights", Count: b.Count, Rows: b.Rows,
			What: "weights[" + itoa(b.Rows[0]) + "] is " + num(b.value), Want: "a finite weight of at least 0"}
	}
	if a.cfg.Input == Auto && e.Labels() {
		return Decision{}, &RowError{Code: "one-hot-scores", Count: e.OneHot,
			What: "the scores are labels: " + count(e.OneHot, e.Rows) + " hold nothing but zeros and a single 1",
			Hint: "name the scores first and the labels second, or say --input logits if these really are scores"}
	}
	switch a.cfg.Input {
	case Probs:
		return Decision{Probs, true, "as given"}, a.notProbs()
	case LogProbs:
		return Decision{LogProbs, true, "as given"}, a.notLogs()
	case Logits:
		return Decision{Logits, true, "as given"}, nil
	}
	kind := e.Kind()
	why := e.Reason(kind)
	if a.mixed || a.as != Auto && a.as != arithmetic(kind) {
		return Decision{}, &KindError{kind, why}
	}
	d := Decision{kind, false, why}
	if kind == Probs {
		return d, a.notProbs()
	}
	return d, nil
}

// notProbs refuses rows that cannot be probabilities.
func (a *Accumulator) notProbs() error {
	l := &a.evidence.NotProbs
	if l.Count == 0 {
		return nil
	}
	e := &RowError{Code: "not-probabilities", Count: l.Count, Rows: l.Rows,
		What: "scores[" + itoa(l.Rows[0]) + "] is no distribution",
		Want: "every entry in [0, 1] and a sum of 1 within " + num(10*a.evidence.Tolerance),
		Hint: "--input logits, if the scores are unnormalised"}
	switch ev := &a.evidence; {
	case a.cfg.Classes == 1:
		e.Want = "a probability in [0, 1]"
	case ev.mostly(ev.Logs):
		e.Hint = "--input logprobs: the exponentials of the rows sum to 1"
	}
	return e
}

// notLogs refuses rows that cannot be log-probabilities.
func (a *Accumulator) notLogs() error {
	l := &a.evidence.NotLogs
	if l.Count == 0 {
		return nil
	}
	e := &RowError{Code: "not-log-probabilities", Count: l.Count, Rows: l.Rows,
		What: "the exponentials of scores[" + itoa(l.Rows[0]) + "] do not sum to 1",
		Want: "logsumexp 0 within " + num(10*a.evidence.Tolerance),
		Hint: "--input logits, if the scores are unnormalised"}
	switch ev := &a.evidence; {
	case ev.mostly(ev.Simplex):
		e.Hint = "--input probs: the rows themselves sum to 1"
	case ev.Base() != "":
		e.Hint = "multiply the scores by ln " + ev.Base() + ": they are logarithms to base " + ev.Base()
	}
	return e
}

// Base returns "2" or "10" when the rows tried are logarithms to that base, else "".
func (e *Evidence) Base() string {
	switch {
	case e.tried == 0 || e.mostly(e.Logs):
	case e.binary*1000 >= e.tried*999:
		return "2"
	case e.decimal*1000 >= e.tried*999:
		return "10"
	}
	return ""
}

// refuse returns the error that labels, targets or the lack of rows call for.
func (a *Accumulator) refuse() error {
	labelled := func(k int) bool { return !a.class[k].rows.Zero() }
	if err := a.strays.Err(a.evidence.Rows, a.cfg.LabelBase, a.classes, labelled); err != nil {
		return err
	}
	for fault := range a.badTargets {
		if b := &a.badTargets[fault]; b.Count > 0 {
			return targetError(fault, b)
		}
	}
	if a.total.rows() == 0 && a.noSoftmax.Count == 0 {
		return &NoRowsError{a.seen, a.ignored, a.weightless}
	}
	return nil
}

func targetError(fault int, b *badRows) error {
	e := &RowError{Code: "targets", Count: b.Count, Rows: b.Rows}
	place := "targets[" + itoa(b.Rows[0]) + "]"
	switch fault {
	case targetNegative:
		e.What, e.Want = place+" holds "+num(b.value), "probabilities in [0, 1]"
	case targetEmpty:
		e.What, e.Want = place+" is all zeros", "a single 1, or probabilities that sum to 1"
		e.Hint = "give rows that are not to be scored a weight of 0; zeros and several ones are the mark of multi-label data, which has one binary problem per class"
	case targetSeveral:
		e.What, e.Want = place+" holds "+num(b.value)+" ones", "a single 1, or probabilities that sum to 1"
		e.Hint = "several ones are the mark of multi-label data, which has one binary problem per class"
	case targetSum:
		e.What, e.Want = place+" sums to "+exactly(b.value), "1 within "+num(targetTolerance)
		e.Hint = "--renormalize divides each row by its sum"
	}
	return e
}

// Reasons why a row has no softmax.
const (
	holdsNaN = iota
	severalInf
	onlyMinusInf
)

// nanRows names the rows without a loss.
func (a *Accumulator) nanRows() error {
	b := &a.noSoftmax
	what := "scores[" + itoa(b.Rows[0]) + "] has no softmax: it holds "
	switch b.value {
	case holdsNaN:
		what += "NaN"
	case severalInf:
		what += "more than one +Inf"
	case onlyMinusInf:
		what += "nothing but -Inf"
	}
	return &RowError{Code: "nan-rows", Count: b.Count, Rows: b.Rows, What: what,
		Hint: "give these rows a weight of 0 to leave them out"}
}
