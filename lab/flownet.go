//go:build !js || training

package lab

import (
	"math"

	"xent"
	"xent/nn"
)

// flowTask is the points of a task as a batch.
type flowTask struct {
	points  []FlowPoint
	x, y    xent.Matrix[float64] // the coordinates, and class 1 as a column
	classes xent.Matrix[float64] // both classes, one-hot
}

func newFlowTask(task FlowTask) *flowTask {
	t := &flowTask{points: flowPoints(task)}
	x, y, classes := make([]float64, 2*FlowSamples), make([]float64, FlowSamples), make([]float64, 2*FlowSamples)
	for i, p := range t.points {
		x[2*i], x[2*i+1] = p.X, p.Y
		y[i] = float64(p.Class)
		classes[2*i+p.Class] = 1
	}
	t.x, t.y, t.classes = xent.MatrixOf(x, 2), xent.MatrixOf(y, 1), xent.MatrixOf(classes, 2)
	return t
}

// point returns point i of the task alone.
func (t *flowTask) point(i int) *flowTask {
	return &flowTask{t.points[i : i+1], xent.MatrixOf(t.x.Row(i), 2), xent.MatrixOf(t.y.Row(i), 1), xent.MatrixOf(t.classes.Row(i), 2)}
}

// flowRun is a network in training.
type flowRun struct {
	flowKind
	net    *nn.Net[float64]
	dense  []*nn.Dense[float64]
	hidden []*nn.Activate[float64]
	record *nn.Recorder[float64]
	task   *flowTask

	// What stands between the outputs and the losses, for each point.
	pairs, pairsGrad []float64 // the logits of both classes; one output is the second, beside a first of 0
	margins, grad    []float64 // the second less the first; the gradient of the outputs
	head             *nn.Activate[float64]

	step  int
	costs []float64 // in nats
	fault FlowFault
	last  []float64 // the weights before the last step
}

func newFlowRun(n FlowNet, kind flowKind, task *flowTask) *flowRun {
	sizes := make([]int, n.Depth+2)
	for i := range sizes {
		sizes[i] = n.Width
	}
	sizes[0], sizes[n.Depth+1] = 2, kind.outputs()
	r := &flowRun{
		flowKind: kind, task: task,
		net:    nn.MLP[float64](nn.NewRand(uint64(n.Seed)), n.Activation.layer(), n.weights(), sizes...),
		dense:  make([]*nn.Dense[float64], n.Depth+1),
		hidden: make([]*nn.Activate[float64], n.Depth),
		pairs:  make([]float64, 2*FlowSamples), pairsGrad: make([]float64, 2*FlowSamples),
		margins: make([]float64, FlowSamples), grad: make([]float64, 2*FlowSamples),
		head: nn.NewActivate[float64](nn.Sigmoid),
	}
	for i, l := range r.net.Layers() {
		if i%2 == 0 {
			r.dense[i/2] = l.(*nn.Dense[float64])
		} else {
			r.hidden[i/2] = l.(*nn.Activate[float64])
		}
	}
	r.record = nn.NewRecorder(r.net)
	return r
}

// restore sets the network to a state; it fails if that is another network's.
func (r *flowRun) restore(c *checker, s FlowState) bool {
	c.integer("from.step", s.Step, 0, math.MaxInt32)
	total := len(r.weights(nil))
	c.length("from.weights", len(s.Weights), total, total)
	if !c.ok() {
		return false
	}
	r.set(s.Weights)
	r.step = s.Step
	return true
}

// set sets all weights, weights appends them to a slice.
func (r *flowRun) set(weights []float64) {
	for _, p := range r.net.Params() {
		weights = weights[copy(p.Value, weights):]
	}
}

func (r *flowRun) weights(to []float64) []float64 {
	for _, p := range r.net.Params() {
		to = append(to, p.Value...)
	}
	return to
}

// train makes steps of plain gradient descent, and ends with the gradients at the last one. At a step
// whose loss or weights are no finite numbers it goes back to the one before.
func (r *flowRun) train(steps int, rate float64) {
	descent := nn.SGD[float64]{Rate: rate}
	for s := 0; ; s++ {
		cost := r.pass(r.task)
		largest, _ := r.largest()
		if s > 0 && (cost-cost != 0 || largest-largest != 0) {
			r.fail(cost)
			return
		}
		r.costs = append(r.costs, cost)
		if s == steps {
			r.record.Backward()
			return
		}
		r.last = r.weights(r.last[:0])
		descent.Step(r.net.Params())
		r.step++
	}
}

// fail goes back to the step before one that has no finite numbers.
func (r *flowRun) fail(cost float64) {
	r.set(r.last)
	r.pass(r.task)
	r.record.Backward()
	weight, layer := r.largest()
	r.fault = FlowFault{
		Step: r.step, Infinite: math.IsInf(cost, 1), Layer: layer,
		Weight: Significant(weight, 2), Grad: Significant(r.record.Records()[layer-1].Grad, 2),
	}
	r.step--
}

// largest returns the size of the largest weight, and its layer; what is no number is larger than all.
func (r *flowRun) largest() (size float64, layer int) {
	layer = 1
	for i, p := range r.net.Params() { // weights and biases of each layer
		for _, v := range p.Value {
			if a := math.Abs(v); !(a <= size) {
				size, layer = a, i/2+1
			}
		}
	}
	return size, layer
}

// flowSquared is squared error summed over the outputs of a point.
var flowSquared = &xent.SquaredOptions{Denominator: xent.Rows, Workers: 1}

// pass takes points forward and the gradient of the run's loss backward, and returns the mean
// cross-entropy in nats. A sigmoid is a softmax over 0 and its logit, and so is its cross-entropy; the
// probability of a softmax of two is the sigmoid of their difference.
func (r *flowRun) pass(t *flowTask) float64 {
	out := r.net.Forward(t.x)
	n := out.Rows
	for i := range n {
		z := out.Row(i)
		if r.softmax {
			r.pairs[2*i] = z[0]
		}
		r.pairs[2*i+1] = z[len(z)-1]
		r.margins[i] = r.pairs[2*i+1] - r.pairs[2*i]
	}
	pairs, slopes := xent.LogitsOf(r.pairs[:2*n], 2), xent.MatrixOf(r.pairsGrad[:2*n], 2)
	res, err := xent.SoftCrossEntropyGrad(slopes, pairs, xent.Probs[float64](t.classes), oneRow)
	must(err)
	probs := r.head.Forward(xent.MatrixOf(r.margins[:n], 1))
	if r.loss == FlowSquared {
		slope := xent.MatrixOf(r.margins[:n], 1)
		_, err := xent.SquaredErrorGrad(slope, probs, t.y, flowSquared)
		must(err)
		for i, g := range r.head.Backward(slope).Data {
			g *= float64(out.Cols) // both outputs of a softmax miss by the same
			slopes.Data[2*i], slopes.Data[2*i+1] = -g, g
		}
	}
	for i := range n {
		copy(r.grad[i*out.Cols:(i+1)*out.Cols], slopes.Row(i)[2-out.Cols:])
	}
	r.net.Backward(xent.MatrixOf(r.grad[:n*out.Cols], out.Cols))
	return float64(res.Mean())
}

// must panics at an error of what the explorer itself has made.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
