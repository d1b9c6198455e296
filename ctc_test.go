package xent_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"xent"
	"xent/internal/ref"
)

// everyPath is the loss by its definition: over all paths of a class by frame, those that read as the
// target once repeats are merged and blanks dropped.
func everyPath(x []ref.Num, frames, classes, blank int, target []int) ref.Num {
	p := make([][]ref.Num, frames)
	for t := range p {
		p[t] = ref.SoftmaxOf(x[t*classes:][:classes], 1)
	}
	total, path := ref.Of(0), make([]int, frames)
	var walk func(t int, prob ref.Num)
	walk = func(t int, prob ref.Num) {
		if t < frames {
			for k := range classes {
				path[t] = k
				walk(t+1, prob.Mul(p[t][k]))
			}
			return
		}
		var read []int
		for i, k := range path {
			if k != blank && (i == 0 || path[i-1] != k) {
				read = append(read, k)
			}
		}
		if slices.Equal(read, target) {
			total = total.Add(prob)
		}
	}
	walk(0, ref.Of(1))
	return total.Log().Neg()
}

func TestCTCOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	for n, tt := range []struct {
		frames, classes, blank int
		target                 []int
	}{
		{4, 3, 0, []int{1, 2}}, {4, 3, 0, []int{1, 1}}, {3, 3, 0, []int{2, 2}}, {3, 3, 0, nil}, {4, 3, 2, []int{0, 1}},
		{1, 4, 1, []int{3}}, {4, 2, 0, []int{1}}, {5, 3, 1, []int{0, 2, 0}}, {4, 3, 0, []int{2}},
	} {
		spread := []float64{1, 5, 40}[n%3]
		x, grad := make([]float64, tt.frames*tt.classes), make([]float64, tt.frames*tt.classes)
		for i := range x {
			x[i] = rng.NormFloat64() * spread
		}
		res, err := xent.CTCGrad(xent.MatrixOf(grad, tt.classes), xent.LogitsOf(x, tt.classes), []int{tt.frames}, tt.target,
			[]int{len(tt.target)}, &xent.CTCOptions{Blank: tt.blank})
		if err != nil {
			t.Fatal(err)
		}
		value, want := ref.Slopes(x, func(x []ref.Num) ref.Num { return everyPath(x, tt.frames, tt.classes, tt.blank, tt.target) })
		// where several paths nearly add up to certainty, what each lost is a share of a tiny sum
		if u := ulpsOf(float64(res.Sum()), value); !(u <= valueBound || value < 1e-3 && u <= 1000) {
			t.Errorf("%d: loss %.17g, want %.17g: %.3g ulp", n, res.Sum(), value, u)
		}
		for i := range grad {
			if !close(grad[i], want[i], 16*0x1p-52*max(1, value)) {
				t.Errorf("%d: grad[%d] = %.17g, want %.17g", n, i, grad[i], want[i])
			}
		}
	}
}

// A sequence that is all but certain keeps its digits: the loss is near e^-40, not 0.
func TestCTCOfSureSequence(t *testing.T) {
	x := []float64{0, 40, 0, 40, 0, 0, 0, 0, 40} // 1, blank, 2
	res, err := xent.CTC(xent.LogitsOf(x, 3), []int{3}, []int{1, 2}, []int{2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	value, _ := ref.Slopes(x, func(x []ref.Num) ref.Num { return everyPath(x, 3, 3, 0, []int{1, 2}) })
	near(t, float64(res.Sum()), value, 16*0x1p-52)
}

// Sequences of a batch do not touch each other, in either layout, in place, on any number of workers.
func TestCTCBatch(t *testing.T) {
	const frames, classes, n = 9, 5, 130
	rng := rand.New(rand.NewPCG(19, 20))
	x := make([]float64, n*frames*classes)
	for i := range x {
		x[i] = rng.NormFloat64() * 3
	}
	var targets []uint8
	counts, lengths := make([]int, n), make([]int, n)
	for i := range n {
		lengths[i] = rng.IntN(4)
		counts[i] = 2*lengths[i] + rng.IntN(frames-6)
		for range lengths[i] {
			targets = append(targets, uint8(1+rng.IntN(classes-1)))
		}
		for f := counts[i]; f < frames; f++ { // not looked at
			x[(i*frames+f)*classes] = math.NaN()
		}
	}
	run := func(x []float64, o *xent.CTCOptions) (xent.Result, []float64, []float64) {
		grad, loss := slices.Clone(x), make([]float64, n)
		if _, err := xent.CTCRows(loss, xent.LogitsOf(x, classes), counts, targets, lengths, o); err != nil {
			t.Fatal(err)
		}
		res, err := xent.CTCGrad(xent.MatrixOf(grad, classes), xent.LogitsOf(grad, classes), counts, targets, lengths, o)
		if err != nil {
			t.Fatal(err)
		}
		return res, loss, grad
	}
	want, loss, grad := run(x, &xent.CTCOptions{Workers: 1})
	for _, w := range []int{0, 2, 7} {
		r, l, g := run(x, &xent.CTCOptions{Workers: w})
		if r != want || !slices.Equal(l, loss) || !slices.Equal(g, grad) {
			t.Errorf("%d workers: another result", w)
		}
	}
	turned := make([]float64, len(x))
	for i := range n {
		for f := range frames {
			copy(turned[(f*n+i)*classes:][:classes], x[(i*frames+f)*classes:])
		}
	}
	r, l, g := run(turned, &xent.CTCOptions{TimeMajor: true})
	if r != want || !slices.Equal(l, loss) {
		t.Error("time-major: another result")
	}
	start := 0
	for i := range n {
		one := make([]float64, frames*classes)
		res, err := xent.CTCGrad(xent.MatrixOf(one, classes), xent.LogitsOf(x[i*frames*classes:][:frames*classes], classes),
			counts[i:i+1], targets[start:start+lengths[i]], lengths[i:i+1], &xent.CTCOptions{Reduction: xent.Sum})
		if err != nil || float64(res.Sum()) != loss[i] {
			t.Fatalf("sequence %d alone costs %g, in the batch %g (%v)", i, res.Sum(), loss[i], err)
		}
		start += lengths[i]
		for f := range frames {
			for k := range classes {
				a, b, c := one[f*classes+k]/n, grad[(i*frames+f)*classes+k], g[(f*n+i)*classes+k]
				if b != c || math.Abs(a-b) > 1e-17 || f >= counts[i] && b != 0 {
					t.Fatalf("sequence %d, frame %d: alone %g, in the batch %g, time-major %g", i, f, a, b, c)
				}
			}
		}
	}
}

func TestCTCSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name    string
		x       []float64 // of three classes
		frames  int
		target  []int
		opt     xent.CTCOptions
		want    float64
		ignored int
		grad    float64 // of every logit; 1: any finite
		why     string
	}{
		{"nothing to read, nothing said", nil, 0, nil, xent.CTCOptions{}, 0, 0, 0, "one empty path"},
		{"infeasible, +Inf", make([]float64, 6), 2, []int{1, 1}, xent.CTCOptions{Infeasible: xent.InfeasibleInf}, inf, 0, 0, "a repeat needs a blank between"},
		{"infeasible, 0", make([]float64, 6), 2, []int{1, 1}, xent.CTCOptions{Infeasible: xent.InfeasibleZero, Empty: xent.EmptyZero}, 0, 1, 0, "PyTorch's zero_infinity"},
		{"excluded", []float64{0, -inf, 0}, 1, []int{1}, xent.CTCOptions{}, inf, 0, 0, "no path is left"},
		{"excluded elsewhere", []float64{0, 0, -inf}, 1, []int{1}, xent.CTCOptions{}, math.Ln2, 0, 1, "a class that no path needs"},
		{"NaN", []float64{0, 0, nan}, 1, []int{1}, xent.CTCOptions{}, nan, 0, nan, "NaN in, NaN out"},
		{"certain", []float64{0, inf, 0}, 1, []int{1}, xent.CTCOptions{}, 0, 0, 0, "a logit at +Inf is the limit"},
	} {
		grad := make([]float64, len(tt.x))
		res, err := xent.CTCGrad(xent.MatrixOf(grad, 3), xent.LogitsOf(tt.x, 3), []int{tt.frames}, tt.target, []int{len(tt.target)}, &tt.opt)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if !close(float64(res.Mean()), tt.want, 1e-15) || res.Ignored != tt.ignored {
			t.Errorf("%s: %g (%+v), want %g: %s", tt.name, res.Mean(), res, tt.want, tt.why)
		}
		for _, g := range grad {
			if tt.grad == 1 && g-g != 0 || tt.grad != 1 && !close(g, tt.grad, 0) {
				t.Errorf("%s: gradient %g", tt.name, grad)
			}
		}
	}
}

func TestCTCErrors(t *testing.T) {
	x := xent.LogitsOf(make([]float64, 2*2*3), 3) // two sequences of two frames
	for _, tt := range []struct {
		frames, targets, lengths []int
		opt                      xent.CTCOptions
		want                     string
	}{
		{[]int{2, 2}, []int{1, 1, 2, 2}, []int{2, 2}, xent.CTCOptions{}, "xent: CTC: sequence 0 has 2 frames, want at least 3 for its labels and repeats; so with 2 of 2 sequences (or set Infeasible)"},
		{[]int{2, 1}, []int{1, 1, 2}, []int{1, 2}, xent.CTCOptions{}, "xent: CTC: sequence 1 has 1 frame, want at least 2 for its labels and repeats (or set Infeasible)"},
		{[]int{2, 3}, nil, []int{0, 0}, xent.CTCOptions{}, "xent: CTC: frames[1] is 3, want 0 to 2"},
		{[]int{2, 2}, []int{1}, []int{1, 1}, xent.CTCOptions{}, "xent: CTC: targets is [1], want one for each label that lengths counts"},
		{[]int{2, 2}, []int{1, 1, 1}, []int{1, 1}, xent.CTCOptions{}, "xent: CTC: targets is [3], want [2] (the sum of lengths)"},
		{[]int{2, 2}, []int{1}, []int{1}, xent.CTCOptions{}, "xent: CTC: lengths is [1], want [2] (one for each of frames)"},
		{[]int{2, 2, 2}, nil, []int{0, 0, 0}, xent.CTCOptions{}, "xent: CTC: logits is [4, 3], want a number of rows divided by the 3 sequences"},
		{[]int{2, 2}, []int{1, 0}, []int{1, 1}, xent.CTCOptions{}, "xent: CTC: option Blank = 0, want a class that no target has (targets[1] does)"},
		{[]int{2, 2}, nil, []int{0, 0}, xent.CTCOptions{Blank: 3}, "xent: CTC: option Blank = 3, want 0 ≤ Blank < 3"},
		{[]int{2, 2}, nil, []int{0, 0}, xent.CTCOptions{Infeasible: 3}, "xent: CTC: option Infeasible = 3, want InfeasibleFails, InfeasibleInf or InfeasibleZero"},
		{nil, nil, nil, xent.CTCOptions{}, "xent: CTC: logits is [4, 3], want a number of rows divided by the 0 sequences"},
	} {
		if _, err := xent.CTC(x, tt.frames, tt.targets, tt.lengths, &tt.opt); err == nil || err.Error() != tt.want {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
	var le *xent.LabelError
	if _, err := xent.CTC(x, []int{2, 2}, []int{1, 3}, []int{1, 1}, nil); !errors.As(err, &le) || le.Row != 1 {
		t.Errorf("a label of no class: %v", err)
	}
}

// Three frames that read as the two labels 1 and 2, in the five ways of saying so.
func ExampleCTC() {
	logits := xent.LogitsOf(make([]float64, 3*3), 3) // every class as likely as any
	res, err := xent.CTC(logits, []int{3}, []int{1, 2}, []int{2}, nil)
	fmt.Printf("%.4f = ln(27/5) %v\n", float64(res.Sum()), err)
	// Output: 1.6864 = ln(27/5) <nil>
}

func ExampleCTCGrad() {
	grad := make([]float64, 3)
	_, err := xent.CTCGrad(xent.MatrixOf(grad, 3), xent.LogitsOf([]float64{0, 0, 0}, 3), []int{1}, []int{1}, []int{1}, nil)
	fmt.Printf("%.4f %v\n", grad, err)
	// Output: [0.3333 -0.6667 0.3333] <nil>
}

// A target that does not fit is an error before anything is computed.
func ExampleCTCRows() {
	loss := make([]float64, 1)
	_, err := xent.CTCRows(loss, xent.LogitsOf(make([]float64, 6), 3), []int{2}, []int{1, 1}, []int{2}, nil)
	fmt.Println(err)
	// Output: xent: CTCRows: sequence 0 has 2 frames, want at least 3 for its labels and repeats (or set Infeasible)
}
