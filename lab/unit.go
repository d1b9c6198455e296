package lab

import "xent/info"

// Unit is the unit of information that a view is given in.
type Unit string

// The units: the logarithm is natural, or to base 2.
const (
	Nats Unit = "nats"
	Bits Unit = "bits"
)

// of returns n in the unit u.
func (u Unit) of(n info.Nats) float64 {
	if u == Bits {
		return n.Bits()
	}
	return float64(n)
}

// nats returns x, given in the unit u, as Nats.
func (u Unit) nats(x float64) info.Nats {
	if u == Bits {
		return info.FromBits(x)
	}
	return info.Nats(x)
}
