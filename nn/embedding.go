package nn

import (
	"strconv"

	"xent"
)

// Embedding looks up a row of numbers for each of a batch of ids:
//
//	y[i] = W[ids[i]]          dW[k] = Σ dy[i]  over all i with ids[i] = k
//
// W is [Count, Width], as in PyTorch's nn.Embedding. It is no [Layer]: what goes in is no matrix.
type Embedding[T xent.Float] struct {
	Count, Width int
	weight       Param[T]

	ids []int // of the last Forward
	y   xent.Matrix[T]
	ys  buffer[T]
}

// NewEmbedding returns rows drawn from rng by init, as for a layer of count inputs and width outputs.
func NewEmbedding[T xent.Float](rng *Rand, init Init, count, width int) *Embedding[T] {
	return &Embedding[T]{Count: count, Width: width, weight: newParam[T]("weight", count, width).draw(rng, init, count, width)}
}

// Weight returns W, [Count, Width].
func (e *Embedding[T]) Weight() Param[T] { return e.weight }

// Params returns W.
func (e *Embedding[T]) Params() []Param[T] { return []Param[T]{e.weight} }

// Output returns what the last Forward did.
func (e *Embedding[T]) Output() xent.Matrix[T] { return e.y }

// Forward returns the rows of the ids, which must stay as they are until Backward. It panics at an id that
// has none.
func (e *Embedding[T]) Forward(ids []int) xent.Matrix[T] {
	e.ids, e.y = ids, shaped(&e.ys, len(ids), e.Width)
	for i, id := range ids {
		if id < 0 || id >= e.Count {
			panic("nn: Embedding: id " + strconv.Itoa(id) + " at " + strconv.Itoa(i) + ", want 0 to " + strconv.Itoa(e.Count-1))
		}
		copy(e.y.Row(i), e.weight.Value[id*e.Width:])
	}
	return e.y
}

// Backward stores dW.
func (e *Embedding[T]) Backward(grad xent.Matrix[T]) {
	want("Embedding", "Backward", grad, len(e.ids), e.Width)
	clear(e.weight.Grad)
	for i, id := range e.ids {
		row := e.weight.Grad[id*e.Width:][:e.Width]
		for j, g := range grad.Row(i) {
			row[j] += g
		}
	}
}
