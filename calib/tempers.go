package calib

import (
	"math"

	"xent/internal/exact"
)

// Inverse temperatures at which rows are measured: from 1/16 to 16, four to each doubling.
const (
	perDoubling = 4
	doublings   = 8
	nodes       = doublings*perDoubling + 1
	unitNode    = nodes / 2 // where the inverse temperature is 1
	firstPower  = -doublings / 2
)

// Folds is how many parts the rows are cut into, each of which is judged by the temperature of the others.
const Folds = 5

// Tempers measures what rows would cost at other temperatures, in one pass that keeps none of them: the sums of the loss
// and of its first two derivatives at 33 inverse temperatures, from which it is known in between, temperatures to some 1e-6 and losses to 1e-7. Sums are
// exact: they merge in any order, and any partition of the rows gives the same bits. The zero value is empty, ready to use.
type Tempers struct {
	fold [Folds]tempers
	exps [perDoubling][]float64 // of one row
}

type tempers struct {
	rows    int64
	weight  exact.Count // Σ w
	squares exact.Count // Σ w²
	at      [nodes]temperSums
}

// temperSums are those of one inverse temperature β; l is the loss of a row at β, d what it costs less there than at 1.
type temperSums struct {
	loss  exact.Sum // Σ w·l
	slope exact.Sum // Σ w·dl/dβ
	curve exact.Sum // Σ w·d²l/dβ²
	score exact.Sum // Σ w²·(dl/dβ)²
	gain  exact.Sum // Σ w²·d²
	cross exact.Sum // Σ w²·d·dl/dβ
}

// Add adds a row with weight w to a fold. z are its logits, of which some may be -Inf and at least one is finite, none NaN
// or +Inf, and target is the label's logit, finite, or the mean logit of a soft label.
func (t *Tempers) Add(fold int, w float64, z []float64, target float64) {
	top := math.Inf(-1)
	for _, v := range z {
		top = max(top, v)
	}
	f := &t.fold[fold]
	f.rows++
	f.weight.Add(w)
	f.squares.Add(w * w)
	for q := range t.exps {
		t.exps[q] = t.exps[q][:0]
		beta := math.Exp2(firstPower + float64(q)/perDoubling)
		for _, v := range z {
			t.exps[q] = append(t.exps[q], math.Exp(beta*(v-top)))
		}
	}
	var losses, slopes, curves [nodes]float64
	for j := range nodes {
		e := t.exps[j%perDoubling]
		var s0, s1, s2 float64
		for k, v := range z {
			if x := e[k]; x > 0 {
				d := v - top
				s0 += x
				s1 += x * d
				s2 += x * d * d
				e[k] = x * x // that of twice the inverse temperature
			}
		}
		mean, beta := s1/s0, nodeBeta(j)
		losses[j] = math.Log(s0) - beta*(target-top)
		slopes[j], curves[j] = mean-(target-top), max(s2/s0-mean*mean, 0)
	}
	for j := range nodes {
		a := &f.at[j]
		d := losses[unitNode] - losses[j]
		a.loss.AddProduct(w, losses[j])
		a.slope.AddProduct(w, slopes[j])
		a.curve.AddProduct(w, curves[j])
		a.score.AddProduct(w*slopes[j], w*slopes[j])
		a.gain.AddProduct(w*d, w*d)
		a.cross.AddProduct(w*d, w*slopes[j])
	}
}

// nodeBeta is the inverse temperature of a node.
func nodeBeta(j int) float64 { return math.Exp2(firstPower + float64(j)/perDoubling) }

// Merge adds what u holds.
func (t *Tempers) Merge(u *Tempers) {
	for i := range t.fold {
		t.fold[i].merge(&u.fold[i])
	}
}

func (f *tempers) merge(g *tempers) {
	f.rows += g.rows
	f.weight.Merge(&g.weight)
	f.squares.Merge(&g.squares)
	for j := range f.at {
		a, b := &f.at[j], &g.at[j]
		a.loss.Merge(&b.loss)
		a.slope.Merge(&b.slope)
		a.curve.Merge(&b.curve)
		a.score.Merge(&b.score)
		a.gain.Merge(&b.gain)
		a.cross.Merge(&b.cross)
	}
}

// Tempering is what a temperature does to the loss.
type Tempering struct {
	Temperature float64        // at which all rows together cost least
	SE          float64        // of it
	AtEnd       bool           // it is the end of the range, 1/16 or 16: the best one lies beyond
	Folds       [Folds]float64 // the temperature of the rows outside each fold
	Loss        float64        // mean of the rows as they are, nats
	InSample    float64        // at Temperature: too good, for it was fitted to these rows
	Crossed     float64        // each fold at the temperature of the others: what new rows would cost
	GainSE      float64        // of Loss - Crossed, paired by row, at these temperatures: too small near 0, where P tells
	P           float64        // that a model which needs no temperature gains as much: 2n·(Loss - InSample) is chi-squared
	Rows        int64
}

// Fit finds the temperatures. NaN where there are fewer than two rows; fields that need every fold are NaN when one is empty.
//
// The in-sample gain of a temperature that is not needed is 1/(2n) nats on average, with 2n times it distributed as
// chi-squared with one degree of freedom; the gain by folds has no such bias, and may be below 0.
//
// Source: Guo, Pleiss, Sun and Weinberger 2017 (temperature); Wilks 1938 (P); Stone 1974 (folds).
func (t *Tempers) Fit() Tempering {
	nan := math.NaN()
	r := Tempering{Temperature: nan, SE: nan, Loss: nan, InSample: nan, Crossed: nan, GainSE: nan, P: nan}
	var all tempers
	for i := range t.fold {
		r.Folds[i] = nan
		all.merge(&t.fold[i])
	}
	r.Rows = all.rows
	if r.Rows < 2 {
		return r
	}
	whole := all.curve()
	beta, end := whole.least()
	w := all.weight.Float64()
	r.Temperature, r.AtEnd = 1/beta, end
	r.Loss, r.InSample = whole.loss[unitNode]/w, whole.value(beta)/w
	if !end {
		_, second := whole.slopes(beta)
		r.SE = math.Sqrt(whole.between(&whole.score, beta)) / second / (beta * beta)
	}
	ratio := w * w / all.squares.Float64() // rows of weight 1 that tell as much
	r.P = math.Erfc(math.Sqrt(max(ratio*(r.Loss-r.InSample), 0)))
	var crossed, gains float64
	for i := range t.fold {
		var rest tempers
		for k := range t.fold {
			if k != i {
				rest.merge(&t.fold[k])
			}
		}
		if t.fold[i].rows == 0 || rest.rows == 0 {
			return r
		}
		curve := rest.curve()
		other, _ := curve.least()
		own := t.fold[i].curve()
		r.Folds[i] = 1 / other
		crossed += own.value(other)
		gains += max(own.squares(other), 0)
	}
	r.Crossed = crossed / w
	mean := r.Loss - r.Crossed
	n := float64(r.Rows)
	r.GainSE = math.Sqrt(n/(n-1)*max(gains-mean*mean*all.squares.Float64(), 0)) / w
	return r
}

// temperCurve is a sum of losses as a function of u = log₂ of the inverse temperature, by its values and derivatives at the
// nodes: a polynomial of degree five between two of them.
type temperCurve struct {
	loss, first, second, score, gain, cross [nodes]float64
}

func (f *tempers) curve() *temperCurve {
	c := new(temperCurve)
	for j := range nodes {
		a := &f.at[j]
		c.loss[j], c.first[j], c.second[j] = a.loss.Float64(), a.slope.Float64(), a.curve.Float64()
		c.score[j], c.gain[j], c.cross[j] = a.score.Float64(), a.gain.Float64(), a.cross.Float64()
	}
	return c
}

// node returns the last node at or below beta, but not the last of all.
func node(beta float64) int {
	j := int(math.Floor((math.Log2(beta) - firstPower) * perDoubling))
	return min(max(j, 0), nodes-2)
}

// hermite returns the polynomial of degree five in t in [0, 1] that has the values, slopes and curvatures given at both
// ends, as its value, first and second derivative.
func hermite(t, f0, d0, c0, f1, d1, c1 float64) (f, d, c float64) {
	a := f1 - f0 - d0 - c0/2
	b := d1 - d0 - c0
	e := c1 - c0
	a3, a4, a5 := 10*a-4*b+e/2, -15*a+7*b-e, 6*a-3*b+e/2
	f = f0 + t*(d0+t*(c0/2+t*(a3+t*(a4+t*a5))))
	d = d0 + t*(c0+t*(3*a3+t*(4*a4+t*5*a5)))
	c = c0 + t*(6*a3+t*(12*a4+t*20*a5))
	return f, d, c
}

// at returns the loss at beta and its derivatives by beta.
func (c *temperCurve) at(beta float64) (f, d, dd float64) {
	j := node(beta)
	low, high := nodeBeta(j), nodeBeta(j+1)
	h := high - low
	f, d, dd = hermite((beta-low)/h, c.loss[j], h*c.first[j], h*h*c.second[j], c.loss[j+1], h*c.first[j+1], h*h*c.second[j+1])
	return f, d / h, dd / (h * h)
}

func (c *temperCurve) value(beta float64) float64 { f, _, _ := c.at(beta); return f }

func (c *temperCurve) slopes(beta float64) (first, second float64) {
	_, first, second = c.at(beta)
	return first, second
}

// squares returns Σ w²·d² at beta, from its values and slopes at the nodes: it is 0, and flat, at 1.
func (c *temperCurve) squares(beta float64) float64 {
	j := node(beta)
	low, high := nodeBeta(j), nodeBeta(j+1)
	h, t := high-low, (beta-nodeBeta(j))/(high-low)
	f0, f1, d0, d1 := c.gain[j], c.gain[j+1], -2*h*c.cross[j], -2*h*c.cross[j+1]
	return f0 + t*(d0+t*(3*(f1-f0)-2*d0-d1+t*(2*(f0-f1)+d0+d1)))
}

// between returns a line's value at beta.
func (c *temperCurve) between(values *[nodes]float64, beta float64) float64 {
	j := node(beta)
	t := (beta - nodeBeta(j)) / (nodeBeta(j+1) - nodeBeta(j))
	return values[j] + t*(values[j+1]-values[j])
}

// least returns the inverse temperature of the least loss, and whether it is an end of the range.
func (c *temperCurve) least() (beta float64, end bool) {
	if c.first[0] >= 0 {
		return nodeBeta(0), true
	}
	if c.first[nodes-1] <= 0 {
		return nodeBeta(nodes - 1), true
	}
	j := 0
	for c.first[j+1] < 0 {
		j++
	}
	low, high := nodeBeta(j), nodeBeta(j+1)
	for range 80 {
		mid := low + (high-low)/2
		if first, _ := c.slopes(mid); first < 0 {
			low = mid
		} else {
			high = mid
		}
	}
	return low + (high-low)/2, false
}
