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
	weight, bias Param[T] // a bias that there is not has no numbers

	x, y     xent.Matrix[T] // of the last Forward
	ys, dx   buffer[T]
	sums     buffer[float64]
	products products[T]
}

// NewDense returns a layer with weights drawn from rng by init, row by row, and biases of 0.
func NewDense[T xent.Float](rng *Rand, init Init, in, out int) *Dense[T] {
	d := NewUnbiased[T](rng, init, in, out)
	d.bias = newParam[T]("bias", out)
	return d
}

// NewUnbiased is [NewDense] without b: y = x·Wᵀ.
func NewUnbiased[T xent.Float](rng *Rand, init Init, in, out int) *Dense[T] {
	return &Dense[T]{In: in, Out: out, weight: newParam[T]("weight", out, in).draw(rng, init, in, out)}
}

// Weight returns W, [Out, In].
func (d *Dense[T]) Weight() Param[T] { return d.weight }

// Bias returns b, [Out]; the zero value if there is none.
func (d *Dense[T]) Bias() Param[T] { return d.bias }

// Output returns x·Wᵀ + b of the last Forward.
func (d *Dense[T]) Output() xent.Matrix[T] { return d.y }

// Params returns W and b.
func (d *Dense[T]) Params() []Param[T] {
	if d.bias.Value == nil {
		return []Param[T]{d.weight}
	}
	return []Param[T]{d.weight, d.bias}
}

func (d *Dense[T]) setWorkers(workers int) { d.products.crew.Resize(workers) }

// Forward returns x·Wᵀ + b.
func (d *Dense[T]) Forward(x xent.Matrix[T]) xent.Matrix[T] {
	want("Dense", "Forward", x, -1, d.In)
	d.x, d.y = x, shaped(&d.ys, x.Rows, d.Out)
	if d.bias.Value != nil {
		for i := range x.Rows {
			copy(d.y.Row(i), d.bias.Value)
		}
	}
	d.products.multiply(view(d.y), view(x), d.matrix(d.weight.Value).T(), d.bias.Value != nil)
	return d.y
}

// Backward stores dW and db and returns dx.
func (d *Dense[T]) Backward(grad xent.Matrix[T]) xent.Matrix[T] {
	d.Learn(grad)
	dx := shaped(&d.dx, grad.Rows, d.In)
	d.products.multiply(view(dx), view(grad), d.matrix(d.weight.Value), false)
	return dx
}

// Learn is Backward without dx.
func (d *Dense[T]) Learn(grad xent.Matrix[T]) {
	want("Dense", "Backward", grad, d.x.Rows, d.Out)
	d.products.multiply(d.matrix(d.weight.Grad), view(grad).T(), view(d.x), false)
	if d.bias.Value == nil {
		return
	}
	sums := d.sums.of(d.Out)
	clear(sums)
	for i := range grad.Rows {
		for o, g := range grad.Row(i) {
			sums[o] += float64(g)
		}
	}
	for o, sum := range sums {
		d.bias.Grad[o] = T(sum)
	}
}

// matrix is W, or its gradient.
func (d *Dense[T]) matrix(w []T) kern.Matrix[T] { return kern.MatrixOf(w, d.Out, d.In, d.In) }
