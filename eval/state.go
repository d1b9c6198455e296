//go:build !js

package eval

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"xent/internal/coder"
	"xent/internal/exact"
)

// StateVersion is the version of the bytes that [Accumulator.AppendState] writes. It rises with every change of what they
// hold: bytes of another version cannot be read.
const StateVersion = 1

// A StateError refuses bytes that are no state of an Accumulator.
type StateError struct{ What string }

func (e *StateError) Error() string { return "eval: the state is damaged: " + e.What }

// AppendState appends all that a has digested to b, for [ReadState]: what an Accumulator of the same Config needs to go on
// with the rows, or to merge with others. Sums are written exactly. The second pass of [Accumulator.Suspects] has no state.
func (a *Accumulator) AppendState(b []byte) []byte {
	c := coder.Writer(b)
	a.code(c)
	return c.Bytes()
}

// ReadState returns the Accumulator whose state b is, made for cfg.
//
// The state need not be trusted: it is refused with a [*StateError] where it does not fit cfg, and what it takes in memory
// is in proportion to its length. Errors: *StateError, [*ConfigError].
func ReadState(cfg Config, b []byte) (*Accumulator, error) {
	if cfg.Classes > len(b) { // each class has more than a byte
		return nil, &StateError{strconv.Itoa(len(b)) + " bytes are too few for " + strconv.Itoa(cfg.Classes) + " classes"}
	}
	a, err := New(cfg)
	if err != nil {
		return nil, err
	}
	c := coder.Reader(b)
	a.code(c)
	c.Ended()
	if err := c.Err(); err != nil {
		return nil, &StateError{err.Error()}
	}
	return a, nil
}

// Rows returns how many rows a has seen, ignored ones included.
func (a *Accumulator) Rows() int64 { return a.seen }

// code describes the state once, for writing and reading. What a Config asks for is there or not by the Config.
func (a *Accumulator) code(c *coder.Coder) {
	as := string(a.as)
	c.Text(&as)
	if a.as = Input(as); a.as != Auto && a.as != Logits && a.as != Probs {
		c.Fail("rows are measured as " + strconv.Quote(as))
	}
	c.Bool(&a.mixed)
	c.Nat(&a.seen)
	c.Nat(&a.ignored)
	c.Nat(&a.weightless)
	a.evidence.code(c)
	a.health.code(c)
	a.noSoftmax.code(c)
	a.strays.code(c)
	a.badWeights.code(c)
	for i := range a.badTargets {
		a.badTargets[i].code(c)
	}
	a.total.code(c)
	for k := range a.class {
		a.class[k].code(c)
	}
	a.expected.Code(c)
	a.doubt.Code(c)
	a.peaked.Code(c)
	a.codeSoft(c)
	a.constant.code(c, a.classes)
	a.cells.Code(c)
	c.Float(&a.heaviest)
	a.surprising.code(c, a)
	a.unexpected.code(c, a)
	a.asked.code(c, a.classes)
}

func (e *Evidence) code(c *coder.Coder) {
	for _, n := range []*int64{&e.Rows, &e.Simplex, &e.OneHot, &e.Logs, &e.binary, &e.decimal, &e.tried} {
		c.Nat(n)
	}
	for _, x := range []*float64{&e.SumOff, &e.LogOff, &e.low, &e.high} {
		c.Float(x)
	}
	e.NotProbs.code(c)
	e.NotLogs.code(c)
}

func (l *RowList) code(c *coder.Coder) {
	c.Nat(&l.Count)
	coder.Slice(c, &l.Rows, 1, func(row *int64) { c.Nat(row) })
	if len(l.Rows) > fewRows || int64(len(l.Rows)) > l.Count || l.Count > 0 && len(l.Rows) == 0 {
		c.Fail("a list of rows is too long or empty")
		*l = RowList{}
	}
}

func (b *badRows) code(c *coder.Coder) {
	b.RowList.code(c)
	c.Float(&b.value)
}

func (h *health) code(c *coder.Coder) {
	c.Nat(&h.nan)
	c.Nat(&h.pos)
	c.Nat(&h.neg)
	c.Float(&h.largest)
}

func (s *Strays) code(c *coder.Coder) {
	c.Nat(&s.count)
	c.Nat(&s.row)
	c.Int(&s.label)
	for _, end := range []*[]LabelCount{&s.low, &s.high} {
		coder.Slice(c, end, 2, func(l *LabelCount) {
			c.Int(&l.Label)
			c.Nat(&l.Rows)
		})
		if len(*end) > ends || s.count > 0 && len(*end) == 0 {
			c.Fail("a histogram of labels is too long or empty")
		}
	}
}

func (n *rowCount) code(c *coder.Coder) {
	c.Nat(&n.rows)
	n.weight.Code(c)
	n.squares.Code(c)
}

func (t *totals) code(c *coder.Coder) {
	t.finite.code(c)
	t.infinite.code(c)
	for _, s := range []*exact.Sum{&t.loss, &t.loss2, &t.lossSq, &t.entropy, &t.spread} {
		s.Code(c)
	}
	t.right.Code(c)
	t.right2.Code(c)
}

func (k *class) code(c *coder.Coder) {
	k.rows.Code(c)
	k.right.Code(c)
	k.loss.Code(c)
	coder.Optional(c, &k.rare, func(r *rare) {
		r.squares.Code(c)
		r.loss2.Code(c)
		r.peak.Code(c)
	})
}

func (a *Accumulator) codeSoft(c *coder.Coder) {
	there := a.soft != nil
	if c.Bool(&there); !there {
		return
	}
	if a.soft == nil {
		a.soft = &soft{mass: exact.NewShares(a.classes), buf: make([]float64, a.classes)}
	}
	s := a.soft
	c.Nat(&s.rows)
	s.mass.Code(c)
	s.entropy.Code(c)
	s.loss.Code(c)
	s.kl.Code(c)
}

func (k *constant) code(c *coder.Coder, classes int) {
	c.Nat(&k.rows)
	for i := range 2 {
		c.Index(&k.arg[i], classes)
		c.Float(&k.max[i])
		c.Float(&k.sum[i])
		c.Float(&k.entropy[i])
	}
}

func (r *ranking) code(c *coder.Coder, a *Accumulator) {
	coder.Slice(c, &r.rows, 30, func(e *ranked) {
		c.Float(&e.key)
		s := &e.row
		c.Nat(&s.Row)
		c.Index(&s.Label, a.classes)
		c.Float(&s.Loss)
		c.Float(&s.Z)
		c.Float(&s.Margin)
		coder.Slice(c, &s.Top, 9, func(t *Choice) {
			c.Index(&t.Class, a.classes)
			c.Float(&t.P)
		})
		coder.Slice(c, &s.Scores, 8, c.Float)
		if n := len(s.Scores); n > 0 && n != a.cfg.Classes || len(s.Top) > topClasses {
			c.Fail("a surprising row has scores of other classes")
		}
	})
	if len(r.rows) > r.most || !slices.IsSortedFunc(r.rows, above) {
		c.Fail("surprising rows are too many, or out of order")
		r.rows = nil
	}
}

func (k *asked) code(c *coder.Coder, classes int) {
	if k.groups != nil {
		k.groups.code(c)
	}
	if k.tempers != nil {
		k.tempers.Code(c)
	}
	if k.leaks != nil {
		k.leaks.code(c)
	}
	if k.by != nil {
		k.by.code(c)
	}
	if k.noise != nil {
		for i := range k.noise.self {
			k.noise.self[i].Code(c)
			c.Nat(&k.noise.rows[i])
		}
	}
	if k.kept != nil {
		k.kept.code(c, classes)
	}
}

func (g *groups) code(c *coder.Coder) {
	c.Bool(&g.folded)
	codeMap(c, g.of, 8, c.Word, func(k *cluster) {
		c.Nat(&k.rows)
		k.finite.Code(c)
		k.infinite.Code(c)
		k.right.Code(c)
		k.loss.Code(c)
		k.entropy.Code(c)
	})
	if !g.folded && len(g.of) > g.most || g.folded && len(g.of) > 1<<g.bits {
		c.Fail("more groups than are told apart")
	}
}

// codeMap codes the entries of m, in the order of their keys, each of which takes at least so many bytes.
func codeMap[K cmp.Ordered, V any](c *coder.Coder, m map[K]*V, least int, key func(*K), value func(*V)) {
	keys := slices.Sorted(maps.Keys(m))
	for i := range c.Count(len(keys), least) {
		var k K
		if !c.Reading() {
			k = keys[i]
		}
		if key(&k); c.Err() != nil {
			return
		}
		if c.Reading() {
			if m[k] != nil {
				c.Fail("a key comes twice")
			}
			m[k] = new(V)
		}
		value(m[k])
	}
}

func (l *leaks) code(c *coder.Coder) {
	for y := range l.nats {
		there := l.nats[y] != nil
		if c.Bool(&there); !there {
			continue
		}
		if c.Reading() && len(c.Bytes()) < len(l.nats) {
			c.Fail("the bytes end within the leaks")
			return
		}
		nats, said := l.class(y)
		nats.Code(c)
		for k := range said {
			said[k].Code(c)
		}
	}
}

func (k *byKeys) code(c *coder.Coder) {
	full := k.full
	c.Index(&full, len(k.given)+1)
	k.full = full
	code := func(b *bucket) {
		b.totals.code(c)
		there := b.groups != nil
		if c.Bool(&there); !there {
			return
		}
		if b.groups == nil {
			b.groups = groupsUpTo(groupsInBucket, foldsInBucket)
		}
		b.groups.code(c)
	}
	for _, of := range k.given {
		codeMap(c, of, 1, c.Text, code)
		if len(of) > maxBuckets {
			c.Fail("more values of a key than are told apart")
		}
	}
	for i := range k.bands {
		code(&k.bands[i])
	}
	for y := range k.squares {
		k.squares[y].Code(c)
	}
}

func (k *keptRows) code(c *coder.Coder, classes int) {
	if !c.Reading() {
		k.prune()
	}
	c.Word(&k.limit)
	coder.Slice(c, &k.rows, 8*(3+classes), func(r *keptRow) {
		c.Word(&r.hash)
		c.Word(&r.key)
		c.Float(&r.weight)
		c.Index(&r.class, classes)
		if c.Reading() {
			r.a = make([]float64, classes)
		}
		for j := range r.a {
			c.Float(&r.a[j])
		}
	})
	for i := range k.rows {
		for _, x := range k.rows[i].a {
			if !(x >= lowest && x <= 1) {
				c.Fail("a log-probability is none")
			}
		}
	}
	if len(k.rows) > k.most {
		c.Fail("more rows than are kept")
		k.rows = nil
	}
}
