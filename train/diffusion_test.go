package train_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"xent/train"
)

// newDiffusion returns a small run on the digits.
func newDiffusion(t *testing.T, change func(*train.DiffusionConfig)) *train.DiffusionRun {
	t.Helper()
	c := train.DiffusionConfig{Width: 32, Blocks: 1, NoiseSteps: 12, Training: train.Training{Epochs: 2, Seed: 3}}
	if change != nil {
		change(&c)
	}
	r, err := train.NewDiffusion(c.Default(), train.Digits())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDiffusionResumes(t *testing.T) {
	goesOn(t, func() train.Experiment { return newDiffusion(t, nil) })
}

func TestDiffusionAllocatesNothing(t *testing.T) {
	for _, weights := range []string{"simple", "bound"} {
		r := newDiffusion(t, func(c *train.DiffusionConfig) { c.Weights, c.Epochs = weights, 10 })
		steps(t, r, 2)
		if n := testing.AllocsPerRun(5, func() {
			if _, err := r.Step(true); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations a step", weights, n)
		}
	}
}

// A short training: the guess of the noise gets better, the terms add up to the bound, and of the variances of a step back those that are
// fitted give the tightest bound: far from the posterior's for a network that guesses badly.
func TestDiffusionLearns(t *testing.T) {
	r := newDiffusion(t, func(c *train.DiffusionConfig) { c.Epochs, c.NoiseSteps = 10, 8 })
	before, err := r.Look()
	if err != nil {
		t.Fatal(err)
	}
	learn(t, r)
	after, err := r.Look()
	if err != nil || !(after < .93*before) { // what each pixel is by itself is known beforehand
		t.Errorf("noise guessed to %v, then to %v, %v", before, after, err)
	}
	bound := map[string]float64{}
	for _, variance := range []string{"fitted", "posterior", "forward"} {
		r.Config.Variance = variance
		v, err := r.Backward(nil)
		if err != nil || len(v) != 9 {
			t.Fatal(v, err)
		}
		j, err := r.Test(v, nil)
		if err != nil || len(j.Steps) != 8 {
			t.Fatal(err)
		}
		sum := j.Prior.Value
		for _, s := range j.Steps {
			if sum += s.Value; !(s.Value >= 0 && s.SE > 0) {
				t.Errorf("%s: a term of %+v", variance, s)
			}
		}
		if !(math.Abs(sum-j.Bound.Value) < 1e-6*sum) || j.Decoder != j.Steps[0] || !(j.Bound.SE > 0) {
			t.Errorf("%s: terms add up to %v, the bound is %+v", variance, sum, j.Bound)
		}
		bound[variance] = j.Bound.Value
	}
	if !(bound["fitted"] < bound["posterior"]) || !(bound["fitted"] < bound["forward"]) {
		t.Errorf("bounds %v", bound)
	}
	if uniform := 64 * math.Log(17); !(bound["fitted"] < .9*uniform) {
		t.Errorf("bound %v, of pixels told by the evenest odds %v", bound["fitted"], uniform)
	}
}

func TestDiffusionSamples(t *testing.T) {
	r := newDiffusion(t, nil)
	v, err := r.Backward(nil)
	if err != nil {
		t.Fatal(err)
	}
	images, course, err := r.Samples(v, 5, 2, 4, nil)
	if err != nil || len(images) != 5*64 || len(course) != 2*4*64 {
		t.Fatalf("%d and %d pixels, %v", len(images), len(course), err)
	}
	if slices.Min(images) < 0 || slices.Max(images) > 1 || slices.Max(course) == 0 {
		t.Errorf("pixels from %v to %v", slices.Min(images), slices.Max(images))
	}
	if !slices.Equal(course[3*64:4*64], images[:64]) || slices.Equal(course[2*64:3*64], images[:64]) {
		t.Error("the course does not end with the image")
	}
	again, _, err := r.Samples(v, 5, 2, 4, nil)
	if err != nil || !slices.Equal(again, images) {
		t.Error("other images the second time")
	}
}

func TestDiffusionRefused(t *testing.T) {
	for want, change := range map[string]func(*train.DiffusionConfig){
		"width -1, want":            func(c *train.DiffusionConfig) { c.Width = -1 },
		"blocks -1, want":           func(c *train.DiffusionConfig) { c.Blocks = -1 },
		"at most 268,435,456 param": func(c *train.DiffusionConfig) { c.Width, c.Blocks = 1<<14, 100 },
		"noise-steps 1, want":       func(c *train.DiffusionConfig) { c.NoiseSteps = 1 },
		`noise "pink", want`:        func(c *train.DiffusionConfig) { c.Noise = "pink" },
		`weights "heavy", want`:     func(c *train.DiffusionConfig) { c.Weights = "heavy" },
		`variance "learnt", want`:   func(c *train.DiffusionConfig) { c.Variance = "learnt" },
		"batch -1, want 1 or more":  func(c *train.DiffusionConfig) { c.Batch = -1 },
	} {
		c := train.DiffusionConfig{}.Default()
		change(&c)
		if _, err := train.NewDiffusion(c, train.Digits()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
