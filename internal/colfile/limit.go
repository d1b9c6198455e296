package colfile

import (
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"time"

	"xent/internal/columnar"
)

// maxBusy is how much CPU time a batch may take.
const maxBusy = 60 * time.Second

// A watch ends this process when it takes too much, or when nobody is left to read what it writes.
type watch struct {
	since atomic.Int64 // CPU time when the last batch was done
}

// bound limits the memory of this process to most bytes beyond what it has, and the time between batches to maxBusy.
//
// Linux refuses more memory at once; elsewhere, and for what adds up slowly, it is looked at every few milliseconds. An
// interrupt from the terminal reaches this process too, but is for its parent to answer, which then ends it.
func bound(most int64) *watch {
	signal.Ignore(os.Interrupt)
	debug.SetMemoryLimit(most)
	limitMemory(most)
	w := &watch{}
	w.since.Store(int64(busy()))
	parent := os.Getppid()
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		for range time.Tick(5 * time.Millisecond) {
			metrics.Read(sample)
			switch {
			case int64(sample[0].Value.Uint64()-sample[1].Value.Uint64()) > most:
				os.Exit(columnar.StatusMemory)
			case busy()-time.Duration(w.since.Load()) > maxBusy:
				os.Exit(columnar.StatusTime)
			case os.Getppid() != parent:
				os.Exit(1)
			}
		}
	}()
	return w
}

// paced is a writer whose every write proves that work goes on.
type paced struct {
	w     io.Writer
	watch *watch
}

func (p *paced) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	p.watch.since.Store(int64(busy()))
	return n, err
}
