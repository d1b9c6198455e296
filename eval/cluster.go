//go:build !js

package eval

import (
	"math"

	"xent/internal/exact"
	"xent/internal/stat"
)

// Groups are counted one by one up to maxGroups. Beyond, they are put together by a hash of their number into folds,
// which are as independent as they are: the standard error stays right, with as many degrees of freedom.
const (
	maxGroups = 1 << 16
	foldBits  = 14
)

// Thresholds of doubts.
const (
	fewGroups   = 20  // groups below which an interval that comes from them is rough
	heavyDesign = 1.5 // design effect from which rows cannot be taken for independent
)

// groups are what rows of each group add up to. Which are folded depends on the set of all groups alone: a part that
// holds too many makes the whole hold too many.
type groups struct {
	of     map[uint64]*cluster
	most   int  // groups that are counted one by one
	bits   uint // of the number of folds
	folded bool
}

// A cluster holds what the rows of a group add up to.
type cluster struct {
	rows     int64
	finite   exact.Count // Σ w of rows of finite loss
	infinite exact.Count // Σ w of the others
	right    exact.Count // Σ w of those predicted right
	loss     exact.Sum   // Σ w·l, where finite
	entropy  exact.Sum   // Σ w·H
}

func newGroups() *groups { return groupsUpTo(maxGroups, foldBits) }

func groupsUpTo(most int, bits uint) *groups {
	return &groups{of: map[uint64]*cluster{}, most: most, bits: bits}
}

// cluster is the place of a group.
func (g *groups) cluster(group uint64) *cluster {
	if g.folded {
		group = fold(group, g.bits)
	}
	c := g.of[group]
	if c == nil {
		c = new(cluster)
		g.of[group] = c
		if !g.folded && len(g.of) > g.most {
			g.fold()
			return g.cluster(group)
		}
	}
	return c
}

// fold puts all groups together into at most 2^bits.
func (g *groups) fold() {
	of := g.of
	g.of, g.folded = map[uint64]*cluster{}, true
	for group, c := range of {
		g.cluster(group).merge(c)
	}
}

// fold is the number of a group's fold.
func fold(group uint64, bits uint) uint64 {
	group ^= group >> 32
	group *= 0xd6e8feb86659fd93
	group ^= group >> 32
	group *= 0xd6e8feb86659fd93
	return (group ^ group>>32) >> (64 - bits)
}

func (g *groups) merge(h *groups) {
	if h == nil {
		return
	}
	if h.folded && !g.folded {
		g.fold()
	}
	for group, c := range h.of {
		if h.folded { // a fold's number is that of the fold
			d := g.of[group]
			if d == nil {
				d = new(cluster)
				g.of[group] = d
			}
			d.merge(c)
			continue
		}
		g.cluster(group).merge(c)
	}
}

func (c *cluster) merge(d *cluster) {
	c.rows += d.rows
	c.finite.Merge(&d.finite)
	c.infinite.Merge(&d.infinite)
	c.right.Merge(&d.right)
	c.loss.Merge(&d.loss)
	c.entropy.Merge(&d.entropy)
}

func (c *cluster) add(w, loss, entropy float64, right bool) {
	c.rows++
	if loss <= math.MaxFloat64 {
		c.finite.Add(w)
		c.loss.AddProduct(w, loss)
	} else {
		c.infinite.Add(w)
	}
	if right {
		c.right.Add(w)
	}
	c.entropy.AddProduct(w, entropy)
}

// A jackknife measures how a ratio of sums changes when a group is left out.
type jackknife struct {
	w, x    *exact.Sum // over all groups
	squares exact.Sum
}

// add leaves out a group of weight wg and total xg. With r = x/w, the ratio moves by
//
//	r - (x - xg)/(w - wg) = (xg·w - x·wg) / (w·(w - wg))
//
// which is rounded once, and its square added exactly: the order of the groups does not matter.
func (j *jackknife) add(wg, xg *exact.Sum) {
	var num, den exact.Sum
	num.AddMul(xg, j.w)
	num.SubMul(j.x, wg)
	den.AddMul(j.w, j.w)
	den.SubMul(j.w, wg)
	d := exact.Ratio(&num, &den)
	j.squares.AddProduct(d, d)
}

// se returns the standard error of the ratio among so many groups; NaN for one.
func (j *jackknife) se(groups int64) float64 {
	if groups < 2 {
		return math.NaN()
	}
	return math.Sqrt(j.squares.Float64() / small(groups))
}

// cluster replaces the standard errors of r, which take rows for independent, by those that take groups for
// independent. With S_g = Σ w·l and W_g = Σ w over the rows of group g, and G groups, it is the jackknife's:
//
//	SE² = (G-1)/G · Σ_g (L - L_g)²     L_g = (S - S_g)/(W - W_g), the loss without group g
//
// For groups of equal weight that is G/(G-1) · Σ_g (S_g - L·W_g)² / W², the usual sandwich with its correction; where a few
// groups hold much of the weight it is larger, and its intervals hold more nearly as often as they say.
// It is that of the accuracy and the confidence gap, too; intervals and p-values come from Student's distribution, whose degrees
// of freedom [groups.errors] has. The standard error of the skill takes the prior as known. One group tells nothing: NaN.
//
// Source: Quenouille 1956 and Tukey 1958 (jackknife); Liang and Zeger 1986; Bell and McCaffrey 2002 on small numbers of
// groups; Miller 2024, arXiv:2411.00640, for evaluations of language models.
func (a *Accumulator) cluster(r *Report) {
	if a.groups == nil || len(a.groups.of) == 0 {
		return
	}
	e := a.groups.errors(&a.total)
	g := &Groups{
		Groups: int64(len(a.groups.of)), Folded: a.groups.folded, Largest: e.largest, RowSE: r.Loss.FiniteSE, RowAccuracySE: r.Accuracy.SE,
		Freedom: e.freedom, T: stat.StudentQuantile(.05, e.freedom),
	}
	r.Groups = g
	l := &r.Loss
	l.FiniteSE = e.loss
	g.Design = l.FiniteSE * l.FiniteSE / (g.RowSE * g.RowSE)
	if !math.IsNaN(l.SE) {
		l.SE = l.FiniteSE
	}
	r.interval(g.T)
	r.Prior.Skill.SE = l.SE / r.Prior.Nats
	r.Accuracy.SE = e.right
	if c := &r.Confidence; !math.IsNaN(c.Z) && !math.IsInf(c.Z, 0) {
		c.Z, c.P = e.gapTest(c.Gap)
	}
}

// groupErrors are the jackknife's standard errors over groups: of the mean finite loss, the accuracy and the confidence gap.
type groupErrors struct {
	loss, right, gap float64
	freedom          float64 // degrees of freedom of Student's distribution
	largest          int64   // rows of the largest group
}

// gapTest tests the confidence gap: t, and its two-sided p.
func (e *groupErrors) gapTest(gap float64) (t, p float64) {
	t = gap / e.gap
	return t, stat.StudentTail(t, e.freedom)
}

// errors are those of rows that add up to t and are in these groups. Groups of unequal weight tell less of their own spread
// than as many equal ones: where all rows of a group go together, the variance of what it adds to a mean grows as W_g², and
// the sum of their squares has as many degrees of freedom as
//
//	G* - 1     G* = (Σ W_g²)²/Σ W_g⁴
//
// equal groups would have, at least one. Equal groups have G - 1.
//
// Source: Satterthwaite 1946; Carter, Schnepel and Steigerwald 2017 (the effective number of groups).
func (g *groups) errors(t *totals) (e groupErrors) {
	diff := t.loss.Clone()
	diff.SubMul(unity(), &t.entropy)
	all := t.weight()
	loss := jackknife{w: t.finite.weight.Sum(), x: &t.loss}
	right := jackknife{w: all, x: t.right.Sum()}
	gap := jackknife{w: all, x: diff}
	var counted int64
	var squares, fourths exact.Sum
	for _, c := range g.of {
		e.largest = max(e.largest, c.rows)
		finite, whole := c.finite.Sum(), c.finite.Sum()
		whole.Merge(c.infinite.Sum())
		diff := c.loss.Clone()
		diff.SubMul(unity(), &c.entropy)
		right.add(whole, c.right.Sum())
		gap.add(whole, diff)
		if finite.Sign() > 0 {
			loss.add(finite, &c.loss)
			counted++
		}
		share := exact.Ratio(whole, all)
		squares.AddProduct(share, share)
		fourths.AddProduct(share*share, share*share)
	}
	n := int64(len(g.of))
	e.loss, e.right, e.gap, e.freedom = loss.se(counted), right.se(n), gap.se(n), 0
	if n > 1 {
		e.freedom = max(squares.Float64()*squares.Float64()/fourths.Float64()-1, 1)
	}
	return e
}

// warnGroups doubts standard errors that come from groups, and what still takes rows for independent.
func warnGroups(r *Report, say func(bool, string, string, string)) {
	g := r.Groups
	if g == nil {
		return
	}
	say(g.Groups == 1, "one-group", "loss.se",
		"all rows are of one group, which has no standard error: at least 2 groups are needed; if rows were independent it would be "+num(g.RowSE)+" nats")
	say(g.Groups > 1 && g.Groups < fewGroups, "few-groups", "loss.ci95",
		plural(g.Groups, "group is", "groups are")+" few: the interval takes their mean losses for alike and normal")
	say(g.Design > heavyDesign, "rows-in-groups", "calibration.p",
		"rows of one group are alike (design effect "+num(g.Design)+"), and the p-values of calibration and classes take them for independent: they are too small")
}
