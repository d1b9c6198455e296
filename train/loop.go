package train

import (
	"math"

	"xent"
	"xent/nn"
)

// An Experiment is a run of any recipe, as who drives it sees it. Everything follows from its configuration and data: two runs
// of one configuration are the same to the last bit, and so is a run that was stopped, kept by State and gone on with.
type Experiment interface {
	// Settings returns the configuration, a pointer to a plain struct, with all defaults filled in; Shared the part of it
	// that all recipes have.
	Settings() any
	Shared() *Training

	// PerEpoch returns how many steps an epoch has, Steps how many the whole run has, At how many are done, Done whether
	// that is all of them.
	PerEpoch() int
	Steps() int
	At() int
	Done() bool

	// Step makes one step. record asks for what Records returns afterwards, which costs about as much as the step itself
	// of a small network.
	//
	// Errors: *Diverged where the loss or the gradient is not finite; the parameters are then as they were before the step.
	Step(record bool) (Step, error)

	// Gradient leaves in Params the gradient of the loss over more rows than a batch has, so that it is less noisy. It
	// changes nothing that the next step depends on.
	Gradient() (loss float64, err error)

	// Records returns what the layers looked like at the last step that was recorded: memory of the run.
	Records() []nn.Record

	// Params returns all that is learnt.
	Params() []nn.Param[float32]

	// State shows v all that the run's future depends on beside its configuration and its data. Who saves reads, who
	// restores writes; a restored run goes on with the same bits.
	State(v nn.Visitor[float32])
}

// A Figure is a number with the name that logs give it.
type Figure struct {
	Name  string
	Value float64
}

// A Step is what one step did.
type Step struct {
	Step    int      // how many are done with it
	Epoch   int      // that it belongs to, from 0
	Loss    float64  // of its batch, before the step
	Norm    float64  // of the gradient, before clipping
	Clipped bool     // the gradient was
	Figures []Figure // what the recipe measures of a batch beside; memory of the run
}

// A loop is what the runs of all recipes share: it says which rows are next, and moves the parameters once the recipe has left
// the gradient of its loss in them.
type loop struct {
	training *Training
	net      nn.Module[float32]
	params   []nn.Param[float32]
	grads    [][]float32
	opt      nn.Optimiser[float32]
	recorder *nn.Recorder[float32]
	step     int
	order    []int32 // of the rows in this epoch
	epoch    int     // that order is of; -1 before the first
	noise    *nn.Rand
}

// newLoop returns the loop of a network that learns from so many rows. Batches are no larger than those.
func newLoop(t *Training, net nn.Module[float32], rows int) loop {
	t.Batch = min(t.Batch, rows)
	l := loop{training: t, net: net, params: net.Params(), epoch: -1, order: make([]int32, rows), noise: nn.NewRand(0)}
	nn.SetWorkers(net, 0)
	l.opt = t.optimiser(l.Steps())
	l.recorder = nn.NewRecorder(net)
	l.grads = nn.Grads(l.params)
	return l
}

func (l *loop) Shared() *Training           { return l.training }
func (l *loop) PerEpoch() int               { return (len(l.order)-1)/l.training.Batch + 1 } // the last batch may be smaller
func (l *loop) Steps() int                  { return l.PerEpoch() * l.training.Epochs }
func (l *loop) At() int                     { return l.step }
func (l *loop) Done() bool                  { return l.step >= l.Steps() }
func (l *loop) Params() []nn.Param[float32] { return l.params }
func (l *loop) Records() []nn.Record        { return l.recorder.Records() }

// next returns which rows the next step learns from: memory of the loop. The order of an epoch follows from the seed and its
// number alone.
func (l *loop) next() (rows []int32, s Step) {
	per, batch := l.PerEpoch(), l.training.Batch
	s = Step{Step: l.step + 1, Epoch: l.step / per}
	if s.Epoch != l.epoch {
		shuffle(nn.NewRand(mix(l.training.Seed, uint64(s.Epoch)+1)), l.order)
		l.epoch = s.Epoch
	}
	k := l.step % per
	return l.order[k*batch : min((k+1)*batch, len(l.order))], s
}

// random returns a stream for what the next step draws beside its rows: it follows from the seed and the step alone.
func (l *loop) random() *nn.Rand {
	l.noise.SetState(mix(l.training.Seed, ^uint64(l.step)), l.training.Seed)
	return l.noise
}

// learn moves the parameters by the gradient that they hold, and ends s, whose loss is known.
func (l *loop) learn(s *Step, record bool) error {
	if l.training.Clip > 0 {
		clipping, err := xent.ClipNorm(l.grads, l.training.Clip)
		if err != nil {
			return err
		}
		s.Norm, s.Clipped = clipping.Norm, clipping.Clipped > 0
	} else {
		s.Norm = norm(l.grads...) // to be looked at, not to be divided by: plain sums will do
	}
	if s.Norm-s.Norm != 0 {
		return l.diverged(*s)
	}
	if record {
		l.recorder.Backward()
	}
	l.opt.Step(l.params)
	if record {
		l.recorder.Step()
	}
	l.step++
	return nil
}

// State shows v the step, the parameters by their names, and what the optimiser remembers.
func (l *loop) State(v nn.Visitor[float32]) {
	step := uint64(l.step)
	v.Word("step", &step)
	l.step = int(step)
	for _, p := range l.params {
		v.Array("param."+p.Name, p.Shape, p.Value)
	}
	l.opt.State(l.params, v)
}

// mix makes one seed of two numbers (the finaliser of SplitMix64: Steele, Lea and Flood 2014).
func mix(a, b uint64) uint64 {
	z := a + b*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// norm is the L2 norm of arrays together, from four plain sums in float64, which squares of float32 neither overflow nor leave.
func norm(arrays ...[]float32) float64 {
	var a, b, c, d float64
	for _, x := range arrays {
		for ; len(x) >= 4; x = x[4:] {
			a += float64(x[0]) * float64(x[0])
			b += float64(x[1]) * float64(x[1])
			c += float64(x[2]) * float64(x[2])
			d += float64(x[3]) * float64(x[3])
		}
		for _, v := range x {
			a += float64(v) * float64(v)
		}
	}
	return math.Sqrt(a + b + c + d)
}
