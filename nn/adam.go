package nn

import (
	"math"

	"xent"
)

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
	Workers                 int // 0 = one for each processor that Go may use, 1 = this goroutine; never changes a bit

	moments[T]
}

// LearningRate returns Rate, by the schedule.
func (o *Adam[T]) LearningRate() float64 { return o.at(o.Rate, o.Schedule) }

// Step makes one step.
func (o *Adam[T]) Step(params []Param[T]) {
	o.advance(params, o.Workers, adaptive{o.LearningRate(), or(o.Beta1, .9), or(o.Beta2, .999), or(o.Eps, 1e-8), o.Penalty, 0, false})
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
	Workers                 int // 0 = one for each processor that Go may use, 1 = this goroutine; never changes a bit

	moments[T]
}

// LearningRate returns Rate, by the schedule.
func (o *AdamW[T]) LearningRate() float64 { return o.at(o.Rate, o.Schedule) }

// Step makes one step.
func (o *AdamW[T]) Step(params []Param[T]) {
	o.advance(params, o.Workers, adaptive{o.LearningRate(), or(o.Beta1, .9), or(o.Beta2, .999), or(o.Eps, 1e-8), 0, o.Decay, o.MatricesOnly})
}

// adaptive is what a step of Adam or AdamW is told.
type adaptive struct {
	rate, beta1, beta2, eps, penalty, decay float64
	matricesOnly                            bool
}

// moments is what Adam and AdamW remember, and what they do with it.
type moments[T xent.Float] struct {
	clock
	sweep[T]
	m, v         [][]T
	told         adaptive // of the step that is made
	step, spread float64  // rate/(1-β1^t), √(1-β2^t)
}

func (o *moments[T]) remember(params []Param[T]) {
	if o.m == nil {
		o.m, o.v = like(params), like(params)
	}
}

// advance makes one step.
func (o *moments[T]) advance(params []Param[T], workers int, told adaptive) {
	o.remember(params)
	o.steps++
	o.told = told
	o.step = told.rate / (1 - math.Pow(told.beta1, float64(o.steps)))
	o.spread = math.Sqrt(1 - math.Pow(told.beta2, float64(o.steps)))
	o.over(params, workers, (*adaption[T])(o))
}

// adaption is a step of one piece. Numbers are computed in float64 and rounded once.
type adaption[T xent.Float] moments[T]

func (o *adaption[T]) Run(_, i int) {
	p, w, grad := o.piece(i)
	m, v, t := o.m[p.param][p.lo:p.hi][:len(grad)], o.v[p.param][p.lo:p.hi][:len(grad)], o.told
	w = w[:len(grad)]
	decay := t.rate * t.decay
	if t.matricesOnly && len(o.params[p.param].Shape) < 2 {
		decay = 0
	}
	for i, g := range grad {
		at := float64(w[i])
		g := float64(g) + float64(t.penalty*at)
		mean := float64(t.beta1*float64(m[i])) + float64((1-t.beta1)*g)
		square := float64(t.beta2*float64(v[i])) + float64((1-t.beta2)*g)*g
		m[i], v[i] = T(mean), T(square)
		w[i] = T(at - float64(decay*at) - o.step*mean/(math.Sqrt(square)/o.spread+t.eps))
	}
}

// State shows the number of steps and both moments, "NAME.exp_avg" and "NAME.exp_avg_sq".
func (o *moments[T]) State(params []Param[T], v Visitor[T]) {
	o.remember(params)
	v.Word("step", &o.steps)
	visitAll(params, "exp_avg", o.m, v)
	visitAll(params, "exp_avg_sq", o.v, v)
}
