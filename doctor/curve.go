package doctor

import (
	"math"
	"slices"
)

// A Curve is what a training run logged on its way. A [Series] that was not logged is empty.
type Curve struct {
	Classes      int    // 0 when nobody said
	Loss         Series // of training, mean cross-entropy in nats
	Accuracy     Series // of training, a share
	ValLoss      Series // of validation
	ValAccuracy  Series
	GradientNorm Series
	LearningRate Series

	// Judged is the accuracy of rows that the model was judged on, in place of a logged one; NaN without.
	Judged float64
}

// A Series is one quantity, point by point, as it was logged.
type Series struct {
	Step  []float64 // of each point; ascending but where a run was resumed
	Value []float64 // NaN and infinities are as logged
}

// Add adds a point.
func (s *Series) Add(step, value float64) {
	s.Step = append(s.Step, step)
	s.Value = append(s.Value, value)
}

// Len returns the number of points.
func (s *Series) Len() int { return len(s.Value) }

// CurveDetectors returns every detector that looks at a [Curve].
func CurveDetectors() []Detector {
	return []Detector{
		lossNotFinite, lossAtStart, doubleSoftmaxCurve, lossPlateau, lossSpikes, clippingTooHard,
		resumeJump, validationDiverges, batchMeans,
	}
}

// finite returns the points that are numbers.
func (s *Series) finite() Series {
	var f Series
	for i, v := range s.Value {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			f.Add(s.Step[i], v)
		}
	}
	return f
}

// from returns the points from i on, to returns those before.
func (s *Series) from(i int) Series { return Series{s.Step[i:], s.Value[i:]} }
func (s *Series) to(i int) Series   { return Series{s.Step[:i], s.Value[:i]} }

// tail returns the last tenth of the points, or the last 20.
func (s *Series) tail() Series { return s.from(max(0, s.Len()-max(s.Len()/10, 20))) }

// median returns that of x; NaN of none.
func median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// spread returns the standard deviation that goes with the median absolute deviation from middle, if x were normal.
func spread(x []float64, middle float64) float64 {
	off := make([]float64, len(x))
	for i, v := range x {
		off[i] = math.Abs(v - middle)
	}
	return 1.4826 * median(off)
}

// level returns the median of s and its standard error, for normal noise.
func (s *Series) level() (middle, se float64) {
	middle = median(s.Value)
	return middle, 1.2533 * spread(s.Value, middle) / math.Sqrt(float64(s.Len()))
}

// flat reports whether s has stopped moving: its halves differ by less than 3 standard errors, or than within.
func (s *Series) flat(within float64) bool {
	a, b := s.to(s.Len()/2), s.from(s.Len()/2)
	x, sx := a.level()
	y, sy := b.level()
	return math.Abs(x-y) <= max(3*math.Hypot(sx, sy), within)
}

// nearest returns the value of s logged at, or last before, a step.
func (s *Series) nearest(step float64) (value float64, ok bool) {
	for i := range s.Step {
		if s.Step[i] <= step {
			value, ok = s.Value[i], true
		}
	}
	return value, ok
}
