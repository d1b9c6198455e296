package train

import "math"

// A pixelPrior is what each pixel is by itself, over the images to train on: how often each of its values, from -1 to 1, occurs, or
// where these are many a normal distribution.
type pixelPrior struct {
	levels         int       // values; 0: a normal distribution
	logs           []float64 // [pixels, levels] of the frequencies, each count half a time more than it was
	mean, variance []float64
}

// mostLevels is how many values are told apart: each costs an exponential for each pixel that is looked at.
const mostLevels = 32

// newPixelPrior counts rows of so many pixels, with values from 0 to 1 in these steps.
func newPixelPrior(x []float32, pixels int, step float64) *pixelPrior {
	p := &pixelPrior{mean: make([]float64, pixels), variance: make([]float64, pixels)}
	rows := float64(len(x) / pixels)
	for i, v := range x {
		p.mean[i%pixels] += (2*float64(v) - 1) / rows
	}
	for i, v := range x {
		d := 2*float64(v) - 1 - p.mean[i%pixels]
		p.variance[i%pixels] += d * d / rows
	}
	for i := range p.variance {
		p.variance[i] += step * step / 3 // of a bin of the width 2·step
	}
	levels := int(math.Round(1/step)) + 1
	if levels > mostLevels {
		return p
	}
	p.levels, p.logs = levels, make([]float64, pixels*levels)
	for i, v := range x {
		p.logs[i%pixels*levels+int(math.Round(float64(v)/step))]++
	}
	for i, n := range p.logs {
		p.logs[i] = math.Log((n + .5) / (rows + .5*float64(levels)))
	}
	return p
}

// look returns mean and standard deviation of pixel i, given itself with noise: x = keep·pixel + a normal number of that variance.
// Of levels it is a softmax:
//
//	p(level|x) = softmax(ln p(level) - (x - keep·level)²/(2·noise))
func (p *pixelPrior) look(i int, x, keep, noise float64) (mean, sd float64) {
	if p.levels == 0 {
		v := 1 / (1/p.variance[i] + keep*keep/noise)
		return v * (p.mean[i]/p.variance[i] + keep*x/noise), math.Sqrt(v)
	}
	var z [mostLevels]float64
	logits := z[:p.levels]
	step, most := 2/float64(p.levels-1), math.Inf(-1)
	for k, ln := range p.logs[i*p.levels:][:p.levels] {
		d := x - keep*(float64(k)*step-1)
		logits[k] = ln - d*d/(2*noise)
		most = max(most, logits[k])
	}
	var sum, first, second float64
	for k, l := range logits {
		if l -= most; l > -30 {
			e, at := math.Exp(l), float64(k)*step-1
			sum += e
			first += e * at
			second += e * at * at
		}
	}
	mean = first / sum
	return mean, math.Sqrt(max(second/sum-mean*mean, 0))
}
