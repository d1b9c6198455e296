package xent_test

import (
	"math"
	"slices"
	"testing"

	"xent"
)

// An entry is a function of the package on drawn arguments.
type entry struct {
	name string
	call func(d *draw) error
}

// A draw turns fuzzed bytes into arguments. A byte below 128 stands for the usual choice, so that no bytes
// at all are a call that is right; those above stand for lengths, strides, labels and values that are not.
type draw struct {
	bytes []byte
	kept  []kept
}

// kept is memory that a call is given, and what it held before.
type kept struct {
	now, before []float32
	view        xent.Matrix[float32]
	written     bool // it is a destination
}

const pad = 3 // elements before and after each view

func (d *draw) next() byte {
	if len(d.bytes) == 0 {
		return 0
	}
	b := d.bytes[0]
	d.bytes = d.bytes[1:]
	return b
}

// size draws a length, of which usual is the right one.
func (d *draw) size(usual int) int {
	b := d.next()
	if b < 128 {
		return usual
	}
	odd := []int{0, 1, -1, usual - 1, usual + 1, 2 * usual, math.MaxInt, math.MinInt, math.MaxInt/usual + 1, math.MaxInt / 2, 64, math.MaxInt - 1}
	return odd[int(b)%len(odd)]
}

// float draws a value.
func (d *draw) float() float64 {
	b := d.next()
	if b < 128 {
		return float64(b%16) / 16
	}
	odd := []float64{0, 1, -1, 2, -50, 90, 1e30, math.Inf(1), math.Inf(-1), math.NaN(), 1e-40, math.MaxFloat64}
	return odd[int(b)%len(odd)]
}

// view draws a matrix for rows of cols elements, with memory around it.
func (d *draw) view(rows, cols int, written bool) xent.Matrix[float32] {
	m := xent.Matrix[float32]{Rows: d.size(rows), Cols: d.size(cols)}
	switch b := d.next(); {
	case b >= 192:
		m.Inner = d.size(2)
	case b >= 128:
		m.Stride = d.size(cols + 2)
	}
	n := min(max(d.size(rows*max(cols, m.Stride%64)), 0), 256)
	all := make([]float32, n+2*pad)
	for i := range all {
		all[i] = guard
		if i >= pad && i < pad+n && !written {
			all[i] = float32(d.float())
		}
	}
	m.Data = all[pad : pad+n : pad+n]
	d.kept = append(d.kept, kept{all, slices.Clone(all), m, written})
	return m
}

func (d *draw) source(rows, cols int) xent.Matrix[float32] { return d.view(rows, cols, false) }

// grad draws a destination for the gradient in x: of its own, or x itself.
func (d *draw) grad(x xent.Matrix[float32], rows, cols int) xent.Matrix[float32] {
	if b := d.next(); b >= 128 {
		for i := range d.kept {
			if k := &d.kept[i]; len(x.Data) > 0 && len(k.view.Data) > 0 && &k.view.Data[0] == &x.Data[0] {
				k.written = true
				if b >= 192 { // partly the memory of x
					x.Data, x.Rows = x.Data[1:], x.Rows-1
				}
				return x
			}
		}
	}
	return d.view(rows, cols, true)
}

// loss draws a destination for rows.
func (d *draw) loss(rows int) []float32 {
	loss := d.view(rows, 1, true).Data
	d.kept[len(d.kept)-1].view = xent.Matrix[float32]{Data: loss} // all of it
	return loss
}

// labels draws n labels, usually of classes.
func (d *draw) labels(n, classes int) []int16 {
	y := make([]int16, min(max(d.size(n), 0), 64))
	for i := range y {
		if b := d.next(); b < 128 {
			y[i] = int16((int(b) + i) % classes)
		} else {
			y[i] = []int16{-1, int16(classes), math.MaxInt16, math.MinInt16, -100}[b%5]
		}
	}
	return y
}

// ints draws n lengths, each usually the given one.
func (d *draw) ints(n, each int) []int {
	x := make([]int, min(max(d.size(n), 0), 64))
	for i := range x {
		x[i] = d.size(each)
	}
	return x
}

// weights draws usually none.
func (d *draw) weights(n int) []float64 {
	if d.next() < 128 {
		return nil
	}
	w := make([]float64, min(max(d.size(n), 0), 64))
	for i := range w {
		w[i] = d.float()
	}
	return w
}

// option draws a setting, usually none.
func (d *draw) option() float64 {
	if d.next() < 128 {
		return 0
	}
	return d.float()
}

func (d *draw) ignore() *int {
	switch b := d.next(); {
	case b < 128:
		return nil
	default:
		return new([]int{-100, 0, 2, math.MinInt, math.MaxInt}[b%5])
	}
}

func (d *draw) workers() int { return []int{1, 2, 0, -1}[max(int(d.next())-124, 0)%4] }

// fuzz runs the entry that the first byte names: it does not panic, writes to no memory but that of its
// destinations, and to none of it before an error.
func fuzz(t *testing.T, entries []entry, in []byte) (name string, err error) {
	if len(in) == 0 {
		return "", nil
	}
	e := entries[int(in[0])%len(entries)]
	d := &draw{bytes: in[1:]}
	err = e.call(d)
	for _, k := range d.kept {
		for i, v := range k.now {
			if same := math.Float32bits(v) == math.Float32bits(k.before[i]); same || k.written && err == nil && k.owns(i-pad) {
				continue
			}
			t.Fatalf("%s wrote element %d of [%d, %d] with stride %d and inner %d, error %v", e.name, i-pad, k.view.Rows, k.view.Cols, k.view.Stride, k.view.Inner, err)
		}
	}
	return e.name, err
}

// owns tells whether element i lies in a row of the view.
func (k *kept) owns(i int) bool {
	m := k.view
	if i < 0 || i >= len(m.Data) {
		return false
	}
	block := m.Cols * max(m.Inner, 1)
	return m.Stride == 0 || block > 0 && i%m.Stride < block
}

// seeds are, for each entry, the call that is right, and calls with one odd byte, or all from one on.
func seeds(entries []entry) (all [][]byte) {
	for i := range entries {
		all = append(all, []byte{byte(i)})
		for at := 1; at < 32; at++ {
			for _, odd := range []byte{128, 135, 150, 200, 255} {
				one := make([]byte, at+1, at+9)
				one[0], one[at] = byte(i), odd
				all = append(all, one, append(one, odd+1, odd+7, 3, odd+2, odd+5, odd+11, 0, odd))
			}
		}
	}
	return all
}

func fuzzEntries(f *testing.F, entries []entry) {
	for i, s := range seeds(entries) {
		if i%23 == 0 { // the others teach the fuzzer nothing, and cost it a minute
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) { fuzz(t, entries, in) })
}

func FuzzLabels(f *testing.F)    { fuzzEntries(f, labelledEntries()) }
func FuzzTargets(f *testing.F)   { fuzzEntries(f, targetEntries()) }
func FuzzViews(f *testing.F)     { fuzzEntries(f, viewEntries()) }
func FuzzSequences(f *testing.F) { fuzzEntries(f, sequenceEntries()) }
func FuzzLayers(f *testing.F)    { fuzzEntries(f, layerEntries()) }

// The seeds reach every entry, with calls that are right and calls that are refused; and every loss is an entry.
func TestFuzzSeeds(t *testing.T) {
	names := map[string]bool{}
	for _, entries := range [][]entry{labelledEntries(), targetEntries(), viewEntries(), sequenceEntries(), layerEntries()} {
		right, refused := map[string]int{}, map[string]int{}
		for _, s := range seeds(entries) {
			if name, err := fuzz(t, entries, s); err == nil {
				right[name]++
			} else {
				refused[name]++
			}
		}
		for _, e := range entries {
			names[e.name] = true
			if right[e.name] == 0 || refused[e.name] == 0 {
				t.Errorf("%s: %d seeds are right, %d refused", e.name, right[e.name], refused[e.name])
			}
			if (&draw{}).next() != 0 || e.call(&draw{}) != nil {
				t.Errorf("%s: the usual call is refused: %v", e.name, e.call(&draw{}))
			}
		}
	}
	funcs, _ := exported(t)
	losses := 0
	for name := range funcs {
		if funcs[name+"Grad"] == nil {
			continue
		}
		losses++
		for _, form := range []string{name, name + "Grad", name + "Rows"} {
			if !names[form] {
				t.Errorf("%s is not fuzzed", form)
			}
		}
	}
	t.Logf("%d entries, %d losses in three forms each", len(names), losses)
	if losses < 20 {
		t.Errorf("%d losses found", losses)
	}
}
