package par

import (
	"sync/atomic"
	"testing"
)

// marks counts how often each chunk has run, and which workers are at it.
type marks struct {
	chunks [100]atomic.Int32
	busy   [8]atomic.Int32
	shared atomic.Bool
}

func (m *marks) Run(worker, chunk int) {
	if m.busy[worker].Add(1) != 1 {
		m.shared.Store(true)
	}
	m.chunks[chunk].Add(1)
	m.busy[worker].Add(-1)
}

func TestCrewRunsEachChunkOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		var c Crew
		c.Resize(workers)
		if c.Size() != workers {
			t.Fatalf("a crew of %d has %d workers", workers, c.Size())
		}
		for _, n := range []int{0, 1, 2, 7, 100} {
			var m marks
			c.Do(n, &m)
			for i := range m.chunks {
				if got, want := m.chunks[i].Load() == 1, i < n; got != want {
					t.Errorf("%d workers, %d chunks: chunk %d ran %d times", workers, n, i, m.chunks[i].Load())
				}
			}
			if m.shared.Load() {
				t.Errorf("%d workers: two ran as one", workers)
			}
		}
	}
}

func TestCrewAllocatesNothing(t *testing.T) {
	var c Crew
	var m marks
	c.Resize(3)
	c.Do(100, &m)
	if n := testing.AllocsPerRun(20, func() { c.Do(100, &m) }); n != 0 {
		t.Errorf("%v allocations a job", n)
	}
}
