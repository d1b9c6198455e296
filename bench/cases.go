package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
)

// A suite is a part of the benchmark that shares its inputs.
type suite struct {
	name string // for --run
	run  func(*bench) error
}

// suites are all parts, in the order of the tables. The quick form has smaller shapes where time goes with size.
func suites(quick bool) []suite {
	all := []suite{{"limits", (*bench).limits}}
	rows := []struct{ rows, classes, quick int }{{8192, 10, 8192}, {8192, 100, 8192}, {8192, 1000, 2048}, {1024, 32000, 128}, {256, 128256, 32}}
	for _, s := range rows {
		n := s.rows
		if quick {
			n = s.quick
		}
		all = append(all, suite{"ce/" + shape(n, s.classes), func(b *bench) error { return b.crossEntropy(n, s.classes) }})
	}
	elements, layers := 16<<20, [][3]int{{1024, 768, 50257}, {512, 2048, 128256}}
	if quick {
		elements, layers = 2<<20, [][3]int{{256, 256, 8192}}
	}
	all = append(all, suite{"bce/" + strconv.Itoa(elements), func(b *bench) error { return b.binary(elements) }})
	for _, s := range layers {
		all = append(all, suite{"linear/" + shape(s[:]...), func(b *bench) error { return b.linear(s[0], s[1], s[2]) }})
	}
	for _, s := range steppeds {
		all = append(all, suite{s.key, func(b *bench) error { return b.steps(s) }})
	}
	all = append(all, suite{"eval", (*bench).eval}, suite{"accuracy", (*bench).accuracy})
	return all
}

func shape(n ...int) string {
	s := make([]string, len(n))
	for i, d := range n {
		s[i] = strconv.Itoa(d)
	}
	return strings.Join(s, "x")
}

// The tables of goals: against PyTorch as it is installed, and as fast as it can be set up.
const (
	torch = "torch"
	tuned = "tuned"
)

// crossEntropyGoals are those of rows of so many classes.
func crossEntropyGoals(work string, classes, threads int) []Goal {
	switch {
	case classes >= 32000 && work == "ce.value":
		goals := []Goal{{Of: ofLimit, Want: .95}}
		if threads == 1 {
			goals = append(goals, Goal{tuned, 5, 6}, Goal{Of: torch, Want: 15})
		}
		return goals
	case classes >= 32000 && threads == 1:
		return []Goal{{Of: ofLimit, Want: .85}, {tuned, 4.5, 6}, {Of: torch, Want: 30}}
	case classes >= 32000:
		return []Goal{{Of: ofLimit, Want: .95}}
	case work != "ce.value" || threads > 1:
		return nil
	case classes == 10:
		return []Goal{{Of: ofItem, Want: 2.6}, {torch, 15, 20}}
	case classes == 100:
		return []Goal{{tuned, 3.5, 5}}
	}
	return []Goal{{tuned, 4, 6}}
}

// crossEntropy measures rows of logits from a normal distribution of deviation 3.
func (b *bench) crossEntropy(rows, classes int) error {
	rng := rand.New(rand.NewPCG(1, uint64(classes)))
	arrays, err := b.write(map[string]array{
		"logits": {func(int) float32 { return 3 * float32(rng.NormFloat64()) }, []int{rows, classes}},
		"labels": labelsOf(rows, classes),
	})
	if err != nil {
		return err
	}
	if err := b.load(arrays); err != nil {
		return err
	}
	defer b.remove(arrays)
	bytes := 4 * float64(rows) * float64(classes)
	for _, threads := range b.opt.threads {
		for _, w := range []struct {
			key, name string
			moved     float64
		}{
			{"ce.value", "cross-entropy", bytes},
			{"ce.inplace", "and gradient, in place", 2 * bytes},
			{"ce.grad", "and gradient, in a buffer", 2 * bytes},
		} {
			r := Row{Work: w.name, Shape: shape(rows, classes), Threads: threads, Items: rows, Bytes: w.moved, Goals: crossEntropyGoals(w.key, classes, threads)}
			if err := b.compare(w.key, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// binary measures independent elements, three in ten of them true.
func (b *bench) binary(elements int) error {
	const columns = 1024
	rng := rand.New(rand.NewPCG(2, 1))
	arrays, err := b.write(map[string]array{
		"logits": {func(int) float32 { return 3 * float32(rng.NormFloat64()) }, []int{elements / columns, columns}},
		"target": {func(int) float32 { return float32(rng.IntN(10) / 7) }, []int{elements / columns, columns}},
	})
	if err != nil {
		return err
	}
	if err := b.load(arrays); err != nil {
		return err
	}
	for _, threads := range b.opt.threads {
		for _, w := range []struct {
			key, name   string
			each        float64 // bytes an element
			floor, want float64
		}{
			{"bce.value", "binary cross-entropy", 8, 10, 15},
			{"bce.grad", "and its gradient", 12, 7, 10},
		} {
			r := Row{Work: w.name, Shape: fmt.Sprintf("%dM", elements>>20), Threads: threads, Items: elements, Bytes: w.each * float64(elements), Goals: []Goal{{Of: ofLimit, Want: .85}}}
			if threads == 1 {
				r.Goals = append(r.Goals, Goal{tuned, w.floor, w.want})
			}
			if err := b.compare(w.key, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// linear measures a layer of random weights before the loss, whose logits have deviation 1.
func (b *bench) linear(rows, dims, classes int) error {
	rng := rand.New(rand.NewPCG(3, uint64(dims)))
	scale := float32(1 / math.Sqrt(float64(dims)))
	arrays, err := b.write(map[string]array{
		"hidden": {func(int) float32 { return float32(rng.NormFloat64()) }, []int{rows, dims}},
		"weight": {func(int) float32 { return scale * float32(rng.NormFloat64()) }, []int{classes, dims}},
		"labels": labelsOf(rows, classes),
	})
	if err != nil {
		return err
	}
	if err := b.load(arrays); err != nil {
		return err
	}
	defer b.remove(arrays)
	flops := 2 * float64(rows) * float64(dims) * float64(classes)
	for _, threads := range b.opt.threads {
		for _, w := range []struct {
			key, name string
			flops     float64
			goals     []Goal
		}{
			{"linear.value", "linear and cross-entropy", flops, []Goal{{tuned, 1.2, 1.7}, {Of: ofLimit, Want: .88}}},
			{"linear.grad", "and both gradients, logits kept", 3 * flops, []Goal{{Of: tuned, Want: 1.5}}},
			{"linear.recompute", "and both gradients, recomputing", 3 * flops, []Goal{{tuned, 1, 1.1}}},
		} {
			r := Row{Work: w.name, Shape: shape(rows, dims, classes), Threads: threads, Items: rows, Flops: w.flops, Goals: w.goals}
			if err := b.compare(w.key, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// limits measures the machine at a size that its caches do not hold.
func (b *bench) limits() error {
	size := 1 << 28 // elements: a gibibyte
	if b.opt.quick {
		size >>= 2
	}
	b.local.ask(request{Op: "load"})
	b.local.arrays["logits"] = matrix{make([]float32, size), 1, size}
	x := b.local.data("logits")
	for i := 0; i < size; i += 1024 {
		x[i] = 1 // memory that was never written is one page of zeros
	}
	clear(b.local.buffer("grad", size))
	defer b.local.ask(request{Op: "load"})
	rounds, turn, _ := b.pace()
	for _, l := range []struct {
		key, name string
		bytes     float64 // an element; 0 for operations
	}{{"read", "read", 4}, {"scale", "read and write in place", 8}, {"copy", "copy", 8}, {"fma", "multiply-add", 0}} {
		for _, threads := range b.opt.threads {
			var seconds []float64
			for range rounds {
				a, err := b.local.ask(request{Op: "run", Implementation: "limit", Work: l.key, Threads: threads, Seconds: turn, Runs: 1})
				if err != nil {
					return err
				}
				seconds = append(seconds, a.Seconds...)
			}
			t, work, unit := timeOf(seconds), l.bytes*float64(size), "GB/s"
			if l.bytes == 0 {
				work, unit = fmaWork*float64(threads), "GFLOPS"
			}
			b.report.Limits = append(b.report.Limits, Limit{l.name, threads, work / t.Best / 1e9, work / t.Median / 1e9, unit})
		}
	}
	return nil
}

// array is an input to be made, of float32 or int64.
type array struct {
	next  any // func(i int) float32 or func(i int) int64
	shape []int
}

func labelsOf(rows, classes int) array {
	rng := rand.New(rand.NewPCG(4, uint64(classes)))
	return array{func(int) int64 { return int64(rng.IntN(classes)) }, []int{rows}}
}

// write makes the files of arrays and returns their paths.
func (b *bench) write(arrays map[string]array) (map[string]string, error) {
	paths := map[string]string{}
	for name := range arrays {
		paths[name] = filepath.Join(b.dir, name+".npy")
	}
	// In a fixed order, since arrays may share a generator.
	for _, name := range []string{"hidden", "weight", "logits", "target", "images", "params", "labels"} {
		var err error
		switch next := arrays[name].next.(type) {
		case func(int) float32:
			err = writeNpy(paths[name], next, arrays[name].shape...)
		case func(int) int64:
			err = writeNpy(paths[name], next, arrays[name].shape...)
		}
		if err != nil {
			return nil, err
		}
	}
	return paths, nil
}
