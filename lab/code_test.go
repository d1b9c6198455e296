package lab

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xent/internal/ref"
)

func TestHuffman(t *testing.T) {
	for _, tt := range []struct {
		p    []float64
		want []string
		why  string
	}{
		{[]float64{.5, .25, .125, .125}, []string{"0", "10", "110", "111"}, "powers of two: every word is as long as -log2 p"},
		{[]float64{.25, .25, .25, .25}, []string{"00", "01", "10", "11"}, "equal shares: words of equal length"},
		{[]float64{.9, .1}, []string{"0", "1"}, "two words of one bit, however sure"},
		{[]float64{1, 0}, []string{"", ""}, "what is certain needs no word"},
		{[]float64{0, .5, .5}, []string{"", "0", "1"}, "what is impossible gets none"},
		{[]float64{.4, .2, .2, .1, .1}, nil, "a tie: any of the best codes, 2.2 bits on average"},
	} {
		got := huffman(tt.p)
		if tt.want != nil && !slices.Equal(got, tt.want) {
			t.Errorf("%v: %q, want %q: %s", tt.p, got, tt.want, tt.why)
		}
		if tt.want == nil {
			mean := 0.0
			for i, word := range got {
				mean += tt.p[i] * float64(len(word))
			}
			if !(math.Abs(mean-2.2) <= 1e-12) {
				t.Errorf("%v: %q has %v bits on average: %s", tt.p, got, mean, tt.why)
			}
		}
	}
}

// No word begins another, the code is full, and its mean lies within a bit of the entropy and is no longer than Shannon's.
func TestCodeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pair := drawPair(t)
		message := rapid.SliceOfN(rapid.IntRange(0, len(pair.P)-1), 0, 20).Draw(t, "message")
		v, err := Code(CodeParams{P: pair.P, Q: pair.P, Message: message, Unit: Bits})
		if err != nil {
			t.Fatal(err)
		}
		kraft, entropy, shannon, bits, present := 0.0, 0.0, 0.0, 0.0, 0
		for i, word := range v.Truth.Words {
			if pair.P[i] == 0 {
				continue
			}
			present++
			kraft += math.Pow(2, -v.Truth.Lengths[i])
			entropy += pair.P[i] * v.Truth.Ideal[i]
			shannon += pair.P[i] * v.Truth.Shannon[i]
			for j, other := range v.Truth.Words {
				if j != i && pair.P[j] > 0 && strings.HasPrefix(other, word) {
					t.Fatalf("%q begins %q", word, other)
				}
			}
		}
		if present > 0 && kraft != 1 {
			t.Fatalf("Kraft's sum is %v of %q", kraft, v.Truth.Words)
		}
		if m := v.Truth.Mean; !(m >= entropy-1e-12 && m < entropy+1 && m <= shannon+1e-12) {
			t.Fatalf("mean %v, entropy %v, Shannon's words %v", m, entropy, shannon)
		}
		for _, symbol := range message {
			bits += v.Truth.Lengths[symbol]
		}
		if v.Truth.Text.Bits != Fixed(bits, 0) || v.Model.Text.Bits != v.Truth.Text.Bits {
			t.Fatalf("the message takes %s and %s bits, want %v", v.Truth.Text.Bits, v.Model.Text.Bits, bits)
		}
	})
}

// The states of the page to 40 digits.
func TestCodeProbes(t *testing.T) {
	var probes []probe
	for _, tt := range []struct {
		p, q []float64
		why  string
	}{
		{[]float64{.5, .25, .125, .125}, []float64{.25, .25, .25, .25}, "the opening state"},
		{[]float64{.5, .25, .125, .125}, []float64{.5, .25, .125, .125}, "the right model"},
		{[]float64{.5, .25, .125, .125}, []float64{.125, .125, .25, .5}, "the model upside down"},
		{[]float64{.9, .1}, []float64{.5, .5}, "two symbols: no whole bit to save"},
		{[]float64{.9, .1}, []float64{.1, .9}, "sure and wrong"},
		{[]float64{1, 0}, []float64{.5, .5}, "a certain truth"},
		{[]float64{.5, .5}, []float64{1, 0}, "a model that excludes what happens"},
		{[]float64{1, 0}, []float64{1, 0}, "certain and right"},
		{[]float64{.6, .3, .1}, []float64{.33, .33, .34}, "the truth of chapter 4"},
		{[]float64{.6, .3, .1}, []float64{.6, .4, 0}, "a symbol excluded"},
		{[]float64{.6, .4, 0}, []float64{.6, .3, .1}, "a symbol that never comes"},
		{[]float64{.98, .01, .01}, []float64{.01, .01, .98}, "nearly certain, and wrong"},
		{[]float64{.2, .2, .2, .2, .2}, []float64{.4, .2, .2, .1, .1}, "five"},
		{[]float64{.4, .2, .2, .1, .1}, []float64{.2, .2, .2, .2, .2}, "and the other way"},
		{[]float64{.3, .2, .2, .1, .1, .1}, []float64{.1, .1, .1, .2, .2, .3}, "six"},
		{[]float64{.7, .1, .1, .05, .03, .02}, []float64{.7, .1, .1, .05, .03, .02}, "six, right"},
		{[]float64{.9999, .0001}, []float64{.0001, .9999}, "the ends of the bars"},
		{[]float64{.0001, .9999}, []float64{.5, .5}, "a rare symbol"},
		{[]float64{.25, .25, .5, 0}, []float64{0, .25, .25, .5}, "each excludes one"},
		{[]float64{.34, .33, .33}, []float64{.33, .34, .33}, "nearly equal"},
	} {
		want := map[string]string{}
		mean := func(name string, of []float64, words []string) {
			sum := ref.Of(0)
			for i, p := range tt.p {
				if of[i] > 0 {
					want[name+".ideal."+strconv.Itoa(i)] = truth(ref.Of(of[i]).Log().Neg().Div(ref.Of(2).Log()))
				} else {
					want[name+".ideal."+strconv.Itoa(i)] = "Infinity"
				}
				if p > 0 && of[i] == 0 {
					want[name+".mean"] = "Infinity"
					return
				}
				sum = sum.Add(ref.Of(p).Mul(ref.Of(float64(len(words[i])))))
			}
			want[name+".mean"] = truth(sum)
		}
		mean("truth", tt.p, huffman(tt.p))
		mean("model", tt.q, huffman(tt.q))
		probes = append(probes, probe{Call: "code", Why: tt.why, Want: want, explorer: Code, params: CodeParams{P: tt.p, Q: tt.q, Message: []int{0, 1, 0}, Unit: Bits}})
	}
	checkProbes(t, "e0.json", probes)
}
