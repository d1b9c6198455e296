package lab

import (
	"math"

	"xent/info"
)

// DistilParams are a teacher's logits and a student's, at a temperature.
type DistilParams struct {
	Teacher, Student []float64 // the same 2 to 10 classes
	Temperature      float64
	Unit             Unit
	Samples          int // of the curves, 2 to 400
}

// DistilView compares a student with its teacher. Information is in the unit asked for.
type DistilView struct {
	Teacher, Student   []float64 // p and q, the softmaxes at T
	Gradient           []float64 // dH(p, q)/ds = (q - p)/T in nats, s the student's logits
	KL                 float64   // D(p‖q)
	Length, Scaled     float64   // √Σ Gradient², and T² times that
	Curve, ScaledCurve []Point   // the same against T, X is T
	Text               DistilText
}

// DistilText holds the figures of a [DistilView] as they are printed.
type DistilText struct {
	Teacher, Student, Gradient, ScaledGradient []string
	KL, Length, Scaled, Square                 string // Square is T²
}

// Distil compares a student with its teacher at a temperature.
//
//	p = softmax(t/T)   q = softmax(s/T)   dH(p, q)/ds = (q - p)/T
//
// As T grows, q - p shrinks like 1/T, so that the gradient shrinks like 1/T²; multiplied by T² it approaches
//
//	((s - mean s) - (t - mean t)) / K
//
// the difference of the logits themselves.
//
// Special values: a class that the teacher excludes has p = 0 at every T.
// Errors: [ParamError].
// Source: Hinton, Vinyals and Dean 2015, section 2.
func Distil(params DistilParams) (DistilView, error) {
	c := checker{fn: "Distil"}
	c.unit(params.Unit)
	c.tempered(params.Teacher, params.Temperature)
	c.length("student", len(params.Student), len(params.Teacher), len(params.Teacher))
	c.logits("student", params.Student)
	c.integer("samples", params.Samples, 2, 400)
	if !c.ok() {
		return DistilView{}, c.result()
	}

	v := DistilView{Gradient: make([]float64, len(params.Teacher))}
	at := func(temperature float64) (teacher, student *temperedRow, loss info.Nats) {
		teacher, student = tempered(params.Teacher, temperature), tempered(params.Student, temperature)
		return teacher, student, student.slopes(v.Gradient, teacher.probs, temperature)
	}
	for i := range params.Samples {
		t := temperatureAt(i, params.Samples)
		at(t)
		length := norm(v.Gradient)
		v.Curve = append(v.Curve, Point{t, length})
		v.ScaledCurve = append(v.ScaledCurve, Point{t, t * t * length})
	}
	square := params.Temperature * params.Temperature
	teacher, student, loss := at(params.Temperature)
	v.Teacher, v.Student = teacher.probs, student.probs
	v.KL = params.Unit.of(max(loss-teacher.entropy, 0))
	v.Length = norm(v.Gradient)
	v.Scaled = square * v.Length
	v.Text.Teacher, v.Text.Student = teacher.texts(), student.texts()
	v.Text.Gradient = mapTexts(v.Gradient, figure)
	v.Text.ScaledGradient = mapTexts(v.Gradient, func(g float64) string { return figure(square * g) })
	v.Text.KL = figure(v.KL)
	v.Text.Length = figure(v.Length)
	v.Text.Scaled = figure(v.Scaled)
	v.Text.Square = Significant(square, 4)
	return v, nil
}

// norm returns the length of a vector.
func norm(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	return math.Sqrt(sum)
}
