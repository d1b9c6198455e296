package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/internal/bpe"
	"xent/internal/tensorfile"
	"xent/nn"
	"xent/train"
)

// lmShow are what a model is asked to show: samples, and what each token of a text costs.
type lmShow struct {
	sample       int
	prompt       string
	temperatures []float64
	seed         uint64
	files        []string
	html         string
	color        string
}

func (s *lmShow) define(flags *pflag.FlagSet) {
	flags.IntVar(&s.sample, "sample", 0, "draw so many `tokens` at each temperature")
	flags.StringVar(&s.prompt, "prompt", "", "`text` that samples begin with")
	flags.Float64SliceVar(&s.temperatures, "temperature", []float64{.5, .8, 1}, "`temperatures` of samples, above 0")
	flags.Uint64Var(&s.seed, "sample-seed", 1, "`number` that samples follow from")
	flags.StringArrayVar(&s.files, "surprisal", nil, "colour the text of this `file` by what each token costs; may be repeated")
	flags.StringVar(&s.html, "html", "", "write the coloured text to `file` as a page of its own")
	flags.StringVar(&s.color, "color", "auto", "`when` to colour: auto, always or never; NO_COLOR is heeded")
}

// mostSampled bounds the tokens of a sample.
const mostSampled = 100_000

func (s *lmShow) check(flags *pflag.FlagSet) error {
	if s.sample < 0 || s.sample > mostSampled {
		return usage("", "--sample %d, want 1 to %d tokens", s.sample, mostSampled)
	}
	for _, name := range []string{"prompt", "temperature", "sample-seed"} {
		if s.sample == 0 && flags.Changed(name) {
			return usage("--sample 200 draws 200 tokens", "--%s without --sample", name)
		}
	}
	for _, t := range s.temperatures {
		if !(t > 0 && t <= 1000) {
			return usage("near 0 the likeliest token is taken: --temperature 0.01", "--temperature %v, want above 0 and up to 1000", t)
		}
	}
	if s.html != "" && len(s.files) != 1 {
		return usage("--surprisal FILE names the text", "--html with %s of --surprisal, want one", plural(len(s.files), "file"))
	}
	return oneOf("color", s.color, "auto", "always", "never")
}

// A model is one that was trained, with its tokens.
type model struct {
	codec *bpe.Codec
	net   *train.LanguageModel
}

// useRun shows what the model of a run says, without training it.
func (f *lmFlags) useRun(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(g *pflag.Flag) {
		heading := ""
		if h := g.Annotations[groupOf]; len(h) > 0 {
			heading = h[0]
		}
		if heading == whatIsTrained || heading == howItIsTrained || g.Name == "resume" || g.Name == "out" || g.Name == "checkpoint" {
			err = usage("leave it out, or train another model", "--%s with --use: the model is there, and stays as it is", g.Name)
		}
	})
	if err != nil {
		return err
	}
	if f.show.sample == 0 && len(f.show.files) == 0 {
		return usage("--sample 200 or --surprisal FILE", "--use %s: nothing is asked of the model", f.use)
	}
	m, err := loadModel(f.use)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	samples, err := f.show.samples(ctx, m)
	if err != nil {
		return err
	}
	w := cmd.OutOrStdout()
	if f.json {
		out := lmUsed{Schema: 1, Folder: f.use, Samples: samples}
		for _, name := range f.show.files {
			p, err := costsOfFile(m, name)
			if err != nil {
				return err
			}
			out.Passages = append(out.Passages, *p)
		}
		return report.Object(w, &out)
	}
	tellSamples(w, samples)
	return f.show.surprisal(w, m)
}

// An lmUsed is what a model was asked for, as --json prints it.
type lmUsed struct {
	Schema   int       `json:"schema"`
	Folder   string    `json:"folder"`
	Samples  []sampled `json:"samples"`
	Passages []passage `json:"passages"`
}

// A sampled text, without the prompt.
type sampled struct {
	Temperature float64 `json:"temperature"`
	Prompt      string  `json:"prompt"`
	Text        string  `json:"text"`
	Ended       bool    `json:"ended"` // by itself
}

// samples draws a text at each temperature. The same seed gives the same random numbers at each.
func (s *lmShow) samples(ctx context.Context, m *model) (all []sampled, err error) {
	if s.sample == 0 {
		return nil, nil
	}
	prompt := m.codec.Encode(nil, []byte(s.prompt))
	for _, t := range s.temperatures {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		tokens, err := m.net.Sample(nn.NewRand(s.seed), prompt, s.sample, t)
		if err != nil {
			return nil, err
		}
		text, err := m.codec.Decode(nil, tokens)
		if err != nil {
			return nil, err
		}
		all = append(all, sampled{t, s.prompt, string(text), len(tokens) < s.sample})
	}
	return all, nil
}

// tellSamples shows samples between lines that say their temperatures.
func tellSamples(w io.Writer, all []sampled) {
	for _, s := range all {
		fmt.Fprintf(w, "\n── temperature %v ──\n%s%s\n", s.Temperature, shown(s.Prompt), shown(s.Text))
		if s.Ended {
			fmt.Fprintln(w, "── the document ends here ──")
		}
	}
}

// costsOfFile says what each token of a file costs.
func costsOfFile(m *model, name string) (*passage, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, usage("", "--surprisal %s: %w", name, cause(err))
	}
	return costsOf(m.net, m.codec, name, text)
}

// surprisal shows what each token of the files costs, if any are named.
func (s *lmShow) surprisal(w io.Writer, m *model) error {
	for _, name := range s.files {
		p, err := costsOfFile(m, name)
		if err != nil {
			return err
		}
		if s.html == "" {
			err = p.text(w, colored(s.color, w))
		} else if err = writeFile("--html", s.html, p.html); err == nil {
			_, err = fmt.Fprintf(w, "%s: %s\n", report.Plain(s.html), p.summary())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A codecJSON is a tokenizer as its file holds it.
type codecJSON struct {
	Format string     `json:"format"`
	Vocab  int        `json:"vocab"`
	Merges []bpe.Pair `json:"merges"`
}

const codecFormat = "xent-bpe 1"

// writeCodec writes tokenizer.json in the folder of a run.
func writeCodec(dir string, c *bpe.Codec) error {
	return writeFile("--out", filepath.Join(dir, codecFile), func(w io.Writer) error {
		text, err := json.Marshal(codecJSON{codecFormat, c.Vocab(), append([]bpe.Pair{}, c.Merges()...)})
		if err == nil {
			_, err = w.Write(append(text, '\n'))
		}
		return err
	})
}

// readCodec reads tokenizer.json.
func readCodec(dir string) (*bpe.Codec, error) {
	path := filepath.Join(dir, codecFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("it is written with the first look at what is held out: go on with --resume", "%s: %w", path, cause(err))
	}
	var saved codecJSON
	if err := json.Unmarshal(text, &saved); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if saved.Format != codecFormat {
		return nil, fmt.Errorf("%s: format %q, want %q", path, saved.Format, codecFormat)
	}
	c, err := bpe.New(saved.Merges)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// loadModel reads the model of a run as its last checkpoint has it.
func loadModel(dir string) (*model, error) {
	c, err := readConfig[train.LMConfig](dir, "lm", "--use")
	if err != nil {
		return nil, err
	}
	codec, err := readCodec(dir)
	if err != nil {
		return nil, err
	}
	net, err := train.NewLanguageModel(c, codec.Vocab())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, configFile), err)
	}
	file, err := tensorfile.Open(filepath.Join(dir, checkpointFile), 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	s := &restorer{file: file}
	for _, p := range net.Net.Params() {
		s.Array("param."+p.Name, p.Shape, p.Value)
	}
	return &model{codec, net}, s.err
}
