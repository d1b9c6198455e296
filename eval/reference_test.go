package eval_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"xent"
	"xent/eval"
)

// expected is what plain loops over formulas as they stand in books give.
type expected struct {
	loss, se, accuracy, accuracySE, prior, miller, skill, skillSE float64
	entropy, gap, z                                               float64
	softEntropy, kl                                               float64
	class                                                         []classExpected
}

type classExpected struct{ rows, loss, share, gain, recall, expected, z float64 }

// reference measures d in two passes over all rows in memory, with softmax of plain exponentials.
func reference[T xent.Float](cfg eval.Config, d *table[T]) expected {
	k := max(d.classes, 2)
	var e expected
	n := d.rows()
	var (
		p                          = make([][]float64, n)
		loss, h, v, right, targets = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([][]float64, n)
		w                          = make([]float64, n)
		sumW, sumW2                float64
		count                      float64
	)
	e.class = make([]classExpected, k)
	for i := range n {
		w[i] = 1
		if d.weights != nil {
			w[i] = d.weights[i]
		}
		x := make([]float64, k)
		for j := range d.classes {
			x[k-d.classes+j] = float64(d.scores[i*d.classes+j])
		}
		p[i] = make([]float64, k)
		if cfg.Input == eval.Probs {
			copy(p[i], x)
			if d.classes == 1 {
				p[i][0] = 1 - x[1]
			}
		} else {
			m := slices.Max(x)
			for j := range x {
				x[j] -= m
			}
			softmax(p[i], x, 1)
		}
		targets[i] = make([]float64, k)
		if d.targets != nil {
			copy(targets[i], d.targets[i*k:])
		} else if cfg.IgnoreIndex != nil && d.labels[i] == *cfg.IgnoreIndex {
			w[i] = 0
		} else {
			targets[i][d.labels[i]-cfg.LabelBase] = 1
		}
		if w[i] == 0 {
			continue
		}
		count++
		sumW += w[i]
		sumW2 += w[i] * w[i]
		for j, q := range p[i] {
			if t := targets[i][j]; t > 0 {
				loss[i] -= t * math.Log(q)
				e.softEntropy -= w[i] * t * math.Log(t)
				e.kl += w[i] * t * math.Log(t/q)
			}
			h[i] -= q * math.Log(q)
		}
		for _, q := range p[i] {
			v[i] += q * (math.Log(q) + h[i]) * (math.Log(q) + h[i])
		}
		if argmax(p[i]) == argmax(targets[i]) {
			right[i] = 1
		}
	}
	sum := func(f func(i int) float64) float64 {
		s := 0.0
		for i := range n {
			if w[i] > 0 {
				s += f(i)
			}
		}
		return s
	}
	se := func(x []float64, mean float64) float64 {
		return math.Sqrt(count/(count-1)*sum(func(i int) float64 { return w[i] * w[i] * (x[i] - mean) * (x[i] - mean) })) / sumW
	}
	e.loss = sum(func(i int) float64 { return w[i] * loss[i] }) / sumW
	e.se = se(loss, e.loss)
	e.accuracy = sum(func(i int) float64 { return w[i] * right[i] }) / sumW
	e.accuracySE = se(right, e.accuracy)
	e.entropy = sum(func(i int) float64 { return w[i] * h[i] }) / sumW
	e.gap = e.loss - e.entropy
	e.z = e.gap * sumW / math.Sqrt(sum(func(i int) float64 { return w[i] * w[i] * v[i] }))
	e.softEntropy /= sumW
	e.kl /= sumW
	pi, occur := make([]float64, k), 0.0
	for j := range pi {
		pi[j] = sum(func(i int) float64 { return w[i] * targets[i][j] }) / sumW
		if pi[j] > 0 {
			e.prior -= pi[j] * math.Log(pi[j])
			occur++
		}
	}
	e.miller = e.prior + (occur-1)/2*sumW2/sumW/sumW
	e.skill = 1 - e.loss/e.prior
	influence := make([]float64, n)
	for i := range n {
		u := 0.0
		for j, t := range targets[i] {
			if t > 0 {
				u -= t * math.Log(pi[j])
			}
		}
		influence[i] = (loss[i]-e.loss)/e.prior - e.loss*(u-e.prior)/(e.prior*e.prior)
	}
	e.skillSE = se(influence, 0)
	for j := range e.class {
		c := &e.class[j]
		c.rows = pi[j] * sumW
		c.share = sum(func(i int) float64 { return -w[i] * targets[i][j] * math.Log(p[i][j]) }) / sumW
		c.loss = c.share * sumW / c.rows
		c.gain = -math.Log(pi[j]) - c.loss
		c.expected = sum(func(i int) float64 { return w[i] * p[i][j] })
		c.z = (c.rows - c.expected) / math.Sqrt(sum(func(i int) float64 { return w[i] * w[i] * p[i][j] * (1 - p[i][j]) }))
		c.recall = sum(func(i int) float64 { return w[i] * right[i] * one(argmax(targets[i]) == j) }) /
			sum(func(i int) float64 { return w[i] * one(argmax(targets[i]) == j) })
	}
	return e
}

func argmax(x []float64) int { return slices.Index(x, slices.Max(x)) }

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

type rankedRow struct {
	row  int64
	loss float64
}

// ranked returns all rows by loss.
func ranked[T xent.Float](cfg eval.Config, d *table[T]) []rankedRow {
	var rows []rankedRow
	for i := range d.rows() {
		one := *d
		one.scores = d.scores[i*d.classes : (i+1)*d.classes]
		one.labels = d.labels[i : i+1]
		rows = append(rows, rankedRow{int64(i), reference(cfg, &one).loss})
	}
	slices.SortStableFunc(rows, func(a, b rankedRow) int { return cmp.Compare(b.loss, a.loss) })
	return rows
}

// Every figure against the plain loops, in all shapes that inputs come in.
func TestAgainstReference(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	weigh := func(d *table[float64]) *table[float64] {
		d.weights = make([]float64, d.rows())
		for i := range d.weights {
			d.weights[i] = []float64{0, .3, 1, 1.7}[r.IntN(4)]
		}
		return d
	}
	soften := func(d *table[float64]) *table[float64] {
		d.targets = make([]float64, len(d.scores))
		for i := range d.rows() {
			t := d.targets[i*d.classes : (i+1)*d.classes]
			if i%5 == 0 {
				t[d.labels[i]] = 1 // hard rows among soft ones
				continue
			}
			for k := range t {
				t[k] = r.NormFloat64()
			}
			softmax(t, t, 1)
		}
		d.labels = nil
		return d
	}
	probabilities := func(d *table[float64]) *table[float64] {
		for i := range d.rows() {
			z := d.scores[i*d.classes : (i+1)*d.classes]
			if d.classes == 1 {
				z[0] = 1 / (1 + math.Exp(-z[0]))
				continue
			}
			softmax(z, z, 1)
		}
		return d
	}
	relabel := func(d *table[float64], base int64) *table[float64] {
		for i := range d.labels {
			if d.labels[i] += base; i%7 == 0 {
				d.labels[i] = -100
			}
		}
		return d
	}
	column := func(rows int) *table[float64] {
		d := random(r, rows, 2, 2, 1)
		for i := range rows {
			d.scores[i] = d.scores[2*i+1] - d.scores[2*i]
		}
		d.scores, d.classes = d.scores[:rows], 1
		return d
	}
	for _, tt := range []struct {
		name string
		cfg  eval.Config
		data *table[float64]
		why  string
	}{
		{"plain", eval.Config{}, random(r, 400, 7, 2, 1), "the ordinary case"},
		{"weights", eval.Config{}, weigh(random(r, 400, 7, 2, 1.3)), "weights, some of them 0"},
		{"ignored and 1-based", eval.Config{IgnoreIndex: new(int64(-100)), LabelBase: 1}, relabel(random(r, 400, 7, 2, 1), 1), "labels as files have them"},
		{"probabilities", eval.Config{Input: eval.Probs}, probabilities(random(r, 300, 5, 2, 1)), "no softmax"},
		{"weighted probabilities", eval.Config{Input: eval.Probs}, weigh(probabilities(random(r, 300, 5, 2, 1))), "no softmax, weights"},
		{"column", eval.Config{}, column(400), "one logit a row"},
		{"column of probabilities", eval.Config{Input: eval.Probs}, probabilities(column(400)), "one probability a row"},
		{"soft", eval.Config{}, soften(random(r, 300, 5, 1, 1)), "targets that are distributions"},
		{"weighted soft", eval.Config{}, weigh(soften(random(r, 300, 5, 1, 1))), "with weights"},
		{"two rows", eval.Config{}, &table[float64]{classes: 2, scores: []float64{1, 2, 3, 5}, labels: []int64{0, 1}}, "the smallest number with a standard error"},
		{"many classes", eval.Config{}, random(r, 50, 300, 2, 1), "most classes never occur"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, want := must(t, tt.cfg, tt.data), reference(tt.cfg, tt.data)
			near(t, "loss", got.Loss.Nats, want.loss, 1e-13)
			near(t, "bits", got.Loss.Bits, want.loss/math.Ln2, 1e-13)
			near(t, "se", got.Loss.SE, want.se, 1e-13)
			near(t, "low", got.Loss.CI95[0], want.loss-1.959963984540054*want.se, 1e-13)
			near(t, "high", got.Loss.CI95[1], want.loss+1.959963984540054*want.se, 1e-13)
			near(t, "perplexity", got.Perplexity, math.Exp(want.loss), 1e-13)
			near(t, "accuracy", got.Accuracy.Value, want.accuracy, 1e-13)
			near(t, "accuracy's se", got.Accuracy.SE, want.accuracySE, 1e-13)
			near(t, "prior", got.Prior.Nats, want.prior, 1e-13)
			near(t, "Miller-Madow", got.Prior.Miller, want.miller, 1e-13)
			near(t, "ln K", got.Prior.Uniform, math.Log(float64(max(2, tt.data.classes))), 1e-15)
			near(t, "skill", got.Prior.Skill.Value, want.skill, 1e-13)
			near(t, "entropy", got.Confidence.Entropy, want.entropy, 1e-13)
			near(t, "gap", got.Confidence.Gap, want.gap, 1e-13)
			if tt.data.targets == nil {
				near(t, "skill's se", got.Prior.Skill.SE, want.skillSE, 1e-12)
				near(t, "Z", got.Confidence.Z, want.z, 1e-12)
				near(t, "p", got.Confidence.P, math.Erfc(math.Abs(want.z)/math.Sqrt2), 1e-12)
				if got.Soft != nil {
					t.Error("hard labels have no soft part")
				}
			} else {
				near(t, "entropy of targets", got.Soft.Entropy, want.softEntropy, 1e-13)
				near(t, "divergence", got.Soft.KL, want.kl, 1e-13)
				near(t, "residual", got.Soft.Residual, 0, 1e-12)
				near(t, "Z", got.Confidence.Z, math.NaN(), 0)
			}
			shares := 0.0
			for k, c := range got.PerClass {
				w := want.class[k]
				near(t, "rows", c.Rows, w.rows, 1e-13)
				near(t, "class loss", c.Loss, w.loss, 1e-12)
				near(t, "share", c.Share, w.share, 1e-13)
				near(t, "recall", c.Recall, w.recall, 1e-13)
				near(t, "expected", c.Expected, w.expected, 1e-12)
				if w.rows > 0 {
					near(t, "gain", c.Gain, w.gain, 1e-12)
				}
				if tt.data.targets == nil {
					near(t, "z", c.Z, w.z, 1e-9)
				} else {
					near(t, "z", c.Z, math.NaN(), 0)
				}
				shares += c.Share
			}
			near(t, "sum of the classes' shares", shares, got.Loss.Nats, 1e-14)
			a := want.accuracy
			if tt.data.targets == nil {
				fano := -a*math.Log(a) - (1-a)*math.Log(1-a) + (1-a)*math.Log(float64(max(2, tt.data.classes)-1))
				if a == 1 {
					fano = 0
				}
				near(t, "box, low", got.Box.Lower, (1-a)*math.Ln2, 1e-14)
				near(t, "box, high", got.Box.Fano, fano, 1e-13)
				near(t, "position", got.Box.Position, (want.loss-(1-a)*math.Ln2)/(fano-(1-a)*math.Ln2), 1e-12)
			}
		})
	}
}

// Sixty of a hundred where fifty are expected, with certainty of nothing: a binomial whose tails are normal.
func TestClassP(t *testing.T) {
	d := &table[float64]{classes: 2, scores: make([]float64, 200), labels: make([]int64, 100)}
	for i := range 60 {
		d.labels[i] = 1
	}
	r := must(t, eval.Config{}, d)
	for _, c := range r.PerClass {
		near(t, "|z|", math.Abs(c.Z), 2, 1e-14)
		near(t, "p", c.P, math.Erfc(2/math.Sqrt2), 1e-14)
		if !c.Differs {
			t.Errorf("class %d with p %v does not differ", c.Class, c.P)
		}
	}
}
