package lab

import (
	"math"
	"slices"

	"xent"
	"xent/info"
)

// ClassCurveParams asks how the loss of a row depends on the probability of one class.
type ClassCurveParams struct {
	Logits  []float64
	Class   int       // the class whose probability is the x axis
	Target  []float64 // one probability per class
	Unit    Unit
	Axis    Axis
	Samples int     // 2 to 1000
	MinProb float64 // the left end of the log axis, above 0; not used by the linear axis
	MaxLoss float64 // the top of the chart, in the unit
}

// ClassCurveView is the curve inside the frame of its chart, with the place of the row on it.
type ClassCurveView struct {
	Points []Point // X is p[Class], Y the loss, from left to right
	Marker Marker  // the row as it is
	Best   Point   // the lowest point of the curve: X is Target[Class]
	MinX   float64 // the frame: MinX ≤ X ≤ 1 and 0 ≤ Y ≤ MaxLoss
}

// ClassCurve samples the loss as the probability x of one class c runs from 0 to 1, the other
// classes sharing the rest as they do now:
//
//	L(x) = -t[c]·log x - (1-t[c])·log(1-x) + L0        L0 = -Σ t[j]·log(p[j]/(1-p[c])), j ≠ c
//
// For a one-hot target on c this is -log x; for a soft target it is lowest at x = t[c].
// Samples crowd towards both ends, where the curve is steep; where it leaves the frame it ends at its top.
//
// Special values: mass of the target on another class at -Inf makes the whole curve +Inf; Points is then empty.
// Errors: [ParamError].
func ClassCurve(params ClassCurveParams) (ClassCurveView, error) {
	c := checker{fn: "ClassCurve"}
	classes := len(params.Logits)
	c.length("logits", classes, MinClasses, MaxClasses)
	c.logits("logits", params.Logits)
	c.integer("class", params.Class, 0, classes-1)
	c.length("target", len(params.Target), classes, classes)
	c.distribution("target", params.Target)
	c.unit(params.Unit)
	c.integer("samples", params.Samples, 2, 1000)
	c.inRange("maxLoss", params.MaxLoss, 0.01, 1e6)
	switch params.Axis {
	case AxisLinear:
	case AxisLog:
		c.inRange("minProb", params.MinProb, 1e-300, 0.5)
	default:
		c.fail("axis", quote(string(params.Axis)), `"linear" or "log"`)
	}
	if !c.ok() {
		return ClassCurveView{}, c.result()
	}

	t := params.Target[params.Class]
	rest := restLoss(params)
	loss := func(x float64) float64 {
		return params.Unit.of(weighted(t, math.Log(x)) + weighted(1-t, math.Log1p(-x)) + rest)
	}
	v := ClassCurveView{Best: Point{X: t, Y: loss(t)}}
	left := 0.0
	if params.Axis == AxisLog {
		left, v.MinX = params.MinProb, params.MinProb
	}
	points := make([]Point, params.Samples)
	for i := range points {
		s := float64(i) / float64(params.Samples-1)
		x := s * s * (3 - 2*s) // crowds towards 0 and 1
		x = x * x * (3 - 2*x)
		if params.Axis == AxisLog {
			x = probOf(info.Nats((1 - s) * float64(info.Surprisal(left))))
		}
		points[i] = Point{X: x, Y: loss(x)}
	}
	v.Points = below(points, params.MaxLoss)
	v.Marker = classMarker(params, v.MinX)
	return v, nil
}

// below returns the part of a curve inside a frame with this top. Where the curve leaves it, it is cut there.
func below(points []Point, top float64) (part []Point) {
	inside := func(i int) bool { return 0 <= i && i < len(points) && points[i].Y <= top }
	for i, p := range points {
		switch {
		case inside(i):
			part = append(part, p)
		case inside(i + 1):
			part = append(part, cut(points[i+1], p, top))
		}
		if inside(i) && i+1 < len(points) && !inside(i+1) {
			part = append(part, cut(p, points[i+1], top))
		}
	}
	return part
}

// cut returns where the line from a point inside to one outside meets the top; an infinite one is straight above it.
func cut(in, out Point, top float64) Point {
	t := (top - in.Y) / (out.Y - in.Y)
	if math.IsInf(out.Y, 1) {
		t = 1
	}
	return Point{X: in.X + t*(out.X-in.X), Y: top}
}

// weighted returns -w·logp, with 0·∞ = 0.
func weighted(w, logp float64) info.Nats {
	if w <= 0 {
		return 0
	}
	return info.Nats(0 - w*logp)
}

// restLoss returns what the loss has apart from the class of params: -Σ t·log of the shares that
// the other classes have among themselves.
func restLoss(params ClassCurveParams) info.Nats {
	var others, target []float64
	for j, z := range params.Logits {
		if j != params.Class {
			others, target = append(others, z), append(target, params.Target[j])
		}
	}
	if allExcluded(others) {
		return 0 // what they share is nothing
	}
	return softLoss(others, target)
}

// classMarker places the row of params on its curve.
func classMarker(params ClassCurveParams, minX float64) Marker {
	p := xent.RowMoments(params.Logits).Prob(params.Logits[params.Class])
	loss := params.Unit.of(softLoss(params.Logits, params.Target))
	return Marker{
		X:        max(p, minX),
		Y:        min(loss, params.MaxLoss),
		OffScale: p < minX || loss > params.MaxLoss,
		Text:     figure(loss) + " " + string(params.Unit),
	}
}

// softLoss returns the loss of one row; its parameters were checked before.
func softLoss(logits, target []float64) info.Nats {
	result, err := xent.SoftCrossEntropy(xent.LogitsOf(logits, len(logits)), xent.ProbsOf(target, len(target)), oneRow)
	if err != nil {
		panic(err)
	}
	return result.Mean()
}

// allExcluded reports whether every logit is -Inf.
func allExcluded(logits []float64) bool {
	return !slices.ContainsFunc(logits, func(z float64) bool { return !math.IsInf(z, -1) })
}
