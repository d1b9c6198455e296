package lab

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func surface(t *testing.T, params FlowSurfaceParams) FlowSurfaceView {
	t.Helper()
	v, err := FlowSurface(params)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Every cell holds what the network says at its middle, by the definition of a network.
func TestFlowSurfaceIsTheNetwork(t *testing.T) {
	const cells = 7
	checked := 0
	for _, loss := range []FlowLoss{FlowSquared, FlowBinary, FlowSoftmax} {
		for activation, f := range map[FlowActivation]func(float64) float64{
			FlowSigmoid: func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
			FlowTanh:    math.Tanh,
			FlowReLU:    func(x float64) float64 { return max(x, 0) },
		} {
			net := plainNet
			net.Loss, net.Activation, net.Depth, net.Width = loss, activation, 2, 3
			run := flow(t, FlowParams{Net: net, Race: true, Steps: 3})
			from := []FlowState{run.Runs[0].State, run.Runs[1].State}
			v := surface(t, FlowSurfaceParams{Net: net, Race: true, From: from, Cells: cells})
			for k, plane := range v.Runs {
				outputs := 1
				if loss == FlowSoftmax {
					outputs = 2
				}
				for i := range cells {
					for j := range cells {
						x := 2.15 * (float64(2*j+1)/cells - 1)
						y := 2.15 * (1 - float64(2*i+1)/cells)
						z := outputOf(from[k].Weights, []int{2, 3, 3, outputs}, f, x, y)
						want := 1 / (1 + math.Exp(-z[len(z)-1]))
						if outputs == 2 {
							want = 1 / (1 + math.Exp(z[0]-z[1]))
						}
						if got := plane.Probs[i*cells+j]; !(math.Abs(got-want) <= 1e-14) {
							t.Errorf("%s, %s, run %d: p = %g at (%g, %g), want %g", loss, activation, k, got, x, y, want)
						}
						checked++
					}
				}
			}
		}
	}
	if checked != 9*2*cells*cells {
		t.Errorf("checked %d cells", checked)
	}
}

// outputOf evaluates a network whose weights stand as in a [FlowState].
func outputOf(weights []float64, sizes []int, f func(float64) float64, x, y float64) []float64 {
	a := []float64{x, y}
	for l, out := range sizes[1:] {
		z := make([]float64, out)
		for o := range z {
			z[o] = weights[out*len(a)+o]
			for i, v := range a {
				z[o] += weights[o*len(a)+i] * v
			}
			if l < len(sizes)-2 {
				z[o] = f(z[o])
			}
		}
		weights = weights[out*(len(a)+1):]
		a = z
	}
	return a
}

// relu(x) - relu(-x) = x: a network that is a straight line, whose boundary is known.
func TestFlowSurfaceBoundary(t *testing.T) {
	net := plainNet
	net.Activation, net.Depth, net.Width = FlowReLU, 1, 2
	line := []float64{1, 0, -1, 0, 0, 0, 1, -1, -.3} // p is the sigmoid of x - 0.3
	v := surface(t, FlowSurfaceParams{Net: net, From: []FlowState{{Weights: line}}, Cells: 20})
	plane := v.Runs[0]
	if len(plane.Boundary) != 4*19 {
		t.Fatalf("a line through 19 rows in %d pieces", len(plane.Boundary)/4)
	}
	length := 0.0
	for k := 0; k < len(plane.Boundary); k += 4 {
		b := plane.Boundary[k : k+4]
		if !(math.Abs(b[0]-.3) <= 1e-15 && math.Abs(b[2]-.3) <= 1e-15) {
			t.Errorf("piece %v, want x = 0.3", b)
		}
		length += math.Abs(b[3] - b[1])
	}
	if want := 2 * FlowReach * 19. / 20; !(math.Abs(length-want) <= 1e-13) {
		t.Errorf("length %g, want %g", length, want)
	}
	if plane.Text != (FlowPlaneText{"45", "0.0877", "0.8510"}) { // 9 of 20 columns lie beyond 0.3; p at ∓2.0425
		t.Errorf("text %+v", plane.Text)
	}
}

func TestFlowCrossings(t *testing.T) {
	inf := math.Inf(1)
	m := FlowReach / 2
	for _, tt := range []struct {
		why    string
		logits []float64 // top left, top right, bottom left, bottom right
		want   []float64
	}{
		{"all of one side", []float64{1, 2, 3, 4}, nil},
		{"0 is not above ½, so all of one side", []float64{0, 0, -1, 0}, nil},
		{"a straight line down the middle", []float64{-1, 1, -1, 1}, []float64{0, m, 0, -m}},
		{"three quarters of the way", []float64{-3, 1, -3, 1}, []float64{m / 2, m, m / 2, -m}},
		{"a saddle whose middle is like the first corner", []float64{3, -1, -1, 3}, []float64{m / 2, m, m, m / 2, -m / 2, -m, -m, -m / 2}},
		{"a saddle whose middle is not", []float64{1, -3, -3, 1}, []float64{-m, m / 2, -m / 2, m, m, -m / 2, m / 2, -m}},
		{"beside what is infinite", []float64{-inf, 1, -inf, 1}, []float64{m, m, m, -m}},
		{"between infinities", []float64{-inf, inf, -inf, inf}, []float64{0, m, 0, -m}},
		{"nothing beside what is no number", []float64{math.NaN(), 1, -1, 1}, nil},
	} {
		got := newFlowPlane(tt.logits, 2).Boundary
		if len(got) != len(tt.want) {
			t.Errorf("%s: %v, want %v", tt.why, got, tt.want)
			continue
		}
		for i, want := range tt.want {
			if !(math.Abs(got[i]-want) <= 1e-15) {
				t.Errorf("%s: %v, want %v", tt.why, got, tt.want)
			}
		}
	}
}

// The boundary has no loose ends: it passes between every two neighbours of different sides, from square to square,
// and ends at the rim only.
func TestFlowBoundaryIsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := rapid.IntRange(2, 6).Draw(t, "cells")
		logits := rapid.SliceOfN(rapid.Float64Range(-5, 5), cells*cells, cells*cells).Draw(t, "logits")
		got := len(newFlowPlane(logits, cells).Boundary) / 2 // a piece has two ends
		total := 0
		count := func(from, to int, rim bool) {
			if (logits[from] > 0) != (logits[to] > 0) {
				total += 2
				if rim {
					total--
				}
			}
		}
		for i := range cells {
			for j := range cells {
				if j+1 < cells {
					count(i*cells+j, i*cells+j+1, i == 0 || i == cells-1)
				}
				if i+1 < cells {
					count(i*cells+j, (i+1)*cells+j, j == 0 || j == cells-1)
				}
			}
		}
		if got != total {
			t.Fatalf("%d ends of pieces, want %d", got, total)
		}
	})
}

// A surface without states is that of step 0, and one of a run is one.
func TestFlowSurfaceRuns(t *testing.T) {
	start := flow(t, FlowParams{Net: plainNet, Race: true})
	from := []FlowState{start.Runs[0].State, start.Runs[1].State}
	begun := surface(t, FlowSurfaceParams{Net: plainNet, Race: true, Cells: 5})
	if !reflect.DeepEqual(begun, surface(t, FlowSurfaceParams{Net: plainNet, Race: true, From: from, Cells: 5})) {
		t.Error("step 0 is not where a run begins")
	}
	if !reflect.DeepEqual(begun.Runs[0], begun.Runs[1]) {
		t.Error("two runs from the same weights see two planes")
	}
	if alone := surface(t, FlowSurfaceParams{Net: plainNet, Cells: 5}); len(alone.Runs) != 1 || !reflect.DeepEqual(alone.Runs[0], begun.Runs[0]) {
		t.Error("without a race there is one run")
	}
}

// Weights beyond the range of numbers give no number, and no boundary beside it.
func TestFlowSurfaceNoNumber(t *testing.T) {
	net := plainNet
	net.Activation, net.Depth, net.Width = FlowReLU, 2, 1
	huge := []float64{1e200, 0, 0, 1e200, 0, 0, 0} // ∞·0 where x > 0, else 0
	v := surface(t, FlowSurfaceParams{Net: net, From: []FlowState{{Weights: huge}}, Cells: 4})
	none := 0
	for _, p := range v.Runs[0].Probs {
		if p != p {
			none++
		} else if p != .5 {
			t.Errorf("p = %g, want ½", p)
		}
	}
	if none != 8 || len(v.Runs[0].Boundary) != 0 || v.Runs[0].Text != (FlowPlaneText{"0", "0.5000", "0.5000"}) {
		t.Errorf("%d cells without a number, boundary %v, text %+v", none, v.Runs[0].Boundary, v.Runs[0].Text)
	}
}

func TestFlowSurfaceRefuses(t *testing.T) {
	for _, tt := range []struct {
		change func(*FlowSurfaceParams)
		param  string
	}{
		{func(p *FlowSurfaceParams) { p.Net.Depth = 0 }, "depth"},
		{func(p *FlowSurfaceParams) { p.Cells = 1 }, "cells"},
		{func(p *FlowSurfaceParams) { p.Cells = MaxFlowCells + 1 }, "cells"},
		{func(p *FlowSurfaceParams) { p.From = make([]FlowState, 2) }, "from"},
		{func(p *FlowSurfaceParams) { p.From = []FlowState{{Weights: make([]float64, 3)}} }, "from.weights"},
	} {
		p := FlowSurfaceParams{Net: plainNet, Cells: 4}
		tt.change(&p)
		_, err := FlowSurface(p)
		var wrong *ParamError
		if !errors.As(err, &wrong) || wrong.Param != tt.param {
			t.Errorf("%s: %v", tt.param, err)
		}
	}
}

// What the picture costs: the largest network decides how many cells a frame may have.
func BenchmarkFlowSurface(b *testing.B) {
	for _, size := range []struct {
		name         string
		depth, width int
	}{{"page", 4, 6}, {"largest", 8, 16}} {
		b.Run(size.name, func(b *testing.B) {
			net := plainNet
			net.Depth, net.Width = size.depth, size.width
			b.ReportAllocs()
			for b.Loop() {
				if _, err := FlowSurface(FlowSurfaceParams{Net: net, Race: true, Cells: 40}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
