package main

import (
	"fmt"
	"io"
	"math"
)

// A contender is an implementation at its host.
type contender struct {
	Implementation
	host host
}

// bench is a run of the benchmark.
type bench struct {
	opt        options
	dir        string      // for input files
	log        io.Writer   // for what is done so far
	local      *works      // this process
	contenders []contender // beside xent and the limits, in the order of the columns
	hosts      []host      // all that load inputs
	starter    host        // runs commands
	report     Report
}

// pace says how long is measured: everyone has rounds turns, one after the other, of at least one run and turn
// seconds each, but no more turns once patience seconds are spent.
func (b *bench) pace() (rounds int, turn, patience float64) {
	if b.opt.quick {
		return 2, 0.02, 0.1
	}
	return 5, 0.1, 2
}

// load has all hosts read the arrays.
func (b *bench) load(arrays map[string]string) error {
	for _, h := range b.hosts {
		if _, err := h.ask(request{Op: "load", Arrays: arrays}); err != nil {
			return err
		}
	}
	return nil
}

// compare measures the work of r in turns: in each round the limit, xent and every peer, so that what else the
// machine does meets all of them alike. It adds r to the report.
func (b *bench) compare(key string, r Row) error {
	rounds, turn, patience := b.pace()
	local := func(id string) contender { return contender{Implementation{ID: id}, b.local} }
	all := append([]contender{local("limit"), local("xent")}, b.contenders...)
	seconds, losses := map[string][]float64{}, map[string]float64{}
	r.Skipped, r.Peers = map[string]string{}, map[string]Time{}
	for range rounds {
		for _, c := range all {
			if r.Skipped[c.ID] != "" || sum(seconds[c.ID]) > patience {
				continue
			}
			if why := tooLong(&r, c.ID); why != "" {
				r.Skipped[c.ID] = why
				continue
			}
			a, err := c.host.ask(request{Op: "run", Implementation: c.ID, Work: key, Threads: r.Threads, Seconds: turn, Runs: 1})
			switch {
			case err != nil && c.host == host(b.local):
				return fmt.Errorf("%s, %s, %s: %w", c.ID, r.Work, r.Shape, err)
			case err != nil:
				r.Skipped[c.ID] = err.Error()
				continue
			case a.Skip != "":
				r.Skipped[c.ID] = a.Skip
				continue
			}
			seconds[c.ID], losses[c.ID] = append(seconds[c.ID], a.Seconds...), float64(a.Value)
		}
	}
	r.Limit, r.Ours = timeOf(seconds["limit"]), timeOf(seconds["xent"])
	for _, c := range b.contenders {
		if s, ok := seconds[c.ID]; ok {
			r.Peers[c.ID] = timeOf(s)
			if want, got := losses["xent"], losses[c.ID]; !agrees(got, want) {
				delete(r.Peers, c.ID)
				r.Skipped[c.ID] = fmt.Sprintf("computes another loss: %v, xent %v", got, want)
			}
		}
	}
	b.add(r)
	return nil
}

// add takes a row up and tells how far the run is.
func (b *bench) add(r Row) {
	b.report.Rows = append(b.report.Rows, r)
	fmt.Fprintf(b.log, "%-36s %-18s %d T  %9s ms  %6s %s\n", r.Work, r.Shape, r.Threads, short(1e3*r.Ours.Best), short(r.Rate()), r.Unit())
}

// agrees tells whether two losses are the same but for rounding in float32.
func agrees(got, want float64) bool { return math.Abs(got-want) <= 1e-3*math.Max(1, math.Abs(want)) }

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

// tooLong leaves out what would take minutes.
func tooLong(r *Row, id string) string {
	if id == "plain" && r.Flops > 2e10 || id == "avx2" && r.Flops > 2e11 {
		return "left out: it would take a minute"
	}
	return ""
}
