//go:build !js || practice

package lab

import (
	"math"

	"xent/info"
)

// Program is a way to compute the loss.
type Program string

// The programs: as the formula is written; with the probability clipped first; with the largest logit taken out,
// as log-softmax does; and from the difference of the logits alone.
const (
	Naive   Program = "naive"
	Clipped Program = "clipped"
	Shifted Program = "shifted"
	Log1p   Program = "log1p"
)

var programs = [...]Program{Naive, Clipped, Shifted, Log1p}

// StabilityParams is the state of explorer E9: two logits, and the format that a program computes in.
type StabilityParams struct {
	True, Rival float64 // the logits of the true class and of the other
	Format      FloatFormat
	Program     Program // whose steps are shown
	Step        int     // the step whose bits are shown
	Unit        Unit
}

// maxStabilityLogit bounds the logits: all formats hold it.
const maxStabilityLogit = 1e4

// StabilityView is a loss computed in few bits. Its numbers are those of the format; information is in nats there, and in
// the unit where it is compared.
type StabilityView struct {
	Steps       []FloatNumber // of the program
	Bits        FloatNumber   // of the step that was asked for
	Programs    []ProgramView // naive, clipped, stable
	Ranges      []FloatRange  // of the four formats
	True, Rival float64       // the logits as the format stores them
	Loss        float64       // of these, in the unit
	Slope       float64       // dL/dz of the true class: -(1-p)
	Text        StabilityText
	Code        StabilityCode
}

// ProgramView is what a program makes of the loss.
type ProgramView struct {
	Loss, Slope FloatNumber
	LossText    string // in the unit, four decimals or digits
	SlopeText   string
	LossRight   bool // to the digits that the format has
	SlopeRight  bool
}

// FloatRange is what a format does with e^z.
type FloatRange struct {
	Zero, Subnormal, Overflow             float64 // e^z is 0 below, loses digits below, is infinite from here on
	ZeroText, SubnormalText, OverflowText string
	Digits                                string // decimal ones
}

// StabilityText holds figures as they are printed.
type StabilityText struct {
	True, Rival, Loss, Slope string
	Ahead                    string // how far the rival is ahead: max(0, rival - true)
	Apart                    string // |true - rival|
	Log                      string
	Small                    bool // the loss is e^-Apart to all digits printed
}

// StabilityCode holds the literals of the code tabs.
type StabilityCode struct{ True, Rival, Naive, Stable string }

// StableLoss computes the cross-entropy of two logits as programs do, rounding after every step to the format:
//
//	naive    e^z, e^r, s = e^z + e^r, p = e^z/s, -ln p                             slope p - 1
//	clipped  the same, and max(p, 1e-7)                                            0 where the clip holds
//	shifted  m = max(z, r), z - m, r - m, s = e^(z-m) + e^(r-m), ln s, ln s - (z - m)  e^(z-m)/s - 1
//	log1p    d = r - z, -|d|, x = e^-|d|, ln(1 + x), max(d, 0) + ln(1 + x)         -1/(1+x) or -x/(1+x)
//
// The truth is ln(1 + e^(r-z)) of the logits as the format stores them.
// Errors: [ParamError] for logits outside ±10⁴ and a step that the program does not have.
func StableLoss(params StabilityParams) (StabilityView, error) {
	c := checker{fn: "StableLoss"}
	c.unit(params.Unit)
	c.inRange("true", params.True, -maxStabilityLogit, maxStabilityLogit)
	c.inRange("rival", params.Rival, -maxStabilityLogit, maxStabilityLogit)
	l := layoutOf(params.Format)
	if l == nil {
		c.fail("format", quote(string(params.Format)), "one of the four")
	}
	if !c.ok() {
		return StabilityView{}, c.result()
	}

	z, r, unit := l.round(params.True), l.round(params.Rival), params.Unit
	d := r - z
	x := math.Exp(-math.Abs(d))
	loss, slope := max(d, 0)+math.Log1p(x), slopeOf(d, x)
	v := StabilityView{True: z, Rival: r, Loss: unit.of(info.Nats(loss)), Slope: slope}
	for _, p := range programs {
		steps, s := l.run(p, z, r)
		last := steps[len(steps)-1]
		v.Programs = append(v.Programs, ProgramView{
			Loss: l.take(last), Slope: l.take(s),
			LossText: resultText(unit.of(info.Nats(last))), SlopeText: resultText(s),
			LossRight: l.close(last, loss), SlopeRight: l.close(s, slope),
		})
		if p != params.Program {
			continue
		}
		for _, step := range steps {
			v.Steps = append(v.Steps, l.take(step))
		}
	}
	c.integer("step", params.Step, 0, len(v.Steps)-1)
	if !c.ok() {
		return StabilityView{}, c.result()
	}
	v.Bits = v.Steps[params.Step]
	for i := range layouts {
		v.Ranges = append(v.Ranges, layouts[i].ranges())
	}
	v.Text = StabilityText{
		True: Shortest(z), Rival: Shortest(r), Loss: sizedLoss(v.Loss, d, unit), Slope: sizedSlope(slope, d),
		Ahead: Shortest(max(d, 0)), Apart: Shortest(math.Abs(d)), Log: unit.logName(), Small: d < -16,
	}
	naive, _ := layouts[3].run(Naive, z, r)
	stable, _ := layouts[3].run(Log1p, z, r)
	v.Code = StabilityCode{
		True: Shortest(z), Rival: Shortest(r),
		Naive: literal(naive[4]), Stable: literal(stable[4]),
	}
	return v, nil
}

// slopeOf returns -1/(1 + e^-d) from d and x = e^-|d|.
func slopeOf(d, x float64) float64 {
	if d < 0 {
		return 0 - x/(1+x)
	}
	return -1 / (1 + x)
}

// run returns the steps of a program, the last of which is the loss in nats, and the slope in z.
func (l *layout) run(p Program, z, r float64) (steps []float64, slope float64) {
	f := l.round
	exp := func(x float64) float64 { return f(info.Nats(x).Perplexity()) } // e^x; math.Exp overflows too early
	switch p {
	case Shifted:
		m := max(z, r)
		a, b := f(z-m), f(r-m)
		sum := f(exp(a) + exp(b))
		log := f(math.Log(sum))
		return []float64{m, a, b, sum, log, f(log - a)}, f(f(exp(a)/sum) - 1)
	case Log1p:
		d := f(r - z)
		x := exp(-math.Abs(d))
		log := f(math.Log1p(x))
		return []float64{d, 0 - math.Abs(d), x, log, f(max(d, 0) + log)}, f(slopeOf(d, x))
	}
	a, b := exp(z), exp(r)
	sum := f(a + b)
	q := f(a / sum)
	steps, slope = []float64{a, b, sum, q}, f(q-1)
	if p == Clipped {
		clip := f(1e-7)
		if q < clip {
			q, slope = clip, 0
		}
		steps = append(steps, q)
	}
	return append(steps, 0-f(math.Log(q))), slope
}

// close reports whether got is want to the precision of the format: within 8 units in its last place, or of the least
// number that it has.
func (l *layout) close(got, want float64) bool {
	unit := math.Ldexp(math.Abs(want), -l.fraction) + math.Ldexp(1, l.least()-l.fraction)
	return math.Abs(got-want) <= 8*unit
}

// ranges finds where e^z leaves the format.
func (l *layout) ranges() FloatRange {
	least := l.least() - l.fraction // the power of the least number, half of which rounds to 0
	f := FloatRange{
		Zero:      float64(least-1) * math.Ln2,
		Subnormal: float64(l.least()) * math.Ln2,
		// Half a unit beyond the largest number rounds to infinity.
		Overflow: float64(l.most()+1)*math.Ln2 + math.Log1p(-math.Ldexp(1, -l.fraction-2)),
		Digits:   Fixed(float64(l.fraction+1)*math.Log10(2), 1),
	}
	f.ZeroText, f.SubnormalText, f.OverflowText = Fixed(f.Zero, 2), Fixed(f.Subnormal, 2), Fixed(f.Overflow, 2)
	return f
}

// resultText prints what a program returned.
func resultText(x float64) string {
	if x != x {
		return "no number"
	}
	return figure(x)
}

// literal prints the same for code: six digits.
func literal(x float64) string {
	if x != x {
		return "no number"
	}
	return Significant(x, 6)
}

// sizedLoss prints the true loss: a logit far ahead costs e^d, which may lie below a float64; so does its slope.
func sizedLoss(loss, d float64, unit Unit) string {
	if d > -600 {
		return figure(loss)
	}
	if unit == Bits {
		d -= math.Log(math.Ln2)
	}
	text, _ := probText(d, 4)
	return text
}

func sizedSlope(slope, d float64) string {
	if d > -600 {
		return figure(slope)
	}
	text, _ := probText(d, 4)
	return "-" + text
}
