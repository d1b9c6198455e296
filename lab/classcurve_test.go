package lab

import (
	"math"
	"testing"
)

// The curve is the loss of CrossEntropy at every probability, whatever the target.
func TestClassCurveIsTheLoss(t *testing.T) {
	for _, tt := range []struct {
		name   string
		target []float64
		class  int
		why    string
	}{
		{"one-hot", []float64{0, 1, 0, 0}, 1, "the usual curve, -log x"},
		{"other class", []float64{0, 1, 0, 0}, 2, "a wrong class costs through the share it takes"},
		{"soft", []float64{.1, .6, .3, 0}, 1, "every class of the target counts"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			logits := []float64{2, 1, -1.5, 0.25}
			v, err := ClassCurve(ClassCurveParams{
				Logits: logits, Class: tt.class, Target: tt.target, Unit: Bits, Axis: AxisLog,
				Samples: 9, MinProb: 1e-3, MaxLoss: 40,
			})
			if err != nil {
				t.Fatal(err)
			}
			checked := 0
			for _, point := range v.Points {
				if point.X >= 1 {
					continue // no finite logit reaches 1
				}
				solved, err := SolveLogit(SolveLogitParams{Logits: logits, Class: tt.class, Prob: point.X, Min: -100, Max: 100})
				if err != nil {
					t.Fatal(err)
				}
				at, err := CrossEntropy(CrossEntropyParams{Logits: solved.Logits, Target: tt.target, Unit: Bits})
				if err != nil {
					t.Fatal(err)
				}
				if !(math.Abs(point.Y-at.Loss) <= 1e-12*(1+at.Loss)) {
					t.Errorf("at %v: %v bits, CrossEntropy says %v", point.X, point.Y, at.Loss)
				}
				if !(point.Y >= v.Best.Y-1e-12) {
					t.Errorf("at %v: %v bits, below the lowest point %v", point.X, point.Y, v.Best)
				}
				checked++
			}
			if checked < 5 {
				t.Fatalf("checked %d points", checked)
			}
			here, err := CrossEntropy(CrossEntropyParams{Logits: logits, Target: tt.target, Unit: Bits})
			if err != nil {
				t.Fatal(err)
			}
			if v.Marker.OffScale || !(math.Abs(v.Marker.Y-here.Loss) <= 1e-12) || v.Marker.X != here.Probs[tt.class] {
				t.Errorf("marker %+v, want the row itself: %v at %v", v.Marker, here.Loss, here.Probs[tt.class])
			}
		})
	}
}

func TestClassCurveEdges(t *testing.T) {
	view := func(logits, target []float64) ClassCurveView {
		t.Helper()
		v, err := ClassCurve(ClassCurveParams{Logits: logits, Target: target, Unit: Nats, Axis: AxisLinear, Samples: 50, MaxLoss: 6})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	minus := math.Inf(-1)
	if v := view([]float64{0, 1000}, []float64{1, 0}); !v.Marker.OffScale || v.Marker.Text != "1000.0000 nats" || v.Marker.Y != 6 {
		t.Errorf("a loss of 1000 on a chart of 6: %+v", v.Marker)
	}
	if v := view([]float64{minus, 0}, []float64{1, 0}); !v.Marker.OffScale || v.Marker.Text != "∞ nats" {
		t.Errorf("an excluded true class: %+v", v.Marker)
	}
	if v := view([]float64{0, minus}, []float64{1, 0}); v.Marker.OffScale || v.Marker.Y != 0 || v.Marker.X != 1 || len(v.Points) == 0 {
		t.Errorf("the only class left: %+v, %d points", v.Marker, len(v.Points))
	}
	if v := view([]float64{0, 0, minus}, []float64{.5, .25, .25}); len(v.Points) != 0 || !v.Marker.OffScale {
		t.Errorf("mass on an excluded class: %d points, %+v, want none", len(v.Points), v.Marker)
	}
}
