package xent_test

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"xent"
	"xent/calib"
	"xent/eval"
	"xent/info"
)

// Each of the three means has its name, and weights of rows that give its gradient.
func tokensAndSequences(t *testing.T) {
	x, labels, lengths := []float64{1, 0, 0, 2, 0, 0, 3, 0}, []int{0, 1, 0, 1}, []int{3, 1}
	var s xent.Sequences
	for lo := 0; len(lengths) > s.Count; {
		n := lengths[s.Count]
		s.Add(result(t)(xent.CrossEntropy(xent.LogitsOf(x[2*lo:2*(lo+n)], 2), labels[lo:lo+n], nil)))
		lo += n
	}
	whole := result(t)(xent.CrossEntropy(xent.LogitsOf(x, 2), labels, nil))
	near(t, float64(s.TokenMean()), float64(whole.Mean()), 1e-15)
	near(t, float64(s.SeqSumNorm(5)), float64(whole.Sum())/10, 1e-15)
	weights := make([]float64, 4)
	if err := xent.SequenceWeights(weights, lengths, labels, nil); err != nil {
		t.Fatal(err)
	}
	weighted := result(t)(xent.CrossEntropy(xent.LogitsOf(x, 2), labels, &xent.Options{RowWeights: weights}))
	near(t, float64(weighted.Mean()), float64(s.SeqMean()), 1e-15)
	if math.Abs(float64(s.SeqMean()-s.TokenMean())) < .1 {
		t.Error("the means are the same: no failure to avoid")
	}
}

// Whatever the stride, a token is scored once and what is left out is said.
func windows(t *testing.T) {
	for _, tt := range []struct{ tokens, length, stride, unscored int }{{10, 4, 2, 0}, {10, 4, 4, 2}, {10, 4, 1, 0}, {3, 8, 5, 0}, {1, 4, 2, 0}} {
		plan, err := xent.PlanWindows(tt.tokens, tt.length, tt.stride)
		if err != nil {
			t.Fatal(err)
		}
		times := make([]int, tt.tokens)
		for _, w := range plan.Windows {
			for i := w.From; i < w.End; i++ {
				times[i]++
			}
		}
		if slices.Max(times) > 1 || plan.Unscored != tt.unscored || plan.Scored+plan.Unscored != tt.tokens-1 {
			t.Errorf("%+v: scored %v times, %+v", tt, times, plan)
		}
	}
	_, err := xent.PlanWindows(10, 4, 5)
	wants[*xent.OptionError](t, err, "stride")
}

// A text of 16 bits as 4 tokens of 16 or as 8 of 4: for each token they differ, for each byte of the text they do not.
func tokenizers(t *testing.T) {
	for tokens, classes := range map[int]int{4: 16, 8: 4} {
		r := result(t)(xent.CrossEntropy(xent.LogitsOf(make([]float64, tokens*classes), classes), make([]int, tokens), nil))
		near(t, r.Mean().Perplexity(), float64(classes), 1e-15)
		near(t, r.BitsPer(2), 8, 1e-15)
	}
}

// The mean is carried in nats, and its exponential taken last: up to the largest number, and not before.
func perplexityOverflow(t *testing.T) {
	r := result(t)(xent.CrossEntropy(xent.LogitsOf([]float32{200, 0}, 2), []int{1}, nil))
	near(t, r.Mean().Perplexity(), math.Exp(200), 1e-14) // e^200 leaves float32 at 88
	near(t, info.Nats(709.7).Perplexity(), 0x1.d75ae7a50ee14p+1023, 1e-15)
	if p := info.Nats(1e4).Perplexity(); !math.IsInf(p, 1) || info.Nats(1e4) != 1e4 {
		t.Errorf("e^10000 = %g", p)
	}
	sure := result(t)(xent.CrossEntropy(xent.LogitsOf([]float32{200, 0}, 2), []int{0}, nil))
	near(t, float64(sure.Mean()), math.Exp(-200), 1e-14) // and e^-200 does not come back as 0
}

// Half precision is a way to store scores, not to compute with them; the report bounds what it did to the loss.
func halfPrecision(t *testing.T) {
	err := typeCheck(t, `package snippet
import "xent"
type half uint16
var _, _ = xent.CrossEntropy(xent.LogitsOf([]half{1, 2}, 2), []int{0}, nil)`)
	if err == nil {
		t.Error("a loss in half precision compiles")
	}
	a, err := eval.New(eval.Config{Classes: 2, Input: eval.Logits, DType: "float16"})
	if err != nil {
		t.Fatal(err)
	}
	if err := eval.Add(a, eval.Block[float32]{Scores: xent.MatrixOf([]float32{36, 0, 1, 2}, 2), Labels: []int64{1, 0}}); err != nil {
		t.Fatal(err)
	}
	r, err := a.Report()
	if err != nil {
		t.Fatal(err)
	}
	near(t, r.Health.Rounding, 36*0x1p-10, 1e-12) // 2·2⁻¹¹·36
}

// The logits of a layer over a vocabulary are not built; what is allocated instead is told beforehand.
func logitsInMemory(t *testing.T) {
	const rows, dims, classes = 256, 4, 20000
	in := xent.Linear[float32]{Hidden: xent.MatrixOf(make([]float32, rows*dims), dims), Weight: xent.MatrixOf(make([]float32, classes*dims), dims)}
	grad := xent.Linear[float32]{Hidden: xent.MatrixOf(make([]float32, rows*dims), dims), Weight: xent.MatrixOf(make([]float32, classes*dims), dims)}
	labels, opt := make([]int32, rows), &xent.LinearOptions{Budget: 1 << 20, Options: xent.Options{Workers: 1}}
	plan := in.Plan(true, opt)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := result(t)(xent.LinearCrossEntropyGrad(grad, in, labels, opt))
	runtime.ReadMemStats(&after)
	near(t, float64(r.Mean()), math.Log(classes), 1e-6)
	if used := after.TotalAlloc - before.TotalAlloc; used > uint64(plan.Bytes)*11/10+1<<16 || plan.Bytes*10 > plan.Logits {
		t.Errorf("%d bytes allocated, %d planned, %d of logits", used, plan.Bytes, plan.Logits)
	}
}

// Sizes are 64-bit numbers whose products do not overflow; TestBeyond32Bits holds the values of such batches.
func hugeBatches(t *testing.T) {
	const far = math.MaxInt / 8
	for _, tt := range []struct{ rows, cols, stride int }{{2, 4, far}, {far, 4, far}, {far, far, 0}, {math.MaxInt, 2, 0}, {3, 2, math.MaxInt}} {
		m := xent.Logits[float32]{Data: make([]float32, 8), Rows: tt.rows, Cols: tt.cols, Stride: tt.stride}
		_, err := xent.CrossEntropy(m, []int{0, 1}, nil)
		wants[*xent.ShapeError](t, err, "8 values, want enough for")
	}
}

// What is not a destination is never written, and a destination that shares memory with it is refused unless it is
// the same view; so the losses of rows can be asked for after the gradient.
func overwrittenInputs(t *testing.T) {
	x, target := []float64{1, 2, 3, 0, -1, 4}, []float64{.2, .3, .5, 1, 0, 0}
	keepX, keepT := slices.Clone(x), slices.Clone(target)
	g, loss := make([]float64, 6), make([]float64, 2)
	first := result(t)(xent.SoftCrossEntropyGrad(xent.MatrixOf(g, 3), xent.LogitsOf(x, 3), xent.ProbsOf(target, 3), nil))
	if again := result(t)(xent.SoftCrossEntropyRows(loss, xent.LogitsOf(x, 3), xent.ProbsOf(target, 3), nil)); again != first || !slices.Equal(x, keepX) || !slices.Equal(target, keepT) {
		t.Errorf("after the gradient %v, before %v", again, first)
	}
	_, err := xent.SoftCrossEntropyGrad(xent.MatrixOf(x[1:4], 3), xent.Logits[float64]{Data: x, Rows: 1, Cols: 3}, xent.ProbsOf(target[:3], 3), nil)
	wants[*xent.ShapeError](t, err, "partly the memory of logits")
}

// The classes have a name and a place: [n, classes, height, width] and [n, height, width, classes] are two calls. What
// does not fit the labels is an error that shows both shapes.
func dimensions(t *testing.T) {
	const n, classes, height, width = 2, 3, 2, 4
	planes, last, labels := make([]float64, n*classes*height*width), make([]float64, n*classes*height*width), make([]int, n*height*width)
	for i := range labels {
		labels[i] = i % classes
		for c := range classes {
			v := math.Sin(float64(i*i + 5*c))
			last[i*classes+c] = v
			planes[i/(height*width)*classes*height*width+c*height*width+i%(height*width)] = v
		}
	}
	a := result(t)(xent.CrossEntropy(xent.LogitsOf(planes, classes, height, width), labels, nil))
	b := result(t)(xent.CrossEntropy(xent.LogitsOf(last, classes), labels, nil))
	if a != b {
		t.Errorf("classes second %v, last %v", a.Mean(), b.Mean())
	}
	_, err := xent.CrossEntropy(xent.LogitsOf(planes, n*height*width), labels, nil) // rows and columns exchanged
	wants[*xent.ShapeError](t, err, "labels is [16], want [3] (one for each row of logits)")
}

// The loss shifts nothing. Labels that are one off are found by what they cost.
func shiftedLabels(t *testing.T) {
	const rows, k = 400, 5
	scores, labels := make([]float64, rows*k), make([]int64, rows)
	for i := range rows {
		y := (i*i + i/7) % k
		scores[i*k+y] = 4
		labels[i] = int64((y + 1) % k)
	}
	if f := found(t, "labels-shifted", eval.Config{Classes: k, Input: eval.Logits}, scores, labels); f.Fix == "" {
		t.Error("no advice")
	}
}

// To ignore a row's label and to exclude a class from the softmax are two things with two names.
func ignoredAndExcluded(t *testing.T) {
	x := []float64{1, 0, 2, 0, 1, 5}
	ignored := result(t)(xent.CrossEntropy(xent.LogitsOf(x, 3), []int{0, 2}, &xent.Options{IgnoreIndex: new(2)}))
	near(t, float64(ignored.Mean()), math.Log(math.Exp(1)+1+math.Exp(2))-1, 1e-15) // class 2 still competes
	masked := slices.Clone(x)
	masked[2], masked[5] = math.Inf(-1), math.Inf(-1)
	excluded := result(t)(xent.CrossEntropy(xent.LogitsOf(masked[:3], 3), []int{0}, nil))
	near(t, float64(excluded.Mean()), math.Log1p(math.Exp(-1)), 1e-15) // here it does not
}

// Nothing is clipped, sorted or rescaled: an impossible label costs +Inf and is counted, one class suffices, and
// what does not sum to one is refused.
func clippedLogLoss(t *testing.T) {
	for _, tt := range []struct {
		name   string
		scores []float64
		k      int
		labels []int64
		want   float64
	}{
		{"impossible", []float64{0, 1}, 2, []int64{0}, math.Inf(1)},
		{"below every clip", []float64{1e-300, 1}, 2, []int64{0}, 300 * math.Ln10},
		{"one class seen", []float64{.25, .75, .5, .5}, 2, []int64{1, 1}, -(math.Log(.75) + math.Log(.5)) / 2},
		{"columns are classes", []float64{.2, .3, .5}, 3, []int64{2}, math.Ln2},
	} {
		a, err := eval.New(eval.Config{Classes: tt.k, Input: eval.Probs})
		if err != nil {
			t.Fatal(err)
		}
		if err := eval.Add(a, eval.Block[float64]{Scores: xent.MatrixOf(tt.scores, tt.k), Labels: tt.labels}); err != nil {
			t.Fatal(err)
		}
		r, err := a.Report()
		if err != nil {
			t.Fatal(err)
		}
		if !close(r.Loss.Nats, tt.want, 1e-14*math.Abs(tt.want)) || (r.Loss.Infinite == 1) != math.IsInf(tt.want, 1) {
			t.Errorf("%s: %g, want %g; %d infinite", tt.name, r.Loss.Nats, tt.want, r.Loss.Infinite)
		}
	}
	a, err := eval.New(eval.Config{Classes: 2, Input: eval.Probs})
	if err != nil {
		t.Fatal(err)
	}
	if err = eval.Add(a, eval.Block[float64]{Scores: xent.MatrixOf([]float64{.5, .6}, 2), Labels: []int64{0}}); err == nil {
		_, err = a.Report()
	}
	if err == nil {
		t.Error("probabilities that sum to 1.1 are reported on")
	}
}

// The focal loss of a sure row has a gradient, T² is part of the distillation, and a student cannot be its own
// teacher by exchanged arguments.
func focalAndDistillation(t *testing.T) {
	g := make([]float64, 2)
	for _, margin := range []float64{0, 30, 800, math.Inf(1)} {
		r := result(t)(xent.CrossEntropyGrad(xent.MatrixOf(g, 2), xent.LogitsOf([]float64{margin, 0}, 2), []int{0}, &xent.Options{Focus: 2}))
		finite(t, "focal", append(g, float64(r.Sum()))...)
	}
	x, y := []float64{1, 2, .5}, []float64{2, 2.5, 0}
	with := result(t)(xent.Distill(xent.LogitsOf(x, 3), xent.TeacherOf(y, 3), []int(nil), &xent.DistillOptions{Temperature: 3}))
	without := result(t)(xent.Distill(xent.LogitsOf(x, 3), xent.TeacherOf(y, 3), []int(nil), &xent.DistillOptions{Temperature: 3, Unscaled: true}))
	near(t, float64(with.Sum()), 9*float64(without.Sum()), 1e-15)
	if typeCheck(t, `package snippet
import "xent"
var _, _ = xent.Distill(xent.TeacherOf([]float64{1}, 1), xent.LogitsOf([]float64{1}, 1), []int{0}, nil)`) == nil {
		t.Error("student and teacher can be exchanged")
	}
}

// The last bin is closed, bins and their counts are returned; a target that does not fit into its frames is an error
// before anything is computed.
func binsAndCTC(t *testing.T) {
	var c calib.Cells
	c.Add(1, 1, 0, true)
	c.Add(1, 1, 0, false)
	c.Add(1, .5, 1, true)
	total := 0.0
	bins := c.EqualMass(15)
	for _, b := range bins {
		total += b.Weight
	}
	if total != 3 {
		t.Errorf("%g of 3 rows are in bins", total)
	}
	near(t, calib.ECE(bins), .5, 1e-15)
	x, g := xent.LogitsOf(make([]float64, 2*3), 3), slices.Repeat([]float64{guard}, 2*3)
	_, err := xent.CTCGrad(xent.MatrixOf(g, 3), x, []int{2}, []int{1, 1}, []int{2}, nil)
	wants[*xent.InfeasibleError](t, err, "2 frames, want at least 3 for its labels and repeats")
	if g[0] != guard {
		t.Error("a gradient was written")
	}
	if _, err = xent.CTCGrad(xent.MatrixOf(g, 3), x, []int{2}, []int{1, 1}, []int{2}, &xent.CTCOptions{Infeasible: xent.InfeasibleInf}); err != nil {
		t.Fatal(err)
	}
	finite(t, "the gradient of an infinite loss", g...)
}
