package doctor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// training makes the curve of a run that goes well: from ln K down to .3, with noise that falls with the loss.
func training(seed uint64, points int) *Curve {
	r := rand.New(rand.NewPCG(seed, 3))
	c := &Curve{Classes: 10, Judged: math.NaN()}
	for i := range points {
		t := float64(i) / float64(points)
		loss := .3 + (math.Ln10-.3)*math.Exp(-6*t)
		norm := (.5 + .5*math.Exp(-3*t)) * math.Exp(.2*r.NormFloat64())
		c.Loss.Add(float64(i), loss*(1+.03*r.NormFloat64()))
		c.GradientNorm.Add(float64(i), norm)
		c.LearningRate.Add(float64(i), 1e-3*(1-t))
		if i%max(points/20, 1) == 0 {
			c.Accuracy.Add(float64(i), 1-.9*math.Exp(-6*t))
			c.ValLoss.Add(float64(i), 1.1*loss*(1+.01*r.NormFloat64()))
			c.ValAccuracy.Add(float64(i), .97*(1-.9*math.Exp(-6*t)))
		}
	}
	return c
}

// with edits a curve.
func (c *Curve) with(edit func(c *Curve)) *Curve { edit(c); return c }

// losses replaces every loss.
func (c *Curve) losses(edit func(i int, loss float64) float64) *Curve {
	for i, v := range c.Loss.Value {
		c.Loss.Value[i] = edit(i, v)
	}
	return c
}

func examineCurve(c *Curve) []*Finding { return Examine(Case{Curve: c}) }

// noise is the same for every i.
func noise(i int) float64 { return rand.New(rand.NewPCG(uint64(i), 9)).NormFloat64() }

// Each detector of curves speaks where it must and is silent where it must be.
func TestCurveDetectors(t *testing.T) {
	type silence struct {
		curve *Curve
		why   string
	}
	run := func() *Curve { return training(1, 600) }
	spoken := map[string]bool{}
	double := func(i int, _ float64) float64 {
		return 1.4612 + .02 + .8*math.Exp(-float64(i)/60) + math.Abs(.004*noise(i))
	}
	for _, tt := range []struct {
		id     string
		sure   Severity
		speaks *Curve
		says   string
		silent []silence
	}{
		{"loss-not-finite", Error, run().losses(func(i int, v float64) float64 {
			if i >= 300 {
				return math.NaN()
			}
			return v
		}).with(func(c *Curve) {
			for i := 280; i < 300; i++ {
				c.GradientNorm.Value[i] *= math.Exp(float64(i-280) / 5)
			}
		}), "at step 300, and at 300 of the 300 points from there on", []silence{
			{run(), ""},
			{run().with(func(c *Curve) { c.GradientNorm.Value[9] = math.NaN() }), "the gradient, not the loss"},
			{run().losses(func(i int, v float64) float64 { return v + 1e6 }), "large is finite"},
		}},
		{"loss-at-start", Warning, run().losses(func(i int, v float64) float64 { return v + 2*math.Exp(-float64(i)/20) }), "standard deviation of about 2.", []silence{
			{run(), ""},
			{run().with(func(c *Curve) { c.Classes = 0 }), "K is not known"},
			{run().with(func(c *Curve) {
				for i := range c.Loss.Step {
					c.Loss.Step[i] += 50
				}
			}).losses(func(i int, v float64) float64 { return v / 4 }), "a first point long after the start"},
		}},
		{"loss-plateau", Warning, run().losses(func(i int, _ float64) float64 { return math.Ln10 + .002*noise(i) }), "ln K: nothing is learnt", []silence{
			{run(), ""},
			{run().losses(func(i int, _ float64) float64 { return 2.1 + .002*noise(i) }), "a value without a name"},
			{training(2, 30), "too short"},
		}},
		{"double-softmax", Error, run().losses(double).with(func(c *Curve) {
			for i := range c.Accuracy.Value {
				c.Accuracy.Value[i] = min(.98, c.Accuracy.Value[i])
			}
		}), "on the line of such losses", []silence{
			{run(), ""},
			{run().losses(func(i int, v float64) float64 { return double(i, v) - .05 }), "it goes below the floor"},
			{run().losses(func(i int, v float64) float64 { return double(i, v) + .4 }), "far above the floor"},
		}},
		{"loss-spikes", Warning, run().losses(func(i int, v float64) float64 {
			if i == 200 || i == 411 {
				return 3 * v
			}
			return v
		}).with(func(c *Curve) { c.GradientNorm.Value[199] = 40 }), "2 of 600 losses stand out", []silence{
			{run(), ""},
			{run().losses(func(i int, v float64) float64 { return v * math.Exp(.3*noise(i)) }), "noise that is skewed"},
			{training(2, 40), "too short"},
		}},
		{"clipping-too-hard", Warning, run().with(func(c *Curve) {
			for i, v := range c.GradientNorm.Value {
				c.GradientNorm.Value[i] = min(v, .4)
			}
		}), "clipped to it", []silence{
			{run(), ""},
			{run().with(func(c *Curve) {
				for i, v := range c.GradientNorm.Value {
					c.GradientNorm.Value[i] = min(v, 1)
				}
			}), "clipped now and then"},
			{run().with(func(c *Curve) { c.GradientNorm = Series{} }), "no norms"},
		}},
		{"resume-jump", Warning, run().losses(func(i int, v float64) float64 {
			if i >= 400 {
				return v + .6
			}
			return v
		}).with(func(c *Curve) {
			for i := 400; i < 600; i++ {
				c.Loss.Step[i] -= 20
			}
		}), "steps go back from 399 to 380", []silence{
			{run(), ""},
			{run().losses(func(i int, v float64) float64 {
				if i >= 400 {
					return v / 2
				}
				return v
			}), "it falls, as where the learning rate does"},
			{run().losses(func(i int, v float64) float64 { return v + .001*float64(i) }), "it rises slowly"},
		}},
		{"validation-diverges", Warning, run().with(func(c *Curve) {
			for i := range c.ValLoss.Value {
				c.ValLoss.Value[i] += .05 * float64(max(i-8, 0))
			}
		}), "over-confident, not worse", []silence{
			{run(), ""},
			{run().with(func(c *Curve) {
				for i := range c.ValLoss.Value {
					c.ValLoss.Value[i] += .2
				}
			}), "higher, and falling"},
			{run().with(func(c *Curve) { c.ValLoss = Series{} }), "no validation"},
		}},
		{"batch-means", Warning, run().losses(func(i int, v float64) float64 {
			if i%24 == 23 {
				return v * (1 + .3*noise(i))
			}
			return v
		}), "every 24 points", []silence{
			{run(), ""},
			{run().losses(func(i int, v float64) float64 { return v * (1 + .3*noise(i)) }), "noisy everywhere"},
			{training(2, 90), "too short"},
		}},
	} {
		t.Run(tt.id, func(t *testing.T) {
			all := examineCurve(tt.speaks)
			f := find(all, tt.id)
			if f == nil {
				t.Fatalf("silent where it must speak; found %v", ids(all))
			}
			if f.Severity != tt.sure || !strings.Contains(f.Message(Nats), tt.says) {
				t.Errorf("%s: %s, want %s with %q", f.Severity, f.Message(Nats), tt.sure, tt.says)
			}
			complete(t, f)
			if len(tt.silent) < 3 {
				t.Errorf("%d silent cases, want 3", len(tt.silent))
			}
			for i, quiet := range tt.silent {
				if f := find(examineCurve(quiet.curve), tt.id); f != nil {
					t.Errorf("case %d (%s): speaks: %s", i, quiet.why, f.Message(Nats))
				}
			}
			spoken[tt.id] = true
		})
	}
	for _, d := range CurveDetectors() {
		if !spoken[d.ID] {
			t.Errorf("%s has no case where it must speak", d.ID)
		}
	}
}

// Runs that go well call for nothing, whatever their length, noise and batch size.
func TestNoFalseAlarmOfCurves(t *testing.T) {
	n := 0
	for seed := range uint64(10) {
		for _, points := range []int{5, 60, 300, 1200} {
			n++
			for _, f := range examineCurve(training(seed, points)) {
				t.Errorf("seed %d, %d points: %s: %s", seed, points, f.ID, f.Message(Nats))
			}
		}
	}
	if n < 40 {
		t.Fatalf("only %d curves", n)
	}
	if got := examineCurve(&Curve{Classes: 10}); len(got) != 0 {
		t.Errorf("nothing was logged, and yet %v", ids(got))
	}
}

// The training loss of a real network that applied softmax twice: a suspicion from the loss alone, which the
// accuracy of its rows supports, and an error with the accuracy that was logged.
func TestRealDoubleSoftmax(t *testing.T) {
	text, err := os.ReadFile("../testdata/models/digits-double-softmax-curve.csv")
	if err != nil {
		t.Fatal(err)
	}
	c := &Curve{Classes: 10, Judged: math.NaN()}
	for line := range strings.Lines(string(text)) {
		step, loss, _ := strings.Cut(strings.TrimSpace(line), ",")
		x, err1 := strconv.ParseFloat(step, 64)
		y, err2 := strconv.ParseFloat(loss, 64)
		if err1 == nil && err2 == nil {
			c.Loss.Add(x, y)
		}
	}
	if c.Loss.Len() != 600 {
		t.Fatalf("%d points, want 600", c.Loss.Len())
	}
	says := func() string {
		found := examineCurve(c)
		if len(found) == 0 {
			return "nothing"
		}
		return fmt.Sprint(found[0].Severity, " ", found[0].ID, " ", len(found))
	}
	if got := says(); got != "warning double-softmax 1" {
		t.Errorf("from the loss alone: %s", got)
	}
	c.Judged = .9689
	if got := says(); got != "warning double-softmax 1" {
		t.Errorf("with the accuracy of rows: %s", got)
	}
	c.Accuracy.Add(2995, .98)
	if got := says(); got != "error double-softmax 1" {
		t.Errorf("with the accuracy that was logged: %s", got)
	}
	c.Classes = 0
	if got := says(); got != "nothing" {
		t.Errorf("without the number of classes: %s", got)
	}
}

// The standard deviation of logits from the first loss: the closed form where it holds, simulation where it does not.
func TestDeviation(t *testing.T) {
	for _, tt := range []struct {
		classes int
		loss    float64
		want    float64
		why     string
	}{
		{1000, math.Log(1000) + .5, 1, "√(2·.5): many classes"},
		{10, 2.7155, 1, "ten classes at σ = 1, where the closed form gives .91"},
		{10, math.Ln10 + .02, math.Sqrt(2 * .02 / .9), "small: Var of logsumexp is σ²(1 - 1/K)/2"},
	} {
		if got := deviation(tt.classes, tt.loss); !(math.Abs(got-tt.want) < .03*tt.want) {
			t.Errorf("deviation(%d, %v) = %v, want %v: %s", tt.classes, tt.loss, got, tt.want, tt.why)
		}
	}
}
