package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/internal/bpe"
	"xent/train"
)

// lmFlags are what the user of `xent train lm` asks for.
type lmFlags struct {
	runFlags
	config train.LMConfig
	use    string
	show   lmShow

	texts *texts // of the run
	codec *bpe.Codec
}

// newLM returns `xent train lm`.
func newLM() *cobra.Command {
	f := new(lmFlags)
	r := recipe[train.LMConfig, *train.LM]{name: "lm", rows: "sequences", looks: 10, start: f.start, judge: f.judge, finish: f.finish,
		title: func(train.LMConfig) string { return "lm" }}
	cmd := &cobra.Command{
		Use:   "lm",
		Short: "Train a language model on text files and see what each token costs",
		Long: `Lm trains a causal transformer on text files: on the source tree of Go, where there is one,
unless --text names others. Text is cut into tokens by byte-pair encoding learnt from it
(--vocab 256: bytes). A tenth of the documents, by a hash of their paths, is held out; on
these it tells the loss in nats a token and bits a byte, with standard errors over
documents, beside what gzip -9 and xz -9 make of the same files.

The run's folder holds what that of xent train classify does, the tokenizer, result.json and
surprisal.html, a held-out passage coloured by what each token costs. logits.npy are those
of a sample of the held-out tokens, groups.npy the document of each.

A run, finished or not, is used without training by --use.`,
		Example: `  xent train lm
  xent train lm --text '~/notes/**/*.md' --text README.md --vocab 512 --epochs 4
  xent train lm --vocab 256 --length 256 --limit 1MB
  xent train lm --resume runs/lm-1
  xent train lm --use runs/lm-1 --sample 200 --prompt 'func (r *' --temperature 0.5,1
  xent train lm --use runs/lm-1 --surprisal main.go
  xent train lm --use runs/lm-1 --surprisal main.go --html main.html
  xent eval runs/lm-1/logits.npy runs/lm-1/labels.npy --group runs/lm-1/groups.npy`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.show.check(cmd.Flags()); err != nil {
				return err
			}
			if f.use != "" {
				return f.useRun(cmd)
			}
			return r.run(cmd, &f.runFlags, f.config)
		},
	}
	usual := train.LMConfig{}.Default()
	c := &f.config
	group(cmd.Flags(), whatIsTrained, func(s *pflag.FlagSet) {
		s.StringArrayVar(&c.Text, "text", nil, "`pattern` of text files, ** for folders; may be repeated; the Go source tree by default")
		s.Var((*size)(&c.Limit), "limit", "learn from at most this `size` of text, whole documents; 4MB by default")
		s.Var((*size)(&c.Judge), "judge", "judge by at most this `size` of text; 500kB by default")
		s.Var((*size)(&c.Longest), "longest", "leave out what is behind this `size` of a document; 64KiB by default")
		s.IntVar(&c.Vocab, "vocab", usual.Vocab, "`tokens` of the vocabulary; 256 are plain bytes")
		s.IntVar(&c.Length, "length", usual.Length, "`tokens` that the model sees")
		s.IntVar(&c.Width, "width", usual.Width, "`numbers` between its layers")
		s.IntVar(&c.Heads, "heads", usual.Heads, "`heads` of each attention")
		s.IntVar(&c.Blocks, "blocks", usual.Blocks, "`blocks` of attention and dense layers")
	})
	defineTraining(cmd, &c.Training, train.LMTraining())
	f.define(cmd, "lm")
	cmd.Flags().Lookup("batch").Usage = "`sequences` a step"
	cmd.Flags().Lookup("checkpoint").Usage = "`steps` between checkpoints; a tenth of an epoch by default"
	group(cmd.Flags(), "What it shows", func(s *pflag.FlagSet) {
		s.StringVar(&f.use, "use", "", "train nothing: use the model of the run in this `folder`")
		f.show.define(s)
	})
	quietConfig(cmd.Flags())
	cmd.Flags().Lookup("temperature").DefValue = "0.5,0.8,1"
	return cmd
}

// start makes the run of a configuration: it finds the text and learns its tokens.
func (f *lmFlags) start(c train.LMConfig) (*train.LM, error) {
	if c = c.Default(); c.Check() != nil {
		return nil, c.Check()
	}
	if len(c.Text) == 0 {
		pattern, err := goSource()
		if err != nil {
			return nil, err
		}
		c.Text = []string{pattern}
	}
	t, err := findTexts(c)
	if err != nil {
		return nil, err
	}
	if c.Digest != "" && c.Digest != t.digest {
		return nil, usage("begin another run: --out names another folder", "the text has changed since the run began: %s", strings.Join(c.Text, ", "))
	}
	c.Digest = t.digest
	var l bpe.Learner
	for _, d := range t.train {
		l.Add(d.text)
	}
	f.texts, f.codec = t, l.Learn(c.Vocab)
	c.Vocab = f.codec.Vocab()
	run, err := train.NewLM(c, t.corpus(f.codec))
	t.release()
	return run, err
}

// judgedAtOnce bounds the bytes by which a model is judged while it learns.
const judgedAtOnce = 60_000

// judge looks at the first of the held-out documents, and keeps the tokenizer beside the checkpoint.
func (f *lmFlags) judge(run *train.LM, folder *runFolder) ([]train.Figure, string, error) {
	docs, bytes := run.Corpus.Test, 0
	for i, d := range docs {
		if bytes += d.Bytes; bytes > judgedAtOnce && i > 0 {
			docs = docs[:i]
			break
		}
	}
	if err := writeCodec(folder.dir, f.codec); err != nil {
		return nil, "", err
	}
	j, err := run.Model.Judge(docs, 1, nil)
	return []train.Figure{{Name: "val_loss", Value: j.Loss}, {Name: "val_bits_per_byte", Value: j.Bits}},
		fmt.Sprintf("held out %s nats a token, %s bits a byte", report.Short(j.Loss, 4), report.Short(j.Bits, 4)), err
}

// The files of the run of a language model, beside those that all runs have.
const (
	codecFile     = "tokenizer.json"
	groupsFile    = "groups.npy"
	surprisalFile = "surprisal.html"
)

// finish judges the model by all that is held out, writes what the run leaves, and tells it.
func (f *lmFlags) finish(ctx context.Context, w io.Writer, run *train.LM, folder *runFolder) error {
	res := lmResult{Schema: 1, Folder: folder.dir, Steps: run.At(), Weights: run.Model.Size(), Documents: len(run.Corpus.Train), Config: run.Config}
	for _, d := range run.Corpus.Train {
		res.Bytes, res.Tokens = res.Bytes+d.Bytes, res.Tokens+len(d.Tokens)+1
	}
	if err := writeCodec(folder.dir, f.codec); err != nil {
		return err
	}
	j, err := folder.predictions(run)
	if err != nil {
		return err
	}
	res.judged(j)
	if res.Compressed, err = compress(ctx, f.texts.test); err != nil {
		return err
	}
	page := filepath.Join(folder.dir, surprisalFile)
	passage, err := costsOf(run.Model, f.codec, f.texts.test[0].name, f.texts.test[0].text[:min(len(f.texts.test[0].text), 4000)])
	if err != nil {
		return err
	}
	if err := writeFile("--out", page, passage.html); err != nil {
		return err
	}
	m := &model{f.codec, run.Model}
	if res.Samples, err = f.show.samples(ctx, m); err != nil {
		return err
	}
	if err := writeFile("--out", filepath.Join(folder.dir, resultFile), func(w io.Writer) error { return report.Object(w, &res) }); err != nil {
		return err
	}
	if f.json {
		return report.Object(w, &res)
	}
	res.text(w)
	if len(res.Samples) > 0 {
		tellSamples(w, res.Samples)
	}
	return f.show.surprisal(w, m)
}

// predictedRows bounds the rows of logits.npy, and predictedBytes its size.
const (
	predictedRows  = 4096
	predictedBytes = 64 << 20
)

// predictions judges a model by the held-out documents, and writes the logits of every k-th token as .npy files, with
// their labels and the numbers of their documents.
func (f *runFolder) predictions(run *train.LM) (j train.LMJudged, err error) {
	total := 0
	for _, d := range run.Corpus.Test {
		total += len(d.Tokens) + 1
	}
	classes := run.Corpus.Vocab + 1
	rows := max(min(total, predictedRows, predictedBytes/4/classes), 1)
	k := (total-1)/rows + 1
	var labels, groups []int32
	err = f.logits((total-1)/k+1, classes, func(write func([]float32) error) error {
		j, err = run.Model.Judge(run.Corpus.Test, k, func(doc, label int32, logits []float32) error {
			labels, groups = append(labels, label), append(groups, doc)
			return write(logits)
		})
		return err
	})
	if err == nil {
		err = f.integers(labelsFile, labels)
	}
	if err == nil {
		err = f.integers(groupsFile, groups)
	}
	return j, err
}
