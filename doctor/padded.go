package doctor

import (
	"math"
	"strconv"

	"xent/eval"
)

// columns hold what each column's scores range over. They merge exactly.
type columns struct{ low, high []float64 }

func newColumns(n int) columns {
	c := columns{make([]float64, n), make([]float64, n)}
	for k := range n {
		c.low[k], c.high[k] = math.Inf(1), math.Inf(-1)
	}
	return c
}

func (c *columns) add(x []float64) {
	for k, v := range x {
		c.low[k] = min(c.low[k], v)
		c.high[k] = max(c.high[k], v)
	}
}

func (c *columns) merge(d *columns) {
	for k := range c.low {
		c.low[k] = min(c.low[k], d.low[k])
		c.high[k] = max(c.high[k], d.high[k])
	}
}

// constant reports whether every row has the same score in column k.
func (c *columns) constant(k int) bool { return c.low[k] == c.high[k] }

// paddedClasses finds columns at the end that are no classes: a vocabulary is often padded to a round number.
var paddedClasses = Detector{
	ID: "padded-classes", Code: "D26", Summary: "columns at the end that are no classes",
	Rows: func(s *Sample) *Finding {
		whole := s.file()
		if whole == nil {
			return nil
		}
		k := s.Config.Classes
		if k < 3 || s.Rows < 32 || s.Kind() == eval.Probs || s.Reading().Rows == 0 {
			return nil
		}
		real := k
		for real > 0 && whole.columns.constant(real-1) && s.Labelled[real-1] == 0 {
			real--
		}
		if real == k || real < 2 {
			return nil
		}
		which := "column " + strconv.Itoa(real) + " holds"
		if real < k-1 {
			which = "columns " + strconv.Itoa(real) + " to " + strconv.Itoa(k-1) + " hold"
		}
		f := &Finding{
			Severity: Warning,
			Says:     which + " the same score in all {rows} and never a label: padding, which takes part in ln K and in label smoothing",
			Evidence: figures.
				add("rows", float64(s.Rows), Rows).
				add("padded", float64(k-real), Plain).
				add("score", whole.columns.low[k-1], Plain),
			Else: "classes that the model was told to exclude",
			Fix:  "keep the first " + strconv.Itoa(real) + " columns",
		}
		if math.IsInf(whole.columns.low[k-1], -1) { // excluded, and so without any effect
			f.Severity = Note
		}
		return f
	},
}
