package info

import (
	"math"
	"strconv"

	"xent/internal/kern"
)

// Tolerance is how far from one [Validate] lets the sum of a distribution be: what a softmax in
// float32 leaves behind, and far less than what a forgotten normalisation does.
const Tolerance = 1e-5

// An Error tells why a slice is not a distribution.
type Error struct {
	Class int     // index of the offending probability; -1 when it is the sum, or nothing is there
	Got   float64 // the probability, or the sum
	Want  string  // what it should have been
}

func (e *Error) Error() string {
	got := strconv.FormatFloat(e.Got, 'g', -1, 64)
	if e.Class < 0 {
		return "info: the probabilities sum to " + got + ", want " + e.Want
	}
	return "info: p[" + strconv.Itoa(e.Class) + "] = " + got + ", want " + e.Want
}

// Validate returns nil when p is a distribution: at least one class, each probability in [0, 1],
// and a sum within [Tolerance] of one. Else it returns an *Error.
//
// A probability may exceed 1 by as much as the sum may.
func Validate[T Float](p []T) error {
	var s kern.Sum
	for i, v := range p {
		x := float64(v)
		if !(x >= 0 && x <= 1+Tolerance) {
			return &Error{Class: i, Got: x, Want: "0 ≤ p ≤ 1"}
		}
		s.Add(x)
	}
	if sum := s.Value(); !(math.Abs(sum-1) <= Tolerance) {
		return &Error{Class: -1, Got: sum, Want: "1 (within 1e-5)"}
	}
	return nil
}
