package eval

// A browser is asked for no recalibration, and goes without.

type tempers struct{}

func newTempers() *tempers                                          { return nil }
func (*tempers) Merge(*tempers)                                     {}
func (*Accumulator) temper(_, _ float64, _ func([]float64) float64) {}
func (*Accumulator) recalibration(*Report)                          {}
func dot(_, _ []float64) float64                                    { return 0 }
