package lab

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"xent/info"
	"xent/internal/ref"
)

func maxEntropyOf(t testing.TB, params MaxEntropyParams) MaxEntropyView {
	t.Helper()
	v, err := MaxEntropy(params)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Jaynes' die, as his lecture of 1978 prints it.
func TestMaxEntropyJaynes(t *testing.T) {
	v := maxEntropyOf(t, MaxEntropyParams{Mean: 4.5, Face: 2, Unit: Nats})
	for i, want := range []string{"0.0544", "0.0788", "0.1142", "0.1654", "0.2398", "0.3475"} {
		if v.Text.Probs[i] != want {
			t.Errorf("face %d: %s, want %s", i+1, v.Text.Probs[i], want)
		}
	}
	if v.Text.Multiplier != "0.3710" || v.Text.Entropy != "1.6136" || v.Text.Ratio != "1.4493" {
		t.Errorf("%+v: published are λ = .37105, S = 1.61358 and a ratio of 1.44925", v.Text)
	}
}

func TestMaxEntropyFair(t *testing.T) {
	v := maxEntropyOf(t, MaxEntropyParams{Mean: 3.5, Face: 2, Unit: Bits})
	if v.Multiplier != 0 || !math.IsInf(v.Temperature, 1) || v.Text.Temperature != "∞" || v.Ratio != 1 {
		t.Errorf("λ = %v, T = %v, ratio %v: a fair die needs no multiplier", v.Multiplier, v.Temperature, v.Ratio)
	}
	if !(math.Abs(v.Entropy-math.Log2(6)) <= 1e-15) {
		t.Errorf("entropy %v, want log2 6", v.Entropy)
	}
}

func drawDie(t *rapid.T) MaxEntropyParams {
	return MaxEntropyParams{
		Mean: float64(rapid.IntRange(MinMean*1e4, MaxMean*1e4).Draw(t, "mean")) / 1e4, Bend: rapid.Float64Range(-1, 1).Draw(t, "bend"),
		Face: rapid.IntRange(1, DieFaces-2).Draw(t, "face"), Unit: rapid.SampledFrom([]Unit{Nats, Bits}).Draw(t, "unit"),
	}
}

// The rival has the same sum and mean, no negative probability, and less entropy by its divergence.
func TestMaxEntropyRival(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := drawDie(t)
		v, err := MaxEntropy(params)
		if err != nil {
			t.Fatal(err)
		}
		if err := info.Validate(v.Rival); err != nil {
			t.Fatal(err)
		}
		mean := 0.0
		for i, p := range v.Rival {
			mean += float64(i+1) * p
		}
		if !(math.Abs(mean-params.Mean) <= 1e-12) {
			t.Fatalf("the rival's mean is %v, want %v", mean, params.Mean)
		}
		if !(v.RivalEntropy <= v.Entropy+1e-14 && math.Abs(v.Entropy-v.RivalEntropy-v.Lost) <= 1e-12) {
			t.Fatalf("entropy %v, the rival's %v, the divergence %v", v.Entropy, v.RivalEntropy, v.Lost)
		}
		if !(math.Abs(v.RivalEntropy-v.Marker.Y) <= 1e-15 && v.Marker.X == params.Bend) {
			t.Fatalf("marker %+v", v.Marker)
		}
		for i, point := range v.Bends {
			if !(point.Y <= v.Entropy+1e-14) || i > 0 && !(point.X > v.Bends[i-1].X) {
				t.Fatalf("point %d of the bends: %+v, entropy %v", i, point, v.Entropy)
			}
		}
		if math.Abs(params.Bend) == 1 && min(v.Rival[params.Face], v.Rival[params.Face-1], v.Rival[params.Face+1]) > 1e-15 {
			t.Fatalf("%v is not bent as far as it goes", v.Rival)
		}
	})
}

// The curves hold the state: where the mean is the asked one, so are multiplier and entropy.
func TestMaxEntropyCurves(t *testing.T) {
	v, err := MaxEntropyCurves(MaxEntropyCurvesParams{Unit: Nats})
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Means) != len(v.Rungs) || len(v.Means) < 20 {
		t.Fatalf("%d and %d points", len(v.Means), len(v.Rungs))
	}
	for i, p := range v.Means {
		if p.X <= MinMean || p.X >= MaxMean {
			continue
		}
		w := maxEntropyOf(t, MaxEntropyParams{Mean: p.X, Face: 1, Unit: Nats})
		if !(math.Abs(w.Multiplier-p.Y) <= 1e-11) || !(math.Abs(w.Entropy-v.Rungs[i].Y) <= 1e-12) {
			t.Errorf("mean %v: λ = %v and H = %v, the curves have %v and %v", p.X, w.Multiplier, w.Entropy, p.Y, v.Rungs[i].Y)
		}
		if i > 0 && !(p.X > v.Means[i-1].X) {
			t.Errorf("the mean does not rise with the multiplier at %v", p.X)
		}
	}
}

// A calculator, given the printed inputs, prints the printed results.
func TestMaxEntropyFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := drawDie(t)
		v, err := MaxEntropy(params)
		if err != nil {
			t.Fatal(err)
		}
		f := v.Formula
		ratio, sum := readPrinted(t, f.Ratio), 0.0
		for k := 1; k <= DieFaces; k++ {
			sum += math.Pow(ratio, float64(k))
		}
		if got := math.Pow(ratio, DieFaces) / sum; !(math.Abs(got-readPrinted(t, f.Last)) <= .501*lastDigit(f.Last)) {
			t.Fatalf("%s^6/%v is %v, printed %s", f.Ratio, sum, got, f.Last)
		}
		entropy := params.Unit.of(info.Nats(math.Log(readPrinted(t, f.Sum)) - params.Mean*math.Log(ratio)))
		if !(math.Abs(entropy-readPrinted(t, f.Entropy)) <= .501*lastDigit(f.Entropy)) {
			t.Fatalf("log %s - %s log %s is %v, printed %s", f.Sum, f.Mean, f.Ratio, entropy, f.Entropy)
		}
		mean := 0.0
		for i, p := range f.Probs {
			mean += float64(i+1) * readPrinted(t, p)
		}
		if !(math.Abs(mean-params.Mean) <= .5*lastDigit(f.Mean)) {
			t.Fatalf("the printed probabilities %v have the mean %v, want %s", f.Probs, mean, f.Mean)
		}
	})
}

// readPrinted reads a number as a view prints it.
func readPrinted(t rapid.TB, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestMaxEntropyErrors(t *testing.T) {
	for param, params := range map[string]MaxEntropyParams{
		"unit": {Mean: 4, Face: 1},
		"mean": {Mean: 6, Face: 1, Unit: Nats},
		"bend": {Mean: 4, Face: 1, Unit: Nats, Bend: math.NaN()},
		"face": {Mean: 4, Face: 5, Unit: Nats},
	} {
		_, err := MaxEntropy(params)
		if wrong, ok := err.(*ParamError); !ok || wrong.Param != param {
			t.Errorf("%v, want a complaint about %s", err, param)
		}
	}
	_, err := MaxEntropyCurves(MaxEntropyCurvesParams{Unit: "bans"})
	if wrong, ok := err.(*ParamError); !ok || wrong.Param != "unit" {
		t.Errorf("curves: %v, want a complaint about unit", err)
	}
}

func TestMaxEntropyProbes(t *testing.T) {
	var probes []probe
	for _, s := range []struct {
		why  string
		mean float64
	}{
		{"Jaynes' die", 4.5}, {"the opening state of the page", 4.5}, {"a fair die", 3.5},
		{"hardly loaded", 3.5001}, {"hardly loaded, downwards", 3.4999}, {"nearly always a six", MaxMean},
		{"nearly always a one", MinMean}, {"low", 2}, {"very low", 1.1}, {"high", 5.5}, {"a mean that is a face", 4},
	} {
		for _, unit := range []Unit{Nats, Bits} {
			params := MaxEntropyParams{Mean: s.mean, Face: 2, Bend: -1, Unit: unit}
			if unit == Bits {
				params.Bend = .5
			}
			probes = append(probes, probe{
				Call: "maxEntropy", Why: s.why + ", in " + string(unit), Want: dieTruth(t, params),
				explorer: MaxEntropy, params: params,
			})
		}
	}
	checkProbes(t, "e10.json", probes)
}

// dieTruth solves for the multiplier by Newton's method in 480 digits.
func dieTruth(t *testing.T, params MaxEntropyParams) map[string]string {
	t.Helper()
	l := ref.Of(maxEntropyOf(t, params).Multiplier)
	mean := ref.Of(params.Mean)
	weights := make([]ref.Num, DieFaces)
	var total ref.Num
	for range 10 {
		first, second := ref.Of(0), ref.Of(0)
		total = ref.Of(0)
		for i := range weights {
			off := ref.Of(float64(i + 1)).Sub(mean)
			weights[i] = l.Mul(off).Exp()
			total = total.Add(weights[i])
			first, second = first.Add(off.Mul(weights[i])), second.Add(off.Mul(off).Mul(weights[i]))
		}
		l = l.Sub(first.Div(second.Sub(first.Mul(first).Div(total))))
	}
	p, rival := make([]ref.Num, DieFaces), make([]ref.Num, DieFaces)
	for i := range p {
		p[i] = weights[i].Div(total)
		rival[i] = p[i]
	}
	f, b := params.Face, p[params.Face].Div(ref.Of(2)).Mul(ref.Of(params.Bend))
	if params.Bend < 0 {
		b = p[f-1].Mul(ref.Of(params.Bend))
		if p[f+1].Cmp(p[f-1]) < 0 {
			b = p[f+1].Mul(ref.Of(params.Bend))
		}
	}
	rival[f-1], rival[f], rival[f+1] = rival[f-1].Add(b), rival[f].Sub(b).Sub(b), rival[f+1].Add(b)
	entropy := func(p []ref.Num) ref.Num {
		sum := ref.Of(0)
		for _, x := range p {
			if x.Sign() > 0 {
				sum = sum.Sub(x.Mul(x.Log()))
			}
		}
		if params.Unit == Bits {
			sum = sum.Div(ref.Of(2).Log())
		}
		return sum
	}
	return map[string]string{
		"multiplier": truth(l), "ratio": truth(l.Exp()), "entropy": truth(entropy(p)), "probs.0": truth(p[0]),
		"probs.5": truth(p[5]), "rivalEntropy": truth(entropy(rival)), "lost": truth(entropy(p).Sub(entropy(rival))),
	}
}
