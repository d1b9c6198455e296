package xent_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"
	"xent"
)

// meeting is where the shards of one process exchange their parts, in binary as if they were machines. Each
// merges all of them in an order of its own.
type meeting struct {
	mu      sync.Mutex
	all     [][]byte
	waiting sync.WaitGroup
	rng     *rand.Rand
}

func newMeeting(shards int, seed uint64) *meeting {
	m := &meeting{rng: rand.New(rand.NewPCG(seed, 0))}
	m.waiting.Add(shards)
	return m
}

func (m *meeting) exchange(parts []xent.Partial) error {
	var own []byte
	for _, p := range parts {
		own, _ = p.AppendBinary(own)
	}
	m.mu.Lock()
	m.all = append(m.all, own)
	m.mu.Unlock()
	m.waiting.Done()
	m.waiting.Wait()
	m.mu.Lock()
	order := m.rng.Perm(len(m.all))
	m.mu.Unlock()
	clear(parts)
	for _, n := range order {
		for i := range parts {
			var p xent.Partial
			if err := p.UnmarshalBinary(m.all[n][i*xent.PartialSize : (i+1)*xent.PartialSize]); err != nil {
				return err
			}
			parts[i].Merge(p)
		}
	}
	return nil
}

// sharded cuts logits at the given classes and returns the Result of the first shard and the whole gradient;
// all shards must agree on the Result.
func sharded[T xent.Float](t interface{ Fatalf(string, ...any) }, logits xent.Logits[T], cuts []int, labels []int, opt xent.Options) (xent.Result, []T) {
	m := newMeeting(len(cuts)+1, uint64(len(cuts)))
	grad := xent.MatrixOf(make([]T, logits.Rows*logits.Cols), logits.Cols)
	results, errs := make([]xent.Result, len(cuts)+1), make([]error, len(cuts)+1)
	var done sync.WaitGroup
	bounds := append(append([]int{0}, cuts...), logits.Cols)
	for n := range results {
		view := func(x xent.Matrix[T]) xent.Matrix[T] {
			return xent.Matrix[T]{Data: x.Data[bounds[n]:], Rows: x.Rows, Cols: bounds[n+1] - bounds[n], Stride: x.Cols}
		}
		done.Go(func() {
			shard := xent.Shard[T]{Logits: xent.Logits[T](view(xent.Matrix[T](logits))), First: bounds[n], Classes: logits.Cols}
			results[n], errs[n] = xent.ShardedCrossEntropyGrad(view(grad), shard, labels, &xent.ShardOptions{Options: opt, Exchange: m.exchange})
		})
	}
	done.Wait()
	for n, r := range results {
		if errs[n] != nil || !sameResult(r, results[0]) {
			t.Fatalf("shard %d: %+v, %v, want %+v", n, r, errs[n], results[0])
		}
	}
	return results[0], grad.Data
}

// Any cut of the classes gives the same bits, and the loss and gradient of CrossEntropy: under all options,
// with special values.
func TestShardsMergeToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, classes := rapid.IntRange(1, 4).Draw(t, "rows"), rapid.IntRange(1, 12).Draw(t, "classes")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		size := rapid.SampledFrom([]float64{1, 30, 1e6}).Draw(t, "size")
		x, labels := make([]float64, rows*classes), make([]int, rows)
		for i := range x {
			x[i] = rng.NormFloat64() * size
			if rng.IntN(20) == 0 {
				x[i] = []float64{math.Inf(-1), math.Inf(1), math.NaN(), 0, 0}[rng.IntN(5)]
			}
		}
		for i := range labels {
			labels[i] = rng.IntN(classes+1) - 1
		}
		weights, rowWeights := make([]float64, classes), make([]float64, rows)
		for c := range weights {
			weights[c] = rng.Float64() + .1
		}
		for i := range rowWeights {
			rowWeights[i] = float64(rng.IntN(3))
		}
		opt := xent.Options{
			IgnoreIndex: new(-1), Empty: xent.EmptyZero,
			Temperature: rapid.SampledFrom([]float64{0, .7}).Draw(t, "temperature"),
			SoftCap:     rapid.SampledFrom([]float64{0, 20}).Draw(t, "cap"),
			ZPenalty:    rapid.SampledFrom([]float64{0, 0, .01}).Draw(t, "z"),
		}
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			opt.Focus, opt.Poly = 1.5, .5
		case 1:
			opt.Smoothing = .1
		}
		if rapid.Bool().Draw(t, "weighted") {
			opt.Weights, opt.RowWeights = weights, rowWeights
		}
		logits := xent.LogitsOf(x, classes)
		first, grad := sharded(t, logits, nil, labels, opt)
		for range 2 {
			var cuts []int
			for c := 1; c < classes; c++ {
				if rng.IntN(3) == 0 {
					cuts = append(cuts, c)
				}
			}
			got, g := sharded(t, logits, cuts, labels, opt)
			if !sameResult(got, first) {
				t.Fatalf("cut at %v: %+v, whole: %+v", cuts, got, first)
			}
			for i := range g {
				if math.Float64bits(g[i]) != math.Float64bits(grad[i]) && !(g[i] != g[i] && grad[i] != grad[i]) {
					t.Fatalf("cut at %v: gradient %g, whole: %g", cuts, g[i], grad[i])
				}
			}
		}
		want := make([]float64, len(x))
		res, err := xent.CrossEntropyGrad(xent.MatrixOf(want, classes), logits, labels, &opt)
		if err != nil {
			t.Fatal(err)
		}
		if first.Weight != res.Weight || first.Rows != res.Rows || first.Ignored != res.Ignored || first.NonFinite != res.NonFinite || first.Correct != res.Correct || first.Judged != res.Judged {
			t.Fatalf("%+v, want %+v", first, res)
		}
		if !close(float64(first.Sum()), float64(res.Sum()), valueBound*0x1p-52*math.Abs(float64(res.Sum()))) {
			t.Fatalf("loss %.17g, want %.17g", first.Sum(), res.Sum())
		}
		for i := range want {
			if !close(grad[i], want[i], gradBound*0x1p-52*math.Abs(want[i])+floorEps*0x1p-52*(opt.Smoothing+size*opt.ZPenalty)) {
				t.Fatalf("gradient %d is %.17g, want %.17g", i, grad[i], want[i])
			}
		}
	})
}

// sameResult compares bits, NaN included.
func sameResult(a, b xent.Result) bool {
	same := math.Float64bits(float64(a.Sum())) == math.Float64bits(float64(b.Sum())) || a.Sum() != a.Sum() && b.Sum() != b.Sum()
	return same && a.Weight == b.Weight && a.Rows == b.Rows && a.Ignored == b.Ignored && a.NonFinite == b.NonFinite && a.Correct == b.Correct
}

// The same bits for any number of workers, in place or not, in float32; errors come before anything is written.
func TestShardedWorkersAndErrors(t *testing.T) {
	x, _, _ := familyInputs[float32](familyRows, familyClasses)
	labels := make([]int, familyRows)
	for i := range labels {
		labels[i] = i % familyClasses
	}
	whole := xent.Shard[float32]{Logits: xent.LogitsOf(x, familyClasses), Classes: familyClasses}
	grad := xent.MatrixOf(make([]float32, len(x)), familyClasses)
	want, err := xent.ShardedCrossEntropyGrad(grad, whole, labels, &xent.ShardOptions{Options: xent.Options{Workers: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []int{0, 2, 16} {
		in := xent.MatrixOf(slices.Clone(x), familyClasses)
		shard := whole
		shard.Logits = xent.Logits[float32](in)
		opt, loss := &xent.ShardOptions{Options: xent.Options{Workers: w}}, make([]float32, familyRows)
		byRow, e1 := xent.ShardedCrossEntropyRows(loss, shard, labels, opt)
		value, e2 := xent.ShardedCrossEntropy(shard, labels, opt)
		got, e3 := xent.ShardedCrossEntropyGrad(in, shard, labels, opt)
		if e1 != nil || e2 != nil || e3 != nil || got != want || value != want || byRow != want || !slices.Equal(in.Data, grad.Data) {
			t.Errorf("%d workers: another result (%v, %v, %v)", w, e1, e2, e3)
		}
	}

	half := xent.Shard[float32]{Logits: xent.Logits[float32]{Data: x, Rows: familyRows, Cols: 3, Stride: familyClasses}, Classes: familyClasses}
	broken := errors.New("a machine is gone")
	for _, tt := range []struct {
		name  string
		shard xent.Shard[float32]
		opt   *xent.ShardOptions
	}{
		{"a shard that was not merged", half, nil},
		{"a first class beyond", xent.Shard[float32]{Logits: half.Logits, First: 5, Classes: familyClasses}, nil},
		{"a negative first class", xent.Shard[float32]{Logits: half.Logits, First: -1, Classes: familyClasses}, nil},
		{"weights of the shard alone", half, &xent.ShardOptions{Options: xent.Options{Weights: []float64{1, 1, 1}}}},
		{"smoothing and focus", whole, &xent.ShardOptions{Options: xent.Options{Smoothing: .1, Focus: 2}}},
		{"top 3", whole, &xent.ShardOptions{Options: xent.Options{TopK: 3}}},
		{"a failed exchange", whole, &xent.ShardOptions{Exchange: func([]xent.Partial) error { return broken }}},
	} {
		g := xent.MatrixOf(slices.Repeat([]float32{guard}, familyRows*tt.shard.Logits.Cols), tt.shard.Logits.Cols)
		if _, err := xent.ShardedCrossEntropyGrad(g, tt.shard, labels, tt.opt); err == nil || tt.name == "a failed exchange" && !errors.Is(err, broken) {
			t.Errorf("%s: error %v", tt.name, err)
		}
		if g.Data[0] != guard {
			t.Errorf("%s: a gradient was written before the error", tt.name)
		}
	}
	if err := new(xent.Partial).UnmarshalBinary(make([]byte, 5)); err == nil {
		t.Error("a Partial of 5 bytes")
	}
}
