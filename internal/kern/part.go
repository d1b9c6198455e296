package kern

import "math"

// Part is what some classes of a row add to its loss. Parts of the same row, with the same link and masses,
// merge in any order and any grouping to the same bits. The zero value is that of no class.
type Part struct {
	Classes  int64   // seen
	Max      float64 // the largest finite logit (under a cap: any), where there is one
	Arg      int64   // its class, the first of several; -1 where there is none
	Infinite int64   // logits at +Inf, without a cap
	At       int64   // the first of them
	NaN      bool
	Others   Bins    // Σ e^z over all finite logits but Max
	Label    float64 // the label's logit, where it was seen
	Labelled bool
	Pulled   Bins     // Σ w·z over the classes with z finite, for smoothing
	Barred   [2]int64 // classes at -Inf with a positive w, with a negative one
}

// z returns the exponent of a logit, to about 100 bits.
func (l Link) z(x float64) dd {
	z := dd{x, 0}
	if l.Cap > 0 {
		z, _ = capped(x, l.Cap)
	}
	if l.Temp != 1 {
		z = z.div(dd{l.Temp, 0})
	}
	return z
}

// NewPart looks at the classes of x, numbered from first on; label may be another. With pulled it adds up
// w·z, where w is nil for weights of 1.
func NewPart[T Float](x []T, first, label int, link Link, pulled bool, w []float64) Part {
	p := Part{Classes: int64(len(x)), Arg: -1}
	for j, v := range x {
		logit, class := float64(v), int64(first+j)
		switch {
		case v != v:
			p.NaN = true
		case math.IsInf(logit, -1):
		case math.IsInf(logit, 1) && link.Cap == 0:
			if p.Infinite++; p.Infinite == 1 {
				p.At = class
			}
		default:
			p.see(logit, class, link)
		}
		if pulled {
			p.pull(logit, link, at(w, j))
		}
	}
	if y := label - first; y >= 0 && y < len(x) {
		p.Label, p.Labelled = float64(x[y]), true
	}
	return p
}

// see adds a class with a finite logit.
func (p *Part) see(x float64, class int64, link Link) {
	switch {
	case p.Arg < 0:
		p.Max, p.Arg = x, class
	case x > p.Max || x == p.Max && class < p.Arg:
		p.Others.addExp(link.z(p.Max))
		p.Max, p.Arg = x, class
	default:
		p.Others.addExp(link.z(x))
	}
}

// pull adds w·z of a logit.
func (p *Part) pull(x float64, link Link, w float64) {
	switch {
	case w == 0 || x != x || math.IsInf(x, 1) && link.Cap == 0:
	case !math.IsInf(x, -1):
		z := link.z(x)
		a, b := twoProduct(w, z.hi)
		p.Pulled.AddFloat(a)
		p.Pulled.AddFloat(b)
		p.Pulled.AddFloat(w * z.lo)
	case w > 0:
		p.Barred[0]++
	default:
		p.Barred[1]++
	}
}

func at(w []float64, j int) float64 {
	if w == nil {
		return 1
	}
	return w[j]
}

// Merge adds the classes of q, none of which p has seen.
func (p *Part) Merge(q Part, link Link) {
	switch {
	case q.Classes == 0:
		return
	case p.Classes == 0:
		*p = q
		return
	}
	p.Classes += q.Classes
	p.NaN = p.NaN || q.NaN
	if q.Infinite > 0 && (p.Infinite == 0 || q.At < p.At) {
		p.At = q.At
	}
	p.Infinite += q.Infinite
	if q.Labelled {
		p.Label, p.Labelled = q.Label, true
	}
	p.Pulled.Merge(q.Pulled)
	p.Barred[0] += q.Barred[0]
	p.Barred[1] += q.Barred[1]
	p.Others.Merge(q.Others)
	if p.Arg < 0 {
		p.Max, p.Arg = q.Max, q.Arg
	} else if q.Arg >= 0 {
		p.see(q.Max, q.Arg, link)
	}
}

// addExp adds e^z.
func (b *Bins) addExp(z dd) {
	m, n := expBinary(z)
	b.add(m, n, false)
}

// Row returns the row of which p has seen all classes.
func (p *Part) Row(link Link) (r Row) {
	r.Link = link
	switch {
	case p.NaN || p.Infinite > 1 || p.Infinite == 0 && p.Arg < 0:
		r.Max, r.s = math.NaN(), dd{math.NaN(), 0}
	case p.Infinite == 1:
		r.Max, r.Arg = math.Inf(1), int(p.At)
	default:
		r.Max, r.Arg = p.Max, int(p.Arg)
		if p.Others.Some {
			s, e := p.Others.scaled()
			m, n := expBinary(link.z(p.Max))
			s = s.div(dd{float64(m >> 11 << 11), 0}.add(dd{float64(m & (1<<11 - 1)), 0}))
			r.s = dd{ldexp(s.hi, e-n), ldexp(s.lo, e-n)}
		}
	}
	r.top = dd{r.Max, 0}
	if link.Cap > 0 && r.Valid() {
		r.top, _ = capped(r.Max, link.Cap)
	}
	r.settle()
	return r
}

// AddPart adds to the tally of a row what its classes cost, where p has seen them all and t has a label.
// With Smoothing, and then without a shape, that is
//
//	own·(-ln p[label]) + Smoothing·Σ w[j]·(LogSumExp - z[j])/Classes      own = w[label]·(1-Smoothing)
//
// given Σ w.
func AddPart[T Float](s *Tally, r *Row, p *Part, t *Target[T], weights Sum) {
	if !r.Valid() {
		return
	}
	if t.Hard() { // the label is a tile of one class
		row, target, logit := r.Tile(t.Label), t.Tile(t.Label, 1), [1]T{T(p.Label)}
		Add(s, &row, logit[:], &target)
		return
	}
	own, each := at(t.Weights, t.Label)*(1-t.Smoothing), t.Smoothing/float64(t.Classes)
	if own != 0 {
		s.sum.Add(Mul0(own, r.Cost(p.Label)))
	}
	up, down := p.Barred[0], p.Barred[1] // classes that cost +Inf
	if p.Infinite > 0 {
		for j := range t.Classes {
			if w := at(t.Weights, j); int64(j) != p.At && w > 0 {
				up++
			} else if int64(j) != p.At && w < 0 {
				down++
			}
		}
	}
	hi, lo := weights.Parts()
	switch {
	case up > 0 && down > 0:
		s.sum.Add(math.NaN())
	case up > 0:
		s.sum.Add(math.Inf(1))
	case down > 0:
		s.sum.Add(math.Inf(-1))
	case p.Infinite == 0:
		all := r.Link.z(r.Max).add(dd{r.log, 0}).mul(dd{hi, lo})
		if rest := all.add(p.Pulled.wide().neg()).value(); math.Abs(rest) > 0x1p-95*math.Abs(all.hi) { // else it is rounding
			s.sum.Add(each * rest)
		}
	}
	// the label's mass is rounded as Grad rounds it, so that the two cancel
	s.slopes.Add(t.mass(t.Label))
	others := dd{hi, lo}.add(dd{-at(t.Weights, t.Label), 0}).mul(dd{each, 0})
	s.slopes.Add(others.hi)
	s.slopes.Add(others.lo)
}
