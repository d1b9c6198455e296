package eval

import (
	"math"

	"xent/info"
	"xent/internal/exact"
)

// Ways in which a row of targets can fail.
const (
	targetNegative = iota // an entry below 0, above 1 or NaN
	targetEmpty           // nothing but zeros
	targetSeveral         // several ones
	targetSum             // a sum other than 1
	targetFaults
)

// targetTolerance is how far the sum of a row of targets may be from 1: the rounding of float16 softmax.
const targetTolerance = 0x1p-10

// badRows holds rows of one fault, with the value that tells it in the first.
type badRows struct {
	RowList
	value float64
}

func (b *badRows) add(row int64, value float64) {
	if b.Count == 0 || row < b.Rows[0] {
		b.value = value
	}
	b.RowList.Add(row)
}

func (b *badRows) merge(c *badRows) {
	if c.Count > 0 && (b.Count == 0 || c.Rows[0] < b.Rows[0]) {
		b.value = c.value
	}
	b.RowList.Merge(&c.RowList)
}

// soft holds the sums that only soft labels need.
type soft struct {
	rows    int64
	mass    *exact.Shares // Σ w·t, by class
	entropy exact.Sum     // Σ w·H(t)
	loss    exact.Sum     // Σ w·l, where finite
	kl      exact.Sum     // Σ w·KL(t||p), where finite
	buf     []float64     // one row
}

// addTarget adds a.row with weight w and target t. A one-hot target is the label it stands for.
func (a *Accumulator) addTarget(id int64, w float64, t []float64) {
	sum, ones, nonzero, peak := 0.0, 0, 0, 0
	for k, v := range t {
		if !(v >= 0 && v <= 1+targetTolerance) {
			if !(a.cfg.Renormalize && v >= 0 && v <= math.MaxFloat64) {
				a.badTargets[targetNegative].add(id, v)
				return
			}
		}
		sum += v
		if v == 1 {
			ones++
		}
		if v != 0 {
			nonzero++
		}
		if v > t[peak] {
			peak = k
		}
	}
	switch {
	case nonzero == 0:
		a.badTargets[targetEmpty].add(id, 0)
		return
	case nonzero == 1 && sum == 1:
		a.addLabel(w, peak)
		return
	case a.cfg.Renormalize:
		a.addSoft(w, t, peak, 1/sum)
		return
	case ones > 1:
		a.badTargets[targetSeveral].add(id, float64(ones))
		return
	case !(math.Abs(sum-1) <= targetTolerance):
		a.badTargets[targetSum].add(id, sum)
		return
	}
	a.addSoft(w, t, peak, 1)
}

// addSoft adds a.row with the target scale·t, whose largest entry is at peak.
//
//	l = -Σ t·ln p     H(t) = -Σ t·ln t     KL(t||p) = Σ t·(ln t - ln p)     0·Inf = 0
func (a *Accumulator) addSoft(w float64, t []float64, peak int, scale float64) {
	if a.soft == nil {
		a.soft = &soft{mass: exact.NewShares(a.classes), buf: make([]float64, a.classes)}
	}
	r, s := &a.row, a.soft
	var loss, entropy, kl float64
	for k, v := range t {
		v *= scale
		if s.buf[k] = v; v == 0 {
			continue
		}
		cost, self := r.cost(k), float64(info.Surprisal(v))
		loss += v * cost
		entropy += v * self
		kl += v * (cost - self)
		a.class[k].addLoss(w, v*cost)
	}
	s.mass.Add(w, s.buf)
	s.rows++
	s.entropy.AddProduct(w, entropy)
	if kl <= math.MaxFloat64 {
		s.loss.AddProduct(w, loss)
		s.kl.AddProduct(w, kl)
	}
	right := r.arg == peak
	c := &a.class[peak]
	c.unusual().peak.Add(w)
	if right {
		c.right.Add(w)
	}
	a.addScored(w, loss, peak, right)
	a.temperSoft(w, loss)
}

func (a *Accumulator) mergeSoft(s *soft) {
	if s == nil {
		return
	}
	if a.soft == nil {
		a.soft = &soft{mass: exact.NewShares(a.classes), buf: make([]float64, a.classes)}
	}
	a.soft.rows += s.rows
	a.soft.mass.Merge(s.mass)
	a.soft.entropy.Merge(&s.entropy)
	a.soft.loss.Merge(&s.loss)
	a.soft.kl.Merge(&s.kl)
}
