//go:build !js

package eval

import (
	"cmp"
	"math"
	"slices"
)

// pairRanking keeps the pairs with the largest keys, ties by row: the same ones in any order.
type pairRanking struct {
	most int
	rows []PairedRow
}

// above orders by the size of the difference, downwards, then by row: rows of one ranking have one sign.
func abovePair(a, b PairedRow) int {
	if c := cmp.Compare(math.Abs(b.Difference), math.Abs(a.Difference)); c != 0 {
		return c
	}
	return cmp.Compare(a.Row, b.Row)
}

func (r *pairRanking) wants(row *PairedRow) bool {
	return len(r.rows) < r.most || abovePair(*row, r.rows[len(r.rows)-1]) < 0
}

func (r *pairRanking) add(row PairedRow) {
	at, _ := slices.BinarySearchFunc(r.rows, row, abovePair)
	r.rows = slices.Insert(r.rows, at, row)
	r.rows = r.rows[:min(len(r.rows), r.most)]
}

func (r *pairRanking) merge(s *pairRanking) {
	for i := range s.rows {
		if r.wants(&s.rows[i]) {
			r.add(s.rows[i])
		}
	}
}

// rank offers the rows that A and B hold, of class y, to the ranking of those that B does better or worse.
func (p *Pairs) rank(y int, la, lb float64) {
	a, b := &p.A.row, &p.B.row
	row := PairedRow{Row: a.id, Label: y, LossA: la, LossB: lb, Difference: lb - la}
	to := &p.worse
	switch {
	case row.Difference < 0:
		to = &p.better
	case row.Difference == 0:
		return
	}
	if to.wants(&row) {
		row.SaysA, row.SaysB = Choice{a.arg, a.p[a.arg]}, Choice{b.arg, b.p[b.arg]}
		to.add(row)
	}
}
