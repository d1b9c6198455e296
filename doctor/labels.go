package doctor

// labelsOutOfRange finds labels that name no class; what they probably are is told by package eval.
var labelsOutOfRange = Detector{
	ID: "labels-out-of-range", Code: "D09", Summary: "labels that name no class",
	Rows: func(s *Sample) *Finding {
		e := s.Strays.Err(s.Rows, s.Config.LabelBase, s.Classes, func(k int) bool { return s.Labelled[k] > 0 })
		if e == nil {
			return nil
		}
		f := &Finding{
			Severity: Error,
			Says:     "{labels} of {of} {labels|lies|lie} outside {low} to {high}",
			Evidence: figures.
				add("labels", float64(e.Count), Plain).
				add("of", float64(s.Rows), Plain).
				add("low", float64(e.Low), Plain).
				add("high", float64(e.High-1), Plain).
				add("first", float64(e.Label), Plain),
			Rows: []int64{e.Row},
			Fix:  "check which classes the labels count, and from which number on",
		}
		if e.Cause != "" {
			f.Says += "; " + e.Cause
		} else {
			f.Says += ", the first of them {first}"
		}
		if e.Hint != "" {
			f.Fix = "say so: " + e.Hint
		}
		return f
	},
	Explains: append([]string{"labels-shifted"}, explainsFit...),
}
