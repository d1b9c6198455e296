package doctor

import (
	"math"
	"math/rand/v2"

	"xent"
)

// lossAtStart compares the first loss with ln K, that of a model without opinion.
var lossAtStart = Detector{
	ID: "loss-at-start", Code: "C01", Summary: "a first loss that is not ln K",
	Curve: func(c *Curve) *Finding {
		s := c.Loss.finite()
		if c.Classes < 2 || s.Len() == 0 || s.Step[0] > 1 || s.Step[0] < 0 {
			return nil
		}
		first, uniform := s.Value[0], math.Log(float64(c.Classes))
		f := &Finding{
			Severity: Warning,
			Evidence: figures.
				add("first", first, Nats).
				add("uniform", uniform, Nats).
				add("step", s.Step[0], Plain),
			Rows: []int64{int64(s.Step[0])},
		}
		switch {
		case first > uniform+.5:
			f.Says = "the first loss is {first}, and a model without opinion has {uniform}: the logits begin with a standard deviation of about {deviation}"
			f.Evidence = f.Evidence.add("deviation", deviation(c.Classes, first), Plain)
			f.Else = "a model that was trained before, for something else"
			f.Fix = "begin with a smaller last layer, its bias the logarithms of the class frequencies"
			if first > uniform+4 {
				f.Severity, f.Else = Error, ""
			}
		case first < uniform-.3:
			f.Says = "the first loss is {first}, below the {uniform} of a model without opinion: something is known before the first step"
			f.Else = "a model that was trained before, uneven class frequencies in its bias, or a first point that is a mean over many steps"
			f.Fix = "look at the loss of the very first batch, before any update"
		default:
			return nil
		}
		return f
	},
}

// deviation returns the standard deviation of normal logits of which labels are independent that gives a mean loss:
// E[logsumexp(σ·g)] = loss, by bisection over simulated rows, always the same ones. For many classes it is close to
// √(2·(loss - ln K)).
func deviation(classes int, loss float64) float64 {
	k := min(classes, 1<<12)
	rows := max(1, 1<<17/k)
	r := rand.New(rand.NewPCG(1, uint64(k)))
	g, z := make([]float64, rows*k), make([]float64, k)
	for i := range g {
		g[i] = r.NormFloat64()
	}
	beyond := loss - math.Log(float64(classes))
	low, high := 0., 1.
	for mean(g, z, high) < beyond && high < 1e6 {
		low, high = high, 2*high
	}
	for range 30 {
		if middle := (low + high) / 2; mean(g, z, middle) < beyond {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// mean returns the mean of logsumexp(σ·g) - ln K over the rows of g.
func mean(g, z []float64, sigma float64) float64 {
	sum := 0.0
	for i := 0; i < len(g); i += len(z) {
		for k := range z {
			z[k] = sigma * g[i+k]
		}
		sum += xent.RowMoments(z).LogSumExp()
	}
	return sum*float64(len(z))/float64(len(g)) - math.Log(float64(len(z)))
}
