package nn_test

import (
	"math"
	"slices"
	"testing"

	"xent"
	"xent/nn"
)

// language is a small transformer with a batch for it: two sequences of five ids, and what comes next.
func language[T xent.Float]() (m *nn.Transformer[T], ids, next []int) {
	m = nn.NewTransformer[T](nn.NewRand(1), nn.Normal(.3), nn.TransformerShape{Vocab: 6, Length: 7, Width: 4, Heads: 2, Blocks: 2, Hidden: 5})
	return m, []int{0, 1, 2, 3, 1, 5, 5, 0, 2, 2}, []int{1, 2, 3, 1, 4, 5, 0, 2, 2, 0}
}

// learn makes a forward and a backward pass, and returns the loss.
func learn[T xent.Float](t *testing.T, m *nn.Transformer[T], ids, next []int, grad []T) float64 {
	out := m.Forward(ids, 5)
	res, err := xent.CrossEntropyGrad(xent.MatrixOf(grad, out.Cols), xent.Logits[T](out), next, &xent.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	m.Backward(xent.MatrixOf(grad, out.Cols))
	return float64(res.Mean())
}

// The gradients of every parameter of a transformer of two blocks are the derivatives of its loss.
func TestTransformerGradients(t *testing.T) {
	m, ids, next := language[float64]()
	grad := make([]float64, len(ids)*6)
	learn(t, m, ids, next, grad)
	var grads [][]float64
	for _, p := range m.Params() {
		grads = append(grads, slices.Clone(p.Grad))
	}
	checked := 0
	for n, p := range m.Params() {
		got := grads[n]
		for i, at := range p.Value {
			const h = 1e-6
			p.Value[i] = at + h
			up := learn(t, m, ids, next, grad)
			p.Value[i] = at - h
			down := learn(t, m, ids, next, grad)
			p.Value[i] = at
			if want := (up - down) / (2 * h); !(math.Abs(got[i]-want) <= 2e-8) {
				t.Errorf("%s[%d]: %.10g, central difference %.10g", p.Name, i, got[i], want)
			}
			checked++
		}
	}
	if checked < 300 {
		t.Errorf("%d parameters checked", checked)
	}
}

// No position sees what comes after it, and a shorter context gives the same logits.
func TestCausal(t *testing.T) {
	m, ids, _ := language[float64]()
	all := slices.Clone(m.Forward(ids[:5], 5).Data)
	ids[4] = 0
	changed := m.Forward(ids[:5], 5).Data
	if !slices.Equal(all[:4*6], changed[:4*6]) || slices.Equal(all[4*6:], changed[4*6:]) {
		t.Error("the last id changes the logits before it, or not its own")
	}
	short := m.Forward(ids[:3], 3).Data
	for i, v := range short {
		if !near(v, all[i], 1e-12) {
			t.Errorf("logit %d of a shorter context: %g, want %g", i, v, all[i])
		}
	}
}

// copies keeps what a visitor is shown, and restores it.
type copies[T xent.Float] struct {
	arrays  map[string][]T
	words   map[string]uint64
	restore bool
}

func (c *copies[T]) Array(name string, shape []int, values []T) {
	if c.restore {
		copy(values, c.arrays[name])
	} else {
		c.arrays[name] = slices.Clone(values)
	}
}

func (c *copies[T]) Word(name string, value *uint64) {
	if c.restore {
		*value = c.words[name]
	} else {
		c.words[name] = *value
	}
}

// A run that is saved and restored into fresh memory goes on with the same bits, and any number of workers
// computes them.
func TestResume(t *testing.T) {
	for name, fresh := range map[string]func() nn.Optimiser[float32]{
		"SGD": func() nn.Optimiser[float32] { return &nn.SGD[float32]{Rate: .1, Schedule: nn.Cosine(2, 9, 0)} },
		"momentum": func() nn.Optimiser[float32] {
			return &nn.SGD[float32]{Rate: .1, Momentum: .9, Decay: .01, Nesterov: true}
		},
		"Adam": func() nn.Optimiser[float32] { return &nn.Adam[float32]{Rate: .01, Penalty: .1} },
		"AdamW": func() nn.Optimiser[float32] {
			return &nn.AdamW[float32]{Rate: .01, Decay: .1, MatricesOnly: true, Schedule: nn.Cosine(3, 20, .1)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, ids, next := language[float32]()
			grad, opt, rng := make([]float32, len(ids)*6), fresh(), nn.NewRand(4)
			steps := func(m *nn.Transformer[float32], opt nn.Optimiser[float32], rng *nn.Rand, n int) (losses []float64) {
				for range n {
					ids[0] = int(6 * rng.Float64())
					losses = append(losses, learn(t, m, ids, next, grad))
					opt.Step(m.Params())
				}
				return losses
			}
			steps(m, opt, rng, 4)
			saved := &copies[float32]{arrays: map[string][]float32{}, words: map[string]uint64{}}
			for _, p := range m.Params() {
				saved.Array(p.Name, p.Shape, p.Value)
			}
			opt.State(m.Params(), saved)
			hi, lo := rng.State()
			want := steps(m, opt, rng, 5)

			again, _, _ := language[float32]()
			nn.SetWorkers(again, 3)
			opt, rng = fresh(), nn.NewRand(0)
			saved.restore = true
			for _, p := range again.Params() {
				saved.Array(p.Name, p.Shape, p.Value)
			}
			opt.State(again.Params(), saved)
			rng.SetState(hi, lo)
			if got := steps(again, opt, rng, 5); !slices.Equal(got, want) {
				t.Errorf("losses %v, want %v", got, want)
			}
			for i, p := range again.Params() {
				if !slices.Equal(p.Value, m.Params()[i].Value) {
					t.Errorf("%s differs", p.Name)
				}
			}
		})
	}
}

// Any number of workers gives the same bits, in every layer.
func TestWorkers(t *testing.T) {
	t.Run("float32", sameBits[float32])
	t.Run("float64", sameBits[float64])
}

func sameBits[T xent.Float](t *testing.T) {
	spread := layers[T]()
	spread["large"] = sample[T]{nn.MLP[T](nn.NewRand(1), nn.GELU, nn.He, 70, 300, 90), 1, 70}
	one := layers[T]()
	one["large"] = sample[T]{nn.MLP[T](nn.NewRand(1), nn.GELU, nn.He, 70, 300, 90), 1, 70}
	for name, s := range one {
		x := s.batch(3, 40)
		y := s.layer.Forward(x)
		pull := xent.MatrixOf(normals[T](4, len(y.Data)), y.Cols)
		dx := s.layer.Backward(pull)
		for _, workers := range []int{2, 3, 5} {
			l := spread[name].layer
			nn.SetWorkers(l, workers)
			if got := l.Forward(x); !slices.Equal(got.Data, y.Data) {
				t.Errorf("%s: %d workers: another output", name, workers)
			}
			if got := l.Backward(pull); !slices.Equal(got.Data, dx.Data) {
				t.Errorf("%s: %d workers: another gradient of the input", name, workers)
			}
			for i, p := range l.Params() {
				if !slices.Equal(p.Grad, s.layer.Params()[i].Grad) {
					t.Errorf("%s: %d workers: another gradient of %s", name, workers, p.Name)
				}
			}
		}
	}
}

// Learn stores what Backward stores.
func TestLearn(t *testing.T) {
	for name, s := range layers[float64]() {
		net := nn.NewNet(s.layer)
		y := net.Forward(s.batch(3, 4))
		net.Backward(y)
		var want [][]float64
		for _, p := range net.Params() {
			want = append(want, slices.Clone(p.Grad))
			clear(p.Grad)
		}
		net.Learn(y)
		for i, p := range net.Params() {
			if !slices.Equal(p.Grad, want[i]) {
				t.Errorf("%s: %s", name, p.Name)
			}
		}
	}
}

func TestCosine(t *testing.T) {
	s := nn.Cosine(4, 12, .1)
	for _, tt := range []struct {
		step int
		want float64
		why  string
	}{
		{0, .25, "the first step moves"},
		{3, 1, "warm"},
		{4, 1, "the top of the cosine"},
		{8, .55, "half way down"},
		{12, .1, "the floor"},
		{1000, .1, "and no further"},
	} {
		if got := s(tt.step); !near(got, tt.want, 1e-14) {
			t.Errorf("step %d: %g, want %g: %s", tt.step, got, tt.want, tt.why)
		}
	}
	if s := nn.Cosine(0, 0, 0); s(0) != 0 {
		t.Error("a schedule of no steps")
	}
	opt := &nn.SGD[float64]{Rate: 2, Schedule: s}
	for _, want := range []float64{.5, 1, 1.5, 2, 2} {
		if got := opt.LearningRate(); got != want {
			t.Errorf("learning rate %g, want %g", got, want)
		}
		opt.Step(nil)
	}
}

// After the first step nothing is allocated by a transformer, on any number of workers.
func TestTransformerAllocatesNothing(t *testing.T) {
	for _, workers := range []int{1, 3} {
		m, ids, next := language[float32]()
		nn.SetWorkers(m, workers)
		grad, grads, opt := make([]float32, len(ids)*6), nn.Grads(m.Params()), &nn.AdamW[float32]{Rate: .01}
		recorder := nn.NewRecorder(m)
		step := func() {
			learn(t, m, ids, next, grad)
			if _, err := xent.ClipNorm(grads, 1); err != nil {
				t.Fatal(err)
			}
			recorder.Backward()
			opt.Step(m.Params())
			recorder.Step()
		}
		step()
		checkAllocations(t, "a step", step)
	}
}
