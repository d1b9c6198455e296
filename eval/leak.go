//go:build !js

package eval

import (
	"cmp"
	"math"
	"slices"

	"xent/internal/exact"
)

// Bounds of the leaks: classes up to which they are counted, and are shown as a matrix; cells that are listed.
const (
	maxLeakClasses = 1024
	maxLeakMatrix  = 20
	leakCells      = 20
)

// leakScale brings the nats of a row into the range that exact.Shares adds as integers.
const leakScale = 1. / 32

// leaks hold where the nats of each label go. A class has a row once it is a label.
type leaks struct {
	nats []*exact.Shares // Σ w·l·p[k]/(1-p[y])·leakScale, by k
	said [][]exact.Count // Σ w of rows whose likeliest class is k
	row  []float64       // scratch
}

func newLeaks(classes int) *leaks {
	if classes > maxLeakClasses {
		return nil
	}
	return &leaks{nats: make([]*exact.Shares, classes), said: make([][]exact.Count, classes), row: make([]float64, classes)}
}

func (l *leaks) class(y int) (*exact.Shares, []exact.Count) {
	if l.nats[y] == nil {
		l.nats[y], l.said[y] = exact.NewShares(len(l.row)), make([]exact.Count, len(l.row))
	}
	return l.nats[y], l.said[y]
}

// leak spreads the loss of a.row over the wrong classes, in proportion to their probabilities. Rows of infinite loss are
// counted where they went, and their nats left out.
func (a *Accumulator) leak(w, loss float64, y int) {
	r, l := &a.row, a.leaks
	nats, said := l.class(y)
	said[r.arg].Add(w)
	if loss == 0 || loss > math.MaxFloat64 {
		return
	}
	r.fill()
	wrong := 1 - r.p[y]
	if y == r.arg {
		wrong = r.p[y] * r.against
	}
	if wrong <= 0 {
		return // no loss to speak of, and nowhere to go
	}
	unit, whole := loss*leakScale/wrong, 1.0
	if w != 1 || loss*leakScale > 2 { // beyond what integers hold
		unit, whole = 1/wrong, w*loss*leakScale
	}
	for k, p := range r.p {
		l.row[k] = min(unit*p, 3)
	}
	l.row[y] = 0
	nats.Add(whole, l.row)
}

func (l *leaks) merge(m *leaks) {
	for y := range m.nats {
		if m.nats[y] == nil {
			continue
		}
		nats, said := l.class(y)
		nats.Merge(m.nats[y])
		for k := range said {
			said[k].Merge(&m.said[y][k])
		}
	}
}

// leakReport fills in E11: which wrong class takes the nats of which label,
//
//	A[y][k] = Σ w·l·p[k]/(1-p[y]) / W     over the rows labelled y, k ≠ y
//
// All cells together are the loss of the rows whose loss is finite. Soft labels have no row of their own: nil.
func (a *Accumulator) leakReport(r *Report) {
	l := a.leaks
	if l == nil || a.soft != nil {
		return
	}
	total := a.total.finite.weight.Float64()
	all := make([]Leak, 0, a.classes)
	matrix := make([][]float64, a.classes)
	for y := range matrix {
		matrix[y] = make([]float64, a.classes)
		for k := range matrix[y] {
			if l.nats[y] == nil || k == y {
				continue
			}
			cell := Leak{Label: y, Class: k, Nats: l.nats[y].Float64(k) / leakScale / total, Rows: l.said[y][k].Float64()}
			matrix[y][k] = cell.Nats
			if cell.Nats > 0 || cell.Rows > 0 {
				all = append(all, cell)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Leak) int { return cmp.Compare(b.Nats, a.Nats) })
	r.Leaks = &Leaks{Cells: slices.Clone(all[:min(len(all), leakCells)])}
	if a.classes <= maxLeakMatrix {
		r.Leaks.Matrix = matrix
	}
}
