package train

import (
	"math"
	"strconv"

	"xent"
	"xent/nn"
)

// A noising says how an image becomes noise in T steps, and what of that can be known backwards. Index 0 is the image itself.
//
//	q(x_t|x_t-1) = N(√(1-β_t)·x_t-1, β_t)          ᾱ_t = Π (1-β_s)  up to t
//	q(x_t|x_0) = N(√ᾱ_t·x_0, 1-ᾱ_t)
//	q(x_t-1|x_t, x_0) = N(own_t·x_0 + rest_t·x_t, spread_t)
//
//	own = √ᾱ_t-1·β_t/(1-ᾱ_t)    rest = √(1-β_t)·(1-ᾱ_t-1)/(1-ᾱ_t)    spread = β_t·(1-ᾱ_t-1)/(1-ᾱ_t)
//
// Source: Sohl-Dickstein et al. 2015; Ho, Jain and Abbeel 2020.
type noising struct{ beta, kept, own, rest, spread []float64 } // kept is ᾱ

// newNoising returns that of a schedule: "linear", whose β rises evenly and whose ends are those of Ho et al. for 1000 steps, or
// "cosine", whose ᾱ falls along a cosine squared (Nichol and Dhariwal 2021).
func newNoising(schedule string, steps int) noising {
	n := noising{make([]float64, steps+1), make([]float64, steps+1), make([]float64, steps+1), make([]float64, steps+1), make([]float64, steps+1)}
	n.kept[0] = 1
	total := float64(steps)
	fall := func(t float64) float64 { c := math.Cos((t/total + .008) / 1.008 * math.Pi / 2); return c * c }
	for t := 1; t <= steps; t++ {
		at := float64(t)
		n.beta[t] = min((1e-4+(at-1)/max(total-1, 1)*(.02-1e-4))*1000/total, .999)
		if schedule == "cosine" {
			n.beta[t] = min(1-fall(at)/fall(at-1), .999)
		}
		was := n.kept[t-1]
		n.kept[t] = was * (1 - n.beta[t])
		left := 1 - n.kept[t]
		n.own[t] = math.Sqrt(was) * n.beta[t] / left
		n.rest[t] = math.Sqrt(1-n.beta[t]) * (1 - was) / left
		n.spread[t] = n.beta[t] * (1 - was) / left
	}
	return n
}

// A Denoiser is the network of a diffusion model: it guesses the noise in an image from the image and its step.
//
//	x_t = √ᾱ·x_0 + √(1-ᾱ)·e          ê = (x_t - √ᾱ·(m + s·f))/√(1-ᾱ)
//
// Here m and s are mean and standard deviation of each pixel given itself alone, from how often its values occur: exact where the
// noise is less than the steps that pixels come in. The network is f(x_t, m, t), what the other pixels add to that, in units of what
// the pixel leaves open: residual blocks of a layer norm and two dense layers, between dense layers, which see t as sines and cosines.
type Denoiser[T xent.Float] struct {
	Inputs int

	noise  noising
	prior  *pixelPrior
	net    *nn.Net[T]
	params []nn.Param[T]

	in, out, grad []T
	slope         []T // dê/df
	weights       []float64
	squared       xent.SquaredOptions
}

// timeFeatures is how many numbers a network sees of a step.
const timeFeatures = 32

// newDenoiser returns a denoiser of images of so many pixels, of which prior is known.
func newDenoiser[T xent.Float](rng *nn.Rand, c *DiffusionConfig, prior *pixelPrior, inputs int) *Denoiser[T] {
	d := &Denoiser[T]{Inputs: inputs, noise: newNoising(c.Noise, c.NoiseSteps), prior: prior}
	layers := []nn.Named[T]{{Name: "in", Layer: nn.NewDense[T](rng, nn.Xavier, 2*inputs+timeFeatures, c.Width)}}
	for i := range c.Blocks {
		layers = append(layers, nn.Named[T]{Name: "block" + strconv.Itoa(i), Layer: nn.NewResidual(nn.NewNamed(
			nn.Named[T]{Name: "norm", Layer: nn.NewLayerNorm[T](c.Width)},
			nn.Named[T]{Name: "fc", Layer: nn.NewDense[T](rng, nn.He, c.Width, c.Width)},
			nn.Named[T]{Name: "gelu", Layer: nn.NewActivate[T](nn.GELU)},
			nn.Named[T]{Name: "out", Layer: nn.NewDense[T](rng, nn.Xavier, c.Width, c.Width)}))})
	}
	layers = append(layers, nn.Named[T]{Name: "norm", Layer: nn.NewLayerNorm[T](c.Width)},
		nn.Named[T]{Name: "out", Layer: nn.NewDense[T](rng, nn.Normal(.01), c.Width, inputs)})
	d.net = nn.NewNamed(layers...)
	d.params = d.net.Params()
	d.squared.Workers = 1
	return d
}

// Parts visits the layers.
func (d *Denoiser[T]) Parts(visit func(name string, part nn.Module[T])) { d.net.Parts(visit) }

// Params returns all parameters.
func (d *Denoiser[T]) Params() []nn.Param[T] { return d.params }

// guess returns ê for noisy images, each at its step: memory of the denoiser.
func (d *Denoiser[T]) guess(x xent.Matrix[T], steps []int) xent.Matrix[T] {
	cols := 2*d.Inputs + timeFeatures
	d.in, d.out, d.slope = grown(d.in, x.Rows*cols), grown(d.out, x.Rows*d.Inputs), grown(d.slope, x.Rows*d.Inputs)
	in, out, slope := xent.MatrixOf(d.in, cols), xent.MatrixOf(d.out, d.Inputs), xent.MatrixOf(d.slope, d.Inputs)
	for i, t := range steps {
		row, e, by := in.Row(i), out.Row(i), slope.Row(i)
		alone := row[d.Inputs:][:d.Inputs]
		keep, noise := math.Sqrt(d.noise.kept[t]), 1-d.noise.kept[t]
		scale := keep / math.Sqrt(noise)
		copy(row, x.Row(i))
		for j, v := range x.Row(i) {
			m, s := d.prior.look(j, float64(v), keep, noise)
			alone[j], by[j] = T(m), T(-s*scale)
			e[j] = T((float64(v) - float64(keep*m)) / math.Sqrt(noise))
		}
		describe(row[2*d.Inputs:], 1000*float64(t)/float64(len(d.noise.kept)-1))
	}
	f := d.net.Forward(in)
	for k, v := range f.Data {
		out.Data[k] += T(slope.Data[k] * v)
	}
	return out
}

// describe writes a number as sines and cosines of wavelengths from 2π to 2π·10⁴ (Vaswani et al. 2017).
func describe[T xent.Float](to []T, t float64) {
	half := len(to) / 2
	for i := range half {
		s, c := math.Sincos(t * math.Pow(1e-4, float64(i)/float64(half-1)))
		to[i], to[half+i] = T(s), T(c)
	}
}

// blur stores x_t in to, for images x with values from -1 to 1, each at its step.
func (d *Denoiser[T]) blur(to, x xent.Matrix[T], noise []T, steps []int) {
	for i, t := range steps {
		keep, add := T(math.Sqrt(d.noise.kept[t])), T(math.Sqrt(1-d.noise.kept[t]))
		row, from, e := to.Row(i), x.Row(i), noise[i*d.Inputs:]
		for j := range row {
			row[j] = T(keep*from[j]) + T(add*e[j])
		}
	}
}

// learn leaves in the parameters the gradient of the mean over pixels of weight·(ê - e)², for noisy images with noise e, each at
// its step, and returns that mean. weights are one for each step; nil means 1.
func (d *Denoiser[T]) learn(x xent.Matrix[T], noise []T, steps []int, weights []float64) (float64, error) {
	guess := d.guess(x, steps)
	d.grad = grown(d.grad, len(guess.Data))
	grad := xent.MatrixOf(d.grad, d.Inputs)
	if d.squared.RowWeights = nil; weights != nil {
		d.weights = grown(d.weights, len(steps))
		for i, t := range steps {
			d.weights[i] = weights[t]
		}
		d.squared.RowWeights = d.weights
	}
	res, err := xent.SquaredErrorGrad(grad, guess, xent.MatrixOf(noise[:len(guess.Data)], d.Inputs), &d.squared)
	if err != nil {
		return 0, err
	}
	for k, s := range d.slope {
		grad.Data[k] *= s
	}
	d.net.Learn(grad)
	return float64(res.Mean()), nil
}

// restore turns a guess of the noise in x at one step into the mean of the step back, in place: the image that the guess amounts to,
// its pixels held within -1 to 1, and from there as q(x_t-1|x_t, x_0) has it.
func (d *Denoiser[T]) restore(guess, x xent.Matrix[T], t int) {
	n := &d.noise
	scale, noise := 1/math.Sqrt(n.kept[t]), math.Sqrt(1-n.kept[t])
	for k, e := range guess.Data {
		at := float64(x.Data[k])
		image := min(max((at-float64(noise*float64(e)))*scale, -1), 1)
		guess.Data[k] = T(float64(n.own[t]*image) + float64(n.rest[t]*at))
	}
}

// truth stores in to the mean of q(x_t-1|x_t, x_0).
func (d *Denoiser[T]) truth(to, image, x xent.Matrix[T], t int) {
	for k := range to.Data {
		to.Data[k] = T(float64(d.noise.own[t]*float64(image.Data[k])) + float64(d.noise.rest[t]*float64(x.Data[k])))
	}
}

// boundWeights are the weights at which the squared error is, up to what does not depend on the network, the variational bound in nats
// a pixel, of one step drawn of all: T·β²/(2·spread·(1-β)·(1-ᾱ)).
func (n *noising) boundWeights() []float64 {
	w := make([]float64, len(n.beta))
	total := float64(len(n.beta) - 1)
	for t := 1; t < len(w); t++ {
		spread := n.spread[t]
		if t == 1 {
			spread = n.beta[1] // known for sure, and read off by bins
		}
		w[t] = total * n.beta[t] * n.beta[t] / (2 * spread * (1 - n.beta[t]) * (1 - n.kept[t]))
	}
	return w
}

// DiffusionConfig says what a [DiffusionRun] is.
type DiffusionConfig struct {
	Training
	Data       string `json:"data"`
	Width      int    `json:"width"`       // of the network
	Blocks     int    `json:"blocks"`      // of two dense layers each
	NoiseSteps int    `json:"noise_steps"` // from image to noise
	Noise      string `json:"noise"`       // linear or cosine
	Weights    string `json:"weights"`     // of the steps in the loss: simple, all 1, or bound
	Variance   string `json:"variance"`    // of a step back: fitted, posterior or forward
}

// Default returns c with the usual value in place of each zero.
func (c DiffusionConfig) Default() DiffusionConfig {
	orText(&c.Data, "digits")
	orText(&c.Noise, "cosine")
	orText(&c.Weights, "simple")
	orText(&c.Variance, "fitted")
	for n, otherwise := range map[*int]int{&c.Width: 256, &c.Blocks: 3, &c.NoiseSteps: 100} {
		if *n == 0 {
			*n = otherwise
		}
	}
	c.or(Training{Recipe: "diffusion", Optimiser: "adamw", Rate: 2e-3, Schedule: "cosine", Batch: 64, Epochs: 200})
	return c
}

func (c *DiffusionConfig) check() error {
	switch {
	case c.Width < 1 || c.Width > 1<<14:
		return &ConfigError{"width", strconv.Itoa(c.Width), "1 to 16384"}
	case c.Blocks < 1 || c.Blocks > 1000:
		return &ConfigError{"blocks", strconv.Itoa(c.Blocks), "1 to 1000"}
	case float64(c.Blocks)*float64(c.Width)*float64(c.Width)*4 > mostParams:
		return &ConfigError{"width", strconv.Itoa(c.Width), "at most 268,435,456 parameters"}
	case c.NoiseSteps < 2 || c.NoiseSteps > 10_000:
		return &ConfigError{"noise-steps", strconv.Itoa(c.NoiseSteps), "2 to 10000"}
	case c.Noise != "linear" && c.Noise != "cosine":
		return &ConfigError{"noise", strconv.Quote(c.Noise), "linear or cosine"}
	case c.Weights != "simple" && c.Weights != "bound":
		return &ConfigError{"weights", strconv.Quote(c.Weights), "simple or bound"}
	case c.Variance != "fitted" && c.Variance != "posterior" && c.Variance != "forward":
		return &ConfigError{"variance", strconv.Quote(c.Variance), "fitted, posterior or forward"}
	}
	return c.Training.check()
}
