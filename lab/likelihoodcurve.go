package lab

import (
	"math"
	"slices"

	"xent/info"
)

// LikelihoodCurveParams asks how the likelihood of a dataset depends on the probability θ of one face.
type LikelihoodCurveParams struct {
	Counts []int // of each face, in the dataset; 2 to 6 faces
	Model  []float64
	Face   int // the face whose probability is θ
	Unit   Unit
}

// LikelihoodCurveView holds two curves over the same θ. They have their optimum in the same place, whatever
// the dataset, because one is a falling function of the other: L = e^(-N·H).
type LikelihoodCurveView struct {
	Likelihood   []Point // X is θ, Y the likelihood as a share of its greatest value along the curve
	CrossEntropy []Point // X is θ, Y the cross-entropy H(p̂, q), where it is inside the frame
	Best         Point   // the optimum: X is the share of the face in the dataset, Y the cross-entropy there
	Top          float64 // the frame: 0 ≤ Y ≤ Top
	Now          Point   // where the model is: X is θ, Y the share of the greatest likelihood
	Marker       Marker  // where the model is on the cross-entropy
	Text         LikelihoodCurveText
}

// LikelihoodCurveText holds the figures as they are printed.
type LikelihoodCurveText struct {
	Best   string // the θ of the optimum
	Share  string // of the greatest likelihood
	Lowest string // the cross-entropy there
}

// LikelihoodCurve follows likelihood and cross-entropy as the probability θ of one face c runs from 0 to 1, the other
// faces sharing the rest as they do now:
//
//	log L(θ) = n[c]·log θ + (N-n[c])·log(1-θ) + const     H(θ) = -log L(θ)/N
//
// Half of the samples are spread over the whole way, half over the peak of the likelihood, whose width falls as 1/√N.
//
// Special values: a face that was rolled and that the model excludes makes the cross-entropy infinite all along;
// CrossEntropy is then empty. The share of the greatest likelihood does not depend on it.
// Errors: [ParamError].
func LikelihoodCurve(params LikelihoodCurveParams) (LikelihoodCurveView, error) {
	c := checker{fn: "LikelihoodCurve"}
	faces := len(params.Model)
	c.unit(params.Unit)
	c.length("model", faces, MinClasses, MaxBars)
	c.distribution("model", params.Model)
	c.length("counts", len(params.Counts), faces, faces)
	c.integer("face", params.Face, 0, faces-1)
	rolls := 0
	for i, n := range params.Counts {
		c.integer(element("counts", i), n, 0, MaxRolls)
		rolls += n
	}
	if c.ok() && rolls == 0 {
		c.fail("counts", "0 everywhere", "one roll")
	}
	if !c.ok() {
		return LikelihoodCurveView{}, c.result()
	}

	n, total, theta := float64(params.Counts[params.Face]), float64(rolls), params.Model[params.Face]
	best, rest := n/total, restOfRolls(params)
	along := func(x float64) info.Nats { // -log L, without what does not depend on θ
		return weighted(n, -float64(info.Surprisal(x))) + weighted(total-n, math.Log1p(-x))
	}
	least := along(best)
	share := func(x float64) float64 { return math.Exp(min(0, float64(least-along(x)))) }
	height := func(x float64) float64 { return params.Unit.of((along(x) + rest) / info.Nats(total)) }

	v := LikelihoodCurveView{
		Best: Point{X: best, Y: height(best)},
		Now:  Point{X: theta, Y: share(theta)},
		Top:  1,
	}
	if !math.IsInf(v.Best.Y, 1) {
		v.Top = roundTop(v.Best.Y + params.Unit.of(1.2))
	}
	for _, x := range thetas(best, total) {
		v.Likelihood = append(v.Likelihood, Point{X: x, Y: share(x)})
		if y := height(x); y <= v.Top {
			v.CrossEntropy = append(v.CrossEntropy, Point{X: x, Y: y})
		}
	}
	now := height(theta)
	v.Marker = Marker{
		X: theta, Y: min(now, v.Top), OffScale: now > v.Top,
		Text: figure(now) + " " + string(params.Unit),
	}
	shareText, _ := probText(min(0, float64(least-along(theta))), 4)
	v.Text = LikelihoodCurveText{Best: figure(best), Share: shareText, Lowest: figure(v.Best.Y)}
	return v, nil
}

// restOfRolls returns the part of -log L that does not depend on θ: the other faces, as they share what is left.
func restOfRolls(params LikelihoodCurveParams) info.Nats {
	others, sum := 0.0, info.Nats(0)
	for j, q := range params.Model {
		if j != params.Face {
			others += q
		}
	}
	for j, q := range params.Model {
		if n := params.Counts[j]; j != params.Face && n > 0 {
			share := q / others
			if others == 0 {
				share = 1 / float64(len(params.Model)-1) // θ is 1: nothing tells how they would share
			}
			sum += info.Nats(n) * info.Surprisal(share)
		}
	}
	return sum
}

// thetas are the places where the curves are drawn, from 0 to 1.
func thetas(best, rolls float64) []float64 {
	const each = 40
	width := 4.5 * math.Sqrt(max(best*(1-best), 1/rolls)/rolls)
	places := make([]float64, 0, 2*each+3)
	for i := range each + 1 {
		s := float64(i) / each
		places = append(places, s*s*(3-2*s)) // crowds towards 0 and 1, where a logarithm is steep
		if x := best + (2*s-1)*width; 0 < x && x < 1 {
			places = append(places, x)
		}
	}
	places = append(places, best)
	slices.Sort(places)
	return slices.Compact(places)
}
