package lab

import (
	"math"

	"xent/info"
)

// SoftmaxParams is the state of explorer E3: one row of logits, its true class, and a temperature.
type SoftmaxParams struct {
	Logits      []float64 // 2 to 10 classes; -Inf excludes a class
	Label       int       // the true class
	Temperature float64   // T, which divides the logits
	Unit        Unit
}

// SoftmaxView is what E3 shows. Information is in the unit asked for.
type SoftmaxView struct {
	Probs    []float64 // p = softmax(z/T)
	Gradient []float64 // dL/dz = (p - y)/T, of the loss in nats whatever the unit

	Loss    float64 // L = -log p of the true class
	Entropy float64 // H(p)
	Ceiling float64 // what H(p) approaches as T grows: the log of the number of classes not excluded
	Choices float64 // e to the entropy in nats: as uncertain as so many equal choices

	Text    SoftmaxText
	Formula SoftmaxFormula
	Code    SoftmaxCode
}

// SoftmaxText holds the figures of a [SoftmaxView] as they are printed.
type SoftmaxText struct {
	Probs, Gradient                 []string
	Loss, Entropy, Ceiling, Choices string
}

// SoftmaxFormula holds the substituted lines of the live formulas: of the true class c, with m = max z,
//
//	p[c]    = e^((z[c]-m)/T) / Σ e^((z-m)/T)
//	dL/dz[c] = (p[c] - 1)/T
//	L       = -log p[c]
//	0       = Σ dL/dz
//
// with digits chosen so that a calculator, given the printed inputs, prints the printed results.
type SoftmaxFormula struct {
	Gaps        []string // z - m, "-∞" for an excluded class
	Temperature string
	Prob        string   // p of the true class
	Gradient    string   // its gradient
	Log         string   // "ln" or "log2"
	Slopes      []string // all gradients, with as many decimals as it takes to add up to 0
	Balanced    bool     // the printed Slopes add up to 0 exactly; else only but for their rounding
}

// SoftmaxCode holds the literals of the code tabs.
type SoftmaxCode struct {
	Logits, Gradient []string // the logits as their shortest text, the gradient with six decimals
	Loss             string   // in nats, six decimals
}

// Softmax evaluates one row of logits at a temperature.
//
//	p = softmax(z/T)    L = -log p[c]    dL/dz = (p - y)/T    y = onehot(c)
//
// Every figure follows from the gaps (z - max z)/T, so it is right for logits of any size.
// Special values: a class at -Inf has probability 0 at every temperature; if it is the true one L is ∞.
// Errors: [ParamError] for a wrong number of classes, a NaN or +Inf logit, a label outside the classes,
// a temperature outside MinTemperature … MaxTemperature.
func Softmax(params SoftmaxParams) (SoftmaxView, error) {
	c := checker{fn: "Softmax"}
	c.unit(params.Unit)
	c.tempered(params.Logits, params.Temperature)
	c.integer("label", params.Label, 0, len(params.Logits)-1)
	if !c.ok() {
		return SoftmaxView{}, c.result()
	}

	unit := params.Unit
	row := tempered(params.Logits, params.Temperature)
	v := SoftmaxView{Probs: row.probs, Gradient: make([]float64, len(row.probs))}
	loss := row.slopes(v.Gradient, oneHot(len(row.probs), params.Label), params.Temperature)
	v.Loss = unit.of(loss)
	v.Entropy = unit.of(row.entropy)
	v.Ceiling = unit.of(row.ceiling)
	v.Choices = row.entropy.Perplexity()

	v.Text.Probs = row.texts()
	v.Text.Gradient = mapTexts(v.Gradient, figure)
	v.Text.Loss = figure(v.Loss)
	v.Text.Entropy = figure(v.Entropy)
	v.Text.Ceiling = figure(v.Ceiling)
	v.Text.Choices = Fixed(v.Choices, 2)
	softmaxFormula(&v, row.logs[params.Label], params)
	v.Code.Logits = mapTexts(params.Logits, Shortest)
	v.Code.Gradient = fixedAll(v.Gradient, 6)
	v.Code.Loss = Fixed(float64(loss), 6)
	return v, nil
}

// slopes stores the gradient (q - t)/T of the loss of a row under a target t, and returns the loss, -Σ t·log q.
// It is what [xent.SoftCrossEntropyGrad] does, whose kernels a page with one row does not need.
func (r *temperedRow) slopes(gradient, target []float64, temperature float64) info.Nats {
	loss := info.Nats(0)
	for i, t := range target {
		gradient[i] = (r.probs[i] - t) / temperature
		if t == 1 {
			gradient[i] = math.Expm1(r.logs[i]) / temperature // with all digits of a sure row
		}
		loss += weighted(t, r.logs[i])
	}
	return loss
}

// softmaxFormula chooses how many digits of the probability are printed: the least number, from four,
// with which the printed inputs give the printed loss and gradient.
func softmaxFormula(v *SoftmaxView, logp float64, params SoftmaxParams) {
	f := &v.Formula
	f.Temperature = Shortest(params.Temperature)
	f.Gradient = figure(v.Gradient[params.Label])
	f.Log = params.Unit.logName()
	top := maxOf(params.Logits)
	f.Gaps = mapTexts(params.Logits, func(z float64) string {
		gap := z - top
		if near := math.Round(gap*1e9) / 1e9; math.Abs(gap-near) < 1e-12*(1+math.Abs(z)) {
			gap = near // without the dust of the subtraction
		}
		return Shortest(gap)
	})
	for digits := 4; digits <= maxDigits; digits++ {
		var printed float64
		f.Prob, printed = probText(logp, digits)
		if figure(math.Expm1(printed)/params.Temperature) == f.Gradient && figure(params.Unit.of(info.Nats(0-printed))) == v.Text.Loss {
			break
		}
	}
	f.Slopes, f.Balanced = balanced(v.Gradient)
}

// balanced prints terms that sum to 0 with the least number of decimals, from four, with which the
// printed ones do too; with four, and false, if there is none.
func balanced(terms []float64) ([]string, bool) {
	for decimals := 4; decimals <= 13; decimals++ {
		sum := 0.0
		for _, x := range terms {
			sum += ticks(x, decimals)
		}
		if sum == 0 {
			return fixedAll(terms, decimals), true
		}
	}
	return fixedAll(terms, 4), false
}
