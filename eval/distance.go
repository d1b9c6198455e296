//go:build !js

package eval

import (
	"math"
	"slices"
)

// A distance sums up divergences of rows: their mean over the finite ones, and where they lie.
//
// Quantiles come from counts in cells whose ends are powers of 1.01, so that a value is off by less than 0.5 %; cells
// merge exactly.
// Source: Masson, Rim and Lee 2019 (DDSketch).
type distance struct {
	mean     mean
	infinite int64
	largest  float64
	cells    map[int]int64
	zero     int64 // rows below 1e-12, rounding
}

const cellRatio = 1.01

func (d *distance) add(w, x float64) {
	if x > math.MaxFloat64 {
		d.infinite++
		return
	}
	d.mean.add(w, max(x, 0)) // rounding can leave a trace below 0
	d.largest = max(d.largest, x)
	if x < 1e-12 {
		d.zero++
		return
	}
	if d.cells == nil {
		d.cells = map[int]int64{}
	}
	d.cells[int(math.Floor(math.Log(x)/math.Log(cellRatio)))]++
}

func (d *distance) merge(e *distance) {
	d.mean.merge(&e.mean)
	d.infinite += e.infinite
	d.largest = max(d.largest, e.largest)
	d.zero += e.zero
	for cell, n := range e.cells {
		if d.cells == nil {
			d.cells = map[int]int64{}
		}
		d.cells[cell] += n
	}
}

// quantile returns the value that a share q of the finite rows does not exceed; NaN without rows.
func (d *distance) quantile(q float64) float64 {
	n := d.mean.count.rows
	if n == 0 {
		return math.NaN()
	}
	want := int64(math.Ceil(q * float64(n)))
	if want <= d.zero {
		return 0
	}
	seen, cells := d.zero, make([]int, 0, len(d.cells))
	for cell := range d.cells {
		cells = append(cells, cell)
	}
	slices.Sort(cells)
	for _, cell := range cells {
		if seen += d.cells[cell]; seen >= want {
			return min(math.Pow(cellRatio, float64(cell)+.5), d.largest)
		}
	}
	return d.largest
}
