package doctor

import (
	"math"

	"xent"
	"xent/eval"
	"xent/info"
)

// The first rows are kept as they are, for what only their order tells.
const (
	headRows   = 4096
	headScores = 1 << 22 // 32 MB
)

// worst is the largest loss that a row counts with where orders of labels are compared: a probability
// of 0 must not decide alone.
const worst = 30 // nats

// A head holds the scores and classes of the rows numbered below limit.
type head struct {
	classes int
	limit   int
	scores  []float64 // of row i from i·classes on
	class   []int     // of row i; -1: no label, or a row that is missing
}

func (h *head) add(id int64, scores []float64, y int) {
	if id < 0 || id >= int64(h.limit) {
		return
	}
	h.grow(int(id) + 1)
	copy(h.scores[int(id)*h.classes:], scores)
	h.class[id] = y
}

// grow makes room for n rows.
func (h *head) grow(n int) {
	for len(h.class) < n {
		h.class = append(h.class, -1)
	}
	h.scores = append(h.scores, make([]float64, max(n*h.classes-len(h.scores), 0))...)
}

func (h *head) merge(t *head) {
	h.grow(len(t.class))
	for i, y := range t.class {
		if y >= 0 {
			h.add(int64(i), t.scores[i*t.classes:(i+1)*t.classes], y)
		}
	}
}

// rows are the first rows as log-probabilities.
type rows struct {
	classes int
	logp    []float64 // [rows, classes], none below -worst
	prob    []float64 // of the same
	class   []int     // -1 where the row has no label
}

// first returns the first rows, read as what they are.
func (s *Sample) first() *rows {
	if s.known != nil {
		return s.known
	}
	h, probs := &s.head, s.Kind() == eval.Probs
	r := &rows{classes: h.classes, logp: append([]float64(nil), h.scores...), prob: make([]float64, len(h.scores)), class: h.class}
	for i := range h.class {
		row := r.row(i)
		if probs {
			for k, p := range row {
				row[k] = 0 - float64(info.Surprisal(max(p, 0)))
			}
		}
		m := xent.RowMoments(row)
		for k, z := range row {
			r.prob[i*r.classes+k] = m.Prob(z)
			row[k] = max(m.LogProb(z), -worst)
		}
	}
	s.known = r
	return r
}

func (r *rows) row(i int) []float64 { return r.logp[i*r.classes : (i+1)*r.classes] }

// labelled returns how many rows have a label.
func (r *rows) labelled() int {
	n := 0
	for _, y := range r.class {
		if y >= 0 {
			n++
		}
	}
	return n
}

// A paired comparison of two costs of the same rows.
type paired struct{ n, sum, square float64 }

func (p *paired) add(d float64) {
	p.n++
	p.sum += d
	p.square += d * d
}

// mean returns the mean difference and how many of its standard errors it is from 0.
func (p *paired) mean() (d, z float64) {
	d = p.sum / p.n
	se := math.Sqrt(max(p.square/p.n-d*d, 0) / max(p.n-1, 1))
	if d == 0 {
		return 0, 0
	}
	return d, d / se
}
