package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/internal/eventfile"
	"xent/train"
)

// newTrain returns `xent train`.
func newTrain() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train small networks and see what a loss does to them",
		Long: `Train runs experiments with small networks on real data, and shows what a loss
does to them: to the loss, to the accuracy, and to the gradient of every layer.
Every run follows from its seed, bit by bit.`,
		Example: `  xent train classify                  a network on the embedded digits
  xent train race --sweep lr           squared error against cross-entropy
  xent train maxent                    Jaynes' die`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownVerb(cmd, args[0])
		},
	}
	cmd.AddCommand(newClassify(), newRace(), newMaxent())
	return cmd
}

// classifyFlags are what the user of `xent train classify` asks for.
type classifyFlags struct {
	config train.Config
	out    string
	resume string
	every  int
	json   bool
	quiet  bool
}

// defineConfig defines the flags of a network and its training.
func defineConfig(cmd *cobra.Command, c *train.Config) {
	group(cmd.Flags(), "What is trained", func(s *pflag.FlagSet) {
		s.StringVar(&c.Data, "data", "digits", "digits, fashion, mnist, a `folder` of IDX files or a table; xent data lists what is known")
		s.StringVar(&c.Net, "net", "", "`sizes` of its layers, inputs first: 64-64-10; or on images conv16-pool-conv32-pool-128-10; one hidden layer of 64 by default")
		s.StringVar(&c.Activation, "activation", "relu", "`function` of the hidden layers: relu, gelu, tanh or sigmoid")
		s.StringVar(&c.Init, "init", "", "`spread` of the first weights: he or xavier; he for relu and gelu by default")
	})
	group(cmd.Flags(), "How it is trained", func(s *pflag.FlagSet) {
		s.Float64Var(&c.Focus, "focus", 0, "`γ` of the focal loss; 2 by default")
		s.Float64Var(&c.Smoothing, "smoothing", 0, "`ε` of smoothed labels; 0.1 by default")
		s.StringVar(&c.Optimiser, "optimiser", "sgd", "`method` of the steps: sgd or adamw")
		s.Float64Var(&c.Rate, "rate", 0, "learning `rate`; 0.1 for sgd and 0.001 for adamw by default")
		s.StringVar(&c.Schedule, "schedule", "constant", "`course` of the rate: constant, or cosine, which falls to 0 at the end")
		s.IntVar(&c.Warmup, "warmup", 0, "`steps` in which the rate of a cosine rises")
		s.Float64Var(&c.Momentum, "momentum", 0, "`momentum` of sgd, below 1")
		s.Float64Var(&c.Decay, "decay", 0, "weight `decay` of adamw")
		s.Float64Var(&c.Clip, "clip", 0, "bound on the `norm` of the gradient; none by default")
		s.IntVar(&c.Batch, "batch", 32, "`rows` a step")
		s.IntVar(&c.Epochs, "epochs", 30, "`passes` over the data")
		s.Uint64Var(&c.Seed, "seed", 1, "`number` that all random choices follow from")
	})
}

// newClassify returns `xent train classify`.
func newClassify() *cobra.Command {
	var f classifyFlags
	cmd := &cobra.Command{
		Use:   "classify",
		Short: "Train a classifier and leave its run in a folder",
		Long: `Classify trains a network, dense or with convolutions, on images or a table, and leaves in a
folder: config.json, metrics.jsonl, event files for TensorBoard, a checkpoint, the
gradient at the end, and the logits and labels of the test rows, which xent eval,
compare, doctor and gradflow take.

Losses: ce, mse (of the softmax), bce, focal, smoothed. Whatever it is trained
with, the loss on the test rows is cross-entropy in nats.

Everything follows from the seed. Ctrl-C, or kill at any moment, loses nothing
behind the last checkpoint; --resume goes on from it to the same bits as a run
that was never stopped.`,
		Example: `  xent train classify
  xent train classify --net 64-32-32-10 --activation sigmoid --loss mse
  xent train classify --data fashion --net 784-256-10 --batch 128 --momentum .9 \
      --rate .05 --schedule cosine --epochs 8
  xent train classify --net conv8-pool-conv16-pool-32-10 --rate .05
  xent train classify --data iris.csv --net 4-16-3
  xent train classify --resume runs/digits-ce-1
  xent eval runs/digits-ce-1/logits.npy runs/digits-ce-1/labels.npy`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return runClassify(cmd, f) },
	}
	defineConfig(cmd, &f.config)
	group(cmd.Flags(), "How it is trained", func(s *pflag.FlagSet) {
		s.StringVar(&f.config.Loss, "loss", "ce", "`loss` to train with: ce, mse, bce, focal or smoothed")
	})
	group(cmd.Flags(), "What it leaves", func(s *pflag.FlagSet) {
		s.StringVar(&f.out, "out", "", "`folder` of the run; runs/DATA-LOSS-SEED by default")
		s.StringVar(&f.resume, "resume", "", "go on with the run in this `folder`, from its last checkpoint")
		s.IntVar(&f.every, "checkpoint", 0, "`steps` between checkpoints; one an epoch by default")
		s.BoolVar(&f.json, "json", false, "print the result as JSON")
		s.BoolVar(&f.quiet, "no-progress", false, "no progress")
	})
	quietConfig(cmd.Flags())
	return cmd
}

// quietConfig takes defaults that name nothing out of the help.
func quietConfig(flags *pflag.FlagSet) {
	for _, name := range []string{"focus", "smoothing", "rate", "warmup", "momentum", "decay", "clip", "checkpoint"} {
		if f := flags.Lookup(name); f != nil {
			f.DefValue = "0"
		}
	}
}

func runClassify(cmd *cobra.Command, f classifyFlags) error {
	run, folder, err := f.begin(cmd)
	if err != nil {
		return err
	}
	defer folder.close()
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	show := newTrainShow(cmd.ErrOrStderr(), f.quiet, run.At())
	err = f.train(ctx, run, folder, show)
	show.clear()
	if err != nil {
		return f.stopped(err, folder.dir)
	}
	if !run.Done() {
		return &failure{err: fmt.Errorf("interrupted at step %d of %d; the checkpoint is written", run.At(), run.Steps()),
			hint: "xent train classify --resume " + quoted(folder.dir), status: statusPartial}
	}
	if err := folder.gradients(run); err != nil {
		return err
	}
	judged, err := folder.outputs(run)
	if err != nil {
		return err
	}
	return f.tell(cmd.OutOrStdout(), run, folder.dir, judged)
}

// begin makes a run, or takes up one.
func (f *classifyFlags) begin(cmd *cobra.Command) (*train.Run, *runFolder, error) {
	c := f.config
	if f.resume != "" {
		for _, name := range []string{"data", "net", "activation", "init", "loss", "focus", "smoothing", "optimiser", "rate", "schedule", "warmup", "momentum", "decay", "clip", "batch", "seed", "out"} {
			if cmd.Flags().Changed(name) {
				return nil, nil, usage("leave it out, or begin another run", "--%s with --resume: a run goes on as its config.json says", name)
			}
		}
		var err error
		if c, err = readConfig(f.resume); err != nil {
			return nil, nil, err
		}
		if cmd.Flags().Changed("epochs") {
			c.Epochs = f.config.Epochs
		}
	} else {
		c = c.Default()
	}
	data, err := loadData(c.Data)
	if err != nil {
		return nil, nil, err
	}
	run, err := train.New(c, data)
	if err != nil {
		return nil, nil, asUsage(err)
	}
	if f.resume != "" {
		folder, err := resumeFolder(f.resume, run)
		return run, folder, err
	}
	dir := f.out
	if dir == "" {
		dir = filepath.Join("runs", fmt.Sprintf("%s-%s-%d", strings.TrimSuffix(filepath.Base(c.Data), filepath.Ext(c.Data)), c.Loss, c.Seed))
	}
	folder, err := createFolder(dir, run.Config)
	if err == nil {
		err = folder.checkpoint(run)
	}
	return run, folder, err
}

// asUsage makes a setting that cannot be a failure of the command line.
func asUsage(err error) error {
	var c *train.ConfigError
	if errors.As(err, &c) {
		return usage("", "--%w", err)
	}
	return err
}

// train makes steps until the run is done or ctx ends, and leaves a checkpoint either way.
func (f *classifyFlags) train(ctx context.Context, run *train.Run, folder *runFolder, show *trainShow) error {
	per := run.PerEpoch()
	every := f.every
	if every <= 0 {
		every = per
	}
	log := max(per/10, 1)
	var mean float64 // of the last losses, for the eye
	for !run.Done() && ctx.Err() == nil {
		at := run.At() + 1
		logged := at%log == 0 || at == run.Steps()
		s, err := run.Step(logged || show.due())
		if err != nil {
			return err
		}
		if mean = .95*mean + .05*s.Loss; at == 1 || mean == 0 {
			mean = s.Loss
		}
		scalars := []eventfile.Scalar{}
		if logged {
			scalars = append(scalars, eventfile.Scalar{Tag: "loss", Value: s.Loss}, eventfile.Scalar{Tag: "accuracy", Value: s.Accuracy},
				eventfile.Scalar{Tag: "grad_norm", Value: s.Norm}, eventfile.Scalar{Tag: "logit_grad_norm", Value: s.Logits})
			for _, rec := range run.Records() {
				name := train.LayerName(rec)
				scalars = append(scalars, eventfile.Scalar{Tag: "gradient_rms/" + name, Value: rec.RMS}, eventfile.Scalar{Tag: "update_ratio/" + name, Value: rec.Ratio})
			}
		}
		if at%per == 0 {
			j, err := run.Test(nil)
			if err != nil {
				return err
			}
			scalars = append(scalars, eventfile.Scalar{Tag: "val_loss", Value: j.Loss}, eventfile.Scalar{Tag: "val_accuracy", Value: j.Accuracy})
			show.epoch(run, mean, j)
			if err := folder.histograms(run); err != nil {
				return err
			}
		}
		if len(scalars) > 0 {
			if err := folder.log(at, scalars); err != nil {
				return err
			}
		}
		if at%every == 0 || run.Done() {
			if err := folder.checkpoint(run); err != nil {
				return err
			}
		}
		show.step(run, s, mean)
	}
	if !run.Done() {
		return folder.checkpoint(run)
	}
	return nil
}

// stopped says what the end of a run leaves.
func (f *classifyFlags) stopped(err error, dir string) error {
	var d *train.Diverged
	if errors.As(err, &d) {
		return &failure{err: err, hint: "a smaller --rate, or --clip 1; the last good checkpoint stays in " + quoted(dir), status: statusFinding}
	}
	return &failure{err: err, hint: "the last checkpoint stays: xent train classify --resume " + quoted(dir), status: statusUsage}
}

// A trained is the result of a run, as --json prints it.
type trained struct {
	Schema   int          `json:"schema"`
	Folder   string       `json:"folder"`
	Steps    int          `json:"steps"`
	Rows     int          `json:"test_rows"`
	Loss     float64      `json:"test_loss"`
	Accuracy float64      `json:"test_accuracy"`
	Config   train.Config `json:"config"`
}

func (f *classifyFlags) tell(w io.Writer, run *train.Run, dir string, j train.Judged) error {
	rows := len(run.Data.Test.Y)
	if f.json {
		return report.Object(w, &trained{1, dir, run.At(), rows, j.Loss, j.Accuracy, run.Config})
	}
	c := run.Config
	at := func(file string) string { return quoted(filepath.Join(dir, file)) }
	_, err := fmt.Fprintf(w, `%s: %s on %s, %s, loss %s, %s at rate %v, %d steps of %d rows, seed %d
test loss %s nats, accuracy %s of %s rows

  xent eval %s %s
  xent gradflow %s
  xent doctor --curve %s --classes %d
`, dir, c.Net, c.Data, c.Activation, c.Loss, c.Optimiser, c.Rate, run.At(), c.Batch, c.Seed,
		report.Short(j.Loss, 4), report.Percent(j.Accuracy), report.Count(int64(rows)),
		at(logitsFile), at(labelsFile), at(gradientsFile), at(metricsFile), run.Data.Classes)
	return err
}
