package xent

import (
	"math"

	"xent/internal/kern"
	"xent/internal/par"
)

// NTXentOptions configure [NTXent]. Nil and the zero value are the usual loss at temperature 1.
type NTXentOptions struct {
	Temperature float64     // τ divides the cosines; 0 means 1, 0.5 and 0.07 are common
	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // of Mean: the items, or Fixed(n)
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

// NTXent returns the loss of embeddings that should lie near that of their partner, and far from all
// others of the batch: normalised, temperature-scaled cross-entropy. With c the cosine of two
// embeddings, item i costs
//
//	loss[i] = -ln( e^(c[i][m]/τ) / Σ e^(c[i][j]/τ) )      m = partner[i], j ≠ i
//
// Cosines have twice the digits of a float64: divided by a small τ, the rounding of a plain one shows.
//
// Shapes: embeddings is [items, dimensions], partner is [items]; an item is not its own partner.
// Special values: an embedding of length 0, or with a NaN or ±Inf, has no direction: it costs NaN, and
// so do all it is compared with.
// Errors: *ShapeError, *LabelError (of partner), *OptionError, *EmptyError.
// Memory: a summary of each item, never a matrix of items by items; cosines are computed again for the
// gradient.
// Source: Sohn 2016; Chen et al. 2020.
func NTXent[T Float, L Int](embeddings Matrix[T], partner []L, opt *NTXentOptions) (Result, error) {
	return ntXent("NTXent", Matrix[T]{}, nil, embeddings, partner, opt)
}

// NTXentGrad stores the gradient of [NTXent] with respect to the embeddings in grad and returns the
// same Result. With z = embeddings/|embeddings|, h[i][j] what loss i and loss j together change with
// c[i][j], and W as in [CrossEntropyGrad],
//
//	grad[i] = Σ h[i][j]·(z[j] - c[i][j]·z[i]) / (|embeddings[i]|·τ·W)      j ≠ i
//
// Shapes: grad is as embeddings, in memory of its own: every row is read for every other.
// Errors: as NTXent; grad is then untouched.
func NTXentGrad[T Float, L Int](grad Matrix[T], embeddings Matrix[T], partner []L, opt *NTXentOptions) (Result, error) {
	const fn = "NTXentGrad"
	if err := checkGrad(fn, grad, embeddings); err != nil {
		return Result{}, err
	}
	if grad.Rows > 0 && &grad.Data[0] == &embeddings.Data[0] {
		return Result{}, &ShapeError{fn, "grad", "the memory of embeddings", "memory of its own: every row is read for every other"}
	}
	return ntXent(fn, grad, nil, embeddings, partner, opt)
}

// NTXentRows stores the loss of each item in loss and returns the same Result as [NTXent].
//
// Shapes: loss is [items].
// Errors: as NTXent; loss is then untouched.
func NTXentRows[T Float, L Int](loss []T, embeddings Matrix[T], partner []L, opt *NTXentOptions) (Result, error) {
	const fn = "NTXentRows"
	if err := checkRows(fn, len(loss), embeddings.Rows); err != nil {
		return Result{}, err
	}
	return ntXent(fn, Matrix[T]{}, loss, embeddings, partner, opt)
}

func ntXent[T Float, L Int](fn string, grad Matrix[T], loss []T, x Matrix[T], partner []L, opt *NTXentOptions) (Result, error) {
	if opt == nil {
		opt = &NTXentOptions{}
	}
	if err := x.check(fn, "embeddings"); err != nil {
		return Result{}, err
	}
	if len(partner) != x.Rows {
		return Result{}, &ShapeError{fn, "partner", "[" + itoa(len(partner)) + "]", "[" + itoa(x.Rows) + "] (one for each item)"}
	}
	for i, p := range partner {
		switch m := int64(p); {
		case m < 0 || m >= int64(x.Rows):
			return Result{}, labelError(fn, partner, i, x.Rows, nil)
		case m == int64(i):
			return Result{}, &ShapeError{fn, "partner[" + itoa(i) + "]", itoa(i), "another item than itself"}
		}
	}
	if err := inRange(fn, "Temperature", opt.Temperature, math.MaxFloat64); err != nil {
		return Result{}, err
	}
	if err := enums(fn, opt.Reduction, opt.Denominator, opt.Empty, opt.Workers); err != nil {
		return Result{}, err
	}
	n := x.Rows
	total, scale, err := reduce(fn, opt.Reduction, opt.Denominator, opt.Empty, kern.SumOf(float64(n)), n, 0)
	if err != nil {
		return Result{}, err
	}
	b := crowdBatch[T, L]{loss: loss, x: x, partner: partner, temp: linkOf(&Options{Temperature: opt.Temperature}).Temp,
		norms: make([]kern.Wide, n), crowds: make([]kern.Crowd, n), scale: scale}
	for i := range n {
		b.norms[i] = kern.Norm(x.Row(i))
	}
	workers := par.Workers(opt.Workers, n*n*x.Cols)
	total = runBatch(b, n, workers, total)
	if grad.Data != nil {
		runBatch(pullBatch[T, L]{b, grad}, n, workers, Result{})
	}
	return total, nil
}

// crowdBatch is a checked batch: it finds the softmax of each item, and its loss.
type crowdBatch[T Float, L Int] struct {
	loss    []T // nil: not wanted
	x       Matrix[T]
	partner []L
	temp    float64
	norms   []kern.Wide
	crowds  []kern.Crowd
	scale   float64 // of the gradient
}

// score returns the cosine of items i and j over the temperature; the same for j and i.
func (b *crowdBatch[T, L]) score(i, j int) kern.Wide {
	if i > j {
		i, j = j, i
	}
	return kern.Cosine(b.x.Row(i), b.x.Row(j), b.norms[i], b.norms[j], b.temp)
}

func (b crowdBatch[T, L]) run(lo, hi int) (part Result) {
	for i := lo; i < hi; i++ {
		b.crowds[i] = kern.NewCrowd(b.x.Rows, i, func(j int) kern.Wide { return b.score(i, j) })
		loss := b.crowds[i].Cost(b.score(i, int(b.partner[i])))
		if b.loss != nil {
			b.loss[i] = T(loss)
		}
		part.addRow(loss)
	}
	return part
}

// pullBatch stores the gradient, once all crowds are known.
type pullBatch[T Float, L Int] struct {
	crowdBatch[T, L]
	grad Matrix[T]
}

func (b pullBatch[T, L]) run(lo, hi int) Result {
	sum := make([]kern.Wide, b.x.Cols)
	for i := lo; i < hi; i++ {
		clear(sum)
		x, length := b.x.Row(i), kern.Value(b.norms[i])
		for j := range b.x.Rows {
			if j == i {
				continue
			}
			s := b.score(i, j)
			h := kern.Plus(b.crowds[i].Miss(j, s, int(b.partner[i]) == j), b.crowds[j].Miss(i, s, int(b.partner[j]) == i))
			kern.Aside(sum, h, x, b.x.Row(j), b.norms[i], b.norms[j], s, b.temp)
		}
		for d, v := range sum {
			b.grad.Row(i)[d] = T(b.scale * kern.Value(v) / length / b.temp)
		}
	}
	return Result{}
}
