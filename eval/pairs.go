//go:build !js

package eval

import (
	"math"
	"strconv"

	"xent"
	"xent/internal/exact"
)

// Pairs has digested rows of two models, A and B, that predict the same labels: what each loses, and row by row how
// they differ. Make one with [NewPairs]; like an [Accumulator] it merges exactly and is not safe for concurrent use.
//
// Differences are B's less A's: below 0 B loses less.
type Pairs struct {
	A, B *Accumulator

	mixed      badRows // rows whose labels differ between the two
	difference mean    // of the losses, over pairs of finite loss
	infinite   [3]int64
	flips      []exact.Sum // Σ w·D by number of the row, where rows have no groups
	groups     *groups     // of the difference; nil unless Config.Grouped
	answers    [2][2]int64 // rows by: A is right, B is right
	same       int64       // rows with the same likeliest class
	accuracy   mean        // B is right less A is right
	class      []*mean     // of the difference, by label; nil without rows
	bands      [len(bandFrom)]band
	ab, ba     distance // KL(A‖B), KL(B‖A)
	variation  mean     // Σ|p - q|/2
	labelP     mean     // probability of the label
	labelP2    exact.Sum
	worse      pairRanking // by difference
	better     pairRanking // by its negative
	kept       keptRows
	llama      *llama // nil unless [Pairs.LikeLlama]
}

// Rows of infinite loss: of A alone, of B alone, of both.
const (
	onlyA = iota
	onlyB
	ofBoth
)

// bandFrom are the lower ends of bands of A's confidence.
var bandFrom = [...]float64{0, .5, .7, .9, .99, .999}

type band struct {
	difference mean
	a          exact.Sum // Σ w·l of A
}

// mostFlips is how many groups of rows have their signs flipped: with fewer rows each is its own group.
const mostFlips = 1 << 16

// NewPairs returns empty Pairs of models measured as a and b say. Errors: [*ConfigError], also when the two are not about
// the same classes and labels; [*SideError] for one of them.
func NewPairs(a, b Config) (*Pairs, error) {
	switch {
	case a.Classes != b.Classes:
		return nil, &ConfigError{"Classes", strconv.Itoa(a.Classes) + " and " + strconv.Itoa(b.Classes), "as many in both"}
	case a.Grouped != b.Grouped:
		return nil, &ConfigError{"Grouped", "true and false", "the same in both"}
	case a.LabelBase != b.LabelBase, (a.IgnoreIndex == nil) != (b.IgnoreIndex == nil),
		a.IgnoreIndex != nil && *a.IgnoreIndex != *b.IgnoreIndex:
		return nil, &ConfigError{"IgnoreIndex and LabelBase", "different ones", "the same in both"}
	}
	p := &Pairs{class: make([]*mean, max(a.Classes, 2))}
	var err error
	if p.A, err = New(a); err != nil {
		return nil, &SideError{"A", err}
	}
	if p.B, err = New(b); err != nil {
		return nil, &SideError{"B", err}
	}
	if a.Grouped {
		p.groups = newGroups()
	}
	p.worse.most, p.better.most = p.A.cfg.Surprising, p.A.cfg.Surprising
	p.kept = *newKept(p.A.classes)
	return p, nil
}

// A SideError is an error of one of the two models.
type SideError struct {
	Side string // "A" or "B"
	Err  error
}

func (e *SideError) Error() string { return e.Side + ": " + e.Err.Error() }
func (e *SideError) Unwrap() error { return e.Err }

// AddPairs digests rows of both models, the same ones. Rows have the weights and groups of a.
// Errors: [*ConfigError] and [*SideError] when a block does not fit; what is wrong with rows is told by [Pairs.Compare].
func AddPairs[T xent.Float](p *Pairs, a, b Block[T]) error {
	switch {
	case a.Scores.Rows != b.Scores.Rows || a.First != b.First:
		return &ConfigError{"Block", strconv.Itoa(a.Scores.Rows) + " rows and " + strconv.Itoa(b.Scores.Rows), "the same rows of both"}
	case a.Targets.Data != nil || b.Targets.Data != nil:
		return &ConfigError{"Block.Targets", "soft labels", "one label a row"}
	}
	b.Weights, b.Groups = a.Weights, a.Groups
	a.By, b.By = nil, nil
	if err := checkBlock(&p.A.cfg, p.A.classes, &a); err != nil {
		return &SideError{"A", err}
	}
	if err := checkBlock(&p.B.cfg, p.B.classes, &b); err != nil {
		return &SideError{"B", err}
	}
	if a.Scores.Rows > 0 {
		if p.A.as == Auto {
			p.A.as = first(p.A, a)
		}
		if p.B.as == Auto {
			p.B.as = first(p.B, b)
		}
	}
	for i := range a.Scores.Rows {
		if a.Labels[i] != b.Labels[i] {
			p.mixed.add(a.First+int64(i), float64(b.Labels[i]))
			continue
		}
		scored := p.A.total.rows() + p.B.total.rows() + 2
		addRow(p.A, &a, i)
		addRow(p.B, &b, i)
		if p.A.total.rows()+p.B.total.rows() != scored {
			continue // left out, or an error of one of the two
		}
		w := 1.0
		if a.Weights != nil {
			w = a.Weights[i]
		}
		p.add(w, int(a.Labels[i]-p.A.cfg.LabelBase))
	}
	return nil
}

// add adds the rows that A and B hold, of weight w and class y.
func (p *Pairs) add(w float64, y int) {
	a, b := &p.A.row, &p.B.row
	if p.llama != nil {
		p.llama.add(&a.stored, &b.stored, p.A.classes, y)
	}
	a.fill()
	b.fill()
	right := [2]bool{a.arg == y, b.arg == y}
	p.answers[bit(right[0])][bit(right[1])]++
	p.accuracy.add(w, float64(bit(right[1])-bit(right[0])))
	if a.arg == b.arg {
		p.same++
	}
	change := b.p[y] - a.p[y]
	p.labelP.add(w, change)
	p.labelP2.AddProduct(w*change, change)
	p.apart(w)
	la, lb := a.cost(y), b.cost(y)
	switch finiteA, finiteB := la <= math.MaxFloat64, lb <= math.MaxFloat64; {
	case finiteA && finiteB:
	case finiteB:
		p.infinite[onlyA]++
		p.rank(y, la, lb)
		return
	case finiteA:
		p.infinite[onlyB]++
		p.rank(y, la, lb)
		return
	default:
		p.infinite[ofBoth]++
		return
	}
	d := lb - la
	p.difference.add(w, d)
	if p.groups != nil {
		p.groups.cluster(a.group).add(w, d, 0, false)
	} else {
		at := int(a.id % mostFlips)
		for len(p.flips) <= at {
			p.flips = append(p.flips, exact.Sum{})
		}
		p.flips[at].AddProduct(w, d)
	}
	if p.class[y] == nil {
		p.class[y] = new(mean)
	}
	p.class[y].add(w, d)
	at := len(bandFrom) - 1
	for a.confidence() < bandFrom[at] {
		at--
	}
	p.bands[at].difference.add(w, d)
	p.bands[at].a.AddProduct(w, la)
	p.rank(y, la, lb)
	p.kept.offer(w, y, a, b)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// apart adds how far apart the two distributions are. 0·ln(0/q) is 0; a class that one of them excludes and the other does not
// makes a divergence infinite.
func (p *Pairs) apart(w float64) {
	a, b := &p.A.row, &p.B.row
	ab, ba, tv := 0.0, 0.0, 0.0
	for k, pa := range a.p {
		pb := b.p[k]
		tv += math.Abs(pa - pb)
		d := b.cost(k) - a.cost(k)
		if pa > 0 {
			ab += pa * d
		}
		if pb > 0 {
			ba -= pb * d
		}
	}
	p.variation.add(w, tv/2)
	p.ab.add(w, ab)
	p.ba.add(w, ba)
}

// Merge adds what q has digested; q stays as it is. Errors: [*SideError] when the two were made for different Configs.
func (p *Pairs) Merge(q *Pairs) error {
	if err := p.A.Merge(q.A); err != nil {
		return &SideError{"A", err}
	}
	if err := p.B.Merge(q.B); err != nil {
		return &SideError{"B", err}
	}
	p.mixed.merge(&q.mixed)
	p.difference.merge(&q.difference)
	for i, n := range q.infinite {
		p.infinite[i] += n
	}
	if p.groups != nil {
		p.groups.merge(q.groups)
	}
	for len(p.flips) < len(q.flips) {
		p.flips = append(p.flips, exact.Sum{})
	}
	for i := range q.flips {
		p.flips[i].Merge(&q.flips[i])
	}
	for i := range q.answers {
		for j, n := range q.answers[i] {
			p.answers[i][j] += n
		}
	}
	p.same += q.same
	p.accuracy.merge(&q.accuracy)
	for k, m := range q.class {
		if m == nil {
			continue
		}
		if p.class[k] == nil {
			p.class[k] = new(mean)
		}
		p.class[k].merge(m)
	}
	for i := range q.bands {
		p.bands[i].difference.merge(&q.bands[i].difference)
		p.bands[i].a.Merge(&q.bands[i].a)
	}
	p.ab.merge(&q.ab)
	p.ba.merge(&q.ba)
	p.variation.merge(&q.variation)
	p.labelP.merge(&q.labelP)
	p.labelP2.Merge(&q.labelP2)
	p.worse.merge(&q.worse)
	p.better.merge(&q.better)
	p.kept.merge(&q.kept)
	if p.llama != nil {
		p.llama.merge(q.llama)
	}
	return nil
}
