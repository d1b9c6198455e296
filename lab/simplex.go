package lab

import (
	"math"
	"slices"
)

// BarSteps is the number of steps of a bar from 0 to 1: distributions that are dragged move on this grid, so
// that what is printed with four decimals, shared in a link or copied as code sums to 1 exactly.
const BarSteps = 10000

// RedistributeParams asks to move one bar of a distribution.
type RedistributeParams struct {
	Values []float64 // the distribution when the drag began, so that dragging back restores it
	Index  int       // the bar that moves
	To     float64   // where to, in 0 … 1
	Locked []bool    `lab:"optional"` // bars that stay as they are
}

// RedistributeView is the distribution after the move.
type RedistributeView struct {
	Values  []float64 // multiples of 1/BarSteps whose numerators sum to BarSteps
	Reached bool      // the bar went where it was asked to; else locked bars left no room
}

// Redistribute moves one bar and rescales the others so that the sum stays 1: they keep their
// proportions, share evenly if all are 0, and stay if they are locked. The bar goes as far as the locked ones allow;
// it cannot move at all when it is locked itself, or no other bar is free.
//
// Errors: [ParamError].
//
//lab:everywhere
func Redistribute(params RedistributeParams) (RedistributeView, error) {
	c := checker{fn: "Redistribute"}
	bars := len(params.Values)
	c.length("values", bars, MinClasses, MaxClasses)
	c.weights("values", params.Values)
	c.integer("index", params.Index, 0, bars-1)
	c.inRange("to", params.To, 0, 1)
	locked := params.Locked
	if len(locked) == 0 {
		locked = make([]bool, max(bars, 0))
	}
	c.length("locked", len(locked), bars, bars)
	if !c.ok() {
		return RedistributeView{}, c.result()
	}

	steps := apportion(BarSteps, params.Values)
	room, free, weights := BarSteps, 0, make([]float64, bars)
	for i, n := range steps {
		switch {
		case i == params.Index:
		case locked[i]:
			room -= n
		default:
			free++
			weights[i] = params.Values[i]
		}
	}
	if free == 0 || locked[params.Index] {
		values := fromSteps(steps)
		return RedistributeView{Values: values, Reached: values[params.Index] == params.To}, nil
	}
	if !slices.ContainsFunc(weights, func(w float64) bool { return w > 0 }) {
		for i := range weights {
			if i != params.Index && !locked[i] {
				weights[i] = 1
			}
		}
	}
	wanted := int(math.Round(params.To * BarSteps))
	moved := min(wanted, room)
	for i, n := range apportion(room-moved, weights) {
		if i != params.Index && !locked[i] {
			steps[i] = n
		}
	}
	steps[params.Index] = moved
	return RedistributeView{Values: fromSteps(steps), Reached: moved == wanted}, nil
}

// NormaliseParams are weights of at least 0, one of them above.
type NormaliseParams struct{ Values []float64 }

// NormaliseView is the distribution in proportion to the weights.
type NormaliseView struct {
	Values  []float64 // multiples of 1/BarSteps that sum to 1
	Changed bool      // the weights did not sum to 1, by more than what rounding to the grid explains
}

// Normalise makes a distribution of weights: of numbers that were typed or came with a link.
//
// Errors: [ParamError] for a negative or infinite weight, or a sum of 0.
//
//lab:everywhere
func Normalise(params NormaliseParams) (NormaliseView, error) {
	c := checker{fn: "Normalise"}
	c.length("values", len(params.Values), MinClasses, MaxClasses)
	c.weights("values", params.Values)
	if !c.ok() {
		return NormaliseView{}, c.result()
	}
	sum := 0.0
	for _, w := range params.Values {
		sum += w
	}
	tolerance := float64(len(params.Values)) / BarSteps
	return NormaliseView{Values: onGrid(params.Values), Changed: math.Abs(sum-1) > tolerance}, nil
}

// weights wants numbers of at least 0 with a finite sum above 0.
func (c *checker) weights(param string, w []float64) {
	sum := 0.0
	for i, x := range w {
		c.inRange(element(param, i), x, 0, 1e6)
		sum += x
	}
	if c.ok() && sum == 0 {
		c.fail(param, "0 everywhere", "one value above 0")
	}
}

// onGrid rounds a distribution to multiples of 1/BarSteps that sum to 1.
func onGrid(weights []float64) []float64 { return fromSteps(apportion(BarSteps, weights)) }

func fromSteps(steps []int) []float64 {
	values := make([]float64, len(steps))
	for i, n := range steps {
		values[i] = float64(n) / BarSteps
	}
	return values
}

// apportion splits total in proportion to weights into integers that sum to it: each gets
// its share rounded down, and the largest remainders get one more, ties the first of them.
// Weights that are all 0 get nothing.
func apportion(total int, weights []float64) []int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	parts := make([]int, len(weights))
	if sum == 0 {
		return parts
	}
	rest := total
	remainders := make([]float64, len(weights)) // -1 once served, or without a weight
	for i, w := range weights {
		share := w / sum * float64(total)
		parts[i] = int(share)
		rest -= parts[i]
		remainders[i] = share - math.Floor(share)
		if w == 0 {
			remainders[i] = -1
		}
	}
	for ; rest > 0; rest-- { // fewer than there are classes with a weight
		largest := 0
		for i, r := range remainders {
			if r > remainders[largest] {
				largest = i
			}
		}
		parts[largest]++
		remainders[largest] = -1
	}
	return parts
}
