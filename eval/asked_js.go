package eval

// A browser is asked for nothing beyond the usual, and goes without: groups, keys, leaks, and all that is fitted would make its
// download larger.

type asked struct{}

func codes16(string) bool                                                  { return false }
func (*Accumulator) ask()                                                  {}
func (*Accumulator) takeKeys([]uint64, [][]string, int)                    {}
func (*Accumulator) second(int) bool                                       { return false }
func (*Accumulator) addAsked(_, _ float64, _ int)                          {}
func (*Accumulator) temperSoft(_, _ float64)                               {}
func (*Accumulator) addAskedScored(_, _ float64, _ int, _ bool)            {}
func (*Accumulator) mergeAsked(*Accumulator)                               {}
func (*Accumulator) refuseAsked() error                                    { return nil }
func (*Accumulator) reportAsked(*Report)                                   {}
func (*Accumulator) warnAsked(*Report, func(bool, string, string, string)) {}
func (*Config) checkAsked() error                                          { return nil }
func (*Config) checkKeys([][]string, int) error                            { return nil }
func (*Config) sameAsked(*Config) bool                                     { return true }
