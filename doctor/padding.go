package doctor

import "math"

// paddingCounted finds padding among the labels: one token that comes in runs, where others do not, and costs next to
// nothing. It lowers the mean loss of a language model for free.
var paddingCounted = Detector{
	ID: "padding-counted", Code: "D15", Summary: "padding that counts in the loss",
	Rows: func(s *Sample) *Finding {
		if s.Classes < 64 {
			return nil
		}
		r := s.first()
		n := float64(r.labelled())
		pad, inRuns := r.runs()
		if n < 2*fewLabelled || !(inRuns > .05*n) {
			return nil
		}
		count, loss, others, neighbours, same := 0.0, 0.0, 0.0, 0.0, 0.0
		last := -1
		for i, y := range r.class {
			switch {
			case y == pad:
				count++
				loss -= r.row(i)[y]
			case y >= 0:
				others -= r.row(i)[y]
				if last >= 0 && last != pad {
					neighbours++
					if y == last {
						same++
					}
				}
			}
			last = y
		}
		loss, others = loss/count, others/(n-count)
		// Where other labels repeat too, rows are sorted or come from films; nothing can be told then.
		if !(loss < .01 && others > 10*loss+.05 && neighbours > 20 && same < .25*neighbours && inRuns > .5*count) {
			return nil
		}
		return &Finding{
			Severity: Warning,
			Says:     "label {pad} makes up {share} of the rows, nearly all of them in runs, and costs {costs} a row; the other rows cost {others}. It looks like padding, and dilutes the loss",
			Evidence: figures.
				add("pad", float64(pad), Plain).
				add("share", count/n, Share).
				add("in_runs", inRuns/n, Share).
				add("in_runs_limit", .05, Share).
				add("costs", loss, Nats).
				add("costs_limit", .01, Nats).
				add("others", others, Nats),
			Else: "a label that truly repeats and is easy to predict",
			Fix:  "leave the padding out of the mean: --ignore-index " + digits(float64(pad)),
		}
	},
}

// runs returns the label with most rows in runs longer than three, and how many these are.
func (r *rows) runs() (label int, inRuns float64) {
	total := make([]float64, r.classes)
	for from := 0; from < len(r.class); {
		to := from
		for to < len(r.class) && r.class[to] == r.class[from] {
			to++
		}
		if y := r.class[from]; y >= 0 && to-from > 3 {
			total[y] += float64(to - from)
		}
		from = to
	}
	most := math.Inf(-1)
	for y, n := range total {
		if n > most {
			label, most = y, n
		}
	}
	return label, most
}
