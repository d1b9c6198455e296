package doctor

import (
	"math"
	"strconv"

	"xent/eval"
	"xent/internal/exact"
)

// stretches cut a file into at most 64 runs of equally many rows, in the order of the rows. They merge exactly.
type stretches struct {
	width int64 // rows of each: 64 times a power of two
	part  [64]stretch
}

// stretch is what one run adds up to, over labelled rows.
type stretch struct {
	rows, right int64
	trust       exact.Share // Σ of the confidences
	labels      [16]int64   // rows by label, modulo 16
}

func (t *stretches) add(id int64, y int, confidence float64, right bool) {
	t.reach(id)
	p := &t.part[id/t.width]
	p.rows++
	if right {
		p.right++
	}
	p.trust.Add(1, confidence)
	p.labels[y%len(p.labels)]++
}

// reach widens the runs until row id is in one.
func (t *stretches) reach(id int64) {
	t.width = max(t.width, 64)
	for id/t.width >= int64(len(t.part)) {
		t.widen()
	}
}

func (t *stretches) widen() {
	var wide [64]stretch
	for i := range t.part {
		wide[i/2].merge(&t.part[i])
	}
	t.part = wide
	t.width *= 2
}

func (t *stretches) merge(u *stretches) {
	if u.width == 0 {
		return
	}
	t.width = max(t.width, 64)
	for t.width < u.width {
		t.widen()
	}
	scale := t.width / u.width
	for i := range u.part {
		t.part[int64(i)/scale].merge(&u.part[i])
	}
}

func (p *stretch) merge(q *stretch) {
	p.rows += q.rows
	p.right += q.right
	p.trust.Merge(&q.trust)
	for i, n := range q.labels {
		p.labels[i] += n
	}
}

// apart returns the total variation between the labels of p and q.
func (p *stretch) apart(q *stretch) float64 {
	sum := 0.0
	for i := range p.labels {
		sum += math.Abs(float64(p.labels[i])/float64(p.rows) - float64(q.labels[i])/float64(q.rows))
	}
	return sum / 2
}

// brokenStretch finds a part of the file in which sure predictions are right by chance alone, while they are right
// elsewhere: a shard whose labels or scores belong to other rows. A stretch with labels of its own kind says nothing:
// files are often sorted.
var brokenStretch = Detector{
	ID: "broken-stretch", Code: "D29", Summary: "a part of the file whose predictions know nothing of its labels",
	Rows: func(s *Sample) *Finding {
		whole := s.file()
		if whole == nil {
			return nil
		}
		t := &whole.logits
		if s.Kind() == eval.Probs {
			t = &whole.probs
		}
		var all, good, bad stretch
		for i := range t.part {
			all.merge(&t.part[i])
		}
		chance := 0.0
		for k, n := range s.Reading().chosen {
			chance += float64(n) / s.Reading().n() * float64(s.Labelled[k]) / s.Reading().n()
		}
		from, to := -1, -1
		for i := range t.part {
			p := &t.part[i]
			if p.rows < fewLabelled || !p.broken(chance) || p.apart(&all) > .25 {
				good.merge(p)
				continue
			}
			if from < 0 {
				from = i
			}
			to = i
			bad.merge(p)
		}
		if from < 0 || good.rows < all.rows/2 {
			return nil
		}
		right := float64(good.right) / float64(good.rows)
		if sure := good.trust.Float64() / float64(good.rows); !(right > sure-.2 && right > chance+.2) {
			return nil // the whole file is odd, not a part of it
		}
		first, last := int64(from)*t.width, (int64(to)+1)*t.width-1
		return &Finding{
			Severity: Warning,
			Says: "in rows " + strconv.FormatInt(first, 10) + " to " + strconv.FormatInt(last, 10) +
				", or a part of them, {there} are predicted right, as chance would have it, where the model is {sure} sure; elsewhere {elsewhere} are right",
			Evidence: figures.
				add("there", float64(bad.right)/float64(bad.rows), Share).
				add("by_chance", chance, Share).
				add("sure", bad.trust.Float64()/float64(bad.rows), Share).
				add("elsewhere", right, Share).
				add("rows", float64(bad.rows), Rows),
			Rows: []int64{first, last},
			Else: "rows of another kind, of which the model knows nothing",
			Fix:  "compare these rows with their source: a shard may have been written twice, cut or shuffled",
		}
	},
	Explains: []string{"over-confident", "loss-above-fano", "worse-than-prior"},
}

// broken reports whether the rows are predicted right by chance alone, in spite of their confidence.
func (p *stretch) broken(chance float64) bool {
	n := float64(p.rows)
	right, sure := float64(p.right)/n, p.trust.Float64()/n
	se := math.Sqrt(max(chance*(1-chance), 1e-4) / n)
	short := (sure - right) / math.Sqrt(max(sure*(1-sure), 1e-4)/n)
	return right-chance < 3*se && sure > chance+.2 && right < sure/2 && short > 8
}
