//go:build !js

package kern

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Tiles of a row against its classes one by one: smoothing, weights of either sign, soft targets, caps, temperatures,
// penalties, bent labels, sure rows and excluded classes, at lengths around the edges of tiles.
func TestTiles(t *testing.T) {
	old32, old64 := F32, F64
	defer func() { F32, F64 = old32, old64 }()
	for i := range All32 {
		F32, F64 = All32[i], All64[i]
		tileSuite[float32](t, F32.Name, 0x1p-24)
		tileSuite[float64](t, F32.Name, 0x1p-53)
	}
}

func tileSuite[T Float](t *testing.T, name string, eps float64) {
	rng := rand.New(rand.NewPCG(11, 12))
	done := 0
	for round := range 240 {
		n := []int{2, 10, 17, tileSize - 1, tileSize, tileSize + 1, 2*tileSize + 9}[round%7]
		x, dst := make([]T, n), make([]T, n)
		for j := range x {
			x[j] = T([]float64{0.01, 3, 30}[rng.IntN(3)]*rng.NormFloat64() + []float64{0, 0, 1e6}[rng.IntN(3)]*float64(round%2))
		}
		if round%5 == 0 {
			x[rng.IntN(n)] = T(math.Inf(-1))
		}
		target := Target[T]{Label: rng.IntN(n), Classes: n, Smoothing: []float64{0, 0.1, 0.1}[rng.IntN(3)], Penalty: []float64{0, 1e-3}[rng.IntN(2)]}
		if rng.IntN(3) == 0 {
			x[target.Label] += 40
		}
		if rng.IntN(3) == 0 {
			target.Weights = make([]float64, n)
			for j := range target.Weights {
				target.Weights[j] = float64(rng.IntN(4)) - 0.5*float64(round%3)
			}
		}
		if rng.IntN(3) == 0 {
			target.Soft = make([]T, n)
			for j := range target.Soft {
				target.Soft[j] = T(rng.Float64() / float64(n))
			}
		}
		if target.Hard() && rng.IntN(2) == 0 {
			target.Shape.Focus = 1.5
		}
		link := Link{Temp: []float64{1, 1, 2.5}[rng.IntN(3)], Cap: []float64{0, 5, 50}[rng.IntN(3)]}
		row := NewRow(x, link, false)
		slow := Row{Link: link}
		scan(&slow, x, true)
		slow.settle()
		if !row.Valid() {
			t.Fatalf("%s: no softmax: %v", name, x)
		}

		var fast, want Tally
		if !target.Hard() && addTiled(&fast, &row, x, &target) {
			size, mass := 0.0, 0.0
			for j, v := range x {
				if a := target.mass(j); a != 0 {
					cost, slope := target.Shape.bend(&slow, j, float64(v), false)
					want.sum.Add(a * cost)
					want.slopes.Add(a * slope)
					size += math.Abs(a * cost)
					mass += math.Abs(a)
				}
			}
			if got, want := fast.sum.Value(), want.sum.Value(); !(math.Abs(got-want) <= eps/8*size+4*0x1p-53*size) {
				t.Errorf("%s, %d classes, %+v, %+v: loss %v, want %v", name, n, link, target, got, want)
			}
			if got, want := fast.slopes.Value(), want.slopes.Value(); !(math.Abs(got-want) <= 0x1p-48*mass) {
				t.Errorf("%s, %d classes: slopes %v, want %v", name, n, got, want)
			}
			done++
		}
		_, pull := Loss(&row, x, &target)
		c := 0.25
		stored := make(chan bool)
		go func() { stored <- gradTiled(dst, &row, x, &target, pull, c) }() // on a stack that has to grow
		if !<-stored {
			continue
		}
		done++
		for k := range x {
			want := c * Slope(&slow, x, &target, pull, k)
			p, _ := slow.Prob(k, float64(x[k]))
			slack := 8 * 0x1p-53 * c / link.Temp * (p*math.Abs(pull.mass.hi+pull.penalty) + math.Abs(target.mass(k)))
			if link.Cap > 0 {
				slack *= 8 * link.Cap // the exponents are right to 2^-50 of the cap
			}
			if got := float64(dst[k]); !(math.Abs(got-want) <= 2*eps*math.Abs(want)+slack+0x1p-149) {
				t.Fatalf("%s, %d classes, %+v, %+v: gradient %d is %v, want %v (p = %g)", name, n, link, target, k, got, want, p)
			}
		}
	}
	if done < 100 {
		t.Errorf("%s: only %d of the sums and gradients were made in tiles", name, done)
	}
}
