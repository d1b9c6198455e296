package eval_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"xent/eval"
)

// scatter puts every row of d alone into one of several accumulators, in random order, and merges them in random order.
func scatter(t testing.TB, r *rand.Rand, cfg eval.Config, d *table[float64]) (*eval.Report, error) {
	cfg.Classes, cfg.Grouped = d.classes, d.groups != nil
	parts := make([]*eval.Accumulator, 1+r.IntN(5))
	for i := range parts {
		a, err := eval.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		parts[i] = a
	}
	for _, i := range r.Perm(d.rows()) {
		if err := eval.Add(parts[r.IntN(len(parts))], d.block(i, i+1)); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := eval.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range r.Perm(len(parts)) {
		if err := whole.Merge(parts[i]); err != nil {
			t.Fatal(err)
		}
	}
	return whole.Report()
}

// Any partition of the rows, merged in any order, gives the same bytes.
func TestMergeAnyPartition(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		classes := rapid.IntRange(1, 6).Draw(rt, "classes")
		d := random(r, rapid.IntRange(1, 120).Draw(rt, "rows"), max(classes, 2), 2, 1)
		if classes == 1 {
			d.classes, d.scores = 1, d.scores[:d.rows()]
		}
		cfg := eval.Config{Input: eval.Logits, Bins: 4, Surprising: 3}
		if rapid.Bool().Draw(rt, "ties") {
			for i := range d.scores {
				d.scores[i] = math.Round(d.scores[i]) // equal losses, and -Inf below
			}
		}
		if classes > 2 && rapid.Bool().Draw(rt, "masked") {
			for i := 0; i < d.rows(); i += 3 {
				d.scores[i*classes+r.IntN(classes)] = math.Inf(-1)
			}
		}
		if rapid.Bool().Draw(rt, "weights") {
			d.weights = make([]float64, d.rows())
			for i := range d.weights {
				d.weights[i] = []float64{0, 1, 1, .3, 1.7}[r.IntN(5)]
			}
		}
		if classes > 1 && rapid.Bool().Draw(rt, "soft") {
			d.targets = make([]float64, len(d.scores))
			for i := range d.rows() {
				row := d.targets[i*classes : (i+1)*classes]
				for k := range row {
					row[k] = r.NormFloat64()
				}
				softmax(row, row, 1)
			}
			d.labels = nil
		}
		if d.labels != nil && rapid.Bool().Draw(rt, "ignored") {
			cfg.IgnoreIndex = new(int64(-100))
			for i := 0; i < d.rows(); i += 4 {
				d.labels[i] = -100
			}
		}
		if n := rapid.IntRange(0, 40).Draw(rt, "groups"); n > 0 {
			d.groups = make([]uint64, d.rows())
			for i := range d.groups {
				d.groups[i] = uint64(r.IntN(n)) << 50
			}
		}
		if rapid.Bool().Draw(rt, "by") {
			d.by = [][]string{make([]string, d.rows())}
			for i := range d.rows() {
				d.by[0][i] = string(rune('a' + r.IntN(5)))
			}
			cfg.By = []string{"key", eval.ByFrequency, eval.ByConfidence}
		}
		cfg.Leaks = rapid.Bool().Draw(rt, "leaks")
		cfg.Recalibrate = rapid.Bool().Draw(rt, "recalibrate")
		whole, err := run(cfg, d)
		scattered, scatteredErr := scatter(t, r, cfg, d)
		if (err == nil) != (scatteredErr == nil) || err != nil && err.Error() != scatteredErr.Error() {
			rt.Fatalf("whole: %v\nscattered: %v", err, scatteredErr)
		}
		if whole == nil {
			return
		}
		if a, b := encode(t, whole), encode(t, scattered); a != b {
			rt.Fatalf("whole:     %s\nscattered: %s", a, b)
		}
	})
}

// Errors do not depend on the partition either: counts, first rows and histograms are those of the whole.
func TestMergeErrors(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		d := random(r, 200, 4, 2, 1)
		weights := weigh(d, 1)
		fault := rapid.SampledFrom([]string{"labels", "scores", "weights", "targets"}).Draw(rt, "fault")
		if fault == "targets" {
			oneHot(d)
		}
		for i := range d.rows() {
			if r.IntN(3) > 0 {
				continue
			}
			switch fault {
			case "labels":
				d.labels[i] = int64(r.IntN(300)) - 100 // more distinct values than are counted
			case "scores":
				row := d.scores[4*i : 4*i+4]
				switch r.IntN(3) {
				case 0:
					row[r.IntN(4)] = math.NaN()
				case 1:
					row[0], row[3] = math.Inf(1), math.Inf(1)
				case 2:
					row[0], row[1], row[2], row[3] = math.Inf(-1), math.Inf(-1), math.Inf(-1), math.Inf(-1)
				}
			case "weights":
				weights[i] = []float64{-1, math.Inf(1), math.NaN()}[r.IntN(3)]
			case "targets":
				row := d.targets[4*i : 4*i+4]
				switch clear(row); r.IntN(4) {
				case 0:
					row[1], row[2] = 1, 1
				case 1:
					row[1] = r.Float64() / 2
				case 2:
					row[0] = -r.Float64()
				}
			}
		}
		_, err := run(eval.Config{Input: eval.Logits}, d)
		_, scattered := scatter(t, r, eval.Config{Input: eval.Logits}, d)
		if err == nil || scattered == nil || err.Error() != scattered.Error() {
			rt.Fatalf("whole: %v\nscattered: %v", err, scattered)
		}
		var label *eval.LabelError
		if errors.As(err, &label) && len(label.Histogram) > 32 {
			rt.Fatalf("the histogram grows with the labels: %d entries", len(label.Histogram))
		}
	})
}

// Parts that started as different kinds say so, with the kind to start again as.
func TestMergeMixedKinds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	logits, probs := random(r, 4000, 5, 2, 1), random(r, 40, 5, 2, 1)
	for i := range probs.rows() {
		row := probs.scores[i*5 : (i+1)*5]
		softmax(row, row, 1)
	}
	probs.scores = append(probs.scores, logits.scores...)
	probs.labels = append(probs.labels, logits.labels...)
	a, _ := eval.New(eval.Config{Classes: 5})
	if err := eval.Add(a, probs.block(0, 40)); err != nil {
		t.Fatal(err)
	}
	b, _ := eval.New(eval.Config{Classes: 5})
	if err := eval.Add(b, probs.block(40, 4040)); err != nil {
		t.Fatal(err)
	}
	if a.Start() != eval.Probs || b.Start() != eval.Logits {
		t.Fatalf("started as %s and %s", a.Start(), b.Start())
	}
	if err := a.Merge(b); err != nil {
		t.Fatal(err)
	}
	_, err := a.Report()
	var kind *eval.KindError
	if !errors.As(err, &kind) || kind.Want != eval.Logits {
		t.Fatalf("error %v, want *KindError to logits", err)
	}
	got := must(t, eval.Config{}, probs)
	want := must(t, eval.Config{Input: eval.Logits}, probs)
	if got.Loss != want.Loss || got.Input.Given {
		t.Errorf("second pass: %+v, want %+v", got.Loss, want.Loss)
	}
}

func TestMergeOtherConfig(t *testing.T) {
	base := eval.Config{Classes: 3}
	for name, other := range map[string]eval.Config{
		"classes": {Classes: 4}, "input": {Classes: 3, Input: eval.Probs}, "dtype": {Classes: 3, DType: "float16"},
		"ignore": {Classes: 3, IgnoreIndex: new(int64(0))}, "base": {Classes: 3, LabelBase: 1},
		"names": {Classes: 3, Names: []string{"a", "b", "c"}}, "bins": {Classes: 3, Bins: 3},
		"rows": {Classes: 3, Surprising: 3}, "renormalize": {Classes: 3, Renormalize: true}, "by": {Classes: 3, By: []string{"a"}},
	} {
		a, _ := eval.New(base)
		b, err := eval.New(other)
		if err != nil {
			t.Fatal(err)
		}
		var config *eval.ConfigError
		if err := a.Merge(b); !errors.As(err, &config) {
			t.Errorf("%s: merged, want *ConfigError", name)
		}
	}
	a, _ := eval.New(eval.Config{Classes: 3, IgnoreIndex: new(int64(-100)), Bins: 15})
	b, _ := eval.New(eval.Config{Classes: 3, IgnoreIndex: new(int64(-100)), Surprising: 10})
	if err := a.Merge(b); err != nil {
		t.Errorf("equal settings through other pointers and defaults: %v", err)
	}
}
