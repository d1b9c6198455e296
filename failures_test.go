package xent_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"xent"
	"xent/doctor"
	"xent/eval"
	"xent/info"
)

// What goes wrong for users of losses, by the threads in which they reported it, and what becomes of it here: it
// cannot be written, is an error, is counted, is found, or has the right answer.
var failures = []struct {
	name    string
	threads string
	test    func(t *testing.T)
}{
	{"softmax applied before a loss of logits", "lightning-bolts#654, SciCo#2, tflearn#562", softmaxTwice},
	{"a forgotten sigmoid, hidden by clipping", "keras#4744, keras#9664, tensorflow#118313", forgottenSigmoid},
	{"NaN when every target is ignored", "pytorch#70348, pytorch#75181, pytorch#116349", everythingIgnored},
	{"label smoothing, class weights and ignored rows together", "pytorch#69339, pytorch#91383, pytorch#73205", smoothedWeightedIgnored},
	{"another weighted mean for labels than for soft targets", "pytorch#54843, pytorch#2180", labelsAndTargets},
	{"the mean of a divergence that is no mean divergence", "pytorch#2259, deit#61", meanDivergence},
	{"a negative divergence", "pytorch#60928, keras#13747, lightly#1194", negativeDivergence},
	{"NaN from 0·ln 0 and from excluded classes", "optax#896, optax#1762, pytorch#89558", zeroTimesInfinity},
	{"NaN from binary logits at ±Inf", "pytorch#49844, pytorch#102894, pytorch#135359", infiniteBinaryLogits},
	{"labels outside the range", "pytorch#1204, tensorflow#8484, Pytorch-UNet#375", labelsOutside},
	{"accumulated gradients that average means", "transformers#35203, transformers#38448, OpenNMT-py#2209", averagedMeans},
	{"the mean over tokens taken for that over sequences", "verl#593, trl#3138, trl#4988", tokensAndSequences},
	{"perplexity over windows that overlap or leave out", "transformers#34138, transformers#30975, lm-eval#369", windows},
	{"perplexities of different tokenizers compared", "llama.cpp#7111", tokenizers},
	{"perplexity that overflows", "fairseq#1833, inspect_ai#5029", perplexityOverflow},
	{"a loss quantised by half precision", "optax#1020, flax#677, modalities#464", halfPrecision},
	{"logits that fill the memory", "pytorch#124480, trl#6858, Automodel#3907", logitsInMemory},
	{"wrong answers beyond 2³² elements", "pytorch#111484", hugeBatches},
	{"a gradient written over what is still needed", "Liger-Kernel#678, Liger-Kernel#968", overwrittenInputs},
	{"dimensions in another order", "pytorch#5554, pytorch#3947", dimensions},
	{"labels shifted twice or not at all", "transformers#35066, transformers#47394", shiftedLabels},
	{"an ignored class that stays in the softmax", "pytorch#63004", ignoredAndExcluded},
	{"a log-loss that clips, sorts and rescales", "scikit-learn#24315, scikit-learn#30910, scikit-learn#18523", clippedLogLoss},
	{"a focal gradient of NaN, a distillation without T²", "kornia#918, distiller#122, keras-io#869, labml#66", focalAndDistillation},
	{"a confidence of 1 outside all bins, an infinite CTC", "torchmetrics#3510, pytorch#14335, captcha_break#29", binsAndCTC},
}

func TestFailures(t *testing.T) {
	if len(failures) != 25 {
		t.Errorf("%d failures, want the 25", len(failures))
	}
	for _, f := range failures {
		t.Run(f.name, f.test)
	}
}

// wants fails unless err is of type E and has the words in it.
func wants[E error](t *testing.T, err error, words ...string) (e E) {
	t.Helper()
	if !errors.As(err, &e) {
		t.Fatalf("error %v of type %T, want %T", err, err, e)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
	return e
}

// must fails the test on an error.
func must[R any](t *testing.T) func(r R, err error) R {
	return func(r R, err error) R {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}

var result = must[xent.Result]

// found runs the doctor on rows and returns the finding with the id.
func found(t *testing.T, id string, cfg eval.Config, scores []float64, labels []int64) *doctor.Finding {
	t.Helper()
	s, err := doctor.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := doctor.Add(s, eval.Block[float64]{Scores: xent.MatrixOf(scores, cfg.Classes), Labels: labels}); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, f := range doctor.Run(doctor.Case{Sample: s}) {
		if f.ID == id {
			return f
		}
		ids = append(ids, f.ID)
	}
	t.Fatalf("found %v, not %s", ids, id)
	return nil
}

// Probabilities are a type that losses of logits do not take; of a file or a log, the doctor says it, with the
// floor that such a loss has.
func softmaxTwice(t *testing.T) {
	const program = `package snippet
import "xent"
func loss(x []float32, labels []int) (xent.Result, error) {
	p := xent.ProbsOf(make([]float32, len(x)), 10)
	if err := xent.Softmax(p, xent.LogitsOf(x, 10), nil); err != nil {
		return xent.Result{}, err
	}
	return %s
}`
	for _, tt := range []struct{ call, want string }{
		{"xent.CrossEntropy(xent.LogitsOf(x, 10), labels, nil)", ""},
		{"xent.CrossEntropy(p, labels, nil)", "type xent.Probs[float32] of p does not match"},
		{"xent.SoftCrossEntropy(p, p, nil)", "type xent.Probs[float32] of p does not match"},
		{"xent.BinaryCrossEntropy(p, xent.Matrix[float32](p), nil)", "type xent.Probs[float32] of p does not match"},
		{"xent.Distill(p, xent.TeacherOf(x, 10), labels, nil)", "type xent.Probs[float32] of p does not match"},
	} {
		switch err := typeCheck(t, fmt.Sprintf(program, tt.call)); {
		case tt.want == "" && err != nil:
			t.Errorf("%s does not compile: %v", tt.call, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: %v, want %s", tt.call, err, tt.want)
		}
	}
	for classes, floor := range map[int]float64{2: .313, 3: .551, 10: 1.461, 1000: 5.909} {
		p := make([]float64, classes)
		p[0] = 1
		r := result(t)(xent.CrossEntropy(xent.LogitsOf(p, classes), []int{0}, nil)) // probabilities in the disguise of logits
		near(t, float64(r.Mean()), floor, 1e-3)
	}
	log := doctor.Log{Classes: 10, Loss: 1.49, Accuracy: .97}
	if f := doctor.Run(doctor.Case{Log: &log}); len(f) == 0 || f[0].ID != "double-softmax" {
		t.Errorf("the doctor says %v", f)
	}
}

// A binary loss takes logits and nothing else; nothing is clipped, so what is wrong costs what it costs, and
// infinite rows are counted.
func forgottenSigmoid(t *testing.T) {
	x := []float64{-40, 800, math.Inf(-1)}
	loss := make([]float64, 3)
	r := result(t)(xent.BinaryCrossEntropyRows(loss, xent.LogitsOf(x, 1), xent.MatrixOf([]float64{1, 0, 1}, 1), nil))
	if !slices.Equal(loss, []float64{40, 800, math.Inf(1)}) || r.NonFinite != 1 {
		t.Errorf("losses %g, %d of them not finite", loss, r.NonFinite)
	}
	logits := []float64{-3, 2, 5, -8}
	d, err := eval.New(eval.Config{Classes: 1, Input: eval.Probs})
	if err != nil {
		t.Fatal(err)
	}
	if err = eval.Add(d, eval.Block[float64]{Scores: xent.MatrixOf(logits, 1), Labels: []int64{0, 1, 1, 0}}); err == nil {
		_, err = d.Report()
	}
	wants[*eval.RowError](t, err, "4 such rows")
}

// The mean of nothing is an error unless another answer is asked for, and the denominator always stands beside the sum.
func everythingIgnored(t *testing.T) {
	x, o := xent.LogitsOf([]float64{1, 2, 3, 4}, 2), xent.Options{IgnoreIndex: new(-100)}
	_, err := xent.CrossEntropy(x, []int{-100, -100}, &o)
	wants[*xent.EmptyError](t, err, "all 2 rows are ignored")
	o.Empty = xent.EmptyZero
	if r := result(t)(xent.CrossEntropy(x, []int{-100, -100}, &o)); r.Mean() != 0 || r.Weight != 0 || r.Ignored != 2 {
		t.Errorf("%v over %g, %d ignored", r.Mean(), r.Weight, r.Ignored)
	}
	if r := result(t)(xent.CrossEntropy(x, []int{-100, 0}, &o)); r.Weight != 1 {
		t.Errorf("divided by %g, want 1", r.Weight)
	}
}

// One definition of the three together, written out here once more.
func smoothedWeightedIgnored(t *testing.T) {
	const eps, k = .1, 3
	w := []float64{.3, 1, 1.7}
	x, labels := []float64{1, 2, 3, 0, -1, 4, 2, 2, 0, 1, 0, 0}, []int{0, 2, -100, 1}
	p := make([]float64, len(x))
	if err := xent.Softmax(xent.ProbsOf(p, k), xent.LogitsOf(x, k), nil); err != nil {
		t.Fatal(err)
	}
	sum, weight := 0.0, 0.0
	for i, y := range labels {
		if y >= 0 {
			for j := range k {
				target := eps / k
				if j == y {
					target += 1 - eps
				}
				sum -= w[j] * target * math.Log(p[i*k+j])
			}
			weight += w[y]
		}
	}
	r := result(t)(xent.CrossEntropy(xent.LogitsOf(x, k), labels, &xent.Options{Smoothing: eps, Weights: w, IgnoreIndex: new(-100)}))
	near(t, float64(r.Sum()), sum, 1e-14)
	near(t, r.Weight, weight, 1e-15)
	near(t, float64(r.Mean()), sum/weight, 1e-14)
}

// The denominator is a choice, the same for both kinds of target; the result shows which it was.
func labelsAndTargets(t *testing.T) {
	x, w := []float64{1, 2, 3, 0, -1, 4}, []float64{.3, 1, 1.7}
	for _, tt := range []struct {
		d          xent.Denominator
		hard, soft float64
	}{{xent.Usual, 2, 2}, {xent.Weights, 2, 2}, {xent.Count, 2, 2}, {xent.Fixed(7), 7, 7}} {
		o := &xent.Options{Weights: w, Denominator: tt.d}
		hard := result(t)(xent.CrossEntropy(xent.LogitsOf(x, 3), []int{0, 2}, o))
		soft := result(t)(xent.SoftCrossEntropy(xent.LogitsOf(x, 3), xent.ProbsOf([]float64{1, 0, 0, 0, 0, 1}, 3), o))
		near(t, float64(soft.Sum()), float64(hard.Sum()), 1e-15)
		near(t, hard.Weight, tt.hard, 1e-15)
		near(t, soft.Weight, tt.soft, 1e-15)
	}
}

// A divergence is one of distributions: its mean is over rows.
func meanDivergence(t *testing.T) {
	p, q := []float64{.5, .25, .25, .1, .2, .7}, []float64{0, 1, 2, 3, 0, 0}
	per := make([]float64, 2)
	r := result(t)(xent.DivergenceRows(per, xent.LogitsOf(q, 3), xent.ProbsOf(p, 3), nil))
	near(t, float64(r.Mean()), (per[0]+per[1])/2, 1e-15)
	if r.Weight != 2 {
		t.Errorf("divided by %g, want the 2 rows", r.Weight)
	}
}

// Σ p·ln(p/q) of stored probabilities is below 0 where rounding made them miss 1; here it is not.
func negativeDivergence(t *testing.T) {
	p, q := []float64{.5 + 1e-9, .5 - 1e-9}, []float64{.5, .5}
	naive := p[0]*math.Log(p[0]/q[0]) + p[1]*math.Log(p[1]/q[1])
	if naive > 0 {
		t.Fatalf("the textbook's sum is %g: no failure to avoid", naive)
	}
	near(t, float64(info.KL(p, q)), 2e-18, 1e-6)
	for _, d := range []float64{0, 1e-17, 1e-12, 1e-6} {
		x := []float64{.3, -.2 + d, 1}
		r := result(t)(xent.Divergence(xent.LogitsOf(x, 3), xent.TeacherOf([]float64{.3, -.2, 1}, 3), nil))
		if !(r.Sum() >= 0) {
			t.Errorf("moved by %g: %g", d, r.Sum())
		}
	}
	if err := info.Validate([]float64{.5, .6}); err == nil {
		t.Error("probabilities that sum to 1.1 pass")
	}
}

// 0·Inf is 0, in values, gradients and the second order.
func zeroTimesInfinity(t *testing.T) {
	inf := math.Inf(1)
	x, target := []float64{0, 1, -inf}, []float64{.5, .5, 0}
	g := make([]float64, 3)
	r := result(t)(xent.SoftCrossEntropyGrad(xent.MatrixOf(g, 3), xent.LogitsOf(x, 3), xent.ProbsOf(target, 3), nil))
	finite(t, "soft targets", append(g, float64(r.Sum()))...)
	r = result(t)(xent.DivergenceGrad(xent.MatrixOf(g, 3), xent.LogitsOf(x, 3), xent.ProbsOf(target, 3), nil))
	finite(t, "KL", append(g, float64(r.Sum()))...)
	r = result(t)(xent.DivergenceGrad(xent.MatrixOf(g, 3), xent.LogitsOf(x, 3), xent.LogProbsOf([]float64{-math.Ln2, -math.Ln2, -inf}, 3), nil))
	finite(t, "KL of log targets", append(g, float64(r.Sum()))...)
	if err := xent.CrossEntropyHVP(xent.MatrixOf(g, 3), xent.LogitsOf(x, 3), []int{0}, xent.MatrixOf([]float64{1, 2, 3}, 3), nil); err != nil {
		t.Fatal(err)
	}
	finite(t, "Hessian product", g...)
}

func finite(t *testing.T, what string, x ...float64) {
	t.Helper()
	for _, v := range x {
		if v-v != 0 {
			t.Errorf("%s: %g", what, x)
			return
		}
	}
}

// Four corners, with and without a weight of the positive term.
func infiniteBinaryLogits(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct{ x, target, want, slope float64 }{
		{inf, 1, 0, 0}, {-inf, 0, 0, 0}, {-inf, 1, inf, -1}, {inf, 0, inf, 1},
	} {
		for _, w := range []float64{1, 3} {
			g := []float64{guard}
			r := result(t)(xent.BinaryCrossEntropyGrad(xent.MatrixOf(g, 1), xent.LogitsOf([]float64{tt.x}, 1),
				xent.MatrixOf([]float64{tt.target}, 1), &xent.BinaryOptions{PosWeight: []float64{w}}))
			slope := tt.slope
			if tt.target == 1 {
				slope *= w
			}
			if float64(r.Sum()) != tt.want || g[0] != slope {
				t.Errorf("logit %g, target %g, weight %g: loss %g, slope %g", tt.x, tt.target, w, r.Sum(), g[0])
			}
		}
	}
}

// Refused before anything is written, with the row, the range, what else is wrong and the likely cause.
func labelsOutside(t *testing.T) {
	x := xent.LogitsOf(make([]float32, 40), 10)
	for _, tt := range []struct {
		labels []int16
		cause  string
	}{
		{[]int16{1, 5, 10, 2}, "1-based"}, {[]int16{0, 255, 3, 255}, "255 marks void pixels"},
		{[]int16{-1, 0, 1, 2}, "-1 often marks unlabelled rows"}, {[]int16{-100, 0, 1, 2}, "IgnoreIndex: new(-100)"},
		{[]int16{0, 11, 10, 2}, "the labels need 12 classes"},
	} {
		_, err := xent.CrossEntropy(x, tt.labels, nil)
		e := wants[*xent.LabelError](t, err, tt.cause, "want 0 ≤ label < 10")
		if int64(tt.labels[e.Row]) != e.Label || e.Offending != len(e.Labels) && len(e.Labels) != 1 {
			t.Errorf("%v: %+v", tt.labels, e)
		}
	}
}

// Sums and denominators add; three tokens in two micro-batches count a third each.
func averagedMeans(t *testing.T) {
	x, labels := []float64{1, 0, 2, .5, -1, 3}, []int{0, 1, 0}
	whole := result(t)(xent.CrossEntropy(xent.LogitsOf(x, 2), labels, nil))
	first := result(t)(xent.CrossEntropy(xent.LogitsOf(x[:4], 2), labels[:2], nil))
	second := result(t)(xent.CrossEntropy(xent.LogitsOf(x[4:], 2), labels[2:], nil))
	merged := first
	merged.Merge(second)
	if merged != whole {
		t.Errorf("merged %v, whole %v", merged.Mean(), whole.Mean())
	}
	if wrong := (first.Mean() + second.Mean()) / 2; math.Abs(float64(wrong-whole.Mean())) < .1 {
		t.Errorf("the mean of means is %v too: no failure to avoid", wrong)
	}
}
