package eval

import (
	"cmp"
	"math"
	"slices"
)

// topClasses is how many of a surprising row's likeliest classes are shown.
const topClasses = 5

// ranking keeps the rows with the largest keys, largest first, ties by row: the same ones in any order
// of adding and merging.
type ranking struct {
	most int
	rows []ranked
}

type ranked struct {
	key float64
	row Surprise
}

// above orders by key downwards, then by row.
func above(a, b ranked) int {
	if c := cmp.Compare(b.key, a.key); c != 0 {
		return c
	}
	return cmp.Compare(a.row.Row, b.row.Row)
}

// wants reports whether a row with this key would be kept. NaN never is.
func (r *ranking) wants(key float64, row int64) bool {
	if full := r.most > 0 && len(r.rows) == r.most; key != key || full && key < r.rows[r.most-1].key {
		return false
	}
	return len(r.rows) < r.most || above(ranked{key, Surprise{Row: row}}, r.rows[len(r.rows)-1]) < 0
}

func (r *ranking) add(key float64, s Surprise) {
	e := ranked{key, s}
	at, _ := slices.BinarySearchFunc(r.rows, e, above)
	r.rows = slices.Insert(r.rows, at, e)
	if len(r.rows) > r.most {
		r.rows = r.rows[:r.most]
	}
}

func (r *ranking) merge(s *ranking) {
	for _, e := range s.rows {
		if r.wants(e.key, e.row.Row) {
			r.add(e.key, e.row)
		}
	}
}

func (r *ranking) list() []Surprise {
	l := make([]Surprise, len(r.rows))
	for i, e := range r.rows {
		l[i] = e.row
	}
	return l
}

// rank offers a.row, of class y and this loss, to both rankings: by loss, and by
//
//	z = (l - H)/√V
//
// the surprise that is left when the row's own doubt is allowed for. A row certain of its answer has
// V = 0: z is then +Inf where it is wrong, and 0 where it is right.
func (a *Accumulator) rank(loss float64, y int) {
	r := &a.row
	z := (loss - r.entropy) / math.Sqrt(r.spread)
	if r.spread == 0 {
		z = 0
		if loss > r.entropy {
			z = math.Inf(1)
		}
	}
	byLoss, byZ := a.surprising.wants(loss, r.id), a.unexpected.wants(z, r.id)
	if !byLoss && !byZ {
		return
	}
	r.fill()
	s := Surprise{Row: r.id, Label: y, Loss: loss, Z: z, Margin: r.margin(y), Top: r.top()}
	if a.classes <= maxScores {
		s.Scores = slices.Clone(r.x[a.classes-a.cfg.Classes:]) // of a column's two, the one that the file holds
	}
	if byLoss {
		a.surprising.add(loss, s)
	}
	if byZ {
		a.unexpected.add(z, s)
	}
}

// top returns the likeliest classes, ties by class.
func (r *row) top() []Choice {
	var top []Choice
	for k, p := range r.p {
		if len(top) == topClasses && p <= top[topClasses-1].P {
			continue
		}
		at := len(top)
		for at > 0 && top[at-1].P < p {
			at--
		}
		top = slices.Insert(top, at, Choice{k, p})
		top = top[:min(len(top), topClasses)]
	}
	return top
}
