package eval_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"xent/eval"
)

// Each cell is what the definition says, and all of them are the loss, with and without weights.
func TestLeaks(t *testing.T) {
	for _, weights := range []bool{false, true} {
		r := rand.New(rand.NewPCG(4, 4))
		d := random(r, 300, 5, 4, 1.5)
		d.scores[5*3+int(d.labels[3])] -= 200 // a loss that integers do not hold
		d.scores[5*8+int(d.labels[8])] += 80  // and one of nothing
		if weights {
			weigh(d, 1)
		}
		rep := must(t, eval.Config{Input: eval.Logits, Leaks: true}, d)
		var want [5][5]float64
		var said [5][5]float64
		total := 0.0
		p := make([]float64, 5)
		for i, y := range d.labels {
			w := 1.0
			if weights {
				w = d.weights[i]
			}
			total += w
			z := d.scores[5*i : 5*i+5]
			best := 0
			for k := range z {
				if z[k] > z[best] {
					best = k
				}
			}
			said[y][best] += w
			softmax(p, z, 1)
			rest := 0.0
			for k := range p {
				if k != int(y) {
					rest += p[k]
				}
			}
			loss := math.Log1p(rest / p[y])
			for k := range p {
				if k != int(y) && rest > 0 {
					want[y][k] += w * loss * p[k] / rest
				}
			}
		}
		sum := 0.0
		for y, row := range rep.Leaks.Matrix {
			for k, got := range row {
				near(t, "cell", got, want[y][k]/total, 1e-11)
				sum += got
			}
		}
		near(t, "all cells", sum, rep.Loss.Nats, 1e-11)
		if len(rep.Leaks.Cells) != 20 {
			t.Fatalf("%d cells, want all 20", len(rep.Leaks.Cells))
		}
		for i, c := range rep.Leaks.Cells {
			if c.Nats != rep.Leaks.Matrix[c.Label][c.Class] || math.Abs(c.Rows-said[c.Label][c.Class]) > 1e-9 || i > 0 && c.Nats > rep.Leaks.Cells[i-1].Nats {
				t.Errorf("%+v at %d, said of %v rows", c, i, said[c.Label][c.Class])
			}
		}
	}
	d := tiny()
	oneHot(d)
	d.targets[0], d.targets[1], d.targets[2] = .5, .25, .25
	if rep := must(t, eval.Config{Leaks: true}, d); rep.Leaks != nil {
		t.Error("soft labels have leaks")
	}
}
