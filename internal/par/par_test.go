package par

import (
	"sync/atomic"
	"testing"
)

func TestChunks(t *testing.T) {
	for n := range 5000 {
		count, size := Chunks(n)
		if count > MaxChunks || count*size < n || count > 0 && (count-1)*size >= n {
			t.Fatalf("Chunks(%d) = %d of %d rows", n, count, size)
		}
	}
}

func TestForCallsEachOnce(t *testing.T) {
	for workers := range 9 {
		var calls [100]atomic.Int32
		For(workers, len(calls), func(c int) { calls[c].Add(1) })
		for c := range calls {
			if n := calls[c].Load(); n != 1 {
				t.Fatalf("%d workers: chunk %d ran %d times", workers, c, n)
			}
		}
	}
	For(3, 0, func(int) { t.Error("a chunk of nothing") })
}

func TestWorkers(t *testing.T) {
	if Workers(5, 1) != 5 || Workers(0, 10) != 1 || Workers(0, 1<<20) < 1 {
		t.Error("asked for 5 gives 5; a small batch 1; a large one at least 1")
	}
}
