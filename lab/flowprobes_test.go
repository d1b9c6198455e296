package lab

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"xent/internal/ref"
)

// fixedWeights are weights that stand for ever: multiples of 1/64 between -scale and scale, from a generator that is
// written down here.
func fixedWeights(sizes []int, scale float64) []float64 {
	var weights []float64
	state := uint32(2463534242)
	for l := 1; l < len(sizes); l++ {
		for range sizes[l] * (sizes[l-1] + 1) {
			state ^= state << 13 // Marsaglia's xorshift32
			state ^= state >> 17
			state ^= state << 5
			weights = append(weights, scale*(float64(state%129)-64)/64)
		}
	}
	return weights
}

// A network at fixed weights: what it says, what that costs, and what comes back, layer by layer.
func TestFlowProbes(t *testing.T) {
	// lastly sets the weights of the output layer, and its bias.
	lastly := func(weight, bias float64) func([]float64, int, int) {
		return func(w []float64, width, outputs int) {
			last := w[len(w)-outputs*(width+1):]
			for i := range last {
				last[i] = weight
			}
			for o := range outputs {
				last[outputs*width+o] = bias
				if outputs == 2 && o == 0 {
					last[outputs*width] = -bias
				}
			}
		}
	}
	all := func(weight float64) func([]float64, int, int) {
		return func(w []float64, _, _ int) {
			for i := range w {
				w[i] = weight
			}
		}
	}
	var probes []probe
	for _, tt := range []struct {
		why          string
		depth, width int
		activation   FlowActivation
		loss         FlowLoss
		race         bool
		task         FlowTask
		scale        float64
		change       func(weights []float64, width, outputs int)
		unit         Unit
	}{
		{"one unit", 1, 1, FlowSigmoid, FlowBinary, false, FlowHalves, 1, nil, Nats},
		{"the same in bits: the gradient stays that of nats", 1, 1, FlowSigmoid, FlowBinary, false, FlowHalves, 1, nil, Bits},
		{"one unit, squared error", 1, 1, FlowSigmoid, FlowSquared, false, FlowHalves, 1, nil, Nats},
		{"a race of one sigmoid output", 2, 4, FlowTanh, FlowBinary, true, FlowRing, 1, nil, Nats},
		{"a race of a softmax: squared error sums over both outputs", 2, 4, FlowTanh, FlowSoftmax, true, FlowRing, 1, nil, Nats},
		{"the widest layer", 1, 16, FlowTanh, FlowSoftmax, false, FlowQuarters, .5, nil, Bits},
		{"eight layers of sigmoids: a ten-thousandth arrives", 8, 2, FlowSigmoid, FlowBinary, true, FlowHalves, 1, nil, Nats},
		{"eight layers of tanh", 8, 2, FlowTanh, FlowSoftmax, false, FlowRing, 1, nil, Nats},
		{"eight layers of ReLU", 8, 3, FlowReLU, FlowBinary, true, FlowQuarters, 1.5, nil, Nats},
		{"eight layers that pass on a thousandth each", 8, 2, FlowTanh, FlowBinary, true, FlowHalves, 1. / 1024, nil, Nats},
		{"ReLU with weights of 8: the gradient grows on its way", 4, 3, FlowReLU, FlowBinary, true, FlowHalves, 8, nil, Nats},
		{"a dead layer: nothing flows back through it", 3, 2, FlowReLU, FlowBinary, true, FlowRing, 1,
			func(w []float64, _, _ int) { w[10], w[11] = -100, -100 }, Nats},
		{"half a layer is dead", 3, 2, FlowReLU, FlowSoftmax, false, FlowRing, 1,
			func(w []float64, _, _ int) { w[5] = -100 }, Nats},
		{"all zeros: p = ½, and only the last bias moves", 3, 2, FlowTanh, FlowBinary, true, FlowHalves, 1, all(0), Bits},
		{"all zeros, ReLU: the slope at 0 is 0", 2, 2, FlowReLU, FlowSoftmax, true, FlowHalves, 1, all(0), Nats},
		{"saturated sigmoids: slopes of e^-80", 2, 3, FlowSigmoid, FlowBinary, true, FlowQuarters, 40, nil, Nats},
		{"saturated tanh", 2, 3, FlowTanh, FlowSoftmax, true, FlowQuarters, 24, nil, Nats},
		{"p = 1 for every point: logits of 10000", 1, 2, FlowTanh, FlowBinary, true, FlowHalves, 1, lastly(0, 1e4), Nats},
		{"p = 0 for every point", 1, 2, FlowTanh, FlowBinary, true, FlowHalves, 1, lastly(0, -1e4), Bits},
		{"a softmax that is sure: 10000 against -10000", 1, 2, FlowTanh, FlowSoftmax, true, FlowRing, 1, lastly(0, 1e4), Nats},
		{"1 - p below the spacing of float64", 1, 2, FlowSigmoid, FlowBinary, true, FlowRing, 1, lastly(0, 40), Nats},
		{"a p below the least float64", 1, 2, FlowSigmoid, FlowBinary, true, FlowRing, 1, lastly(0, -800), Nats},
		{"sure of one half, and as sure of the other: weights of 64", 1, 2, FlowTanh, FlowBinary, true, FlowHalves, 1, lastly(64, 0), Nats},
		{"exactly undecided outputs on units that are not", 2, 3, FlowSigmoid, FlowSoftmax, true, FlowQuarters, 2, lastly(0, 0), Nats},
	} {
		net := FlowNet{
			Depth: tt.depth, Width: tt.width, Activation: tt.activation, Init: FlowXavier, Spread: 1,
			Loss: tt.loss, Rate: .5, Seed: 1, Task: tt.task,
		}
		sizes := []int{2}
		for range tt.depth {
			sizes = append(sizes, tt.width)
		}
		kinds := flowRuns(tt.loss, tt.race)
		sizes = append(sizes, kinds[0].outputs())
		weights := fixedWeights(sizes, tt.scale)
		if tt.change != nil {
			tt.change(weights, tt.width, kinds[0].outputs())
		}
		p := probe{Call: "flow", Why: tt.why, Want: map[string]string{}, Print: map[string]string{}, explorer: Flow}
		edge := FlowEdge{Example: 11, Layer: 1 + len(probes)%(tt.depth+1), From: 1, To: 1}.within(net, kinds[0])
		params := FlowParams{Net: net, Race: tt.race, Edge: edge, Unit: tt.unit}
		wide := newWideFlow(sizes, tt.activation, weights)
		for k, kind := range kinds {
			params.From = append(params.From, FlowState{7, weights})
			wide.probe(&p, "runs."+strconv.Itoa(k), params, kind, k == 0)
		}
		p.params = params
		probes = append(probes, p)
	}
	checkProbes(t, "e7.json", probes)
}

// wideFlow is a network in wide arithmetic, from its definitions.
type wideFlow struct {
	sizes         []int
	activation    FlowActivation
	weights, bias [][]ref.Num // of each layer; the weights [out, in]
}

func newWideFlow(sizes []int, activation FlowActivation, weights []float64) *wideFlow {
	n := &wideFlow{sizes: sizes, activation: activation}
	for l := 1; l < len(sizes); l++ {
		count := sizes[l] * sizes[l-1]
		n.weights = append(n.weights, ref.AllOf(weights[:count]))
		n.bias = append(n.bias, ref.AllOf(weights[count:count+sizes[l]]))
		weights = weights[count+sizes[l]:]
	}
	return n
}

var wideZero, wideOne, wideTwo = ref.Of(0), ref.Of(1), ref.Of(2)

// wideSigmoid is 1/(1+e^-z).
func wideSigmoid(z ref.Num) ref.Num { return wideOne.Div(wideOne.Add(z.Neg().Exp())) }

// wideSoftplus is ln(1+e^z), also where no number of digits holds 1+e^z.
func wideSoftplus(z ref.Num) ref.Num {
	if z.Sign() > 0 {
		return z.Add(wideSoftplus(z.Neg()))
	}
	e := z.Exp()
	if e.Cmp(ref.Of(1e-99)) < 0 {
		return e.Sub(e.Mul(e).Div(wideTwo))
	}
	return wideOne.Add(e).Log()
}

// at returns the activation and its slope.
func (n *wideFlow) at(z ref.Num) (y, slope ref.Num) {
	switch n.activation {
	case FlowReLU:
		if z.Sign() > 0 {
			return z, wideOne
		}
		return wideZero, wideZero
	case FlowTanh: // 2σ(2z) - 1
		s := wideSigmoid(wideTwo.Mul(z))
		return wideTwo.Mul(s).Sub(wideOne), ref.Of(4).Mul(s).Mul(wideSigmoid(wideTwo.Mul(z).Neg()))
	}
	return wideSigmoid(z), wideSigmoid(z).Mul(wideSigmoid(z.Neg()))
}

// widePoint is one point on its way through a network and back.
type widePoint struct {
	units, slopes, deltas [][]ref.Num // of each layer; units begin with the inputs and end with the logits
	prob                  ref.Num     // of class 1
	cost, squared         ref.Num     // -ln p of the class, and (p - y)²
}

// pass takes a point forward, and the gradient of a loss back.
func (n *wideFlow) pass(p FlowPoint, kind flowKind) widePoint {
	w := widePoint{units: [][]ref.Num{ref.AllOf([]float64{p.X, p.Y})}}
	last := len(n.weights) - 1
	for l := range n.weights {
		var y, slope []ref.Num
		in := w.units[l]
		for o, z := range n.bias[l] {
			for i, a := range in {
				z = z.Add(n.weights[l][o*len(in)+i].Mul(a))
			}
			s := wideOne
			if l < last {
				z, s = n.at(z)
			}
			y, slope = append(y, z), append(slope, s)
		}
		w.units, w.slopes = append(w.units, y), append(w.slopes, slope)
	}

	logit := w.units[last+1][kind.outputs()-1]
	if kind.softmax {
		logit = logit.Sub(w.units[last+1][0])
	}
	towards := logit // the class of the point
	if p.Class == 0 {
		towards = logit.Neg()
	}
	w.prob, w.cost = wideSigmoid(logit), wideSoftplus(towards.Neg())
	miss := wideSigmoid(towards.Neg()) // |p - y|
	w.squared = miss.Mul(miss)
	slope := miss // dL/dz of class 1, up to its sign
	if kind.loss == FlowSquared {
		outputs := ref.Of(float64(kind.outputs()))
		slope = wideTwo.Mul(outputs).Mul(miss).Mul(wideSigmoid(logit)).Mul(wideSigmoid(logit.Neg()))
	}
	if p.Class == 1 {
		slope = slope.Neg()
	}
	w.deltas = make([][]ref.Num, last+1)
	if w.deltas[last] = []ref.Num{slope}; kind.softmax {
		w.deltas[last] = []ref.Num{slope.Neg(), slope}
	}
	for l := last; l > 0; l-- {
		w.deltas[l-1] = make([]ref.Num, n.sizes[l])
		for i := range w.deltas[l-1] {
			back := wideZero
			for o, d := range w.deltas[l] {
				back = back.Add(n.weights[l][o*n.sizes[l]+i].Mul(d))
			}
			w.deltas[l-1][i] = back.Mul(w.slopes[l-1][i])
		}
	}
	return w
}

// probe adds what is true of a run to a probe, and of its edge's chain if it is the first. Printed is what a float64
// holds of it: a run in float64 has no gradient of e^-10000.
func (n *wideFlow) probe(to *probe, path string, params FlowParams, kind flowKind, first bool) {
	points := flowPoints(params.Net.Task)
	count := ref.Of(float64(len(points)))
	cost, squared := wideZero, wideZero
	grads, means := make([][]ref.Num, len(n.weights)), make([]ref.Num, len(n.weights))
	for l := range n.weights {
		grads[l] = ref.AllOf(make([]float64, n.sizes[l+1]*(n.sizes[l]+1))) // of each unit its weights and its bias
		means[l] = wideZero
	}
	want := func(name string, x ref.Num) { to.Want[path+"."+name] = truth(x) }
	for i, p := range points {
		w := n.pass(p, kind)
		cost, squared = cost.Add(w.cost), squared.Add(w.squared)
		for l, deltas := range w.deltas {
			in := n.sizes[l]
			for o, d := range deltas {
				for j, a := range append(slices.Clip(w.units[l]), wideOne) {
					grads[l][o*(in+1)+j] = grads[l][o*(in+1)+j].Add(d.Mul(a))
				}
				means[l] = means[l].Add(w.units[l+1][o])
			}
		}
		if i%16 == 0 {
			want("probs."+strconv.Itoa(i), w.prob)
		}
		if i == params.Edge.Example {
			n.look(to, path, w, kind)
			if first {
				in, delta := w.units[params.Edge.Layer-1][params.Edge.From], w.deltas[params.Edge.Layer-1][params.Edge.To]
				to.Want["chain.gradient"] = truth(in.Mul(delta))
				to.Print["chain.product.result"] = printedAs(held(in.Mul(delta)), 4)
			}
		}
	}
	cost = cost.Div(count)
	if params.Unit == Bits {
		cost = cost.Div(wideTwo.Log())
	}
	want("cost", cost)
	want("squared", squared.Div(count))
	to.Print[path+".text.cost"] = figureOf(held(cost))
	for l, grad := range grads {
		squares, weight := wideZero, wideZero
		for _, g := range grad {
			squares = squares.Add(g.Mul(g))
		}
		for _, w := range slices.Concat(n.weights[l], n.bias[l]) {
			weight = weight.Add(w.Mul(w))
		}
		norm, name := squares.Pow(ref.Of(.5)).Div(count), strconv.Itoa(l)
		want("layers.grad."+name, norm)
		to.Print[path+".layers.text.grad."+name] = printedAs(held(norm), 3)
		if weight.Sign() > 0 {
			want("layers.update."+name, ref.Of(params.Net.Rate).Mul(norm).Div(weight.Pow(ref.Of(.5))))
		}
		if l < len(grads)-1 {
			want("layers.mean."+name, means[l].Div(count).Div(ref.Of(float64(n.sizes[l+1]))))
		}
	}
}

// look adds the forward values of a point, and its error signals.
func (n *wideFlow) look(to *probe, path string, w widePoint, kind flowKind) {
	last := len(n.weights)
	for l, units := range w.units {
		for i, a := range units {
			switch {
			case l < last:
			case kind.softmax && i == 0:
				a = wideOne.Sub(w.prob)
			default:
				a = w.prob
			}
			to.Want[path+".units."+strconv.Itoa(l)+"."+strconv.Itoa(i)] = truth(a)
		}
	}
	for l, deltas := range w.deltas {
		for i, d := range deltas {
			to.Want[path+".deltas."+strconv.Itoa(l)+"."+strconv.Itoa(i)] = truth(d)
		}
	}
}

// The wide network's way back is the derivative of its way forward: by central differences of 120 digits.
func TestWideFlow(t *testing.T) {
	h := ref.Of(0x1p-400)
	checked := 0
	for _, kind := range []flowKind{{FlowBinary, false}, {FlowSquared, false}, {FlowSoftmax, true}, {FlowSquared, true}} {
		sizes := []int{2, 3, 2, kind.outputs()}
		n := newWideFlow(sizes, FlowTanh, fixedWeights(sizes, 1.5))
		loss := func(p FlowPoint) ref.Num {
			w := n.pass(p, kind)
			if kind.loss == FlowSquared {
				return w.squared.Mul(ref.Of(float64(kind.outputs())))
			}
			return w.cost
		}
		for _, p := range flowPoints(FlowRing)[22:26] {
			w := n.pass(p, kind)
			for l := range n.bias {
				for o, b := range n.bias[l] {
					n.bias[l][o] = b.Add(h)
					up := loss(p)
					n.bias[l][o] = b.Sub(h)
					slope := up.Sub(loss(p)).Div(wideTwo.Mul(h))
					n.bias[l][o] = b
					if off := slope.Sub(w.deltas[l][o]).Float64(); !(math.Abs(off) <= 1e-100) {
						t.Errorf("%v, layer %d: the slope along a bias is off by %g", kind, l, off)
					}
					checked++
				}
			}
		}
	}
	if checked < 4*4*6 {
		t.Errorf("checked %d slopes", checked)
	}
}
