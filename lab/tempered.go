package lab

import (
	"math"

	"xent"
	"xent/info"
)

// The temperatures of E3.
const (
	MinTemperature = 0.05
	MaxTemperature = 100
)

// temperedRow is the softmax of a row of logits at a temperature.
type temperedRow struct {
	probs, logs []float64 // p and log p
	doubt       float64   // 1 less the largest p, with all its digits
	entropy     info.Nats // H(p)
	ceiling     info.Nats // its limit as T grows: the log of the number of classes that are not excluded
}

// tempered divides the gaps of a row, z - max z, not its logits: at 10000/0.05 a float64 has lost what
// tells them apart.
func tempered(logits []float64, temperature float64) *temperedRow {
	top, present := maxOf(logits), 0.0
	row := &temperedRow{probs: make([]float64, len(logits)), logs: make([]float64, len(logits))}
	for i, z := range logits {
		row.logs[i] = (z - top) / temperature
		if !math.IsInf(z, -1) {
			present++
		}
	}
	m := xent.RowMoments(row.logs)
	for i, gap := range row.logs {
		row.probs[i], row.logs[i] = m.Prob(gap), m.LogProb(gap)
	}
	row.doubt, row.entropy, row.ceiling = m.Doubt(), m.Entropy(), info.Nats(math.Log(present))
	return row
}

// texts prints the probabilities, also those that a float64 cannot hold.
func (r *temperedRow) texts() []string { return probTexts(r.logs) }

// maxOf returns the largest of the values, -Inf of none.
func maxOf(values []float64) float64 {
	top := math.Inf(-1)
	for _, x := range values {
		top = max(top, x)
	}
	return top
}

// tempered wants a row of logits and a temperature.
func (c *checker) tempered(logits []float64, temperature float64) {
	c.length("logits", len(logits), MinClasses, MaxClasses)
	c.logits("logits", logits)
	c.inRange("temperature", temperature, MinTemperature, MaxTemperature)
}
