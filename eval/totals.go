package eval

import (
	"math"

	"xent/internal/exact"
)

// totals are sums over all scored rows, and over those of finite loss where losses are summed.
type totals struct {
	finite   rowCount
	infinite rowCount    // rows that cost +Inf
	loss     exact.Sum   // Σ w·l
	loss2    exact.Sum   // Σ w²·l
	lossSq   exact.Sum   // Σ w²·l²
	entropy  exact.Sum   // Σ w·H
	spread   exact.Sum   // Σ w²·V
	right    exact.Count // Σ w over rows predicted right
	right2   exact.Count // Σ w² over them
}

// rowCount counts rows and their weights.
type rowCount struct {
	rows    int64
	weight  exact.Count // Σ w
	squares exact.Count // Σ w²
}

func (c *rowCount) add(w float64) {
	c.rows++
	c.weight.Add(w)
	c.squares.Add(w * w)
}

func (c *rowCount) merge(d *rowCount) {
	c.rows += d.rows
	c.weight.Merge(&d.weight)
	c.squares.Merge(&d.squares)
}

// add adds a scored row of weight w: its loss, the entropy and varentropy of its prediction, and whether
// that is right.
func (t *totals) add(w, loss, entropy, spread float64, right bool) {
	if loss <= math.MaxFloat64 {
		t.finite.add(w)
		t.loss.AddProduct(w, loss)
		t.loss2.AddProduct(w*w, loss)
		t.lossSq.AddProduct(w*loss, w*loss)
	} else {
		t.infinite.add(w)
	}
	t.entropy.AddProduct(w, entropy)
	t.spread.AddProduct(w*w, spread)
	if right {
		t.right.Add(w)
		t.right2.Add(w * w)
	}
}

func (t *totals) merge(u *totals) {
	t.finite.merge(&u.finite)
	t.infinite.merge(&u.infinite)
	t.loss.Merge(&u.loss)
	t.loss2.Merge(&u.loss2)
	t.lossSq.Merge(&u.lossSq)
	t.entropy.Merge(&u.entropy)
	t.spread.Merge(&u.spread)
	t.right.Merge(&u.right)
	t.right2.Merge(&u.right2)
}

func (t *totals) rows() int64 { return t.finite.rows + t.infinite.rows }

func (t *totals) weight() *exact.Sum {
	s := t.finite.weight.Sum()
	s.Merge(t.infinite.weight.Sum())
	return s
}

func (t *totals) squares() *exact.Sum {
	s := t.finite.squares.Sum()
	s.Merge(t.infinite.squares.Sum())
	return s
}
