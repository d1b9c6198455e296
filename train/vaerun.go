package train

import (
	"math"
	"strconv"

	"xent"
	"xent/nn"
)

// A VAERun is a [VAE] that is being trained: an [Experiment].
type VAERun struct {
	Config VAEConfig
	Data   *Data
	Model  *VAE[float32]

	loop
	x, noise []float32
	figures  [3]Figure
}

// NewVAE returns the run of c on images, before its first step.
//
// Errors: *ConfigError, *DataError.
func NewVAE(c VAEConfig, data *Data) (*VAERun, error) {
	if err := data.checkImages(); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	last, params := data.Inputs, 0
	for _, n := range c.hidden() {
		params += 2 * (last + 1) * n
		last = n
	}
	if params+3*(last+1)*c.Latent+2*last*data.Inputs > mostParams {
		return nil, &ConfigError{"hidden", strconv.Quote(c.Hidden), "at most 268,435,456 parameters"}
	}
	r := &VAERun{Config: c, Data: data}
	r.Model = newVAE[float32](nn.NewRand(c.Seed), &r.Config, data.Inputs, data.Step)
	r.loop = newLoop(&r.Config.Training, r.Model, len(data.Train.Y))
	r.x, r.noise = make([]float32, r.Config.Batch*data.Inputs), make([]float32, r.Config.Batch*c.Latent)
	return r, nil
}

// Settings returns &r.Config.
func (r *VAERun) Settings() any { return &r.Config }

// weight is β at the step to come.
func (r *VAERun) weight() float64 {
	if rise := r.Config.KLWarmup * r.PerEpoch(); r.step < rise {
		return r.Config.Beta * float64(r.step+1) / float64(rise)
	}
	return r.Config.Beta
}

// normals fills a slice with standard normal numbers.
func normals(rng *nn.Rand, to []float32) []float32 {
	for i := range to {
		to[i] = float32(rng.Normal())
	}
	return to
}

// Step makes one step. Its loss is reconstruction + β·KL, its figures are the two and "beta".
func (r *VAERun) Step(record bool) (Step, error) {
	rows, s := r.next()
	x := r.Data.Train.gather(r.x, rows, r.Data.Inputs)
	beta := r.weight()
	b, err := r.Model.learn(x, normals(r.random(), r.noise[:len(rows)*r.Config.Latent]), beta, r.Config.FreeNats)
	if err != nil {
		return s, err
	}
	s.Loss = b.Reconstruction + beta*b.KL
	r.figures = [...]Figure{{"reconstruction", b.Reconstruction}, {"kl", b.KL}, {"beta", beta}}
	s.Figures = r.figures[:]
	if s.Loss-s.Loss != 0 {
		return s, r.diverged(s)
	}
	return s, r.learn(&s, record)
}

// Gradient leaves in Params the gradient of the loss over the first training rows, 1024 at most, at the β that the training
// ends with.
func (r *VAERun) Gradient() (loss float64, err error) {
	n := min(len(r.Data.Train.Y), gradientRows)
	noise := normals(nn.NewRand(mix(r.Config.Seed, 0)), make([]float32, n*r.Config.Latent))
	b, err := r.Model.learn(r.Data.Train.matrix(0, n, r.Data.Inputs), noise, r.Config.Beta, r.Config.FreeNats)
	return b.Reconstruction + r.Config.Beta*b.KL, err
}

// A Latent is one dimension of the code, over the test rows.
type Latent struct {
	KL float64 // mean of KL(q(z|x)‖p(z)), in nats

	// Spread is the variance over the rows of the mean of q: what the dimension says of an image. Above 0.01 it is called
	// active by Burda, Grosse and Salakhutdinov 2016.
	Spread float64
}

// The bounds below which a dimension says nothing: its KL in nats, and the variance of its means.
const (
	CollapsedKL   = 0.01
	InactiveUnits = 0.01
)

// Collapsed tells whether the dimension costs next to nothing: its posterior is the prior, whatever the image.
func (l Latent) Collapsed() bool { return !(l.KL >= CollapsedKL) }

// Active tells whether the means differ from image to image.
func (l Latent) Active() bool { return l.Spread > InactiveUnits }

// A Mean is a mean over rows with its standard error, in nats.
type Mean struct{ Value, SE float64 }

// meanOf returns that of numbers.
func meanOf(x []float64) Mean {
	n := float64(len(x))
	var sum, squares float64
	for _, v := range x {
		sum += v
	}
	mean := sum / n
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	return Mean{mean, math.Sqrt(squares / (n - 1) / n)}
}

// VAEJudged is how a VAE does on the test rows. Bounds are of the code length, -ln p(x): smaller is better. Their standard errors
// are those of the choice of rows.
type VAEJudged struct {
	Bound          Mean // the negative ELBO, whatever β the training had
	Reconstruction Mean
	KL             Mean
	Latents        []Latent

	// Importance is the tighter bound of Burda, Grosse and Salakhutdinov 2016 from as many codes a row as Samples; both are 0
	// where it was not asked for.
	Importance Mean
	Samples    int
}

// Active counts the dimensions that are, Collapsed those that have collapsed.
func (j *VAEJudged) Active() (n int) {
	for _, l := range j.Latents {
		if l.Active() {
			n++
		}
	}
	return n
}

// Collapsed lists the dimensions that have.
func (j *VAEJudged) Collapsed() (which []int) {
	for k, l := range j.Latents {
		if l.Collapsed() {
			which = append(which, k)
		}
	}
	return which
}

// Test judges the model by the test rows. With samples above 0 it finds the importance-weighted bound too, which takes as many
// passes of the decoder,
//
//	-ln p(x) ≤ -E ln 1/K·Σ p(x|z_k)·p(z_k)/q(z_k|x)
//
// and the reconstruction is a mean over these codes; else over one. What it draws follows from the rows alone, not from the
// seed, so that runs compare. tick, if not nil, is called for each block of rows, and ends the test by an error.
func (r *VAERun) Test(samples int, tick func() error) (j VAEJudged, err error) {
	const block = 256
	rows, latent := r.Data.Test, r.Config.Latent
	rng := nn.NewRand(0)
	each := max(samples, 1)
	var bounds, costs, codes, weighted []float64
	var kl, sums, squares = make([]xent.Result, latent), make([]float64, latent), make([]float64, latent)
	loss, klRows := make([]float32, block), make([]float32, block)
	noise, logs := make([]float32, block*latent), make([]float64, block*each)
	for i := 0; i < len(rows.Y); i += block {
		if tick != nil {
			if err := tick(); err != nil {
				return j, err
			}
		}
		n := min(block, len(rows.Y)-i)
		x := rows.matrix(i, i+n, r.Data.Inputs)
		q := r.Model.Encode(x)
		if _, err = xent.GaussianKLRows(klRows[:n], q, xent.Normals[float32]{}, nil); err != nil {
			return j, err
		}
		if err = perLatent(q, kl, sums, squares); err != nil {
			return j, err
		}
		sum := make([]float64, n)
		for k := range each {
			normals(rng, noise[:n*latent])
			z := r.Model.draw(q, noise)
			if err = r.Model.costs(loss[:n], r.Model.decoder.Forward(z), x); err != nil {
				return j, err
			}
			for row := range n {
				sum[row] += float64(loss[row]) / float64(each)
				logs[row*each+k] = logWeight(z.Row(row), q.LogVar.Row(row), noise[row*latent:]) - float64(loss[row])
			}
		}
		for row := range n {
			costs, codes = append(costs, sum[row]), append(codes, float64(klRows[row]))
			bounds = append(bounds, sum[row]+float64(klRows[row]))
			weighted = append(weighted, math.Log(float64(each))-logSumExp(logs[row*each:(row+1)*each]))
		}
	}
	j = VAEJudged{Bound: meanOf(bounds), Reconstruction: meanOf(costs), KL: meanOf(codes)}
	if samples > 0 {
		j.Importance, j.Samples = meanOf(weighted), samples
	}
	n := float64(len(rows.Y))
	for k := range kl {
		mean := sums[k] / n
		j.Latents = append(j.Latents, Latent{float64(kl[k].Mean()), max(squares[k]/n-mean*mean, 0)})
	}
	return j, nil
}

// perLatent adds to the KL of each dimension, and to the sums and squares of its means.
func perLatent(q xent.Normals[float32], kl []xent.Result, sums, squares []float64) error {
	for k := range kl {
		column := func(m xent.Matrix[float32]) xent.Matrix[float32] {
			return xent.Matrix[float32]{Data: m.Data[k:], Rows: m.Rows, Cols: 1, Stride: m.Stride}
		}
		part, err := xent.GaussianKL(xent.Normals[float32]{Mean: column(q.Mean), LogVar: column(q.LogVar)}, xent.Normals[float32]{}, nil)
		if err != nil {
			return err
		}
		kl[k].Merge(part)
		for i := range q.Mean.Rows {
			m := float64(q.Mean.Row(i)[k])
			sums[k] += m
			squares[k] += m * m
		}
	}
	return nil
}

// logWeight is ln p(z) - ln q(z|x) of a code z = m + √v·e.
func logWeight(z, logVar, e []float32) (w float64) {
	for j, v := range z {
		w += (float64(e[j])*float64(e[j]) - float64(v)*float64(v) + float64(logVar[j])) / 2
	}
	return w
}

// logSumExp is the logarithm of a sum of exponentials.
func logSumExp(x []float64) float64 {
	most := math.Inf(-1)
	for _, v := range x {
		most = max(most, v)
	}
	sum := 0.
	for _, v := range x {
		sum += math.Exp(v - most)
	}
	return most + math.Log(sum)
}

// Samples draws n images from codes of the prior: the mean of each pixel, which does not depend on who asks.
func (r *VAERun) Samples(n int) []float32 {
	z := normals(nn.NewRand(mix(r.Config.Seed, 1<<32)), make([]float32, n*r.Config.Latent))
	images := make([]float32, n*r.Data.Inputs)
	r.Model.Draw(images, xent.MatrixOf(z, r.Config.Latent))
	return images
}

// Reconstructions returns the first n test images, and what becomes of each through the mean of its code.
func (r *VAERun) Reconstructions(n int) (images, again []float32) {
	n = min(n, len(r.Data.Test.Y))
	x := r.Data.Test.matrix(0, n, r.Data.Inputs)
	q := r.Model.Encode(x)
	again = make([]float32, n*r.Data.Inputs)
	r.Model.Draw(again, r.Model.draw(q, make([]float32, n*r.Config.Latent)))
	return x.Data[:len(again)], again
}

// Manifold draws side × side images from codes of two dimensions, at the middles of steps of equal probability under the prior:
// the first dimension from left to right, the second from the bottom up. nil for codes of other dimensions.
func (r *VAERun) Manifold(side int) []float32 {
	if r.Config.Latent != 2 {
		return nil
	}
	at := func(i int) float32 { return float32(math.Sqrt2 * math.Erfinv(2*(float64(i)+.5)/float64(side)-1)) }
	var z []float32
	for y := range side {
		for x := range side {
			z = append(z, at(x), at(side-1-y))
		}
	}
	images := make([]float32, side*side*r.Data.Inputs)
	r.Model.Draw(images, xent.MatrixOf(z, 2))
	return images
}
