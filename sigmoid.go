package xent

import "xent/internal/kern"

// Sigmoid stores σ(x) = 1/(1+e^-x) of each logit in dst.
//
// Shapes: dst and logits are [rows, columns]; dst may be the same view as logits.
// Special values: σ(-Inf) = 0, σ(+Inf) = 1, NaN stays NaN; small probabilities keep their digits
// down to the smallest number.
// Errors: *ShapeError; dst is then untouched. Memory: none is allocated.
func Sigmoid[T Float](dst Matrix[T], logits Logits[T]) error {
	return eachElement("Sigmoid", dst, Matrix[T](logits), func(x float64) float64 {
		_, s := kern.Softplus(x)
		return s
	})
}

// LogSigmoid stores ln σ(x) = -softplus(-x) of each logit in dst; never above 0, and near 0 with
// all its digits.
//
// Shapes, errors and memory: as [Sigmoid]. Special values: -Inf at -Inf, 0 at +Inf.
func LogSigmoid[T Float](dst Matrix[T], logits Logits[T]) error {
	return eachElement("LogSigmoid", dst, Matrix[T](logits), func(x float64) float64 {
		l, _ := kern.Softplus(-x)
		return 0 - l // 0 rather than -0
	})
}

// Softplus stores ln(1+e^x) of each logit in dst, as max(x, 0) + log1p(e^-|x|).
//
// Shapes, errors and memory: as [Sigmoid]. Special values: 0 at -Inf, +Inf at +Inf.
func Softplus[T Float](dst Matrix[T], logits Logits[T]) error {
	return eachElement("Softplus", dst, Matrix[T](logits), func(x float64) float64 {
		l, _ := kern.Softplus(x)
		return l
	})
}

func eachElement[T Float](fn string, dst, x Matrix[T], f func(x float64) float64) error {
	if err := x.check(fn, "logits"); err != nil {
		return err
	}
	if err := dst.checkLike(fn, "dst", x.Rows, x.Cols, "logits"); err != nil {
		return err
	}
	if err := checkOverlap(fn, dst, x, "logits"); err != nil {
		return err
	}
	for i := range x.Rows {
		d := dst.Row(i)
		for j, v := range x.Row(i) {
			d[j] = T(f(float64(v)))
		}
	}
	return nil
}
