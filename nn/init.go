package nn

import (
	"math"
	"math/rand/v2"
)

// Rand is a stream of random numbers: the same seed gives the same numbers on every machine.
// Package math/rand/v2 specifies its generator; what is made of its bits is below.
type Rand struct{ source *rand.PCG }

// NewRand returns the stream of a seed.
func NewRand(seed uint64) *Rand { return &Rand{rand.NewPCG(seed, 0)} }

// State returns where the stream stands, and SetState makes it go on from there.
func (r *Rand) State() (hi, lo uint64) {
	b, err := r.source.MarshalBinary() // "pcg:", then both words, the highest byte first
	if err != nil || len(b) != 20 {
		panic("nn: the state of a random stream has another form")
	}
	for i := range 8 {
		hi, lo = hi<<8|uint64(b[4+i]), lo<<8|uint64(b[12+i])
	}
	return hi, lo
}

// SetState sets the stream to a state of [Rand.State].
func (r *Rand) SetState(hi, lo uint64) { r.source.Seed(hi, lo) }

// Float64 returns a number of 0 ≤ x < 1, a multiple of 2^-53.
func (r *Rand) Float64() float64 { return float64(r.source.Uint64()>>11) * 0x1p-53 }

// Normal returns a number from the standard normal distribution.
//
// It is a ratio of uniforms: a logarithm is taken only to judge the few pairs between an inner and an
// outer bound, so that logarithms that differ in their last bit cannot change the number returned.
// Source: Kinderman and Monahan 1977, with the bounds of Leva 1992.
func (r *Rand) Normal() float64 {
	for {
		u := 1 - r.Float64() // above 0
		v := 1.7156 * (r.Float64() - .5)
		x, y := u-.449871, math.Abs(v)+.386595
		q := float64(x*x) + y*(float64(.19600*y)-float64(.25472*x))
		if q < .27597 || q <= .27846 && v*v <= -4*math.Log(u)*u*u {
			return v / u
		}
	}
}

// Init draws one weight of a layer that takes in inputs to out outputs.
type Init func(rng *Rand, in, out int) float64

// Xavier draws evenly from ±√(6/(in+out)), variance 2/(in+out): it keeps the size of activations and
// gradients through layers whose slope is near 1.
// Source: Glorot and Bengio 2010.
func Xavier(rng *Rand, in, out int) float64 {
	bound := math.Sqrt(6 / float64(in+out))
	return bound * (2*rng.Float64() - 1)
}

// He draws from a normal distribution of variance 2/in: for ReLU, which passes half of its inputs.
// Source: He et al. 2015.
func He(rng *Rand, in, _ int) float64 { return math.Sqrt(2/float64(in)) * rng.Normal() }

// Normal draws from a normal distribution of the given standard deviation, whatever the layer's size.
func Normal(sd float64) Init {
	return func(rng *Rand, _, _ int) float64 { return sd * rng.Normal() }
}

// Zeros makes every weight 0. The units of a layer then stay alike for ever: nothing tells them apart.
func Zeros(*Rand, int, int) float64 { return 0 }
