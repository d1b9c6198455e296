package train

import (
	"strconv"

	"xent"
	"xent/nn"
)

// LMConfig says what an [LM] is: the flags of `xent train lm`, and the config.json of its folder.
type LMConfig struct {
	Training
	Text    []string `json:"text"`    // patterns of the files
	Digest  string   `json:"digest"`  // of what they held
	Limit   int64    `json:"limit"`   // bytes to learn from, at most
	Judge   int64    `json:"judge"`   // bytes to judge by, at most
	Longest int64    `json:"longest"` // bytes of a document; what comes behind them is left out
	Vocab   int      `json:"vocab"`   // tokens; 256 are plain bytes
	Length  int      `json:"length"`  // tokens that the model sees
	Width   int      `json:"width"`
	Heads   int      `json:"heads"`
	Blocks  int      `json:"blocks"`
}

// LMTraining is how language models are usually trained.
func LMTraining() Training {
	return Training{Recipe: "lm", Optimiser: "adamw", Rate: 3e-3, Schedule: "cosine", Warmup: 50, Decay: .1, Clip: 1, Batch: 16, Epochs: 1}
}

// Default returns c with the usual value in place of each zero but those of Text and Digest, and of Warmup, Decay and Clip, where 0
// means none: [LMTraining] has the usual ones.
func (c LMConfig) Default() LMConfig {
	for _, d := range []struct {
		to    *int64
		usual int64
	}{{&c.Limit, 4e6}, {&c.Judge, 5e5}, {&c.Longest, 1 << 16}} {
		if *d.to == 0 {
			*d.to = d.usual
		}
	}
	for _, d := range []struct{ to, usual *int }{
		{&c.Vocab, new(1024)}, {&c.Length, new(128)}, {&c.Width, new(96)}, {&c.Heads, new(4)}, {&c.Blocks, new(2)},
	} {
		if *d.to == 0 {
			*d.to = *d.usual
		}
	}
	c.or(LMTraining())
	return c
}

// mostWidth bounds the sizes of a model, so that a mistaken one is refused before it is made.
const mostWidth = 1 << 13

// Check refuses settings that cannot be, before text is looked for.
//
// Errors: *ConfigError.
func (c *LMConfig) Check() error {
	for _, n := range []struct {
		name     string
		got      int
		low, top int
	}{
		{"vocab", c.Vocab, 256, 1<<16 - 1}, {"length", c.Length, 2, mostWidth}, {"width", c.Width, 1, mostWidth},
		{"heads", c.Heads, 1, mostWidth}, {"blocks", c.Blocks, 1, 1 << 10},
	} {
		if n.got < n.low || n.got > n.top {
			return &ConfigError{n.name, strconv.Itoa(n.got), strconv.Itoa(n.low) + " to " + strconv.Itoa(n.top)}
		}
	}
	for _, n := range []struct {
		name string
		got  int64
	}{{"limit", c.Limit}, {"judge", c.Judge}, {"longest", c.Longest}} {
		if n.got < 1 || n.got > 1<<40 {
			return &ConfigError{n.name, strconv.FormatInt(n.got, 10), "1 byte or more"}
		}
	}
	if c.Width%c.Heads != 0 {
		return &ConfigError{"heads", strconv.Itoa(c.Heads), "a number that divides the width, " + strconv.Itoa(c.Width)}
	}
	if n := c.Blocks*12*c.Width*c.Width + 2*c.Vocab*c.Width; n > mostParams {
		return &ConfigError{"width", strconv.Itoa(c.Width), "at most 268,435,456 parameters; these would be " + strconv.Itoa(n)}
	}
	return c.Training.check()
}

// An LM is a language model that is being trained: an [Experiment]. A row is a sequence of Config.Length tokens of the documents
// one after the other, and an epoch each sequence once. Where the first sequence begins is drawn for each epoch, or else a
// model learns by heart what stands where.
type LM struct {
	Config LMConfig
	Corpus *Corpus
	Model  *LanguageModel

	loop
	stream  []uint16
	ids     []int
	labels  []int32
	hidden  []float32
	options xent.LinearOptions
	figures [1]Figure
}

// NewLM returns the run of c on a corpus, before its first step.
//
// Errors: *ConfigError, *DataError.
func NewLM(c LMConfig, corpus *Corpus) (*LM, error) {
	if err := corpus.check(c.Length); err != nil {
		return nil, err
	}
	model, err := NewLanguageModel(c, corpus.Vocab)
	if err != nil {
		return nil, err
	}
	r := &LM{Config: c, Corpus: corpus, Model: model, stream: corpus.stream()}
	r.loop = newLoop(&r.Config.Training, r.Model.Net, max((len(r.stream)-1)/c.Length-1, 1))
	n := r.Config.Batch * c.Length
	r.ids, r.labels, r.hidden = make([]int, n), make([]int32, n), make([]float32, n*c.Width)
	return r, nil
}

// Settings returns &r.Config.
func (r *LM) Settings() any { return &r.Config }

// sequences collects rows of the stream in an epoch, and what comes behind each of their tokens.
func (r *LM) sequences(rows []int32, epoch int) (ids []int, labels []int32) {
	n := r.Config.Length
	free := min(len(r.stream)-len(r.order)*n, n) // places where the first may begin
	first := int(mix(r.Config.Seed, 1<<63|uint64(epoch)) % uint64(free))
	for i, row := range rows {
		from := r.stream[first+int(row)*n:]
		for k := range n {
			r.ids[i*n+k], r.labels[i*n+k] = int(from[k]), int32(from[k+1])
		}
	}
	return r.ids[:len(rows)*n], r.labels[:len(rows)*n]
}

// backward leaves the gradient of the loss over sequences in the parameters. The logits of a batch are its largest numbers, and
// are never built as a whole.
func (r *LM) backward(ids []int, labels []int32) (loss float64, err error) {
	net := r.Model.Net
	hidden := net.Hidden(ids, r.Config.Length)
	weight := net.Head().Weight()
	width := r.Config.Width
	in := xent.Linear[float32]{Hidden: hidden, Weight: xent.MatrixOf(weight.Value, width)}
	grad := xent.Linear[float32]{Hidden: xent.MatrixOf(r.hidden[:len(ids)*width], width), Weight: xent.MatrixOf(weight.Grad, width)}
	res, err := xent.LinearCrossEntropyGrad(grad, in, labels, &r.options)
	if err != nil {
		return 0, err
	}
	if loss = float64(res.Mean()); loss-loss == 0 {
		net.BackwardHidden(grad.Hidden)
	}
	return loss, nil
}

// Step makes one step. Its figure is "perplexity", that of the batch.
func (r *LM) Step(record bool) (s Step, err error) {
	rows, s := r.next()
	ids, labels := r.sequences(rows, s.Epoch)
	if s.Loss, err = r.backward(ids, labels); err != nil {
		return s, err
	}
	r.figures[0] = Figure{"perplexity", float64(xent.Nats(s.Loss).Perplexity())}
	s.Figures = r.figures[:]
	if s.Loss-s.Loss != 0 {
		return s, r.diverged(s)
	}
	return s, r.learn(&s, record)
}

// Gradient leaves in Params the gradient of the loss over the first sequences, of four batches at most.
func (r *LM) Gradient() (float64, error) {
	const batches = 4
	sum := make([][]float32, len(r.params))
	for i, p := range r.params {
		sum[i] = make([]float32, len(p.Grad))
	}
	total, n := 0., 0
	rows := make([]int32, 0, r.Config.Batch)
	for n < batches && (n+1)*r.Config.Batch <= len(r.order) {
		rows = rows[:0]
		for k := range r.Config.Batch {
			rows = append(rows, int32(n*r.Config.Batch+k))
		}
		loss, err := r.backward(r.sequences(rows, 0))
		if err != nil {
			return 0, err
		}
		total += loss
		n++
		for i, p := range r.params {
			for k, g := range p.Grad {
				sum[i][k] += g
			}
		}
	}
	for i, p := range r.params {
		for k, g := range sum[i] {
			p.Grad[k] = g / float32(n)
		}
	}
	return total / float64(n), nil
}

// Records returns what the blocks looked like at the last step that was recorded, each as one layer.
func (r *LM) Records() []nn.Record { return r.Model.blocks(r.loop.Records()) }
