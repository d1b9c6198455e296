package lab

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestLossRace(t *testing.T) {
	for _, tt := range []struct {
		name       string
		params     LossRaceParams
		ce, se     string // the logits
		doneC      string
		doneS, why string
	}{
		{"start", LossRaceParams{1, -4, 1, 0, Nats}, "-4.000", "-4.000", "15", "70", "nothing has moved"},
		{"one step", LossRaceParams{1, -4, 1, 1, Nats}, "-3.018", "-3.965", "15", "70", "by 1-p, and by 2·(1-p)·p·(1-p)"},
		{"the other side", LossRaceParams{0, 4, 1, 1, Nats}, "3.018", "3.965", "15", "70", "a mirror image"},
		{"hopeless", LossRaceParams{1, -20, 1, 25, Nats}, "1.477", "-20.000", "31", "", "squared error never gets off the plateau"},
		{"there", LossRaceParams{1, 4, 1, 0, Bits}, "4.000", "4.000", "0", "0", "right from the start"},
		{"a soft target", LossRaceParams{.5, 0, 1, 10, Nats}, "0.000", "0.000", "0", "0", "neither pulls where the target is met"},
		{"far too fast", LossRaceParams{1, -4, 1000, 3, Nats}, "978.014", "30.690", "1", "1", "a leap beyond the target and no further"},
	} {
		v, err := LossRace(tt.params)
		if err != nil {
			t.Fatal(err)
		}
		got := [4]string{v.CrossEntropy.Text.Logit, v.SquaredError.Text.Logit, v.CrossEntropy.Text.Finish, v.SquaredError.Text.Finish}
		if want := [4]string{tt.ce, tt.se, tt.doneC, tt.doneS}; got != want {
			t.Errorf("%s: %v, want %v: %s", tt.name, got, want, tt.why)
		}
	}
}

// With a hard label cross-entropy is ahead at every step, for it pulls at least twice as hard from any logit;
// the trail begins at the start, ends at the step asked for, and the finish lies where the trail says.
func TestLossRaceTrail(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := LossRaceParams{
			Target: float64(rapid.IntRange(0, 1).Draw(t, "target")),
			Start:  rapid.Float64Range(-12, 12).Draw(t, "start"),
			Rate:   rapid.Float64Range(.01, 1).Draw(t, "rate"),
			Steps:  rapid.IntRange(0, MaxRaceSteps).Draw(t, "steps"),
			Unit:   Nats,
		}
		v, err := LossRace(params)
		if err != nil {
			t.Fatal(err)
		}
		ce, se := v.CrossEntropy, v.SquaredError
		if len(ce.Points) != len(se.Points) || len(ce.Points) > racePoints+2 {
			t.Fatalf("%d and %d points", len(ce.Points), len(se.Points))
		}
		for i, p := range ce.Points {
			if !(math.Abs(p.Y-params.Target) <= math.Abs(se.Points[i].Y-params.Target)+1e-12) {
				t.Fatalf("at step %v cross-entropy is at %v, squared error at %v", p.X, p.Y, se.Points[i].Y)
			}
		}
		for _, r := range []Racer{ce, se} {
			first, last := r.Points[0], r.Points[len(r.Points)-1]
			if first != (Point{0, sigmoid(params.Start)}) || last != (Point{float64(params.Steps), r.Prob}) {
				t.Fatalf("a trail from %v to %v", first, last)
			}
			for _, p := range r.Points {
				there := math.Abs(p.Y-params.Target) <= raceClose+1e-12
				if finished := r.Finish >= 0 && int(p.X) >= r.Finish; finished != there && math.Abs(p.Y-params.Target) != raceClose {
					t.Fatalf("at step %v p is %v, and the finish %d", p.X, p.Y, r.Finish)
				}
			}
		}
		if !(v.Length >= float64(params.Steps) && v.Length <= MaxRaceSteps) {
			t.Fatalf("a chart of %v steps for %d", v.Length, params.Steps)
		}
	})
}
