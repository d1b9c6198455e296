package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"golang.org/x/term"

	"xent/cmd/xent/report"
	"xent/nn"
	"xent/train"
)

// A trainShow tells how a run is getting on: on a terminal a few lines that are drawn anew, with a bar of the gradient for each
// layer; elsewhere a line for each epoch, without times.
type trainShow struct {
	w       io.Writer
	live    bool
	quiet   bool
	columns int
	rows    string // what a batch counts
	begun   time.Time
	from    int // the step at which this process began
	drawn   time.Time
	lines   int    // that stand on the screen
	title   string // of the run, where there are several
	judged  string
}

// between is the time between two drawings.
const between = 100 * time.Millisecond

func newTrainShow(w io.Writer, quiet bool, from int, rows string) *trainShow {
	s := &trainShow{w: w, rows: rows, live: !quiet && isTerminal(w), quiet: quiet, columns: 80, begun: time.Now(), from: from}
	if f, ok := w.(interface{ Fd() uintptr }); ok && s.live {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n >= 40 {
			s.columns = n
		}
	}
	return s
}

// due tells whether it is time to draw: the step before should be recorded.
func (s *trainShow) due() bool { return s.live && time.Since(s.drawn) >= between }

// step shows a step.
func (s *trainShow) step(r train.Experiment, last train.Step, loss float64) {
	if !s.live || time.Since(s.drawn) < between {
		return
	}
	s.drawn = time.Now()
	done, all := r.At(), r.Steps()
	taken := time.Since(s.begun)
	eta, rate := "", 0.
	if n := done - s.from; n > 0 {
		rate = float64(n) / taken.Seconds()
		eta = (time.Duration(float64(all-done)/rate*1e9) * time.Nanosecond).Round(time.Second).String()
	}
	lines := []string{
		fmt.Sprintf("%-16s  %3.0f %%  epoch %d of %d  loss %s  %s %s/s  %s left", drawBar(float64(done)/float64(all), 16), 100*float64(done)/float64(all),
			min(last.Epoch+1, r.Shared().Epochs), r.Shared().Epochs, report.Short(loss, 4), report.Count(int64(rate*float64(r.Shared().Batch))), s.rows, eta),
	}
	if s.title != "" {
		lines = append([]string{s.title}, lines...)
	}
	if s.judged != "" {
		lines = append(lines, s.judged)
	}
	s.redraw(append(lines, gradientBars(r.Records(), s.columns)...))
}

// gradientBars is a bar of log10 RMS gradient for each layer, over the eight decades below 1.
func gradientBars(records []nn.Record, columns int) []string {
	var lines []string
	for _, rec := range records {
		if !(rec.RMS > 0) {
			continue
		}
		line := fmt.Sprintf("layer %-3s gradient %8.1e  ", rec.Name, rec.RMS)
		tail := fmt.Sprintf("  step/weight %.0e", rec.Ratio)
		room := max(min(columns-len(line)-len(tail)-1, 40), 8)
		share := (math.Log10(rec.RMS) + 8) / 8
		bar := drawBar(share, room)
		lines = append(lines, line+bar+strings.Repeat(" ", room-len([]rune(bar)))+tail)
	}
	return lines
}

// drawBar fills a share of n columns, in eighths.
func drawBar(share float64, n int) string {
	eighths := int(min(max(share, 0), 1)*float64(n)*8 + .5)
	s := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		s += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return s
}

func (s *trainShow) redraw(lines []string) {
	var b strings.Builder
	if s.lines > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", s.lines)
	}
	for _, l := range lines {
		if r := []rune(l); len(r) >= s.columns {
			l = string(r[:s.columns-1])
		}
		b.WriteString("\r\x1b[K" + l + "\n")
	}
	b.WriteString("\x1b[J")
	s.lines = len(lines)
	io.WriteString(s.w, b.String())
}

// look shows the mean loss of late, and what was said of the rows that were held out, at the end of an epoch or, where there are
// several looks in one, at a step.
func (s *trainShow) look(r train.Experiment, loss float64, said string, looks int) {
	s.judged = said
	if s.live || s.quiet {
		return
	}
	where := fmt.Sprintf("epoch %d of %d", r.At()/r.PerEpoch(), r.Shared().Epochs)
	if looks > 1 {
		where = fmt.Sprintf("step %d of %d", r.At(), r.Steps())
	}
	fmt.Fprintf(s.w, "%s: loss %s, %s\n", where, report.Short(loss, 4), said)
}

// clear takes the lines away.
func (s *trainShow) clear() {
	if s.lines > 0 {
		fmt.Fprintf(s.w, "\x1b[%dA\r\x1b[J", s.lines)
		s.lines = 0
	}
}
