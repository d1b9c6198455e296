package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/train"
)

// classifyFlags are what the user of `xent train classify` asks for.
type classifyFlags struct {
	runFlags
	config train.Config
}

// defineConfig defines the flags of a network, of its data and its training.
func defineConfig(cmd *cobra.Command, c *train.Config) {
	group(cmd.Flags(), whatIsTrained, func(s *pflag.FlagSet) {
		s.StringVar(&c.Data, "data", "digits", "digits, fashion, mnist, a `folder` of IDX files or a table; xent data lists what is known")
	})
	defineNet(cmd, c, 64)
	group(cmd.Flags(), howItIsTrained, func(s *pflag.FlagSet) {
		s.Float64Var(&c.Focus, "focus", 0, "`γ` of the focal loss; 2 by default")
		s.Float64Var(&c.Smoothing, "smoothing", 0, "`ε` of smoothed labels; 0.1 by default")
	})
	defineTraining(cmd, &c.Training, train.Config{}.Default().Training)
}

// defineNet defines the flags of a network, by default of one hidden layer of so many units.
func defineNet(cmd *cobra.Command, c *train.Config, hidden int) {
	group(cmd.Flags(), whatIsTrained, func(s *pflag.FlagSet) {
		s.StringVar(&c.Net, "net", "", "`sizes` of its layers, inputs first: 64-64-10; or on images conv16-pool-conv32-pool-128-10; one hidden layer of "+strconv.Itoa(hidden)+" by default")
		s.StringVar(&c.Activation, "activation", "relu", "`function` of the hidden layers: relu, gelu, tanh or sigmoid")
		s.StringVar(&c.Init, "init", "", "`spread` of the first weights: he or xavier; he for relu and gelu by default")
	})
}

// newClassify returns `xent train classify`.
func newClassify() *cobra.Command {
	var f classifyFlags
	r := recipe[train.Config, *train.Run]{name: "classify", rows: "rows", start: startClassifier, judge: judgeClassifier, finish: f.finish,
		title: func(c train.Config) string { return dataTitle(c.Data) + "-" + c.Loss }}
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
		RunE: func(cmd *cobra.Command, _ []string) error { return r.run(cmd, &f.runFlags, f.config) },
	}
	defineConfig(cmd, &f.config)
	group(cmd.Flags(), howItIsTrained, func(s *pflag.FlagSet) {
		s.StringVar(&f.config.Loss, "loss", "ce", "`loss` to train with: ce, mse, bce, focal or smoothed")
	})
	f.define(cmd, "DATA-LOSS")
	quietConfig(cmd.Flags(), "focus", "smoothing")
	return cmd
}

func startClassifier(c train.Config) (*train.Run, error) {
	c = c.Default()
	data, err := loadData(c.Data)
	if err != nil {
		return nil, err
	}
	return train.New(c, data)
}

func judgeClassifier(run *train.Run, _ *runFolder) ([]train.Figure, string, error) {
	j, err := run.Test(nil)
	return []train.Figure{{Name: "val_loss", Value: j.Loss}, {Name: "val_accuracy", Value: j.Accuracy}},
		fmt.Sprintf("test loss %s, accuracy %s", report.Short(j.Loss, 4), report.Percent(j.Accuracy)), err
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

// finish writes the logits and labels of the test rows, and tells how the network does on them.
func (f *classifyFlags) finish(_ context.Context, w io.Writer, run *train.Run, folder *runFolder) error {
	j, err := folder.outputs(run)
	if err != nil {
		return err
	}
	dir, rows := folder.dir, len(run.Data.Test.Y)
	if f.json {
		return report.Object(w, &trained{1, dir, run.At(), rows, j.Loss, j.Accuracy, run.Config})
	}
	c := run.Config
	at := func(file string) string { return quoted(filepath.Join(dir, file)) }
	_, err = fmt.Fprintf(w, `%s: %s on %s, %s, loss %s, %s at rate %v, %d steps of %d rows, seed %d
test loss %s nats, accuracy %s of %s rows

  xent eval %s %s
  xent gradflow %s
  xent doctor --curve %s --classes %d
`, dir, c.Net, c.Data, c.Activation, c.Loss, c.Optimiser, c.Rate, run.At(), c.Batch, c.Seed,
		report.Short(j.Loss, 4), report.Percent(j.Accuracy), report.Count(int64(rows)),
		at(logitsFile), at(labelsFile), at(gradientsFile), at(metricsFile), run.Data.Classes)
	return err
}
