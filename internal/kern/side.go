package kern

import "math"

// Form says what the numbers of a [Side] are.
type Form uint8

const (
	FromLogits Form = iota
	FromLogProbs
	FromProbs
)

// Side is one of the two rows that a divergence compares. Logits are normalised; probabilities and
// their logarithms are taken as they are.
type Side[T Float] struct {
	x    []T
	form Form
	row  Row // of logits
	log  dd  // ln(1+s) of the row
	bad  bool
}

// NewSide looks at a row, which must not be empty. The link applies to logits.
func NewSide[T Float](x []T, form Form, link Link) (s Side[T]) {
	s.x, s.form = x, form
	if form == FromLogits {
		_, wide := any(x).([]float64)
		s.row = NewRow(x, link, wide)
		s.bad = !s.row.Valid()
		if !s.bad {
			s.log = log1pWide(s.row.s)
		}
		return s
	}
	for _, v := range x {
		if v != v || math.IsInf(float64(v), 1) || form == FromProbs && v < 0 {
			s.bad = true
		}
	}
	return s
}

// at returns ln p of class j with about 64 bits, and p.
func (s *Side[T]) at(j int) (ln dd, p float64) {
	x := float64(s.x[j])
	switch s.form {
	case FromLogProbs:
		return dd{x, 0}, Exp(x, 0)
	case FromProbs:
		if x == 0 {
			return dd{math.Inf(-1), 0}, 0
		}
		return logWide(dd{x, 0}), x
	}
	p, _ = s.row.Prob(j, x)
	t, rest := s.row.gap(x)
	if math.IsInf(t, -1) {
		return dd{t, 0}, p
	}
	return dd{t, rest}.add(s.log.neg()), p
}

// logWide returns ln x for x > 0, to about 64 bits; near x = 1 to as many of itself.
func logWide(x dd) dd {
	if rest := x.add(dd{-1, 0}); math.Abs(rest.hi) < 0x1p-10 {
		return logNear(rest)
	}
	_, n := math.Frexp(x.hi)
	return logDD(dd{math.Ldexp(x.hi, -n), math.Ldexp(x.lo, -n)}, n)
}

// log1pWide returns ln(1+s) for s > -1 to about 64 bits of itself, however small.
func log1pWide(s dd) dd {
	if math.Abs(s.hi) < 0x1p-10 {
		return logNear(s)
	}
	return logWide(dd{1, 0}.add(s))
}

// logNear returns ln(1+s) for |s| ≤ 2^-10: s - s²/2 with all its digits, and the rest, of which the first
// term left out is below 2^-70·s.
func logNear(s dd) dd {
	x := s.hi
	rest := x * x * x * (1./3 - x*(1./4-x*(1./5-x*(1./6-x*(1./7)))))
	return s.add(s.mul(s).mul(dd{-0.5, 0})).add(dd{rest, 0})
}
