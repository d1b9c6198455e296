package lab

import (
	"math"

	"xent/info"
)

// MaxMessage bounds the symbols of a message of explorer E0.
const MaxMessage = 60

// CodeParams is the state of explorer E0: what symbols really occur, what the model believes, and a message.
type CodeParams struct {
	P, Q    []float64 // 2 to 6 symbols, each a distribution
	Message []int     // symbols, at most MaxMessage
	Unit    Unit
}

// CodeView compares the code that is best for the truth with the one that is best for the model.
type CodeView struct {
	Truth, Model          WordsView // the codes made for P and for Q
	Entropy, CrossEntropy string    // H(P) and H(P, Q) as they are printed, in the unit asked for
}

// WordsView is a code of whole bits and what it costs.
type WordsView struct {
	Words   []string  // Huffman's codewords; "" for a symbol without one
	Lengths []float64 // their lengths in bits; +Inf for a symbol of probability 0
	Shannon []float64 // -log2 of the probability, rounded up: lengths that are always possible, too
	Ideal   []float64 // -log2 of the probability: the lengths that words of parts of a bit would have
	Mean    float64   // Σ P·Lengths
	Text    WordsText
}

// WordsText holds the figures of a [WordsView] as they are printed.
type WordsText struct {
	Ideal       []string // -log of the probability, in the unit asked for
	Mean        string   // in bits
	Bits        string   // the length of the message, whole bits
	Information string   // Σ -log over the message, in the unit asked for
}

// Code encodes symbols with the best words of whole bits for P and for Q.
//
//	H(P) ≤ Σ P·length < H(P) + 1        for the code of P
//	H(P, Q) is what words of length -log Q would cost
//
// Special values: a symbol of probability 0 has no word; it costs ∞. A symbol of probability 1 needs none: its
// word is empty.
// Errors: [ParamError].
// Source: Shannon 1948 (lengths), Huffman 1952 (the shortest words).
func Code(params CodeParams) (CodeView, error) {
	c := checker{fn: "Code"}
	c.unit(params.Unit)
	c.pair(params.P, params.Q, MinClasses, MaxBars)
	c.length("message", len(params.Message), 0, MaxMessage)
	for i, symbol := range params.Message {
		c.integer(element("message", i), symbol, 0, len(params.P)-1)
	}
	if !c.ok() {
		return CodeView{}, c.result()
	}
	return CodeView{
		Truth:        words(params.P, &params),
		Model:        words(params.Q, &params),
		Entropy:      figure(params.Unit.of(info.Entropy(params.P))),
		CrossEntropy: figure(params.Unit.of(info.CrossEntropy(params.P, params.Q))),
	}, nil
}

// words makes the code of a distribution and sends the message in it.
func words(p []float64, params *CodeParams) WordsView {
	v := WordsView{Words: huffman(p), Lengths: make([]float64, len(p)), Shannon: make([]float64, len(p)), Ideal: make([]float64, len(p))}
	for i, word := range v.Words {
		v.Ideal[i] = info.Surprisal(p[i]).Bits()
		v.Shannon[i] = math.Ceil(v.Ideal[i] - 1e-12) // 3 bits for 1/8, whatever the logarithm rounds to
		v.Lengths[i] = float64(len(word))
		if p[i] == 0 {
			v.Lengths[i] = math.Inf(1)
		}
		if params.P[i] > 0 {
			v.Mean += params.P[i] * v.Lengths[i]
		}
	}
	bits, information := 0.0, info.Nats(0)
	for _, symbol := range params.Message {
		bits += v.Lengths[symbol]
		information += info.Surprisal(p[symbol])
	}
	v.Text.Ideal = mapTexts(p, func(p float64) string { return figure(params.Unit.of(info.Surprisal(p))) })
	v.Text.Mean = figure(v.Mean)
	v.Text.Bits = Fixed(bits, 0)
	v.Text.Information = figure(params.Unit.of(information))
	return v
}

// huffman returns Huffman's words for the symbols of probability above 0: again and again the two rarest groups
// become one, whose words begin with 0 in the more frequent and 1 in the rarer of the two. Of equals, the group
// with the first symbol counts as the more frequent.
func huffman(p []float64) []string {
	words := make([]string, len(p))
	group := make([]int, len(p)) // of each symbol: the first symbol of its group
	weight := append([]float64(nil), p...)
	for i := range group {
		group[i] = i
	}
	for {
		rare, next := -1, -1 // the rarest group, and the one after it
		for i, w := range weight {
			switch {
			case w == 0:
			case rare < 0 || w <= weight[rare]:
				rare, next = i, rare
			case next < 0 || w <= weight[next]:
				next = i
			}
		}
		if next < 0 {
			return words
		}
		into := min(rare, next)
		for i, g := range group {
			if p[i] > 0 && g == rare {
				words[i] = "1" + words[i]
			} else if p[i] > 0 && g == next {
				words[i] = "0" + words[i]
			}
			if g == rare || g == next {
				group[i] = into
			}
		}
		sum := weight[rare] + weight[next]
		weight[rare], weight[next] = 0, 0
		weight[into] = sum
	}
}
