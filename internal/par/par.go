// Package par runs the chunks of a batch on several goroutines without the result depending on how many.
package par

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// MaxChunks is the largest number of chunks that a batch is cut into.
const MaxChunks = 64

// serial is the number of elements below which starting a goroutine costs more than it saves.
const serial = 1 << 14

// Chunks cuts n rows into at most [MaxChunks] runs of size rows, the last one shorter.
// The cut depends on n alone, so partial results that are merged in the order of the chunks are
// the same to the last bit whoever computed them.
func Chunks(n int) (count, size int) {
	if n <= 0 {
		return 0, 0
	}
	size = (n-1)/MaxChunks + 1
	return (n-1)/size + 1, size
}

// Workers resolves a number of workers: 0 means one for each processor that Go may use.
// A batch of few elements gets one.
func Workers(asked, elements int) int {
	switch {
	case asked > 0:
		return asked
	case elements < serial:
		return 1
	}
	return runtime.GOMAXPROCS(0)
}

// For calls f(0) … f(n-1), each once, on at most workers goroutines, and returns when all have
// returned. Idle workers take the next chunk, so that uneven chunks balance. With one worker it
// calls f in order on the calling goroutine and allocates nothing itself.
func For(workers, n int, f func(chunk int)) {
	if workers = min(workers, n); workers <= 1 {
		for c := range n {
			f(c)
		}
		return
	}
	var next atomic.Int64
	work := func() {
		for {
			c := int(next.Add(1)) - 1
			if c >= n {
				return
			}
			f(c)
		}
	}
	var wg sync.WaitGroup
	for range workers - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}
