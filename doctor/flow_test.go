package doctor_test

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xent"
	"xent/doctor"
)

// stack is a flow of n layers of 8 × 8 in which the gradient of layer i has the size rms(i).
func stack(n, steps int, rms func(layer, step, at int) float64) *doctor.Flow {
	f := &doctor.Flow{}
	for step := range steps {
		for i := range n {
			v := make([]float64, 64)
			for k := range v {
				v[k] = rms(i, step, k) * (1 - 2*float64(k%2))
			}
			f.Array(strconv.Itoa(2*i)+".weight", "float32", []int64{8, 8}).Add(step, v)
		}
	}
	return f
}

func TestFlowDetectors(t *testing.T) {
	decades := func(perLayer float64) func(int, int, int) float64 {
		return func(layer, _, _ int) float64 { return math.Pow(10, perLayer*float64(layer)-1) }
	}
	even := func(int, int, int) float64 { return .01 }
	for _, tt := range []struct {
		name string
		flow *doctor.Flow
		want string // "" where it must stay silent about all things
		why  string
	}{
		{"even", stack(6, 1, even), "", "nothing is wrong"},
		{"two layers", stack(2, 1, decades(.9)), "", "less than a thousand, and too few layers for a slope"},
		{"gentle", stack(6, 1, decades(.2)), "", "a decade over six layers is usual"},
		{"one number", stack(1, 1, even), "", "nothing to compare"},
		{"sigmoids", stack(6, 1, decades(.7)), "vanishing-gradient", "a fifth from layer to layer"},
		{"slope", stack(7, 1, decades(.31)), "vanishing-gradient", "1.86 decades, but steadily"},
		{"exploding", stack(6, 1, decades(-.7)), "exploding-gradient", "the same the other way round"},
		{"NaN", stack(4, 1, func(l, _, at int) float64 {
			if l < 2 && at == 3 {
				return math.NaN()
			}
			return .01
		}), "gradient-not-finite", "the backward pass made it behind the second layer"},
		{"frozen", stack(4, 2, func(l, _, _ int) float64 {
			if l == 1 {
				return 0
			}
			return .01
		}), "no-gradient", "a layer that nothing reaches, which has no dead units but is dead"},
		{"dead", stack(4, 3, func(l, _, at int) float64 {
			if l == 2 && at < 8 {
				return 0
			}
			return .01
		}), "dead-units", "one of eight rows, at all three steps"},
		{"awake", stack(4, 3, func(l, step, at int) float64 {
			if l == 2 && at < 8 && step < 2 {
				return 0
			}
			return .01
		}), "", "that row had a gradient at the last step"},
		{"tiny", stack(3, 1, func(int, int, int) float64 { return 1e-9 }), "float16-underflow", "below 2^-24"},
		{"clipped", stack(3, 6, func(_, step, _ int) float64 { return min(.01, .004*float64(step+1)) }), "gradient-clipped", "four of six steps have the largest norm"},
		{"growing", stack(3, 6, func(_, step, _ int) float64 { return .004 * float64(step+1) }), "", "no two norms are the same"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var ids []string
			for _, f := range doctor.Examine(doctor.Case{Flow: tt.flow}) {
				ids = append(ids, f.ID)
				if f.Message(doctor.Nats) == "" || f.Fix == "" || f.Otherwise(doctor.Nats) == "" && f.Severity == doctor.Warning && f.ID != "gradient-clipped" {
					t.Errorf("%s lacks words: %+v", f.ID, f)
				}
			}
			if tt.want == "" && ids != nil || tt.want != "" && !slices.Equal(ids, []string{tt.want}) {
				t.Errorf("found %v, want %q: %s", ids, tt.want, tt.why)
			}
		})
	}
}

func TestGradientTurns(t *testing.T) {
	f := stack(2, 3, func(int, int, int) float64 { return .01 })
	for range 2 {
		f.Align([]float64{1, 2, 3}, []float64{-1, -2, -3})
		f.Aligned()
	}
	if got := f.Cosines; len(got) != 2 || !(math.Abs(got[0]+1) < 1e-15) {
		t.Errorf("cosines %v, want -1", got)
	}
	found := doctor.Examine(doctor.Case{Flow: f})
	if !slices.ContainsFunc(found, func(f *doctor.Finding) bool { return f.ID == "gradient-turns" }) {
		t.Errorf("found %v", found)
	}
}

// NaN in all layers comes from the loss; in the first ones only, from the backward pass behind them.
func TestNotFiniteIsPlaced(t *testing.T) {
	for from, want := range map[int]string{
		4: "24 gradients are NaN or infinite, first 0.weight, and all layers are hit: it was there before the backward pass reached them, in the loss or in the forward pass",
		2: "12 gradients are NaN or infinite, first 0.weight; the layers behind 2.weight, nearer to the loss, are finite: the backward pass made it there",
	} {
		f := stack(4, 2, func(l, step, at int) float64 {
			if step == 1 && l < from && at < 6 {
				return math.NaN()
			}
			return .01
		})
		found := doctor.Examine(doctor.Case{Flow: f})
		if len(found) != 1 || found[0].Message(doctor.Nats) != want || found[0].Rows[0] != 1 || found[0].Severity != doctor.Error {
			t.Errorf("%d layers: %+v", from, found)
		}
	}
}

// What one factor in all layers is, belongs to the loss; what changes on the way, to the network.
func TestFlowDifference(t *testing.T) {
	fall := func(loss, perLayer float64) *doctor.Flow {
		return stack(5, 1, func(layer, _, _ int) float64 { return math.Pow(10, -loss-perLayer*float64(4-layer)) })
	}
	d, ok := fall(1, .8).Compare(fall(2.5, .8))
	if !ok || !d.OneFactor() || !(math.Abs(d.Loss+1.5) < 1e-12) || !(math.Abs(d.Network) < 1e-12) || !(math.Abs(d.A-3.2) < 1e-12) {
		t.Errorf("a factor of the loss: %+v, %v", d, ok)
	}
	d, ok = fall(1, .1).Compare(fall(1, .8))
	if !ok || d.OneFactor() || !(math.Abs(d.Loss) < 1e-12) || !(math.Abs(d.Network+2.8) < 1e-12) {
		t.Errorf("a difference of the network: %+v, %v", d, ok)
	}
	if _, ok := fall(1, .1).Compare(stack(4, 1, func(int, int, int) float64 { return 1 })); ok {
		t.Error("networks of five and four layers compare")
	}
}

// Moments are those of plain sums, in any partition, and of numbers whose squares are out of range.
func TestMoments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-1e3, 1e3), 1, 50).Draw(t, "x")
		scale := math.Ldexp(1, rapid.SampledFrom([]int{0, -900, 900}).Draw(t, "exponent"))
		var s2, s4 float64
		scaled := make([]float64, len(x))
		for i, v := range x {
			if math.Abs(v) < 1e-6 {
				v = 0 // its square would not be exact in the plain sums
			}
			scaled[i] = v * scale
			if scaled[i] != 0 {
				s2, s4 = s2+v*v, s4+v*v*v*v
			}
		}
		var whole, left, right doctor.Moments
		whole.Add(scaled)
		cut := rapid.IntRange(0, len(x)).Draw(t, "cut")
		left.Add(scaled[:cut])
		right.Add(scaled[cut:])
		left.Merge(&right)
		for _, m := range []doctor.Moments{whole, left} {
			if want := math.Sqrt(s2) * scale; !(math.Abs(m.Norm()-want) <= 1e-12*want) {
				t.Fatalf("norm %g, want %g", m.Norm(), want)
			}
			if want := s4 / s2 / s2 * float64(len(x)); s2 > 0 && !(math.Abs(m.Kurtosis()-want) <= 1e-9*want) {
				t.Fatalf("kurtosis %g, want %g", m.Kurtosis(), want)
			}
		}
	})
	var m doctor.Moments
	m.Add([]float64{0, math.NaN(), math.Inf(-1), 3, 1e-8, 1e-5})
	if m.N != 6 || m.Zeros != 1 || m.NaN != 1 || m.Inf != 1 || m.Flushed != 1 || m.Subnormal != 1 || m.Max != 3 || m.Finite() != 4 {
		t.Errorf("%+v", m)
	}
}

// Names of the frameworks fall into layers.
func TestFlowLayers(t *testing.T) {
	for _, tt := range []struct {
		names []string
		want  []string
		why   string
	}{
		{[]string{"0.weight", "0.bias", "10.weight"}, []string{"0", "10"}, "PyTorch's Sequential"},
		{[]string{"h.1.attn.qkv.weight", "h.1.attn.qkv.bias", "lm_head.weight"}, []string{"h.1.attn.qkv", "lm_head"}, "PyTorch's modules"},
		{[]string{"dense/kernel:0", "dense/bias:0", "dense_1/kernel:0"}, []string{"dense", "dense_1"}, "Keras"},
		{[]string{"params/Dense_0/kernel", "params/Dense_0/bias"}, []string{"params/Dense_0"}, "Flax"},
		{[]string{"W1", "b1", "W2", "b2"}, []string{"1", "2"}, "by hand"},
		{[]string{"fc1_weight", "fc1_bias", "fc2_weight"}, []string{"fc1", "fc2"}, "MXNet"},
		{[]string{"theta"}, []string{"theta"}, "a name without parts is a layer"},
	} {
		var f doctor.Flow
		for _, n := range tt.names {
			f.Array(n, "float32", []int64{2, 2}).Add(0, []float64{1, 2, 3, 4})
		}
		var got []string
		for _, l := range f.Layers {
			got = append(got, l.Name)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%v fall into %q, want %q: %s", tt.names, got, tt.want, tt.why)
		}
	}
}

// Each loss is known by its gradient, and so is what it was divided by; a sum of two losses is none of them.
func TestLossIdentified(t *testing.T) {
	const n, k = 40, 5
	z, onehot, labels := make([]float64, n*k), make([]float64, n*k), make([]int64, n)
	state := uint64(1)
	for i := range z {
		state = state*6364136223846793005 + 1442695040888963407
		z[i] = 6*float64(state>>11)/(1<<53) - 3
	}
	for i := range labels {
		labels[i] = int64(i*i%7) % k
		onehot[i*k+int(labels[i])] = 1
	}
	grad := func(opt *xent.Options) []float64 {
		g := make([]float64, n*k)
		if _, err := xent.CrossEntropyGrad(xent.MatrixOf(g, k), xent.LogitsOf(z, k), labels, opt); err != nil {
			t.Fatal(err)
		}
		return g
	}
	binary := make([]float64, n*k)
	if _, err := xent.BinaryCrossEntropyGrad(xent.MatrixOf(binary, k), xent.LogitsOf(z, k), xent.MatrixOf(onehot, k), nil); err != nil {
		t.Fatal(err)
	}
	p, brier, twice := make([]float64, n*k), make([]float64, n*k), make([]float64, n*k)
	if err := xent.Softmax(xent.ProbsOf(p, k), xent.LogitsOf(z, k), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := xent.CrossEntropyGrad(xent.MatrixOf(twice, k), xent.LogitsOf(p, k), labels, nil); err != nil {
		t.Fatal(err)
	}
	for i := range n { // by the chain rule, written out
		var a, b float64
		for c := range k {
			a += 2 * (p[i*k+c] - onehot[i*k+c]) * p[i*k+c]
			b += twice[i*k+c] * p[i*k+c]
		}
		for c := range k {
			at := i*k + c
			brier[at] = p[at] * (2*(p[at]-onehot[at]) - a)
			twice[at] = p[at] * (twice[at] - b)
		}
	}
	mixed := grad(nil)
	for i, v := range brier {
		mixed[i] += v / n
	}
	for _, tt := range []struct {
		name string
		grad []float64
		ids  []string
		says string
	}{
		{"mean", grad(nil), []string{"loss-identified"}, "that of cross-entropy, as a mean over the 40 rows"},
		{"sum", grad(&xent.Options{Reduction: xent.Sum}), []string{"loss-identified"}, "that of cross-entropy, summed over the rows"},
		{"smoothed", grad(&xent.Options{Smoothing: .1}), []string{"loss-identified"}, "smoothed by 0.1, as a mean over the 40 rows"},
		{"focal", grad(&xent.Options{Focus: 2}), []string{"loss-identified"}, "focal loss with γ = 2, as a mean"},
		{"squared", brier, []string{"loss-identified"}, "squared error of the softmax, summed over the rows"},
		{"binary", binary, []string{"gradient-rows", "loss-identified"}, "binary cross-entropy of each class, as a mean over rows and classes"},
		{"twice", twice, []string{"loss-identified"}, "softmax applied twice, as a mean over the 40 rows"},
		{"mixed", mixed, []string{"loss-identified"}, "that of none of the losses that are tried"},
	} {
		f := &doctor.Flow{Head: &doctor.FlowHead{Classes: k, Logits: z, Grad: tt.grad, Labels: labels}}
		var ids []string
		says := ""
		for _, found := range doctor.Examine(doctor.Case{Flow: f}) {
			ids = append(ids, found.ID)
			if found.ID == "loss-identified" {
				says = found.Message(doctor.Nats)
				if (found.Severity == doctor.Error) != (tt.name == "twice") {
					t.Errorf("%s is of severity %s", tt.name, found.Severity)
				}
			}
		}
		if !slices.Equal(ids, tt.ids) || !strings.Contains(says, tt.says) {
			t.Errorf("%s: %v, %q; want %v, %q", tt.name, ids, says, tt.ids, tt.says)
		}
	}
	head := &doctor.FlowHead{Classes: k, Logits: z, Grad: grad(nil), Labels: slices.Clone(labels)}
	head.Labels[3] = 9
	if found := doctor.Examine(doctor.Case{Flow: &doctor.Flow{Head: head}}); len(found) != 0 {
		t.Errorf("with a label that names no class: %v", found[0])
	}
}
