package xent

import (
	"math"

	"xent/internal/kern"
)

// Accumulator adds up the losses and gradients of micro-batches and divides once, by the weight of all
// of them: the mean, and its gradient, of the batch that they make together, however unequal they are.
// To average their means instead is the usual bug: a micro-batch with few tokens that count then
// weighs as much as one with many.
//
// A Result knows whether its gradient was divided, so Reduction may be Mean or Sum. The gradients may
// be of anything that the loss flows into, such as the parameters of a network, as long as they are
// all of the same length. The zero value is empty, ready to add to.
type Accumulator[T Float] struct {
	total Result
	sum   []kern.Sum
}

// Add adds a micro-batch: its Result, and the gradient that came with it; nil adds the loss alone.
//
// All should come from the same options. The gradient is added with its rounding errors carried, so
// that a thousand micro-batches lose no more than two.
// Errors: *ShapeError when the gradient has another length than those before; nothing is then added.
// Memory: the first gradient allocates the sums, 16 bytes for each element.
func (a *Accumulator[T]) Add(r Result, grad []T) error {
	if grad != nil {
		if a.sum == nil {
			a.sum = make([]kern.Sum, len(grad))
		}
		if len(grad) != len(a.sum) {
			return &ShapeError{"Accumulator.Add", "grad", "[" + itoa(len(grad)) + "]", "[" + itoa(len(a.sum)) + "] (as before)"}
		}
		undo := 1.0 // of what the gradient was divided by
		if r.divided {
			undo = r.Weight
		}
		if undo != 0 { // else it is that of nothing
			for i, g := range grad {
				a.sum[i].Add(float64(g) * undo)
			}
		}
	}
	a.total.Merge(r)
	return nil
}

// Total returns the Result of all micro-batches together.
func (a *Accumulator[T]) Total() Result { return a.total }

// Mean returns the mean loss of all micro-batches together; see [Result.Mean].
func (a *Accumulator[T]) Mean() Nats { return a.total.Mean() }

// Grad stores the gradient of Mean in dst: the sum of all gradients over the weight of all. Where the
// weight is 0 it is NaN, or 0 under [EmptyZero].
//
// Errors: *ShapeError when dst is not as long as the gradients; dst is then untouched.
// Memory: none is allocated.
func (a *Accumulator[T]) Grad(dst []T) error {
	if len(dst) != len(a.sum) {
		return &ShapeError{"Accumulator.Grad", "dst", "[" + itoa(len(dst)) + "]", "[" + itoa(len(a.sum)) + "] (as the gradients added)"}
	}
	w := a.total.Weight
	for i := range dst {
		switch {
		case w != 0:
			dst[i] = T(a.sum[i].Value() / w)
		case a.total.zero:
			dst[i] = 0
		default:
			dst[i] = T(math.NaN())
		}
	}
	return nil
}

// Reset empties a, and keeps its memory.
func (a *Accumulator[T]) Reset() {
	clear(a.sum)
	a.total = Result{}
}
