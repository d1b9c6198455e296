//go:build !js || practice

package lab

import (
	"math"
	"strconv"

	"xent"
	"xent/doctor"
)

// The bounds of explorer E8.
const (
	MaxBenchRows = 1000
	MaxOwnScores = 20000
	ShownRows    = 8
)

// ScoreKind is what the reader says that scores are.
type ScoreKind string

// The kinds: of unknown scores the evidence decides.
const (
	ScoresUnknown  ScoreKind = "unknown"
	ScoresLogits   ScoreKind = "logits"
	ScoresProbs    ScoreKind = "probs"
	ScoresLogProbs ScoreKind = "logprobs"
)

// input is the same in the words of package doctor.
func (k ScoreKind) input() doctor.Input {
	if k == ScoresUnknown {
		return doctor.Auto
	}
	return doctor.Input(k)
}

// Certainty says how sure a finding is.
type Certainty string

// The certainties, of package doctor.
const (
	Certain   Certainty = "error"
	Suspected Certainty = "warning"
	Harmless  Certainty = "note"
)

// DoctorParams is the state of explorer E8: rows that are made and broken, or the reader's own.
type DoctorParams struct {
	Fault   Fault
	Rows    int     // that are made: 10 to 1000
	Classes int     // 2 to 10; of own rows any number
	Skill   float64 // how far the right class is ahead, 0 to 20
	Scale   float64 // what the logits are multiplied by: above 1 the model is over-confident
	Seed    int
	Scores  []float64 `lab:"optional"` // own rows, one after the other; NaN and infinities are looked at, too
	Labels  []int     `lab:"optional"` // of own rows
	Kind    ScoreKind // what the scores are said to be
	Unit    Unit
}

// DoctorView is what the doctor says about the rows.
type DoctorView struct {
	Diagnosis string // one sentence: the first finding, or that there is none
	Findings  []DoctorFinding
	Looked    int // detectors that looked
	Rows      int
	Kind      ScoreKind // what the scores are, on the evidence
	Shown     []BenchRow
	Loss      float64 // what a loss that takes logits prints, over the rows that have one, in the unit; NaN never: +Inf where there is none
	Accuracy  float64
	Own       float64 // the loss of the scores as what they are
	Text      DoctorText
}

// DoctorText holds figures as they are printed.
type DoctorText struct{ Loss, Accuracy, Own string }

// DoctorFinding is one thing that was found.
type DoctorFinding struct {
	ID        string
	Certainty Certainty
	Message   string
	Otherwise string // what else could explain it
	Fix       string
	Follows   string   // the ID of the finding that explains it
	Evidence  []string // "temperature 2.64"
	Rows      []int    // to look at
}

// BenchRow is one row on the bench, as it is shown.
type BenchRow struct {
	Scores []string
	Probs  []float64 // what the scores say when they are read as what they are; 0 where they say nothing
	Label  string
	Class  int // of the label, -1 where it names none
	Loss   string
}

// Doctor looks at rows of scores and labels with the detectors of package doctor, the same that a command would ask.
//
// Special values: scores may be NaN or infinite, and labels any whole number: that is what is to be found.
// Errors: [ParamError] for sizes out of bounds, and for own rows that do not fit their labels.
func Doctor(params DoctorParams) (DoctorView, error) {
	c := checker{fn: "Doctor"}
	c.unit(params.Unit)
	var set benchSet
	if params.Fault == FaultOwn {
		c.integer("classes", params.Classes, 1, MaxOwnScores)
		c.length("scores", len(params.Scores), 1, MaxOwnScores)
		if c.ok() {
			c.length("scores", len(params.Scores), len(params.Labels)*params.Classes, len(params.Labels)*params.Classes)
		}
		if c.ok() {
			set = ownSet(&params)
		}
	} else {
		c.integer("rows", params.Rows, 10, MaxBenchRows)
		c.integer("classes", params.Classes, MinClasses, MaxClasses)
		c.inRange("skill", params.Skill, 0, 20)
		c.inRange("scale", params.Scale, .01, 100)
		c.integer("seed", params.Seed, 0, math.MaxInt32)
		if c.ok() {
			set = makeSet(&params)
		}
	}
	if !c.ok() {
		return DoctorView{}, c.result()
	}

	s, err := doctor.New(doctor.Config{Classes: set.classes, Input: params.Kind.input(), DType: "decimal"})
	if err != nil {
		return DoctorView{}, err
	}
	if err := doctor.Add(s, doctor.Block[float64]{Scores: xent.MatrixOf(set.scores, set.classes), Labels: set.labels}); err != nil {
		return DoctorView{}, err
	}
	v := DoctorView{Rows: set.rows(), Kind: ScoreKind(s.Kind()), Findings: findings(doctor.Case{Sample: s}, params.Unit)}
	for i := range doctor.Detectors {
		if doctor.Detectors[i].Rows != nil {
			v.Looked++
		}
	}
	v.Diagnosis = diagnosis(v.Findings, strconv.Itoa(v.Rows)+" rows, "+strconv.Itoa(v.Looked)+" detectors, and nothing to report")
	v.measure(s, params.Unit)
	v.show(&set)
	return v, nil
}

// diagnosis is the first finding in words, or what is said where there is none.
func diagnosis(found []DoctorFinding, none string) string {
	for _, f := range found {
		if f.Certainty != Harmless {
			return f.Message
		}
	}
	return none
}

// findings asks the detectors, and prints what they found in the unit.
func findings(c doctor.Case, unit Unit) []DoctorFinding {
	in := doctor.Unit(unit)
	var all []DoctorFinding
	for _, f := range doctor.Run(c) {
		g := DoctorFinding{
			ID: f.ID, Certainty: Certainty(f.Severity), Message: sentence(f.Message(in)),
			Otherwise: f.Otherwise(in), Fix: sentence(f.Fix), Follows: f.Follows,
		}
		for _, e := range f.Evidence {
			g.Evidence = append(g.Evidence, plainName(e.Name)+" "+e.Text(in))
		}
		for _, r := range f.Rows {
			g.Rows = append(g.Rows, int(r))
		}
		all = append(all, g)
	}
	return all
}

// sentence gives words a capital and a full stop.
func sentence(words string) string {
	if b := []byte(words); b[0] >= 'a' && b[0] <= 'z' {
		b[0] -= 'a' - 'A'
		words = string(b)
	}
	return words + "."
}

// plainName is the name of a figure in words: "z_limit" is "z limit".
func plainName(name string) string {
	b := []byte(name)
	for i := range b {
		if b[i] == '_' {
			b[i] = ' '
		}
	}
	return string(b)
}

// measure fills in what a loss prints.
func (v *DoctorView) measure(s *doctor.Sample, unit Unit) {
	fed, own := s.As(doctor.Logits), s.Reading()
	lossOf := func(r *doctor.Reading) float64 {
		if mean, _ := r.Loss(); r.Infinite == 0 && r.Rows > 0 {
			if unit == Bits {
				return mean / math.Ln2
			}
			return mean
		}
		return math.Inf(1)
	}
	v.Loss, v.Own = lossOf(fed), lossOf(own)
	if fed.Rows > 0 {
		v.Accuracy = fed.Accuracy()
	}
	v.Text = DoctorText{figure(v.Loss), Significant(v.Accuracy, 4), figure(v.Own)}
}

// show prints the first rows.
func (v *DoctorView) show(b *benchSet) {
	for i := range min(b.rows(), ShownRows) {
		row := b.row(i)
		r := BenchRow{Scores: mapTexts(row, score), Probs: make([]float64, len(row)), Label: strconv.FormatInt(b.labels[i], 10), Class: -1, Loss: "none"}
		if y := b.labels[i]; 0 <= y && y < int64(len(row)) {
			r.Class = int(y)
		}
		copy(r.Probs, row)
		if v.Kind != ScoresProbs {
			softmaxOf(r.Probs)
		}
		for j, p := range r.Probs {
			if !(p >= 0 && p <= 1) {
				r.Probs[j] = 0
			}
		}
		if r.Class >= 0 {
			r.Loss = figure(0 - math.Log(r.Probs[r.Class]))
		}
		v.Shown = append(v.Shown, r)
	}
}
