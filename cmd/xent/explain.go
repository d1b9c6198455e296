package main

import (
	"context"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent"
	"xent/cmd/xent/report"
	"xent/doctor"
	"xent/eval"
	"xent/internal/evalfile"
	"xent/internal/rowfile"
)

// explainFlags are what the user of `xent explain` asks for.
type explainFlags struct {
	scoreFlags
	readFlags
	tellFlags
	reported  string
	tolerance float64
	top       int
}

// newExplain returns `xent explain`.
func newExplain() *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain SCORES [LABELS] --reported X",
		Short: "How a reported loss was computed: which recipe gives that number",
		Long: `Explain computes the loss of the rows in every way that programs are known to:
in nats or bits, as mean or sum, over batches of which the last is smaller, with
smoothed labels, focal, with softmax applied twice, from clipped probabilities,
with labels of other rows or classes, rounded to float16. It tells which of them
give the number that was reported, within half a unit of its last digit.

The more digits the number has, the fewer recipes give it. That none does is a
result, too: then the rows are not those that the number was computed from.`,
		Example: `  xent explain logits.npy labels.npy --reported 1.5012
  xent explain outputs.npz --reported 0.694 --json | jq -r .recipes[0].id
  xent explain logits.npy labels.npy --reported 0.69 --tolerance 0.02`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usage("xent explain logits.npy labels.npy --reported 1.5012", "no file to read")
			case len(args) > 2:
				return usage(`quote names that hold spaces`, "want SCORES and LABELS, got %d arguments", len(args))
			}
			return nil
		},
		ValidArgsFunction: completeFiles,
		RunE:              func(cmd *cobra.Command, args []string) error { return runExplain(cmd, args, f) },
	}
	group(cmd.Flags(), "What is explained", func(s *pflag.FlagSet) {
		s.StringVar(&f.reported, "reported", "", "the `number` that was reported, with all its digits")
		s.Float64Var(&f.tolerance, "tolerance", 0, "how far off a recipe may be; half a unit of the last digit by default")
		s.IntVar(&f.top, "top", 5, "`number` of recipes to list")
		f.scoreFlags.define(s)
	})
	group(cmd.Flags(), "How files are read", f.readFlags.define)
	group(cmd.Flags(), "How it is told", f.tellFlags.define)
	quietDefaults(cmd.Flags())
	cmd.Flags().Lookup("tolerance").DefValue = "0"
	return cmd
}

func runExplain(cmd *cobra.Command, args []string, f explainFlags) error {
	for _, err := range []error{f.scoreFlags.check(), f.tellFlags.check(), f.readFlags.check(), inRange("top", f.top)} {
		if err != nil {
			return err
		}
	}
	reported, unit, err := lastDigit(f.reported)
	if err != nil {
		return err
	}
	if !(f.tolerance >= 0 && f.tolerance < math.MaxFloat64) {
		return usage("", "--tolerance %v, want 0 or more", f.tolerance)
	}
	if f.tolerance == 0 {
		f.tolerance = max(unit/2*(1+1e-9), 1e-6*math.Abs(reported)) // losses are often summed in float32
	}
	src := rowfile.Source{Scores: args[0]}
	if len(args) == 2 {
		src.Labels = args[1]
	}
	f.options.Missing = f.missing(cmd)
	rows, err := f.open(src)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := unlabelled(rows); err != nil {
		return err
	}
	config := f.config(cmd, rows, eval.Config{})
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	bar := newProgress(cmd.ErrOrStderr(), f.noProgress)
	pass := recipes[float32]
	if rows.Wide() {
		pass = recipes[float64]
	}
	r, err := pass(ctx, rows, config, bar)
	bar.finish()
	if err != nil {
		return located(rows, err)
	}
	doc := &report.Explained{
		Schema: 1, Partial: ctx.Err() != nil || rows.Truncated(), Reported: reported, Tolerance: f.tolerance,
		Rows: r.Rows, Ignored: r.Ignored, Classes: max(rows.Scores.Cols, 2), Kind: r.Kind(), Source: source(rows), Config: config, Said: f.reported, Top: f.top,
	}
	doc.Recipes, doc.Nearest = r.Explain(reported, f.tolerance)
	doc.Tried = len(doc.Recipes) + len(doc.Nearest)
	doc.Nearest = doc.Nearest[:min(len(doc.Nearest), 3)]
	if err := f.write(cmd, doc.Text, doc.JSON); err != nil {
		return err
	}
	return unfinished(ctx, rows, r.Rows+r.Ignored)
}

// recipes is one pass over rows, in their order.
func recipes[T xent.Float](ctx context.Context, rows *rowfile.Rows, config eval.Config, p *progress) (*doctor.Recipes, error) {
	r, err := doctor.NewRecipes(config)
	if err != nil {
		return nil, err
	}
	read, b := reader[T](rows, p), new(rowfile.Block[T])
	for ctx.Err() == nil {
		if err := read(b); err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			return nil, err
		}
		if err := doctor.AddRecipes(r, evalfile.View(b, rows.Scores.Cols)); err != nil {
			return nil, err
		}
	}
	if r.Rows == 0 {
		return nil, &eval.NoRowsError{}
	}
	return r, nil
}

// lastDigit reads a number and what one unit of its last digit is: 0.01 of 1.50, 1e-5 of 1.50e-3.
func lastDigit(text string) (x, unit float64, err error) {
	if text == "" {
		return 0, 0, usage("xent explain logits.npy labels.npy --reported 1.5012", "no number to explain")
	}
	x, err = strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, 0, usage("--reported 1.5012", "--reported %q, want a number", text)
	}
	digits, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	e, _ := strconv.Atoi(exponent)
	if _, decimals, ok := strings.Cut(digits, "."); ok {
		e -= len(decimals)
	}
	return x, math.Pow10(e), nil
}
