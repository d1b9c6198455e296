package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
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
	weights     string
	input       string
	ignoreIndex int64
	labelBase   int64
	renormalize bool
	bins        int
	top         int

	read    rowfile.Options
	decimal string

	workers    int
	json       bool
	output     string
	color      string
	noProgress bool

	failIf []string
	gates  []report.Gate
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

SCORES is .npy, .npz, .csv or .tsv: one row an example, one column a class. One
column alone is a binary task. Whether the values are logits, probabilities or
log-probabilities is decided once for the whole file, on evidence, and printed;
--input overrides it. LABELS is .npy or a table: integers, booleans, strings, or
one row of target probabilities an example. Without LABELS they are looked for
in SCORES: a member or column called labels, targets or y.

Nothing is clipped: a row that gives its true class the probability 0 costs ∞,
is counted and shown. Files are read in one pass within constant memory, and the
result is the same, to the last bit, for any number of workers.

A figure such as 0.1285(131) is 0.1285 with a standard error of 0.0131.`,
		Example: `  xent eval logits.npy labels.npy            a report to read
  xent eval outputs.npz                      scores and labels in one archive
  xent eval predictions.csv --labels-key y   or one table
  xent eval logits.npy labels.npy --json | jq .loss.nats
  xent eval logits.npy labels.npy --ignore-index -100
  xent eval probs.npy labels.npy -o report.json
  xent eval logits.npy labels.npy --fail-if 'loss.nats>0.4' --fail-if 'warnings>0'`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usage("xent eval logits.npy labels.npy", "no file to read")
			case len(args) > 2:
				return usage(`quote names that hold spaces; weights go with --weights`, "want SCORES and LABELS, got %d arguments", len(args))
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"npy", "npz", "csv", "tsv"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runEval(cmd, args, f) },
	}
	f.define(cmd)
	return cmd
}

func (f *evalFlags) define(cmd *cobra.Command) {
	group(cmd.Flags(), "What is measured", func(s *pflag.FlagSet) {
		s.StringVar(&f.input, "input", "auto", "what the scores are, as `kind`: auto, logits, probs or logprobs")
		s.Int64Var(&f.ignoreIndex, "ignore-index", 0, "leave out rows with this `label`; -100 is usual")
		s.Int64Var(&f.labelBase, "label-base", 0, "the first class's `label`")
		s.BoolVar(&f.renormalize, "renormalize", false, "divide target probabilities by their sum")
		s.StringVar(&f.weights, "weights", "", "`file` with one weight a row")
		s.IntVar(&f.bins, "bins", 15, "`number` of calibration bins, of equal mass")
		s.IntVar(&f.top, "top", 10, "`number` of surprising rows to list")
	})
	group(cmd.Flags(), "How files are read", func(s *pflag.FlagSet) {
		s.StringVar(&f.read.ScoresKey, "scores-key", "", "`name` of the scores: a member of an .npz, or the prefix of a table's columns")
		s.StringVar(&f.read.LabelsKey, "labels-key", "", "`name` of the labels: a member or column")
		s.StringVar(&f.read.WeightsKey, "weights-key", "", "`name` of the weights: a member or column")
		s.StringVar(&f.read.DType, "dtype", "", "element `type` where the file does not say: bf16, f8_e4m3 or f8_e5m2")
		s.StringVar(&f.read.Field, "field", "", "`field` of a structured array")
		s.StringVar(&f.decimal, "decimal", ".", "decimal `mark` of numbers in tables")
		s.BoolVar(&f.read.AllowTruncated, "allow-truncated", false, "use the whole rows of a file that was cut short (ends with status 3)")
		s.BoolVar(&f.read.IgnoreTrailing, "ignore-trailing", false, "accept bytes behind an array")
		s.Var((*size)(&f.read.MaxMem), "max-mem", "bound on memory, as `size`: 512MB, 1GiB (the default)")
		s.Var((*size)(&f.read.MaxBytes), "max-bytes", "bound on the bytes read, after decompression; none by default")
		s.IntVar(&f.workers, "workers", runtime.GOMAXPROCS(0), "`number` of goroutines that compute; the result does not depend on it")
	})
	group(cmd.Flags(), "How it is told", func(s *pflag.FlagSet) {
		s.BoolVar(&f.json, "json", false, "write JSON instead of text")
		s.StringVarP(&f.output, "output", "o", "", "write to `file` instead of stdout; a name that ends in .json means --json")
		s.StringVar(&f.color, "color", "auto", "`when` to colour: auto, always or never; NO_COLOR is heeded")
		s.BoolVar(&f.noProgress, "no-progress", false, "no progress bar, even on a terminal")
	})
	group(cmd.Flags(), "How it is judged", func(s *pflag.FlagSet) {
		s.StringArrayVar(&f.failIf, "fail-if", nil, "end with status 1 if this `condition` on a figure of the JSON report holds: loss.nats>0.4; may be repeated")
	})
	// Defaults that name nothing would only be noise in the help.
	cmd.Flags().Lookup("workers").DefValue = "0"
	cmd.Flags().Lookup("ignore-index").DefValue = "0"
}

// check refuses values of flags that make no sense, before a file is opened.
func (f *evalFlags) check(cmd *cobra.Command) error {
	for _, text := range f.failIf {
		gate, err := report.ParseGate(text)
		if err != nil {
			return gateUsage(text, err)
		}
		f.gates = append(f.gates, gate)
	}
	oneOf := func(flag, value string, allowed ...string) error {
		for _, a := range allowed {
			if value == a {
				return nil
			}
		}
		return usage("", "--%s %q, want one of %s", flag, value, strings.Join(allowed, ", "))
	}
	if err := oneOf("input", f.input, "auto", "logits", "probs", "logprobs"); err != nil {
		return err
	}
	if err := oneOf("color", f.color, "auto", "always", "never"); err != nil {
		return err
	}
	if err := oneOf("decimal", f.decimal, ".", ","); err != nil {
		return err
	}
	for _, flag := range []struct {
		name  string
		value int
	}{{"bins", f.bins}, {"top", f.top}, {"workers", f.workers}} {
		if flag.value < 1 || flag.value > 1e6 {
			return usage("", "--%s %d, want 1 to 1000000", flag.name, flag.value)
		}
	}
	return nil
}

// config is what the evaluation is told: a part of the flags, and what the files say of themselves.
func (f *evalFlags) config(cmd *cobra.Command, rows *rowfile.Rows) eval.Config {
	c := evalfile.Config(rows, eval.Config{
		LabelBase: f.labelBase, Renormalize: f.renormalize, Bins: f.bins, Surprising: f.top,
	})
	if f.input != "auto" {
		c.Input = eval.Input(f.input)
	}
	if cmd.Flags().Changed("ignore-index") {
		c.IgnoreIndex = &f.ignoreIndex
	}
	return c
}

func runEval(cmd *cobra.Command, args []string, f evalFlags) error {
	if err := f.check(cmd); err != nil {
		return err
	}
	src := rowfile.Source{Scores: args[0], Weights: f.weights}
	if len(args) == 2 {
		src.Labels = args[1]
	}
	f.read.Decimal = f.decimal[0]
	rows, err := rowfile.Open(src, f.read)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := unlabelled(rows); err != nil {
		return err
	}

	config := f.config(cmd, rows)
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	bar := newProgress(cmd.ErrOrStderr(), f.noProgress)
	result, again, err := evaluate(ctx, rows, config, f.workers, bar)
	bar.finish()
	if err != nil {
		return located(rows, err)
	}
	doc := &report.Document{Report: result, Source: source(rows), Config: config}
	if again {
		doc.Source.Notes = append(doc.Source.Notes, evalfile.ReadTwice)
	}
	if err := f.write(cmd, doc); err != nil {
		return err
	}
	return errors.Join(failedGates(f.gates, doc), judge(ctx, rows, result))
}

// gateUsage answers a condition that cannot be read.
func gateUsage(text string, err error) error {
	hint := "a condition is a figure of the JSON report, one of > >= < <=, and a number: --fail-if 'loss.nats>0.4'"
	var unknown *report.UnknownFigureError
	if errors.As(err, &unknown) {
		hint = "xent eval --json shows the figures"
		if near := nearest(unknown.Path, unknown.Figures); near != "" {
			hint = "did you mean " + near + "?"
		}
	}
	return usage(hint, "--fail-if %q: %w", text, err)
}

// failedGates tells which conditions hold that must not: nil if none does.
func failedGates(gates []report.Gate, doc *report.Document) error {
	var failed []string
	for _, g := range gates {
		x, fails := g.Fails(doc)
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

// write renders the report where it was asked for.
func (f *evalFlags) write(cmd *cobra.Command, doc *report.Document) error {
	render := func(w io.Writer) error {
		return report.Text(w, doc, report.TextOptions{Color: f.output == "" && colored(f.color, w)})
	}
	if f.json || strings.HasSuffix(strings.ToLower(f.output), ".json") {
		render = func(w io.Writer) error { return report.JSON(w, doc) }
	}
	if f.output == "" {
		if err := render(cmd.OutOrStdout()); err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
		return nil
	}
	return writeFile(f.output, render)
}

// source describes the files that were read.
func source(rows *rowfile.Rows) report.Source {
	file := func(h *rowfile.Header) *report.File {
		if h == nil {
			return nil
		}
		return &report.File{Path: h.Path, Member: h.Member, Format: h.Format, DType: h.DType,
			Shape: h.Shape, Rows: h.Rows, Cols: h.Cols, Bytes: h.Bytes}
	}
	return report.Source{
		Scores: *file(&rows.Scores), Labels: file(rows.Labels), Weights: file(rows.Weights),
		Notes: rows.Notes, Warnings: rows.Warnings(),
	}
}

// colored tells whether to colour what goes to w: asked for, or a terminal that wants it
// (NO_COLOR unset or empty, TERM not dumb).
func colored(when string, w io.Writer) bool {
	if when != "auto" {
		return when == "always"
	}
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(w)
}
