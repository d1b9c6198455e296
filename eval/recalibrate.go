//go:build !js

package eval

import (
	"math"

	"xent/calib"
	"xent/info"
	"xent/internal/exact"
)

// tempers are nil unless Config.Recalibrate.
type tempers = calib.Tempers

func newTempers() *tempers { return new(tempers) }

// temper measures a.row at other temperatures, with the mean logit of its label: target(z) of its logits z. Rows of infinite
// loss, which no temperature helps, and rows of a logit +Inf, which none changes, are left out.
func (a *Accumulator) temper(w, loss float64, target func(z []float64) float64) {
	if a.tempers == nil || loss > math.MaxFloat64 || a.row.scan.pos > 0 {
		return
	}
	r := &a.row
	r.fill()
	z := r.x
	if r.given {
		z = r.q // free since the row was added to its classes
		for k, p := range r.p {
			z[k] = -float64(info.Surprisal(p))
		}
	}
	a.tempers.Add(foldOf(r.key()), w, z, target(z))
}

// foldOf is the fold of a row, or of its group: rows that are alike are judged by a temperature that has seen none of them.
func foldOf(key uint64) int {
	key = (key ^ key>>31 ^ 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9
	key = (key ^ key>>27) * 0x94d049bb133111eb
	return int((key ^ key>>31) % calib.Folds)
}

// recalibration fills in E7 and E14 for the family of temperatures: with the loss L of the rows as they are, L* of each fold at
// the temperature of the others, and U the entropy of the label frequencies,
//
//	L = U - (U - L*) + (L - L*)     uncertainty, less resolution, plus calibration
//
// L* is called refinement: what is left when the confidence is right. Groups leave errors and p NaN: they take rows for
// independent.
//
// Source: Bröcker 2009.
func (a *Accumulator) recalibration(r *Report) {
	if a.tempers == nil {
		return
	}
	t := a.tempers.Fit()
	o := &Recalibration{
		Temperature: t.Temperature, SE: t.SE, AtEnd: t.AtEnd, Rows: t.Rows, InSample: t.InSample,
		Refinement: t.Crossed, Calibration: t.Loss - t.Crossed, GainSE: t.GainSE, P: t.P, Folds: t.Folds[:],
	}
	o.Resolution = r.Prior.Nats - o.Refinement
	if a.cfg.Grouped {
		nan := math.NaN()
		o.SE, o.GainSE, o.P = nan, nan, nan
	}
	if a.soft != nil {
		o.P = math.NaN()
	}
	r.Recalibration = o
}

// dot returns Σ t·z over the classes that t names.
func dot(t, z []float64) float64 {
	var s exact.Sum
	for k, v := range t {
		if v != 0 {
			s.AddProduct(v, z[k])
		}
	}
	return s.Float64()
}
