package xent

import (
	"cmp"
	"slices"
	"strconv"
)

// A ShapeError reports an argument whose shape cannot be right, or does not fit the others.
type ShapeError struct {
	Func string // the function called, such as "CrossEntropy"
	Arg  string // its argument, such as "labels"
	Got  string
	Want string
}

func (e *ShapeError) Error() string {
	return "xent: " + e.Func + ": " + e.Arg + " is " + e.Got + ", want " + e.Want
}

// An OptionError reports an option outside its range, or one that does not apply.
type OptionError struct {
	Func   string
	Option string // the field, such as "Temperature"
	Got    string
	Want   string
}

func (e *OptionError) Error() string {
	return "xent: " + e.Func + ": option " + e.Option + " = " + e.Got + ", want " + e.Want
}

// An EmptyError reports a mean over nothing; see [EmptyPolicy].
type EmptyError struct {
	Func          string
	Rows, Ignored int // of the batch; elements for binary losses
}

func (e *EmptyError) Error() string {
	why := "the weights sum to 0"
	switch {
	case e.Rows == 0:
		why = "the batch is empty"
	case e.Rows == e.Ignored:
		why = "all " + count(e.Rows, "row") + " are ignored"
	}
	return "xent: " + e.Func + ": mean of nothing: " + why + " (or set Empty, or Reduction: Sum)"
}

// A LabelError reports labels outside [0, Classes).
type LabelError struct {
	Func    string
	Row     int   // the first offending row
	Label   int64 // its label
	Classes int

	Rows      int          // of the batch
	Offending int          // rows with such labels
	Labels    []LabelCount // the most frequent offending labels, at most 8, most frequent first
	Cause     string       // the likely cause, "" when nothing points to one
}

// LabelCount is how often a label occurs.
type LabelCount struct {
	Label int64
	Rows  int
}

func (e *LabelError) Error() string {
	s := "xent: " + e.Func + ": labels[" + strconv.Itoa(e.Row) + "] = " + strconv.FormatInt(e.Label, 10) +
		", want 0 ≤ label < " + strconv.Itoa(e.Classes) + " (or Options.IgnoreIndex)"
	if e.Offending > 1 {
		s += "; " + strconv.Itoa(e.Offending) + " of " + strconv.Itoa(e.Rows) + " labels are outside:"
		for i, l := range e.Labels {
			if i > 0 {
				s += ","
			}
			s += " " + strconv.FormatInt(l.Label, 10) + " (" + strconv.Itoa(l.Rows) + "×)"
		}
	}
	if e.Cause != "" {
		s += "; " + e.Cause
	}
	return s
}

// labelError looks at all labels, of which the one in row is the first outside, for what they tell
// about the cause.
func labelError[L Int](fn string, labels []L, row, classes int, ignore *int) error {
	e := &LabelError{Func: fn, Row: row, Label: int64(labels[row]), Classes: classes, Rows: len(labels)}
	counts := map[int64]int{}
	low, high := e.Label, e.Label // of all labels that are not ignored
	for _, l := range labels {
		y := int64(l)
		if ignore != nil && y == int64(*ignore) {
			continue
		}
		low, high = min(low, y), max(high, y)
		if y < 0 || y >= int64(classes) {
			e.Offending++
			if counts[y]++; len(counts) > 4096 { // a histogram of noise helps nobody
				delete(counts, y)
			}
		}
	}
	for y, n := range counts {
		e.Labels = append(e.Labels, LabelCount{y, n})
	}
	slices.SortFunc(e.Labels, func(a, b LabelCount) int {
		if a.Rows != b.Rows {
			return b.Rows - a.Rows
		}
		return cmp.Compare(a.Label, b.Label)
	})
	one := len(e.Labels) == 1
	e.Labels = e.Labels[:min(len(e.Labels), 8)]
	e.Cause = labelCause(e.Label, one, low, high, int64(classes))
	return e
}

// labelCause guesses what is behind labels from low to high; one tells that a single label,
// first, is outside.
func labelCause(first int64, one bool, low, high, classes int64) string {
	switch {
	case low == 1 && high == classes:
		return "no label is 0: the labels look 1-based, subtract 1"
	case one && first == -100:
		return "-100 marks rows to skip in PyTorch and Hugging Face data: IgnoreIndex: new(-100)"
	case one && first == 255:
		return "255 marks void pixels in segmentation masks: IgnoreIndex: new(255)"
	case one && first == -1:
		return "-1 often marks unlabelled rows: IgnoreIndex: new(-1)"
	case low >= 0 && high >= classes:
		return "the labels need " + strconv.FormatInt(high+1, 10) + " classes, the logits have " + strconv.FormatInt(classes, 10)
	}
	return ""
}
