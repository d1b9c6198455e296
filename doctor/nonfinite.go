package doctor

import (
	"math"
	"strconv"

	"xent/eval"
)

// Odd counts the scores that are no finite numbers. It merges exactly.
type Odd struct {
	NaN, PosInf, NegInf int64        // scores
	Rows                eval.RowList // rows without a softmax: a NaN, several +Inf, nothing but -Inf
	Whole               int64        // of those: rows in which no score is finite
	Largest             float64      // magnitude, of the finite scores
	columns             []int64      // NaN and +Inf by column
}

// add counts the scores of a row and reports whether it has a softmax.
func (o *Odd) add(id int64, x []float64) bool {
	nan, pos, neg := 0, 0, 0
	for k, v := range x {
		switch {
		case v != v:
			nan++
		case v > math.MaxFloat64:
			pos++
		case v < -math.MaxFloat64:
			neg++
			continue // a mask
		default:
			o.Largest = max(o.Largest, math.Abs(v))
			continue
		}
		o.columns[k]++
	}
	o.NaN += int64(nan)
	o.PosInf += int64(pos)
	o.NegInf += int64(neg)
	if nan == 0 && pos < 2 && (neg < len(x) || len(x) == 1) {
		return true
	}
	o.Rows.Add(id)
	if nan+pos+neg == len(x) {
		o.Whole++
	}
	return false
}

func (o *Odd) merge(t *Odd) {
	o.NaN += t.NaN
	o.PosInf += t.PosInf
	o.NegInf += t.NegInf
	o.Rows.Merge(&t.Rows)
	o.Whole += t.Whole
	o.Largest = max(o.Largest, t.Largest)
	for k, n := range t.columns {
		o.columns[k] += n
	}
}

// nonFinite finds rows that have no softmax. That is certain; where the numbers came from is told by their pattern:
// whole rows (a broken input), one column (a dead or masked class), or single ones (an overflow).
var nonFinite = Detector{
	ID: "nan-rows", Code: "D08", Summary: "rows without a softmax: NaN or infinite scores",
	Rows: func(s *Sample) *Finding {
		o := &s.Odd
		if o.Rows.Count == 0 {
			return nil
		}
		f := &Finding{
			Severity: Error,
			Says:     "{rows} {rows|holds|hold} what is no number, or infinities, and {rows|has|have} no softmax: the loss is no number, and neither is the mean",
			Evidence: figures.
				add("rows", float64(o.Rows.Count), Rows).
				add("of", float64(s.Rows), Rows).
				add("nan", float64(o.NaN), Plain).
				add("positive_infinities", float64(o.PosInf), Plain).
				add("negative_infinities", float64(o.NegInf), Plain).
				add("largest_finite", o.Largest, Plain),
			Rows: o.Rows.Rows,
			Fix:  "look at the inputs of these rows, and at the first layer whose output is not finite",
		}
		column, most := -1, int64(0)
		for k, n := range o.columns {
			if n > most {
				column, most = k, n
			}
		}
		switch {
		case o.Whole == o.Rows.Count:
			f.Says += ": every score, as a broken input leaves them"
		case most > 1 && most == o.NaN+o.PosInf:
			f.Says += ": always class " + strconv.Itoa(column) + ", as a dead unit or a wrong mask leaves it"
			f.Fix = "look at the weights and the mask of class " + strconv.Itoa(column)
		case o.Largest > 6e4 && s.Config.DType == "float16":
			f.Says += ": beside scores near 65504, the largest float16"
			f.Fix = "compute the last layer in float32"
		}
		return f
	},
	Explains: []string{"infinite-rows"},
}

// infiniteRows finds rows whose label has probability 0.
var infiniteRows = Detector{
	ID: "infinite-rows", Code: "D08", Summary: "labels of probability 0",
	Rows: func(s *Sample) *Finding {
		r := s.Reading()
		if r.Infinite == 0 {
			return nil
		}
		mean, _ := r.Loss()
		f := &Finding{
			Severity: Error,
			Says:     "{rows} {rows|gives its|give their} label the probability 0 and {rows|costs|cost} infinitely much; the others cost {others}",
			Evidence: figures.
				add("rows", float64(r.Infinite), Rows).
				add("others", mean, Nats),
			Fix: "keep logits, not probabilities that were rounded to 0, and check the mask of these rows",
		}
		if r.Infinite == r.Rows {
			f.Says = "{rows|the only label|every label} has the probability 0 and costs infinitely much"
			f.Evidence = f.Evidence[:1]
		}
		return f
	},
}
