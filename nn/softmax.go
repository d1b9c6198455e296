package nn

import "xent"

// Softmax turns each row of logits into probabilities, for losses that are taken of probabilities,
// such as squared error. For cross-entropy leave it out: [xent.CrossEntropyGrad] takes logits.
//
//	y = softmax(x)          dx[j] = y[j]·(dy[j] - Σ dy[i]·y[i])
type Softmax[T xent.Float] struct {
	y      xent.Matrix[T]
	ys, dx buffer[T]
}

// NewSoftmax returns a softmax over the columns.
func NewSoftmax[T xent.Float]() *Softmax[T] { return &Softmax[T]{} }

// Params returns nothing: there is nothing to learn.
func (*Softmax[T]) Params() []Param[T] { return nil }

// inThisGoroutine are the options of a softmax that allocates nothing.
var inThisGoroutine = &xent.Options{Workers: 1}

// Forward returns the softmax of each row of x.
func (s *Softmax[T]) Forward(x xent.Matrix[T]) xent.Matrix[T] {
	want("Softmax", "Forward", x, -1, x.Cols)
	s.y = shaped(&s.ys, x.Rows, x.Cols)
	if err := xent.Softmax(xent.Probs[T](s.y), xent.Logits[T](x), inThisGoroutine); err != nil {
		panic("nn: Softmax: " + err.Error()) // want has checked all that it checks
	}
	return s.y
}

// Backward returns y·(dy - Σ dy·y) of each row.
func (s *Softmax[T]) Backward(grad xent.Matrix[T]) xent.Matrix[T] {
	want("Softmax", "Backward", grad, s.y.Rows, s.y.Cols)
	dx := shaped(&s.dx, grad.Rows, grad.Cols)
	for i := range grad.Rows {
		y, dy, d := s.y.Row(i), grad.Row(i), dx.Row(i)
		var mean T
		for j, p := range y {
			mean += T(dy[j] * p)
		}
		for j, p := range y {
			d[j] = p * (dy[j] - mean)
		}
	}
	return dx
}
