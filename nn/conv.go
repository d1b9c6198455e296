package nn

import (
	"strconv"

	"xent"
	"xent/internal/kern"
	"xent/internal/par"
)

// Images is the shape of a batch of images, of which each is one row: planes of height rows of width pixels, as
// in PyTorch's [n, channels, height, width].
type Images struct{ Channels, Height, Width int }

// Size returns the numbers of one image: the columns of the batch.
func (s Images) Size() int { return s.Channels * s.Height * s.Width }

// area returns the pixels of a plane.
func (s Images) area() int { return s.Height * s.Width }

// Window says how a square window moves over images.
type Window struct {
	Size   int
	Stride int // steps from one place to the next; 0 means 1
	Pad    int // zeros added on each side
}

// places returns how many places the window has along n pixels, and panics if there is none.
func (w Window) places(layer string, n int) int {
	if w.Size < 1 || w.Stride < 1 || w.Pad < 0 || w.Pad >= w.Size || n+2*w.Pad < w.Size {
		panic("nn: " + layer + ": a window of " + strconv.Itoa(w.Size) + " with stride " + strconv.Itoa(w.Stride) + " and pad " +
			strconv.Itoa(w.Pad) + " over " + strconv.Itoa(n) + " pixels")
	}
	return (n+2*w.Pad-w.Size)/w.Stride + 1
}

// over returns the shape of what a window makes of images, with the given channels.
func (w Window) over(layer string, in Images, channels int) Images {
	return Images{channels, w.places(layer, in.Height), w.places(layer, in.Width)}
}

// Conv2D slides a window over images, and takes at each place the same affine map of what it sees:
//
//	y[o][i][j] = b[o] + Σ W[o][c][u][v]·x[c][i·stride+u-pad][j·stride+v-pad]      zero outside of x
//
// W is [Out, In, size, size], as in PyTorch's nn.Conv2d. What the window sees at all places of an image becomes
// the columns of a matrix X, so that, of each image,
//
//	y = W·X + b          dW = dy·Xᵀ          db = Σ dy          dX = Wᵀ·dy,  added up where windows overlap
//
// X is built anew by Backward: memory holds it for one image and worker only.
type Conv2D[T xent.Float] struct {
	In, Out      Images
	Window       Window
	weight, bias Param[T]

	crew           par.Crew
	x, y, grad, dx xent.Matrix[T] // grad and dx of the Backward that runs; dx without numbers where nobody asks
	ys, dxs        buffer[T]
	room           []convRoom[T] // by worker
	chunk          int           // images that are summed up by themselves
	dw             buffer[T]     // of each chunk: dWᵀ, [In.Channels·size², Out.Channels]
	db             buffer[float64]
}

// convRoom is what a worker works in.
type convRoom[T xent.Float] struct {
	scratch[T]
	columns buffer[T]
}

// NewConv2D returns a layer of so many output channels with weights drawn from rng by init, in the order of W, and
// biases of 0. For init the layer has In.Channels·size² inputs and channels·size² outputs.
func NewConv2D[T xent.Float](rng *Rand, init Init, in Images, channels int, w Window) *Conv2D[T] {
	w.Stride = max(w.Stride, 1)
	area := w.Size * w.Size
	return &Conv2D[T]{
		In: in, Out: w.over("Conv2D", in, channels), Window: w,
		weight: newParam[T]("weight", channels, in.Channels, w.Size, w.Size).draw(rng, init, in.Channels*area, channels*area),
		bias:   newParam[T]("bias", channels),
	}
}

// Params returns W and b.
func (l *Conv2D[T]) Params() []Param[T] { return []Param[T]{l.weight, l.bias} }

// Output returns what the last Forward did.
func (l *Conv2D[T]) Output() xent.Matrix[T] { return l.y }

// positions tells a recorder that all places of a channel are one unit.
func (l *Conv2D[T]) positions() int { return l.Out.area() }

func (l *Conv2D[T]) setWorkers(workers int) { l.crew.Resize(workers) }

// depth is how many numbers a window sees.
func (l *Conv2D[T]) depth() int { return l.In.Channels * l.Window.Size * l.Window.Size }

// weights is W as [Out.Channels, depth].
func (l *Conv2D[T]) weights() kern.Matrix[T] {
	return kern.MatrixOf(l.weight.Value, l.Out.Channels, l.depth(), l.depth())
}

// planes is row i of m as [Out.Channels, places].
func (l *Conv2D[T]) planes(m xent.Matrix[T], i int) kern.Matrix[T] {
	return kern.MatrixOf(m.Row(i), l.Out.Channels, l.Out.area(), l.Out.area())
}

// Forward returns y for a batch of images, one a row.
func (l *Conv2D[T]) Forward(x xent.Matrix[T]) xent.Matrix[T] {
	want("Conv2D", "Forward", x, -1, l.In.Size())
	l.x, l.y = x, shaped(&l.ys, x.Rows, l.Out.Size())
	l.makeRoom()
	l.crew.Do(x.Rows, (*convForward[T])(l))
	return l.y
}

// Backward stores dW and db and returns dx.
func (l *Conv2D[T]) Backward(grad xent.Matrix[T]) xent.Matrix[T] {
	dx := shaped(&l.dxs, l.x.Rows, l.In.Size())
	l.backward(grad, dx)
	return dx
}

// Learn is Backward without dx.
func (l *Conv2D[T]) Learn(grad xent.Matrix[T]) { l.backward(grad, xent.Matrix[T]{}) }

func (l *Conv2D[T]) backward(grad, dx xent.Matrix[T]) {
	want("Conv2D", "Backward", grad, l.x.Rows, l.Out.Size())
	const chunks = 16 // at most; fixed, so that sums do not depend on the workers
	out, depth := l.Out.Channels, l.depth()
	l.chunk = max((grad.Rows+chunks-1)/chunks, 1)
	n := (grad.Rows + l.chunk - 1) / l.chunk
	l.dw.of(n * depth * out)
	l.db.of(n * out)
	l.grad, l.dx = grad, dx
	l.makeRoom()
	l.crew.Do(n, (*convBackward[T])(l))
	l.grad, l.dx = xent.Matrix[T]{}, xent.Matrix[T]{}
	for o := range out {
		var sum float64
		for c := range n {
			sum += l.db[c*out+o]
		}
		l.bias.Grad[o] = T(sum)
	}
	for c := 1; c < n; c++ {
		for i, v := range l.dw[c*depth*out:][:depth*out] {
			l.dw[i] += v
		}
	}
	for o := range out {
		row := l.weight.Grad[o*depth:][:depth]
		for i := range row {
			row[i] = 0
			if n > 0 {
				row[i] = l.dw[i*out+o]
			}
		}
	}
}

func (l *Conv2D[T]) makeRoom() {
	for len(l.room) < l.crew.Size() {
		l.room = append(l.room, convRoom[T]{})
	}
}

// convForward computes one image a chunk.
type convForward[T xent.Float] Conv2D[T]

func (f *convForward[T]) Run(worker, i int) {
	l := (*Conv2D[T])(f)
	room := &l.room[worker]
	y := l.planes(l.y, i)
	for o, b := range l.bias.Value {
		plane := y.Data[o*y.Down:][:y.Cols]
		for j := range plane {
			plane[j] = b
		}
	}
	room.product(y, l.weights(), l.columns(room, i), true)
}

// convBackward computes the gradients of one chunk of images.
type convBackward[T xent.Float] Conv2D[T]

func (f *convBackward[T]) Run(worker, chunk int) {
	l := (*Conv2D[T])(f)
	room := &l.room[worker]
	out, depth := l.Out.Channels, l.depth()
	dw := kern.MatrixOf(l.dw[chunk*depth*out:], depth, out, out)
	db := l.db[chunk*out:][:out]
	clear(db)
	first := chunk * l.chunk
	for i := first; i < min(first+l.chunk, l.grad.Rows); i++ {
		dy, x := l.planes(l.grad, i), l.columns(room, i)
		for o := range db {
			var sum float64
			for _, g := range dy.Data[o*dy.Down:][:dy.Cols] {
				sum += float64(g)
			}
			db[o] += sum
		}
		room.product(dw, x, dy.T(), i > first)
		if l.dx.Data != nil {
			room.product(x, l.weights().T(), dy, false)
			scatter(l.Window, l.dx.Row(i), x.Data, l.In, l.Out)
		}
	}
}

// columns returns X of image i, [depth, places].
func (l *Conv2D[T]) columns(room *convRoom[T], i int) kern.Matrix[T] {
	m := kern.MatrixOf(room.columns.of(l.depth()*l.Out.area()), l.depth(), l.Out.area(), l.Out.area())
	gather(l.Window, m.Data, l.x.Row(i), l.In, l.Out)
	return m
}
