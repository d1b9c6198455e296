package lab

import (
	"math"

	"xent"
	"xent/info"
)

// The classes of E1, and the steepest logits that its sliders reach; presets and number boxes go further.
const (
	MinClasses     = 2
	MaxClasses     = 10
	LogitSliderMax = 12
)

// oneRow are the options of every loss here: the usual ones, on this goroutine.
var oneRow = &xent.Options{Workers: 1}

// CrossEntropyParams is the state of explorer E1: one row of logits and its target.
type CrossEntropyParams struct {
	Logits []float64 // 2 to 10 classes; -Inf excludes a class
	Label  int       // the true class
	Target []float64 `lab:"optional"` // a soft target instead of Label: one probability per class
	Unit   Unit
}

// CrossEntropyView is what E1 shows. Information is in the unit asked for.
type CrossEntropyView struct {
	Target    []float64 // t: one-hot unless a soft target was given
	Probs     []float64 // p = softmax(z)
	LogProbs  []float64 // log p
	Surprisal []float64 // -log p
	Terms     []float64 // -t·log p, which sum to Loss
	Gradient  []float64 // dL/dz = p - t, of the loss in nats whatever the unit

	Loss          float64 // H(t, p)
	TargetEntropy float64 // H(t), 0 for a one-hot target
	KL            float64 // D(t‖p) = Loss - TargetEntropy
	Perplexity    float64 // e to the loss in nats
	LogSumExp     float64 // log Σ e^z, in nats

	Text    CrossEntropyText
	Formula CrossEntropyFormula
	Code    CrossEntropyCode
}

// CrossEntropyText holds the figures of a [CrossEntropyView] as they are printed: four decimals,
// or significant digits where four decimals would show nothing.
type CrossEntropyText struct {
	Probs, Surprisal, Terms, Gradient                []string
	Loss, TargetEntropy, KL, Perplexity, UniformLoss string // UniformLoss is log K
}

// CrossEntropyFormula is the substituted line of the live formula,
//
//	L = Weight·(-log Prob) + ... = Result
//
// with digits chosen so that a calculator, given the printed inputs, prints Result.
type CrossEntropyFormula struct {
	Terms  []FormulaTerm // one per class, in order
	Result string
	Log    string // "ln" or "log2"
}

// FormulaTerm is the term of one class in a formula.
type FormulaTerm struct {
	Weight string // t as printed, "1" for the true class of a one-hot target
	Prob   string // p as printed
	Cost   string // -t·log p as printed
	Zero   bool   // t is 0: the term vanishes, whatever p is
}

// CrossEntropyCode holds the literals of the code tabs: reading them gives the very numbers of the view.
type CrossEntropyCode struct {
	Logits, Target []string // shortest decimal text
	Loss           string   // in the unit asked for, six decimals
	Nats           string   // in nats, six decimals
	Gradient       []string // six decimals
}

// CrossEntropy evaluates one row of logits against its target.
//
//	L = -Σ t·log p        p = softmax(z)
//
// Special values: a class at -Inf has probability 0; mass of the target on it costs ∞, no mass costs 0.
// Errors: [ParamError] for a wrong number of classes, a NaN or +Inf logit, a label outside the classes,
// a target that is no distribution.
func CrossEntropy(params CrossEntropyParams) (CrossEntropyView, error) {
	c := checker{fn: "CrossEntropy"}
	classes := len(params.Logits)
	c.unit(params.Unit)
	c.length("logits", classes, MinClasses, MaxClasses)
	c.logits("logits", params.Logits)
	target := params.Target
	if len(target) == 0 {
		c.integer("label", params.Label, 0, classes-1)
		target = oneHot(classes, params.Label)
	} else {
		c.length("target", len(target), classes, classes)
		c.distribution("target", target)
	}
	if !c.ok() {
		return CrossEntropyView{}, c.result()
	}

	unit := params.Unit
	row := xent.RowMoments(params.Logits)
	v := CrossEntropyView{
		Target:    target,
		Probs:     make([]float64, classes),
		LogProbs:  make([]float64, classes),
		Surprisal: make([]float64, classes),
		Terms:     make([]float64, classes),
		Gradient:  make([]float64, classes),
		LogSumExp: row.LogSumExp(),
	}
	logProbs := make([]float64, classes)
	for i, z := range params.Logits {
		logProbs[i] = row.LogProb(z)
		v.Probs[i] = row.Prob(z)
		v.LogProbs[i] = unit.of(info.Nats(logProbs[i]))
		v.Surprisal[i] = 0 - v.LogProbs[i]
		if target[i] > 0 {
			v.Terms[i] = target[i] * v.Surprisal[i]
		}
	}
	result, err := xent.SoftCrossEntropyGrad(xent.MatrixOf(v.Gradient, classes),
		xent.LogitsOf(params.Logits, classes), xent.ProbsOf(target, classes), oneRow)
	if err != nil {
		return CrossEntropyView{}, err
	}
	loss, entropy := result.Mean(), info.Entropy(target)
	v.Loss = unit.of(loss)
	v.TargetEntropy = unit.of(entropy)
	v.KL = unit.of(max(loss-entropy, 0))
	v.Perplexity = loss.Perplexity()

	v.Text = CrossEntropyText{
		Probs:         probTexts(logProbs),
		Surprisal:     mapTexts(v.Surprisal, figure),
		Terms:         mapTexts(v.Terms, figure),
		Gradient:      mapTexts(v.Gradient, figure),
		Loss:          figure(v.Loss),
		TargetEntropy: figure(v.TargetEntropy),
		KL:            figure(v.KL),
		Perplexity:    perplexityText(loss),
		UniformLoss:   figure(unit.of(info.Surprisal(1 / float64(classes)))),
	}
	v.Formula = crossEntropyFormula(v, logProbs, unit)
	v.Code = CrossEntropyCode{
		Logits:   mapTexts(params.Logits, Shortest),
		Target:   mapTexts(target, Shortest),
		Loss:     Fixed(v.Loss, 6),
		Nats:     Fixed(float64(loss), 6),
		Gradient: fixedAll(v.Gradient, 6),
	}
	return v, nil
}

// SolveLogitParams asks for the logit that gives class Class the probability Prob.
type SolveLogitParams struct {
	Logits      []float64
	Class       int
	Prob        float64
	Min, Max    float64 // the range of the answer
	Step        float64 // the answer is a multiple of this; 0 means any number
	Temperature float64 `lab:"optional"` // T, which divides the logits; 0 means 1
}

// SolveLogitView is the answer of [SolveLogit].
type SolveLogitView struct {
	Logit   float64
	Logits  []float64 // the row with the answer in place
	Clamped bool      // the wanted probability lies outside what Min and Max reach
}

// SolveLogit finds the logit of one class for a wanted probability, the other logits fixed:
//
//	z[i] = T·(log Σ e^(z[j≠i]/T) + log(p/(1-p)))
//
// Special values: p = 0 and p = 1 give Min and Max. If all other classes are excluded the probability
// is 1 whatever the logit is, so the logit stays.
// Errors: [ParamError].
//
//lab:everywhere
func SolveLogit(params SolveLogitParams) (SolveLogitView, error) {
	c := checker{fn: "SolveLogit"}
	classes := len(params.Logits)
	c.length("logits", classes, MinClasses, MaxClasses)
	c.logits("logits", params.Logits)
	c.integer("class", params.Class, 0, classes-1)
	c.inRange("prob", params.Prob, 0, 1)
	c.inRange("min", params.Min, -math.MaxFloat64, params.Max)
	c.inRange("max", params.Max, params.Min, math.MaxFloat64)
	c.inRange("step", params.Step, 0, math.MaxFloat64)
	temperature := 1.0
	if params.Temperature != 0 {
		temperature = params.Temperature
		c.inRange("temperature", temperature, MinTemperature, MaxTemperature)
	}
	if !c.ok() {
		return SolveLogitView{}, c.result()
	}

	others := append([]float64(nil), params.Logits[:params.Class]...)
	others = append(others, params.Logits[params.Class+1:]...)
	logits := append([]float64(nil), params.Logits...)
	if allExcluded(others) {
		return SolveLogitView{Logit: logits[params.Class], Logits: logits, Clamped: true}, nil
	}
	// The largest of the others has log p = max/T - log Σ e^(z/T) among them.
	top := maxOf(others)
	sum := -maxOf(tempered(others, temperature).logs)
	want := top + temperature*(sum+logProb(params.Prob)-math.Log1p(-params.Prob))
	z := min(max(want, params.Min), params.Max)
	if params.Step > 0 {
		z = roundTo(z, params.Step)
	}
	logits[params.Class] = z
	return SolveLogitView{Logit: z, Logits: logits, Clamped: want < params.Min || want > params.Max}, nil
}

// oneHot returns a distribution that is certain of one class; an index outside gives zeros.
func oneHot(classes, label int) []float64 {
	t := make([]float64, max(classes, 0))
	if 0 <= label && label < classes {
		t[label] = 1
	}
	return t
}

// roundTo returns the multiple of step next to x, free of the binary dust of multiplying.
func roundTo(x, step float64) float64 {
	n := math.Round(x / step)
	if inverse := 1 / step; inverse == math.Round(inverse) {
		return n / inverse
	}
	return n * step
}

// figure prints a number of a table: four decimals, or four significant digits where four
// decimals would hide it.
func figure(x float64) string {
	if a := math.Abs(x); a != 0 && (a < 1e-3 || a >= 1e6) {
		return Significant(x, 4)
	}
	return Fixed(x, 4)
}
