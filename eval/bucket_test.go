package eval_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"xent/eval"
)

// keyed gives the rows of d keys: three languages, of which the last is over-confident, and a step.
func keyed(r *rand.Rand, rows int) *table[float64] {
	d := random(r, rows, 4, 2, 1)
	d.by = [][]string{make([]string, rows), make([]string, rows)}
	p := make([]float64, 4)
	for i := range rows {
		lang := r.IntN(3)
		d.by[0][i], d.by[1][i] = []string{"de", "en", "fr"}[lang], strconv.Itoa(r.IntN(12))
		if lang == 2 {
			d.labels[i] = int64(draw(r, softmax(p, d.scores[4*i:4*i+4], 2.5)))
		}
	}
	return d
}

// only keeps the rows of d for which keep says so, without keys.
func only(d *table[float64], keep func(i int) bool) *table[float64] {
	o := &table[float64]{classes: d.classes}
	for i := range d.rows() {
		if !keep(i) {
			continue
		}
		o.scores = append(o.scores, d.scores[i*d.classes:(i+1)*d.classes]...)
		o.labels = append(o.labels, d.labels[i])
		if d.weights != nil {
			o.weights = append(o.weights, d.weights[i])
		}
		if d.groups != nil {
			o.groups = append(o.groups, d.groups[i])
		}
	}
	return o
}

// A bucket is what a report on its rows alone says, and the contributions add up to the loss; by rows, with weights, with groups.
func TestBucketsAreReports(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	for _, how := range []string{"rows", "weights", "groups"} {
		d := keyed(r, 600)
		switch how {
		case "weights":
			weigh(d, 4)
		case "groups":
			clustered(r, d, 60)
		}
		rep := must(t, eval.Config{Input: eval.Logits, By: []string{"lang", eval.ByConfidence, "step"}}, d)
		if len(rep.Buckets) != 3 || rep.Buckets[0].By != "lang" || rep.Buckets[1].By != eval.ByConfidence || rep.Buckets[2].By != "step" {
			t.Fatalf("%s: %+v", how, rep.Buckets)
		}
		for _, key := range rep.Buckets {
			shares, rows := 0.0, 0.0
			for _, b := range key.Values {
				shares, rows = shares+b.Share, rows+b.Rows
			}
			near(t, how+": contributions by "+key.By, shares, rep.Loss.Nats, 1e-12)
			near(t, how+": rows by "+key.By, rows, rep.Loss.Weight, 1e-12)
		}
		if n := len(rep.Buckets[0].Values); n != 3 {
			t.Fatalf("%s: %d languages", how, n)
		}
		for _, b := range rep.Buckets[0].Values {
			alone := must(t, eval.Config{Input: eval.Logits}, only(d, func(i int) bool { return d.by[0][i] == b.Value }))
			what := how + ": " + b.Value
			near(t, what+": loss", b.Loss.Value, alone.Loss.Nats, 1e-14)
			near(t, what+": SE", b.Loss.SE, alone.Loss.SE, 1e-12)
			near(t, what+": accuracy", b.Accuracy, alone.Accuracy.Value, 1e-14)
			near(t, what+": gap", b.Gap, alone.Confidence.Gap, 1e-14)
			near(t, what+": z", b.Z, alone.Confidence.Z, 1e-10)
			near(t, what+": p", b.P, alone.Confidence.P, 1e-10)
			if b.Differs != (b.Value == "fr") {
				t.Errorf("%s: differs %v, z = %v", what, b.Differs, b.Z)
			}
		}
		for i, b := range rep.Buckets[2].Values { // numbers sort as such, 2 before 10
			if b.Value != strconv.Itoa(i) {
				t.Errorf("%s: step %d is %q", how, i, b.Value)
			}
		}
	}
}

// Confidence and frequency follow from the rows.
func TestBucketsThatFollow(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	d := random(r, 3000, 4, 2, 1)
	for i := range d.labels { // class 3 becomes rare: every fortieth of its labels stays
		if d.labels[i] == 3 && r.IntN(40) > 0 {
			d.labels[i] = int64(r.IntN(3))
		}
	}
	rep := must(t, eval.Config{Input: eval.Logits, By: []string{eval.ByFrequency, eval.ByConfidence}}, d)
	decades := rep.Buckets[0].Values
	if len(decades) != 2 || decades[0].Value != "from 10 %: 3 classes" || decades[1].Value != "from 0.1 %: 1 class" && decades[1].Value != "from 1 %: 1 class" {
		t.Fatalf("%+v", decades)
	}
	rare := must(t, eval.Config{Input: eval.Logits}, only(d, func(i int) bool { return d.labels[i] == 3 }))
	near(t, "loss of the rare class", decades[1].Loss.Value, rare.Loss.Nats, 1e-14)
	near(t, "its SE", decades[1].Loss.SE, rare.Loss.SE, 1e-12)
	near(t, "its recall", decades[1].Accuracy, rare.Accuracy.Value, 1e-14)
	p := make([]float64, 4)
	of := map[string]float64{}
	for i := range d.rows() {
		softmax(p, d.scores[4*i:4*i+4], 1)
		best := max(p[0], p[1], p[2], p[3])
		switch {
		case best < .5:
			of["0 to 0.5"]++
		case best < .7:
			of["0.5 to 0.7"]++
		case best < .9:
			of["0.7 to 0.9"]++
		case best < .99:
			of["0.9 to 0.99"]++
		case best < .999:
			of["0.99 to 0.999"]++
		default:
			of["0.999 to 1"]++
		}
	}
	if len(of) < 5 || len(of) != len(rep.Buckets[1].Values) {
		t.Fatalf("%d bands, want %d", len(rep.Buckets[1].Values), len(of))
	}
	for _, b := range rep.Buckets[1].Values {
		if b.Rows != of[b.Value] {
			t.Errorf("%s: %v rows, want %v", b.Value, b.Rows, of[b.Value])
		}
	}
}

// A row of infinite loss makes its bucket's loss infinite, and that of no other.
func TestBucketsInfinite(t *testing.T) {
	d := keyed(rand.New(rand.NewPCG(4, 3)), 200)
	d.scores[4*7+int(d.labels[7])] = math.Inf(-1)
	for _, b := range must(t, eval.Config{Input: eval.Logits, By: []string{"lang", "step"}}, d).Buckets[0].Values {
		if inf := b.Value == d.by[0][7]; inf != math.IsInf(b.Loss.Value, 1) || inf != math.IsInf(b.Share, 1) || inf != math.IsNaN(b.Loss.SE) {
			t.Errorf("%s: %+v", b.Value, b)
		}
	}
}

func TestBucketsRefused(t *testing.T) {
	var config *eval.ConfigError
	for _, by := range [][]string{{""}, {"@row"}, {"a", "a"}, {eval.ByConfidence, eval.ByConfidence}} {
		if _, err := eval.New(eval.Config{Classes: 4, By: by}); !errors.As(err, &config) {
			t.Errorf("%q: %v", by, err)
		}
	}
	d := keyed(rand.New(rand.NewPCG(4, 4)), 10)
	for _, by := range [][]string{nil, {"lang"}, {"lang", "step", "more"}, {"lang", eval.ByConfidence}} {
		if _, err := run(eval.Config{Input: eval.Logits, By: by}, d); !errors.As(err, &config) {
			t.Errorf("two keys for %q: %v", by, err)
		}
	}
	many := random(rand.New(rand.NewPCG(4, 5)), 1<<16+1, 2, 1, 1)
	many.by = [][]string{make([]string, many.rows())}
	for i := range many.rows() {
		many.by[0][i] = strconv.Itoa(i)
	}
	if _, err := run(eval.Config{Input: eval.Logits, By: []string{"row"}}, many); !errors.As(err, &config) {
		t.Errorf("%d values: %v", many.rows(), err)
	}
}
