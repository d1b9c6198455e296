package doctor

import (
	"math"

	"xent/calib"
)

// A clipValue is a loss that no model likes by itself: what a probability costs that was clipped.
type clipValue struct {
	nats float64
	from string // who clips there
}

var clipValues = [...]clipValue{
	{6.931, "the rounding of float16, 2⁻¹⁰"},
	{13.816, "1e-6"},
	{15.942, "the rounding of float32, 2⁻²³"},
	{16.118, "1e-7"},
	{27.631, "1e-12"},
	{34.539, "1e-15"},
	{36.044, "the rounding of float64, 2⁻⁵²"},
	{36.841, "1e-16"},
	{100, "PyTorch's binary cross-entropy of probabilities"},
}

// spike counts losses at a value, and just beside it.
type spike struct{ at, near int64 }

func (s *spike) add(loss, value float64) {
	switch off := math.Abs(loss - value); {
	case off <= .001:
		s.at++
	case off <= .05:
		s.near++
	}
}

// clipped finds losses that gather at the cost of a clipped probability.
var clipped = Detector{
	ID: "clipped-probabilities", Code: "D21", Summary: "losses that gather where probabilities are clipped",
	Rows: func(s *Sample) *Finding {
		r := s.Reading()
		for i, c := range r.clips {
			// The window beside is 49 times as wide: by chance it holds 49 times as many.
			if c.at < 5 || float64(c.at) < .001*r.n() || c.at*10 < c.near {
				continue
			}
			v := clipValues[i]
			return &Finding{
				Severity: Warning,
				Says:     "{rows} {rows|costs|cost} {value} almost exactly, which is what a probability costs that was clipped at " + v.from + ". The true loss of {rows|this row|these rows} is larger, and the gradient is 0",
				Evidence: figures.
					add("rows", float64(c.at), Rows).
					add("beside", float64(c.near), Rows).
					add("value", v.nats, Nats),
				Else: "the same few rows many times over",
				Fix:  "keep the logits and let the loss take them",
			}
		}
		return nil
	},
}

// printed is what a log with two decimals may round away, of a loss or an accuracy.
const printed = .005

// belowBox finds a loss that no predictions of that accuracy can have. It is exact.
var belowBox = Detector{
	ID: "loss-below-box", Code: "D23", Summary: "a loss too small for its accuracy",
	Rows: func(s *Sample) *Finding {
		r := s.Reading()
		if r.Rows == 0 || r.Infinite > 0 {
			return nil
		}
		loss, _ := r.Loss()
		return tooSmall(loss, r.Accuracy(), 1e-9, "the probabilities do not sum to 1")
	},
	Log: func(l *Log) *Finding {
		return tooSmall(l.Loss, l.Accuracy, printed+printed*math.Ln2, "loss and accuracy come from different rows, masks or scales")
	},
}

func tooSmall(loss, accuracy, margin float64, cause string) *Finding {
	least := calib.LeastLoss(accuracy)
	if !(loss < least-margin) {
		return nil
	}
	f := &Finding{
		Severity: Error,
		Says:     "a loss of {loss} is impossible at an accuracy of {accuracy}: every wrong answer costs at least {each}, which makes {least}. So " + cause,
		Evidence: figures.
			add("loss", loss, Nats).
			add("accuracy", accuracy, Share).
			add("least", least, Nats).
			add("each", math.Ln2, Nats),
		Fix: "compute both from the same rows; check whether the loss was averaged over padding, too",
	}
	if loss < 0 {
		f.Says = "a loss of {loss} is impossible: a probability costs nothing at least. So " + cause
	}
	return f
}

// aboveFano finds a loss that no calibrated model of that accuracy can have.
var aboveFano = Detector{
	ID: "loss-above-fano", Code: "D24", Summary: "a loss too large for a calibrated model of its accuracy",
	Rows: func(s *Sample) *Finding {
		r := s.Reading()
		if r.Rows < fewMeasured || r.Infinite > 0 {
			return nil
		}
		loss, se := r.Loss()
		a := r.Accuracy()
		most := calib.FanoOf(a, s.Classes, r.n())
		return tooLarge(loss, a, s.Classes, 5*se+most-calib.Fano(a, s.Classes))
	},
	Log: func(l *Log) *Finding {
		return tooLarge(l.Loss, l.Accuracy, l.Classes, printed+printed*slope(l.Accuracy, l.Classes))
	},
}

// slope returns how fast [calib.Fano] falls with the accuracy, at most 10 nats.
func slope(a float64, classes int) float64 {
	return min(math.Abs(math.Log((1-a)/a)+math.Log(float64(max(classes-1, 1)))), 10)
}

func tooLarge(loss, accuracy float64, classes int, margin float64) *Finding {
	most := calib.Fano(accuracy, classes)
	if !(loss > most+margin) {
		return nil
	}
	return &Finding{
		Severity: Warning,
		Says:     "a loss of {loss} is more than any calibrated model of {accuracy} accuracy has, which is {most} at most: the answers are better than the probabilities",
		Evidence: figures.
			add("loss", loss, Nats).
			add("accuracy", accuracy, Share).
			add("most", most, Nats).
			add("margin", margin, Nats),
		Else: "over-confidence, a few wildly wrong rows, or label smoothing in the loss that was printed",
		Fix:  "fit a temperature on held-out rows, and look at the costliest rows",
	}
}
