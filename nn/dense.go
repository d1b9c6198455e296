package nn

import (
	"xent"
	"xent/internal/kern"
)

// Dense is an affine map of each row:
//
//	y = x·Wᵀ + b          y[o] = b[o] + Σ W[o][i]·x[i]
//	dW = dyᵀ·x            db = Σ dy over the rows          dx = dy·W
//
// W is [Out, In], as in PyTorch's nn.Linear.
type Dense[T xent.Float] struct {
	In, Out      int
	weight, bias Param[T]

	x, y          xent.Matrix[T] // of the last Forward
	ys, dx, spare buffer[T]
}

// NewDense returns a layer with weights drawn from rng by init, row by row, and biases of 0.
func NewDense[T xent.Float](rng *Rand, init Init, in, out int) *Dense[T] {
	d := &Dense[T]{In: in, Out: out,
		weight: Param[T]{Name: "weight", Value: make([]T, in*out), Grad: make([]T, in*out)},
		bias:   Param[T]{Name: "bias", Value: make([]T, out), Grad: make([]T, out)},
	}
	for i := range d.weight.Value {
		d.weight.Value[i] = T(init(rng, in, out))
	}
	return d
}

// Weight returns W, [Out, In].
func (d *Dense[T]) Weight() Param[T] { return d.weight }

// Bias returns b, [Out].
func (d *Dense[T]) Bias() Param[T] { return d.bias }

// Output returns x·Wᵀ + b of the last Forward.
func (d *Dense[T]) Output() xent.Matrix[T] { return d.y }

// Params returns W and b.
func (d *Dense[T]) Params() []Param[T] { return []Param[T]{d.weight, d.bias} }

// Forward returns x·Wᵀ + b.
func (d *Dense[T]) Forward(x xent.Matrix[T]) xent.Matrix[T] {
	want("Dense", "Forward", x, -1, d.In)
	d.x = x
	y := d.ys.matrix(x.Rows, d.Out)
	d.multiply(y, view(x), d.matrix().T())
	for i := range y.Rows {
		for o, b := range d.bias.Value {
			y.Data[i*d.Out+o] += b
		}
	}
	d.y = y
	return y
}

// Backward stores dW and db and returns dx.
func (d *Dense[T]) Backward(grad xent.Matrix[T]) xent.Matrix[T] {
	want("Dense", "Backward", grad, d.x.Rows, d.Out)
	d.multiply(xent.MatrixOf(d.weight.Grad, d.In), view(grad).T(), view(d.x))
	clear(d.bias.Grad)
	for i := range grad.Rows {
		for o, g := range grad.Data[i*d.Out : (i+1)*d.Out] {
			d.bias.Grad[o] += g
		}
	}
	dx := d.dx.matrix(grad.Rows, d.In)
	d.multiply(dx, view(grad), d.matrix())
	return dx
}

// matrix is W.
func (d *Dense[T]) matrix() kern.Matrix[T] { return kern.MatrixOf(d.weight.Value, d.Out, d.In, d.In) }

// view is m, which has no gaps.
func view[T xent.Float](m xent.Matrix[T]) kern.Matrix[T] {
	return kern.MatrixOf(m.Data, m.Rows, m.Cols, m.Cols)
}

// multiply stores a·b in c.
func (d *Dense[T]) multiply(c xent.Matrix[T], a, b kern.Matrix[T]) {
	k := kern.Of[T]()
	scratch := d.spare.matrix(1, k.Scratch(c.Cols, a.Cols))
	k.Product(view(c), a, b, false, scratch.Data)
}
