// Package calib measures calibration: whether events of predicted probability p come true p of the time.
//
// Everything starts from [Cells], a histogram of confidences fine enough to stand for the rows and
// small enough to merge: any partition of the rows, merged in any order, gives the same bits.
package calib

import (
	"math"

	"xent"
	"xent/internal/exact"
)

// Confidences fall into cells of equal width in log-odds, so that .99 and .9999 stay apart: 4096 of
// them on [-40, 40], about .02 each. That is .005 in probability at .5, and less elsewhere.
const (
	cells   = 4096
	maxOdds = 40.0
)

// Cells is a histogram of predictions: how many of each confidence, and how many of them came true.
// The zero value is empty, ready to use.
type Cells struct {
	cell []cell // nil while empty
}

type cell struct {
	weight     exact.Count // Σ w
	squares    exact.Count // Σ w²
	right      exact.Count // Σ w over predictions that came true
	confidence exact.Share // Σ w·confidence
}

// Add adds a prediction of weight w that gave its event the probability confidence in [0, 1].
// against are the odds against the event, (1-confidence)/confidence: where confidence rounds to 1 they
// still tell the cell. Neither is NaN.
func (c *Cells) Add(w, confidence, against float64, right bool) {
	if c.cell == nil {
		c.cell = make([]cell, cells)
	}
	c.cell[index(against)].add(w, confidence, right)
}

func (c *cell) add(w, confidence float64, right bool) {
	c.weight.Add(w)
	c.squares.Add(w * w)
	c.confidence.Add(w, confidence)
	if right {
		c.right.Add(w)
	}
}

// index returns the cell of odds 1:against; odds beyond the range are in the first and last.
func index(against float64) int {
	odds := -math.Log(against)
	at := math.Floor((odds + maxOdds) * (cells / (2 * maxOdds)))
	return int(min(max(at, 0), cells-1))
}

// Merge adds what d holds.
func (c *Cells) Merge(d *Cells) {
	if d.cell == nil {
		return
	}
	if c.cell == nil {
		c.cell = make([]cell, cells)
	}
	for i := range d.cell {
		c.cell[i].merge(&d.cell[i])
	}
}

func (c *cell) merge(d *cell) {
	if d.weight.Zero() {
		return
	}
	c.weight.Merge(&d.weight)
	c.squares.Merge(&d.squares)
	c.right.Merge(&d.right)
	c.confidence.Merge(&d.confidence)
}

// A Bin is a run of neighbouring cells: a point of the reliability diagram.
type Bin struct {
	Weight     float64 // Σ w
	Squares    float64 // Σ w²; Weight when every weight is 1
	Confidence float64 // mean predicted probability
	Accuracy   float64 // share that came true
}

// Effective returns the number of rows of weight 1 that would tell as much: (Σ w)²/Σ w².
func (b Bin) Effective() float64 { return b.Weight * b.Weight / b.Squares }

// EqualMass returns at most n bins that hold about the same weight each, in ascending order of
// confidence. Cells are not cut: a cell goes to the bin in which its middle lies, so that edges are off
// by at most half a cell's weight, and there are fewer than n bins when one cell holds more than 1/n of all.
func (c *Cells) EqualMass(n int) []Bin {
	var total float64
	for i := range c.cell {
		total += c.cell[i].weight.Float64()
	}
	var (
		bins   []Bin
		open   cell
		now    = -1
		before float64
	)
	for i := range c.cell {
		at := &c.cell[i]
		if at.weight.Zero() {
			continue
		}
		w := at.weight.Float64()
		bin := min(int(float64(n)*((before+w/2)/total)), n-1)
		before += w
		if bin != now && now >= 0 {
			bins, open = append(bins, open.bin()), cell{}
		}
		now = bin
		open.merge(at)
	}
	if now >= 0 {
		bins = append(bins, open.bin())
	}
	return bins
}

func (c *cell) bin() Bin {
	w := c.weight.Sum()
	return Bin{
		Weight:     w.Float64(),
		Squares:    c.squares.Float64(),
		Confidence: exact.Ratio(c.confidence.Sum(), w),
		Accuracy:   exact.Ratio(c.right.Sum(), w),
	}
}

// EqualWidth returns the bins of equal width of predictions, in ascending order; empty ones are left out. Of n bins
// the k-th holds the confidences in [k/n, (k+1)/n), and the last one 1 too: decided on the exact value of each
// confidence, so that 0.3 as a float64, which is just below 3/10, is in the third of ten. weights are those of the
// predictions; nil means 1. A confidence outside [0, 1], or NaN, is in no bin.
//
// Unlike [Cells], it needs all predictions at hand; it is what other libraries do. Where confidences crowd near 1,
// as those of networks, a few bins hold nearly everything, and [Cells.EqualMass] tells more.
//
// It panics when the lengths differ. Memory: the bins.
func EqualWidth[T xent.Float](confidence []T, right []bool, weights []float64, n int) []Bin {
	if len(right) != len(confidence) || weights != nil && len(weights) != len(confidence) {
		panic("calib: EqualWidth: confidences, outcomes and weights differ in number")
	}
	all := make([]cell, n)
	for i, c := range confidence {
		p, w := float64(c), 1.0
		if weights != nil {
			w = weights[i]
		}
		if !(p >= 0 && p <= 1) || w == 0 {
			continue
		}
		k := math.Floor(p * float64(n))
		if math.FMA(p, float64(n), -k) < 0 { // p·n was rounded up to k
			k--
		}
		all[min(int(k), n-1)].add(w, p, right[i])
	}
	var bins []Bin
	for i := range all {
		if !all[i].weight.Zero() {
			bins = append(bins, all[i].bin())
		}
	}
	return bins
}
