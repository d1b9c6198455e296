package xent_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"xent"
	"xent/internal/ref"
)

// variant is one combination of the options that change the loss of a row.
type variant struct {
	weights, soft              bool
	smoothing, focus           float64
	poly, robustness           float64
	temperature, zeta, softCap float64
}

func (v variant) String() string {
	return fmt.Sprintf("soft=%t/weights=%t/smoothing=%g/focus=%g/poly=%g/robustness=%g/temperature=%g/zpenalty=%g/softcap=%g",
		v.soft, v.weights, v.smoothing, v.focus, v.poly, v.robustness, v.temperature, v.zeta, v.softCap)
}

// variants are all combinations of each option set and not set.
func variants() (all []variant) {
	for bits := range 1 << 9 {
		pick := func(b int, on float64) float64 { return on * float64(bits>>b&1) }
		all = append(all, variant{
			poly:       pick(7, []float64{2, -.8, .3, -1}[bits>>3&3]),
			robustness: pick(8, []float64{.7, 1e-6, .3, 1}[bits>>4&3]),
			soft:       bits&1 == 1, weights: bits>>1&1 == 1,
			smoothing: pick(2, .1), focus: pick(3, []float64{2, .5, 1.3, 5}[bits>>4&3]),
			temperature: pick(4, .7), zeta: pick(5, 1e-2), softCap: pick(6, 20),
		})
	}
	return all
}

var sevenWeights = []float64{1, .3, 1.7, 1, .25, 2, 1}

func (v variant) options() *xent.Options {
	o := &xent.Options{Smoothing: v.smoothing, Focus: v.focus, Poly: v.poly, Robustness: v.robustness,
		Temperature: v.temperature, ZPenalty: v.zeta, SoftCap: v.softCap, Reduction: xent.Sum}
	if v.weights {
		o.Weights = sevenWeights
	}
	return o
}

// oracle returns loss and gradient of one row of seven classes in wide arithmetic.
func (v variant) oracle(x, target []float64, label int) (float64, []float64) {
	s := ref.Softmax{Logits: x, Target: target, Smoothing: v.smoothing, Focus: v.focus, Poly: v.poly, Robustness: v.robustness,
		Temperature: v.temperature, ZPenalty: v.zeta, ZWeight: 1, SoftCap: v.softCap}
	if !v.soft {
		s.Target = make([]float64, len(x))
		s.Target[label] = 1
	}
	if v.weights {
		s.Weights = sevenWeights
		if !v.soft {
			s.ZWeight = sevenWeights[label]
		}
	}
	return s.Loss()
}

// loss runs the library on one row.
func lossOf[T xent.Float](v variant, grad, x, target []T, label int) (xent.Result, error) {
	k := len(x)
	if v.soft {
		return xent.SoftCrossEntropyGrad(xent.MatrixOf(grad, k), xent.LogitsOf(x, k), xent.ProbsOf(target, k), v.options())
	}
	return xent.CrossEntropyGrad(xent.MatrixOf(grad, k), xent.LogitsOf(x, k), []int{label}, v.options())
}

// Every combination of options against the oracle, on rows from doubtful to nearly certain.
// Bounds are those of the conformance cases.
func TestOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	worstValue, worstGrad, checked := 0.0, 0.0, 0
	for n, v := range variants() {
		spread := []float64{.5, 3, 30, 200}[n/2%4]
		x, target, label := make([]float64, 7), make([]float64, 7), rng.IntN(7)
		sum := 0.0
		for j := range x {
			x[j] = rng.NormFloat64() * spread
			target[j] = rng.Float64()
			sum += target[j]
		}
		for j := range target {
			target[j] /= sum
		}
		grad := make([]float64, 7)
		res, err := lossOf(v, grad, x, target, label)
		if err != nil {
			t.Fatal(err)
		}
		wantLoss, wantGrad := v.oracle(x, target, label)
		u := ulpsOf(float64(res.Sum()), wantLoss)
		worstValue = max(worstValue, u)
		if !(u <= valueBound) {
			t.Errorf("%v: loss %.17g, want %.17g: %.3g ulp (logits %v)", v, res.Sum(), wantLoss, u, x)
		}
		cancels := v.soft || v.smoothing != 0 || v.zeta != 0 // masses of size up to 8 meet
		for j := range grad {
			u := ulpsOf(grad[j], wantGrad[j])
			if cancels && math.Abs(grad[j]-wantGrad[j]) <= floorEps*0x1p-52*8 {
				continue
			}
			worstGrad = max(worstGrad, u)
			if !(u <= gradBound) {
				t.Errorf("%v: grad[%d] = %.17g, want %.17g: %.3g ulp (logits %v, label %d)", v, j, grad[j], wantGrad[j], u, x, label)
			}
			checked++
		}
	}
	if checked == 0 {
		t.Fatal("no gradient was judged without the floor")
	}
	t.Logf("worst error in ulp: value %.3g, gradient %.3g, of %d gradients", worstValue, worstGrad, checked)
}

// The same in float32: arithmetic is in float64, so an answer is the truth rounded once.
func TestOracleFloat32(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for n, v := range variants() {
		if n%7 != 0 {
			continue
		}
		x, target, label := make([]float32, 7), make([]float32, 7), rng.IntN(7)
		for j := range x {
			x[j] = float32(rng.NormFloat64() * 5)
			target[j] = 1. / 7
		}
		grad := make([]float32, 7)
		res, err := lossOf(v, grad, x, target, label)
		if err != nil {
			t.Fatal(err)
		}
		wantLoss, wantGrad := v.oracle(widen(x), widen(target), label)
		near(t, float64(float32(res.Sum())), float64(float32(wantLoss)), 0x1p-23)
		for j := range grad {
			if !close(float64(grad[j]), wantGrad[j], 0x1p-23*math.Abs(wantGrad[j])+1e-15) {
				t.Errorf("%v: grad[%d] = %g, want %g", v, j, grad[j], wantGrad[j])
			}
		}
	}
}

func TestBinaryOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	worstValue, worstGrad := 0.0, 0.0
	for n := range 300 {
		x := rng.NormFloat64() * []float64{1, 5, 40}[n%3]
		y := []float64{0, 1, rng.Float64()}[n/3%3]
		b := ref.Binary{Logit: x, Target: y, Positive: 1, Negative: 1}
		o := &xent.BinaryOptions{Reduction: xent.Sum}
		if n&1 == 1 {
			b.Focus = []float64{.5, 2, 1.3, 5}[n/2%4]
			b.NegativeFocus = b.Focus
			o.Focus = b.Focus
		}
		if n%5 == 2 {
			b.NegativeFocus = []float64{0, 4, .5}[n/5%3]
			o.NegativeFocus = new(b.NegativeFocus)
		}
		if n%5 > 2 {
			b.Margin, o.Margin = .05, .05
		}
		if n&2 == 2 {
			b.Positive, b.Negative = 3*.25*1.7, .75*1.7
			o.PosWeight, o.Balance, o.Weights = []float64{3}, new(.25), []float64{1.7}
		}
		if n&4 == 4 {
			b.Temperature = .3
			o.Temperature = .3
		}
		if n&8 == 8 {
			b.Smoothing, o.Smoothing = .125, .125
		}
		grad := []float64{0}
		res, err := xent.BinaryCrossEntropyGrad(xent.MatrixOf(grad, 1), xent.LogitsOf([]float64{x}, 1), xent.MatrixOf([]float64{y}, 1), o)
		if err != nil {
			t.Fatal(err)
		}
		loss, slope := b.Loss()
		u := ulpsOf(float64(res.Sum()), loss)
		worstValue = max(worstValue, u)
		if !(u <= valueBound) {
			t.Errorf("%+v: loss %.17g, want %.17g: %.3g ulp", b, res.Sum(), loss, u)
		}
		if hard := (y == 0 || y == 1) && b.Smoothing == 0; hard || math.Abs(grad[0]-slope) > floorEps*0x1p-52*8 {
			u = ulpsOf(grad[0], slope)
			worstGrad = max(worstGrad, u)
			if !(u <= gradBound) {
				t.Errorf("%+v: gradient %.17g, want %.17g: %.3g ulp", b, grad[0], slope, u)
			}
		}
	}
	t.Logf("worst error in ulp: value %.3g, gradient %.3g", worstValue, worstGrad)
}

// A target too faint to change the sum of the targets still pulls: at the sure class the gradient
// is its 1e-20, not the e^-60 that the prediction misses.
func TestFaintTargets(t *testing.T) {
	x, target := []float64{60, 0, -3, 0, 0, 0, 0}, []float64{1, 1e-20, 0, 0, 0, 0, 0}
	v := variant{soft: true}
	grad := make([]float64, 7)
	res, err := lossOf(v, grad, x, target, 0)
	if err != nil {
		t.Fatal(err)
	}
	loss, want := v.oracle(x, target, 0)
	if u := ulpsOf(float64(res.Sum()), loss); !(u <= valueBound) {
		t.Errorf("loss %g, want %g", res.Sum(), loss)
	}
	for j := range grad {
		if u := ulpsOf(grad[j], want[j]); !(u <= gradBound) {
			t.Errorf("grad[%d] = %g, want %g", j, grad[j], want[j])
		}
	}
}

// ulpsOf is |got - want| in units of the last place of want.
func ulpsOf(got, want float64) float64 {
	return ulpCount(got, want, math.Nextafter(math.Abs(want), math.Inf(1))-math.Abs(want))
}
