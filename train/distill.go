package train

import (
	"math"
	"strconv"

	"xent"

	"xent/internal/stat"
)

// A Distillation asks what a teacher is worth to students: to those that see labels only, and to those that see the teacher's
// probabilities at a temperature, too. All students of a seed begin with the same weights and see the same batches.
type Distillation struct {
	Config
	Teacher      string    `json:"teacher"`      // the folder of its run
	TeacherSum   string    `json:"teacher_sum"`  // of its checkpoint, so that a run does not go on with another teacher
	Rows         int       `json:"rows"`         // the students see the first so many training rows; 0 means all
	Temperatures []float64 `json:"temperatures"` // of the students with a teacher
	LabelShare   float64   `json:"label_share"`  // of the labels in their loss
	Seeds        int       `json:"seeds"`        // students of each kind, from Seed on; 0 means 5
}

// Default returns d with the usual value in place of each zero but that of LabelShare.
func (d Distillation) Default() Distillation {
	d.Config = d.Config.Default()
	d.Recipe = "distill"
	if d.Temperatures == nil {
		d.Temperatures = []float64{1, 2, 4, 8}
	}
	if d.Seeds == 0 {
		d.Seeds = 5
	}
	return d
}

// Check refuses settings that cannot be; those of the network and its training are looked at with the first student.
func (d Distillation) Check() error {
	switch {
	case d.Seeds < 1 || d.Seeds > 1000:
		return &ConfigError{"seeds", strconv.Itoa(d.Seeds), "1 to 1000"}
	case len(d.Temperatures) < 1 || len(d.Temperatures) > 7:
		return &ConfigError{"temperatures", strconv.Itoa(len(d.Temperatures)) + " of them", "1 to 7"}
	case !(d.LabelShare >= 0 && d.LabelShare < 1):
		return &ConfigError{"label-share", number(d.LabelShare), "0 or more and below 1; students of labels only are there anyway"}
	}
	seen := map[float64]bool{}
	for _, t := range d.Temperatures {
		if !(t >= .05 && t <= 1000) || seen[t] {
			return &ConfigError{"temperatures", number(t), "numbers from 0.05 to 1000, each once"}
		}
		seen[t] = true
	}
	return nil
}

// Kinds returns what students there are, as configurations of the first seed: with labels only, then with each temperature.
func (d Distillation) Kinds() []StudentConfig {
	base := StudentConfig{Config: d.Config, Teacher: d.Teacher, Rows: d.Rows, Temperature: 1, LabelShare: 1}
	kinds := []StudentConfig{base}
	for _, t := range d.Temperatures {
		base.Temperature, base.LabelShare = t, d.LabelShare
		kinds = append(kinds, base)
	}
	return kinds
}

// StudentConfig says what a [Student] is. Its loss is that of [xent.Distill]:
//
//	(1-λ)·T²·KL(softmax(teacher/T) ‖ softmax(student/T)) + λ·(-ln softmax(student)[label])
type StudentConfig struct {
	Config
	Teacher     string  `json:"teacher"`
	Rows        int     `json:"rows"`
	Temperature float64 `json:"temperature"` // T
	LabelShare  float64 `json:"label_share"` // λ; 1 is a student of labels only
}

// Name is how tables and folders call it: labels, or T4.
func (c *StudentConfig) Name() string {
	if c.LabelShare == 1 {
		return "labels"
	}
	return "T" + number(c.Temperature)
}

// A Teacher is what a classifier says of the rows of its data: their logits.
type Teacher struct{ Train, Test []float32 }

// Teach returns the logits of all rows.
func (r *Run) Teach() (*Teacher, error) {
	t := &Teacher{}
	for _, part := range []struct {
		rows Rows
		to   *[]float32
	}{{r.Data.Train, &t.Train}, {r.Data.Test, &t.Test}} {
		*part.to = make([]float32, len(part.rows.Y)*r.Data.Classes)
		if err := r.forward(part.rows, func(i, j int, logits xent.Matrix[float32]) error {
			copy((*part.to)[i*r.Data.Classes:], logits.Data[:(j-i)*r.Data.Classes])
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// First returns d with the first n training rows only; all of them for n = 0.
//
// Errors: *ConfigError.
func (d *Data) First(n int) (*Data, error) {
	if n < 0 || n > len(d.Train.Y) {
		return nil, &ConfigError{"rows", strconv.Itoa(n), "1 to " + strconv.Itoa(len(d.Train.Y)) + ", or 0 for all"}
	}
	if n == 0 {
		return d, nil
	}
	few := *d
	few.Train = Rows{d.Train.X[:n*d.Inputs], d.Train.Y[:n]}
	return &few, nil
}

// A Student is a classifier that learns from a teacher: an [Experiment].
type Student struct {
	*Run
	Config  StudentConfig
	teacher *Teacher
}

// NewStudent returns the student of c on the data that teacher speaks of, before its first step.
//
// Errors: *ConfigError, *DataError.
func NewStudent(c StudentConfig, data *Data, teacher *Teacher) (*Student, error) {
	if len(teacher.Train) != len(data.Train.Y)*data.Classes || len(teacher.Test) != len(data.Test.Y)*data.Classes {
		return nil, &DataError{strconv.Itoa(len(teacher.Train)) + " and " + strconv.Itoa(len(teacher.Test)) + " logits of a teacher",
			strconv.Itoa(len(data.Train.Y)*data.Classes) + " and " + strconv.Itoa(len(data.Test.Y)*data.Classes) + ", as many as the data have"}
	}
	few, err := data.First(c.Rows)
	if err != nil {
		return nil, err
	}
	s := &Student{Config: c, teacher: teacher}
	s.Run, err = newRun(c.Config, few, func(own *Config, batch int) objective {
		return newLesson(teacher.Train, batch, data.Classes, &c)
	})
	if err != nil {
		return nil, err
	}
	s.Config.Config = s.Run.Config
	return s, nil
}

// Settings returns &s.Config.
func (s *Student) Settings() any { return &s.Config }

// A lesson is the loss of a student.
type lesson struct {
	teacher []float32 // its logits of all training rows
	classes int
	options xent.DistillOptions
	theirs  []float32 // of the batch
	grad    []float32
}

func newLesson(teacher []float32, batch, classes int, c *StudentConfig) *lesson {
	return &lesson{teacher: teacher, classes: classes, theirs: make([]float32, batch*classes), grad: make([]float32, batch*classes),
		options: xent.DistillOptions{Temperature: c.Temperature, LabelShare: c.LabelShare, Workers: 1}}
}

// Grad is that of an [objective].
func (l *lesson) Grad(logits xent.Matrix[float32], rows, labels []int32) (loss float64, grad xent.Matrix[float32], err error) {
	n := len(rows) * l.classes
	theirs := Rows{X: l.teacher}.gather(l.theirs, rows, l.classes)
	grad = xent.MatrixOf(l.grad[:n], l.classes)
	res, err := xent.DistillGrad(grad, xent.Logits[float32](logits), xent.Teacher[float32](theirs), labels, &l.options)
	return float64(res.Mean()), grad, err
}

// Graded is how a student does on the test rows.
type Graded struct {
	Judged
	KL     float64 // mean divergence of the student from its teacher, at temperature 1, in nats
	Agrees float64 // share of rows whose likeliest class is the teacher's
}

// Grade judges the student by the test rows and by its teacher.
func (s *Student) Grade() (Graded, error) {
	rows, classes := s.Data.Test, s.Data.Classes
	var g Graded
	var sum xent.Result
	same := 0.
	said := make([]int32, 0, len(rows.Y))
	err := s.forward(rows, func(i, j int, logits xent.Matrix[float32]) error {
		theirs := xent.MatrixOf(s.teacher.Test[i*classes:j*classes], classes)
		said = said[:0]
		for k := range j - i {
			said = append(said, likeliest(theirs.Row(k)))
		}
		same += accuracy(logits, said) * float64(j-i)
		part, err := xent.Distill[float32, int32](xent.Logits[float32](logits), xent.Teacher[float32](theirs), nil, &xent.DistillOptions{Workers: 1})
		sum.Merge(part)
		return err
	})
	if err != nil {
		return g, err
	}
	g.KL, g.Agrees = float64(sum.Mean()), same/float64(len(rows.Y))
	g.Judged, err = s.Test(nil)
	return g, err
}

// Knowledge returns the mean of the teacher's probabilities at temperature t over the test rows of each class: row k is what it
// says of rows whose label is k, and beside the diagonal stands what it knows of classes that are like each other. A class
// without rows has NaN.
func (t *Teacher) Knowledge(data *Data, temperature float64) ([][]float64, error) {
	k := data.Classes
	means, count := make([][]float64, k), make([]float64, k)
	for c := range means {
		means[c] = make([]float64, k)
	}
	p := make([]float32, len(t.Test))
	if err := xent.Softmax(xent.ProbsOf(p, k), xent.LogitsOf(t.Test, k), &xent.Options{Temperature: temperature}); err != nil {
		return nil, err
	}
	for i, y := range data.Test.Y {
		for c, v := range p[i*k : (i+1)*k] {
			means[y][c] += float64(v)
		}
		count[y]++
	}
	for c := range means {
		for j := range means[c] {
			means[c][j] /= count[c]
		}
	}
	return means, nil
}

// An Interval is a mean with its standard error and its 95 % interval by Student's t; NaN around a mean of one.
type Interval struct{ Mean, SE, Low, High float64 }

// MeanOver returns the mean of values, over seeds, say. claims is how many intervals are claimed to hold together: each is as wide
// as that takes (Bonferroni).
func MeanOver(values []float64, claims int) Interval {
	n := float64(len(values))
	var m Interval
	for _, v := range values {
		m.Mean += v / n
	}
	squares := 0.
	for _, v := range values {
		squares += (v - m.Mean) * (v - m.Mean)
	}
	m.SE = math.NaN()
	if n > 1 {
		m.SE = math.Sqrt(squares / (n - 1) / n)
	}
	wide := m.SE * stat.StudentQuantile(.05/float64(max(claims, 1)), n-1)
	m.Low, m.High = m.Mean-wide, m.Mean+wide
	return m
}

// Gain returns the mean of ours[i] - theirs[i], of students with the same seed, as [MeanOver] does.
func Gain(ours, theirs []float64, claims int) Interval {
	d := make([]float64, len(ours))
	for i, v := range ours {
		d[i] = v - theirs[i]
	}
	return MeanOver(d, claims)
}
