package doctor

import "slices"

// labelSmoothing finds the ceiling that label smoothing by ε puts on confidence: 1 - ε + ε/K.
var labelSmoothing = Detector{
	ID: "label-smoothing", Code: "D25", Summary: "a ceiling of confidence, as label smoothing puts it",
	Rows: func(s *Sample) *Finding {
		r := s.first()
		var sure []float64
		right := 0.0
		for i, y := range r.class {
			if y < 0 {
				continue
			}
			p := r.prob[i*r.classes : (i+1)*r.classes]
			top := slices.Max(p)
			sure = append(sure, top)
			if p[y] == top {
				right++
			}
		}
		if len(sure) < 200 {
			return nil
		}
		slices.Sort(sure)
		at := func(q float64) float64 { return sure[int(q*float64(len(sure)-1))] }
		ceiling, accuracy := at(.9), right/float64(len(sure))
		if !(ceiling < .99 && ceiling > .5 && at(.9)-at(.5) < .03 && sure[len(sure)-1]-ceiling < .03 && accuracy > at(.5)+.01) {
			return nil
		}
		k := float64(r.classes)
		return &Finding{
			Severity: Note,
			Says:     "half of the rows are between {half} and {ceiling} sure and hardly any is surer, at an accuracy of {accuracy}: labels smoothed by {smoothing} put such a ceiling",
			Evidence: figures.
				add("half", at(.5), Share).
				add("ceiling", ceiling, Share).
				add("accuracy", accuracy, Share).
				add("smoothing", (1-ceiling)*k/(k-1), Plain),
			Else: "a temperature, or any other bound on the logits",
			Fix:  "compare such a model with others by the loss without smoothing, and fit a temperature first",
		}
	},
}
