package xent

import "xent/internal/par"

// A batch is a checked batch of a loss, ready to run: run computes rows lo to hi-1, stores what is
// wanted of them, and returns what they add to the Result.
//
// It is a value, which each chunk gets a copy of, so that it need not live on the heap.
type batch interface{ run(lo, hi int) Result }

// runBatch adds all rows of b to start, on several goroutines when workers says so. Rows are cut
// into the same chunks, merged in the same order, for any number of workers.
//
// Memory: none is allocated when workers is 1.
func runBatch[B batch](b B, rows, workers int, start Result) Result {
	chunks, size := par.Chunks(rows)
	if workers == 1 {
		for c := range chunks {
			start.add(b.run(c*size, min((c+1)*size, rows)))
		}
		return start
	}
	return runShared(b, rows, workers, start)
}

// runShared is runBatch on several goroutines; what they share lives on the heap.
func runShared[B batch](b B, rows, workers int, start Result) Result {
	chunks, size := par.Chunks(rows)
	parts := make([]Result, chunks)
	par.For(workers, chunks, func(c int) {
		parts[c] = b.run(c*size, min((c+1)*size, rows))
	})
	for _, p := range parts {
		start.add(p)
	}
	return start
}
