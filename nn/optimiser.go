package nn

import (
	"math"

	"xent"
	"xent/internal/par"
)

// Optimiser changes parameters by their gradients.
type Optimiser[T xent.Float] interface {
	// Step makes one step. The parameters are the same at every step: an optimiser that remembers
	// does so by their place. Nothing is allocated after the first step.
	Step(params []Param[T])

	// LearningRate returns that of the step to come.
	LearningRate() float64

	// State shows v all that the optimiser remembers for these parameters, so that it can be saved, or set to
	// what was saved: the steps go on with the same bits then.
	State(params []Param[T], v Visitor[T])
}

// Visitor sees the numbers of a state where they are, by names that are always the same: who saves reads them, who
// restores writes them.
type Visitor[T xent.Float] interface {
	Array(name string, shape []int, values []T)
	Word(name string, value *uint64)
}

// Schedule returns what the rate of an optimiser is multiplied by at a step; the first is 0. nil is constant: 1.
type Schedule func(step int) float64

// Cosine rises evenly to 1 over the first warmup steps, of which the first is above 0, and falls from there to
// floor at step total along half a period of the cosine; there it stays:
//
//	(t+1)/warmup                                            t < warmup
//	floor + (1-floor)·½(1 + cos(π·(t-warmup)/(total-warmup)))   t < total
//
// Source: Loshchilov and Hutter 2017, without restarts.
func Cosine(warmup, total int, floor float64) Schedule {
	return func(step int) float64 {
		switch {
		case step < warmup:
			return float64(step+1) / float64(warmup)
		case step >= total:
			return floor
		}
		done := float64(step-warmup) / float64(total-warmup)
		return floor + (1-floor)*.5*(1+math.Cos(math.Pi*done))
	}
}

// clock counts the steps of an optimiser.
type clock struct{ steps uint64 }

// at returns the learning rate of the step to come.
func (c *clock) at(peak float64, s Schedule) float64 {
	if s == nil {
		return peak
	}
	return peak * s(int(c.steps))
}

// sweep goes over all parameters in pieces, on a crew.
type sweep[T xent.Float] struct {
	crew   par.Crew
	params []Param[T]
	pieces []piece
}

// piece is elements lo to hi-1 of a parameter.
type piece struct{ param, lo, hi int }

// over runs job for each piece of the parameters.
func (s *sweep[T]) over(params []Param[T], workers int, job par.Job) {
	s.params = params
	if s.pieces == nil {
		const size, together = 1 << 12, 1 << 14 // of a piece; what one goroutine does alone
		total := 0
		for n, p := range params {
			for lo := 0; lo < len(p.Value); lo += size {
				s.pieces = append(s.pieces, piece{n, lo, min(lo+size, len(p.Value))})
			}
			total += len(p.Value)
		}
		if workers != 1 && total > together {
			s.crew.Resize(workers)
		}
	}
	s.crew.Do(len(s.pieces), job)
}

// piece returns part i of the parameters, and which parameter that is of.
func (s *sweep[T]) piece(i int) (p piece, value, grad []T) {
	p = s.pieces[i]
	return p, s.params[p.param].Value[p.lo:p.hi], s.params[p.param].Grad[p.lo:p.hi]
}

// visitAll shows one array for each parameter.
func visitAll[T xent.Float](params []Param[T], what string, arrays [][]T, v Visitor[T]) {
	for i, p := range params {
		v.Array(p.Name+"."+what, p.Shape, arrays[i])
	}
}

// like returns zeros in the shape of the parameters.
func like[T xent.Float](params []Param[T]) [][]T {
	zeros := make([][]T, len(params))
	for i, p := range params {
		zeros[i] = make([]T, len(p.Value))
	}
	return zeros
}

// or returns x, or otherwise if x is 0.
func or(x, otherwise float64) float64 {
	if x == 0 {
		return otherwise
	}
	return x
}
