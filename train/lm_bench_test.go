package train_test

import (
	"testing"

	"xent/train"
)

// lmCorpus is a corpus of documents that follow a rule: each token is the one before plus a step of the document, with noise.
func lmCorpus(vocab, docs, tokens int) *train.Corpus {
	c := &train.Corpus{Vocab: vocab}
	for d := range docs {
		doc := train.Document{Name: "d" + string(rune('a'+d)), Bytes: 2 * tokens}
		at := uint32(d + 1)
		for i := range tokens {
			at = at*1664525 + 1013904223
			next := i*(d%3+1) + d
			if at>>29 == 0 {
				next += int(at >> 16 & 7)
			}
			doc.Tokens = append(doc.Tokens, uint16(next%vocab))
		}
		if d%4 == 0 {
			c.Test = append(c.Test, doc)
		} else {
			c.Train = append(c.Train, doc)
		}
	}
	return c
}

func BenchmarkLM(b *testing.B) {
	c := train.LMConfig{Training: train.LMTraining()}.Default()
	c.Epochs = 1e6
	r, err := train.NewLM(c, lmCorpus(1024, 8, 8000))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Step(false); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(c.Batch*c.Length)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}
