package eval_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"xent/eval"
)

// What tests and intervals promise holds only in the long run, so the long run is simulated. With
//
//	go test ./eval -run TestSimulate -v -simulate 1000
//
// this prints the tables of docs/statistics.md; without the flag it simulates less, with loose bounds.
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

func TestSimulate(t *testing.T) {
	if *simulate > 0 {
		fmt.Printf("%d data sets a row, in %%\n\n", *simulate)
		fmt.Println("                             p <= .05              any     interval holds")
		fmt.Println("  rows classes scale  temp |    Z    ECE  class  class |   loss  skill")
		for _, s := range scenarios {
			x := s.run(t, *simulate, 8_000_000)
			fmt.Printf("%s | %5.1f  %5.1f  %5.1f  %5.1f |  %5.1f  %5.1f\n", s, 100*x.z, 100*x.ece, 100*x.class, 100*x.any, 100*x.loss, 100*x.skill)
		}
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
