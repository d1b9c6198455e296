package eval_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"xent/eval"
)

func BenchmarkAdd(b *testing.B) {
	for _, classes := range []int{1, 10, 1000, 50257} {
		for _, in := range []eval.Input{eval.Logits, eval.Probs} {
			rows := max(16, 100000/classes)
			d := distributions(rows, max(classes, 2), "float32", same)
			t := table[float32]{classes: classes, labels: d.labels, scores: make([]float32, rows*classes)}
			r := rand.New(rand.NewPCG(1, 1))
			for i := range t.scores {
				t.scores[i] = float32(3 * r.NormFloat64())
				if in == eval.Probs {
					t.scores[i] = float32(d.scores[i])
				}
			}
			b.Run(fmt.Sprintf("classes=%d/input=%s", classes, in), func(b *testing.B) {
				a, err := eval.New(eval.Config{Classes: classes, Input: in, DType: "float32"})
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(4 * len(t.scores)))
				b.ReportAllocs()
				for b.Loop() {
					if err := eval.Add(a, t.block(0, rows)); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
			})
		}
	}
}
