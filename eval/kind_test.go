package eval_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"xent"
	"xent/eval"
)

// store rounds x to the digits that dtype keeps.
func store(x float64, dtype string) float64 {
	bits := map[string]uint{"float16": 13, "bfloat16": 16}[dtype]
	if dtype == "float64" {
		return x
	}
	b := math.Float32bits(float32(x))
	b += 1 << bits >> 1
	return float64(math.Float32frombits(b &^ (1<<bits - 1)))
}

// distributions are rows of softmax outputs, computed in float32 as frameworks do and stored as dtype.
func distributions(rows, classes int, dtype string, finish func(p float64) float64) *table[float64] {
	d := random(rand.New(rand.NewPCG(9, uint64(classes))), rows, classes, 3, 1)
	for i := range rows {
		z := d.scores[i*classes : (i+1)*classes]
		var sum float32
		for k := range z {
			z[k] = float64(float32(math.Exp(float64(float32(z[k])))))
			sum += float32(z[k])
		}
		for k := range z {
			z[k] = store(finish(float64(float32(z[k])/sum)), dtype)
		}
	}
	return d
}

func same(x float64) float64 { return x }

// What scores are is decided on the evidence of all rows.
func TestKind(t *testing.T) {
	first := func(edit func(row []float64)) func(*table[float64]) {
		return func(d *table[float64]) { edit(d.scores[:d.classes]) }
	}
	for _, tt := range []struct {
		name    string
		dtype   string
		rows    int
		classes int
		finish  func(float64) float64
		edit    func(*table[float64])
		want    eval.Input
		why     string
	}{
		{"float32", "float32", 100, 10, same, nil, eval.Probs, "sums off by some 1e-7"},
		{"float16", "float16", 100, 10, same, nil, eval.Probs, "sums off by some 1e-4"},
		{"bfloat16", "bfloat16", 100, 10, same, nil, eval.Probs, "sums off by some 1e-3"},
		{"float64", "float64", 100, 2, same, nil, eval.Probs, "two classes"},
		{"wide", "float32", 40, 5000, same, nil, eval.Probs, "a block of few rows may decide"},
		{"bfloat16 called float32", "float32", 100, 10, func(p float64) float64 { return store(p, "bfloat16") }, nil, eval.Logits, "sums off by more than float32 explains"},
		{"32 rows", "float32", 32, 3, same, nil, eval.Probs, "the least that proves something"},
		{"31 rows", "float32", 31, 3, same, nil, eval.Logits, "one row short"},
		{"log-probabilities", "float32", 100, 10, math.Log, nil, eval.LogProbs, "log-softmax outputs"},
		{"31 log-probabilities", "float32", 31, 10, math.Log, nil, eval.Logits, "too few, and it makes no difference"},
		{"logits in [0, 1]", "float32", 100, 3, func(p float64) float64 { return p / 2 }, nil, eval.Logits, "a batch inside [0, 1] is no proof: sums tell"},
		{"scaled logs", "float32", 100, 3, func(p float64) float64 { return math.Log2(p) }, nil, eval.Logits, "base 2 is not base e"},
		{"one bad row of 2000", "float32", 2000, 3, math.Log, first(func(r []float64) { r[0] = 3 }), eval.LogProbs, "99.95 % are enough"},
		{"five bad rows of 2000", "float32", 2000, 3, math.Log, func(d *table[float64]) {
			for i := range 5 {
				d.scores[3*i] = 3
			}
		}, eval.Logits, "99.75 % are not"},
		{"masked", "float32", 100, 3, math.Log, func(d *table[float64]) {
			for i := range d.rows() {
				d.scores[3*i], d.scores[3*i+1], d.scores[3*i+2] = math.Inf(-1), -math.Ln2, -math.Ln2
			}
		}, eval.LogProbs, "an excluded class takes no part"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := distributions(tt.rows, tt.classes, tt.dtype, tt.finish)
			if tt.edit != nil {
				tt.edit(d)
			}
			r := must(t, eval.Config{DType: tt.dtype}, d)
			if r.Input.Kind != tt.want || r.Input.Given {
				t.Errorf("%+v, want %s: %s", r.Input, tt.want, tt.why)
			}
			t.Log(r.Input.Reason)
		})
	}
}

// Rows that are almost all probabilities make the rest an error: they cannot be measured as such.
func TestKindOddRowAmongProbs(t *testing.T) {
	d := distributions(2000, 3, "float32", same)
	d.scores[30] = 3
	_, err := run(eval.Config{DType: "float32"}, d)
	var row *eval.RowError
	if !errors.As(err, &row) || row.Code != "not-probabilities" || row.Count != 1 || row.Rows[0] != 10 {
		t.Errorf("error %v, want row 10 as no distribution", err)
	}
}

// One column: nothing but the range can tell.
func TestKindColumn(t *testing.T) {
	d := distributions(100, 2, "float32", same)
	for i := range 100 {
		d.scores[i] = d.scores[2*i+1]
	}
	d.classes, d.scores = 1, d.scores[:100]
	r := must(t, eval.Config{}, d)
	if r.Input.Kind != eval.Probs || !warned(r, "one-column-in-unit-interval") {
		t.Errorf("%+v, %v", r.Input, r.Warnings)
	}
	given := must(t, eval.Config{Input: eval.Probs}, d)
	if given.Loss != r.Loss || warned(given, "one-column-in-unit-interval") {
		t.Errorf("as asked: %+v, want %+v without a warning", given.Loss, r.Loss)
	}
	d.scores[7] = -2
	if r := must(t, eval.Config{}, d); r.Input.Kind != eval.Logits {
		t.Errorf("%+v, want logits", r.Input)
	}
}

// The three forms of one file cost the same, and log-probabilities may be called logits.
func TestKindsAgree(t *testing.T) {
	logits := random(rand.New(rand.NewPCG(4, 4)), 200, 6, 3, 1)
	probs, logs := *logits, *logits
	probs.scores = append([]float64(nil), logits.scores...)
	for i := range 200 {
		row := probs.scores[i*6 : i*6+6]
		softmax(row, row, 1)
	}
	logs.scores = make([]float64, len(probs.scores))
	for i, p := range probs.scores {
		logs.scores[i] = math.Log(p)
	}
	want := must(t, eval.Config{}, logits)
	for _, tt := range []struct {
		name string
		in   eval.Input
		data *table[float64]
	}{{"probabilities", eval.Auto, &probs}, {"log-probabilities", eval.Auto, &logs}, {"log-probabilities as logits", eval.Logits, &logs}} {
		got := must(t, eval.Config{Input: tt.in}, tt.data)
		near(t, tt.name+": loss", got.Loss.Nats, want.Loss.Nats, 1e-14)
		near(t, tt.name+": entropy", got.Confidence.Entropy, want.Confidence.Entropy, 1e-14)
		near(t, tt.name+": Z", got.Confidence.Z, want.Confidence.Z, 1e-12)
		near(t, tt.name+": ECE", got.Calib.ECE, want.Calib.ECE, 1e-12)
		near(t, tt.name+": margin", got.Surprising[0].Margin, want.Surprising[0].Margin, 1e-12)
		if note := warned(got, "log-probabilities"); note != (tt.in == eval.Logits) {
			t.Errorf("%s: note %v", tt.name, note)
		}
	}
	if r := must(t, eval.Config{Input: eval.Logits}, &probs); !warned(r, "rows-look-like-probabilities") {
		t.Errorf("probabilities measured as logits call for a warning: %v", r.Warnings)
	}
	few := probs
	few.scores, few.labels = probs.scores[:60], probs.labels[:10]
	if r := must(t, eval.Config{}, &few); !warned(r, "rows-look-like-probabilities") || r.Input.Kind != eval.Logits {
		t.Errorf("ten rows of probabilities call for a warning: %+v %v", r.Input, r.Warnings)
	}
	for i := range logs.scores {
		logs.scores[i] /= math.Ln2
	}
	if r := must(t, eval.Config{}, &logs); !warned(r, "logarithms-base-2") {
		t.Errorf("logarithms to base 2 call for a warning: %v", r.Warnings)
	}
}

// Nothing is clipped: a probability of 0 costs +Inf, one of 1e-300 its logarithm.
func TestProbsNeverClipped(t *testing.T) {
	d := &table[float64]{classes: 2, scores: []float64{1e-300, 1, 1, 0, 1, -1e-6}, labels: []int64{0, 0, 1}}
	r := must(t, eval.Config{Input: eval.Probs}, d)
	if r.Loss.Infinite != 1 || !math.IsInf(r.Loss.Nats, 1) {
		t.Errorf("%+v, want one infinite row", r.Loss)
	}
	near(t, "finite rows", r.Loss.Finite, 300*math.Ln10/2, 1e-14)
}

// Denormal probabilities cost what they are worth, and the perplexity goes up to the largest number.
func TestEndsOfTheRange(t *testing.T) {
	d := &table[float64]{classes: 2, scores: []float64{1e-310, 1}, labels: []int64{0}}
	r := must(t, eval.Config{Input: eval.Probs}, d)
	near(t, "-ln 1e-310", r.Loss.Nats, 310*math.Ln10, 1e-12)
	d = &table[float64]{classes: 2, scores: []float64{709.7, 0}, labels: []int64{1}}
	r = must(t, eval.Config{Input: eval.Logits}, d)
	near(t, "e^709.7", r.Perplexity, 0x1.d75ae7a50ee14p+1023, 1e-12)
}

// The bound on what storing the scores can have done: 2u·max|z| for logits, u for probabilities.
func TestRoundingBound(t *testing.T) {
	for _, tt := range []struct {
		dtype string
		u     float64
	}{
		{"float16", 0x1p-11}, {"bfloat16", 0x1p-8}, {"float32", 0x1p-24}, {"float64", 0x1p-53},
		{"float8_e4m3", 0x1p-4}, {"float8_e5m2", 0x1p-3}, {"int8", 0}, {"decimal", math.NaN()},
	} {
		d := tiny()
		d.scores[17] = -33
		r := must(t, eval.Config{DType: tt.dtype}, d)
		near(t, tt.dtype+": largest score", r.Health.MaxAbs, 33, 0)
		near(t, tt.dtype+": logits", r.Health.Rounding, 2*tt.u*33, 1e-16)
		probabilities(d)
		near(t, tt.dtype+": probabilities", must(t, eval.Config{DType: tt.dtype, Input: eval.Probs}, d).Health.Rounding, tt.u, 1e-16)
	}
	// It holds: rounding every score moves no loss by more.
	d := random(rand.New(rand.NewPCG(3, 3)), 500, 10, 6, 1)
	exact := must(t, eval.Config{}, d)
	for _, dtype := range []string{"float16", "bfloat16", "float32"} {
		stored := *d
		stored.scores = make([]float64, len(d.scores))
		for i, x := range d.scores {
			stored.scores[i] = store(x, dtype)
		}
		r := must(t, eval.Config{DType: dtype}, &stored)
		if off := math.Abs(r.Loss.Nats - exact.Loss.Nats); !(off <= r.Health.Rounding) || off == 0 {
			t.Errorf("%s moved the loss by %v, bound %v", dtype, off, r.Health.Rounding)
		}
	}
}

// A block that does not fit is refused whole; a Config too.
func TestConfigErrors(t *testing.T) {
	for _, cfg := range []eval.Config{
		{}, {Classes: -1}, {Classes: 2, Bins: -1}, {Classes: 2, Surprising: -1}, {Classes: 2, Input: "odds"},
		{Classes: 1, Input: eval.LogProbs}, {Classes: 3, Names: []string{"a"}}, {Classes: 2, LabelBase: math.MaxInt64},
	} {
		var config *eval.ConfigError
		if _, err := eval.New(cfg); !errors.As(err, &config) {
			t.Errorf("%+v: error %v, want *ConfigError", cfg, err)
		}
	}
	good := tiny().block(0, 40)
	for name, edit := range map[string]func(b *eval.Block[float64]){
		"columns":       func(b *eval.Block[float64]) { b.Scores.Cols, b.Scores.Rows = 4, 30 },
		"fewer labels":  func(b *eval.Block[float64]) { b.Labels = b.Labels[:39] },
		"no labels":     func(b *eval.Block[float64]) { b.Labels = nil },
		"more weights":  func(b *eval.Block[float64]) { b.Weights = make([]float64, 41) },
		"both":          func(b *eval.Block[float64]) { b.Targets = b.Scores },
		"target rows":   func(b *eval.Block[float64]) { b.Labels, b.Targets = nil, xent.MatrixOf(b.Scores.Data[:30], 3) },
		"target width":  func(b *eval.Block[float64]) { b.Labels, b.Targets = nil, xent.MatrixOf(b.Scores.Data[:80], 2) },
		"short of data": func(b *eval.Block[float64]) { b.Scores.Data = b.Scores.Data[:119] },
	} {
		a, _ := eval.New(eval.Config{Classes: 3})
		b := good
		edit(&b)
		var config *eval.ConfigError
		if err := eval.Add(a, b); !errors.As(err, &config) || !strings.Contains(err.Error(), "Block.") {
			t.Errorf("%s: error %v, want *ConfigError", name, err)
		}
		if err := eval.Add(a, good); err != nil {
			t.Fatal(err)
		}
		if r, err := a.Report(); err != nil || r.Rows != 40 {
			t.Errorf("%s: the refused block left traces: %v", name, err)
		}
	}
}

// Rows with a stride, as in a padded vocabulary.
func TestStride(t *testing.T) {
	d := tiny()
	padded := make([]float64, 0, 40*5)
	for i := range 40 {
		padded = append(append(padded, d.scores[3*i:3*i+3]...), math.NaN(), math.NaN())
	}
	a, _ := eval.New(eval.Config{Classes: 3})
	if err := eval.Add(a, eval.Block[float64]{Scores: xent.Matrix[float64]{Data: padded, Rows: 40, Cols: 3, Stride: 5}, Labels: d.labels}); err != nil {
		t.Fatal(err)
	}
	got, err := a.Report()
	if err != nil {
		t.Fatal(err)
	}
	if want := must(t, eval.Config{}, d); encode(t, got) != encode(t, want) {
		t.Error("the stride shows")
	}
}
