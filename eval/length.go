//go:build !js

package eval

import (
	"math"
	"math/bits"

	"xent/internal/exact"
)

// lengths are buckets of groups by how many rows they have: 1, 2 to 3, 4 to 7... Rows that are left out, such as padding, do not
// count, so that a group of tokens is as long as its text. Their errors are the jackknife's over the groups in the bucket. Groups
// that were folded have no lengths of their own: then there are no buckets.
func (a *Accumulator) lengths() []Bucket {
	if a.groups == nil || a.groups.folded {
		return nil
	}
	type band struct {
		totals
		groups *groups
	}
	var bands [64]*band
	for number, c := range a.groups.of {
		at := bits.Len64(uint64(c.rows)) - 1
		b := bands[at]
		if b == nil {
			b = &band{groups: newGroups()}
			bands[at] = b
		}
		b.groups.cluster(number).merge(c)
		b.finite.rows += c.rows
		b.finite.weight.Merge(&c.finite)
		b.infinite.weight.Merge(&c.infinite)
		b.right.Merge(&c.right)
		b.loss.Merge(&c.loss)
		b.entropy.Merge(&c.entropy)
	}
	var list []Bucket
	all, nan, inf := a.total.weight(), math.NaN(), math.Inf(1)
	for at, b := range bands {
		if b == nil {
			continue
		}
		weight := b.weight()
		from := int64(1) << at
		name := itoa(from)
		if at > 0 {
			name += " to " + itoa(2*from-1)
		}
		o := Bucket{Value: name + " rows: " + plural(int64(len(b.groups.of)), "group", "groups"), Rows: weight.Float64(), Accuracy: exact.Ratio(b.right.Sum(), weight)}
		diff := b.loss.Clone()
		diff.SubMul(unity(), &b.entropy)
		e := b.groups.errors(&b.totals)
		o.Loss = Estimate{exact.Ratio(&b.loss, b.finite.weight.Sum()), e.loss}
		o.Share, o.Gap = exact.Ratio(&b.loss, all), exact.Ratio(diff, weight)
		o.Z, o.P = e.gapTest(o.Gap)
		if b.infinite.weight.Sum().Sign() > 0 {
			o.Loss, o.Share, o.Gap, o.Z, o.P = Estimate{inf, nan}, inf, inf, inf, 0
		}
		if a.soft != nil {
			o.Z, o.P = nan, nan
		}
		list = append(list, o)
	}
	return list
}
