package eval

import "strconv"

// A LabelError says that labels lie outside [Low, High). All rows have been looked at.
type LabelError struct {
	Row       int64 // the first such row
	Label     int64 // its label, as in the file
	Low, High int64 // labels in range: Low ≤ label < High
	Count     int64 // of such rows
	Histogram []LabelCount
	Cause     string // the likely one; "" when nothing suggests any
	Hint      string // the flag that mends it; "" when there is none
}

// LabelCount is a label with the number of its rows.
type LabelCount struct {
	Label int64 `json:"label"`
	Rows  int64 `json:"rows"`
}

func (e *LabelError) Error() string {
	text := "labels[" + itoa(e.Row) + "] = " + itoa(e.Label) + ", want " + itoa(e.Low) + " ≤ label < " + itoa(e.High)
	if e.Cause == "" || len(e.Histogram) > 1 {
		text += "; out of range: " + e.histogram()
	}
	if e.Cause != "" {
		text += "; " + e.Cause
	}
	return text
}

// histogram renders the lowest and highest labels out of range: "-100 x 7, 10 x 2 ... 255 x 1 (12 rows)".
func (e *LabelError) histogram() string {
	const each = 4 // shown at either end
	all, between := "", ""
	for i, h := range e.Histogram {
		if i >= each && i < len(e.Histogram)-each {
			between = " ... "
			continue
		}
		all += between + itoa(h.Label) + " x " + itoa(h.Rows)
		between = ", "
	}
	if len(e.Histogram) > 1 {
		all += " (" + itoa(e.Count) + " rows)"
	}
	return all
}

// ends is how many labels out of range are counted at either end of their histogram.
const ends = 16

// Strays counts the labels that are out of range, in bounded memory and with no trace of the order of
// rows: the lowest and the highest few distinct values have exact counts, because a value among the
// lowest few of the whole is among the lowest few of every part.
type Strays struct {
	count      int64
	row, label int64 // the first
	low, high  []LabelCount
}

// Add adds a row with its label.
func (s *Strays) Add(row, label int64) {
	s.first(row, label)
	s.count++
	s.tallyLow(LabelCount{label, 1})
	s.tallyHigh(LabelCount{label, 1})
}

// Merge adds the labels of t.
func (s *Strays) Merge(t *Strays) {
	if t.count == 0 {
		return
	}
	s.first(t.row, t.label)
	s.count += t.count
	for _, c := range t.low {
		s.tallyLow(c)
	}
	for _, c := range t.high {
		s.tallyHigh(c)
	}
}

func (s *Strays) first(row, label int64) {
	if s.count == 0 || row < s.row {
		s.row, s.label = row, label
	}
}

func (s *Strays) tallyLow(c LabelCount) {
	if s.low = counted(s.low, c); len(s.low) > ends {
		s.low = s.low[:ends]
	}
}

func (s *Strays) tallyHigh(c LabelCount) {
	if s.high = counted(s.high, c); len(s.high) > ends {
		s.high = append(s.high[:0], s.high[1:]...)
	}
}

// histogram returns both ends, in ascending order.
func (s *Strays) histogram() []LabelCount {
	h := append([]LabelCount(nil), s.low...)
	for _, c := range s.high {
		if len(h) == 0 || c.Label > h[len(h)-1].Label {
			h = append(h, c)
		}
	}
	return h
}

// Err explains the strays among the labels of rows, or returns nil when there are none. labelled tells
// whether a class occurs.
func (s *Strays) Err(rows, base int64, classes int, labelled func(class int) bool) *LabelError {
	if s.count == 0 {
		return nil
	}
	e := &LabelError{
		Row: s.row, Label: s.label,
		Low: base, High: base + int64(classes),
		Count: s.count, Histogram: s.histogram(),
	}
	var causes, flags []string
	for _, c := range e.Histogram {
		why := ""
		switch c.Label {
		case -100:
			why = "looks like ignore_index"
		case 255:
			why = "looks like the ignore index of 8-bit label images"
		case 156:
			why = "looks like uint8(-100), an ignore index that wrapped around"
		case -1:
			if base == 0 && classes == 2 && !labelled(0) {
				causes = append(causes, "-1 occurs and 0 does not: labels are -1 and +1")
				continue
			}
			if base != 0 {
				continue
			}
			why = "looks like the mark of unlabelled rows"
		}
		if why != "" {
			causes = append(causes, itoa(c.Label)+" x "+itoa(c.Rows)+" "+why)
			flags = append(flags, "--ignore-index "+itoa(c.Label))
		}
	}
	if len(flags) > 1 {
		flags = nil // one of several: the user must say which
	}
	switch {
	case s.has(e.High) && !labelled(0):
		causes = append(causes, itoa(e.High)+" found, "+itoa(base)+" absent: labels start at "+itoa(base+1))
		flags = append(flags, "--label-base "+itoa(base+1))
	case s.has(base-1) && !labelled(classes-1) && base != 0:
		causes = append(causes, itoa(base-1)+" found, "+itoa(e.High-1)+" absent: labels start at "+itoa(base-1))
		flags = append(flags, "--label-base "+itoa(base-1))
	case len(causes) == 0 && len(e.Histogram) > 1 && e.Histogram[len(e.Histogram)-1].Label >= e.High:
		causes = append(causes, "labels reach "+itoa(e.Histogram[len(e.Histogram)-1].Label)+
			" but the scores have "+strconv.Itoa(classes)+" classes: do the two belong together?")
	case len(causes) == 0 && len(e.Histogram) == 1 && s.count < rows:
		flags = append(flags, "--ignore-index "+itoa(s.label)+", if these rows are to be left out")
	}
	e.Cause, e.Hint = join(causes, "; "), join(flags, " ")
	return e
}

// join is strings.Join: with the package come the tables of Unicode, which a browser would load, too.
func join(parts []string, between string) string {
	text := ""
	for i, part := range parts {
		if i > 0 {
			text += between
		}
		text += part
	}
	return text
}

func (s *Strays) has(label int64) bool {
	for _, h := range [...][]LabelCount{s.low, s.high} {
		for _, c := range h {
			if c.Label == label {
				return true
			}
		}
	}
	return false
}

// counted adds c to a histogram in ascending order of labels.
func counted(h []LabelCount, c LabelCount) []LabelCount {
	at := len(h)
	for at > 0 && h[at-1].Label >= c.Label {
		at--
	}
	if at < len(h) && h[at].Label == c.Label {
		h[at].Rows += c.Rows
		return h
	}
	h = append(h, c)
	copy(h[at+1:], h[at:])
	h[at] = c
	return h
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
