package lab

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xent/internal/ref"
)

func likelihood(t testing.TB, params LikelihoodParams) LikelihoodView {
	t.Helper()
	v, err := Likelihood(params)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var (
	fairCoin = []float64{.5, .5}
	fairDie  = []float64{.1667, .1667, .1667, .1667, .1666, .1666}
)

// ½ to the 1,074th is the least float64, and half of it rounds to 0; the sum of logarithms does not notice.
func TestLikelihoodUnderflow(t *testing.T) {
	for _, tt := range []struct {
		rolls, lost, lost32 int
		product             float64
		why                 string
	}{
		{149, 0, 0, math.Ldexp(1, -149), "the least float32 is 2^-149"},
		{150, 0, 150, math.Ldexp(1, -150), "half of it rounds to 0"},
		{1074, 0, 150, math.Ldexp(1, -1074), "the least float64 is 2^-1074"},
		{1075, 1075, 150, 0, "half of it rounds to 0"},
		{2000, 1075, 150, 0, "and stays 0"},
	} {
		v := likelihood(t, LikelihoodParams{Truth: fairCoin, Model: fairCoin, Rolls: tt.rolls, Seed: 7, Unit: Bits})
		if v.Product != tt.product || v.Lost != tt.lost || v.Lost32 != tt.lost32 {
			t.Errorf("%d rolls: product %v, lost at %d and %d, want %v, %d, %d: %s",
				tt.rolls, v.Product, v.Lost, v.Lost32, tt.product, tt.lost, tt.lost32, tt.why)
		}
		if !(math.Abs(v.LogLikelihood+float64(tt.rolls)) <= 1e-12*float64(tt.rolls) && math.Abs(v.CrossEntropy-1) <= 1e-15) {
			t.Errorf("%d rolls: log L = %v bits, H = %v, want %d and 1", tt.rolls, v.LogLikelihood, v.CrossEntropy, -tt.rolls)
		}
	}
	v := likelihood(t, LikelihoodParams{Truth: fairCoin, Model: fairCoin, Rolls: 1074, Unit: Nats})
	if last := v.Computed[len(v.Computed)-1]; !(math.Abs(last.Y+1074*math.Log10(2)) <= 1e-9) {
		t.Errorf("the product 2^-1074 is drawn at %v: math.Log10 is wrong of denormal numbers on amd64", last.Y)
	}
	v = likelihood(t, LikelihoodParams{Truth: fairCoin, Model: fairCoin, Rolls: 1100, Unit: Nats})
	if v.Text.Product != "0" || v.Text.Likelihood != "7.362e-332" {
		t.Errorf("the product prints as %s, the likelihood as %s, want 0 and 7.362e-332", v.Text.Product, v.Text.Likelihood)
	}
}

func TestLikelihoodImpossible(t *testing.T) {
	v := likelihood(t, LikelihoodParams{Truth: fairCoin, Model: []float64{1, 0}, Rolls: 20, Seed: 1, Unit: Nats})
	if !slices.Equal(v.Impossible, []int{1}) || v.Lost != 0 || v.Product != 0 {
		t.Errorf("impossible %v, lost %d, product %v: tails was rolled and excluded, nothing was lost", v.Impossible, v.Lost, v.Product)
	}
	if v.Text.LogLikelihood != "-∞" || v.Text.CrossEntropy != "∞" || v.Text.Likelihood != "0" {
		t.Errorf("%+v: an impossible roll costs infinitely much", v.Text)
	}
	v = likelihood(t, LikelihoodParams{Truth: []float64{1, 0}, Model: []float64{1, 0}, Rolls: 20, Unit: Nats})
	if v.LogLikelihood != 0 || v.CrossEntropy != 0 || len(v.Impossible) > 0 || v.Text.Likelihood != "1" {
		t.Errorf("%+v: what is excluded and never comes costs nothing", v.Text)
	}
}

// The generator is SplitMix64: its first numbers for the seed 1234567, as its authors' code prints them.
func TestDice(t *testing.T) {
	d := dice(1234567)
	for _, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821} {
		before := d
		u := float64(want>>11) / (1 << 53)
		if face := d.roll([]float64{u, 1 - u}); face != 1 {
			t.Fatalf("a number of at least %v fell below it", u)
		}
		if face := before.roll([]float64{math.Nextafter(u, 1), 1 - u}); face != 0 {
			t.Fatalf("the number is not %v", u)
		}
	}
	if face := new(dice).roll([]float64{0, .3, .7, 0}); face != 1 && face != 2 {
		t.Errorf("face %d has no probability", face)
	}
}

func drawRolls(t *rapid.T) LikelihoodParams {
	faces := rapid.IntRange(2, 6).Draw(t, "faces")
	return LikelihoodParams{
		Truth: distribution(t, "truth", faces), Model: distribution(t, "model", faces),
		Rolls: rapid.IntRange(1, 1500).Draw(t, "rolls"), Seed: rapid.IntRange(0, 1e6).Draw(t, "seed"),
		Unit: rapid.SampledFrom([]Unit{Nats, Bits}).Draw(t, "unit"),
	}
}

func TestLikelihoodProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := drawRolls(t)
		v, err := Likelihood(params)
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for face, n := range v.Counts {
			total += n
			if n > 0 && params.Truth[face] == 0 {
				t.Fatalf("face %d has no probability and was rolled", face)
			}
		}
		if total != params.Rolls || len(v.Strip) != min(total, StripRolls) {
			t.Fatalf("%d rolls counted, %d shown, of %d", total, len(v.Strip), params.Rolls)
		}
		if math.IsInf(v.CrossEntropy, 1) != (len(v.Impossible) > 0) {
			t.Fatalf("H = %v with impossible faces %v", v.CrossEntropy, v.Impossible)
		}
		if mean := -v.LogLikelihood / float64(total); !(mean == v.CrossEntropy || math.Abs(mean-v.CrossEntropy) <= 1e-12*(1+mean)) {
			t.Fatalf("-(1/N) log L = %v, H(p̂, q) = %v", mean, v.CrossEntropy)
		}
		if !math.IsInf(v.CrossEntropy, 1) && !(math.Abs(v.Entropy+v.Divergence-v.CrossEntropy) <= 1e-12) {
			t.Fatalf("%v + %v is not %v", v.Entropy, v.Divergence, v.CrossEntropy)
		}
		if v.Product > 1e-300 && len(v.Impossible) == 0 {
			if logs := float64(params.Unit.nats(v.LogLikelihood)); !(math.Abs(math.Log(v.Product)-logs) <= 1e-10*(1-logs)) {
				t.Fatalf("the product is %v, its logarithm %v, the sum %v", v.Product, math.Log(v.Product), logs)
			}
		}
		if last := v.Computed[len(v.Computed)-1]; v.Product > 1e-300 && v.Exact[len(v.Exact)-1] != last {
			if want := v.Exact[len(v.Exact)-1].Y; !(math.Abs(last.Y-want) <= 1e-9) {
				t.Fatalf("the picture of the product ends at %v, of the sum at %v", last.Y, want)
			}
		}
		for _, p := range append(v.Exact, v.Computed...) {
			if !(p.Y <= 0 && p.Y >= v.Bottom) {
				t.Fatalf("%+v lies outside the picture, which ends at %v", p, v.Bottom)
			}
		}
	})
}

// No model makes the data likelier than the shares of the data do.
func TestLikelihoodOptimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := drawRolls(t)
		v, err := Likelihood(params)
		if err != nil {
			t.Fatal(err)
		}
		params.Model = v.Shares
		best, err := Likelihood(params)
		if err != nil {
			t.Fatal(err)
		}
		if !(v.LogLikelihood <= best.LogLikelihood+1e-9) || !(math.Abs(best.CrossEntropy-v.Entropy) <= 1e-12) {
			t.Fatalf("log L = %v, of the shares %v; H = %v, the least %v", v.LogLikelihood, best.LogLikelihood, best.CrossEntropy, v.Entropy)
		}
	})
}

func TestLikelihoodCurve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := drawRolls(t)
		data, err := Likelihood(params)
		if err != nil {
			t.Fatal(err)
		}
		face := rapid.IntRange(0, len(params.Model)-1).Draw(t, "face")
		v, err := LikelihoodCurve(LikelihoodCurveParams{Counts: data.Counts, Model: params.Model, Face: face, Unit: params.Unit})
		if err != nil {
			t.Fatal(err)
		}
		if v.Best.X != data.Shares[face] {
			t.Fatalf("the optimum is at %v, the share is %v", v.Best.X, data.Shares[face])
		}
		peak := 0
		for i, p := range v.Likelihood {
			if !(0 <= p.Y && p.Y <= 1) || i > 0 && !(p.X > v.Likelihood[i-1].X) {
				t.Fatalf("point %d of the likelihood is %+v", i, p)
			}
			if p.Y == 1 && p.X == v.Best.X {
				peak++
			}
		}
		if peak != 1 {
			t.Fatalf("%d peaks at the optimum", peak)
		}
		for _, p := range v.CrossEntropy {
			if !(v.Best.Y <= p.Y+1e-12 && p.Y <= v.Top) {
				t.Fatalf("%+v: below the optimum %+v or above the frame %v", p, v.Best, v.Top)
			}
		}
		if now := data.CrossEntropy; !math.IsInf(now, 1) && params.Model[face] < 1 {
			if want := min(now, v.Top); !(math.Abs(v.Marker.Y-want) <= 1e-9) {
				t.Fatalf("the model is at height %v, want %v", v.Marker.Y, want)
			}
		}
	})
}

func TestLikelihoodFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := drawRolls(t)
		v, err := Likelihood(params)
		if err != nil {
			t.Fatal(err)
		}
		f := v.Formula
		if len(f.Terms) == 0 || strings.Contains(f.LogLikelihood+f.CrossEntropy, "NaN") {
			t.Fatalf("%+v", f)
		}
		if math.IsInf(v.CrossEntropy, 1) {
			return
		}
		_, decimals, _ := strings.Cut(f.LogLikelihood, ".")
		printed := digitsOf(f.LogLikelihood) / math.Pow10(len(decimals))
		if got := figure(0 - printed/float64(params.Rolls)); got != f.CrossEntropy {
			t.Fatalf("%s / %s gives %s, printed %s", f.LogLikelihood, f.Rolls, got, f.CrossEntropy)
		}
	})
}

func TestLikelihoodErrors(t *testing.T) {
	good := LikelihoodParams{Truth: fairCoin, Model: fairCoin, Rolls: 10, Unit: Nats}
	for _, tt := range []struct {
		param  string
		change func(p *LikelihoodParams)
	}{
		{"unit", func(p *LikelihoodParams) { p.Unit = "" }},
		{"truth", func(p *LikelihoodParams) { p.Truth = []float64{1} }},
		{"model", func(p *LikelihoodParams) { p.Model = []float64{.5, .25, .25} }},
		{"model[1]", func(p *LikelihoodParams) { p.Model = []float64{.5, math.NaN()} }},
		{"rolls", func(p *LikelihoodParams) { p.Rolls = 0 }},
		{"rolls", func(p *LikelihoodParams) { p.Rolls = MaxRolls + 1 }},
		{"seed", func(p *LikelihoodParams) { p.Seed = -1 }},
	} {
		params := good
		tt.change(&params)
		_, err := Likelihood(params)
		if wrong, ok := err.(*ParamError); !ok || wrong.Param != tt.param {
			t.Errorf("%v, want a complaint about %s", err, tt.param)
		}
	}
	_, err := LikelihoodCurve(LikelihoodCurveParams{Counts: []int{0, 0}, Model: fairCoin, Unit: Nats})
	if wrong, ok := err.(*ParamError); !ok || wrong.Param != "counts" {
		t.Errorf("%v, want a complaint about counts", err)
	}
}

// crossEntropyOf returns -Σ p·log q and -Σ p·log p of counts, to 480 digits.
func crossEntropyOf(counts []int, q []float64, unit Unit) (cross, entropy ref.Num, finite bool) {
	total, cross, entropy, finite := 0, ref.Of(0), ref.Of(0), true
	for _, n := range counts {
		total += n
	}
	for i, n := range counts {
		if n == 0 {
			continue
		}
		share := ref.Of(float64(n)).Div(ref.Of(float64(total)))
		entropy = entropy.Sub(share.Mul(share.Log()))
		if q[i] == 0 {
			finite = false
			continue
		}
		cross = cross.Sub(share.Mul(ref.Of(q[i]).Log()))
	}
	if unit == Bits {
		ln2 := ref.Of(2).Log()
		cross, entropy = cross.Div(ln2), entropy.Div(ln2)
	}
	return cross, entropy, finite
}

func TestLikelihoodProbes(t *testing.T) {
	loaded := []float64{.1, .1, .1, .1, .1, .5}
	var probes []probe
	for _, s := range []struct {
		why          string
		truth, model []float64
		rolls, seed  int
		unit         Unit
	}{
		{"the opening state of the page", []float64{.7, .3}, fairCoin, 20, 3, Nats},
		{"one roll", fairCoin, fairCoin, 1, 0, Bits},
		{"a product just above 0", fairCoin, fairCoin, 1074, 1, Nats},
		{"a product that is 0", fairCoin, fairCoin, 1075, 1, Nats},
		{"the most rolls", fairCoin, []float64{.51, .49}, MaxRolls, 2, Bits},
		{"nearly sure and right", []float64{1, 0}, []float64{.9999, .0001}, 1000, 2, Nats},
		{"sure and right", []float64{1, 0}, []float64{1, 0}, 1000, 2, Bits},
		{"nearly sure and wrong", []float64{0, 1}, []float64{.9999, .0001}, 1000, 2, Nats},
		{"sure and wrong", []float64{.5, .5}, []float64{1, 0}, 30, 2, Nats},
		{"excluded and never rolled", []float64{.5, .5, 0}, []float64{.3, .7, 0}, 50, 9, Bits},
		{"a fair die", fairDie, fairDie, 60, 1, Nats},
		{"a loaded die, believed fair", loaded, fairDie, 600, 5, Bits},
		{"a loaded die, believed so", loaded, loaded, 600, 5, Bits},
	} {
		params := LikelihoodParams{Truth: s.truth, Model: s.model, Rolls: s.rolls, Seed: s.seed, Unit: s.unit}
		counts := likelihood(t, params).Counts
		cross, entropy, finite := crossEntropyOf(counts, s.model, s.unit)
		want := map[string]string{
			"crossEntropy": truth(cross), "entropy": truth(entropy),
			"divergence": truth(cross.Sub(entropy)), "logLikelihood": truth(cross.Mul(ref.Of(float64(s.rolls))).Neg()),
		}
		if !finite {
			want = map[string]string{
				"crossEntropy": "Infinity", "entropy": truth(entropy),
				"divergence": "Infinity", "logLikelihood": "-Infinity",
			}
		}
		probes = append(probes, probe{Call: "likelihood", Why: s.why, Want: want, explorer: Likelihood, params: params})
	}
	for _, s := range []struct {
		why    string
		counts []int
		model  []float64
		face   int
		unit   Unit
	}{
		{"a coin, off its optimum", []int{13, 7}, fairCoin, 0, Nats},
		{"at the optimum", []int{13, 7}, []float64{.65, .35}, 0, Bits},
		{"a share of e^-700", []int{5000, 5000}, []float64{.2, .8}, 0, Nats},
		{"a die, its six", []int{9, 11, 10, 8, 12, 10}, []float64{.1, .1, .1, .1, .1, .5}, 5, Bits},
		{"a face never rolled", []int{0, 4, 4, 0, 0, 4}, fairDie, 0, Nats},
		{"only this face", []int{3, 0}, fairCoin, 0, Nats},
		{"θ = 0 though it was rolled", []int{3, 1}, []float64{0, 1}, 0, Nats},
		{"θ = 1 and nothing else was rolled", []int{3, 0}, []float64{1, 0}, 0, Bits},
	} {
		params := LikelihoodCurveParams{Counts: s.counts, Model: s.model, Face: s.face, Unit: s.unit}
		probes = append(probes, probe{
			Call: "likelihoodCurve", Why: s.why, Want: curveTruth(s.counts, s.model, s.face, s.unit),
			explorer: LikelihoodCurve, params: params,
		})
	}
	checkProbes(t, "e5.json", probes)
}

// curveTruth compares the model with the one that gives the face its share and keeps the others' proportions.
func curveTruth(counts []int, model []float64, face int, unit Unit) map[string]string {
	total := 0
	for _, n := range counts {
		total += n
	}
	n, rest := ref.Of(float64(counts[face])), ref.Of(float64(total-counts[face]))
	best, theta := n.Div(ref.Of(float64(total))), ref.Of(model[face])
	gain := ref.Of(0) // log of the likelihood, over the greatest one
	lost := false
	for _, part := range []struct{ n, now, best ref.Num }{
		{n, theta, best}, {rest, ref.Of(1).Sub(theta), ref.Of(1).Sub(best)},
	} {
		if part.n.Sign() == 0 {
			continue
		}
		if part.now.Sign() == 0 {
			lost = true
			continue
		}
		gain = gain.Add(part.n.Mul(part.now.Log().Sub(part.best.Log())))
	}
	share := truth(gain.Exp())
	if lost {
		share = truth(ref.Of(0))
	}
	lowest := ref.Of(0)
	for i, count := range counts {
		if count == 0 {
			continue
		}
		q := best
		if i != face {
			q = ref.Of(model[i]).Mul(ref.Of(1).Sub(best)).Div(sumOfOthers(model, face))
		}
		lowest = lowest.Sub(ref.Of(float64(count)).Mul(q.Log()))
	}
	lowest = lowest.Div(ref.Of(float64(total)))
	if unit == Bits {
		lowest = lowest.Div(ref.Of(2).Log())
	}
	return map[string]string{"best.x": truth(best), "best.y": truth(lowest), "now.y": share}
}

func sumOfOthers(q []float64, face int) ref.Num {
	sum := ref.Of(0)
	for i, x := range q {
		if i != face {
			sum = sum.Add(ref.Of(x))
		}
	}
	return sum
}
