package eval_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"xent"
	"xent/eval"
)

// other is d with the scores of another model, which are off by noise.
func (d *table[T]) other(r *rand.Rand, noise float64) *table[T] {
	o := *d
	o.scores = make([]T, len(d.scores))
	for i, x := range d.scores {
		o.scores[i] = x + T(noise*r.NormFloat64())
	}
	return &o
}

// compared measures two tables in blocks of 100 rows.
func compared[T xent.Float](a, b *table[T], cfg eval.Config) (*eval.Comparison, error) {
	cfg.Classes = a.classes
	p, err := eval.NewPairs(cfg, cfg)
	if err != nil {
		return nil, err
	}
	for from := 0; from < a.rows(); from += 100 {
		to := min(from+100, a.rows())
		if err := eval.AddPairs(p, a.block(from, to), b.block(from, to)); err != nil {
			return nil, err
		}
	}
	return p.Compare()
}

// mustCompare is compared without errors.
func mustCompare[T xent.Float](t testing.TB, a, b *table[T], cfg eval.Config) *eval.Comparison {
	t.Helper()
	c, err := compared(a, b, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func bytesOf(t testing.TB, c *eval.Comparison) string {
	t.Helper()
	b, err := json.Marshal(plain(reflect.ValueOf(c)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A comparison by the formulas as they stand in books, on rows that are weighted and masked.
func TestCompareByHand(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	a := random(r, 400, 4, 2, 1)
	b := a.other(r, .8)
	for i := range a.rows() {
		a.weights = append(a.weights, []float64{.3, 1.7, 1, 0}[i%4])
	}
	c := mustCompare(t, a, b, eval.Config{Input: eval.Logits})

	var w, w2, wd, kl, tv, dp, byClass, sure float64
	var d, ws []float64
	p, q := make([]float64, 4), make([]float64, 4)
	for i := range a.rows() {
		softmax(p, a.scores[4*i:4*i+4], 1)
		softmax(q, b.scores[4*i:4*i+4], 1)
		y, wi := a.labels[i], a.weights[i]
		if wi == 0 {
			continue
		}
		di := math.Log(p[y]) - math.Log(q[y])
		d, ws = append(d, di), append(ws, wi)
		w, w2, wd, dp = w+wi, w2+wi*wi, wd+wi*di, dp+wi*(q[y]-p[y])
		top := 0.0
		for k := range p {
			kl += wi * p[k] * math.Log(p[k]/q[k])
			tv += wi * math.Abs(p[k]-q[k]) / 2
			top = max(top, p[k])
		}
		if y == 2 {
			byClass += wi * di
		}
		if top >= .7 && top < .9 {
			sure += wi * di
		}
	}
	mean, squares := wd/w, 0.0
	for i := range d {
		squares += ws[i] * ws[i] * (d[i] - mean) * (d[i] - mean)
	}
	n := float64(len(d))
	se := math.Sqrt(n / (n - 1) * squares / (w * w))
	near(t, "difference", c.Loss.Nats, mean, 1e-12)
	near(t, "standard error", c.Loss.SE, se, 1e-12)
	near(t, "t", c.Loss.T, mean/se, 1e-11)
	near(t, "a, b and the difference", c.B.Loss.Nats-c.A.Loss.Nats, c.Loss.Nats, 1e-12)
	near(t, "unpaired", c.Loss.UnpairedSE, math.Hypot(c.A.Loss.SE, c.B.Loss.SE), 1e-12)
	near(t, "ratio", c.Ratio, c.B.Perplexity/c.A.Perplexity, 1e-12)
	near(t, "KL(A‖B)", c.Distance.AB.Mean, kl/w, 1e-12)
	near(t, "total variation", c.Distance.Variation.Value, tv/w, 1e-12)
	near(t, "probability of the label", c.Distance.LabelP.Value, dp/w, 1e-12)
	near(t, "class 2", c.PerClass[2].Share, byClass/w, 1e-12)
	near(t, "rows of which A is .7 to .9 sure", c.Confidence[2].Share, sure/w, 1e-12)
	near(t, "parts", c.Parts.Refinement.Value+c.Parts.Calibration.Value, c.Loss.Nats, 1e-12)
	classes, bands := 0.0, 0.0
	for _, x := range c.PerClass {
		classes += x.Share
	}
	for _, x := range c.Confidence {
		bands += x.Share
	}
	near(t, "all classes", classes, c.Loss.Nats, 1e-12)
	near(t, "all bands", bands, c.Loss.Nats, 1e-12)
	if got := c.Answers.Both + c.Answers.OnlyA + c.Answers.OnlyB + c.Answers.Neither; got != c.Rows || c.Rows != 300 {
		t.Errorf("%d answers of %d rows, want 300", got, c.Rows)
	}
	for i, row := range c.Worse {
		if !(row.Difference > 0) || i > 0 && row.Difference > c.Worse[i-1].Difference {
			t.Errorf("worse rows are not in order: %v", c.Worse)
		}
	}
}

// A model compared with itself differs in nothing; swapped models differ in the sign.
func TestCompareSymmetry(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	a := random(r, 300, 5, 2, 1)
	b := a.other(r, 1)
	cfg := eval.Config{Input: eval.Logits}
	c, d := mustCompare(t, a, b, cfg), mustCompare(t, b, a, cfg)
	near(t, "difference", d.Loss.Nats, -c.Loss.Nats, 0)
	near(t, "standard error", d.Loss.SE, c.Loss.SE, 0)
	near(t, "p by flips", d.Loss.FlipP, c.Loss.FlipP, 0)
	near(t, "KL", d.Distance.AB.Mean, c.Distance.BA.Mean, 0)
	near(t, "refinement", d.Parts.Refinement.Value, -c.Parts.Refinement.Value, 1e-12)
	if d.Answers.OnlyA != c.Answers.OnlyB || !reflect.DeepEqual(rowsOf(d.Better), rowsOf(c.Worse)) {
		t.Error("answers or rows are not swapped")
	}
	same := mustCompare(t, a, a, cfg)
	if same.Loss.Nats != 0 || same.Loss.FlipP != 1 || same.Loss.P != 1 || same.Answers.P != 1 || same.Distance.AB.Max != 0 || len(same.Worse) != 0 {
		t.Errorf("a model differs from itself: %+v", same.Loss)
	}
	if len(same.Warnings) == 0 || same.Warnings[0].ID != "same-predictions" {
		t.Errorf("doubts %v", same.Warnings)
	}
}

func rowsOf(all []eval.PairedRow) (ids []int64) {
	for _, r := range all {
		ids = append(ids, r.Row)
	}
	return ids
}

// Copies of rows add nothing when groups say that they are copies; without groups the error comes out by half too small.
func TestCompareGroups(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	a := random(r, 60, 4, 2, 1)
	b := a.other(r, .8)
	once := mustCompare(t, a, b, eval.Config{Input: eval.Logits})
	four := func(d *table[float64]) *table[float64] {
		o := &table[float64]{classes: 4}
		for i := range 4 * d.rows() {
			o.scores = append(o.scores, d.scores[4*(i/4):4*(i/4)+4]...)
			o.labels = append(o.labels, d.labels[i/4])
			o.groups = append(o.groups, uint64(i/4)*977)
		}
		return o
	}
	c := mustCompare(t, four(a), four(b), eval.Config{Input: eval.Logits, Grouped: true})
	near(t, "difference", c.Loss.Nats, once.Loss.Nats, 1e-12)
	near(t, "standard error", c.Loss.SE, once.Loss.SE, 1e-12)
	near(t, "t", c.Loss.T, once.Loss.T, 1e-11)
	near(t, "p", c.Loss.P, once.Loss.P, 1e-11)
	near(t, "p by flips", c.Loss.FlipP, once.Loss.FlipP, .02) // other signs are drawn
	near(t, "by rows", c.Loss.RowSE, once.Loss.SE/2, .01)
	if c.Loss.Groups != 60 || !(c.Loss.CI95[1]-c.Loss.CI95[0] > once.Loss.CI95[1]-once.Loss.CI95[0]) {
		t.Errorf("%d groups, interval %v; without groups %v", c.Loss.Groups, c.Loss.CI95, once.Loss.CI95)
	}
	if _, err := eval.NewPairs(eval.Config{Classes: 4, Grouped: true}, eval.Config{Classes: 4}); err == nil {
		t.Error("groups of A alone are accepted")
	}
}

// Only the temperature of B differs: all of the difference is calibration.
func TestCompareParts(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	a := random(r, 2000, 5, 2, 1)
	b := *a
	b.scores = make([]float64, len(a.scores))
	for i, x := range a.scores {
		b.scores[i] = 2 * x
	}
	c := mustCompare(t, a, &b, eval.Config{Input: eval.Logits})
	p := c.Parts
	near(t, "temperatures", p.TemperatureB, 2*p.TemperatureA, 1e-9)
	near(t, "refinement", p.Refinement.Value, 0, 1e-9)
	near(t, "calibration", p.Calibration.Value, c.Loss.Nats, 1e-9)
	if !(c.Loss.Nats > 5*c.Loss.SE) {
		t.Errorf("a temperature of a half makes no difference: %v", c.Loss.Nats)
	}
}

// Any partition of the rows, merged in any order, gives the same bytes.
func TestPairsMerge(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		a := random(r, rapid.IntRange(1, 150).Draw(rt, "rows"), rapid.IntRange(2, 5).Draw(rt, "classes"), 2, 1)
		b := a.other(r, 1)
		if rapid.Bool().Draw(rt, "ties") {
			for i := range a.scores {
				a.scores[i], b.scores[i] = math.Round(a.scores[i]), math.Round(b.scores[i])
			}
		}
		if rapid.Bool().Draw(rt, "excluded") {
			for i := 0; i < a.rows(); i += 5 {
				b.scores[i*a.classes] = math.Inf(-1)
			}
		}
		cfg := eval.Config{Classes: a.classes, Input: eval.Logits, Surprising: 3}
		want := mustCompare(t, a, b, cfg)
		parts := make([]*eval.Pairs, 1+r.IntN(4))
		for i := range parts {
			parts[i], _ = eval.NewPairs(cfg, cfg)
		}
		for _, i := range r.Perm(a.rows()) {
			if err := eval.AddPairs(parts[r.IntN(len(parts))], a.block(i, i+1), b.block(i, i+1)); err != nil {
				rt.Fatal(err)
			}
		}
		whole, _ := eval.NewPairs(cfg, cfg)
		for _, i := range r.Perm(len(parts)) {
			if err := whole.Merge(parts[i]); err != nil {
				rt.Fatal(err)
			}
		}
		got, err := whole.Compare()
		if err != nil {
			rt.Fatal(err)
		}
		if x, y := bytesOf(t, got), bytesOf(t, want); x != y {
			rt.Fatalf("%s\nwant\n%s", x, y)
		}
	})
}

// What cannot be compared is refused, and says of which model it speaks.
func TestCompareRefuses(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	a := random(r, 50, 3, 2, 1)
	b := a.other(r, 1)
	cfg := eval.Config{Input: eval.Logits}
	if _, err := eval.NewPairs(eval.Config{Classes: 3}, eval.Config{Classes: 4}); err == nil {
		t.Error("other classes are compared")
	}
	if _, err := eval.NewPairs(eval.Config{Classes: 3}, eval.Config{Classes: 3, LabelBase: 1}); err == nil {
		t.Error("another first label is compared")
	}
	relabelled := *b
	relabelled.labels = append([]int64(nil), b.labels...)
	relabelled.labels[7] = (relabelled.labels[7] + 1) % 3
	_, err := compared(a, &relabelled, cfg)
	var row *eval.RowError
	if !errors.As(err, &row) || row.Code != "labels" || row.Rows[0] != 7 {
		t.Errorf("other labels: %v", err)
	}
	broken := a.other(r, 0)
	broken.scores[4] = math.NaN()
	_, err = compared(a, broken, cfg)
	var side *eval.SideError
	if !errors.As(err, &side) || side.Side != "B" {
		t.Errorf("a NaN in B: %v", err)
	}
	if _, err := compared(broken, a, cfg); !errors.As(err, &side) || side.Side != "A" {
		t.Errorf("a NaN in A: %v", err)
	}
	soft := *a
	soft.labels, soft.targets = nil, make([]float64, len(a.scores))
	if _, err := compared(&soft, &soft, cfg); err == nil {
		t.Error("soft labels are compared")
	}
	excluded := a.other(r, 0)
	excluded.scores[3*3+int(a.labels[3])] = math.Inf(-1)
	c := mustCompare(t, a, excluded, cfg)
	if !math.IsInf(c.Loss.Nats, 1) || c.Loss.Infinite != [3]int64{0, 1, 0} || c.Loss.Finite.Value != 0 || !math.IsInf(c.Distance.AB.Mean, 1) || math.IsInf(c.Distance.BA.Mean, 1) {
		t.Errorf("an excluded label: %+v, %+v", c.Loss, c.Distance)
	}
	if c.Worse[0].Row != 3 {
		t.Errorf("the worst row is %+v, want 3", c.Worse)
	}
}

// The tests hold their size, find what there is, and the interval holds the truth.
//
//	go test ./eval -run TestSimulateCompare -v -simulate 1000
//
// prints the table of docs/statistics.md.
func TestSimulateCompare(t *testing.T) {
	type scene struct {
		rows         int
		scale        float64
		noiseA, more float64 // B's noise is that much larger
	}
	run := func(s scene, sets int) (tp, flip, mc, covers float64) {
		r := rand.New(rand.NewPCG(uint64(s.rows), math.Float64bits(s.more)))
		loss := func(rows int) *eval.Comparison {
			made := random(r, rows, 10, s.scale, 1)
			return mustCompare(t, made.other(r, s.noiseA), made.other(r, s.noiseA+s.more), eval.Config{Input: eval.Logits})
		}
		truth := 0.0
		if s.more > 0 {
			truth = loss(100_000).Loss.Nats
		}
		for range sets {
			c := loss(s.rows)
			tp += one(c.Loss.P <= .05)
			flip += one(c.Loss.FlipP <= .05)
			mc += one(c.Answers.P <= .05)
			covers += one(c.Loss.CI95[0] <= truth && truth <= c.Loss.CI95[1])
		}
		n := float64(sets)
		return tp / n, flip / n, mc / n, covers / n
	}
	if *simulate > 0 {
		fmt.Printf("%d pairs of models a row, in %%\n\n  rows scale noise  more |    t  flips McNemar  interval\n", *simulate)
		for _, s := range []scene{{30, 3, .5, 0}, {100, 3, .5, 0}, {1000, 3, .5, 0}, {300, 12, 2, 0}, {100, 3, .5, .5}, {300, 3, .5, .5}, {1000, 3, .5, .3}} {
			tp, flip, mc, covers := run(s, *simulate)
			fmt.Printf("%6d %5.1f %5.1f %5.1f | %5.1f  %5.1f   %5.1f     %5.1f\n", s.rows, s.scale, s.noiseA, s.more, 100*tp, 100*flip, 100*mc, 100*covers)
		}
		return
	}
	// The seeds are fixed, so this cannot fail by chance; bounds are about three standard errors wide.
	tp, flip, mc, covers := run(scene{90, 3, .5, 0}, 120)
	for _, tt := range []struct {
		what           string
		got, low, high float64
	}{
		{"size of t", tp, .005, .1}, {"size of flips", flip, .005, .1}, {"size of McNemar's test", mc, 0, .1}, {"coverage", covers, .9, .995},
	} {
		if !(tt.got >= tt.low && tt.got <= tt.high) {
			t.Errorf("%s = %v, want %v to %v", tt.what, tt.got, tt.low, tt.high)
		}
	}
	if tp, flip, _, _ := run(scene{300, 3, .5, 1}, 8); !(tp > .9 && flip > .9) {
		t.Errorf("a model with three times the noise is found by t in %v and by flips in %v of cases", tp, flip)
	}
}
