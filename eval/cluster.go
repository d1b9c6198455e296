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

// groups are what rows of each group add up to. Which are folded depends on the set of all groups alone: a part that
// holds too many makes the whole hold too many.
type groups struct {
	of     map[uint64]*cluster
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

func newGroups() *groups { return &groups{of: map[uint64]*cluster{}} }

// cluster is the place of a group.
func (g *groups) cluster(group uint64) *cluster {
	if g.folded {
		group = fold(group)
	}
	c := g.of[group]
	if c == nil {
		c = new(cluster)
		g.of[group] = c
		if !g.folded && len(g.of) > maxGroups {
			g.fold()
			return g.cluster(group)
		}
	}
	return c
}

// fold puts all groups together into at most 2^foldBits.
func (g *groups) fold() {
	of := g.of
	g.of, g.folded = map[uint64]*cluster{}, true
	for group, c := range of {
		g.cluster(group).merge(c)
	}
}

// fold is the number of a group's fold.
func fold(group uint64) uint64 {
	group ^= group >> 32
	group *= 0xd6e8feb86659fd93
	group ^= group >> 32
	group *= 0xd6e8feb86659fd93
	return (group ^ group>>32) >> (64 - foldBits)
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

// moments are sums over groups of the products of two totals of theirs, from which the variance of a ratio comes.
type moments struct{ w2, wx, xx exact.Sum }

func (m *moments) add(w, x *exact.Sum) {
	m.w2.AddMul(w, w)
	m.wx.AddMul(w, x)
	m.xx.AddMul(x, x)
}

// variance returns that of x/w, for totals w and x over all groups:
//
//	G/(G-1) · Σ_g (x_g - r·w_g)² / w²     r = x/w
func (m *moments) variance(groups int64, w, x *exact.Sum) float64 {
	return small(groups) * meanVariance(w, x, &m.w2, &m.wx, &m.xx)
}

// cluster replaces the standard errors of r, which take rows for independent, by those that take groups for
// independent. With S_g = Σ w·l and W_g = Σ w over the rows of group g, and G groups,
//
//	SE² = G/(G-1) · Σ_g (S_g - L·W_g)² / W²
//
// and so for the accuracy and the confidence gap; intervals and p-values come from Student's distribution of G-1 degrees
// of freedom. The standard error of the skill takes the prior as known. One group tells nothing: NaN.
//
// Source: Liang and Zeger 1986; Miller 2024, arXiv:2411.00640, for evaluations of language models.
func (a *Accumulator) cluster(r *Report) {
	if a.groups == nil || len(a.groups.of) == 0 {
		return
	}
	var loss, right, gap moments
	var largest int64
	for _, c := range a.groups.of {
		largest = max(largest, c.rows)
		finite, all := c.finite.Sum(), c.finite.Sum()
		all.Merge(c.infinite.Sum())
		diff := c.loss.Clone()
		diff.SubMul(unity(), &c.entropy)
		loss.add(finite, &c.loss)
		right.add(all, c.right.Sum())
		gap.add(all, diff)
	}
	t, n := &a.total, int64(len(a.groups.of))
	all, df := t.weight(), float64(n-1)
	diff := t.loss.Clone()
	diff.SubMul(unity(), &t.entropy)
	g := &Groups{
		Groups: n, Folded: a.groups.folded, Largest: largest, RowSE: r.Loss.FiniteSE, RowAccuracySE: r.Accuracy.SE,
		T: stat.StudentQuantile(.05, df),
	}
	r.Groups = g
	l := &r.Loss
	l.FiniteSE = math.Sqrt(loss.variance(n, t.finite.weight.Sum(), &t.loss))
	g.Design = l.FiniteSE * l.FiniteSE / (g.RowSE * g.RowSE)
	if !math.IsNaN(l.SE) {
		l.SE = l.FiniteSE
	}
	r.interval(g.T)
	r.Prior.Skill.SE = l.SE / r.Prior.Nats
	r.Accuracy.SE = math.Sqrt(right.variance(n, all, t.right.Sum()))
	if c := &r.Confidence; !math.IsNaN(c.Z) && !math.IsInf(c.Z, 0) {
		c.Z = c.Gap / math.Sqrt(gap.variance(n, all, diff))
		c.P = stat.StudentTail(c.Z, df)
	}
}
