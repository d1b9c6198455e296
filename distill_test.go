package xent_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"xent"
	"xent/internal/ref"
)

// distillations are settings of Distill and their formulas in the oracle, for student logits x,
// teacher logits y and a label.
var distillations = []struct {
	name string
	opt  xent.DistillOptions
}{
	{"KL", xent.DistillOptions{}},
	{"KL at 4", xent.DistillOptions{Temperature: 4}},
	{"KL at 4, unscaled", xent.DistillOptions{Temperature: 4, Unscaled: true}},
	{"with labels", xent.DistillOptions{Temperature: 2, LabelShare: .25}},
	{"labels alone", xent.DistillOptions{Temperature: 2, LabelShare: 1}},
	{"JS", xent.DistillOptions{Kind: xent.JS, Mix: new(.25), Temperature: 2, LabelShare: .5}},
	{"decoupled", xent.DistillOptions{Temperature: 4, Decoupled: &xent.Decoupled{Target: 1, Others: 8}, LabelShare: .5}},
	{"decoupled, others alone", xent.DistillOptions{Decoupled: &xent.Decoupled{Others: 1}}},
}

func distillOracle(o xent.DistillOptions, x []ref.Num, teacher []float64, label int) ref.Num {
	t := max(o.Temperature, 1)
	p, q := ref.SoftmaxOf(ref.AllOf(teacher), t), ref.SoftmaxOf(x, t)
	one := ref.Of(1)
	var d ref.Num
	switch kl := ref.Divergences["KL"]; {
	case o.Decoupled != nil:
		halve := func(p []ref.Num) (b, others []ref.Num) {
			miss := one.Sub(p[label])
			for j := range p {
				if j != label {
					others = append(others, p[j].Div(miss))
				}
			}
			return []ref.Num{p[label], miss}, others
		}
		b, others := halve(p)
		c, among := halve(q)
		d = kl(b, c, one).Mul(ref.Of(o.Decoupled.Target)).Add(kl(others, among, one).Mul(ref.Of(o.Decoupled.Others)))
	case o.Kind == xent.JS:
		d = ref.Divergences["JS"](p, q, ref.Of(*o.Mix))
	default:
		d = kl(p, q, one)
	}
	if !o.Unscaled {
		d = d.Mul(ref.Of(t)).Mul(ref.Of(t))
	}
	hard := ref.SoftmaxOf(x, 1)[label].Log().Neg()
	return one.Sub(ref.Of(o.LabelShare)).Mul(d).Add(ref.Of(o.LabelShare).Mul(hard))
}

func TestDistillOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	const k = 4
	for _, d := range distillations {
		for n := range 6 {
			spread, label := []float64{.5, 3, 30}[n%3], n%k
			x, y, grad := make([]float64, k), make([]float64, k), make([]float64, k)
			for j := range x {
				x[j], y[j] = rng.NormFloat64()*spread, rng.NormFloat64()*spread
			}
			opt := d.opt
			opt.Reduction = xent.Sum
			res, err := xent.DistillGrad(xent.MatrixOf(grad, k), xent.LogitsOf(x, k), xent.TeacherOf(y, k), []int{label}, &opt)
			if err != nil {
				t.Fatal(err)
			}
			value, want := ref.Slopes(x, func(x []ref.Num) ref.Num { return distillOracle(opt, x, y, label) })
			if u := ulpsOf(float64(res.Sum()), value); !(u <= valueBound) {
				t.Errorf("%s, spread %g: %.17g, want %.17g: %.3g ulp", d.name, spread, res.Sum(), value, u)
			}
			for j := range grad {
				if u := ulpsOf(grad[j], want[j]); !(u <= gradBound) && math.Abs(grad[j]-want[j]) > floorEps*0x1p-52*8 {
					t.Errorf("%s, spread %g: grad[%d] = %.17g, want %.17g: %.3g ulp", d.name, spread, j, grad[j], want[j], u)
				}
			}
		}
	}
}

// A student that agrees with its teacher has nothing to learn from it, to the last bit.
func TestDistillFromItself(t *testing.T) {
	x := []float64{3, -1, .25, 40}
	for _, d := range distillations {
		opt, grad := d.opt, make([]float64, 4)
		if opt.LabelShare = 0; d.opt.LabelShare == 1 {
			continue
		}
		res, err := xent.DistillGrad(xent.MatrixOf(grad, 4), xent.LogitsOf(x, 4), xent.TeacherOf(x, 4), []int{2}, &opt)
		if err != nil {
			t.Fatal(err)
		}
		if res.Sum() != 0 || slices.ContainsFunc(grad, func(g float64) bool { return g != 0 }) {
			t.Errorf("%s: loss %g, gradient %g", d.name, res.Sum(), grad)
		}
	}
}

// T² keeps the size of the gradient: as T grows it tends to that of ½·Σ (centred x - y)²/K.
func TestDistillKeepsTheGradient(t *testing.T) {
	x, y, grad := []float64{1, 2, .5}, []float64{2, 2.5, 0}, make([]float64, 3)
	opt := &xent.DistillOptions{Temperature: 1e6}
	if _, err := xent.DistillGrad(xent.MatrixOf(grad, 3), xent.LogitsOf(x, 3), xent.TeacherOf(y, 3), []int(nil), opt); err != nil {
		t.Fatal(err)
	}
	mean := (x[0] - y[0] + x[1] - y[1] + x[2] - y[2]) / 3
	for j := range grad {
		near(t, grad[j], (x[j]-y[j]-mean)/3, 1e-5)
	}
}

func TestDistillSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		name             string
		student, teacher []float64
		opt              xent.DistillOptions
		label            int
		want             float64
		grad             []float64
		why              string
	}{
		{"both exclude", []float64{0, 0, -inf}, []float64{0, 0, -inf}, xent.DistillOptions{}, 0, 0, []float64{0, 0, 0}, "a masked class"},
		{"student excludes", []float64{0, 0, -inf}, []float64{0, 0, 0}, xent.DistillOptions{}, 0, inf, []float64{1. / 6, 1. / 6, -1. / 3}, "+Inf, with a finite gradient"},
		{"ignored", []float64{nan, 0, 1}, []float64{0, nan, 0}, xent.DistillOptions{IgnoreIndex: new(-1), Empty: xent.EmptyZero}, -1, 0, []float64{0, 0, 0}, "neither part looks at the row"},
		{"teacher not asked", []float64{0, 0}, []float64{nan, 0}, xent.DistillOptions{LabelShare: 1}, 0, math.Ln2, []float64{-.5, .5}, "a share of 0"},
		{"NaN in the teacher", []float64{0, 0}, []float64{nan, 0}, xent.DistillOptions{LabelShare: .5}, 0, nan, []float64{nan, nan}, "NaN in, NaN out"},
		{"decoupled, one class", []float64{3}, []float64{1}, xent.DistillOptions{Decoupled: &xent.Decoupled{Target: 1, Others: 8}}, 0, 0, []float64{0}, "no others"},
		{"decoupled, sure teacher", []float64{0, 0, 0}, []float64{800, 0, 0}, xent.DistillOptions{Decoupled: &xent.Decoupled{Target: 0, Others: 8}}, 0, 0, []float64{0, 0, 0}, "what it knows of the others is heard"},
		{"decoupled, student excludes", []float64{0, 0, -inf}, []float64{0, 0, 0}, xent.DistillOptions{Decoupled: &xent.Decoupled{Target: 1, Others: 0}}, 0, excessOf(1./3, .5) + excessOf(2./3, .5), []float64{1. / 6, -1. / 6, 0}, "among the others nothing is asked"},
		{"decoupled, NaN", []float64{nan, 0}, []float64{0, 0}, xent.DistillOptions{Decoupled: &xent.Decoupled{Target: 1, Others: 1}}, 0, nan, []float64{nan, nan}, "NaN in, NaN out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := len(tt.student)
			grad := make([]float64, k)
			res, err := xent.DistillGrad(xent.MatrixOf(grad, k), xent.LogitsOf(tt.student, k), xent.TeacherOf(tt.teacher, k), []int{tt.label}, &tt.opt)
			if err != nil {
				t.Fatal(err)
			}
			if got := float64(res.Mean()); !close(got, tt.want, 1e-14) {
				t.Errorf("%g, want %g: %s", got, tt.want, tt.why)
			}
			for j := range grad {
				if !close(grad[j], tt.grad[j], 1e-14) {
					t.Errorf("grad[%d] = %g, want %g: %s", j, grad[j], tt.grad[j], tt.why)
				}
			}
		})
	}
}

func excessOf(p, q float64) float64 { return p*math.Log(p/q) - p + q }

func TestDistillErrors(t *testing.T) {
	x, y := xent.LogitsOf([]float64{0, 0}, 2), xent.TeacherOf([]float64{0, 0}, 2)
	for _, tt := range []struct {
		labels []int
		opt    xent.DistillOptions
		want   string
	}{
		{nil, xent.DistillOptions{LabelShare: .5}, "xent: Distill: labels is [0], want [1] (one for each row of student)"},
		{nil, xent.DistillOptions{LabelShare: 2}, "xent: Distill: option LabelShare = 2, want 0 ≤ LabelShare ≤ 1"},
		{[]int{2}, xent.DistillOptions{}, "xent: Distill: labels[0] = 2, want 0 ≤ label < 2 (or Options.IgnoreIndex); the labels need 3 classes, the logits have 2"},
		{[]int{0}, xent.DistillOptions{Kind: xent.JS, Decoupled: &xent.Decoupled{}}, "xent: Distill: option Kind = 3, want KL, whose halves Decoupled weighs"},
		{[]int{0}, xent.DistillOptions{Decoupled: &xent.Decoupled{Others: math.Inf(1)}}, "xent: Distill: option Decoupled = 0 and +Inf, want finite weights"},
		{[]int{-1}, xent.DistillOptions{IgnoreIndex: new(-1)}, "xent: Distill: mean of nothing: all 1 row are ignored (or set Empty, or Reduction: Sum)"},
	} {
		if _, err := xent.Distill(x, y, tt.labels, &tt.opt); err == nil || err.Error() != tt.want {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
	if _, err := xent.Distill(x, xent.TeacherOf([]float64{0, 0, 0}, 3), []int(nil), nil); err == nil {
		t.Error("a teacher of other classes")
	}
}
