package eval_test

import (
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"xent/cmd/xent/report"
	"xent/eval"
)

// members lists the paths of JSON members of t, in the manner of the documentation: "loss.ci95", "per_class[].z".
func members(t reflect.Type, path string, into map[string]bool) {
	switch t.Kind() {
	case reflect.Pointer:
		members(t.Elem(), path, into)
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			path += "[]"
		}
		members(t.Elem(), path, into)
	case reflect.Struct:
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if name == "-" {
				continue
			}
			if path != "" {
				name = path + "." + name
			}
			members(t.Field(i).Type, name, into)
		}
	default:
		into[path] = true
	}
}

// documented returns the code spans in the first cells of the tables below a heading of docs/report-schema.md.
func documented(t *testing.T, from, to string) map[string]bool {
	b, err := os.ReadFile("../docs/report-schema.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(b), from)
	if !ok {
		t.Fatalf("no %q", from)
	}
	if to != "" {
		text, _, _ = strings.Cut(text, to)
	}
	names := map[string]bool{}
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[1], -1) {
				if names[m[1]] {
					t.Errorf("%s stands twice", m[1])
				}
				names[m[1]] = true
			}
		}
	}
	return names
}

func compare(t *testing.T, what string, docs, code map[string]bool) {
	t.Helper()
	if len(code) == 0 {
		t.Fatalf("%s: nothing to compare", what)
	}
	for name := range code {
		if !docs[name] {
			t.Errorf("%s: %s is not documented", what, name)
		}
	}
	for name := range docs {
		if !code[name] {
			t.Errorf("%s: %s is documented and does not exist", what, name)
		}
	}
}

// The documentation names every member of the report, and nothing else.
func TestSchema(t *testing.T) {
	code := map[string]bool{"soft_targets": true, "groups": true, "recalibration": true, "leaks": true, "label_errors": true, "conformal": true}
	members(reflect.TypeFor[eval.Report](), "", code)
	docs := documented(t, "## The report", "| id | doubt |")
	compare(t, "report", docs, code)

	code = map[string]bool{}
	members(reflect.TypeFor[eval.Config](), "config", code)
	compare(t, "config", documented(t, "## What was asked for", "## The diagnosis"), code)

	code = map[string]bool{"source.scores": true}
	members(reflect.TypeFor[report.Source](), "source", code)
	for name := range code { // labels and weights are arrays like the scores
		for _, array := range []string{"source.labels", "source.weights", "source.groups", "source.by[]"} {
			if strings.HasPrefix(name, array+".") {
				delete(code, name)
				code[array] = true
			}
		}
	}
	compare(t, "source", documented(t, "## What was read", "## What was asked for"), code)

	code = map[string]bool{"input": true}
	members(reflect.TypeFor[report.Diagnosis](), "", code)
	for name := range code { // as they are above
		if part, _, inner := strings.Cut(name, "."); inner && (part == "source" || part == "config" || part == "input") {
			delete(code, name)
		}
	}
	compare(t, "diagnosis", documented(t, "## The diagnosis", "## The comparison"), code)

	code = map[string]bool{"a": true, "b": true, "distance.kl_ba": true}
	members(reflect.TypeFor[eval.Comparison](), "", code)
	for name := range code { // as they are in the report, or in the other direction
		if part, _, inner := strings.Cut(name, "."); inner && (part == "a" || part == "b") || strings.HasPrefix(name, "distance.kl_ba.") {
			delete(code, name)
		}
	}
	compare(t, "comparison", documented(t, "## The comparison", "## The log of token probabilities"), code)

	code = with(map[string]bool{}, "source.path", "source.bytes", "source.vocabulary")
	members(reflect.TypeFor[eval.TokenReport](), "", code)
	compare(t, "log of token probabilities", documented(t, "## The log of token probabilities", "## The explanation"), code)

	code = map[string]bool{}
	members(reflect.TypeFor[report.Explained](), "", code)
	for name := range code {
		if part, _, inner := strings.Cut(name, "."); inner && (part == "source" || part == "config") {
			delete(code, name)
		}
	}
	compare(t, "explanation", documented(t, "## The explanation", "## The flow of gradients"), code)
}

// softened makes the labels of d targets, of which the first is no label.
func softened(d *table[float64]) {
	oneHot(d)
	d.targets[0], d.targets[1], d.targets[2] = .5, .25, .25
}

// Every doubt speaks where it must, is documented, names a member that exists, and is silent on clean outputs.
func TestWarnings(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	fields := map[string]bool{}
	members(reflect.TypeFor[eval.Report](), "", fields)
	type edit = func(d *table[float64])
	seen := map[string]bool{}
	for _, tt := range []struct {
		id   string
		cfg  eval.Config
		data *table[float64]
		edit edit
	}{
		{"rows-look-like-probabilities", eval.Config{Input: eval.Logits}, nil, probabilities},
		{"one-column-in-unit-interval", eval.Config{}, &table[float64]{classes: 1, scores: slices.Repeat([]float64{.2, .7}, 20), labels: slices.Repeat([]int64{0, 1}, 20)}, nil},
		{"log-probabilities", eval.Config{Input: eval.Logits}, nil, logarithms(1)},
		{"logarithms-base-2", eval.Config{}, nil, logarithms(math.Ln2)},
		{"logarithms-base-10", eval.Config{}, nil, logarithms(math.Ln10)},
		{"integer-scores", eval.Config{DType: "int64"}, nil, func(d *table[float64]) {
			for i := range d.scores {
				d.scores[i] = math.Round(3 * d.scores[i])
			}
		}},
		{"constant-scores", eval.Config{}, nil, func(d *table[float64]) { clear(d.scores) }},
		{"single-class", eval.Config{}, &table[float64]{classes: 1, scores: []float64{2, 3}, labels: []int64{0, 0}}, nil},
		{"infinite-rows", eval.Config{}, nil, func(d *table[float64]) { d.scores[d.labels[0]] = math.Inf(-1) }},
		{"one-row", eval.Config{}, random(r, 1, 3, 1, 1), nil},
		{"one-group", eval.Config{}, nil, func(d *table[float64]) { d.groups = make([]uint64, d.rows()) }},
		{"few-groups", eval.Config{}, nil, func(d *table[float64]) { repeat(d, d.rows()/9) }},
		{"rows-in-groups", eval.Config{}, random(r, 300, 3, 1, 1), func(d *table[float64]) { repeat(d, 3) }},
		{"few-rows", eval.Config{}, random(r, 29, 3, 1, 1), nil},
		{"one-row-dominates", eval.Config{}, nil, func(d *table[float64]) { d.scores[d.labels[0]] = -50 }},
		{"rounding", eval.Config{DType: "bfloat16"}, nil, func(d *table[float64]) { d.scores[0] += 100; d.labels[0] = 0 }},
		{"loss-below-box", eval.Config{Input: eval.Probs, DType: "bfloat16"}, &table[float64]{classes: 2, scores: slices.Repeat([]float64{.503, .502}, 40), labels: slices.Repeat([]int64{1}, 40)}, nil},
		{"loss-above-fano", eval.Config{}, random(r, 1000, 3, 10, 5), nil},
		{"worse-than-prior", eval.Config{}, random(r, 1000, 3, 10, 20), nil},
		{"prior-biased", eval.Config{}, random(r, 1000, 100, 1, 1), nil},
		{"soft-targets", eval.Config{}, nil, softened},
		{"classes-never-labelled", eval.Config{}, nil, func(d *table[float64]) {
			for i := range d.labels {
				d.labels[i] = int64(i % 2)
			}
		}},
		{"imbalanced-labels", eval.Config{}, nil, func(d *table[float64]) { clear(d.labels); d.labels[0], d.labels[1] = 1, 2 }},
		{"one-label", eval.Config{}, nil, func(d *table[float64]) { clear(d.labels) }},
		{"few-rows-in-bins", eval.Config{}, nil, nil},
		{"in-sample-labels", eval.Config{LabelErrors: true}, nil, func(d *table[float64]) {
			for i, y := range d.labels {
				d.scores[i*d.classes+int(y)] = 20
			}
		}},
		{"sampled-fit", eval.Config{Input: eval.Logits, Conformal: .1}, random(rand.New(rand.NewPCG(2, 3)), 1<<14+1, 2, 1, 1), nil},
		{"no-label-errors", eval.Config{LabelErrors: true}, nil, softened},
		{"no-conformal-sets", eval.Config{Conformal: .1}, nil, softened},
		{"too-few-for-sets", eval.Config{Input: eval.Logits, Conformal: .01}, random(rand.New(rand.NewPCG(2, 4)), 40, 3, 1, 1), nil},
		{"bins-merged", eval.Config{}, nil, func(d *table[float64]) { clear(d.scores) }},
	} {
		t.Run(tt.id, func(t *testing.T) {
			d := tt.data
			if d == nil {
				d = tiny()
			}
			if tt.edit != nil {
				tt.edit(d)
			}
			rep := must(t, tt.cfg, d)
			if !warned(rep, tt.id) {
				t.Fatalf("silent; %v", rep.Warnings)
			}
			for _, w := range rep.Warnings {
				known := fields[w.Field] || slices.ContainsFunc(slices.Collect(keys(fields)), func(f string) bool {
					return strings.HasPrefix(f, w.Field+".") || strings.HasPrefix(f, w.Field+"[")
				})
				if w.Message == "" || !known {
					t.Errorf("%+v: no message, or no such member", w)
				}
				if w.ID == tt.id {
					t.Log(w.Message)
				}
			}
			seen[tt.id] = true
		})
	}
	seen["identity"] = true // rounding that no input is known to cause
	compare(t, "doubts", documented(t, "### Doubts", "## What was read"), with(seen, "warnings[].id", "warnings[].message", "warnings[].field"))

	for _, classes := range []int{2, 5, 20} {
		if rep := must(t, eval.Config{DType: "float32"}, random(r, 3000, classes, 2, 1)); len(rep.Warnings) > 0 {
			t.Errorf("%d classes, calibrated and clean: %v", classes, rep.Warnings)
		}
		// Nearly always sure: a row in a thousand is wrong, and often none is among those seen.
		for range 50 {
			if rep := must(t, eval.Config{}, random(r, 300, classes, 30, 1)); warned(rep, "loss-above-fano") {
				t.Errorf("%d classes, sure, right %v of the time and calibrated: a loss of %v is called too large", classes, rep.Accuracy.Value, rep.Loss.Nats)
			}
		}
	}
}

func with(m map[string]bool, names ...string) map[string]bool {
	for _, n := range names {
		m[n] = true
	}
	return m
}

func keys(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
