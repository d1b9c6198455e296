package train

import (
	"errors"
	"math"
	"slices"

	"xent"
)

// A Race sets losses against each other: the same network, the same first weights, the same batches.
type Race struct {
	Config Config   // Loss, Rate and Seed are set by the race
	Losses []string // in the order of their lanes
	Target float64  // accuracy on the test rows that they run for
	Every  int      // steps between two looks at the test rows; 0 means a quarter of an epoch
	Seeds  int      // runs of each lane, from Config.Seed on; 0 means 3
}

// A Lane is what a loss did at one rate.
type Lane struct {
	Loss string
	Rate float64
	Runs []RaceRun
}

// A RaceRun is one run of a lane.
type RaceRun struct {
	Seed     uint64
	Steps    int     // to the target; 0 when it was never reached
	Final    Judged  // on the test rows, at the end
	Course   []Point // the looks at the test rows
	ZNorm    float64 // of the loss's gradient by the logits of the first batch
	PNorm    float64 // by the probabilities of their softmax; 0 for a loss that has none
	Layers   []float64
	Diverged bool
}

// A Point of a course.
type Point struct {
	Step int
	Judged
}

// Default returns r with the usual value in place of each zero.
func (r Race) Default() Race {
	r.Config = r.Config.Default()
	if r.Losses == nil {
		r.Losses = []string{"mse", "ce"}
	}
	if r.Target == 0 {
		r.Target = .95
	}
	if r.Seeds == 0 {
		r.Seeds = 3
	}
	return r
}

// Rates are what a sweep tries: half decades from 0.01 to 30.
func Rates() []float64 { return []float64{.01, .03, .1, .3, 1, 3, 10, 30} }

// Lane runs one loss at one rate. tick, if not nil, is called now and then, and ends the race by an error.
func (r *Race) Lane(data *Data, loss string, rate float64, tick func() error) (Lane, error) {
	lane := Lane{Loss: loss, Rate: rate}
	for i := range r.Seeds {
		run, err := r.run(data, loss, rate, r.Config.Seed+uint64(i), tick)
		if err != nil {
			return lane, err
		}
		lane.Runs = append(lane.Runs, run)
	}
	return lane, nil
}

// Best tries rates and returns the one whose runs reach the target in the fewest steps, or, where none does, end with the
// highest accuracy. It draws other seeds than [Race.Lane] does: a rate is not chosen by the runs that are shown.
func (r *Race) Best(data *Data, loss string, rates []float64, tick func() error) (rate float64, tried []Lane, err error) {
	other := *r
	other.Config.Seed += 1 << 32
	other.Seeds = 1
	best := -1
	for i, rate := range rates {
		lane, err := other.Lane(data, loss, rate, tick)
		if err != nil {
			return 0, nil, err
		}
		tried = append(tried, lane)
		if best < 0 || lane.before(&tried[best]) {
			best = i
		}
	}
	if best < 0 {
		return 0, nil, &ConfigError{"rates", "none", "one at least"}
	}
	return tried[best].Rate, tried, nil
}

// before reports whether l is ahead of m.
func (l *Lane) before(m *Lane) bool {
	a, b := l.Median(), m.Median()
	if a != b {
		return a < b
	}
	return l.Accuracy() > m.Accuracy()
}

// Median returns the median of the steps to the target; +Inf where half of the runs or more never reach it.
func (l *Lane) Median() float64 {
	var s []float64
	for _, r := range l.Runs {
		if r.Steps == 0 {
			s = append(s, math.Inf(1))
		} else {
			s = append(s, float64(r.Steps))
		}
	}
	slices.Sort(s)
	return s[len(s)/2]
}

// Accuracy returns the mean at the end; 0 for a run that diverged.
func (l *Lane) Accuracy() (mean float64) {
	for _, r := range l.Runs {
		mean += r.Final.Accuracy / float64(len(l.Runs))
	}
	return mean
}

// run makes one run.
func (r *Race) run(data *Data, loss string, rate float64, seed uint64, tick func() error) (res RaceRun, err error) {
	c := r.Config
	c.Loss, c.Rate, c.Seed = loss, rate, seed
	run, err := New(c.Default(), data)
	if err != nil {
		return res, err
	}
	res.Seed = seed
	if err := res.begin(run); err != nil {
		return res, err
	}
	every := r.Every
	if every <= 0 {
		every = max(run.PerEpoch()/4, 1)
	}
	for !run.Done() {
		if _, err := run.Step(false); err != nil {
			var d *Diverged
			if errors.As(err, &d) {
				res.Diverged, res.Final = true, Judged{Loss: math.NaN()}
				return res, nil
			}
			return res, err
		}
		if run.At()%every != 0 && !run.Done() {
			continue
		}
		j, err := run.Test(nil)
		if err != nil {
			return res, err
		}
		res.Course = append(res.Course, Point{run.At(), j})
		res.Final = j
		if res.Steps == 0 && j.Accuracy >= r.Target {
			res.Steps = run.At()
		}
		if tick != nil {
			if err := tick(); err != nil {
				return res, err
			}
		}
	}
	return res, nil
}

// begin measures the gradient of the first batch, by the logits, by the probabilities and by each layer's parameters.
func (res *RaceRun) begin(r *Run) error {
	x, rows, y, _ := r.batch()
	logits := r.Net.Forward(x)
	h := newHead(&r.Config, r.Config.Batch, r.Data.Classes, 1)
	_, grad, err := h.Grad(logits, rows, y)
	if err != nil {
		return err
	}
	res.ZNorm, res.PNorm = norm(grad.Data), h.byProbs(logits, y)
	r.Net.Learn(grad)
	r.recorder.Backward()
	for _, rec := range r.Records() {
		res.Layers = append(res.Layers, rec.RMS)
	}
	return nil
}

// byProbs is the norm of the loss's gradient by the probabilities of the softmax, of the batch of the last Grad: of
// cross-entropy -1/(N·p) at the label. 0 for other losses.
func (h *head) byProbs(logits xent.Matrix[float32], labels []int32) float64 {
	switch h.c.Loss {
	case "mse":
		return norm(h.gradP[:len(labels)*h.classes])
	case "ce":
		p := h.softmax.Forward(logits)
		sum := 0.
		for i, y := range labels {
			g := 1 / float64(p.Row(i)[y])
			sum += g * g
		}
		return math.Sqrt(sum) / float64(len(labels))
	}
	return 0
}
