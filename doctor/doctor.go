// Package doctor finds what is wrong with scores, labels and losses, and says how sure it is.
//
// A [Case] is what there is to look at: rows of scores with their labels, summed up in a [Sample],
// and the loss and accuracy that a training run printed, in a [Log]. [Run] asks every [Detector] and
// returns their findings; [Examine] asks those of files, too:
//
//	s, err := doctor.NewFile(doctor.Config{Classes: 10, Input: doctor.Logits})
//	doctor.Add(s, block)
//	for _, f := range doctor.Examine(doctor.Case{Sample: s}) {
//		fmt.Println(f.Severity, f.ID, f.Message(doctor.Nats))
//	}
//
// A finding of severity [Error] is certain: it follows from the values by arithmetic, or its like does
// not happen by chance. A [Warning] is a suspicion, and names what else could explain it. A [Note] is
// harmless. A detector that needs an assumption about rows says which; all of them
// together raise a false alarm less than once in 10,000 files: docs/doctor.md tells why, and what was simulated.
//
// To add a detector, write one file: a Detector with a stable ID, its test with one case where it must
// speak and three where it must stay silent, and a line in [Detectors]. What it needs to know of all
// rows becomes a field of Sample that merges.
package doctor

// Severity says how sure a finding is.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // certain: what was measured is not what was meant
	Warning Severity = "warning" // a suspicion, with other explanations
	Note    Severity = "note"    // worth knowing, and harmless
)

// Case is what there is to look at; what is nil is not looked at.
type Case struct {
	Sample *Sample
	Log    *Log
	Curve  *Curve // for [Examine]
	Flow   *Flow  // for [Examine]
}

// Log is a line of a training log.
type Log struct {
	Classes  int
	Loss     float64 // mean cross-entropy as printed, in nats
	Accuracy float64 // share of rows predicted right, as printed
}

// Detector looks for one thing that goes wrong.
type Detector struct {
	ID      string // stable: "double-softmax"
	Code    string // its number in the list of detectors: "D03"
	Summary string // what it finds, in a few words

	// What it looks at: one or more of these. Each returns nil when it has nothing to say.
	Rows  func(*Sample) *Finding
	Log   func(*Log) *Finding
	Curve func(*Curve) *Finding
	Flow  func(*Flow) *Finding

	// Explains names findings of later detectors that follow from this one's: labels in the wrong order also make
	// a model look over-confident.
	Explains []string
}

// Finding is what a detector found.
type Finding struct {
	ID       string
	Severity Severity
	Says     string  // one sentence, where {name} stands for the figure of that name: see [Finding.Message]
	Evidence Figures // the numbers it rests on: a statistic, its limit, whatever else shows it
	Rows     []int64 // a few rows to look at
	Else     string  // what else could explain it, in the same form; "" when nothing can
	Fix      string  // one action
	Follows  string  // the ID of the finding that explains this one; "" when none does
}

// Detectors is every detector that looks at rows or a printed loss, in the order in which they decide: what scores and
// labels are, whether they belong together, what kind of predictor this is, whether its losses are possible. Those that
// need a file as a whole are [FileDetectors].
var Detectors = []Detector{
	nonFinite,
	infiniteRows,
	oneHotScores,
	notProbabilities,
	probabilities,
	doubleSigmoid,
	logProbabilities,
	logBase,
	roundedScores,
	labelsOutOfRange,
	labelsShifted,
	labelsPermuted,
	misaligned,
	constant,
	independent,
	untrained,
	classPrior,
	worseThanPrior,
	clipped,
	seenInTraining,
	labelSmoothing,
	confidence,
	doubleSoftmax,
	belowBox,
	aboveFano,
}

// Run asks the detectors and returns what they found: causes before what follows from them, and among
// these errors before warnings before notes.
func Run(c Case) []*Finding { return run(c, Detectors) }

func run(c Case, detectors []Detector) []*Finding {
	var found []*Finding
	for i := range detectors {
		d := &detectors[i]
		if c.Sample != nil && d.Rows != nil {
			found = add(found, d, d.Rows(c.Sample))
		}
		if c.Log != nil && d.Log != nil {
			found = add(found, d, d.Log(c.Log))
		}
		if c.Curve != nil && d.Curve != nil {
			found = add(found, d, d.Curve(c.Curve))
		}
		if c.Flow != nil && d.Flow != nil {
			found = add(found, d, d.Flow(c.Flow))
		}
	}
	return order(detectors, found)
}

// order puts causes before what follows from them, and among these errors before warnings before notes.
func order(detectors []Detector, found []*Finding) []*Finding {
	for i, f := range found {
		f.Follows = cause(detectors, found, f.ID)
		for ; i > 0 && found[i].rank() < found[i-1].rank(); i-- {
			found[i], found[i-1] = found[i-1], found[i]
		}
	}
	return found
}

// add adds what a detector found. What was found before, in something else, is said once: where it is surer.
func add(found []*Finding, d *Detector, f *Finding) []*Finding {
	if f == nil {
		return found
	}
	if f.ID == "" {
		f.ID = d.ID
	}
	for i, g := range found {
		if g.ID == f.ID {
			if f.rank() < g.rank() {
				found[i] = f
			}
			return found
		}
	}
	return append(found, f)
}

// cause returns the first finding that explains id, or "".
func cause(detectors []Detector, found []*Finding, id string) string {
	for i := range detectors {
		for _, explained := range detectors[i].Explains {
			if explained != id {
				continue
			}
			for _, f := range found {
				if f.ID == detectors[i].ID && f.ID != id && f.Severity != Note {
					return f.ID
				}
			}
		}
	}
	return ""
}

// rank orders findings.
func (f *Finding) rank() int {
	r := 0
	switch f.Severity {
	case Warning:
		r = 1
	case Note:
		r = 2
	}
	if f.Follows != "" {
		r += 3
	}
	return r
}
