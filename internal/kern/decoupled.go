package kern

import "math"

// Decoupled is the divergence of a student from its teacher in two parts, with b = (p[y], 1-p[y])
// and p̂ the distribution among the classes other than y:
//
//	Target·KL(b of p ‖ b of q) + Others·KL(p̂ ‖ q̂)
//
// For Target = 1 and Others = 1-p[y] that is KL(p‖q).
type Decoupled struct{ Target, Others float64 }

// Halves is the decoupled divergence of one row, and what the gradients of its classes share.
type Halves[T Float] struct {
	Value float64
	y     int
	q, p  Side[T] // the other classes
	pull  float64 // q[y] - p[y]
	alone bool    // there are no other classes
}

// Split returns the decoupled divergence of the rows of logits q and p, for the label y.
func Split[T Float](d *Decoupled, q, p *Side[T], y int) (h Halves[T]) {
	if h.y = y; q.bad || p.bad {
		h.Value = math.NaN()
		return h
	}
	hit, miss := ratioAt(q, p, y), missAt(q, p, y)
	h.pull = -hit.more()
	h.Value = Mul0(d.Target, excess(hit.p, hit.q, hit.ln)+excess(miss.p, miss.q, miss.ln))
	h.q, h.p = q.without(y), p.without(y)
	if h.alone = h.q.bad || h.p.bad; h.alone {
		if h.q.bad && !h.p.bad { // the student excludes what the teacher does not
			h.Value += Mul0(d.Others, math.Inf(1))
		}
		return h
	}
	var sum Sum
	for j := range q.x {
		if j != y {
			r := ratioAt(&h.q, &h.p, j)
			sum.Add(excess(r.p, r.q, r.ln))
		}
	}
	h.Value += Mul0(d.Others, sum.Value())
	return h
}

// SplitSlope returns the derivative of the decoupled divergence in the logit of class j.
func SplitSlope[T Float](d *Decoupled, h *Halves[T], q *Side[T], j int) float64 {
	link := q.row.Slope(float64(q.x[j]))
	switch {
	case h.Value != h.Value:
		return h.Value
	case j == h.y:
		return d.Target * h.pull * link
	case h.alone:
		return 0
	}
	r := ratioAt(&h.q, &h.p, j)
	return (-d.Target*h.pull*r.q - d.Others*r.more()) * link
}

// missAt is the ratio of 1-p[y] to 1-q[y].
func missAt[T Float](q, p *Side[T], y int) (r ratio) {
	r.lq, r.q = q.miss(y)
	r.lp, r.p = p.miss(y)
	r.compare()
	return r
}

// miss returns ln(1-p) and 1-p of class j of logits.
func (s *Side[T]) miss(j int) (ln dd, rest float64) {
	wide := s.row.restWide(j, float64(s.x[j]))
	if !(wide.hi > 0) {
		return dd{math.Inf(-1), 0}, 0
	}
	return logWide(wide), wide.hi
}

// without is the side of the same logits with class y excluded, of which at is then meaningless; it
// is bad when no class is left.
func (s *Side[T]) without(y int) (out Side[T]) {
	out = *s
	x := s.x
	r := &out.row
	*r = Row{Link: s.row.Link, Max: math.Inf(-1), Arg: -1}
	for j, v := range x {
		if j != y && float64(v) > r.Max {
			r.Max, r.Arg = float64(v), j
		}
	}
	r.top = dd{r.Max, 0}
	if out.bad = r.Arg < 0; out.bad || r.Max-r.Max != 0 {
		return out
	}
	var sum dd
	for j, v := range x {
		if j != y && j != r.Arg {
			sum = sum.add(expWide(r.gap(float64(v))))
		}
	}
	r.s = sum
	r.log = math.Log1p(sum.hi)
	out.log = log1pWide(sum)
	return out
}
