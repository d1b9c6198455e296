package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/eval"
	"xent/internal/evalfile"
	"xent/internal/rowfile"
)

// evalFlags are what the user of `xent eval` asks for.
type evalFlags struct {
	scoreFlags
	readFlags
	tellFlags
	faceFlags
	renormalize bool
	sequenceFlags
	by          []string
	leaks       bool
	bins        int
	labelErrors string
	conformal   float64
	bytes       float64
	chars       float64
	words       float64
	vocabulary  int64
	top         int
	shard       shardFlag

	gateFlags
}

// gateFlags say which figures of a report a build must not have.
type gateFlags struct {
	failIf []string
	gates  []report.Gate
}

func (f *gateFlags) define(s *pflag.FlagSet) {
	s.StringArrayVar(&f.failIf, "fail-if", nil, "end with status 1 if this `condition` on a figure of the JSON report holds: loss.nats>0.4; may be repeated")
}

func (f *gateFlags) check() error {
	for _, text := range f.failIf {
		gate, err := report.ParseGate(text)
		if err != nil {
			return gateUsage(text, err)
		}
		f.gates = append(f.gates, gate)
	}
	return nil
}

// newEval returns `xent eval`.
func newEval() *cobra.Command {
	var f evalFlags
	cmd := &cobra.Command{
		Use:   "eval SCORES [LABELS]",
		Short: "What the loss of a model is made of, from its saved outputs",
		Long: `Eval reads the outputs of a classifier and the true labels, and tells what the
loss is made of: the loss in nats and bits with its standard error, accuracy,
how much of the labels it explains, whether the model is as confident as it
should be, which classes and rows cost most, and what in the numbers themselves
is doubtful.

SCORES is .npy, .npz, .safetensors, .pt, .parquet, .arrow, .csv, .tsv or .jsonl,
compressed by gzip or Zstandard or not, or - for the standard input: one row an
example, one column a class. One column alone is a binary task; three dimensions
are texts, their tokens, and classes, which the .kld files of llama.cpp hold,
too. Whether the values are logits, probabilities or log-probabilities is
decided once for the whole file, on evidence, and printed; --input overrides it.
LABELS is .npy or a table: integers, booleans, strings, or one row of target
probabilities an example. A pattern in quotes, 'logits-*.npy', is several files
read as one, in the order of the numbers in their names. Without LABELS they are
looked for in SCORES: a member or column called labels, targets or y.

Answers of OpenAI's interface with logprobs, and vLLM's prompt_logprobs, have a
report of their own: they tell the tokens and the likeliest few others.

Nothing is clipped: a row that gives its true class the probability 0 costs ∞,
is counted and shown. Files are read in one pass within constant memory, and the
result is the same, to the last bit, for any number of workers.

A figure such as 0.1285(131) is 0.1285 with a standard error of 0.0131.`,
		Example: `  xent eval logits.npy labels.npy            a report to read
  xent eval outputs.npz                      scores and labels in one archive
  xent eval predictions.csv --labels-key y   or one table
  xent eval 'logits-*.npy' labels.npy        shards of a run, read as one
  xent eval test.parquet --group document    lists of logits, or one column a class
  zcat *.jsonl.gz | xent eval -              {"logits": [0.5, -1.2], "label": 0} a line
  xent eval logits.npy labels.npy --json | jq .loss.nats
  xent eval logits.npy labels.npy --ignore-index -100
  xent eval tokens.npz --group document      tokens of a document are not independent
  xent eval answers.csv --by language --by @confidence
  xent eval tokens.npz --group document --bytes 1290590
  xent eval logits.npy input_ids.npy --shift --mask attention_mask.npy
  xent eval responses.jsonl --vocab 128256   logprobs that a server told
  xent eval base.kld --by @position          from llama-perplexity
  xent eval probs.npy labels.npy -o report.json
  xent eval logits.npy labels.npy --html report.html
  xent eval logits.npy labels.npy --recalibrate calib.json
  xent eval logits.npy labels.npy --recalibrate calib.json --method auto
  xent eval logits.npy labels.npy --label-errors suspects.csv
  xent eval logits.npy labels.npy --conformal 0.1
  xent eval logits.npy labels.npy --shard 1/16 -o part-1.xacc
  xent eval logits.npy labels.npy --md "$GITHUB_STEP_SUMMARY"
  xent eval logits.npy labels.npy --fail-if 'accuracy.value<0.9' --junit xent.xml
  xent eval logits.npy labels.npy --fail-if 'loss.nats>0.4' --fail-if 'warnings>0'`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usage("xent eval logits.npy labels.npy", "no file to read")
			case len(args) > 2:
				return usage(`quote a pattern, and it is read as one: xent eval 'logits-*.npy' labels.npy; weights go with --weights`, "want SCORES and LABELS, got %d arguments", len(args))
			}
			return nil
		},
		ValidArgsFunction: completeFiles,
		RunE:              func(cmd *cobra.Command, args []string) error { return runEval(cmd, args, f) },
	}
	f.define(cmd)
	return cmd
}

func (f *evalFlags) define(cmd *cobra.Command) {
	group(cmd.Flags(), "What is measured", func(s *pflag.FlagSet) {
		f.scoreFlags.define(s)
		s.BoolVar(&f.renormalize, "renormalize", false, "divide target probabilities by their sum")
		f.sequenceFlags.define(s)
		s.StringArrayVar(&f.by, "by", nil, "tell the loss apart by this `key`: a column or file of one text a row, @confidence, @frequency (of the label), @position (in its sequence) or @length (of its group); may be repeated")
		s.StringVar(&f.weights, "weights", "", "`file` with one weight a row")
		s.BoolVar(&f.leaks, "leaks", false, "find out which wrong classes take the nats: leaks of the JSON report, and a picture of --html, which means this flag")
		s.StringVar(&f.labelErrors, "label-errors", "", "estimate how many labels are wrong, and write the rows whose labels probably are to `file`, as CSV; reads twice")
		s.Float64Var(&f.bytes, "bytes", 0, "length of the text that the tokens make, in bytes, as `number`: for bits per byte, which tokenizers share")
		s.Float64Var(&f.chars, "chars", 0, "its length in characters, as `number`")
		s.Float64Var(&f.words, "words", 0, "its length in words, as `number`: for the perplexity of a word")
		s.Int64Var(&f.vocabulary, "vocab", 0, "`number` of tokens there are, for logs that tell the likeliest alone: bounds entropy from above")
		s.Float64Var(&f.conformal, "conformal", 0, "make sets of classes that miss the label in this `share` of the rows: 0.1")
		s.IntVar(&f.bins, "bins", 15, "`number` of calibration bins, of equal mass")
		s.IntVar(&f.top, "top", 10, "`number` of surprising rows to list")
	})
	group(cmd.Flags(), "How files are read", func(s *pflag.FlagSet) {
		f.readFlags.define(s)
		s.Var(&f.shard, "shard", "score one `shard` of the rows alone, such as 2/16, the second of sixteen, and write what it adds up to -o part.xacc, for xent merge")
	})
	group(cmd.Flags(), "How it is told", func(s *pflag.FlagSet) {
		f.tellFlags.define(s)
		f.faceFlags.define(s)
	})
	group(cmd.Flags(), "How it is judged", f.gateFlags.define)
	quietDefaults(cmd.Flags())
}

// check refuses values of flags that make no sense, before a file is opened.
func (f *evalFlags) check() error {
	for _, length := range []struct {
		flag string
		x    float64
	}{{"bytes", f.bytes}, {"chars", f.chars}, {"words", f.words}} {
		if !(length.x >= 0 && length.x < 1e18) {
			return usage("", "--%s %g, want the length of a text", length.flag, length.x)
		}
	}
	if f.conformal != 0 && !(f.conformal > 0 && f.conformal < 1) {
		return usage("", "--conformal %g, want a share between 0 and 1", f.conformal)
	}
	for _, err := range []error{
		f.gateFlags.check(), f.scoreFlags.check(), f.tellFlags.check(), f.faceFlags.check(), f.readFlags.check(), inRange("bins", f.bins), inRange("top", f.top),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func runEval(cmd *cobra.Command, args []string, f evalFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	if err := f.checkPart(cmd); err != nil {
		return err
	}
	src := f.sequenceFlags.source(rowfile.Source{Scores: args[0], Weights: f.weights})
	for _, by := range f.by {
		if !strings.HasPrefix(by, "@") || by == eval.ByPosition {
			src.By = append(src.By, by)
		}
	}
	if len(args) == 2 {
		src.Labels = args[1]
	}
	f.options.Missing = f.missing(cmd)
	if told, err := evalTokens(cmd, args, &f); told || err != nil {
		return err
	}
	rows, err := f.open(src)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := unlabelled(rows); err != nil {
		return err
	}

	config := f.config(cmd, rows, eval.Config{Renormalize: f.renormalize, Bins: f.bins, Surprising: f.top, Recalibrate: f.calib != "", Methods: f.calib != "" && f.method != "temperature", By: f.by, LabelErrors: f.labelErrors != "", Conformal: f.conformal, Bytes: f.bytes, Chars: f.chars, Words: f.words, Leaks: f.leaks || f.html != ""})
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	bar := newProgress(cmd.ErrOrStderr(), f.noProgress)
	if f.shard.of > 0 {
		p := &part{partHeader: partHeader{Xent: version(), Command: commandLine(cmd, args), Shards: []int{f.shard.index}, Of: f.shard.of, Config: config, Names: config.Names}}
		return p.evaluate(ctx, rows, f.workers, f.output, bar)
	}
	result, err := evaluate(ctx, rows, config, f.workers, bar)
	bar.finish()
	if err != nil {
		return located(rows, err)
	}
	doc := &report.Document{Report: result.Report, Source: source(rows), Config: config, Command: commandLine(cmd, args), Version: version()}
	if result.again {
		doc.Source.Notes = append(doc.Source.Notes, evalfile.ReadTwice)
	}
	if err := f.faceFlags.write(doc, f.gates); err != nil {
		return err
	}
	if f.labelErrors != "" {
		err := writeFile("--label-errors", f.labelErrors, func(w io.Writer) error { return writeSuspects(w, doc, result.suspects) })
		if err != nil {
			return err
		}
	}
	text := func(w io.Writer, opt report.TextOptions) error { return report.Text(w, doc, opt) }
	if err := f.tellFlags.write(cmd, text, func(w io.Writer) error { return report.JSON(w, doc) }); err != nil {
		return err
	}
	return errors.Join(failedGates(f.gates, doc.Report), judge(ctx, rows, result.Report))
}

// gateUsage answers a condition that cannot be read.
func gateUsage(text string, err error) error {
	hint := "a condition is a figure of the JSON report, one of > >= < <=, and a number: --fail-if 'loss.nats>0.4'"
	var unknown *report.UnknownFigureError
	if errors.As(err, &unknown) {
		hint = "--json shows the figures"
		if near := nearest(unknown.Path, unknown.Figures); near != "" {
			hint = "did you mean " + near + "?"
		}
	}
	return usage(hint, "--fail-if %q: %w", text, err)
}

// failedGates tells which conditions hold that must not: nil if none does.
func failedGates(gates []report.Gate, of any) error {
	var failed []string
	for _, g := range gates {
		x, fails := g.Fails(of)
		switch {
		case fails && math.IsNaN(x):
			failed = append(failed, fmt.Sprintf("--fail-if %s: the report does not know it (NaN)", g))
		case fails:
			failed = append(failed, fmt.Sprintf("--fail-if %s: it is %.6g", g, x))
		}
	}
	if failed == nil {
		return nil
	}
	return &failure{err: errors.New(strings.Join(failed, "\n")), status: statusFinding}
}
