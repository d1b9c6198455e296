package kern

import "math"

// Wide is a number of about 106 bits.
type Wide = dd

// Norm returns the length of the vector x, to about 100 bits.
func Norm[T Float](x []T) Wide {
	d := dot(x, x)
	y := math.Sqrt(d.hi)
	if y == 0 || y-y != 0 {
		return dd{y, 0}
	}
	return quickSum(y, (math.FMA(-y, y, d.hi)+d.lo)/(2*y))
}

// Cosine returns the cosine of the angle between a and b, of the given norms, over temp.
// A vector of length 0 gives NaN.
func Cosine[T Float](a, b []T, na, nb Wide, temp float64) Wide {
	return dot(a, b).div(na.mul(nb)).div(dd{temp, 0})
}

// Aside adds h·(b/nb - cos·a/na) to sum: what is left of the direction of b beside that of a, where
// score is the cosine over temp. Differences of directions cancel, and so do their sums, which is why
// everything here has twice the digits.
func Aside[T Float](sum []Wide, h Wide, a, b []T, na, nb, score Wide, temp float64) {
	along := score.mul(dd{temp, 0}).div(na).neg()
	for d, v := range b {
		sum[d] = sum[d].add(h.mul(dd{float64(v), 0}.div(nb).add(along.mul(dd{float64(a[d]), 0}))))
	}
}

// dot returns Σ a·b, with the rounding error of every product and sum.
func dot[T Float](a, b []T) dd {
	var sum dd
	for j, v := range a {
		p, e := twoProduct(float64(v), float64(b[j]))
		var err float64
		sum.hi, err = twoSum(sum.hi, p)
		sum.lo += err + e
	}
	return quickSum(sum.hi, sum.lo)
}

// Crowd is a softmax over scores of twice the digits, one of which may be left out: what [Row] is to
// logits.
type Crowd struct {
	top dd
	arg int
	s   dd // Σ e^(score-top) over the others
	log float64
}

// NewCrowd scans n scores but number skip.
func NewCrowd(n, skip int, score func(j int) Wide) (c Crowd) {
	c.arg, c.top.hi = -1, math.Inf(-1)
	bad := false
	for j := range n {
		if j == skip {
			continue
		}
		s := score(j)
		bad = bad || s.hi-s.hi != 0
		if s.hi > c.top.hi || s.hi == c.top.hi && s.lo > c.top.lo || c.arg < 0 {
			c.top, c.arg = s, j
		}
	}
	for j := range n {
		if j != skip && j != c.arg {
			d := score(j).add(c.top.neg())
			c.s = c.s.add(expWide(d.hi, d.lo))
		}
	}
	if bad {
		c.s.hi = math.NaN()
	}
	c.log = math.Log1p(c.s.hi)
	return c
}

// Cost returns -ln p of a score.
func (c *Crowd) Cost(score Wide) float64 {
	d := c.top.add(score.neg())
	return (c.log + d.lo) + d.hi
}

// Miss returns p of score number j, less 1 where it is the right one, to about 64 bits.
func (c *Crowd) Miss(j int, score Wide, right bool) Wide {
	one := dd{1, 0}
	total := one.add(c.s)
	if j == c.arg {
		if right {
			return c.s.div(total).neg()
		}
		return one.div(total)
	}
	d := score.add(c.top.neg())
	e := expWide(d.hi, d.lo)
	if right {
		return total.add(e.neg()).div(total).neg()
	}
	return e.div(total)
}

// Plus returns a + b.
func Plus(a, b Wide) Wide { return a.add(b) }

// Value returns w rounded once.
func Value(w Wide) float64 { return w.hi + w.lo }
