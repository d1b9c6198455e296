package eval_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"xent"
	"xent/eval"
)

// suspected measures d and looks for wrong labels in a second pass, both of them cut into parts that merge in some order.
func suspected[T xent.Float](t testing.TB, d *table[T], parts int, reverse bool) (*eval.Report, []eval.Suspect) {
	t.Helper()
	cfg := eval.Config{Classes: d.classes, Input: eval.Logits, Grouped: d.groups != nil, LabelErrors: true}
	first := merged(t, d, parts, reverse, func() *eval.Accumulator {
		a, err := eval.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		return a
	})
	r, err := first.Report()
	if err != nil {
		t.Fatal(err)
	}
	if r.Noise == nil {
		return r, nil
	}
	second := merged(t, d, parts, reverse, func() *eval.Accumulator { return first.Suspects(r) })
	return r, second.FillSuspects(r)
}

// merged fills as many accumulators as there are parts, row by row in turn, and merges them.
func merged[T xent.Float](t testing.TB, d *table[T], parts int, reverse bool, fresh func() *eval.Accumulator) *eval.Accumulator {
	t.Helper()
	of := make([]*eval.Accumulator, parts)
	for i := range of {
		of[i] = fresh()
	}
	for i := 0; i < d.rows(); i += 50 {
		if err := eval.Add(of[i/50%parts], d.block(i, min(i+50, d.rows()))); err != nil {
			t.Fatal(err)
		}
	}
	whole := fresh()
	for i := range of {
		if reverse {
			i = len(of) - 1 - i
		}
		if err := whole.Merge(of[i]); err != nil {
			t.Fatal(err)
		}
	}
	return whole
}

// Labels planted in the fashion model's are found as SciPy and cleanlab find them.
func TestLabelErrorsAgainstCleanlab(t *testing.T) {
	b, err := os.ReadFile("../testdata/porting/labels.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Temperature, Epsilon, Precision float64
		CI                              [2]float64 `json:"epsilon_ci95"`
		Random                          int64
		Most                            []int64   `json:"most_random"`
		Joint                           [][]int64 `json:"confident_joint"`
		Off                             int64     `json:"off_diagonal"`
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	d := &table[float32]{classes: 10, scores: float32s(t, "fashion-mlp-logits"), labels: int64s(t, "fashion-labels")}
	for i := range d.labels {
		if i%20 == 3 {
			d.labels[i] = (d.labels[i] + 1 + int64(i/20%9)) % 10
		}
	}
	r, _ := suspected(t, d, 3, false)
	n := r.Noise
	near(t, "temperature", n.Temperature, want.Temperature, 1e-5)
	near(t, "ε", n.Epsilon, want.Epsilon, 1e-6)
	near(t, "rate", n.Rate, .9*want.Epsilon, 1e-6)
	near(t, "interval from", n.CI95[0]/.9, want.CI[0], 5e-6)
	near(t, "interval to", n.CI95[1]/.9, want.CI[1], 5e-6)
	near(t, "precision", n.Precision, want.Precision, 1e-5)
	if n.Random != want.Random || n.Confident != want.Off || n.Fitted != 10_000 || len(n.Suspects) != 100 || len(want.Most) == 0 {
		t.Errorf("%d random, %d confident, %d fitted, %d listed; want %d, %d, 10000 and 100", n.Random, n.Confident, n.Fitted, len(n.Suspects), want.Random, want.Off)
	}
	for i, row := range want.Most {
		if n.Suspects[i].Row != row {
			t.Errorf("suspect %d is row %d, want %d", i, n.Suspects[i].Row, row)
		}
	}
	if len(n.Confusions) != 20 {
		t.Fatalf("%d confusions", len(n.Confusions))
	}
	for _, c := range n.Confusions {
		if c.Rows != want.Joint[c.Label][c.Class] {
			t.Errorf("%d taken for %d in %d rows, want %d", c.Label, c.Class, c.Rows, want.Joint[c.Label][c.Class])
		}
	}
	few := &table[float32]{classes: 10, scores: d.scores[:10*700], labels: d.labels[:700]}
	part, rows := suspected(t, few, 1, false)
	again, same := suspected(t, few, 5, true)
	if len(rows) == 0 || encode(t, part) != encode(t, again) || fmt.Sprint(rows) != fmt.Sprint(same) {
		t.Error("other parts give other suspects")
	}
}

// A calibrated model's labels are not suspected; soft labels are not looked at; groups leave the interval unknown.
func TestLabelErrorsElsewhere(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 2))
	d := random(r, 2000, 5, 3, 1)
	rep, _ := suspected(t, d, 2, false)
	if n := rep.Noise; !(n.Rate < .01 && n.CI95[0] == 0 && math.Abs(n.Temperature-1) < .1) {
		t.Errorf("clean labels: %+v", n)
	}
	d.groups = make([]uint64, d.rows())
	if rep, _ = suspected(t, d, 2, false); rep.Noise.CI95[0] == rep.Noise.CI95[0] {
		t.Errorf("with groups: %+v", rep.Noise.CI95)
	}
	d.groups = nil
	oneHot(d)
	d.targets[0], d.targets[1] = .5, .5
	clear(d.targets[2:5])
	if rep, _ = suspected(t, d, 1, false); rep.Noise != nil || !warned(rep, "no-label-errors") {
		t.Errorf("soft labels: %+v, %v", rep.Noise, rep.Warnings)
	}
}

// A planting draws clean labels and replaces a share by random ones, or by the next class.
type planting struct {
	rows, classes int
	scale         float64
	share         float64
	system        bool
}

func (s planting) String() string {
	how := "random"
	if s.system {
		how = "next"
	}
	return fmt.Sprintf("%6d %7d %5.1f %6s %6.1f", s.rows, s.classes, s.scale, how, 100*s.share)
}

type plantingRates struct {
	rate, holds               float64
	found, rightly, precision float64 // of random suspects: share of the planted, share that is planted, what is said of it
	sure, surely              float64 // of the confident ones: share of the planted, share that is planted
}

func (s planting) run(t testing.TB, sets int) (x plantingRates) {
	r := rand.New(rand.NewPCG(uint64(s.rows), uint64(s.classes)+math.Float64bits(s.share)))
	n := float64(sets)
	var planted, suspect, randomly, expected, sure, surely float64
	for range sets {
		d := random(r, s.rows, s.classes, s.scale, 1)
		bad := map[int64]bool{}
		for i := range d.labels {
			if r.Float64() >= s.share {
				continue
			}
			bad[int64(i)] = true
			step := 1
			if !s.system {
				step += r.IntN(s.classes - 1)
			}
			d.labels[i] = (d.labels[i] + int64(step)) % int64(s.classes)
		}
		rep, rows := suspected(t, d, 1, false)
		x.rate += rep.Noise.Rate / n
		x.holds += one(rep.Noise.CI95[0] <= s.share && s.share <= rep.Noise.CI95[1]) / n
		planted += float64(len(bad))
		for _, row := range rows {
			if row.Random > .5 {
				suspect, randomly, expected = suspect+1, randomly+one(bad[row.Row]), expected+row.Random
			}
			if row.Sure >= 0 && row.Sure != row.Label {
				sure, surely = sure+1, surely+one(bad[row.Row])
			}
		}
	}
	x.found, x.rightly, x.precision = randomly/planted, randomly/suspect, expected/suspect
	x.sure, x.surely = surely/planted, surely/sure
	return x
}

func TestSimulateLabelErrors(t *testing.T) {
	if *simulate > 0 {
		var b strings.Builder
		fmt.Fprintf(&b, "%d data sets a row, in %%\n\n", *simulate)
		fmt.Fprintln(&b, "                      wrong labels |   rate interval |      random suspects     | sure otherwise")
		fmt.Fprintln(&b, "  rows classes scale    how  share |   said    holds |  found  rightly     said |  found rightly")
		for _, s := range []planting{
			{1000, 10, 6, 0, false}, {1000, 10, 6, .02, false}, {1000, 10, 6, .1, false}, {5000, 10, 6, .05, false}, {5000, 10, 3, .05, false}, {5000, 2, 6, .05, false},
			{1000, 100, 12, .05, false}, {5000, 10, 6, .05, true}, {5000, 10, 12, .05, true},
		} {
			x := s.run(t, *simulate)
			fmt.Fprintf(&b, "%s | %6.2f %8.1f | %6.1f %8.1f %8.1f | %6.1f %7.1f\n", s, 100*x.rate, 100*x.holds, 100*x.found, 100*x.rightly, 100*x.precision, 100*x.sure, 100*x.surely)
		}
		tabulate(t, "labels", b.String())
		return
	}
	x := planting{600, 5, 6, .08, false}.run(t, 20) // fixed seeds: bounds are about three standard errors wide
	if !(math.Abs(x.rate-.08) < .008 && x.holds >= .8 && math.Abs(x.rightly-x.precision) < .06 && x.found > .5) {
		t.Errorf("%+v", x)
	}
	if x := (planting{600, 5, 6, .08, true}).run(t, 4); !(x.sure > .4) {
		t.Errorf("a system of wrong labels: %+v", x)
	}
}
