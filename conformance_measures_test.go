package xent_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"

	"xent"
	"xent/calib"
	"xent/info"
)

// refused judges an error: of type E where the truth is one, and none elsewhere. It tells whether the case is over.
func refused[E error](j *judge, err error) bool {
	_, want := j.Truth["error"]
	var e E
	switch {
	case want && !errors.As(err, &e):
		j.failf("error %v, want the truth's %s", err, j.Truth["error"])
	case !want && err != nil:
		j.failf("%v", err)
	}
	if want {
		j.compared++
	}
	return want || err != nil
}

func probabilityCase[T xent.Float](j *judge) {
	p, target := narrow[T](j.tensor("prob").floats()), narrow[T](j.tensor("target").floats())
	o := &xent.BinaryOptions{Reduction: xent.Sum}
	if j.text("reduction") == "mean" {
		o.Reduction = xent.Mean
	}
	grad, loss := make([]T, len(p)), make([]T, len(p))
	res, err := xent.BinaryLogLossGrad(xent.MatrixOf(grad, 1), xent.ProbsOf(p, 1), xent.MatrixOf(target, 1), o)
	if refused[*xent.ProbError](j, err) {
		return
	}
	if _, err := xent.BinaryLogLossRows(loss, xent.ProbsOf(p, 1), xent.MatrixOf(target, 1), o); err != nil {
		j.failf("%v", err)
	}
	g := upstream(j, len(p))
	for i := range g {
		g[i] *= float64(grad[i])
	}
	if j.text("reduction") == "none" {
		j.values("value", widen(loss), 0)
	} else {
		j.values("value", j.result(res), 0)
	}
	j.gradients("grad", g, 1)
}

// logLossCase is scikit-learn's: the columns are the classes in order, and rows are divided by their sums.
func logLossCase[T xent.Float](j *judge) {
	if len(j.Expected) > 0 {
		publishedLogLossCase(j)
		return
	}
	prob := j.tensor("prob")
	var y, classes []string
	j.read(j.Inputs["y"], &y)
	if raw := j.Options["labels"]; len(raw) > 0 {
		j.read(raw, &classes)
	}
	if classes == nil {
		classes = slices.Clone(y)
	}
	slices.Sort(classes)
	classes = slices.Compact(classes)
	labels := make([]int, len(y))
	for i, name := range y {
		labels[i] = slices.Index(classes, name)
	}
	o := &xent.LogLossOptions{Sums: xent.SumDivided, RowWeights: j.weights("sample_weight")}
	res, err := xent.LogLoss(xent.ProbsOf(narrow[T](prob.floats()), len(classes)), labels, o)
	if refused[*xent.ShapeError](j, err) {
		return
	}
	got := float64(res.Mean())
	if normalize := true; len(j.Options["normalize"]) > 0 {
		if j.read(j.Options["normalize"], &normalize); !normalize {
			got = float64(res.Sum())
		}
	}
	j.values("value", []float64{got}, 0)
}

// weights returns an option that is a list of weights, nil where it is absent or null.
func (j *judge) weights(name string) []float64 {
	raw, ok := j.Options[name]
	if !ok || string(raw) == "null" {
		return nil
	}
	var list []num
	if json.Unmarshal(raw, &list) != nil {
		var a tensor
		j.read(raw, &a)
		list = a.Data
	}
	return tensor{Data: list}.floats()
}

// brierCase is the binary score of one column.
func brierCase(j *judge) {
	y := j.list("y")
	if len(j.Expected) > 0 {
		p := j.list("p")
		res, err := xent.SquaredError(xent.MatrixOf(p, 1), xent.MatrixOf(y, 1), nil)
		if err != nil {
			j.failf("%v", err)
		}
		j.published(float64(res.Mean()))
		return
	}
	p := j.tensor("prob").floats()
	o := &xent.SquaredOptions{RowWeights: j.weights("sample_weight"), Denominator: xent.Weights}
	res, err := xent.SquaredError(xent.MatrixOf(p, 1), xent.MatrixOf(y, 1), o)
	if err != nil {
		j.failf("%v", err)
	}
	j.values("value", []float64{float64(res.Mean())}, 0)
}

// calibrationCase's errors are differences of confidence and accuracy, which cancel by themselves.
func calibrationCase(j *judge) {
	bins := calib.EqualWidth(j.tensor("confidence").floats(), j.outcomes(), nil, int(j.number("bins", 0)))
	j.values("l1", []float64{calib.ECE(bins)}, 1)
	j.values("l2", []float64{calib.CalibrationError(bins, 2)}, 1)
	j.values("max", []float64{calib.CalibrationError(bins, math.Inf(1))}, 1)
}

func publishedCalibrationCase(j *judge) {
	bins := calib.EqualWidth(j.list("confidence"), j.outcomes(), nil, int(j.number("bins", 0)))
	j.published(calib.ECE(bins), calib.CalibrationError(bins, 2), calib.CalibrationError(bins, math.Inf(1)))
}

func (j *judge) outcomes() (right []bool) {
	for _, v := range j.list("correct") {
		right = append(right, v != 0)
	}
	return right
}

// temperatureCase judges the temperature, and what it costs there and at 1.
func temperatureCase(j *judge) {
	x, target := j.tensor("logits"), j.tensor("target")
	logits := xent.LogitsOf(x.floats(), x.Shape[1])
	labels := make([]int, len(target.Data))
	for i, y := range target.Data {
		labels[i] = int(y)
	}
	temp, err := calib.FitTemperature(logits, labels)
	if err != nil {
		j.failf("%v", err)
		return
	}
	j.values("temperature", []float64{temp}, 0)
	for key, t := range map[string]float64{"nll_at_1": 1, "nll_at_optimum": temp} {
		res, err := xent.CrossEntropy(logits, labels, &xent.Options{Temperature: t})
		if err != nil {
			j.failf("%v", err)
			return
		}
		j.values(key, []float64{float64(res.Mean())}, 0)
	}
}

func maxEntropyCase(j *judge) {
	x := j.tensor("support").floats()
	var mean num
	j.read(j.Inputs["mean"], &mean)
	p := make([]float64, len(x))
	multiplier, entropy, err := info.MaxEntropy(p, x, float64(mean))
	if err != nil {
		j.failf("%v", err)
		return
	}
	j.values("lambda", []float64{multiplier}, 0)
	j.values("probs", p, 0)
	j.values("entropy", []float64{float64(entropy)}, 0)
}

func windowsCase(j *judge) {
	var tokens, length, stride int
	j.read(j.Inputs["tokens"], &tokens)
	j.read(j.Inputs["window"], &length)
	j.read(j.Inputs["stride"], &stride)
	plan, err := xent.PlanWindows(tokens, length, stride)
	if refused[*xent.OptionError](j, err) {
		return
	}
	var want []struct {
		Begin, End, Count int
		Targets           [2]int `json:"scored_targets"`
	}
	var scored, unscored int
	j.read(j.Truth["windows"], &want)
	j.read(j.Truth["scored"], &scored)
	j.read(j.Truth["unscored"], &unscored)
	if len(plan.Windows) != len(want) || plan.Scored != scored || plan.Unscored != unscored {
		j.failf("%d windows, %d scored, %d not; want %d, %d and %d", len(plan.Windows), plan.Scored, plan.Unscored, len(want), scored, unscored)
		return
	}
	for i, w := range plan.Windows {
		j.compared++
		if v := want[i]; w.Begin != v.Begin || w.End != v.End || w.Count() != v.Count || [2]int{w.From, w.End} != v.Targets {
			j.failf("window %d is %+v, want %+v", i, w, v)
		}
	}
}

// maskedMeansCase has losses of tokens; from log-probabilities of them, each the label of a row of its own.
func maskedMeansCase(j *judge) {
	x, cols := j.table("values")
	mask, _ := j.table("mask")
	var s xent.Sequences
	for i := 0; i < len(x); i += cols {
		lnp, labels := make([]float64, cols), make([]int, cols)
		for t := range lnp {
			lnp[t], labels[t] = -x[i+t], int(mask[i+t])-1
		}
		res, err := xent.LogLoss(xent.LogProbsOf(lnp, 1), labels, &xent.LogLossOptions{Sums: xent.SumKept, IgnoreIndex: new(-1)})
		if err != nil {
			j.failf("%v", err)
			return
		}
		s.Add(res)
	}
	j.published(float64(s.TokenMean()), float64(s.SeqMean()))
}

func publishedProbabilityCase(j *judge) {
	p, target := j.list("prob"), j.list("target")
	res, err := xent.BinaryLogLoss(xent.ProbsOf(p, 1), xent.MatrixOf(target, 1), &xent.BinaryOptions{Focus: j.number("gamma", 0)})
	if err != nil {
		j.failf("%v", err)
	}
	j.published(float64(res.Mean()))
}

func publishedLogLossCase(j *judge) {
	p, k := j.table("prob")
	var labels []int
	j.read(j.Inputs["col"], &labels)
	res, err := xent.LogLoss(xent.ProbsOf(p, k), labels, &xent.LogLossOptions{Sums: xent.SumDivided})
	if err != nil {
		j.failf("%v", err)
	}
	j.published(float64(res.Mean()))
}
