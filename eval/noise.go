//go:build !js

package eval

import (
	"cmp"
	"math"
	"slices"

	"xent/calib"
	"xent/internal/exact"
)

// Bounds of what is kept of suspect labels.
const (
	mostSuspects   = 1 << 16 // rows
	listedSuspects = 100     // in a report
	listedConfused = 20
	randomFrom     = .5 // probability from which a label counts as random
)

// noise is what a first pass must know for a second to find wrong labels.
type noise struct {
	self []exact.Share // Σ p[k] of the rows labelled k, by k
	rows []int64       // of each label
}

func newNoise(classes int) *noise {
	return &noise{self: make([]exact.Share, classes), rows: make([]int64, classes)}
}

func (a *Accumulator) addNoise(y int) {
	r := &a.row
	r.fill()
	a.noise.self[y].Add(1, r.p[y])
	a.noise.rows[y]++
}

func (n *noise) merge(m *noise) {
	for k := range n.self {
		n.self[k].Merge(&m.self[k])
		n.rows[k] += m.rows[k]
	}
}

// keep offers a.row to the sample.
func (a *Accumulator) keep(w float64, y int) { a.kept.offer(w, y, &a.row, nil) }

// labelNoise fills in the part of E15 that one pass tells.
func (a *Accumulator) labelNoise(r *Report) {
	if a.noise == nil || a.soft != nil || len(a.kept.rows) == 0 {
		return
	}
	f := calib.FitNoise(a.kept.labels(a.classes), true)
	share := float64(a.classes-1) / float64(a.classes)
	r.Noise = &Noise{
		Rate: f.Rate(a.classes), CI95: [2]float64{share * f.Low, share * f.High}, Epsilon: f.Epsilon, Temperature: f.Temperature,
		Fitted: int64(len(a.kept.rows)), Precision: math.NaN(), Suspects: []Suspect{}, Confusions: []Confused{},
	}
	if a.cfg.Grouped {
		r.Noise.CI95 = [2]float64{math.NaN(), math.NaN()}
	}
}

// suspects are rows whose labels are probably wrong, by the noise of the first pass.
type suspects struct {
	noise     calib.Noise
	threshold []float64 // mean probability of each class in its own rows
	random    int64
	expected  exact.Share // Σ of their probability to be random
	confident int64
	confused  map[[2]int]int64
	rows      []Suspect
	p         []float64
}

// Suspects returns an empty Accumulator for a second pass over the same rows, which looks for labels that are probably
// wrong. It is filled with [Add] and merges as usual; [Accumulator.FillSuspects] adds what it found to the report r of the
// first. It is nil where r says nothing of label errors.
//
// Two things are looked for, for neither finds what the other does. A label is random with the probability
//
//	(ε/K) / p'[y]     p'[y] = (1-ε)·softmax(z/T)[y] + ε/K
//
// with T and ε fitted to all labels: the mean of it over the rows listed is the share of them that are. A row is confidently of
// class k where p[k] is at least the mean of p[k] over the rows labelled k (of several such classes the likeliest); rows that
// are so of another class than their label are counted by both. These may be wrong in a system, or honestly ambiguous:
// nobody can tell from the outputs.
//
// Source: Northcutt, Jiang and Chuang 2021 (confident learning); Angluin and Laird 1988 (the model of noise).
func (a *Accumulator) Suspects(r *Report) *Accumulator {
	if a.noise == nil || r.Noise == nil {
		return nil
	}
	cfg := a.cfg
	cfg.Start, cfg.LabelErrors, cfg.Recalibrate, cfg.Leaks, cfg.Methods, cfg.Conformal = a.as, false, false, false, false, 0
	b, err := New(cfg)
	if err != nil {
		return nil
	}
	s := &suspects{
		noise:     calib.Noise{Temperature: r.Noise.Temperature, Epsilon: r.Noise.Epsilon},
		threshold: make([]float64, a.classes), confused: map[[2]int]int64{}, p: make([]float64, a.classes),
	}
	for k := range s.threshold {
		s.threshold[k] = math.Inf(1) // of a class without rows nobody knows how sure the model is of it
		if n := a.noise.rows[k]; n > 0 {
			s.threshold[k] = a.noise.self[k].Float64() / float64(n)
		}
	}
	b.suspects = s
	return b
}

// suspect looks at a.row with label y.
func (a *Accumulator) suspect(y int) {
	r, s := &a.row, a.suspects
	r.fill()
	for k := range s.p {
		s.p[k] = max(0-r.cost(k), lowest)
	}
	random := s.noise.Random(s.noise.Of(s.p, y), a.classes)
	sure := -1
	for k, p := range r.p {
		if p >= s.threshold[k] && (sure < 0 || p > r.p[sure]) {
			sure = k
		}
	}
	if random > randomFrom {
		s.random++
		s.expected.Add(1, random)
	}
	if sure >= 0 && sure != y {
		s.confident++
		if a.classes <= maxLeakClasses {
			s.confused[[2]int{y, sure}]++
		}
	} else if random <= randomFrom {
		return
	}
	s.rows = append(s.rows, Suspect{Row: r.id, Label: y, Said: r.arg, P: r.p[y], Random: random, Sure: sure})
	if len(s.rows) >= 2*mostSuspects {
		s.prune()
	}
}

// prune keeps the most probable rows, ties by row.
func (s *suspects) prune() {
	slices.SortFunc(s.rows, func(a, b Suspect) int {
		return cmp.Or(cmp.Compare(b.Random, a.Random), cmp.Compare(a.P, b.P), cmp.Compare(a.Row, b.Row))
	})
	s.rows = s.rows[:min(len(s.rows), mostSuspects)]
}

func (s *suspects) merge(t *suspects) {
	s.random += t.random
	s.expected.Merge(&t.expected)
	s.confident += t.confident
	for pair, n := range t.confused {
		s.confused[pair] += n
	}
	s.rows = append(s.rows, t.rows...)
	s.prune()
}

// FillSuspects adds to r what the second pass found, and returns all suspect rows there is room for: those that are
// probably random, most probable first, and then those confidently of another class.
func (a *Accumulator) FillSuspects(r *Report) []Suspect {
	s, n := a.suspects, r.Noise
	s.prune()
	n.Random, n.Confident = s.random, s.confident
	if s.random > 0 {
		n.Precision = s.expected.Float64() / float64(s.random)
	}
	n.Suspects = []Suspect{}
	for _, row := range s.rows {
		if row.Random > randomFrom && len(n.Suspects) < listedSuspects {
			n.Suspects = append(n.Suspects, row)
		}
	}
	n.Confusions = make([]Confused, 0, len(s.confused))
	for pair, rows := range s.confused {
		n.Confusions = append(n.Confusions, Confused{pair[0], pair[1], rows})
	}
	slices.SortFunc(n.Confusions, func(a, b Confused) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Class, b.Class))
	})
	n.Confusions = n.Confusions[:min(len(n.Confusions), listedConfused)]
	return s.rows
}

// inSample is an accuracy from which outputs look like those of rows that the model was trained on.
const inSample = .999

// warnNoise doubts what is said of wrong labels.
func (a *Accumulator) warnNoise(r *Report, say func(bool, string, string, string)) {
	n := r.Noise
	if n == nil {
		say(a.noise != nil && a.soft != nil, "no-label-errors", "label_errors", "labels that are distributions are not looked at for errors")
		return
	}
	say(r.Accuracy.Value > inSample, "in-sample-labels", "label_errors",
		"right in "+percent(r.Accuracy.Value)+" of the rows: if the model was trained on them it has learnt their wrong labels, too; use outputs of rows held out (cross-validation)")
	say(n.Fitted < a.total.rows(), "sampled-fit", "label_errors.rate",
		"the noise was fitted to a sample of "+plural(n.Fitted, "row", "rows"))
}
