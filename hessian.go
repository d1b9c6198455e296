package xent

import (
	"xent/internal/kern"
	"xent/internal/par"
)

// CrossEntropyHVP stores the product of the Hessian of [CrossEntropy] in the logits with v in dst. The
// Hessian is one block for each row, which does not depend on the label but for its weight:
//
//	dst[i] = r·a·(diag(p) - p·pᵀ)·v[i] / (T²·W)      a = Weights[labels[i]], smoothed
//
// It is the Fisher information of the logits as well, and what stands in the middle of a Gauss-Newton
// product: Jᵀ·HVP(J·u). Its column k is the product with a unit vector.
//
// Of the options, Weights, RowWeights, IgnoreIndex, Smoothing, Temperature and those of the mean apply.
//
// Shapes: dst, logits and v are [rows, classes], labels is [rows]; dst may be the same view as v.
// Special values: excluded classes get 0, whatever v holds there; a row without a softmax gets NaN;
// ignored rows get 0.
// Errors: *ShapeError, *LabelError, *OptionError, *EmptyError; dst is then untouched.
// Memory: none is allocated when Options.Workers is 1.
// Source: Martens 2010; Schraudolph 2002.
func CrossEntropyHVP[T Float, L Int](dst Matrix[T], logits Logits[T], labels []L, v Matrix[T], opt *Options) error {
	const fn = "CrossEntropyHVP"
	if opt == nil {
		opt = &Options{}
	}
	x := Matrix[T](logits)
	if err := checkProduct(fn, dst, x, v); err != nil {
		return err
	}
	if err := opt.check(fn, x.Rows, x.Cols); err != nil {
		return err
	}
	for _, o := range [...]struct {
		name string
		set  bool
	}{
		{"Focus", opt.Focus != 0}, {"Poly", opt.Poly != 0}, {"Robustness", opt.Robustness != 0},
		{"ZPenalty", opt.ZPenalty != 0}, {"SoftCap", opt.SoftCap != 0},
	} {
		if o.set {
			return &OptionError{fn, o.name, "a setting of another curve", "0: its Hessian is not this one"}
		}
	}
	if len(labels) != x.Rows {
		return &ShapeError{fn, "labels", "[" + itoa(len(labels)) + "]", "[" + itoa(x.Rows) + "] (one for each row of logits)"}
	}
	weight, ignored, err := labelWeight(fn, labels, x.Cols, opt)
	if err != nil {
		return err
	}
	_, scale, err := reduce(fn, opt.Reduction, opt.Denominator, opt.Empty, weight, x.Rows, ignored)
	if err != nil {
		return err
	}
	b := productRows[T]{dst: dst, x: x, v: v, weights: opt.Weights, link: linkOf(opt), sharp: 1 - opt.Smoothing}
	b.scale = scale / b.link.Temp / b.link.Temp
	if opt.Smoothing != 0 {
		b.spread = opt.Smoothing
		if opt.Weights != nil {
			var sum kern.Sum
			for _, w := range opt.Weights {
				sum.Add(w)
			}
			b.spread *= sum.Value() / float64(x.Cols)
		}
	}
	terms := labelTerms{ignore: opt.IgnoreIndex, rowWeights: opt.RowWeights, workers: opt.Workers}
	runLabels(b, dst, nil, labels, x.Cols, terms, Result{})
	return nil
}

// productRows is a checked batch; the mass of a row is sharp·weight + spread.
type productRows[T Float] struct {
	dst, x, v     Matrix[T]
	weights       []float64
	link          kern.Link
	sharp, spread float64
	scale         float64
}

func (b productRows[T]) row(i, y int, w float64) float64 {
	mass := b.sharp
	if b.weights != nil {
		mass *= b.weights[y]
	}
	x := b.x.Row(i)
	r := kern.NewRow(x, b.link, false)
	kern.HVP(b.dst.Row(i), &r, x, b.v.Row(i), (mass+b.spread)*w*b.scale)
	return 0
}

// BinaryCrossEntropyHVP stores the product of the Hessian of [BinaryCrossEntropy] in the logits with v
// in dst. The Hessian is diagonal:
//
//	dst[i][c] = w·(PosWeight[c]·Balance·t' + (1-Balance)·(1-t'))·p·(1-p)·v[i][c] / (T²·W)
//
// Of the options all apply but Focus, NegativeFocus and Margin.
//
// Shapes: dst, logits, target and v are [rows, columns]; dst may be the same view as v.
// Special values: a logit at ±Inf has no curvature; elements that do not count, or have weight 0, get 0.
// Errors: *ShapeError, *OptionError, *EmptyError; dst is then untouched.
// Memory: none is allocated when BinaryOptions.Workers is 1.
func BinaryCrossEntropyHVP[T Float](dst Matrix[T], logits Logits[T], target, v Matrix[T], opt *BinaryOptions) error {
	const fn = "BinaryCrossEntropyHVP"
	if opt == nil {
		opt = &BinaryOptions{}
	}
	x := Matrix[T](logits)
	if err := checkProduct(fn, dst, x, v); err != nil {
		return err
	}
	for _, o := range [...]struct {
		name string
		set  bool
	}{
		{"Focus", opt.Focus != 0}, {"NegativeFocus", opt.NegativeFocus != nil && *opt.NegativeFocus != 0}, {"Margin", opt.Margin != 0},
	} {
		if o.set {
			return &OptionError{fn, o.name, "a setting of another curve", "0: its Hessian is not this one"}
		}
	}
	if err := checkApart(fn, dst, target, "target"); err != nil {
		return err
	}
	j := binaryJob[T]{x: x, target: target}
	if err := j.check(fn, opt); err != nil {
		return err
	}
	if _, err := j.prepare(fn, opt); err != nil {
		return err
	}
	runBatch(curveBatch[T]{j, dst, v}, x.Rows, par.Workers(opt.Workers, x.Rows*x.Cols), Result{})
	return nil
}

// curveBatch is a checked batch.
type curveBatch[T Float] struct {
	job    binaryJob[T]
	dst, v Matrix[T]
}

func (b curveBatch[T]) run(lo, hi int) Result {
	j, each := &b.job, b.job.each
	for i := lo; i < hi; i++ {
		x, t, dst := j.x.Row(i), j.target.Row(i), b.dst.Row(i)
		for c, v := range b.v.Row(i) {
			curve, w := 0.0, j.weight(i, c)
			if !j.ignores(t[c]) && w != 0 {
				each.P, each.N = w*j.each.P*oneOrAll(j.pos, c), w*j.each.N
				curve = each.Curve(float64(x[c]), float64(t[c]))
			}
			dst[c] = T(kern.Mul0(curve*j.scale, float64(v)))
		}
	}
	return Result{}
}

// checkProduct checks the shapes of a product with a Hessian.
func checkProduct[T Float](fn string, dst, x, v Matrix[T]) error {
	if err := x.check(fn, "logits"); err != nil {
		return err
	}
	if err := v.checkLike(fn, "v", x.Rows, x.Cols, "logits"); err != nil {
		return err
	}
	if err := dst.checkLike(fn, "dst", x.Rows, x.Cols, "logits"); err != nil {
		return err
	}
	if err := checkApart(fn, dst, v, "v"); err != nil {
		return err
	}
	return checkApart(fn, dst, x, "logits")
}
