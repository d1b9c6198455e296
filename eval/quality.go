package eval

import (
	"math"
	"slices"

	"xent/calib"
)

// seed makes the simulated null distribution the same for every run.
const seed = 1

// calibration fills in E12.
func (a *Accumulator) calibration(r *Report) {
	bins := a.cells.EqualMass(a.cfg.Bins)
	null := calib.NullECE(bins, seed)
	if a.soft != nil {
		null.P = math.NaN()
	}
	r.Calib = Calibration{ECE: calib.ECE(bins), Null: null.Mean, Null95: null.P95, P: null.P, Bins: make([]Bin, len(bins))}
	for i, b := range bins {
		low, high := calib.Wilson(b.Accuracy, b.Effective())
		from, to := b.Consistency()
		r.Calib.Bins[i] = Bin{Rows: b.Weight, Confidence: b.Confidence, Accuracy: b.Accuracy, CI95: [2]float64{low, high}, NullCI: [2]float64{from, to}}
	}
}

// numbers fills in E18. Rounding scores to relative precision u moves the loss by at most
//
//	2u·max|z| for logits     u for probabilities
func (a *Accumulator) numbers(r *Report) {
	h := &a.health
	r.Health = Health{
		DType: a.cfg.DType, MaxAbs: h.largest, Rounding: moved(a.cfg.DType, h.largest),
		NaN: h.nan, PosInf: h.pos, NegInf: h.neg, NaNRows: slices.Clone(a.noSoftmax.Rows),
	}
	if a.as == Probs {
		r.Health.Rounding = roundoff(a.cfg.DType)
	}
}

// box fills in E19, the losses that go with the accuracy: [calib.LeastLoss] and [calib.Fano]. Soft labels have no such bounds: NaN.
func (a *Accumulator) box(r *Report) {
	b, acc := &r.Box, r.Accuracy.Value
	if a.soft != nil {
		*b = Box{math.NaN(), math.NaN(), math.NaN()}
		return
	}
	b.Lower, b.Fano = calib.LeastLoss(acc), calib.Fano(acc, a.classes)
	b.Position = (r.Loss.Nats - b.Lower) / (b.Fano - b.Lower)
	if b.Fano == b.Lower {
		b.Position = math.NaN()
	}
}
