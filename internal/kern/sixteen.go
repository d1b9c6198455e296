package kern

import "unsafe"

// Sixteen is what [Table.Across] finds in 16 rows of few classes: for each the maximum, its first index, others of
// [Table.Others] and ln(1+others).
type Sixteen struct {
	max    [16]float32
	arg    [16]int32
	others [16]float64
	logs   [16]float64
	copies [16 * mostAcross]float32 // of the columns
}

// mostAcross is how many classes rows may have that are looked at together.
const mostAcross = 128

// Together looks at 16 rows of n classes, of which row i begins at x[i*stride], and tells whether the table in use
// does that.
func Together[T Float](s *Sixteen, x []T, n, stride int, link Link) bool {
	if !assembly {
		return false
	}
	k := Of[T]()
	return k.Across != nil && n <= mostAcross && link.Cap == 0 && k.Across(stay(s), x, n, stride, link.Temp)
}

// Row makes r row i of the rows last looked at, and tells whether it can; else it is one for [NewRow].
func (s *Sixteen) Row(r *Row, i int, link Link) bool {
	others := s.others[i]
	if others != others {
		return false
	}
	max := float64(s.max[i])
	*r = Row{Link: link, Max: max, Arg: int(s.arg[i]), s: dd{others, 0}, top: dd{max, 0}, log: s.logs[i]}
	return true
}

// Cost returns -ln p of class y with logit x in row i of the rows last looked at, and whether it is the first of the
// largest: to the bit what the row itself gives. It fails where Row does.
func (s *Sixteen) Cost(i, y int, x, temp float64) (loss float64, first, ok bool) {
	log := s.logs[i]
	if s.others[i] != s.others[i] {
		return 0, false, false
	}
	if int(s.arg[i]) == y {
		return log, true, true
	}
	t, rest := gap(x, float64(s.max[i]), temp)
	return (log - rest) - t, false, true
}

// stay is p, of which the compiler does not know that it points to the same. Calls of function values make
// it think that arguments outlive the call; those of kernels do not.
func stay[T any](p *T) *T {
	x := uintptr(unsafe.Pointer(p))
	return *(**T)(unsafe.Pointer(&x))
}
