//go:build !js || practice

package lab

import (
	"math"
	"strconv"

	"xent/info"
)

// MaxTokens is the longest sentence of the perplexity figure.
const MaxTokens = 12

// PerplexityParams are the probabilities that a language model gave to the tokens that came.
type PerplexityParams struct {
	Probs []float64 // 1 to 12, each in 0 … 1
	Unit  Unit
}

// PerplexityView is what the sentence cost. Information is in the unit asked for.
type PerplexityView struct {
	Loss       float64 // the mean of -log q
	Perplexity float64 // Π q^(-1/N), the geometric mean of the inverse probabilities
	Text       PerplexityText
}

// PerplexityText holds the figures as they are printed, with digits such that a calculator, given the printed costs,
// prints the printed loss.
type PerplexityText struct {
	Inverse, Costs   []string // 1/q and -log q of each token
	Loss, Perplexity string
	Tokens           string
}

// Perplexity averages the costs of tokens:
//
//	loss = -(1/N)·Σ log q     perplexity = (Π 1/q)^(1/N) = e^loss, the loss in nats
//
// Special values: a token of probability 0 makes both +Inf.
// Errors: [ParamError].
func Perplexity(params PerplexityParams) (PerplexityView, error) {
	c := checker{fn: "Perplexity"}
	c.unit(params.Unit)
	n := len(params.Probs)
	c.length("probs", n, 1, MaxTokens)
	for i, q := range params.Probs {
		c.inRange(element("probs", i), q, 0, 1)
	}
	if !c.ok() {
		return PerplexityView{}, c.result()
	}
	sum, costs, inverse := info.Nats(0), make([]float64, n), make([]float64, n)
	for i, q := range params.Probs {
		cost := info.Surprisal(q)
		sum += cost
		costs[i], inverse[i] = params.Unit.of(cost), 1/q
	}
	mean := sum / info.Nats(n)
	v := PerplexityView{Loss: params.Unit.of(mean), Perplexity: mean.Perplexity()}
	v.Text = PerplexityText{
		Inverse: mapTexts(inverse, figure), Loss: figure(v.Loss), Perplexity: figure(v.Perplexity), Tokens: strconv.Itoa(n),
	}
	for decimals := 4; decimals <= 12; decimals++ {
		printed := 0.0
		for _, cost := range costs {
			printed += ticks(cost, decimals)
		}
		v.Text.Costs = fixedAll(costs, decimals)
		mean := printed / math.Pow10(decimals) / float64(n)
		if figure(mean*(1-1e-12)) == v.Text.Loss && figure(mean*(1+1e-12)) == v.Text.Loss { // not next to a tie
			break
		}
	}
	return v, nil
}
