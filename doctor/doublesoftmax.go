package doctor

import (
	"math"

	"xent/calib"
)

// doubleSoftmax finds training whose loss applied softmax to probabilities.
//
// Such a loss lies between f = ln(1 + (K-1)/e) and f + 1, and a network that has learnt its rows gives probabilities near
// 0 and 1, so that a right row costs f and a wrong one f + 1: L = f + 1 - a. A loss on that line, above what a
// calibrated model can have, convicts where the only other explanation, wrong rows that cost L/(1-a) each, is absurd.
//
// Outputs alone never prove it: on easy data a network trained so looks like any other.
var doubleSoftmax = Detector{
	ID: "double-softmax", Code: "D03", Summary: "softmax applied twice in training",
	Log: func(l *Log) *Finding {
		f := floor(l.Classes)
		line := f + 1 - l.Accuracy
		uniform := math.Log(float64(l.Classes))
		if !(math.Abs(l.Loss-line) <= .05 && l.Loss > calib.Fano(l.Accuracy, l.Classes) && line < uniform-.2) {
			return nil
		}
		each := l.Loss / (1 - l.Accuracy)
		found := &Finding{
			Severity: Error,
			Says: "a loss of {loss} at an accuracy of {accuracy} lies on the line of softmax applied twice, {line}. " +
				"Such a loss cannot go below {floor}, however good the model",
			Evidence: figures.
				add("loss", l.Loss, Nats).
				add("accuracy", l.Accuracy, Share).
				add("line", line, Nats).
				add("line_limit", .05, Nats).
				add("floor", f, Nats).
				add("fano", calib.Fano(l.Accuracy, l.Classes), Nats),
			Fix: "take the last softmax out of the model: the loss wants logits",
		}
		if each < absurd {
			found.Severity = Warning
			found.Evidence = found.Evidence.add("each", each, Nats)
			found.Else = "an over-confident model whose wrong rows cost {each} each"
		}
		return found
	},
	Rows: func(s *Sample) *Finding {
		t := s.fit()
		if !(t.rows >= fewLabelled && t.temperature > 3 && t.sure > .5 && t.evidence > math.Log(float64(len(tempers))/falseAlarm)) {
			return nil
		}
		return &Finding{
			Severity: Warning,
			Says:     "{sure} of the rows are predicted with more than 99 %, and the best temperature is {temperature}: logits grow like this when the training loss applied softmax twice",
			Evidence: figures.
				add("sure", t.sure, Share).
				add("sure_limit", .5, Share).
				add("temperature", t.temperature, Plain).
				add("temperature_limit", 3, Plain),
			Else: "a model trained for too long, or without any regularisation, on noisy labels",
			Fix:  "look for a softmax before the training loss: outputs alone cannot prove it, the training loss can",
		}
	},
	Explains: []string{"loss-above-fano"},
}

// absurd is the mean loss of wrong rows, in nats, from which over-confidence explains nothing: the true class would have
// to be given less than one part in 100,000 on average.
const absurd = 12
