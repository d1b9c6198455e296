package lab

import "math"

// TernaryParams asks for the triangle of all models over three classes.
type TernaryParams struct {
	P, Q       []float64 // three classes each
	Unit       Unit
	Divergence Divergence
	Levels     []float64 // of the contour lines, above 0, in the unit; at most 12
	Rays       int       // directions towards each side: 4 to 100
}

// TernaryView places distributions in a triangle whose corners are the certain ones: the first class
// at (0, 0), the second at (1, 0), the third at (½, 1). Y counts heights of the triangle, so an
// equilateral drawing scales it by √3/2.
type TernaryView struct {
	P, Q     Point
	Contours []Contour
}

// Contour is the set of models at one divergence from the truth.
type Contour struct {
	Level float64
	Text  string    // the level as it is printed
	Lines [][]Point // pieces that end on a side of the triangle; one closed piece repeats its first point
	Label []Point   // where to write Text: one point, or none if the line has no room
}

// Ternary draws the contour lines of a divergence around the truth.
//
// Each divergence here is convex in q and 0 at q = p, so it rises along every ray from p to the boundary and
// crosses a level at most once: the crossing is found by bracketed Newton steps to 1e-4 of the level,
// where a grid would give corners. Rays end at points spaced evenly along the sides, so that lines far from p
// are as smooth as near ones.
//
// Special values: a level that is not reached on some rays gives open pieces.
// Errors: [ParamError].
func Ternary(params TernaryParams) (TernaryView, error) {
	c := checker{fn: "Ternary"}
	c.unit(params.Unit)
	c.pair(params.P, params.Q, 3, 3)
	c.length("levels", len(params.Levels), 0, 12)
	for i, l := range params.Levels {
		c.inRange(element("levels", i), l, 1e-6, 1e3)
	}
	c.integer("rays", params.Rays, 4, 100)
	switch params.Divergence {
	case Forward, Reverse, JensenShannon:
	default:
		c.fail("divergence", quote(string(params.Divergence)), `"forward", "reverse" or "js"`)
	}
	if !c.ok() {
		return TernaryView{}, c.result()
	}

	v := TernaryView{P: place(params.P), Q: place(params.Q)}
	ends := boundary(params.Rays)
	ray := ray{p: params.P, divergence: params.Divergence, at: make([]float64, 3)}
	for _, level := range params.Levels {
		v.Contours = append(v.Contours, ray.contour(level, params.Unit, ends))
	}
	return v, nil
}

// place puts a distribution over three classes into the triangle.
func place(p []float64) Point { return Point{X: p[1] + p[2]/2, Y: p[2]} }

// boundary returns points along the sides of the triangle, n on each, beginning at the first corner.
func boundary(n int) [][]float64 {
	ends := make([][]float64, 0, 3*n)
	for side := range 3 {
		for i := range n {
			end := make([]float64, 3)
			end[(side+1)%3] = float64(i) / float64(n)
			end[side] = 1 - end[(side+1)%3]
			ends = append(ends, end)
		}
	}
	return ends
}

// ray is the segment from the truth p to a point of the boundary.
type ray struct {
	p, end     []float64
	divergence Divergence
	at         []float64 // scratch: the model at r
}

// value returns the divergence at the fraction r of the way, by a plain sum: lines are drawn, not printed,
// and hundreds of values go into one.
func (y *ray) value(r float64) float64 {
	mix(y.at, y.end, y.p, r)
	sum := 0.0
	for i, p := range y.p {
		q := y.at[i]
		switch y.divergence {
		case Forward:
			sum += excess(p, q)
		case Reverse:
			sum += excess(q, p)
		case JensenShannon:
			middle := (p + q) / 2
			sum += (excess(p, middle) + excess(q, middle)) / 2
		}
	}
	return sum
}

// excess returns p·log(p/q), 0 where p is 0.
func excess(p, q float64) float64 {
	if p == 0 {
		return 0
	}
	return p * math.Log(p/q)
}

// slope returns the derivative of value with respect to r, after a call of value at the same r.
func (y *ray) slope() float64 {
	s := 0.0
	for i, p := range y.p {
		step, q := y.end[i]-p, y.at[i]
		if step == 0 {
			continue
		}
		switch y.divergence {
		case Forward:
			s -= p * step / q
		case Reverse:
			s += step * (1 + math.Log(q/p))
		case JensenShannon:
			s += step * math.Log(2*q/(p+q)) / 2
		}
	}
	return s
}

// guess returns about where the divergence is level: near p all three are a parabola,
//
//	D ≈ ½·r²·Σ step²/p        and a quarter of that for Jensen-Shannon
func (y *ray) guess(level float64) float64 {
	curvature := 0.0
	for i, p := range y.p {
		if step := y.end[i] - p; step != 0 {
			curvature += step * step / p
		}
	}
	if y.divergence == JensenShannon {
		curvature /= 4
	}
	return min(max(math.Sqrt(2*level/curvature), 0.01), 0.9)
}

// crossing returns the fraction of the way at which the divergence is level, in nats; false if it is nowhere:
// it stays below up to the boundary, or is infinite at once, as the reverse divergence is where p excludes a class.
func (y *ray) crossing(level float64) (r float64, ok bool) {
	if !(y.value(1) >= level) {
		return 1, false
	}
	lo, hi := 0.0, 1.0
	r = y.guess(level)
	for range 60 {
		miss := y.value(r) - level
		if math.Abs(miss) <= 1e-4*level { // far below a pixel
			return r, true
		}
		if miss < 0 {
			lo = r
		} else {
			hi = r
		}
		r -= miss / y.slope()
		if !(lo < r && r < hi) {
			r = lo + (hi-lo)/2
		}
	}
	return r, lo > 0
}

// contour follows one level around p, from ray to ray.
func (y *ray) contour(level float64, unit Unit, ends [][]float64) Contour {
	c := Contour{Level: level, Text: Shortest(level)}
	nats, from := float64(unit.nats(level)), place(y.p)
	points := make([]*Point, len(ends)) // nil where the level is not reached
	gap, longest := -1, 0.0
	for i, end := range ends {
		y.end = end
		r, ok := y.crossing(nats)
		if !ok {
			gap = i
			continue
		}
		mix(y.at, end, y.p, r)
		at := place(y.at)
		points[i] = &at
		if length := distance(from, place(end)); length > longest+1e-9 {
			longest, c.Label = length, []Point{at}
		}
	}
	c.Lines = pieces(points, gap)
	return c
}

// pieces splits a ring of points at its nil points, of which gap is one; without any (gap is -1) the ring is closed.
func pieces(ring []*Point, gap int) [][]Point {
	var lines [][]Point
	var line []Point
	for i := range len(ring) + 1 {
		point := ring[(max(gap, 0)+i)%len(ring)]
		if point != nil {
			line = append(line, *point)
			continue
		}
		if len(line) > 1 {
			lines = append(lines, line)
		}
		line = nil
	}
	if gap < 0 {
		lines = append(lines, line) // ends where it began
	}
	return lines
}

func distance(a, b Point) float64 { return math.Hypot(a.X-b.X, (a.Y-b.Y)*math.Sqrt(3)/2) }

// TernaryPointParams is a place in or beside the triangle, in the coordinates of [TernaryView].
type TernaryPointParams struct{ X, Y float64 }

// TernaryPointView is the distribution there.
type TernaryPointView struct{ Values []float64 }

// TernaryPoint returns the distribution at a place in the triangle, on the grid of the bars: where a drag
// leaves the model. A place outside is moved to the nearest point inside.
//
// Errors: [ParamError].
func TernaryPoint(params TernaryPointParams) (TernaryPointView, error) {
	c := checker{fn: "TernaryPoint"}
	c.inRange("x", params.X, -1e3, 1e3)
	c.inRange("y", params.Y, -1e3, 1e3)
	if !c.ok() {
		return TernaryPointView{}, c.result()
	}
	third := params.Y
	second := params.X - third/2
	return TernaryPointView{Values: onGrid(nearest([]float64{1 - second - third, second, third}))}, nil
}

// nearest returns the distribution nearest to v, whose values sum to 1 but may be negative: all classes give up the
// same amount, and those that it takes below 0 stay at 0. In an equilateral triangle it is the nearest point in the plane.
func nearest(v []float64) []float64 {
	amount := 0.0
	for range v {
		sum, held := 0.0, 0.0
		for _, x := range v {
			if x > amount {
				sum += x
				held++
			}
		}
		amount = (sum - 1) / held
	}
	q := make([]float64, len(v))
	for i, x := range v {
		q[i] = max(x-amount, 0)
	}
	return q
}
