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
	objective func(batch int) objective // a new one, for batches of so many rows
	head      objective                 // that of the steps
	x         []float32
	y         []int32
	figures   [2]Figure
}

// An objective is a loss on the logits of a batch.
type objective interface {
	// Grad returns the loss of a batch and its gradient by the logits: memory of the objective. rows says which of the
	// training rows the batch consists of.
	Grad(logits xent.Matrix[float32], rows, labels []int32) (loss float64, grad xent.Matrix[float32], err error)
}

// New returns the run of c on data, before its first step.
//
// Errors: *ConfigError, *DataError.
func New(c Config, data *Data) (*Run, error) {
	return newRun(c, data, func(c *Config, batch int) objective { return newHead(c, batch, data.Classes, 1) })
}

// newRun returns a run whose objectives make returns.
func newRun(c Config, data *Data, of func(c *Config, batch int) objective) (*Run, error) {
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
	r.objective = func(batch int) objective { return of(&r.Config, batch) }
	r.head = r.objective(r.Config.Batch)
	r.x, r.y = make([]float32, r.Config.Batch*data.Inputs), make([]int32, r.Config.Batch)
	return r, nil
}

// Settings returns &r.Config.
func (r *Run) Settings() any { return &r.Config }

// batch collects the rows of the next step.
func (r *Run) batch() (x xent.Matrix[float32], rows, y []int32, s Step) {
	rows, s = r.next()
	return r.Data.Train.gather(r.x, rows, r.Data.Inputs), rows, r.Data.Train.labels(r.y, rows), s
}

// Step makes one step. Its figures are "accuracy", the share of the batch that was right before the step, and
// "logit_grad_norm", the norm of the loss's gradient by the logits.
func (r *Run) Step(record bool) (Step, error) {
	x, rows, y, s := r.batch()
	logits := r.Net.Forward(x)
	loss, grad, err := r.head.Grad(logits, rows, y)
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
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	loss, grad, err := r.objective(n).Grad(r.Net.Forward(r.Data.Train.matrix(0, n, r.Data.Inputs)), rows, r.Data.Train.Y[:n])
	if err == nil {
		r.Net.Learn(grad)
	}
	return loss, err
}

// accuracy is the share of rows whose largest logit is that of the label; of equal ones the first counts.
func accuracy(logits xent.Matrix[float32], y []int32) float64 {
	right := 0
	for i, label := range y {
		if likeliest(logits.Row(i)) == label {
			right++
		}
	}
	return float64(right) / float64(len(y))
}

// likeliest is the class of the largest logit; of equal ones the first.
func likeliest(row []float32) int32 {
	best := 0
	for k, v := range row {
		if v > row[best] {
			best = k
		}
	}
	return int32(best)
}

// Judged is how a network does on rows: its mean cross-entropy in nats, whatever it is trained with, and its accuracy.
type Judged struct{ Loss, Accuracy float64 }

// Test judges the network by the test rows, and hands their logits out block by block, if visit is not nil. For a network
// that was trained with bce they are those of each class for itself.
func (r *Run) Test(visit func(logits []float32, labels []int32) error) (Judged, error) {
	rows := r.Data.Test
	var res xent.Result
	right := 0.
	err := r.forward(rows, func(i, j int, out xent.Matrix[float32]) error {
		part, err := xent.CrossEntropy(xent.Logits[float32](out), rows.Y[i:j], nil)
		if err != nil {
			return err
		}
		res.Merge(part)
		right += accuracy(out, rows.Y[i:j]) * float64(j-i)
		if visit == nil {
			return nil
		}
		return visit(out.Data[:(j-i)*r.Data.Classes], rows.Y[i:j])
	})
	return Judged{float64(res.Mean()), right / float64(len(rows.Y))}, err
}

// forward hands the logits of rows i to j out, block by block: memory of the network.
func (r *Run) forward(rows Rows, visit func(i, j int, logits xent.Matrix[float32]) error) error {
	const block = 500
	for i := 0; i < len(rows.Y); i += block {
		j := min(i+block, len(rows.Y))
		if err := visit(i, j, r.Net.Forward(rows.matrix(i, j, r.Data.Inputs))); err != nil {
			return err
		}
	}
	return nil
}
