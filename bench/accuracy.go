package main

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"xent"
)

// accuracy compares float32 losses and gradients of rows with their truth, for xent and PyTorch. Rows that are
// sure have a first class ahead of the others by sure, and it is their label.
func (b *bench) accuracy() error {
	for _, s := range []struct {
		rows, classes int
		sure          float32
	}{{512, 10, 0}, {512, 10, 25}, {512, 100, 0}, {256, 1000, 0}, {32, 32000, 0}, {8, 128256, 0}, {8, 128256, 25}} {
		rng := rand.New(rand.NewPCG(5, uint64(s.classes)))
		logit := func(i int) float32 {
			x := 3 * float32(rng.NormFloat64())
			if i%s.classes == 0 {
				x += s.sure
			}
			return x
		}
		labels, name := labelsOf(s.rows, s.classes), shape(s.rows, s.classes)
		if s.sure > 0 {
			labels.next, name = func(int) int64 { return 0 }, name+", sure and right"
		}
		arrays, err := b.write(map[string]array{"logits": {logit, []int{s.rows, s.classes}}, "labels": labels})
		if err != nil {
			return err
		}
		if err := b.load(arrays); err != nil {
			return err
		}
		if err := b.local.read(); err != nil {
			return err
		}
		want := truth(b.local.arrays["logits"], b.local.labels)
		got, err := b.local.save()
		if err != nil {
			return err
		}
		a := Accuracy{name, map[string]WorstError{"xent": got.against(want)}}
		for _, c := range b.contenders {
			if got, err := b.saved(c); err == nil {
				a.Results[c.ID] = got.against(want)
			}
		}
		b.report.Accuracy = append(b.report.Accuracy, a)
	}
	return nil
}

// outcome is what a loss gives: the losses of rows, and the gradient of their sum.
type outcome[T float32 | float64] struct{ loss, grad []T }

// truth is the outcome in float64, whose own error is a millionth of what float32 can tell: the sum leaves out the
// largest logit, so that a loss near zero keeps its digits, and the gradient at the label is minus the
// probability of the others.
func truth(x matrix, labels []int64) outcome[float64] {
	o := outcome[float64]{make([]float64, x.rows), make([]float64, len(x.data))}
	for i, y := range labels {
		row, g := x.data[i*x.cols:(i+1)*x.cols], o.grad[i*x.cols:(i+1)*x.cols]
		top := 0
		for j, v := range row {
			if v > row[top] {
				top = j
			}
		}
		var others, rest float64 // without the largest; without the label
		for j, v := range row {
			g[j] = math.Exp(float64(v) - float64(row[top]))
			if j != top {
				others += g[j]
			}
			if j != int(y) {
				rest += g[j]
			}
		}
		for j := range g {
			g[j] /= 1 + others
		}
		g[y] = -rest / (1 + others)
		o.loss[i] = float64(row[top]) - float64(row[y]) + math.Log1p(others)
	}
	return o
}

// against returns the largest errors.
func (o outcome[T]) against(want outcome[float64]) WorstError {
	return WorstError{number(worst(o.loss, want.loss)), number(worst(o.grad, want.grad))}
}

// worst returns the largest distance in units in the last place of float32; NaN when there is one in got.
func worst[T float32 | float64](got []T, want []float64) (ulps float64) {
	if len(got) != len(want) || len(got) == 0 {
		return math.NaN()
	}
	for i, w := range want {
		a := math.Abs(w)
		unit := 0x1p-149
		if a >= 0x1p-126 {
			_, e := math.Frexp(a)
			unit = math.Ldexp(1, e-24)
		}
		d := math.Abs(float64(got[i])-w) / unit
		if d != d {
			return d
		}
		ulps = max(ulps, d)
	}
	return ulps
}

// save returns what xent computes of the loaded arrays.
func (w *works) save() (o outcome[float32], err error) {
	x := w.arrays["logits"]
	o = outcome[float32]{make([]float32, x.rows), make([]float32, len(x.data))}
	logits, opt := xent.LogitsOf(x.data, x.cols), &xent.Options{Reduction: xent.Sum}
	_, err1 := xent.CrossEntropyRows(o.loss, logits, w.labels, opt)
	_, err2 := xent.CrossEntropyGrad(xent.MatrixOf(o.grad, x.cols), logits, w.labels, opt)
	return o, errors.Join(err1, err2)
}

// saved returns what a peer computes of them, if it can tell.
func (b *bench) saved(c contender) (o outcome[float32], err error) {
	files := map[string]string{"loss": filepath.Join(b.dir, "loss"), "grad": filepath.Join(b.dir, "grad")}
	if _, err := c.host.ask(request{Op: "save", Implementation: c.ID, Files: files}); err != nil {
		return o, err
	}
	if o.loss, err = readRaw(files["loss"]); err != nil {
		return o, err
	}
	o.grad, err = readRaw(files["grad"])
	return o, err
}

// readRaw reads a file of float32.
func readRaw(path string) ([]float32, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	x := make([]float32, len(b)/4)
	copy(bytesOf(x), b)
	return x, nil
}
