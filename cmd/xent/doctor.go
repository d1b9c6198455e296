package main

import (
	"context"
	"errors"
	"fmt"
	"io"
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

// doctorFlags are what the user of `xent doctor` asks for.
type doctorFlags struct {
	scoreFlags
	readFlags
	tellFlags

	curve    string
	columns  []string
	loss     float64
	accuracy float64
	classes  int

	failOn  string
	list    bool
	explain string
}

// newDoctor returns `xent doctor`.
func newDoctor() *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor [SCORES [LABELS]]",
		Short: "What is wrong with scores, labels and losses, and how sure that is",
		Long: `Doctor looks for what goes wrong with the outputs of a classifier and its loss:
softmax applied twice, labels in another order than the scores, rows that do not
belong to their labels, a model that ignores its inputs, clipped probabilities,
a loss that is impossible at its accuracy.

A finding is an error, which is certain; a warning, a suspicion that names what
else could explain it; or a note. Each has a name that stays, the figures it
rests on and one thing to do. What follows from another finding says so.

SCORES and LABELS are those of xent eval; without labels the scores alone are
looked at. --curve is what a training run logged; --loss and --accuracy are what
it printed: these two numbers alone convict a loss that applied softmax twice.
Scores are read in one pass within constant memory.`,
		Example: `  xent doctor logits.npy labels.npy
  xent doctor logits.npy labels.npy --input logits    what a loss would be given
  xent doctor --loss 1.49 --accuracy .97 --classes 10
  xent doctor --curve log.csv --classes 10            a training curve
  xent doctor logits.npy labels.npy --curve trainer_state.json
  xent doctor outputs.npz --fail-on warning --json
  xent doctor --list
  xent doctor --explain double-softmax`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 2 {
				return usage(`quote names that hold spaces`, "want SCORES and LABELS, got %d arguments", len(args))
			}
			return nil
		},
		ValidArgsFunction: completeFiles,
		RunE:              func(cmd *cobra.Command, args []string) error { return runDoctor(cmd, args, f) },
	}
	f.define(cmd)
	return cmd
}

func (f *doctorFlags) define(cmd *cobra.Command) {
	group(cmd.Flags(), "What is looked at", func(s *pflag.FlagSet) {
		f.scoreFlags.define(s)
		s.StringVar(&f.curve, "curve", "", "`file` that a training run logged: CSV, TSV, lines of JSON, TensorBoard events")
		s.StringArrayVar(&f.columns, "column", nil, "what a column of it is, as `role=name`, where its name does not say; roles are step, loss, accuracy, val_loss, val_accuracy, grad_norm, lr")
		s.Float64Var(&f.loss, "loss", 0, "the loss that a training run printed, in `nats`")
		s.Float64Var(&f.accuracy, "accuracy", 0, "the accuracy printed with it, as a `share`")
		s.IntVar(&f.classes, "classes", 0, "`number` of classes of that run; those of SCORES by default")
	})
	group(cmd.Flags(), "How files are read", f.readFlags.define)
	group(cmd.Flags(), "How it is told", func(s *pflag.FlagSet) {
		f.tellFlags.define(s)
		s.BoolVar(&f.list, "list", false, "list what is looked for")
		s.StringVar(&f.explain, "explain", "", "tell how a finding of this `name` is found, and what to do about it")
	})
	group(cmd.Flags(), "How it is judged", func(s *pflag.FlagSet) {
		s.StringVar(&f.failOn, "fail-on", "error", "end with status 1 if there is a finding of this `severity` or a graver one: error, warning, note or never")
	})
	quietDefaults(cmd.Flags())
	if err := cmd.RegisterFlagCompletionFunc("explain", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return doctor.IDs(), cobra.ShellCompDirectiveNoFileComp
	}); err != nil {
		panic(err)
	}
}

func (f *doctorFlags) check(cmd *cobra.Command) error {
	for _, err := range []error{
		f.scoreFlags.check(), f.tellFlags.check(), f.readFlags.check(),
		oneOf("fail-on", f.failOn, "error", "warning", "note", "never"),
	} {
		if err != nil {
			return err
		}
	}
	loss, accuracy := cmd.Flags().Changed("loss"), cmd.Flags().Changed("accuracy")
	switch {
	case loss && !accuracy, accuracy && !loss && f.curve == "":
		return usage("--loss 1.49 --accuracy .97", "a printed loss is judged by the accuracy printed with it: want both")
	case accuracy && !(f.accuracy >= 0 && f.accuracy <= 1):
		return usage("97 % is .97", "--accuracy %v, want 0 to 1", f.accuracy)
	case loss && !(f.loss >= -1e9 && f.loss <= 1e9):
		return usage("", "--loss %v, want a number", f.loss)
	case cmd.Flags().Changed("classes") && (f.classes < 2 || f.classes > 1e9):
		return usage("", "--classes %d, want 2 or more", f.classes)
	}
	return nil
}

func runDoctor(cmd *cobra.Command, args []string, f doctorFlags) error {
	switch {
	case f.list:
		return listDetectors(cmd.OutOrStdout())
	case f.explain != "":
		return explainFinding(cmd.OutOrStdout(), f.explain)
	}
	if err := f.check(cmd); err != nil {
		return err
	}
	printed := cmd.Flags().Changed("loss")
	if len(args) == 0 && !printed && f.curve == "" {
		return usage("xent doctor logits.npy labels.npy", "nothing to look at")
	}
	var (
		c    doctor.Case
		d    = &report.Diagnosis{Schema: 1, Classes: f.classes}
		last error // what the pass leaves to say when the report is written
	)
	if len(args) > 0 {
		var err error
		if c.Sample, last, err = f.examine(cmd, args, d); err != nil {
			return err
		}
	}
	if f.curve != "" {
		var err error
		if c.Curve, err = f.logged(cmd, d, c.Sample); err != nil {
			return err
		}
	}
	if printed {
		if d.Classes == 0 {
			return usage("--classes 10", "the floor of a loss depends on the number of classes")
		}
		c.Log = &doctor.Log{Classes: d.Classes, Loss: f.loss, Accuracy: f.accuracy}
	}
	d.Looked, d.Findings = doctor.Looking(c), report.FindingsOf(doctor.Examine(c))
	if err := f.write(cmd, d.Text, d.JSON); err != nil {
		return err
	}
	return errors.Join(found(d, f.failOn), last)
}

// examine passes over files and says in d what was read.
func (f *doctorFlags) examine(cmd *cobra.Command, args []string, d *report.Diagnosis) (s *doctor.Sample, last, err error) {
	src := rowfile.Source{Scores: args[0]}
	if len(args) == 2 {
		src.Labels = args[1]
	}
	f.options.Missing = f.missing(cmd)
	rows, err := f.open(src)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	config := f.config(cmd, rows, eval.Config{})
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	bar := newProgress(cmd.ErrOrStderr(), f.noProgress)
	if rows.Wide() {
		s, err = sample[float64](ctx, rows, config, f.workers, bar)
	} else {
		s, err = sample[float32](ctx, rows, config, f.workers, bar)
	}
	bar.finish()
	if err != nil {
		return nil, nil, located(rows, err)
	}
	source := source(rows)
	d.Rows, d.Ignored, d.Classes, d.Source, d.Config = s.Rows, s.Ignored, s.Classes, &source, &config
	for _, n := range s.Labelled {
		d.Labelled += n
	}
	d.Input = &eval.Decision{Kind: s.Kind(), Given: config.Input != eval.Auto, Reason: s.Evidence.Reason(s.Kind())}
	d.Partial = ctx.Err() != nil || rows.Truncated()
	return s, unfinished(ctx, rows, s.Rows+s.Ignored), nil
}

// sample passes once over rows. The first of them, which are kept, are taken by this goroutine, so that they are
// kept once; workers share the others.
func sample[T xent.Float](ctx context.Context, rows *rowfile.Rows, config eval.Config, workers int, p *progress) (*doctor.Sample, error) {
	total, err := doctor.NewFile(config)
	if err != nil {
		return nil, err
	}
	read := reader[T](rows, p)
	add := func(s *doctor.Sample, b *rowfile.Block[T]) (int64, error) {
		return b.First, doctor.Add(s, evalfile.View(b, rows.Scores.Cols))
	}
	b := new(rowfile.Block[T])
	for first := true; first || b.First+int64(b.Rows) < total.Kept(); first = false {
		if err := read(b); err != nil {
			if errors.Is(err, io.EOF) {
				return total, nil
			}
			return nil, err
		}
		if _, err := add(total, b); err != nil {
			return nil, err
		}
	}
	parts := make([]*doctor.Sample, workers)
	for i := range parts {
		if parts[i], err = doctor.NewFile(config); err != nil {
			return nil, err
		}
	}
	if err := share(ctx, parts, b, read, add); err != nil {
		return nil, err
	}
	for _, s := range parts {
		total.Merge(s)
	}
	return total, nil
}

// found gives the exit status of what was found: nil, or the failure that names the findings of that severity or a
// graver one.
func found(d *report.Diagnosis, failOn string) error {
	grave := map[string][]doctor.Severity{
		"error":   {doctor.Error},
		"warning": {doctor.Error, doctor.Warning},
		"note":    {doctor.Error, doctor.Warning, doctor.Note},
	}
	var names []string
	for _, s := range grave[failOn] {
		for _, f := range d.Findings {
			if f.Severity == s {
				names = append(names, f.ID)
			}
		}
	}
	if names == nil {
		return nil
	}
	return &failure{err: errors.New("found " + strings.Join(names, ", ")), status: statusFinding}
}

// listDetectors prints a line for each thing that is looked for.
func listDetectors(w io.Writer) error {
	for _, d := range doctor.All() {
		if _, err := fmt.Fprintf(w, "%-3s  %-34s %s\n", d.Code, d.ID, d.Summary); err != nil {
			return err
		}
	}
	return nil
}

// explainFinding prints how a finding is found.
func explainFinding(w io.Writer, id string) error {
	e, ok := doctor.Explain(id)
	if !ok {
		hint := "xent doctor --list names them"
		if near := nearest(id, doctor.IDs()); near != "" {
			hint = "did you mean " + near + "?"
		}
		return usage(hint, "no finding is called %q", id)
	}
	return report.Explain(w, e)
}
