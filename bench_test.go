package xent_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	"xent"
)

// Shapes from a batch of small rows to a few rows of a large vocabulary.
var benchShapes = []struct{ rows, classes int }{{8192, 10}, {8192, 100}, {2048, 1000}, {32, 128256}}

func benchBatch[T xent.Float](rows, classes int) (xent.Logits[T], []int32) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, labels := make([]T, rows*classes), make([]int32, rows)
	for i := range x {
		x[i] = T(rng.NormFloat64() * 3)
	}
	for i := range labels {
		labels[i] = rng.Int32N(int32(classes))
	}
	return xent.LogitsOf(x, classes), labels
}

func BenchmarkCrossEntropy(b *testing.B) {
	benchCrossEntropy[float32](b, "float32")
	benchCrossEntropy[float64](b, "float64")
}

func benchCrossEntropy[T xent.Float](b *testing.B, name string) {
	size := int(unsafe.Sizeof(*new(T)))
	for _, s := range benchShapes {
		logits, labels := benchBatch[T](s.rows, s.classes)
		grad := xent.MatrixOf(make([]T, len(logits.Data)), s.classes)
		for _, workers := range []int{1, 2} {
			opt := &xent.Options{Workers: workers}
			key := fmt.Sprintf("type=%s/rows=%d/classes=%d/workers=%d", name, s.rows, s.classes, workers)
			b.Run("pass=value/"+key, func(b *testing.B) {
				b.SetBytes(int64(size * len(logits.Data))) // logits read
				b.ReportAllocs()
				for b.Loop() {
					if _, err := xent.CrossEntropy(logits, labels, opt); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("pass=grad/"+key, func(b *testing.B) {
				b.SetBytes(int64(2 * size * len(logits.Data))) // logits read, grad written
				b.ReportAllocs()
				for b.Loop() {
					if _, err := xent.CrossEntropyGrad(grad, logits, labels, opt); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// What each option costs, value and gradient.
func BenchmarkOptions(b *testing.B) {
	for _, s := range []struct{ rows, classes int }{{2048, 10}, {512, 100}, {64, 1000}} {
		benchOptions[float32](b, "float32", s.rows, s.classes)
		benchOptions[float64](b, "float64", s.rows, s.classes)
	}
}

func benchOptions[T xent.Float](b *testing.B, name string, rows, classes int) {
	logits, labels := benchBatch[T](rows, classes)
	grad := xent.MatrixOf(make([]T, len(logits.Data)), classes)
	weights, ignored := make([]float64, classes), int(labels[0])
	for c := range weights {
		weights[c] = 1 + float64(c%3)
	}
	for _, o := range []struct {
		name string
		opt  xent.Options
	}{
		{"none", xent.Options{}}, {"weights", xent.Options{Weights: weights}}, {"ignore", xent.Options{IgnoreIndex: &ignored}},
		{"smoothing", xent.Options{Smoothing: .1}}, {"weights and smoothing", xent.Options{Weights: weights, Smoothing: .1}},
		{"temperature", xent.Options{Temperature: 2}}, {"focus", xent.Options{Focus: 2}}, {"poly", xent.Options{Poly: 2}},
		{"robustness", xent.Options{Robustness: .7}}, {"softcap", xent.Options{SoftCap: 30}}, {"zpenalty", xent.Options{ZPenalty: 1e-4}},
	} {
		o.opt.Workers = 1
		key := fmt.Sprintf("/option=%s/type=%s/rows=%d/classes=%d", strings.ReplaceAll(o.name, " ", "_"), name, rows, classes)
		measure := func(pass string, bytes int, run func() error) {
			b.Run(pass+key, func(b *testing.B) {
				b.SetBytes(int64(bytes))
				b.ReportAllocs()
				for b.Loop() {
					if err := run(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
			})
		}
		size := int(unsafe.Sizeof(*new(T))) * len(logits.Data)
		measure("pass=value", size, func() error {
			_, err := xent.CrossEntropy(logits, labels, &o.opt)
			return err
		})
		measure("pass=grad", 2*size, func() error {
			_, err := xent.CrossEntropyGrad(grad, logits, labels, &o.opt)
			return err
		})
	}
}

func BenchmarkBinaryCrossEntropy(b *testing.B) {
	logits, _ := benchBatch[float32](1<<16, 1)
	target, grad := xent.MatrixOf(make([]float32, 1<<16), 1), xent.MatrixOf(make([]float32, 1<<16), 1)
	for i := range target.Data {
		target.Data[i] = float32(i & 1)
	}
	for _, cols := range []int{1, 64} {
		x := xent.LogitsOf(logits.Data, cols)
		y, g := xent.MatrixOf(target.Data, cols), xent.MatrixOf(grad.Data, cols)
		b.Run(fmt.Sprintf("pass=grad/columns=%d/workers=1", cols), func(b *testing.B) {
			b.SetBytes(3 * 4 << 16) // logits and targets read, grad written
			b.ReportAllocs()
			for b.Loop() {
				if _, err := xent.BinaryCrossEntropyGrad(g, x, y, &xent.BinaryOptions{Workers: 1}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMoments(b *testing.B) {
	logits, _ := benchBatch[float32](64, 1000)
	b.SetBytes(int64(4 * len(logits.Data)))
	b.ReportAllocs()
	for b.Loop() {
		for i := range logits.Rows {
			_ = xent.RowMoments(xent.Matrix[float32](logits).Row(i))
		}
	}
}

// Value and gradient of every loss of families_test.go, on 150 rows.
func BenchmarkFamilies(b *testing.B) {
	for _, f := range families[float64]() {
		data := f.inputs()
		x, grad := xent.MatrixOf(data, f.cols), xent.MatrixOf(make([]float64, len(data)), f.cols)
		b.Run(fmt.Sprintf("loss=%s/rows=%d/columns=%d/workers=1", f.name, familyRows, f.cols), func(b *testing.B) {
			b.SetBytes(int64(2 * 8 * len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.grad(grad, x, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
