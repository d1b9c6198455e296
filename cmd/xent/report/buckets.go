package report

import (
	"cmp"
	"math"
	"slices"

	"xent/eval"
)

// The least lines that a table of buckets needs to say something, and those that classes keep beside it.
const (
	leastBuckets = 4
	leastClasses = 6
)

// buckets are the tables of the keys in at most room lines: a key's values in their order if they fit, else those that add
// most to the loss and a line for the others.
func (t *text) buckets(room int) []string {
	keys := slices.Clone(t.r.Buckets)
	if len(keys) == 0 || room < 1 {
		return nil
	}
	shown := min(len(keys), (room+1)/(leastBuckets+1))
	if shown < len(keys) && shown > 0 && room < shown*(leastBuckets+1)+1 { // a line is needed for the others
		shown--
	}
	rest := len(keys) - shown
	if rest > 0 {
		room -= 2
	}
	var lines []string
	for i, key := range keys[:shown] {
		each := (room - (shown - i - 1)) / (shown - i)
		if i > 0 {
			lines = append(lines, "")
		}
		table := t.bucketTable(&key, each)
		lines = append(lines, table...)
		room -= len(table) + 1
	}
	if rest > 0 {
		if shown > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, t.style.dim(plural(int64(rest), "key")+" more under \"buckets\" with --json"))
	}
	return lines
}

func (t *text) bucketTable(key *eval.Buckets, room int) []string {
	shown, others := costliest(key.Values, room-1)
	largest := 0.0
	for _, b := range shown {
		if finite(b.Share) {
			largest = max(largest, b.Share)
		}
	}
	lines := []string{t.style.dim(bucketLine(clip(Plain(key.By), 16), "rows", "loss", "adds", "", "right", "gap", "z", ""))}
	for _, b := range shown {
		differs := ""
		if b.Differs {
			differs = t.style.warn("*")
		}
		lines = append(lines, bucketLine(clip(Plain(b.Value), 16), amount(b.Rows), Measured(b.Loss.Value, b.Loss.SE), Fixed(b.Share, 4),
			bar(b.Share/largest, 7), Fixed(b.Accuracy, 3), gapText(b.Gap), zText(b.Z), differs))
	}
	if len(others) > 0 {
		rows, share := together(others)
		lines = append(lines, t.style.dim(bucketLine(Count(int64(len(others)))+" others", amount(rows), Fixed(share*t.r.Loss.Weight/rows, 4), Fixed(share, 4), "", "", "", "", "")))
	}
	return lines
}

// together returns the rows of buckets and what they add to the loss, as far as that is a number.
func together(buckets []eval.Bucket) (rows, share float64) {
	for _, b := range buckets {
		rows += b.Rows
		if finite(b.Share) {
			share += b.Share
		}
	}
	return rows, share
}

// costliest are the buckets of a table of at most room lines: all in their order if they fit, else those that add most to
// the loss, with those that one line stands for.
func costliest(all []eval.Bucket, room int) (shown, others []eval.Bucket) {
	if len(all) <= max(room, 1) {
		return all, nil
	}
	byShare := slices.Clone(all)
	slices.SortStableFunc(byShare, func(a, b eval.Bucket) int { return cmp.Compare(nanLast(b.Share), nanLast(a.Share)) })
	n := max(room-1, 1)
	return byShare[:n], byShare[n:]
}

// gapText writes a confidence gap, nothing where nobody knows it.
func gapText(gap float64) string {
	if math.IsNaN(gap) {
		return ""
	}
	return Signed(gap, 2)
}

func zText(z float64) string {
	if math.IsNaN(z) {
		return ""
	}
	return Fixed(z, 1)
}

func bucketLine(value, rows, loss, adds, bar, right_, gap, z, mark string) string {
	return left(value, 16) + right(rows, 8) + right(loss, 13) + right(adds, 9) + "  " + left(bar, 7) +
		right(right_, 7) + right(gap, 10) + right(z, 6) + mark
}

// pageBuckets is the table of one key.
type pageBuckets struct {
	By     string
	Rows   []pageBucket
	Others *pageBucket
}

type pageBucket struct {
	Value, Rows, Loss, Adds, Right, Gap, Z string
	Bar                                    place
	Differs                                bool
}

func (t *text) pageBuckets() []pageBuckets {
	var tables []pageBuckets
	for i := range t.r.Buckets {
		key := &t.r.Buckets[i]
		p := pageBuckets{By: Plain(key.By)}
		shown, others := costliest(key.Values, mostClasses)
		largest := 0.0
		for _, b := range shown {
			if finite(b.Share) {
				largest = max(largest, b.Share)
			}
		}
		for _, b := range shown {
			row := pageBucket{
				Value: clip(Plain(b.Value), 60), Rows: amount(b.Rows), Loss: typeset(Measured(b.Loss.Value, b.Loss.SE)), Adds: typeset(Fixed(b.Share, 4)),
				Right: typeset(Fixed(b.Accuracy, 3)), Gap: typeset(gapText(b.Gap)), Z: typeset(zText(b.Z)), Differs: b.Differs,
			}
			if finite(b.Share) && largest > 0 {
				row.Bar = across(b.Share / largest)
			}
			p.Rows = append(p.Rows, row)
		}
		if len(others) > 0 {
			rows, share := together(others)
			p.Others = &pageBucket{Value: Count(int64(len(others))) + " others", Rows: amount(rows), Loss: typeset(Fixed(share*t.r.Loss.Weight/rows, 4)), Adds: typeset(Fixed(share, 4))}
		}
		tables = append(tables, p)
	}
	return tables
}

// starred reports whether some class or bucket differs.
func (t *text) starred() bool {
	return slices.ContainsFunc(t.r.PerClass, func(c eval.Class) bool { return c.Differs })
}

// starredBuckets reports whether the gap of some bucket does.
func (t *text) starredBuckets() bool {
	return slices.ContainsFunc(t.r.Buckets, func(k eval.Buckets) bool {
		return slices.ContainsFunc(k.Values, func(b eval.Bucket) bool { return b.Differs })
	})
}

func (m *markdown) buckets() {
	for i := range m.r.Buckets {
		key := &m.r.Buckets[i]
		shown, others := costliest(key.Values, mostMarkdown)
		m.folded("The loss by "+htmlCode(key.By), func() {
			m.line("| ", code(key.By), " | rows | loss | adds | right | gap | z |")
			m.line("|---|--:|--:|--:|--:|--:|--:|")
			for _, b := range shown {
				differs := ""
				if b.Differs {
					differs = " \\*"
				}
				m.line("| ", code(b.Value), " | ", amount(b.Rows), " | ", Measured(b.Loss.Value, b.Loss.SE), " | ", Fixed(b.Share, 4), " | ",
					Fixed(b.Accuracy, 3), " | ", gapText(b.Gap), " | ", zText(b.Z), differs, " |")
			}
			if len(others) > 0 {
				m.line()
				m.line("and ", Count(int64(len(others))), " others, which add less")
			}
		})
	}
}
