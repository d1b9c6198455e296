package nn

import (
	"strconv"

	"xent"
)

// Param is an array of numbers that is learnt, with the gradient of the loss for it.
type Param[T xent.Float] struct {
	Name  string // within its layer: "weight" or "bias"
	Value []T
	Grad  []T // as the last Backward left it
}

// Layer is one step of a network.
type Layer[T xent.Float] interface {
	// Forward returns the layer's output for a batch. It keeps x, which must stay as it is until
	// Backward; the output is the layer's memory, valid until its next Forward.
	Forward(x xent.Matrix[T]) xent.Matrix[T]

	// Backward takes the gradient of the loss with respect to the output of the last Forward, stores
	// that of each parameter in its Param.Grad, replacing what was there, and returns that with respect
	// to the input: the layer's memory, valid until its next Backward. The given gradient is left alone.
	Backward(grad xent.Matrix[T]) xent.Matrix[T]

	// Params returns the layer's parameters; none if it has nothing to learn.
	Params() []Param[T]
}

// Net is layers one after the other, and is a Layer itself.
type Net[T xent.Float] struct {
	layers []Layer[T]
	params []Param[T]
}

// NewNet returns the network of the given layers. Its parameters are those of the layers in order,
// named after their layer's index as PyTorch's nn.Sequential does: "0.weight".
func NewNet[T xent.Float](layers ...Layer[T]) *Net[T] {
	n := &Net[T]{layers: layers}
	for i, l := range layers {
		for _, p := range l.Params() {
			p.Name = strconv.Itoa(i) + "." + p.Name
			n.params = append(n.params, p)
		}
	}
	return n
}

// MLP returns dense layers of the given sizes, inputs first, with the activation between them and
// none after the last, whose outputs are logits. Weights are drawn layer by layer from rng; biases are 0.
func MLP[T xent.Float](rng *Rand, activation Activation, init Init, sizes ...int) *Net[T] {
	if len(sizes) < 2 {
		panic("nn: MLP: " + strconv.Itoa(len(sizes)) + " sizes, want inputs and outputs at least")
	}
	var layers []Layer[T]
	for i := range len(sizes) - 1 {
		if i > 0 {
			layers = append(layers, NewActivate[T](activation))
		}
		layers = append(layers, NewDense[T](rng, init, sizes[i], sizes[i+1]))
	}
	return NewNet(layers...)
}

// Layers returns the layers in order.
func (n *Net[T]) Layers() []Layer[T] { return n.layers }

// Params returns the parameters of all layers in order.
func (n *Net[T]) Params() []Param[T] { return n.params }

// Forward returns the output of the last layer.
func (n *Net[T]) Forward(x xent.Matrix[T]) xent.Matrix[T] {
	for _, l := range n.layers {
		x = l.Forward(x)
	}
	return x
}

// Backward takes the gradient with respect to the output through all layers, last first, and
// returns that with respect to the input: the chain rule.
func (n *Net[T]) Backward(grad xent.Matrix[T]) xent.Matrix[T] {
	for i := len(n.layers) - 1; i >= 0; i-- {
		grad = n.layers[i].Backward(grad)
	}
	return grad
}

// buffer is memory of a layer for a batch; it grows to the largest batch and stays.
type buffer[T xent.Float] []T

// matrix returns the buffer as a matrix of that shape, its contents undefined.
func (b *buffer[T]) matrix(rows, cols int) xent.Matrix[T] {
	if n := rows * cols; cap(*b) < n {
		*b = make([]T, n)
	} else {
		*b = (*b)[:n]
	}
	return xent.Matrix[T]{Data: *b, Rows: rows, Cols: cols}
}

// want panics unless m is a matrix of that shape without gaps; rows of -1 are any.
func want[T xent.Float](layer, what string, m xent.Matrix[T], rows, cols int) {
	if m.Cols != cols || rows >= 0 && m.Rows != rows || m.Stride != 0 && m.Stride != m.Cols || len(m.Data) < m.Rows*m.Cols {
		text := strconv.Itoa(cols) + "] without gaps, got ["
		if rows >= 0 {
			text = strconv.Itoa(rows) + ", " + text
		} else {
			text = "rows, " + text
		}
		panic("nn: " + layer + ": " + what + " wants [" + text + strconv.Itoa(m.Rows) + ", " + strconv.Itoa(m.Cols) +
			"] with stride " + strconv.Itoa(m.Stride) + " over " + strconv.Itoa(len(m.Data)) + " values")
	}
}
