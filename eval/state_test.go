package eval_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xent/eval"
)

// everything asks for all that a Config can ask for at once.
func everything() eval.Config {
	return eval.Config{
		Bins: 4, Surprising: 3, Leaks: true, Recalibrate: true, Methods: true, LabelErrors: true, Conformal: .2,
		By: []string{"key", eval.ByFrequency, eval.ByConfidence},
	}
}

// irregular are rows with groups, keys, weights, ignored labels and classes that cannot be; soft ones have targets.
func irregular(r *rand.Rand, rows, classes int, soft, weighted bool) *table[float64] {
	d := random(r, rows, classes, 2, 1)
	d.groups, d.by = make([]uint64, rows), [][]string{make([]string, rows)}
	if weighted {
		d.weights = make([]float64, rows)
	}
	for i := range rows {
		d.groups[i] = uint64(r.IntN(1+rows/3)) << 40
		d.by[0][i] = string(rune('a' + r.IntN(5)))
		if weighted {
			d.weights[i] = []float64{0, 1, 1, .3, 1.7}[r.IntN(5)]
		}
		if i%7 == 3 {
			d.scores[i*classes+r.IntN(classes)] = math.Inf(-1)
		}
	}
	if soft {
		d.targets, d.labels = make([]float64, len(d.scores)), nil
		for i := range rows {
			row := d.targets[i*classes : (i+1)*classes]
			for k := range row {
				row[k] = r.NormFloat64()
			}
			softmax(row, row, 1)
		}
	}
	return d
}

// Parts that were written, in any partition and order, and read again give the bytes of the whole; and what was read is
// written as the same bytes.
func TestStateMerges(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		d := irregular(r, rapid.IntRange(1, 60).Draw(rt, "rows"), rapid.IntRange(2, 5).Draw(rt, "classes"),
			rapid.Bool().Draw(rt, "soft"), rapid.Bool().Draw(rt, "weighted"))
		cfg := everything()
		cfg.Methods = rapid.IntRange(0, 9).Draw(rt, "methods") == 0 // which takes most of the time
		cfg.Input = rapid.SampledFrom([]eval.Input{eval.Logits, eval.Auto}).Draw(rt, "input")
		cfg.Classes, cfg.Grouped = d.classes, true
		whole, wholeErr := run(cfg, d)
		states := make([][]byte, 1+r.IntN(4))
		parts := make([]*eval.Accumulator, len(states))
		for i := range parts {
			parts[i] = fresh(t, cfg)
		}
		for _, i := range r.Perm(d.rows()) {
			if err := eval.Add(parts[r.IntN(len(parts))], d.block(i, i+1)); err != nil {
				rt.Fatal(err)
			}
		}
		for i, a := range parts {
			states[i] = a.AppendState(nil)
		}
		total := fresh(t, cfg)
		for _, i := range r.Perm(len(states)) {
			a, err := eval.ReadState(cfg, states[i])
			if err != nil {
				rt.Fatal(err)
			}
			if again := a.AppendState(nil); !bytes.Equal(again, states[i]) {
				rt.Fatalf("part %d is written otherwise when read: %d and %d bytes", i, len(again), len(states[i]))
			}
			if err := total.Merge(a); err != nil {
				rt.Fatal(err)
			}
		}
		merged, err := total.Report()
		if fmt.Sprint(err) != fmt.Sprint(wholeErr) {
			rt.Fatalf("whole: %v\nmerged: %v", wholeErr, err)
		}
		if whole == nil {
			return
		}
		if a, b := encode(t, whole), encode(t, merged); a != b {
			rt.Fatalf("whole:  %s\nmerged: %s", a, b)
		}
	})
}

// What is wrong with rows survives the writing, too.
func TestStateKeepsFaults(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		name string
		d    table[float64]
	}{
		{"labels", table[float64]{classes: 2, scores: []float64{1, 2, 3, 4}, labels: []int64{7, -100}}},
		{"NaN", table[float64]{classes: 2, scores: []float64{1, nan, 3, 4}, labels: []int64{0, 1}}},
		{"weights", table[float64]{classes: 2, scores: []float64{1, 2, 3, 4}, labels: []int64{0, 1}, weights: []float64{1, -3}}},
		{"targets", table[float64]{classes: 2, scores: []float64{1, 2, 3, 4}, targets: []float64{1, 1, .2, .3}}},
		{"one column", table[float64]{classes: 1, scores: []float64{1, 2}, labels: []int64{0, 5}}},
	} {
		cfg := eval.Config{Classes: tt.d.classes, Input: eval.Logits}
		a := fresh(t, cfg)
		if err := eval.Add(a, tt.d.block(0, tt.d.rows())); err != nil {
			t.Fatal(err)
		}
		_, want := a.Report()
		b, err := eval.ReadState(cfg, a.AppendState(nil))
		if err != nil {
			t.Fatal(err)
		}
		if _, got := b.Report(); want == nil || fmt.Sprint(got) != want.Error() {
			t.Errorf("%s: %v after reading, want %v", tt.name, got, want)
		}
	}
}

// No beginning of a state is one, and no longer one is either.
func TestStateCut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	d := irregular(r, 12, 3, false, true)
	cfg := everything()
	cfg.Classes, cfg.Grouped, cfg.Input, cfg.Methods = 3, true, eval.Logits, false
	a := fresh(t, cfg)
	if err := eval.Add(a, d.block(0, d.rows())); err != nil {
		t.Fatal(err)
	}
	state := a.AppendState(nil)
	refused := func(b []byte, what string) {
		t.Helper()
		var damaged *eval.StateError
		if _, err := eval.ReadState(cfg, b); !errors.As(err, &damaged) {
			t.Fatalf("%s: error %v, want *StateError", what, err)
		}
	}
	for n := 0; n < len(state); n += 1 + len(state)/1000 {
		refused(state[:n], "cut")
	}
	refused(append(slices.Clone(state), 0), "a byte more")
	other := cfg
	other.Leaks, other.Conformal = false, 0
	if _, err := eval.ReadState(other, state); err == nil {
		t.Error("a state of another Config was read")
	}
	huge := cfg
	huge.Classes = 1 << 40
	if _, err := eval.ReadState(huge, state); err == nil {
		t.Error("memory was made for 2^40 classes")
	}
}

func fresh(t testing.TB, cfg eval.Config) *eval.Accumulator {
	t.Helper()
	a, err := eval.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// FuzzState reads any bytes as a state: it is refused, or gives a report or an error in words, and never makes more memory than
// its length allows.
func FuzzState(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	configs := []eval.Config{{Classes: 3, Input: eval.Logits}, everything(), {Classes: 1}}
	configs[1].Classes, configs[1].Grouped, configs[1].Methods = 3, true, false
	for i, cfg := range configs {
		d := irregular(r, 9, max(cfg.Classes, 2), false, i == 1)
		if cfg.Classes == 1 {
			d.classes, d.scores = 1, d.scores[:d.rows()]
		}
		if !cfg.Grouped {
			d.groups, d.by = nil, nil
		}
		a := fresh(f, cfg)
		if err := eval.Add(a, d.block(0, d.rows())); err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), a.AppendState(nil))
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		cfg := configs[int(which)%len(configs)]
		a, err := eval.ReadState(cfg, b)
		if err != nil {
			return
		}
		total := fresh(t, cfg)
		if err := total.Merge(a); err != nil {
			t.Fatal(err)
		}
		total.Report()
	})
}
