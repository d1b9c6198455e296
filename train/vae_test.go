package train_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"xent/train"
)

// newVAE returns a small run on the digits.
func newVAE(t *testing.T, change func(*train.VAEConfig)) *train.VAERun {
	t.Helper()
	c := train.VAEConfig{Hidden: "24", Latent: 4, Beta: 1, Training: train.Training{Epochs: 4, Seed: 3}}
	if change != nil {
		change(&c)
	}
	r, err := train.NewVAE(c.Default(), train.Digits())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// goesOn tells whether a run that was kept at any step and taken up by a fresh one goes on with the same bits.
func goesOn(t *testing.T, fresh func() train.Experiment) {
	t.Helper()
	whole := fresh()
	want := steps(t, whole, whole.Steps())
	for _, at := range []int{0, 1, whole.PerEpoch() + 5} {
		first := fresh()
		steps(t, first, at)
		if _, err := first.Gradient(); err != nil { // changes nothing
			t.Fatal(err)
		}
		kept := save(first)
		kept.load = true
		second := fresh()
		steps(t, second, 2) // leaves nothing behind
		second.State(kept)
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
}

func TestVAEResumes(t *testing.T) {
	goesOn(t, func() train.Experiment {
		return newVAE(t, func(c *train.VAEConfig) { c.KLWarmup = 2 })
	})
}

func TestVAEAllocatesNothing(t *testing.T) {
	for _, pixels := range []string{"bernoulli", "gaussian"} {
		r := newVAE(t, func(c *train.VAEConfig) { c.Pixels, c.Epochs = pixels, 10 })
		steps(t, r, 2)
		if n := testing.AllocsPerRun(5, func() {
			if _, err := r.Step(true); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations a step", pixels, n)
		}
	}
}

// A short training on the digits: the bound falls below that of pixels without a code, its two terms add up to it, the bound by
// importance is tighter, and a heavy β makes every dimension collapse, which is seen.
func TestVAELearns(t *testing.T) {
	r := newVAE(t, func(c *train.VAEConfig) { c.Epochs = 30; c.Hidden = "64" })
	learn(t, r)
	j, err := r.Test(16, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !(j.Bound.Value < 26.6) || !(j.Bound.SE > .02 && j.Bound.SE < .3) { // 27.28 without a code
		t.Errorf("bound %+v", j.Bound)
	}
	if d := j.Reconstruction.Value + j.KL.Value - j.Bound.Value; !(math.Abs(d) < 1e-9) {
		t.Errorf("the terms miss the bound by %v", d)
	}
	sum := 0.
	for _, l := range j.Latents {
		sum += l.KL
	}
	if !(math.Abs(sum-j.KL.Value) < 1e-4) {
		t.Errorf("dimensions cost %v, together %v", sum, j.KL.Value)
	}
	if !(j.Importance.Value < j.Bound.Value-.1) || j.Samples != 16 {
		t.Errorf("by importance %+v, bound %+v", j.Importance, j.Bound)
	}
	if j.Active() < 2 {
		t.Errorf("active: %d, %+v", j.Active(), j.Latents)
	}
	one, err := r.Test(1, nil)
	if err != nil || math.Abs(one.Importance.Value-one.Bound.Value) > 4*one.Bound.SE { // one code: the same expectation
		t.Errorf("by importance of one code %+v, bound %+v, %v", one.Importance, one.Bound, err)
	}

	heavy := newVAE(t, func(c *train.VAEConfig) { c.Epochs, c.Hidden, c.Beta = 30, "64", 20 })
	learn(t, heavy)
	j, err = heavy.Test(0, nil)
	if err != nil || len(j.Collapsed()) != 4 || j.Active() != 0 {
		t.Errorf("with β = 20: %+v, %v", j, err)
	}
}

// learn trains to the end.
func learn(t *testing.T, r train.Experiment) {
	t.Helper()
	for !r.Done() {
		if _, err := r.Step(false); err != nil {
			t.Fatal(err)
		}
	}
}

func TestVAEPictures(t *testing.T) {
	r := newVAE(t, func(c *train.VAEConfig) { c.Latent = 2; c.Pixels = "gaussian" })
	images, again := r.Reconstructions(7)
	for name, x := range map[string][]float32{"samples": r.Samples(3), "manifold": r.Manifold(4), "images": images, "again": again} {
		if want := map[string]int{"samples": 3, "manifold": 16, "images": 7, "again": 7}[name]; len(x) != want*64 {
			t.Errorf("%s: %d pixels", name, len(x))
		}
		if slices.Min(x) < 0 || slices.Max(x) > 1 {
			t.Errorf("%s: pixels from %v to %v", name, slices.Min(x), slices.Max(x))
		}
	}
	if newVAE(t, nil).Manifold(4) != nil {
		t.Error("a manifold of four dimensions")
	}
}

func TestVAERefused(t *testing.T) {
	for want, change := range map[string]func(*train.VAEConfig){
		`hidden "12-x", want sizes`:     func(c *train.VAEConfig) { c.Hidden = "12-x" },
		"latent -1, want 1 to 1024":     func(c *train.VAEConfig) { c.Latent = -1 },
		`pixels "grey", want bernoulli`: func(c *train.VAEConfig) { c.Pixels = "grey" },
		"beta NaN, want":                func(c *train.VAEConfig) { c.Beta = math.NaN() },
		"free-nats -1, want":            func(c *train.VAEConfig) { c.FreeNats = -1 },
		"kl-warmup -1, want":            func(c *train.VAEConfig) { c.KLWarmup = -1 },
		"rate -1, want":                 func(c *train.VAEConfig) { c.Rate = -1 },
		"at most 268,435,456 param":     func(c *train.VAEConfig) { c.Hidden = "65536-65536" },
	} {
		c := train.VAEConfig{}.Default()
		change(&c)
		if _, err := train.NewVAE(c, train.Digits()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	d := train.Digits()
	d.Step = 0
	if _, err := train.NewVAE(train.VAEConfig{}.Default(), d); err == nil || !strings.Contains(err.Error(), "holds no images") {
		t.Errorf("%v", err)
	}
}
