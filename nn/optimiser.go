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
}

// SGD is gradient descent, with momentum if asked for:
//
//	v = Momentum·v + g          w = w - Rate·v
//
// as in PyTorch's optim.SGD, with v = g at the first step.
// Source: Polyak 1964, the heavy ball.
type SGD[T xent.Float] struct {
	Rate, Momentum float64

	velocity [][]T
}

// Step makes one step.
func (o *SGD[T]) Step(params []Param[T]) {
	rate, momentum := T(o.Rate), T(o.Momentum)
	if o.Momentum == 0 {
		for _, p := range params {
			for i, g := range p.Grad {
				p.Value[i] -= T(rate * g)
			}
		}
		return
	}
	if o.velocity == nil {
		o.velocity = like(params)
	}
	for n, p := range params {
		v := o.velocity[n]
		for i, g := range p.Grad {
			v[i] = T(momentum*v[i]) + g
			p.Value[i] -= T(rate * v[i])
		}
	}
}

// AdamW is Adam with decoupled weight decay; a Decay of 0 is Adam. At step t
//
//	m = β1·m + (1-β1)·g          v = β2·v + (1-β2)·g²
//	w = w - Rate·Decay·w - Rate·m/(1-β1^t) / (√(v/(1-β2^t)) + Eps)
//
// The zero values of Beta1, Beta2 and Eps are 0.9, 0.999 and 1e-8.
// Source: Kingma and Ba 2015; Loshchilov and Hutter 2019.
type AdamW[T xent.Float] struct {
	Rate, Beta1, Beta2, Eps, Decay float64

	steps int
	m, v  [][]T
}

// Step makes one step.
func (o *AdamW[T]) Step(params []Param[T]) {
	beta1, beta2, eps := or(o.Beta1, .9), or(o.Beta2, .999), or(o.Eps, 1e-8)
	if o.m == nil {
		o.m, o.v = like(params), like(params)
	}
	o.steps++
	step := o.Rate / (1 - math.Pow(beta1, float64(o.steps)))
	spread := math.Sqrt(1 - math.Pow(beta2, float64(o.steps)))
	for n, p := range params {
		m, v := o.m[n], o.v[n]
		for i := range p.Value {
			g := float64(p.Grad[i])
			mean := beta1*float64(m[i]) + (1-beta1)*g
			square := beta2*float64(v[i]) + (1-beta2)*g*g
			m[i], v[i] = T(mean), T(square)
			w := float64(p.Value[i])
			p.Value[i] = T(w - o.Rate*o.Decay*w - step*mean/(math.Sqrt(square)/spread+eps))
		}
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
