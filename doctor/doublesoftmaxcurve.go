package doctor

import (
	"math"

	"xent/calib"
)

// doubleSoftmaxCurve finds a loss that comes to rest just above the floor of softmax applied twice, f = ln(1 + (K-1)/e), and
// never goes below it. With the accuracy it convicts, by the line of [doubleSoftmax].
var doubleSoftmaxCurve = Detector{
	ID: "double-softmax", Code: "D03", Summary: "softmax applied twice in training",
	Curve: func(c *Curve) *Finding {
		s := c.Loss.finite()
		if c.Classes < 2 || s.Len() < 20 {
			return nil
		}
		f, uniform := floor(c.Classes), math.Log(float64(c.Classes))
		tail := s.tail()
		level, _ := tail.level()
		least := math.Inf(1)
		for _, v := range s.Value {
			least = min(least, v)
		}
		// The floor holds for every batch. A network without opinion has ln K either way.
		if !(least >= f-.005 && level < f+.1 && level < uniform-.2 && tail.flat(.02)) {
			return nil
		}
		found := &Finding{
			Severity: Warning,
			Says:     "the loss comes to rest at {level} and never goes below {least}: softmax applied twice cannot go below {floor}, however good the model",
			Evidence: figures.
				add("level", level, Nats).
				add("least", least, Nats).
				add("floor", f, Nats).
				add("points", float64(s.Len()), Plain),
			Else: "a model that happens to stop there",
			Fix:  "take the last softmax out of the model: the loss wants logits",
		}
		a, logged := c.accuracy()
		if !(math.Abs(level-(f+1-a)) <= .05 && level > calib.Fano(a, c.Classes) && a > .9) {
			return found
		}
		found.Says += ". At an accuracy of {accuracy} it lies on the line of such losses, {line}"
		found.Evidence = found.Evidence.add("accuracy", a, Share).add("line", f+1-a, Nats).add("line_limit", .05, Nats)
		found.Else = "a training loss that is raised on purpose, by smoothed or mixed labels, to just this value"
		if logged && level/(1-a) >= absurd {
			found.Severity, found.Else = Error, ""
		}
		return found
	},
	Explains: []string{"loss-plateau"},
}

// accuracy returns the accuracy at the end of training, and whether it was logged with the loss; else it is that of
// rows, or NaN.
func (c *Curve) accuracy() (a float64, logged bool) {
	s := c.Accuracy.finite()
	if s.Len() == 0 {
		return c.Judged, false
	}
	t := s.tail()
	return median(t.Value), true
}
