package lab

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"xent/internal/ref"
)

// opening is the state that E8 opens in, with one thing changed.
func opening(edit func(p *DoctorParams)) DoctorParams {
	p := DoctorParams{Fault: FaultNone, Rows: 200, Classes: 4, Skill: 5, Scale: 1, Seed: 1, Kind: ScoresLogits, Unit: Nats}
	if edit != nil {
		edit(&p)
	}
	return p
}

// Every fault is named, first and without another cause; the same rows without it call for nothing.
func TestDoctorNamesFaults(t *testing.T) {
	for _, tt := range []struct {
		fault Fault
		want  string
		sure  Certainty
		edit  func(p *DoctorParams)
	}{
		{FaultNone, "", "", nil},
		{FaultSoftmax, "input-is-probabilities", Certain, nil},
		{FaultLogSoftmax, "log-probabilities", Harmless, nil},
		{FaultBase2, "log-base", Certain, nil},
		{FaultSwapped, "one-hot-scores", Certain, nil},
		{FaultFromOne, "labels-out-of-range", Certain, nil},
		{FaultIgnored, "labels-out-of-range", Certain, nil},
		{FaultShifted, "labels-shifted", Suspected, nil},
		{FaultPermuted, "labels-permuted", Certain, nil},
		{FaultMisaligned, "rows-misaligned", Certain, nil},
		{FaultShuffled, "predictions-independent-of-labels", Certain, nil},
		{FaultBroken, "nan-rows", Certain, nil},
		{FaultClipped, "clipped-probabilities", Suspected, func(p *DoctorParams) { p.Kind, p.Scale = ScoresProbs, 8 }},
		{FaultConstant, "constant-predictions", Suspected, nil},
		{FaultNone, "over-confident", Suspected, func(p *DoctorParams) { p.Scale = 4 }},
		{FaultNone, "under-confident", Suspected, func(p *DoctorParams) { p.Scale = .3 }},
		{FaultNone, "not-probabilities", Certain, func(p *DoctorParams) { p.Kind = ScoresProbs }},
		{FaultSoftmax, "input-is-probabilities", Harmless, func(p *DoctorParams) { p.Kind = ScoresUnknown }},
	} {
		for _, unit := range []Unit{Nats, Bits} {
			for seed := range 5 {
				params := opening(tt.edit)
				params.Fault, params.Unit, params.Seed = tt.fault, unit, seed
				v, err := Doctor(params)
				if err != nil {
					t.Fatal(err)
				}
				noNaN(t, string(tt.fault), decoded(t, plain(reflect.ValueOf(v))))
				switch {
				case tt.want == "" && len(v.Findings) > 0:
					t.Errorf("%s, seed %d: %s: %s", tt.fault, seed, v.Findings[0].ID, v.Diagnosis)
				case tt.want == "":
				case len(v.Findings) == 0:
					t.Errorf("%s, seed %d: nothing found, want %s", tt.fault, seed, tt.want)
				case v.Findings[0].ID != tt.want || v.Findings[0].Certainty != tt.sure:
					t.Errorf("%s, seed %d: %s %s, want %s %s", tt.fault, seed, v.Findings[0].Certainty, v.Findings[0].ID, tt.sure, tt.want)
				}
				if strings.Contains(v.Diagnosis, "nats") && unit == Bits {
					t.Errorf("in bits: %s", v.Diagnosis)
				}
			}
		}
	}
}

// Own rows are taken as they are, however strange.
func TestDoctorOwnRows(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	own := func(classes int, scores []float64, labels ...int) DoctorParams {
		return opening(func(p *DoctorParams) {
			p.Fault, p.Classes, p.Scores, p.Labels, p.Kind = FaultOwn, classes, scores, labels, ScoresUnknown
		})
	}
	for _, tt := range []struct {
		params DoctorParams
		want   string // ID of the first finding
		why    string
	}{
		{own(2, []float64{1, nan, 3, 4}, 0, 1), "nan-rows", "NaN is looked at, not refused"},
		{own(2, []float64{1, 2, inf, inf}, 0, 1), "nan-rows", "∞ - ∞"},
		{own(3, []float64{1, 2, 3, 4, 5, -inf}, 0, 2), "infinite-rows", "the label is excluded"},
		{own(3, []float64{1, 2, 3, 4, 5, 6}, 0, 1<<53), "labels-out-of-range", "the largest label that travels"},
		{own(3, []float64{1, 0, 0, 0, 1, 0}, 0, 1), "one-hot-scores", "labels first, by mistake"},
		{own(1, []float64{.5, 3, -2}, 0, 1, 1), "", "one logit a row"},
		{own(2, []float64{1e308, -1e308, 1e308, 0}, 0, 0), "", "the largest numbers there are"},
	} {
		v, err := Doctor(tt.params)
		if err != nil {
			t.Fatal(err)
		}
		noNaN(t, tt.why, decoded(t, plain(reflect.ValueOf(v))))
		if first := append(v.Findings, DoctorFinding{})[0].ID; first != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, first, tt.want)
		}
	}
	for _, bad := range []DoctorParams{
		own(3, []float64{1, 2, 3, 4}, 0, 1), own(0, nil), own(2, nil), own(2, make([]float64, 3), 0),
		opening(func(p *DoctorParams) { p.Rows = 5 }), opening(func(p *DoctorParams) { p.Scale = nan }),
		opening(func(p *DoctorParams) { p.Classes = 11 }), opening(func(p *DoctorParams) { p.Seed = -1 }),
	} {
		if _, err := Doctor(bad); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

// A loss on the line of softmax applied twice is told from one that is merely large.
func TestLossMapFindings(t *testing.T) {
	for _, tt := range []struct {
		classes        int
		loss, accuracy float64
		want           string
	}{
		{10, 1.49, .97, "double-softmax"}, {10, .1, .97, ""}, {10, .5, .97, "loss-above-fano"}, {10, .01, .9, "loss-below-box"},
		{1000, 6.15, .76, "double-softmax"}, {10, math.Inf(1), .5, "loss-above-fano"},
	} {
		v, err := LossMap(LossMapParams{Classes: tt.classes, Loss: tt.loss, Accuracy: tt.accuracy, Samples: 9, Unit: Nats})
		if err != nil {
			t.Fatal(err)
		}
		if first := append(v.Findings, DoctorFinding{})[0].ID; first != tt.want {
			t.Errorf("%+v: %q", tt, first)
		}
		if !(v.Marker.Y >= 0 && v.Marker.Y <= v.MaxLoss) || v.Marker.OffScale != (tt.loss > v.MaxLoss) {
			t.Errorf("%+v: marker %+v in 0 to %v", tt, v.Marker, v.MaxLoss)
		}
	}
}

// What the map draws, to 40 digits, and what the doctor measures on rows whose loss is known.
func TestDoctorProbes(t *testing.T) {
	one, e := ref.Of(1), ref.Of(1).Exp()
	num := func(k int) ref.Num { return ref.Of(float64(k)) }
	floor := func(k int) ref.Num { return one.Add(num(k - 1).Div(e)).Log() }
	var probes []probe
	for i, tt := range []struct {
		classes  int
		accuracy float64
		why      string
	}{
		{2, 1, "two classes, all right: the floor 0.313"}, {2, .5, "two classes, chance"}, {2, 0, "all wrong"},
		{4, 1, "the floor 0.744"}, {4, .25, "chance"}, {10, .97, "the usual accuracy of digits"}, {10, 1, "the floor 1.461"},
		{10, 0, "all wrong of ten"}, {10, .1, "chance"}, {100, .5, "half right"}, {1000, 1, "the floor 5.909"},
		{1000, .76, "an image classifier"}, {1000, .001, "chance of a thousand"}, {50257, .3, "a vocabulary"},
		{1000000, 1, "the most classes"}, {3, .999999, "nearly all right"},
	} {
		unit, by := Nats, one
		if i%3 == 2 {
			unit, by = Bits, ref.Of(2).Log()
		}
		a := ref.Of(tt.accuracy)
		wrong := one.Sub(a)
		h := func(x ref.Num) ref.Num {
			if x.Sign() == 0 {
				return x
			}
			return x.Mul(x.Log()).Neg()
		}
		fano := h(a).Add(h(wrong)).Add(wrong.Mul(num(tt.classes - 1).Log()))
		probes = append(probes, probe{
			Call: "lossMap", Why: tt.why, explorer: LossMap,
			params: LossMapParams{Classes: tt.classes, Loss: 1, Accuracy: tt.accuracy, Samples: 3, Unit: unit},
			Want: map[string]string{
				"floor": truth(floor(tt.classes).Div(by)), "double": truth(floor(tt.classes).Add(wrong).Div(by)),
				"uniform": truth(num(tt.classes).Log().Div(by)), "lower": truth(wrong.Mul(ref.Of(2).Log()).Div(by)),
				"fano": truth(fano.Div(by)), "lowerLine.0.y": truth(ref.Of(2).Log().Div(by)),
			},
		})
	}
	rows := func(why string, classes int, scores []float64, label int, loss, own ref.Num) {
		probes = append(probes, probe{
			Call: "doctor", Why: why, explorer: Doctor,
			params: DoctorParams{Fault: FaultOwn, Classes: classes, Scores: append(append([]float64(nil), scores...), scores...),
				Labels: []int{label, label}, Kind: ScoresLogits, Unit: Nats},
			Want: map[string]string{"loss": truth(loss), "own": truth(own)},
		})
	}
	zero := ref.Of(0)
	rows("certain and right, as probabilities: the floor", 4, []float64{1, 0, 0, 0}, 0, floor(4), floor(4))
	rows("certain and wrong, as probabilities: the floor and 1", 3, []float64{.999, .001, 0}, 1,
		ref.Of(.999).Exp().Add(ref.Of(.001).Exp()).Add(one).Log().Sub(ref.Of(.001)), ref.Of(.001).Log().Neg())
	rows("a logit of 10,000", 3, []float64{1e4, 0, 3}, 1, ref.Of(1e4), ref.Of(1e4))
	rows("the same, and right", 3, []float64{1e4, 0, 3}, 0, zero, zero)
	rows("equal logits cost ln K", 5, []float64{7, 7, 7, 7, 7}, 3, num(5).Log(), num(5).Log())
	rows("one logit a row is [0, z]", 1, []float64{-40}, 1, one.Add(ref.Of(40).Exp()).Log(), one.Add(ref.Of(40).Exp()).Log())
	checkProbes(t, "e8.json", probes)
}
