// Package eval measures predictions against labels: what the loss is, what it is made of, and whether
// it can be trusted.
//
// One pass over blocks of rows fills an [Accumulator]; accumulators of the same [Config] merge; a
// merged one gives a [Report]. Sums are exact, so any partition of the rows into accumulators, merged
// in any order, gives the same report to the last bit. Memory does not grow with the rows.
package eval

import (
	"math"

	"xent"
	"xent/calib"
	"xent/internal/exact"
	"xent/internal/kern"
)

// An Accumulator has digested some rows. Make one with [New]; it is not safe for concurrent use.
type Accumulator struct {
	cfg     Config
	classes int   // of the distribution: 2 where the scores have one column
	as      Input // what rows are being measured as: Logits (log-probabilities too) or Probs; Auto before the first
	mixed   bool  // parts were measured as different kinds
	row     row   // buffers

	seen, ignored, weightless int64
	evidence                  Evidence
	health                    health
	noSoftmax                 badRows // rows without a loss: NaN, two +Inf, nothing but -Inf
	strays                    Strays
	badWeights                badRows
	badTargets                [targetFaults]badRows

	total    totals
	class    []class
	expected *exact.Shares // Σ w·p, by class
	doubt    *exact.Shares // Σ w²·q with q = p·(1-p), by class
	peaked   *exact.Shares // Σ w²·q²
	soft     *soft         // nil while every label was hard
	constant constant
	cells    calib.Cells
	asked    // what a Config asks for beyond the usual

	surprising ranking // by loss
	unexpected ranking // by standardised surprise
	heaviest   float64 // largest weight
}

// New returns an empty Accumulator. Errors: [*ConfigError].
func New(cfg Config) (*Accumulator, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Bins == 0 {
		cfg.Bins = defaultBins
	}
	if cfg.Surprising == 0 {
		cfg.Surprising = defaultSurprising
	}
	if cfg.Classes == 1 && len(cfg.Names) == 1 {
		cfg.Names = nil // the name of the column is no name of its two classes
	}
	k := max(cfg.Classes, 2)
	a := &Accumulator{
		cfg: cfg, classes: k, evidence: NewEvidence(cfg.DType, cfg.Classes),
		row:      row{x: make([]float64, k), p: make([]float64, k), q: make([]float64, k)},
		class:    make([]class, k),
		expected: exact.NewShares(k), doubt: exact.NewShares(k), peaked: exact.NewShares(k),
		surprising: ranking{most: cfg.Surprising}, unexpected: ranking{most: cfg.Surprising},
	}
	a.ask()
	switch {
	case cfg.Input != Auto:
		a.as = arithmetic(cfg.Input)
	case cfg.Start != Auto:
		a.as = arithmetic(cfg.Start)
	}
	return a, nil
}

// Start returns what the rows are being measured as: Logits (which does for log-probabilities too) or
// Probs; Auto before the first row. Accumulators that are filled side by side agree when one takes the
// first block of the file and the others its Start as their Config.Start.
func (a *Accumulator) Start() Input { return a.as }

// arithmetic returns how rows of a kind are measured: softmax changes nothing in log-probabilities.
func arithmetic(kind Input) Input {
	if kind == Probs {
		return Probs
	}
	return Logits
}

// Add digests the rows of b, which it does not keep. Where the Config leaves the kind of the scores
// open and no row has been seen, b decides what they are taken for.
//
// Errors: [*ConfigError] when b does not fit the Config or is inconsistent; nothing is then added.
// What is wrong with the values of rows is told by [Accumulator.Report], when all of them are known.
func Add[T xent.Float](a *Accumulator, b Block[T]) error {
	if err := checkBlock(&a.cfg, a.classes, &b); err != nil {
		return err
	}
	if a.as == Auto && b.Scores.Rows > 0 {
		a.as = first(a, b)
	}
	for i := range b.Scores.Rows {
		addRow(a, &b, i)
	}
	return nil
}

// first returns what the rows of a first block are taken for.
func first[T xent.Float](a *Accumulator, b Block[T]) Input {
	e := NewEvidence(a.cfg.DType, a.cfg.Classes)
	for i := range b.Scores.Rows {
		scores := b.Scores.Row(i)
		if s := look(scores); s.nan == 0 && !ignorable(a, &b, i) {
			for k, v := range scores {
				a.row.x[k] = float64(v)
			}
			e.add(b.First+int64(i), a.row.x[:len(scores)], s, math.NaN())
		}
	}
	least := int64(enoughRows)
	if a.cfg.Classes >= wideRow {
		least = 1
	}
	return arithmetic(e.kind(least))
}

// ignorable reports whether row i is not to be scored: its weight is 0, or its label the one to ignore.
func ignorable[T xent.Float](a *Accumulator, b *Block[T], i int) bool {
	return b.Weights != nil && b.Weights[i] == 0 ||
		b.Labels != nil && a.cfg.IgnoreIndex != nil && b.Labels[i] == *a.cfg.IgnoreIndex
}

func addRow[T xent.Float](a *Accumulator, b *Block[T], i int) {
	id := b.First + int64(i)
	a.seen++
	w := 1.0
	if b.Weights != nil {
		w = b.Weights[i]
		if !(w >= 0 && w <= math.MaxFloat64) {
			a.badWeights.add(id, w)
			return
		}
	}
	switch {
	case b.Labels != nil && a.cfg.IgnoreIndex != nil && b.Labels[i] == *a.cfg.IgnoreIndex:
		a.ignored++
		return
	case w == 0:
		a.weightless++
		return
	}
	if !read(a, id, b.Scores.Row(i)) {
		return
	}
	a.takeKeys(b.Groups, b.By, i)
	if b.Targets.Data != nil {
		a.addTarget(id, w, b.Targets.Row(i))
		return
	}
	y := b.Labels[i]
	if y < a.cfg.LabelBase || y >= a.cfg.LabelBase+int64(a.classes) {
		a.strays.Add(id, y)
		return
	}
	a.addLabel(w, int(y-a.cfg.LabelBase))
}

// read turns scores into a.row, adds them to what is known of all rows, and reports whether they have a distribution.
func read[T xent.Float](a *Accumulator, id int64, scores []T) bool {
	r := &a.row
	r.id, r.scan = id, look(scores)
	a.health.add(&r.scan)
	if r.scan.nan > 0 {
		a.noSoftmax.add(id, holdsNaN)
		return false
	}
	if a.as == Probs {
		wrong := a.evidence.NotProbs.Count
		for k, v := range scores {
			r.x[k] = float64(v)
		}
		a.evidence.add(id, r.x[:len(scores)], r.scan, math.NaN())
		if a.evidence.NotProbs.Count > wrong {
			return false
		}
		simplex(r, scores)
		return true
	}
	ok := softmax(r, scores)
	if a.evidence.looksAt(&r.scan) {
		r.fill()
	}
	a.evidence.add(id, r.x[len(r.x)-a.cfg.Classes:], r.scan, r.moments.Max+r.log)
	switch {
	case !ok && r.scan.pos > 0:
		a.noSoftmax.add(id, severalInf)
	case !ok:
		a.noSoftmax.add(id, onlyMinusInf)
	}
	return ok
}

// addLabel adds a.row with weight w and class y.
func (a *Accumulator) addLabel(w float64, y int) {
	if a.second(y) {
		return
	}
	r := &a.row
	loss := r.cost(y)
	right := r.arg == y
	c := &a.class[y]
	c.rows.Add(w)
	c.addLoss(w, loss)
	if right {
		c.right.Add(w)
	}
	a.addScored(w, loss, y, right)
	a.addAsked(w, loss, y)
}

// addScored adds what hard and soft labels have in common.
func (a *Accumulator) addScored(w, loss float64, y int, right bool) {
	r := &a.row
	a.total.add(w, loss, r.entropy, r.spread, right)
	a.addShares(w)
	a.constant.add(r)
	a.cells.Add(w, r.confidence(), r.against, right)
	a.addAskedScored(w, loss, y, right)
	a.heaviest = max(a.heaviest, w)
	a.rank(loss, y)
}

// addShares adds the probabilities of a.row to the sums of the classes.
func (a *Accumulator) addShares(w float64) {
	r := &a.row
	if w == 1 && !r.given {
		r.tally(kern.Shares{Expected: a.expected.Row(), Doubt: a.doubt.Row(), Peaked: a.peaked.Row()})
		return
	}
	r.fill()
	a.expected.Add(w, r.p)
	for k := range r.p {
		r.q[k] = r.doubt(k)
	}
	a.doubt.Add(w*w, r.q)
	for k, q := range r.q {
		r.q[k] = q * q
	}
	a.peaked.Add(w*w, r.q)
}

// Merge adds what b has digested; b stays as it is. Errors: [*ConfigError] when the two were made for
// different Configs.
func (a *Accumulator) Merge(b *Accumulator) error {
	if !a.cfg.same(&b.cfg) {
		return &ConfigError{"Accumulator", "made for another Config", "the same Config"}
	}
	switch {
	case a.as == Auto:
		a.as = b.as
	case b.as != Auto && b.as != a.as:
		a.mixed = true
	}
	a.mixed = a.mixed || b.mixed
	a.seen += b.seen
	a.ignored += b.ignored
	a.weightless += b.weightless
	a.evidence.Merge(&b.evidence)
	a.health.merge(&b.health)
	a.noSoftmax.merge(&b.noSoftmax)
	a.strays.Merge(&b.strays)
	a.badWeights.merge(&b.badWeights)
	for i := range a.badTargets {
		a.badTargets[i].merge(&b.badTargets[i])
	}
	a.total.merge(&b.total)
	for k := range a.class {
		a.class[k].merge(&b.class[k])
	}
	a.expected.Merge(b.expected)
	a.doubt.Merge(b.doubt)
	a.peaked.Merge(b.peaked)
	a.mergeSoft(b.soft)
	a.constant.widen(&b.constant)
	a.cells.Merge(&b.cells)
	a.mergeAsked(b)
	a.heaviest = max(a.heaviest, b.heaviest)
	a.surprising.merge(&b.surprising)
	a.unexpected.merge(&b.unexpected)
	return nil
}
