package nn

import (
	"strconv"

	"xent"
)

// Named is a layer with its name within a network.
type Named[T xent.Float] struct {
	Name  string
	Layer Layer[T]
}

// Net is layers one after the other, and is a Layer itself.
type Net[T xent.Float] struct {
	names  []string
	layers []Layer[T]
	params []Param[T]
}

// NewNet returns the network of the given layers. Its parameters are those of the layers in order,
// named after their layer's index as PyTorch's nn.Sequential does: "0.weight".
func NewNet[T xent.Float](layers ...Layer[T]) *Net[T] {
	n := &Net[T]{}
	for i, l := range layers {
		n.add(strconv.Itoa(i), l)
	}
	n.params = ParamsOf(n)
	return n
}

// NewNamed is [NewNet] with names of one's own. A layer without a name adds none to its parameters.
func NewNamed[T xent.Float](layers ...Named[T]) *Net[T] {
	n := &Net[T]{}
	for _, l := range layers {
		n.add(l.Name, l.Layer)
	}
	n.params = ParamsOf(n)
	return n
}

func (n *Net[T]) add(name string, l Layer[T]) {
	n.names, n.layers = append(n.names, name), append(n.layers, l)
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

// Parts visits the layers by their names.
func (n *Net[T]) Parts(visit func(name string, part Module[T])) {
	for i, l := range n.layers {
		visit(n.names[i], l)
	}
}

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

// Learn is Backward for a network whose input is data: the gradient with respect to that, which nobody
// asks for, is not computed where the first layer can do without.
func (n *Net[T]) Learn(grad xent.Matrix[T]) {
	for i := len(n.layers) - 1; i >= 0; i-- {
		if first, ok := n.layers[i].(interface{ Learn(grad xent.Matrix[T]) }); ok && i == 0 {
			first.Learn(grad)
			return
		}
		grad = n.layers[i].Backward(grad)
	}
}

// Residual adds to its input what a layer makes of it:
//
//	y = x + f(x)          dx = dy + f'(x)·dy
//
// Source: He et al. 2016.
type Residual[T xent.Float] struct {
	inner  Layer[T]
	params []Param[T]
	ys, dx buffer[T]
}

// NewResidual returns x + f(x), where f keeps the number of columns. Its parameters are those of f by their names.
func NewResidual[T xent.Float](f Layer[T]) *Residual[T] {
	r := &Residual[T]{inner: f}
	r.params = ParamsOf(r)
	return r
}

// Parts visits f, which has no name.
func (r *Residual[T]) Parts(visit func(name string, part Module[T])) { visit("", r.inner) }

// Params returns those of f.
func (r *Residual[T]) Params() []Param[T] { return r.params }

// Forward returns x + f(x).
func (r *Residual[T]) Forward(x xent.Matrix[T]) xent.Matrix[T] {
	y := r.inner.Forward(x)
	want("Residual", "the inner layer", y, x.Rows, x.Cols)
	return r.sum(&r.ys, x, y)
}

// Backward returns dy + f'(x)·dy.
func (r *Residual[T]) Backward(grad xent.Matrix[T]) xent.Matrix[T] {
	return r.sum(&r.dx, grad, r.inner.Backward(grad))
}

// sum returns a + b, in the memory of to.
func (*Residual[T]) sum(to *buffer[T], a, b xent.Matrix[T]) xent.Matrix[T] {
	s := shaped(to, a.Rows, a.Cols)
	x, y := a.Data[:len(s.Data)], b.Data[:len(s.Data)]
	for i := range s.Data {
		s.Data[i] = x[i] + y[i]
	}
	return s
}
