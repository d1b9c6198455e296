package calib

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func near(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s = %v, want %v within %g", what, got, want, tol)
	}
}

// The interval of known cases, from Newcombe 1998 (table I, method 3) and from its formula by hand.
func TestWilson(t *testing.T) {
	for _, tt := range []struct {
		right, n  float64
		low, high float64
		why       string
	}{
		{81, 263, 0.2553, 0.3662, "Newcombe 1998"},
		{15, 148, 0.0624, 0.1605, "Newcombe 1998"},
		{0, 20, 0, 0.1611, "Newcombe 1998: nothing seen still leaves room"},
		{1, 29, 0.0061, 0.1718, "Newcombe 1998"},
		{20, 20, 0.8389, 1, "the mirror of 0 of 20"},
		{0, 0, 0, 1, "no rows say nothing"},
		{60, 60, 0.9398, 1, "the upper end is 1 exactly"},
	} {
		share := 0.0
		if tt.n > 0 {
			share = tt.right / tt.n
		}
		low, high := Wilson(share, tt.n)
		if share == 1 && high != 1 || share == 0 && low != 0 {
			t.Errorf("%v of %v: [%v, %v] misses its end", tt.right, tt.n, low, high)
		}
		near(t, tt.why+": low", low, tt.low, 5e-5)
		near(t, tt.why+": high", high, tt.high, 5e-5)
	}
}

// fill makes cells of n rows of a calibrated model whose confidences are uniform in [.5, 1].
func fill(r *rand.Rand, n int) *Cells {
	c := new(Cells)
	for range n {
		p := 0.5 + r.Float64()/2
		c.Add(1, p, (1-p)/p, r.Float64() < p)
	}
	return c
}

func TestEqualMass(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	c := fill(r, 10000)
	bins := c.EqualMass(15)
	if len(bins) != 15 {
		t.Fatalf("%d bins, want 15", len(bins))
	}
	total, last := 0.0, 0.0
	for _, b := range bins {
		near(t, "weight", b.Weight, 10000.0/15, 110) // a cell holds up to 100 rows here
		if !(b.Confidence > last) {
			t.Errorf("confidence %v after %v", b.Confidence, last)
		}
		last = b.Confidence
		total += b.Weight
	}
	near(t, "total weight", total, 10000, 0)

	var one Cells
	for range 100 {
		one.Add(1, 1, 0, true)
	}
	one.Add(1, 0.6, 0.4/0.6, false)
	if n := len(one.EqualMass(15)); n != 2 {
		t.Errorf("a cell with almost everything leaves %d bins, want 2", n)
	}
	if n := len(new(Cells).EqualMass(15)); n != 0 {
		t.Errorf("no rows give %d bins", n)
	}
	if e := ECE(nil); !math.IsNaN(e) {
		t.Errorf("ECE of nothing is %v, want NaN", e)
	}
}

func TestECE(t *testing.T) {
	bins := []Bin{
		{Weight: 30, Squares: 30, Confidence: 0.6, Accuracy: 0.7},
		{Weight: 10, Squares: 10, Confidence: 0.9, Accuracy: 0.6},
	}
	near(t, "ECE", ECE(bins), 0.75*0.1+0.25*0.3, 1e-15)
}

// Cells tell .99 from .9999 and 1-1e-15, and take certainty and impossibility.
func TestCellsResolve(t *testing.T) {
	seen := map[int]float64{}
	for _, against := range []float64{0.5, 0.4 / 0.6, 0.01 / 0.99, 1e-4, 1e-10, 1e-15} {
		i := index(against)
		if p, dup := seen[i]; dup {
			t.Errorf("odds %v and %v share cell %d", p, against, i)
		}
		seen[i] = against
	}
	if index(0) != cells-1 || index(math.Inf(1)) != 0 {
		t.Errorf("certainty in cell %d, impossibility in %d", index(0), index(math.Inf(1)))
	}
}

// Any partition, merged in any order, gives the same bins to the last bit.
func TestCellsMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		whole, parts := new(Cells), make([]Cells, 4)
		for range rapid.IntRange(0, 300).Draw(t, "rows") {
			p, w := r.Float64(), []float64{1, 1, .3, 1.7}[r.IntN(4)]
			right := r.Float64() < p
			whole.Add(w, p, (1-p)/p, right)
			parts[r.IntN(4)].Add(w, p, (1-p)/p, right)
		}
		var merged Cells
		for _, i := range r.Perm(4) {
			merged.Merge(&parts[i])
		}
		if a, b := whole.EqualMass(7), merged.EqualMass(7); !reflect.DeepEqual(a, b) {
			t.Fatalf("whole %v\nmerged %v", a, b)
		}
	})
}

// The expected ECE under perfect calibration, exactly, against a plain simulation of every row.
func TestNullMean(t *testing.T) {
	bins := []Bin{
		{Weight: 4, Squares: 4, Confidence: 0.55},
		{Weight: 60, Squares: 60, Confidence: 0.8},
		{Weight: 500, Squares: 500, Confidence: 0.999},
		{Weight: 30, Squares: 30, Confidence: 1},
	}
	r := rand.New(rand.NewPCG(3, 4))
	const n = 20000
	sim := make([]float64, n)
	var mean float64
	for i := range sim {
		for _, b := range bins {
			hits := 0.0
			for range int(b.Weight) {
				if r.Float64() < b.Confidence {
					hits++
				}
			}
			sim[i] += math.Abs(hits-b.Weight*b.Confidence) / 594
		}
		mean += sim[i] / n
	}
	null := NullECE(bins, 1)
	near(t, "mean", null.Mean, mean, 4*0.01/math.Sqrt(n)*2)
	above := 0.0
	for _, x := range sim {
		if x > null.P95 {
			above++
		}
	}
	near(t, "share above the 95 % point", above/n, 0.05, 0.01)
}

// For confidences uniform in [.5, 1] and 15 bins, simulation elsewhere (200 data sets) gave .0397 at 1000
// rows and .0120 at 10,000, and a closed form 4 % less.
func TestNullMeanKnown(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	near(t, "1000 rows", NullECE(fill(r, 1000).EqualMass(15), 1).Mean, 0.0397, 0.002)
	near(t, "10,000 rows", NullECE(fill(r, 10000).EqualMass(15), 1).Mean, 0.0120, 0.0006)
}

// Where both hold, the table and the normal deviation agree, and so does the mean for weighted rows.
func TestNullLimits(t *testing.T) {
	table := lawOf(Bin{Weight: 30000, Squares: 30000, Confidence: 0.6})
	normal := lawOf(Bin{Weight: 30000, Squares: 30000.5, Confidence: 0.6})
	if table.below == nil || normal.below != nil {
		t.Fatal("wrong laws")
	}
	near(t, "mean deviation", table.mean/normal.mean, 1, 1e-4)
	var mean, last float64 // from the table itself
	for i, below := range table.below {
		mean += (below - last) * math.Abs(float64(table.from+i)-table.at)
		last = below
	}
	near(t, "de Moivre's mean deviation over the table's", table.mean/mean, 1, 1e-9)
	certain := NullECE([]Bin{{Weight: 50, Squares: 50, Confidence: 1, Accuracy: 1}}, 1)
	if certain.Mean != 0 || certain.P95 != 0 || certain.P != 1 {
		t.Errorf("a certain and right model: %+v, want mean 0, 95 %% point 0, p 1", certain)
	}
	wrong := NullECE([]Bin{{Weight: 50, Squares: 50, Confidence: 1, Accuracy: .98}}, 1)
	near(t, "p of an impossible event", wrong.P, 1e-4, 1e-9)
	if none := NullECE(nil, 1); !math.IsNaN(none.Mean) || !math.IsNaN(none.P) {
		t.Errorf("no bins: %+v, want NaN", none)
	}
}

// Under calibration the p-value is uniform: with 200 data sets the share below .05 has a standard error of .015.
func TestNullSize(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	rejected, sets := 0, 200
	var excess float64
	for range sets {
		bins := fill(r, 600).EqualMass(15)
		null := NullECE(bins, 7)
		excess += ECE(bins)/null.Mean - 1
		if null.P <= 0.05 {
			rejected++
		}
	}
	near(t, "mean excess of the ECE over its null mean", excess/float64(sets), 0, 0.05)
	near(t, "share rejected", float64(rejected)/float64(sets), 0.05, 0.045)
}

func BenchmarkNullECE(b *testing.B) {
	bins := fill(rand.New(rand.NewPCG(1, 1)), 10000).EqualMass(15)
	for b.Loop() {
		NullECE(bins, 1)
	}
}

func BenchmarkCellsAdd(b *testing.B) {
	var c Cells
	for b.Loop() {
		c.Add(1, 0.75, 0.25/0.75, true)
	}
}

// The consistency interval holds the accuracy of a calibrated bin in 95 % of cases or more, and no more than the steps of a
// binomial make it: one outcome less on either side, and it would hold it in fewer.
func TestConsistency(t *testing.T) {
	for _, tt := range []struct {
		rows, confidence float64
		low, high        float64
		why              string
	}{
		{10, .5, .2, .8, "P(2 <= X <= 8) = .979, and P(3 <= X <= 7) = .891"},
		{100, .9, .84, .95, "the quantiles of Binomial(100, .9)"},
		{60, 1, 1, 1, "what is certain comes true"},
		{60, 0, 0, 0, "and what is impossible does not"},
		{1, .99, 1, 1, "one row: nearly always right"},
		{1, .5, 0, 1, "one row: anything goes"},
		{1e8, .5, .5 - 1.959963984540054*.5/1e4, .5 + 1.959963984540054*.5/1e4, "normal, for many"},
	} {
		b := Bin{Weight: tt.rows, Squares: tt.rows, Confidence: tt.confidence}
		low, high := b.Consistency()
		if !(math.Abs(low-tt.low) <= 1e-12 && math.Abs(high-tt.high) <= 1e-12) {
			t.Errorf("%v rows at %v: %v to %v, want %v to %v (%s)", tt.rows, tt.confidence, low, high, tt.low, tt.high, tt.why)
		}
	}
	b := Bin{Weight: 7.5, Squares: 12, Confidence: .95} // weights: normal, and within [0, 1]
	if low, high := b.Consistency(); !(low > .6 && low < .95 && high == 1) {
		t.Errorf("weighted rows: %v to %v", low, high)
	}
	if low, high := (Bin{}).Consistency(); low == low || high == high {
		t.Errorf("no rows: %v to %v, want NaN", low, high)
	}
}
