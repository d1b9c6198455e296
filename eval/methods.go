//go:build !js

package eval

import (
	"math"

	"xent/calib"
)

// The ways to recalibrate, in the order of how much they may change.
const (
	byNothing     = "none"
	byTemperature = "temperature" // z/T
	byNoise       = "noise"       // (1-ε)·softmax(z/T) + ε/K
	byBias        = "bias"        // z/T + b
	byVector      = "vector"      // a∘z + b
	byMatrix      = "matrix"      // A·z + b
)

// Bounds of recalibration: classes up to which a matrix is fitted, and rows from which anything is.
const (
	maxMatrix = 50
	fewMethod = 100
)

// A fitter finds a map on some rows, and measures others by it: their losses, and their probabilities in p.
type fitter struct {
	id      string
	freedom int // of the in-sample test; 0 for none
	fit     func(l *calib.Labels, start any) any
	apply   func(fitted any, p, z []float64) // p: probabilities
}

func affine(id string, f calib.Family, freedom int) fitter {
	return fitter{id: id, freedom: freedom,
		fit: func(l *calib.Labels, start any) any {
			from, _ := start.(*calib.Affine)
			a, _ := calib.FitAffine(l, f, from)
			return a
		},
		apply: func(fitted any, p, z []float64) {
			fitted.(*calib.Affine).Apply(p, z)
			soften(p, 1)
		},
	}
}

// soften turns logits times β into probabilities, in place.
func soften(z []float64, beta float64) {
	top := math.Inf(-1)
	for _, v := range z {
		top = max(top, v)
	}
	sum := 0.0
	for k, v := range z {
		z[k] = math.Exp(beta * (v - top))
		sum += z[k]
	}
	for k := range z {
		z[k] /= sum
	}
}

func fitters(classes int) []fitter {
	list := []fitter{
		{id: byNothing, fit: func(*calib.Labels, any) any { return nil }, apply: func(_ any, p, z []float64) {
			copy(p, z)
			soften(p, 1)
		}},
		affine(byTemperature, calib.Temperature, 1),
		{id: byNoise, fit: func(l *calib.Labels, _ any) any { n := calib.FitNoise(l, false); return &n }, apply: func(fitted any, p, z []float64) {
			n := fitted.(*calib.Noise)
			copy(p, z)
			soften(p, 1/n.Temperature)
			for k := range p {
				p[k] = (1-n.Epsilon)*p[k] + n.Epsilon/float64(len(p))
			}
		}},
		affine(byBias, calib.Bias, calib.Bias.Freedom(classes)),
		affine(byVector, calib.Vector, 0),
	}
	if classes <= maxMatrix {
		list = append(list, affine(byMatrix, calib.Matrix, 0))
	}
	return list
}

// methods fills in the rest of E14: what each way of recalibration gains on rows that it was not fitted to. The kept rows are cut
// into the folds of [Config.Recalibrate], each of which is measured by the map of the others. With l the losses of the rows as they
// are and l* after, W = Σ w,
//
//	gain = Σ w(l - l*)/W     SE² = G/(G-1)·Σ_g (Σ_g w(l - l* - gain))²/W²     over groups, or rows
//
// and p is that of the in-sample gain of a map that is not needed: 2n·gain is chi-squared (Wilks 1938), for the ways without a
// ridge. Chosen is the first whose loss is within one standard error, paired, of the least (Breiman et al. 1984): what
// is simpler is preferred until it is clearly worse.
func (a *Accumulator) methods(r *Report) {
	if !a.cfg.Methods || a.soft != nil || a.kept == nil || r.Recalibration == nil {
		return
	}
	a.kept.prune()
	all := a.kept.labels(a.classes)
	if len(all.Class) < fewMethod {
		return
	}
	j := newJury(a.kept, all)
	var losses [][]float64
	for _, f := range fitters(a.classes) {
		m, l := j.judge(&f)
		losses = append(losses, l)
		r.Recalibration.Methods = append(r.Recalibration.Methods, m)
	}
	list := r.Recalibration.Methods
	best := 0
	for i := range list {
		list[i].Gain, list[i].GainSE = j.mean(losses[0], losses[i])
		if list[i].Loss < list[best].Loss {
			best = i
		}
	}
	for i := range list {
		if more, se := j.mean(losses[i], losses[best]); i == best || more <= se {
			list[i].Chosen = true
			break
		}
	}
}

// A jury judges ways to recalibrate on the same folds.
type jury struct {
	kept *keptRows
	all  *calib.Labels
	fold []int
	w, n float64 // Σ w, and the rows of weight 1 that tell as much
}

func newJury(k *keptRows, all *calib.Labels) *jury {
	j := &jury{kept: k, all: all, fold: make([]int, len(k.rows))}
	squares := 0.0
	for i := range k.rows {
		j.fold[i] = foldOf(k.rows[i].key)
		j.w += k.rows[i].weight
		squares += k.rows[i].weight * k.rows[i].weight
	}
	j.n = j.w * j.w / squares
	return j
}

// outside are the rows that are not in a fold.
func (j *jury) outside(fold int) *calib.Labels {
	l := &calib.Labels{Classes: j.all.Classes}
	k := l.Classes
	for i, f := range j.fold {
		if f != fold {
			l.LogP = append(l.LogP, j.all.LogP[i*k:(i+1)*k]...)
			l.Class, l.Weight = append(l.Class, j.all.Class[i]), append(l.Weight, j.all.Weight[i])
		}
	}
	return l
}

// judge fits f to all rows, and to those outside each fold, and measures them: what it is, and the losses by the folds.
func (j *jury) judge(f *fitter) (m Method, losses []float64) {
	k := j.all.Classes
	p := make([]float64, k)
	row := func(i int) []float64 { return j.all.LogP[i*k : (i+1)*k] }
	whole := f.fit(j.all, nil)
	m = Method{ID: f.id, P: math.NaN()}
	var as, in float64
	for i, y := range j.all.Class {
		f.apply(whole, p, row(i))
		in -= j.all.Weight[i] * math.Log(max(p[y], math.SmallestNonzeroFloat64))
		as -= j.all.Weight[i] * row(i)[y]
	}
	m.InSample = in / j.w
	if f.freedom > 0 && !j.grouped() {
		m.P = chiTail(2*j.n*max(as/j.w-m.InSample, 0), f.freedom)
	}
	maps := make([]any, calib.Folds)
	for fold := range maps {
		maps[fold] = f.fit(j.outside(fold), whole)
	}
	losses = make([]float64, len(j.fold))
	var cells calib.Cells
	right := 0.0
	for i, y := range j.all.Class {
		f.apply(maps[j.fold[i]], p, row(i))
		w, top := j.all.Weight[i], 0
		for c, v := range p {
			if v > p[top] {
				top = c
			}
		}
		against := 0.0
		for c, v := range p {
			if c != top {
				against += v
			}
		}
		losses[i] = 0 - math.Log(max(p[y], math.SmallestNonzeroFloat64)) // 744 nats at most
		m.Loss += w * losses[i] / j.w
		if top == y {
			right += w
		}
		cells.Add(w, p[top], against/p[top], top == y)
	}
	m.Accuracy = right / j.w
	m.ECE = calib.ECE(cells.EqualMass(defaultBins))
	m.Fitted = fittedOf(whole)
	return m, losses
}

// grouped reports whether some rows have a group in common.
func (j *jury) grouped() bool {
	seen := map[uint64]bool{}
	for i := range j.kept.rows {
		if seen[j.kept.rows[i].key] {
			return true
		}
		seen[j.kept.rows[i].key] = true
	}
	return false
}

// mean returns the mean of a - b over the rows, with its standard error over their groups.
func (j *jury) mean(a, b []float64) (mean, se float64) {
	for i := range a {
		mean += j.all.Weight[i] * (a[i] - b[i]) / j.w
	}
	of, order := map[uint64]float64{}, []uint64{}
	for i := range a {
		key := j.kept.rows[i].key
		if _, ok := of[key]; !ok {
			order = append(order, key)
		}
		of[key] += j.all.Weight[i] * (a[i] - b[i] - mean)
	}
	for _, key := range order {
		se += of[key] * of[key]
	}
	return mean, math.Sqrt(small(int64(len(order)))*se) / j.w
}

// fittedOf tells a map in numbers.
func fittedOf(fitted any) Fitted {
	switch f := fitted.(type) {
	case *calib.Noise:
		return Fitted{Scale: []float64{1 / f.Temperature}, Epsilon: f.Epsilon}
	case *calib.Affine:
		o := Fitted{Scale: []float64{f.Beta}, Bias: f.B}
		switch f.Family {
		case calib.Vector:
			o.Scale = make([]float64, len(f.O))
			for k, v := range f.O {
				o.Scale[k] = f.Beta + v
			}
		case calib.Matrix:
			n := len(f.B)
			o.Scale = nil
			o.Matrix = make([][]float64, n)
			for k := range n {
				o.Matrix[k] = append([]float64(nil), f.O[k*n:(k+1)*n]...)
				o.Matrix[k][k] += f.Beta
			}
		}
		return o
	}
	return Fitted{Scale: []float64{1}}
}

// chiTail returns the probability that chi-squared with so many degrees of freedom exceeds x, by the sum over its Poisson
// terms: exact for even numbers, and for odd ones from the normal tail on.
//
// Source: Abramowitz and Stegun 1964, 26.4.4 and 26.4.5.
func chiTail(x float64, freedom int) float64 {
	if !(x > 0) {
		return 1
	}
	half := x / 2
	if freedom%2 == 0 {
		term, sum := math.Exp(-half), 0.0
		for i := range freedom / 2 {
			if i > 0 {
				term *= half / float64(i)
			}
			sum += term
		}
		return min(sum, 1)
	}
	sum := math.Erfc(math.Sqrt(half))
	term := math.Sqrt(2*x/math.Pi) * math.Exp(-half)
	for i := 1; i < freedom; i += 2 {
		sum += term
		term *= x / float64(i+2)
	}
	return min(sum, 1)
}
