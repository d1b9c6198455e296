package nn

import (
	"math"

	"xent"
	"xent/internal/kern"
)

// Activation is a function of one number, with its derivative.
type Activation struct {
	Name string

	// Steepest is the largest derivative there is: of sigmoid ¼, of most others 1. Each layer
	// multiplies the gradient by at most this and the size of its weights.
	Steepest float64

	at func(x float64) (y, slope float64)
}

// The activations. Derivatives keep their digits where the function is flat: they are not computed
// from 1 - y.
//
//	Identity   y = x                    y' = 1
//	Sigmoid    y = 1/(1+e^-x)           y' = σ(x)·σ(-x), at most ¼
//	Tanh       y = tanh x               y' = 4·e^-2|x|/(1+e^-2|x|)²
//	ReLU       y = max(x, 0)            y' = 1 for x > 0, else 0
//	GELU       y = x·Φ(x)               y' = Φ(x) + x·φ(x), by erf, not its approximation by tanh
var (
	Identity = Activation{"identity", 1, func(x float64) (float64, float64) { return x, 1 }}
	Sigmoid  = Activation{"sigmoid", .25, sigmoid}
	Tanh     = Activation{"tanh", 1, tanh}
	ReLU     = Activation{"relu", 1, relu}
	GELU     = Activation{"gelu", 1.1289041451, gelu}
)

// At returns the activation of x and its derivative there.
func (a Activation) At(x float64) (y, slope float64) { return a.at(x) }

func sigmoid(x float64) (y, slope float64) {
	e := kern.Exp(-math.Abs(x), 0)
	y = 1 / (1 + e)
	slope = y * (e * y)
	if x < 0 {
		y *= e
	}
	return y, slope
}

func tanh(x float64) (y, slope float64) {
	a := 2 * math.Abs(x)
	e := kern.Exp(-a, 0)
	rest := 1 - e
	if a < 1 { // here 1 - e would lose digits
		rest = -math.Expm1(-a)
	}
	y = rest / (1 + e)
	return math.Copysign(y, x), 4 * e / ((1 + e) * (1 + e))
}

func relu(x float64) (y, slope float64) {
	switch {
	case x > 0:
		return x, 1
	case x != x:
		return x, x
	}
	return 0, 0
}

func gelu(x float64) (y, slope float64) {
	phi := .5 * math.Erfc(-x/math.Sqrt2)
	return x * phi, phi + x*kern.Exp(-.5*x*x, 0)/math.Sqrt(2*math.Pi)
}

// Activate applies an activation to each element. It keeps the derivatives of the last Forward.
//
//	y = f(x)          dx = dy·f'(x)
type Activate[T xent.Float] struct {
	Activation Activation

	y, slope   xent.Matrix[T]
	ys, ss, dx buffer[T]
}

// NewActivate returns a layer that applies the activation.
func NewActivate[T xent.Float](a Activation) *Activate[T] { return &Activate[T]{Activation: a} }

// Params returns nothing: there is nothing to learn.
func (*Activate[T]) Params() []Param[T] { return nil }

// Forward returns f(x).
func (a *Activate[T]) Forward(x xent.Matrix[T]) xent.Matrix[T] {
	want("Activate", "Forward", x, -1, x.Cols)
	a.y, a.slope = a.ys.matrix(x.Rows, x.Cols), a.ss.matrix(x.Rows, x.Cols)
	for i, v := range x.Data[:x.Rows*x.Cols] {
		y, s := a.Activation.at(float64(v))
		a.y.Data[i], a.slope.Data[i] = T(y), T(s)
	}
	return a.y
}

// Backward returns dy·f'(x).
func (a *Activate[T]) Backward(grad xent.Matrix[T]) xent.Matrix[T] {
	want("Activate", "Backward", grad, a.y.Rows, a.y.Cols)
	dx := a.dx.matrix(grad.Rows, grad.Cols)
	for i, s := range a.slope.Data {
		dx.Data[i] = grad.Data[i] * s
	}
	return dx
}

// Output returns f(x) of the last Forward.
func (a *Activate[T]) Output() xent.Matrix[T] { return a.y }

// Slope returns the derivatives f'(x) of the last Forward.
func (a *Activate[T]) Slope() xent.Matrix[T] { return a.slope }
