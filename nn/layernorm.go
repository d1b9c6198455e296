package nn

import (
	"math"

	"xent"
	"xent/internal/par"
)

// LayerNorm gives each row mean 0 and variance 1, and then scales and moves each column:
//
//	h = (x - mean)/√(variance + Eps)          y = w·h + b
//	dw = Σ dy·h    db = Σ dy  over the rows
//	dx = (g - mean(g) - h·mean(g·h))/√(variance + Eps)   with g = w·dy
//
// The variance is over the columns, divided by their number, as in PyTorch's nn.LayerNorm.
// Source: Ba, Kiros and Hinton 2016.
type LayerNorm[T xent.Float] struct {
	Width        int
	Eps          float64
	weight, bias Param[T]

	crew          par.Crew
	x, y, g, dx   xent.Matrix[T]
	ys, dxs       buffer[T]
	means, scales buffer[float64] // of each row: its mean, and 1/√(variance + Eps)
	chunk         int             // rows that are summed up by themselves
	sums          buffer[float64] // of each chunk: dw, then db
}

// NewLayerNorm returns a layer with w = 1, b = 0 and Eps = 1e-5.
func NewLayerNorm[T xent.Float](width int) *LayerNorm[T] {
	return &LayerNorm[T]{Width: width, Eps: 1e-5, weight: newParam[T]("weight", width).fill(1), bias: newParam[T]("bias", width)}
}

// Params returns w and b.
func (l *LayerNorm[T]) Params() []Param[T] { return []Param[T]{l.weight, l.bias} }

// Output returns what the last Forward did.
func (l *LayerNorm[T]) Output() xent.Matrix[T] { return l.y }

func (l *LayerNorm[T]) setWorkers(workers int) { l.crew.Resize(workers) }

// Forward returns w·h + b.
func (l *LayerNorm[T]) Forward(x xent.Matrix[T]) xent.Matrix[T] {
	want("LayerNorm", "Forward", x, -1, l.Width)
	l.x, l.y = x, shaped(&l.ys, x.Rows, x.Cols)
	l.means.of(x.Rows)
	l.scales.of(x.Rows)
	l.cut(x.Rows)
	l.crew.Do(pieces(x.Rows, l.chunk), (*normForward[T])(l))
	return l.y
}

// cut decides how many rows are a chunk: it depends on their number alone.
func (l *LayerNorm[T]) cut(rows int) {
	const chunks = 16
	l.chunk = max((rows+chunks-1)/chunks, 1)
}

// Backward stores dw and db and returns dx.
func (l *LayerNorm[T]) Backward(grad xent.Matrix[T]) xent.Matrix[T] {
	want("LayerNorm", "Backward", grad, l.y.Rows, l.Width)
	l.g, l.dx = grad, shaped(&l.dxs, grad.Rows, grad.Cols)
	l.cut(grad.Rows)
	n := pieces(grad.Rows, l.chunk)
	sums := l.sums.of(n * 2 * l.Width)
	l.crew.Do(n, (*normBackward[T])(l))
	l.g = xent.Matrix[T]{}
	for j := range l.Width {
		var dw, db float64
		for c := range n {
			dw += sums[2*c*l.Width+j]
			db += sums[(2*c+1)*l.Width+j]
		}
		l.weight.Grad[j], l.bias.Grad[j] = T(dw), T(db)
	}
	return l.dx
}

// normForward computes a chunk of rows.
type normForward[T xent.Float] LayerNorm[T]

func (l *normForward[T]) Run(_, chunk int) {
	n := float64(l.Width)
	for i := chunk * l.chunk; i < min((chunk+1)*l.chunk, l.x.Rows); i++ {
		x, y := l.x.Row(i), l.y.Row(i)
		var sum, squares float64
		for _, v := range x {
			sum += float64(v)
		}
		mean := sum / n
		for _, v := range x {
			d := float64(v) - mean
			squares += float64(d * d)
		}
		scale := 1 / math.Sqrt(squares/n+l.Eps)
		l.means[i], l.scales[i] = mean, scale
		w, b := l.weight.Value[:len(x)], l.bias.Value[:len(x)]
		for j, v := range x {
			y[j] = T(float64(float64(w[j])*((float64(v)-mean)*scale)) + float64(b[j]))
		}
	}
}

// normBackward computes a chunk of rows, and what they are to dw and db.
type normBackward[T xent.Float] LayerNorm[T]

func (l *normBackward[T]) Run(_, chunk int) {
	n := float64(l.Width)
	sums := l.sums[2*chunk*l.Width:][:2*l.Width]
	clear(sums)
	dw, db := sums[:l.Width], sums[l.Width:]
	for i := chunk * l.chunk; i < min((chunk+1)*l.chunk, l.x.Rows); i++ {
		x, dy, dx := l.x.Row(i), l.g.Row(i), l.dx.Row(i)
		w, mean, scale := l.weight.Value[:len(x)], l.means[i], l.scales[i]
		var sum, along float64 // of g, and of g·h
		for j, v := range dy {
			h, d := (float64(x[j])-mean)*scale, float64(v)
			dw[j] += float64(d * h)
			db[j] += d
			g := float64(w[j]) * d
			sum += g
			along += float64(g * h)
		}
		sum, along = sum/n, along/n
		for j, v := range dy {
			h := (float64(x[j]) - mean) * scale
			dx[j] = T((float64(float64(w[j])*float64(v)) - sum - float64(h*along)) * scale)
		}
	}
}
