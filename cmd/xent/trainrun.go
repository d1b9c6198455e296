package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/train"
)

// A recipe is an experiment as `xent train NAME` runs it: what differs from one to the next. C is its configuration, X its runs.
// The folder, checkpoints, resumption, Ctrl-C, progress and logs are the same for all.
type recipe[C any, X train.Experiment] struct {
	name  string
	rows  string               // what a batch counts: "rows", "sequences", ...
	looks int                  // how often in an epoch it is judged and kept; 0 is once, at the end
	start func(c C) (X, error) // the run of a configuration, or of its defaults where it is silent
	title func(c C) string     // names the folder of the run: "digits-ce"

	// judge looks at what was held out, at the end of an epoch: figures for the logs and a line to be read.
	judge func(x X, folder *runFolder) ([]train.Figure, string, error)

	// check refuses what else the flags ask for, before anything is trained; nil refuses nothing.
	check func() error

	// finish writes what a run that is done leaves, and tells it. It may take a while, and ends early when ctx ends.
	finish func(ctx context.Context, w io.Writer, x X, folder *runFolder) error
}

// runFlags are what the user of any recipe asks for beside its configuration.
type runFlags struct {
	out    string
	resume string
	every  int
	json   bool
	quiet  bool
}

func (f *runFlags) define(cmd *cobra.Command, folder string) {
	group(cmd.Flags(), "What it leaves", func(s *pflag.FlagSet) {
		s.StringVar(&f.out, "out", "", "`folder` of the run; runs/"+folder+"-SEED by default")
		s.StringVar(&f.resume, "resume", "", "go on with the run in this `folder`, from its last checkpoint")
		s.IntVar(&f.every, "checkpoint", 0, "`steps` between checkpoints; one at each look at the test rows by default")
		s.BoolVar(&f.json, "json", false, "print the result as JSON")
		s.BoolVar(&f.quiet, "no-progress", false, "no progress")
	})
}

// The headings of flags that are part of a configuration.
const (
	whatIsTrained  = "What is trained"
	howItIsTrained = "How it is trained"
)

// defineTraining defines the flags of what all recipes share; usual are the defaults of this one.
func defineTraining(cmd *cobra.Command, t *train.Training, usual train.Training) {
	rate := "0.1 for sgd and 0.001 for adamw by default"
	if usual.Rate != 0 {
		rate = strconv.FormatFloat(usual.Rate, 'g', -1, 64) + " by default"
	}
	clip := "bound on the `norm` of the gradient"
	if usual.Clip == 0 {
		clip += "; none by default"
	}
	group(cmd.Flags(), howItIsTrained, func(s *pflag.FlagSet) {
		s.StringVar(&t.Optimiser, "optimiser", usual.Optimiser, "`method` of the steps: sgd or adamw")
		s.Float64Var(&t.Rate, "rate", 0, "learning `rate`; "+rate)
		s.StringVar(&t.Schedule, "schedule", usual.Schedule, "`course` of the rate: constant, or cosine, which falls to 0 at the end")
		s.IntVar(&t.Warmup, "warmup", usual.Warmup, "`steps` in which the rate of a cosine rises")
		s.Float64Var(&t.Momentum, "momentum", 0, "`momentum` of sgd, below 1")
		s.Float64Var(&t.Decay, "decay", usual.Decay, "weight `decay` of adamw")
		s.Float64Var(&t.Clip, "clip", usual.Clip, clip)
		s.IntVar(&t.Batch, "batch", usual.Batch, "`rows` a step")
		s.IntVar(&t.Epochs, "epochs", usual.Epochs, "`passes` over the data")
		s.Uint64Var(&t.Seed, "seed", 1, "`number` that all random choices follow from")
	})
}

// quietConfig takes defaults that name nothing out of the help.
func quietConfig(flags *pflag.FlagSet, more ...string) {
	for _, name := range append([]string{"rate", "warmup", "momentum", "decay", "clip", "checkpoint"}, more...) {
		if f := flags.Lookup(name); f != nil && (f.DefValue == "" || strings.Trim(f.DefValue, "0") == "") {
			f.DefValue = "0"
		}
	}
}

// run makes a run as c asks, or takes up the one in f.resume, trains it and tells what it came to.
func (r *recipe[C, X]) run(cmd *cobra.Command, f *runFlags, c C) error {
	if r.check != nil {
		if err := r.check(); err != nil {
			return err
		}
	}
	x, folder, err := r.begin(cmd, f, c)
	if err != nil {
		return err
	}
	defer folder.close()
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	show := newTrainShow(cmd.ErrOrStderr(), f.quiet, x.At(), r.rows)
	err = r.train(ctx, x, folder, show, f.every)
	show.clear()
	if err != nil {
		return r.stopped(err, folder.dir)
	}
	if !x.Done() {
		return &failure{err: fmt.Errorf("interrupted at step %d of %d; the checkpoint is written", x.At(), x.Steps()), hint: r.resumption(folder.dir), status: statusPartial}
	}
	if err := folder.gradients(x); err != nil {
		return err
	}
	if err = r.finish(ctx, cmd.OutOrStdout(), x, folder); err != nil && ctx.Err() != nil {
		return &failure{err: errors.New("interrupted when the training was done"), hint: r.resumption(folder.dir), status: statusPartial}
	}
	return err
}

// resumption is the command that goes on with a run.
func (r *recipe[C, X]) resumption(dir string) string {
	return "xent train " + r.name + " --resume " + quoted(dir)
}

// begin makes a run, or takes up one.
func (r *recipe[C, X]) begin(cmd *cobra.Command, f *runFlags, c C) (x X, folder *runFolder, err error) {
	if f.resume != "" {
		if err := refuseChanges(cmd.Flags()); err != nil {
			return x, nil, err
		}
		if c, err = resumeConfig[C](f.resume, r.name, cmd.Flags()); err != nil {
			return x, nil, err
		}
	}
	if x, err = r.start(c); err != nil {
		return x, nil, asUsage(err)
	}
	if f.resume != "" {
		folder, err = resumeFolder(f.resume, x)
		return x, folder, err
	}
	dir := f.out
	if dir == "" {
		dir = filepath.Join("runs", r.title(*x.Settings().(*C))+"-"+strconv.FormatUint(x.Shared().Seed, 10))
	}
	if folder, err = createFolder(dir, r.resumption(dir), x.Settings()); err == nil {
		err = folder.checkpoint(x)
	}
	return x, folder, err
}

// refuseChanges refuses flags that would make another run of one that goes on.
func refuseChanges(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		part := slices.Contains([]string{whatIsTrained, howItIsTrained}, strings.Join(f.Annotations[groupOf], ""))
		if err == nil && (part && f.Name != "epochs" || f.Name == "out") {
			err = usage("leave it out, or begin another run", "--%s with --resume: a run goes on as its config.json says", f.Name)
		}
	})
	return err
}

// dataTitle names data in the name of a folder.
func dataTitle(data string) string {
	return strings.TrimSuffix(filepath.Base(data), filepath.Ext(data))
}

// asUsage makes a setting that cannot be a failure of the command line.
func asUsage(err error) error {
	var c *train.ConfigError
	if errors.As(err, &c) {
		return usage("", "--%w", err)
	}
	return err
}

// mostLooks is how often the test rows are looked at in a run; where there would be more looks, every second, third, ... of them is.
const mostLooks = 50

// train makes steps until the run is done or ctx ends, and leaves a checkpoint either way.
func (r *recipe[C, X]) train(ctx context.Context, x X, folder *runFolder, show *trainShow, every int) error {
	looks := max(r.looks, 1)
	per := max(x.PerEpoch()/looks, 1) * ((x.Shared().Epochs*looks-1)/mostLooks + 1) // steps between two looks
	if every <= 0 {
		every = per
	}
	log := max(per/10, 1)
	var mean float64 // of the last losses, for the eye
	for !x.Done() && ctx.Err() == nil {
		at := x.At() + 1
		logged := at%log == 0 || at == x.Steps()
		s, err := x.Step(logged || show.due())
		if err != nil {
			return err
		}
		if mean = .95*mean + .05*s.Loss; at == 1 || mean == 0 {
			mean = s.Loss
		}
		var figures []train.Figure
		if logged {
			figures = append(append(figures, train.Figure{Name: "loss", Value: s.Loss}), s.Figures...)
			figures = append(figures, train.Figure{Name: "grad_norm", Value: s.Norm})
			for _, rec := range x.Records() {
				figures = append(figures, train.Figure{Name: "gradient_rms/" + rec.Name, Value: rec.RMS}, train.Figure{Name: "update_ratio/" + rec.Name, Value: rec.Ratio})
			}
		}
		if left := x.Steps() - at; at%per == 0 && left >= per || left == 0 {
			judged, said, err := r.judge(x, folder)
			if err != nil {
				return err
			}
			figures = append(figures, judged...)
			show.look(x, mean, said, looks)
			if err := folder.histograms(x); err != nil {
				return err
			}
		}
		if len(figures) > 0 {
			if err := folder.log(at, figures); err != nil {
				return err
			}
		}
		if at%every == 0 || x.Done() {
			if err := folder.checkpoint(x); err != nil {
				return err
			}
		}
		show.step(x, s, mean)
	}
	if !x.Done() {
		return folder.checkpoint(x)
	}
	return nil
}

// stopped says what the end of a run leaves.
func (r *recipe[C, X]) stopped(err error, dir string) error {
	var d *train.Diverged
	if errors.As(err, &d) {
		return &failure{err: err, hint: "a smaller --rate, or --clip 1; the last good checkpoint stays in " + quoted(dir), status: statusFinding}
	}
	return &failure{err: err, hint: "the last checkpoint stays: " + r.resumption(dir), status: statusUsage}
}

// An estimate is a mean over rows with its standard error, as --json prints it.
type estimate struct {
	Value float64 `json:"value"`
	SE    float64 `json:"se"`
}
