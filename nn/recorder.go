package nn

import (
	"math"

	"xent"
)

// Record is what one layer with parameters looked like after a backward pass. Numbers over a
// gradient are over all parameters of the layer together.
type Record struct {
	Layer int // its index in the network

	Params    int     // how many numbers it learns
	Grad      float64 // L2 norm of the gradient
	RMS       float64 // Grad/√Params: comparable between layers of different sizes
	Max       float64 // the largest |g|
	Zeros     int     // gradients of exactly 0
	NonFinite int     // gradients that are NaN or infinite; the figures above are then too
	Cosine    float64 // with the gradient of the step before: -1 back and forth, 1 straight on; NaN where there is none

	// The outputs of the activation that follows, over the batch; NaN where none follows.
	Mean, SD  float64
	Saturated float64 // share where the slope is below a twentieth of the steepest
	Dead      float64 // share of units whose slope is 0 in every row: nothing can revive them

	Weight float64 // L2 norm of the parameters
	Update float64 // L2 norm of the last step, NaN before the first
	Ratio  float64 // Update/Weight; 1e-3 is a healthy order of magnitude
}

// Recorder watches the flow of the gradient through a network. Call Backward after each backward
// pass and Step after each step of the optimiser.
type Recorder[T xent.Float] struct {
	net     *Net[T]
	records []Record
	grads   [][]T // of the pass before, by parameter
	values  [][]T // before the step
	passes  int
}

// NewRecorder returns a recorder of net. All the memory it needs is allocated here.
func NewRecorder[T xent.Float](net *Net[T]) *Recorder[T] {
	r := &Recorder[T]{net: net, grads: like(net.Params()), values: like(net.Params())}
	for i, l := range net.Layers() {
		if n := len(l.Params()); n > 0 {
			rec := Record{Layer: i, Update: math.NaN(), Ratio: math.NaN()}
			for _, p := range l.Params() {
				rec.Params += len(p.Value)
			}
			r.records = append(r.records, rec)
		}
	}
	return r
}

// Records returns one Record for each layer that has parameters, in order: the recorder's memory.
func (r *Recorder[T]) Records() []Record { return r.records }

// Backward reads gradients, activations and parameters of the pass that has just been made.
func (r *Recorder[T]) Backward() {
	first := 0 // parameter of the layer
	params := r.net.Params()
	for n := range r.records {
		rec := &r.records[n]
		last := first
		for left := rec.Params; left > 0; last++ {
			left -= len(params[last].Value)
		}
		readGrad(rec, params[first:last], r.grads[first:last], r.passes > 0)
		readActivation(rec, r.following(rec.Layer))
		for i := first; i < last; i++ {
			copy(r.grads[i], params[i].Grad)
			copy(r.values[i], params[i].Value)
		}
		first = last
	}
	r.passes++
}

// Step reads how far the optimiser has moved the parameters since Backward.
func (r *Recorder[T]) Step() {
	i, params := 0, r.net.Params()
	for n := range r.records {
		rec := &r.records[n]
		var moved float64
		for left := rec.Params; left > 0; i++ {
			for j, v := range params[i].Value {
				d := float64(v) - float64(r.values[i][j])
				moved += d * d
			}
			left -= len(params[i].Value)
		}
		rec.Update = math.Sqrt(moved)
		rec.Ratio = rec.Update / rec.Weight
	}
}

// following returns the activation right after a layer, nil if there is none.
func (r *Recorder[T]) following(layer int) *Activate[T] {
	if layer+1 == len(r.net.layers) {
		return nil
	}
	a, _ := r.net.layers[layer+1].(*Activate[T])
	return a
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

// readActivation reads the outputs of the activation that follows a layer.
func readActivation[T xent.Float](r *Record, a *Activate[T]) {
	r.Mean, r.SD, r.Saturated, r.Dead = math.NaN(), math.NaN(), math.NaN(), math.NaN()
	if a == nil || len(a.y.Data) == 0 {
		return
	}
	var sum, squares float64
	flat, dead := 0, 0
	y, slope := a.y.Data, a.slope.Data
	n := float64(len(y))
	for _, v := range y {
		sum += float64(v)
	}
	r.Mean = sum / n
	for i, v := range y {
		d := float64(v) - r.Mean
		squares += d * d
		if math.Abs(float64(slope[i])) < a.Activation.Steepest/20 {
			flat++
		}
	}
	for c := range a.y.Cols {
		alive := false
		for i := c; i < len(slope); i += a.y.Cols {
			alive = alive || slope[i] != 0
		}
		if !alive {
			dead++
		}
	}
	r.SD = math.Sqrt(squares / n)
	r.Saturated = float64(flat) / n
	r.Dead = float64(dead) / float64(a.y.Cols)
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
