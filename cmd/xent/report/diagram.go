package report

import (
	"math"
	"strconv"
	"strings"

	"xent/eval"
)

// A diagram is the reliability of the likeliest class, drawn twice: over shares, and over their odds, where .99 and
// .9999 are as far apart as they are.
type diagram struct {
	Bins   int
	Panels []panel
	Table  []diagramRow
	Marks  []int
}

// A panel is one square. Places are percentages: x from the left, y from the top.
type panel struct {
	Label  string // for those who do not see it
	Axis   string
	Ticks  []tick
	Band   string // the points of a polygon: where a calibrated model lies
	Points []point
}

type tick struct {
	X, Y  place
	Text  string
	Below bool // named below the picture, too
}

type point struct {
	X, Y, Low, High, Diagonal place
	Beyond                    bool // the accuracy is 0 or 1, which the odds have no place for: at the edge
	Title                     string
}

type diagramRow struct{ Rows, Confidence, Accuracy, Interval, Band string }

// A scale maps shares to [0, 1].
type scale func(share float64) float64

func (t *text) diagram() *diagram {
	bins := t.r.Calib.Bins
	if len(bins) == 0 {
		return nil
	}
	d := &diagram{Bins: len(bins), Marks: t.notes.numbers("calibration")}
	d.Panels = append(d.Panels, sharePanel(bins))
	if p, ok := oddsPanel(bins); ok {
		d.Panels = append(d.Panels, p)
	}
	for _, b := range bins {
		d.Table = append(d.Table, diagramRow{amount(b.Rows), Fixed(b.Confidence, 4), Fixed(b.Accuracy, 4),
			Fixed(b.CI95[0], 4) + " to " + Fixed(b.CI95[1], 4), Fixed(b.NullCI[0], 4) + " to " + Fixed(b.NullCI[1], 4)})
	}
	return d
}

// sharePanel begins at the multiple of 20 % below everything it shows: of ten classes hardly any confidence is lower.
func sharePanel(bins []eval.Bin) panel {
	least := 0.8
	for _, b := range bins {
		least = min(least, b.Confidence, b.CI95[0])
	}
	from := 0.2 * math.Floor(max(least, 0)/0.2)
	to := func(share float64) float64 { return (share - from) / (1 - from) }
	p := drawn(bins, to)
	p.Axis, p.Label = "confidence, %", "Accuracy against confidence in "+strconv.Itoa(len(bins))+" groups of rows"
	for k := math.Round(from / 0.2); k <= 5; k++ {
		p.Ticks = append(p.Ticks, tick{across(to(k / 5)), up(to(k / 5)), strconv.Itoa(int(20 * k)), true})
	}
	return p
}

// oddsMarks are the shares that the axes of odds name, from one half on and mirrored.
var oddsMarks = []struct {
	share float64
	text  string
}{
	{.0001, "0.01"}, {.001, "0.1"}, {.01, "1"}, {.1, "10"}, {.25, "25"}, {.5, "50"}, {.75, "75"}, {.9, "90"}, {.99, "99"},
	{.999, "99.9"}, {.9999, "99.99"}, {.99999, "99.999"}, {.999999, "99.9999"}, {.9999999, "99.99999"},
}

// oddsPanel reaches from the mark below the smallest share to the one above the largest confidence. ok is false where
// it would tell no more than the other panel.
func oddsPanel(bins []eval.Bin) (p panel, ok bool) {
	least, most := 0.5, 0.9
	for _, b := range bins {
		least = min(least, b.Confidence, max(b.CI95[0], .001))
		most = max(most, b.Confidence)
	}
	first, last := 0, len(oddsMarks)-1
	for i, m := range oddsMarks {
		if m.share <= least {
			first = i
		}
	}
	for i := last; i >= 0 && oddsMarks[i].share >= most; i-- {
		last = i
	}
	low, high := logit(oddsMarks[first].share), logit(oddsMarks[last].share)
	to := func(share float64) float64 { return (logit(share) - low) / (high - low) }
	p = drawn(bins, to)
	p.Axis, p.Label = "confidence, %, as odds", "The same with both axes in odds, so that 99 and 99.99 % differ"
	for i, m := range oddsMarks[first : last+1] {
		below := (last-first-i)%2 == 0 // all of them would not fit on a phone
		p.Ticks = append(p.Ticks, tick{across(to(m.share)), up(to(m.share)), m.text, below})
	}
	return p, most > .95
}

func logit(share float64) float64 { return math.Log(share) - math.Log1p(-share) }

// A place is a percentage of the width or height of a drawing.
type place float64

func (p place) String() string { return strconv.FormatFloat(float64(p), 'f', 2, 64) }

// across is the place of x in [0, 1] from the left, up that from the top; what lies beyond is at the edge.
func across(x float64) place { return place(100 * min(max(x, 0), 1)) }
func up(x float64) place     { return 100 - across(x) }

func drawn(bins []eval.Bin, to scale) panel {
	var p panel
	var low, high []string
	for _, b := range bins {
		at := func(share float64) place { return up(to(share)) }
		q := point{
			X: across(to(b.Confidence)), Y: at(b.Accuracy), Low: at(b.CI95[0]), High: at(b.CI95[1]), Diagonal: at(b.Confidence),
			Beyond: to(b.Accuracy) > 1 || to(b.Accuracy) < 0,
			Title:  "confidence " + Percent(b.Confidence) + ", right " + Percent(b.Accuracy) + " of " + amount(b.Rows) + " rows",
		}
		p.Points = append(p.Points, q)
		if finite(b.NullCI[0]) && finite(b.NullCI[1]) {
			low = append(low, q.X.String()+","+at(b.NullCI[0]).String())
			high = append([]string{q.X.String() + "," + at(b.NullCI[1]).String()}, high...)
		}
	}
	p.Band = strings.Join(append(low, high...), " ")
	return p
}
