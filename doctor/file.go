package doctor

import (
	"slices"

	"xent/eval"
)

// FileDetectors returns every detector that needs a file as a whole: which rows stand where, and how often. They look
// at samples that [NewFile] made. It is a function because the lab, which does not call it, then need not carry them.
func FileDetectors() []Detector {
	return []Detector{blankRows, paddedClasses, paddingCounted, tokensShifted, brokenStretch, duplicateRows}
}

// Examine is [Run] with the detectors of files, curves and gradients, too.
func Examine(c Case) []*Finding {
	return run(c, slices.Concat(Detectors, FileDetectors(), CurveDetectors(), FlowDetectors()))
}

// NewFile is [New] for a file as a whole: [FileDetectors] look at it, too.
// Memory: some numbers for each column, and 3 MB for hashes of rows, beside what New takes.
func NewFile(cfg eval.Config) (*Sample, error) {
	s, err := New(cfg)
	if err == nil {
		s.whole = &file{columns: newColumns(cfg.Classes)}
	}
	return s, err
}

// whole is a *file or nil. It is behind an interface because the lab, which makes none, then need not carry it.
type whole interface {
	row(id int64, x []float64, y int)
	reading(kind eval.Input, id int64, y int, confidence float64, right bool)
	merge(whole)
}

// file is what is known of a file as a whole. It merges exactly.
type file struct {
	columns       columns
	blank         blanks
	contents      contents
	logits, probs stretches
}

// row adds row id of scores x as stored, and its class, -1 for none.
func (f *file) row(id int64, x []float64, y int) {
	f.columns.add(x)
	f.contents.add(id, x, y)
	if len(x) > 1 && !slices.ContainsFunc(x, func(v float64) bool { return v != 0 }) {
		f.blank.add(id)
	}
}

// reading adds what row id of class y says when it is measured as kind.
func (f *file) reading(kind eval.Input, id int64, y int, confidence float64, right bool) {
	if kind == eval.Probs {
		f.probs.add(id, y, confidence, right)
	} else {
		f.logits.add(id, y, confidence, right)
	}
}

func (f *file) merge(w whole) {
	g := w.(*file)
	f.columns.merge(&g.columns)
	f.blank.merge(&g.blank)
	f.contents.merge(&g.contents)
	f.logits.merge(&g.logits)
	f.probs.merge(&g.probs)
}

// file returns what s knows of its file as a whole; nil for rows that are no file.
func (s *Sample) file() *file {
	f, _ := s.whole.(*file)
	return f
}
