package train_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"xent/train"
)

// newTeacher returns what a network that was trained a little says of the digits.
func newTeacher(t *testing.T) (*train.Teacher, *train.Run) {
	t.Helper()
	r := newRun(t, func(c *train.Config) { c.Epochs = 8 })
	steps(t, r, r.Steps())
	teacher, err := r.Teach()
	if err != nil {
		t.Fatal(err)
	}
	return teacher, r
}

// distillation is one of small students.
func distillation(change func(*train.Distillation)) train.Distillation {
	d := train.Distillation{Config: train.Config{Net: "64-8-10", Training: train.Training{Epochs: 3, Seed: 7}}, LabelShare: .25}
	if change != nil {
		change(&d)
	}
	return d.Default()
}

func newStudent(t *testing.T, c train.StudentConfig, teacher *train.Teacher) *train.Student {
	t.Helper()
	s, err := train.NewStudent(c, train.Digits(), teacher)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The gradient of a student is the slope of its loss, at every share and temperature.
func TestStudentGradient(t *testing.T) {
	teacher, _ := newTeacher(t)
	for _, c := range distillation(func(d *train.Distillation) { d.Temperatures = []float64{.5, 1, 4} }).Kinds() {
		s := newStudent(t, c, teacher)
		if _, err := s.Gradient(); err != nil {
			t.Fatal(err)
		}
		checked := 0
		for _, p := range s.Params() {
			largest := 0
			for i, g := range p.Grad {
				if math.Abs(float64(g)) > math.Abs(float64(p.Grad[largest])) {
					largest = i
				}
			}
			want, at := float64(p.Grad[largest]), p.Value[largest]
			loss := func(h float32) float64 {
				p.Value[largest] = at + h
				l, err := s.Gradient()
				if err != nil {
					t.Fatal(err)
				}
				return l
			}
			const h = 1.0 / 256
			got := (loss(h) - loss(-h)) / (2 * h)
			p.Value[largest] = at
			if !(math.Abs(got/want-1) < 1e-2) {
				t.Errorf("%s: %s: slope %v, gradient %v", c.Name(), p.Name, got, want)
			}
			checked++
		}
		if checked != 4 {
			t.Fatalf("%d parameters", checked)
		}
	}
}

// A student of labels only is the classifier of the same seed, whatever its teacher says; students of a seed begin alike.
func TestStudentOfLabels(t *testing.T) {
	teacher, _ := newTeacher(t)
	kinds := distillation(nil).Kinds()
	plain := newRun(t, func(c *train.Config) { c.Net, c.Epochs, c.Seed = "64-8-10", 3, 7 })
	labels, soft := newStudent(t, kinds[0], teacher), newStudent(t, kinds[3], teacher)
	for i, p := range plain.Params() {
		if !slices.Equal(p.Value, soft.Params()[i].Value) || !slices.Equal(p.Value, labels.Params()[i].Value) {
			t.Errorf("%s begins differently", p.Name)
		}
	}
	for range plain.Steps() {
		a, err := plain.Step(false)
		if err != nil {
			t.Fatal(err)
		}
		b, err := labels.Step(false)
		if err != nil || !(math.Abs(a.Loss-b.Loss) <= 1e-4*a.Loss) {
			t.Fatalf("step %d: loss %v and %v, %v", a.Step, a.Loss, b.Loss, err)
		}
	}
}

// A student goes on from any step with the same bits, and a step allocates nothing.
func TestStudentResumes(t *testing.T) {
	teacher, _ := newTeacher(t)
	c := distillation(nil).Kinds()[2]
	c.Rows = 100
	whole := newStudent(t, c, teacher)
	want := steps(t, whole.Run, whole.Steps())
	if len(want) != 3*4 {
		t.Fatalf("%d steps of 100 rows, want 12", len(want))
	}
	first := newStudent(t, c, teacher)
	steps(t, first.Run, 5)
	if _, err := first.Grade(); err != nil { // judging changes nothing
		t.Fatal(err)
	}
	kept := save(first.Run)
	kept.load = true
	second := newStudent(t, c, teacher)
	second.State(kept)
	if got := steps(t, second.Run, 7); !slices.Equal(got, want[5:]) {
		t.Error("from step 5 the losses differ")
	}
	c.Rows, c.Epochs = 0, 20
	s := newStudent(t, c, teacher)
	steps(t, s.Run, 2)
	if n := testing.AllocsPerRun(5, func() {
		if _, err := s.Step(true); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

// The teacher itself diverges by nothing from itself and agrees with itself; a fresh student does neither. What a teacher knows
// of a class is a distribution, the flatter the higher the temperature.
func TestGrade(t *testing.T) {
	teacher, run := newTeacher(t)
	c := distillation(nil).Kinds()[1]
	c.Net = run.Config.Net
	s := newStudent(t, c, teacher)
	fresh, err := s.Grade()
	if err != nil || !(fresh.KL > .5) || !(fresh.Agrees < .5) {
		t.Errorf("a fresh student: %+v, %v", fresh, err)
	}
	for i, p := range s.Params() {
		copy(p.Value, run.Params()[i].Value)
	}
	j, _ := run.Test(nil)
	if g, err := s.Grade(); err != nil || g.KL != 0 || g.Agrees != 1 || g.Judged != j {
		t.Errorf("the teacher itself: %+v, want %+v; %v", g, j, err)
	}
	before := 1.
	for _, temperature := range []float64{1, 2, 8} {
		rows, err := teacher.Knowledge(run.Data, temperature)
		if err != nil || len(rows) != 10 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		most := 0.
		for k, row := range rows {
			sum := 0.
			for _, p := range row {
				sum += p
			}
			if !(math.Abs(sum-1) < 1e-5) || slices.Index(row, slices.Max(row)) != k {
				t.Errorf("T %v, class %d: %v", temperature, k, row)
			}
			most = max(most, row[k])
		}
		if !(most < before) {
			t.Errorf("T %v: the surest class has %v, want less than %v", temperature, most, before)
		}
		before = most
	}
}

// Means and intervals are those of scipy.stats.ttest_1samp(...).confidence_interval, at 1-.05/claims.
func TestGain(t *testing.T) {
	near := func(got train.Interval, want ...float64) {
		t.Helper()
		for i, v := range []float64{got.Mean, got.SE, got.Low, got.High} {
			if !(math.Abs(v-want[i]) <= 1e-12) {
				t.Errorf("%+v, want %v", got, want)
				return
			}
		}
	}
	a := []float64{.91, .93, .92, .96, .9}
	near(train.MeanOver(a, 1), 0.924, 0.01029563014098699, 0.8954147480901299, 0.9525852519098702)
	near(train.Gain(a, []float64{.9, .9, .93, .94, .89}, 4), 0.01200000000000001, 0.006633249580710805, -0.01662019042718932, 0.04062019042718934)
	if one := train.MeanOver(a[:1], 1); one.Mean != .91 || one.SE == one.SE || one.Low == one.Low {
		t.Errorf("of one: %+v", one)
	}
}

func TestDistillationRefused(t *testing.T) {
	for want, change := range map[string]func(*train.Distillation){
		"seeds -1":           func(d *train.Distillation) { d.Seeds = -1 },
		"label-share 1":      func(d *train.Distillation) { d.LabelShare = 1 },
		"label-share NaN":    func(d *train.Distillation) { d.LabelShare = math.NaN() },
		"temperatures 0, wa": func(d *train.Distillation) { d.Temperatures = []float64{0} },
		"temperatures 2, wa": func(d *train.Distillation) { d.Temperatures = []float64{2, 2} },
		"temperatures NaN":   func(d *train.Distillation) { d.Temperatures = []float64{math.NaN()} },
		"temperatures 0 of":  func(d *train.Distillation) { d.Temperatures = []float64{} },
	} {
		d := distillation(change)
		err := d.Check()
		var e *train.ConfigError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	teacher, _ := newTeacher(t)
	c := distillation(nil).Kinds()[0]
	c.Rows = 897
	if _, err := train.NewStudent(c, train.Digits(), teacher); err == nil || !strings.Contains(err.Error(), "rows 897, want 1 to 896") {
		t.Errorf("%v", err)
	}
	teacher.Test = teacher.Test[1:]
	if _, err := train.NewStudent(c, train.Digits(), teacher); err == nil || !strings.Contains(err.Error(), "8960 and 9009 logits of a teacher") {
		t.Errorf("%v", err)
	}
}
