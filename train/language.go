package train

import (
	"math"
	"slices"
	"strings"

	"xent"
	"xent/nn"
)

// A LanguageModel predicts the next token of a text from those before it.
type LanguageModel struct {
	Net    *nn.Transformer[float32]
	Length int // tokens that it sees
	Mark   int // the class that begins and ends a document; tokens are below it

	ids    []int
	labels []int32
	losses []float32
	merged []nn.Record
}

// NewLanguageModel returns the model of c for so many tokens and a mark, with first weights from its seed.
//
// Errors: *ConfigError.
func NewLanguageModel(c LMConfig, vocab int) (*LanguageModel, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	shape := nn.TransformerShape{Vocab: vocab + 1, Length: c.Length, Width: c.Width, Heads: c.Heads, Blocks: c.Blocks}
	return &LanguageModel{Net: nn.NewTransformer[float32](nn.NewRand(c.Seed), nn.Normal(.02), shape), Length: c.Length, Mark: vocab}, nil
}

// Size returns how many numbers the model learns.
func (m *LanguageModel) Size() (n int) {
	for _, p := range m.Net.Params() {
		n += len(p.Value)
	}
	return n
}

// marked is a document between two marks.
func (m *LanguageModel) marked(tokens []uint16) []int {
	all := make([]int, 0, len(tokens)+2)
	all = append(all, m.Mark)
	for _, t := range tokens {
		all = append(all, int(t))
	}
	return append(all, m.Mark)
}

// together bounds the logits of windows that are computed at once.
const together = 1 << 20

// Surprisals returns what each token of a document costs, in nats, and behind them what its end costs. Each is predicted from at
// least half of what the model can see, where there is so much before it. With visit, it hands out the logits that each was
// predicted from, in order: memory of the model.
func (m *LanguageModel) Surprisals(tokens []uint16, visit func(label int32, logits []float32) error) ([]float64, error) {
	text := m.marked(tokens)
	plan, err := xent.PlanWindows(len(text), m.Length+1, max(m.Length/2, 1)) // the last token of a window is predicted only
	if err != nil {
		return nil, err
	}
	costs := make([]float64, 0, len(text)-1)
	n := max(together/(m.Length*(m.Mark+1)), 1)
	for windows := range slices.Chunk(plan.Windows, n) {
		if costs, err = m.windows(costs, text, windows, visit); err != nil {
			return nil, err
		}
	}
	return costs, nil
}

// windows appends what the scored tokens of windows cost.
func (m *LanguageModel) windows(costs []float64, text []int, windows []xent.Window, visit func(int32, []float32) error) ([]float64, error) {
	n := 0 // the longest window
	for _, w := range windows {
		n = max(n, w.End-1-w.Begin)
	}
	m.ids, m.labels = m.ids[:0], m.labels[:0]
	for _, w := range windows {
		for i := range n { // what is behind a short window is seen by none of its tokens
			id, label := m.Mark, int32(-1)
			if at := w.Begin + i; at < w.End-1 {
				id = text[at]
				if at+1 >= w.From {
					label = int32(text[at+1])
				}
			}
			m.ids, m.labels = append(m.ids, id), append(m.labels, label)
		}
	}
	logits := m.Net.Forward(m.ids, n)
	m.losses = slices.Grow(m.losses[:0], len(m.ids))[:len(m.ids)]
	if _, err := xent.CrossEntropyRows(m.losses, xent.Logits[float32](logits), m.labels, &xent.Options{IgnoreIndex: new(-1)}); err != nil {
		return nil, err
	}
	for i, label := range m.labels {
		if label < 0 {
			continue
		}
		costs = append(costs, float64(m.losses[i]))
		if visit != nil {
			if err := visit(label, logits.Row(i)); err != nil {
				return nil, err
			}
		}
	}
	return costs, nil
}

// Sample continues a document of which prompt are the first tokens, by n tokens or until it ends: at temperature T, each is
// drawn from softmax(logits/T). T near 0 takes the likeliest.
func (m *LanguageModel) Sample(rng *nn.Rand, prompt []uint16, n int, temperature float64) (tokens []uint16, err error) {
	text := m.marked(prompt)
	text = text[:len(text)-1]
	p := make([]float64, m.Mark+1)
	wide := make([]float64, m.Mark+1)
	opt := &xent.Options{Temperature: temperature, Workers: 1}
	for range n {
		seen := text[max(len(text)-m.Length, 0):]
		logits := m.Net.Forward(seen, len(seen))
		for k, v := range logits.Row(len(seen) - 1) {
			wide[k] = float64(v)
		}
		if err := xent.Softmax(xent.ProbsOf(p, len(p)), xent.LogitsOf(wide, len(wide)), opt); err != nil {
			return nil, err
		}
		next := draw(p, rng.Float64())
		if next == m.Mark {
			return tokens, nil
		}
		text, tokens = append(text, next), append(tokens, uint16(next))
	}
	return tokens, nil
}

// draw returns the class where u falls when probabilities are laid end to end; the last that is possible where they end too soon.
func draw(p []float64, u float64) int {
	last := 0
	for k, v := range p {
		if v > 0 {
			last = k
		}
		if u -= v; u < 0 {
			return k
		}
	}
	return last
}

// LMJudged is how a model does on documents. A token is one of a document or its end.
type LMJudged struct {
	Documents, Tokens, Bytes int
	Nats                     float64 // of all of them together
	Loss, LossSE             float64 // nats a token, and its standard error over documents
	Bits, BitsSE             float64 // a byte
}

// Judge judges the model by documents, and hands out the logits of every k-th token with the number of its document, if visit
// is not nil. Standard errors take documents for independent, and tokens of one for anything but.
func (m *LanguageModel) Judge(docs []Document, k int, visit func(doc, label int32, logits []float32) error) (j LMJudged, err error) {
	var nats, tokens, bytes []float64
	at := 0
	for i, d := range docs {
		var each func(int32, []float32) error
		if visit != nil {
			each = func(label int32, logits []float32) error {
				at++
				if (at-1)%k != 0 {
					return nil
				}
				return visit(int32(i), label, logits)
			}
		}
		costs, err := m.Surprisals(d.Tokens, each)
		if err != nil {
			return j, err
		}
		sum := 0.
		for _, c := range costs {
			sum += c
		}
		nats, tokens, bytes = append(nats, sum), append(tokens, float64(len(costs))), append(bytes, float64(d.Bytes))
		j.Nats, j.Tokens, j.Bytes = j.Nats+sum, j.Tokens+len(costs), j.Bytes+d.Bytes
	}
	j.Documents = len(docs)
	j.Loss, j.LossSE = ratio(nats, tokens)
	j.Bits, j.BitsSE = ratio(nats, bytes)
	j.Bits, j.BitsSE = xent.Nats(j.Bits).Bits(), xent.Nats(j.BitsSE).Bits()
	return j, nil
}

// ratio returns Σ x/Σ w and its standard error by the jackknife over the pairs, as package eval has it over groups:
//
//	SE² = (G-1)/G · Σ_g (R - R_g)²     R_g without pair g
//
// NaN of fewer than two pairs that weigh anything.
func ratio(x, w []float64) (r, se float64) {
	var sx, sw, squares float64
	groups := 0.
	for i := range x {
		sx += x[i]
		sw += w[i]
	}
	r = sx / sw
	for i := range x {
		if w[i] > 0 {
			d := r - (sx-x[i])/(sw-w[i])
			squares += d * d
			groups++
		}
	}
	if groups < 2 {
		return r, math.NaN()
	}
	return r, math.Sqrt(squares * (groups - 1) / groups)
}

// blocks puts the records of the layers of a block together into one: what a picture of a line for each has room for.
func (m *LanguageModel) blocks(records []nn.Record) []nn.Record {
	m.merged = m.merged[:0]
	for _, rec := range records {
		if name, inner, ok := strings.Cut(rec.Name, "."); ok && name == "blocks" {
			number, _, _ := strings.Cut(inner, ".")
			rec.Name = "block " + number
		}
		if last := len(m.merged) - 1; last >= 0 && m.merged[last].Name == rec.Name {
			join(&m.merged[last], rec)
			continue
		}
		m.merged = append(m.merged, rec)
	}
	return m.merged
}

// join adds the numbers of a layer to those of others: norms, and what follows from them. There is no telling the cosine of both
// together; what outputs look like is that of the first.
func join(to *nn.Record, rec nn.Record) {
	to.Params += rec.Params
	to.Grad = math.Hypot(to.Grad, rec.Grad)
	to.RMS = to.Grad / math.Sqrt(float64(to.Params))
	to.Max = max(to.Max, rec.Max)
	to.Zeros, to.NonFinite = to.Zeros+rec.Zeros, to.NonFinite+rec.NonFinite
	to.Weight, to.Update = math.Hypot(to.Weight, rec.Weight), math.Hypot(to.Update, rec.Update)
	to.Ratio = to.Update / to.Weight
	to.Cosine = math.NaN()
}
