package nn

import "xent"

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
	Workers               int // 0 = one for each processor that Go may use, 1 = this goroutine; never changes a bit

	clock
	sweep[T]
	velocity              [][]T
	rate, momentum, decay T // of the step that is made
}

// LearningRate returns Rate, by the schedule.
func (o *SGD[T]) LearningRate() float64 { return o.at(o.Rate, o.Schedule) }

// Step makes one step.
func (o *SGD[T]) Step(params []Param[T]) {
	o.rate, o.momentum, o.decay = T(o.LearningRate()), T(o.Momentum), T(o.Decay)
	o.steps++
	if o.remembers() && o.velocity == nil {
		o.velocity = like(params)
	}
	o.over(params, o.Workers, (*descent[T])(o))
}

// remembers tells whether there are velocities.
func (o *SGD[T]) remembers() bool { return o.Momentum != 0 || o.Decay != 0 }

// State shows the number of steps and the velocities, "NAME.momentum_buffer".
func (o *SGD[T]) State(params []Param[T], v Visitor[T]) {
	v.Word("step", &o.steps)
	if !o.remembers() {
		return
	}
	if o.velocity == nil {
		o.velocity = like(params)
	}
	visitAll(params, "momentum_buffer", o.velocity, v)
}

// descent is a step of one piece.
type descent[T xent.Float] SGD[T]

func (o *descent[T]) Run(_, i int) {
	p, w, grad := o.piece(i)
	w = w[:len(grad)]
	if o.velocity == nil {
		for i, g := range grad {
			w[i] -= T(o.rate * g)
		}
		return
	}
	v := o.velocity[p.param][p.lo:p.hi][:len(grad)]
	for i, g := range grad {
		g += T(o.decay * w[i])
		v[i] = T(o.momentum*v[i]) + g
		if o.Nesterov {
			g += T(o.momentum * v[i])
		} else {
			g = v[i]
		}
		w[i] -= T(o.rate * g)
	}
}
