package main

import (
	"math"
	"slices"
	"strconv"
)

// Report is everything a run found, as --json writes it.
type Report struct {
	Machine  Machine          `json:"machine"`
	Quick    bool             `json:"quick"`
	Found    []Implementation `json:"found"` // beside xent
	Missing  []Missing        `json:"missing"`
	Limits   []Limit          `json:"limits"`
	Rows     []Row            `json:"rows"`
	Accuracy []Accuracy       `json:"accuracy"`
}

// Limit is what the machine can do at best, at a size that its caches do not hold.
type Limit struct {
	Name    string  `json:"name"`
	Threads int     `json:"threads"`
	Rate    float64 `json:"rate"` // GB/s or GFLOPS, at best
	Median  float64 `json:"median"`
	Unit    string  `json:"unit"`
}

// Row is one work on one shape by a number of threads, and what everybody took for it. Seconds are those of one run.
type Row struct {
	Work    string            `json:"work"`
	Shape   string            `json:"shape"`
	Threads int               `json:"threads"`
	Items   int               `json:"items"`           // rows, or elements
	Bytes   float64           `json:"bytes,omitempty"` // that must be moved
	Flops   float64           `json:"flops,omitempty"` // that must be computed, where these are the limit
	Ours    Time              `json:"xent"`
	Limit   Time              `json:"limit"`
	Peers   map[string]Time   `json:"peers,omitempty"`
	Skipped map[string]string `json:"skipped,omitempty"`
	Peak    int64             `json:"peak_bytes,omitempty"` // memory of the process, where that is measured
	Goals   []Goal            `json:"goals,omitempty"`
}

// Time is what one implementation took.
type Time struct {
	Best   float64 `json:"best"`
	Median float64 `json:"median"`
	Runs   int     `json:"runs"`
}

// timeOf sums up the seconds of single runs.
func timeOf(seconds []float64) Time {
	if len(seconds) == 0 {
		return Time{math.NaN(), math.NaN(), 0}
	}
	s := slices.Sorted(slices.Values(seconds))
	return Time{s[0], (s[(len(s)-1)/2] + s[len(s)/2]) / 2, len(s)}
}

// Rate returns billions of bytes or of operations a second, at best.
func (r *Row) Rate() float64 { return max(r.Bytes, r.Flops) / r.Ours.Best / 1e9 }

// Unit is that of Rate.
func (r *Row) Unit() string {
	if r.Flops > 0 {
		return "GFLOPS"
	}
	return "GB/s"
}

// OfLimit returns how much of what the machine can do was reached: 1 is all.
func (r *Row) OfLimit() float64 { return r.Limit.Best / r.Ours.Best }

// Ratio returns how many times faster than a peer xent is; below 1 the peer wins, and it is NaN when the peer
// was not measured.
func (r *Row) Ratio(peer string) float64 {
	t, ok := r.Peers[peer]
	if !ok {
		return math.NaN()
	}
	return t.Best / r.Ours.Best
}

// A Goal is what a row is meant to reach.
type Goal struct {
	Of    string  `json:"of"`              // a peer's id, or one of those below
	Floor float64 `json:"floor,omitempty"` // may not be missed; 0 where there is only a goal
	Want  float64 `json:"want"`
}

// What goals are of besides the ratio to a peer.
const (
	ofLimit = "limit"        // the fraction of it, at least
	ofItem  = "ns an item"   // at most
	ofRate  = "GB/s"         // at least
	ofPeak  = "MB of memory" // at most
)

// Value returns what was reached, NaN where that was not measured.
func (g Goal) Value(r *Row) float64 {
	switch g.Of {
	case ofLimit:
		return r.OfLimit()
	case ofItem:
		return r.Ours.Best / float64(r.Items) * 1e9
	case ofRate:
		return r.Rate()
	case ofPeak:
		return float64(r.Peak) / 1e6
	}
	return r.Ratio(g.Of)
}

// Verdicts on a goal.
const (
	met     = "met"
	floored = "floor met"
	missed  = "missed"
	unknown = "not measured"
)

// Verdict compares what was reached with the goal.
func (g Goal) Verdict(r *Row) string {
	v, sign := g.Value(r), 1.0
	if g.Of == ofItem || g.Of == ofPeak {
		sign = -1
	}
	switch {
	case v != v:
		return unknown
	case sign*v >= sign*g.Want:
		return met
	case g.Floor != 0 && sign*v >= sign*g.Floor:
		return floored
	}
	return missed
}

// String tells the goal in a cell of a table.
func (g Goal) String() string {
	plain := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	switch g.Of {
	case ofLimit:
		return "≥ " + percent(g.Want) + " of limit"
	case ofItem:
		return "≤ " + plain(g.Want) + " ns an item"
	case ofRate:
		return "≥ " + plain(g.Want) + " GB/s"
	case ofPeak:
		return "≤ " + plain(g.Want) + " MB of memory"
	}
	s := plain(g.Want) + "× " + g.Of
	if g.Floor != 0 {
		s = plain(g.Floor) + "-" + s
	}
	return s
}

// short renders x in three digits, without an exponent, and at most four behind the point.
func short(x float64) string {
	if x-x != 0 {
		return "-"
	}
	x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'e', max(2, int(math.Log10(math.Abs(x)+1))), 64), 64)
	digits := 2
	if a := math.Abs(x); a > 0 {
		digits = min(max(0, 2-int(math.Floor(math.Log10(a)))), 4)
	}
	return strconv.FormatFloat(x, 'f', digits, 64)
}

func percent(x float64) string {
	if x != x {
		return "-"
	}
	digits := 0
	if x < .1 {
		digits = 1
	}
	return strconv.FormatFloat(100*x, 'f', digits, 64) + " %"
}

// Accuracy is how far float32 results are from the truth, in units in the last place of float32: the worst
// over all rows, or all elements of the gradient.
type Accuracy struct {
	Shape   string                `json:"shape"`
	Results map[string]WorstError `json:"results"` // by implementation
}

// WorstError holds the largest errors in units in the last place.
type WorstError struct {
	Loss number `json:"loss_ulp"`
	Grad number `json:"grad_ulp"`
}
