package eval

import (
	"math"
	"slices"

	"xent/internal/exact"
)

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

// squares returns Σ w² and Σ w²·l.
func (c *class) squares() (sq, sql float64) {
	rows, loss := c.rows.Sum(), c.loss.Clone()
	if c.rare != nil {
		rows.Merge(&c.rare.squares)
		loss.Merge(&c.rare.loss2)
	}
	return rows.Float64(), loss.Float64()
}

// mass returns Σ w·t of class k, t being 1 for the label's class.
func (a *Accumulator) mass(k int) *exact.Sum {
	s := a.class[k].rows.Sum()
	if a.soft != nil {
		s.Merge(a.soft.mass.Sum(k))
	}
	return s
}

// perClass fills in E9. With n = Σ w of the rows labelled k and its probabilities p in all rows,
//
//	share = Σ w·l/W over its rows        the shares of all classes add up to L
//	gain = -ln π - mean loss             nats saved against the prior
//	z = (n - Σ w·p) / √Σ w²p(1-p)
//
// p is two-sided. In place of the normal tail at z it takes the one at r, with Bennett's exponent for a
// sum of terms of at most 1 in place of z²/2, so that rare classes are not called significant for a
// few rows too many:
//
//	r²/2 = V·((1+x)·ln(1+x) - x)     x = |n - Σ p|/V, V = Σ p(1-p)
//
// For many rows r = |z|. With soft labels z and p are NaN.
//
// Source: Bennett 1962; Benjamini and Hochberg 1995.
func (a *Accumulator) perClass(r *Report) {
	total := a.total.weight()
	r.PerClass = make([]Class, a.classes)
	for k := range a.class {
		c, mass := &a.class[k], a.mass(k)
		peak := c.rows.Sum()
		if c.rare != nil {
			peak.Merge(c.rare.peak.Sum())
		}
		o := &r.PerClass[k]
		*o = Class{
			Class:    k,
			Rows:     mass.Float64(),
			Loss:     exact.Ratio(&c.loss, mass),
			Share:    exact.Ratio(&c.loss, total),
			Recall:   exact.Ratio(c.right.Sum(), peak),
			Expected: a.expected.Float64(k),
		}
		if len(a.cfg.Names) > 0 {
			o.Name = a.cfg.Names[k]
		}
		o.Gain = -math.Log(exact.Ratio(mass, total)) - o.Loss
		diff := mass
		diff.SubMul(unity(), a.expected.Sum(k))
		v, off := a.doubt.Float64(k), diff.Float64()
		o.Z = off / math.Sqrt(v)
		if a.soft != nil || v == 0 && math.Abs(off) <= o.Rows*0x1p-50 { // no more than shares are cut by
			o.Z = math.NaN()
		}
		o.P = bennett(o.Z, v, a.heaviest)
	}
	discover(r.PerClass)
}

// unity returns 1.
func unity() *exact.Sum {
	s := new(exact.Sum)
	s.Add(1)
	return s
}

// bennett returns the two-sided p of a sum that is z standard deviations off, of variance v and terms of at most most.
func bennett(z, v, most float64) float64 {
	v /= most * most
	x := math.Abs(z) / math.Sqrt(v)
	if math.IsInf(z, 0) {
		return 0
	}
	half := z * z / 2
	if x > 1e-5 { // below, the exponent is z²/2 to all digits that matter
		half = v * ((1+x)*math.Log1p(x) - x)
	}
	return math.Erfc(math.Sqrt(half))
}

// discover marks the classes whose p survives Benjamini and Hochberg's procedure at 5 %.
func discover(classes []Class) {
	var p []float64
	for i := range classes {
		if v := classes[i].P; v == v {
			p = append(p, v)
		}
	}
	slices.Sort(p)
	limit := math.Inf(-1)
	for i, v := range p {
		if v <= 0.05*float64(i+1)/float64(len(p)) {
			limit = v
		}
	}
	for i := range classes {
		classes[i].Differs = classes[i].P <= limit
	}
}
