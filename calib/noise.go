package calib

import (
	"math"
)

// Labels are rows with their labels, for what must look at them more than once.
type Labels struct {
	Classes int
	LogP    []float64 // [rows, classes]: log-probabilities, or logits
	Class   []int     // [rows]
	Weight  []float64 // [rows]; nil means 1
}

func (l *Labels) weight(i int) float64 {
	if l.Weight == nil {
		return 1
	}
	return l.Weight[i]
}

// row returns the logits of row i.
func (l *Labels) row(i int) []float64 { return l.LogP[i*l.Classes : (i+1)*l.Classes] }

// totals returns W = Σ w and W²/Σ w², the rows of weight 1 that tell as much.
func (l *Labels) totals() (w, effective float64) {
	squares := 0.0
	for i := range l.Class {
		w += l.weight(i)
		squares += l.weight(i) * l.weight(i)
	}
	return w, w * w / squares
}

// Noise is a model of labels of which some are drawn at random: label y of a row has the probability
//
//	p'[y] = (1-ε)·softmax(z/T)[y] + ε/K
//
// so that a share ε·(K-1)/K of the labels is not what the row is.
type Noise struct {
	Temperature float64
	Epsilon     float64
	Low, High   float64 // of Epsilon: where the profile likelihood is not significantly less, at 5 %
	Loss        float64 // mean of -ln p'[y], nats
}

// Rate is the share of labels that are wrong.
func (n *Noise) Rate(classes int) float64 { return n.Epsilon * float64(classes-1) / float64(classes) }

// Random returns the probability that the label of a row was drawn at random, where q = softmax(z/T)[label].
func (n *Noise) Random(q float64, classes int) float64 {
	if n.Epsilon == 0 {
		return 0
	}
	random := n.Epsilon / float64(classes)
	return random / ((1-n.Epsilon)*q + random)
}

// Of returns softmax(z/T)[label].
func (n *Noise) Of(z []float64, label int) float64 { return softmaxAt(z, label, 1/n.Temperature) }

// softmaxAt returns softmax(β·z)[y]; z may hold -Inf, but not everywhere.
func softmaxAt(z []float64, y int, beta float64) float64 {
	top := math.Inf(-1)
	for _, v := range z {
		top = max(top, v)
	}
	sum := 0.0
	for _, v := range z {
		sum += math.Exp(beta * (v - top))
	}
	return math.Exp(beta*(z[y]-top)) / sum
}

// Inverse temperatures of the grids on which the noise is looked for: first wide, then about the best.
const (
	noiseOctave = 4 // nodes of the wide grid to a doubling
	noiseWide   = 4 // doublings to either side
	noiseNear   = 32
	noiseStep   = 1. / 32 // of a doubling, of the near grid
)

// FitNoise finds the temperature and ε at which the labels are likeliest. For a temperature the likelihood is concave in ε;
// temperatures are looked for from 1/16 to 16, on a grid and then between its nodes, to some 1e-6 of themselves.
//
// It is NaN without rows. Labels that are wrong in a system, every third cat a dog, are no random ones: a model which has
// learnt the system expects them, and [Noise.Random] is then blind to them.
//
// The interval takes as long again; without it Low and High are NaN.
//
// Memory: a number a row, 66 for the interval. Source: Angluin and Laird 1988 (the model of noise); Patrini et al. 2017 (its likelihood).
func FitNoise(l *Labels, interval bool) Noise {
	if len(l.Class) == 0 {
		nan := math.NaN()
		return Noise{nan, nan, nan, nan, nan}
	}
	q := make([]float64, len(l.Class))
	at := func(power float64) (loss, epsilon float64) {
		l.chances(q, math.Exp2(power))
		return l.bestEpsilon(q)
	}
	best, least := 0.0, math.Inf(1)
	for j := -noiseWide * noiseOctave; j <= noiseWide*noiseOctave; j++ {
		power := float64(j) / noiseOctave
		if loss, _ := at(power); loss < least {
			best, least = power, loss
		}
	}
	power := golden(max(best-1./noiseOctave, -noiseWide), min(best+1./noiseOctave, noiseWide), func(x float64) float64 {
		loss, _ := at(x)
		return loss
	})
	loss, epsilon := at(power)
	n := Noise{Temperature: math.Exp2(-power), Epsilon: epsilon, Loss: loss, Low: math.NaN(), High: math.NaN()}
	if interval {
		n.Low, n.High = l.profile(power, loss, epsilon)
	}
	return n
}

// chances stores softmax(βz)[y] of every row in q.
func (l *Labels) chances(q []float64, beta float64) {
	for i, y := range l.Class {
		q[i] = softmaxAt(l.row(i), y, beta)
	}
}

// noiseLoss is the mean of -ln((1-ε)q + ε/K).
func (l *Labels) noiseLoss(q []float64, epsilon float64) float64 {
	random, sum, w := epsilon/float64(l.Classes), 0.0, 0.0
	for i, v := range q {
		sum -= l.weight(i) * math.Log((1-epsilon)*v+random)
		w += l.weight(i)
	}
	return sum / w
}

// bestEpsilon returns the ε of least loss, and that loss.
func (l *Labels) bestEpsilon(q []float64) (loss, epsilon float64) {
	k := float64(l.Classes)
	slope := func(e float64) (first, second float64) { // of the likelihood
		for i, v := range q {
			w, r := l.weight(i), (1/k-v)/((1-e)*v+e/k)
			first += w * r
			second -= w * r * r
		}
		return first, second
	}
	if first, _ := slope(0); !(first > 0) {
		return l.noiseLoss(q, 0), 0
	}
	if first, _ := slope(1); first > 0 {
		return l.noiseLoss(q, 1), 1
	}
	low, high := 0.0, 1.0
	epsilon = .02
	for range 60 { // Newton's steps; where one leaves the bracket, a half of it
		first, second := slope(epsilon)
		if first > 0 {
			low = epsilon
		} else {
			high = epsilon
		}
		next := epsilon - first/second
		if !(next > low && next < high) {
			next = low + (high-low)/2
		}
		if math.Abs(next-epsilon) <= 1e-15 {
			break
		}
		epsilon = next
	}
	return l.noiseLoss(q, epsilon), epsilon
}

// profile returns the ends of the ε whose loss, at the temperature that suits them best, is by less than 3.84/2n above the least.
func (l *Labels) profile(power, least, epsilon float64) (low, high float64) {
	_, n := l.totals()
	allowed := least + chi95/(2*n)
	var q [2*noiseNear + 1][]float64
	for j := range q {
		q[j] = make([]float64, len(l.Class))
		l.chances(q[j], math.Exp2(power+float64(j-noiseNear)*noiseStep))
	}
	at := noiseNear // the node that was best last
	excess := func(e float64) float64 {
		loss := l.noiseLoss(q[at], e)
		for _, step := range [...]int{-1, 1} {
			for at+step >= 0 && at+step < len(q) {
				next := l.noiseLoss(q[at+step], e)
				if next >= loss {
					break
				}
				at, loss = at+step, next
			}
		}
		if at > 0 && at < len(q)-1 { // the least of the parabola through three nodes
			before, after := l.noiseLoss(q[at-1], e), l.noiseLoss(q[at+1], e)
			if a, b := before-2*loss+after, after-before; a > 0 {
				loss -= b * b / (8 * a)
			}
		}
		return loss - allowed
	}
	end := func(in, out float64) float64 {
		if excess(out) <= 0 {
			return out
		}
		for range 30 {
			mid := in + (out-in)/2
			if excess(mid) <= 0 {
				in = mid
			} else {
				out = mid
			}
		}
		return in
	}
	return end(epsilon, 0), end(epsilon, 1)
}

// chi95 is the 95 % point of chi-squared with one degree of freedom.
const chi95 = 3.841458820694124

// golden returns the argument at which f is least between low and high, where f falls and then rises.
func golden(low, high float64, f func(float64) float64) float64 {
	const ratio = 0.6180339887498949
	a, b := high-ratio*(high-low), low+ratio*(high-low)
	fa, fb := f(a), f(b)
	for high-low > 2e-7 {
		if fa < fb {
			high, b, fb = b, a, fa
			a = high - ratio*(high-low)
			fa = f(a)
		} else {
			low, a, fa = a, b, fb
			b = low + ratio*(high-low)
			fb = f(b)
		}
	}
	return low + (high-low)/2
}
