package train_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"xent/train"
)

// newRun returns a small run on the digits.
func newRun(t *testing.T, change func(*train.Config)) *train.Run {
	t.Helper()
	c := train.Config{Net: "64-16-10", Training: train.Training{Epochs: 2, Seed: 3}}
	if change != nil {
		change(&c)
	}
	r, err := train.New(c.Default(), train.Digits())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// state is all that a run's future depends on, in one slice for each name.
type state struct {
	arrays map[string][]float32
	words  map[string][]uint64
	load   bool
}

func (s *state) Array(name string, _ []int, values []float32) {
	if s.load {
		copy(values, s.arrays[name])
		return
	}
	s.arrays[name] = slices.Clone(values)
}

func (s *state) Word(name string, value *uint64) {
	if s.load {
		*value = s.words[name][0]
		s.words[name] = s.words[name][1:]
		return
	}
	s.words[name] = append(s.words[name], *value)
}

func save(r train.Experiment) *state {
	s := &state{arrays: map[string][]float32{}, words: map[string][]uint64{}}
	r.State(s)
	return s
}

func steps(t *testing.T, r train.Experiment, n int) (losses []float64) {
	t.Helper()
	for range n {
		s, err := r.Step(len(losses)%3 == 0)
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, s.Loss)
	}
	return losses
}

// A run that was kept at any step and taken up by a fresh one goes on with the same bits, whatever its loss and optimiser.
func TestResume(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*train.Config)
	}{
		{"sgd", nil},
		{"momentum", func(c *train.Config) { c.Momentum = .9 }},
		{"adamw", func(c *train.Config) { c.Optimiser = "adamw"; c.Decay = .01 }},
		{"mse, clipped", func(c *train.Config) { c.Loss = "mse"; c.Clip = .01 }},
		{"convolutions", func(c *train.Config) { c.Net = "conv4-pool-conv6x5-pool-12-10" }},
		{"sigmoid, bce", func(c *train.Config) { c.Loss = "bce"; c.Activation = "sigmoid" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			whole := newRun(t, c.change)
			want := steps(t, whole, whole.Steps())
			for _, at := range []int{0, 1, whole.PerEpoch(), whole.PerEpoch() + 5} {
				first := newRun(t, c.change)
				steps(t, first, at)
				if _, err := first.Test(nil); err != nil { // judging changes nothing
					t.Fatal(err)
				}
				if _, err := first.Gradient(); err != nil {
					t.Fatal(err)
				}
				kept := save(first)
				kept.load = true
				second := newRun(t, c.change)
				steps(t, second, 2) // leaves nothing behind
				second.State(kept)
				if second.At() != at {
					t.Fatalf("at step %d, want %d", second.At(), at)
				}
				if got := steps(t, second, second.Steps()-at); !slices.Equal(got, want[at:]) || !second.Done() {
					t.Errorf("from step %d the losses differ", at)
				}
				a, b := save(whole), save(second)
				for name, x := range a.arrays {
					if !slices.Equal(x, b.arrays[name]) {
						t.Errorf("from step %d %s differs", at, name)
					}
				}
				if len(a.arrays) < 4 {
					t.Fatalf("%d arrays", len(a.arrays))
				}
			}
		})
	}
}

// Every loss learns the digits, and another seed is another run.
func TestLosses(t *testing.T) {
	seen := map[float64]bool{}
	for _, l := range train.Losses {
		r := newRun(t, func(c *train.Config) {
			c.Loss, c.Epochs = l.Name, 8
			if l.Name == "mse" || l.Name == "bce" { // means over classes, too
				c.Rate = 2
			}
		})
		for !r.Done() {
			if _, err := r.Step(false); err != nil {
				t.Fatal(err)
			}
		}
		j, err := r.Test(nil)
		if err != nil || !(j.Accuracy > .85) || !(j.Loss < 1) || seen[j.Loss] {
			t.Errorf("%s: %+v, %v", l.Name, j, err)
		}
		seen[j.Loss] = true
	}
	a, b := steps(t, newRun(t, nil), 3), steps(t, newRun(t, func(c *train.Config) { c.Seed = 4 }), 3)
	if slices.Equal(a, b) {
		t.Error("two seeds give one run")
	}
	if len(seen) != 5 {
		t.Errorf("%d losses", len(seen))
	}
}

// A rate that is too large ends with the step, the layer and the cause, and leaves the parameters as they were.
func TestDiverged(t *testing.T) {
	r := newRun(t, func(c *train.Config) { c.Net, c.Rate = "64-16-16-16-10", 1e8 })
	for range 10 {
		before := save(r)
		_, err := r.Step(false)
		var d *train.Diverged
		if errors.As(err, &d) {
			if d.Step != r.At()+1 || d.Layer == "" || !strings.Contains(d.Cause, "1e+08 is too large") || !strings.HasPrefix(err.Error(), "step ") {
				t.Errorf("%+v", d)
			}
			after := save(r)
			for name, x := range before.arrays {
				for i := range x {
					if math.Float32bits(x[i]) != math.Float32bits(after.arrays[name][i]) {
						t.Fatalf("%s changed", name)
					}
				}
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Error("did not diverge")
}

func TestRefused(t *testing.T) {
	d := train.Digits()
	for want, change := range map[string]func(*train.Config){
		"loss \"hinge\"":                 func(c *train.Config) { c.Loss = "hinge" },
		"activation \"swish\"":           func(c *train.Config) { c.Activation = "swish" },
		"init \"ones\"":                  func(c *train.Config) { c.Init = "ones" },
		"optimiser \"lion\"":             func(c *train.Config) { c.Optimiser = "lion" },
		"rate NaN":                       func(c *train.Config) { c.Rate = math.NaN() },
		"rate -1":                        func(c *train.Config) { c.Rate = -1 },
		"momentum 1":                     func(c *train.Config) { c.Momentum = 1 },
		"smoothing 1":                    func(c *train.Config) { c.Smoothing = 1 },
		"batch -1":                       func(c *train.Config) { c.Batch = -1 },
		"want 10 outputs last, one":      func(c *train.Config) { c.Net = "conv4-pool" },
		"net \"64\"":                     func(c *train.Config) { c.Net = "64" },
		"net \"64-x-10\"":                func(c *train.Config) { c.Net = "64-x-10" },
		"want 64 inputs first":           func(c *train.Config) { c.Net = "784-10" },
		"want 10 outputs last":           func(c *train.Config) { c.Net = "64-12" },
		"at most 268,435,456 param":      func(c *train.Config) { c.Net = "64-1000000-1000000-10" },
		"conv and pool before the dense": func(c *train.Config) { c.Net = "64-16-conv4-10" },
		"fewer pools: before part 4 images are 1 × 1": func(c *train.Config) { c.Net = "pool-pool-pool-pool-10" },
		"net \"conv4x2-10\", want parts":              func(c *train.Config) { c.Net = "conv4x2-10" },
	} {
		c := train.Config{Net: "64-10"}.Default()
		change(&c)
		_, err := train.New(c, d)
		var e *train.ConfigError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	for want, spoil := range map[string]func(*train.Data){
		"label 10 in row 0 of training":                       func(d *train.Data) { d.Train.Y[0] = 10 },
		"label -1 in row 7 of test":                           func(d *train.Data) { d.Test.Y[7] = -1 },
		"an input that is not finite in row 1 of training":    func(d *train.Data) { d.Train.X[100] = float32(math.NaN()) },
		"no rows of test, want one at least":                  func(d *train.Data) { d.Test = train.Rows{} },
		"57343 inputs of 896 rows of training, want 64 a row": func(d *train.Data) { d.Train.X = d.Train.X[1:] },
	} {
		d := train.Digits()
		spoil(d)
		_, err := train.New(train.Config{Net: "64-10"}.Default(), d)
		var e *train.DataError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// The split is the same for ever: runs of different versions are judged by the same rows. Both halves have every class.
func TestDigits(t *testing.T) {
	d := train.Digits()
	if len(d.Train.Y) != 896 || len(d.Test.Y) != 901 || d.Inputs != 64 || d.Classes != 10 {
		t.Fatalf("%d and %d rows", len(d.Train.Y), len(d.Test.Y))
	}
	var count [2][10]int
	sum := 0.
	for k, r := range []train.Rows{d.Train, d.Test} {
		for _, y := range r.Y {
			count[k][y]++
		}
		for _, x := range r.X {
			if x < 0 || x > 1 {
				t.Fatalf("pixel %v", x)
			}
			sum += float64(x) * 16
		}
	}
	for c := range 10 {
		if count[0][c] < 70 || count[1][c] < 70 {
			t.Errorf("class %d: %d and %d rows", c, count[0][c], count[1][c])
		}
	}
	if sum != 561718 {
		t.Errorf("pixels sum to %v", sum)
	}
}

// After the first steps nothing is allocated.
func TestNoAllocations(t *testing.T) {
	for _, l := range train.Losses {
		r := newRun(t, func(c *train.Config) { c.Loss = l.Name; c.Epochs = 10 })
		steps(t, r, 2)
		if n := testing.AllocsPerRun(5, func() { // within an epoch: its order is drawn from a new stream
			if _, err := r.Step(true); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations a step", l.Name, n)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	c := train.Config{Net: "784-256-10", Training: train.Training{Batch: 128}}.Default()
	d := &train.Data{Inputs: 784, Classes: 10}
	for i := range 1024 {
		for k := range 784 {
			d.Train.X = append(d.Train.X, float32((i*31+k*17)%255)/255)
		}
		d.Train.Y = append(d.Train.Y, int32(i%10))
	}
	d.Test = d.Train
	c.Epochs = 1e6
	r, err := train.New(c, d)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Step(false); err != nil {
			b.Fatal(err)
		}
	}
}

// The first gradients of a race are those of the formulas: by the probabilities of cross-entropy -1/(N·p) at the labels, by the
// logits (p-y)/N; and lanes of one seed begin with the same weights, whatever their loss and rate.
func TestRace(t *testing.T) {
	r := train.Race{Config: train.Config{Net: "64-10", Init: "xavier", Training: train.Training{Epochs: 4, Seed: 5}}, Seeds: 2, Target: .85}.Default()
	d := train.Digits()
	ce, err := r.Lane(d, "ce", .1, nil)
	if err != nil {
		t.Fatal(err)
	}
	mse, err := r.Lane(d, "mse", 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	// of about uniform predictions: dL/dp is 10/√32 for cross-entropy, more where they are not, and 2·√.9/(10·√32) for squared error
	if got, want := ce.Runs[0].PNorm, 10/math.Sqrt(32); !(got > want && got < 3*want) {
		t.Errorf("dL/dp of cross-entropy %v, want 1 to 3 times %v", got, want)
	}
	if got, want := mse.Runs[0].PNorm, .2*math.Sqrt(.9)/math.Sqrt(32); !(math.Abs(got/want-1) < .1) {
		t.Errorf("dL/dp of squared error %v, want about %v", got, want)
	}
	if got, want := ce.Runs[0].ZNorm, math.Sqrt(.9)/math.Sqrt(32); !(math.Abs(got/want-1) < .1) {
		t.Errorf("dL/dz of cross-entropy %v, want about %v", got, want)
	}
	if !(ce.Runs[0].ZNorm > 20*mse.Runs[0].ZNorm) || ce.Runs[0].ZNorm == ce.Runs[1].ZNorm || len(ce.Runs[0].Layers) != 1 {
		t.Errorf("first gradients %v, %v", ce.Runs[0], mse.Runs[0])
	}
	if ce.Runs[0].Steps == 0 || ce.Runs[0].Steps%7 != 0 || len(ce.Runs[0].Course) != 16 || !(ce.Accuracy() > .85) || math.IsInf(ce.Median(), 1) {
		t.Errorf("%+v", ce)
	}
	rate, tried, err := r.Best(d, "mse", []float64{.01, 5}, nil)
	if err != nil || rate != 5 || len(tried) != 2 || tried[0].Runs[0].Seed == 5 {
		t.Errorf("best rate %v, %v", rate, err)
	}
	stop := errors.New("stop")
	if _, err := r.Lane(d, "ce", .1, func() error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v, want to be stopped", err)
	}
}
