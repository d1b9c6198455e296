package doctor

import (
	"math"

	"xent/eval"
)

// tempers are the temperatures that are tried as explanations of the labels.
var tempers = [...]float64{1. / 8, 1. / 4, 1. / 2, 2. / 3, .8, 1.25, 1.5, 2, 4, 8}

// falseAlarm is the chance that a calibrated model is called over- or under-confident: all detectors together are to
// raise a false alarm less than once in 10,000 files.
const falseAlarm = 1e-4 / 20

// A temper is a temperature that fits the labels, and what it saves.
type temper struct {
	temperature float64
	rows        float64
	loss        float64 // mean, in nats, as the rows are
	after       float64 // at the temperature
	sure        float64 // share of rows with a confidence above .99
	evidence    float64 // log-likelihood ratio, in nats, of the best of tempers
}

// fit looks for the temperature of the first rows. Rows whose label is all but excluded are left out: no
// temperature can help them.
//
// The ratio of the likelihoods of the labels at a temperature fixed beforehand, and at 1, has mean 1 if the model is
// calibrated, so that it exceeds x with probability 1/x at most (Markov), however few the rows and whatever their
// distribution. The largest of m ratios exceeds m·x as rarely. This is the test; it needs no normal approximation,
// which fails where a model is nearly always sure.
func (s *Sample) fit() *temper {
	if s.fitted != nil {
		return s.fitted
	}
	r := s.first()
	var gains [len(tempers)]float64
	t := &temper{temperature: 1}
	for i, y := range r.class {
		if y < 0 || r.row(i)[y] <= -worst {
			continue
		}
		row := r.row(i)
		t.rows++
		t.loss -= row[y]
		top := math.Inf(-1)
		for _, lp := range row {
			top = max(top, lp)
		}
		if top > math.Log(.99) {
			t.sure++
		}
		for j, temperature := range tempers {
			l, _, _ := tempered(row, y, 1/temperature)
			gains[j] += -row[y] - l
		}
	}
	best := 0
	for j, g := range gains {
		if g > gains[best] {
			best = j
		}
	}
	t.evidence = gains[best]
	t.loss /= t.rows
	t.sure /= t.rows
	t.temperature, t.after = r.temperature(1 / tempers[best])
	s.fitted = t
	return t
}

// tempered returns the loss of class y at inverse temperature beta, with its first two derivatives in beta.
func tempered(row []float64, y int, beta float64) (loss, slope, curve float64) {
	top := math.Inf(-1)
	for _, lp := range row {
		top = max(top, lp)
	}
	var s0, s1, s2 float64
	for _, lp := range row {
		d := lp - top
		e := math.Exp(beta * d)
		s0 += e
		s1 += d * e
		s2 += d * d * e
	}
	mean := s1 / s0
	return math.Log(s0) - beta*(row[y]-top), mean - (row[y] - top), s2/s0 - mean*mean
}

// temperature minimises the mean loss by Newton's method in the inverse temperature, where it is convex, and returns
// the best temperature and its loss. It stays between 1/64 and 64.
func (r *rows) temperature(beta float64) (temperature, loss float64) {
	for range 12 {
		var l, d, dd, n float64
		for i, y := range r.class {
			if y < 0 || r.row(i)[y] <= -worst {
				continue
			}
			li, di, ddi := tempered(r.row(i), y, beta)
			l, d, dd, n = l+li, d+di, dd+ddi, n+1
		}
		loss = l / n
		if !(dd > 0) || math.Abs(d) <= 1e-9*n {
			break
		}
		beta = min(max(beta-d/dd, beta/2, 1./64), beta*2, 64)
	}
	return 1 / beta, loss
}

// confidence finds predictions that are systematically surer, or less sure, than the labels bear out.
var confidence = Detector{
	ID: "over-confident", Code: "D20", Summary: "predictions surer, or less sure, than they are right",
	Rows: func(s *Sample) *Finding {
		t := s.fit()
		limit := math.Log(float64(len(tempers)) / falseAlarm)
		if !(t.evidence > limit && t.loss-t.after > .01*t.loss) {
			return nil
		}
		r := s.Reading()
		f := &Finding{
			Severity: Warning,
			Says:     "the model is over-confident: it expects to lose {expected} a row and loses {loss}. At temperature {temperature} it would lose {after}",
			Evidence: figures.
				add("loss", t.loss, Nats).
				add("expected", r.Entropy(), Nats).
				add("temperature", t.temperature, Plain).
				add("after", t.after, Nats).
				add("evidence", t.evidence, Nats).
				add("evidence_limit", limit, Nats).
				add("z", r.Z(), Plain).
				add("rows", t.rows, Rows),
			Else: "rows that are copies of each other, or labels that are wrong",
		}
		if t.temperature < 1 {
			f.ID = "under-confident"
			f.Says = "the model is under-confident: it expects to lose {expected} a row and loses {loss}. At temperature {temperature} it would lose {after}"
			f.Else = "a model trained with label smoothing, or scores that were scaled down"
		}
		f.Fix = "divide the logits by " + digits(t.temperature) + " before the softmax"
		if s.Kind() == eval.Probs {
			f.Fix = "raise the probabilities to the power " + digits(1/t.temperature) + " and divide by their sum"
		}
		return f
	},
}
