package doctor

import "math"

// Moments sums up numbers of any size: squares are taken of numbers divided by the largest, so that they neither overflow
// nor vanish. They merge, in any order to the same up to rounding.
type Moments struct {
	N         int64
	Zeros     int64   // exactly 0
	NaN, Inf  int64   // left out of all that follows
	Flushed   int64   // not 0, and below 2^-24, the smallest number of float16
	Subnormal int64   // from there to 2^-14, where float16 loses digits
	Max       float64 // the largest magnitude

	s2, s4 float64 // Σ (x/Max)², Σ (x/Max)⁴
}

// Add adds numbers.
func (m *Moments) Add(values []float64) {
	m.N += int64(len(values))
	for _, x := range values {
		a := math.Abs(x)
		switch {
		case a == 0:
			m.Zeros++
			continue
		case a != a:
			m.NaN++
			continue
		case a > math.MaxFloat64:
			m.Inf++
			continue
		case a < 0x1p-24:
			m.Flushed++
		case a < 0x1p-14:
			m.Subnormal++
		}
		if a > m.Max {
			m.scale(a)
		}
		q := a / m.Max
		q *= q
		m.s2 += q
		m.s4 += q * q
	}
}

// Merge adds the numbers of o.
func (m *Moments) Merge(o *Moments) {
	m.N, m.Zeros, m.NaN, m.Inf = m.N+o.N, m.Zeros+o.Zeros, m.NaN+o.NaN, m.Inf+o.Inf
	m.Flushed, m.Subnormal = m.Flushed+o.Flushed, m.Subnormal+o.Subnormal
	if o.Max == 0 {
		return
	}
	if o.Max > m.Max {
		m.scale(o.Max)
	}
	q := o.Max / m.Max
	q *= q
	m.s2 += q * o.s2
	m.s4 += q * q * o.s4
}

// scale makes a the largest.
func (m *Moments) scale(a float64) {
	q := m.Max / a
	q *= q
	m.s2 *= q
	m.s4 *= q * q
	m.Max = a
}

// Finite returns how many numbers are.
func (m *Moments) Finite() int64 { return m.N - m.NaN - m.Inf }

// Norm returns the L2 norm of what is finite.
func (m *Moments) Norm() float64 { return m.Max * math.Sqrt(m.s2) }

// RMS returns the root of the mean square of what is finite; NaN of nothing.
func (m *Moments) RMS() float64 { return m.Max * math.Sqrt(m.s2/float64(m.Finite())) }

// Kurtosis returns the fourth moment about 0 in units of the square of the second: 3 of a normal distribution, more where few
// numbers are much larger than the others. NaN of nothing.
func (m *Moments) Kurtosis() float64 { return m.s4 / m.s2 / m.s2 * float64(m.Finite()) }
