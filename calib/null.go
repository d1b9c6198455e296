package calib

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Null is what [ECE] would be for a perfectly calibrated model with the same confidences.
type Null struct {
	Mean float64 // expected ECE
	P95  float64 // exceeded in 5 % of cases
	P    float64 // probability of an ECE at least as large as the one measured
}

// draws is the number of simulated data sets behind P95 and P: P is a multiple of 1/10000.
const draws = 9999

// NullECE returns the distribution of the ECE of bins under perfect calibration, when each row of
// bin b comes true with probability confidence_b, independently:
//
//	Mean = Σ_b W_b/W · E|X_b/n_b - confidence_b|     X_b ~ Binomial(n_b, confidence_b)
//
// Mean is exact, by de Moivre's formula for the mean deviation of a binomial; P95 and P come from
// 9999 simulated data sets, P as (1 + how many of them reach the ECE)/10000. The same bins and seed
// give the same answer.
//
// Limits: rows of one bin differ in confidence, which makes the true chance deviations slightly
// smaller than binomial ones, so that the test rejects a little less often than it says. Binned
// deviations are a fair test with few rows in a bin too, but then the ECE is mostly chance: look at Mean.
// Rows are taken for independent. Bins whose weights are not all 1 get a normal deviation of variance
// confidence·(1-confidence)·Σ w², which needs some 30 rows a bin.
//
// Source: Bröcker and Smith 2007 (consistency resampling); de Moivre 1730 for the mean deviation.
func NullECE(bins []Bin, seed uint64) Null {
	nan := math.NaN()
	if len(bins) == 0 {
		return Null{nan, nan, nan}
	}
	var weight float64
	for _, b := range bins {
		weight += b.Weight
	}
	var null Null
	laws := make([]law, len(bins))
	for i, b := range bins {
		laws[i] = lawOf(b)
		null.Mean += laws[i].mean / weight
	}
	r := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	sample := make([]float64, draws)
	for d := range sample {
		for i := range laws {
			sample[d] += laws[i].draw(r)
		}
	}
	slices.Sort(sample)
	null.P95 = sample[draws*95/100] / weight
	// The measured deviation is summed as the simulated ones are, so that equal data sets tie.
	var measured float64
	for i, b := range bins {
		measured += laws[i].deviation(b)
	}
	below, _ := slices.BinarySearch(sample, measured*(1-1e-12))
	null.P = float64(1+draws-below) / (1 + draws)
	return null
}

// Consistency returns the interval in which the accuracy of the bin lies in 95 % of cases, at least, if each of its rows
// comes true with the bin's confidence: the band of a reliability diagram in which calibrated models stay. With rows of
// weight 1 its ends are quantiles of a binomial, else of a normal deviation, as in [NullECE]. NaN without rows.
//
// Source: Bröcker and Smith 2007 (consistency bars).
func (b Bin) Consistency() (low, high float64) {
	if !(b.Weight > 0) {
		return math.NaN(), math.NaN()
	}
	l := lawOf(b)
	if l.below == nil {
		const z95 = 1.959963984540054
		half := z95 * l.sigma / b.Weight
		return max(b.Confidence-half, 0), min(b.Confidence+half, 1)
	}
	return l.quantile(.025) / b.Weight, l.quantile(.975) / b.Weight
}

// A law is the distribution of |W·confidence - Σ w·outcome| in one bin.
type law struct {
	mean  float64
	sigma float64   // of a normal deviation; 0 for a table
	from  int       // number of outcomes that the first entry of the table stands for
	below []float64 // running sums of a binomial distribution
	guide []int32   // where to start looking for u: at guide[u·len(below)]
	at    float64   // expected number of outcomes
}

// Up to this variance a binomial is drawn from a table; beyond, a normal is within .3 % of it.
const tableVariance = 1e4

func lawOf(b Bin) law {
	p := min(max(b.Confidence, 0), 1)
	variance := p * (1 - p) * b.Squares
	n := math.Round(b.Weight)
	if b.Squares != b.Weight || n != b.Weight || variance > tableVariance {
		sigma := math.Sqrt(variance)
		return law{mean: sigma * math.Sqrt(2/math.Pi), sigma: sigma}
	}
	l := law{at: n * p}
	if variance == 0 {
		l.from, l.below = int(l.at), []float64{1}
		l.index()
		return l
	}
	// de Moivre: E|X - np| = 2·v·(1-p)·P(X = v), v = ⌊np⌋ + 1.
	v := min(math.Floor(n*p)+1, n)
	l.mean = 2 * v * (1 - p) * binomial(n, v, p)
	l.tabulate(n, p)
	return l
}

// tabulate fills in the distribution, outwards from its mode to where terms vanish.
func (l *law) tabulate(n, p float64) {
	mode := math.Floor((n + 1) * p)
	mode = min(mode, n)
	peak := binomial(n, mode, p)
	odds := p / (1 - p)
	var down []float64
	for k, t := mode, peak; k > 0; k-- {
		t *= k / ((n - k + 1) * odds)
		if t < peak*1e-18 {
			break
		}
		down = append(down, t)
	}
	slices.Reverse(down)
	l.from = int(mode) - len(down)
	l.below = append(down, peak)
	for k, t := mode, peak; k < n; k++ {
		t *= (n - k) * odds / (k + 1)
		if t < peak*1e-18 {
			break
		}
		l.below = append(l.below, t)
	}
	for i := 1; i < len(l.below); i++ {
		l.below[i] += l.below[i-1]
	}
	l.index()
}

// index scales the running sums to end at 1 and fills in the guide, which makes a draw take constant time.
func (l *law) index() {
	n := len(l.below)
	l.guide = make([]int32, n)
	total := l.below[n-1]
	at := 0
	for i := range l.below {
		l.below[i] /= total
	}
	for j := range l.guide {
		for l.below[at] < float64(j)/float64(n) {
			at++
		}
		l.guide[j] = int32(at)
	}
}

// draw returns one deviation.
func (l *law) draw(r *rand.Rand) float64 {
	if l.below == nil {
		return l.sigma * math.Abs(r.NormFloat64())
	}
	u := r.Float64()
	i := int(l.guide[int(u*float64(len(l.below)))])
	for l.below[i] < u {
		i++
	}
	return math.Abs(float64(l.from+i) - l.at)
}

// quantile returns the least number of outcomes that is not exceeded with probability u.
func (l *law) quantile(u float64) float64 {
	i, _ := slices.BinarySearch(l.below, u)
	return float64(l.from + min(i, len(l.below)-1))
}

// deviation returns that of the measured bin.
func (l *law) deviation(b Bin) float64 {
	if l.below == nil {
		return b.Weight * math.Abs(b.Accuracy-b.Confidence)
	}
	return math.Abs(math.Round(b.Weight*b.Accuracy) - l.at)
}

// binomial returns P(X = k) for X ~ Binomial(n, p), 0 < p < 1.
func binomial(n, k, p float64) float64 {
	a, _ := math.Lgamma(n + 1)
	b, _ := math.Lgamma(k + 1)
	c, _ := math.Lgamma(n - k + 1)
	return math.Exp(a - b - c + k*math.Log(p) + (n-k)*math.Log1p(-p))
}
