package eval_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"xent/eval"
)

// What tests and intervals promise holds only in the long run, so the long run is simulated. `make simulate`, which is
//
//	go test ./eval -run TestSimulate -simulate 1000 -timeout 2h
//
// writes the tables of docs/statistics.md; without the flag this simulates less, with loose bounds.
var simulate = flag.Int("simulate", 0, "data sets to simulate for each row of the tables in docs/statistics.md")

// A scenario draws logits from N(0, scale²) and labels from their softmax at a temperature: at 1 the model is
// calibrated, above 1 over-confident.
type scenario struct {
	rows, classes int
	scale, temp   float64
}

func (s scenario) String() string {
	return fmt.Sprintf("%6d %7d %5.1f %5.2f", s.rows, s.classes, s.scale, s.temp)
}

// loss returns the expected loss of the scenario, from many rows without drawing labels.
func (s scenario) loss(r *rand.Rand, scores int) (mean, prior float64) {
	p, q := make([]float64, s.classes), make([]float64, s.classes)
	z := make([]float64, s.classes)
	rows := scores / s.classes
	for range rows {
		for k := range z {
			z[k] = s.scale * r.NormFloat64()
		}
		softmax(p, z, 1)
		softmax(q, z, s.temp)
		for k := range z {
			mean -= q[k] * math.Log(p[k])
		}
	}
	return mean / float64(rows), math.Log(float64(s.classes))
}

// rates are shares of simulated data sets, or of their classes.
type rates struct {
	z, ece, class, any float64 // p ≤ .05; any class that differs
	loss, skill        float64 // 95 % intervals that hold the truth
}

func (s scenario) run(t testing.TB, sets, scores int) rates {
	r := rand.New(rand.NewPCG(uint64(s.rows), math.Float64bits(s.scale)+uint64(s.classes)))
	loss, prior := s.loss(r, scores)
	skill := 1 - loss/prior // labels are balanced
	var sum rates
	for range sets {
		rep := must(t, eval.Config{Input: eval.Logits}, random(r, s.rows, s.classes, s.scale, s.temp))
		sum.z += one(rep.Confidence.P <= 0.05)
		sum.ece += one(rep.Calib.P <= 0.05)
		sum.loss += one(rep.Loss.CI95[0] <= loss && loss <= rep.Loss.CI95[1])
		sum.skill += one(math.Abs(rep.Prior.Skill.Value-skill) <= 1.959963984540054*rep.Prior.Skill.SE)
		differs := false
		for _, c := range rep.PerClass {
			sum.class += one(c.P <= 0.05) / float64(s.classes)
			differs = differs || c.Differs
		}
		sum.any += one(differs)
	}
	n := float64(sets)
	return rates{sum.z / n, sum.ece / n, sum.class / n, sum.any / n, sum.loss / n, sum.skill / n}
}

var scenarios = []scenario{
	{100, 2, 1, 1}, {100, 10, 1, 1}, {100, 10, 3, 1},
	{1000, 2, 1, 1}, {1000, 2, 3, 1}, {1000, 10, 1, 1}, {1000, 10, 3, 1}, {1000, 10, 6, 1}, {1000, 100, 1, 1}, {1000, 100, 3, 1},
	{10000, 10, 3, 1}, {300, 10, 12, 1}, {3000, 10, 12, 1},
	{1000, 10, 3, 1.1}, {1000, 10, 3, 1.5}, {10000, 10, 3, 1.1}, {300, 10, 12, 3},
}

// tabulate writes a table of docs/statistics.md: the block of code below the line that names it.
func tabulate(t *testing.T, name, table string) {
	t.Helper()
	const path = "../docs/statistics.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(text), "<!-- simulated: "+name+" -->\n```\n")
	_, tail, closed := strings.Cut(rest, "```\n")
	if !found || !closed {
		t.Fatalf("%s has no place for the table %q", path, name)
	}
	whole := head + "<!-- simulated: " + name + " -->\n```\n" + table + "```\n" + tail
	if err := os.WriteFile(path, []byte(whole), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestSimulate(t *testing.T) {
	if *simulate > 0 {
		var b strings.Builder
		fmt.Fprintf(&b, "%d data sets a row, in %%\n\n", *simulate)
		fmt.Fprintln(&b, "                             p <= .05              any     interval holds")
		fmt.Fprintln(&b, "  rows classes scale  temp |    Z    ECE  class  class |   loss  skill")
		for _, s := range scenarios {
			x := s.run(t, *simulate, 8_000_000)
			fmt.Fprintf(&b, "%s | %5.1f  %5.1f  %5.1f  %5.1f |  %5.1f  %5.1f\n", s, 100*x.z, 100*x.ece, 100*x.class, 100*x.any, 100*x.loss, 100*x.skill)
		}
		tabulate(t, "rows", b.String())
		return
	}
	// The seeds are fixed, so this cannot fail by chance; bounds are about three standard errors wide.
	const sets = 150
	x := scenario{300, 10, 2, 1}.run(t, sets, 400_000)
	for _, tt := range []struct {
		what           string
		got, low, high float64
	}{
		{"size of Z", x.z, 0.01, 0.10},
		{"size of the ECE's p", x.ece, 0.005, 0.10},
		{"size of a class's p", x.class, 0.03, 0.07},
		{"data sets with a class that differs", x.any, 0, 0.10},
		{"coverage of the loss", x.loss, 0.90, 0.99},
		{"coverage of the skill", x.skill, 0.90, 0.99},
	} {
		if !(tt.got >= tt.low && tt.got <= tt.high) {
			t.Errorf("%s = %v, want %v to %v", tt.what, tt.got, tt.low, tt.high)
		}
	}
	if x := (scenario{2000, 10, 3, 1.3}).run(t, 20, 100_000); x.z < 1 || x.ece < 0.9 {
		t.Errorf("an over-confident model is found by Z in %v and by the ECE in %v of cases", x.z, x.ece)
	}
}

// A herd draws groups of rows that repeat each other.
type herd struct {
	groups, classes, distinct int // different rows in a group
	scale                     float64
}

func (h herd) String() string {
	return fmt.Sprintf("%6d %8d %7d %5.1f", h.groups, h.distinct, h.classes, h.scale)
}

// draw makes one data set: groups of 1 to 39 rows, whose logits are half as large, as large or twice as large as scale.
func (h herd) draw(r *rand.Rand) *table[float64] {
	d := &table[float64]{classes: h.classes}
	for g := range h.groups {
		base := random(r, h.distinct, h.classes, h.scale*math.Exp2(float64(r.IntN(3)-1)), 1)
		for range 1 + r.IntN(39) {
			i := r.IntN(h.distinct)
			d.scores = append(d.scores, base.scores[i*h.classes:(i+1)*h.classes]...)
			d.labels, d.groups = append(d.labels, base.labels[i]), append(d.groups, uint64(g))
		}
	}
	return d
}

type herdRates struct{ rows, groups, z, t, design float64 }

func (h herd) run(t testing.TB, sets, scores int) (x herdRates) {
	r := rand.New(rand.NewPCG(uint64(h.groups), math.Float64bits(h.scale)+uint64(h.distinct)))
	var truth float64
	for _, by := range []float64{.5, 1, 2} {
		loss, _ := scenario{1, h.classes, by * h.scale, 1}.loss(r, scores/3)
		truth += loss / 3
	}
	n := float64(sets)
	for range sets {
		d := h.draw(r)
		with := must(t, eval.Config{Input: eval.Logits}, d)
		d.groups = nil
		without := must(t, eval.Config{Input: eval.Logits}, d)
		x.rows += one(without.Loss.CI95[0] <= truth && truth <= without.Loss.CI95[1]) / n
		x.groups += one(with.Loss.CI95[0] <= truth && truth <= with.Loss.CI95[1]) / n
		x.z += one(without.Confidence.P <= .05) / n
		x.t += one(with.Confidence.P <= .05) / n
		x.design += with.Groups.Design / n
	}
	return x
}

func TestSimulateGroups(t *testing.T) {
	if *simulate > 0 {
		var b strings.Builder
		fmt.Fprintf(&b, "%d data sets a row, in %% but the design effect\n\n", *simulate)
		fmt.Fprintln(&b, "       distinct                 interval holds        p <= .05        design")
		fmt.Fprintln(&b, "groups     rows classes scale | by rows  by groups | by rows  by groups | effect")
		for _, h := range []herd{{5, 10, 3, 2}, {10, 10, 3, 2}, {20, 10, 3, 2}, {50, 10, 3, 2}, {200, 10, 3, 2}, {20, 3, 10, 2}, {50, 3, 10, 2}, {200, 3, 10, 2}, {50, 100, 10, 2}, {50, 3, 10, 6}, {200, 3, 10, 6}} {
			x := h.run(t, *simulate, 8_000_000)
			fmt.Fprintf(&b, "%s | %7.1f %10.1f | %7.1f %10.1f | %5.1f\n", h, 100*x.rows, 100*x.groups, 100*x.z, 100*x.t, x.design)
		}
		tabulate(t, "groups", b.String())
		return
	}
	x := herd{30, 3, 4, 2}.run(t, 150, 400_000) // fixed seeds: bounds are about three standard errors wide
	for _, tt := range []struct {
		what           string
		got, low, high float64
	}{
		{"coverage by groups", x.groups, 0.89, 0.99},
		{"size of t", x.t, 0.005, 0.11},
		{"coverage by rows", x.rows, 0.40, 0.80}, // or groups would change nothing here
		{"size of Z by rows", x.z, 0.20, 0.60},
	} {
		if !(tt.got >= tt.low && tt.got <= tt.high) {
			t.Errorf("%s = %v, want %v to %v", tt.what, tt.got, tt.low, tt.high)
		}
	}
}

// tempers are shares of data sets, and the mean of what a temperature gains on other rows, in nats times rows.
func (s scenario) tempers(t testing.TB, sets int) (p, holds, gain float64) {
	r := rand.New(rand.NewPCG(uint64(s.rows), math.Float64bits(s.temp)+uint64(s.classes)))
	n := float64(sets)
	for range sets {
		c := must(t, eval.Config{Input: eval.Logits, Recalibrate: true}, random(r, s.rows, s.classes, s.scale, s.temp)).Recalibration
		p += one(c.P <= .05) / n
		holds += one(math.Abs(c.Temperature-s.temp) <= 1.959963984540054*c.SE) / n
		gain += c.Calibration * float64(s.rows) / n
	}
	return p, holds, gain
}

func TestSimulateTemperature(t *testing.T) {
	if *simulate > 0 {
		var b strings.Builder
		fmt.Fprintf(&b, "%d data sets a row, in %% but the gain\n\n", *simulate)
		fmt.Fprintln(&b, "                           |          interval    gain")
		fmt.Fprintln(&b, "  rows classes scale  temp | p <= .05   of T    x rows")
		for _, s := range []scenario{{100, 10, 3, 1}, {1000, 2, 1, 1}, {1000, 10, 3, 1}, {1000, 10, 6, 1}, {1000, 100, 3, 1}, {300, 10, 12, 1}, {1000, 10, 3, 1.1}, {1000, 10, 3, 1.5}, {300, 10, 12, 3}} {
			p, holds, gain := s.tempers(t, *simulate)
			fmt.Fprintf(&b, "%s | %8.1f %7.1f %8.2f\n", s, 100*p, 100*holds, gain)
		}
		tabulate(t, "temperature", b.String())
		return
	}
	p, holds, gain := scenario{200, 5, 2, 1}.tempers(t, 150) // fixed seeds: bounds are about three standard errors wide
	if !(p >= .005 && p <= .105 && holds >= .895 && holds <= .995 && math.Abs(gain+.5) < .4) {
		t.Errorf("size %v, coverage %v, gain x rows %v; want about .05, .95 and -.5", p, holds, gain)
	}
}
