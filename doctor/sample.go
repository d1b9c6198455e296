package doctor

import (
	"math"
	"strconv"

	"xent"
	"xent/eval"
	"xent/info"
)

// What to look at is said in the words of package eval.
type (
	Config              = eval.Config
	Block[T xent.Float] = eval.Block[T]
	Input               = eval.Input
)

// The kinds of scores, of package eval.
const (
	Auto     = eval.Auto
	Logits   = eval.Logits
	Probs    = eval.Probs
	LogProbs = eval.LogProbs
)

// A Sample sums up rows of scores and their labels: all that detectors look at. Make one with [New], fill
// it with [Add]; samples of the same Config merge in any order to the same bytes.
//
// A row counts once, whatever its weight; a row of weight 0 is left out. Rows without labels, or with soft targets,
// are looked at by their scores alone.
// Memory: that of some sums for each class, and of the first rows as they are, at most 32 MB.
type Sample struct {
	Config   eval.Config
	Classes  int // of the distribution: 2 where the scores have one column
	Rows     int64
	Ignored  int64
	Evidence eval.Evidence // on what the scores are
	Strays   eval.Strays   // labels out of range
	Labelled []int64       // rows of each class
	Odd      Odd           // scores that are no finite numbers

	logits, probs Reading
	head          head
	whole         whole     // nil for rows that are no file
	low, high     float64   // of all scores
	row, p        []float64 // buffers
	known         *rows     // the first rows as log-probabilities, once they were asked for
	fitted        *temper   // their temperature
}

// New returns the Sample of no rows. Of the Config it takes Classes, DType, IgnoreIndex, LabelBase, Names and Input: what
// the scores were said to be, [eval.Auto] where nothing was said.
// Errors: *eval.ConfigError when Classes is not positive.
func New(cfg eval.Config) (*Sample, error) {
	if cfg.Classes < 1 {
		return nil, &eval.ConfigError{Field: "Classes", Got: strconv.Itoa(cfg.Classes), Want: "at least 1"}
	}
	k := max(cfg.Classes, 2)
	return &Sample{
		Config: cfg, Classes: k, Evidence: eval.NewEvidence(cfg.DType, cfg.Classes),
		Labelled: make([]int64, k), Odd: Odd{columns: make([]int64, cfg.Classes)},
		logits: newReading(k), probs: newReading(k),
		low: math.Inf(1), high: math.Inf(-1),
		head: head{classes: k, limit: min(headRows, headScores/k)},
		row:  make([]float64, k), p: make([]float64, k),
	}, nil
}

// Add adds the rows of b. Errors: *eval.ConfigError when its parts do not fit each other; nothing is then added.
func Add[T xent.Float](s *Sample, b eval.Block[T]) error {
	rows := b.Scores.Rows
	misfit := func(field string, n int) error {
		return &eval.ConfigError{Field: field, Got: strconv.Itoa(n), Want: strconv.Itoa(rows)}
	}
	switch {
	case rows > 0 && b.Scores.Cols != s.Config.Classes:
		return &eval.ConfigError{Field: "Block.Scores", Got: strconv.Itoa(b.Scores.Cols) + " columns", Want: strconv.Itoa(s.Config.Classes)}
	case b.Targets.Data == nil && b.Labels != nil && len(b.Labels) != rows:
		return misfit("Block.Labels", len(b.Labels))
	case b.Weights != nil && len(b.Weights) != rows:
		return misfit("Block.Weights", len(b.Weights))
	}
	x := s.row[:s.Config.Classes]
	for i := range rows {
		for k, v := range b.Scores.Row(i) {
			x[k] = float64(v)
		}
		var label *int64
		if b.Labels != nil {
			label = &b.Labels[i]
		}
		s.add(b.First+int64(i), x, label, b.Weights != nil && b.Weights[i] == 0)
	}
	return nil
}

// add adds one row of scores as stored.
func (s *Sample) add(id int64, x []float64, label *int64, weightless bool) {
	if weightless || label != nil && s.Config.IgnoreIndex != nil && *label == *s.Config.IgnoreIndex {
		s.Ignored++
		return
	}
	s.Rows++
	s.known, s.fitted = nil, nil
	y := s.class(id, label)
	if !s.Odd.add(id, x) {
		return
	}
	for _, v := range x {
		s.low, s.high = min(s.low, v), max(s.high, v)
	}
	if s.whole != nil {
		s.whole.row(id, x, y)
	}
	odd := s.Evidence.NotProbs.Count
	s.Evidence.Add(id, x)
	probs := s.Evidence.NotProbs.Count == odd
	if len(x) == 1 {
		z := x[0]
		if probs {
			s.row[0], s.row[1] = 1-z, z
			s.addProbs(id, y)
		}
		s.row[0], s.row[1] = 0, z
	} else if probs {
		s.addProbs(id, y)
	}
	m := xent.RowMoments(s.row)
	for k, z := range s.row {
		s.p[k] = m.Prob(z)
	}
	if y >= 0 {
		s.logits.add(s.p, m, y, 0-m.LogProb(s.row[y]))
		s.reading(eval.Logits, id, y, m)
	}
	s.head.add(id, s.row, y)
}

// addProbs adds the row as the probabilities that it holds.
func (s *Sample) addProbs(id int64, y int) {
	if y < 0 {
		return
	}
	for k, p := range s.row {
		s.p[k] = 0 - float64(info.Surprisal(max(p, 0)))
	}
	m := xent.RowMoments(s.p)
	cost := 0 - s.p[y]
	for k, z := range s.p {
		s.p[k] = m.Prob(z)
	}
	s.probs.add(s.p, m, y, cost)
	s.reading(eval.Probs, id, y, m)
}

func (s *Sample) reading(kind eval.Input, id int64, y int, m xent.Moments) {
	if s.whole != nil {
		s.whole.reading(kind, id, y, m.Confidence(), m.Arg == y)
	}
}

// class returns the class of a label, counting it, or -1 where there is none.
func (s *Sample) class(id int64, label *int64) int {
	if label == nil {
		return -1
	}
	y := *label - s.Config.LabelBase
	if y < 0 || y >= int64(s.Classes) {
		s.Strays.Add(id, *label)
		return -1
	}
	s.Labelled[y]++
	return int(y)
}

// Merge adds what t holds, which stays as it is. The two are of one Config.
func (s *Sample) Merge(t *Sample) {
	s.known, s.fitted = nil, nil
	s.Rows += t.Rows
	s.Ignored += t.Ignored
	s.Evidence.Merge(&t.Evidence)
	s.Strays.Merge(&t.Strays)
	for k, n := range t.Labelled {
		s.Labelled[k] += n
	}
	s.Odd.merge(&t.Odd)
	s.logits.merge(&t.logits)
	s.probs.merge(&t.probs)
	s.head.merge(&t.head)
	if s.whole != nil {
		s.whole.merge(t.whole)
	}
	s.low, s.high = min(s.low, t.low), max(s.high, t.high)
}

// Kept returns how many rows at the beginning of a file a Sample keeps as they are.
func (s *Sample) Kept() int64 { return int64(s.head.limit) }

// Kind returns what the scores are by the evidence of the rows, however few: a reader who has ten rows of
// probabilities is to be told so.
func (s *Sample) Kind() eval.Input {
	if s.Evidence.Labels() {
		return eval.Logits // no scores at all: see one-hot-scores
	}
	return s.Evidence.LooksLike()
}

// Reading returns the rows measured as what they are; [Sample.As] measures them as something else.
func (s *Sample) Reading() *Reading { return s.As(s.Kind()) }

// As returns the rows measured as kind. Log-probabilities are logits too.
func (s *Sample) As(kind eval.Input) *Reading {
	if kind == eval.Probs {
		return &s.probs
	}
	return &s.logits
}

// prior returns the entropy of the label frequencies, Miller and Madow's correction of it included, and the
// largest share of one class.
func (s *Sample) prior() (nats, common float64) {
	n, occur := 0.0, 0
	for _, c := range s.Labelled {
		n += float64(c)
		if c > 0 {
			occur++
		}
	}
	for _, c := range s.Labelled {
		if q := float64(c) / n; q > 0 {
			nats -= q * math.Log(q)
			common = max(common, q)
		}
	}
	return nats + float64(occur-1)/2/n, common
}
