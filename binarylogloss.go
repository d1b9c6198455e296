package xent

// BinaryLogLoss is [BinaryCrossEntropy] from probabilities, for a model of which the logits are gone:
//
//	loss = -t·ln p - (1-t)·ln(1-p)      in nats
//
// Nothing is clipped. From logits take BinaryCrossEntropy, which keeps the digits that a sigmoid near 1 rounds
// away.
//
// Of the options all apply but Temperature. Each element is an observation of its own: the rows of probs need not
// sum to one.
//
// Shapes: probs and target are [rows, columns]. Targets outside [0, 1] follow the formula.
// Special values: an impossible target costs +Inf; 0·Inf = 0. A probability that is NaN or outside [0, 1] is an
// error; elements that are ignored or have weight 0 are not looked at.
// Errors: *ShapeError, *ProbError, *OptionError, *EmptyError.
// Memory: none is allocated when BinaryOptions.Workers is 1.
// Source: Good 1952.
func BinaryLogLoss[T Float](probs Probs[T], target Matrix[T], opt *BinaryOptions) (Result, error) {
	return binaryLogLoss("BinaryLogLoss", Matrix[T]{}, nil, probs, target, opt)
}

// BinaryLogLossGrad stores the gradient of [BinaryLogLoss] with respect to probs in grad and returns the same
// Result. For the usual loss, with W as in [BinaryCrossEntropyGrad],
//
//	grad[i][c] = ((1-t)/(1-p) - t/p) / W
//
// Shapes: grad is [rows, columns] and may be the same view as probs or target.
// Special values: ∓Inf where the target is impossible.
// Errors: as BinaryLogLoss; grad is then untouched.
// Memory: none is allocated when BinaryOptions.Workers is 1.
func BinaryLogLossGrad[T Float](grad Matrix[T], probs Probs[T], target Matrix[T], opt *BinaryOptions) (Result, error) {
	const fn = "BinaryLogLossGrad"
	if err := checkGrad(fn, grad, Matrix[T](probs)); err != nil {
		return Result{}, err
	}
	return binaryLogLoss(fn, grad, nil, probs, target, opt)
}

// BinaryLogLossRows stores the loss of each row in loss, as [BinaryCrossEntropyRows] does, and returns the same
// Result as [BinaryLogLoss].
//
// Shapes: loss is [rows].
// Errors: as BinaryLogLoss; loss is then untouched.
func BinaryLogLossRows[T Float](loss []T, probs Probs[T], target Matrix[T], opt *BinaryOptions) (Result, error) {
	const fn = "BinaryLogLossRows"
	if err := checkRows(fn, len(loss), probs.Rows); err != nil {
		return Result{}, err
	}
	return binaryLogLoss(fn, Matrix[T]{}, loss, probs, target, opt)
}

func binaryLogLoss[T Float](fn string, grad Matrix[T], loss []T, probs Probs[T], target Matrix[T], opt *BinaryOptions) (Result, error) {
	if opt != nil && opt.Temperature != 0 {
		return Result{}, &OptionError{fn, "Temperature", float(opt.Temperature), "0: probabilities are past the sigmoid"}
	}
	return binaryLoss(fn, binaryJob[T]{grad: grad, loss: loss, x: Matrix[T](probs), target: target, given: true}, opt)
}

// checkForecast returns a *ProbError for the first element that counts and is no probability.
func (j *binaryJob[T]) checkForecast(fn string, workers int) error {
	c := binaryCheck[T]{*j}
	if runBatch(c, j.x.Rows, workers, Result{}).NonFinite == 0 {
		return nil
	}
	for i := range j.x.Rows {
		if col := c.defect(i); col >= 0 {
			return &ProbError{fn, i, col, float64(j.x.Row(i)[col]), "0 ≤ probability ≤ 1"}
		}
	}
	return nil
}

// binaryCheck counts the rows with elements that are no probabilities.
type binaryCheck[T Float] struct{ binaryJob[T] }

func (c binaryCheck[T]) run(lo, hi int) (part Result) {
	for i := lo; i < hi; i++ {
		if c.defect(i) >= 0 {
			part.NonFinite++
		}
	}
	return part
}

// defect returns the first column of row i that counts and holds no probability, else -1.
func (c *binaryCheck[T]) defect(i int) int {
	t := c.target.Row(i)
	for col, p := range c.x.Row(i) {
		if !(p >= 0 && p <= 1) && !c.ignores(t[col]) && c.weight(i, col) != 0 {
			return col
		}
	}
	return -1
}
