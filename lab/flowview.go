//go:build !js || training

package lab

import (
	"math"
	"strconv"

	"xent/info"
	"xent/nn"
)

// view shows the run where it stands, looking closely at one point. The pass of that point comes last:
// it leaves its own values in the layers, for [flowRun.chain].
func (r *flowRun) view(rate float64, example int, unit Unit) FlowRun {
	v := FlowRun{
		Loss: r.loss, Softmax: r.softmax,
		State: FlowState{r.step, r.weights(nil)},
		Costs: make([]float64, len(r.costs)),
		Probs: copied(r.head.Output().Data),
		Fault: r.fault,
	}
	for i, cost := range r.costs {
		v.Cost = unit.of(info.Nats(cost))
		v.Costs[i] = v.Cost
	}
	right := 0
	for i, p := range v.Probs {
		miss := p - r.task.y.Data[i]
		v.Squared += miss * miss / FlowSamples
		if math.Abs(miss) < .5 {
			right++
		}
	}
	v.Text = FlowRunText{Cost: figure(v.Cost), Squared: figure(v.Squared), Right: strconv.Itoa(right)}
	if slope := nn.Slope(r.record.Records()); !math.IsNaN(slope) {
		v.Slope, v.Text.Slope = slope, Fixed(slope, 2)
	}
	v.Layers = flowLayers(r.record.Records(), rate)
	r.look(&v, example)
	return v
}

// look takes one point through the network alone. Of one point the gradients of the biases are dL/dz.
func (r *flowRun) look(v *FlowRun, example int) {
	r.pass(r.task.point(example))
	layers := len(r.dense)
	v.Units, v.Deltas = make([][]float64, layers+1), make([][]float64, layers)
	v.Units[0] = copied(r.task.x.Row(example))
	for i, d := range r.dense {
		v.Deltas[i] = copied(d.Bias().Grad)
		if i < len(r.hidden) {
			v.Units[i+1] = copied(r.hidden[i].Output().Data)
		}
	}
	p := r.head.Output().Data[0]
	if v.Units[layers] = []float64{1 - p, p}; !r.softmax {
		v.Units[layers] = v.Units[layers][1:]
	}
}

// copied returns the numbers in memory of their own.
func copied(x []float64) []float64 { return append([]float64(nil), x...) }

// flowLayers arranges the records of the layers by what they say.
func flowLayers(records []nn.Record, rate float64) FlowLayers {
	n := len(records)
	l := FlowLayers{
		Grad: make([]float64, n), Mean: make([]float64, n-1), Saturated: make([]float64, n-1), Dead: make([]float64, n-1),
		Update: make([]float64, n),
	}
	for i, rec := range records {
		l.Grad[i] = rec.Grad
		if rec.Weight > 0 {
			l.Update[i] = rate * rec.Grad / rec.Weight
		}
		if i < n-1 {
			l.Mean[i], l.Saturated[i], l.Dead[i] = rec.Mean, rec.Saturated, rec.Dead
		}
	}
	l.Text = FlowLayersText{
		Grad: significantAll(l.Grad, 3), Mean: fixedAll(l.Mean, 3), Saturated: fixedAll(l.Saturated, 2),
		Dead: fixedAll(l.Dead, 2), Update: significantAll(l.Update, 2),
	}
	return l
}

// significantAll prints each value with the given number of significant digits.
func significantAll(values []float64, digits int) []string {
	return mapTexts(values, func(x float64) string { return Significant(x, digits) })
}
