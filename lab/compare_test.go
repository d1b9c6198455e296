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

// The figures of the chapter, as they are printed there.
func TestCompareLossesChapter(t *testing.T) {
	for _, tt := range []struct {
		p                        float64
		ceP, seP, ceZ, seZ, more string
	}{
		{.05, "-20.00", "-1.900", "-0.9500", "-0.09025", "10.53"},
		{.001, "-1000", "-1.998", "-0.9990", "-0.001996", "500.5"},
		{.7, "-1.429", "-0.6000", "-0.3000", "-0.1260", "2.381"},
	} {
		v, err := CompareLosses(CompareLossesParams{Target: 1, Given: ByProb, At: tt.p, Along: ByLogit, Unit: Nats})
		if err != nil {
			t.Fatal(err)
		}
		got := [5]string{v.CrossEntropy.Text.SlopeP, v.SquaredError.Text.SlopeP, v.CrossEntropy.Text.SlopeZ, v.SquaredError.Text.SlopeZ, v.Text.Ratio}
		if want := [5]string{tt.ceP, tt.seP, tt.ceZ, tt.seZ, tt.more}; got != want {
			t.Errorf("at p = %v: %v, want %v", tt.p, got, want)
		}
	}
	v, err := LossShapes(LossShapesParams{Target: 1, Along: ByLogit, Unit: Nats, Axis: AxisLinear, Samples: 2})
	if err != nil {
		t.Fatal(err)
	}
	if want := (LossPeakText{"0.3333", "-0.6931", "0.2963"}); v.PeakText != want {
		t.Errorf("squared error pulls hardest at %v, want %v", v.PeakText, want)
	}
}

// drawCompare draws a state that the page can be in.
func drawCompare(t *rapid.T) CompareLossesParams {
	params := CompareLossesParams{
		Target: rapid.OneOf(rapid.SampledFrom([]float64{0, .5, 1}), rapid.Float64Range(1e-4, 1-1e-4)).Draw(t, "target"),
		Given:  rapid.SampledFrom([]Coordinate{ByProb, ByLogit}).Draw(t, "given"),
		Along:  rapid.SampledFrom([]Coordinate{ByProb, ByLogit}).Draw(t, "along"),
		Unit:   rapid.SampledFrom([]Unit{Nats, Bits}).Draw(t, "unit"),
	}
	if params.Given == ByProb {
		params.At = rapid.Float64Range(0, 1).Draw(t, "p")
	} else {
		wide := rapid.OneOf(rapid.Float64Range(-40, 40), rapid.Float64Range(-MaxLogit, MaxLogit))
		params.At = rapid.OneOf(wide, rapid.Float64Range(-1e-6, 1e-6)).Draw(t, "z")
	}
	return params
}

// parsed reads a printed number as a calculator does; "1 - x" is a difference.
func parsed(t *rapid.T, text string) float64 {
	t.Helper()
	if len(text) > 4 && text[:4] == "1 - " {
		return 1 - parsed(t, text[4:])
	}
	switch text {
	case "∞":
		return math.Inf(1)
	case "-∞":
		return math.Inf(-1)
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(x, 0) && x != 0 {
		t.Fatal(err)
	}
	return x
}

// The printed inputs of the formulas give their printed results, from any state of the page.
func TestCompareLossesFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := drawCompare(t)
		v, err := CompareLosses(params)
		if err != nil {
			t.Fatal(err)
		}
		p, q, off := parsed(t, v.Formula.P), parsed(t, v.Formula.Q), parsed(t, v.Formula.Off)
		y := params.Target
		slopes := [2]float64{p - y, 2 * off * p * q}
		switch {
		case v.Formula.Complement:
			slopes[0] = -q
		case v.Formula.Met:
			slopes[0] = off
		}
		texts := [2]string{v.CrossEntropy.Text.SlopeZ, v.SquaredError.Text.SlopeZ}
		if params.Along == ByProb {
			slopes = [2]float64{off / (p * q), 2 * off}
			switch y {
			case 0:
				slopes[0] = 1 / q
			case 1:
				slopes[0] = -1 / p
			}
			texts = [2]string{v.CrossEntropy.Text.SlopeP, v.SquaredError.Text.SlopeP}
		}
		for _, c := range []struct {
			what string
			got  float64
			text string
		}{
			{"squared error", off * off, v.SquaredError.Text.Loss},
			{"slope of cross-entropy", slopes[0], texts[0]},
			{"slope of squared error", slopes[1], texts[1]},
			{"ratio", 1 / (2 * p * q), v.Text.Ratio},
		} {
			want := parsed(t, c.text)
			if _, place := readDigits(c.text); !(c.got == want || math.Abs(c.got-want) <= 0.501*math.Pow(10, float64(place))+1e-300) {
				t.Fatalf("%s: the printed p %s, 1-p %s and p-y %s give %v, printed %s", c.what, v.Formula.P, v.Formula.Q, v.Formula.Off, c.got, c.text)
			}
		}
		cost := 0.0
		for _, term := range v.Formula.Terms {
			if !term.Zero {
				cost -= parsed(t, term.Weight) * calculate(t, term.Prob)
			}
		}
		if params.Unit == Bits {
			cost /= math.Ln2
		}
		if got := v.CrossEntropy.Text.Loss; !math.IsInf(v.CrossEntropy.Loss, 1) && !(math.Abs(cost-parsed(t, got)) <= 0.501*lastDigit(got)+1e-300) {
			t.Fatalf("the printed terms %v give %v, printed %s", v.Formula.Terms, cost, got)
		}
	})
}

// The losses and slopes are those of package xent, and their ratio is one, along p and along z.
func TestCompareLossesIsXent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := drawCompare(t)
		if params.Given == ByProb {
			params.At = min(max(params.At, 1e-9), 1-1e-9)
		} else {
			params.At = min(max(params.At, -20), 20) // in p, xent has no digits beyond
		}
		v, err := CompareLosses(params)
		if err != nil {
			t.Fatal(err)
		}
		y := xent.MatrixOf([]float64{params.Target}, 1)
		grad := xent.MatrixOf([]float64{0}, 1)
		d := predicting(params.Given, params.At)
		ce, err := xent.BinaryCrossEntropyGrad(grad, xent.LogitsOf([]float64{d.z}, 1), y, nil)
		if err != nil {
			t.Fatal(err)
		}
		close := func(what string, got, want, tolerance float64) {
			if !(math.Abs(got-want) <= tolerance*(1+math.Abs(want))) {
				t.Fatalf("%s = %v, xent gives %v", what, got, want)
			}
		}
		close("cross-entropy", v.CrossEntropy.Loss, params.Unit.of(ce.Mean()), 1e-14)
		close("its slope along z", v.CrossEntropy.SlopeZ, grad.Data[0], 1e-14)
		se, err := xent.SquaredErrorGrad(grad, xent.MatrixOf([]float64{d.p}, 1), y, nil)
		if err != nil {
			t.Fatal(err)
		}
		close("squared error", v.SquaredError.Loss, float64(se.Mean()), 1e-14)
		close("its slope along p", v.SquaredError.SlopeP, grad.Data[0], 1e-14)
		close("chain rule of cross-entropy", v.CrossEntropy.SlopeP*d.p*d.q, v.CrossEntropy.SlopeZ, 1e-14)
		close("chain rule of squared error", v.SquaredError.SlopeP*d.p*d.q, v.SquaredError.SlopeZ, 1e-14)
		close("ratio", v.Ratio*v.SquaredError.SlopeZ, v.CrossEntropy.SlopeZ, 1e-14)
		if !(v.Ratio >= 2-1e-15) {
			t.Fatalf("ratio %v, want 2 at least", v.Ratio)
		}
	})
}

// Squared error pulls nowhere harder than at its peak, and the curves stay in their frames.
func TestLossShapes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := LossShapesParams{
			Target:  rapid.OneOf(rapid.SampledFrom([]float64{0, .5, 1}), rapid.Float64Range(0, 1)).Draw(t, "target"),
			Along:   rapid.SampledFrom([]Coordinate{ByProb, ByLogit}).Draw(t, "along"),
			Unit:    rapid.SampledFrom([]Unit{Nats, Bits}).Draw(t, "unit"),
			Axis:    rapid.SampledFrom([]Axis{AxisLinear, AxisLog}).Draw(t, "axis"),
			Samples: rapid.IntRange(2, 300).Draw(t, "samples"),
		}
		v, err := LossShapes(params)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(v.SquaredError.Loss); n != params.Samples || len(v.SquaredError.Pull) != n && v.PullBottom == 0 {
			t.Fatalf("%d samples, want %d", n, params.Samples)
		}
		for _, p := range v.SquaredError.Pull {
			if !(p.Y <= v.Peak.Y+1e-12) {
				t.Fatalf("pulls %v at %v, more than %v at its peak %v", p.Y, p.X, v.Peak.Y, v.Peak.X)
			}
		}
		for _, c := range []struct {
			bottom, top float64
			points      []Point
		}{
			{0, v.LossTop, v.CrossEntropy.Loss},
			{0, v.LossTop, v.SquaredError.Loss},
			{v.PullBottom, v.PullTop, v.CrossEntropy.Pull},
			{v.PullBottom, v.PullTop, v.SquaredError.Pull},
		} {
			for _, p := range c.points {
				if !(v.MinX <= p.X && p.X <= v.MaxX && c.bottom <= p.Y && p.Y <= c.top) {
					t.Fatalf("a point %v outside the frame", p)
				}
			}
		}
	})
}

// The truth of 25 states, the ends among them, as numbers and as they are printed.
func TestCompareLossesProbes(t *testing.T) {
	inf := math.Inf(1)
	var probes []probe
	for _, s := range []struct {
		why   string
		y     float64
		given Coordinate
		at    float64
		unit  Unit
	}{
		{"the opening state of the page", 1, ByProb, .7, Nats},
		{"the chapter's example: -20 and -1.9 along p, -0.95 and -0.09025 along z", 1, ByProb, .05, Nats},
		{"the same in bits: only the cross-entropy changes", 1, ByProb, .05, Bits},
		{"five hundred times the pull", 1, ByProb, .001, Nats},
		{"the mirror image of 0.05", 0, ByProb, .95, Nats},
		{"squared error pulls hardest: 8/27", 1, ByProb, 1. / 3, Nats},
		{"the least ratio, two; and one bit", 1, ByProb, .5, Bits},
		{"impossible, and it happened", 1, ByProb, 0, Nats},
		{"impossible, and it did not happen", 0, ByProb, 0, Nats},
		{"certain and right", 1, ByProb, 1, Nats},
		{"certain and wrong", 0, ByProb, 1, Bits},
		{"a soft label that is met: neither pulls", .7, ByProb, .7, Nats},
		{"a soft label that is missed", .7, ByProb, .2, Bits},
		{"a soft label and a certain prediction", .5, ByProb, 0, Nats},
		{"what four decimals would hide", 1, ByProb, 1e-12, Nats},
		{"no opinion", 1, ByLogit, 0, Nats},
		{"e^10000 overflows; the loss is 10000", 0, ByLogit, 1e4, Nats},
		{"what is left is below the least float64", 1, ByLogit, 1e4, Nats},
		{"the same from the other side, in bits", 0, ByLogit, -1e4, Bits},
		{"right, with a p below the least float64", 0, ByLogit, -800, Nats},
		{"1-p is below the spacing of float64 at 1", 1, ByLogit, 40, Nats},
		{"sure and wrong", 0, ByLogit, 40, Bits},
		{"an excluded class", 1, ByLogit, -inf, Nats},
		{"an excluded class and a soft label", .3, ByLogit, inf, Nats},
		{"nothing special", .25, ByLogit, -1.25, Bits},
	} {
		p := probe{
			Call: "compareLosses", Why: s.why, explorer: CompareLosses,
			Want: map[string]string{}, Print: map[string]string{},
			params: CompareLossesParams{Target: s.y, Given: s.given, At: s.at, Along: ByLogit, Unit: s.unit},
		}
		for _, v := range compareTruth(s.y, s.given, s.at, s.unit) {
			text := "text." + v.path
			if loss, name, ok := strings.Cut(v.path, "."); ok {
				text = loss + ".text." + name
			}
			switch {
			case v.infinite != 0:
				p.Want[v.path], p.Print[text] = "Infinity", "∞"
				if v.infinite < 0 {
					p.Want[v.path], p.Print[text] = "-Infinity", "-∞"
				}
			case v.path == "crossEntropy.loss":
				p.Want[v.path], p.Print[text] = truth(v.x), figureOf(v.x)
			default:
				p.Want[v.path], p.Print[text] = truth(v.x), printedAs(v.x, slopeDigits)
			}
		}
		probes = append(probes, p)
	}
	checkProbes(t, "e6.json", probes)
}

// compareValue is a number of a view, or the sign of an infinity.
type compareValue struct {
	path     string
	x        ref.Num
	infinite int
}

// compareTruth evaluates both losses and their slopes from their definitions, in wide arithmetic.
func compareTruth(target float64, given Coordinate, at float64, unit Unit) []compareValue {
	one, zero, y := ref.Of(1), ref.Of(0), ref.Of(target)
	p, q := ref.Of(at), one
	switch {
	case given == ByProb:
		q = one.Sub(p)
	case math.IsInf(at, 0):
		p, q = zero, one
		if at > 0 {
			p, q = one, zero
		}
	default:
		p, q = one.Div(one.Add(p.Neg().Exp())), one.Div(one.Add(p.Exp()))
	}
	off := p.Mul(one.Sub(y)).Sub(q.Mul(y)) // (1-y)·p - y·(1-p) = p - y
	lost := func(weight, prob ref.Num) bool { return weight.Sign() != 0 && prob.Sign() == 0 }
	missed, invented := lost(y, p), lost(one.Sub(y), q)

	loss, slope := compareValue{path: "crossEntropy.loss"}, compareValue{path: "crossEntropy.slopeP"}
	loss.x, slope.x = zero, zero
	for _, side := range []struct{ weight, prob, other ref.Num }{{y, p, q}, {one.Sub(y), q, p}} {
		if side.weight.Sign() == 0 || side.prob.Sign() == 0 {
			continue
		}
		ln := side.prob.Log()
		if side.other.Cmp(ref.Of(1e-99)) < 0 {
			ln = side.other.Neg() // ln(1-x) = -x - ..., where no number of digits holds 1-x
		}
		loss.x = loss.x.Sub(side.weight.Mul(ln))
	}
	if unit == Bits {
		loss.x = loss.x.Div(ref.Of(2).Log())
	}
	if p.Sign() != 0 && !missed {
		slope.x = slope.x.Sub(y.Div(p))
	}
	if q.Sign() != 0 && !invented {
		slope.x = slope.x.Add(one.Sub(y).Div(q))
	}
	if missed {
		loss.infinite, slope.infinite = 1, -1
	}
	if invented {
		loss.infinite, slope.infinite = 1, 1
	}
	two, both := ref.Of(2), p.Mul(q)
	ratio := compareValue{path: "ratio", infinite: 1}
	if both.Sign() != 0 {
		ratio.x, ratio.infinite = one.Div(two.Mul(both)), 0
	}
	return []compareValue{
		loss, slope,
		{path: "crossEntropy.slopeZ", x: off},
		{path: "squaredError.loss", x: off.Mul(off)},
		{path: "squaredError.slopeP", x: two.Mul(off)},
		{path: "squaredError.slopeZ", x: two.Mul(off).Mul(both)},
		ratio,
	}
}
