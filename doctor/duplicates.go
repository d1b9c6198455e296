package doctor

import (
	"math"
	"slices"

	"xent/eval"
)

// contents is a sample of the different rows of a file, each with how often it occurs: those whose content has the
// smallest hashes. What is in it does not depend on the order of the rows, and merges exactly.
//
// Source: Bar-Yossef et al. 2002 (the k smallest hash values).
type contents struct {
	of map[uint64]content
}

// content is a row that occurs count times.
type content struct {
	count, first int64
	label        int
	differ       bool // in their labels
}

const mostContents = 1 << 14

func (c *contents) add(id int64, x []float64, label int) {
	c.put(hash(x), content{1, id, label, false})
	c.prune(2 * mostContents)
}

func (c *contents) put(key uint64, b content) {
	if c.of == nil {
		c.of = map[uint64]content{}
	}
	a, ok := c.of[key]
	if ok {
		a.differ = a.differ || b.differ || a.label != b.label
		a.count += b.count
		a.first = min(a.first, b.first)
		a.label = min(a.label, b.label)
		b = a
	}
	c.of[key] = b
}

// prune keeps the smallest hashes when there are more than most of them.
func (c *contents) prune(most int) {
	if len(c.of) <= most {
		return
	}
	keys := c.keys()
	for _, key := range keys[mostContents:] {
		delete(c.of, key)
	}
}

func (c *contents) keys() []uint64 {
	keys := make([]uint64, 0, len(c.of))
	for key := range c.of {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (c *contents) merge(d *contents) {
	for key, b := range d.of {
		c.put(key, b)
	}
	c.prune(2 * mostContents)
}

// hash mixes the bits of a row (the finaliser of SplitMix64).
func hash(x []float64) uint64 {
	h := uint64(len(x))
	for _, v := range x {
		h ^= math.Float64bits(v)
		h += 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}

// duplicateRows finds rows that occur more than once: the same input twice. Logits of different inputs agree in all
// digits by chance only where they have few.
var duplicateRows = Detector{
	ID: "duplicate-rows", Code: "D27", Summary: "rows that occur more than once",
	Rows: func(s *Sample) *Finding {
		whole := s.file()
		if whole == nil {
			return nil
		}
		if s.Kind() != eval.Logits || s.Config.Classes < 3 || s.Rows < 100 || s.grid() > 0 || s.Config.Classes < 8 && s.roundoff() > 0 {
			return nil
		}
		keys := whole.contents.keys()
		rows, copies, differ := 0.0, 0.0, 0.0
		f := &Finding{}
		for _, key := range keys[:min(len(keys), mostContents)] {
			c := whole.contents.of[key]
			rows += float64(c.count)
			copies += float64(c.count - 1)
			if c.count > 1 {
				f.Rows = append(f.Rows, c.first)
			}
			if c.differ {
				differ += float64(c.count)
			}
		}
		if !(copies > .01*rows) {
			return nil
		}
		slices.Sort(f.Rows)
		f.Rows = f.Rows[:min(len(f.Rows), 3)]
		f.Severity = Warning
		f.Says = "{copies} of the rows have the same scores, to the last bit, as another row: the same inputs again. Standard errors that take rows as independent are too small"
		f.Evidence = figures.
			add("copies", copies/rows, Share).
			add("copies_limit", .01, Share).
			add("other_labels", differ/rows, Share).
			add("rows_looked_at", rows, Plain)
		if differ > 0 {
			f.Says += "; {other_labels} of the rows have copies with another label, which no model can have right"
		}
		f.Else = "a model whose outputs are discrete, such as a tree, or inputs that are"
		f.Fix = "compare inputs by content before they are split, and judge on one copy of each"
		return f
	},
}
