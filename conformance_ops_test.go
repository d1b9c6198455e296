package xent_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"

	"xent"
	"xent/info"
)

// operations are the ops of the case files that xent answers.
var operations = map[string]func(*judge){
	"cross_entropy":             func(j *judge) { byType(j, crossEntropyCase[float32], crossEntropyCase[float64]) },
	"cross_entropy_ext":         func(j *judge) { byType(j, crossEntropyCase[float32], crossEntropyCase[float64]) },
	"softmax_focal":             func(j *judge) { byType(j, crossEntropyCase[float32], crossEntropyCase[float64]) },
	"poly1_cross_entropy":       func(j *judge) { byType(j, crossEntropyCase[float32], crossEntropyCase[float64]) },
	"generalized_cross_entropy": func(j *judge) { byType(j, crossEntropyCase[float32], crossEntropyCase[float64]) },
	"symmetric_cross_entropy":   func(j *judge) { byType(j, crossEntropyCase[float32], crossEntropyCase[float64]) },
	"bce_with_logits":           func(j *judge) { byType(j, binaryCase[float32], binaryCase[float64]) },
	"asymmetric_multilabel":     func(j *judge) { byType(j, binaryCase[float32], binaryCase[float64]) },
	"sigmoid_focal":             func(j *judge) { byType(j, binaryCase[float32], binaryCase[float64]) },
	"mse":                       func(j *judge) { byType(j, squaredCase[float32], squaredCase[float64]) },
	"softmax_family":            func(j *judge) { byType(j, softmaxCase[float32], softmaxCase[float64]) },
	"sigmoid_family":            func(j *judge) { byType(j, sigmoidCase[float32], sigmoidCase[float64]) },
	"kl_div":                    func(j *judge) { byType(j, divergenceCase[float32], divergenceCase[float64]) },
	"distillation":              func(j *judge) { byType(j, distillCase[float32], distillCase[float64]) },
	"generalized_jsd":           func(j *judge) { byType(j, mixtureCase[float32], mixtureCase[float64]) },
	"measures":                  measuresCase,
	"joint_measures":            jointCase,
	"kl_normal":                 normalCase,
	"normal_measures":           normalMeasuresCase,
	"kl_mvn":                    multiNormalCase,
	"kl_dirichlet":              dirichletCase,
	"kl_bernoulli":              closedCase(func(x ...float64) info.Nats { return info.Bernoulli(x[0]).KL(info.Bernoulli(x[1])) }, "a", "b"),
	"kl_exponential":            closedCase(func(x ...float64) info.Nats { return info.Exponential{Rate: x[0]}.KL(info.Exponential{Rate: x[1]}) }, "a", "b"),
	"kl_gamma": closedCase(func(x ...float64) info.Nats {
		return info.Gamma{Shape: x[0], Rate: x[1]}.KL(info.Gamma{Shape: x[2], Rate: x[3]})
	}, "shape1", "rate1", "shape2", "rate2"),
	"gaussian_nll":             func(j *judge) { byType(j, gaussianCase[float32], gaussianCase[float64]) },
	"poisson_nll":              func(j *judge) { byType(j, poissonCase[float32], poissonCase[float64]) },
	"kl_std_normal_logvar":     func(j *judge) { byType(j, priorCase[float32], priorCase[float64]) },
	"neg_elbo_bernoulli":       func(j *judge) { byType(j, elboCase[float32], elboCase[float64]) },
	"ctc":                      ctcCase,
	"clip_symmetric":           func(j *judge) { byType(j, clipCase[float32], clipCase[float64]) },
	"ntxent":                   func(j *judge) { byType(j, ntXentCase[float32], ntXentCase[float64]) },
	"entmax15_loss":            entmaxCase,
	"sparsemax_loss":           entmaxCase,
	"adaptive_softmax":         func(j *judge) { byType(j, adaptiveCase[float32], adaptiveCase[float64]) },
	"linear_cross_entropy":     func(j *judge) { byType(j, linearCase[float32], linearCase[float64]) },
	"ordinal_coral":            func(j *judge) { byType(j, coralCase[float32], coralCase[float64]) },
	"ranked_probability_score": func(j *judge) { byType(j, rankedCase[float32], rankedCase[float64]) },
	"ce_hessian":               func(j *judge) { byType(j, hessianCase[float32], hessianCase[float64]) },
	"bce_second_derivative":    func(j *judge) { byType(j, curveCase[float32], curveCase[float64]) },
	"clip_global_norm":         clipNormCase,
	"accumulate":               accumulateCase,
	"perplexity":               perplexityCase,
	"bce_prob":                 func(j *judge) { byType(j, probabilityCase[float32], probabilityCase[float64]) },
	"brier":                    brierCase,
	"calibration_error":        calibrationCase,
	"temperature_scaling":      temperatureCase,
	"max_entropy_mean":         maxEntropyCase,
	"ppl_windows":              windowsCase,

	// figures that other projects print
	"ce_prob_rows":      func(j *judge) { j.published(softRows(j)...) },
	"ce_prob_mean":      func(j *judge) { j.published(mean(softRows(j))) },
	"bce_prob_mean":     publishedProbabilityCase,
	"bin_focal_mean":    publishedProbabilityCase,
	"ece":               publishedCalibrationCase,
	"log_loss":          func(j *judge) { byType(j, logLossCase[float32], logLossCase[float64]) },
	"masked_means":      maskedMeansCase,
	"ce_prob_wmean_n":   sampleWeightCase,
	"ce_index_rows":     indexRowsCase,
	"cat_focal_rows":    categoricalFocalCase,
	"bce_logits_mean":   binaryMeanCase,
	"poly1_rows":        polyRowsCase,
	"gce_mean":          robustMeanCase,
	"logsumexp":         logSumExpCase,
	"dmse_dp":           squaredGradCase,
	"cross_entropy_raw": func(j *judge) { p, q := j.pair(false); j.published(float64(info.CrossEntropy(p, q))) },
	"entropy_norm":      func(j *judge) { j.published(float64(info.Entropy(normalised(j.list("p"))))) },
	"kl_norm":           func(j *judge) { p, q := j.pair(true); j.published(float64(info.KL(p, q))) },
	"js_norm":           func(j *judge) { p, q := j.pair(true); j.published(float64(info.JS(p, q))) },
	"kl_log_rows":       logKLCase,
	"gkl_rows":          generalisedKLCase,
	"contrib_bits":      contributionCase,
	"total_bits": func(j *judge) {
		p, q := j.pair(false)
		j.published(info.Entropy(p).Bits(), info.KL(p, q).Bits(), info.CrossEntropy(p, q).Bits())
	},
}

// unsupported are the ops of the case files that xent does not have yet.
var unsupported = []string{}

func byType(j *judge, f32, f64 func(*judge)) {
	if j.DType == "float32" {
		f32(j)
	} else {
		f64(j)
	}
}

// classesOf returns a view of an array of shape [N, C, d1, …] or [C] with a row of C for each n and d.
func classesOf[T xent.Float](shape []int, x []float64) xent.Matrix[T] {
	m := xent.Matrix[T]{Data: narrow[T](x), Rows: 1, Cols: shape[0]}
	if len(shape) > 1 {
		m.Rows, m.Cols, m.Inner = shape[0], shape[1], 1
		for _, d := range shape[2:] {
			m.Inner *= d
		}
		m.Rows *= m.Inner
	}
	return m
}

// weighRows multiplies the rows of m by weights.
func weighRows[T xent.Float](m xent.Matrix[T], weights []float64) []float64 {
	inner, out := max(m.Inner, 1), widen(m.Data)
	for i, v := range m.Data {
		out[i] = float64(T(weights[i/(m.Cols*inner)*inner+i%inner] * float64(v)))
	}
	return out
}

func (j *judge) options() *xent.Options {
	o := &xent.Options{
		Smoothing:   j.number("label_smoothing", 0),
		Focus:       j.number("gamma", 0),
		Temperature: j.number("temperature", 0),
		ZPenalty:    j.number("z_loss", 0),
		SoftCap:     j.number("softcap", 0),
		Poly:        j.number("epsilon", 0),
		Robustness:  j.number("q", 0),
		Empty:       xent.EmptyNaN,
		Reduction:   xent.Sum,
	}
	if j.text("reduction") == "mean" {
		o.Reduction = xent.Mean
	}
	if raw, ok := j.Options["weight"]; ok {
		var w []num
		j.read(raw, &w)
		o.Weights = tensor{Data: w}.floats()
	}
	if _, ok := j.Options["ignore_index"]; ok {
		o.IgnoreIndex = new(int(j.number("ignore_index", 0)))
	}
	return o
}

// result picks the figure that the reduction of the case asks for.
func (j *judge) result(r xent.Result) []float64 {
	if j.text("reduction") == "mean" {
		return []float64{float64(r.Mean())}
	}
	return []float64{float64(r.Sum())}
}

// symmetric adds what makes the symmetric cross-entropy α·CE + β·RCE of the usual loss: RCE is
// -A·(1-p) with A in place of ln 0.
func (j *judge) symmetric(o *xent.Options, classes int) {
	if alpha := j.number("alpha", math.NaN()); alpha == alpha {
		o.Poly = -j.number("log_zero", 0) * j.number("beta", 0) / alpha
		o.Weights = slices.Repeat([]float64{alpha}, classes)
		o.Denominator = xent.Count
	}
}

// crossEntropyCase runs a softmax loss of labels or of soft targets.
func crossEntropyCase[T xent.Float](j *judge) {
	x, target, o := j.tensor("logits"), j.tensor("target"), j.options()
	view := classesOf[T](x.Shape, x.floats())
	logits, rows := xent.Logits[T](view), view.Rows
	j.symmetric(o, view.Cols)
	grad := view
	grad.Data = make([]T, len(x.Data))
	loss := make([]T, rows)
	var res xent.Result
	var err error
	var soft xent.Probs[T]
	if target.Kind == "index" {
		labels := make([]int64, len(target.Data))
		for i, y := range target.Data {
			labels[i] = int64(y)
		}
		if res, err = xent.CrossEntropyGrad(grad, logits, labels, o); err == nil {
			_, err = xent.CrossEntropyRows(loss, logits, labels, o)
		}
	} else {
		soft = xent.Probs[T](classesOf[T](target.Shape, target.floats()))
		if res, err = xent.SoftCrossEntropyGrad(grad, logits, soft, o); err == nil {
			_, err = xent.SoftCrossEntropyRows(loss, logits, soft, o)
		}
	}
	if _, wantError := j.Truth["error"]; wantError || err != nil {
		var le *xent.LabelError
		if !wantError || !errors.As(err, &le) {
			j.failf("error %v, want the truth's %s", err, j.Truth["error"])
		}
		j.compared++
		return
	}
	// What cancels in a gradient is mass of size a·p, in a value nothing.
	scale := 0.0
	if o.Smoothing != 0 || target.Kind == "prob" {
		scale = largest(o.Weights, 1) * max(1, largest(widen(soft.Data), 0))
	}
	arriving := upstream(j, rows)
	if j.text("reduction") == "none" {
		j.values("value", widen(loss), valueScale(j, scale))
	} else {
		j.values("value", j.result(res), valueScale(j, scale))
	}
	j.gradients("grad", weighRows(grad, arriving), scale)
	if j.has("grad_target") {
		j.gradients("grad_target", targetGradient(logits, o, res, arriving), 0)
	}
}

// valueScale is the scale of what cancels in a value: nothing, unless terms of both signs meet,
// which only negative targets or weights bring.
func valueScale(j *judge, scale float64) float64 {
	if truth, _ := j.truthOf("value"); slices.ContainsFunc(truth, func(v float64) bool { return v < 0 }) {
		return scale
	}
	return 0
}

// targetGradient returns the derivative in the targets, (1-ε)·w·(-ln p), which LogSoftmax gives.
func targetGradient[T xent.Float](logits xent.Logits[T], o *xent.Options, res xent.Result, arriving []float64) []float64 {
	out := xent.Matrix[T](logits)
	out.Data = make([]T, len(logits.Data))
	if err := xent.LogSoftmax(xent.LogProbs[T](out), logits, nil); err != nil {
		panic(err)
	}
	inner := max(out.Inner, 1)
	for i, v := range out.Data {
		f := (1 - o.Smoothing) * arriving[i/(out.Cols*inner)*inner+i%inner]
		if o.Reduction == xent.Mean {
			f /= res.Weight
		}
		if o.Weights != nil {
			f *= o.Weights[i/inner%out.Cols]
		}
		if f == 0 && v == v {
			out.Data[i] = 0
			continue
		}
		out.Data[i] = T(f * -float64(v))
	}
	return widen(out.Data)
}

// upstream is the gradient that reaches each row: 1 unless the case says otherwise.
func upstream(j *judge, rows int) []float64 {
	g := make([]float64, rows)
	for i := range g {
		g[i] = 1
		if j.GradOutput != nil {
			g[i] = float64(j.GradOutput[i])
		}
	}
	return g
}

// binaryCase runs a sigmoid loss; columns one by one where the loss of each element is wanted.
func squaredCase[T xent.Float](j *judge) {
	x, target := j.tensor("input"), j.tensor("target")
	cols := len(x.Data)
	if j.text("reduction") == "none" {
		cols = 1 // so that a row is an element
	}
	o := &xent.SquaredOptions{Reduction: xent.Sum}
	if j.text("reduction") == "mean" {
		o.Reduction = xent.Mean
	}
	pred, want := xent.MatrixOf(narrow[T](x.floats()), cols), xent.MatrixOf(narrow[T](target.floats()), cols)
	grad, loss := make([]T, len(x.Data)), make([]T, pred.Rows)
	res, err := xent.SquaredErrorGrad(xent.MatrixOf(grad, cols), pred, want, o)
	if err == nil {
		_, err = xent.SquaredErrorRows(loss, pred, want, o)
	}
	if err != nil {
		j.failf("%v", err)
		return
	}
	if j.text("reduction") != "none" {
		j.values("value", j.result(res), 0)
		j.gradients("grad", widen(grad), 1)
		return
	}
	g := upstream(j, len(x.Data))
	for i := range g {
		g[i] *= float64(grad[i])
	}
	j.values("value", widen(loss), 0)
	j.gradients("grad", g, 1)
}

func squaredGradCase(j *judge) {
	pred, target, grad := make([]float64, 1), make([]float64, 1), make([]float64, 1)
	j.read(j.Inputs["p"], &pred[0])
	j.read(j.Inputs["y"], &target[0])
	if _, err := xent.SquaredErrorGrad(xent.MatrixOf(grad, 1), xent.MatrixOf(pred, 1), xent.MatrixOf(target, 1), nil); err != nil {
		j.failf("%v", err)
	}
	j.published(grad...)
}

func binaryCase[T xent.Float](j *judge) {
	x, target := j.tensor("logits"), j.tensor("target")
	rows, cols := 1, len(x.Data) // so that a weight for each element is one for each column
	switch {
	case len(x.Shape) == 2:
		rows, cols = x.Shape[0], x.Shape[1]
	case cols == 0:
		rows, cols = 0, 1
	}
	o := &xent.BinaryOptions{Focus: j.number("gamma", 0), Empty: xent.EmptyNaN, Reduction: xent.Sum}
	if j.text("reduction") == "mean" {
		o.Reduction = xent.Mean
	}
	if g := j.number("gamma_pos", math.NaN()); g == g {
		o.Focus, o.NegativeFocus, o.Margin = g, new(j.number("gamma_neg", 0)), j.number("clip", 0)
	}
	if a := j.number("alpha", math.NaN()); a == a {
		o.Balance = &a
	}
	if raw, ok := j.Options["pos_weight"]; ok {
		var w tensor
		j.read(raw, &w)
		o.PosWeight = w.floats()
	}
	if raw, ok := j.Options["weight"]; ok {
		var w tensor
		j.read(raw, &w)
		if len(w.Shape) == 2 {
			o.Elements = xent.MatrixOf(w.floats(), cols)
		} else {
			o.Weights = w.floats()
		}
	}
	logits := xent.Logits[T]{Data: narrow[T](x.floats()), Rows: rows, Cols: cols}
	targets := xent.Matrix[T]{Data: narrow[T](target.floats()), Rows: rows, Cols: cols}
	grad := xent.Matrix[T]{Data: make([]T, len(x.Data)), Rows: rows, Cols: cols}
	res, err := xent.BinaryCrossEntropyGrad(grad, logits, targets, o)
	if err != nil {
		j.failf("%v", err)
		return
	}
	if j.text("reduction") != "none" {
		j.values("value", j.result(res), 0)
		j.gradients("grad", widen(grad.Data), 1)
		return
	}
	values := make([]float64, len(x.Data))
	for c := range cols {
		loss := make([]T, rows)
		if _, err := xent.BinaryCrossEntropyRows(loss, xent.Logits[T](column(xent.Matrix[T](logits), c)), column(targets, c), columnOptions(o, c)); err != nil {
			j.failf("%v", err)
			return
		}
		for i := range rows {
			values[i*cols+c] = float64(loss[i])
		}
	}
	g := upstream(j, len(x.Data))
	for i := range g {
		g[i] *= float64(grad.Data[i])
	}
	j.values("value", values, 0)
	j.gradients("grad", g, 1)
}

// column is the view of one column of m.
func column[T xent.Float](m xent.Matrix[T], c int) xent.Matrix[T] {
	return xent.Matrix[T]{Data: m.Data[c:], Rows: m.Rows, Cols: 1, Stride: m.Cols}
}

func columnOptions(o *xent.BinaryOptions, c int) *xent.BinaryOptions {
	one := *o
	if len(o.Weights) > 1 {
		one.Weights = o.Weights[c : c+1]
	}
	if len(o.PosWeight) > 1 {
		one.PosWeight = o.PosWeight[c : c+1]
	}
	if o.Elements.Data != nil {
		one.Elements = column(o.Elements, c)
	}
	return &one
}

func softmaxCase[T xent.Float](j *judge) {
	x := narrow[T](j.tensor("x").floats())
	p, l, z := make([]T, len(x)), make([]T, len(x)), make([]T, 1)
	logits := xent.LogitsOf(x, len(x))
	if err := errors.Join(
		xent.Softmax(xent.ProbsOf(p, len(x)), logits, nil),
		xent.LogSoftmax(xent.LogProbsOf(l, len(x)), logits, nil),
		xent.LogSumExp(z, logits, nil)); err != nil {
		j.failf("%v", err)
	}
	scale := 0.0
	if j.tagged("ill_conditioned") {
		scale = 1
	}
	j.values("logsumexp", widen(z), scale)
	j.values("softmax", widen(p), 0)
	j.values("log_softmax", widen(l), 0)
}

func sigmoidCase[T xent.Float](j *judge) {
	x := narrow[T](j.tensor("x").floats())
	logits := xent.LogitsOf(x, 1)
	for name, f := range map[string]func(xent.Matrix[T], xent.Logits[T]) error{
		"sigmoid": xent.Sigmoid[T], "log_sigmoid": xent.LogSigmoid[T], "softplus": xent.Softplus[T],
	} {
		out := make([]T, len(x))
		if err := f(xent.MatrixOf(out, 1), logits); err != nil {
			j.failf("%v", err)
		}
		j.values(name, widen(out), 0)
	}
}

// measuresCase judges the measures that info has. The truth of a divergence is Σ p·ln(p/q) of the
// numbers as they are, whose sums miss one by rounding; info leaves that remainder out.
func measuresCase(j *judge) {
	p, q := j.tensor("p").floats(), j.tensor("q").floats()
	judged := 0
	kl, js := info.KL(p, q), info.JS(p, q)
	for _, m := range []struct {
		key   string
		got   float64
		scale float64
	}{
		{"entropy", float64(info.Entropy(p)), 0},
		{"entropy_bits", info.Entropy(p).Bits(), 0},
		{"perplexity", info.Perplexity(p), 0},
		{"cross_entropy", float64(info.CrossEntropy(p, q)), 0},
		{"cross_entropy_bits", info.CrossEntropy(p, q).Bits(), 0},
		{"kl", float64(kl), 1},
		{"kl_bits", kl.Bits(), 1 / math.Ln2},
		{"kl_reverse", float64(info.KL(q, p)), 1},
		{"jeffreys", float64(info.Jeffreys(p, q)), 0},
		{"js", float64(js), 0},
		{"js_bits", js.Bits(), 0},
		{"js_distance", info.JSDistance(p, q), 0},
		{"renyi_0", float64(info.Renyi(p, q, 0)), 1},
		{"renyi_0.5", float64(info.Renyi(p, q, .5)), 1},
		{"renyi_2", float64(info.Renyi(p, q, 2)), 1},
		{"renyi_inf", float64(info.Renyi(p, q, math.Inf(1))), 0},
		{"renyi_entropy_0", float64(info.RenyiEntropy(p, 0)), 0},
		{"renyi_entropy_0.5", float64(info.RenyiEntropy(p, .5)), 1},
		{"renyi_entropy_2", float64(info.RenyiEntropy(p, 2)), 1},
		{"renyi_entropy_inf", float64(info.RenyiEntropy(p, math.Inf(1))), 0},
		{"tsallis_entropy_0.5", info.TsallisEntropy(p, .5), 1},
		{"tsallis_entropy_2", info.TsallisEntropy(p, 2), 1},
		{"total_variation", info.TotalVariation(p, q), 0},
		{"hellinger", info.Hellinger(p, q), 0},
		{"bhattacharyya", float64(info.Bhattacharyya(p, q)), 1},
		{"chi2", info.ChiSquared(p, q), 0},
	} {
		if j.has(m.key) {
			j.values(m.key, []float64{m.got}, m.scale)
			judged++
		}
	}
	var keys map[string]json.RawMessage
	j.read(j.Truth["value"], &keys)
	if more := len(keys) - judged; more > 0 {
		j.summary.unsupported["other measures"] += more
	}
}

func jointCase(j *judge) {
	table := j.tensor("table")
	m := info.JointOf(table.floats(), table.Shape[1])
	for key, got := range map[string]float64{
		"joint_entropy": float64(m.Both), "entropy_x": float64(m.X), "entropy_y": float64(m.Y),
		"cond_entropy_x_given_y": float64(m.XGivenY), "cond_entropy_y_given_x": float64(m.YGivenX),
		"mutual_information": float64(m.Shared), "variation_of_information": float64(m.Variation()),
		"nmi_arithmetic": m.Normalised(), "uncertainty_coefficient_x_given_y": m.Uncertainty(),
	} {
		j.values(key, []float64{got}, 0)
	}
}

type batch struct{ Logits, Target tensor }

func (b batch) labels() []int {
	y := make([]int, len(b.Target.Data))
	for i, v := range b.Target.Data {
		y[i] = int(v)
	}
	return y
}

func accumulateCase(j *judge) {
	var total xent.Result
	o := &xent.Options{IgnoreIndex: new(int(j.number("ignore_index", 0)))}
	for _, name := range []string{"batch1", "batch2"} {
		var b batch
		j.read(j.Inputs[name], &b)
		res, err := xent.CrossEntropy(xent.LogitsOf(b.Logits.floats(), b.Logits.Shape[1]), b.labels(), o)
		if err != nil {
			j.failf("%v", err)
		}
		total.Merge(res)
	}
	j.values("full_batch_mean", []float64{float64(total.Mean())}, 0)
	j.values("tokens", []float64{total.Weight}, 0)
}

func perplexityCase(j *judge) {
	b := batch{j.tensor("logits"), j.tensor("target")}
	var bytes float64
	j.read(j.Inputs["bytes"], &bytes)
	res, err := xent.CrossEntropy(xent.LogitsOf(b.Logits.floats(), b.Logits.Shape[1]), b.labels(),
		&xent.Options{IgnoreIndex: new(int(j.number("ignore_index", 0)))})
	if err != nil {
		j.failf("%v", err)
	}
	j.values("mean_nll", []float64{float64(res.Mean())}, 0)
	// e^n turns one ulp of n into n ulp
	j.values("perplexity", []float64{res.Mean().Perplexity()}, res.Mean().Perplexity()*float64(res.Mean()))
	j.values("bits", []float64{res.Sum().Bits()}, 0)
	j.values("bits_per_token", []float64{res.Mean().Bits()}, 0)
	j.values("bits_per_byte", []float64{res.Sum().Bits() / bytes}, 0)
}

func (j *judge) list(name string) []float64 {
	var a []num
	j.read(j.Inputs[name], &a)
	return tensor{Data: a}.floats()
}

func (j *judge) table(name string) (flat []float64, cols int) {
	var a [][]num
	j.read(j.Inputs[name], &a)
	for _, row := range a {
		flat = append(flat, tensor{Data: row}.floats()...)
		cols = len(row)
	}
	return flat, cols
}

func (j *judge) pair(normalise bool) (p, q []float64) {
	p, q = j.list("p"), j.list("q")
	if normalise {
		p, q = normalised(p), normalised(q)
	}
	return p, q
}

func normalised(p []float64) []float64 {
	sum, out := 0.0, slices.Clone(p)
	for _, v := range p {
		sum += v
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// softRows returns the loss of each row against soft targets.
func softRows(j *judge) []float64 {
	x, k := j.table("logits")
	target, _ := j.table("target")
	loss := make([]float64, len(x)/k)
	if _, err := xent.SoftCrossEntropyRows(loss, xent.LogitsOf(x, k), xent.ProbsOf(target, k), nil); err != nil {
		j.failf("%v", err)
	}
	return loss
}

func sampleWeightCase(j *judge) {
	loss := softRows(j)
	for i, w := range j.list("sample_weight") {
		loss[i] *= w
	}
	j.published(mean(loss))
}

func indexRowsCase(j *judge) {
	x, k := j.table("logits")
	var labels []int
	j.read(j.Inputs["target"], &labels)
	loss := make([]float64, len(labels))
	o := &xent.Options{IgnoreIndex: new(int(j.number("ignore_index", 0)))}
	if _, err := xent.CrossEntropyRows(loss, xent.LogitsOf(x, k), labels, o); err != nil {
		j.failf("%v", err)
	}
	j.published(loss...)
}

// categoricalFocalCase has one α for all classes, which is a weight.
func categoricalFocalCase(j *judge) {
	x, k := j.table("logits")
	target, _ := j.table("target")
	loss := make([]float64, len(x)/k)
	o := &xent.Options{Focus: j.number("gamma", 0), Weights: slices.Repeat([]float64{j.number("alpha", 1)}, k)}
	if _, err := xent.SoftCrossEntropyRows(loss, xent.LogitsOf(x, k), xent.ProbsOf(target, k), o); err != nil {
		j.failf("%v", err)
	}
	j.published(loss...)
}

func polyRowsCase(j *judge) {
	x, k := j.table("logits")
	target, _ := j.table("target")
	loss := make([]float64, len(x)/k)
	if _, err := xent.SoftCrossEntropyRows(loss, xent.LogitsOf(x, k), xent.ProbsOf(target, k), &xent.Options{Poly: j.number("epsilon", 0)}); err != nil {
		j.failf("%v", err)
	}
	j.published(loss...)
}

// robustMeanCase has the probability of the true class alone; all others are one class.
func robustMeanCase(j *judge) {
	var x []float64
	for _, p := range j.list("prob_true") {
		x = append(x, math.Log(p), math.Log(1-p))
	}
	res, err := xent.CrossEntropy(xent.LogitsOf(x, 2), make([]int, len(x)/2), &xent.Options{Robustness: j.number("q", 0)})
	if err != nil {
		j.failf("%v", err)
	}
	j.published(float64(res.Mean()))
}

func binaryMeanCase(j *judge) {
	x, target := j.list("logits"), j.list("target")
	res, err := xent.BinaryCrossEntropy(xent.LogitsOf(x, 1), xent.MatrixOf(target, 1), nil)
	if err != nil {
		j.failf("%v", err)
	}
	j.published(float64(res.Mean()))
}

func logSumExpCase(j *judge) {
	x, out := j.list("x"), make([]float64, 1)
	if err := xent.LogSumExp(out, xent.Logits[float64]{Data: x, Rows: 1, Cols: len(x)}, nil); err != nil {
		j.failf("%v", err)
	}
	j.published(out...)
}

func logKLCase(j *judge) {
	p, k := j.table("log_p")
	q, _ := j.table("log_q")
	j.published(klRows(exps(p), exps(q), k)...)
}

func generalisedKLCase(j *judge) {
	p, k := j.table("p")
	q, _ := j.table("log_q")
	j.published(klRows(p, exps(q), k)...)
}

func klRows(p, q []float64, k int) (out []float64) {
	for i := 0; i < len(p); i += k {
		out = append(out, float64(info.KL(p[i:i+k], q[i:i+k])))
	}
	return out
}

func contributionCase(j *judge) {
	var p, q float64
	j.read(j.Inputs["p"], &p)
	j.read(j.Inputs["q"], &q)
	h, kl, ce := info.Terms(p, q)
	j.published(h.Bits(), kl.Bits(), ce.Bits())
}

func exps(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Exp(v)
	}
	return out
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func narrow[T xent.Float](x []float64) []T {
	out := make([]T, len(x))
	for i, v := range x {
		out[i] = T(v)
	}
	return out
}

func widen[T xent.Float](x []T) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// largest returns the largest magnitude in x, or otherwise when there is none.
func largest(x []float64, otherwise float64) float64 {
	if len(x) == 0 {
		return otherwise
	}
	m := 0.0
	for _, v := range x {
		m = max(m, math.Abs(v))
	}
	return m
}
