package eval_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"xent/eval"
)

// clustered gives the rows of d groups whose sizes differ, some of one row, and weights.
func clustered(r *rand.Rand, d *table[float64], groups int) {
	d.groups, d.weights = make([]uint64, d.rows()), make([]float64, d.rows())
	for i := range d.groups {
		d.groups[i] = uint64(r.IntN(1+r.IntN(groups))) * 0x9e3779b97f4a7c15
		d.weights[i] = []float64{1, 1, .3, 1.7}[r.IntN(4)]
	}
}

// repeat makes rows of d equal to their neighbours, in groups of n.
func repeat(d *table[float64], n int) {
	d.groups = make([]uint64, d.rows())
	for i := range d.rows() {
		first := i - i%n
		copy(d.scores[d.classes*i:d.classes*(i+1)], d.scores[d.classes*first:])
		d.labels[i], d.groups[i] = d.labels[first], uint64(first)
	}
}

// byHand is the standard error of Σ w·x/Σ w, by leaving out one group after the other.
func byHand(d *table[float64], x []float64) float64 {
	var sum, weight float64
	for i, v := range x {
		sum, weight = sum+d.weights[i]*v, weight+d.weights[i]
	}
	of := map[uint64]bool{}
	for _, g := range d.groups {
		of[g] = true
	}
	var squares float64
	for g := range of {
		var s, w float64
		for i, v := range x {
			if d.groups[i] != g {
				s, w = s+d.weights[i]*v, w+d.weights[i]
			}
		}
		squares += (s/w - sum/weight) * (s/w - sum/weight)
	}
	n := float64(len(of))
	return math.Sqrt((n - 1) / n * squares)
}

func TestGroupsByHand(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	d := random(r, 400, 4, 2, 1.3)
	clustered(r, d, 25)
	loss, right, gap := make([]float64, 400), make([]float64, 400), make([]float64, 400)
	p := make([]float64, 4)
	for i := range loss {
		softmax(p, d.scores[4*i:4*i+4], 1)
		best, entropy := 0, 0.0
		for k, v := range p {
			if v > p[best] {
				best = k
			}
			entropy -= v * math.Log(v)
		}
		loss[i] = -math.Log(p[d.labels[i]])
		right[i] = one(best == int(d.labels[i]))
		gap[i] = loss[i] - entropy
	}
	rep := must(t, eval.Config{}, d)
	near(t, "SE of the loss", rep.Loss.SE, byHand(d, loss), 1e-12)
	near(t, "SE of the accuracy", rep.Accuracy.SE, byHand(d, right), 1e-12)
	near(t, "t of the gap", rep.Confidence.Z, rep.Confidence.Gap/byHand(d, gap), 1e-10)
	single := *d
	single.groups = nil
	rows := must(t, eval.Config{}, &single)
	near(t, "SE by rows", rep.Groups.RowSE, rows.Loss.SE, 0)
	near(t, "design effect", rep.Groups.Design, math.Pow(rep.Loss.SE/rows.Loss.SE, 2), 1e-12)
	near(t, "interval", rep.Loss.CI95[1], rep.Loss.Nats+rep.Groups.T*rep.Loss.SE, 0)
	if rows.Groups != nil {
		t.Error("groups without any")
	}
	// Rows of infinite loss leave the loss without a standard error, and the others theirs.
	d.scores[4*7+int(d.labels[7])] = math.Inf(-1)
	d.weights[7] = 1
	rep = must(t, eval.Config{}, d)
	finite := &table[float64]{groups: append(append([]uint64{}, d.groups[:7]...), d.groups[8:]...), weights: append(append([]float64{}, d.weights[:7]...), d.weights[8:]...)}
	near(t, "SE of the finite loss", rep.Loss.FiniteSE, byHand(finite, append(append([]float64{}, loss[:7]...), loss[8:]...)), 1e-12)
	if rep.Loss.SE == rep.Loss.SE {
		t.Errorf("SE of an infinite loss: %v", rep.Loss.SE)
	}
}

// One row a group is as good as none; one group for all tells nothing; few are told to be few.
func TestGroupsAtTheEnds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 6))
	d := random(r, 500, 3, 2, 1)
	rows := must(t, eval.Config{}, d)
	d.groups = make([]uint64, 500)
	for i := range d.groups {
		d.groups[i] = uint64(i)
	}
	rep := must(t, eval.Config{}, d)
	near(t, "SE, a row a group", rep.Loss.SE, rows.Loss.SE, 1e-14)
	near(t, "design effect", rep.Groups.Design, 1, 1e-14)
	if rep.Groups.Groups != 500 || rep.Groups.Largest != 1 || len(rep.Warnings) != len(rows.Warnings) {
		t.Errorf("%+v, %v", rep.Groups, rep.Warnings)
	}
	clear(d.groups)
	rep = must(t, eval.Config{}, d)
	if rep.Loss.SE == rep.Loss.SE || rep.Accuracy.SE == rep.Accuracy.SE || rep.Loss.CI95[0] == rep.Loss.CI95[0] || !warned(rep, "one-group") {
		t.Errorf("one group: SE %v, %v, interval %v, %v", rep.Loss.SE, rep.Accuracy.SE, rep.Loss.CI95, rep.Warnings)
	}
	if rep.Loss.Nats != rows.Loss.Nats || rep.Groups.RowSE != rows.Loss.SE {
		t.Error("the loss, or its error by rows, depends on the groups")
	}
	for i := range d.groups {
		d.groups[i] = uint64(i % 5)
	}
	if rep = must(t, eval.Config{}, d); !warned(rep, "few-groups") {
		t.Errorf("five groups: %v", rep.Warnings)
	}
	repeat(d, 10)
	if rep = must(t, eval.Config{}, d); !warned(rep, "rows-in-groups") || !(math.Abs(rep.Groups.Design-10) < .5) {
		t.Errorf("every row ten times: design effect %v, %v", rep.Groups.Design, rep.Warnings)
	}
}

// More groups than are counted are put together, with the same bytes for any partition, and hardly change the error.
func TestGroupsFold(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 7))
	d := random(r, 70_000, 2, 2, 1)
	d.groups = make([]uint64, d.rows())
	for i := range d.groups {
		d.groups[i] = uint64(i) // numbers in order are folded as well as hashes
	}
	rep := must(t, eval.Config{}, d)
	if !rep.Groups.Folded || rep.Groups.Groups > 1<<14 || rep.Groups.Groups < 15_000 {
		t.Fatalf("%+v, want folds", rep.Groups)
	}
	if got := rep.Groups.Design; !(math.Abs(got-1) < .05) {
		t.Errorf("design effect %v of independent rows", got)
	}
	parts := make([]*eval.Accumulator, 3)
	for i := range parts {
		var err error
		if parts[i], err = eval.New(eval.Config{Classes: 2, Grouped: true}); err != nil {
			t.Fatal(err)
		}
	}
	for i, cuts := range [][2]int{{0, 66_000}, {66_000, 66_100}, {66_100, 70_000}} { // the first folds alone, the others do not
		if err := eval.Add(parts[i], d.block(cuts[0], cuts[1])); err != nil {
			t.Fatal(err)
		}
	}
	for _, order := range [][3]int{{0, 1, 2}, {2, 1, 0}} {
		whole, err := eval.New(eval.Config{Classes: 2, Grouped: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range order {
			if err := whole.Merge(parts[i]); err != nil {
				t.Fatal(err)
			}
		}
		merged, err := whole.Report()
		if err != nil {
			t.Fatal(err)
		}
		if a, b := encode(t, rep), encode(t, merged); a != b {
			t.Errorf("in order %v the parts give another report", order)
		}
	}
}
