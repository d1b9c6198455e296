//go:build !js || practice

package lab

import (
	"math"

	"xent/info"
)

// ELBOParams is the smallest variational autoencoder: one number x, made from one hidden number z.
type ELBOParams struct {
	X     float64 // what was observed, in -5 … 5
	Noise float64 // the standard deviation of the decoder, in 0.1 … 3
	Mean  float64 // of the approximate posterior q(z), in -5 … 5
	SD    float64 // of it, in 0.05 … 3
	Unit  Unit
}

// ELBOView takes the evidence apart. Information is in the unit asked for; log-densities may be above 0.
type ELBOView struct {
	Reconstruction float64 // E[log p(x|z)] over q
	KL             float64 // D(q(z)‖p(z)), from the prior
	ELBO           float64 // Reconstruction - KL
	Gap            float64 // D(q(z)‖p(z|x)), from the true posterior; never negative
	Evidence       float64 // log p(x) = ELBO + Gap, whatever q is

	BestMean, BestSD    float64 // of the true posterior
	Prior, Model, Truth []Point // the densities of p(z), q(z) and p(z|x)
	Top                 float64 // the height of the picture
	Text                ELBOText
}

// ELBOText holds the figures as they are printed. Decimals are added until ELBO and gap add up to the evidence, and
// reconstruction less KL to the ELBO.
type ELBOText struct {
	Reconstruction, KL, ELBO, Gap, Evidence string
	BestMean, BestSD                        string
	Mean, SD                                string // as literals
	KLAlone                                 string // the KL with four decimals, of the closed form
}

// ELBO evaluates a model in which everything is normal and so everything has a closed form:
//
//	prior p(z) = N(0, 1)     decoder p(x|z) = N(z, s)     approximate posterior q(z) = N(m, σ)
//	KL(q‖p) = ½(m² + σ² - 1 - ln σ²)
//	E[log p(x|z)] = -ln(s·√2π) - ((x-m)² + σ²)/2s²
//	log p(x) = ELBO + KL(q‖p(z|x))     p(x) = N(0, √(1+s²)), p(z|x) = N(x/(1+s²), s/√(1+s²))
//
// Errors: [ParamError].
// Source: Kingma and Welling 2014, with a linear decoder of one dimension.
func ELBO(params ELBOParams) (ELBOView, error) {
	c := checker{fn: "ELBO"}
	c.unit(params.Unit)
	c.inRange("x", params.X, -5, 5)
	c.inRange("noise", params.Noise, .1, 3)
	c.inRange("mean", params.Mean, -5, 5)
	c.inRange("sd", params.SD, .05, 3)
	if !c.ok() {
		return ELBOView{}, c.result()
	}

	unit, s := params.Unit, params.Noise
	both := 1 + s*s
	prior, model := info.Normal{SD: 1}, info.Normal{Mean: params.Mean, SD: params.SD}
	truth := info.Normal{Mean: params.X / both, SD: s / math.Sqrt(both)}
	cost := model.CrossEntropy(info.Normal{Mean: params.X, SD: s}) // of x given z is that of z given x
	kl, gap := model.KL(prior), model.KL(truth)
	v := ELBOView{
		Reconstruction: unit.of(-cost), KL: unit.of(kl), ELBO: unit.of(-cost - kl), Gap: unit.of(gap),
		Evidence: unit.of(-cost - kl + gap), BestMean: truth.Mean, BestSD: truth.SD,
		Prior: bell(prior), Model: bell(model), Truth: bell(truth),
	}
	v.Top = roundTop(max(height(prior, 0), height(model, model.Mean), height(truth, truth.Mean)))
	decimals := 4
	for ; decimals < 12; decimals++ {
		elbo := ticks(v.ELBO, decimals)
		if elbo+ticks(v.Gap, decimals) == ticks(v.Evidence, decimals) &&
			ticks(v.Reconstruction, decimals)-ticks(v.KL, decimals) == elbo {
			break
		}
	}
	v.Text = ELBOText{
		Reconstruction: Fixed(v.Reconstruction, decimals), KL: Fixed(v.KL, decimals), ELBO: Fixed(v.ELBO, decimals),
		Gap: Fixed(v.Gap, decimals), Evidence: Fixed(v.Evidence, decimals), KLAlone: figure(v.KL),
		BestMean: figure(truth.Mean), BestSD: figure(truth.SD),
		Mean: Shortest(params.Mean), SD: Shortest(params.SD),
	}
	return v, nil
}

// height is the density of n at z.
func height(n info.Normal, z float64) float64 {
	d := (z - n.Mean) / n.SD
	return math.Exp(-d*d/2) / (n.SD * math.Sqrt(2*math.Pi))
}

// bell draws a density, closer around its middle.
func bell(n info.Normal) []Point {
	const half = 24
	points := make([]Point, 0, 2*half+1)
	for i := -half; i <= half; i++ {
		z := n.Mean + 4*n.SD*float64(i)/half
		points = append(points, Point{X: z, Y: height(n, z)})
	}
	return points
}
