package doctor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"xent"
	"xent/eval"
)

// What training logs say, without any rows.
func TestLog(t *testing.T) {
	for _, tt := range []struct {
		log  Log
		want []string // severity and ID, in order
		why  string
	}{
		{Log{10, 1.49, .97}, []string{"error double-softmax", "warning loss-above-fano"}, "on the line f + 1 - a; wrong rows would cost 50 nats each"},
		{Log{10, 1.461, 1}, []string{"error double-softmax", "warning loss-above-fano"}, "all right, and yet at the floor"},
		{Log{10, 1.86, .6}, []string{"warning double-softmax", "warning loss-above-fano"}, "on the line, but 4.7 nats for a wrong row are thinkable"},
		{Log{1000, 6.15, .76}, []string{"error double-softmax", "warning loss-above-fano"}, "a thousand classes"},
		{Log{1000, 6.9, .01}, nil, "on the line, and at ln K: nothing learnt yet"},
		{Log{2, .343, .97}, []string{"warning double-softmax", "warning loss-above-fano"}, "two classes"},
		{Log{2, .513, .8}, []string{"warning loss-above-fano"}, "two classes, .8 right: Fano's bound is .5, and a softmax too many costs ln 2 less .2"},
		{Log{10, .1, .97}, nil, "a good model"},
		{Log{10, .3, .97}, []string{"warning loss-above-fano"}, "over-confident"},
		{Log{10, .02, .95}, []string{"error loss-below-box"}, "a wrong answer costs ln 2"},
		{Log{10, -.1, .95}, []string{"error loss-below-box"}, "a loss below 0"},
		{Log{10, .035, .95}, nil, "the least there is, as printed"},
		{Log{10, 2.3, .1}, nil, "chance"},
	} {
		var got []string
		for _, f := range Examine(Case{Log: &tt.log}) {
			got = append(got, string(f.Severity)+" "+f.ID)
			complete(t, f)
		}
		if fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%+v: %v, want %v: %s", tt.log, got, tt.want, tt.why)
		}
	}
	follows := Examine(Case{Log: &Log{10, 1.49, .97}})[1]
	if follows.Follows != "double-softmax" {
		t.Errorf("the bound is broken because of %q", follows.Follows)
	}
}

// The floor of a loss that applies softmax twice, in nats: 0.313 for two classes, 5.909 for a thousand.
func TestFloor(t *testing.T) {
	for k, want := range map[int]float64{2: .31326, 4: .74367, 10: 1.46115, 1000: 5.90947} {
		if got := Floor(k); !(math.Abs(got-want) < 1e-5) {
			t.Errorf("Floor(%d) = %v, want %v", k, got, want)
		}
		// It is reached: rows that are certain and right, read as logits.
		d := &table{cfg: eval.Config{Classes: k}, scores: make([]float64, 40*k), labels: make([]int64, 40)}
		d.each(func(r []float64) { r[0] = 1 })
		loss, _ := d.sample(t).As(eval.Logits).Loss()
		if !(math.Abs(loss-Floor(k)) < 1e-12) {
			t.Errorf("certain and right costs %v, want %v", loss, Floor(k))
		}
	}
}

// Clean outputs call for no warning and no error, whatever they look like: the doctor's promise.
func TestNoFalseAlarm(t *testing.T) {
	n := 0
	for seed := range uint64(12) {
		for _, rows := range []int{10, 100, 1000} {
			for _, classes := range []int{2, 3, 10, 40} {
				for _, skill := range []float64{0, 1, 3, 8, 16} {
					d := clean(100*seed+uint64(skill), rows, classes, skill)
					switch seed % 4 { // in every form, and as stored
					case 1:
						d.each(softmax).said(eval.Probs).stored("float32").each(store(29))
					case 2:
						d.each(logSoftmax).said(eval.LogProbs)
					case 3:
						d.stored("bfloat16").each(store(45))
					}
					if skill == 0 && seed%4 == 3 {
						d = d.sorted()
					}
					n++
					for _, f := range Examine(Case{Sample: d.sample(t)}) {
						// Rows without any skill are constant for all one knows; that is no false alarm.
						if f.Severity != Note && !(skill == 0 && (f.ID == "class-prior" || f.ID == "untrained")) {
							t.Errorf("seed %d, %d rows, %d classes, skill %v: %s: %s", seed, rows, classes, skill, f.ID, f.Message(Nats))
						}
					}
				}
			}
		}
	}
	if n < 200 {
		t.Fatalf("only %d outputs", n)
	}
	t.Logf("%d clean outputs", n)
}

// store drops the last bits of the mantissa.
func store(bits uint) func([]float64) {
	return func(row []float64) {
		for j, x := range row {
			b := math.Float64bits(x) + 1<<bits>>1
			row[j] = math.Float64frombits(b &^ (1<<bits - 1))
		}
	}
}

// Real models: only what is true of them is said.
func TestRealModels(t *testing.T) {
	for _, tt := range []struct {
		name string
		rows *table
		want string
		why  string
	}{
		{"digits", digits10(t), "[]", "loses 0.128 and expects 0.057, but with 28 wrong rows chance is not excluded one in 200,000"},
		{"digits said to be logits", digits10(t).said(eval.Logits), "[]", ""},
		{"fashion", fashion(t), "[]", "a temperature of 1.13 would save less than 1 % of the loss"},
		{"fashion, few images", model(t, "fashion-small-logits", "fashion-labels", 10), "[]", "worse, and as honest"},
		{"digits, softmax applied twice", model(t, "digits-double-softmax-logits", "digits-labels", 10), "[over-confident()]",
			"on easy rows outputs alone cannot tell: the curve of its loss does"},
		{"digits as bfloat16", digits10(t).each(store(45)).stored("bfloat16"), "[rounded-scores()]", "the bound is 0.2 nats, and a note"},
		{"digits as probabilities", model(t, "digits-mlp-probs", "digits-labels", 10), "[input-is-probabilities()]", "a note"},
		{"cancer", cancer(t), "[over-confident()]", "a temperature of 2.6 would save two fifths of the loss"},
	} {
		if got := fmt.Sprint(ids(Examine(Case{Sample: tt.rows.sample(t)}))); got != tt.want {
			t.Errorf("%s: %v, want %v: %s", tt.name, got, tt.want, tt.why)
		}
	}
}

// Planted faults are found in real outputs, and named before what follows from them.
func TestPlantedFaults(t *testing.T) {
	for _, tt := range []struct {
		want   string
		faulty *table
	}{
		{"input-is-probabilities", digits10(t).each(softmax).said(eval.Logits)},
		{"labels-out-of-range", digits10(t).relabel(func(y int64) int64 { return y + 1 })},
		{"labels-shifted", digits10(t).relabel(func(y int64) int64 { return (y + 9) % 10 })},
		{"labels-permuted", digits10(t).relabel(func(y int64) int64 { return 9 - y })},
		{"labels-permuted", fashion(t).relabel(func(y int64) int64 { return []int64{0, 1, 3, 2, 4, 5, 6, 7, 9, 8}[y] })},
		{"labels-permuted", cancer(t).relabel(func(y int64) int64 { return 1 - y })},
		{"blank-rows", fashion(t).some(func(i int, r []float64) {
			if i >= 9000 {
				clear(r)
			}
		})},
		{"broken-stretch", fashion(t).upset(4096, 5120)},
		{"double-sigmoid", digits10(t).each(sigmoid)},
		{"duplicate-rows", fashion(t).some(func(i int, r []float64) {
			if i%50 == 0 {
				for j := range r {
					r[j] = float64(j) / 7
				}
			}
		})},
		{"rows-misaligned", digits10(t).lag(-1)},
		{"rows-misaligned", fashion(t).lag(17)},
		{"predictions-independent-of-labels", digits10(t).shuffled()},
		{"log-base", digits10(t).each(logSoftmax).each(scale(1 / math.Ln2))},
		{"nan-rows", digits10(t).each(func(r []float64) {
			if r[0] > 5 {
				r[0] = math.Inf(1)
				r[1] = math.Inf(1)
			}
		})},
	} {
		found := Examine(Case{Sample: tt.faulty.sample(t)})
		if len(found) == 0 || found[0].ID != tt.want || found[0].Follows != "" {
			t.Errorf("found %v, want first %s", ids(found), tt.want)
		}
	}
}

// Any partition of the rows, merged in any order, finds the same to the last bit.
func TestPartitions(t *testing.T) {
	d := clean(1, 500, 7, 4).each(scale(3))
	d.scores[33*7] = math.NaN()
	d.labels[77] = 9
	want := Examine(Case{Sample: d.part(t, 0, 500)})
	if len(want) < 3 {
		t.Fatalf("found only %v", ids(want))
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		cuts := []int{0, r.IntN(500), r.IntN(500), r.IntN(500), 500}
		for i := range cuts {
			for j := i + 1; j < len(cuts); j++ {
				cuts[i], cuts[j] = min(cuts[i], cuts[j]), max(cuts[i], cuts[j])
			}
		}
		var parts []*Sample
		for i := 1; i < len(cuts); i++ {
			parts = append(parts, d.part(t, cuts[i-1], cuts[i]))
		}
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		whole := d.part(t, 0, 0)
		for _, p := range parts {
			whole.Merge(p)
		}
		if got := Examine(Case{Sample: whole}); !reflect.DeepEqual(got, want) {
			t.Fatalf("cut at %v: %v, want %v", cuts, got, want)
		}
	}
}

// Detectors have stable and different IDs, and explain only later ones; those of files explain any other.
func TestDetectorsAreListed(t *testing.T) {
	at := map[string]int{"under-confident": 1000}
	for i, d := range slices.Concat(Detectors, FileDetectors()) {
		if _, twice := at[d.ID]; twice || d.Code == "" || d.Summary == "" || d.Rows == nil && d.Log == nil {
			t.Errorf("%s is incomplete or listed twice", d.ID)
		}
		at[d.ID] = i
	}
	for i, d := range slices.Concat(Detectors, FileDetectors()) {
		for _, id := range d.Explains {
			if later, ok := at[id]; !ok || later < i && i < len(Detectors) {
				t.Errorf("%s explains %s, which is an earlier detector or none", d.ID, id)
			}
		}
	}
}

// Blocks that do not fit are refused whole, and odd rows do not stop the pass.
func TestAdd(t *testing.T) {
	if _, err := New(eval.Config{}); err == nil {
		t.Error("no classes are accepted")
	}
	s, _ := New(eval.Config{Classes: 3})
	scores := xent.MatrixOf([]float64{1, 2, 3, 4, 5, 6}, 3)
	for name, b := range map[string]eval.Block[float64]{
		"columns": {Scores: xent.MatrixOf([]float64{1, 2}, 2), Labels: []int64{0}},
		"labels":  {Scores: scores, Labels: []int64{0}},
		"weights": {Scores: scores, Labels: []int64{0, 1}, Weights: []float64{1}},
	} {
		if Add(s, b) == nil || s.Rows != 0 {
			t.Errorf("%s: accepted", name)
		}
	}
	if got := Examine(Case{Sample: s}); len(got) != 0 {
		t.Errorf("no rows, and yet %v", ids(got))
	}
	soft := eval.Block[float64]{Scores: scores, Targets: xent.MatrixOf([]float64{.5, .5, 0, 0, 0, 1}, 3)}
	if err := Add(s, soft); err != nil || s.Rows != 2 {
		t.Errorf("soft targets: %v, %d rows", err, s.Rows)
	}
	if got := Examine(Case{Sample: s}); len(got) != 0 {
		t.Errorf("rows without labels, and yet %v", ids(got))
	}
	if got := Examine(Case{}); len(got) != 0 {
		t.Errorf("nothing to look at, and yet %v", ids(got))
	}
}
