package lab

import (
	"math"
	"reflect"
	"strconv"
	"testing"

	"xent/info"
	"xent/internal/ref"
)

func stability(z, r float64, f FloatFormat, p Program) StabilityParams {
	return StabilityParams{True: z, Rival: r, Format: f, Program: p, Unit: Nats}
}

// The numbers of a format are those of IEEE 754: every one of the 65,536 of the small formats comes back from its bits.
func TestFloatFormats(t *testing.T) {
	for _, name := range []FloatFormat{Float16, BFloat16} {
		l := layoutOf(name)
		for b := range uint64(1 << 16) {
			e, m := int(b>>l.fraction)&(1<<l.exponent-1), b&(1<<l.fraction-1)
			want := math.Ldexp(float64(m), l.least()-l.fraction)
			switch {
			case e == 1<<l.exponent-1 && m > 0:
				continue // no number
			case e == 1<<l.exponent-1:
				want = math.Inf(1)
			case e > 0:
				want = math.Ldexp(float64(1<<l.fraction|m), e-l.bias()-l.fraction)
			}
			if b>>15 == 1 {
				want = -want
			}
			if got := l.round(want); got != want || l.bits(want) != b {
				t.Fatalf("%s %016b: %v, want %v; bits %016b", name, b, got, want, l.bits(want))
			}
			n := l.take(want)
			if n.Sign+n.Exponent+n.Fraction != binary(b, 16) {
				t.Fatalf("%s: %s %s %s, want %016b", name, n.Sign, n.Exponent, n.Fraction, b)
			}
			if back, err := strconv.ParseFloat(n.Text, 64); !math.IsInf(want, 0) && (err != nil || l.round(back) != want) {
				t.Fatalf("%s: %q reads back as %v, want %v", name, n.Text, back, want)
			}
		}
		// Halfway between two neighbours the even one is taken.
		for b := range uint64(1 << 14) {
			low := math.Ldexp(float64(1<<l.fraction|b&(1<<l.fraction-1)), int(b>>l.fraction)-20)
			unit := math.Ldexp(1, int(b>>l.fraction)-20)
			got, want := l.round(low+unit/2), low
			if b&1 == 1 {
				want = low + unit
			}
			if low >= math.Ldexp(1, l.least()) && got != want && !math.IsInf(got, 1) {
				t.Fatalf("%s: %v + half a unit is %v, want %v", name, low, got, want)
			}
		}
	}
	f := layoutOf(Float32)
	for _, x := range []float64{0, 1, .1, 3e38, 3.4028235677973366e38, 3.5e38, 1e-45, 7e-46, 1e-38, 1.17549429e-38, -.3} {
		if got := f.round(x); got != float64(float32(x)) || f.bits(got) != uint64(math.Float32bits(float32(x))) {
			t.Errorf("float32 of %v is %v", x, got)
		}
		if d := layoutOf(Float64); d.bits(x) != math.Float64bits(x) {
			t.Errorf("bits of %v: %x", x, d.bits(x))
		}
	}
}

func binary(b uint64, n int) string {
	text := strconv.FormatUint(b, 2)
	for len(text) < n {
		text = "0" + text
	}
	return text
}

// The limits of e^z are where the format itself has them.
func TestFloatRanges(t *testing.T) {
	expOf := func(x float64) float64 { return info.Nats(x).Perplexity() }
	for _, l := range layouts {
		f := l.ranges()
		for _, tt := range []struct {
			at          float64
			below, here FloatState
		}{{f.Zero, FloatZero, FloatSubnormal}, {f.Subnormal, FloatSubnormal, FloatNormal}, {f.Overflow, FloatNormal, FloatInfinite}} {
			by := 1e-9 * math.Abs(tt.at)
			if tt.here == FloatNormal && l.format == Float16 {
				by = 1e-3 // rounding up to the first normal number
			}
			below, here := l.state(l.round(expOf(tt.at-10*by))), l.state(l.round(expOf(tt.at+by)))
			if below != tt.below && !(tt.below == FloatSubnormal && l.fraction < 11) || here != tt.here {
				t.Errorf("%s at %v: %s, %s; want %s, %s", l.format, tt.at, below, here, tt.below, tt.here)
			}
		}
	}
	if text := layoutOf(Float16).ranges().OverflowText; text != "11.09" {
		t.Errorf("float16 overflows at %s", text)
	}
}

// What each program makes of a loss: where it fails, and how.
func TestPrograms(t *testing.T) {
	type result struct {
		loss       string
		lossRight  bool
		slope      string
		slopeRight bool
	}
	for _, tt := range []struct {
		z, r   float64
		format FloatFormat
		want   [4]result // naive, clipped, shifted, log1p
		why    string
	}{
		{2, 1, Float64, [4]result{{"0.3133", true, "-0.2689", true}, {"0.3133", true, "-0.2689", true}, {"0.3133", true, "-0.2689", true}, {"0.3133", true, "-0.2689", true}}, "easy"},
		{100, 0, Float32, [4]result{{"no number", false, "no number", false}, {"no number", false, "no number", false}, {"0.0000", false, "0.0000", false}, {"3.784e-44", true, "-3.784e-44", true}}, "∞/∞; the truth is subnormal"},
		{-800, 0, Float64, [4]result{{"∞", false, "-1.0000", true}, {"16.1181", false, "0.0000", false}, {"800.0000", true, "-1.0000", true}, {"800.0000", true, "-1.0000", true}}, "p underflows: the clip hides it and stops the gradient"},
		{40, 0, Float64, [4]result{{"0.0000", false, "0.0000", false}, {"0.0000", false, "0.0000", false}, {"0.0000", false, "0.0000", false}, {"4.248e-18", true, "-4.248e-18", true}}, "1 + e^-40 is 1: only log1p keeps the loss"},
		{12, 0, Float16, [4]result{{"no number", false, "no number", false}, {"no number", false, "no number", false}, {"0.0000", false, "0.0000", false}, {"6.139e-6", true, "-6.139e-6", true}}, "float16 overflows beyond 11.09"},
		{0, 20, BFloat16, [4]result{{"20.0000", true, "-1.0000", true}, {"16.1250", false, "0.0000", false}, {"20.0000", true, "-1.0000", true}, {"20.0000", true, "-1.0000", true}}, "the clip bites where nothing overflows"},
	} {
		v, err := StableLoss(stability(tt.z, tt.r, tt.format, Naive))
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range v.Programs {
			if got := (result{p.LossText, p.LossRight, p.SlopeText, p.SlopeRight}); got != tt.want[i] {
				t.Errorf("%v, %v in %s, %s: %v, want %v: %s", tt.z, tt.r, tt.format, programs[i], got, tt.want[i], tt.why)
			}
		}
		noNaN(t, tt.why, decoded(t, plain(reflect.ValueOf(v))))
	}
	for _, bad := range []StabilityParams{
		stability(math.NaN(), 0, Float16, Naive), stability(0, 2e4, Float16, Naive), stability(0, 0, "float8", Naive), stability(0, 0, Float16, "lucky"),
		{Format: Float16, Program: Naive, Step: 5, Unit: Nats}, {Format: Float16, Program: Naive, Step: -1, Unit: Nats},
	} {
		if _, err := StableLoss(bad); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

// The loss of two logits, and its slope, to 40 digits; the logits are those that the format keeps.
func TestStabilityProbes(t *testing.T) {
	var probes []probe
	for i, tt := range []struct {
		z, r   float64
		format FloatFormat
		why    string
	}{
		{5, 0, Float16, "the opening state"}, {0, 0, Float64, "ln 2"}, {12, 0, Float16, "e^z overflows in float16"},
		{100, 0, Float32, "e^z overflows in float32"}, {100, 0, BFloat16, "and in bfloat16"}, {800, 0, Float64, "and in float64"},
		{1e4, 0, Float64, "the largest logit, right"}, {-1e4, 0, Float64, "the largest loss"}, {0, 1e4, Float16, "the same from the other side"},
		{1e4, 1e4, Float64, "only the difference counts"}, {-1e4, -1e4, Float32, "the same, far below"}, {-20, 0, Float32, "where a clip at 1e-7 bites"},
		{-16, 0, Float32, "where it does not yet"}, {40, 0, Float64, "e^-40: 1 + p is 1"}, {.3, .1, Float16, "logits that float16 rounds"},
		{.3, .1, BFloat16, "and bfloat16, more"}, {1234.567, 1233.21, Float16, "and large ones, to whole numbers"}, {3, 3.5, Float64, "nearly even"},
		{700, -40, Float64, "below the least float64"}, {-745.2, 0, Float64, "e^z is 0"}, {1e-8, 0, Float64, "a hair's breadth"},
	} {
		unit, by := Nats, ref.Of(1)
		if i%4 == 3 {
			unit, by = Bits, ref.Of(2).Log()
		}
		l := layoutOf(tt.format)
		d := ref.Of(l.round(tt.r)).Sub(ref.Of(l.round(tt.z)))
		e := d.Exp()
		probes = append(probes, probe{
			Call: "stableLoss", Why: tt.why, explorer: StableLoss,
			params: StabilityParams{True: tt.z, Rival: tt.r, Format: tt.format, Program: Log1p, Step: 4, Unit: unit},
			Want: map[string]string{
				"loss": truth(ref.Of(1).Add(e).Log().Div(by)), "slope": truth(e.Div(ref.Of(1).Add(e)).Neg()),
				"ranges.0.overflow":  truth(ref.Of(65520).Log()),
				"ranges.2.subnormal": truth(ref.Of(-126).Mul(ref.Of(2).Log())),
				"ranges.3.zero":      truth(ref.Of(-1075).Mul(ref.Of(2).Log())),
			},
		})
	}
	checkProbes(t, "e9.json", probes)
}
