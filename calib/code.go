//go:build !js

package calib

import "xent/internal/coder"

// Code writes c, or reads it: its cells that are not empty, each behind the number of empty ones before it.
func (c *Cells) Code(w *coder.Coder) {
	const least = 14 // bytes of a cell
	n := 0
	for i := range c.cell {
		if !c.cell[i].weight.Zero() {
			n++
		}
	}
	n = w.Count(n, least)
	if w.Reading() {
		if c.cell = nil; n > 0 {
			c.cell = make([]cell, cells)
		}
	}
	at := -1
	for range n {
		skipped := 0
		for !w.Reading() && c.cell[at+1+skipped].weight.Zero() {
			skipped++
		}
		if w.Index(&skipped, cells-1-at); w.Err() != nil {
			return
		}
		at += 1 + skipped
		c.cell[at].code(w)
	}
}

func (c *cell) code(w *coder.Coder) {
	c.weight.Code(w)
	c.squares.Code(w)
	c.right.Code(w)
	c.confidence.Code(w)
	if w.Reading() && c.weight.Zero() {
		w.Fail("a cell is empty")
	}
}

// Code writes t, or reads it.
func (t *Tempers) Code(c *coder.Coder) {
	for i := range t.fold {
		f := &t.fold[i]
		c.Nat(&f.rows)
		f.weight.Code(c)
		f.squares.Code(c)
		for j := range f.at {
			a := &f.at[j]
			a.loss.Code(c)
			a.slope.Code(c)
			a.curve.Code(c)
			a.score.Code(c)
			a.gain.Code(c)
			a.cross.Code(c)
		}
	}
}
