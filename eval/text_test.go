package eval_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"xent/eval"
)

// Bits per byte are all bits over all bytes, with the loss's error, weights and groups included.
func TestTextByHand(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	d := random(r, 300, 4, 2, 1.2)
	clustered(r, d, 30)
	p := make([]float64, 4)
	nats := 0.0
	for i := range d.rows() {
		softmax(p, d.scores[4*i:4*i+4], 1)
		nats -= d.weights[i] * math.Log(p[d.labels[i]])
	}
	rep := must(t, eval.Config{Bytes: 1200, Words: 210}, d)
	near(t, "bits per byte", rep.Text.BitsPerByte.Value, nats/math.Ln2/1200, 1e-12)
	near(t, "its error", rep.Text.BitsPerByte.SE, rep.Text.BitsPerByte.Value*rep.Loss.SE/rep.Loss.Nats, 1e-14)
	near(t, "word perplexity", rep.Text.WordPerplexity, math.Exp(nats/210), 1e-12)
	near(t, "its interval", rep.Text.WordCI[1], math.Exp(rep.Loss.CI95[1]*rep.Loss.Weight/210), 1e-12)
	if c := rep.Text.BitsPerChar.Value; c == c {
		t.Errorf("bits per character %v without characters", c)
	}
	if must(t, eval.Config{}, d).Text != nil {
		t.Error("a text without lengths")
	}
	for _, bad := range []float64{-1, math.NaN(), math.Inf(1)} {
		if _, err := eval.New(eval.Config{Classes: 2, Words: bad}); err == nil {
			t.Errorf("%v words", bad)
		}
	}
}
