package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/train"
)

// raceFlags are what the user of `xent train race` asks for.
type raceFlags struct {
	race  train.Race
	sweep string
	rates []float64
	json  bool
	plot  string
	quiet bool
}

// newRace returns `xent train race`.
func newRace() *cobra.Command {
	var f raceFlags
	cmd := &cobra.Command{
		Use:   "race",
		Short: "Set losses against each other, at one rate and each at its own best",
		Long: `Race trains the same network from the same first weights, on the same batches,
under several losses, and tells after how many steps each reaches a target on the
test rows, and how large a gradient it makes: by the probabilities, by the logits,
and in each layer.

At one rate for all, the loss with the larger gradient wins: much of that is the
rate. --sweep lr gives each loss its own best rate, found with other seeds than
those that are shown.`,
		Example: `  xent train race
  xent train race --sweep lr --plot race.svg
  xent train race --losses ce,focal,smoothed --target .96
  xent train race --activation sigmoid --net 64-32-32-10 --sweep lr`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return runRace(cmd, f) },
	}
	group(cmd.Flags(), "What is compared", func(s *pflag.FlagSet) {
		s.StringSliceVar(&f.race.Losses, "losses", []string{"mse", "ce"}, "`losses`: ce, mse, bce, focal, smoothed")
		s.Float64Var(&f.race.Target, "target", .95, "`accuracy` on the test rows that they run for")
		s.IntVar(&f.race.Seeds, "seeds", 3, "`runs` of each, from --seed on")
		s.IntVar(&f.race.Every, "every", 0, "`steps` between two looks at the test rows; a quarter of an epoch by default")
		s.StringVar(&f.sweep, "sweep", "", "`what` each loss may choose for itself: lr, the learning rate")
		s.Float64SliceVar(&f.rates, "rates", train.Rates(), "`rates` that a sweep tries")
	})
	defineConfig(cmd, &f.race.Config)
	group(cmd.Flags(), "How it is told", func(s *pflag.FlagSet) {
		s.BoolVar(&f.json, "json", false, "write JSON instead of text")
		s.StringVar(&f.plot, "plot", "", "write the course of the accuracies to `file` as SVG, too")
		s.BoolVar(&f.quiet, "no-progress", false, "no progress")
	})
	quietConfig(cmd.Flags(), "focus", "smoothing", "every")
	return cmd
}

// A raceResult is what a race found, as --json prints it.
type raceResult struct {
	Schema int          `json:"schema"`
	Target float64      `json:"target"`
	Rows   int          `json:"test_rows"`
	Epoch  int          `json:"steps_per_epoch"`
	Steps  int          `json:"steps"`
	Config train.Config `json:"config"`
	One    []raceLane   `json:"one_rate"`
	Best   []raceLane   `json:"own_rate"`
	Tried  []raceLane   `json:"tried"`
}

type raceLane struct {
	Loss     string    `json:"loss"`
	Rate     float64   `json:"rate"`
	StepsTo  []int     `json:"steps_to_target"` // 0: never
	Accuracy []float64 `json:"accuracy"`
	TestLoss []float64 `json:"test_loss"`
	ZNorm    float64   `json:"logit_gradient"`
	PNorm    float64   `json:"probability_gradient"`
	Layers   []float64 `json:"layer_gradients"` // RMS at the first batch
	At       []int     `json:"course_steps"`    // of the first run
	Course   []float64 `json:"course_accuracy"`

	lane train.Lane
}

func laneOf(l train.Lane) raceLane {
	r := raceLane{Loss: l.Loss, Rate: l.Rate, ZNorm: l.Runs[0].ZNorm, PNorm: l.Runs[0].PNorm, Layers: l.Runs[0].Layers, lane: l}
	for _, run := range l.Runs {
		r.StepsTo = append(r.StepsTo, run.Steps)
		r.Accuracy = append(r.Accuracy, run.Final.Accuracy)
		r.TestLoss = append(r.TestLoss, run.Final.Loss)
	}
	for _, p := range l.Runs[0].Course {
		r.At, r.Course = append(r.At, p.Step), append(r.Course, p.Accuracy)
	}
	return r
}

var errInterrupted = errors.New("interrupted")

func runRace(cmd *cobra.Command, f raceFlags) error {
	switch {
	case f.sweep != "" && f.sweep != "lr" && f.sweep != "rate":
		return usage("--sweep lr", "--sweep %q, want lr", f.sweep)
	case !(f.race.Target > 0 && f.race.Target <= 1):
		return usage("95 % is .95", "--target %v, want a share above 0", f.race.Target)
	case f.race.Seeds < 1 || f.race.Seeds > 1000:
		return usage("", "--seeds %d, want 1 to 1000", f.race.Seeds)
	case len(f.race.Losses) < 2 || len(f.race.Losses) > 8:
		return usage("--losses mse,ce", "--losses %s, want 2 to 8", strings.Join(f.race.Losses, ","))
	}
	data, err := loadData(f.race.Config.Data)
	if err != nil {
		return err
	}
	race := f.race.Default()
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	show := &raceShow{w: cmd.ErrOrStderr(), live: !f.quiet && isTerminal(cmd.ErrOrStderr()), ctx: ctx}
	probe, err := train.New(race.Config, data)
	if err != nil {
		return asUsage(err)
	}
	race.Config.Net = probe.Config.Net
	res := &raceResult{Schema: 1, Target: race.Target, Rows: len(data.Test.Y), Epoch: probe.PerEpoch(), Steps: probe.Steps(), Config: race.Config}
	for _, loss := range race.Losses {
		show.what = fmt.Sprintf("%s at rate %v", loss, race.Config.Rate)
		lane, err := race.Lane(data, loss, race.Config.Rate, show.tick)
		if err != nil {
			return show.end(err)
		}
		res.One = append(res.One, laneOf(lane))
	}
	if f.sweep != "" {
		for _, loss := range race.Losses {
			show.what = "the best rate for " + loss
			rate, tried, err := race.Best(data, loss, f.rates, show.tick)
			if err != nil {
				return show.end(err)
			}
			for _, l := range tried {
				res.Tried = append(res.Tried, laneOf(l))
			}
			show.what = fmt.Sprintf("%s at its rate %v", loss, rate)
			lane, err := race.Lane(data, loss, rate, show.tick)
			if err != nil {
				return show.end(err)
			}
			res.Best = append(res.Best, laneOf(lane))
		}
	}
	show.end(nil)
	if f.plot != "" {
		if err := writeFile("--plot", f.plot, res.svg); err != nil {
			return err
		}
	}
	if f.json {
		return report.Object(cmd.OutOrStdout(), res)
	}
	_, err = io.WriteString(cmd.OutOrStdout(), res.text())
	return err
}

// raceShow says on a terminal what is running.
type raceShow struct {
	w     io.Writer
	live  bool
	ctx   context.Context
	what  string
	drawn time.Time
}

func (s *raceShow) tick() error {
	if s.ctx.Err() != nil {
		return errInterrupted
	}
	if s.live && time.Since(s.drawn) > between {
		s.drawn = time.Now()
		fmt.Fprintf(s.w, "\r\x1b[K%s", s.what)
	}
	return nil
}

func (s *raceShow) end(err error) error {
	if s.live {
		fmt.Fprint(s.w, "\r\x1b[K")
	}
	if errors.Is(err, errInterrupted) {
		return &failure{err: err, status: statusPartial}
	}
	return asUsage(err)
}

// text is the result for people: a table for each way of choosing the rate, a plot, and what follows.
func (r *raceResult) text() string {
	var b strings.Builder
	c := r.Config
	fmt.Fprintf(&b, "%s on %s, %s, %s, %d epochs of %d steps of %d rows; first to %s on %s test rows\n",
		c.Net, c.Data, c.Activation, c.Optimiser, c.Epochs, r.Epoch, c.Batch, report.Percent(r.Target), report.Count(int64(r.Rows)))
	fmt.Fprintf(&b, "\nat one rate, %v\n", c.Rate)
	r.table(&b, r.One)
	if len(r.Best) > 0 {
		b.WriteString("\neach at its own best rate, found with other seeds\n")
		r.table(&b, r.Best)
	}
	shown := r.One
	if len(r.Best) > 0 {
		shown = r.Best
	}
	b.WriteString("\nsteps: the median of the seeds. Gradients are those of the first batch: norms by the\nlogits z and the probabilities p, root mean square of the layers.\n\n" + coursePlot(coursesOf(shown, " at ")))
	for _, s := range r.say() {
		b.WriteString("\n" + s + "\n")
	}
	return b.String()
}

// coursesOf names the courses of lanes by loss and rate.
func coursesOf(lanes []raceLane, between string) (courses []course) {
	for i := range lanes {
		l := &lanes[i]
		c := course{name: l.Loss + between + strconv.FormatFloat(l.Rate, 'g', -1, 64)}
		for k := range l.lane.Runs {
			c.runs = append(c.runs, l.lane.Runs[k].Course)
		}
		courses = append(courses, c)
	}
	return courses
}

// svg draws the courses as a picture: a panel for one rate, and one for each loss's own if there was a sweep.
func (r *raceResult) svg(w io.Writer) error {
	panels := []panel{{"at one rate, " + strconv.FormatFloat(r.Config.Rate, 'g', -1, 64), coursesOf(r.One, ", rate "), r.Target}}
	if len(r.Best) > 0 {
		panels = append(panels, panel{"each at its own best rate", coursesOf(r.Best, ", rate "), r.Target})
	}
	return courseSVG(w, "Accuracy on the test rows by step: "+r.Config.Net+" on "+r.Config.Data, panels, 0, 1)
}

func (r *raceResult) table(b *strings.Builder, lanes []raceLane) {
	const row = "%-9s%5v%7s%18s%9s%8s%7s  %s\n"
	fmt.Fprintf(b, row, "loss", "rate", "steps", "by seed", "accuracy", "dL/dz", "dL/dp", "layers")
	for i := range lanes {
		l := &lanes[i]
		var each, layers []string
		for _, s := range l.StepsTo {
			each = append(each, steps(s))
		}
		for _, g := range []float64{l.Layers[0], l.Layers[len(l.Layers)-1]} {
			layers = append(layers, strconv.FormatFloat(g, 'e', 1, 64))
		}
		median := "never"
		if m := l.lane.Median(); !math.IsInf(m, 1) {
			median = report.Count(int64(m))
		}
		byProb := "-"
		if l.PNorm > 0 {
			byProb = report.Short(l.PNorm, 2)
		}
		fmt.Fprintf(b, row, l.Loss, l.Rate, median, strings.Join(each[:min(len(each), 3)], " "), report.Percent(l.lane.Accuracy()), report.Short(l.ZNorm, 2), byProb, strings.Join(layers, "…"))
	}
}

func steps(n int) string {
	if n == 0 {
		return "never"
	}
	return strconv.Itoa(n)
}

// say tells what the tables amount to.
func (r *raceResult) say() []string {
	var say []string
	ahead := func(lanes []raceLane) (first, second *raceLane) {
		order := make([]*raceLane, len(lanes))
		for i := range lanes {
			order[i] = &lanes[i]
		}
		slices.SortStableFunc(order, func(a, b *raceLane) int {
			x, y := a.lane.Median(), b.lane.Median()
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		})
		return order[0], order[1]
	}
	tell := func(lanes []raceLane, when string) {
		a, b := ahead(lanes)
		x, y := a.lane.Median(), b.lane.Median()
		switch {
		case math.IsInf(x, 1):
			say = append(say, when+", no loss reaches "+report.Percent(r.Target)+".")
		case math.IsInf(y, 1):
			say = append(say, when+", "+a.Loss+" needs "+report.Count(int64(x))+" steps and "+b.Loss+" never gets there.")
		case x == y:
			say = append(say, when+", "+a.Loss+" and "+b.Loss+" need the same "+report.Count(int64(x))+" steps.")
		default:
			say = append(say, when+", "+a.Loss+" needs "+report.Count(int64(x))+" steps and "+b.Loss+" "+report.Short(y/x, 2)+" times as many.")
		}
	}
	tell(r.One, "At one rate")
	if len(r.Best) == 0 {
		return append(say, "Of that, --sweep lr takes away what is a matter of the rate.")
	}
	tell(r.Best, "Each at its own best rate")
	return say
}
