package main

import (
	"fmt"
	"io"
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

// The flags that verbs share: what scores and labels are, how their files are read, and how a report is
// told. A verb embeds those it takes and adds its own.

// scoreFlags say what scores and labels are.
type scoreFlags struct {
	input       string
	ignoreIndex int64
	labelBase   int64
	weights     string
}

func (f *scoreFlags) define(s *pflag.FlagSet) {
	s.StringVar(&f.input, "input", "auto", "what the scores are, as `kind`: auto, logits, probs or logprobs")
	s.Int64Var(&f.ignoreIndex, "ignore-index", 0, "leave out rows with this `label`, and those of a table without one; -100 is usual")
	s.Int64Var(&f.labelBase, "label-base", 0, "the first class's `label`")
}

func (f *scoreFlags) check() error {
	return oneOf("input", f.input, "auto", "logits", "probs", "logprobs")
}

// missing is the label of rows that have none: the one that is ignored, if one is.
func (f *scoreFlags) missing(cmd *cobra.Command) *int64 {
	if cmd.Flags().Changed("ignore-index") {
		return &f.ignoreIndex
	}
	return nil
}

// config completes c by what these flags and the files say.
func (f *scoreFlags) config(cmd *cobra.Command, rows *rowfile.Rows, c eval.Config) eval.Config {
	c.LabelBase = f.labelBase
	c = evalfile.Config(rows, c)
	if f.input != "auto" {
		c.Input = eval.Input(f.input)
	}
	c.IgnoreIndex = f.missing(cmd)
	return c
}

// sequenceFlags say what scores of sequences, such as the tokens of texts, are about.
type sequenceFlags struct {
	shift bool
	mask  string
	group string
}

func (f *sequenceFlags) define(s *pflag.FlagSet) {
	s.StringVar(&f.group, "group", "", "rows with the same value of this `column` or file - a document, a patient - are not independent: standard errors come from groups; @sequence is the usual where scores have three dimensions, @row takes rows for independent")
	s.BoolVar(&f.shift, "shift", false, "scores at a position of a sequence are about the label at the next, as those of causal language models are, when labels are the tokens read")
	s.StringVar(&f.mask, "mask", "", "`file` of 0 for tokens that are not scored, such as padding, else 1: the attention mask")
}

// source completes src.
func (f *sequenceFlags) source(src rowfile.Source) rowfile.Source {
	src.Groups, src.Sequences, src.Shift, src.Mask = f.group, true, f.shift, f.mask
	return src
}

// readFlags say how files are read, and by how many goroutines their rows are worked on.
type readFlags struct {
	options rowfile.Options
	decimal string
	workers int
}

func (f *readFlags) define(s *pflag.FlagSet) {
	o := &f.options
	s.StringVar(&o.ScoresKey, "scores-key", "", "`name` of the scores: a member of an archive, or the prefix of a table's columns")
	s.StringVar(&o.LabelsKey, "labels-key", "", "`name` of the labels: a member or column")
	s.StringVar(&o.WeightsKey, "weights-key", "", "`name` of the weights: a member or column")
	s.StringVar(&o.DType, "dtype", "", "element `type` where the file does not say: bf16, f8_e4m3 or f8_e5m2")
	s.StringVar(&o.Field, "field", "", "`field` of a structured array")
	s.StringVar(&f.decimal, "decimal", ".", "decimal `mark` of numbers in tables")
	s.BoolVar(&o.AllowTruncated, "allow-truncated", false, "use the whole rows of a file that was cut short (ends with status 3)")
	s.BoolVar(&o.IgnoreTrailing, "ignore-trailing", false, "accept bytes behind an array")
	s.Var((*size)(&o.MaxMem), "max-mem", "bound on memory, as `size`: 512MB, 1GiB (the default)")
	s.Var((*size)(&o.MaxBytes), "max-bytes", "bound on the bytes read, after decompression; none by default")
	s.IntVar(&f.workers, "workers", runtime.GOMAXPROCS(0), "`number` of goroutines that compute; the result does not depend on it")
}

func (f *readFlags) check() error {
	if err := oneOf("decimal", f.decimal, ".", ","); err != nil {
		return err
	}
	return inRange("workers", f.workers)
}

// open opens what src names.
func (f *readFlags) open(src rowfile.Source) (*rowfile.Rows, error) {
	f.options.Decimal = f.decimal[0]
	return rowfile.Open(src, f.options)
}

// tellFlags say how a report is told.
type tellFlags struct {
	json       bool
	output     string
	color      string
	noProgress bool
}

func (f *tellFlags) define(s *pflag.FlagSet) {
	s.BoolVar(&f.json, "json", false, "write JSON instead of text")
	s.StringVarP(&f.output, "output", "o", "", "write to `file` instead of stdout; a name that ends in .json means --json")
	s.StringVar(&f.color, "color", "auto", "`when` to colour: auto, always or never; NO_COLOR is heeded")
	s.BoolVar(&f.noProgress, "no-progress", false, "no progress bar, even on a terminal")
}

func (f *tellFlags) check() error { return oneOf("color", f.color, "auto", "always", "never") }

// write renders a report where it was asked for, as text or as JSON.
func (f *tellFlags) write(cmd *cobra.Command, text func(io.Writer, report.TextOptions) error, json func(io.Writer) error) error {
	render := func(w io.Writer) error {
		return text(w, report.TextOptions{Color: f.output == "" && colored(f.color, w)})
	}
	if f.json || strings.HasSuffix(strings.ToLower(f.output), ".json") {
		render = json
	}
	if f.output == "" {
		if err := render(cmd.OutOrStdout()); err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
		return nil
	}
	return writeFile("-o", f.output, render)
}

// colored tells whether to colour what goes to w: asked for, or a terminal that wants it
// (NO_COLOR unset or empty, TERM not dumb).
func colored(when string, w io.Writer) bool {
	if when != "auto" {
		return when == "always"
	}
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(w)
}

// quietDefaults takes defaults that name nothing out of the help, where they would only be noise.
func quietDefaults(flags *pflag.FlagSet) {
	for _, name := range []string{"workers", "ignore-index"} {
		if f := flags.Lookup(name); f != nil {
			f.DefValue = "0"
		}
	}
}

// oneOf refuses a value of a flag that is none of those allowed.
func oneOf(flag, value string, allowed ...string) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return usage("", "--%s %q, want one of %s", flag, value, strings.Join(allowed, ", "))
}

// inRange refuses a number of things that makes no sense.
func inRange(flag string, value int) error {
	if value < 1 || value > 1e6 {
		return usage("", "--%s %d, want 1 to 1000000", flag, value)
	}
	return nil
}

// completeFiles has the shell offer files that hold scores.
func completeFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"npy", "npz", "safetensors", "pt", "pth", "kld", "parquet", "arrow", "feather", "csv", "tsv", "jsonl", "json", "gz", "zst"}, cobra.ShellCompDirectiveFilterFileExt
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
	var by []report.File
	for _, h := range rows.By {
		by = append(by, *file(h))
	}
	return report.Source{
		Scores: *file(&rows.Scores), Labels: file(rows.Labels), Weights: file(rows.Weights), Groups: file(rows.Groups), By: by,
		Notes: rows.Notes, Warnings: rows.Warnings(),
	}
}
