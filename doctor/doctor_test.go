package doctor

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"xent/eval"
)

func logits(seed uint64) *table { return clean(seed, 1000, 10, 5) }

func ignore(y int64) *int64 { return &y }

// find returns the finding of that ID, or nil.
func find(found []*Finding, id string) *Finding {
	for i := range found {
		if found[i].ID == id {
			return found[i]
		}
	}
	return nil
}

// Each detector speaks where it must, with the right severity, and is silent where it must be.
func TestDetectors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	type silence struct {
		rows *table
		why  string
	}
	spoken := map[string]bool{}
	for _, tt := range []struct {
		id     string
		sure   Severity
		speaks *table
		says   string // part of the message, figures filled in
		silent []silence
	}{
		{"nan-rows", Error, logits(1).each(func(r []float64) { r[3] = nan }), "always class 3", []silence{
			{logits(1), "finite scores"},
			{logits(1).each(func(r []float64) { r[9] = -inf }).relabel(func(y int64) int64 { return y % 9 }), "a mask at -Inf is no fault"},
			{logits(1).each(func(r []float64) { r[2] = 3e38 }), "large is not infinite"},
		}},
		{"infinite-rows", Error, logits(2).each(func(r []float64) { r[0] = -inf }), "cost infinitely much", []silence{
			{logits(2), "no exclusion"},
			{logits(2).each(func(r []float64) { r[0] = -inf }).relabel(func(y int64) int64 { return max(y, 1) }), "excluded, and never a label"},
			{logits(2).each(func(r []float64) { r[0] = -1e30 }), "a sentinel costs much, not infinitely"},
		}},
		{"one-hot-scores", Error, logits(3).each(func(r []float64) {
			top := slices.Index(r, slices.Max(r))
			clear(r)
			r[top] = 1
		}), "these are labels", []silence{
			{logits(3), ""},
			{logits(3).each(softmax), "probabilities with doubt"},
			{clean(3, 1000, 10, 5).each(scale(1e3)).each(softmax), "saturated, but some rows doubt"},
		}},
		{"not-probabilities", Error, logits(4).said(eval.Probs), "1000 rows of 1000", []silence{
			{logits(4).said(eval.Logits), "said to be logits"},
			{logits(4).each(softmax).said(eval.Probs), "they are probabilities"},
			{logits(4).each(logSoftmax).said(eval.LogProbs), "they are log-probabilities"},
		}},
		{"input-is-probabilities", Error, logits(5).each(softmax).said(eval.Logits), "never go below 1.461 nats", []silence{
			{logits(5).said(eval.Logits), "logits"},
			{logits(5).each(logSoftmax).said(eval.Logits), "log-probabilities"},
			{logits(5).each(softmax).each(scale(.9)).said(eval.Logits), "in [0, 1], but the sums are .9"},
		}},
		{"log-probabilities", Note, logits(6).each(logSoftmax), "as good as logits", []silence{
			{logits(6), "logits"},
			{logits(6).each(logSoftmax).said(eval.LogProbs), "as they were said to be"},
			{logits(6).each(logSoftmax).each(scale(1 / math.Ln2)), "base 2"},
		}},
		{"log-base", Error, logits(7).each(logSoftmax).each(scale(1 / math.Ln10)), "to base 10", []silence{
			{logits(7).each(logSoftmax), "base e"},
			{logits(7), "logits"},
			{clean(7, 20, 10, 5).each(logSoftmax).each(scale(1 / math.Ln2)), "too few rows"},
		}},
		{"labels-out-of-range", Error, logits(8).relabel(func(y int64) int64 { return y + 1 }), "labels start at 1", []silence{
			{logits(8), ""},
			{withBase(logits(8).relabel(func(y int64) int64 { return y + 1 }), 1), "as said"},
			{withIgnore(logits(8).relabel(func(y int64) int64 {
				if y == 4 {
					return -100
				}
				return y
			}), -100), "ignored, as said"},
		}},
		{"labels-shifted", Warning, logits(9).relabel(func(y int64) int64 { return (y + 1) % 10 }), "1 less", []silence{
			{logits(9), ""},
			{logits(9).relabel(func(y int64) int64 { return 9 - y }), "another order, no shift"},
			{logits(9).shuffled(), "no order at all"},
		}},
		{"labels-permuted", Error, clean(10, 50, 10, 8).relabel(func(y int64) int64 { return (y * 7) % 10 }), "another order", []silence{
			{clean(10, 50, 10, 8), ""},
			{logits(10).shuffled(), "no order fits"},
			{clean(10, 1000, 10, .3), "a weak model, wrong in most rows"},
		}},
		{"rows-misaligned", Error, clean(11, 200, 10, 5).lag(3), "3 rows further down", []silence{
			{clean(11, 200, 10, 5), ""},
			{clean(11, 1000, 10, 5).sorted(), "sorted labels fit their neighbours nearly as well"},
			{clean(11, 200, 10, 5).shuffled(), "no lag fits"},
		}},
		{"predictions-independent-of-labels", Error, logits(12).shuffled(), "know nothing of these labels", []silence{
			{logits(12), ""},
			{clean(12, 1000, 10, .3), "a weak model that knows it is"},
			{clean(12, 40, 10, 5).shuffled(), "too few rows"},
		}},
		{"constant-predictions", Warning, logits(13).each(func(r []float64) { copy(r, []float64{1, 0, 2, 0, 0, 1, 0, 0, 3, 0}) }), "nearly the same prediction", []silence{
			{logits(13), ""},
			{clean(13, 1000, 10, .3), "weak, not constant"},
			{clean(13, 20, 10, 5).each(func(r []float64) { clear(r) }), "too few rows"},
		}},
		{"untrained", Warning, logits(14).each(scale(.02)).shuffled(), "no opinion", []silence{
			{logits(14), ""},
			{clean(14, 1000, 10, 2).each(scale(.5)), "unsure, not without opinion"},
			{clean(14, 20, 10, 5).each(scale(.01)), "too few rows"},
		}},
		{"class-prior", Warning, prior(15, 2000), "are not made use of", []silence{
			{logits(15), ""},
			{clean(15, 1000, 10, 1), "some skill"},
			{prior(15, 60), "too few rows"},
		}},
		{"worse-than-prior", Warning, logits(16).shuffled().first(40), "class frequencies would cost", []silence{
			{logits(16), ""},
			{clean(16, 1000, 10, .2), "hardly better"},
			{prior(16, 1000), "just as good"},
		}},
		{"double-softmax", Warning, clean(17, 1000, 10, 4).each(scale(6)), "outputs alone cannot prove it", []silence{
			{logits(17), ""},
			{clean(17, 1000, 10, 12), "sure, and right to be"},
			{clean(17, 1000, 10, 4).each(scale(2)), "over-confident, within what training does"},
		}},
		{"over-confident", Warning, logits(18).each(scale(3)), "At temperature", []silence{
			{logits(18), ""},
			{logits(18).each(scale(.4)), "the other way"},
			{clean(18, 1000, 10, 14), "nearly always right, so that the normal approximation of Z fails"},
		}},
		{"under-confident", Warning, logits(19).each(scale(.4)), "under-confident", []silence{
			{logits(19), ""},
			{logits(19).each(scale(3)), "the other way"},
			{clean(19, 1000, 10, 14), ""},
		}},
		{"clipped-probabilities", Warning, logits(20).each(scale(8)).each(softmax).each(func(r []float64) {
			for j := range r {
				r[j] = max(r[j], 1e-7)
			}
		}), "1e-7", []silence{
			{logits(20).each(scale(8)).each(softmax), "not clipped"},
			{logits(20), ""},
			{logits(20).each(scale(8)), "logits have no floor"},
		}},
		{"loss-below-box", Error, nil, "", []silence{ // rows that sum to 1 cannot have it: see TestLog
			{logits(21), ""}, {logits(21).each(softmax), ""}, {clean(21, 1000, 2, 0), "hardly right"},
		}},
		{"loss-above-fano", Warning, logits(22).each(scale(8)), "more than any calibrated model", []silence{
			{logits(22), ""},
			{clean(22, 1000, 2, 3), "two classes"},
			{clean(22, 1000, 10, .2), "weak and modest"},
		}},
		{"blank-rows", Error, logits(23).some(func(i int, r []float64) {
			if i >= 900 {
				clear(r)
			}
		}), "900 to 999", []silence{
			{logits(23), ""},
			{logits(23).some(func(i int, r []float64) {
				if i%300 == 0 {
					clear(r)
				}
			}), "four rows of zeros"},
			{logits(23).each(func(r []float64) { clear(r) }), "all of them: constant-predictions says so"},
		}},
		{"double-sigmoid", Warning, logits(24).each(sigmoid), "look like sigmoids", []silence{
			{logits(24), ""},
			{logits(24).each(softmax), "probabilities"},
			{clean(24, 1000, 10, 1).each(scale(.02)).each(sigmoid), "all near a half: no sigmoid is known by that"},
		}},
		{"rounded-scores", Warning, logits(25).each(func(r []float64) {
			for j, z := range r {
				r[j] = math.Round(z*2) / 2 * 2
			}
		}), "multiples of 1", []silence{
			{logits(25), ""},
			{logits(25).each(func(r []float64) {
				for j, z := range r {
					r[j] = math.Round(z*1000) / 1000
				}
			}), "three decimals are enough"},
			{logits(25).each(store(29)), "float32"},
		}},
		{"padded-classes", Warning, logits(26).each(func(r []float64) { r[8], r[9] = -9, -9 }).relabel(func(y int64) int64 { return y % 8 }), "columns 8 to 9", []silence{
			{logits(26), ""},
			{logits(26).each(func(r []float64) { r[9] = -9 }), "its labels occur"},
			{logits(26).each(func(r []float64) { r[0] = -9 }).relabel(func(y int64) int64 { return max(y, 1) }), "a class in front, masked"},
		}},
		{"padding-counted", Warning, padded(27, 60, 8), "--ignore-index 3", []silence{
			{padded(27, 60, 0), "nothing padded"},
			{clean(27, 1000, 100, 14).sorted(), "every label comes in runs"},
			{clean(27, 1000, 10, 14).sorted(), "few classes"},
		}},
		{"tokens-shifted", Warning, clean(28, 400, 300, 9).lag(1), "1 further on", []silence{
			{clean(28, 400, 300, 9), ""},
			{clean(28, 400, 40, 9).lag(1), "few classes: rows-misaligned"},
			{clean(28, 400, 300, 9).lag(5), "further off: rows-misaligned"},
		}},
		{"broken-stretch", Warning, logits(29).upset(512, 640), "rows 512 to 639", []silence{
			{logits(29), ""},
			{logits(29).shuffled(), "the whole file: predictions-independent-of-labels"},
			{clean(29, 1000, 10, 5).sorted(), "sorted labels"},
		}},
		{"duplicate-rows", Warning, logits(30).some(func(i int, r []float64) {
			if i%20 == 0 {
				for j := range r {
					r[j] = float64(j*j) / 7
				}
			}
		}), "the same scores", []silence{
			{logits(30), ""},
			{clean(30, 1000, 10, 30).each(softmax), "certain rows agree in all digits"},
			{clean(30, 1000, 4, 5).each(store(45)), "so do rows of few digits"},
		}},
		{"seen-in-training", Note, clean(31, 1000, 10, 30), "trained on them", []silence{
			{logits(31), ""},
			{clean(31, 200, 10, 30), "few rows"},
			{clean(31, 2000, 10, 7), "good, not perfect"},
		}},
		{"label-smoothing", Note, clean(32, 1000, 10, 30).each(func(r []float64) {
			top := slices.Index(r, slices.Max(r))
			for j := range r {
				r[j] = float64((j*7)%5) / 50
			}
			r[top] = 4.3 + float64(top)/50
		}), "smoothed by 0.1", []silence{
			{logits(32), ""},
			{clean(32, 1000, 10, 30), "no ceiling"},
			{clean(32, 1000, 10, 5).each(scale(.5)), "a temperature spreads"},
		}},
	} {
		t.Run(tt.id, func(t *testing.T) {
			if tt.speaks != nil {
				f := find(Examine(Case{Sample: tt.speaks.sample(t)}), tt.id)
				if f == nil {
					t.Fatalf("silent where it must speak; found %v", ids(Examine(Case{Sample: tt.speaks.sample(t)})))
				}
				if f.Severity != tt.sure || !strings.Contains(f.Message(Nats)+f.Fix, tt.says) {
					t.Errorf("%s: %s (%s), want %s with %q", f.Severity, f.Message(Nats), f.Fix, tt.sure, tt.says)
				}
				complete(t, f)
			}
			if len(tt.silent) < 3 {
				t.Errorf("%d silent cases, want 3", len(tt.silent))
			}
			for i, quiet := range tt.silent {
				if f := find(Examine(Case{Sample: quiet.rows.sample(t)}), tt.id); f != nil {
					t.Errorf("case %d (%s): speaks: %s", i, quiet.why, f.Message(Nats))
				}
			}
			spoken[tt.id] = true
		})
	}
	for _, d := range slices.Concat(Detectors, FileDetectors()) {
		if !spoken[d.ID] {
			t.Errorf("%s has no case where it must speak", d.ID)
		}
	}
}

// complete wants every part of a finding that its reader needs.
func complete(t *testing.T, f *Finding) {
	t.Helper()
	if len(f.Evidence) == 0 || f.Fix == "" {
		t.Errorf("%s: no evidence or no fix: %+v", f.ID, f)
	}
	if f.Severity == Warning && f.Else == "" {
		t.Errorf("%s is a suspicion that nothing else could explain", f.ID)
	}
	if f.Severity == Error && f.Else != "" {
		t.Errorf("%s is certain, and yet could be %s", f.ID, f.Else)
	}
	for _, text := range []string{f.Message(Nats), f.Message(Bits), f.Otherwise(Nats)} {
		if strings.ContainsAny(text, "{}") || strings.Contains(text, "NaN") {
			t.Errorf("%s: %s", f.ID, text)
		}
	}
	for _, e := range f.Evidence {
		if math.IsNaN(e.Value) {
			t.Errorf("%s: %s is NaN", f.ID, e.Name)
		}
	}
}

func ids(found []*Finding) []string {
	var all []string
	for _, f := range found {
		all = append(all, f.ID+"("+f.Follows+")")
	}
	return all
}

// padded makes rows of sequences of seven tokens each, most of them followed by so many rows of padding.
func padded(seed uint64, sequences, pads int) *table {
	d := clean(seed, sequences*(7+pads), 80, 6)
	const pad = 3
	for i := range d.n() {
		row := d.row(i)
		if i%(7+pads) >= 7 {
			clear(row)
			row[pad], d.labels[i] = 20, pad
		}
	}
	return d
}

func withBase(d *table, base int64) *table    { d.cfg.LabelBase = base; return d }
func withIgnore(d *table, index int64) *table { d.cfg.IgnoreIndex = ignore(index); return d }

// prior makes rows of a model that gives every row the class frequencies, with a little noise.
func prior(seed uint64, n int) *table {
	r := rand.New(rand.NewPCG(seed, 1))
	pi := []float64{.4, .3, .2, .1}
	d := &table{cfg: eval.Config{Classes: 4}}
	for range n {
		row := make([]float64, 4)
		for k, p := range pi {
			row[k] = math.Log(p)
		}
		d.labels = append(d.labels, draw(r, row))
		for k := range row {
			row[k] += .1 * r.NormFloat64()
		}
		d.scores = append(d.scores, row...)
	}
	return d
}

// The words of a finding agree with its figures: "1 row lies", "2 rows lie".
func TestWordsAgreeWithFigures(t *testing.T) {
	for _, row := range []struct {
		rows float64
		want string
	}{
		{1, "1 row lies here; its label"},
		{2, "2 rows lie here; their label"},
		{0, "0 rows lie here; their label"},
	} {
		f := Finding{
			Says:     "{rows} {rows|lies|lie} here; {rows|its|their} label",
			Evidence: Figures{{Name: "rows", Value: row.rows, Unit: Rows}},
		}
		if got := f.Message(Nats); got != row.want {
			t.Errorf("%g rows: %q, want %q", row.rows, got, row.want)
		}
	}
}
