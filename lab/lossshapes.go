//go:build !js || training

package lab

import (
	"math"
	"slices"
)

// LossShapesParams asks for the curves of E6: both losses of one prediction, and how hard each pulls.
type LossShapesParams struct {
	Target  float64 // y in [0, 1]
	Along   Coordinate
	Unit    Unit // of the cross-entropy; slopes are of the loss in nats
	Axis    Axis // of the pulls
	Samples int  // 2 to 1000
}

// LossShapesView is the curves inside the frames of their two charts. A pull is the size of a slope.
type LossShapesView struct {
	CrossEntropy, SquaredError LossShape
	MinX, MaxX                 float64 // of both frames
	LossTop                    float64
	PullBottom, PullTop        float64
	Peak                       Point // where squared error pulls hardest: the end p = 0 or 1 along p
	PeakText                   LossPeakText
}

// LossShape is one loss along a coordinate, from left to right, and its pull.
type LossShape struct{ Loss, Pull []Point }

// LossPeakText says where squared error pulls hardest, and how hard.
type LossPeakText struct{ Prob, Logit, Pull string }

// The frames of E6.
const (
	shapeLogit = 7.0 // where p or 1-p is 0.0009
	shapeNats  = 5.0
	shapeBits  = 7.0
	shapePull  = 10.0 // along p, where none is greatest
)

// LossShapes samples both losses and their pulls along p from 0 to 1, or along z from -7 to 7.
//
//	along p    |p-y|/(p·(1-p)) has no bound       2·|p-y| is at most 2, at the wrong end
//	along z    |p-y| is at most 1                 2·|p-y|·p·(1-p) vanishes at both ends
//
// The last is greatest at p = (1+y ∓ √(1-y+y²))/3, the lower for y ≥ ½: a third for y = 1, with 8/27.
// Where a curve leaves its frame it ends at the top; on a log axis it ends at the bottom, too.
// Errors: [ParamError].
func LossShapes(params LossShapesParams) (LossShapesView, error) {
	c := checker{fn: "LossShapes"}
	c.inRange("target", params.Target, 0, 1)
	c.coordinate("along", params.Along)
	c.unit(params.Unit)
	if params.Axis != AxisLinear && params.Axis != AxisLog {
		c.fail("axis", quote(string(params.Axis)), `"linear" or "log"`)
	}
	c.integer("samples", params.Samples, 2, 1000)
	if !c.ok() {
		return LossShapesView{}, c.result()
	}

	y := params.Target
	v := LossShapesView{MaxX: 1, LossTop: shapeNats, PullTop: shapePull}
	if params.Unit == Bits {
		v.LossTop = shapeBits
	}
	if params.Along == ByLogit {
		v.MinX, v.MaxX, v.PullTop = -shapeLogit, shapeLogit, 1
	}
	if params.Axis == AxisLog {
		v.PullBottom = 1e-4 * v.PullTop
		if params.Along == ByProb {
			v.PullBottom, v.PullTop = 1e-2, 1e3
		}
	}
	for i := range params.Samples {
		s := float64(i) / float64(params.Samples-1)
		if params.Along == ByProb {
			s *= s * (3 - 2*s) // crowds towards both ends, where the curves are steep
			s *= s * (3 - 2*s)
		}
		d := predicting(params.Along, v.MinX+s*(v.MaxX-v.MinX))
		x := d.at(params.Along)
		off := d.off(y)
		v.CrossEntropy.add(x, params.Unit.of(d.crossEntropy(y)), d.crossEntropySlope(y, params.Along))
		v.SquaredError.add(x, off*off, d.squaredErrorSlope(y, params.Along))
	}
	v.CrossEntropy.Loss = below(v.CrossEntropy.Loss, v.LossTop)
	v.CrossEntropy.Pull = above(v.PullBottom, below(v.CrossEntropy.Pull, v.PullTop))
	v.SquaredError.Pull = above(v.PullBottom, v.SquaredError.Pull)
	v.peak(y, params.Along)
	return v, nil
}

// add adds a point to both curves.
func (s *LossShape) add(x, loss, slope float64) {
	s.Loss = append(s.Loss, Point{X: x, Y: loss})
	s.Pull = append(s.Pull, Point{X: x, Y: math.Abs(slope)})
}

// above leaves out the points below the bottom of a frame.
func above(bottom float64, points []Point) []Point {
	return slices.DeleteFunc(points, func(p Point) bool { return p.Y < bottom })
}

// peak finds where squared error pulls hardest: at the wrong end along p, else where the derivative of
// (p-y)·p·(1-p) is 0, at 3p² - 2(1+y)p + y = 0.
func (v *LossShapesView) peak(y float64, along Coordinate) {
	p := 0.0
	if y < 0.5 {
		p = 1
	}
	if along == ByLogit {
		root := math.Sqrt(1 - y + y*y)
		if y < 0.5 {
			root = -root
		}
		p = (1 + y - root) / 3
	}
	d := predicting(ByProb, p)
	v.Peak = Point{X: d.at(along), Y: math.Abs(d.squaredErrorSlope(y, along))}
	v.PeakText = LossPeakText{
		Prob:  Significant(p, slopeDigits),
		Logit: Significant(d.z, slopeDigits),
		Pull:  Significant(v.Peak.Y, slopeDigits),
	}
}
