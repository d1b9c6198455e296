package main

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progressAfter is how long work may take before a bar appears.
const progressAfter = time.Second

// progress shows how far a pass over a file has come: on a terminal, and only when the pass takes
// long. Its methods may be called from any goroutine.
type progress struct {
	done, total atomic.Int64
	what        atomic.Value // string
	stop        chan struct{}
	stopped     sync.WaitGroup
}

// newProgress starts watching. A hidden one only keeps count.
func newProgress(w io.Writer, hidden bool) *progress {
	p := &progress{stop: make(chan struct{})}
	p.what.Store("reading")
	if hidden || !isTerminal(w) {
		return p
	}
	p.stopped.Go(func() { p.watch(w) })
	return p
}

// at says how many bytes of how many are done.
func (p *progress) at(done, total int64) {
	p.total.Store(total)
	p.done.Store(done)
}

// finish removes the bar.
func (p *progress) finish() {
	close(p.stop)
	p.stopped.Wait()
}

func (p *progress) watch(w io.Writer) {
	late := &lateWriter{w: w, from: time.Now().Add(progressAfter)}
	bar := progressbar.NewOptions64(1, // the true total comes with the first block
		progressbar.OptionSetWriter(late),
		progressbar.OptionShowBytes(true),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetWidth(30),
		progressbar.OptionUseANSICodes(true))
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			bar.Clear()
			return
		case <-tick.C:
		}
		if total := p.total.Load(); total > 0 {
			bar.Describe(p.what.Load().(string))
			bar.ChangeMax64(total)
			bar.Set64(min(p.done.Load(), total-1)) // the last byte would end the bar
		}
	}
}

// lateWriter drops what comes before a time: the bar measures speed from the start of the work,
// and is seen only when the work takes long.
type lateWriter struct {
	w    io.Writer
	from time.Time
}

func (l *lateWriter) Write(p []byte) (int, error) {
	if time.Now().Before(l.from) {
		return len(p), nil
	}
	return l.w.Write(p)
}
