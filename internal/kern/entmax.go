package kern

import "math"

// Entmax is the sparse relative of a softmax,
//
//	p = max(u - θ, 0)^(1/(α-1))     u = (α-1)·(x - max)
//
// with the threshold θ in [-1, 0) that makes Σ p = 1: sparsemax for α = 2, softmax in the limit 1.
type Entmax struct {
	alpha, max float64
	arg        int
	theta      dd
	bad        bool // the row has no entmax
	certain    bool // a single +Inf
}

// NewEntmax finds the threshold of a row, which must not be empty; alpha is above 1.
func NewEntmax[T Float](x []T, alpha float64) (e Entmax) {
	mx, arg := maxOf(x)
	e = Entmax{alpha: alpha, max: float64(mx), arg: arg, theta: dd{-1, 0}}
	if e.max-e.max != 0 {
		l := limit(x, arg, e.max)
		e.bad, e.certain = l != l, l == l
		return e
	}
	if alpha != 1.5 && alpha != 2 {
		lo, hi := -1.0, 0.0
		for range 64 {
			mid := lo + (hi-lo)/2
			if e.theta = (dd{mid, 0}); mass(&e, x) >= 1 {
				lo = mid
			} else {
				hi = mid
			}
		}
		e.theta = dd{lo, 0}
		for range 2 { // what a float64 of the threshold misses
			if m, slope := mass(&e, x), steepness(&e, x); slope-slope == 0 {
				e.theta = e.theta.add(dd{(m - 1) / slope, 0})
			}
		}
		return e
	}
	// Σ p is convex in the threshold and falls: Newton's steps come up to the root and never pass it.
	// Once the classes above the threshold are those above the root that they ask for, it is that.
	for range 100 {
		exact, step, n := root(&e, x)
		next := e
		if next.theta = exact; support(&next, x) == n {
			return next
		}
		if e.theta = e.theta.add(step); !(step.hi > 0) {
			break
		}
	}
	return e
}

// above returns u - θ of the logit x, 0 when that is not positive.
func (e *Entmax) above(x float64) dd {
	if math.IsInf(x, -1) {
		return dd{}
	}
	t, r := twoSum(x, -e.max)
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

// mass returns Σ p at the present threshold.
func mass[T Float](e *Entmax, x []T) float64 {
	var sum Sum
	for _, v := range x {
		sum.Add(e.Prob(float64(v)))
	}
	return sum.Value()
}

// steepness returns how fast the mass falls with the threshold, Σ p^(2-α)/(α-1) over p > 0.
func steepness[T Float](e *Entmax, x []T) float64 {
	sum := 0.0
	for _, v := range x {
		if p := e.Prob(float64(v)); p > 0 {
			sum += math.Pow(p, 2-e.alpha)
		}
	}
	return sum / (e.alpha - 1)
}

// Prob returns p of the class with logit x.
func (e *Entmax) Prob(x float64) float64 {
	switch {
	case e.bad:
		return math.NaN()
	case e.certain:
		if x == e.max {
			return 1
		}
		return 0
	}
	d := e.above(x)
	switch e.alpha {
	case 2:
		return d.value()
	case 1.5:
		return d.mul(d).value()
	}
	if d.hi == 0 {
		return 0
	}
	return pow(d, 1/(e.alpha-1))
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
		if j == y {
			continue
		}
		p := e.Prob(float64(v))
		miss.Add(p)
		if p != 0 {
			powers.Add(math.Pow(p, e.alpha))
		}
	}
	rest = miss.Value()
	xy := float64(x[y])
	py := e.Prob(xy)
	loss = powers.Value()/e.alpha + e.tail(rest, py)
	if py == 0 {
		rest = 1
		if loss = powers.Value()/e.alpha + e.tail(1, 0); e.certain {
			return math.Inf(1), rest
		}
		t, r := twoSum(xy, -e.max)
		if math.IsInf(t, -1) {
			return math.Inf(1), rest
		}
		short := e.theta.add(dd{t, r}.mul(dd{e.alpha - 1, 0}).neg())
		loss += max(short.value(), 0) / (e.alpha - 1)
	}
	return loss, rest
}

// tail returns ∫ t·(1-t)^(α-2) dt from 0 to ε = 1-p.
func (e *Entmax) tail(eps, p float64) float64 {
	switch {
	case e.alpha == 2:
		return eps * eps / 2
	case e.alpha == 1.5: // with r = √(1-ε): ⅔·(1-r)²·(2+r)
		r := math.Sqrt(p)
		d := eps / (1 + r)
		return 2. / 3 * d * d * (2 + r)
	case eps > 0.5:
		a := e.alpha
		return ((a-1)*math.Pow(p, a) + 1 - a*math.Pow(p, a-1)) / (a * (a - 1))
	}
	sum, term := 0.0, eps*eps
	for n := 0.0; n < 60; n++ { // Σ binomial(α-2, n)·(-1)^n·ε^(n+2)/(n+2)
		sum += term / (n + 2)
		term *= -(e.alpha - 2 - n) / (n + 1) * eps
	}
	return sum
}
