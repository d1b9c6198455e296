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
// p is two-sided; see [tail]. With soft labels z and p are NaN.
//
// Source: Benjamini and Hochberg 1995.
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
		step := a.heaviest * math.Sqrt(max(0, 1-6*a.peaked.Float64(k)/v))
		o.P = tail(o.Z, v, step)
	}
	discover(r.PerClass)
}

// unity returns 1.
func unity() *exact.Sum {
	s := new(exact.Sum)
	s.Add(1)
	return s
}

// tail returns the two-sided p of a sum of variance v that is z standard deviations off. It is the normal
// tail at r, whose exponent is that of a Poisson variable with the sum's variance and jumps of size step:
//
//	r²/2 = v/step²·((1+x)·ln(1+x) - x)     x = step·|z|/√v
//
// For many rows, or a step of 0, r = |z|. A normal tail at z would call a class that expects a tenth of a row
// significant for a single one. The step of Σ (outcome - p) is the one that gives the Poisson variable the
// fourth cumulant of the sum,
//
//	step² = Σ q·(1 - 6q)/Σ q     q = p(1-p)
//
// 1 for rare classes, and 0, with a normal tail, where that is negative. A step of 1 makes the exponent that of
// Bennett's inequality.
//
// Source: Bennett 1962.
func tail(z, v, step float64) float64 {
	if math.IsInf(z, 0) {
		return 0
	}
	half, x := z*z/2, step*math.Abs(z)/math.Sqrt(v)
	if x > 1e-5 { // below, the exponent is z²/2 to all digits that matter
		half = v / (step * step) * ((1+x)*math.Log1p(x) - x)
	}
	return math.Erfc(math.Sqrt(half))
}

// discovery returns the largest p that survives Benjamini and Hochberg's procedure at 5 %, -Inf if none does. NaN
// are no tests. It sorts p.
func discovery(p []float64) float64 {
	slices.Sort(p)
	for len(p) > 0 && p[0] != p[0] { // NaN sort first
		p = p[1:]
	}
	limit := math.Inf(-1)
	for i, v := range p {
		if v <= 0.05*float64(i+1)/float64(len(p)) {
			limit = v
		}
	}
	return limit
}

// discover marks the classes whose p survives Benjamini and Hochberg's procedure at 5 %.
func discover(classes []Class) {
	p := make([]float64, len(classes))
	for i := range classes {
		p[i] = classes[i].P
	}
	limit := discovery(p)
	for i := range classes {
		classes[i].Differs = classes[i].P <= limit
	}
}
