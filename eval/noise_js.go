package eval

// A browser is asked for nothing that is fitted to a sample of rows, and goes without.

type (
	noise    struct{}
	suspects struct{}
	keptRows struct{}
)

func newNoise(int) *noise                                                      { return nil }
func newKept(int) *keptRows                                                    { return nil }
func (*noise) merge(*noise)                                                    {}
func (*suspects) merge(*suspects)                                              {}
func (*keptRows) merge(*keptRows)                                              {}
func (*Accumulator) addNoise(int)                                              {}
func (*Accumulator) keep(float64, int)                                         {}
func (*Accumulator) suspect(int)                                               {}
func (*Accumulator) labelNoise(*Report)                                        {}
func (*Accumulator) warnNoise(*Report, func(bool, string, string, string))     {}
func (*Accumulator) conformal(*Report)                                         {}
func (*Accumulator) warnConformal(*Report, func(bool, string, string, string)) {}
func (*Accumulator) methods(*Report)                                           {}
func (*Accumulator) textRates(*Report)                                         {}
