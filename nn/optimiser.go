package nn

import (
	"math"

	"xent"
)

// Optimiser changes parameters by their gradients.
type Optimiser[T xent.Float] interface {
	// Step makes one step. The parameters are the same at every step: an optimiser that remembers
	// does so by their place. Nothing is allocated after the first step.
	Step(params []Param[T])

	// LearningRate returns that of the step to come.
	LearningRate() float64

	// State shows v all that the optimiser remembers for these parameters, so that it can be saved, or set to
	// what was saved: the steps go on with the same bits then.
	State(params []Param[T], v Visitor[T])
}

// Visitor sees the numbers of a state where they are, by names that are always the same: who saves reads them, who
// restores writes them.
type Visitor[T xent.Float] interface {
	Array(name string, shape []int, values []T)
	Word(name string, value *uint64)
}

// Schedule returns what the rate of an optimiser is multiplied by at a step; the first is 0. nil is constant: 1.
type Schedule func(step int) float64

// Cosine rises evenly to 1 over the first warmup steps, of which the first is above 0, and falls from there to
// floor at step total along half a period of the cosine; there it stays:
//
//	(t+1)/warmup                                            t < warmup
//	floor + (1-floor)·½(1 + cos(π·(t-warmup)/(total-warmup)))   t < total
//
// Source: Loshchilov and Hutter 2017, without restarts.
func Cosine(warmup, total int, floor float64) Schedule {
	return func(step int) float64 {
		switch {
		case step < warmup:
			return float64(step+1) / float64(warmup)
		case step >= total:
			return floor
		}
		done := float64(step-warmup) / float64(total-warmup)
		return floor + (1-floor)*.5*(1+math.Cos(math.Pi*done))
	}
}

// clock counts the steps of an optimiser.
type clock struct{ steps uint64 }

// rate returns the learning rate of the step to come.
func (c *clock) rate(peak float64, s Schedule) float64 {
	if s == nil {
		return peak
	}
	return peak * s(int(c.steps))
}

// SGD is gradient descent, with momentum if asked for:
//
//	g = g + Decay·w
//	v = Momentum·v + g          w = w - Rate·v,  or with Nesterov  w = w - Rate·(g + Momentum·v)
//
// as in PyTorch's optim.SGD, with v = g at the first step.
// Source: Polyak 1964, the heavy ball; Nesterov 1983.
type SGD[T xent.Float] struct {
	Rate, Momentum, Decay float64
	Nesterov              bool
	Schedule              Schedule

	clock
	velocity [][]T
}

// LearningRate returns Rate, by the schedule.
func (o *SGD[T]) LearningRate() float64 { return o.rate(o.Rate, o.Schedule) }

// Step makes one step.
func (o *SGD[T]) Step(params []Param[T]) {
	rate, momentum, decay := T(o.LearningRate()), T(o.Momentum), T(o.Decay)
	o.steps++
	if o.Momentum == 0 && o.Decay == 0 {
		for _, p := range params {
			w := p.Value[:len(p.Grad)]
			for i, g := range p.Grad {
				w[i] -= T(rate * g)
			}
		}
		return
	}
	o.remember(params)
	for n, p := range params {
		v, w := o.velocity[n][:len(p.Grad)], p.Value[:len(p.Grad)]
		for i, g := range p.Grad {
			g += T(decay * w[i])
			v[i] = T(momentum*v[i]) + g
			if o.Nesterov {
				g += T(momentum * v[i])
			} else {
				g = v[i]
			}
			w[i] -= T(rate * g)
		}
	}
}

func (o *SGD[T]) remember(params []Param[T]) {
	if o.velocity == nil {
		o.velocity = like(params)
	}
}

// State shows the number of steps and the velocities, "NAME.momentum_buffer".
func (o *SGD[T]) State(params []Param[T], v Visitor[T]) {
	v.Word("step", &o.steps)
	if o.Momentum != 0 || o.Decay != 0 {
		o.remember(params)
		visitAll(params, "momentum_buffer", o.velocity, v)
	}
}

// Adam divides the mean of the gradients by the root of the mean of their squares. At step t, with g the gradient
// plus Penalty·w,
//
//	m = β1·m + (1-β1)·g          v = β2·v + (1-β2)·g²
//	w = w - Rate·m/(1-β1^t) / (√(v/(1-β2^t)) + Eps)
//
// The zero values of Beta1, Beta2 and Eps are 0.9, 0.999 and 1e-8.
// Source: Kingma and Ba 2015.
type Adam[T xent.Float] struct {
	Rate, Beta1, Beta2, Eps float64
	Penalty                 float64 // of ½‖w‖²: PyTorch's weight_decay
	Schedule                Schedule

	moments[T]
}

// LearningRate returns Rate, by the schedule.
func (o *Adam[T]) LearningRate() float64 { return o.rate(o.Rate, o.Schedule) }

// Step makes one step.
func (o *Adam[T]) Step(params []Param[T]) {
	o.step(params, adaptive{o.LearningRate(), or(o.Beta1, .9), or(o.Beta2, .999), or(o.Eps, 1e-8), o.Penalty, 0})
}

// AdamW is [Adam] with a decay of the weights that is no part of the gradient:
//
//	w = w - Rate·Decay·w - Rate·m/(1-β1^t) / (√(v/(1-β2^t)) + Eps)
//
// Source: Loshchilov and Hutter 2019.
type AdamW[T xent.Float] struct {
	Rate, Beta1, Beta2, Eps float64
	Decay                   float64
	MatricesOnly            bool // no decay of biases, nor of other parameters of one dimension
	Schedule                Schedule

	moments[T]
}

// LearningRate returns Rate, by the schedule.
func (o *AdamW[T]) LearningRate() float64 { return o.rate(o.Rate, o.Schedule) }

// Step makes one step.
func (o *AdamW[T]) Step(params []Param[T]) {
	o.matricesOnly = o.MatricesOnly
	o.step(params, adaptive{o.LearningRate(), or(o.Beta1, .9), or(o.Beta2, .999), or(o.Eps, 1e-8), 0, o.Decay})
}

// adaptive is what a step of Adam or AdamW is told.
type adaptive struct{ rate, beta1, beta2, eps, penalty, decay float64 }

// moments is what Adam and AdamW remember, and what they do with it.
type moments[T xent.Float] struct {
	clock
	m, v         [][]T
	matricesOnly bool
}

func (o *moments[T]) remember(params []Param[T]) {
	if o.m == nil {
		o.m, o.v = like(params), like(params)
	}
}

// step makes one step. Numbers are computed in float64 and rounded once.
func (o *moments[T]) step(params []Param[T], a adaptive) {
	o.remember(params)
	o.steps++
	step := a.rate / (1 - math.Pow(a.beta1, float64(o.steps)))
	spread := math.Sqrt(1 - math.Pow(a.beta2, float64(o.steps)))
	for n, p := range params {
		m, v := o.m[n], o.v[n]
		decay := a.rate * a.decay
		if o.matricesOnly && len(p.Shape) < 2 {
			decay = 0
		}
		for i := range p.Value {
			w := float64(p.Value[i])
			g := float64(p.Grad[i]) + float64(a.penalty*w)
			mean := float64(a.beta1*float64(m[i])) + float64((1-a.beta1)*g)
			square := float64(a.beta2*float64(v[i])) + float64((1-a.beta2)*g)*g
			m[i], v[i] = T(mean), T(square)
			p.Value[i] = T(w - float64(decay*w) - step*mean/(math.Sqrt(square)/spread+a.eps))
		}
	}
}

// State shows the number of steps and both moments, "NAME.exp_avg" and "NAME.exp_avg_sq".
func (o *moments[T]) State(params []Param[T], v Visitor[T]) {
	o.remember(params)
	v.Word("step", &o.steps)
	visitAll(params, "exp_avg", o.m, v)
	visitAll(params, "exp_avg_sq", o.v, v)
}

// visitAll shows one array for each parameter.
func visitAll[T xent.Float](params []Param[T], what string, arrays [][]T, v Visitor[T]) {
	for i, p := range params {
		v.Array(p.Name+"."+what, p.Shape, arrays[i])
	}
}

// like returns zeros in the shape of the parameters.
func like[T xent.Float](params []Param[T]) [][]T {
	zeros := make([][]T, len(params))
	for i, p := range params {
		zeros[i] = make([]T, len(p.Value))
	}
	return zeros
}

// or returns x, or otherwise if x is 0.
func or(x, otherwise float64) float64 {
	if x == 0 {
		return otherwise
	}
	return x
}
