package lab

import (
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"xent/nn"
)

// plainNet is a network that all tests may change a copy of.
var plainNet = FlowNet{
	Depth: 4, Width: 6, Activation: FlowSigmoid, Init: FlowXavier, Spread: 1,
	Loss: FlowBinary, Rate: 1, Seed: 1, Task: FlowHalves,
}

func flow(t *testing.T, params FlowParams) FlowView {
	t.Helper()
	if params.Unit == "" {
		params.Unit = Nats
	}
	v, err := Flow(params)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A call of n steps gives what n calls of one step give, bit by bit, and so does the same call again.
func TestFlowGoesOn(t *testing.T) {
	for _, loss := range []FlowLoss{FlowSquared, FlowBinary, FlowSoftmax} {
		net := plainNet
		net.Loss, net.Activation, net.Task, net.Rate = loss, FlowTanh, FlowRing, .1
		whole := flow(t, FlowParams{Net: net, Race: true, Steps: 12})
		var from []FlowState
		var costs []float64
		var v FlowView
		for step := range 13 {
			steps := 1
			if step == 0 {
				steps = 0
			}
			v = flow(t, FlowParams{Net: net, Race: true, From: from, Steps: steps})
			from = []FlowState{v.Runs[0].State, v.Runs[1].State}
			costs = append(costs, v.Runs[0].Cost)
		}
		if !reflect.DeepEqual(v.Runs[1].State, whole.Runs[1].State) || !reflect.DeepEqual(v.Chain, whole.Chain) {
			t.Errorf("%s: 12 calls of one step end elsewhere than one call of 12", loss)
		}
		if !reflect.DeepEqual(costs, whole.Runs[0].Costs) {
			t.Errorf("%s: costs %v, in one call %v", loss, costs, whole.Runs[0].Costs)
		}
		if whole.Runs[0].State.Step != 12 || !(costs[12] < costs[0]) {
			t.Errorf("%s: step %d, cost from %g to %g", loss, whole.Runs[0].State.Step, costs[0], costs[12])
		}
	}
}

// Both runs of a race begin with the same weights, so with the same predictions.
func TestFlowRaceIsFair(t *testing.T) {
	for loss, other := range map[FlowLoss]FlowLoss{FlowSquared: FlowBinary, FlowBinary: FlowSquared, FlowSoftmax: FlowSquared} {
		net := plainNet
		net.Loss = loss
		v := flow(t, FlowParams{Net: net, Race: true})
		one, two := v.Runs[0], v.Runs[1]
		if one.Loss != loss || two.Loss != other || one.Softmax != two.Softmax {
			t.Errorf("%s races %s", one.Loss, two.Loss)
		}
		if !reflect.DeepEqual(one.State, two.State) || !reflect.DeepEqual(one.Probs, two.Probs) || one.Cost != two.Cost {
			t.Errorf("%s and %s begin apart", loss, other)
		}
	}
}

// The gradient of the edge is the slope of the loss of its point along the weight: central differences
// of the weight that the state holds, whatever the loss and the layer.
func TestFlowChainIsTheDerivative(t *testing.T) {
	checked := 0
	for _, loss := range []FlowLoss{FlowSquared, FlowBinary, FlowSoftmax} {
		net := plainNet
		net.Loss, net.Depth, net.Activation = loss, 2, FlowTanh
		for _, race := range []bool{false, true} {
			if race {
				net.Loss = FlowSoftmax // and the run looked at is then squared error of the softmax
			}
			for layer := 1; layer <= 3; layer++ {
				edge := FlowEdge{Example: 7, Layer: layer, From: 1, To: 1}
				v := flow(t, FlowParams{Net: net, Edge: edge})
				at := weightIndex(net, v.Edge, v.Runs[0].Softmax)
				const h = 1e-5
				var loss [2]float64
				for side, d := range []float64{-h, h} {
					state := FlowState{0, copied(v.Runs[0].State.Weights)}
					state.Weights[at] += d
					moved := flow(t, FlowParams{Net: net, From: []FlowState{state}, Edge: edge})
					loss[side] = pointLoss(moved.Runs[0], v.Points[7].Class)
				}
				want := (loss[1] - loss[0]) / (2 * h)
				if got := v.Chain.Gradient; !(math.Abs(got-want) <= 1e-8*(1+math.Abs(want))) {
					t.Errorf("%s, layer %d: dL/dw = %g, central difference %g", net.Loss, layer, got, want)
				}
				checked++
			}
		}
	}
	if checked == 0 {
		t.Fatal("nothing checked")
	}
}

// pointLoss is the loss of one point by its definition, from the probabilities at the output.
func pointLoss(r FlowRun, class int) float64 {
	p := r.Units[len(r.Units)-1]
	truth := p[len(p)-1]
	if class == 0 {
		truth = 1 - truth
	}
	if r.Loss != FlowSquared {
		return -math.Log(truth)
	}
	return float64(len(p)) * (1 - truth) * (1 - truth)
}

// weightIndex is the place of an edge's weight in a state.
func weightIndex(n FlowNet, e FlowEdge, softmax bool) int {
	in, at := 2, 0
	for l := 1; l < e.Layer; l++ {
		at += n.Width * (in + 1)
		in = n.Width
	}
	return at + e.To*in + e.From
}

// A calculator that is given the printed factors gives the printed results.
func TestFlowChainReproduces(t *testing.T) {
	number := func(text string) float64 {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	same := func(what, printed string, x float64) {
		t.Helper()
		if got := Significant(x, 4); got != printed && !(math.Abs(x-number(printed)) <= .50001*math.Pow(10, math.Floor(math.Log10(math.Abs(x)))-3)) {
			t.Errorf("%s: printed %s, a calculator gives %s", what, printed, got)
		}
	}
	checked := 0
	for _, loss := range []FlowLoss{FlowSquared, FlowBinary, FlowSoftmax} {
		for _, activation := range []FlowActivation{FlowSigmoid, FlowTanh, FlowReLU} {
			for _, spread := range []float64{.01, 1, 8} {
				for layer := 1; layer <= 5; layer++ {
					net := plainNet
					net.Loss, net.Activation, net.Init, net.Spread = loss, activation, FlowNormal, spread
					c := flow(t, FlowParams{Net: net, Edge: FlowEdge{Example: 3 * layer, Layer: layer, From: 1, To: 2}}).Chain
					same("dL/dw", c.Product.Result, number(c.Product.A)*number(c.Product.B))
					if c.Output {
						miss := number(c.Error.Miss)
						if loss == FlowSquared {
							miss *= number(c.Error.Scale) * number(c.Error.Prob) * number(c.Error.Rest)
						}
						same("error", c.Error.Result, miss)
					} else {
						same("signal", c.Signal.Result, number(c.Signal.A)*number(c.Signal.B))
						sum := 0.
						for i, w := range c.Sum.Weights {
							sum += number(w) * number(c.Sum.Deltas[i])
						}
						same("sum", c.Sum.Result, sum)
					}
					checked++
				}
			}
		}
	}
	if checked != 135 {
		t.Fatalf("checked %d", checked)
	}
}

// What the page teaches, seen in the numbers.
func TestFlowLessons(t *testing.T) {
	deep := flow(t, FlowParams{Net: plainNet, Race: true})
	ce, squared := deep.Runs[0], deep.Runs[1]
	for l := range 4 {
		if !(ce.Layers.Grad[l] < ce.Layers.Grad[l+1]) {
			t.Errorf("deep sigmoid: layer %d has gradient %g, the next %g", l+1, ce.Layers.Grad[l], ce.Layers.Grad[l+1])
		}
	}
	if !(ce.Slope > .4) || math.Abs(ce.Slope-squared.Slope) > .05 {
		t.Errorf("decades a layer: %g with cross-entropy, %g with squared error: the loss should not matter", ce.Slope, squared.Slope)
	}

	net := plainNet
	net.Depth, net.Width, net.Init, net.Spread, net.Seed, net.Task, net.Rate = 2, 8, FlowNormal, 10, 5, FlowRing, .5
	saturated := flow(t, FlowParams{Net: net, Race: true}).Runs
	out := len(saturated[0].Layers.Grad) - 1
	if ratio := saturated[0].Layers.Grad[out] / saturated[1].Layers.Grad[out]; !(ratio > 100) {
		t.Errorf("saturated and wrong: cross-entropy has %g times the gradient of squared error at the output", ratio)
	}
	if s := saturated[0].Layers.Saturated[0]; !(s > .6) {
		t.Errorf("saturated share %g", s)
	}

	net = plainNet
	net.Depth, net.Width, net.Activation, net.Init, net.Rate, net.Seed, net.Task = 3, 8, FlowReLU, FlowHe, 3, 6, FlowRing
	dead := flow(t, FlowParams{Net: net, Steps: 20}).Runs[0]
	if dead.Layers.Dead[2] != 1 || dead.Layers.Grad[0] != 0 || dead.Fault.Step != 0 {
		t.Errorf("dead ReLU: share %g, gradient %g", dead.Layers.Dead[2], dead.Layers.Grad[0])
	}

	zeros := plainNet
	zeros.Init, zeros.Activation = FlowZeros, FlowTanh
	if r := flow(t, FlowParams{Net: zeros, Steps: 50}).Runs[0]; r.Layers.Grad[0] != 0 {
		t.Errorf("zeros: the first layer has gradient %g", r.Layers.Grad[0])
	}
}

// A run that leaves the numbers stops before, says where, and shows no figure that is none.
func TestFlowFault(t *testing.T) {
	net := plainNet
	net.Depth, net.Width, net.Activation, net.Init, net.Rate, net.Seed = 8, 16, FlowReLU, FlowHe, 3, 1
	v := flow(t, FlowParams{Net: net, Steps: 100})
	r := v.Runs[0]
	if r.Fault.Step == 0 || r.Fault.Step > 20 || r.State.Step != r.Fault.Step-1 || r.Fault.Layer == 0 {
		t.Fatalf("fault %+v at step %d", r.Fault, r.State.Step)
	}
	if len(r.Costs) != r.Fault.Step {
		t.Errorf("%d costs before step %d", len(r.Costs), r.Fault.Step)
	}
	for _, x := range append(append(copied(r.State.Weights), r.Costs...), r.Probs...) {
		if x-x != 0 {
			t.Fatalf("a figure is %g", x)
		}
	}
	if text := printedTexts(reflect.ValueOf(v)); strings.Contains(text, "NaN") || !strings.Contains(text, r.Fault.Weight) {
		t.Errorf("texts: %s", text)
	}
	again := flow(t, FlowParams{Net: net, From: []FlowState{r.State}, Steps: 1})
	if again.Runs[0].Fault.Step != r.Fault.Step || again.Runs[0].State.Step != r.State.Step {
		t.Errorf("going on from there: %+v", again.Runs[0].Fault)
	}
}

// printedTexts joins all strings of a value.
func printedTexts(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return v.String() + " "
	case reflect.Slice:
		text := ""
		for i := range v.Len() {
			text += printedTexts(v.Index(i))
		}
		return text
	case reflect.Struct:
		text := ""
		for i := range v.NumField() {
			text += printedTexts(v.Field(i))
		}
		return text
	}
	return ""
}

// The points are what the comment says, and every task has about as many of either class.
func TestFlowTasks(t *testing.T) {
	for _, task := range []FlowTask{FlowHalves, FlowRing, FlowQuarters} {
		ones := 0
		for i, p := range flowPoints(task) {
			radius, angle := 2*math.Sqrt((float64(i)+.5)/48), float64(i)*math.Pi*(3-math.Sqrt(5))
			if !(math.Hypot(p.X-radius*math.Cos(angle), p.Y-radius*math.Sin(angle)) <= 1e-13) {
				t.Errorf("point %d at %g, %g", i, p.X, p.Y)
			}
			ones += p.Class
		}
		if ones < 20 || ones > 28 {
			t.Errorf("%s: %d of 48 in class 1", task, ones)
		}
	}
}

func TestFlowRefuses(t *testing.T) {
	for _, tt := range []struct {
		change func(*FlowParams)
		param  string
	}{
		{func(p *FlowParams) { p.Net.Depth = 9 }, "depth"},
		{func(p *FlowParams) { p.Net.Width = 0 }, "width"},
		{func(p *FlowParams) { p.Net.Rate = math.NaN() }, "rate"},
		{func(p *FlowParams) { p.Net.Spread = 0 }, "spread"},
		{func(p *FlowParams) { p.Net.Seed = -1 }, "seed"},
		{func(p *FlowParams) { p.Net.Loss = "" }, "net"},
		{func(p *FlowParams) { p.Steps = MaxSteps + 1 }, "steps"},
		{func(p *FlowParams) { p.Unit = "bans" }, "unit"},
		{func(p *FlowParams) { p.From = make([]FlowState, 2) }, "from"},
		{func(p *FlowParams) { p.From = []FlowState{{Weights: make([]float64, 3)}} }, "from.weights"},
	} {
		p := FlowParams{Net: plainNet, Unit: Nats}
		tt.change(&p)
		_, err := Flow(p)
		var wrong *ParamError
		if !errors.As(err, &wrong) || wrong.Param != tt.param {
			t.Errorf("%s: %v", tt.param, err)
		}
	}
	// an edge outside the network is moved into it, whatever was asked
	v := flow(t, FlowParams{Net: plainNet, Edge: FlowEdge{Example: 99, Layer: 77, From: 50, To: -3}})
	if v.Edge != (FlowEdge{47, 5, 5, 0}) {
		t.Errorf("edge %+v", v.Edge)
	}
}

// A slice of training in the browser: the figure that the worker's budget of 8 ms rests on.
func BenchmarkFlow(b *testing.B) {
	for _, size := range []struct{ depth, width int }{{1, 1}, {4, 6}, {8, 16}} {
		b.Run("depth="+strconv.Itoa(size.depth)+"/width="+strconv.Itoa(size.width), func(b *testing.B) {
			net := plainNet
			net.Depth, net.Width = size.depth, size.width
			n := newFlowRun(net, flowKind{FlowBinary, false}, newFlowTask(net.Task))
			descent := nn.SGD[float64]{Rate: 1}
			b.ReportAllocs()
			for b.Loop() {
				n.pass(n.task)
				descent.Step(n.net.Params())
			}
		})
	}
}
