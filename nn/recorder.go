package nn

import (
	"math"

	"xent"
)

// Record is what one layer with parameters looked like after a backward pass. Numbers over a
// gradient are over all parameters of the layer together.
type Record struct {
	Layer int    // its index in the order of [Walk]: in a Net of plain layers, in the network
	Name  string // its full name, "0" or "blocks.0.fc"

	Params    int     // how many numbers it learns
	Grad      float64 // L2 norm of the gradient
	RMS       float64 // Grad/√Params: comparable between layers of different sizes
	Max       float64 // the largest |g|
	Zeros     int     // gradients of exactly 0
	NonFinite int     // gradients that are NaN or infinite; the figures above are then too
	Cosine    float64 // with the gradient of the step before: -1 back and forth, 1 straight on; NaN where there is none

	// The outputs over the batch: of the activation that follows, or else of the layer itself.
	Mean, SD float64

	// Of the activation that follows; NaN where none does. A unit is a column, and of a convolution a channel.
	Saturated float64 // share where the slope is below a twentieth of the steepest
	Dead      float64 // share of units whose slope is 0 everywhere in the batch: nothing can revive them

	Weight float64 // L2 norm of the parameters
	Update float64 // L2 norm of the last step, NaN before the first
	Ratio  float64 // Update/Weight; 1e-3 is a healthy order of magnitude
}

// Recorder watches the flow of the gradient through a network. Call Backward after each backward
// pass and Step after each step of the optimiser.
type Recorder[T xent.Float] struct {
	records []Record
	watched []watched[T] // for each record
	passes  int
}

// watched is a layer with what has been seen of it.
type watched[T xent.Float] struct {
	layer         Module[T]
	follows       *Activate[T] // nil where none does
	params        []Param[T]
	grads, values [][]T // gradients of the pass before, parameters before the step
}

// NewRecorder returns a recorder of a network. All the memory it needs is allocated here.
func NewRecorder[T xent.Float](m Module[T]) *Recorder[T] {
	r, index := &Recorder[T]{}, 0
	Walk(m, func(name string, layer Module[T]) {
		if a, ok := layer.(*Activate[T]); ok {
			if n := len(r.records); n > 0 && r.records[n-1].Layer == index-1 {
				r.watched[n-1].follows = a
			}
		}
		if params := layer.Params(); len(params) > 0 {
			rec := Record{Layer: index, Name: name, Update: math.NaN(), Ratio: math.NaN()}
			for _, p := range params {
				rec.Params += len(p.Value)
			}
			r.records = append(r.records, rec)
			r.watched = append(r.watched, watched[T]{layer, nil, params, like(params), like(params)})
		}
		index++
	})
	return r
}

// Records returns one Record for each layer that has parameters, in order: the recorder's memory.
func (r *Recorder[T]) Records() []Record { return r.records }

// Backward reads gradients, activations and parameters of the pass that has just been made.
func (r *Recorder[T]) Backward() {
	for n := range r.records {
		rec, w := &r.records[n], &r.watched[n]
		readGrad(rec, w.params, w.grads, r.passes > 0)
		w.readOutput(rec)
		for i, p := range w.params {
			copy(w.grads[i], p.Grad)
			copy(w.values[i], p.Value)
		}
	}
	r.passes++
}

// Step reads how far the optimiser has moved the parameters since Backward.
func (r *Recorder[T]) Step() {
	for n := range r.records {
		rec, w := &r.records[n], &r.watched[n]
		var moved float64
		for i, p := range w.params {
			for j, v := range p.Value {
				d := float64(v) - float64(w.values[i][j])
				moved += d * d
			}
		}
		rec.Update = math.Sqrt(moved)
		rec.Ratio = rec.Update / rec.Weight
	}
}

// readGrad reads the gradients and sizes of a layer's parameters; before holds the gradients of
// the pass before, if there was one. Norms are taken of numbers divided by the largest, so that squares
// neither overflow nor vanish.
func readGrad[T xent.Float](r *Record, params []Param[T], before [][]T, any bool) {
	var largest, largestBefore, largestWeight float64
	r.Zeros, r.NonFinite = 0, 0
	for n, p := range params {
		for i, v := range p.Grad {
			g := math.Abs(float64(v))
			largest = max(largest, g) // NaN if one is
			largestBefore = max(largestBefore, math.Abs(float64(before[n][i])))
			largestWeight = max(largestWeight, math.Abs(float64(p.Value[i])))
			if g-g != 0 {
				r.NonFinite++
			} else if g == 0 {
				r.Zeros++
			}
		}
	}
	var squares, squaresBefore, weights, dot float64
	down, downBefore, downWeight := inverse(largest), inverse(largestBefore), inverse(largestWeight)
	for n, p := range params {
		for i, v := range p.Grad {
			g, b, w := float64(v)*down, float64(before[n][i])*downBefore, float64(p.Value[i])*downWeight
			squares += g * g
			squaresBefore += b * b
			weights += w * w
			dot += g * b
		}
	}
	r.Max = largest
	r.Grad, r.Weight = largest*math.Sqrt(squares), largestWeight*math.Sqrt(weights)
	r.RMS = r.Grad / math.Sqrt(float64(r.Params))
	r.Cosine = math.NaN()
	if any {
		r.Cosine = dot / math.Sqrt(squares) / math.Sqrt(squaresBefore)
	}
}

// inverse returns 1/x, and 1 where there is nothing to scale: for 0, for what has no inverse, and for what is no number.
func inverse(x float64) float64 {
	if y := 1 / x; y-y == 0 && y != 0 {
		return y
	}
	return 1
}

// readOutput reads the outputs of the activation that follows a layer, or of the layer.
func (w *watched[T]) readOutput(r *Record) {
	r.Mean, r.SD, r.Saturated, r.Dead = math.NaN(), math.NaN(), math.NaN(), math.NaN()
	if w.follows != nil {
		r.Mean, r.SD = spread(w.follows.y.Data)
		r.Saturated, r.Dead = w.follows.flat(w.positions())
	} else if l, ok := w.layer.(interface{ Output() xent.Matrix[T] }); ok {
		r.Mean, r.SD = spread(l.Output().Data)
	}
}

// positions returns how many columns of the layer's output are one unit.
func (w *watched[T]) positions() int {
	if l, ok := w.layer.(interface{ positions() int }); ok {
		return l.positions()
	}
	return 1
}

// spread returns mean and standard deviation of numbers, NaN of none.
func spread[T xent.Float](x []T) (mean, sd float64) {
	var sum, squares float64
	for _, v := range x {
		sum += float64(v)
	}
	n := float64(len(x))
	mean = sum / n
	for _, v := range x {
		d := float64(v) - mean
		squares += d * d
	}
	return mean, math.Sqrt(squares / n)
}

// flat returns the share of outputs where the slope is below a twentieth of the steepest, and of units, of so many
// columns each, where it is 0 throughout; NaN of no outputs.
func (a *Activate[T]) flat(columns int) (saturated, dead float64) {
	n, units := len(a.y.Data), a.y.Cols/columns
	for i := range n {
		if math.Abs(float64(a.SlopeAt(i))) < a.Activation.Steepest/20 {
			saturated++
		}
	}
	for u := range units {
		if a.silent(u*columns, columns) {
			dead++
		}
	}
	return saturated / float64(n), dead / float64(units)
}

// silent tells whether the slope is 0 in so many columns of all rows.
func (a *Activate[T]) silent(first, columns int) bool {
	for ; first < len(a.y.Data); first += a.y.Cols {
		for i := range columns {
			if a.SlopeAt(first+i) != 0 {
				return false
			}
		}
	}
	return true
}

// Slope returns by how many decades the RMS gradient changes from one layer to the next: the slope
// of the least-squares line of log10 RMS over the layers, first to last. Gradients that vanish towards
// the input have a positive slope. NaN if fewer than two layers have a gradient that is finite and above 0.
func Slope(records []Record) float64 {
	var n, sx, sy, sxx, sxy float64
	for i, r := range records {
		if y := math.Log10(r.RMS); y-y == 0 {
			x := float64(i)
			n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
		}
	}
	if n < 2 {
		return math.NaN()
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}
