package xent

import (
	"math"

	"xent/internal/kern"
	"xent/internal/par"
)

// Softmax stores p = softmax(logits) in dst, row by row:
//
//	p[j] = e^(z[j]-max) / (1 + Σ e^(z-max) over the others)
//
// Of the options, Temperature, SoftCap and Workers apply; see [Options].
//
// Shapes: dst and logits are [rows, classes]; dst may be the same view as logits.
// Special values: a class at -Inf gets exactly 0. One logit at +Inf gets 1. Several, a row all at
// -Inf, or a NaN fill the row with NaN.
// Errors: *ShapeError, *OptionError; dst is then untouched.
// Memory: none is allocated when Options.Workers is 1.
func Softmax[T Float](dst Probs[T], logits Logits[T], opt *Options) error {
	return eachRow("Softmax", Matrix[T](dst), Matrix[T](logits), opt, false)
}

// LogSoftmax stores ln softmax(logits) in dst, row by row:
//
//	ln p[j] = (z[j] - max) - log1p(Σ e^(z-max) over the others)
//
// It is never above 0, and near 0 has all its digits. Options, shapes, special values and errors
// are those of [Softmax], but that excluded classes get -Inf.
func LogSoftmax[T Float](dst LogProbs[T], logits Logits[T], opt *Options) error {
	return eachRow("LogSoftmax", Matrix[T](dst), Matrix[T](logits), opt, true)
}

// LogSumExp stores ln Σ e^z of each row in dst:
//
//	max z + log1p(Σ e^(z-max) over the others)
//
// Options are those of [Softmax].
//
// Shapes: dst is [rows].
// Special values: -Inf for a row all at -Inf, or of no classes; +Inf for one with a +Inf and no NaN; NaN for a NaN.
// Errors: *ShapeError, *OptionError; dst is then untouched.
// Memory: none is allocated when Options.Workers is 1.
func LogSumExp[T Float](dst []T, logits Logits[T], opt *Options) error {
	const fn = "LogSumExp"
	if len(dst) != logits.Rows {
		return &ShapeError{fn, "dst", "[" + itoa(len(dst)) + "]", "[" + itoa(logits.Rows) + "] (one for each row of logits)"}
	}
	x := Matrix[T](logits)
	if x.Cols == 0 { // an empty sum
		fill(dst, T(math.Inf(-1)))
		return nil
	}
	link, workers, err := rowLink(fn, x, opt)
	if err != nil {
		return err
	}
	runBatch(logSumExpRows[T]{dst, x, link}, x.Rows, workers, Result{})
	return nil
}

type logSumExpRows[T Float] struct {
	dst  []T
	x    Matrix[T]
	link kern.Link
}

func (j logSumExpRows[T]) run(lo, hi int) Result {
	scratch := j.x.scratch()
	for i := lo; i < hi; i++ {
		row := kern.NewRow(j.x.read(scratch, i), j.link, false)
		j.dst[i] = T(row.LogSumExp())
	}
	return Result{}
}

// eachRow stores the probabilities of each row, or their logarithms.
func eachRow[T Float](fn string, dst, x Matrix[T], opt *Options, logs bool) error {
	link, workers, err := rowLink(fn, x, opt)
	if err != nil {
		return err
	}
	if err := dst.sameShape(fn, "dst", x.Rows, x.Cols, "logits"); err != nil {
		return err
	}
	if err := dst.checkBlocks(fn, "dst"); err != nil {
		return err
	}
	if err := checkOverlap(fn, dst, x, "logits"); err != nil {
		return err
	}
	runBatch(softmaxRows[T]{dst, x, link, logs}, x.Rows, workers, Result{})
	return nil
}

// softmaxRows stores probabilities, or their logarithms.
type softmaxRows[T Float] struct {
	dst, x Matrix[T]
	link   kern.Link
	logs   bool
}

func (j softmaxRows[T]) run(lo, hi int) Result {
	xs, ds := j.x.scratch(), j.dst.scratch()
	for i := lo; i < hi; i++ {
		d, v := j.dst.into(ds, i), j.x.read(xs, i)
		row := kern.NewRow(v, j.link, false)
		switch {
		case !row.Valid():
			fill(d, T(math.NaN()))
		case j.logs:
			for c, z := range v {
				d[c] = T(0 - row.Cost(float64(z))) // 0 rather than -0
			}
		case row.Plain():
			kern.Of[T]().Exps(d, v, row.Max, row.Temp, row.Confidence())
		default:
			for c, z := range v {
				p, _ := row.Prob(c, float64(z))
				d[c] = T(p)
			}
		}
		j.dst.write(d, i)
	}
	return Result{}
}

func fill[T Float](dst []T, v T) {
	for j := range dst {
		dst[j] = v
	}
}

// rowLink checks logits and those options that apply to a softmax alone.
func rowLink[T Float](fn string, x Matrix[T], opt *Options) (kern.Link, int, error) {
	if err := x.checkBlocks(fn, "logits"); err != nil {
		return kern.Link{}, 0, err
	}
	if opt == nil {
		opt = &Options{}
	}
	if err := opt.check(fn, x.Rows, x.Cols); err != nil {
		return kern.Link{}, 0, err
	}
	for _, o := range []struct {
		name string
		set  bool
	}{
		{"Weights", opt.Weights != nil},
		{"RowWeights", opt.RowWeights != nil},
		{"TopK", opt.TopK != 0},
		{"IgnoreIndex", opt.IgnoreIndex != nil},
		{"Smoothing", opt.Smoothing != 0},
		{"Focus", opt.Focus != 0},
		{"Poly", opt.Poly != 0},
		{"Robustness", opt.Robustness != 0},
		{"ZPenalty", opt.ZPenalty != 0},
		{"Reduction", opt.Reduction != Mean},
		{"Denominator", opt.Denominator != Usual},
		{"Empty", opt.Empty != EmptyFails},
	} {
		if o.set {
			return kern.Link{}, 0, &OptionError{fn, o.name, "a setting of a loss", "none: only Temperature, SoftCap and Workers apply"}
		}
	}
	return linkOf(opt), par.Workers(opt.Workers, x.Rows*x.Cols), nil
}
