package xent

import (
	"math"
	"strconv"
)

// Options configure the softmax losses. Nil and the zero value are the usual loss. All fields
// combine, except that soft targets have no IgnoreIndex.
//
// Row i with logits x, K classes and target t (one-hot for a label) costs
//
//	z = SoftCap·tanh(x/SoftCap) / Temperature      p = softmax(z)
//	a[j] = Weights[j]·((1-Smoothing)·t[j] + Smoothing/K)
//	loss = Σ a[j]·φ(p[j]) + v·ZPenalty·(ln Σ e^z)²
//	φ(p) = (1-p)^Focus · ( (1-p^Robustness)/Robustness + Poly·(1-p) )
//
// where v is Weights[label] for labels and 1 for soft targets, and (1-p^0)/0 is its limit, -ln p:
// so φ(p) is -ln p unless one of its three fields is set. RowWeights[i] multiplies all of it.
type Options struct {
	// Weights are the classes' weights; nil means 1. Negative ones are allowed.
	Weights []float64

	// RowWeights are the rows' weights; nil means 1. They multiply what a row adds to the denominators Usual
	// of labels and Weights. A row of weight 0 costs 0 and gets a gradient of exactly 0, whatever it holds: so
	// a mask is a weight. What flows back into the losses of XRows is one too, with Reduction Sum.
	RowWeights []float64

	// IgnoreIndex is the label of rows that do not count: they cost 0 and get a gradient of
	// exactly 0, whatever their logits hold. Nil ignores nothing; new(-100) is PyTorch's default.
	// To exclude a class from the softmax instead, set its logits to -Inf.
	IgnoreIndex *int

	// Smoothing (ε) spreads this share of the target evenly over all classes; in [0, 1].
	// Source: Szegedy et al. 2016, section 7.
	Smoothing float64

	// Focus (γ) makes confident classes count less; 0 for cross-entropy, 2 is common.
	// Source: Lin et al. 2017, focal loss.
	Focus float64

	// Poly (ε₁) is added to the first coefficient of the loss as a polynomial in 1-p, which is 1
	// for cross-entropy; from -1 on, the loss is not negative. Symmetric cross-entropy, α·CE plus β
	// times the reverse one with ln 0 = A, is α times the loss with a Poly of -A·β/α, for labels.
	// Source: Leng et al. 2022, PolyLoss; Wang et al. 2019, symmetric cross-entropy.
	Poly float64

	// Robustness (q) bounds what a wrong label can cost by 1/q, in [0, 1]: 0 for cross-entropy, 1
	// for the mean absolute error 1-p, 0.7 is common.
	// Source: Zhang and Sabuncu 2018, generalised cross-entropy.
	Robustness float64

	// Temperature (T) divides the logits; 0 means 1. The gradient is that of the given logits.
	// Distillation multiplies its loss by T² to keep the size of the gradient; this does not.
	Temperature float64

	// ZPenalty (ζ) pulls ln Σ e^z towards 0; PaLM used 1e-4.
	ZPenalty float64

	// SoftCap bounds the logits smoothly to (-SoftCap, SoftCap), before the temperature; 0 means
	// no bound. Gemma 2 used 30. A logit at -Inf stays an excluded class.
	SoftCap float64

	// TopK (k) counts in Result.InTop the labels among the k largest logits; 0 means 1. It changes no loss.
	TopK int

	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // what Mean divides by
	Empty       EmptyPolicy // what to do when Mean would divide by 0

	// Workers is how many goroutines share the rows: 0 means GOMAXPROCS (one when the batch is
	// small), 1 the calling goroutine. It never changes a bit of the result.
	Workers int
}

// BinaryOptions configure the sigmoid losses. Nil and the zero value are the usual loss. All fields
// combine. Each element, with logit x and target t in [0, 1], is an observation of its own:
//
//	z = x/Temperature   p = σ(z)   t' = (1-Smoothing)·t + Smoothing/2   c = column
//	loss = w·( PosWeight[c]·Balance·t'·(1-p)^Focus·(-ln p)
//	         + (1-Balance)·(1-t')·m^NegativeFocus·(-ln(1-m)) )     m = max(p-Margin, 0)
//
// where w = Weights[c]·Elements[row, c], and without a Balance neither term is balanced.
type BinaryOptions struct {
	// Weights are the columns' weights, one for each or one for all; nil means 1.
	Weights []float64

	// Elements are weights of single elements; the zero Matrix means 1. An element of weight 0
	// costs 0 and gets a gradient of exactly 0 whatever it holds: so a mask is a weight.
	Elements Matrix[float64]

	// PosWeight weighs the positive term of each column, one for each or one for all; nil means 1.
	// A value of negatives/positives balances a rare class.
	PosWeight []float64

	// Ignore is the target of elements that do not count, such as -1 for unknown labels in a
	// multi-label batch; NaN matches NaN. Nil ignores nothing.
	Ignore *float64

	// Smoothing (ε) moves targets towards ½; in [0, 1].
	Smoothing float64

	// Focus (γ) makes confident elements count less; 2 is common.
	// Source: Lin et al. 2017, focal loss.
	Focus float64

	// NegativeFocus (γ₋) is the focus of the negative term; nil means Focus. The asymmetric loss
	// for labels that are mostly absent uses 4, with a Focus of 0 or 1 and a Margin.
	// Source: Ridnik et al. 2021, asymmetric loss.
	NegativeFocus *float64

	// Margin (m) is the probability up to which a negative costs nothing, in [0, 1]; 0.05 is
	// common. An element at the margin has slope 0.
	Margin float64

	// Balance (α) multiplies the positive term by α and the negative one by 1-α; in [0, 1].
	// The focal loss paper used 0.25. Nil leaves both alone.
	Balance *float64

	Temperature float64     // divides the logits; 0 means 1
	Reduction   Reduction   // what the gradient is the gradient of
	Denominator Denominator // what Mean divides by
	Empty       EmptyPolicy // what to do when Mean would divide by 0
	Workers     int         // see [Options.Workers]
}

// Reduction says which figure of a batch the gradient belongs to. The value of a loss is always
// both: see [Result.Mean] and [Result.Sum].
type Reduction uint8

const (
	Mean Reduction = iota // the gradient is divided by Result.Weight
	Sum                   // the gradient is not divided
)

// Denominator says what the mean loss divides by. Systems differ, and training curves with them:
// here it is an explicit choice, and Result.Weight shows the figure.
//
//	              labels                soft targets       binary
//	Usual         Σ r·Weights[label]    counted rows       counted elements
//	Weights       Σ r·Weights[label]    Σ r·Weights[j]·t[j]  Σ w
//	Count         counted rows          counted rows       counted elements
//	Rows          all rows              all rows           all elements
//	Fixed(n)      n                     n                  n
//
// Usual is what PyTorch does. With Weights, a label and its one-hot soft target agree; Count is
// what Keras does; Rows includes ignored rows; Fixed(n) suits a batch given in pieces of which
// only the total is known. Counted means: not ignored; r is the row's weight.
type Denominator float64

// The denominators that are not numbers.
const (
	Usual   Denominator = 0
	Weights Denominator = -1
	Count   Denominator = -2
	Rows    Denominator = -3
)

// Fixed returns the Denominator n, which must be above 0.
func Fixed(n float64) Denominator {
	if !(n > 0) {
		return Denominator(math.NaN()) // refused by whoever gets it
	}
	return Denominator(n)
}

// EmptyPolicy says what the mean of nothing is: of a batch without rows, with all rows ignored, or
// with weights that sum to 0. It concerns Reduction Mean; a sum of nothing is 0.
type EmptyPolicy uint8

const (
	EmptyFails EmptyPolicy = iota // an *EmptyError
	EmptyZero                     // the mean is 0, and so is the gradient
	EmptyNaN                      // the mean is NaN, and so is the gradient of counted rows, as in PyTorch
)

// check returns an *OptionError for the first option that is out of range.
func (o *Options) check(fn string, rows, classes int) error {
	for _, f := range []struct {
		name   string
		v, max float64
	}{
		{"Smoothing", o.Smoothing, 1},
		{"Focus", o.Focus, math.MaxFloat64},
		{"Temperature", o.Temperature, math.MaxFloat64},
		{"ZPenalty", o.ZPenalty, math.MaxFloat64},
		{"SoftCap", o.SoftCap, math.MaxFloat64},
		{"Robustness", o.Robustness, 1},
	} {
		if err := inRange(fn, f.name, f.v, f.max); err != nil {
			return err
		}
	}
	if o.Poly-o.Poly != 0 {
		return &OptionError{Func: fn, Option: "Poly", Got: float(o.Poly), Want: "a finite number"}
	}
	if err := weights(fn, "Weights", o.Weights, classes, false); err != nil {
		return err
	}
	if err := rowWeights(fn, o.RowWeights, rows); err != nil {
		return err
	}
	if o.TopK < 0 {
		return &OptionError{Func: fn, Option: "TopK", Got: strconv.Itoa(o.TopK), Want: "0 or more"}
	}
	return enums(fn, o.Reduction, o.Denominator, o.Empty, o.Workers)
}

func (o *BinaryOptions) check(fn string, columns int) error {
	for _, f := range []struct {
		name   string
		v, max float64
	}{
		{"Smoothing", o.Smoothing, 1},
		{"Focus", o.Focus, math.MaxFloat64},
		{"Temperature", o.Temperature, math.MaxFloat64},
		{"Margin", o.Margin, 1},
	} {
		if err := inRange(fn, f.name, f.v, f.max); err != nil {
			return err
		}
	}
	if o.NegativeFocus != nil {
		if err := inRange(fn, "NegativeFocus", *o.NegativeFocus, math.MaxFloat64); err != nil {
			return err
		}
	}
	if o.Balance != nil {
		if err := inRange(fn, "Balance", *o.Balance, 1); err != nil {
			return err
		}
	}
	if err := weights(fn, "Weights", o.Weights, columns, true); err != nil {
		return err
	}
	if err := weights(fn, "PosWeight", o.PosWeight, columns, true); err != nil {
		return err
	}
	return enums(fn, o.Reduction, o.Denominator, o.Empty, o.Workers)
}

func inRange(fn, name string, v, max float64) error {
	if v >= 0 && v <= max {
		return nil
	}
	want := "a finite value ≥ 0"
	if max == 1 {
		want = "0 ≤ " + name + " ≤ 1"
	}
	return &OptionError{Func: fn, Option: name, Got: float(v), Want: want}
}

// rowWeights checks one finite weight for each row.
func rowWeights(fn string, w []float64, rows int) error {
	if w == nil {
		return nil
	}
	if len(w) != rows {
		return &OptionError{Func: fn, Option: "RowWeights", Got: count(len(w), "weight"), Want: strconv.Itoa(rows) + " (one for each row)"}
	}
	return finiteWeights(fn, "RowWeights", w)
}

// weights checks one weight for each column, or with one one for all.
func weights(fn, name string, w []float64, columns int, one bool) error {
	if w == nil {
		return nil
	}
	if len(w) != columns && !(one && len(w) == 1) {
		return &OptionError{Func: fn, Option: name, Got: count(len(w), "weight"), Want: strconv.Itoa(columns) + " (one for each column of logits)"}
	}
	return finiteWeights(fn, name, w)
}

func finiteWeights(fn, name string, w []float64) error {
	for i, v := range w {
		if v-v != 0 {
			return &OptionError{Func: fn, Option: name + "[" + strconv.Itoa(i) + "]", Got: float(v), Want: "a finite weight"}
		}
	}
	return nil
}

func enums(fn string, r Reduction, d Denominator, e EmptyPolicy, workers int) error {
	switch {
	case r > Sum:
		return &OptionError{Func: fn, Option: "Reduction", Got: strconv.Itoa(int(r)), Want: "Mean or Sum"}
	case !(d > 0 && d <= math.MaxFloat64 || d == Usual || d == Weights || d == Count || d == Rows):
		return &OptionError{Func: fn, Option: "Denominator", Got: float(float64(d)), Want: "Usual, Weights, Count, Rows, or Fixed(n) with n > 0"}
	case e > EmptyNaN:
		return &OptionError{Func: fn, Option: "Empty", Got: strconv.Itoa(int(e)), Want: "EmptyFails, EmptyZero or EmptyNaN"}
	case workers < 0:
		return &OptionError{Func: fn, Option: "Workers", Got: strconv.Itoa(workers), Want: "0 (all processors) or more"}
	}
	return nil
}

func float(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

func itoa(n int) string { return strconv.Itoa(n) }
