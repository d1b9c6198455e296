package nn

import (
	"strconv"

	"xent"
)

// TransformerShape is the size of a [Transformer].
type TransformerShape struct {
	Vocab  int // ids
	Length int // positions that there are
	Width  int // of the rows between the layers
	Heads  int // of each attention, which divide Width
	Blocks int
	Hidden int // units between the two dense layers of a block; 0 means 4·Width
}

// Transformer predicts from each position of a sequence of ids the next one: its outputs are logits. It is the
// pre-norm language model with learnt positions:
//
//	h = tok[ids] + pos[0, 1, …]
//	h = h + proj(attention(ln1(h)))        of each block
//	h = h + out(gelu(fc(ln2(h))))
//	logits = head(lnf(h))                  head has no bias
//
// Parameters are named tok, pos, blocks.N.ln1, qkv, proj, ln2, fc and out, lnf, head.
// Source: Radford et al. 2019.
type Transformer[T xent.Float] struct {
	Shape TransformerShape

	tok, pos  *Embedding[T]
	blocks    *Net[T]
	norm      *LayerNorm[T]
	head      *Dense[T]
	params    []Param[T]
	attention []*Attention[T]
	positions []int
}

// NewTransformer returns a model whose weights are drawn from rng by init, in the order of the parameters; biases are 0 and
// norms do nothing. Normal(0.02) is usual.
func NewTransformer[T xent.Float](rng *Rand, init Init, s TransformerShape) *Transformer[T] {
	if s.Hidden == 0 {
		s.Hidden = 4 * s.Width
	}
	t := &Transformer[T]{Shape: s, tok: NewEmbedding[T](rng, init, s.Vocab, s.Width), pos: NewEmbedding[T](rng, init, s.Length, s.Width)}
	blocks := make([]Named[T], s.Blocks)
	for i := range blocks {
		a := NewAttention[T](rng, init, s.Width, s.Heads, s.Length)
		t.attention = append(t.attention, a)
		blocks[i] = Named[T]{strconv.Itoa(i), NewNamed(
			Named[T]{"", NewResidual(NewNamed(
				Named[T]{"ln1", NewLayerNorm[T](s.Width)}, Named[T]{"", a}))},
			Named[T]{"", NewResidual(NewNamed(
				Named[T]{"ln2", NewLayerNorm[T](s.Width)}, Named[T]{"fc", NewDense[T](rng, init, s.Width, s.Hidden)},
				Named[T]{"gelu", NewActivate[T](GELU)}, Named[T]{"out", NewDense[T](rng, init, s.Hidden, s.Width)}))})}
	}
	t.blocks = NewNamed(blocks...)
	t.norm, t.head = NewLayerNorm[T](s.Width), NewUnbiased[T](rng, init, s.Width, s.Vocab)
	t.params = ParamsOf(t)
	return t
}

// Parts visits the parts in order.
func (t *Transformer[T]) Parts(visit func(name string, part Module[T])) {
	visit("tok", t.tok)
	visit("pos", t.pos)
	visit("blocks", t.blocks)
	visit("lnf", t.norm)
	visit("head", t.head)
}

// Params returns all parameters.
func (t *Transformer[T]) Params() []Param[T] { return t.params }

// Attention returns that of a block.
func (t *Transformer[T]) Attention(block int) *Attention[T] { return t.attention[block] }

// Head returns the last layer, which makes logits of what Hidden returns.
func (t *Transformer[T]) Head() *Dense[T] { return t.head }

// Forward returns the logits at each position of sequences of length ids one after the other, [len(ids), Vocab]. It panics
// unless the ids are whole sequences of at most Shape.Length, each below Vocab.
func (t *Transformer[T]) Forward(ids []int, length int) xent.Matrix[T] {
	return t.head.Forward(t.Hidden(ids, length))
}

// Hidden is Forward without the head: [len(ids), Width]. With that and the head's weight, [xent.LinearCrossEntropyGrad] needs no
// logits of all rows at once.
func (t *Transformer[T]) Hidden(ids []int, length int) xent.Matrix[T] {
	if length < 1 || length > t.Shape.Length || len(ids)%length != 0 {
		panic("nn: Transformer: " + strconv.Itoa(len(ids)) + " ids in sequences of " + strconv.Itoa(length) +
			", want 1 to " + strconv.Itoa(t.Shape.Length))
	}
	for _, a := range t.attention {
		a.Length = length
	}
	t.positions = (*buffer[int])(&t.positions).of(len(ids))
	for i := range t.positions {
		t.positions[i] = i % length
	}
	h, p := t.tok.Forward(ids), t.pos.Forward(t.positions)
	for i, v := range p.Data {
		h.Data[i] += v
	}
	return t.norm.Forward(t.blocks.Forward(h))
}

// Backward takes the gradient with respect to the logits of the last Forward and stores those of all parameters.
func (t *Transformer[T]) Backward(grad xent.Matrix[T]) {
	t.BackwardHidden(t.head.Backward(grad))
}

// BackwardHidden takes the gradient with respect to what the last Hidden returned and stores those of all parameters but the
// head's.
func (t *Transformer[T]) BackwardHidden(grad xent.Matrix[T]) {
	grad = t.blocks.Backward(t.norm.Backward(grad))
	t.tok.Backward(grad)
	t.pos.Backward(grad)
}
