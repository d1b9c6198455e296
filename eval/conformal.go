//go:build !js

package eval

import (
	"cmp"
	"math"
	"slices"

	"xent/calib"
)

// conformal fills in E20: sets of classes that hold the label with probability 1-α, whatever the model. The kept rows are cut
// into halves by a hash of their number, or of their group: of n rows of the first, with the scores s of their labels,
//
//	q = the ⌈(n+1)(1-α)⌉-th smallest s      set of a row: its classes of score at most q
//
// and the other half tells how often sets hold the label, and how large they are. Two scores are used, both least for the
// likeliest class: LAC has 1-p[k], which makes sets small on average; APS has Σ p[j] over the classes likelier than k, and u·p[k],
// which makes them large where the model doubts; u is a random share of each row, from a hash of its number. With fewer than (1-α)/α rows in the first half q is +Inf, and every set
// holds all classes. Weights are left out of it: rows count alike.
//
// Source: Sadinle, Lei and Wasserman 2019 (LAC); Romano, Sesia and Candès 2020 (APS); Angelopoulos and Bates 2021,
// arXiv:2107.07511.
func (a *Accumulator) conformal(r *Report) {
	if a.cfg.Conformal == 0 || a.soft != nil || a.kept == nil || len(a.kept.rows) == 0 {
		return
	}
	a.kept.prune()
	o := &Conformal{Alpha: a.cfg.Conformal}
	for i := range a.kept.rows {
		if a.kept.rows[i].first() {
			o.Calibrated++
		}
	}
	o.Judged = int64(len(a.kept.rows)) - o.Calibrated
	o.LAC = a.sets(o.Calibrated, lacScores)
	o.APS = a.sets(o.Calibrated, apsScores)
	r.Conformal = o
}

// first reports whether a kept row is of the half that the threshold comes from.
func (k *keptRow) first() bool { return hashRow(int64(k.key))>>32&1 == 0 }

// lacScores stores the score of every class of a row. Log-probabilities keep the order of 1-p where that has no digits left.
func lacScores(s []float64, row *keptRow) {
	for k, v := range row.a {
		s[k] = -v
	}
}

func apsScores(s []float64, row *keptRow) {
	logp := row.a
	u := float64(hashRow(int64(row.hash))>>11) * 0x1p-53
	order := make([]int, len(logp))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(logp[j], logp[i]) })
	sum := 0.0
	for _, k := range order {
		p := math.Exp(logp[k])
		s[k] = sum + u*p
		sum += p
	}
}

// sets finds the threshold of one score, and judges its sets.
func (a *Accumulator) sets(n int64, score func(s []float64, row *keptRow)) Sets {
	s := make([]float64, a.classes)
	scores := make([]float64, 0, n)
	for i := range a.kept.rows {
		if k := &a.kept.rows[i]; k.first() {
			score(s, k)
			scores = append(scores, s[k.class])
		}
	}
	slices.Sort(scores)
	q := math.Inf(1)
	if at := int(math.Ceil(float64(n+1)*(1-a.cfg.Conformal)-1e-9)) - 1; at < len(scores) {
		q = scores[max(at, 0)]
	}
	o := Sets{Threshold: q}
	var rows, held int64
	var size, squares float64
	for i := range a.kept.rows {
		k := &a.kept.rows[i]
		if k.first() {
			continue
		}
		score(s, k)
		n := 0
		for _, v := range s {
			if v <= q {
				n++
			}
		}
		rows++
		if s[k.class] <= q {
			held++
		}
		switch n {
		case 0:
			o.Empty++
		case 1:
			o.Single++
		}
		size += float64(n)
		squares += float64(n * n)
	}
	w := float64(rows)
	o.Coverage = float64(held) / w
	o.CI95[0], o.CI95[1] = calib.Wilson(o.Coverage, w)
	mean := size / w
	o.Size = Estimate{mean, math.Sqrt(max(squares/w-mean*mean, 0) / (w - 1))}
	if rows < 2 {
		o.Size.SE = math.NaN()
	}
	if a.cfg.Grouped {
		o.CI95, o.Size.SE = [2]float64{math.NaN(), math.NaN()}, math.NaN()
	}
	return o
}

// warnConformal doubts the sets.
func (a *Accumulator) warnConformal(r *Report, say func(bool, string, string, string)) {
	c := r.Conformal
	say(a.cfg.Conformal > 0 && a.soft != nil, "no-conformal-sets", "conformal", "labels that are distributions have no sets that hold them")
	if c == nil {
		return
	}
	say(math.IsInf(c.LAC.Threshold, 1), "too-few-for-sets", "conformal",
		plural(c.Calibrated, "row is", "rows are")+" too few for sets that hold the label in "+percent(1-c.Alpha)+" of cases: every set holds all classes")
	say(c.Calibrated+c.Judged < a.total.rows(), "sampled-fit", "conformal.judged", "sets were made and judged on a sample of "+plural(c.Calibrated+c.Judged, "row", "rows"))
}
