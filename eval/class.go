package eval

import "xent/internal/exact"

// A class holds what rows of one label add up to.
type class struct {
	rows  exact.Count // Σ w, hard labels
	right exact.Count // Σ w over rows predicted right
	loss  exact.Sum   // Σ w·l; with soft labels, Σ w·t·(-ln p) of this class
	rare  *rare       // nil while every row had weight 1 and a hard label
}

// rare holds what unusual rows add to a class.
type rare struct {
	squares exact.Sum   // Σ (w²-w): with rows, Σ w²
	loss2   exact.Sum   // Σ (w²-w)·l: with loss, Σ w²·l
	peak    exact.Count // Σ w over soft labels that favour this class
}

func (c *class) addLoss(w, loss float64) {
	c.loss.AddProduct(w, loss)
	if w != 1 {
		r := c.unusual()
		r.squares.Add(w*w - w)
		r.loss2.AddProduct(w*w-w, loss)
	}
}

func (c *class) unusual() *rare {
	if c.rare == nil {
		c.rare = new(rare)
	}
	return c.rare
}

func (c *class) merge(d *class) {
	c.rows.Merge(&d.rows)
	c.right.Merge(&d.right)
	c.loss.Merge(&d.loss)
	if d.rare != nil {
		r := c.unusual()
		r.squares.Merge(&d.rare.squares)
		r.loss2.Merge(&d.rare.loss2)
		r.peak.Merge(&d.rare.peak)
	}
}
