package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/train"
)

// vaeFlags are what the user of `xent train vae` asks for.
type vaeFlags struct {
	runFlags
	config     train.VAEConfig
	importance int
}

// The pictures of a run.
const (
	samplesFile  = "samples.png"
	againFile    = "reconstructions.png"
	manifoldFile = "manifold.png"
)

// newVAE returns `xent train vae`.
func newVAE() *cobra.Command {
	var f vaeFlags
	r := recipe[train.VAEConfig, *train.VAERun]{name: "vae", rows: "rows", start: startVAE, judge: judgeVAE, check: f.check, finish: f.finish,
		title: func(c train.VAEConfig) string { return dataTitle(c.Data) + "-vae" }}
	cmd := &cobra.Command{
		Use:   "vae",
		Short: "Train a variational autoencoder and see what each number of its code costs",
		Long: `Vae trains an encoder that turns an image into a code of a few numbers, and a decoder
that draws it again, by the evidence lower bound: a bound of how many nats it takes
to write an image down,

  nats for the image given its code  +  nats for the code, KL(q(z|x)‖p(z))

It tells the second term for each dimension of the code, and which dimensions have
collapsed: there the code is noise, whatever the image, and costs nothing. The bound
on the test rows is always that with a weight of 1, whatever --beta is.

Pixels are black with the probability that their grey stands for, or with
--pixels gaussian the greys themselves, in the steps in which they were measured.

Beside its metrics, checkpoint and gradients the folder of the run holds samples.png,
reconstructions.png (each image above its own) and with --latent 2 manifold.png.`,
		Example: `  xent train vae
  xent train vae --latent 2                     the map of all codes, manifold.png
  xent train vae --beta 8                       a code that costs more than it tells
  xent train vae --pixels gaussian --kl-warmup 20
  xent train vae --data fashion --hidden 400-200 --latent 16 --epochs 10
  xent train vae --resume runs/digits-vae-1`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return r.run(cmd, &f.runFlags, f.config) },
	}
	usual := train.VAEConfig{}.Default()
	c := &f.config
	group(cmd.Flags(), whatIsTrained, func(s *pflag.FlagSet) {
		s.StringVar(&c.Data, "data", usual.Data, "digits, fashion, mnist or a `folder` of IDX files; xent data lists what is known")
		s.StringVar(&c.Hidden, "hidden", usual.Hidden, "`sizes` of the encoder's hidden layers; the decoder has them in reverse")
		s.IntVar(&c.Latent, "latent", usual.Latent, "`dimensions` of the code")
		s.StringVar(&c.Activation, "activation", usual.Activation, "`function` of the hidden layers: relu, gelu, tanh or sigmoid")
		s.StringVar(&c.Pixels, "pixels", usual.Pixels, "what pixels are, as `kind`: bernoulli or gaussian")
	})
	group(cmd.Flags(), howItIsTrained, func(s *pflag.FlagSet) {
		s.Float64Var(&c.Beta, "beta", 1, "`weight` of the code's nats beside the image's")
		s.IntVar(&c.KLWarmup, "kl-warmup", 0, "`epochs` in which that weight rises from 0")
		s.Float64Var(&c.FreeNats, "free-nats", 0, "`nats` that each number of a code may cost without being pulled")
	})
	defineTraining(cmd, &c.Training, usual.Training)
	f.define(cmd, "DATA-vae")
	group(cmd.Flags(), "How it is judged", func(s *pflag.FlagSet) {
		s.IntVar(&f.importance, "importance", 64, "`codes` a test row of the importance-weighted bound; 0 leaves it out")
	})
	quietConfig(cmd.Flags(), "kl-warmup", "free-nats")
	return cmd
}

func (f *vaeFlags) check() error {
	if f.importance < 0 || f.importance > 1e6 {
		return usage("", "--importance %d, want 0 to 1000000", f.importance)
	}
	return nil
}

func startVAE(c train.VAEConfig) (*train.VAERun, error) {
	c = c.Default()
	data, err := loadData(c.Data)
	if err != nil {
		return nil, err
	}
	return train.NewVAE(c, data)
}

// judgeVAE looks at the test rows: the bound, its terms, and the KL of each dimension.
func judgeVAE(run *train.VAERun, _ *runFolder) ([]train.Figure, string, error) {
	j, err := run.Test(0, nil)
	if err != nil {
		return nil, "", err
	}
	figures := []train.Figure{{Name: "val_loss", Value: j.Bound.Value}, {Name: "val_reconstruction", Value: j.Reconstruction.Value},
		{Name: "val_kl", Value: j.KL.Value}, {Name: "active_units", Value: float64(j.Active())}, {Name: "collapsed_units", Value: float64(len(j.Collapsed()))}}
	for k, l := range j.Latents {
		figures = append(figures, train.Figure{Name: fmt.Sprintf("kl/%d", k), Value: l.KL})
	}
	return figures, fmt.Sprintf("test bound %s nats = %s + KL %s %s", report.Short(j.Bound.Value, 4), report.Short(j.Reconstruction.Value, 4), report.Short(j.KL.Value, 3), skyline(j.Latents)), nil
}

// skyline is a bar for the KL of each dimension, in the order of the dimensions; a dot for one that has collapsed.
func skyline(latents []train.Latent) string {
	most := 0.
	for _, l := range latents {
		most = max(most, l.KL)
	}
	var b strings.Builder
	for _, l := range latents {
		if l.Collapsed() {
			b.WriteRune('·')
			continue
		}
		b.WriteRune([]rune("▁▂▃▄▅▆▇█")[min(int(8*l.KL/most), 7)])
	}
	return b.String()
}

// A vaeResult is the result of a run, as --json prints it. Bounds are in nats a row, means over the test rows.
type vaeResult struct {
	Schema         int             `json:"schema"`
	Folder         string          `json:"folder"`
	Steps          int             `json:"steps"`
	Rows           int             `json:"test_rows"`
	Bound          estimate        `json:"negative_elbo"`
	Reconstruction estimate        `json:"reconstruction"`
	KL             estimate        `json:"kl"`
	Importance     estimate        `json:"importance_weighted"`
	Samples        int             `json:"importance_samples"`
	BitsPerDim     estimate        `json:"bits_per_dim"`
	Active         int             `json:"active_units"`
	Collapsed      []int           `json:"collapsed"`
	Threshold      float64         `json:"collapsed_below_nats"`
	Dimensions     []vaeDimension  `json:"dimensions"`
	Config         train.VAEConfig `json:"config"`
}

type vaeDimension struct {
	KL       float64 `json:"kl"`
	Variance float64 `json:"variance_of_means"`
	Active   bool    `json:"active"`
}

// finish draws the pictures, judges the model with the importance-weighted bound, and tells it.
func (f *vaeFlags) finish(ctx context.Context, w io.Writer, run *train.VAERun, folder *runFolder) error {
	if err := vaePictures(run, folder); err != nil {
		return err
	}
	j, err := run.Test(f.importance, ctx.Err)
	if err != nil {
		return err
	}
	r := &vaeResult{1, folder.dir, run.At(), len(run.Data.Test.Y), estimate(j.Bound), estimate(j.Reconstruction), estimate(j.KL), estimate(j.Importance), j.Samples,
		bitsPer(j.Bound, run.Data.Inputs), j.Active(), j.Collapsed(), train.CollapsedKL, nil, run.Config}
	for _, l := range j.Latents {
		r.Dimensions = append(r.Dimensions, vaeDimension{l.KL, l.Spread, l.Active()})
	}
	if f.json {
		return report.Object(w, r)
	}
	_, err = io.WriteString(w, r.text(run))
	return err
}

func vaePictures(run *train.VAERun, folder *runFolder) error {
	s := func(columns, gap int, images []float32) *sheet {
		return &sheet{run.Data.Height, run.Data.Width, columns, images, gap}
	}
	if err := folder.picture(samplesFile, s(10, 4, run.Samples(100))); err != nil {
		return err
	}
	if all := run.Manifold(20); all != nil {
		if err := folder.picture(manifoldFile, s(20, 3, all)); err != nil {
			return err
		}
	}
	const columns, rows = 10, 5
	images, again := run.Reconstructions(columns * rows)
	var both []float32
	for line := columns * run.Data.Inputs; len(images) > 0; {
		n := min(line, len(images))
		blank := make([]float32, line-n)
		both = append(append(append(append(both, images[:n]...), blank...), again[:n]...), blank...)
		images, again = images[n:], again[n:]
	}
	return folder.picture(againFile, s(columns, 4, both))
}

// text is the result for people.
func (r *vaeResult) text(run *train.VAERun) string {
	var b strings.Builder
	c := r.Config
	fmt.Fprintf(&b, "%s: %s on %s, %s pixels, %s %s, code of %d, β %v, %d steps of %d rows, seed %d\n\n",
		r.Folder, c.Recipe, c.Data, c.Pixels, c.Hidden, c.Activation, c.Latent, c.Beta, r.Steps, c.Batch, c.Seed)
	line := func(name string, m estimate, says string) {
		fmt.Fprintf(&b, "%-9s %14s nats  %s\n", name, report.Measured(m.Value, m.SE), says)
	}
	line("bound", r.Bound, fmt.Sprintf("a test row, %s bits a pixel: the negative ELBO", report.Measured(r.BitsPerDim.Value, r.BitsPerDim.SE)))
	line("= image", r.Reconstruction, "given its code")
	line("+ code", r.KL, "KL(q(z|x)‖p(z))")
	if r.Samples > 0 {
		line("tighter", r.Importance, fmt.Sprintf("importance-weighted, %s codes a row", report.Count(int64(r.Samples))))
	}
	b.WriteString("\ndimension       KL                 variance of its means\n")
	r.bars(&b)
	fmt.Fprintf(&b, "\n%s\n\npictures in %s: %s, %s", r.verdict(), quoted(r.Folder), samplesFile, againFile)
	if c.Latent == 2 {
		b.WriteString(", " + manifoldFile)
	}
	b.WriteString("\n")
	return b.String()
}

// bars is a line for each dimension, the costliest first.
func (r *vaeResult) bars(b *strings.Builder) {
	const shown = 32
	order := make([]int, len(r.Dimensions))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(r.Dimensions[j].KL, r.Dimensions[i].KL) })
	for n, k := range order {
		if n == shown {
			fmt.Fprintf(b, "... and %d more (--json)\n", len(order)-shown)
			break
		}
		d := r.Dimensions[k]
		says := ""
		if slices.Contains(r.Collapsed, k) {
			says = "  collapsed"
		}
		bar := drawBar(d.KL/r.Dimensions[order[0]].KL, 20)
		fmt.Fprintf(b, "%-9d %8s %s%s %s%s\n", k, report.Short(d.KL, 3), bar, strings.Repeat(" ", 20-len([]rune(bar))), report.Short(d.Variance, 2), says)
	}
}

// verdict says which dimensions are used.
func (r *vaeResult) verdict() string {
	all := len(r.Dimensions)
	say := fmt.Sprintf("%d of %d dimensions are active: their means vary by more than %v over the images.", r.Active, all, train.InactiveUnits)
	switch n := len(r.Collapsed); {
	case n == 0:
		return say + "\nNone has collapsed."
	case n == all:
		return say + fmt.Sprintf("\nAll have collapsed, their KL below %v nats: the decoder draws without a code. Try a\nsmaller --beta, --kl-warmup, or --free-nats.", r.Threshold)
	default:
		return say + fmt.Sprintf("\n%s, the KL below %v nats: posterior collapse. Whatever the image, the\ncode there is noise, which the decoder has learnt to leave alone.", or(n == 1, "One has collapsed", fmt.Sprintf("%d have collapsed", n)), r.Threshold)
	}
}
