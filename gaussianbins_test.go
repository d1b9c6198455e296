package xent_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"xent"
	"xent/internal/ref"
)

// rootTwoPi is √(2π), by Machin's formula.
var rootTwoPi = sync.OnceValue(func() ref.Num {
	arctan := func(inverse float64) ref.Num { // of 1/inverse
		x := ref.Of(1).Div(ref.Of(inverse))
		sum, power, square := ref.Of(0), x, x.Mul(x).Neg()
		for k := 1.0; k < 800; k += 2 {
			sum = sum.Add(power.Div(ref.Of(k)))
			power = power.Mul(square)
		}
		return sum
	}
	pi := ref.Of(16).Mul(arctan(5)).Sub(ref.Of(4).Mul(arctan(239)))
	return ref.Of(2).Mul(pi).Pow(ref.Of(.5))
})

// normalMass is Φ(b) - Φ(a) by its power series, for ends within 25 of 0: terms of e^313 leave 1100 bits.
func normalMass(a, b ref.Num) ref.Num {
	sum, up, down := ref.Of(0), b, a
	upSquare, downSquare := b.Mul(b).Div(ref.Of(2)).Neg(), a.Mul(a).Div(ref.Of(2)).Neg()
	for n := 0.0; n < 1500; n++ {
		sum = sum.Add(up.Sub(down).Div(ref.Of(2*n + 1)))
		up, down = up.Mul(upSquare).Div(ref.Of(n+1)), down.Mul(downSquare).Div(ref.Of(n+1))
	}
	return sum.Div(rootTwoPi())
}

// Bins from a 1e-9th of a deviation to many of them wide, in the middle and far out, one side open or none.
func TestGaussianBinsOracle(t *testing.T) {
	if testing.Short() {
		t.Skip("series of 1500 terms in 1600 bits")
	}
	rng := rand.New(rand.NewPCG(41, 42))
	mat := func(x float64) xent.Matrix[float64] { return xent.MatrixOf([]float64{x}, 1) }
	for n := range 36 {
		width := []float64{1e-9, 2. / 255, .3, 1, 4, 12}[n%6]
		lnv := rng.NormFloat64() * .3
		sd := math.Exp(lnv / 2)
		target, mean := rng.NormFloat64(), 0.0
		mean = target + sd*rng.NormFloat64()*[]float64{.5, 3, 6}[n/6%3]
		bins := &xent.Bins{Width: width, Low: math.Inf(-1), High: math.Inf(1)}
		open := n / 18 * (1 + n%2) // the second half: 1 at the low end, 2 at the high end
		switch open {
		case 1:
			bins.Low = target
		case 2:
			bins.High = target
		}
		g := xent.Normals[float64]{Mean: mat(0), LogVar: mat(0)}
		res, err := xent.GaussianNLLGrad(g, xent.Normals[float64]{Mean: mat(mean), LogVar: mat(lnv)}, mat(target), &xent.GaussianOptions{Bins: bins})
		if err != nil {
			t.Fatal(err)
		}
		half := ref.Of(width).Div(ref.Of(2))
		value, want := ref.Slopes([]float64{mean, lnv}, func(x []ref.Num) ref.Num {
			sd := x[1].Div(ref.Of(2)).Exp()
			a := ref.Of(target).Sub(half).Sub(x[0]).Div(sd)
			b := ref.Of(target).Add(half).Sub(x[0]).Div(sd)
			switch open {
			case 1:
				a = ref.Of(-25)
			case 2:
				b = ref.Of(25)
			}
			return normalMass(a, b).Log().Neg()
		})
		z := math.Abs(target-mean)/sd + width/sd
		if got := float64(res.Sum()); !(math.Abs(got-value) <= 4*0x1p-52*max(value, 1)) && !(ulpsOf(got, value) <= 4*(1+z*z)) {
			t.Errorf("%d, width %g: %.17g, want %.17g", n, width, got, value)
		}
		for i, got := range []float64{g.Mean.Data[0], g.LogVar.Data[0]} {
			if !(math.Abs(got-want[i]) <= 16*0x1p-52*(1+z*z)*max(1, 1/sd)) {
				t.Errorf("%d, width %g, %g deviations: derivative %d = %.17g, want %.17g", n, width, z, i, got, want[i])
			}
		}
	}
}

func TestGaussianBinsSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	mat := func(x float64) xent.Matrix[float64] { return xent.MatrixOf([]float64{x}, 1) }
	nll := func(mean, v, target float64, b xent.Bins) float64 {
		r, err := xent.GaussianNLL(xent.Normals[float64]{Mean: mat(mean), Var: mat(v)}, mat(target), &xent.GaussianOptions{Bins: &b})
		if err != nil {
			t.Fatal(err)
		}
		return float64(r.Mean())
	}
	bits := xent.Bins{Width: 2. / 255, Low: -1, High: 1}
	for _, tt := range []struct {
		name      string
		got, want float64
		why       string
	}{
		{"sure and right", nll(.2, 1e-12, .2, bits), 0, "the whole of it in its bin"},
		{"sure and wrong", nll(-1, 1e-8, 1, bits), (2 - 1./255) * (2 - 1./255) / 2e-8, "the square of the distance to the bin, and no underflow"},
		{"the low end", nll(-9, 1, -1, bits), 0, "all of it below"},
		{"no variance", nll(0, 0, 0, bits), nan, "as without bins"},
		{"NaN", nll(nan, 1, 0, bits), nan, "NaN in, NaN out"},
	} {
		if !close(tt.got, tt.want, 1e-7*math.Abs(tt.want)+1e-14) {
			t.Errorf("%s: %g, want %g: %s", tt.name, tt.got, tt.want, tt.why)
		}
	}
	// the probabilities of all 256 values of a pixel sum to one
	for _, v := range []float64{1e-6, .01, 3} {
		sum := 0.0
		for k := range 256 {
			sum += math.Exp(-nll(.3, v, -1+2*float64(k)/255, bits))
		}
		near(t, sum, 1, 1e-12)
	}
	var oe *xent.OptionError
	for _, b := range []xent.Bins{{}, {Width: inf, Low: -1, High: 1}, {Width: 1, Low: 1, High: 1}, {Width: 1, Low: nan}} {
		if _, err := xent.GaussianNLL(xent.Normals[float64]{Mean: mat(0), Var: mat(1)}, mat(0), &xent.GaussianOptions{Bins: &b}); !errors.As(err, &oe) {
			t.Errorf("%+v: %v", b, err)
		}
	}
}
