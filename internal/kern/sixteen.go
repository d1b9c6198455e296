package kern

import "unsafe"

// Sixteen is what [Table.Across] is asked of 16 rows of few classes, and what it answers.
type Sixteen struct {
	own, pull [16]float64 // see [Sixteen.Ask]
	label     [16]int32
	max       [16]float32 // of each row the largest logit, and
	arg       [16]int32   // where it is first,
	others    [16]float64 // others of [Table.Others],
	logs      [16]float64 // ln(1+others),
	cost      [16]float64 // and -ln p of its label
	inverse   float64     // of the temperature
	first     uint64      // a bit for each row of which arg is the label
	bad       uint64      // a bit for each row that is left to [Table.Others]
	far       uint64      // not 0: there is no gradient
}

// the kernel knows where the fields are
var _ = [1]int{}[unsafe.Offsetof(Sixteen{}.cost)-704|unsafe.Offsetof(Sixteen{}.far)-856]

// MostAcross is how many classes rows may have that are looked at together.
const MostAcross = 128

// AcrossRows tells whether 16 rows of n classes can be looked at together in the table in use.
func AcrossRows[T Float](n int, link Link) bool {
	return assembly && n >= 2 && n <= MostAcross && link.Cap == 0 && Of[T]().Across != nil
}

// Ask says of row i which class is its label, what its gradient is to be multiplied by, and by what the gradient of
// LogSumExp² is.
func (s *Sixteen) Ask(i, label int, own, penalty float64) {
	s.label[i], s.own[i], s.pull[i] = int32(label), own, 2*penalty
}

// Together looks at 16 rows of n classes, of which row i begins at x[i*stride], and tells whether it did. Given grad, it
// also tells whether it has stored all their gradients there, as [Grad] does for a label; otherwise it has stored nothing.
func Together[T Float](s *Sixteen, grad []T, gradStride int, x []T, n, stride int, link Link) (looked, stored bool) {
	if !assembly {
		return false, false
	}
	if !Of[T]().Across(stay(s), grad, gradStride, x, n, stride, link.Temp) {
		return false, false
	}
	return true, grad != nil && s.bad|s.far == 0
}

// Row makes r row i of the rows last looked at, and tells whether it can; else it is one for [NewRow].
func (s *Sixteen) Row(r *Row, i int, link Link) bool {
	if s.bad>>i&1 != 0 {
		return false
	}
	max := float64(s.max[i])
	*r = Row{Link: link, Max: max, Arg: int(s.arg[i]), s: dd{s.others[i], 0}, top: dd{max, 0}, log: s.logs[i]}
	return true
}

// Costs returns -ln p of the labels of the rows last looked at, and a bit for each row of which the label is the first of
// the largest, and for each that is left out: its cost is any number.
func (s *Sixteen) Costs() (costs *[16]float64, first, out uint64) { return &s.cost, s.first, s.bad }

// stay is p, of which the compiler does not know that it points to the same. Calls of function values make
// it think that arguments outlive the call; those of kernels do not. The result is for the arguments of a call only: a stack that
// grows does not take it along.
func stay[T any](p *T) *T { return (*T)(hidden(unsafe.Pointer(p))) }

// hidden is p. While it is an integer nothing may be called: a stack that grows moves what p points to. The check of
// pointers that comes with the race detector would be such a call.
//
//go:nosplit
//go:nocheckptr
func hidden(p unsafe.Pointer) unsafe.Pointer {
	x := uintptr(p)
	return *(*unsafe.Pointer)(unsafe.Pointer(&x))
}
