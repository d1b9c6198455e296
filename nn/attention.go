package nn

import (
	"math"
	"strconv"

	"xent"
	"xent/internal/kern"
	"xent/internal/par"
)

// Attention lets each position of a sequence look at itself and those before it, with several heads:
//
//	q, k, v = the three parts of x·Wqkvᵀ + bqkv, each cut into Heads of d = Width/Heads columns
//	p[i] = softmax over j ≤ i of q[i]·k[j]/√d          o[i] = Σ p[i][j]·v[j]
//	y = o·Wprojᵀ + bproj
//
// and backward, of each head, with s the argument of the softmax:
//
//	dv = pᵀ·do          dp = do·vᵀ          ds[i] = p[i]·(dp[i] - Σ dp[i]·p[i])
//	dq = ds·k/√d        dk = dsᵀ·q/√d
//
// Rows of a batch are whole sequences of Length positions one after the other. Its parts are the [Dense] layers "qkv" and
// "proj". Memory: p of all heads and sequences, Length² numbers each.
// Source: Vaswani et al. 2017.
type Attention[T xent.Float] struct {
	Width, Heads int
	Length       int // of a sequence; it may change between batches

	in, out *Dense[T]
	params  []Param[T]

	crew      par.Crew
	qkv, o    xent.Matrix[T] // [rows, 3·Width], [rows, Width]
	dqkv, do  xent.Matrix[T]
	os, dqkvs buffer[T]
	p         buffer[T] // of each sequence and head, [Length, Length]
	room      []attentionRoom[T]
}

// attentionRoom is what a worker works in.
type attentionRoom[T xent.Float] struct {
	scratch[T]
	ds buffer[T]
}

// attentionRows is how many positions of a sequence are computed together: those that come after the last of them
// need not be looked at.
const attentionRows = 64

// NewAttention returns a layer whose weights are drawn from rng by init, first qkv, then proj; biases are 0.
func NewAttention[T xent.Float](rng *Rand, init Init, width, heads, length int) *Attention[T] {
	if heads < 1 || width%heads != 0 {
		panic("nn: Attention: " + strconv.Itoa(heads) + " heads over " + strconv.Itoa(width) + " columns")
	}
	a := &Attention[T]{Width: width, Heads: heads, Length: length,
		in: NewDense[T](rng, init, width, 3*width), out: NewDense[T](rng, init, width, width)}
	a.params = ParamsOf(a)
	return a
}

// Parts visits "qkv" and "proj".
func (a *Attention[T]) Parts(visit func(name string, part Module[T])) {
	visit("qkv", a.in)
	visit("proj", a.out)
}

// Params returns those of qkv and proj.
func (a *Attention[T]) Params() []Param[T] { return a.params }

func (a *Attention[T]) setWorkers(workers int) { a.crew.Resize(workers) }

// Weights returns p of one head in one sequence of the last Forward: row i is what position i looks at.
func (a *Attention[T]) Weights(sequence, head int) xent.Matrix[T] {
	return xent.MatrixOf(a.weights(sequence*a.Heads+head).Data, a.Length)
}

// Forward returns y for whole sequences.
func (a *Attention[T]) Forward(x xent.Matrix[T]) xent.Matrix[T] {
	want("Attention", "Forward", x, -1, a.Width)
	if a.Length < 1 || x.Rows%a.Length != 0 {
		panic("nn: Attention: " + strconv.Itoa(x.Rows) + " rows are no sequences of " + strconv.Itoa(a.Length))
	}
	a.qkv, a.o = a.in.Forward(x), shaped(&a.os, x.Rows, a.Width)
	heads := x.Rows / a.Length * a.Heads
	a.p.of(heads * a.Length * a.Length)
	for len(a.room) < a.crew.Size() {
		a.room = append(a.room, attentionRoom[T]{})
	}
	a.crew.Do(heads, (*attend[T])(a))
	return a.out.Forward(a.o)
}

// Backward stores the gradients of both parts and returns dx.
func (a *Attention[T]) Backward(grad xent.Matrix[T]) xent.Matrix[T] {
	a.do, a.dqkv = a.out.Backward(grad), shaped(&a.dqkvs, grad.Rows, 3*a.Width)
	a.crew.Do(grad.Rows/a.Length*a.Heads, (*unattend[T])(a))
	return a.in.Backward(a.dqkv)
}

// head returns the columns of one head, of part 0, 1 or 2, in one sequence of m.
func (a *Attention[T]) head(m xent.Matrix[T], n, part int) kern.Matrix[T] {
	d := a.Width / a.Heads
	return view(m).Part(n/a.Heads*a.Length, part*a.Width+n%a.Heads*d, a.Length, d)
}

// weights is p of a head.
func (a *Attention[T]) weights(n int) kern.Matrix[T] {
	area := a.Length * a.Length
	return kern.MatrixOf(a.p[n*area:][:area], a.Length, a.Length, a.Length)
}

// scale is 1/√d.
func (a *Attention[T]) scale() float64 { return 1 / math.Sqrt(float64(a.Width/a.Heads)) }

// attend is the forward pass of one head in one sequence a chunk.
type attend[T xent.Float] Attention[T]

func (f *attend[T]) Run(worker, n int) {
	a := (*Attention[T])(f)
	room := &a.room[worker]
	q, k, v, o, p := a.head(a.qkv, n, 0), a.head(a.qkv, n, 1), a.head(a.qkv, n, 2), a.head(a.o, n, 0), a.weights(n)
	for i := 0; i < a.Length; i += attentionRows {
		rows := min(attentionRows, a.Length-i)
		last := i + rows // what comes after is seen by none of them
		block := p.Part(i, 0, rows, last)
		room.product(block, q.Part(i, 0, rows, q.Cols), k.Part(0, 0, last, k.Cols).T(), false)
		for r := range rows {
			row := p.Data[(i+r)*a.Length:][:a.Length]
			softmax(row[:i+r+1], a.scale())
			clear(row[i+r+1:])
		}
		room.product(o.Part(i, 0, rows, o.Cols), block, v.Part(0, 0, last, v.Cols), false)
	}
}

// softmax turns a row of logits times scale into their softmax, in place; NaN where there is none.
func softmax[T xent.Float](row []T, scale float64) {
	k := kern.Of[T]()
	most, _, hi, lo := k.Others(row, 1/scale)
	total := 1 + (hi + lo)
	if total != total || math.IsInf(most, 0) {
		for j := range row {
			row[j] = T(math.NaN())
		}
		return
	}
	k.Exps(row, row, most, 1/scale, 1/total)
}

// unattend is the backward pass of one head in one sequence a chunk.
type unattend[T xent.Float] Attention[T]

func (f *unattend[T]) Run(worker, n int) {
	a := (*Attention[T])(f)
	room := &a.room[worker]
	q, k, v, p := a.head(a.qkv, n, 0), a.head(a.qkv, n, 1), a.head(a.qkv, n, 2), a.weights(n)
	dq, dk, dv, do := a.head(a.dqkv, n, 0), a.head(a.dqkv, n, 1), a.head(a.dqkv, n, 2), a.head(a.do, n, 0)
	ds := kern.MatrixOf(room.ds.of(attentionRows*a.Length), attentionRows, a.Length, a.Length)
	for i := range a.Length {
		clear(dk.Data[i*dk.Down:][:dk.Cols])
		clear(dv.Data[i*dv.Down:][:dv.Cols])
	}
	for i := 0; i < a.Length; i += attentionRows {
		rows := min(attentionRows, a.Length-i)
		last := i + rows
		block, pull, top := p.Part(i, 0, rows, last), do.Part(i, 0, rows, do.Cols), ds.Part(0, 0, rows, last)
		room.product(dv.Part(0, 0, last, dv.Cols), block.T(), pull, true)
		room.product(top, pull, v.Part(0, 0, last, v.Cols).T(), false)
		for r := range rows {
			slopes(top.Data[r*top.Down:][:last], block.Data[r*block.Down:][:last], a.scale())
		}
		room.product(dq.Part(i, 0, rows, dq.Cols), top, k.Part(0, 0, last, k.Cols), false)
		room.product(dk.Part(0, 0, last, dk.Cols), top.T(), q.Part(i, 0, rows, q.Cols), true)
	}
}

// slopes turns the gradients of a row of probabilities into those of their logits before scale.
func slopes[T xent.Float](dp, p []T, scale float64) {
	var mean float64
	for j, v := range p {
		mean += float64(float64(dp[j]) * float64(v))
	}
	for j, v := range p {
		dp[j] = T(float64(v) * (float64(dp[j]) - mean) * scale)
	}
}
