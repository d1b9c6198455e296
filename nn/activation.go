package nn

import (
	"math"

	"xent"
	"xent/internal/kern"
	"xent/internal/par"
)

// Activation is a function of one number, with its derivative.
type Activation struct {
	Name string

	// Steepest is the largest derivative there is: of sigmoid ¼, of most others 1. Each layer
	// multiplies the gradient by at most this and the size of its weights.
	Steepest float64

	at     func(x float64) (y, slope float64)
	narrow func(x float64) (y, slope float64) // the same to the digits of float32, where that is faster
}

// The activations. Derivatives keep their digits where the function is flat: they are not computed
// from 1 - y.
//
//	Identity   y = x                    y' = 1
//	Sigmoid    y = 1/(1+e^-x)           y' = σ(x)·σ(-x), at most ¼
//	Tanh       y = tanh x               y' = 4·e^-2|x|/(1+e^-2|x|)²
//	ReLU       y = max(x, 0)            y' = 0 for x ≤ 0, else 1, of NaN too, as in PyTorch
//	GELU       y = x·Φ(x)               y' = Φ(x) + x·φ(x), by erf, not its approximation by tanh
var (
	Identity = Activation{"identity", 1, func(x float64) (float64, float64) { return x, 1 }, nil}
	Sigmoid  = Activation{"sigmoid", .25, sigmoid, nil}
	Tanh     = Activation{"tanh", 1, tanh, nil}
	ReLU     = Activation{"relu", 1, relu, nil}
	GELU     = Activation{"gelu", 1.1289041451, gelu, gelu32}
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
	if x <= 0 {
		return 0, 0
	}
	return x, 1
}

// Activate applies an activation to each element. It keeps the derivatives of the last Forward, where they are
// not seen from the outputs.
//
//	y = f(x)          dx = dy·f'(x)
type Activate[T xent.Float] struct {
	Activation Activation

	crew        par.Crew
	x, y        xent.Matrix[T]
	slope       xent.Matrix[T] // without numbers for ReLU, which is asked in its outputs
	grad, dx    xent.Matrix[T]
	ys, ss, dxs buffer[T]
}

// NewActivate returns a layer that applies the activation.
func NewActivate[T xent.Float](a Activation) *Activate[T] { return &Activate[T]{Activation: a} }

// Params returns nothing: there is nothing to learn.
func (*Activate[T]) Params() []Param[T] { return nil }

func (a *Activate[T]) setWorkers(workers int) { a.crew.Resize(workers) }

// rectifies tells whether the activation is ReLU, which has loops of its own.
func (a *Activate[T]) rectifies() bool { return a.Activation.Name == ReLU.Name }

// Forward returns f(x).
func (a *Activate[T]) Forward(x xent.Matrix[T]) xent.Matrix[T] {
	want("Activate", "Forward", x, -1, x.Cols)
	a.x, a.y = x, shaped(&a.ys, x.Rows, x.Cols)
	if !a.rectifies() {
		a.slope = shaped(&a.ss, x.Rows, x.Cols)
	}
	a.crew.Do(elements(len(a.y.Data)), (*activateForward[T])(a))
	a.x = xent.Matrix[T]{}
	return a.y
}

// Backward returns dy·f'(x).
func (a *Activate[T]) Backward(grad xent.Matrix[T]) xent.Matrix[T] {
	want("Activate", "Backward", grad, a.y.Rows, a.y.Cols)
	a.grad, a.dx = grad, shaped(&a.dxs, grad.Rows, grad.Cols)
	a.crew.Do(elements(len(a.y.Data)), (*activateBackward[T])(a))
	a.grad = xent.Matrix[T]{}
	return a.dx
}

// Output returns f(x) of the last Forward.
func (a *Activate[T]) Output() xent.Matrix[T] { return a.y }

// SlopeAt returns f'(x) at element i of the last Forward.
func (a *Activate[T]) SlopeAt(i int) T {
	if a.rectifies() {
		if a.y.Data[i] == 0 {
			return 0
		}
		return 1
	}
	return a.slope.Data[i]
}

// activateForward computes a chunk of elements.
type activateForward[T xent.Float] Activate[T]

func (f *activateForward[T]) Run(_, chunk int) {
	a := (*Activate[T])(f)
	lo, hi := chunk*elementChunk, min((chunk+1)*elementChunk, len(a.y.Data))
	x, y := a.x.Data[lo:hi], a.y.Data[lo:hi]
	if a.rectifies() {
		for i, v := range x {
			y[i] = max(v, 0)
		}
		return
	}
	slope, at := a.slope.Data[lo:hi], a.Activation.at
	if _, narrow := any(x).([]float32); narrow && a.Activation.narrow != nil {
		at = a.Activation.narrow
	}
	for i, v := range x {
		y64, s := at(float64(v))
		y[i], slope[i] = T(y64), T(s)
	}
}

// activateBackward computes a chunk of elements.
type activateBackward[T xent.Float] Activate[T]

func (f *activateBackward[T]) Run(_, chunk int) {
	a := (*Activate[T])(f)
	lo, hi := chunk*elementChunk, min((chunk+1)*elementChunk, len(a.y.Data))
	dx, dy := a.dx.Data[lo:hi], a.grad.Data[lo:hi]
	if a.rectifies() {
		rectifyBack(dx, dy, a.y.Data[lo:hi])
		return
	}
	for i, s := range a.slope.Data[lo:hi] {
		dx[i] = dy[i] * s
	}
}

// rectifyBack stores in dx the gradients dy where y is not 0, and 0 elsewhere. Signs of activations are as good as random,
// so a branch would be taken wrongly half of the time: the bits of y, all 0 or not, become a mask.
func rectifyBack[T xent.Float](dx, dy, y []T) {
	switch y := any(y).(type) {
	case []float32:
		dx, dy := any(dx).([]float32)[:len(y)], any(dy).([]float32)[:len(y)]
		for i, v := range y {
			b := math.Float32bits(v)
			dx[i] = math.Float32frombits(math.Float32bits(dy[i]) & uint32(int32(b|-b)>>31))
		}
	case []float64:
		dx, dy := any(dx).([]float64)[:len(y)], any(dy).([]float64)[:len(y)]
		for i, v := range y {
			b := math.Float64bits(v)
			dx[i] = math.Float64frombits(math.Float64bits(dy[i]) & uint64(int64(b|-b)>>63))
		}
	}
}

// elementChunk is how many elements a worker takes at a time.
const elementChunk = 1 << 13

// elements returns how many chunks n elements are.
func elements(n int) int { return (n + elementChunk - 1) / elementChunk }
