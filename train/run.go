package train

import (
	"math"
	"strconv"

	"xent"
	"xent/nn"
)

// A Run is a network that is being trained.
type Run struct {
	Config Config
	Data   *Data
	Net    *nn.Net[float32]

	head     *head
	opt      nn.Optimiser[float32]
	recorder *nn.Recorder[float32]
	step     int
	order    []int32 // of the rows in this epoch
	epoch    int     // that order is of; -1 before the first
	x        []float32
	y        []int32
	grads    [][]float32
}

// A Step is what one step did.
type Step struct {
	Step     int     // how many are done with it
	Epoch    int     // that it belongs to, from 0
	Loss     float64 // of its batch, before the step
	Norm     float64 // of the gradient, before clipping
	Logits   float64 // norm of the loss's gradient by the logits
	Clipped  bool
	Accuracy float64 // share of the batch that was right before the step
}

// New returns the run of c on data, before its first step.
//
// Errors: *ConfigError, *DataError.
func New(c Config, data *Data) (*Run, error) {
	if err := data.check(); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	net, err := c.build(data)
	if err != nil {
		return nil, err
	}
	c.Batch = min(c.Batch, len(data.Train.Y))
	r := &Run{Config: c, Data: data, Net: net, epoch: -1}
	nn.SetWorkers[float32](r.Net, 0)
	r.head = newHead(&r.Config, data.Classes, 1)
	r.order = make([]int32, len(data.Train.Y))
	var schedule nn.Schedule
	if c.Schedule == "cosine" {
		schedule = nn.Cosine(c.Warmup, r.Steps(), 0)
	}
	if c.Optimiser == "adamw" {
		r.opt = &nn.AdamW[float32]{Rate: c.Rate, Decay: c.Decay, Schedule: schedule}
	} else {
		r.opt = &nn.SGD[float32]{Rate: c.Rate, Momentum: c.Momentum, Schedule: schedule}
	}
	r.recorder = nn.NewRecorder[float32](r.Net)
	r.x, r.y = make([]float32, c.Batch*data.Inputs), make([]int32, c.Batch)
	for _, p := range r.Net.Params() {
		r.grads = append(r.grads, p.Grad)
	}
	return r, nil
}

// PerEpoch returns how many steps an epoch has: the last batch may be smaller.
func (r *Run) PerEpoch() int { return (len(r.order)-1)/r.Config.Batch + 1 }

// Steps returns how many steps the whole run has, At how many are done, Done whether that is all of them.
func (r *Run) Steps() int { return r.PerEpoch() * r.Config.Epochs }
func (r *Run) At() int    { return r.step }
func (r *Run) Done() bool { return r.step >= r.Steps() }

// batch collects the rows of the next step. The order of an epoch follows from the seed and its number alone.
func (r *Run) batch() (xent.Matrix[float32], []int32) {
	epoch, k := r.step/r.PerEpoch(), r.step%r.PerEpoch()
	if epoch != r.epoch {
		shuffle(nn.NewRand(mix(r.Config.Seed, uint64(epoch)+1)), r.order)
		r.epoch = epoch
	}
	rows := r.order[k*r.Config.Batch : min((k+1)*r.Config.Batch, len(r.order))]
	n := r.Data.Inputs
	for i, row := range rows {
		copy(r.x[i*n:(i+1)*n], r.Data.Train.X[int(row)*n:(int(row)+1)*n])
		r.y[i] = r.Data.Train.Y[row]
	}
	return xent.MatrixOf(r.x[:len(rows)*n], n), r.y[:len(rows)]
}

// mix makes one seed of two numbers (the finaliser of SplitMix64: Steele, Lea and Flood 2014).
func mix(a, b uint64) uint64 {
	z := a + b*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Step makes one step. record asks for what [Run.Records] returns afterwards, which costs about as much as the step itself of
// a small network.
//
// Errors: *Diverged where the loss or the gradient is not finite; the parameters are then as they were before the step.
func (r *Run) Step(record bool) (Step, error) {
	x, y := r.batch()
	s := Step{Step: r.step + 1, Epoch: r.step / r.PerEpoch()}
	logits := r.Net.Forward(x)
	loss, grad, err := r.head.Grad(logits, y)
	if err != nil {
		return s, err
	}
	s.Loss, s.Accuracy, s.Logits = loss, accuracy(logits, y), norm(grad.Data)
	if s.Loss-s.Loss != 0 {
		return s, r.diverged(s)
	}
	r.Net.Learn(grad)
	if r.Config.Clip > 0 {
		clipping, err := xent.ClipNorm(r.grads, r.Config.Clip)
		if err != nil {
			return s, err
		}
		s.Norm, s.Clipped = clipping.Norm, clipping.Clipped > 0
	} else {
		s.Norm = norm(r.grads...) // to be looked at, not to be divided by: plain sums will do
	}
	if s.Norm-s.Norm != 0 {
		return s, r.diverged(s)
	}
	if record {
		r.recorder.Backward()
	}
	r.opt.Step(r.Net.Params())
	if record {
		r.recorder.Step()
	}
	r.step++
	return s, nil
}

// gradientRows bounds the rows of [Run.Gradient].
const gradientRows = 1024

// Gradient leaves in Net.Params the gradient of the loss over the first training rows, 1024 at most: less noisy than that
// of a batch. It changes nothing that the next step depends on.
func (r *Run) Gradient() (loss float64, err error) {
	n := min(len(r.Data.Train.Y), gradientRows)
	c := r.Config
	c.Batch = n
	loss, grad, err := newHead(&c, r.Data.Classes, 1).Grad(r.Net.Forward(r.Data.Train.matrix(0, n, r.Data.Inputs)), r.Data.Train.Y[:n])
	if err == nil {
		r.Net.Learn(grad)
	}
	return loss, err
}

// Records returns what the layers looked like at the last step that was recorded: memory of the run.
func (r *Run) Records() []nn.Record { return r.recorder.Records() }

// LayerName is the name of a recorded layer, as its parameters begin: "0" of "0.weight".
func LayerName(rec nn.Record) string { return strconv.Itoa(rec.Layer) }

// A Diverged tells that a run has no numbers left.
type Diverged struct {
	Step  int
	Loss  float64
	Norm  float64
	Layer string // the first, from the input, whose numbers are not finite; "" where all are
	Cause string // the likely one, in words
}

func (e *Diverged) Error() string {
	what := "the gradient is " + strconv.FormatFloat(e.Norm, 'g', -1, 64)
	if e.Loss-e.Loss != 0 {
		what = "the loss is " + strconv.FormatFloat(e.Loss, 'g', -1, 64)
	}
	at := ""
	if e.Layer != "" {
		at = ", first in layer " + e.Layer
	}
	return "step " + strconv.Itoa(e.Step) + ": " + what + at + ": " + e.Cause
}

// diverged finds out where the numbers end.
func (r *Run) diverged(s Step) error {
	d := &Diverged{Step: s.Step, Loss: s.Loss, Norm: s.Norm, Cause: "an overflow in the backward pass; a smaller rate, or clipping, would keep it finite"}
	for i, l := range r.Net.Layers() {
		params := l.Params()
		if len(params) == 0 {
			continue
		}
		good, most := true, 0.
		for _, p := range params {
			good, most = good && finite(p.Value), max(most, largest(p.Value))
		}
		if !good {
			d.Layer, d.Cause = strconv.Itoa(i), "the step before made its weights infinite or NaN; the rate "+strconv.FormatFloat(r.Config.Rate, 'g', -1, 64)+" is too large"
			break
		}
		if out, ok := l.(interface{ Output() xent.Matrix[float32] }); ok && !finite(out.Output().Data) {
			d.Layer, d.Cause = strconv.Itoa(i), "its outputs overflow, for weights up to "+strconv.FormatFloat(most, 'g', 3, 64)+" have grown; the rate "+strconv.FormatFloat(r.Config.Rate, 'g', -1, 64)+" is too large"
			break
		}
	}
	return d
}

func finite(x []float32) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

func largest(x []float32) (m float64) {
	for _, v := range x {
		m = max(m, math.Abs(float64(v)))
	}
	return m
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

// accuracy is the share of rows whose largest logit is that of the label; of equal ones the first counts.
func accuracy(logits xent.Matrix[float32], y []int32) float64 {
	right := 0
	for i, label := range y {
		best := 0
		row := logits.Row(i)
		for k, v := range row {
			if v > row[best] {
				best = k
			}
		}
		if best == int(label) {
			right++
		}
	}
	return float64(right) / float64(len(y))
}

// Judged is how a network does on rows: its mean cross-entropy in nats, whatever it is trained with, and its accuracy.
type Judged struct{ Loss, Accuracy float64 }

// Test judges the network by the test rows, and hands their logits out block by block, if visit is not nil. For a network
// that was trained with bce they are those of each class for itself.
func (r *Run) Test(visit func(logits []float32, labels []int32) error) (Judged, error) {
	const block = 500
	rows := r.Data.Test
	var res xent.Result
	right := 0.
	for i := 0; i < len(rows.Y); i += block {
		j := min(i+block, len(rows.Y))
		out := r.Net.Forward(rows.matrix(i, j, r.Data.Inputs))
		part, err := xent.CrossEntropy(xent.Logits[float32](out), rows.Y[i:j], nil)
		if err != nil {
			return Judged{}, err
		}
		res.Merge(part)
		right += accuracy(out, rows.Y[i:j]) * float64(j-i)
		if visit != nil {
			if err := visit(out.Data[:(j-i)*r.Data.Classes], rows.Y[i:j]); err != nil {
				return Judged{}, err
			}
		}
	}
	return Judged{float64(res.Mean()), right / float64(len(rows.Y))}, nil
}
