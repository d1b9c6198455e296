package lab

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xent"
	"xent/internal/ref"
)

// softmaxTruth is everything the probes want of a row, from arithmetic of many digits.
type softmaxTruth struct {
	probs, gradient []ref.Num
	loss, entropy   ref.Num
	ok              bool // false where the loss is ∞
}

func trueSoftmax(logits []float64, label int, temperature float64) softmaxTruth {
	t, top := ref.Of(temperature), ref.Of(maxOf(logits))
	powers, sum := make([]ref.Num, len(logits)), ref.Of(0)
	for i, z := range logits {
		powers[i] = ref.Of(0)
		if !math.IsInf(z, -1) {
			powers[i] = ref.Of(z).Sub(top).Div(t).Exp()
		}
		sum = sum.Add(powers[i])
	}
	truth := softmaxTruth{entropy: ref.Of(0), ok: !math.IsInf(logits[label], -1)}
	for i, z := range logits {
		p := powers[i].Div(sum)
		truth.probs = append(truth.probs, p)
		y := 0.0
		if i == label {
			y = 1
		}
		truth.gradient = append(truth.gradient, p.Sub(ref.Of(y)).Div(t))
		if math.IsInf(z, -1) {
			continue
		}
		cost := sum.Log().Sub(ref.Of(z).Sub(top).Div(t))
		truth.entropy = truth.entropy.Add(p.Mul(cost))
		if i == label {
			truth.loss = cost
		}
	}
	return truth
}

// The states a reader may reach, the ends of every control among them, to 40 digits.
func TestSoftmaxProbes(t *testing.T) {
	inf := math.Inf(1)
	var probes []probe
	for _, tt := range []struct {
		logits      []float64
		label       int
		temperature float64
		unit        Unit
		why         string
	}{
		{[]float64{4, 3, 2.5, 1.5, .5, -1}, 1, 1, Nats, "the opening state of the page"},
		{[]float64{4, 3, 2.5, 1.5, .5, -1}, 1, 1, Bits, "the same in bits"},
		{[]float64{4, 3, 2.5, 1.5, .5, -1}, 1, .05, Nats, "as cold as it gets: the loss is 20"},
		{[]float64{4, 3, 2.5, 1.5, .5, -1}, 0, .05, Nats, "cold and right: p is 1 but for 2e-9"},
		{[]float64{4, 3, 2.5, 1.5, .5, -1}, 1, 100, Nats, "as hot as it gets: nearly log K"},
		{[]float64{1e4, 9999.9, 9000, 0}, 1, .05, Nats, "logits of 10000, a gap of a tenth: z/T itself would lose its digits"},
		{[]float64{1e4, 0}, 1, .05, Bits, "a loss of 200000 nats"},
		{[]float64{1e4, 0}, 0, .05, Nats, "p = 1: a loss below every float64"},
		{[]float64{0, -1e4}, 1, 100, Nats, "10000 against a heat of 100"},
		{[]float64{3, 3, 2, 0}, 0, .05, Nats, "a tie: half each, however cold"},
		{[]float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 9, .3, Nats, "ten equal logits cost log 10"},
		{[]float64{4, -inf, 2.5, 1.5, .5}, 0, 5, Nats, "an excluded class has p = 0, and does not count for the ceiling"},
		{[]float64{4, -inf}, 0, 1, Nats, "one class left: p = 1, and nothing to doubt"},
		{[]float64{4, -inf, 1}, 1, 1, Nats, "the truth excluded: the loss is ∞, the slope -1/T"},
		{[]float64{12, -12}, 0, 1, Nats, "the ends of the sliders, right"},
		{[]float64{12, -12}, 1, 1, Nats, "and wrong"},
		{[]float64{12, -12, 0}, 2, 2.5, Bits, "three classes, tempered"},
		{[]float64{700, 0}, 0, 1, Nats, "a doubt of e^-700, near the least float64"},
		{[]float64{36.5, 0}, 0, 1, Nats, "1 - p rounds to 0, the doubt does not"},
		{[]float64{.1, .2, .3}, 2, .07, Bits, "logits that are no binary fractions"},
		{[]float64{1e-9, 0}, 0, .05, Nats, "a gap of a billionth"},
		{[]float64{88.7, 88.8, -103.3}, 0, 1, Nats, "where e^z leaves float32"},
		{[]float64{-9999, -1e4}, 1, 3, Nats, "far below zero"},
		{[]float64{5, 4.9999, 4.9998}, 1, 100, Nats, "hardly a gap, and hot"},
	} {
		want40 := trueSoftmax(tt.logits, tt.label, tt.temperature)
		unit := ref.Of(1)
		if tt.unit == Bits {
			unit = ref.Of(2).Log()
		}
		want := map[string]string{"entropy": truth(want40.entropy.Div(unit)), "loss": "Infinity"}
		if want40.ok {
			want["loss"] = truth(want40.loss.Div(unit))
		}
		for i := range tt.logits {
			want["probs."+strconv.Itoa(i)] = truth(want40.probs[i])
			want["gradient."+strconv.Itoa(i)] = truth(want40.gradient[i])
		}
		params := SoftmaxParams{Logits: tt.logits, Label: tt.label, Temperature: tt.temperature, Unit: tt.unit}
		probes = append(probes, probe{Call: "softmax", Why: tt.why, Want: want, explorer: Softmax, params: params})
		checkTexts(t, tt.why, params, want40)
	}
	checkProbes(t, "e3.json", probes)
}

// checkTexts holds the printed probabilities to the truth: every digit that is shown is right, also of
// numbers that no float64 holds.
func checkTexts(t *testing.T, why string, params SoftmaxParams, truth softmaxTruth) {
	t.Helper()
	v, err := Softmax(params)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range v.Text.Probs {
		p := truth.probs[i]
		if p.Sign() == 0 {
			if text != "0.0000" && text != "0" {
				t.Errorf("%s: class %d prints %s, want 0", why, i, text)
			}
			continue
		}
		got := calculateNum(t, text)
		// Half a unit of the last digit printed: four decimals, or four significant digits.
		unit := ref.Of(.5e-4)
		if mantissa, power, ok := strings.Cut(text, "e"); ok {
			exponent, err := strconv.Atoi(power)
			if err != nil || len(mantissa) != 5 {
				t.Fatalf("%s: %s", why, text)
			}
			unit = ref.Of(.5e-3).Mul(ref.Of(10).Log().Mul(ref.Of(float64(exponent))).Exp())
		}
		off := got.Sub(p)
		if off.Sign() < 0 {
			off = off.Neg()
		}
		if off.Cmp(unit.Mul(ref.Of(1+1e-9))) > 0 {
			t.Errorf("%s: class %d prints %s, truth %s", why, i, text, p.Text(8))
		}
	}
}

// calculateNum reads a printed number whatever its power of ten.
func calculateNum(t *testing.T, text string) ref.Num {
	t.Helper()
	mantissa, power, _ := strings.Cut(text, "e")
	x, err := strconv.ParseFloat(mantissa, 64)
	if err != nil {
		t.Fatal(err)
	}
	if power == "" {
		return ref.Of(x)
	}
	exponent, err := strconv.Atoi(power)
	if err != nil {
		t.Fatal(err)
	}
	return ref.Of(x).Mul(ref.Of(10).Log().Mul(ref.Of(float64(exponent))).Exp())
}

func drawTempered(t *rapid.T) SoftmaxParams {
	classes := rapid.IntRange(MinClasses, MaxClasses).Draw(t, "classes")
	spread := rapid.SampledFrom([]float64{1, 12, 1000}).Draw(t, "spread")
	return SoftmaxParams{
		Logits:      rapid.SliceOfN(rapid.Float64Range(-spread, spread), classes, classes).Draw(t, "logits"),
		Label:       rapid.IntRange(0, classes-1).Draw(t, "label"),
		Temperature: min(max(math.Exp(rapid.Float64Range(math.Log(MinTemperature), math.Log(MaxTemperature)).Draw(t, "logT")), MinTemperature), MaxTemperature),
		Unit:        rapid.SampledFrom([]Unit{Nats, Bits}).Draw(t, "unit"),
	}
}

// prints reports whether a calculator that gets x may print text: x lies within half a unit of its last digit.
func prints(t *rapid.T, x float64, text string) bool {
	mantissa, power, _ := strings.Cut(text, "e")
	_, decimals, _ := strings.Cut(mantissa, ".")
	printed, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	exponent := 0
	if power != "" {
		if exponent, err = strconv.Atoi(power); err != nil {
			t.Fatal(err)
		}
	}
	return math.Abs(x-printed) <= .5000001*math.Pow10(exponent-len(decimals))
}

// The printed inputs of the live formulas give their printed results, from any state of the page.
func TestSoftmaxFormula(t *testing.T) {
	balanced, checked := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		params := drawTempered(t)
		params.Temperature = roundTo(max(params.Temperature, MinTemperature), 1e-2)
		v, err := Softmax(params)
		if err != nil {
			t.Fatal(err)
		}
		f := v.Formula
		temperature, err := strconv.ParseFloat(f.Temperature, 64)
		if err != nil || temperature != params.Temperature {
			t.Fatalf("temperature %q", f.Temperature)
		}
		logp := calculate(t, f.Prob)
		if got := math.Expm1(logp) / temperature; !prints(t, got, f.Gradient) {
			t.Fatalf("(%s - 1)/%s is %v, printed %s", f.Prob, f.Temperature, got, f.Gradient)
		}
		cost := -logp
		if params.Unit == Bits {
			cost /= math.Ln2
		}
		if !prints(t, cost, v.Text.Loss) {
			t.Fatalf("-log %s is %v, printed %s", f.Prob, cost, v.Text.Loss)
		}
		// The fraction of powers of the printed gaps.
		sum, top := 0.0, 0.0
		for i, text := range f.Gaps {
			gap, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			power := math.Exp(gap / temperature)
			sum += power
			if i == params.Label {
				top = power
			}
		}
		if p := v.Probs[params.Label]; !(math.Abs(top/sum-p) <= 1e-9) {
			t.Fatalf("the printed gaps give %v, want %v", top/sum, p)
		}
		total := 0.0
		for _, text := range f.Slopes {
			total += digitsOf(text)
		}
		checked++
		if f.Balanced {
			balanced++
			if total != 0 {
				t.Fatalf("printed slopes %v add up to %v units of their last digit", f.Slopes, total)
			}
		}
	})
	if balanced == 0 || balanced < checked*9/10 {
		t.Errorf("the printed slopes added up to 0 in %d of %d states only", balanced, checked)
	}
}

func TestSoftmaxProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := drawTempered(t)
		v, err := Softmax(params)
		if err != nil {
			t.Fatal(err)
		}
		gradient, total := 0.0, 0.0
		for i, g := range v.Gradient {
			gradient += g
			total += v.Probs[i]
		}
		if !(math.Abs(gradient) <= 1e-13/params.Temperature) || !(math.Abs(total-1) <= 1e-14) {
			t.Fatalf("the gradient sums to %v, the probabilities to %v", gradient, total)
		}
		if !(v.Entropy >= 0 && v.Entropy <= v.Ceiling+1e-14) {
			t.Fatalf("entropy %v of at most %v", v.Entropy, v.Ceiling)
		}
		// A shift that adds nothing to round moves nothing: not one bit.
		shifted := params
		shifted.Logits = make([]float64, len(params.Logits))
		for i, z := range params.Logits {
			params.Logits[i] = math.Round(z*64) / 64
			shifted.Logits[i] = params.Logits[i] + 1024
		}
		a, errA := Softmax(params)
		b, errB := Softmax(shifted)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		for i := range a.Probs {
			if a.Probs[i] != b.Probs[i] {
				t.Fatalf("a shift by 1024 moves p from %v to %v", a.Probs[i], b.Probs[i])
			}
		}
	})
}

// Loss and gradient are those of package xent, for one class and for soft targets.
func TestSlopesAreXents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := drawTempered(t)
		k := len(params.Logits)
		target := oneHot(k, params.Label)
		if rapid.Bool().Draw(t, "soft") {
			target = distribution(t, "target", k)
		}
		got, want := make([]float64, k), make([]float64, k)
		loss := tempered(params.Logits, params.Temperature).slopes(got, target, params.Temperature)
		result, err := xent.SoftCrossEntropyGrad(xent.MatrixOf(want, k), xent.LogitsOf(params.Logits, k),
			xent.ProbsOf(target, k), &xent.Options{Temperature: params.Temperature, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		if !(math.Abs(float64(loss-result.Mean())) <= 1e-13*(1+float64(loss))) {
			t.Fatalf("loss %v, want %v", loss, result.Mean())
		}
		for i := range got {
			if !(math.Abs(got[i]-want[i]) <= 1e-13*math.Abs(want[i])+1e-15/params.Temperature) {
				t.Fatalf("gradient %v, want %v", got, want)
			}
		}
	})
}

func TestSoftmaxErrors(t *testing.T) {
	for _, tt := range []struct {
		params SoftmaxParams
		param  string
	}{
		{SoftmaxParams{Logits: []float64{1, 2}, Temperature: .04, Unit: Nats}, "temperature"},
		{SoftmaxParams{Logits: []float64{1, 2}, Temperature: math.NaN(), Unit: Nats}, "temperature"},
		{SoftmaxParams{Logits: []float64{1, 2}, Temperature: 1, Label: 2, Unit: Nats}, "label"},
		{SoftmaxParams{Logits: []float64{1}, Temperature: 1, Unit: Nats}, "logits"},
		{SoftmaxParams{Logits: []float64{1, math.NaN()}, Temperature: 1, Unit: Nats}, "logits[1]"},
	} {
		_, err := Softmax(tt.params)
		if got, ok := err.(*ParamError); !ok || got.Param != tt.param {
			t.Errorf("%+v: %v, want an error of %s", tt.params, err, tt.param)
		}
	}
}

// The entropy climbs with the temperature to its ceiling; the loss is lowest where the expected logit is that of the truth.
func TestSoftmaxCurve(t *testing.T) {
	logits := []float64{4, 3, 2.5, 1.5, .5, -1}
	v, err := SoftmaxCurve(SoftmaxCurveParams{Logits: logits, Label: 1, Unit: Nats, Samples: 400})
	if err != nil {
		t.Fatal(err)
	}
	if v.Entropy[0].X != MinTemperature || v.Entropy[399].X != MaxTemperature || len(v.Loss) < 200 {
		t.Fatalf("from %v to %v, %d points of the loss", v.Entropy[0], v.Entropy[399], len(v.Loss))
	}
	for i := 1; i < 400; i++ {
		if !(v.Entropy[i].Y >= v.Entropy[i-1].Y && v.Entropy[i].Y <= v.Ceiling) {
			t.Errorf("entropy %v after %v", v.Entropy[i], v.Entropy[i-1])
		}
	}
	best := v.Loss[0]
	for _, p := range v.Loss {
		if p.Y > v.Top {
			t.Errorf("%v lies outside the frame", p)
		}
		if p.Y < best.Y {
			best = p
		}
	}
	mean := 0.0
	for i, p := range tempered(logits, best.X).probs {
		mean += p * logits[i]
	}
	if !(math.Abs(mean-logits[1]) < .03) {
		t.Errorf("at the lowest loss, T = %v, the expected logit is %v, want %v", best.X, mean, logits[1])
	}
}

// The matrix agrees with central differences, is symmetric, and each row sums to 0.
func TestJacobian(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := drawTempered(t)
		for i := range params.Logits {
			params.Logits[i] = math.Mod(params.Logits[i], 12)
		}
		v, err := Jacobian(JacobianParams{Logits: params.Logits, Temperature: params.Temperature})
		if err != nil {
			t.Fatal(err)
		}
		k, h := len(params.Logits), 1e-5*params.Temperature
		for j := range k {
			up, down := append([]float64(nil), params.Logits...), append([]float64(nil), params.Logits...)
			up[j] += h
			down[j] -= h
			high, low := tempered(up, params.Temperature).probs, tempered(down, params.Temperature).probs
			sum := 0.0
			for i := range k {
				got, want := v.Values[i*k+j], (high[i]-low[i])/(up[j]-down[j])
				if !(math.Abs(got-want) <= 1e-8/params.Temperature) {
					t.Fatalf("dp[%d]/dz[%d] = %v, differences give %v", i, j, got, want)
				}
				if got != v.Values[j*k+i] {
					t.Fatalf("not symmetric at %d, %d", i, j)
				}
				sum += got
			}
			if !(math.Abs(sum) <= 1e-15/params.Temperature) {
				t.Fatalf("column %d sums to %v", j, sum)
			}
		}
	})
	v, err := Jacobian(JacobianParams{Logits: []float64{100, 0}, Temperature: 1})
	if err != nil {
		t.Fatal(err)
	}
	if want := math.Exp(-100); !(math.Abs(v.Values[0]/want-1) <= 1e-14) {
		t.Errorf("a sure row has the slope %v, want %v: 1 - p rounds to 0", v.Values[0], want)
	}
}

// The gaps of logits that are dragged are printed without the dust of their subtraction.
func TestSoftmaxGaps(t *testing.T) {
	v, err := Softmax(SoftmaxParams{Logits: []float64{3, .2587, 2.4626}, Temperature: 1.84, Unit: Nats})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(v.Formula.Gaps, " "), "0 -2.7413 -0.5374"; got != want {
		t.Errorf("gaps %s, want %s", got, want)
	}
}
