//go:build !js || training

package lab

import "math"

// FlowChain is the chain rule at one weight, for one point, in figures that reproduce one another:
//
//	dL/dw = Input·Delta                      the value that came in, times the error signal of the unit it fed
//	Delta = Slope·Back                       in a hidden layer: its slope, times what comes back
//	Back = Weight1·Delta1 + Weight2·Delta2 + ...         from the units that it feeds
//	Delta = Prob - Target                    at the output, under cross-entropy
//	Delta = Scale·(Prob - Target)·Prob·(1 - Prob)        at the output, under squared error
type FlowChain struct {
	Gradient float64     // dL/dw
	Output   bool        // the edge leads to an output
	Product  FlowProduct // dL/dw = Input·Delta
	Signal   FlowProduct // Delta = Slope·Back, in a hidden layer
	Sum      FlowSum     // Back, in a hidden layer
	Error    FlowError   // Delta, at the output
}

// FlowProduct is a product as it is printed.
type FlowProduct struct{ A, B, Result string }

// FlowSum is a sum of products as it is printed.
type FlowSum struct {
	Weights, Deltas []string
	Result          string
}

// FlowError is the error signal of an output as it is printed: Miss is p - y, Rest is 1 - p, and Scale is 1 for
// cross-entropy.
type FlowError struct{ Scale, Miss, Prob, Rest, Result string }

// chain takes the chain rule apart at an edge, after [flowRun.view] has passed its point.
func (r *flowRun) chain(e FlowEdge) FlowChain {
	l := e.Layer - 1
	d := r.dense[l]
	input, delta := r.task.x.Row(e.Example), d.Bias().Grad[e.To]
	if l > 0 {
		input = r.hidden[l-1].Output().Data
	}
	c := FlowChain{
		Gradient: d.Weight().Grad[e.To*d.In+e.From],
		Output:   l == len(r.hidden),
		Product:  flowProduct(input[e.From], delta),
	}
	if c.Output {
		c.Error = r.errorSignal(e, delta)
		return c
	}
	next := r.dense[l+1]
	weights, deltas := make([]float64, next.Out), next.Bias().Grad
	back := 0.0
	for k, delta := range deltas {
		weights[k] = next.Weight().Value[k*next.In+e.To]
		back += weights[k] * delta
	}
	c.Signal = flowProduct(r.hidden[l].SlopeAt(e.To), back)
	c.Sum = flowSum(weights, deltas)
	return c
}

// errorSignal takes the error signal of an output apart.
func (r *flowRun) errorSignal(e FlowEdge, delta float64) FlowError {
	z := r.pairs[1] - r.pairs[0]
	target := r.task.points[e.Example].Class
	if r.softmax && e.To == 0 {
		z, target = -z, 1-target
	}
	prob, rest := sigmoidOf(z), sigmoidOf(-z)
	scale := 1.0
	if r.loss == FlowSquared {
		scale = 2
		if r.softmax {
			scale = 4
		}
	}
	miss := prob
	if target == 1 {
		miss = -rest
	}
	f := FlowError{Scale: Fixed(scale, 0), Result: Significant(delta, 4)}
	for digits := 4; digits <= maxDigits; digits++ {
		f.Miss, f.Prob, f.Rest = Significant(miss, digits), Significant(prob, digits), Significant(rest, digits)
		product := printed(miss, digits)
		if r.loss == FlowSquared {
			product *= scale * printed(prob, digits) * printed(rest, digits)
		}
		if Significant(product, 4) == f.Result {
			break
		}
	}
	return f
}

func sigmoidOf(x float64) float64 { y, _ := FlowSigmoid.layer().At(x); return y }

// flowProduct prints a·b with the least number of digits, from four, with which the printed factors
// give the printed result.
func flowProduct(a, b float64) FlowProduct {
	p := FlowProduct{Result: Significant(a*b, 4)}
	for digits := 4; digits <= maxDigits; digits++ {
		p.A, p.B = Significant(a, digits), Significant(b, digits)
		if Significant(printed(a, digits)*printed(b, digits), 4) == p.Result {
			break
		}
	}
	return p
}

// flowSum prints the sum of a[i]·b[i] in the same way.
func flowSum(a, b []float64) FlowSum {
	exact := 0.0
	for i := range a {
		exact += a[i] * b[i]
	}
	s := FlowSum{Result: Significant(exact, 4)}
	for digits := 4; digits <= maxDigits; digits++ {
		sum := 0.0
		for i := range a {
			sum += printed(a[i], digits) * printed(b[i], digits)
		}
		if Significant(sum, 4) == s.Result || digits == maxDigits {
			s.Weights, s.Deltas = significantAll(a, digits), significantAll(b, digits)
			break
		}
	}
	return s
}

// printed is x as [Significant] prints it.
func printed(x float64, digits int) float64 {
	if x == 0 || x-x != 0 {
		return x
	}
	mantissa, exponent := scientific(x, digits-1)
	return digitsOf(mantissa) * math.Pow10(exponent-(digits-1))
}
