package nn

import (
	"xent"
	"xent/internal/par"
)

// MaxPool2D takes the largest number of each window, channel by channel, as PyTorch's nn.MaxPool2d:
//
//	y[c][i][j] = max x[c][i·stride+u][j·stride+v]          dx is dy at the first largest, else 0
//
// A NaN counts as the largest.
type MaxPool2D[T xent.Float] struct {
	In, Out Images
	Window  Window

	crew           par.Crew
	x, y, grad, dx xent.Matrix[T]
	ys, dxs        buffer[T]
	at             buffer[int32] // for each output, which of its image's inputs it is
}

// NewMaxPool2D returns a pool over windows of size pixels a side that do not overlap. What is left over at the right
// and the bottom counts nowhere.
func NewMaxPool2D[T xent.Float](in Images, size int) *MaxPool2D[T] {
	w := Window{Size: size, Stride: size}
	return &MaxPool2D[T]{In: in, Out: w.over("MaxPool2D", in, in.Channels), Window: w}
}

// Params returns nothing: there is nothing to learn.
func (*MaxPool2D[T]) Params() []Param[T] { return nil }

// Output returns what the last Forward did.
func (l *MaxPool2D[T]) Output() xent.Matrix[T] { return l.y }

func (l *MaxPool2D[T]) setWorkers(workers int) { l.crew.Resize(workers) }

// Forward returns the largest numbers of a batch of images, one a row.
func (l *MaxPool2D[T]) Forward(x xent.Matrix[T]) xent.Matrix[T] {
	want("MaxPool2D", "Forward", x, -1, l.In.Size())
	l.x, l.y = x, shaped(&l.ys, x.Rows, l.Out.Size())
	l.at.of(len(l.y.Data))
	l.crew.Do(x.Rows, (*poolForward[T])(l))
	return l.y
}

// Backward returns dy where the largest numbers were.
func (l *MaxPool2D[T]) Backward(grad xent.Matrix[T]) xent.Matrix[T] {
	want("MaxPool2D", "Backward", grad, l.y.Rows, l.y.Cols)
	l.grad, l.dx = grad, shaped(&l.dxs, l.x.Rows, l.In.Size())
	l.crew.Do(grad.Rows, (*poolBackward[T])(l))
	l.grad = xent.Matrix[T]{}
	return l.dx
}

// poolForward computes one image a chunk.
type poolForward[T xent.Float] MaxPool2D[T]

func (l *poolForward[T]) Run(_, image int) {
	x, y, at := l.x.Row(image), l.y.Row(image), l.at[image*l.y.Cols:][:l.y.Cols]
	stride, width := l.Window.Stride, l.In.Width
	for c := range l.In.Channels {
		for i := range l.Out.Height {
			first := (c*l.In.Height + i*stride) * width
			if l.Window.Size == 2 {
				pairs(y[:l.Out.Width], at[:l.Out.Width], x[first:], stride, width, first)
			} else {
				for j := range l.Out.Width {
					at[j] = int32(largest(x, first+j*stride, l.Window.Size, width))
					y[j] = x[at[j]]
				}
			}
			y, at = y[l.Out.Width:], at[l.Out.Width:]
		}
	}
}

// largest returns where the first largest number of a window is that begins at corner; a NaN is larger than all.
func largest[T xent.Float](x []T, corner, size, width int) int {
	best := corner
	for u := range size {
		for v, value := range x[corner+u*width:][:size] {
			if value > x[best] || value != value {
				best = corner + u*width + v
			}
		}
	}
	return best
}

// pairs is largest for a row of windows of two by two, without a branch that depends on the numbers: they are as
// good as random. x begins with the first window, at index first of its image.
func pairs[T xent.Float](y []T, at []int32, x []T, stride, width, first int) {
	x0, x1 := x, x[width:]
	for j := range y {
		k := j * stride
		a, b, c, d := x0[k], x0[k+1], x1[k], x1[k+1]
		up, down := max(a, b), max(c, d)
		best, below := 0, width
		if b > a {
			best = 1
		}
		if d > c {
			below = width + 1
		}
		if down > up {
			best = below
		}
		y[j] = max(up, down)
		if y[j] != y[j] {
			best = largest(x, k, 2, width)
		}
		at[j] = int32(first + k + best)
	}
}

// poolBackward computes one image a chunk.
type poolBackward[T xent.Float] MaxPool2D[T]

func (l *poolBackward[T]) Run(_, image int) {
	dx, dy, at := l.dx.Row(image), l.grad.Row(image), l.at[image*l.y.Cols:][:l.y.Cols]
	clear(dx)
	for k, i := range at {
		dx[i] += dy[k]
	}
}

// Flatten stands where PyTorch's nn.Flatten does, so that the layers after it have the same numbers. It does nothing:
// an image is a row already.
type Flatten[T xent.Float] struct{}

// NewFlatten returns a layer that does nothing.
func NewFlatten[T xent.Float]() Flatten[T] { return Flatten[T]{} }

// Params returns nothing: there is nothing to learn.
func (Flatten[T]) Params() []Param[T] { return nil }

// Forward returns x.
func (Flatten[T]) Forward(x xent.Matrix[T]) xent.Matrix[T] { return x }

// Backward returns the gradient.
func (Flatten[T]) Backward(grad xent.Matrix[T]) xent.Matrix[T] { return grad }
