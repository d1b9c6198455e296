package lab

import "math"

// KLPathParams asks for the way from a model q to the truth p.
type KLPathParams struct {
	P, Q    []float64
	Unit    Unit
	Samples int     // of each curve: 2 to 400
	T       float64 // where on the way: 0 is q, 1 is p
}

// KLPathView is what the way from q to p looks like.
type KLPathView struct {
	Q      []float64 // the model at T, in steps of the bars; exactly p at 1
	Curves []PathCurve
	Top    float64 // the height of the chart, a round number: every finite sample fits
}

// PathCurve is one divergence along the way.
type PathCurve struct {
	Kind    Divergence
	Points  []Point // X from 0 to 1, finite Y; a curve that starts or ends at infinity lacks that end
	Marker  Marker  // at T
	Endless bool    // the divergence is infinite at one end
}

// KLPath moves the model to the truth in a straight line, q(t) = (1-t)·q + t·p, and follows the divergences.
// Each is convex in q, so along the line none can rise again: each falls to 0 at t = 1.
//
// Special values: where q excludes a class of p, D(p‖q) is infinite at t = 0 and finite at once after it;
// the reverse is infinite all the way to t = 1 where p excludes a class of q.
// Errors: [ParamError].
func KLPath(params KLPathParams) (KLPathView, error) {
	c := checker{fn: "KLPath"}
	c.unit(params.Unit)
	c.pair(params.P, params.Q, MinClasses, MaxBars)
	c.integer("samples", params.Samples, 2, 400)
	c.inRange("t", params.T, 0, 1)
	if !c.ok() {
		return KLPathView{}, c.result()
	}

	mixed := make([]float64, len(params.P))
	v := KLPathView{}
	for _, kind := range []Divergence{Forward, Reverse, JensenShannon} {
		curve := PathCurve{Kind: kind}
		at := func(t float64) float64 {
			mix(mixed, params.P, params.Q, t)
			return params.Unit.of(kind.of(params.P, mixed))
		}
		for i := range params.Samples {
			t := float64(i) / float64(params.Samples-1)
			y := at(t)
			if math.IsInf(y, 1) {
				curve.Endless = true
				continue
			}
			curve.Points = append(curve.Points, Point{X: t, Y: y})
			v.Top = max(v.Top, y)
		}
		y := at(params.T)
		curve.Marker = Marker{X: params.T, Y: y, Text: figure(y) + " " + string(params.Unit)}
		v.Curves = append(v.Curves, curve)
	}
	v.Top = roundTop(v.Top)
	for i := range v.Curves {
		if m := &v.Curves[i].Marker; m.Y > v.Top {
			m.Y, m.OffScale = v.Top, true
		}
	}
	mix(mixed, params.P, params.Q, params.T)
	v.Q = onGrid(mixed)
	if params.T == 1 {
		v.Q = append([]float64(nil), params.P...)
	}
	return v, nil
}

// roundTop returns a round number of at least x to end an axis at, so that the axis stands still while x moves a little.
func roundTop(x float64) float64 {
	if !(x > 1e-6) {
		return 1e-6
	}
	power := math.Pow10(int(math.Floor(math.Log10(x))))
	for _, step := range []float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 8} {
		if x <= step*power {
			return step * power
		}
	}
	return 10 * power
}

// mix stores (1-t)·q + t·p in dst, exactly q and p at the ends.
func mix(dst, p, q []float64, t float64) {
	for i := range dst {
		dst[i] = (1-t)*q[i] + t*p[i]
	}
}
