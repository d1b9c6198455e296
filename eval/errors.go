package eval

// A RowError refuses rows that cannot be measured. Its Code is stable.
type RowError struct {
	Code  string  // "nan-rows", "weights", "targets", "one-hot-scores", "not-probabilities", "not-log-probabilities"
	Count int64   // of such rows
	Rows  []int64 // the first few of them, in order
	What  string  // what is wrong with the first row, or with all
	Want  string  // what was expected; "" when What says it all
	Hint  string  // one action that would help; "" when there is none
}

func (e *RowError) Error() string {
	s := e.What
	if e.Want != "" {
		s += ", want " + e.Want
	}
	if len(e.Rows) > 1 {
		s += " (" + itoa(e.Count) + " such rows: " + list(e.Rows, e.Count) + ")"
	}
	return s
}

// A KindError says that the whole file contradicts what its first rows were taken for. The rows must
// be measured again, with Config.Start set to Want; [Run] does so.
type KindError struct {
	Want   Input
	Reason string
}

func (e *KindError) Error() string {
	return "scores are " + string(e.Want) + " after all: " + e.Reason
}

// A NoRowsError says that there is nothing to average.
type NoRowsError struct {
	Rows     int64 // seen
	Ignored  int64 // with the label to ignore
	Weighted int64 // of weight 0
}

func (e *NoRowsError) Error() string {
	switch {
	case e.Rows == 0:
		return "no scored rows: there are no rows"
	case e.Ignored == e.Rows:
		return "no scored rows: every one of " + itoa(e.Rows) + " labels is the one to ignore"
	case e.Weighted == e.Rows:
		return "no scored rows: every weight is 0"
	}
	return "no scored rows: of " + itoa(e.Rows) + ", " +
		itoa(e.Ignored) + " are ignored and " +
		itoa(e.Weighted) + " have weight 0"
}

// A ConfigError refuses a Config or a Block that does not fit it.
type ConfigError struct {
	Field string // "Classes", "Block.Labels"
	Got   string
	Want  string
}

func (e *ConfigError) Error() string {
	return "eval: " + e.Field + " is " + e.Got + ", want " + e.Want
}

// A RowList holds how many rows there are of some sort, and the first few of them, whatever the order in
// which they come.
type RowList struct {
	Count int64
	Rows  []int64
}

// Add adds a row.
func (l *RowList) Add(row int64) {
	l.Count++
	l.keep(row)
}

func (l *RowList) keep(row int64) {
	if len(l.Rows) == fewRows && row > l.Rows[fewRows-1] {
		return
	}
	at := len(l.Rows)
	for at > 0 && l.Rows[at-1] > row {
		at--
	}
	l.Rows = append(l.Rows, row)
	copy(l.Rows[at+1:], l.Rows[at:])
	l.Rows[at] = row
	l.Rows = l.Rows[:min(len(l.Rows), fewRows)]
}

// Merge adds the rows of m.
func (l *RowList) Merge(m *RowList) {
	l.Count += m.Count
	for _, row := range m.Rows {
		l.keep(row)
	}
}

// list renders row numbers: "3, 17, 18 ...".
func list(rows []int64, of int64) string {
	s := make([]string, len(rows))
	for i, r := range rows {
		s[i] = itoa(r)
	}
	if int64(len(rows)) < of {
		s[len(s)-1] += " ..."
	}
	return join(s, ", ")
}
