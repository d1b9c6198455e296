package doctor

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"xent"
	"xent/eval"
)

// A table is rows in memory. Its edits return it, to be chained.
type table struct {
	cfg    eval.Config
	scores []float64
	labels []int64
}

func (d *table) k() int                     { return d.cfg.Classes }
func (d *table) n() int                     { return len(d.labels) }
func (d *table) row(i int) []float64        { return d.scores[i*d.k() : (i+1)*d.k()] }
func (d *table) said(in eval.Input) *table  { d.cfg.Input = in; return d }
func (d *table) stored(dtype string) *table { d.cfg.DType = dtype; return d }

// clean makes rows of a calibrated model: labels are drawn from the softmax of its logits, which has one
// class ahead by skill on average.
func clean(seed uint64, n, k int, skill float64) *table {
	r := rand.New(rand.NewPCG(seed, uint64(k)))
	d := &table{cfg: eval.Config{Classes: k}, scores: make([]float64, n*k), labels: make([]int64, n)}
	for i := range n {
		row := d.row(i)
		for j := range row {
			row[j] = r.NormFloat64()
		}
		row[r.IntN(k)] += skill * (.5 + r.Float64())
		d.labels[i] = draw(r, row)
	}
	return d
}

// draw takes a class from the softmax of logits.
func draw(r *rand.Rand, logits []float64) int64 {
	m := xent.RowMoments(logits)
	u := r.Float64()
	for j, z := range logits {
		if u -= m.Prob(z); u < 0 {
			return int64(j)
		}
	}
	return int64(m.Arg)
}

// each edits every row.
func (d *table) each(edit func(row []float64)) *table {
	for i := range d.n() {
		edit(d.row(i))
	}
	return d
}

// some edits rows by their numbers.
func (d *table) some(edit func(i int, row []float64)) *table {
	for i := range d.n() {
		edit(i, d.row(i))
	}
	return d
}

// upset turns the labels of some rows around: they belong to other rows of the same stretch.
func (d *table) upset(from, to int) *table {
	rand.New(rand.NewPCG(5, 5)).Shuffle(to-from, func(i, j int) {
		d.labels[from+i], d.labels[from+j] = d.labels[from+j], d.labels[from+i]
	})
	return d
}

func sigmoid(row []float64) {
	for j, z := range row {
		row[j] = 1 / (1 + math.Exp(-z))
	}
}

// relabel edits every label.
func (d *table) relabel(edit func(y int64) int64) *table {
	for i, y := range d.labels {
		d.labels[i] = edit(y)
	}
	return d
}

func softmax(row []float64) {
	m := xent.RowMoments(row)
	for j, z := range row {
		row[j] = m.Prob(z)
	}
}

func logSoftmax(row []float64) {
	m := xent.RowMoments(row)
	for j, z := range row {
		row[j] = m.LogProb(z)
	}
}

func scale(by float64) func([]float64) {
	return func(row []float64) {
		for j := range row {
			row[j] *= by
		}
	}
}

// lag gives row i the label of row i - by, around the end.
func (d *table) lag(by int) *table {
	old := append([]int64(nil), d.labels...)
	for i := range d.labels {
		d.labels[i] = old[((i-by)%len(old)+len(old))%len(old)]
	}
	return d
}

// shuffled gives rows each other's labels.
func (d *table) shuffled() *table {
	rand.New(rand.NewPCG(7, 7)).Shuffle(len(d.labels), func(i, j int) { d.labels[i], d.labels[j] = d.labels[j], d.labels[i] })
	return d
}

// sorted puts the rows in the order of their labels.
func (d *table) sorted() *table {
	out := &table{cfg: d.cfg}
	for y := range int64(d.k()) {
		for i, label := range d.labels {
			if label == y {
				out.scores = append(out.scores, d.row(i)...)
				out.labels = append(out.labels, y)
			}
		}
	}
	return out
}

// head keeps the first n rows.
func (d *table) first(n int) *table {
	return &table{d.cfg, d.scores[:n*d.k()], d.labels[:n]}
}

// sample sums up d, in parts that are merged.
func (d *table) sample(t testing.TB) *Sample {
	t.Helper()
	s := d.part(t, 0, d.n()/3)
	s.Merge(d.part(t, d.n()/3, d.n()))
	return s
}

func (d *table) part(t testing.TB, from, to int) *Sample {
	t.Helper()
	s, err := NewFile(d.cfg)
	if err != nil {
		t.Fatal(err)
	}
	b := eval.Block[float64]{First: int64(from), Scores: xent.MatrixOf(d.scores[from*d.k():to*d.k()], d.k()), Labels: d.labels[from:to]}
	if err := Add(s, b); err != nil {
		t.Fatal(err)
	}
	return s
}

// npy reads the numbers of a .npy file of the real models: float32 or int64, little endian.
func npy(t testing.TB, name string) []float64 {
	t.Helper()
	b, err := os.ReadFile("../testdata/models/" + name + ".npy")
	if err != nil {
		t.Fatal(err)
	}
	from := 10 + int(binary.LittleEndian.Uint16(b[8:]))
	header := string(b[10:from])
	var x []float64
	for b := b[from:]; len(b) > 0; {
		if contains(header, "<f4") {
			x = append(x, float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
			b = b[4:]
		} else if contains(header, "u1") {
			x = append(x, float64(b[0]))
			b = b[1:]
		} else {
			x = append(x, float64(int64(binary.LittleEndian.Uint64(b))))
			b = b[8:]
		}
	}
	return x
}

func contains(s, part string) bool {
	for i := range s {
		if len(s)-i >= len(part) && s[i:i+len(part)] == part {
			return true
		}
	}
	return false
}

// model is one of the real models.
func model(t testing.TB, scores, labels string, k int) *table {
	t.Helper()
	d := &table{cfg: eval.Config{Classes: k, DType: "float32"}, scores: npy(t, scores)}
	for _, y := range npy(t, labels) {
		d.labels = append(d.labels, int64(y))
	}
	return d
}

func digits10(t testing.TB) *table { return model(t, "digits-mlp-logits", "digits-labels", 10) }
func fashion(t testing.TB) *table  { return model(t, "fashion-mlp-logits", "fashion-labels", 10) }
func cancer(t testing.TB) *table   { return model(t, "cancer-logits", "cancer-labels", 1) }
