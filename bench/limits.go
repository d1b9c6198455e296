package main

import (
	"runtime"
	"sync"
	"time"
	"unsafe"
)

// A probe is the least that can be done with memory, or the most with the multipliers. Lengths are in
// bytes, multiples of probeStep.
type probe struct {
	name           string
	read, scale    func(p *float32, n int)
	copy, stream   func(dst, src *float32, n int)  // stream goes round the caches
	sum, streamSum func(dst, x, y *float32, n int) // dst = x + y
	multiplyAdd    func(n int)                     // n times flopsOfEach
	flopsOfEach    int
}

const probeStep = 512

// fmaWork is how many operations of one thread tell its peak.
const fmaWork = 1e10

// probes are those that suit this machine.
var probes = probe{
	"plain Go", readGo, scaleGo, copyGo, copyGo, sumGo, sumGo, multiplyAddGo, 16,
}

func view(p *float32, n int) []float32 { return unsafe.Slice(p, n/4) }

func readGo(p *float32, n int) {
	var a, b, c, d float32
	for x := view(p, n); len(x) >= 4; x = x[4:] {
		a, b, c, d = a+x[0], b+x[1], c+x[2], d+x[3]
	}
	runtime.KeepAlive(a + b + c + d) // else nothing need be read
}

func scaleGo(p *float32, n int) {
	x := view(p, n)
	for i, v := range x {
		x[i] = v * 1.0000001
	}
}

func copyGo(dst, src *float32, n int) { copy(view(dst, n), view(src, n)) }

func sumGo(dst, x, y *float32, n int) {
	d, b := view(dst, n), view(y, n)
	for i, v := range view(x, n) {
		d[i] = v + b[i]
	}
}

func multiplyAddGo(n int) {
	var a [8]float32
	const x = 0.5
	for range n {
		a[0], a[1], a[2], a[3] = a[0]*x+x, a[1]*x+x, a[2]*x+x, a[3]*x+x
		a[4], a[5], a[6], a[7] = a[4]*x+x, a[5]*x+x, a[6]*x+x, a[7]*x+x
	}
	runtime.KeepAlive(a)
}

// limit returns what work cannot do without, for the given number of threads: the bytes of its inputs and
// outputs moved once, or its multiplications. Bytes that are stored are stored the faster way, through the
// caches or round them.
func (w *works) limit(work string, threads int) (job, error) {
	if s, ok := stepOf(work); ok {
		return multiplyAdds(threads, s.flops), nil
	}
	x, t := w.data("logits"), w.data("target")
	switch work {
	case "read", "ce.value":
		return job{run: split(threads, len(x), func(lo, n int) { probes.read(&x[lo], n) })}, nil
	case "bce.value":
		return job{run: split(threads, len(x), func(lo, n int) { probes.read(&x[lo], n); probes.read(&t[lo], n) })}, nil
	case "scale", "ce.inplace":
		g := w.buffer("grad", len(x))
		return job{run: split(threads, len(g), func(lo, n int) { probes.scale(&g[lo], n) })}, nil
	case "copy", "ce.grad":
		g := w.buffer("grad", len(x))
		return faster(
			split(threads, len(x), func(lo, n int) { probes.copy(&g[lo], &x[lo], n) }),
			split(threads, len(x), func(lo, n int) { probes.stream(&g[lo], &x[lo], n) })), nil
	case "bce.grad":
		g := w.buffer("grad", len(x))
		return faster(
			split(threads, len(x), func(lo, n int) { probes.sum(&g[lo], &x[lo], &t[lo], n) }),
			split(threads, len(x), func(lo, n int) { probes.streamSum(&g[lo], &x[lo], &t[lo], n) })), nil
	case "fma":
		return multiplyAdds(threads, fmaWork*float64(threads)), nil
	case "linear.value":
		return multiplyAdds(threads, w.products()), nil
	case "linear.grad", "linear.recompute":
		return multiplyAdds(threads, 3*w.products()), nil
	}
	return job{}, errSkip
}

// split has each of the threads do its part of so many elements, in whole probeSteps.
func split(threads, elements int, do func(lo, bytes int)) func() (float64, error) {
	const step = probeStep / 4
	part := (elements/step + threads - 1) / threads * step
	return func() (float64, error) {
		var group sync.WaitGroup
		for lo := part; lo < elements/step*step; lo += part {
			group.Go(func() { do(lo, 4*(min(lo+part, elements/step*step)-lo)) })
		}
		do(0, 4*min(part, elements/step*step))
		group.Wait()
		return 0, nil
	}
}

// faster returns the faster of two ways, by the best of three runs of each.
func faster(ways ...func() (float64, error)) job {
	var (
		best  job
		least time.Duration
	)
	for _, run := range ways {
		run()
		for range 3 {
			began := time.Now()
			run()
			if took := time.Since(began); best.run == nil || took < least {
				best.run, least = run, took
			}
		}
	}
	return best
}

// multiplyAdds shares so many floating-point operations among the threads.
func multiplyAdds(threads int, flops float64) job {
	n := int(flops/float64(probes.flopsOfEach*threads)) + 1
	return job{run: func() (float64, error) {
		var group sync.WaitGroup
		for range threads - 1 {
			group.Go(func() { probes.multiplyAdd(n) })
		}
		probes.multiplyAdd(n)
		group.Wait()
		return 0, nil
	}}
}
