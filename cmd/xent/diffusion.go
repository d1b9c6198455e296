package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/info"
	"xent/train"
)

// diffusionFlags are what the user of `xent train diffusion` asks for.
type diffusionFlags struct {
	runFlags
	config train.DiffusionConfig
	plot   string
}

// The pictures of a run.
const denoisingFile = "denoising.png"

// newDiffusion returns `xent train diffusion`.
func newDiffusion() *cobra.Command {
	var f diffusionFlags
	r := recipe[train.DiffusionConfig, *train.DiffusionRun]{name: "diffusion", rows: "rows", start: startDiffusion, judge: judgeDiffusion, finish: f.finish,
		title: func(c train.DiffusionConfig) string { return dataTitle(c.Data) + "-diffusion" }}
	cmd := &cobra.Command{
		Use:   "diffusion",
		Short: "Train a diffusion model and see its bound, step by step from noise to image",
		Long: `Diffusion trains a network to guess the noise in images, and draws new ones by taking
away noise in many small steps. Its variational bound tells how many nats it takes to
write an image down, as a sum over these steps,

  KL(q(x_T|x)‖p(x_T))                     what the noise at the end tells of the image
  KL(q(x_t-1|x_t,x)‖p(x_t-1|x_t))         each step back, t = T ... 2
  -ln p(x|x_1)                            the image, in the steps in which it was measured

which xent measures on the test rows, term by term, in nats and in bits a pixel. The
variance of a step back is fitted to the training rows (--variance fitted).

Beside its metrics, checkpoint and gradients the folder of the run holds samples.png and
denoising.png, from noise to image, left to right.`,
		Example: `  xent train diffusion
  xent train diffusion --noise linear --noise-steps 1000 --plot bound.svg
  xent train diffusion --weights bound          trained on the bound itself
  xent train diffusion --data fashion --width 512 --epochs 20
  xent train diffusion --resume runs/digits-diffusion-1`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return r.run(cmd, &f.runFlags, f.config) },
	}
	usual := train.DiffusionConfig{}.Default()
	c := &f.config
	group(cmd.Flags(), whatIsTrained, func(s *pflag.FlagSet) {
		s.StringVar(&c.Data, "data", usual.Data, "digits, fashion, mnist or a `folder` of IDX files; xent data lists what is known")
		s.IntVar(&c.Width, "width", usual.Width, "`units` of a row between the network's blocks")
		s.IntVar(&c.Blocks, "blocks", usual.Blocks, "residual `blocks` of two dense layers each")
		s.IntVar(&c.NoiseSteps, "noise-steps", usual.NoiseSteps, "`steps` from image to noise")
		s.StringVar(&c.Noise, "noise", usual.Noise, "`schedule` of the noise: linear or cosine")
		s.StringVar(&c.Variance, "variance", usual.Variance, "`variance` of a step back: fitted, posterior (the least) or forward (the most)")
	})
	group(cmd.Flags(), howItIsTrained, func(s *pflag.FlagSet) {
		s.StringVar(&c.Weights, "weights", usual.Weights, "`weights` of the steps in the loss: simple, all alike, or bound, those of the bound")
	})
	defineTraining(cmd, &c.Training, usual.Training)
	f.define(cmd, "DATA-diffusion")
	group(cmd.Flags(), "What it leaves", func(s *pflag.FlagSet) {
		s.StringVar(&f.plot, "plot", "", "write the bound by step to `file` as SVG, too")
	})
	quietConfig(cmd.Flags())
	return cmd
}

func startDiffusion(c train.DiffusionConfig) (*train.DiffusionRun, error) {
	c = c.Default()
	data, err := loadData(c.Data)
	if err != nil {
		return nil, err
	}
	return train.NewDiffusion(c, data)
}

// judgeDiffusion looks at the noise that is guessed in the test rows. The bound is left for the end: it takes as many passes as there
// are steps.
func judgeDiffusion(run *train.DiffusionRun, _ *runFolder) ([]train.Figure, string, error) {
	loss, err := run.Look()
	return []train.Figure{{Name: "val_loss", Value: loss}}, "noise of the test rows guessed to " + report.Short(loss, 4), err
}

// A diffusionResult is the result of a run, as --json prints it. The bound is in nats a row, a mean over the test rows.
type diffusionResult struct {
	Schema     int                   `json:"schema"`
	Folder     string                `json:"folder"`
	Steps      int                   `json:"steps"`
	Rows       int                   `json:"test_rows"`
	Bound      estimate              `json:"bound"`
	BitsPerDim estimate              `json:"bits_per_dim"`
	Prior      estimate              `json:"prior"`
	Terms      []diffusionTerm       `json:"terms"` // t = 1 is the decoder's
	Config     train.DiffusionConfig `json:"config"`
}

type diffusionTerm struct {
	T    int     `json:"t"`
	Nats float64 `json:"nats"`
	SE   float64 `json:"se"`
}

// finish draws the pictures, measures the bound, and tells it.
func (f *diffusionFlags) finish(ctx context.Context, w io.Writer, run *train.DiffusionRun, folder *runFolder) error {
	variance, err := run.Backward(ctx.Err)
	if err != nil {
		return err
	}
	if err := diffusionPictures(ctx, run, folder, variance); err != nil {
		return err
	}
	j, err := run.Test(variance, ctx.Err)
	if err != nil {
		return err
	}
	r := &diffusionResult{1, folder.dir, run.At(), len(run.Data.Test.Y), estimate(j.Bound), bitsPer(j.Bound, run.Data.Inputs), estimate(j.Prior), nil, run.Config}
	for t, m := range j.Steps {
		r.Terms = append(r.Terms, diffusionTerm{t + 1, m.Value, m.SE})
	}
	if f.plot != "" {
		if err := writeFile("--plot", f.plot, r.svg); err != nil {
			return err
		}
	}
	if f.json {
		return report.Object(w, r)
	}
	_, err = io.WriteString(w, r.text())
	return err
}

// diffusionPictures draws 100 samples, and how the first ten of them came about.
func diffusionPictures(ctx context.Context, run *train.DiffusionRun, folder *runFolder, variance []float64) error {
	const few, moments = 10, 12
	images, course, err := run.Samples(variance, 100, few, moments, ctx.Err)
	if err != nil {
		return err
	}
	d := run.Data
	if err := folder.picture(samplesFile, &sheet{d.Height, d.Width, 10, images, 4}); err != nil {
		return err
	}
	return folder.picture(denoisingFile, &sheet{d.Height, d.Width, moments, course, 4})
}

// text is the result for people.
func (r *diffusionResult) text() string {
	var b strings.Builder
	c := r.Config
	fmt.Fprintf(&b, "%s: diffusion on %s, %d steps of %s noise, %d blocks of %d, %s weights, %s variance, %d steps of %d rows, seed %d\n\n",
		r.Folder, c.Data, c.NoiseSteps, c.Noise, c.Blocks, c.Width, c.Weights, c.Variance, r.Steps, c.Batch, c.Seed)
	line := func(name string, m estimate, says string) {
		fmt.Fprintf(&b, "%-9s %14s nats  %s\n", name, report.Measured(m.Value, m.SE), says)
	}
	line("bound", r.Bound, fmt.Sprintf("a test row, %s bits a pixel", report.Measured(r.BitsPerDim.Value, r.BitsPerDim.SE)))
	line("= prior", r.Prior, fmt.Sprintf("what the noise at t = %d tells of the image", c.NoiseSteps))
	steps := 0.
	for _, t := range r.Terms[1:] {
		steps += t.Nats
	}
	fmt.Fprintf(&b, "%-9s %14s nats  the steps back, t = %d to 2\n", "+ steps", report.Short(steps, 5), c.NoiseSteps)
	line("+ image", estimate{r.Terms[0].Nats, r.Terms[0].SE}, "from t = 1, in the steps that its pixels come in")
	b.WriteString("\n" + r.chart())
	fmt.Fprintf(&b, "\npictures in %s: %s, %s\n", quoted(r.Folder), samplesFile, denoisingFile)
	return b.String()
}

// bitsPer is nats a row in bits for each of its dimensions.
func bitsPer(m train.Mean, dims int) estimate {
	return estimate{info.Nats(m.Value).Bits() / float64(dims), info.Nats(m.SE).Bits() / float64(dims)}
}
