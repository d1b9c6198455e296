package lab

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"xent"
	"xent/internal/ref"
)

// Where the naive way fails, and how: the chapter's two states, and their likes in float32.
func TestBinaryLossWays(t *testing.T) {
	for _, tt := range []struct {
		y, z      float64
		precision Precision
		naive     string
		stable    string
		right     bool   // of the naive way
		off       string // of it, in percent
		why       string
	}{
		{1, 2, Double, "0.126928", "0.126928", true, "", "nothing is lost near 0"},
		{1, -800, Double, "∞", "800", false, "", "e^800 overflows, p is 0"},
		{0, 40, Double, "∞", "40", false, "", "1 + e^-40 is 1, and so is p"},
		{1, 40, Double, "0·∞", "4.248354e-18", false, "", "0·log 0 is no number"},
		{0, 36, Double, "36.04365", "36", false, "0.12", "two digits of 1-p are left"},
		{1, -709, Double, "709", "709", true, "", "just before e^-z overflows"},
		{0, 16, Single, "15.94238", "16", false, "0.36", "one bit of 1-p is left"},
		{0, 17, Single, "∞", "17", false, "", "and here none"},
		{1, -89, Single, "∞", "89", false, "", "e^89 is beyond float32"},
		{1, 10, Single, "4.541977e-5", "4.53989e-5", false, "0.046", "a small loss is as hard as a large one"},
		{0, -100, Double, "0", "3.720076e-44", false, "100", "1 - p is 1: what is left of the loss is lost"},
	} {
		v, err := BinaryLoss(BinaryLossParams{Target: tt.y, Logit: tt.z, PosWeight: 1, Precision: tt.precision, Unit: Nats})
		if err != nil {
			t.Fatal(err)
		}
		naive, stable := v.Naive.Steps[len(v.Naive.Steps)-1], v.Stable.Steps[len(v.Stable.Steps)-1]
		if naive != tt.naive || stable != tt.stable || v.Naive.Right != tt.right || v.Naive.Off != tt.off || !v.Stable.Right {
			t.Errorf("y = %v, z = %v in %s: naive %s (%v, off %s %%), stable %s; want %s (%v, %s), %s: %s",
				tt.y, tt.z, tt.precision, naive, v.Naive.Right, v.Naive.Off, stable, tt.naive, tt.right, tt.off, tt.stable, tt.why)
		}
	}
}

// The loss and its slope are those of package xent, and the stable way is right from any state of the page.
func TestBinaryLossIsXent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := BinaryLossParams{
			Target:    rapid.OneOf(rapid.SampledFrom([]float64{0, 1}), rapid.Float64Range(0, 1)).Draw(t, "target"),
			Logit:     rapid.OneOf(rapid.Float64Range(-50, 50), rapid.Float64Range(-MaxLogit, MaxLogit)).Draw(t, "z"),
			PosWeight: rapid.OneOf(rapid.Just(1.0), rapid.Float64Range(0, 100)).Draw(t, "w"),
			Precision: rapid.SampledFrom([]Precision{Single, Double}).Draw(t, "precision"),
			Unit:      rapid.SampledFrom([]Unit{Nats, Bits}).Draw(t, "unit"),
		}
		v, err := BinaryLoss(params)
		if err != nil {
			t.Fatal(err)
		}
		grad := xent.MatrixOf([]float64{0}, 1)
		result, err := xent.BinaryCrossEntropyGrad(grad, xent.LogitsOf([]float64{params.Logit}, 1), xent.MatrixOf([]float64{params.Target}, 1),
			&xent.BinaryOptions{PosWeight: []float64{params.PosWeight}, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		want, slope := params.Unit.of(result.Mean()), grad.Data[0]
		if !(math.Abs(v.Loss-want) <= 1e-13*want+1e-300) || !(math.Abs(v.Slope-slope) <= 1e-13*(math.Abs(slope)+1)) {
			t.Fatalf("loss %v, slope %v; xent gives %v, %v", v.Loss, v.Slope, want, slope)
		}
		if !v.Stable.Right {
			t.Fatalf("the stable way gives %v, off by %s %%", v.Stable.Steps, v.Stable.Off)
		}
	})
}

// The curves stay in their frames; the naive one ends where it fails.
func TestBinaryCurves(t *testing.T) {
	for _, tt := range []struct {
		y         float64
		precision Precision
		end       string
		last      float64 // the logit of the last naive point, to half a unit
	}{
		{0, Double, "∞", 36.5},
		{0, Single, "∞", 16.5},
		{1, Double, "0·∞", 36.5},
		{.5, Single, "∞", 16.5},
	} {
		v, err := BinaryCurves(BinaryCurvesParams{Target: tt.y, PosWeight: 3, Precision: tt.precision, Unit: Bits, Samples: 201})
		if err != nil {
			t.Fatal(err)
		}
		if last := v.Naive[len(v.Naive)-1].X; v.NaiveEnd != tt.end || !(math.Abs(last-tt.last) <= 1e-9) {
			t.Errorf("y = %v in %s: the naive way ends in %s behind %v, want %s behind %v", tt.y, tt.precision, v.NaiveEnd, last, tt.end, tt.last)
		}
		for _, p := range append(v.Sigmoid, v.Slope...) {
			if !(v.Bottom <= p.Y && p.Y <= v.Top && math.Abs(p.X) <= sigmoidLogit) {
				t.Fatalf("a point %v outside the frame", p)
			}
		}
		for _, p := range append(v.Loss, v.Naive...) {
			if !(0 <= p.Y && p.Y <= v.LossTop && math.Abs(p.X) <= hingeLogit) {
				t.Fatalf("a point %v outside the frame", p)
			}
		}
	}
}

// The truth of 21 states, the ends among them, as numbers and as they are printed.
func TestBinaryLossProbes(t *testing.T) {
	var probes []probe
	for _, s := range []struct {
		why     string
		y, z, w float64
		unit    Unit
	}{
		{"the opening state of the page", 1, 2, 1, Nats},
		{"the other label", 0, 2, 1, Nats},
		{"no opinion, one bit", 1, 0, 1, Bits},
		{"no opinion, the other label", 0, 0, 1, Nats},
		{"the naive way gives ∞; right is 800", 1, -800, 1, Nats},
		{"the naive way gives ∞; right is 40", 0, 40, 1, Nats},
		{"the naive way gives no number", 1, 40, 1, Nats},
		{"sure and right", 0, -40, 1, Bits},
		{"e^10000 overflows; the loss is 10000", 0, 1e4, 1, Nats},
		{"what is left is below the least float64", 1, 1e4, 1, Nats},
		{"the same from the other side, in bits", 0, -1e4, 1, Bits},
		{"as wrong as can be, in bits", 1, -1e4, 1, Bits},
		{"a soft label", .3, 1.5, 1, Nats},
		{"a soft label and a sure prediction", .3, 50, 1, Nats},
		{"a soft label in the middle, met", .5, 0, 1, Bits},
		{"a rare class, weighted", 1, -3, 10, Nats},
		{"its weight does not touch the other label", 0, -3, 10, Nats},
		{"a weight and a soft label", .25, -1.25, 4, Bits},
		{"a weight that sets its class aside", 1, 5, 0, Nats},
		{"a weight below 1", 1, -5, .25, Bits},
		{"a logit beyond the range of float32's e^z", 0, 88.8, 1, Nats},
		{"and of float64's", 1, -745.2, 1, Nats},
	} {
		params := BinaryLossParams{Target: s.y, Logit: s.z, PosWeight: s.w, Precision: Double, Unit: s.unit}
		prob, loss, slope := binaryTruth(s.y, s.z, s.w, s.unit)
		lossText := figureOf(loss)
		probes = append(probes, probe{
			Call: "binaryLoss", Why: s.why, explorer: BinaryLoss, params: params,
			Want:  map[string]string{"prob": truth(prob), "loss": truth(loss), "slope": truth(slope)},
			Print: map[string]string{"text.prob": figureOf(prob), "text.loss": lossText, "text.slope": printedAs(slope, slopeDigits)},
		})
	}
	checkProbes(t, "e2.json", probes)
}

// binaryTruth evaluates p, the loss and its slope from their definitions, in wide arithmetic.
func binaryTruth(target, logit, weight float64, unit Unit) (prob, loss, slope ref.Num) {
	one, y, z, w := ref.Of(1), ref.Of(target), ref.Of(logit), ref.Of(weight)
	p, q := one.Div(one.Add(z.Neg().Exp())), one.Div(one.Add(z.Exp()))
	ln := func(x, other ref.Num) ref.Num {
		if other.Cmp(ref.Of(1e-99)) < 0 {
			return other.Neg() // ln(1-x) = -x - ..., where no number of digits holds 1-x
		}
		return x.Log()
	}
	loss = w.Mul(y).Mul(ln(p, q)).Add(one.Sub(y).Mul(ln(q, p))).Neg()
	if unit == Bits {
		loss = loss.Div(ref.Of(2).Log())
	}
	return p, loss, one.Sub(y).Mul(p).Sub(w.Mul(y).Mul(q))
}
