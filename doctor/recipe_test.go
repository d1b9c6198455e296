package doctor

import (
	"math"
	"strconv"
	"testing"

	"xent"
	"xent/eval"
)

// recipesOf passes over d in blocks of 64 rows.
func recipesOf(t testing.TB, d *table) *Recipes {
	t.Helper()
	r, err := NewRecipes(d.cfg)
	if err != nil {
		t.Fatal(err)
	}
	for from := 0; from < d.n(); from += 64 {
		to := min(from+64, d.n())
		b := eval.Block[float64]{First: int64(from), Scores: xent.MatrixOf(d.scores[from*d.k():to*d.k()], d.k()), Labels: d.labels[from:to]}
		if err := AddRecipes(r, b); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// What recipes give is what the losses of package xent give, on the rows of a real model.
func TestRecipes(t *testing.T) {
	d := digits10(t)
	r := recipesOf(t, d)
	logits := xent.LogitsOf(d.scores, 10)
	loss := func(x xent.Logits[float64], labels []int64, opt *xent.Options) float64 {
		res, err := xent.CrossEntropy(x, labels, opt)
		if err != nil {
			t.Fatal(err)
		}
		return float64(res.Mean())
	}
	probs := digits10(t).each(softmax)
	twice := xent.LogitsOf(probs.scores, 10)
	next := append(append([]int64(nil), d.labels[1:]...), 0)
	ignoreLast := xent.LogitsOf(d.scores[:10*(d.n()-1)], 10)
	wrong := digits10(t).relabel(func(y int64) int64 { return (y + 1) % 10 })
	batches, n := 0.0, 0.0
	for from := 0; from < d.n(); from += 100 {
		to := min(from+100, d.n())
		batches += loss(xent.LogitsOf(d.scores[10*from:10*to], 10), d.labels[from:to], nil)
		n++
	}
	ce := loss(logits, d.labels, nil)
	for _, tt := range []struct {
		id        string
		parameter float64
		want      float64
		why       string
	}{
		{"cross-entropy", 0, .1284972858751474, "the truth of testdata/models/README.md"},
		{"bits", 0, ce / math.Ln2, ""},
		{"sum", 0, ce * 899, ""},
		{"label-smoothing", .1, loss(logits, d.labels, &xent.Options{Smoothing: .1}), "a closed form of two sums"},
		{"focal", 2, loss(logits, d.labels, &xent.Options{Focus: 2}), ""},
		{"temperature", 2, loss(logits, d.labels, &xent.Options{Temperature: 2}), ""},
		{"double-softmax", 0, loss(twice, d.labels, nil), "softmax, then the loss"},
		{"labels-1-on", 0, loss(ignoreLast, next[:d.n()-1], nil), "no row follows the last"},
		{"class-plus-one", 0, loss(logits, wrong.labels, nil), ""},
		{"batch-means-100", 0, batches / n, "of 899 rows the last batch has 99"},
		{"accuracy", 0, .9688542825361512, "the truth of testdata/models/README.md"},
	} {
		found := false
		for _, got := range r.List(0) {
			if got.ID == tt.id && got.Parameter == tt.parameter && !got.Fitted {
				found = true
				if !(math.Abs(got.Value-tt.want) <= 1e-12*math.Abs(tt.want)) {
					t.Errorf("%s %v = %v, want %v: %s", tt.id, tt.parameter, got.Value, tt.want, tt.why)
				}
			}
		}
		if !found {
			t.Errorf("no recipe %s with %v", tt.id, tt.parameter)
		}
	}
}

// Every recipe's own number, printed with five digits, is explained by it, and most of them by it before all others.
func TestExplainNumbers(t *testing.T) {
	for name, d := range map[string]*table{"digits": digits10(t), "probabilities": digits10(t).each(softmax), "cancer": cancer(t), "made": clean(3, 777, 7, 3)} {
		r := recipesOf(t, d)
		ce := r.List(0)[0].Value
		tried, first := 0, 0
		for _, want := range r.List(0) {
			if want.Fitted || math.IsInf(want.Value, 0) || math.Abs(want.Value-ce) <= 1e-12*ce && want.ID != "cross-entropy" {
				continue
			}
			tried++
			x, err := strconv.ParseFloat(strconv.FormatFloat(want.Value, 'g', 5, 64), 64)
			if err != nil {
				t.Fatal(err)
			}
			fit, _ := r.Explain(x, math.Abs(want.Value)*1e-4)
			found := false
			for i, got := range fit {
				if got.ID == want.ID && got.Parameter == want.Parameter {
					found = true
					if i == 0 {
						first++
					}
				}
				if got.Fitted && len(fit) > 1 {
					t.Errorf("%s: %v is explained by a fit beside %d others", name, x, len(fit)-1)
				}
			}
			if !found {
				t.Errorf("%s: %s %v gives %v, which is not explained by it", name, want.ID, want.Parameter, want.Value)
			}
		}
		if tried < 60 || first < tried*7/10 {
			t.Errorf("%s: of %d recipes only %d come first for their own number", name, tried, first)
		}
		t.Logf("%s: %d of %d recipes come first for their own number", name, first, tried)
	}
}

// A number that no recipe gives is explained by a fit at most, and one of other rows by nothing.
func TestExplainNothing(t *testing.T) {
	r := recipesOf(t, digits10(t))
	if fit, others := r.Explain(1.2345, 5e-5); len(fit) != 1 || !fit[0].Fitted || len(others) < 60 {
		t.Errorf("1.2345: %v and %d others", fit, len(others))
	}
	if fit, _ := r.Explain(-3.21, 5e-3); len(fit) != 0 {
		t.Errorf("-3.21: %v", fit)
	}
	if fit, _ := r.Explain(.1285, 5e-5); fit[0].ID != "cross-entropy" {
		t.Errorf("0.1285: %v first", fit[0])
	}
	if _, err := NewRecipes(eval.Config{}); err == nil {
		t.Error("no classes are accepted")
	}
	if err := AddRecipes(r, eval.Block[float64]{Scores: xent.MatrixOf(make([]float64, 10), 10), Labels: []int64{10}}); err == nil {
		t.Error("a label out of range is accepted")
	}
	if err := AddRecipes(r, eval.Block[float64]{Scores: xent.MatrixOf(make([]float64, 10), 10)}); err == nil {
		t.Error("rows without labels are accepted")
	}
}
