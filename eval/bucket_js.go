package eval

// A browser is asked for no buckets, and goes without.

type byKeys struct{}

func newByKeys(*Config, int) *byKeys                        { return nil }
func (*byKeys) merge(*byKeys)                               {}
func (*byKeys) refuse(*Config) error                        { return nil }
func (*Config) checkBy() error                              { return nil }
func (*Config) givenKeys() int                              { return 0 }
func (*Accumulator) addBuckets(_, _ float64, _ int, _ bool) {}
func (*Accumulator) buckets(*Report)                        {}
