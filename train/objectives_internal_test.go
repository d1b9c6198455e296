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

func TestDiffusionGradient(t *testing.T) {
	for _, c := range []struct {
		step  float64
		steps int
		bound bool
		why   string
	}{
		{.125, 100, false, "pixels of few values"},
		{1e-3, 100, false, "pixels of many"},
		{.125, 5, true, "weighed as the bound has it"},
	} {
		t.Run(c.why, func(t *testing.T) {
			config := DiffusionConfig{Width: 5, Blocks: 2, NoiseSteps: c.steps, Noise: "cosine"}
			x := numbers(1, 6, 4, func(e float64) float64 { return math.Round(4*math.Tanh(e)) / 4 })
			seen := make([]float32, len(x.Data))
			for i, v := range x.Data {
				seen[i] = float32(v+1) / 2
			}
			d := newDenoiser[float64](nn.NewRand(7), &config, newPixelPrior(seen, 4, c.step), 4)
			out := d.params[len(d.params)-2] // begins next to 0, and with it all gradients behind it
			for i := range out.Value {
				out.Value[i] *= 100
			}
			noise := numbers(2, 6, 4, func(e float64) float64 { return e })
			at, steps := xent.MatrixOf(make([]float64, 24), 4), []int{c.steps, c.steps - 1, 3, 4, c.steps / 2, 1}
			var weights []float64
			if c.bound {
				weights = d.noise.boundWeights()
			}
			d.blur(at, x, noise.Data, steps)
			checkGradient(t, d.Params(), func() float64 {
				loss, err := d.learn(at, noise.Data, steps, weights)
				if err != nil {
					t.Fatal(err)
				}
				return loss
			})
		})
	}
}

// What a pixel is given itself alone: of noise that is next to none, itself; of nothing but noise, its mean; between, by Bayes' rule on
// its values.
func TestPixelPrior(t *testing.T) {
	x := []float32{0, .25, 1, .5, 0, .25, 0, 1} // two pixels of four rows, in steps of a quarter
	p := newPixelPrior(x, 2, .25)
	q := newPixelPrior(x, 2, 1./255)
	if p.levels != 5 || q.levels != 0 {
		t.Fatalf("%d and %d levels", p.levels, q.levels)
	}
	for _, prior := range []*pixelPrior{p, q} {
		if m, s := prior.look(1, .5, 1, 1e-6); !(math.Abs(m-.5) < 1e-3 && s < 2e-3) {
			t.Errorf("of %d levels: %v ± %v, want 0.5", prior.levels, m, s)
		}
	}
	weigh := func(level, odds float64) float64 { return odds * math.Exp(-(.3-.6*level)*(.3-.6*level)/(2*.64)) }
	odds := map[float64]float64{-1: 3.5, -.5: .5, 0: .5, .5: .5, 1: 1.5} // pixel 0 is 0, 1, 0 and 0
	sum, first := 0., 0.
	for level, n := range odds {
		sum += weigh(level, n)
		first += weigh(level, n) * level
	}
	if m, _ := p.look(0, .3, .6, .64); !(math.Abs(m-first/sum) < 1e-12) {
		t.Errorf("mean %v, want %v", m, first/sum)
	}
	if m, s := q.look(0, .3, 1e-9, 1); !(math.Abs(m+.5) < 1e-6 && math.Abs(s-math.Sqrt(.75)) < 1e-3) {
		t.Errorf("of noise alone %v ± %v, want -0.5 and √0.75", m, s)
	}
}

// What is known of the noise: ᾱ is the product, q(x_t-1|x_t, x_0) is Bayes' rule on the steps before, the schedules run from image
// to noise, and the weights of the bound make squared errors of the noise into divergences of the steps back.
func TestNoising(t *testing.T) {
	for _, schedule := range []string{"linear", "cosine"} {
		for _, steps := range []int{2, 30, 1000} {
			n := newNoising(schedule, steps)
			kept := 1.
			w := n.boundWeights()
			for s := 1; s <= steps; s++ {
				was := kept
				if kept *= 1 - n.beta[s]; !(math.Abs(kept-n.kept[s]) <= 1e-12) || !(n.beta[s] > 0 && n.beta[s] < 1) {
					t.Fatalf("%s of %d: β %v, ᾱ %v at %d", schedule, steps, n.beta[s], n.kept[s], s)
				}
				if s == 1 {
					continue
				}
				// of two normals, N(√ᾱ·x_0, 1-ᾱ) before the step and the step itself: precisions add
				precision := 1/(1-was) + (1-n.beta[s])/n.beta[s]
				own, rest := math.Sqrt(was)/(1-was)/precision, math.Sqrt(1-n.beta[s])/n.beta[s]/precision
				for _, pair := range [][2]float64{{n.spread[s] * precision, 1}, {n.own[s], own}, {n.rest[s], rest}} {
					if !(math.Abs(pair[0]-pair[1]) <= 1e-9*math.Abs(pair[1])) {
						t.Fatalf("%s of %d at %d: %v, want %v", schedule, steps, s, pair[0], pair[1])
					}
				}
				// an error d of the noise is one of own·√(1-ᾱ)/√ᾱ·d of the mean
				off := n.own[s] * math.Sqrt((1-kept)/kept)
				if want := float64(steps) * off * off / (2 * n.spread[s]); !(math.Abs(w[s]-want) <= 1e-9*want) {
					t.Fatalf("%s of %d at %d: weight %v, want %v", schedule, steps, s, w[s], want)
				}
			}
			if steps == 1000 && !(n.kept[steps] < 1e-4 && n.kept[1] > .999) {
				t.Errorf("%s: ᾱ from %v to %v", schedule, n.kept[1], n.kept[steps])
			}
		}
	}
}
