//go:build !js

package eval

import (
	"cmp"
	"math"
	"slices"

	"xent"
	"xent/calib"
)

// keptRows are a sample of the rows, of both models where there are two, as log-probabilities: those whose numbers have the
// smallest hashes. It does not depend on the order of the rows, and merges exactly.
type keptRows struct {
	most  int
	rows  []keptRow
	limit uint64 // a hash above which no row is kept; 0 while all are
}

type keptRow struct {
	hash   uint64
	key    uint64 // of the row's group, or its number
	weight float64
	class  int
	a, b   []float64
}

// newKept keeps as many rows as there is room for.
func newKept(classes int) *keptRows {
	return &keptRows{most: min(mostKept, max(keptScores/classes, 1))}
}

const (
	mostKept   = 1 << 14 // rows
	keptScores = 1 << 20 // of one model
	fewKept    = 100     // rows below which no temperature is fitted
	lowest     = -1000   // nats: a class that is excluded
)

// hashRow mixes the number of a row (the finaliser of SplitMix64).
func hashRow(id int64) uint64 {
	h := uint64(id) + 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// offer keeps the rows if their hash is among the smallest.
func (k *keptRows) offer(w float64, y int, a, b *row) {
	h := hashRow(a.id)
	if k.limit > 0 && h > k.limit {
		return
	}
	logs := func(r *row) []float64 {
		if r == nil {
			return nil
		}
		x := make([]float64, len(r.p))
		for j := range x {
			x[j] = max(0-r.cost(j), lowest)
		}
		return x
	}
	k.rows = append(k.rows, keptRow{h, a.key(), w, y, logs(a), logs(b)})
	if len(k.rows) >= 2*k.most {
		k.prune()
	}
}

func (k *keptRows) prune() {
	slices.SortFunc(k.rows, func(a, b keptRow) int { return cmp.Compare(a.hash, b.hash) })
	if len(k.rows) >= k.most {
		k.rows = k.rows[:k.most]
		k.limit = k.rows[k.most-1].hash
	}
}

func (k *keptRows) merge(l *keptRows) {
	k.rows = append(k.rows, l.rows...)
	k.prune()
}

// labels are the kept rows of the one model there is.
func (k *keptRows) labels(classes int) *calib.Labels {
	k.prune()
	l := &calib.Labels{Classes: classes}
	for i := range k.rows {
		r := &k.rows[i]
		l.LogP, l.Class, l.Weight = append(l.LogP, r.a...), append(l.Class, r.class), append(l.Weight, r.weight)
	}
	return l
}

const folds = 5

// parts splits the difference of two losses into what is left once both models have their best temperature, and what the temperatures do:
//
//	D = refinement + calibration     refinement = mean of l_B(T_B) - l_A(T_A)
//
// Each temperature is fitted on four fifths of the kept rows and judged on the rest, so that none is judged by the
// rows it was fitted on. Source: Bröcker 2009 for the decomposition.
func (k *keptRows) parts() Parts {
	k.prune()
	nan := math.NaN()
	p := Parts{Rows: int64(len(k.rows)), Refinement: Estimate{nan, nan}, Calibration: Estimate{nan, nan}, TemperatureA: nan, TemperatureB: nan}
	if len(k.rows) < fewKept {
		return p
	}
	a := func(r *keptRow) []float64 { return r.a }
	b := func(r *keptRow) []float64 { return r.b }
	p.TemperatureA, p.TemperatureB = k.temperature(a, folds), k.temperature(b, folds)
	var at [folds][2]float64
	for f := range folds {
		at[f] = [2]float64{k.temperature(a, f), k.temperature(b, f)}
	}
	var refined, calibrated mean
	for i := range k.rows {
		r := &k.rows[i]
		t := at[r.hash%folds]
		d := -r.b[r.class] + r.a[r.class]
		fine := lossAt(r.b, r.class, t[1]) - lossAt(r.a, r.class, t[0])
		refined.add(r.weight, fine)
		calibrated.add(r.weight, d-fine)
	}
	p.Refinement, p.Calibration = refined.estimate(), calibrated.estimate()
	return p
}

// temperature returns the best one of a model on the rows that are not in fold out, between 1/64 and 64.
func (k *keptRows) temperature(of func(*keptRow) []float64, out int) float64 {
	var x []float64
	var labels []int
	for i := range k.rows {
		if r := &k.rows[i]; r.hash%folds != uint64(out) {
			x = append(x, of(r)...)
			labels = append(labels, r.class)
		}
	}
	t, err := calib.FitTemperature(xent.LogitsOf(x, len(k.rows[0].a)), labels)
	if err != nil {
		return math.NaN()
	}
	return min(max(t, 1./64), 64)
}

// lossAt returns what class y costs at temperature t.
func lossAt(logp []float64, y int, t float64) float64 {
	z := make([]float64, len(logp))
	for j, lp := range logp {
		z[j] = lp / t
	}
	m := xent.RowMoments(z)
	return 0 - m.LogProb(z[y])
}
