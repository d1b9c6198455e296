package nn

import (
	"strconv"

	"xent"
)

// Param is an array of numbers that is learnt, with the gradient of the loss for it.
type Param[T xent.Float] struct {
	Name  string // "weight" or "bias" in its layer, with the names of what holds that before it: "blocks.0.fc.weight"
	Shape []int  // as in PyTorch; the product is the length of Value
	Value []T
	Grad  []T // as the last Backward left it
}

// newParam returns a parameter of zeros.
func newParam[T xent.Float](name string, shape ...int) Param[T] {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return Param[T]{name, shape, make([]T, n), make([]T, n)}
}

// draw fills a parameter from rng by init, for a layer of in inputs and out outputs.
func (p Param[T]) draw(rng *Rand, init Init, in, out int) Param[T] {
	for i := range p.Value {
		p.Value[i] = T(init(rng, in, out))
	}
	return p
}

// fill sets all numbers of a parameter.
func (p Param[T]) fill(v T) Param[T] {
	for i := range p.Value {
		p.Value[i] = v
	}
	return p
}

// Grads returns the gradients of parameters, as [xent.ClipNorm] takes them.
func Grads[T xent.Float](params []Param[T]) [][]T {
	grads := make([][]T, len(params))
	for i, p := range params {
		grads[i] = p.Grad
	}
	return grads
}

// Module is a part of a network, or all of it: what optimisers, recorders and checkpoints see of it.
type Module[T xent.Float] interface {
	// Params returns the module's parameters, always the same ones in the same order; none if it has nothing
	// to learn.
	Params() []Param[T]
}

// Composite is a module made of others. Its parameters are those of its parts: [ParamsOf].
type Composite[T xent.Float] interface {
	Module[T]

	// Parts calls visit for each part with its name, in the order of Forward. A part without a name adds none to
	// those of its own parts and parameters.
	Parts(visit func(name string, part Module[T]))
}

// Layer is a module of one batch in and one out: rows of numbers.
type Layer[T xent.Float] interface {
	Module[T]

	// Forward returns the layer's output for a batch. It keeps x, which must stay as it is until
	// Backward; the output is the layer's memory, valid until its next Forward.
	Forward(x xent.Matrix[T]) xent.Matrix[T]

	// Backward takes the gradient of the loss with respect to the output of the last Forward, stores
	// that of each parameter in its Param.Grad, replacing what was there, and returns that with respect
	// to the input: the layer's memory, valid until its next Backward. The given gradient is left alone.
	Backward(grad xent.Matrix[T]) xent.Matrix[T]
}

// Walk calls visit for m, if it is no [Composite], or for all modules within it that are none, with their full
// names ("blocks.0.fc"), in the order of Forward.
func Walk[T xent.Float](m Module[T], visit func(name string, layer Module[T])) { walk("", m, visit) }

func walk[T xent.Float](name string, m Module[T], visit func(string, Module[T])) {
	c, ok := m.(Composite[T])
	if !ok {
		visit(name, m)
		return
	}
	c.Parts(func(part string, p Module[T]) { walk(join(name, part), p, visit) })
}

// join returns the name of a part within what has a name.
func join(name, part string) string {
	if name == "" || part == "" {
		return name + part
	}
	return name + "." + part
}

// ParamsOf returns the parameters of all modules within m, in the order of Forward, by their full names.
func ParamsOf[T xent.Float](m Composite[T]) (params []Param[T]) {
	Walk(m, func(name string, layer Module[T]) {
		for _, p := range layer.Params() {
			p.Name = join(name, p.Name)
			params = append(params, p)
		}
	})
	return params
}

// SetWorkers sets on how many goroutines m and its parts compute: 1, as they begin, is the one that calls;
// 0 means one for each processor that Go may use. The number never changes a bit of the results.
func SetWorkers[T xent.Float](m Module[T], workers int) {
	if c, ok := m.(interface{ setWorkers(workers int) }); ok {
		c.setWorkers(workers)
	}
	if c, ok := m.(Composite[T]); ok {
		c.Parts(func(_ string, part Module[T]) { SetWorkers(part, workers) })
	}
}

// buffer is memory of a layer for a batch; it grows to the largest batch and stays.
type buffer[T any] []T

// of returns n elements, their contents undefined.
func (b *buffer[T]) of(n int) []T {
	if cap(*b) < n {
		*b = make([]T, n)
	}
	*b = (*b)[:n]
	return *b
}

// shaped returns the buffer as a matrix of that shape, its contents undefined.
func shaped[T xent.Float](b *buffer[T], rows, cols int) xent.Matrix[T] {
	return xent.Matrix[T]{Data: b.of(rows * cols), Rows: rows, Cols: cols}
}

// want panics unless m is a matrix of that shape without gaps; rows of -1 are any.
func want[T xent.Float](layer, what string, m xent.Matrix[T], rows, cols int) {
	if m.Cols != cols || rows >= 0 && m.Rows != rows || m.Stride != 0 && m.Stride != m.Cols || m.Inner > 1 || len(m.Data) < m.Rows*m.Cols {
		text := strconv.Itoa(cols) + "] without gaps, got ["
		if rows >= 0 {
			text = strconv.Itoa(rows) + ", " + text
		} else {
			text = "rows, " + text
		}
		panic("nn: " + layer + ": " + what + " wants [" + text + strconv.Itoa(m.Rows) + ", " + strconv.Itoa(m.Cols) +
			"] with stride " + strconv.Itoa(m.Stride) + " over " + strconv.Itoa(len(m.Data)) + " values")
	}
}
