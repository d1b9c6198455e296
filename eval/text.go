//go:build !js

package eval

import "math"

// textRates fills in E3, for language models, from the lengths of the text that the rows predict: with S = Σ w·l the nats of all
// tokens,
//
//	bits per byte = S/(ln 2 · bytes)     so for characters     word perplexity = exp(S/words)
//
// Lengths are taken as known, so that errors and intervals are those of the loss, times tokens to a byte. Tokens differ from
// model to model, and a loss per token is not comparable between them; these are.
func (a *Accumulator) textRates(r *Report) {
	c := &a.cfg
	if c.Bytes == 0 && c.Chars == 0 && c.Words == 0 {
		return
	}
	l, nan := &r.Loss, math.NaN()
	t := &Text{BitsPerByte: Estimate{nan, nan}, BitsPerChar: Estimate{nan, nan}, WordPerplexity: nan, WordCI: [2]float64{nan, nan}}
	per := func(units float64) Estimate {
		return Estimate{l.Nats * l.Weight / (math.Ln2 * units), l.SE * l.Weight / (math.Ln2 * units)}
	}
	if c.Bytes > 0 {
		t.BitsPerByte = per(c.Bytes)
	}
	if c.Chars > 0 {
		t.BitsPerChar = per(c.Chars)
	}
	if c.Words > 0 {
		t.WordPerplexity = math.Exp(l.Nats * l.Weight / c.Words)
		t.WordCI = [2]float64{math.Exp(l.CI95[0] * l.Weight / c.Words), math.Exp(l.CI95[1] * l.Weight / c.Words)}
	}
	r.Text = t
}
