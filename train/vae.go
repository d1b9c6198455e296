package train

import (
	"math"
	"strconv"
	"strings"

	"xent"
	"xent/nn"
)

// A Pixels says what a model takes pixels for, and so what its loss is the code length of.
type Pixels string

const (
	// Bernoulli pixels are black or white. A grey x between 0 and 1 stands for a pixel that is black with that
	// probability: the loss is the mean over such pixels, and a bound of their mean code length.
	Bernoulli Pixels = "bernoulli"

	// Gaussian pixels are the greys that were measured, in steps. The model gives each a mean and a variance, and the loss is the
	// code length of the step: the normal distribution in bins.
	Gaussian Pixels = "gaussian"
)

// A VAE is a variational autoencoder: a code z of a few numbers for each image x, of which the encoder says where it may lie,
// and a decoder that draws x from it.
//
//	q(z|x) = N(m(x), v(x))          z = m + √v·e, e standard normal
//	p(z)   = N(0, 1)                p(x|z) by [Pixels]
//	-ln p(x) ≤ E_q[-ln p(x|z)] + KL(q(z|x)‖p(z))          the negative evidence lower bound, in nats
//
// Source: Kingma and Welling 2014; Rezende, Mohamed and Wierstra 2014.
type VAE[T xent.Float] struct {
	Inputs, Latent int

	pixels  Pixels
	encoder *nn.Net[T] // to mean and ln v of each latent dimension
	decoder *nn.Net[T] // to a logit, or to mean and ln v, of each pixel
	params  []nn.Param[T]

	z, grad, gradX []T
	plain, kl      xent.GaussianKLOptions // kl with β and free nats
	beta           float64
	binary         xent.BinaryOptions
	bins           xent.GaussianOptions
}

// newVAE returns a VAE of images whose values are 0 to 1 in steps of that width. The hidden layers are those of the encoder;
// the decoder has them in reverse.
func newVAE[T xent.Float](rng *nn.Rand, c *VAEConfig, inputs int, width float64) *VAE[T] {
	v := &VAE[T]{Inputs: inputs, Latent: c.Latent, pixels: Pixels(c.Pixels)}
	sizes := []int{inputs}
	sizes = append(sizes, c.hidden()...)
	act, init := activations[c.Activation], inits[initOf(c.Activation)]
	v.encoder = nn.MLP[T](rng, act, init, append(sizes, 2*c.Latent)...)
	back := []int{c.Latent}
	for i := len(sizes) - 1; i > 0; i-- {
		back = append(back, sizes[i])
	}
	v.decoder = nn.MLP[T](rng, act, init, append(back, inputs*v.perPixel())...)
	v.params = nn.ParamsOf[T](v)
	v.plain.Workers, v.kl.Workers, v.binary.Workers, v.bins.Workers = 1, 1, 1, 1
	v.kl.Beta = &v.beta
	v.bins.Bins = &xent.Bins{Width: width, Low: 0, High: 1}
	v.bins.Denominator = xent.Rows
	return v
}

// initOf is the spread of first weights that suits an activation.
func initOf(activation string) string {
	if activation == "relu" || activation == "gelu" {
		return "he"
	}
	return "xavier"
}

// perPixel is how many outputs of the decoder a pixel has.
func (v *VAE[T]) perPixel() int {
	if v.pixels == Gaussian {
		return 2
	}
	return 1
}

// Parts visits encoder and decoder.
func (v *VAE[T]) Parts(visit func(name string, part nn.Module[T])) {
	visit("encoder", v.encoder)
	visit("decoder", v.decoder)
}

// Params returns all parameters.
func (v *VAE[T]) Params() []nn.Param[T] { return v.params }

// A Bound is a negative evidence lower bound in its two terms, means over rows in nats.
type Bound struct{ Reconstruction, KL float64 }

// Total returns the sum.
func (b Bound) Total() float64 { return b.Reconstruction + b.KL }

// Encode returns q(z|x): views of the encoder's memory.
func (v *VAE[T]) Encode(x xent.Matrix[T]) xent.Normals[T] {
	return halves(v.encoder.Forward(x))
}

// halves takes the first half of the columns for means, the second for logarithms of variances.
func halves[T xent.Float](m xent.Matrix[T]) xent.Normals[T] {
	n := m.Cols / 2
	return xent.Normals[T]{
		Mean:   xent.Matrix[T]{Data: m.Data, Rows: m.Rows, Cols: n, Stride: m.Cols},
		LogVar: xent.Matrix[T]{Data: m.Data[n:], Rows: m.Rows, Cols: n, Stride: m.Cols},
	}
}

// draw returns m + √v·e: memory of the VAE. Each number of noise is one e.
func (v *VAE[T]) draw(q xent.Normals[T], noise []T) xent.Matrix[T] {
	v.z = grown(v.z, q.Mean.Rows*v.Latent)
	z := xent.MatrixOf(v.z, v.Latent)
	for i := range z.Rows {
		row, m, ln, e := z.Row(i), q.Mean.Row(i), q.LogVar.Row(i), noise[i*v.Latent:]
		for j := range row {
			row[j] = m[j] + T(math.Exp(float64(ln[j])/2))*e[j]
		}
	}
	return z
}

// grown returns n elements of a slice, which grows where it is too small.
func grown[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}

// cost is the mean reconstruction loss of rows given the decoder's output, and with grad its gradient by that.
func (v *VAE[T]) cost(grad []T, out, x xent.Matrix[T]) (res xent.Result, err error) {
	if v.pixels == Gaussian {
		if grad == nil {
			return xent.GaussianNLL(halves(out), x, &v.bins)
		}
		return xent.GaussianNLLGrad(halves(xent.MatrixOf(grad, out.Cols)), halves(out), x, &v.bins)
	}
	v.binary.Denominator = xent.Fixed(float64(x.Rows))
	if grad == nil {
		return xent.BinaryCrossEntropy(xent.Logits[T](out), x, &v.binary)
	}
	return xent.BinaryCrossEntropyGrad(xent.MatrixOf(grad, out.Cols), xent.Logits[T](out), x, &v.binary)
}

// costs stores the reconstruction loss of each row.
func (v *VAE[T]) costs(loss []T, out, x xent.Matrix[T]) error {
	var err error
	if v.pixels == Gaussian {
		_, err = xent.GaussianNLLRows(loss, halves(out), x, &v.bins)
	} else {
		_, err = xent.BinaryCrossEntropyRows(loss, xent.Logits[T](out), x, &v.binary)
	}
	return err
}

// learn leaves in the parameters the gradient of the mean over rows of reconstruction + β·KL, for one code each, and returns the
// two terms, the second without β. noise holds a standard normal number for each row and latent dimension; free are the nats
// that each number of a code may cost without being pulled.
//
//	dm = dz + β·∂KL/∂m          d ln v = dz·½·√v·e + β·∂KL/∂ln v
func (v *VAE[T]) learn(x xent.Matrix[T], noise []T, beta, free float64) (b Bound, err error) {
	q := v.Encode(x)
	z := v.draw(q, noise)
	out := v.decoder.Forward(z)
	v.gradX = grown(v.gradX, x.Rows*out.Cols)
	res, err := v.cost(v.gradX, out, x)
	if err != nil {
		return b, err
	}
	v.grad = grown(v.grad, x.Rows*2*v.Latent)
	grad := xent.MatrixOf(v.grad, 2*v.Latent)
	pull := halves(grad)
	v.beta, v.kl.FreeNats = beta, free
	if _, err = xent.GaussianKLGrad(pull, q, xent.Normals[T]{}, &v.kl); err != nil {
		return b, err
	}
	b.Reconstruction = float64(res.Mean())
	kl, err := xent.GaussianKL(q, xent.Normals[T]{}, &v.plain)
	if err != nil {
		return b, err
	}
	b.KL = float64(kl.Mean())
	dz := v.decoder.Backward(xent.MatrixOf(v.gradX, out.Cols))
	for i := range z.Rows {
		d, dm, dv, ln, e := dz.Row(i), pull.Mean.Row(i), pull.LogVar.Row(i), q.LogVar.Row(i), noise[i*v.Latent:]
		for j, g := range d {
			dm[j] += g
			dv[j] += g * T(math.Exp(float64(ln[j])/2)/2) * e[j]
		}
	}
	v.encoder.Learn(grad)
	return b, nil
}

// Draw decodes codes: the mean of each pixel, row by row, stored in images.
func (v *VAE[T]) Draw(images []T, z xent.Matrix[T]) {
	out := v.decoder.Forward(z)
	for i := range out.Rows {
		row := out.Row(i)
		for j := range v.Inputs {
			x := row[j]
			if v.pixels == Bernoulli {
				x = T(1 / (1 + math.Exp(-float64(x))))
			}
			images[i*v.Inputs+j] = min(max(x, 0), 1)
		}
	}
}

// VAEConfig says what a [VAERun] is.
type VAEConfig struct {
	Training
	Data       string  `json:"data"`
	Hidden     string  `json:"hidden"` // sizes of the encoder's hidden layers, "256-128"; the decoder's are the reverse
	Latent     int     `json:"latent"`
	Activation string  `json:"activation"`
	Pixels     string  `json:"pixels"`    // bernoulli or gaussian
	Beta       float64 `json:"beta"`      // weight of the KL
	KLWarmup   int     `json:"kl_warmup"` // epochs in which that rises from 0
	FreeNats   float64 `json:"free_nats"` // what each number of a code may cost without being pulled
}

// Default returns c with the usual value in place of each zero but those of Beta, KLWarmup and FreeNats.
func (c VAEConfig) Default() VAEConfig {
	orText(&c.Data, "digits")
	orText(&c.Hidden, "256-128")
	orText(&c.Activation, "gelu")
	orText(&c.Pixels, string(Bernoulli))
	if c.Latent == 0 {
		c.Latent = 8
	}
	c.or(Training{Recipe: "vae", Optimiser: "adamw", Rate: 3e-3, Schedule: "cosine", Batch: 64, Epochs: 150})
	return c
}

// hidden reads Hidden; nil for what is not sizes.
func (c *VAEConfig) hidden() (sizes []int) {
	for _, part := range strings.Split(c.Hidden, "-") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || n > 1<<16 {
			return nil
		}
		sizes = append(sizes, n)
	}
	return sizes
}

func (c *VAEConfig) check() error {
	_, act := activations[c.Activation]
	switch {
	case c.hidden() == nil:
		return &ConfigError{"hidden", strconv.Quote(c.Hidden), "sizes between dashes, such as 256-128"}
	case c.Latent < 1 || c.Latent > 1024:
		return &ConfigError{"latent", strconv.Itoa(c.Latent), "1 to 1024 dimensions"}
	case !act:
		return &ConfigError{"activation", strconv.Quote(c.Activation), "relu, gelu, tanh or sigmoid"}
	case Pixels(c.Pixels) != Bernoulli && Pixels(c.Pixels) != Gaussian:
		return &ConfigError{"pixels", strconv.Quote(c.Pixels), "bernoulli or gaussian"}
	case !(c.Beta >= 0 && c.Beta <= 1e6):
		return &ConfigError{"beta", number(c.Beta), "0 to 1e6"}
	case c.KLWarmup < 0 || c.KLWarmup > 1e6:
		return &ConfigError{"kl-warmup", strconv.Itoa(c.KLWarmup), "0 or more epochs"}
	case !(c.FreeNats >= 0 && c.FreeNats <= 1e3):
		return &ConfigError{"free-nats", number(c.FreeNats), "0 to 1000"}
	}
	return c.Training.check()
}
