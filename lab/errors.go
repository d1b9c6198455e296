package lab

import (
	"math"
	"strconv"
)

// ParamError says which parameter of an explorer cannot be used, and what would do.
type ParamError struct {
	Func  string // the explorer: "CrossEntropy"
	Param string // the parameter, with its index: "logits[3]"
	Got   string
	Want  string
}

func (e *ParamError) Error() string {
	return "lab: " + e.Func + ": " + e.Param + " = " + e.Got + ", want " + e.Want
}

// checker collects the first wrong parameter of one call.
type checker struct {
	fn  string
	err *ParamError
}

// ok reports whether nothing was wrong so far.
func (c *checker) ok() bool { return c.err == nil }

func (c *checker) fail(param, got, want string) {
	if c.err == nil {
		c.err = &ParamError{c.fn, param, got, want}
	}
}

func (c *checker) unit(u Unit) {
	if u != Nats && u != Bits {
		c.fail("unit", quote(string(u)), `"nats" or "bits"`)
	}
}

// inRange wants lo ≤ x ≤ hi; a NaN fails.
func (c *checker) inRange(param string, x, lo, hi float64) {
	if !(lo <= x && x <= hi) {
		c.fail(param, number(x), number(lo)+" ≤ x ≤ "+number(hi))
	}
}

// integer wants lo ≤ n ≤ hi.
func (c *checker) integer(param string, n, lo, hi int) {
	if n < lo || n > hi {
		c.fail(param, strconv.Itoa(n), strconv.Itoa(lo)+" ≤ n ≤ "+strconv.Itoa(hi))
	}
}

// length wants lo ≤ len ≤ hi.
func (c *checker) length(param string, n, lo, hi int) {
	if n < lo || n > hi {
		want := strconv.Itoa(lo)
		if hi != lo {
			want += " to " + strconv.Itoa(hi)
		}
		c.fail(param, strconv.Itoa(n)+" values", want+" values")
	}
}

// logits wants no NaN, no +Inf, and one class that is not excluded by -Inf.
func (c *checker) logits(param string, z []float64) {
	top := math.Inf(-1)
	for i, x := range z {
		if math.IsNaN(x) || math.IsInf(x, 1) {
			c.fail(element(param, i), number(x), "a number, or -∞ for an excluded class")
		}
		top = max(top, x)
	}
	if c.ok() && math.IsInf(top, -1) {
		c.fail(param, "-∞ for every class", "one class that is not excluded")
	}
}

// sumTolerance is how far from 1 the sum of a distribution may be: parameters come from
// links and number boxes, where a third is 0.3333.
const sumTolerance = 1e-3

// distribution wants values of at least 0 that sum to 1.
func (c *checker) distribution(param string, p []float64) {
	sum := 0.0
	for i, x := range p {
		if !(x >= 0 && x <= 1) {
			c.fail(element(param, i), number(x), "0 ≤ p ≤ 1")
		}
		sum += x
	}
	if c.ok() && !(math.Abs(sum-1) <= sumTolerance) {
		c.fail(param, "a sum of "+number(sum), "a sum of 1")
	}
}

// result returns the collected error as an error that is nil if there is none.
func (c *checker) result() error {
	if c.err == nil {
		return nil
	}
	return c.err
}

func element(param string, i int) string { return param + "[" + strconv.Itoa(i) + "]" }

// number prints x for an error message, to six digits at most.
func number(x float64) string {
	if text, ok := special(x); ok {
		return text
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
}

// quote marks a constant; strconv.Quote would bring its Unicode tables along.
func quote(constant string) string { return `"` + constant + `"` }
