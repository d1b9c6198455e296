package lab

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSampleCuts(t *testing.T) {
	// Probabilities .5, .25, .125, .125 in another order.
	logits := []float64{math.Log(.25), math.Log(.5), math.Log(.125), math.Log(.125)}
	for _, tt := range []struct {
		topK int
		topP float64
		kept int
		mass float64
		why  string
	}{
		{10, 1, 4, 1, "nothing is cut"},
		{4, 1, 4, 1, "as many as there are"},
		{1, 1, 1, .5, "greedy"},
		{10, 0, 1, .5, "at least one stays"},
		{10, .5, 1, .5, "the first alone reaches a half"},
		{10, .51, 2, .75, "and the next is needed for more"},
		{10, .75, 2, .75, "a share that is met exactly is reached"},
		{10, .9, 4, 1, ".875 is not enough"},
		{2, .9, 2, .75, "top-p looks at what top-k left: both of two"},
		{2, .6, 1, .5, "of which the first has two thirds"},
	} {
		v, err := Sample(SampleParams{Logits: logits, Temperature: 1, TopK: tt.topK, TopP: tt.topP, Draws: 200})
		if err != nil {
			t.Fatal(err)
		}
		if v.Kept != tt.kept || !(math.Abs(v.Mass-tt.mass) <= 1e-12) || !slices.Equal(v.Order, []int{1, 0, 2, 3}) {
			t.Errorf("top-k %d, top-p %v: kept %d with %v in order %v, want %d with %v: %s",
				tt.topK, tt.topP, v.Kept, v.Mass, v.Order, tt.kept, tt.mass, tt.why)
		}
		for class, n := range v.Counts {
			if n > 0 && !slices.Contains(v.Order[:v.Kept], class) {
				t.Errorf("class %d was cut and drawn %d times", class, n)
			}
		}
	}
}

// Draws follow from their throws, which only the seed moves, and come as often as they should.
func TestSample(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := drawTempered(t)
		params := SampleParams{
			Logits: row.Logits, Temperature: row.Temperature,
			TopK: rapid.IntRange(1, MaxClasses).Draw(t, "k"), TopP: rapid.Float64Range(0, 1).Draw(t, "p"),
			Seed: rapid.IntRange(0, MaxSeed).Draw(t, "seed"), Draws: 100,
		}
		v, err := Sample(params)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Sample(params)
		if err != nil || !slices.Equal(v.Drawn, again.Drawn) {
			t.Fatal("the same seed draws otherwise")
		}
		total, share := 0, 0.0
		for class, n := range v.Counts {
			total += n
			share += v.Probs[class]
		}
		if total != 100 || !(math.Abs(share-1) <= 1e-14) {
			t.Fatalf("%d draws, shares of %v", total, share)
		}
		for n, u := range v.Throws {
			at := slices.Index(v.Order, v.Drawn[n])
			if !(u >= v.Edges[at] && (u < v.Edges[at+1] || at == v.Kept-1) && u <= v.Mass) {
				t.Fatalf("throw %v is not on class %d, %v to %v", u, v.Drawn[n], v.Edges[at], v.Edges[at+1])
			}
		}
		warm := params
		warm.TopK, warm.TopP, warm.Temperature = MaxClasses, 1, MaxTemperature
		cold := warm
		cold.Temperature = MinTemperature
		a, _ := Sample(warm)
		b, _ := Sample(cold)
		if !slices.Equal(a.Throws, b.Throws) {
			t.Fatal("the throws move with the temperature")
		}
	})

	logits := []float64{4, 3, 2.5, 1.5, .5, -1}
	p := tempered(logits, 1.5).probs
	counts, draws := make([]float64, len(p)), 0.0
	for seed := range 200 {
		v, err := Sample(SampleParams{Logits: logits, Temperature: 1.5, TopK: MaxClasses, TopP: 1, Seed: seed, Draws: MaxDraws})
		if err != nil {
			t.Fatal(err)
		}
		for class, n := range v.Counts {
			counts[class] += float64(n)
			draws += float64(n)
		}
	}
	chi := 0.0
	for class, n := range counts {
		chi += (n - draws*p[class]) * (n - draws*p[class]) / (draws * p[class])
	}
	if !(chi < 20.5) { // 0.1 % of χ² with 5 degrees of freedom
		t.Errorf("χ² = %v of %v draws, counts %v", chi, draws, counts)
	}
}

func TestMaxTrick(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		name   string
		params MaxTrickParams
		sum    string
		shares []string
		usable bool
		why    string
	}{
		{"plain", MaxTrickParams{Logits: []float64{1, 1}, Temperature: 1}, "5.437", []string{"0.5000", "0.5000"}, true, "2e"},
		{"below the edge", MaxTrickParams{Logits: []float64{88.7, 0}, Temperature: 1}, "3.326e+38", []string{"1.000", "3.007e-39"}, true, "e^88.7 still fits"},
		{"above the edge", MaxTrickParams{Logits: []float64{88.8, 0}, Temperature: 1}, "∞", []string{"∞/∞", "0"}, false, "e^88.8 does not"},
		{"the sum alone", MaxTrickParams{Logits: []float64{88.5, 88.5}, Temperature: 1}, "∞", []string{"0", "0"}, true, "two that fit need not fit together: the shares are numbers, and wrong"},
		{"cold", MaxTrickParams{Logits: []float64{5, 1}, Temperature: .05}, "∞", []string{"∞/∞", "0"}, false, "100 after division by T"},
		{"under", MaxTrickParams{Logits: []float64{1, 0}, Temperature: 1, Shift: -110}, "0", []string{"0/0", "0/0"}, false, "e^-109 is 0 in float32"},
		{"rescued over", MaxTrickParams{Logits: []float64{1, 0}, Temperature: 1, Shift: 10000, Trick: true}, "1.368", []string{"0.7311", "0.2689"}, true, "any shift"},
		{"rescued under", MaxTrickParams{Logits: []float64{1, 0}, Temperature: .05, Shift: -10000, Trick: true}, "1.000", []string{"1.000", "2.061e-9"}, true, "any temperature"},
		{"excluded", MaxTrickParams{Logits: []float64{1, -inf}, Temperature: 1, Trick: true}, "1.000", []string{"1.000", "0"}, true, "e^-∞ = 0"},
	} {
		v, err := MaxTrick(tt.params)
		if err != nil {
			t.Fatal(err)
		}
		if v.Text.Sum != tt.sum || !slices.Equal(v.Text.Shares, tt.shares) || (v.Text.Off != "") != tt.usable {
			t.Errorf("%s: sum %s, shares %v, off by %q; want %s, %v: %s", tt.name, v.Text.Sum, v.Text.Shares, v.Text.Off, tt.sum, tt.shares, tt.why)
		}
	}
}

// With the trick every state gives numbers that are right as far as float32 goes.
func TestMaxTrickAlwaysUsable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := drawTempered(t)
		v, err := MaxTrick(MaxTrickParams{Logits: row.Logits, Temperature: row.Temperature, Shift: 0, Trick: true})
		if err != nil {
			t.Fatal(err)
		}
		if v.Text.Off == "" || !(v.Sum >= 1) {
			t.Fatalf("sum %v, shares %v", v.Sum, v.Text.Shares)
		}
	})
}

// The gradient times T² settles where the paper says, and the divergence is that of the two softmaxes.
func TestDistil(t *testing.T) {
	params := DistilParams{Teacher: []float64{4, 1, 0, -2}, Student: []float64{1, 2, -1, 0}, Temperature: 100, Unit: Nats, Samples: 81}
	v, err := Distil(params)
	if err != nil {
		t.Fatal(err)
	}
	mean := 0.0
	for i := range params.Teacher {
		mean += (params.Student[i] - params.Teacher[i]) / 4
	}
	for i, g := range v.Gradient {
		want := (params.Student[i] - params.Teacher[i] - mean) / 4
		if got := 100 * 100 * g; !(math.Abs(got-want) <= .02*math.Abs(want)+.005) {
			t.Errorf("T²·gradient[%d] = %v, want nearly %v", i, got, want)
		}
		if want := (v.Student[i] - v.Teacher[i]) / 100; !(math.Abs(g-want) <= 1e-17) {
			t.Errorf("gradient[%d] = %v, want %v", i, g, want)
		}
	}
	last := len(v.Curve) - 1
	if v.Curve[last] != (Point{MaxTemperature, v.Length}) || v.ScaledCurve[last].Y != 1e4*v.Length || v.Scaled != 1e4*v.Length {
		t.Errorf("the curves end at %v and %v, want %v", v.Curve[last], v.ScaledCurve[last], v.Length)
	}
	rapid.Check(t, func(t *rapid.T) {
		row := drawTempered(t)
		student := rapid.SliceOfN(rapid.Float64Range(-12, 12), len(row.Logits), len(row.Logits)).Draw(t, "student")
		v, err := Distil(DistilParams{Teacher: row.Logits, Student: student, Temperature: row.Temperature, Unit: row.Unit, Samples: 3})
		if err != nil {
			t.Fatal(err)
		}
		want := 0.0
		for i, p := range v.Teacher {
			if p > 0 {
				want += p * (tempered(row.Logits, row.Temperature).logs[i] - tempered(student, row.Temperature).logs[i])
			}
		}
		if row.Unit == Bits {
			want /= math.Ln2
		}
		if !(v.KL >= 0 && math.Abs(v.KL-want) <= 1e-12*(1+want)) {
			t.Fatalf("D(p‖q) = %v, want %v", v.KL, want)
		}
	})
	same, err := Distil(DistilParams{Teacher: params.Teacher, Student: params.Teacher, Temperature: 3, Unit: Bits, Samples: 2})
	if err != nil || same.KL != 0 || !(same.Length <= 1e-16) {
		t.Errorf("a student that is its teacher: D = %v, gradient %v, %v", same.KL, same.Length, err)
	}
}

// A wanted probability is met at every temperature.
func TestSolveLogitTempered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := drawTempered(t)
		for i := range row.Logits {
			row.Logits[i] = math.Mod(row.Logits[i], 12)
		}
		want := rapid.Float64Range(.001, .999).Draw(t, "prob")
		solved, err := SolveLogit(SolveLogitParams{
			Logits: row.Logits, Class: row.Label, Prob: want, Min: -1e4, Max: 1e4, Temperature: row.Temperature,
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := tempered(solved.Logits, row.Temperature).probs[row.Label]; !(math.Abs(got-want) <= 1e-11) || solved.Clamped {
			t.Fatalf("probability %v, want %v", got, want)
		}
	})
}
