package doctor

import (
	"math"

	"xent"
)

// A FlowHead is the gradient of a loss by the logits of a batch, with what it was computed from.
type FlowHead struct {
	Classes      int
	Logits, Grad []float64 // [len(Labels), Classes]
	Labels       []int64
}

// check reports whether the parts fit together and every label names a class.
func (h *FlowHead) check() bool {
	n := len(h.Labels)
	if h.Classes < 2 || n == 0 || len(h.Logits) != n*h.Classes || len(h.Grad) != n*h.Classes {
		return false
	}
	for _, y := range h.Labels {
		if y < 0 || y >= int64(h.Classes) {
			return false
		}
	}
	return true
}

// A candidate is a loss and its gradient by the logits, summed over the rows.
type candidate struct {
	name string
	grad func(grad xent.Matrix[float64], logits xent.Matrix[float64], onehot xent.Matrix[float64], labels []int64) error
}

var sum = &xent.Options{Reduction: xent.Sum, Workers: 1}

// candidates are the losses that are told apart by their gradient.
func candidates() []candidate {
	ce := func(opt xent.Options) func(_, _, _ xent.Matrix[float64], labels []int64) error {
		opt.Reduction, opt.Workers = xent.Sum, 1
		return func(g, z, _ xent.Matrix[float64], labels []int64) error {
			_, err := xent.CrossEntropyGrad(g, xent.Logits[float64](z), labels, &opt)
			return err
		}
	}
	return []candidate{
		{"cross-entropy", ce(xent.Options{})},
		{"cross-entropy of labels smoothed by 0.1", ce(xent.Options{Smoothing: .1})},
		{"focal loss with γ = 2", ce(xent.Options{Focus: 2})},
		{"squared error of the softmax", func(g, z, onehot xent.Matrix[float64], _ []int64) error {
			return throughSoftmax(g, z, func(dp, p xent.Matrix[float64]) error {
				_, err := xent.SquaredErrorGrad(dp, p, onehot, &xent.SquaredOptions{Reduction: xent.Sum, Workers: 1})
				return err
			})
		}},
		{"binary cross-entropy of each class", func(g, z, onehot xent.Matrix[float64], _ []int64) error {
			_, err := xent.BinaryCrossEntropyGrad(g, xent.Logits[float64](z), onehot, &xent.BinaryOptions{Reduction: xent.Sum, Workers: 1})
			return err
		}},
		{"cross-entropy with softmax applied twice", func(g, z, _ xent.Matrix[float64], labels []int64) error {
			return throughSoftmax(g, z, func(dp, p xent.Matrix[float64]) error {
				_, err := xent.CrossEntropyGrad(dp, xent.Logits[float64](p), labels, sum)
				return err
			})
		}},
	}
}

// throughSoftmax stores in g the gradient by z of a loss of p = softmax(z): p·(dp - Σ dp·p).
func throughSoftmax(g, z xent.Matrix[float64], loss func(dp, p xent.Matrix[float64]) error) error {
	p := xent.MatrixOf(make([]float64, len(z.Data)), z.Cols)
	if err := xent.Softmax(xent.Probs[float64](p), xent.Logits[float64](z), &xent.Options{Workers: 1}); err != nil {
		return err
	}
	if err := loss(g, p); err != nil {
		return err
	}
	for i := range g.Rows {
		row, q, mean := g.Row(i), p.Row(i), 0.
		for k, v := range row {
			mean += v * q[k]
		}
		for k := range row {
			row[k] = q[k] * (row[k] - mean)
		}
	}
	return nil
}

// fit returns how much of b is a multiple of a, as R² about 0, and the multiple.
func fit(a, b []float64) (r2, scale float64) {
	var aa, ab, bb float64
	for i, x := range a {
		aa, ab, bb = aa+x*x, ab+x*b[i], bb+b[i]*b[i]
	}
	return ab / aa * (ab / bb), ab / aa
}

// lossIdentified finds the loss whose gradient the file holds, and what it was divided by.
var lossIdentified = Detector{
	ID: "loss-identified", Code: "G07", Summary: "which loss, and which mean of it, a gradient by the logits is of",
	Flow: func(f *Flow) *Finding {
		h := f.Head
		if h == nil || !h.check() {
			return nil
		}
		z, onehot := xent.MatrixOf(h.Logits, h.Classes), xent.MatrixOf(make([]float64, len(h.Logits)), h.Classes)
		for i, y := range h.Labels {
			onehot.Data[i*h.Classes+int(y)] = 1
		}
		g := xent.MatrixOf(make([]float64, len(h.Logits)), h.Classes)
		best, next, scale, name := -1., -1., 0., ""
		for _, c := range candidates() {
			if c.grad(g, z, onehot, h.Labels) != nil {
				continue
			}
			r2, s := fit(g.Data, h.Grad)
			switch {
			case r2 > best:
				best, next, scale, name = r2, best, s, c.name
			case r2 > next:
				next = r2
			}
		}
		n, k := float64(len(h.Labels)), float64(h.Classes)
		e := figures.add("r2", best, Plain).add("runner_up_r2", next, Plain).add("scale", scale, Plain).add("rows", n, Rows)
		if !(best > .999 && (next < best-.01 || 1-best < (1-next)/100)) {
			return &Finding{Severity: Warning, Evidence: e,
				Says: "the gradient by the logits is that of none of the losses that are tried: the nearest, " + name + ", explains {r2} of its square",
				Else: "weights of classes or rows, a mask, a sum of several losses",
				Fix:  "compare it with the loss that was meant, on one row",
			}
		}
		over := "times {scale} a row"
		for _, m := range []struct {
			is   float64
			name string
		}{{1, "summed over the rows"}, {1 / n, "as a mean over the {rows}"}, {1 / (n * k), "as a mean over rows and classes"}, {1 / k, "as a mean over classes, summed over the rows"}} {
			if math.Abs(scale/m.is-1) < 1e-3 {
				over = m.name
				break
			}
		}
		v := &Finding{Severity: Note, Evidence: e, Says: "the gradient by the logits is that of " + name + ", " + over, Fix: "nothing, if that was meant"}
		if name == "cross-entropy with softmax applied twice" {
			v.Severity, v.Fix = Error, "give the loss the values from before softmax"
		}
		return v
	},
}

// rowsSumToZero checks what the gradient of every loss of a softmax has: rows that sum to 0.
var rowsSumToZero = Detector{
	ID: "gradient-rows", Code: "G08", Summary: "rows of a gradient by the logits that do not sum to 0, as those of a softmax do",
	Flow: func(f *Flow) *Finding {
		h := f.Head
		if h == nil || h.Classes < 2 || len(h.Grad) == 0 {
			return nil
		}
		worst, rows := 0., []int64(nil)
		for i := 0; i*h.Classes < len(h.Grad); i++ {
			var s, size float64
			for _, v := range h.Grad[i*h.Classes : (i+1)*h.Classes] {
				s, size = s+v, size+math.Abs(v)
			}
			if off := math.Abs(s) / size; off > 1e-2 {
				worst = max(worst, off)
				if len(rows) < 5 {
					rows = append(rows, int64(i))
				}
			}
		}
		if rows == nil {
			return nil
		}
		return &Finding{Severity: Warning, Rows: rows,
			Evidence: figures.add("off", worst, Share).add("off_limit", 1e-2, Share),
			Says:     "rows of the gradient by the logits sum to as much as {off} of their size, where those of a loss of a softmax sum to 0",
			Else:     "binary cross-entropy of each class, or half precision",
			Fix:      "see that the loss applies softmax over the classes, and over that dimension",
		}
	},
}
