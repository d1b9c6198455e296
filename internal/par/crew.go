package par

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Job is work in chunks.
type Job interface {
	// Run does one chunk. Workers that run at the same time have different numbers, from 0 on.
	Run(worker, chunk int)
}

// Crew runs jobs as [For] does, and allocates nothing after it has been resized: for what runs thousands of
// times a second. Its goroutines live as long as a job, so there is nothing to close. The zero value is a crew
// of one, which works on the calling goroutine. A crew does one job at a time, and is not copied.
type Crew struct {
	members []func() // all but the calling goroutine
	job     Job
	chunks  int
	next    atomic.Int64
	done    sync.WaitGroup
}

// Resize sets the number of workers; 0 means one for each processor that Go may use.
func (c *Crew) Resize(workers int) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	c.members = nil
	for w := 1; w < workers; w++ {
		c.members = append(c.members, func() { c.work(w); c.done.Done() })
	}
}

// Size returns the number of workers.
func (c *Crew) Size() int { return len(c.members) + 1 }

// Do runs chunks 0 … chunks-1 of job, each once, and returns when all are done.
func (c *Crew) Do(chunks int, job Job) {
	helpers := min(len(c.members), chunks-1)
	if helpers <= 0 {
		for i := range chunks {
			job.Run(0, i)
		}
		return
	}
	c.job, c.chunks = job, chunks
	c.next.Store(0)
	c.done.Add(helpers)
	for _, member := range c.members[:helpers] {
		go member()
	}
	c.work(0)
	c.done.Wait()
	c.job = nil
}

// work runs chunks until there are none left.
func (c *Crew) work(worker int) {
	for {
		i := int(c.next.Add(1)) - 1
		if i >= c.chunks {
			return
		}
		c.job.Run(worker, i)
	}
}
