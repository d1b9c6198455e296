package eval

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"xent/internal/stat"
)

// Trying all signs is counting them; drawing signs comes near that.
func TestFlips(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n <= 12; n++ {
		c := make([]float64, n)
		total := 0.0
		for i := range c {
			c[i] = math.Round(8*(r.NormFloat64()+.3)) / 4 // sums tie
			total += c[i]
		}
		reach := math.Abs(total)
		hits := 0
		for signs := range 1 << n {
			sum := 0.0
			for i, x := range c {
				if signs>>i&1 == 1 {
					x = -x
				}
				sum += x
			}
			if math.Abs(sum) >= reach {
				hits++
			}
		}
		want := float64(hits) / float64(int(1)<<n)
		if got := allFlips(c, reach); got != want {
			t.Errorf("%d groups: p = %v, want %v", n, got, want)
		}
		if got := someFlips(c, reach, 1); !(math.Abs(got-want) < .02) {
			t.Errorf("%d groups: p = %v from draws, want about %v", n, got, want)
		}
	}
}

// Tails are those of SciPy: see testdata/porting/compare.py.
func TestTails(t *testing.T) {
	text, err := os.ReadFile("../testdata/porting/compare.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Student [][3]float64 `json:"students_t"`
		McNemar [][3]float64 `json:"mcnemar"`
	}
	if err := json.Unmarshal(text, &want); err != nil || len(want.Student) < 9 || len(want.McNemar) < 8 {
		t.Fatal(err, want)
	}
	for _, x := range want.Student {
		if got := stat.StudentTail(x[0], x[1]); !(math.Abs(got-x[2]) <= 1e-9*x[2]) {
			t.Errorf("StudentTail(%v, %v) = %v, want %v", x[0], x[1], got, x[2])
		}
	}
	for _, x := range want.McNemar {
		if got := mcNemar(int64(x[0]), int64(x[1])); !(math.Abs(got-x[2]) <= 1e-9*x[2]) {
			t.Errorf("mcNemar(%v, %v) = %v, want %v", x[0], x[1], got, x[2])
		}
	}
}

// Quantiles are off by half a cell at most, and merge.
func TestQuantile(t *testing.T) {
	var d, e distance
	for i := range 1000 {
		x := math.Exp(float64(i) / 100)
		if i%3 == 0 {
			d.add(1, x)
		} else {
			e.add(1, x)
		}
	}
	d.merge(&e)
	for _, q := range []float64{.001, .25, .5, .95, .99, 1} {
		want := math.Exp((math.Ceil(1000*q) - 1) / 100)
		if got := d.quantile(q); !(math.Abs(got-want) <= .0051*want) {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	var zero distance
	zero.add(1, 0)
	zero.add(1, math.Inf(1))
	if got := zero.quantile(.5); got != 0 || zero.infinite != 1 {
		t.Errorf("of zeros %v", got)
	}
	if got := new(distance).quantile(.5); !math.IsNaN(got) {
		t.Errorf("of nothing %v", got)
	}
}
