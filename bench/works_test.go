package main

import (
	"bufio"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

// A host that answers what the test says, and counts what it is asked.
type fake struct {
	answers map[string]answer // by implementation
	err     error
	asked   []string
}

func (f *fake) ask(q request) (answer, error) {
	f.asked = append(f.asked, q.Op+" "+q.Implementation)
	return f.answers[q.Implementation], f.err
}

// small writes the inputs of every work, of a size that takes no time.
func small(t *testing.T) (*bench, map[string]string) {
	t.Helper()
	b := &bench{opt: options{quick: true, threads: []int{1, 2}}, dir: t.TempDir(), local: serving("xent"), log: io.Discard}
	b.hosts = []host{b.local}
	rng := rand.New(rand.NewPCG(1, 1))
	normal := func(int) float32 { return float32(rng.NormFloat64()) }
	const rows, dims, classes = 40, 8, 300
	paths, err := b.write(map[string]array{
		"logits": {normal, []int{rows, classes}}, "target": {func(i int) float32 { return float32(i % 2) }, []int{rows, classes}},
		"hidden": {normal, []int{rows, dims}}, "weight": {normal, []int{classes, dims}}, "labels": labelsOf(rows, classes),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b, paths
}

var everyWork = []string{"ce.value", "ce.grad", "ce.inplace", "bce.value", "bce.grad", "linear.value", "linear.grad", "linear.recompute"}

// Every work runs on xent and on the limits, by one thread and by two, and gives the same loss each time: work in
// place starts from the same logits again.
func TestWorks(t *testing.T) {
	b, paths := small(t)
	if err := b.load(paths); err != nil {
		t.Fatal(err)
	}
	for _, work := range everyWork {
		losses := map[number]bool{}
		for _, threads := range []int{1, 2} {
			for range 2 {
				a, err := b.local.ask(request{Op: "run", Implementation: "xent", Work: work, Threads: threads, Runs: 3})
				if err != nil || len(a.Seconds) < 3 || !(a.Value > 0) {
					t.Fatalf("%s, %d threads: %+v, %v; want three times and a loss", work, threads, a, err)
				}
				losses[a.Value] = true
			}
			if a, err := b.local.ask(request{Op: "run", Implementation: "limit", Work: work, Threads: threads, Runs: 1}); err != nil || len(a.Seconds) < 1 {
				t.Errorf("limit of %s, %d threads: %+v, %v", work, threads, a, err)
			}
		}
		if len(losses) != 1 {
			t.Errorf("%s: the losses of its runs are %v, want one", work, losses)
		}
	}
	if a, err := b.local.ask(request{Op: "run", Implementation: "gonum", Work: "ce.value", Threads: 1, Runs: 1}); err != nil || len(a.Seconds) != 1 {
		t.Errorf("gonum: %+v, %v", a, err)
	}
	if a, err := b.local.ask(request{Op: "run", Implementation: "gonum", Work: "bce.value", Threads: 1}); err != nil || a.Skip == "" {
		t.Errorf("gonum has no binary cross-entropy, but: %+v, %v", a, err)
	}
}

// A step gives the same loss each time, on any number of threads: that of the weights in the file.
func TestSteps(t *testing.T) {
	for _, s := range steppeds {
		b, _ := small(t)
		paths, err := b.batch(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.load(paths); err != nil {
			t.Fatal(err)
		}
		losses := map[number]bool{}
		for _, threads := range []int{1, 2} {
			a, err := b.local.ask(request{Op: "run", Implementation: "xent", Work: s.key, Threads: threads, Runs: 2})
			if err != nil || !(a.Value > 1) {
				t.Fatalf("%s, %d threads: %+v, %v", s.key, threads, a, err)
			}
			losses[a.Value] = true
			if _, err := b.local.ask(request{Op: "run", Implementation: "limit", Work: s.key, Threads: threads, Runs: 1}); err != nil {
				t.Error(err)
			}
		}
		if len(losses) != 1 {
			t.Errorf("%s: the losses of its runs are %v, want one", s.key, losses)
		}
	}
}

// The protocol says over a pipe what the host says itself.
func TestServe(t *testing.T) {
	_, paths := small(t)
	in, to := io.Pipe()
	from, out := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- serve(serving("plain,gonum"), in, out) }()
	p := pipe{to, bufio.NewReader(from)}
	ask := func(q request) answer {
		t.Helper()
		a, err := p.ask(q)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := ask(request{Op: "hello"}); len(a.Implementations) != 2 || a.Implementations[0].ID != "plain" || a.Kernel == "" {
		t.Errorf("hello: %+v", a)
	}
	ask(request{Op: "load", Arrays: paths})
	plain := ask(request{Op: "run", Implementation: "plain", Work: "ce.value", Threads: 1, Runs: 2})
	gonum := ask(request{Op: "run", Implementation: "gonum", Work: "ce.value", Threads: 1, Runs: 2})
	if !agrees(float64(plain.Value), float64(gonum.Value)) || len(plain.Seconds) < 2 {
		t.Errorf("plain %+v, gonum %+v: want the same loss", plain, gonum)
	}
	if _, err := p.ask(request{Op: "dance"}); err == nil {
		t.Error("an unknown operation is no error")
	}
	to.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// compare asks everyone in turn, keeps the best, and leaves out who fails, skips or computes another loss.
func TestCompare(t *testing.T) {
	b, paths := small(t)
	h := &fake{answers: map[string]answer{"wrong": {Seconds: []float64{1e-9}, Value: 77}, "none": {Skip: "no such function"}}}
	broken := &fake{err: errors.New("out of memory")}
	b.contenders = []contender{{Implementation{"wrong", ""}, h}, {Implementation{"none", ""}, h}, {Implementation{"broken", ""}, broken}, {Implementation{"gonum", ""}, b.local}}
	if err := b.load(paths); err != nil {
		t.Fatal(err)
	}
	if err := b.compare("ce.value", Row{Work: "cross-entropy", Shape: "40x300", Threads: 1, Items: 40, Bytes: 48000}); err != nil {
		t.Fatal(err)
	}
	r := b.report.Rows[0]
	if !(r.Ours.Best > 0) || !(r.Limit.Best > 0) || r.Ours.Best > r.Ours.Median {
		t.Errorf("xent %+v, limit %+v", r.Ours, r.Limit)
	}
	if _, ok := r.Peers["gonum"]; !ok || len(r.Peers) != 1 {
		t.Errorf("peers %v, want gonum alone", r.Peers)
	}
	for _, id := range []string{"wrong", "none", "broken"} {
		if r.Skipped[id] == "" {
			t.Errorf("%s was left out without a reason", id)
		}
	}
	if len(broken.asked) != 1 {
		t.Errorf("the broken one was asked %d times, want once", len(broken.asked))
	}
}

// What is written as .npy reads back, and its elements begin at a multiple of 64.
func TestNpy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npy")
	const rows, cols = 131, 67 // more than a block of the writer
	if err := writeNpy(path, func(i int) float32 { return float32(i) }, rows, cols); err != nil {
		t.Fatal(err)
	}
	m, err := readMatrix(path)
	if err != nil || m.rows != rows || m.cols != cols {
		t.Fatalf("%d x %d, %v; want %d x %d", m.rows, m.cols, err, rows, cols)
	}
	for i, v := range m.data {
		if v != float32(i) {
			t.Fatalf("element %d is %v", i, v)
		}
	}
	if err := writeNpy(path, func(i int) int64 { return int64(-i) }, 5); err != nil {
		t.Fatal(err)
	}
	if labels, err := readLabels(path); err != nil || len(labels) != 5 || labels[4] != -4 {
		t.Errorf("labels %v, %v", labels, err)
	}
}

// The yardstick of accuracy itself: one unit off counts as one, NaN as NaN, and truth keeps the digits of a loss near 0.
func TestWorst(t *testing.T) {
	one := float32(1)
	for _, tt := range []struct {
		got  float32
		want float64
		ulps float64
		why  string
	}{
		{one, 1, 0, "exact"},
		{math.Nextafter32(one, 2), 1, 1, "the next number"},
		{math.Nextafter32(one, 0), 1, .5, "below a power of two numbers lie closer"},
		{0x1p-149, 0, 1, "the smallest number, of 0"},
		{float32(math.NaN()), 1, math.NaN(), "NaN is no small error"},
	} {
		got := worst([]float32{tt.got}, []float64{tt.want})
		if got != tt.ulps && !(got != got && tt.ulps != tt.ulps) {
			t.Errorf("worst(%v, %v) = %v, want %v: %s", tt.got, tt.want, got, tt.ulps, tt.why)
		}
	}
	if got := worst[float32](nil, nil); got == got {
		t.Errorf("worst of nothing is %v, want NaN", got)
	}
	o := truth(matrix{[]float32{40, 0}, 1, 2}, []int64{0})
	if want := math.Exp(-40); math.Abs(o.loss[0]/want-1) > 1e-12 || math.Abs(o.grad[0]/-want-1) > 1e-12 {
		t.Errorf("loss %v, gradient %v of a margin of 40, want %v", o.loss[0], o.grad[0], want)
	}
}

// The limits touch all bytes that they claim to, and as often.
func TestProbes(t *testing.T) {
	const n = 4 * probeStep / 4
	w := &works{arrays: map[string]matrix{"logits": {make([]float32, n), 1, n}, "target": {make([]float32, n), 1, n}}, buffers: map[string][]float32{}}
	x, y := w.data("logits"), w.data("target")
	for i := range x {
		x[i], y[i] = float32(i), float32(2*i)
	}
	for _, threads := range []int{1, 2, 3} {
		g := w.buffer("grad", n)
		for _, tt := range []struct {
			work string
			want func(i int) float32
		}{{"copy", func(i int) float32 { return x[i] }}, {"bce.grad", func(i int) float32 { return 3 * x[i] }}} {
			clear(g)
			j, err := w.limit(tt.work, threads)
			if err != nil {
				t.Fatal(err)
			}
			j.run()
			for i, v := range g {
				if v != tt.want(i) {
					t.Fatalf("%s by %d threads: element %d is %v, want %v", tt.work, threads, i, v, tt.want(i))
				}
			}
		}
	}
}

func TestMachine(t *testing.T) {
	const cpuinfo = "processor\t: 0\ncpu family\t: 26\nmodel\t\t: 68\nmodel name\t: A processor @ 4 GHz\n\nprocessor\t: 1\nmodel name\t: another\n"
	if got, want := cpuOf(cpuinfo), "A processor @ 4 GHz (family 26, model 68)"; got != want {
		t.Errorf("cpuOf = %q, want %q", got, want)
	}
	if got := memoryOf("MemTotal:       24689156 kB\nMemFree: 1 kB\n"); got != 24689156<<10 {
		t.Errorf("memoryOf = %d", got)
	}
}

func TestParse(t *testing.T) {
	o, err := parse([]string{"--threads", "1,4", "--run", "ce/", "--json"})
	if err != nil || len(o.threads) != 2 || o.threads[1] != 4 || !o.json || !o.run.MatchString("ce/8192x10") || o.run.MatchString("eval") {
		t.Errorf("%+v, %v", o, err)
	}
	for _, bad := range [][]string{{"--threads", "0"}, {"--threads", "many"}, {"--run", "("}} {
		if _, err := parse(bad); err == nil {
			t.Errorf("%v is no error", bad)
		}
	}
}
