package doctor

import "strconv"

// blanks counts the rows whose scores are all 0. It merges exactly.
type blanks struct {
	rows        int64
	first, last int64 // numbers of such rows
}

func (b *blanks) add(id int64) { b.merge(&blanks{1, id, id}) }

func (b *blanks) merge(c *blanks) {
	switch {
	case c.rows == 0:
		return
	case b.rows == 0:
		*b = *c
		return
	}
	b.rows += c.rows
	b.first, b.last = min(b.first, c.first), max(b.last, c.last)
}

// blankRows finds rows without any score among others that have some: a stretch of them is what a write that did not
// finish, or a shard that failed, leaves behind.
var blankRows = Detector{
	ID: "blank-rows", Code: "D30", Summary: "rows that hold nothing but zeros",
	Rows: func(s *Sample) *Finding {
		whole := s.file()
		if whole == nil {
			return nil
		}
		b := &whole.blank
		if b.rows < 5 || b.rows == s.Rows || b.rows*100 < s.Rows && b.rows < 32 {
			return nil
		}
		f := &Finding{
			Severity: Warning,
			Says:     "{rows} of {of} hold nothing but zeros, so that every class is as likely as any other",
			Evidence: figures.
				add("rows", float64(b.rows), Rows).
				add("of", float64(s.Rows), Plain).
				add("rows_limit", 5, Rows),
			Rows: []int64{b.first, b.last},
			Else: "a last layer that may give 0 for every class, or rows that were masked on purpose",
			Fix:  "look at the inputs of these rows",
		}
		if stretch := b.last - b.first + 1; b.rows >= 32 && stretch <= b.rows+s.Ignored {
			f.Severity, f.Else = Error, ""
			f.Says = "{rows} in a stretch, " + strconv.FormatInt(b.first, 10) + " to " + strconv.FormatInt(b.last, 10) +
				", hold nothing but zeros: they were never written"
			f.Fix = "export these rows again, and check that the disk was not full"
		}
		return f
	},
	Explains: []string{"duplicate-rows", "under-confident"},
}
