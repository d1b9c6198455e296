package main

import (
	"errors"
	"fmt"
	"time"

	"gonum.org/v1/gonum/floats"

	"xent"
	"xent/internal/kern"
)

// works is a host in this process. It runs xent on the kernels that XENT_SIMD or the machine chose, what gonum
// has, and the limits.
type works struct {
	as      []Implementation
	paths   map[string]string // of arrays not read yet
	arrays  map[string]matrix
	labels  []int64
	buffers map[string][]float32
	doubles []float64 // the logits, for gonum
}

// A job is one way to do some work. before, which may be nil, runs before each run and is not timed.
type job struct {
	before func()
	run    func() (loss float64, err error)
}

func (w *works) ask(q request) (answer, error) {
	switch q.Op {
	case "hello":
		return answer{Implementations: w.as, Kernel: kern.F32.Name}, nil
	case "load":
		w.paths, w.arrays, w.labels, w.buffers, w.doubles = q.Arrays, map[string]matrix{}, nil, map[string][]float32{}, nil
		return answer{}, nil
	case "run":
		if q.Work == "eval" { // is measured as a command
			return answer{Skip: errSkip.Error()}, nil
		}
		if err := w.read(); err != nil {
			return answer{}, err
		}
		j, err := w.prepare(q)
		if errors.Is(err, errSkip) {
			return answer{Skip: err.Error()}, nil
		}
		if err != nil {
			return answer{}, err
		}
		return timed(j, time.Duration(q.Seconds*1e9), q.Runs)
	case "exec":
		return execute(q.Args, q.Threads)
	}
	return answer{}, fmt.Errorf("unknown operation %q", q.Op)
}

// read reads the arrays that are to be loaded, when there is work for them.
func (w *works) read() error {
	for name, path := range w.paths {
		if name == "labels" {
			labels, err := readLabels(path)
			if err != nil {
				return err
			}
			w.labels = labels
			continue
		}
		m, err := readMatrix(path)
		if err != nil {
			return err
		}
		w.arrays[name] = m
	}
	w.paths = nil
	return nil
}

func (w *works) data(name string) []float32 { return w.arrays[name].data }

// buffer returns memory that is kept between runs.
func (w *works) buffer(name string, n int) []float32 {
	if len(w.buffers[name]) != n {
		w.buffers[name] = make([]float32, n)
	}
	return w.buffers[name]
}

// products returns the floating-point operations of Hidden·Weightᵀ.
func (w *works) products() float64 {
	h, v := w.arrays["hidden"], w.arrays["weight"]
	return 2 * float64(h.rows) * float64(h.cols) * float64(v.rows)
}

func (w *works) prepare(q request) (job, error) {
	switch q.Implementation {
	case "limit":
		return w.limit(q.Work, q.Threads)
	case "gonum":
		return w.gonum(q.Work, q.Threads)
	case "xent", "plain", "avx2":
		return w.xent(q.Work, q.Threads)
	}
	return job{}, fmt.Errorf("unknown implementation %q", q.Implementation)
}

// xent returns the work as a user of the library would write it.
func (w *works) xent(work string, threads int) (job, error) {
	if s, ok := stepOf(work); ok {
		return w.step(s, threads)
	}
	l, opt := w.arrays["logits"], &xent.Options{Workers: threads}
	logits := xent.LogitsOf(l.data, l.cols)
	switch work {
	case "ce.value":
		return mean(func() (xent.Result, error) { return xent.CrossEntropy(logits, w.labels, opt) }), nil
	case "ce.grad":
		grad := xent.MatrixOf(w.buffer("grad", len(l.data)), l.cols)
		return mean(func() (xent.Result, error) { return xent.CrossEntropyGrad(grad, logits, w.labels, opt) }), nil
	case "ce.inplace":
		x := w.buffer("grad", len(l.data))
		j := mean(func() (xent.Result, error) {
			return xent.CrossEntropyGrad(xent.MatrixOf(x, l.cols), xent.LogitsOf(x, l.cols), w.labels, opt)
		})
		j.before = func() { copy(x, l.data) }
		return j, nil
	case "bce.value", "bce.grad":
		target, opt := xent.MatrixOf(w.data("target"), l.cols), &xent.BinaryOptions{Workers: threads}
		if work == "bce.value" {
			return mean(func() (xent.Result, error) { return xent.BinaryCrossEntropy(logits, target, opt) }), nil
		}
		grad := xent.MatrixOf(w.buffer("grad", len(l.data)), l.cols)
		return mean(func() (xent.Result, error) { return xent.BinaryCrossEntropyGrad(grad, logits, target, opt) }), nil
	case "linear.value", "linear.grad", "linear.recompute":
		return w.linear(work, threads), nil
	}
	return job{}, errSkip
}

// linear keeps all logits between the passes where they are wanted kept, and else gives them a hundredth of that.
func (w *works) linear(work string, threads int) job {
	h, v := w.arrays["hidden"], w.arrays["weight"]
	in := xent.Linear[float32]{Hidden: xent.MatrixOf(h.data, h.cols), Weight: xent.MatrixOf(v.data, v.cols)}
	opt := &xent.LinearOptions{Budget: int64(4 * h.rows * v.rows), Options: xent.Options{Workers: threads}}
	if work == "linear.value" {
		return mean(func() (xent.Result, error) { return xent.LinearCrossEntropy(in, w.labels, opt) })
	}
	if work == "linear.recompute" {
		opt.Budget = 1 << 20
	}
	grad := xent.Linear[float32]{
		Hidden: xent.MatrixOf(w.buffer("gradHidden", len(h.data)), h.cols),
		Weight: xent.MatrixOf(w.buffer("gradWeight", len(v.data)), v.cols),
	}
	return mean(func() (xent.Result, error) { return xent.LinearCrossEntropyGrad(grad, in, w.labels, opt) })
}

// gonum has floats.LogSumExp, in float64 and on one thread.
func (w *works) gonum(work string, threads int) (job, error) {
	if work != "ce.value" || threads > 1 {
		return job{}, errSkip
	}
	l := w.arrays["logits"]
	if w.doubles == nil {
		w.doubles = make([]float64, len(l.data))
		for i, v := range l.data {
			w.doubles[i] = float64(v)
		}
	}
	return job{run: func() (float64, error) {
		var sum float64
		for i, y := range w.labels {
			row := w.doubles[i*l.cols : (i+1)*l.cols]
			sum += floats.LogSumExp(row) - row[y]
		}
		return sum / float64(len(w.labels)), nil
	}}, nil
}

// mean makes a job of a call.
func mean(call func() (xent.Result, error)) job {
	return job{run: func() (float64, error) {
		r, err := call()
		return float64(r.Mean()), err
	}}
}

// longRun is what makes a first run count as any other: it does not wait for memory or instructions.
const longRun = 0.1 // seconds

// timed runs j once without counting it, unless that is long, then until there are so many runs and so much time
// has passed.
func timed(j job, least time.Duration, runs int) (a answer, err error) {
	a.Seconds = []float64{}
	for first, began := true, time.Now(); first || len(a.Seconds) < runs || time.Since(began) < least; {
		if j.before != nil {
			j.before()
		}
		at := time.Now()
		loss, err := j.run()
		took := time.Since(at).Seconds()
		if err != nil {
			return a, err
		}
		a.Value = number(loss)
		if first && took < longRun {
			first, began = false, time.Now()
			continue
		}
		first = false
		if a.Seconds = append(a.Seconds, took); len(a.Seconds) >= 10000 {
			break
		}
	}
	return a, nil
}
