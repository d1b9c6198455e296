//go:build !js || training

package lab

import (
	"math"
	"slices"
	"strconv"

	"xent"
)

// FlowReach and MaxFlowCells bound the plane that [FlowSurface] shows.
const (
	FlowReach    = 2.15 // from -2.15 to 2.15 both ways: all points of a task, and a margin
	MaxFlowCells = 64
)

// FlowSurfaceParams asks what the networks of E7 say of the whole plane.
type FlowSurfaceParams struct {
	Net   FlowNet
	Race  bool
	From  []FlowState `lab:"optional"` // of each run, as in [FlowParams]; none is step 0
	Cells int         // along each side: 2 to 64
}

// FlowSurfaceView holds the plane as each run sees it.
type FlowSurfaceView struct{ Runs []FlowPlane }

// FlowPlane is the probability of class 1 over a square of cells.
type FlowPlane struct {
	Probs    []float64 // at the middle of each cell, row by row from the top left: y falls, x rises
	Boundary []float64 // where it is ½: x, y, x, y of each piece of that line; empty where there is none
	Text     FlowPlaneText
}

// FlowPlaneText holds the figures of a plane as they are printed: the share of the cells that are given to class 1,
// in percent, and the least and the largest probability.
type FlowPlaneText struct{ Share, Least, Most string }

// FlowSurface evaluates the networks of a run at the middle of each cell of the plane.
//
//	x = FlowReach·((2j + 1)/Cells - 1)    y = FlowReach·(1 - (2i + 1)/Cells)    in row i, column j
//
// The boundary is found by marching squares between the middles, straight along the logit, in which a network is
// closer to a straight line than in p; of two ways through a saddle it takes that of the mean of its corners.
//
// Special values: where weights so large that they leave the range of float64 give no number there is none in Probs
// (NaN), no boundary beside it, and the cell counts as none of class 1.
// Errors: [ParamError].
func FlowSurface(params FlowSurfaceParams) (FlowSurfaceView, error) {
	c := checker{fn: "FlowSurface"}
	c.flowNet(params.Net)
	c.integer("cells", params.Cells, 2, MaxFlowCells)
	runs := flowRuns(params.Net.Loss, params.Race)
	if len(params.From) > 0 {
		c.length("from", len(params.From), len(runs), len(runs))
	}
	if !c.ok() {
		return FlowSurfaceView{}, c.result()
	}
	task := newFlowTask(params.Net.Task)
	v := FlowSurfaceView{Runs: make([]FlowPlane, len(runs))}
	for i, kind := range runs {
		if i > 0 && sameStart(params.From) { // both runs of a race have the same outputs
			v.Runs[i] = v.Runs[0]
			continue
		}
		r := newFlowRun(params.Net, kind, task)
		if len(params.From) > 0 && !r.restore(&c, params.From[i]) {
			return FlowSurfaceView{}, c.result()
		}
		v.Runs[i] = newFlowPlane(r.logits(params.Cells), params.Cells)
	}
	return v, nil
}

// sameStart reports whether the runs of a race have the same weights, as at step 0.
func sameStart(from []FlowState) bool {
	return len(from) == 0 || slices.Equal(from[0].Weights, from[1].Weights)
}

// logits evaluates the logit of class 1 against class 0 at the middle of each cell, a row of cells at a time.
func (r *flowRun) logits(cells int) []float64 {
	logits := make([]float64, 0, cells*cells)
	row := xent.MatrixOf(make([]float64, 2*cells), 2)
	for i := range cells {
		for j := range cells {
			row.Data[2*j], row.Data[2*j+1] = middle(j, cells), -middle(i, cells)
		}
		out := r.net.Forward(row)
		for j := range cells {
			z := out.Row(j)
			logit := z[len(z)-1]
			if r.softmax {
				logit -= z[0]
			}
			logits = append(logits, logit)
		}
	}
	return logits
}

// middle is the coordinate of the middle of a cell.
func middle(cell, cells int) float64 { return FlowReach * (float64(2*cell+1)/float64(cells) - 1) }

func newFlowPlane(logits []float64, cells int) FlowPlane {
	p := FlowPlane{Probs: make([]float64, len(logits))}
	least, most, given := 1.0, 0.0, 0
	for i, z := range logits {
		p.Probs[i] = sigmoidOf(z)
		if z != z {
			continue
		}
		least, most = min(least, p.Probs[i]), max(most, p.Probs[i])
		if z > 0 {
			given++
		}
	}
	for i := range cells - 1 {
		for j := range cells - 1 {
			p.Boundary = crossings(p.Boundary, logits, cells, i, j)
		}
	}
	p.Text = FlowPlaneText{
		Share: strconv.Itoa(int(math.Round(100 * float64(given) / float64(len(logits))))),
		Least: figure(least), Most: figure(most),
	}
	return p
}

// crossings appends the pieces of the boundary within the square whose corners are the middles of four cells, that of
// row i and column j at its top left.
func crossings(to, logits []float64, cells, i, j int) []float64 {
	at := [4]int{i*cells + j, i*cells + j + 1, (i+1)*cells + j + 1, (i+1)*cells + j} // clockwise
	var z [4]float64
	for k, n := range at {
		if z[k] = logits[n]; z[k] != z[k] {
			return to
		}
	}
	left, right, top, bottom := middle(j, cells), middle(j+1, cells), -middle(i, cells), -middle(i+1, cells)
	x, y := [5]float64{left, right, right, left, left}, [5]float64{top, top, bottom, bottom, top}
	var found [8]float64 // x and y of the crossings, side by side clockwise from the top
	n := 0
	for k := range z {
		from, next := z[k], z[(k+1)%4]
		if (from > 0) == (next > 0) {
			continue
		}
		t := 1 / (1 - next/from) // 1 where from is infinite, 0 where it is 0
		if t != t {
			t = .5
		}
		found[2*n], found[2*n+1] = x[k]+t*(x[k+1]-x[k]), y[k]+t*(y[k+1]-y[k])
		n++
	}
	if n == 4 && (z[0]+z[1]+z[2]+z[3] > 0) != (z[0] > 0) { // the middle is unlike the first corner and cuts it off
		return append(append(append(to, found[6:]...), found[:2]...), found[2:6]...)
	}
	return append(to, found[:2*n]...)
}
