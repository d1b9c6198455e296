package train_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"xent"
	"xent/eval"
	"xent/nn"
	"xent/train"
)

// lmConfig is that of a model small enough for tests.
func lmConfig(change func(*train.LMConfig)) train.LMConfig {
	c := train.LMConfig{Length: 16, Width: 16, Heads: 2, Blocks: 2, Training: train.Training{Batch: 4, Epochs: 2, Seed: 3, Rate: 1e-2, Warmup: 5, Clip: 1}}
	if change != nil {
		change(&c)
	}
	return c.Default()
}

func newLM(t *testing.T, change func(*train.LMConfig)) *train.LM {
	t.Helper()
	r, err := train.NewLM(lmConfig(change), lmCorpus(40, 8, 150))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A run goes on with the same bits from what it has kept, and judging, sampling and looking at gradients change nothing.
func TestLMResume(t *testing.T) {
	whole := newLM(t, nil)
	want := steps(t, whole, whole.Steps())
	if len(want) < 20 || !(want[len(want)-1] < .85*want[0]) {
		t.Fatalf("losses %v", want)
	}
	first := newLM(t, nil)
	at := whole.PerEpoch() + 3
	steps(t, first, at)
	if _, err := first.Model.Judge(first.Corpus.Test, 3, func(int32, int32, []float32) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Model.Sample(nn.NewRand(1), []uint16{1}, 20, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Gradient(); err != nil {
		t.Fatal(err)
	}
	kept := save(first)
	kept.load = true
	second := newLM(t, nil)
	steps(t, second, 2) // leaves nothing behind
	second.State(kept)
	if got := steps(t, second, second.Steps()-at); !slices.Equal(got, want[at:]) || !second.Done() {
		t.Errorf("from step %d the losses differ", at)
	}
	a, b := save(whole), save(second)
	for name, x := range a.arrays {
		if !slices.Equal(x, b.arrays[name]) {
			t.Errorf("%s differs", name)
		}
	}
	if len(a.arrays) < 20 {
		t.Fatalf("%d arrays", len(a.arrays))
	}
}

// The gradient of the run is that of its loss by each parameter, head and embeddings too: against differences of the loss over
// the same sequences, which Gradient returns.
func TestLMGradient(t *testing.T) {
	r := newLM(t, nil)
	steps(t, r, 3)
	if _, err := r.Gradient(); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, p := range r.Params() {
		// along the gradient itself the loss rises by its squared norm: a direction in which float32 has digits
		g := slices.Clone(p.Grad)
		norm := 0.
		for _, v := range g {
			norm += float64(v) * float64(v)
		}
		if norm == 0 {
			t.Errorf("%s has no gradient", p.Name)
			continue
		}
		before := slices.Clone(p.Value)
		loss := func(step float64) float64 {
			for i := range p.Value {
				p.Value[i] = before[i] + float32(step*float64(g[i])/math.Sqrt(norm))
			}
			l, err := r.Gradient()
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		const h = 3e-3
		slope := (loss(h) - loss(-h)) / (2 * h)
		copy(p.Value, before)
		if want := math.Sqrt(norm); !(math.Abs(slope-want) <= .03*want+3e-4) {
			t.Errorf("%s: the loss rises by %v, want %v", p.Name, slope, want)
		}
		checked++
	}
	if checked < 20 {
		t.Errorf("checked %d parameters", checked)
	}
}

// Every token of a document is scored once, its end too, from the tokens before it and no others: a model that sees the
// whole document says the same of it in one pass.
func TestSurprisals(t *testing.T) {
	r := newLM(t, func(c *train.LMConfig) { c.Length = 64 })
	steps(t, r, 4)
	m := r.Model
	for _, n := range []int{0, 1, 5, 63} { // all within one window
		doc := r.Corpus.Train[0].Tokens[:n]
		var seen []int32
		costs, err := m.Surprisals(doc, func(label int32, logits []float32) error {
			if len(logits) != m.Mark+1 {
				t.Fatalf("%d logits", len(logits))
			}
			seen = append(seen, label)
			return nil
		})
		if err != nil || len(costs) != n+1 || len(seen) != n+1 || int(seen[n]) != m.Mark {
			t.Fatalf("%d costs of %d tokens, labels %v, %v", len(costs), n, seen, err)
		}
		ids := []int{m.Mark}
		for _, d := range doc {
			ids = append(ids, int(d))
		}
		losses := make([]float32, n+1)
		if _, err := xent.CrossEntropyRows(losses, xent.Logits[float32](m.Net.Forward(ids, n+1)), seen, nil); err != nil {
			t.Fatal(err)
		}
		for i, l := range losses {
			if !(math.Abs(float64(l)-costs[i]) < 1e-5) {
				t.Errorf("token %d of %d costs %v, want %v", i, n, costs[i], l)
			}
		}
	}
	long, err := m.Surprisals(r.Corpus.Train[0].Tokens, nil) // 150 tokens, several windows
	if err != nil || len(long) != 151 || slices.ContainsFunc(long, func(x float64) bool { return !(x >= 0 && x < 50) }) {
		t.Errorf("%d costs, %v", len(long), err)
	}
	// What comes later changes nothing before it.
	changed := slices.Clone(r.Corpus.Train[0].Tokens)
	changed[100]++
	other, err := m.Surprisals(changed, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(long[:100], other[:100]) || slices.Equal(long[100:], other[100:]) {
		t.Error("a token changes what those before it cost, or nothing at all")
	}
}

// What Judge says of the loss and its standard error is what xent eval says of the same rows in groups.
func TestJudgeAsEval(t *testing.T) {
	r := newLM(t, nil)
	steps(t, r, 8)
	acc, err := eval.New(eval.Config{Classes: r.Model.Mark + 1, Input: eval.Input("logits"), Grouped: true})
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	j, err := r.Model.Judge(r.Corpus.Train, 1, func(doc, label int32, logits []float32) error {
		rows++
		return eval.Add(acc, eval.Block[float32]{Scores: xent.MatrixOf(logits, len(logits)), Labels: []int64{int64(label)}, Groups: []uint64{uint64(doc)}})
	})
	if err != nil {
		t.Fatal(err)
	}
	rep, err := acc.Report()
	if err != nil {
		t.Fatal(err)
	}
	if rows != j.Tokens || rep.Rows != int64(rows) || !(math.Abs(float64(rep.Loss.Nats)-j.Loss) < 1e-6) || !(math.Abs(rep.Loss.SE/j.LossSE-1) < 1e-4) {
		t.Errorf("%d rows, loss %v ± %v, eval says %d, %v ± %v", rows, j.Loss, j.LossSE, rep.Rows, rep.Loss.Nats, rep.Loss.SE)
	}
	if want := j.Nats / math.Ln2 / float64(j.Bytes); !(math.Abs(j.Bits/want-1) < 1e-12) || j.Documents != len(r.Corpus.Train) {
		t.Errorf("%v bits a byte, want %v", j.Bits, want)
	}
}

// A model that has learnt a rule follows it when the temperature is low, and the seed decides what is drawn.
func TestSample(t *testing.T) {
	c := &train.Corpus{Vocab: 7}
	for d := range 12 {
		doc := train.Document{Bytes: 40}
		for i := range 40 {
			doc.Tokens = append(doc.Tokens, uint16((i+d)%7))
		}
		c.Train = append(c.Train, doc)
	}
	c.Test = c.Train[:1]
	r, err := train.NewLM(lmConfig(func(c *train.LMConfig) { c.Epochs = 40 }), c)
	if err != nil {
		t.Fatal(err)
	}
	for !r.Done() {
		steps(t, r, 1)
	}
	cold, err := r.Model.Sample(nn.NewRand(1), c.Train[3].Tokens[:20], 15, .01)
	if err != nil || len(cold) != 15 {
		t.Fatalf("%v, %v", cold, err)
	}
	for i, v := range cold {
		if int(v) != (3+20+i)%7 {
			t.Errorf("sample %v after %v", cold, c.Train[3].Tokens[:20])
			break
		}
	}
	hot := func(seed uint64) []uint16 {
		s, err := r.Model.Sample(nn.NewRand(seed), nil, 30, 20)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if !slices.Equal(hot(1), hot(1)) || slices.Equal(hot(1), hot(2)) {
		t.Error("what is drawn does not follow from the seed")
	}
}

func TestLMRefused(t *testing.T) {
	for want, change := range map[string]func(*train.LMConfig){
		"heads 3, want a number that divides the width, 16": func(c *train.LMConfig) { c.Heads = 3 },
		"vocab 100, want 256 to 65535":                      func(c *train.LMConfig) { c.Vocab = 100 },
		"length 1, want 2":                                  func(c *train.LMConfig) { c.Length = 1 },
		"at most 268,435,456 parameters":                    func(c *train.LMConfig) { c.Width, c.Blocks = 4096, 100 },
		"judge -1, want 1 byte or more":                     func(c *train.LMConfig) { c.Judge = -1 },
		"rate NaN":                                          func(c *train.LMConfig) { c.Rate = math.NaN() },
	} {
		_, err := train.NewLM(lmConfig(change), lmCorpus(40, 8, 150))
		var e *train.ConfigError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	for want, spoil := range map[string]func(*train.Corpus){
		"token 40 at 2 of db, want below 40": func(c *train.Corpus) { c.Train[0].Tokens[2] = 40 },
		"no text to judge by":                func(c *train.Corpus) { c.Test = nil },
		"tokens to learn from, want 17":      func(c *train.Corpus) { c.Train = c.Train[:1]; c.Train[0].Tokens = c.Train[0].Tokens[:9] },
	} {
		c := lmCorpus(40, 8, 150)
		spoil(c)
		_, err := train.NewLM(lmConfig(nil), c)
		var e *train.DataError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
