package calib

import (
	"math"
	"strconv"

	"xent"
)

// FitTemperature returns the temperature T at which the mean cross-entropy of logits is least:
//
//	minimise over T:  Σ_i logsumexp(z[i]/T) - z[i][label]/T
//
// Dividing by T keeps the order of the classes, and with it every prediction; only the confidence changes. T above 1
// says that the logits are too sure of themselves. In 1/T the loss is convex, with slope Σ E[z] - z[label] and
// curvature Σ Var[z], so Newton's method in a bracket finds the one minimum there is.
//
// Fit it on rows that the model was not trained on, and judge it on others.
//
// Shapes: logits is [rows, classes], labels [rows].
// Special values: 0 if every label has the greatest logit of its row, for then no confidence is too high;
// +Inf if the labels go against the logits, so that no confidence is best. NaN if a row holds a NaN or +Inf.
// Errors: [*TemperatureError] without rows, or for labels that do not fit them.
// Memory: one row.
// Source: Guo, Pleiss, Sun and Weinberger 2017.
func FitTemperature[T xent.Float, L xent.Int](logits xent.Logits[T], labels []L) (float64, error) {
	if len(labels) != logits.Rows {
		return 0, &TemperatureError{-1, strconv.Itoa(len(labels)) + " labels", strconv.Itoa(logits.Rows)}
	}
	if logits.Rows == 0 {
		return 0, &TemperatureError{-1, "no rows", "at least one"}
	}
	for i, label := range labels {
		if label < 0 || int64(label) >= int64(logits.Cols) {
			want := "0 ≤ label < " + strconv.Itoa(logits.Cols)
			return 0, &TemperatureError{i, strconv.FormatInt(int64(label), 10), want}
		}
	}
	f := fit[T, L]{xent.Matrix[T](logits), labels, make([]float64, logits.Cols)}
	switch {
	case f.topmost():
		return 0, nil
	case f.uniformSlope() >= 0:
		return math.Inf(1), nil
	}
	return 1 / f.solve(), nil
}

// A TemperatureError tells why no temperature can be fitted.
type TemperatureError struct {
	Row  int // of the label; -1 if it is not about one
	Got  string
	Want string
}

func (e *TemperatureError) Error() string {
	what := "rows"
	if e.Row >= 0 {
		what = "labels[" + strconv.Itoa(e.Row) + "]"
	}
	return "calib: FitTemperature: " + what + " = " + e.Got + ", want " + e.Want
}

// fit is the loss of all rows as a function of the inverse temperature.
type fit[T xent.Float, L xent.Int] struct {
	logits xent.Matrix[T]
	labels []L
	row    []float64 // scratch: one row, scaled
}

// topmost reports whether every label has the greatest logit of its row.
func (f *fit[T, L]) topmost() bool {
	for i, label := range f.labels {
		row := f.logits.Row(i)
		for _, z := range row {
			if !(row[label] >= z) {
				return false
			}
		}
	}
	return true
}

// uniformSlope is the slope at inverse temperature 0: how far the plain mean of the logits exceeds the labels'.
func (f *fit[T, L]) uniformSlope() float64 {
	slope := 0.0
	for i, label := range f.labels {
		row, sum := f.logits.Row(i), 0.0
		for _, z := range row {
			sum += float64(z)
		}
		slope += sum/float64(len(row)) - float64(row[label])
	}
	return slope
}

// slope returns the first and second derivative of the summed loss.
func (f *fit[T, L]) slope(inverse float64) (first, second float64) {
	for i, label := range f.labels {
		row := f.logits.Row(i)
		for j, z := range row {
			f.row[j] = inverse * float64(z)
		}
		m := xent.RowMoments(f.row)
		first += m.MeanLogit()/inverse - float64(row[label])
		second += m.Varentropy() / (inverse * inverse)
	}
	return first, second
}

// solve returns the inverse temperature at which the slope is 0; it is negative at 0 and positive far out.
func (f *fit[T, L]) solve() float64 {
	at, lo, hi := 1.0, 0.0, math.Inf(1)
	for range 200 {
		first, second := f.slope(at)
		switch {
		case first == 0 || math.IsNaN(first):
			return at + 0*first
		case first < 0:
			lo = at
		default:
			hi = at
		}
		next := at - first/second
		if !(lo < next && next < hi) {
			next = 2 * at
			if !math.IsInf(hi, 1) {
				next = lo + (hi-lo)/2
			}
		}
		if math.Abs(next-at) <= 4e-16*next || next == lo || next == hi {
			return next
		}
		at = next
	}
	return at
}
