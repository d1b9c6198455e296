package doctor

import (
	"math"

	"xent"
	"xent/info"
	"xent/internal/exact"
)

// A Reading is what the labelled rows say when they are measured in one way: as logits, or as probabilities.
type Reading struct {
	Rows     int64 // labelled
	Infinite int64 // of those: the label has probability 0
	Right    int64 // the likeliest class is the label
	Certain  int64 // the likeliest class has probability 1 exactly
	Sure     int64 // the likeliest class has more than .99

	loss, square    exact.Sum     // Σ l and Σ l² of the finite losses
	entropy, spread exact.Sum     // Σ H and Σ V of the same rows
	trust           exact.Sum     // Σ c, the probability of the likeliest class
	mean            *exact.Shares // Σ p, by class
	chosen          []int64       // rows by likeliest class
	clips           [len(clipValues)]spike
}

func newReading(classes int) Reading {
	return Reading{mean: exact.NewShares(classes), chosen: make([]int64, classes)}
}

// add adds a row of probabilities p, with the moments of its logits and the cost of its class y.
func (r *Reading) add(p []float64, m xent.Moments, y int, cost float64) {
	r.Rows++
	c := m.Confidence()
	if m.Arg == y {
		r.Right++
	}
	if c == 1 {
		r.Certain++
	}
	if c > .99 {
		r.Sure++
	}
	r.trust.Add(c)
	r.mean.Add(1, p)
	r.chosen[m.Arg]++
	if !(cost <= math.MaxFloat64) {
		r.Infinite++
		return
	}
	r.loss.Add(cost)
	r.square.Add(cost * cost)
	r.entropy.Add(float64(m.Entropy()))
	r.spread.Add(m.Varentropy())
	for i := range r.clips {
		r.clips[i].add(cost, clipValues[i].nats)
	}
}

func (r *Reading) merge(t *Reading) {
	r.Rows += t.Rows
	r.Infinite += t.Infinite
	r.Right += t.Right
	r.Certain += t.Certain
	r.Sure += t.Sure
	for _, s := range [...]struct{ to, from *exact.Sum }{
		{&r.loss, &t.loss}, {&r.square, &t.square}, {&r.entropy, &t.entropy},
		{&r.spread, &t.spread}, {&r.trust, &t.trust},
	} {
		s.to.Merge(s.from)
	}
	for k, n := range t.chosen {
		r.chosen[k] += n
	}
	r.mean.Merge(t.mean)
	for i := range r.clips {
		r.clips[i].at += t.clips[i].at
		r.clips[i].near += t.clips[i].near
	}
}

// n is the number of rows, finite that of the rows with a finite loss.
func (r *Reading) n() float64      { return float64(r.Rows) }
func (r *Reading) finite() float64 { return float64(r.Rows - r.Infinite) }

// Loss returns the mean of the finite losses, in nats, and its standard error.
// Special values: NaN without such rows.
func (r *Reading) Loss() (mean, se float64) {
	n := r.finite()
	mean = r.loss.Float64() / n
	variance := r.square.Float64()/n - mean*mean
	return mean, math.Sqrt(max(variance, 0) / max(n-1, 1))
}

// Entropy returns the mean entropy of the predictions, in nats: the loss that the model expects of itself.
func (r *Reading) Entropy() float64 { return r.entropy.Float64() / r.finite() }

// Z returns Σ(l - H)/√ΣV over the rows of finite loss: about standard normal for a calibrated model and many rows.
func (r *Reading) Z() float64 {
	return (r.loss.Float64() - r.entropy.Float64()) / math.Sqrt(r.spread.Float64())
}

// Accuracy returns the share of rows predicted right.
func (r *Reading) Accuracy() float64 { return float64(r.Right) / r.n() }

// Confidence returns the mean probability of the likeliest class.
func (r *Reading) Confidence() float64 { return r.trust.Float64() / r.n() }

// Information returns H(p̄) - mean H(p) = mean KL(p‖p̄), in nats: what the predictions tell of the rows.
func (r *Reading) Information() float64 {
	h := 0.0
	for k := range r.chosen {
		h += surprise(r.mean.Float64(k) / r.n())
	}
	return h - r.Entropy()
}

// surprise returns -p·ln p, 0 at 0.
func surprise(p float64) float64 {
	if p <= 0 {
		return 0
	}
	return p * float64(info.Surprisal(p))
}
