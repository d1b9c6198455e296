package train

import (
	"xent"
	"xent/nn"
)

// A head is a loss on the logits of a batch, and its gradient by them.
type head struct {
	c       *Config
	classes int
	options xent.Options
	binary  xent.BinaryOptions
	squared xent.SquaredOptions

	softmax *nn.Softmax[float32] // of mse
	onehot  []float32
	grad    []float32
	gradP   []float32 // by the probabilities, of mse
}

func newHead(c *Config, batch, classes, workers int) *head {
	h := &head{c: c, classes: classes, softmax: nn.NewSoftmax[float32]()}
	h.options.Workers, h.binary.Workers, h.squared.Workers = workers, workers, workers
	switch c.Loss {
	case "focal":
		h.options.Focus = c.Focus
	case "smoothed":
		h.options.Smoothing = c.Smoothing
	}
	n := batch * classes
	h.grad, h.gradP, h.onehot = make([]float32, n), make([]float32, n), make([]float32, n)
	return h
}

// targets is the labels as rows of 0 and 1.
func (h *head) targets(labels []int32) xent.Matrix[float32] {
	m := xent.MatrixOf(h.onehot[:len(labels)*h.classes], h.classes)
	clear(m.Data)
	for i, y := range labels {
		m.Data[i*h.classes+int(y)] = 1
	}
	return m
}

// Grad is that of an [objective]; it does not look at rows.
func (h *head) Grad(logits xent.Matrix[float32], _, labels []int32) (loss float64, grad xent.Matrix[float32], err error) {
	grad = xent.MatrixOf(h.grad[:len(labels)*h.classes], h.classes)
	var res xent.Result
	switch h.c.Loss {
	case "mse":
		p := h.softmax.Forward(logits)
		byP := xent.MatrixOf(h.gradP[:len(labels)*h.classes], h.classes)
		if res, err = xent.SquaredErrorGrad(byP, p, h.targets(labels), &h.squared); err == nil {
			grad = h.softmax.Backward(byP)
		}
	case "bce":
		res, err = xent.BinaryCrossEntropyGrad(grad, xent.Logits[float32](logits), h.targets(labels), &h.binary)
	default:
		res, err = xent.CrossEntropyGrad(grad, xent.Logits[float32](logits), labels, &h.options)
	}
	return float64(res.Mean()), grad, err
}
