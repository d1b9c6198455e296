package kern

import "math"

// Entmax is the sparse relative of a softmax,
//
//	p = max(u - θ, 0)^(1/(α-1))     u = (α-1)·(x - base)
//
// with the threshold θ that makes Σ p = 1: sparsemax for α = 2, softmax in the limit 1. The base is the
// largest logit, and for α above 2 the smallest that has a share: there p has no bound on its slope, and
// only a threshold measured from where it counts gives the small shares their digits.
type Entmax struct {
	alpha, max float64
	power      dd // 1/(α-1)
	base       float64
	theta      dd
	share      float64 // p of the base; 0 for α of 1.5 and 2, which need none
	bad        bool    // the row has no entmax
	certain    bool    // a single +Inf
}

// NewEntmax finds the threshold of a row, which must not be empty; alpha is above 1.
func NewEntmax[T Float](x []T, alpha float64) (e Entmax) {
	mx, arg := maxOf(x)
	e = Entmax{alpha: alpha, max: float64(mx), base: float64(mx), theta: dd{-1, 0}}
	if e.max-e.max != 0 {
		l := limit(x, arg, e.max)
		e.bad, e.certain = l != l, l == l
		return e
	}
	e.power = dd{1, 0}.div(dd{alpha - 1, 0})
	switch {
	case alpha == 1.5 || alpha == 2:
		exactThreshold(&e, x)
	case alpha < 2:
		findShare(&e, x, 1)
	default:
		findShare(&e, x, lowest(&e, x))
	}
	return e
}

// exactThreshold is for α of 1.5 and 2. Σ p is convex in the threshold and falls: Newton's steps come up
// to the root and never pass it. Once the classes above the threshold are those above the root that they
// ask for, it is that.
func exactThreshold[T Float](e *Entmax, x []T) {
	for range 100 {
		exact, step, n := root(e, x)
		next := *e
		if next.theta = exact; support(&next, x) == n {
			e.theta = exact
			return
		}
		if e.theta = e.theta.add(step); !(step.hi > 0) {
			return
		}
	}
}

// findShare finds the share of the base for any other α, from a bound above it. With t = share^(α-1),
//
//	Σ p = Σ max(u + t, 0)^(1/(α-1))     dΣp/dshare = Σ (p/share)·(t/(u + t)) over p > 0
//
// is convex in the share, and its slope lies between 1 and the number of classes: for α < 2 with the
// largest logit as base, for α > 2 with any that all others of the sum exceed. So Newton's steps come
// down to the root, never pass it, and are few.
func findShare[T Float](e *Entmax, x []T, above float64) {
	share := dd{roughShare(e, x, above), 0}
	for range 64 {
		t := powWide(share, dd{e.alpha - 1, 0})
		e.theta, e.share = t.neg(), share.value()
		mass, slope, least := dd{}, 0.0, t.hi
		for _, v := range x {
			if float64(v) == e.base {
				mass = mass.add(share)
				slope++
				continue
			}
			if d := e.above(float64(v)); d.hi > 0 {
				p := powWide(d, e.power)
				mass = mass.add(p)
				slope += p.hi / share.hi * (t.hi / d.hi)
				least = min(least, d.hi)
			}
		}
		miss := mass.add(dd{-1, 0})
		step := miss.value() / slope
		share = share.add(dd{-step, 0})
		// What is left of a small step is its square, for the class nearest to the threshold.
		if math.Abs(miss.hi) < 0x1p-62 || math.Abs(step)*t.hi < 0x1p-34*share.hi*least {
			break
		}
	}
	e.theta, e.share = powWide(share, dd{e.alpha - 1, 0}).neg(), share.value()
}

// roughShare is findShare in float64, as far as that comes.
func roughShare[T Float](e *Entmax, x []T, above float64) float64 {
	share, less := above, e.alpha-1
	for range 64 {
		t := math.Exp(less * math.Log(share))
		mass, slope := -1.0, 0.0
		for _, v := range x {
			c := float64(v)
			if c == e.base {
				mass += share
				slope++
			} else if d := (c-e.base)*less + t; d > 0 && (c > e.base || e.alpha < 2) {
				p := math.Exp(e.power.hi * math.Log(d))
				mass += p
				slope += p / share * (t / d)
			}
		}
		step := mass / slope
		if !(share-step > 0 && share-step <= above) {
			break
		}
		if share -= step; math.Abs(step) < 1e-8*share {
			break
		}
	}
	return share
}

// lowest moves the base to the smallest logit that has a share, and returns a bound above that: the
// smallest x[b] with
//
//	rest = 1 - Σ ((α-1)·(x - x[b]))^(1/(α-1)) > 0 over x > x[b]
//
// found by halving the numbers between a logit that has a share and what has none.
func lowest[T Float](e *Entmax, x []T) (above float64) {
	e.theta = dd{}
	in, rest := e.max, 1.0
	out := math.Nextafter(e.max-1/(e.alpha-1)*(1+0x1p-50), math.Inf(-1)) // the largest alone would have 1
	for {
		var ok bool
		if e.base, ok = between(x, out, in); !ok {
			break
		}
		var mass dd
		for _, v := range x {
			if d := e.above(float64(v)); d.hi > 0 {
				mass = mass.add(powWide(d, e.power))
			}
		}
		if r := mass.neg().add(dd{1, 0}).value(); r > 0 {
			in, rest = e.base, r
		} else {
			out = e.base
		}
	}
	e.base = in
	ties := 0.0
	for _, v := range x {
		if float64(v) == in {
			ties++
		}
	}
	return rest / ties
}

// between returns a logit above out and below in, if there is any: the smallest in the upper half of the
// numbers between the two, else the largest in the lower half.
func between[T Float](x []T, out, in float64) (logit float64, ok bool) {
	middle := halfway(out, in)
	upper, lower := in, out
	for _, v := range x {
		if c := float64(v); c > out && c < in {
			if c >= middle {
				upper = min(upper, c)
			} else {
				lower = max(lower, c)
			}
		}
	}
	if upper < in {
		return upper, true
	}
	return lower, lower > out
}

// halfway returns the number with as many float64 between a and itself as between itself and b.
func halfway(a, b float64) float64 {
	i, j := rank(a), rank(b)
	m := i&j + (i^j)>>1 // (i+j)/2 without overflow
	if m < 0 {
		return -math.Float64frombits(uint64(-m))
	}
	return math.Float64frombits(uint64(m))
}

// rank counts the float64 from 0 to x, those below 0 as negative.
func rank(x float64) int64 {
	n := int64(math.Float64bits(math.Abs(x)))
	if x < 0 {
		return -n
	}
	return n
}

// above returns u - θ of the logit x, 0 when that is not positive.
func (e *Entmax) above(x float64) dd {
	if math.IsInf(x, -1) || x < e.base && e.alpha > 2 {
		return dd{}
	}
	t, r := twoSum(x, -e.base)
	d := dd{t, r}.mul(dd{e.alpha - 1, 0}).add(e.theta.neg())
	if !(d.hi > 0) {
		return dd{}
	}
	return d
}

// root returns the threshold that the n classes above the present one ask for when α is 2 or 1.5,
//
//	Σ (u - θ) = 1      θ = (Σ u - 1)/n
//	Σ (u - θ)² = 1     θ = m - √((1 - Σ (u-m)²)/n)     m = Σ u/n
//
// and how far Newton's step goes towards it.
func root[T Float](e *Entmax, x []T) (theta, step dd, n int) {
	var sum, squares dd // of u - θ, with the present θ
	for _, v := range x {
		if d := e.above(float64(v)); d.hi > 0 {
			sum = sum.add(d)
			squares = squares.add(d.mul(d))
			n++
		}
	}
	count, less := dd{float64(n), 0}, dd{-1, 0}
	if e.alpha == 2 {
		step = sum.add(less).div(count)
		return e.theta.add(step), step, n
	}
	mean := sum.div(count)
	step = squares.add(less).div(sum.add(sum))
	rest := less.add(squares).add(mean.mul(sum).neg()).neg().div(count) // (1 - Σ (u-m)²)/n
	if !(rest.hi >= 0) {
		return dd{0, 0}, step, n // above all classes
	}
	r := math.Sqrt(rest.hi)
	wide := dd{r, 0}
	if r > 0 {
		wide = quickSum(r, (math.FMA(-r, r, rest.hi)+rest.lo)/(2*r))
	}
	return e.theta.add(mean).add(wide.neg()), step, n
}

// support returns how many classes are above the threshold.
func support[T Float](e *Entmax, x []T) (n int) {
	for _, v := range x {
		if e.above(float64(v)).hi > 0 {
			n++
		}
	}
	return n
}

// Prob returns p of the class with logit x.
func (e *Entmax) Prob(x float64) float64 {
	p, _ := e.weigh(x)
	return p
}

// weigh returns p of the class with logit x and p^(α-1), which is u - θ.
func (e *Entmax) weigh(x float64) (p float64, power dd) {
	switch {
	case e.bad:
		return math.NaN(), dd{math.NaN(), 0}
	case e.certain:
		if x == e.max {
			return 1, dd{1, 0}
		}
		return 0, dd{}
	case x == e.base && e.share != 0:
		return e.share, e.theta.neg()
	}
	d := e.above(x)
	switch {
	case e.alpha == 2 || d.hi == 0:
		return d.value(), d
	case e.alpha == 1.5:
		return d.mul(d).value(), d
	}
	return powWide(d, e.power).value(), d
}

// EntmaxLoss returns the Fenchel-Young loss of a row against the label y,
//
//	max over p of Σ p·x + H(p), less x[y]      H(p) = Σ (p - p^α) / (α(α-1))
//
// and the probability of the other classes, whose negative is the gradient at the label. With ε that
// probability, the loss is
//
//	Σ p^α/α over the others + ∫ t·(1-t)^(α-2) from 0 to ε + (θ - u[y])/(α-1) where u[y] < θ
//
// no part of which is negative.
func EntmaxLoss[T Float](e *Entmax, x []T, y int) (loss, rest float64) {
	if e.bad {
		return math.NaN(), math.NaN()
	}
	var miss, powers Sum
	for j, v := range x {
		if j != y {
			p, power := e.weigh(float64(v))
			miss.Add(p)
			powers.Add(p * power.hi)
		}
	}
	rest = miss.Value()
	xy := float64(x[y])
	py, power := e.weigh(xy)
	loss = powers.Value()/e.alpha + e.tail(rest, py, power)
	if power.hi > 0 {
		return loss, rest
	}
	t, r := twoSum(xy, -e.base)
	if e.certain || math.IsInf(t, -1) {
		return math.Inf(1), 1
	}
	short := e.theta.add(dd{t, r}.mul(dd{e.alpha - 1, 0}).neg())
	return loss + max(short.value(), 0)/(e.alpha-1), 1
}

// tail returns ∫ t·(1-t)^(α-2) dt from 0 to ε = 1-p, where power is p^(α-1): for α of 2 and 1.5 ε²/2 and,
// with r = √p, ⅔·(1-r)²·(2+r); else
//
//	(1 - p^(α-1)·(1 + (α-1)·ε)) / (α(α-1)) = Σ binomial(α-2, n)·(-1)^n·ε^(n+2)/(n+2)
//
// of which the first cancels where (α-1)·ε is small, the second where it is large.
func (e *Entmax) tail(eps, p float64, power dd) float64 {
	less := e.alpha - 1
	switch {
	case e.alpha == 2:
		return eps * eps / 2
	case e.alpha == 1.5:
		r := math.Sqrt(p)
		d := eps / (1 + r)
		return 2. / 3 * d * d * (2 + r)
	case eps > 0.5 || e.alpha > 2 && eps*less > 1:
		one, rest := dd{1, 0}, dd{eps, 0}
		if p < 0.5 {
			rest = one.add(dd{-p, 0})
		}
		grown := power.mul(rest.mul(dd{less, 0}).add(one))
		return one.add(grown.neg()).value() / e.alpha / less
	}
	sum, term := 0.0, eps*eps
	for n := 0.0; n < 60; n++ {
		sum += term / (n + 2)
		term *= -(e.alpha - 2 - n) / (n + 1) * eps
	}
	return sum
}
