//go:build !js

package eval

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"xent/internal/exact"
)

// Keys of rows that follow from the rows themselves; all others come with the blocks, from a column or a file.
const (
	ByConfidence = "@confidence" // bands of the probability of the likeliest class
	ByFrequency  = "@frequency"  // how frequent the label is: decades of its share of the rows
	ByLength     = "@length"     // how many rows the group has that the row is of: from one power of two to the next
	ByPosition   = "@position"   // where in its sequence the row is; comes with the blocks
)

// Bounds of buckets. Groups within a bucket are counted one by one up to groupsInBucket, and beyond put together by hash,
// as those of the whole are.
const (
	maxBuckets     = 1 << 16 // of one key
	groupsInBucket = 1 << 10
	foldsInBucket  = 8 // bits
)

// byKeys tell rows apart by their keys.
type byKeys struct {
	given   []map[string]*bucket // by text, for each key that comes with the blocks
	bands   []bucket             // of confidence; nil unless asked for
	squares []exact.Sum          // Σ w²l² by label; nil unless frequency was asked for
	place   []int                // of Config.By in Block.By; -1 for what follows from the rows
	full    int                  // a key with more than maxBuckets texts, from 1
}

// A bucket holds what rows with the same key add up to.
type bucket struct {
	totals
	groups *groups
}

// derived reports whether a key follows from the rows themselves.
func derived(by string) bool { return by == ByConfidence || by == ByFrequency || by == ByLength }

// givenKeys counts the keys that must come with the blocks.
func (c *Config) givenKeys() (n int) {
	for _, by := range c.By {
		if !derived(by) {
			n++
		}
	}
	return n
}

// checkBy refuses keys that no report can tell apart.
func (c *Config) checkBy() error {
	for i, by := range c.By {
		switch {
		case by == "":
			return &ConfigError{"By", `""`, "the name of a key"}
		case by[0] == '@' && !derived(by) && by != ByPosition:
			return &ConfigError{"By", strconv.Quote(by), ByConfidence + ", " + ByFrequency + ", " + ByLength + " or " + ByPosition}
		case by == ByLength && !c.Grouped:
			return &ConfigError{"By", strconv.Quote(by) + " without groups", "groups of rows, whose lengths these are"}
		case slices.Contains(c.By[:i], by):
			return &ConfigError{"By", strconv.Quote(by) + " twice", "it once"}
		}
	}
	return nil
}

func newByKeys(c *Config, classes int) *byKeys {
	k := &byKeys{}
	for _, by := range c.By {
		place := -1
		switch by {
		case ByConfidence:
			k.bands = make([]bucket, len(bandFrom))
		case ByFrequency:
			k.squares = make([]exact.Sum, classes)
		case ByLength: // the groups of all rows tell
		default:
			place = len(k.given)
			k.given = append(k.given, map[string]*bucket{})
		}
		k.place = append(k.place, place)
	}
	return k
}

// addBuckets adds a.row to the buckets of its keys.
func (a *Accumulator) addBuckets(w, loss float64, y int, right bool) {
	k, r := a.by, &a.row
	for i, key := range r.keys {
		of := k.given[i]
		b := of[key]
		if b == nil {
			if len(of) == maxBuckets {
				k.full = i + 1
				continue
			}
			b = new(bucket)
			of[key] = b
		}
		b.add(a, w, loss, right)
	}
	if k.bands != nil {
		at, c := len(bandFrom)-1, r.confidence()
		for at > 0 && !(c >= bandFrom[at]) {
			at--
		}
		k.bands[at].add(a, w, loss, right)
	}
	if k.squares != nil && loss <= math.MaxFloat64 {
		k.squares[y].AddProduct(w*loss, w*loss)
	}
}

func (b *bucket) add(a *Accumulator, w, loss float64, right bool) {
	r := &a.row
	b.totals.add(w, loss, r.entropy, r.spread, right)
	if a.groups != nil {
		if b.groups == nil {
			b.groups = groupsUpTo(groupsInBucket, foldsInBucket)
		}
		b.groups.cluster(r.group).add(w, loss, r.entropy, right)
	}
}

func (b *bucket) merge(c *bucket) {
	b.totals.merge(&c.totals)
	if c.groups != nil {
		if b.groups == nil {
			b.groups = groupsUpTo(groupsInBucket, foldsInBucket)
		}
		b.groups.merge(c.groups)
	}
}

func (k *byKeys) merge(l *byKeys) {
	k.full = max(k.full, l.full)
	for i, from := range l.given {
		for key, c := range from {
			b := k.given[i][key]
			if b == nil {
				if len(k.given[i]) == maxBuckets {
					k.full = i + 1
					continue
				}
				b = new(bucket)
				k.given[i][key] = b
			}
			b.merge(c)
		}
	}
	for i := range l.bands {
		k.bands[i].merge(&l.bands[i])
	}
	for y := range l.squares {
		k.squares[y].Merge(&l.squares[y])
	}
}

// refuse tells of a key with more texts than can be told apart; nil if there is none.
func (k *byKeys) refuse(cfg *Config) error {
	if k == nil || k.full == 0 {
		return nil
	}
	by := cfg.By[slices.Index(k.place, k.full-1)]
	return &ConfigError{"By", strconv.Quote(by) + " with more than " + strconv.Itoa(maxBuckets) + " values", "a few kinds of rows"}
}

// buckets fills in E10: the loss told apart by each key. With W the weight of all rows, a bucket's share
//
//	share = Σ w·l/W over its rows     the shares of a key's buckets add up to L
//
// stands beside its mean loss, accuracy and confidence gap, which are those of a report on its rows alone: so are
// their standard errors, and, with groups, the jackknife's over the groups that have rows in the bucket. z of the gap has
// a p-value, of which the buckets of a key that survive Benjamini and Hochberg's procedure at 5 % are marked.
func (a *Accumulator) buckets(r *Report) {
	if a.by == nil {
		return
	}
	for i, by := range a.cfg.By {
		o := Buckets{By: by}
		switch by {
		case ByConfidence:
			for j := range a.by.bands {
				if b := &a.by.bands[j]; b.rows() > 0 {
					o.Values = append(o.Values, a.bucket(bandName(j), b))
				}
			}
		case ByFrequency:
			o.Values = a.decades()
		case ByLength:
			o.Values = a.lengths()
		default:
			of := a.by.given[a.by.place[i]]
			for _, key := range inOrder(of) {
				o.Values = append(o.Values, a.bucket(key, of[key]))
			}
		}
		markBuckets(o.Values)
		r.Buckets = append(r.Buckets, o)
	}
}

func bandName(j int) string {
	to := "1"
	if j+1 < len(bandFrom) {
		to = exactly(bandFrom[j+1])
	}
	return exactly(bandFrom[j]) + " to " + to
}

// inOrder sorts texts: as numbers, or ranges "16 to 31" of them, if all are, else by their bytes.
func inOrder(of map[string]*bucket) []string {
	keys := make([]string, 0, len(of))
	value := map[string]float64{}
	for key := range of {
		keys = append(keys, key)
		number, _, _ := strings.Cut(key, " to ")
		if v, err := strconv.ParseFloat(number, 64); err == nil && v == v {
			value[key] = v
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		if len(value) == len(keys) {
			if c := cmp.Compare(value[a], value[b]); c != 0 {
				return c
			}
		}
		return cmp.Compare(a, b)
	})
	return keys
}

func (a *Accumulator) bucket(value string, b *bucket) Bucket {
	t, all := &b.totals, a.total.weight()
	weight := t.weight()
	o := Bucket{
		Value: value, Rows: weight.Float64(),
		Loss: Estimate{
			exact.Ratio(&t.loss, t.finite.weight.Sum()),
			math.Sqrt(small(t.finite.rows) * meanVariance(t.finite.weight.Sum(), &t.loss, t.finite.squares.Sum(), &t.loss2, &t.lossSq)),
		},
		Share:    exact.Ratio(&t.loss, all),
		Accuracy: exact.Ratio(t.right.Sum(), weight),
	}
	diff := t.loss.Clone()
	diff.SubMul(unity(), &t.entropy)
	o.Gap = exact.Ratio(diff, weight)
	o.Z = diff.Float64() / math.Sqrt(t.spread.Float64())
	o.P = math.Erfc(math.Abs(o.Z) / math.Sqrt2)
	if b.groups != nil {
		e := b.groups.errors(t)
		o.Loss.SE = e.loss
		o.Z, o.P = e.gapTest(o.Gap)
	}
	if t.infinite.rows > 0 {
		inf := math.Inf(1)
		o.Loss, o.Share, o.Gap, o.Z, o.P = Estimate{inf, math.NaN()}, inf, inf, inf, 0
	}
	if a.soft != nil {
		o.Z, o.P = math.NaN(), math.NaN()
	}
	return o
}

// decades are buckets of labels by their share of the rows: from a tenth up, from a hundredth up to a tenth...
func (a *Accumulator) decades() []Bucket {
	total := a.total.weight()
	type decade struct {
		rows, right, loss, squares, loss2, lossSq exact.Sum
		n                                         int
	}
	of := map[int]*decade{}
	for y := range a.class {
		c, mass := &a.class[y], a.mass(y)
		share := exact.Ratio(mass, total)
		if !(share > 0) {
			continue
		}
		at := 0
		for at < 9 && share < math.Pow(10, -float64(at+1)) {
			at++
		}
		d := of[at]
		if d == nil {
			d = new(decade)
			of[at] = d
		}
		d.n++
		d.rows.Merge(mass)
		d.right.Merge(c.right.Sum())
		d.loss.Merge(&c.loss)
		squares, loss2 := c.rows.Sum(), c.loss.Clone()
		if c.rare != nil {
			squares.Merge(&c.rare.squares)
			loss2.Merge(&c.rare.loss2)
		}
		d.squares.Merge(squares)
		d.loss2.Merge(loss2)
		d.lossSq.Merge(&a.by.squares[y])
	}
	var list []Bucket
	nan := math.NaN()
	for at := range 10 {
		d := of[at]
		if d == nil {
			continue
		}
		name := decadeName(at) + ": " + plural(int64(d.n), "class", "classes")
		o := Bucket{Value: name, Rows: d.rows.Float64(), Loss: Estimate{exact.Ratio(&d.loss, &d.rows), nan}, Share: exact.Ratio(&d.loss, total),
			Accuracy: exact.Ratio(&d.right, &d.rows), Gap: nan, Z: nan, P: nan}
		if n := int64(math.Round(o.Rows * o.Rows / d.squares.Float64())); n > 1 && a.groups == nil && a.soft == nil && o.Loss.Value <= math.MaxFloat64 {
			o.Loss.SE = math.Sqrt(small(n) * meanVariance(&d.rows, &d.loss, &d.squares, &d.loss2, &d.lossSq))
		}
		list = append(list, o)
	}
	return list
}

func decadeName(at int) string {
	percent := func(power int) string { return exactly(math.Round(math.Pow(10, float64(2-power))*1e9)/1e9) + " %" }
	switch at {
	case 0:
		return "from " + percent(1)
	case 9:
		return "below " + percent(9)
	}
	return "from " + percent(at+1)
}

// markBuckets marks the buckets whose p survives Benjamini and Hochberg's procedure at 5 %.
func markBuckets(buckets []Bucket) {
	p := make([]float64, len(buckets))
	for i := range buckets {
		p[i] = buckets[i].P
	}
	limit := discovery(p)
	for i := range buckets {
		buckets[i].Differs = buckets[i].P <= limit
	}
}
