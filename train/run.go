package train

import (
	"xent"
	"xent/nn"
)

// A Run is a classifier that is being trained: an [Experiment].
type Run struct {
	Config Config
	Data   *Data
	Net    *nn.Net[float32]

	loop
	head    *head
	x       []float32
	y       []int32
	figures [2]Figure
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
	r := &Run{Config: c, Data: data, Net: net}
	r.loop = newLoop(&r.Config.Training, net, len(data.Train.Y))
	r.head = newHead(&r.Config, data.Classes, 1)
	r.x, r.y = make([]float32, r.Config.Batch*data.Inputs), make([]int32, r.Config.Batch)
	return r, nil
}

// Settings returns &r.Config.
func (r *Run) Settings() any { return &r.Config }

// batch collects the rows of the next step.
func (r *Run) batch() (xent.Matrix[float32], []int32, Step) {
	rows, s := r.next()
	return r.Data.Train.gather(r.x, rows, r.Data.Inputs), r.Data.Train.labels(r.y, rows), s
}

// Step makes one step. Its figures are "accuracy", the share of the batch that was right before the step, and
// "logit_grad_norm", the norm of the loss's gradient by the logits.
func (r *Run) Step(record bool) (Step, error) {
	x, y, s := r.batch()
	logits := r.Net.Forward(x)
	loss, grad, err := r.head.Grad(logits, y)
	if err != nil {
		return s, err
	}
	s.Loss = loss
	r.figures = [...]Figure{{"accuracy", accuracy(logits, y)}, {"logit_grad_norm", norm(grad.Data)}}
	s.Figures = r.figures[:]
	if s.Loss-s.Loss != 0 {
		return s, r.diverged(s)
	}
	r.Net.Learn(grad)
	return s, r.learn(&s, record)
}

// gradientRows bounds the rows of [Run.Gradient].
const gradientRows = 1024

// Gradient leaves in Params the gradient of the loss over the first training rows, 1024 at most.
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
