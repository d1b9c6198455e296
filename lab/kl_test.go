package lab

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xent/info"
)

var (
	chapterP = []float64{.6, .3, .1}
	chapterQ = []float64{.33, .33, .34}
)

// The figures of the chapter's table, in bits, as they are printed there.
func TestKLChapterTable(t *testing.T) {
	v, err := KL(KLParams{P: chapterP, Q: chapterQ, Unit: Bits})
	if err != nil {
		t.Fatal(err)
	}
	want := [][3]string{
		{"0.4422", "0.5175", "0.9597"},
		{"0.5211", "-0.0413", "0.4798"},
		{"0.3322", "-0.1766", "0.1556"},
	}
	if len(v.Rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(v.Rows), len(want))
	}
	for i, row := range v.Rows {
		if got := [3]string{row.Text.Entropy, row.Text.KL, row.Text.CrossEntropy}; got != want[i] {
			t.Errorf("row %d: %v, want %v", i, got, want[i])
		}
	}
	if got, want := [3]string{v.Text.Entropy, v.Text.KL, v.Text.CrossEntropy}, [3]string{"1.2955", "0.2997", "1.5952"}; got != want {
		t.Errorf("total: %v, want %v", got, want)
	}
	if v.Text.RowsAddUp {
		t.Error("the rounded cross-entropies add up to 1.5951, not to the total 1.5952, and that is not said")
	}
}

// Where four decimals do not add up, the printed sum has more.
func TestKLSum(t *testing.T) {
	v, err := KL(KLParams{P: chapterP, Q: chapterQ, Unit: Nats})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := v.Text.Sum, (KLSum{"0.89795", "0.20773", "1.10568"}); got != want {
		t.Errorf("%v, want %v: 0.8979 + 0.2077 is not 1.1057", got, want)
	}
}

func TestKLSpecialValues(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		name                        string
		p, q                        []float64
		entropy, kl, cross, reverse float64 // bits
		missed, invented            []int
		why                         string
	}{
		{"equal", []float64{.5, .5}, []float64{.5, .5}, 1, 0, 1, 0, nil, nil, "nothing to learn"},
		{"missed", []float64{.5, .5}, []float64{1, 0}, 1, inf, inf, 1, []int{1}, nil, "an excluded class that happens is fatal"},
		{"invented", []float64{1, 0}, []float64{.5, .5}, 0, 1, 1, inf, nil, []int{1}, "0·log 0 = 0: an impossible class costs nothing"},
		{"excluded by both", []float64{.5, .5, 0}, []float64{.25, .75, 0}, 1, .5*math.Log2(2) + .5*math.Log2(2./3), .5*2 + .5*math.Log2(4./3), .25*math.Log2(.5) + .75*math.Log2(1.5), nil, nil, "0·log(0/0) = 0"},
		{"disjoint", []float64{1, 0}, []float64{0, 1}, 0, inf, inf, inf, []int{0}, []int{1}, "nothing in common"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := KL(KLParams{P: tt.p, Q: tt.q, Unit: Bits})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				what      string
				got, want float64
			}{
				{"entropy", v.Entropy, tt.entropy}, {"kl", v.KL, tt.kl},
				{"cross-entropy", v.CrossEntropy, tt.cross}, {"reverse", v.ReverseKL, tt.reverse},
			} {
				if !(c.got == c.want || math.Abs(c.got-c.want) <= 1e-14) {
					t.Errorf("%s = %v, want %v: %s", c.what, c.got, c.want, tt.why)
				}
			}
			if !slices.Equal(v.Missed, tt.missed) || !slices.Equal(v.Invented, tt.invented) {
				t.Errorf("missed %v, invented %v, want %v, %v", v.Missed, v.Invented, tt.missed, tt.invented)
			}
		})
	}
}

// distribution draws one on the grid of the bars, with zeros now and then.
func distribution(t *rapid.T, name string, classes int) []float64 {
	weights := rapid.SliceOfN(rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(0, 1)), classes, classes).Draw(t, name)
	weights[rapid.IntRange(0, classes-1).Draw(t, name+"Held")] += .01
	return onGrid(weights)
}

func drawPair(t *rapid.T) KLParams {
	classes := rapid.IntRange(MinClasses, MaxBars).Draw(t, "classes")
	return KLParams{
		P:    distribution(t, "p", classes),
		Q:    distribution(t, "q", classes),
		Unit: rapid.SampledFrom([]Unit{Nats, Bits}).Draw(t, "unit"),
	}
}

func TestKLProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		params := drawPair(t)
		v, err := KL(params)
		if err != nil {
			t.Fatal(err)
		}
		if !(v.KL >= 0 && v.ReverseKL >= 0 && v.JS >= 0 && v.JS <= v.JSMax) {
			t.Fatalf("a divergence out of its bounds: %v %v %v", v.KL, v.ReverseKL, v.JS)
		}
		if math.IsInf(v.KL, 1) != (len(v.Missed) > 0) || math.IsInf(v.ReverseKL, 1) != (len(v.Invented) > 0) {
			t.Fatalf("infinite without a class to blame: %v %v, %v %v", v.KL, v.Missed, v.ReverseKL, v.Invented)
		}
		rows, area := 0.0, 0.0
		for i, r := range v.Rows {
			rows += r.CrossEntropy
			if a := v.Areas[i]; params.P[i] > 0 && (!(a.Truth <= v.AreaTop) || !(a.Model <= v.AreaTop) && params.Q[i] > 0) {
				t.Fatalf("area %+v is higher than the picture, %v", a, v.AreaTop)
			}
			if params.P[i] > 0 {
				area += (v.Areas[i].Right - v.Areas[i].Left) * v.Areas[i].Model
			}
		}
		for what, got := range map[string]float64{"H + KL": v.Entropy + v.KL, "the rows": rows, "the areas": area} {
			if !(got == v.CrossEntropy || math.Abs(got-v.CrossEntropy) <= 1e-12) {
				t.Fatalf("%s add up to %v, want %v", what, got, v.CrossEntropy)
			}
		}
		if s := v.Text.Sum; len(v.Missed) == 0 && digitsOf(s.Entropy)+digitsOf(s.KL) != digitsOf(s.CrossEntropy) {
			t.Fatalf("printed %s + %s = %s", s.Entropy, s.KL, s.CrossEntropy)
		}
	})
}

// The way ends at p, never rises, and its marker lies on its curve.
func TestKLPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pair := drawPair(t)
		at := rapid.Float64Range(0, 1).Draw(t, "t")
		v, err := KLPath(KLPathParams{P: pair.P, Q: pair.Q, Unit: pair.Unit, Samples: 41, T: at})
		if err != nil {
			t.Fatal(err)
		}
		if len(v.Curves) != 3 {
			t.Fatalf("%d curves, want 3", len(v.Curves))
		}
		for _, c := range v.Curves {
			if len(c.Points) == 0 || c.Points[len(c.Points)-1] != (Point{X: 1}) {
				t.Fatalf("%s does not end at p: %v", c.Kind, c.Points)
			}
			for i := 1; i < len(c.Points); i++ {
				if !(c.Points[i].Y <= c.Points[i-1].Y+1e-15) {
					t.Fatalf("%s rises at %v", c.Kind, c.Points[i])
				}
			}
			if !(c.Marker.Y <= v.Top) || c.Marker.X != at {
				t.Fatalf("%s: marker %+v outside the chart of height %v", c.Kind, c.Marker, v.Top)
			}
		}
		if sum := digitsOf(Fixed(v.Q[0], 4)); len(v.Q) != len(pair.P) || sum < 0 {
			t.Fatalf("q at %v is %v", at, v.Q)
		}
	})
	v, err := KLPath(KLPathParams{P: chapterP, Q: []float64{.65, .35, 0}, Unit: Bits, Samples: 11})
	if err != nil {
		t.Fatal(err)
	}
	if c := v.Curves[0]; !c.Endless || !c.Marker.OffScale || c.Marker.Text != "∞ bits" || len(c.Points) != 10 {
		t.Errorf("from a model that misses a class: %+v, want an endless curve of 10 points, its marker off scale", c)
	}
}

func TestRoundTop(t *testing.T) {
	for _, tt := range []struct{ x, want float64 }{
		{0, 1e-6}, {1, 1}, {.3610, .4}, {.31, .4}, {1.01, 1.5}, {3.32, 4}, {8.1, 10}, {.097, .1}, {1234, 1500},
	} {
		if got := roundTop(tt.x); !(math.Abs(got-tt.want) <= 1e-12*tt.want) {
			t.Errorf("roundTop(%v) = %v, want %v", tt.x, got, tt.want)
		}
	}
}

// Every point of a contour lies at its level.
func TestTernaryContours(t *testing.T) {
	checked := 0
	for _, p := range [][]float64{chapterP, {1. / 3, 1. / 3, 1. / 3}, {.98, .01, .01}, {.5, .5, 0}, {1, 0, 0}} {
		for _, kind := range []Divergence{Forward, Reverse, JensenShannon} {
			v, err := Ternary(TernaryParams{P: p, Q: chapterQ, Unit: Bits, Divergence: kind, Levels: []float64{.01, .3, .9}, Rays: 9})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range v.Contours {
				for _, line := range c.Lines {
					for _, at := range line {
						q := []float64{1 - at.X - at.Y/2, at.X - at.Y/2, at.Y}
						if p[0]*p[1]*p[2] > 0 && min(q[0], q[1], q[2]) < 1e-9 {
							continue // so near a side the place no longer tells the distribution
						}
						if got := kind.of(p, q).Bits(); !(math.Abs(got-c.Level) <= 1.01e-4*c.Level) {
							t.Errorf("%s around %v: %v bits at %v, want %v", kind, p, got, at, c.Level)
						}
						checked++
					}
				}
				if len(c.Label) > 1 {
					t.Errorf("%d labels, want one at most", len(c.Label))
				}
			}
		}
	}
	if checked < 500 {
		t.Fatalf("checked %d points", checked)
	}
	closed, err := Ternary(TernaryParams{P: chapterP, Q: chapterQ, Unit: Bits, Divergence: Forward, Levels: []float64{.3}, Rays: 9})
	if err != nil {
		t.Fatal(err)
	}
	if lines := closed.Contours[0].Lines; len(lines) != 1 || len(lines[0]) != 28 || lines[0][0] != lines[0][27] {
		t.Errorf("around an inner point: %d pieces, want one that closes", len(lines))
	}
	open, err := Ternary(TernaryParams{P: []float64{.5, .5, 0}, Q: chapterQ, Unit: Bits, Divergence: Forward, Levels: []float64{.3}, Rays: 9})
	if err != nil {
		t.Fatal(err)
	}
	if lines := open.Contours[0].Lines; len(lines) != 1 || lines[0][0] == lines[0][len(lines[0])-1] {
		t.Errorf("around a point of a side: %v, want one open piece", lines)
	}
}

// A place in the triangle and its distribution are one; outside it, no distribution is nearer.
func TestTernaryPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := distribution(t, "p", 3)
		back, err := TernaryPoint(TernaryPointParams(place(p)))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(back.Values, p) {
			t.Fatalf("%v came back as %v", p, back.Values)
		}
		v := []float64{rapid.Float64Range(-2, 2).Draw(t, "a"), rapid.Float64Range(-2, 2).Draw(t, "b"), 0}
		v[2] = 1 - v[0] - v[1]
		gap := func(q []float64) float64 {
			return math.Hypot(math.Hypot(v[0]-q[0], v[1]-q[1]), v[2]-q[2])
		}
		q := nearest(v)
		if err := info.Validate(q); err != nil {
			t.Fatal(err)
		}
		if gap(q) > gap(p)+1e-12 {
			t.Fatalf("%v is nearer to %v than %v", p, v, q)
		}
	})
}
