package train

import (
	"math"

	"xent"
	"xent/nn"
)

// A DiffusionRun is a diffusion model that is being trained: an [Experiment].
type DiffusionRun struct {
	Config DiffusionConfig
	Data   *Data
	Model  *Denoiser[float32]

	loop
	x, noise, noisy []float32
	steps           []int
	weights         []float64 // of the steps in the loss; nil: 1
}

// NewDiffusion returns the run of c on images, before its first step.
//
// Errors: *ConfigError, *DataError.
func NewDiffusion(c DiffusionConfig, data *Data) (*DiffusionRun, error) {
	if err := data.checkImages(); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	r := &DiffusionRun{Config: c, Data: data}
	r.Model = newDenoiser[float32](nn.NewRand(c.Seed), &r.Config, newPixelPrior(data.Train.X, data.Inputs, data.Step), data.Inputs)
	r.loop = newLoop(&r.Config.Training, r.Model, len(data.Train.Y))
	n := r.Config.Batch * data.Inputs
	r.x, r.noise, r.noisy, r.steps = make([]float32, n), make([]float32, n), make([]float32, n), make([]int, r.Config.Batch)
	if c.Weights == "bound" {
		r.weights = r.Model.noise.boundWeights()
	}
	return r, nil
}

// Settings returns &r.Config.
func (r *DiffusionRun) Settings() any { return &r.Config }

// signed stretches pixels from 0 to 1 to -1 to 1, in place.
func signed(x []float32) []float32 {
	for i, v := range x {
		x[i] = 2*v - 1
	}
	return x
}

// Step makes one step: noise of a random step for each row, which the network guesses.
func (r *DiffusionRun) Step(record bool) (Step, error) {
	rows, s := r.next()
	x := r.Data.Train.gather(r.x, rows, r.Data.Inputs)
	signed(x.Data)
	loss, err := r.objective(r.random(), x, r.noisy, r.noise, r.steps[:len(rows)])
	if err != nil {
		return s, err
	}
	if s.Loss = loss; s.Loss-s.Loss != 0 {
		return s, r.diverged(s)
	}
	return s, r.learn(&s, record)
}

// objective draws noise and steps for images x, and leaves the gradient of the loss in the parameters.
func (r *DiffusionRun) objective(rng *nn.Rand, x xent.Matrix[float32], noisy, noise []float32, steps []int) (float64, error) {
	for i := range steps {
		steps[i] = 1 + int(rng.Float64()*float64(r.Config.NoiseSteps))
	}
	normals(rng, noise[:len(x.Data)])
	at := xent.MatrixOf(noisy[:len(x.Data)], x.Cols)
	r.Model.blur(at, x, noise, steps)
	return r.Model.learn(at, noise, steps, r.weights)
}

// Gradient leaves in Params the gradient of the loss over the first training rows, 1024 at most.
func (r *DiffusionRun) Gradient() (loss float64, err error) {
	n := min(len(r.Data.Train.Y), gradientRows)
	x := r.images(&r.Data.Train, 0, n)
	return r.objective(nn.NewRand(mix(r.Config.Seed, 0)), x, make([]float32, len(x.Data)), make([]float32, len(x.Data)), make([]int, n))
}

// images are rows i to j, from -1 to 1: a copy.
func (r *DiffusionRun) images(rows *Rows, i, j int) xent.Matrix[float32] {
	x := rows.matrix(i, j, r.Data.Inputs)
	return xent.MatrixOf(signed(append([]float32(nil), x.Data...)), x.Cols)
}

// Look returns the mean squared error of the guessed noise over the test rows, each at a step of its own and with noise that is
// always the same.
func (r *DiffusionRun) Look() (loss float64, err error) {
	n := len(r.Data.Test.Y)
	rng := nn.NewRand(0)
	var all xent.Result
	for i := 0; i < n; i += testBlock {
		x := r.images(&r.Data.Test, i, min(i+testBlock, n))
		steps := make([]int, x.Rows)
		for k := range steps {
			steps[k] = 1 + (i+k)*7919%r.Config.NoiseSteps
		}
		noise := normals(rng, make([]float32, len(x.Data)))
		at := xent.MatrixOf(make([]float32, len(x.Data)), x.Cols)
		r.Model.blur(at, x, noise, steps)
		part, err := xent.SquaredError(r.Model.guess(at, steps), xent.MatrixOf(noise, x.Cols), nil)
		if err != nil {
			return 0, err
		}
		all.Merge(part)
	}
	return float64(all.Mean()), nil
}

// testBlock is how many rows are judged at a time.
const testBlock = 256

// Backward returns the variance of each step back, by the step that it is from. "posterior" is that of q(x_t-1|x_t, x_0), the least there can be, "forward" is β, the most,
// and "fitted" what makes the first 512 training rows most probable: the first and the mean squared error of the guessed mean (Bao et al. 2022). What
// the last step, from 1 to 0, is told of its variance is β in place of 0.
func (r *DiffusionRun) Backward(tick func() error) ([]float64, error) {
	n := &r.Model.noise
	v := append([]float64(nil), n.spread...)
	v[1] = n.beta[1]
	switch r.Config.Variance {
	case "forward":
		copy(v, n.beta)
	case "fitted":
		rows := min(len(r.Data.Train.Y), 2*testBlock)
		rng, x := nn.NewRand(1), r.images(&r.Data.Train, 0, rows)
		w := newWalk(r, rows)
		for t := range v[1:] {
			if err := call(tick); err != nil {
				return nil, err
			}
			w.look(rng, x, t+1)
			res, err := xent.SquaredError(w.guess, w.truth, nil)
			if err != nil {
				return nil, err
			}
			v[t+1] = n.spread[t+1] + max(float64(res.Mean()), 1e-9)
		}
	}
	return v, nil
}

func call(tick func() error) error {
	if tick == nil {
		return nil
	}
	return tick()
}

// A walk holds what a step back is looked at with, for some rows.
type walk struct {
	r                          *DiffusionRun
	x, truth, guess, logVar, q xent.Matrix[float32]
	noise                      []float32
	steps                      []int
}

func newWalk(r *DiffusionRun, rows int) *walk {
	room := func() xent.Matrix[float32] {
		return xent.MatrixOf(make([]float32, rows*r.Data.Inputs), r.Data.Inputs)
	}
	return &walk{r, room(), room(), room(), room(), room(), make([]float32, rows*r.Data.Inputs), make([]int, rows)}
}

// look blurs images to step t, and stores the mean of the step back as it is and as the network guesses it.
func (w *walk) look(rng *nn.Rand, images xent.Matrix[float32], t int) {
	for i := range w.steps {
		w.steps[i] = t
	}
	m := w.r.Model
	m.blur(w.x, images, normals(rng, w.noise), w.steps)
	w.guess = m.guess(w.x, w.steps)
	m.restore(w.guess, w.x, t)
	m.truth(w.truth, images, w.x, t)
}

// filled returns m with one value everywhere.
func filled(m xent.Matrix[float32], v float64) xent.Matrix[float32] {
	for i := range m.Data {
		m.Data[i] = float32(v)
	}
	return m
}

// DiffusionJudged is the variational bound of the code length of the test rows, term by term, in nats a row: smaller is better. Its
// standard errors are those of the choice of rows, each with one noise a step.
//
//	-ln p(x_0) ≤ KL(q(x_T|x_0)‖p(x_T)) + Σ KL(q(x_t-1|x_t, x_0)‖p(x_t-1|x_t)) - E ln p(x_0|x_1)          t from T to 2
type DiffusionJudged struct {
	Bound   Mean
	Prior   Mean   // the first term: what the noise at the end still tells of the image
	Decoder Mean   // the last: the image in its steps, from the one with the least noise
	Steps   []Mean // [t-1] is the term of the step back from t: the decoder's for 1
}

// Test judges the model, with these variances of the steps back, by the test rows. What it draws follows from the rows alone, so that runs compare. tick, if not nil, is called
// now and then, and ends the test by an error.
func (r *DiffusionRun) Test(variance []float64, tick func() error) (j DiffusionJudged, err error) {
	n, last := len(r.Data.Test.Y), r.Config.NoiseSteps
	terms := make([][]float64, last+1) // [0] the prior's
	rng := nn.NewRand(0)
	for i := 0; i < n; i += testBlock {
		x := r.images(&r.Data.Test, i, min(i+testBlock, n))
		w, loss := newWalk(r, x.Rows), make([]float32, x.Rows)
		for t := range terms {
			if err := call(tick); err != nil {
				return j, err
			}
			if err := w.term(loss, rng, x, t, variance[t]); err != nil {
				return j, err
			}
			for _, v := range loss {
				terms[t] = append(terms[t], float64(v))
			}
		}
	}
	whole := make([]float64, n)
	for t, each := range terms {
		for i, v := range each {
			whole[i] += v
		}
		if t > 0 {
			j.Steps = append(j.Steps, meanOf(each))
		}
	}
	j.Bound, j.Prior, j.Decoder = meanOf(whole), meanOf(terms[0]), j.Steps[0]
	return j, nil
}

// term stores what each image costs at a step: of 0 the prior's term, of 1 the decoder's, else the step's back.
func (w *walk) term(loss []float32, rng *nn.Rand, images xent.Matrix[float32], t int, variance float64) error {
	m := w.r.Model
	if t == 0 {
		kept := m.noise.kept[len(m.noise.kept)-1]
		for k, v := range images.Data {
			w.truth.Data[k] = float32(math.Sqrt(kept) * float64(v))
		}
		_, err := xent.GaussianKLRows(loss, xent.Normals[float32]{Mean: w.truth, LogVar: filled(w.logVar, math.Log1p(-kept))}, xent.Normals[float32]{}, nil)
		return err
	}
	w.look(rng, images, t)
	p := xent.Normals[float32]{Mean: w.guess, LogVar: filled(w.logVar, math.Log(variance))}
	if t == 1 {
		step := 2 * w.r.Data.Step
		_, err := xent.GaussianNLLRows(loss, p, images, &xent.GaussianOptions{Bins: &xent.Bins{Width: step, Low: -1, High: 1}})
		return err
	}
	q := xent.Normals[float32]{Mean: w.truth, LogVar: filled(w.q, math.Log(m.noise.spread[t]))}
	_, err := xent.GaussianKLRows(loss, p, q, &xent.GaussianKLOptions{Reverse: true})
	return err
}

// Samples draws n images from noise by steps back of these variances, and keeps of the first few how they looked at so many moments on the way, evenly spaced and the
// image last: [few, moments, pixels]. Pixels are 0 to 1.
func (r *DiffusionRun) Samples(variance []float64, n, few, moments int, tick func() error) (images, course []float32, err error) {
	m, rng, last := r.Model, nn.NewRand(mix(r.Config.Seed, 1<<32)), r.Config.NoiseSteps
	size := r.Data.Inputs
	x := xent.MatrixOf(normals(rng, make([]float32, n*size)), size)
	noise, steps := make([]float32, n*size), make([]int, n)
	course = make([]float32, few*moments*size)
	keep := func(moment int) {
		for i := range few {
			copy(course[(i*moments+moment)*size:], x.Row(i))
		}
	}
	moment := 0
	for t := last; t > 0; t-- {
		if moment < moments-1 && (last-t)*(moments-1) >= moment*last {
			keep(moment)
			moment++
		}
		if err := call(tick); err != nil {
			return nil, nil, err
		}
		for i := range steps {
			steps[i] = t
		}
		guess := m.guess(x, steps)
		m.restore(guess, x, t)
		sd := 0.
		if t > 1 {
			sd = math.Sqrt(variance[t])
			normals(rng, noise)
		}
		for k, mean := range guess.Data {
			x.Data[k] = mean + float32(sd*float64(noise[k]))
		}
	}
	keep(moments - 1)
	return unit(x.Data), unit(course), nil
}

// unit takes values from -1 to 1 to pixels from 0 to 1, those beyond to the ends.
func unit(x []float32) []float32 {
	for i, v := range x {
		x[i] = min(max((v+1)/2, 0), 1)
	}
	return x
}
