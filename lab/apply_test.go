package lab

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"xent/internal/ref"
)

func TestPerplexity(t *testing.T) {
	for _, tt := range []struct {
		probs []float64
		loss  float64 // bits
		ppl   float64
		why   string
	}{
		{[]float64{.5, .125}, 2, 4, "the geometric mean of 2 and 8"},
		{[]float64{1, 1, 1}, 0, 1, "sure and right"},
		{[]float64{.25}, 2, 4, "one token"},
		{[]float64{.5, 0}, math.Inf(1), math.Inf(1), "an excluded token"},
	} {
		v, err := Perplexity(PerplexityParams{Probs: tt.probs, Unit: Bits})
		if err != nil {
			t.Fatal(err)
		}
		if !(v.Loss == tt.loss || math.Abs(v.Loss-tt.loss) <= 1e-14) || !(v.Perplexity == tt.ppl || math.Abs(v.Perplexity-tt.ppl) <= 1e-13) {
			t.Errorf("%v: %v bits, perplexity %v, want %v and %v: %s", tt.probs, v.Loss, v.Perplexity, tt.loss, tt.ppl, tt.why)
		}
	}
	for param, params := range map[string]PerplexityParams{
		"unit": {Probs: []float64{.5}}, "probs": {Unit: Nats}, "probs[1]": {Probs: []float64{.5, 1.5}, Unit: Nats},
	} {
		_, err := Perplexity(params)
		if wrong, ok := err.(*ParamError); !ok || wrong.Param != param {
			t.Errorf("%v, want a complaint about %s", err, param)
		}
	}
}

// The printed costs have the printed mean.
func TestPerplexityFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		probs := rapid.SliceOfN(rapid.Float64Range(1e-6, 1), 1, MaxTokens).Draw(t, "probs")
		v, err := Perplexity(PerplexityParams{Probs: probs, Unit: rapid.SampledFrom([]Unit{Nats, Bits}).Draw(t, "unit")})
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, text := range v.Text.Costs {
			sum += readPrinted(t, text)
		}
		if got := figure(sum / float64(len(probs))); got != v.Text.Loss {
			t.Fatalf("%v have the mean %s, printed %s", v.Text.Costs, got, v.Text.Loss)
		}
	})
}

func drawELBO(t *rapid.T) ELBOParams {
	grid := func(name string, lo, hi int) float64 { return float64(rapid.IntRange(lo, hi).Draw(t, name)) / 100 }
	return ELBOParams{
		X: grid("x", -500, 500), Noise: grid("noise", 10, 300), Mean: grid("mean", -500, 500), SD: grid("sd", 5, 300),
		Unit: rapid.SampledFrom([]Unit{Nats, Bits}).Draw(t, "unit"),
	}
}

// The evidence does not depend on the approximate posterior, the bound never exceeds it, and the true posterior meets it.
func TestELBO(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := drawELBO(t)
		v, err := ELBO(params)
		if err != nil {
			t.Fatal(err)
		}
		s2 := 1 + params.Noise*params.Noise
		evidence := -math.Log(2*math.Pi*s2)/2 - params.X*params.X/(2*s2)
		if params.Unit == Bits {
			evidence /= math.Ln2
		}
		scale := 1 + math.Abs(evidence) + v.Gap
		if !(math.Abs(v.Evidence-evidence) <= 1e-13*scale) {
			t.Fatalf("evidence %v, want %v", v.Evidence, evidence)
		}
		if !(v.Gap >= 0 && v.KL >= 0 && v.ELBO <= v.Evidence+1e-13*scale) {
			t.Fatalf("ELBO %v, gap %v, evidence %v", v.ELBO, v.Gap, v.Evidence)
		}
		tight := params
		tight.Mean, tight.SD = v.BestMean, v.BestSD
		if tight.SD >= .05 {
			best, err := ELBO(tight)
			if err != nil {
				t.Fatal(err)
			}
			if !(best.Gap <= 1e-13*scale) {
				t.Fatalf("the true posterior leaves a gap of %v", best.Gap)
			}
		}
		texts := v.Text
		elbo, gap, all := readPrinted(t, texts.ELBO), readPrinted(t, texts.Gap), readPrinted(t, texts.Evidence)
		if !(math.Abs(elbo+gap-all) <= 1e-9) || !(math.Abs(readPrinted(t, texts.Reconstruction)-readPrinted(t, texts.KL)-elbo) <= 1e-9) {
			t.Fatalf("printed %+v do not add up", texts)
		}
		for _, points := range [][]Point{v.Prior, v.Model, v.Truth} {
			area := 0.0
			for i, p := range points {
				if !(p.Y >= 0 && p.Y <= v.Top) {
					t.Fatalf("%+v is outside the picture of height %v", p, v.Top)
				}
				if i > 0 {
					area += (p.X - points[i-1].X) * (p.Y + points[i-1].Y) / 2
				}
			}
			if !(math.Abs(area-1) <= 1e-3) {
				t.Fatalf("a density with the area %v", area)
			}
		}
	})
}

func TestELBOErrors(t *testing.T) {
	good := ELBOParams{Noise: 1, SD: 1, Unit: Nats}
	for param, change := range map[string]func(*ELBOParams){
		"unit": func(p *ELBOParams) { p.Unit = "" }, "x": func(p *ELBOParams) { p.X = 6 },
		"noise": func(p *ELBOParams) { p.Noise = 0 }, "mean": func(p *ELBOParams) { p.Mean = math.NaN() },
		"sd": func(p *ELBOParams) { p.SD = -1 },
	} {
		params := good
		change(&params)
		_, err := ELBO(params)
		if wrong, ok := err.(*ParamError); !ok || wrong.Param != param {
			t.Errorf("%v, want a complaint about %s", err, param)
		}
	}
}

func TestApplyProbes(t *testing.T) {
	var probes []probe
	for _, s := range []struct {
		why   string
		probs []float64
		unit  Unit
	}{
		{"the sentence of the page", []float64{.2, .35, .9, .02, .6, .75}, Nats},
		{"the same in bits", []float64{.2, .35, .9, .02, .6, .75}, Bits},
		{"sure and right", []float64{1, 1}, Nats},
		{"excluded", []float64{1, 0}, Bits},
		{"as rare as a float64 can say", []float64{5e-324}, Nats},
		{"nearly sure", []float64{math.Nextafter(1, 0)}, Bits},
	} {
		params := PerplexityParams{Probs: s.probs, Unit: s.unit}
		want := map[string]string{"loss": "Infinity", "perplexity": "Infinity"}
		sum, finite := ref.Of(0), true
		for _, q := range s.probs {
			if q == 0 {
				finite = false
				continue
			}
			sum = sum.Sub(ref.Of(q).Log())
		}
		if mean := sum.Div(ref.Of(float64(len(s.probs)))); finite {
			want["loss"], want["perplexity"] = truth(inUnit(mean, s.unit)), truth(mean.Exp())
			if mean.Cmp(ref.Of(700)) > 0 {
				want["perplexity"] = "Infinity" // beyond the greatest float64
			}
		}
		probes = append(probes, probe{Call: "perplexity", Why: s.why, Want: want, explorer: Perplexity, params: params})
	}
	for i, s := range []ELBOParams{
		{X: 2, Noise: 1, Mean: 0, SD: 1}, {X: 2, Noise: 1, Mean: 1, SD: .71}, {X: 0, Noise: .1, Mean: 0, SD: .1},
		{X: 5, Noise: .1, Mean: -5, SD: .05}, {X: -5, Noise: 3, Mean: 5, SD: 3}, {X: 1.5, Noise: .5, Mean: 1.2, SD: .45},
		{X: 1.5, Noise: .5, Mean: 0, SD: 1}, {X: 0, Noise: 3, Mean: 0, SD: .95},
	} {
		for _, unit := range []Unit{Nats, Bits} {
			params := s
			params.Unit = unit
			probes = append(probes, probe{
				Call: "elbo", Why: "state " + strconv.Itoa(i+1) + " in " + string(unit), Want: elboTruth(params),
				explorer: ELBO, params: params,
			})
		}
	}
	checkProbes(t, "apply.json", probes)
}

func inUnit(x ref.Num, unit Unit) ref.Num {
	if unit == Bits {
		return x.Div(ref.Of(2).Log())
	}
	return x
}

// elboTruth evaluates the closed forms with 480 digits; π is given to forty.
func elboTruth(params ELBOParams) map[string]string {
	half := ref.Of(.5)
	one := ref.Of(1)
	square := func(x ref.Num) ref.Num { return x.Mul(x) }
	x, s, m, sd := ref.Of(params.X), ref.Of(params.Noise), ref.Of(params.Mean), ref.Of(params.SD)
	kl := half.Mul(square(m).Add(square(sd)).Sub(one).Sub(square(sd).Log()))
	twoPi := ref.Of(3.141592653589793).Add(ref.Of(1.2246467991473532e-16)).Mul(ref.Of(2)) // to 32 digits
	logOf := square(s).Mul(twoPi).Log().Mul(half)
	rec := logOf.Add(square(x.Sub(m)).Add(square(sd)).Div(square(s)).Mul(half)).Neg()
	both := one.Add(square(s))
	evidence := both.Mul(twoPi).Log().Mul(half).Add(square(x).Div(both).Mul(half)).Neg()
	elbo := rec.Sub(kl)
	return map[string]string{
		"kl": truth(inUnit(kl, params.Unit)), "reconstruction": truth(inUnit(rec, params.Unit)),
		"elbo": truth(inUnit(elbo, params.Unit)), "gap": truth(inUnit(evidence.Sub(elbo), params.Unit)),
	}
}
