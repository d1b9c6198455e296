//go:build !js || training

package lab

import (
	"math"

	"xent/nn"
)

// The bounds of E7's networks and runs.
const (
	MaxDepth    = 8
	MaxWidth    = 16
	MinRate     = 1e-4
	MaxRate     = 1e4
	MinSpread   = 0.01
	MaxSpread   = 100
	MaxSteps    = 2000
	FlowSamples = 48 // the points of a task
)

// FlowActivation is the activation of the hidden layers.
type FlowActivation string

// The activations.
const (
	FlowSigmoid FlowActivation = "sigmoid"
	FlowTanh    FlowActivation = "tanh"
	FlowReLU    FlowActivation = "relu"
)

// FlowInit is how weights begin; biases begin at 0.
type FlowInit string

// The initialisations: see package nn. "normal" has the standard deviation [FlowNet.Spread].
const (
	FlowXavier FlowInit = "xavier"
	FlowHe     FlowInit = "he"
	FlowNormal FlowInit = "normal"
	FlowZeros  FlowInit = "zeros"
)

// FlowLoss is the loss that a network is trained with, and with it what its outputs are.
type FlowLoss string

// The losses: squared error and binary cross-entropy of one sigmoid output, and cross-entropy of a softmax
// of two. In a race against the last, squared error is that of the softmax, summed over both outputs, so that
// both runs begin with the same weights.
const (
	FlowSquared FlowLoss = "squared"
	FlowBinary  FlowLoss = "binary"
	FlowSoftmax FlowLoss = "softmax"
)

// FlowTask says which points belong to class 1.
type FlowTask string

// The tasks: x > 0, an inner disc against the ring around it, or xy > 0.
const (
	FlowHalves   FlowTask = "halves"
	FlowRing     FlowTask = "ring"
	FlowQuarters FlowTask = "quarters"
)

// FlowNet is a network with its task and its training: with the same FlowNet a run is the same, number by number.
type FlowNet struct {
	Depth      int // hidden layers, 1 to 8
	Width      int // units of each, 1 to 16
	Activation FlowActivation
	Init       FlowInit
	Spread     float64 // standard deviation of the initialisation "normal"
	Loss       FlowLoss
	Rate       float64 // learning rate of plain gradient descent over all points
	Seed       int
	Task       FlowTask
}

// FlowEdge is a weight to look at closely, for one point: that from unit From of the layer before to unit
// To of Layer, which is 1 for the first weights and Depth+1 for the last.
type FlowEdge struct {
	Example, Layer, From, To int
}

// FlowState is a run at one moment. With it a run goes on where it stood.
type FlowState struct {
	Step    int
	Weights []float64 // of each layer in order: [out, in] weights, then biases
}

// FlowParams is the state of explorer E7.
type FlowParams struct {
	Net   FlowNet
	Race  bool        // a second run from the same weights: under squared error, or if that is the loss under cross-entropy
	From  []FlowState `lab:"optional"` // of each run; none begins at step 0
	Steps int         // to make from there
	Edge  FlowEdge
	Unit  Unit
}

// FlowView is what E7 shows.
type FlowView struct {
	Runs   []FlowRun // one, or two in a race
	Points []FlowPoint
	Chain  FlowChain // of the first run
	Edge   FlowEdge  // the edge asked for, moved into the network if it is smaller
}

// FlowPoint is a point of the task.
type FlowPoint struct {
	X, Y  float64
	Class int
}

// FlowRun is one network after its steps. Gradients are of the mean over all points of the run's own loss,
// cross-entropy in nats.
type FlowRun struct {
	Loss    FlowLoss
	Softmax bool // two outputs through a softmax; else one through a sigmoid
	State   FlowState
	Cost    float64   // the mean cross-entropy, whatever the run is trained with, in the unit
	Costs   []float64 // the same at each step from the first to State.Step
	Squared float64   // the mean of (p - y)²
	Layers  FlowLayers
	Slope   float64     // decades that the RMS gradient gains from a layer to the next; 0, with no text, if it vanishes throughout
	Probs   []float64   // of class 1, for each point
	Units   [][]float64 // of the example: the inputs, the outputs of each hidden layer, the probabilities of the outputs
	Deltas  [][]float64 // of the example: dL/dz of each hidden layer's units, and of the logits
	Fault   FlowFault
	Text    FlowRunText
}

// FlowRunText holds figures as they are printed; Right counts the points on the right side.
type FlowRunText struct{ Cost, Squared, Right, Slope string }

// FlowFault says why a run stopped. The rest of the view then shows the last step that has numbers.
type FlowFault struct {
	Step     int    // the first step whose loss or weights are no finite numbers; 0 if there is none
	Infinite bool   // the loss there is infinite; else it is no number
	Layer    int    // the layer that held the largest weight one step before
	Weight   string // the size of that weight, and of its layer's gradient, as they are printed
	Grad     string
}

// FlowLayers is what can be said of each layer of weights, the first one first; of units, of those that it
// feeds, and so not of the last.
type FlowLayers struct {
	Grad      []float64 // norm of the gradient of its weights and biases
	Mean      []float64 // mean of the outputs of the units
	Saturated []float64 // share of these outputs where the activation is flat: its slope below a twentieth of the steepest
	Dead      []float64 // share of the units whose slope is 0 for every point
	Update    []float64 // size of a step against that of the weights: Rate·Grad/‖w‖
	Text      FlowLayersText
}

// FlowLayersText holds the figures of the layers as they are printed.
type FlowLayersText struct{ Grad, Mean, Saturated, Dead, Update []string }

// Flow trains a small network and shows what its gradients look like.
//
//	w = w - Rate·dL/dw      L: the mean loss over all points
//
// The task is 48 points spread evenly over a disc, point i at radius 2·√((i+½)/48) and angle i·π(3-√5).
// Weights are drawn by package nn from the seed. Nothing is kept between calls: a run goes on from the
// states that the last view held, and a call of n steps gives what n calls of one step give.
//
// Special values: a run whose loss is no finite number stops before it, and says so in its Fault.
// Errors: [ParamError].
func Flow(params FlowParams) (FlowView, error) {
	c := checker{fn: "Flow"}
	c.unit(params.Unit)
	c.flowNet(params.Net)
	c.integer("steps", params.Steps, 0, MaxSteps)
	runs := flowRuns(params.Net.Loss, params.Race)
	if len(params.From) > 0 {
		c.length("from", len(params.From), len(runs), len(runs))
	}
	if !c.ok() {
		return FlowView{}, c.result()
	}
	task := newFlowTask(params.Net.Task)
	v := FlowView{Runs: make([]FlowRun, len(runs)), Points: task.points, Edge: params.Edge.within(params.Net, runs[0])}
	for i, r := range runs {
		n := newFlowRun(params.Net, r, task)
		if len(params.From) > 0 && !n.restore(&c, params.From[i]) {
			return FlowView{}, c.result()
		}
		n.train(params.Steps, params.Net.Rate)
		v.Runs[i] = n.view(params.Net.Rate, v.Edge.Example, params.Unit)
		if i == 0 {
			v.Chain = n.chain(v.Edge)
		}
	}
	return v, nil
}

// flowKind is a loss with the outputs it is taken of.
type flowKind struct {
	loss    FlowLoss
	softmax bool
}

func (k flowKind) outputs() int {
	if k.softmax {
		return 2
	}
	return 1
}

// flowRuns returns the runs of a race, or the one of no race.
func flowRuns(loss FlowLoss, race bool) []flowKind {
	first := flowKind{loss, loss == FlowSoftmax}
	switch {
	case !race:
		return []flowKind{first}
	case loss == FlowSquared:
		return []flowKind{first, {FlowBinary, false}}
	}
	return []flowKind{first, {FlowSquared, first.softmax}}
}

// within moves an edge into a network: what lies beyond its last point, layer or unit becomes the last.
func (e FlowEdge) within(n FlowNet, kind flowKind) FlowEdge {
	into := func(x, last int) int { return min(max(x, 0), last) }
	e.Example = into(e.Example, FlowSamples-1)
	e.Layer = max(into(e.Layer, n.Depth+1), 1)
	from, to := n.Width, n.Width
	if e.Layer == 1 {
		from = 2
	}
	if e.Layer == n.Depth+1 {
		to = kind.outputs()
	}
	e.From, e.To = into(e.From, from-1), into(e.To, to-1)
	return e
}

func (c *checker) flowNet(n FlowNet) {
	c.integer("depth", n.Depth, 1, MaxDepth)
	c.integer("width", n.Width, 1, MaxWidth)
	c.inRange("rate", n.Rate, MinRate, MaxRate)
	c.inRange("spread", n.Spread, MinSpread, MaxSpread)
	c.integer("seed", n.Seed, 0, MaxSeed)
	if n.Activation == "" || n.Init == "" || n.Loss == "" || n.Task == "" {
		c.fail("net", "an unknown word", "the words of its activation, initialisation, loss and task")
	}
}

// layer returns the activation of the hidden layers.
func (a FlowActivation) layer() nn.Activation {
	switch a {
	case FlowTanh:
		return nn.Tanh
	case FlowReLU:
		return nn.ReLU
	}
	return nn.Sigmoid
}

// weights returns the initialisation of the weights.
func (n FlowNet) weights() nn.Init {
	switch n.Init {
	case FlowHe:
		return nn.He
	case FlowNormal:
		return nn.Normal(n.Spread)
	case FlowZeros:
		return nn.Zeros
	}
	return nn.Xavier
}

// flowPoints places the points of a task like the seeds of a sunflower: each turned from the one before by the
// golden angle, π(3-√5), whose cosine and sine stand here.
func flowPoints(task FlowTask) []FlowPoint {
	const cos, sin = -0.73736887807831985597, 0.67549029426152364276
	points := make([]FlowPoint, FlowSamples)
	x, y := 1.0, 0.0
	for i := range points {
		radius := 2 * math.Sqrt((float64(i)+.5)/FlowSamples)
		p := FlowPoint{X: radius * x, Y: radius * y}
		inside := p.X > 0
		switch task {
		case FlowRing:
			inside = i < FlowSamples/2
		case FlowQuarters:
			inside = p.X*p.Y > 0
		}
		if inside {
			p.Class = 1
		}
		points[i] = p
		x, y = x*cos-y*sin, x*sin+y*cos
	}
	return points
}
