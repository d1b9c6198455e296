package doctor

import (
	"math"
	"strconv"
	"strings"
)

// A Flow is what the gradients of a network looked like, layer by layer, in one backward pass or in several steps of a
// run. Arrays are added in the order of the network, from its input to its loss:
//
//	var f doctor.Flow
//	a := f.Array("0.weight", "float32", []int64{64, 64})
//	a.Add(0, values)
//	found := doctor.Examine(doctor.Case{Flow: &f})
//
// It holds sums, not gradients: some numbers for each array, and one bit for each unit.
type Flow struct {
	Layers  []*FlowLayer
	Steps   int
	Cosines []float64  // of the gradients of a step and the step before; see [Flow.Align]
	Head    *FlowHead  // nil where the gradient by the logits was not given
	Noise   *FlowNoise // nil where files are no micro-batches of one step

	totals []Moments
	pair   [3]float64 // x·y, x·x, y·y of the step that is being aligned
}

// A FlowLayer is the arrays of one layer, such as its weights and biases.
type FlowLayer struct {
	Name   string
	Arrays []*FlowArray
}

// A FlowArray is the gradient of one array of parameters.
type FlowArray struct {
	Name, DType string
	Shape       []int64
	Grad        Moments // of all steps together
	Bad         int     // the first step with a number that is not finite, -1 for none
	Values      Moments // of the parameters themselves, if they were given
	Update      Moments // of what a step of the optimiser added to them, if that was given

	now   Moments // of the step that is being added
	step  int
	at    int64
	flow  *Flow
	alive []uint64 // a bit for each unit with a gradient that is not 0
}

// Array returns the array of that name, and makes it behind those there are if it is new. Names tell layers apart: what
// stands before the last of the parts between . / and : is the layer, "0" of "0.weight".
func (f *Flow) Array(name, dtype string, shape []int64) *FlowArray {
	layer := layerOf(name)
	for _, l := range f.Layers {
		if l.Name != layer {
			continue
		}
		for _, a := range l.Arrays {
			if a.Name == name {
				return a
			}
		}
	}
	a := &FlowArray{Name: name, DType: dtype, Shape: shape, Bad: -1, flow: f, alive: make([]uint64, (units(name, shape)+63)/64)}
	for _, l := range f.Layers {
		if l.Name == layer {
			l.Arrays = append(l.Arrays, a)
			return a
		}
	}
	f.Layers = append(f.Layers, &FlowLayer{Name: layer, Arrays: []*FlowArray{a}})
	return a
}

// Add adds the next numbers of the gradient of a step, in row-major order.
func (a *FlowArray) Add(step int, values []float64) {
	if step != a.step || a.at == 0 {
		a.step, a.at, a.now = step, 0, Moments{}
	}
	f := a.flow
	for len(f.totals) <= step {
		f.totals = append(f.totals, Moments{})
	}
	f.Steps = len(f.totals)
	var block Moments
	block.Add(values)
	if block.NaN+block.Inf > 0 && a.Bad < 0 {
		a.Bad = step
	}
	a.Grad.Merge(&block)
	f.totals[step].Merge(&block)
	if n := int64(units(a.Name, a.Shape)); n > 0 {
		inner := int64(1) // numbers of a unit that stand side by side
		for _, d := range a.Shape[1:] {
			inner *= d
		}
		last := transposed(a.Name)
		for i, v := range values {
			if v == 0 {
				continue
			}
			unit := (a.at + int64(i)) / inner
			if last {
				unit = (a.at + int64(i)) % n
			}
			a.alive[unit/64] |= 1 << (unit % 64)
		}
	}
	a.at += int64(len(values))
	if a.at >= size(a.Shape) {
		a.at = 0
	}
}

// Dead returns how many units of an array had no gradient in any step, and how many there are; 0, 0 where units cannot be
// told apart: an array of less than two dimensions, or one whose rows are looked up.
func (a *FlowArray) Dead() (dead, all int) {
	all = units(a.Name, a.Shape)
	for i := range all {
		if a.alive[i/64]>>(i%64)&1 == 0 {
			dead++
		}
	}
	return dead, all
}

// Align adds numbers of a step, x, and the same of the step before, y.
func (f *Flow) Align(x, y []float64) {
	for i, v := range x {
		f.pair[0] += v * y[i]
		f.pair[1] += v * v
		f.pair[2] += y[i] * y[i]
	}
}

// Aligned ends the step whose numbers were given to [Flow.Align].
func (f *Flow) Aligned() {
	f.Cosines = append(f.Cosines, f.pair[0]/math.Sqrt(f.pair[1])/math.Sqrt(f.pair[2]))
	f.pair = [3]float64{}
}

// Norm returns the L2 norm of the whole gradient of a step.
func (f *Flow) Norm(step int) float64 { return f.totals[step].Norm() }

// Grad returns the moments of the layer's gradients together.
func (l *FlowLayer) Grad() (m Moments) {
	for _, a := range l.Arrays {
		m.Merge(&a.Grad)
	}
	return m
}

// matrix reports whether the layer multiplies: it has an array of two or more dimensions.
func (l *FlowLayer) matrix() bool {
	for _, a := range l.Arrays {
		if len(a.Shape) >= 2 {
			return true
		}
	}
	return false
}

// Depth returns the layers between which gradients can be compared: those that multiply, if there are two of them, else all;
// of these, those with a gradient that is neither 0 nor without a finite number.
func (f *Flow) Depth() []*FlowLayer {
	var all, matrices []*FlowLayer
	for _, l := range f.Layers {
		m := l.Grad()
		if !(m.RMS() > 0) {
			continue
		}
		all = append(all, l)
		if l.matrix() {
			matrices = append(matrices, l)
		}
	}
	if len(matrices) >= 2 {
		return matrices
	}
	return all
}

// Slope returns by how many decades the RMS gradient changes from one layer of [Flow.Depth] to the next: the slope of the
// least-squares line of log10 RMS. Gradients that vanish towards the input have a positive slope. NaN of fewer than two layers.
func (f *Flow) Slope() float64 {
	var n, sx, sy, sxx, sxy float64
	for i, l := range f.Depth() {
		m := l.Grad()
		x, y := float64(i), math.Log10(m.RMS())
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// layerOf is the name of an array without its last part, and without the number that Keras puts behind a colon.
func layerOf(name string) string {
	if i := strings.LastIndexByte(name, ':'); i > 0 && strings.Trim(name[i+1:], "0123456789") == "" {
		name = name[:i]
	}
	if i := strings.LastIndexAny(name, "./:"); i > 0 {
		return name[:i]
	}
	for _, kind := range []string{"weight", "bias", "kernel", "w", "b"} {
		if stem, ok := strings.CutSuffix(strings.ToLower(name), "_"+kind); ok && stem != "" {
			return name[:len(stem)]
		}
	}
	if rest := strings.TrimLeft(name, "WwBb"); len(name)-len(rest) == 1 && rest != "" && strings.Trim(rest, "0123456789_") == "" {
		return strings.TrimLeft(rest, "_") // W1 and b1
	}
	return name
}

// transposed reports whether an array has its units in columns, as a kernel of Keras and JAX has.
func transposed(name string) bool { return strings.Contains(strings.ToLower(name), "kernel") }

// units is the number of units of an array, 0 if they cannot be told apart.
func units(name string, shape []int64) int {
	switch {
	case len(shape) < 2, size(shape) == 0, lookedUp(name):
		return 0
	case transposed(name):
		return int(shape[len(shape)-1])
	}
	return int(shape[0])
}

// lookedUp reports whether the rows of an array are looked up: those of words that a batch does not hold have no gradient.
func lookedUp(name string) bool {
	lower := strings.ToLower(name)
	for _, word := range []string{"emb", "wte", "wpe", "tok", "vocab", "pos"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

func size(shape []int64) int64 {
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	return n
}

// ShapeText is the shape as people write it: "64 × 64".
func (a *FlowArray) ShapeText() string {
	parts := make([]string, len(a.Shape))
	for i, d := range a.Shape {
		parts[i] = strconv.FormatInt(d, 10)
	}
	return strings.Join(parts, " × ")
}
