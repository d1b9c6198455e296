package train

import (
	"math"
	"slices"
	"testing"

	"xent"
	"xent/nn"
)

// The gradients that models with an objective of their own leave are those of central differences, by every parameter.
func checkGradient(t *testing.T, params []nn.Param[float64], objective func() float64) {
	t.Helper()
	checked, moved := 0, 0
	for _, p := range params {
		objective()
		grad := slices.Clone(p.Grad)
		for i, was := range p.Value {
			const h = 1e-5
			p.Value[i] = was + h
			up := objective()
			p.Value[i] = was - h
			down := objective()
			p.Value[i] = was
			want := (up - down) / (2 * h)
			if !(math.Abs(grad[i]-want) <= 1e-7*(1+math.Abs(want))) {
				t.Fatalf("%s[%d]: %v, central difference %v", p.Name, i, grad[i], want)
			}
			checked++
			if math.Abs(want) > 1e-4 {
				moved++
			}
		}
	}
	if checked < 50 || moved < checked/2 {
		t.Errorf("%d gradients looked at, %d above 1e-4", checked, moved)
	}
}

// numbers is a matrix of numbers made by f of standard normal ones.
func numbers(seed uint64, rows, cols int, f func(e float64) float64) xent.Matrix[float64] {
	rng := nn.NewRand(seed)
	x := make([]float64, rows*cols)
	for i := range x {
		x[i] = f(rng.Normal())
	}
	return xent.MatrixOf(x, cols)
}

func TestVAEGradient(t *testing.T) {
	for _, c := range []struct {
		pixels     Pixels
		beta, free float64
		why        string
	}{
		{Bernoulli, 1, 0, "the evidence lower bound"},
		{Bernoulli, .3, 0, "β weighs the code alone"},
		{Bernoulli, 1, .05, "elements below the free nats pull no more"},
		{Gaussian, 1, 0, "two outputs a pixel, in bins"},
		{Gaussian, 0, 0, "a plain autoencoder with noise"},
	} {
		t.Run(string(c.pixels)+": "+c.why, func(t *testing.T) {
			config := VAEConfig{Hidden: "5-4", Latent: 3, Activation: "tanh", Pixels: string(c.pixels)}
			v := newVAE[float64](nn.NewRand(7), &config, 6, .25)
			x := numbers(1, 4, 6, func(e float64) float64 { return math.Round(4/(1+math.Exp(-e))) / 4 })
			noise := numbers(2, 4, 3, func(e float64) float64 { return e }).Data
			checkGradient(t, v.Params(), func() float64 {
				b, err := v.learn(x, noise, c.beta, c.free)
				if err != nil {
					t.Fatal(err)
				}
				if c.free == 0 {
					return b.Reconstruction + c.beta*b.KL
				}
				kl, err := xent.GaussianKL(v.Encode(x), xent.Normals[float64]{}, &xent.GaussianKLOptions{FreeNats: c.free})
				if err != nil {
					t.Fatal(err)
				}
				return b.Reconstruction + float64(kl.Mean())
			})
		})
	}
}
